# %% [markdown] slide="slide" notes="Ask first: who has ever told a language model what an adjective is? Let them guess how many people were paid to mark the words. Nobody was."
# # How it learns: a question, a surprise, a small step
#
# All the weights were set by hand, or drawn at random. Now they are **learned**. After this lesson you can
# - say where the labels come from, though nobody marked anything,
# - measure how wrong a prediction is, in **nats**,
# - compute by hand which way `W_q`, `W_k` and `W_v` should move, **through the softmax**, and prove it,
# - train a GPT in a loop of ten lines, and read its curve,
# - recognise three mistakes by the curve that they make.
#
# *45 minutes · needs [lesson 9](09_whole_gpt_counted.ipynb).*

# %% [markdown] slide="slide" notes="Write the sentence on the board twice, the second time one word to the left. Every column is one exercise with its solution."
# ## The label is the next token
#
# To learn, one needs questions with answers. Here is all that a GPT ever gets: the text, and the same text, one token later.

# %%
import numpy as np

from course_lib import show
from course_lib.attention.sentence import TOKENS
from course_lib.check import predict

show.Table("Seven questions, seven answers", ["reads", *TOKENS[:-1]], [["should say", *TOKENS[1:]]])

# %% [markdown]
# Above what the model reads, below what it should say: its [target](../GLOSSARY.md#target). Thanks to the causal mask (lesson 5) all seven questions are answered at once,
# and each with everything in front of it. Any text in the world is a book of exercises with solutions.

# %%
predict(
    "Nothing in these pairs says that fluffy belongs to creature. Can a model find out all the same?",
    {
        "no, somebody has to mark it": "Nobody did, for any GPT. At the end of the lesson you see what ours has found.",
        "yes, if it helps to guess the next token": "Only if it helps. In “the creature was …” it helps a lot.",
        "yes, by looking for words that stand side by side": "The computer does not know that this is of interest. Something must pay for it.",
    },
    right="yes, if it helps to guess the next token",
)

# %% [markdown] slide="slide" notes="Play it: I think of a word, you give odds. Surprise is what you pay. Certainty that turns out wrong is ruinous."
# ## One number: the surprise
#
# The model gives every token of the vocabulary a probability. Then the target is uncovered. How **surprised** is the model? If it gave the target the probability p, its surprise is

# %%
p = np.linspace(0.01, 1, 100)
title = "Surprise: nothing for those who were sure and right"
show.lines({"−ln p": -np.log(p)}, title, "p, the probability that the target was given", "surprise (nats)", x=p)

# %% [markdown]
# The unit is the [nat](../GLOSSARY.md#nat). Sure and right costs nothing. Sure and wrong costs without limit, so it never pays to call anything impossible. The mean over all targets is
# the [cross-entropy](../GLOSSARY.md#cross-entropy), and since it should become small, it is called the [loss](../GLOSSARY.md#loss).
#
# Now a GPT that has learned nothing. The language: the fluffy corpus of lesson 6, six words of each kind, 36 in all.

# %%
predict(
    "An untrained GPT with a vocabulary of 36 tokens: roughly what is its loss?",
    {
        "0": "That would be a model that is always sure, and right.",
        "ln 36 = 3.58": "It has no idea, gives each token 1/36, and −ln 1/36 is ln 36.",
        "36": "Each token gets a 36th. The surprise is the logarithm of that.",
    },
    right="ln 36 = 3.58",
)

# %%
import torch
from torch.nn import functional as F

from course_lib.model import GPT, GPTConfig
from course_lib.text import FluffyCorpus

corpus = FluffyCorpus(words_per_kind=6, third_noun=0)
rows = torch.tensor(corpus.rows(n=8000, length=25))  # (N, T)
" ".join(corpus.stories(1)[0])

# %% [markdown]
# And the model: lesson 9's, very small, and the same at every call.


# %%
def new_gpt():
    torch.manual_seed(2)
    return GPT(GPTConfig(n_layer=2, n_head=4, n_embd=48, context_length=24, vocab_size=36))


def loss_of(model, ids):
    logits = model(ids[:, :-1])  # (B, T, V)
    return F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())


# %%
{"loss": round(loss_of(new_gpt(), rows[:64]).item(), 1), "ln V": round(float(np.log(36)), 1)}

