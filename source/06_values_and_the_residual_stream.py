# %% [markdown] slide="slide" notes="Until now nothing has changed: we only measured who is interested in whom. Today something is handed over. Let the room say the sentence aloud, and stop after creature: what should it know by now?"
# # Values and the residual stream: what is handed over
#
# A pattern says who looks at whom. That alone changes nothing. After this lesson you can
# - say what a token has to **give**, and compute what each token **receives**,
# - point at the **plus sign** that is missing in the famous formula,
# - explain why the value matrix is made of two narrow ones,
# - show by real training runs what happens **without** a value matrix, and **without** the plus.
#
# *40 minutes · needs [lesson 5](05_masking.ipynb).*

# %% [markdown] slide="slide"
# ## A pattern, and nothing has happened yet
#
# You built this in lessons 3 to 5: queries, keys, scale, mask, softmax. Here it is in three lines.

# %%
import numpy as np

from course_lib import show
from course_lib.attention import attend, causal_mask, masked_pattern
from course_lib.attention.sentence import CONTENTS, FEATURES, TOKENS, E, W_down, W_k, W_q, W_up
from course_lib.check import predict

may_look = causal_mask(len(TOKENS))  # (T, T)
weights = masked_pattern(E @ W_q, E @ W_k, may_look)  # (T, T)
fluffy, blue, creature = (TOKENS.index(word) for word in ("fluffy", "blue", "creature"))
show.pattern(weights, TOKENS, title="creature looks at fluffy and blue", may_look=may_look, highlight=creature)

# %% [markdown]
# `creature` looks at its two adjectives. But its vector is still that of any creature: not fluffy, not blue. We know *how much* each token
# counts. Now we need *what* it has to give.

# %% [markdown] slide="slide" notes="Three roles in one sentence: the query asks, the key is found, the value is what you get. A library: what you search for, the title on the shelf, the text in the book."
# ## What to add, if this word matters
#
# `fluffy` stands near a noun that looks at it. What should `fluffy` hand over?

# %%
predict(
    "What should fluffy give to a noun that looks at it?",
    {
        "its whole vector": "Then the noun would also be told “you are an adjective, in place 1”. True of fluffy, wrong for the creature.",
        "“be soft”": "Only what is worth adding to somebody else. That is the value.",
        "its key": "The key says “I am an adjective”. That was needed to be found, and it is no news for the noun.",
    },
    right="“be soft”",
)

# %% [markdown]
# So each token gets a third vector, its [value](../GLOSSARY.md#value): **what to add to you, if I matter to you**. It is made from the token's vector by
# a [value matrix](../GLOSSARY.md#value-matrix). Ours comes in two parts, `W_down` and `W_up`; why two is a step of its own below.

# %% slide="subslide"
values = (E @ W_down) @ W_up  # (T, C)
show.heatmap(values, TOKENS, FEATURES, title="What each token has to give", row_name="token", column_name="feature")

# %% [markdown]
# The columns are those of the vectors themselves, because a value will be *added* to a vector. `fluffy` has only "soft" to give, `blue` only
# "blue". That they are adjectives, and where they stand, they keep to themselves.

# %% [markdown] slide="slide" notes="Write 0.42 · soft + 0.58 · blue on the board before the cell is run."
# ## ΔE is a weighted sum
#
# `creature` takes from each token as much as it looks at it. The result is called ΔE ("delta E"): the change.

# %%
predict(
    "creature looks at fluffy and at blue, and at nobody else. What does it receive?",
    {
        "the value of blue, which it looks at most": "That would be an either-or. The weights share out: a little less of one, a little more of the other.",
        "a bit of soft and a bit of blue": "Each value counts by its weight.",
        "the values of all tokens before it, equally": "Equal shares would be the pattern of somebody who has no question.",
    },
    right="a bit of soft and a bit of blue",
)

# %%
by_hand = weights[creature, fluffy] * values[fluffy] + weights[creature, blue] * values[blue]
show.bars(
    by_hand, FEATURES, title="ΔE of creature: two values, each by its weight", x_name="feature", y_name="what is added"
)

# %% [markdown]
# For all tokens at once this is one matrix product: row `i` of the pattern with all values.

# %% slide="subslide"
delta = weights @ values  # (T, C)
changed = [i for i in range(len(TOKENS)) if abs(delta[i]).max() > 0.01]
show.heatmap(
    delta[changed],
    [TOKENS[i] for i in changed],
    FEATURES,
    title=f"ΔE: only {' and '.join(TOKENS[i] for i in changed)} receive anything",
    row_name="token",
    column_name="feature",
)

