# %% [markdown] slide="slide" notes="Ask: a token now knows which words are around it. Who thinks about what that means? Today the second half of a layer, and the frame that holds both."
# # The GPT block: look around, then think
#
# Attention carries facts from token to token. A GPT does one thing more in every layer: it **thinks** about what each token has collected. After this
# lesson you can
# - read and write **PyTorch**, which is NumPy with a memory,
# - explain **layer norm**, and why its ε stands *inside* the root,
# - build a **neuron** that fires for "Michael" AND "Jordan",
# - put both halves into a **block**, and prove that it is PyTorch's own,
# - see the residual stream as a **road with exits**, and take an exit away.
#
# *45 minutes · needs [lesson 7](07_many_heads.ipynb).*

# %% [markdown] slide="slide"
# ## Two minutes of PyTorch
#
# Until now we used NumPy. From here on it is PyTorch, whose arrays are called [tensors](../GLOSSARY.md#tensor). Here are the scores of our sentence
# with both.

# %%
import numpy as np
import torch

from course_lib import show
from course_lib.attention.sentence import FEATURES, TOKENS, E, W_k, W_q
from course_lib.check import predict

# %%
x, query_weights, key_weights = (torch.tensor(matrix) for matrix in (E, W_q, W_k))
scores = (x @ query_weights) @ (x @ key_weights).T / 4**0.5  # (T_query, T_key)
{
    "it is a": type(scores).__name__,
    "differs from NumPy by": float(abs(scores.numpy() - E @ W_q @ (E @ W_k).T / 2).max()),
}

# %% [markdown]
# The same code. So why change? A tensor can live on a GPU. And above all, it **remembers how it was made**.

# %%
predict(
    "a = [3, −2], and total = (a * a).sum() is 13. total.backward() asks how much total moves if an entry of a is nudged a little. What is a.grad?",
    {
        "[9, 4]": "That is what each entry contributes. But how fast does it change?",
        "[6, −4]": "The slope of a² is 2a. Nobody told PyTorch: it went back the way total had come.",
        "[1, 1]": "That would be the slope of a plain sum, without the squares.",
    },
    right="[6, −4]",
)

# %%
a = torch.tensor([3.0, -2.0], requires_grad=True)  # remember what is done with a
total = (a * a).sum()
total.backward()
{"total": total.item(), "made by": type(total.grad_fn).__name__, "gradient": a.grad.tolist()}

# %% [markdown]
# `total` knows that it is a sum, and of what. So it can walk back and leave a [gradient](../GLOSSARY.md#gradient) at every tensor that took part. That
# is how a model of millions of numbers learns: lesson 10. Today we only use it once, to catch a bug.
#
# Most names stay. `axis` is called `dim`, and `keepdims` is `keepdim`. One trap is worth a guess:

# %%
predict(
    "The variance of [1, 3] is 1 in NumPy: both are 1 away from the mean. What does torch.tensor([1.0, 3.0]).var() say?",
    {
        "1": "It should, you would think.",
        "2": "It divides by n − 1 instead of n, as one does for a sample. Say unbiased=False to get 1.",
        "an error": "It would be kinder.",
    },
    right="2",
)

# %%
pair = torch.tensor([1.0, 3.0])
{"NumPy": float(np.var([1.0, 3.0])), "torch": pair.var().item(), "unbiased=False": pair.var(unbiased=False).item()}

# %% [markdown] slide="slide" notes="The stream is a sum of everything that was ever said. Sums grow. Let them remember the saturated softmax of lesson 4."
# ## Vectors that grow
#
# Every layer *adds* to the [residual stream](../GLOSSARY.md#residual-stream). So its vectors become longer and longer: in a model that we train below,
# many times as long. What does that do to attention?

# %%
predict(
    "creature looks at fluffy with 0.42 and at blue with 0.58. Now all vectors are 5 times as long, with the same directions. What does it do?",
    {
        "the same: only directions count": "In the cosine they would. The dot product counts lengths as well, those of the query and of the key.",
        "it looks at blue alone": "5 times as long means scores 25 times as large. The softmax saturates.",
        "it looks at all equally": "That happens if scores shrink to 0. These grow.",
    },
    right="it looks at blue alone",
)

# %%
from course_lib.attention import causal_mask, masked_pattern