# %% [markdown]
# If a fresh model starts far above ln V, something is broken: it is *sure* of things that it can't know. It is the first number that one checks.
#
# `F.cross_entropy` takes the logits as they are and does the softmax itself. Keep that in mind for later.

# %% [markdown] slide="slide" notes="A blindfolded walker on a hillside feels the ground with one foot: a little left, a little right. Now imagine 175 billion directions."
# ## Which way is down?
#
# A viewer asked: *"How are W_q, W_k and W_v trained?"* Take the smallest model that has them: one head with random weights, and a table `U` that reads predictions off. It shall learn our sentence.

# %%
from course_lib.attention import attend, causal_mask, gradient_check, masked_pattern, mean_surprise

T, C, D, V = 7, 12, 4, 8
rng, may_look = np.random.default_rng(10), causal_mask(T)
x = rng.normal(size=(T, C))  # (T, C)
W_q, W_k, W_v = rng.normal(size=(3, C, D)) / C**0.5  # (C, D)
U = rng.normal(size=(D, V)) / D**0.5  # (D, V)

# %% [markdown]
# Token 0 should say token 1, token 1 token 2, and so on. Now nudge a single number of `W_q`, the one in row 2 and column 1, up and down.


# %%
def loss(W_q, W_k, W_v):
    out = attend(x @ W_q, x @ W_k, x @ W_v, may_look)  # (T, D)
    return mean_surprise(out @ U, targets=np.arange(1, 8))


nudge = 1e-5 * (np.arange(C * D) == 2 * D + 1).reshape(C, D)
round(float(loss(W_q + nudge, W_k, W_v) - loss(W_q - nudge, W_k, W_v)) / 2e-5, 3)

# %% [markdown]
# The loss rises if this number grows, by this slope. So it should shrink. Do that with all 48 of them, and you have the
# [gradient](../GLOSSARY.md#gradient) of `W_q`: you write `gradient_check` in the exercises.

# %% slide="subslide"
nudged = gradient_check(lambda W: loss(W, W_k, W_v), W_q)  # (C, D)
show.heatmap(nudged.T, range(D), range(C), "How the loss would change with each number of W_q", "column", "row")

# %%
predict(
    "That took two passes through the model for each weight. GPT-3 has 175 billion. How many passes for one step?",
    {
        "two": "Only for a single weight. Each of the others has to be nudged too.",
        "350 billion": "Two for each weight. No computer does that. There must be a better way.",
        "none, one can guess": "In 175 billion dimensions nearly every direction is a bad one.",
    },
    right="350 billion",
)

# %% [markdown] slide="slide" notes="Go backwards on the board along lesson 4's road: surprise, logits, values, pattern, softmax, scores, queries. At every station one question: whom do I pass the blame to?"
# ## By hand: the way back
#
# The better way goes through the model once more, **backwards**, and asks at each station: how would the loss change with what came in here? It is called
# [backpropagation](../GLOSSARY.md#backpropagation). At the end of the model it is astonishingly simple:

# %%
from course_lib.attention import softmax

q, k, v = x @ W_q, x @ W_k, x @ W_v  # (T, D)
weights = masked_pattern(q, k, may_look)  # (T, T)
truth = np.eye(V)[1:]  # (T, V)
d_logits = (softmax(weights @ v @ U) - truth) / T  # (T, V)

# %% [markdown]
# **What was predicted, minus what was true**, for each token of the vocabulary. Nothing else is ever fed back. Now carry it over the matrices that stood in its way, `U` and `v`: how would the loss change with
# each weight of the *pattern*?

# %%
d_out = d_logits @ U.T  # (T, D)
d_weights = d_out @ v.T  # (T, T)

# %% [markdown]
# Now comes the softmax.

# %%
predict(
    "Key j gets a share w of a query's attention, and its value would do good. If w is almost 0, how much does its score hear of that?",
    {
        "a lot: there is much to gain": "A share of almost 0 stays almost 0 if its score moves a little.",
        "almost nothing": "All that comes back is multiplied by the share w itself.",
        "just as much as any other": "It would without a softmax in between.",
    },
    right="almost nothing",
)


# %%
def softmax_backward(weights, d_weights):
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    return weights * (d_weights - mean)


d_scores = softmax_backward(weights, d_weights) / D**0.5  # (T, T)
d_W_q, d_W_k, d_W_v = x.T @ (d_scores @ k), x.T @ (d_scores.T @ q), x.T @ (weights.T @ d_out)  # (C, D)

