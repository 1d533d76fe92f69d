# %% [markdown] slide="slide" notes="Write 175,181,291,520 on the board. At the end of the hour everybody can say where each of these parameters sits."
# # The whole GPT, counted
#
# All pieces are there: tokens, heads, blocks. Now they become one model, and you count every number in it. After this lesson you can
# - read a whole GPT in code, **from ids to logits**,
# - say what a model predicts *before* it has learned anything,
# - count the **175,181,291,520** parameters of GPT-3, line by line, and say where most of them sit,
# - say why two honest counts of one model differ,
# - load **GPT-2's** own weights into this model.
#
# *40 minutes · needs [lesson 8](08_gpt_block.ipynb).*

# %% [markdown] slide="slide" notes="Read the five lines aloud, and let them say for each one in which lesson they built it."
# ## The whole way, in five lines
#
# `course_lib/model/gpt.py` holds the whole model, about a hundred lines, from top to bottom. This is all that its `forward` does with a text, after a look at its
# length:

# %%
import inspect

import torch

from course_lib import show
from course_lib.check import predict
from course_lib.model import GPT, Block, CausalSelfAttention, GPTConfig

forward = inspect.getsource(GPT.forward)
print(forward[forward.index("x = self") :])

# %% [markdown]
# Pass over `caches`: they are for lesson 12, and without them the places run from `start` = 0 to `end` = T. What remains are five steps.
#
# 1. look up each token, and each place (lesson 2),
# 2. add the two (lesson 2),
# 3. let the blocks run, one after the other (lesson 8),
# 4. one last norm (lesson 8),
# 5. `unembed`: from C numbers to a score for each token of the vocabulary. Only this one is new.

# %%
predict(
    "In which of these steps can a token learn anything about another one?",
    {
        "in all of them": "Looking up, adding, norm and unembed treat every token by itself.",
        "in the blocks": "And there only in the attention: it is the one place where tokens look at each other.",
        "in unembed": "It compares each token's vector with the table. Its neighbours play no part.",
    },
    right="in the blocks",
)

# %% slide="subslide"
print(inspect.getsource(Block.forward))
print(inspect.getsource(CausalSelfAttention.forward))

# %% [markdown]
# The block is lesson 8, and its attention is lesson 7: make q, k, v, split, attend, merge, project. One thing is packed more tightly: `qkv` is a single matrix for
# three, `W_q`, `W_k` and `W_v` side by side, and `chunk(3)` cuts the result up again.
#
# **Change it:** print the rest, `inspect.getsource(model)`. Reading it aloud takes three minutes, and nothing in it should be strange.

# %% [markdown] slide="slide"
# ## Logits: a score for every token, at every place
#
# A small GPT for the fluffy language of lesson 6, with random weights. Nobody has trained it. Our sentence goes in.

# %%
from course_lib.text import FluffyCorpus, decode, encode

corpus = FluffyCorpus(seed=1)
vocabulary = corpus.vocabulary
torch.manual_seed(9)
small = GPT(GPTConfig(n_layer=4, n_head=4, n_embd=64, context_length=64, vocab_size=len(vocabulary)))
story = "a fluffy blue creature roamed the verdant forest".split()
ids = torch.tensor([encode(story, vocabulary)])  # (B, T)

# %%
predict(
    "One text of 8 tokens goes in, and the vocabulary has 102 entries. What shape do the logits have?",
    {
        "(1, 102)": "That would be one prediction, for the end of the text. The model makes one at every place, all at once.",
        "(1, 8, 102)": "At each of the 8 places a score for each of the 102 tokens that might come next.",
        "(1, 8, 64)": "The stream has 64 numbers for each token. The last step turns them into scores for the vocabulary.",
    },
    right="(1, 8, 102)",
)

# %%
logits = small(ids)  # (B, T, V)
{"ids": tuple(ids.shape), "logits": tuple(logits.shape)}

# %% [markdown] slide="subslide"
# A score before the softmax is called a [logit](../GLOSSARY.md#logit). It is a dot product, as in lesson 1: the token's last vector, with the row of each token
# in a table. Which table? The *same* one that turned ids into vectors at the start. That is [weight tying](../GLOSSARY.md#weight-tying): one table reads
# tokens in and predictions out.