may_look = causal_mask(8)  # (T, T)
creature = TOKENS.index("creature")
rows = [masked_pattern(c * E @ W_q, c * E @ W_k, may_look)[creature] for c in (1, 2, 5)]
lengths = ["as they are", "2 times as long", "5 times as long"]
show.pattern(rows, lengths, keys=TOKENS, title="The longer the vectors, the harder the choice")

# %% [markdown]
# A [saturated](../GLOSSARY.md#saturated) softmax learns nothing more (lesson 4). A head in a late layer should see which *way* a vector points, and not how much has
# piled up on the road. So each part gets a copy of the stream in which every vector has the same size.

# %% [markdown] slide="slide" notes="Do it on the board with 1, 2, 3, 6: mean 3, differences −2, −1, 0, 3, squares 4, 1, 0, 9, mean 3.5, root 1.87."
# ## Layer norm, by hand
#
# [Layer norm](../GLOSSARY.md#layer-norm) takes one vector and does two things: subtract the mean of its numbers, divide by their spread.

# %%
v = torch.tensor([1.0, 2.0, 3.0, 6.0])
centred = v - v.mean()
normed = centred / centred.pow(2).mean().sqrt()
steps, numbers = ["v", "− mean", "÷ spread"], ["1st", "2nd", "3rd", "4th"]
show.heatmap(torch.stack([v, centred, normed]), steps, numbers, "Mean 0, and spread 1", "step", "number")

# %%
predict(
    "What is the layer norm of 10 · v, and of v + 100?",
    {
        "both are the same as of v": "The mean takes the 100 away, and the spread the 10.",
        "only that of v + 100 is the same": "The spread of 10 · v is 10 times as large, too, and we divide by it.",
        "all three differ": "Try it: what is left of 10 and of 100 after the two steps?",
    },
    right="both are the same as of v",
)

# %% slide="subslide"
from course_lib.model import layer_norm

{name: layer_norm(vector, gain=1, shift=0) for name, vector in {"v": v, "10 · v": 10 * v, "v + 100": v + 100}.items()}

# %% [markdown]
# Whatever comes in, a vector of C numbers goes out with length √C. Only the shape of the vector is left.
#
# Sometimes a model may *want* one feature louder than another. So two learned numbers for each feature follow: times `gain`, plus `shift`. They
# start at 1 and 0, which changes nothing.

# %% slide="subslide"
predict(
    "In a table (T, C), should mean and spread be taken over the C features of each token, or over the T tokens of each feature?",
    {
        "over the features": "Each token by itself. No token learns anything about another one.",
        "over the tokens": "Then the first token's numbers would depend on the last token: a leak, as in lesson 5.",
        "it makes no difference": "Change the last token, and see whether the first one moves. That is the next cell.",
    },
    right="over the features",
)

# %%
changed = x.clone()
changed[-1] += torch.arange(12)  # another last token
moves = {
    "over the features": layer_norm(changed, 1, 0)[0] - layer_norm(x, 1, 0)[0],
    "over the tokens": layer_norm(changed.T, 1, 0).T[0] - layer_norm(x.T, 1, 0).T[0],
}
{f"{name}: the first token moves by": round(move.abs().max().item(), 2) for name, move in moves.items()}

# %% [markdown]
# Over the tokens, the first word would feel what the last one will be. So layer norm never looks beyond one token.

# %% [markdown] slide="slide" notes="The one place where we need autograd today. NaN is contagious: one of them, and after the next step every weight is NaN."
# ## Why there is an ε, and why inside the root
#
# The formula in full is
#
# $$\frac{x - \text{mean}}{\sqrt{\text{variance} + \varepsilon}} \cdot \text{gain} + \text{shift}$$
#
# ε is tiny, 0.00001. It is there for a vector whose numbers are all equal: without it, 0/0. But why *inside* the root? √variance + ε would not be 0 either.

# %%
predict(
    "A vector of four equal numbers goes through both forms, and both give 0. Then we ask for the gradient. What comes back?",
    {
        "both times something finite": "ε saves the division. But the root has a slope of its own.",
        "NaN, if ε stands outside": "At 0 the root goes up vertically: its slope is infinite, and ∞ · 0 is not a number.",
        "NaN, if ε stands inside": "Inside, the root never comes to 0, and its slope stays finite.",
    },
    right="NaN, if ε stands outside",
)