# %% [markdown]
# In the paper's letters: $\dfrac{\partial L}{\partial s_j} = w_j \Big(g_j - \sum_i w_i\, g_i\Big)$. Two things are in it.
# - A row shares out exactly 1, so only *differences* count: is this key better than the row's mean?
# - Everything is multiplied by the share w. **Who is not looked at, is not heard.**

# %% slide="subslide"
title = "Which looks should grow (filled), and which should shrink (hollow)"
show.scores_grid(-100 * d_scores, TOKENS[:-1], title, may_look=may_look)

# %% [markdown]
# (Times 100.) The head has not learned anything yet, and already every query knows whom it should have looked at more. `a` has no choice: nothing to learn there. Each row sums to 0: what one
# key wins, others lose.

# %% [markdown] slide="slide"
# ## Three ways, one answer
#
# PyTorch keeps a record of all that is computed, and walks it backwards by itself: **autograd**. So here are the three: nudging, by hand, autograd.

# %%
from course_lib.attention import torch_attention

leaves = [torch.tensor(W, requires_grad=True) for W in (W_q, W_k, W_v)]
out = torch_attention.attend(*(torch.tensor(x) @ W for W in leaves), torch.tensor(may_look))  # (T, D)
F.cross_entropy(out @ torch.tensor(U), torch.arange(1, 8)).backward()
autograd = [W.grad.numpy() for W in leaves]

# %% slide="subslide"
slopes = (nudged, gradient_check(lambda W: loss(W_q, W, W_v), W_k), gradient_check(lambda W: loss(W_q, W_k, W), W_v))
{
    name: {"nudging": bool(abs(hand - nudge).max() < 1e-6), "autograd": bool(abs(hand - auto).max() < 1e-6)}
    for name, hand, nudge, auto in zip(("W_q", "W_k", "W_v"), (d_W_q, d_W_k, d_W_v), slopes, autograd)
}

# %% [markdown]
# All three agree in every number, to a millionth and better. Nudging needed two passes for every number, the way back one for all of them. That is why GPTs can be trained at all; and nudging remains the judge who checks the others.

# %% [markdown] slide="slide" notes="A full sponge again. Lesson 4 measured it on numbers; here it silences W_q and W_k, while W_v goes on learning."
# ## Where nothing is learned
#
# Multiply `W_q` by 4, by 16, by 64: the same questions, asked more loudly. The softmax becomes [saturated](../GLOSSARY.md#saturated) (lesson 4). `head_backward` is the way back from above, in one function.

# %%
predict(
    "With a saturated softmax: which of the three still learn?",
    {
        "all of them": "The way to W_q and W_k leads through the softmax, and that passes nothing on.",
        "only W_v": "Values come after the softmax. Their way back does not lead through it.",
        "none": "W_v gets its signal by way of the weights themselves, and those are 0 or 1.",
    },
    right="only W_v",
)

# %%
from course_lib.attention import head_backward, mean_surprise_backward


def slopes_of(W_q, W_k, W_v):
    logits = attend(x @ W_q, x @ W_k, x @ W_v, may_look) @ U  # (T, V)
    return np.array(head_backward(x, W_q, W_k, W_v, mean_surprise_backward(logits, np.arange(1, 8)) @ U.T, may_look))


# %% slide="subslide"
largest = np.array([abs(slopes_of(factor * W_q, W_k, W_v)).max(axis=(1, 2)) for factor in (1, 4, 16, 64)])  # (4, 3)
title = "The largest slope: louder questions silence W_q and W_k"
show.heatmap(largest.T, ["W_q", "W_k", "W_v"], ["× 1", "× 4", "× 16", "× 64"], title, "weight", "factor")

# %% [markdown]
# `W_k` even learns more at first, since its slope contains the louder queries. Then the softmax closes for both. Certainty is deaf. That is what ÷ √D is for (lesson 4), and small weights at the start (0.02 in
# GPT-2): in the beginning everybody should be heard.

# %% [markdown] slide="slide" notes="Walk it: feel the slope, one small step down, feel again. Ask: what if the step is too large?"
# ## A small step down
#
# Now use it. Each weight goes a little against its slope, a tenth of it here: that factor is the [learning rate](../GLOSSARY.md#learning-rate). Then everything again. No PyTorch, only what stands above.