# %% [markdown]
# `forest` becomes mostly green. It also picks up a little of `blue` and `fluffy`, two adjectives that are not its own: a real head has
# such doubts too. The others look at an article or at a noun, and those have nothing to give. *Yet*.

# %% [markdown] slide="slide" notes="The most important slide: replace or add? Have them vote by hand."
# ## E′ = E + ΔE
#
# Now `creature` has an old vector and an update. What becomes of the old one?

# %%
predict(
    "What is the new vector of creature?",
    {
        "ΔE: the update takes its place": "Then it would be soft and blue, and no longer a creature. Nobody would know what is soft.",
        "E + ΔE: the update is added": "It stays what it was, and knows more.",
        "the middle of the two": "Then half of the creature would fade at every layer, and a real model has dozens of them.",
    },
    right="E + ΔE: the update is added",
)

# %%
E_new = E + delta  # (T, C)
show.heatmap(
    np.array([E[creature], delta[creature], E_new[creature]]),
    ["E", "+ ΔE", "= E′"],
    FEATURES,
    title="creature, before and after: a soft, blue animal",
    row_name="vector",
    column_name="feature",
)

# %% [markdown]
# Still a noun, still an animal, still in the same place, and now soft and blue as well. One vector holds a whole phrase: this is what
# "in context" means.
#
# **Change it:** what would `creature` become if it looked at `verdant` alone? Give `weights[creature]` a single 1, and run the cells from `delta` on.

# %% [markdown] slide="slide" notes="Viewers' question 6. Point at the formula: no plus anywhere. It is one level up, in the code that calls it."
# ## You asked: where is the plus in the formula?
#
# The paper's formula is $\text{Attention}(Q, K, V) = \text{softmax}(QK^T/\sqrt{D})\,V$. A viewer asked: does it compute the new E, or only ΔE?

# %%
predict(
    "What does softmax(QKᵀ/√D) V give?",
    {
        "E′, the new vectors": "Look for a place where E itself goes in, unchanged. There is none.",
        "ΔE, the update": "It mixes values, and nothing else. The plus must be somewhere else.",
        "the pattern": "softmax(QKᵀ/√D) is the pattern. The V after it makes values of it.",
    },
    right="ΔE, the update",
)

# %%
output = attend(E @ W_q, E @ W_k, E @ W_down, may_look) @ W_up  # (T, C)
{"equals ΔE": np.allclose(output, delta), "equals E′": np.allclose(output, E_new)}

# %% [markdown]
# Measured: the formula is ΔE alone. The plus stands one level higher, in the line that *calls* attention. In a GPT's code that line looks
# like this:
#
# `x = x + attend(…)`
#
# Three characters, `x +`, easily overlooked. The next step shows what they are good for, and at the end of the lesson we take them away.

# %% [markdown] slide="slide" notes="Draw a river across the board; every layer is a tributary. Nothing is ever replaced."
# ## A stream that everybody adds to
#
# Since each layer only *adds*, a token's vector runs through the whole model like a stream. It is called the
# [residual stream](../GLOSSARY.md#residual-stream). Let the same head run once more, on E′.

# %%
predict(
    "In the first round roamed received nothing, though it looks at creature. What does it receive in the second round?",
    {
        "nothing again": "creature had nothing to give in round one. But creature has changed since.",
        "what creature has learned: soft and blue": "It never looked at an adjective itself. The news came by way of creature.",
        "that it is an animal": "“animal” is not among the things that our values carry.",
    },
    right="what creature has learned: soft and blue",
)

# %%
second = attend(E_new @ W_q, E_new @ W_k, E_new @ W_down, may_look) @ W_up  # (T, C)
roamed = TOKENS.index("roamed")
show.heatmap(
    np.array([delta[roamed], second[roamed]]),
    ["round one", "round two"],
    FEATURES,
    title="What roamed receives: in round two, news of its creature",
    row_name="round",
    column_name="feature",
)

# %% [markdown]
# `roamed` now knows that something soft and blue is doing the roaming, and it never looked at an adjective. Layer after layer, facts travel
# further. That only works because each layer finds everything that the earlier ones wrote.

# %% [markdown] slide="slide" notes="Say the numbers aloud. 151 million for one head's square matrix, against 3 million."
# ## Down and up: why two narrow matrices?
#
# A value must have as many numbers as the vector it is added to. So the value matrix turns C numbers into C numbers: a square, C · C. Ours was
# built from a way **down** to D numbers and a way **up** again. What does that save at the size of GPT-3?