# %%
def gradient(eps_inside):
    flat = torch.full((4,), 3.0, requires_grad=True)
    variance = (flat - flat.mean()).pow(2).mean()
    spread = (variance + 1e-5).sqrt() if eps_inside else variance.sqrt() + 1e-5
    ((flat - flat.mean()) / spread)[0].backward()
    return flat.grad.round().tolist()


{"inside": gradient(True), "outside": gradient(False)}

# %% [markdown]
# A single NaN among the gradients, and after the next training step all weights are NaN. That is what the ε is placed against. (PyTorch's own layer has it inside, too.)

# %% [markdown] slide="slide" notes="Say clearly that tokens do not see each other in this part. Everything happens within one column of the video's picture."
# ## The other half: a neuron that says AND
#
# Now the thinking. Suppose that attention has done its work, and the vector of a last name knows the first name in front of it. Five vectors, with
# properties that one can read:

# %%
PROPERTIES = ["Michael", "Jordan", "basketball", "music", "river"]
PHRASES = ["Michael Jordan", "Michael Jackson", "Jordan Peele", "river Jordan", "creature"]
names = torch.tensor([[1.0, 1, 0, 0, 0], [1, 0, 0, 1, 0], [0, 1, 0, 0, 0], [0, 1, 0, 0, 1], [0, 0, 0, 0, 0]])
show.heatmap(
    names, PHRASES, PROPERTIES, "What each vector knows so far", row_name="vector", column_name="property", pattern=True
)

# %% [markdown]
# Only the first one plays basketball. Neither half of the name says so: it takes both. A [neuron](../GLOSSARY.md#neuron) asks with a dot product, adds
# a fixed number, its **bias**, and lets through only what is above 0. That last step is called [ReLU](../GLOSSARY.md#relu).

# %% slide="subslide"
predict(
    "A neuron asks for “Michael” plus “Jordan”, and its bias is −1. For whom is it above 0?",
    {
        "for all with Michael or Jordan": "One of the two gives 1, minus 1 is 0: silent.",
        "for Michael Jordan alone": "He alone has both: 1 + 1 − 1 = 1. Addition and a threshold make an AND.",
        "for nobody": "Michael Jordan gets 2 from the sum, and 1 is left.",
    },
    right="for Michael Jordan alone",
)

# %%
weights, bias = torch.tensor([1.0, 1, 0, 0, 0]), -1
answers = names @ weights
steps = torch.stack([answers, answers + bias, (answers + bias).relu()])
named = ["dot product", "plus bias", "ReLU"]
show.heatmap(steps, named, PHRASES, "It fires for Michael AND Jordan", "step", "vector")

# %% [markdown]
# **Change it:** with which bias does it become an OR? With which one does it stay silent for ever?
#
# When it fires, it has something to say. Each neuron has a second vector: what is added to the stream if it fires, as strongly as it fires. Ours says
# "basketball".

# %% slide="subslide"
says = torch.tensor([0.0, 0, 1, 0, 0])
fires = (names @ weights + bias).relu()
update = fires[:, None] * says
show.heatmap(
    names + update, PHRASES, PROPERTIES, "x + update: one plays basketball", "vector", "property", pattern=True
)

# %% [markdown]
# That is how a fact can be stored in a GPT: a question in one matrix, the answer in another one, and a bend between them. (In a trained model a fact is
# rarely kept by a single neuron so neatly: most of them take part in many.)

# %% [markdown] slide="slide"
# ## Many neurons, and a bend that can't be left out
#
# A GPT has 4 · C neurons in each layer. Their questions are the columns of `W_up`, their answers the rows of `W_down`:
#
# `update = bend(x @ W_up + b_up) @ W_down + b_down`
#
# It is called the [MLP](../GLOSSARY.md#mlp), for multilayer perceptron.

# %%
predict(
    "Leave out the bend. What can the two matrices still do?",
    {
        "the same, only less sharply": "Then an AND would still be possible somehow. The next cell says no.",
        "no more than one single matrix": "(x @ W_up) @ W_down is x @ (W_up @ W_down): one matrix, whatever the size of the layer between.",
        "nothing at all": "A matrix can do a lot: turn, stretch, pick. But it can't say AND.",
    },
    right="no more than one single matrix",
)