# %%
def descend(steps, learns):
    W, losses = np.array([W_q, W_k, W_v]), []
    for _ in range(steps):
        losses.append(loss(*W))
        W = W - 0.1 * np.reshape(learns, (3, 1, 1)) * slopes_of(*W)
    return np.array(losses)


# %%
curves = {"all three learn": descend(300, learns=[1, 1, 1]), "only W_v learns": descend(300, learns=[0, 0, 1])}
title = "One head learns one sentence, and whom to look at is part of it"
show.lines(curves, title, "step", "loss (nats per token)", floors={"no idea: ln 8 =": np.log(8)})

# %% [markdown]
# So this is how `W_q` and `W_k` are trained, and nobody ever says where to look: they move because **the loss** falls when the right values arrive. One sentence can be learned by heart, of course. For
# more than that we need more text, and a real model.

# %% [markdown] slide="slide" notes="Let them name the five things before you show the cell: clear, predict, measure, go back, step. Then find each of them in it."
# ## Ten lines
#
# The same with all of a GPT, with PyTorch doing the way back. The [optimiser](../GLOSSARY.md#optimiser) makes the steps: AdamW goes against the slope too, but gives every weight a step size of its own
# (lesson 11 compares). `pace` lets the learning rate rise to 0.01 and fall to 0. `clear` is always `True`, until we do it wrong on purpose.


# %%
from torch.optim.lr_scheduler import OneCycleLR


def learn(steps, loss_of, clear=True):
    model, losses = new_gpt(), []
    optimiser = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.98))
    pace = OneCycleLR(optimiser, 1e-2, steps, pct_start=0.1, cycle_momentum=False)  # slow, fast, slow
    for _ in range(steps):
        loss = loss_of(model, rows[torch.randint(len(rows), (32,))])
        if clear:
            optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        pace.step()
        losses.append(loss.item())
    return model, losses


# %%
predict(
    "What is the lowest loss that it can reach, however long it trains?",
    {
        "0": "In this language adjectives are drawn at random. Nobody can foresee them.",
        "the bigram entropy": "That is for those who know only the word before. Ours looks further back.",
        "the entropy floor": "What is really random remains. For this language it is known exactly.",
    },
    right="the entropy floor",
)

# %%
from course_lib.train import Recording

torch.set_num_threads(1)  # these matrices are too small to be worth sharing between two cores
film = Recording(rows[2, :13])  # looks on, for later, and changes nothing
gpt, losses = learn(1500, film.watching(loss_of))


# %% [markdown]
# This is where it can stop: four readers of this language, each of whom knows more than the one before.

# %%
floors = {
    "no idea: ln V =": np.log(36),
    "how frequent words are:": corpus.unigram_entropy(),
    "which word follows which:": corpus.bigram_entropy(),
    "exact floor:": corpus.entropy_floor(length=24),
}

# %% tags=["nbval-ignore-output"] slide="subslide"
smooth, middles = np.reshape(losses, (-1, 25)).mean(axis=1), np.arange(12, 1500, 25)
title = "The GPT learns the language, almost down to its floor"
show.lines({"loss": smooth}, title, "training step", "loss (nats per token)", x=middles, floors=floors)

# %% [markdown]
# Read it from left to right. The first steps: from ln V to the words' frequencies, and in the next ones past "which word follows which". Then a long plain: it knows the grammar, and guesses the
# adjectives in “the creature was …”. Then it goes down once more, and almost to the floor. Something has been **found** there. What?

# %%
_, _, bigrams, floor = map(float, floors.values())
{"ends below pairs of words": bool(smooth[-1] < bigrams - 0.5), "near the floor": bool(smooth[-1] < floor + 0.2)}

# %% [markdown] slide="slide" notes="This is question 12. The plain in the curve is where nothing is bound yet; the second fall is the adjective head being born."
# ## You asked: without labels, how does it learn what belongs together?
#
# *"Self-attention has no labels. How does it learn which words are related?"* First: **does** ours know it? One story, and the same with its adjectives exchanged. How likely is each adjective after "the creature was"?

# %%
from course_lib.text import decode, encode

STORY = "a fluffy blue creature roamed the verdant forest . the creature was"
EXCHANGED = "a verdant creature roamed the fluffy blue forest . the creature was"


def as_ids(text):
    return torch.tensor([encode(text.split(), corpus.vocabulary)])