# %%
predict(
    "The model is untrained, all weights are random. Which token gets the highest score at each place?",
    {
        "some token, at random": "It looks as if it must be so. But something links a token with its own row of the table.",
        "the token that has just been read": "Its vector still is in the stream, and a vector agrees most with itself.",
        "the right next token": "It knows nothing about the language yet.",
    },
    right="the token that has just been read",
)

# %%
{"read": " ".join(story), "highest score": " ".join(decode(logits[0].argmax(-1).tolist(), vocabulary))}

# %% [markdown]
# An echo. The blocks start small, so each token's own vector travels along the residual stream almost untouched, and at the end it is compared with its
# own row. You see the stream (lesson 6) and the tied table at work, in a model that knows nothing.
#
# **Change it:** put `for weight in small.blocks.parameters(): weight.data *= 2` in front of the line that makes `logits`, and run both cells again. Is the echo still
# there?

# %% [markdown] slide="slide" notes="Let them guess first how surprised somebody is who has no idea at all. One in 102: that is the whole calculation."
# ## How surprised is it?
#
# The softmax turns the logits of a place into probabilities. How much did the model give to the token that really comes next? The usual measure is −ln of that probability, its
# surprise; its mean over many tokens is the *loss* (lesson 10).

# %%
predict(
    "Somebody without any idea gives each of 102 tokens the same probability. How surprised are they, on average?",
    {
        "0": "That would be somebody who foresees every word for certain.",
        "ln 102 = 4.62": "−ln(1/102). Whatever comes, it had 1/102.",
        "102": "One in 102 is right. But the measure is the logarithm.",
    },
    right="ln 102 = 4.62",
)

# %%
texts = torch.tensor(encode(corpus.tokens(32 * 65), vocabulary)).view(32, 65)
probabilities = small(texts[:, :-1]).softmax(-1)  # (B, T, V)
given = probabilities.gather(-1, texts[:, 1:, None])
{"surprise of the model": f"{-given.log().mean():.1f}", "ln V": f"{torch.tensor(len(vocabulary)).log():.1f}"}

# %% slide="subslide"
likeliest = logits[0, -1].softmax(-1).topk(8)
show.bars(
    (100 * likeliest.values).round(decimals=1).tolist(),
    decode(likeliest.indices.tolist(), vocabulary),
    title="Before training nothing is likely: the echo is only just ahead",
    x_name="the eight likeliest tokens after “… the verdant forest”",
    y_name="per cent",
    highlight=[0],
)

# %% [markdown]
# No better than having no idea at all: the echo is a slight preference, not more. Remember ln V. If a training run does *not* start there, something is
# wrong with the model (or it sees the answer: lesson 5).

# %% [markdown] slide="slide" notes="From here on it is arithmetic. Let them multiply on paper: 12,288 times 50,257, roughly, is 600 million."
# ## The ledger opens
#
# Now the counting. A [parameter](../GLOSSARY.md#parameter) is a number that is learned. Five sizes are enough to count those of any GPT; these are GPT-3's.

# %%
from course_lib.costs import GPT_2, GPT_3, code_ledger, fully_connected_parameters, video_ledger

n_layer, n_head, n_embd, vocab_size = GPT_3.n_layer, GPT_3.n_head, GPT_3.n_embd, GPT_3.vocab_size
head_size = n_embd // n_head
vars(GPT_3) | {"head_size": head_size}

# %% [markdown]
# **Lesson 2** writes the first line: a row of `n_embd` numbers for each token. **Lesson 3** adds queries and keys: in every head, one matrix each from `n_embd` numbers down to
# `head_size`.

# %%
embedding, one_query = vocab_size * n_embd, head_size * n_embd
queries = n_layer * n_head * one_query
{name: f"{count:,}" for name, count in {"embedding": embedding, "one W_q": one_query, "all of them": queries}.items()}

# %% [markdown] slide="subslide"
# **Lesson 6** adds what is passed on. A value has to be as long as the stream, and so one would take a square matrix, `n_embd` by `n_embd`.

# %%
predict(
    "How much larger is a square value matrix than W_q?",
    {
        "just as large": "W_q leads down to 128 numbers only.",
        "96 times": "12,288 columns instead of 128. Value-down and value-up together cost two W_q instead.",
        "12,288 times": "Both have 12,288 rows. Compare the columns.",
    },
    right="96 times",
)