# %%
torch.manual_seed(8)
W_up, b_up, W_down = torch.randn(5, 20), torch.randn(20), torch.randn(20, 5)
two = (names @ W_up + b_up) @ W_down  # (T, C)
one = names @ (W_up @ W_down) + b_up @ W_down  # (T, C)
{"20 neurons without a bend, against one matrix": round((two - one).abs().max().item(), 4)}

# %% [markdown]
# And one matrix only adds: what it says for Michael Jordan is what it says for Michael, plus what it says for Jordan. It can't say something for both and
# nothing for either. So all of the AND is in the bend.
#
# GPT bends a little more softly than ReLU: by [GELU](../GLOSSARY.md#gelu).

# %% slide="subslide"
from torch.nn import functional as F

h = torch.linspace(-4, 4, 81)
show.lines(
    {"ReLU": h.relu(), "GELU": F.gelu(h)},
    x=h,
    title="GELU: like ReLU from afar, smooth near 0",
    x_name="into the neuron",
    y_name="out of it",
)

# %%
by_tanh = F.gelu(h, approximate="tanh")  # GPT-2's way to compute it
{"the exact GELU and GPT-2's differ by at most": round((F.gelu(h) - by_tanh).abs().max().item(), 4)}

# %% [markdown]
# Below 0 ReLU is quite flat: a neuron that is silent for every text gets no gradient, and stays silent for ever. GELU leaves it a little
# slope to come back. Which of its two forms is used makes no difference that one could see.

# %% [markdown] slide="slide" notes="This is the sentence to remember: attention moves, the MLP concludes. Neither can do the other's work."
# ## First look around, then think
#
# Back to our sentence. Here is a neuron for "animal AND soft", something to cuddle.

# %%
predict(
    "At which token does it fire, before attention and after it?",
    {
        "at fluffy, both times": "fluffy is soft, but it is an adjective and no animal.",
        "at creature, both times": "Before attention nothing in the vector of creature says soft.",
        "at creature, only after attention": "Attention brings “soft” from fluffy. Only then are both facts in one place.",
    },
    right="at creature, only after attention",
)

# %%
from course_lib.attention import attend
from course_lib.attention.sentence import W_down as value_down
from course_lib.attention.sentence import W_up as value_up
from course_lib.model import and_neuron

E_after = E + attend(E @ W_q, E @ W_k, E @ value_down, may_look) @ value_up  # (T, C)
animal, soft = (torch.eye(12, dtype=torch.float64)[FEATURES.index(name)] for name in ("animal", "soft"))
fires = torch.stack([and_neuron(torch.tensor(stream), animal, soft) for stream in (E, E_after)])
title = "The neuron for “animal AND soft” needs attention first"
show.heatmap(fires, ["before attention", "after attention"], TOKENS, title, "stream", "token")

# %% [markdown]
# An MLP sees one token, and nothing else. It can conclude, but only from what stands in that one vector. Attention moves facts from token to token, but it
# only mixes them. So each layer of a GPT has both, in this order.

# %% [markdown] slide="slide" notes="Draw it as you speak: the stream straight through, two detours. Each detour begins with a norm."
# ## The block
#
# A [block](../GLOSSARY.md#block) is two detours from the stream:
# 1. x, **plus** what attention makes of a normalised copy of x;
# 2. then the same with another norm, and the MLP.
#
# Two lines of code, and you will write them. Ours is in `course_lib/model/gpt.py`, with learned weights inside. PyTorch has such a block as well, and it is named after an [encoder](../GLOSSARY.md#encoder):

# %%
from torch import nn

from course_lib.model import Block, GPTConfig

torch.manual_seed(8)
ours = Block(GPTConfig(n_layer=1, n_head=4, n_embd=32))
theirs = nn.TransformerEncoderLayer(
    32, 4, 128, dropout=0.0, activation=ours.mlp.bend, norm_first=True, batch_first=True
)

# %% [markdown]
# The same sizes, but each drew its own random weights. So copy ours into theirs. Only the names differ:

# %% slide="subslide"
CALLED = {"norm_1": "norm1", "norm_2": "norm2", "mlp.up": "linear1", "mlp.down": "linear2"}
CALLED |= {"attention.qkv.": "self_attn.in_proj_", "attention.project": "self_attn.out_proj"}
renamed = {}
for name, weight in ours.state_dict().items():
    part = next(part for part in CALLED if name.startswith(part))
    renamed[name.replace(part, CALLED[part])] = weight
theirs.load_state_dict(renamed)

# %%
predict(
    "Every weight has found its place. What does PyTorch's encoder layer still need, to give the same as our GPT block?",
    {
        "nothing": "An encoder lets every token see all others.",
        "a causal mask": "That is all that makes a GPT's block out of an encoder's.",
        "another MLP": "It has the same: up, GELU, down.",
    },
    right="a causal mask",
)

# %%
texts = torch.randn(2, 8, 32)  # (B, T, C)
may_look = torch.tensor(causal_mask(8))  # (T, T)
difference = {
    "without a mask": (ours(texts) - theirs(texts)).abs().max(),
    "with src_mask=~may_look": (ours(texts) - theirs(texts, src_mask=~may_look)).abs().max(),
}
{name: round(value.item(), 3) for name, value in difference.items()}

# %% [markdown]
# Equal. (Mind the `~`: this layer's masks say True for *hidden*, while ours, and `F.scaled_dot_product_attention`, say True for *may look*.)
#
# You have now seen every piece of a GPT from inside. What is left is to pile up blocks.

# %% [markdown] slide="slide" notes="Trains for about five seconds. Let them guess meanwhile."
# ## The stream is a road with exits
#
# Let us train six blocks for a few seconds, on the made-up language of lesson 6, and then walk along the stream with a ruler. Each exit reads the road, and adds its update.

# %%
from course_lib.experiments import depth, tiny

model = depth.small_gpt(n_layer=6, seed=1)
losses = depth.train(model, steps=300, rate=0.01, batch=16, warm_up=20, seed=1)
tiny.coarse(losses)  # the mean loss of every 50 steps

# %%
predict(
    "How does the size of the vectors change on the way through the six blocks?",
    {
        "it stays: there are norms everywhere": "The norms stand at the exits. Nobody touches the road itself.",
        "it grows": "All that happens to the road is that something is added to it.",
        "it shrinks": "An update could take something away, but nothing pushes all of them to do so.",
    },
    right="it grows",
)

# %% [markdown]
# This loop *is* the model, but for the ruler: at every exit, a norm, a part, and a plus.


# %%
@torch.no_grad()
def walk(model, ids):
    x = model.tokens(ids) + model.positions.weight  # (B, T, C)
    sizes, added = [x.norm(dim=-1).mean()], []
    for block in model.blocks:
        for norm, part in [(block.norm_1, block.attention), (block.norm_2, block.mlp)]:
            update = part(norm(x))  # (B, T, C)
            x = x + update
            sizes.append(x.norm(dim=-1).mean())
            added.append(update.norm(dim=-1).mean())
    return sizes, added


# %% slide="subslide"
sizes, added = walk(model, depth.windows(64, np.random.default_rng(5)))
times = round(float(sizes[-1] / sizes[0]))
show.road(sizes, added, title=f"The stream leaves {times} times as long as it came: every exit adds something")

# %% [markdown]
# The first MLP says the most: it turns the vector of a word into something that the others can work with. After that, each exit adds a modest part to a long vector. (The
# sizes do not simply add up, as updates point in different directions.)
#
# And now you see what the norms at the exits are for. The last block reads a road that is many times as wide as the first one's, and yet gets vectors of
# the same size.

# %% [markdown] slide="slide" notes="In most machines, taking out a part in the middle is the end. Ask for bets."
# ## Close an exit
#
# What if one block is taken out of the trained model, without any further training? In lesson 6, layers without the "+" could not even be trained.

# %%
predict(
    "Take out one of the six blocks. What happens to the loss?",
    {
        "the model is ruined, whichever it is": "The others read what the stream holds, and most of it is still there.",
        "nothing much, whichever it is": "True of five of them. But look at the first one.",
        "nothing much, but for one of them": "The road goes on without it. Only the first block has no stand-in.",
    },
    right="nothing much, but for one of them",
)