# %% tags=["nbval-ignore-output"] slide="subslide"
tries = {"untrained": (new_gpt(), STORY), "trained": (gpt, STORY), "exchanged": (gpt, EXCHANGED)}
words = ["fluffy", "blue", "verdant", "tiny", "golden"]
chances = [
    model(as_ids(text))[0, -1].softmax(dim=-1)[as_ids(" ".join(words))[0]].tolist() for model, text in tries.values()
]
show.heatmap(chances, tries, words, "It knows whose adjective it is", "model", "next word", pattern=True)

# %% [markdown]
# It follows the exchange: the story's words are the same, only who belongs to whom has changed. So it has bound adjectives to nouns. **How?** By looking. At the places where an adjective is to be recalled, how much
# of its attention does each head give to the story's adjectives?

# %%
from course_lib.inside import look_inside, share_at
from course_lib.text import roles

fresh = torch.tensor(FluffyCorpus(seed=99, words_per_kind=6, third_noun=0).rows(64, 25))  # (B, T)
kinds = np.array([roles(decode(row, corpus.vocabulary)) for row in fresh.tolist()])  # (B, T)
looks = torch.tensor((kinds[:, 1:, None] == "recalled adjective") & (kinds[:, None, :-1] == "new adjective"))
before, after = (share_at(look_inside(m, fresh[:, :-1]).patterns, looks) for m in (new_gpt(), gpt))  # (n_layer, H)

# %% tags=["nbval-ignore-output"] slide="subslide"
shares, heads = torch.stack([before.flatten(), after.flatten()]), "0.0 0.1 0.2 0.3 1.0 1.1 1.2 1.3".split()
title = "Some heads have found out what an adjective is"
show.heatmap(shares, ["before", "after"], heads, title, "training", "layer.head", pattern=True)

# %% [markdown]
# (`1.2` is head 2 of layer 1, both counted from 0 as in the code.) Before training every head looks at them by chance: there are a few adjectives among the tokens. Afterwards some look at hardly anything else.

# %%
{
    "before: all heads alike": bool(before.max() < 1.2 * before.min()),
    "after: the best gives them": "more than half" if after.max() > 0.5 else "less than half",
}

# %% [markdown]
# **Adjective heads**, and nobody has marked an adjective. The only thing that ever pulled at their weights is the loss: it falls if "the creature was" is followed by the right word, and there is no other way
# to know it than to look back. Here is the best of them, at work:

# %% tags=["nbval-ignore-output"] slide="subslide"
layer, head = divmod(int(after.argmax()), 4)
story = f"{STORY} fluffy and"
pattern = look_inside(gpt, as_ids(story)).patterns[layer, 0, head]  # (T, T)
title = f"Layer {layer}, head {head}, at the places where an adjective must be recalled"
show.pattern(pattern[[-3, -1]], ["… was", "… and"], keys=story.split(), title=title, numbers=False)

# %% [markdown]
# In this language the layers share the work: some heads bring all adjectives near, others sort out whose they are. Real heads are seldom as tidy as the video's. Lesson 14 takes them apart, and switches them off one by one.
#
# When were they found? The run was filmed: all patterns of one text, now and then. Here is the head that gives most to the right adjectives in the end, `fluffy silver`.

# %% tags=["nbval-ignore-output"] slide="subslide"
words = decode(rows[2, :13].tolist(), corpus.vocabulary)
right = film.snapshots[1500][:, :, -1, 6:8].sum(axis=-1)  # (n_layer, H)
layer, head = divmod(int(right.argmax()), 4)
title = "First it finds adjectives, then those of the right noun"
show.TrainingPlayer(film.losses, film.snapshots, words, floors, title, layer=layer, head=head)

# %% [markdown]
# **Change it:** press *Reset*, then *Next snapshot* again and again (or *Play*), and watch the row of `was`. On the long plain it already looks at adjectives, but at the fox's as well. With the second fall it
# leaves the fox alone. Now look for a head of layer 0 that wakes up in the same moment, and looks one token back: it tells `was` *whose*.
#
# And give `new_gpt` another seed, and train again. The curve falls at another time, and other heads get the job. That some do does not change: the language asks for it.

# %% [markdown] slide="slide" notes="Show the three curves before the code, and let the room find out what went wrong in each. Everybody who trains models has made all three."
# ## Attempts that fail
#
# Each of these three changes a single line. First: the targets are not shifted.