# %%
C, D = 12_288, 128  # GPT-3: model width, head size
{"full square": f"{C * C:,}", "down and up": f"{C * D + D * C:,}", "times smaller": C * C // (2 * C * D)}

# %% [markdown]
# And it matches `W_q` and `W_k`, with C · D each. What is the price? In our head only four features fit through the narrow place:

# %%
predict(
    "W_down is (12, 4), W_up is (4, 12). Their product is a 12 × 12 matrix. How many independent directions can it write?",
    {
        "12": "It has 12 columns, but all that comes out has passed through 4 numbers.",
        "4": "All 12 output numbers are made of the same 4. That is its rank.",
        "8": "Nothing is added up here: what does not fit through the narrow place is gone.",
    },
    right="4",
)

# %% slide="subslide"
any_square = np.random.default_rng(6).standard_normal((len(FEATURES), len(FEATURES)))
ranks = {"down and up": np.linalg.matrix_rank(W_down @ W_up), "any square": np.linalg.matrix_rank(any_square)}
{"carries": CONTENTS, **{name: int(rank) for name, rank in ranks.items()}}

# %% [markdown]
# The [rank](../GLOSSARY.md#rank) is the number of independent directions that a matrix can write. One head is a specialist: it carries few things, and
# cheaply. What it can't carry is left to other heads: lesson 7.

# %% [markdown] slide="slide" notes="Viewers' question 4. First the sentence, then real training. Ask for bets before the curves."
# ## You asked: would it not work without a value matrix?
#
# Then each token would hand over its vector as it is: ΔE = weights · E. First with our sentence:

# %%
both = np.array([E_new[creature], (E + weights @ E)[creature]])
title = "E′ of creature, with and without a value matrix"
show.heatmap(both, ["value matrix", "none"], FEATURES, title, row_name="head", column_name="feature")

# %% [markdown]
# It did become soft and blue. But it has also become an *adjective*, and it has moved to another place. What was meant for being found has
# leaked into what is handed over. Will training find a way around that?

# %% [markdown] slide="subslide"
# Let us try it for real: a small GPT, four layers of attention and nothing else, learns to guess the next word of a made-up language. Its
# **loss** says how much the next word surprises it on average: smaller is better. (How it learns, and what a "nat" is, comes in lesson 10.)
#
# Two stories of this language. Adjectives are dealt out at random, and then recalled:

# %%
from course_lib.experiments import tiny

language = tiny.language()
" ".join(language.stories(2)[0]), " ".join(language.stories(2)[1])

# %% [markdown]
# All that is random here is known exactly. So are the losses of two simple readers, one who only counts words and one who counts pairs of
# neighbours, and the smallest loss that any model can reach: the [entropy floor](../GLOSSARY.md#entropy-floor).

# %% slide="subslide"
predict(
    "We train it twice, with and without a value matrix. Which loss ends lower?",
    {
        "with": "The model without one even loses against simply counting pairs of words. The step below asks why.",
        "without": "There is less to learn, true. But the vectors then have to do two jobs at once.",
        "both the same": "Softmax still chooses whom to look at, so much is the same. But run it.",
    },
    right="with",
)

# %%
complete = tiny.train(seed=5)
no_value = tiny.train(value=False, seed=5)
floors = {
    "counting words:": language.unigram_entropy(),
    "pairs of words:": language.bigram_entropy(),
    "floor:": language.entropy_floor(),
}

# %% slide="subslide"
middles = np.arange(12.5, len(complete), 25)
show.lines(
    {"with": tiny.coarse(complete, every=25), "without": tiny.coarse(no_value, every=25)},
    x=middles,
    floors=floors,
    title="Without a value matrix: worse than counting pairs of words",
    x_name="training step",
    y_name="loss (nats per token)",
)

# %% [markdown]
# In this model, as in GPT-2, one and the same table turns words into vectors and vectors back into words. So whoever adds the vector of `blue` says
# "the next word is blue". Without a value matrix, looking at a word means *repeating* it. With one, it can mean anything: after looking at
# `the`, expect a noun.

# %% [markdown] slide="subslide"
# Is that explanation right? Test it: give the model a second table, of its own, for reading out. Then that one can do the translating.

# %%
separate = {value: tiny.coarse(tiny.train(value=value, tied=False, seed=5))[-1] for value in (True, False)}
ends = [tiny.coarse(complete)[-1], tiny.coarse(no_value)[-1], separate[True], separate[False]]
names = ["1 table, with", "1 table, without", "2 tables, with", "2 tables, without"]
title = "A second table can do the value matrix's work"
show.bars(ends, names, title=title, y_name="loss of the last 50 steps", highlight=(0, 2))

# %% [markdown]
# So the honest answer to the viewer: **it can work, if something else does the translating.** With a second table nearly the whole gap
# closes. But then every head hands over whole vectors, and can't choose what to give. (None of them comes near the floor yet: that is the work
# of lessons 8 to 11.)

# %% [markdown] slide="slide" notes="Now the three characters x + . One layer first: let them be surprised that nothing bad happens."
# ## And without the plus?
#
# Now leave out the `x +`, so that every layer hands on its ΔE alone. With our sentence, one round still looks fine: `creature` is soft and blue,
# though no animal any more. What does the head see in round two?

# %%
predict(
    "Round two, without the plus: the head looks for adjectives and nouns in ΔE. What pattern do we get?",
    {
        "the same as before": "The words “adjective” and “noun” are not in ΔE, so no query asks, and no key answers.",
        "everybody looks at all that it may see, equally": "All scores are 0. A softmax of equal scores shares out equally.",
        "nobody looks at anybody": "A softmax always shares out exactly 1, also when nobody answers.",
    },
    right="everybody looks at all that it may see, equally",
)

# %%
blind = masked_pattern(delta @ W_q, delta @ W_k, may_look)  # (T, T)
show.pattern(blind, TOKENS, title="Round two without the plus: nobody has a question left", may_look=may_look)

# %% [markdown]
# The second layer is blind: who is a noun, who stands where, everything that was not handed over is gone. In training the layers can adapt. Can
# they adapt to that?

# %% slide="subslide"
predict(
    "Trained without the plus: when does it hurt?",
    {
        "always, even with one layer": "With a single layer the head can look at itself, and so carry its own token along.",
        "not with one layer, but the deeper the worse": "Each layer can pass on only what it has mixed, and the next one mixes the mixture.",
        "never: the layers learn to pass things on": "They could in principle. But to learn it they need a signal, and that has to come through the same layers.",
    },
    right="not with one layer, but the deeper the worse",
)

# %%
curves = {
    f"{layers} {name}": tiny.train(residual=plus, n_layer=layers, seed=5)
    for layers in (1, 2)
    for name, plus in {"with +": True, "without": False}.items()
}
curves |= {"4 with +": complete, "4 without": tiny.train(residual=False, seed=5)}
runs = {name: tiny.coarse(curve)[-1] for name, curve in curves.items()}

# %% slide="subslide"
frequencies = language.unigram_entropy()
show.bars(
    list(runs.values()),
    list(runs),
    title=f"Without the plus, four layers know only the words' frequencies ({frequencies:.1f})",
    x_name="layers, with or without the plus",
    y_name="loss of the last 50 steps",
    highlight=(0, 2, 4),
)

# %% [markdown]
# A surprise first: with one layer the plus is not needed at all. But with four, the model is no better than somebody who knows how frequent each
# word is, and nothing about their order, while the same model *with* the plus is none the worse for its depth.
#
# Was that luck? We trained from eight different starts. Two layers without the plus did well from some starts and badly from others; all else
# came out like this every time, the value matrix too. (`seed=5` is our start. Take another.)

# %% [markdown] slide="skip"
# The plus is a road past every layer: forwards for what a token is, backwards for what training has to say to the first layers. Depth leans on it.
#
# **Change it:** does the four-layer model come unstuck if you give it more time? Look at
# `tiny.coarse(tiny.train(residual=False, steps=800, seed=5), every=100)`, and compare its end with the bars.

# %% [markdown] slide="skip"
# ## In the video's notation
#
# The video's columns give $\Delta E = W_{V\uparrow} W_{V\downarrow} E \cdot A$, with a pattern $A$ whose *columns* sum to 1. Our rows turn everything round: `weights @ (E @ W_down) @ W_up`.
#
# | video | here | shape |
# |---|---|---|
# | value-down $W_{V\downarrow}$ | `W_down.T` | (D, C) |
# | value-up $W_{V\uparrow}$ | `W_up.T` | (C, D) |
# | pattern $A$ | `weights.T` | (T_key, T_query) |
#
# In most code "the value matrix" is the way down only. The ways up of all heads are stacked into one *output matrix*: lesson 7.

# %% [markdown] slide="slide"
# ## What to take away
#
# 1. A value is what to add if this word matters; ΔE is the weighted sum of values.
# 2. The formula gives ΔE alone. The plus, E′ = E + ΔE, is in the line that calls it. Without it, each further layer makes learning harder.
# 3. Values go down and up through a narrow place: cheap, and each head a specialist.
#
# **Now you:** the [exercise sheet](../exercises/06_values_and_the_residual_stream.ipynb), four functions, about 25 minutes.