# %%
without = [depth.loss_without(model, block) for block in (None, 0, 1, 2, 3, 4, 5)]
blind_guess = np.log(len(tiny.language().vocabulary))  # all words alike
show.bars(
    np.round([*without, blind_guess], 1),
    ["none", *(f"block {n}" for n in range(1, 7)), "blind guess"],
    title="Take out any block but the first, and the model still works",
    x_name="what was taken out",
    y_name="loss (nats per token)",
    highlight=[0],
)

# %% [markdown]
# Without its first block the model is worse than a blind guess among all words: confidently wrong. Without one of the later blocks the loss
# only rises a little. If each block *replaced* the stream, the next one would
# have nothing to read. So a deep GPT is less like a chain than like a crowd in which each adds a word (Veit et al. 2016).

# %% [markdown] slide="slide" notes="This was found the hard way. The first transformers needed a warm-up or did not train at all, and for years nobody could quite say why."
# ## Norms at the exits, or on the road?
#
# In the transformer of 2017 the norm stood *on* the road: `x = norm(x + attention(x))`. That is called post-norm, and ours is
# [pre-norm](../GLOSSARY.md#pre-norm). Which is better? First with two blocks, trained in the same way:

# %%
orders = {"pre-norm": False, "post-norm": True}
shallow = {name: depth.small_gpt(2, post_norm=post, start="xavier") for name, post in orders.items()}
{name: tiny.coarse(depth.train(model)).tolist() for name, model in shallow.items()}

# %% [markdown]
# Post-norm wins! Three numbers for each: the mean loss of every 50 steps, and its end is lower. Now the same with ten blocks.

# %%
predict(
    "Ten blocks each, 150 steps. Which one learns?",
    {
        "post-norm, again faster": "Each of its norms rescales the whole road, and now there are 20 in a row.",
        "both": "One of them does not get beyond the words' frequencies.",
        "only pre-norm": "With norms at the exits there is a road from the first layer to the last that nothing bends.",
    },
    right="only pre-norm",
)

# %% slide="subslide"
runs = {"pre-norm": (False, 0), "post-norm": (True, 0), "post, warm-up": (True, 60)}
curves = {}
for name, (post, warm_up) in runs.items():
    deep = depth.small_gpt(10, post_norm=post, start="xavier")
    curves[name] = tiny.coarse(depth.train(deep, warm_up=warm_up), every=30)

# %%
frequencies = tiny.language().unigram_entropy()  # the loss of one who knows only these
show.lines(
    curves,
    x=range(15, 150, 30),
    title=f"Ten blocks: post-norm is stuck at the words' frequencies ({frequencies:.1f})",
    x_name="training step",
    y_name="loss (nats per token)",
)

# %% [markdown]
# Deep post-norm only learns how frequent the words are. If the first 60 steps are small ones, a *warm-up*, it gets going after all. At the
# start its gradients are large near the output (Xiong et al. 2020), and full steps throw it into a corner that it does not leave.
#
# Pre-norm does not care. That is why GPTs since GPT-2 have it: not because it is always better, but because it can be made deep without fuss.
#
# **Change it:** let ten blocks with post-norm start with GPT-2's small weights, `start="small"`, and other seeds, in both calls.

# %% [markdown] slide="skip"
# ## In the video's notation
#
# | | video: a token is a column | code: a token is a row |
# |---|---|---|
# | up | $W_\uparrow \vec E + \vec B_\uparrow$ | `x @ W_up + b_up` |
# | a neuron's question | a row of $W_\uparrow$ | a column of `W_up` |
# | what it adds | a column of $W_\downarrow$ | a row of `W_down` |
# | add | $\vec E$ + the result | `x + mlp(norm_2(x))` |
#
# `nn.Linear(C, 4 * C).weight` has shape (4 · C, C): it is the video's $W_\uparrow$, and the transpose of our `W_up`. The video leaves layer norm out of its
# pictures; real models have it.

# %% [markdown] slide="slide"
# ## What to take away
#
# 1. Layer norm gives every part vectors of the same size: each token by itself, ε inside the root.
# 2. Attention moves facts, the MLP concludes: questions up, a bend, answers down. Without the bend there is no AND.
# 3. A block is two additions to the stream. The norms stand at the exits, the road stays free, and can be long.
#
# **Now you:** the [exercise sheet](../exercises/08_gpt_block.ipynb), four functions, about 30 minutes.