# %%
thin = 2 * one_query  # value-down, and value-up
{"square": f"{n_embd**2:,}", "down and up": f"{thin:,}", "square / W_q": n_embd**2 // one_query}

# %% [markdown] slide="slide" notes="Collect guesses for the share of attention before you show the picture. After six lessons about nothing else, most say more than half."
# ## Every lesson adds its line
#
# With **lesson 7** the heads are complete (the ways up of a layer's heads lie in one output matrix), and **lesson 8** adds two matrices of the MLP in each layer, up to 4 · C neurons and down again. Now
# the last one: the way out, which the video counts as a table of its own.

# %%
predict(
    "The paper is called “Attention Is All You Need”. What share of GPT-3's parameters belongs to attention?",
    {
        "nearly all of them": "Attention is what is new. It is not what is large.",
        "about a half": "Four thin matrices in each head add up to 4 · C² a layer; the MLP's two have 4 · C² each.",
        "about a third": "4 · C² of 12 · C² in each layer.",
    },
    right="about a third",
)

# %%
gpt_3 = video_ledger(GPT_3)
{f"after lesson {n}": f"{gpt_3.upto(n).total:,}" for n in ("02", "03", "06", "07", "08", "09")}

# %% slide="subslide"
show.ledger(gpt_3, title=f"GPT-3: {gpt_3.total:,} parameters, and a third of them is attention")

# %% [markdown]
# A third is attention, two thirds are the MLPs, and all tables together are not one per cent. (In smaller models the tables weigh more: you
# will see.)
#
# How many matrices is that? In each layer three for each head, one output matrix for all heads together, and two of the MLP. And two tables.

# %%
matrices = 2 + 3 * n_head * n_layer + 3 * n_layer
{"matrices": f"{matrices:,}", "as the ledger says": f"{gpt_3.matrices:,}", "parameters": f"{gpt_3.total:,}"}

# %% [markdown] slide="slide"
# ## Move the sizes

# %%
predict(
    "The model becomes twice as wide, all else stays as it is. How many parameters does it have then?",
    {
        "twice as many": "That holds for the tables. But a matrix of a layer has the width on both sides.",
        "nearly four times as many": "12 · C² in each layer grows by 4. Only the two tables grow by 2.",
        "twice as many heads are needed first": "The heads become twice as wide instead: 256 numbers each.",
    },
    right="nearly four times as many",
)

# %%
from dataclasses import replace

changes = {"twice as wide": {"n_embd": 24_576}, "twice as deep": {"n_layer": 192}}
changes |= {"a sixth of the heads": {"n_head": 16}, "four times the context": {"context_length": 8_192}}
{name: round(video_ledger(replace(GPT_3, **change)).total / gpt_3.total, 2) for name, change in changes.items()}

# %% slide="subslide"
show.LedgerSliders(n_layer=12, n_head=12, n_embd=768, context_length=1_024)

# %% [markdown]
# Width counts squared, depth once, and the number of heads not at all: it is one and the same width, dealt out differently (lesson 7). The context costs nothing either! It costs *time and memory*
# (lesson 13), but no parameters: the same matrices serve every place.
#
# The sliders begin at GPT-2's sizes. **Change it:** make the model wider and deeper, until the two tables together are a tenth of it. And what happens if you switch "counted as"?

# %% [markdown] slide="slide" notes="This question came up under the video. The number is so large that a comparison helps: it is for one layer."
# ## You asked: would it take hundreds of trillions without all this?
#
# *"Without this structure, with layers in which everything is connected to everything, would one need hundreds of trillions of weights?"* Count it. A context is `context_length` tokens of `n_embd`
# numbers. A fully connected layer has a weight from each of these numbers to each of the next ones.

# %%
predict(
    "How many weights does one such layer have for GPT-3's context, compared with one block of GPT-3 (1.8 billion)?",
    {
        "about 2,000 times as many, once for each token": "That would be a layer for each token by itself, in which they never meet.",
        "about 350,000 times as many": "25 million numbers in, 25 million out: 6.3 · 10¹⁴ weights. Hundreds of trillions, for one layer.",
        "about as many": "Then attention would be a waste of time.",
    },
    right="about 350,000 times as many",
)

# %%
T, C = GPT_3.context_length, GPT_3.n_embd
connected, block = fully_connected_parameters(T, C), 12 * C**2
{"fully connected": f"{connected:,}", "a block": f"{block:,}", "ratio": f"{connected // block:,}"}

# %% slide="subslide"
import numpy as np

contexts = 2 ** np.arange(12)
curves = {"fully connected": np.log10(fully_connected_parameters(contexts, float(C)))}
curves["a block"] = np.full(12, np.log10(block))
title = "Weights of one layer: a block needs the same for every context"
show.lines(curves, title, "tokens in the context, as a power of 2", "weights, as a power of 10")

# %% [markdown]
# So yes: about 633 trillion, for *one* of 96 layers. Only for up to three tokens would it be the cheaper one.

# %% [markdown] slide="subslide" notes="A head has no weights for places. What it learns about adjectives in place 3 holds in place 300."
# Suppose that somebody could pay for it. Would it at least learn well? A tiny trial: in each text of 16 tokens one noun stands after one adjective, and at the noun the adjective is to be named. Two models train on
# it, one with a fully connected layer, one with a single head. In training the noun always stands at one of the places 1 to 7.

# %%
predict(
    "Afterwards the noun may stand anywhere. Where do the two still name its adjective?",
    {
        "both everywhere": "The fully connected layer has weights of its own for each pair of places. Those after place 7 have learned nothing.",
        "both at places 1 to 7 only": "A head has no weights for places at all: it knows adjectives by their keys, wherever they stand.",
        "the head everywhere, the other one at places 1 to 7": "What a head has learned at one place, it can do at all of them.",
    },
    right="the head everywhere, the other one at places 1 to 7",
)

# %% slide="subslide"
from course_lib.experiments.places_or_kinds import right_at_each_place

shares = {name: np.round(right_at_each_place(name), 1) for name in ("fully connected", "one head")}
show.lines(
    shares,
    x=range(1, 16),
    floors={"guessing": 1 / 8},
    title="A head uses everywhere what it learned at places 1 to 7",
    x_name="place of the noun",
    y_name="share of adjectives named",
)

# %% [markdown]
# Behind place 7 the fully connected layer only guesses, although it has 60 times as many weights. It would have to see *an adjective in front of a noun* at every place anew. A head's weights don't belong to
# places but to *kinds of vectors*: that is the structure which saves the trillions.

# %% [markdown] slide="slide" notes="There is no trick in it: ask them to name something that the model learns and that our table leaves out."
# ## Two honest counts
#
# The same ledger for GPT-2, which everybody calls "the 124M model":

# %%
gpt_2 = video_ledger(GPT_2)
with torch.device("meta"):  # a device without numbers: shapes only, so that any model fits into any laptop
    in_code = GPT(GPT_2).count()
{"as the video counts": f"{gpt_2.total:,}", "the model in code": f"{in_code:,}"}

# %%
predict(
    "38 million apart. Who has miscounted?",
    {
        "the video": "Its sum is right. It counts matrices only, and an unembedding of its own.",
        "the code": "It counts every number that is learned. But it has one table for two jobs.",
        "nobody": "They count different things, and both say which.",
    },
    right="nobody",
)

# %%
code, video = code_ledger(GPT_2).counts, gpt_2.counts
differ = {name: code.get(name, 0) - video.get(name, 0) for name in code | video}
{name: f"{count:+,}" for name, count in differ.items() if count} | {"together": f"{sum(differ.values()):+,}"}

# %% [markdown]
# The tied table is counted once in code, and twice in the video: that is nearly all of it. What the video leaves out is small: places, biases, norms.
#
# In GPT-3 the tables hardly matter. Counted the second way it has

# %%
with torch.device("meta"):
    in_code_3 = GPT(GPT_3).count()
{"as the video counts": f"{gpt_3.total:,}", "as a GPT-2 in code": f"{in_code_3:,}"}

# %% slide="subslide"
show.ledger(code_ledger(GPT_2), title=f"GPT-2 in code: {in_code:,} parameters, a third of them in one table")

# %% [markdown] slide="slide" notes="The trap is real, and it is silent: it has cost many people an afternoon."
# ## The same model, stored by somebody else
#
# GPT-2's weights are public. Its makers wrote other code, with other names, so the file has to be translated. Here is a tiny GPT with random weights, written to a file as Hugging Face stores a
# GPT-2. Let us look at three matrices of a block.

# %%
import tempfile

from safetensors.torch import load_file

from course_lib.model import load_gpt2, save_gpt2

tiny = GPT(GPTConfig(n_layer=2, n_head=3, n_embd=12, context_length=10, vocab_size=20)).eval()
for weight in tiny.parameters():
    torch.nn.init.normal_(weight, std=0.3)
folder = tempfile.TemporaryDirectory()
stored = load_file(save_gpt2(tiny, folder.name) / "model.safetensors")

# %%
pairs = {"attention.qkv": "attn.c_attn", "attention.project": "attn.c_proj", "mlp.up": "mlp.c_fc"}
theirs = {ours: stored[f"transformer.h.0.{name}.weight"] for ours, name in pairs.items()}
{
    name: (tuple(part.shape), tuple(tiny.blocks[0].get_parameter(f"{name}.weight").shape))
    for name, part in theirs.items()
}

# %% [markdown] slide="subslide"
# First the shape in the file, then the shape in our model. GPT-2's own code multiplies `x @ W` with W of shape (in, out); its layer is called Conv1D. PyTorch's `nn.Linear` keeps (out, in)
# and multiplies `x @ W.T`. So these weights have to be **transposed** on the way.

# %%
predict(
    "Somebody forgets to transpose attention.project, which is (12, 12). What happens?",
    {
        "an error: the shapes don't fit": "It is square. It fits in either direction.",
        "nothing: a square matrix stays the same": "Its shape does. Its numbers change places.",
        "no error, and wrong logits": "The worst kind of mistake: everything runs, and the model is a different one.",
    },
    right="no error, and wrong logits",
)

# %%
loaded, forgetful = load_gpt2(folder.name), load_gpt2(folder.name)
forgetful.blocks[0].attention.project.weight.data = theirs["attention.project"].clone()
some_ids = torch.arange(10)[None]  # (B, T)
off = {name: other(some_ids) - tiny(some_ids) for name, other in {"loaded": loaded, "forgetful": forgetful}.items()}
{name: round(difference.abs().max().item(), 2) for name, difference in off.items()}

# %% [markdown]
# Don't trust a loader that raises no error. Compare the logits with those of somebody else's code: the tests of this course do so with Hugging Face's own GPT-2.

# %% [markdown] slide="slide"
# ## The real one
#
# `load_gpt2` reads the real GPT-2 in the same way. If you have its `config.json`, `model.safetensors` and `vocab.json` in a folder `downloads/gpt2`, the next cell lets it go on with a text. With a network,
# `load_gpt2("openai-community/gpt2")` fetches them (about half a gigabyte; it needs the package `huggingface_hub`).

# %% tags=["nbval-ignore-output"]
from course_lib.model import NotLoaded, load_words

try:
    gpt2, words = load_gpt2("../downloads/gpt2"), load_words("../downloads/gpt2")
    text = [words[word] for word in "The blue creature walked through the green".split()]
    best = gpt2(torch.tensor([text]))[0, -1].topk(5).indices.tolist()
    print(f"{gpt2.count():,} parameters say:", [word for number in best for word in words if words[word] == number])
except NotLoaded as sentence:
    print(sentence)

# %% [markdown] slide="skip"
# ## In the video's notation
#
# | | video | code |
# |---|---|---|
# | embedding | $W_E$, a column for each token: $12{,}288 \times 50{,}257$ | `tokens.weight`, a row for each token |
# | unembedding | $W_U$, a matrix of its own | `unembed.weight`, the same table as `tokens.weight` |
# | value map | $W_{V\uparrow} W_{V\downarrow}$ for each head | a third of `qkv`, and `project` |
# | MLP | $W_\uparrow$, $W_\downarrow$ | `mlp.up`, `mlp.down` |
# | counted | matrices | every number that is learned |
#
# The video applies its [unembedding](../GLOSSARY.md#unembedding) to the last vector, which predicts the next token. Code applies it at every place: in training all of them count.

# %% [markdown] slide="slide"
# ## What to take away
#
# 1. A GPT is five lines: look up, add the places, run the blocks, norm, compare with the table. Out come logits, V at every place.
# 2. A third of the parameters is attention, two thirds are MLPs: 12 · C² a layer. Width counts squared, depth once, heads and context not at all.
# 3. A count needs a convention, and weights need the right layout. Compare with somebody else's numbers.
#
# **Now you:** the [exercise sheet](../exercises/09_whole_gpt_counted.ipynb), three functions, about 25 minutes.