# %%
def not_shifted(model, ids):
    inputs = ids[:, :-1]  # (B, T)
    return F.cross_entropy(model(inputs).flatten(0, 1), inputs.flatten())


# %%
predict(
    "The model shall say the token that it has just read. What does the curve look like?",
    {
        "it stays at ln V": "Copying the token at the own place is the easiest thing in the world: the residual stream carries it there.",
        "down to 0, below the floor": "Too good to be true. Who falls below the floor of a language has cheated.",
        "as before": "Before, the answer was not in the input.",
    },
    right="down to 0, below the floor",
)

# %%
parrot, not_shifted_losses = learn(200, not_shifted)
said = parrot(as_ids(STORY)).argmax(dim=-1)[0]  # (T,)
{"reads": STORY, "says": " ".join(decode(said.tolist(), corpus.vocabulary))}

# %% [markdown]
# A parrot with a wonderful loss. It looks like the leak of lesson 5, with the same moral: **know your floor.** The second attempt takes a softmax, and hands probabilities to `F.cross_entropy`, which takes one too.


# %%
def softmax_twice(model, ids):
    probabilities = model(ids[:, :-1]).softmax(dim=-1)  # (B, T, V)
    return F.cross_entropy(probabilities.flatten(0, 1), ids[:, 1:].flatten())


# %%
_, twice_losses = learn(200, softmax_twice)
lowest = float(np.log(1 + 35 / np.e))
{"lowest loss that is possible, if every guess is right and sure": round(lowest, 2)}

# %% [markdown]
# Probabilities lie between 0 and 1, so as "logits" they differ by 1 at most: even perfection can't get below that number, and nearly no slope comes through. No error, no warning, only a curve that hangs.
#
# The third forgets `zero_grad`. PyTorch **adds** each new gradient to what is there, so every step follows all slopes since the beginning.

# %%
_, uncleared_losses = learn(200, loss_of, clear=False)
runs = {"right": losses[:200], "not shifted": not_shifted_losses}
runs |= {"softmax twice": twice_losses, "not cleared": uncleared_losses}

# %% tags=["nbval-ignore-output"] slide="subslide"
smooth, middles = {name: np.reshape(run, (20, 10)).mean(axis=1) for name, run in runs.items()}, np.arange(5, 200, 10)
title = "Three mistakes, three curves: too good, stuck, and lost"
show.lines(smooth, title, "training step", "loss (nats per token)", x=middles, floors={"exact floor:": floor})

# %% [markdown]
# Where does each of them end?

# %%
right, shifted_not, twice, uncleared = (float(np.mean(run[-20:])) for run in runs.values())
{
    "right: between the floor and pairs of words": floor < right < bigrams,
    "not shifted: below the floor": shifted_not < floor,
    "softmax twice: above its own lowest": twice > lowest,
    "not cleared: far above right": uncleared > right + 0.3,
}

# %% [markdown]
# None of the three raises an error. Only the curve tells, if one knows where it should begin (ln V), and where it must end (not below the floor). In the exercises you write `train_step`, and the check
# calls it twice: with the first call alone nobody would notice that the gradients are never cleared.

# %% [markdown] slide="skip"
# ## In the video's notation
#
# | video and papers | here |
# |---|---|
# | cost, $C$ or $L$ | `loss`, the mean of −ln p |
# | $-\nabla C$ | minus the gradient, `-d_W_q`; in PyTorch `-W_q.grad` |
# | $W \leftarrow W - \eta \nabla L$ | `W - 0.1 * d_W`; the learning rate is $\eta$ |
# | $\text{diag}(w) - w w^T$, the softmax's Jacobian | `weights * (d_weights - mean)`, and no such matrix is made |
#
# The video's $W_Q$ is our `W_q` transposed, and so is its gradient. The way back is older than attention: Rumelhart, Hinton and Williams (1986). AdamW: Loshchilov and Hutter (2019).

# %% [markdown] slide="slide"
# ## What to take away
#
# 1. The label is the next token. What belongs together is learned because it pays: it lowers the surprise.
# 2. Prediction minus truth flows back through values, softmax, scores. In the softmax every signal is multiplied by the share: who is not looked at, is not heard.
# 3. A loss curve starts at ln V and ends above the floor. Too good, stuck, lost: each mistake has its curve.
#
# **Now you:** the [exercise sheet](../exercises/10_how_it_learns.ipynb), four functions, about 35 minutes.
