# %% [markdown] slide="slide" notes="Ask the room for questions that a noun could ask about itself: what colour, who owns it, what happened to it? Each of them is a head."
# # Many heads: several questions at once
#
# One head asks one question. Language asks many. After this lesson you can
# - run several heads, first in a **loop**, then in **one product**, and show that it is the same,
# - show that *concatenate, then project* is nothing but the **sum** of what every head adds,
# - say how 96 heads come to ask 96 different questions,
# - let one text look at **another** one: cross-attention.
#
# *40 minutes · needs lessons [5](05_masking.ipynb) and [6](06_values_and_the_residual_stream.ipynb).*

# %% [markdown] slide="slide"
# ## One head, two questions?
#
# `creature` asks for adjectives. Suppose that it wants to know its article, too: is it *a* creature or *the* creature? Let the same query ask both.

# %%
import numpy as np

from course_lib import show
from course_lib.attention import causal_mask, masked_pattern, queries_and_keys
from course_lib.attention.sentence import FEATURES, TOKENS, E, W_k, W_q
from course_lib.check import predict

# %%
predict(
    "creature looked at fluffy with 0.42 and at blue with 0.58. Now its query asks for adjectives and articles at once. What happens to the two?",
    {
        "they stay, and a comes on top": "Then the row would sum to more than 1. The softmax shares out exactly 1.",
        "they shrink, a takes its share": "One row has one 1 to share out, however many questions are asked with it.",
        "a is ignored": "Its key answers the second half of the query just as well as blue answers the first.",
    },
    right="they shrink, a takes its share",
)

# %%
W_q_both = W_q.copy()
W_q_both[FEATURES.index("noun")] = [4, 0, 4, 1.3]  # adjective, noun, article, place
may_look = causal_mask(8)  # (T_query, T_key)
creature, forest = TOKENS.index("creature"), TOKENS.index("forest")
rows = [masked_pattern(*queries_and_keys(E, W, W_k), may_look)[creature] for W in (W_q, W_q_both)]
show.pattern(rows, ["adjectives?", "both?"], keys=TOKENS, title="creature asks one question, or two with one head")

# %% [markdown]
# Whoever asks two things at once hears less of each. And there is only **one** mixture at the end: nobody can tell from it which part answered
# which question. The cure is simple. Take another head.

# %% [markdown] slide="slide" notes="Point out the parking place. Trained models do this too: much of their attention rests on the first token."
# ## Three heads
#
# Here are three, each with its own small `W_q`, `W_k`, `W_v`, set by hand. They stand side by side, as [multi-head attention](../GLOSSARY.md#multi-head-attention) does it: columns 0-3 of each matrix belong to the first head,
# 4-7 to the second one, 8-11 to the third.

# %%
from course_lib.attention.hand_set_heads import HEADS, W_k, W_o, W_q, W_v

n_head, head_size = 3, 4
columns = [slice(h * head_size, (h + 1) * head_size) for h in range(n_head)]
patterns = [masked_pattern(E @ W_q[:, c], E @ W_k[:, c], may_look) for c in columns]
looks_at = [pattern.argmax(axis=1) for pattern in patterns]
{head: {t: TOKENS[j[TOKENS.index(t)]] for t in ("fluffy", "creature", "roamed")} for head, j in zip(HEADS, looks_at)}

# %% [markdown]
# For each head: three tokens, and whom they look at most. In the first one nouns find their adjectives. In the second the verb finds who did it. In
# the third a noun looks for a verb in front of it; `creature` has none.
#
# All the others look at `a`. They have nothing to ask, but a row must share out its 1 to *somebody*. So they park on the first token, which has nothing to give. Trained
# models invent the same parking place by themselves: it is called an [attention sink](../GLOSSARY.md#attention-sink).

# %%
predict(
    "forest is a noun at the end of the sentence. At whom do its three heads look most?",
    {
        "all three at verdant": "Only the first one asks for adjectives. The others have other queries.",
        "verdant, a, roamed": "Its adjective; nobody, as “who did it?” is a verb's question; and what happened there.",
        "verdant, creature, roamed": "Close. But “who did it?” is asked by verbs only, so forest parks its second head.",
    },
    right="verdant, a, roamed",
)

# %% slide="subslide"
show.pattern(
    [pattern[forest] for pattern in patterns],
    HEADS,
    keys=TOKENS,
    title="forest asks three questions at once",
)

# %% [markdown] slide="subslide"
# **Change it:** choose a head by its small picture, and look around in its pattern. Who else has something to ask? *All, averaged* blends the three, and no question can be read in it any more.

# %%
scores = np.stack([(E @ W_q[:, c]) @ (E @ W_k[:, c]).T for c in columns]) / np.sqrt(head_size)  # (H, T_query, T_key)
show.AttentionGrid(TOKENS, scores, title="Three heads", heads=HEADS, mask="before", query=forest)

# %% [markdown] slide="slide"
# ## A loop over the heads
#
# In lesson 6 a head's update was: pattern, times values, brought up again to C columns. Here every head does that with its own columns of `W_q`, `W_k`, `W_v`, and
# its own **rows** of `W_o`, the [output matrix](../GLOSSARY.md#output-matrix), which are its way up. The updates are added.

# %%
from course_lib.attention import attend

updates = []
for c in columns:
    received = attend(E @ W_q[:, c], E @ W_k[:, c], E @ W_v[:, c], may_look)  # (T, D)
    updates.append(received @ W_o[c])  # (T, C)

# %%
show.heatmap(
    np.array([*(update[forest] for update in updates), sum(updates)[forest]]),
    [*HEADS, "sum: ΔE of forest"],
    FEATURES,
    title="What each head adds to forest",
    row_name="head",
    column_name="feature",
)

# %% [markdown]
# The forest has become green (and a little blue and soft, as in lesson 6), and something moves in it. The second head, which parks, adds nothing. Each head writes into other columns of the stream, so that
# both can be read later. With a single head all of this would have been one blend.

# %% [markdown] slide="slide" notes="Do this one slowly, with the 2 × 12 numbers. Nearly every bug in home-made attention sits in this reshape."
# ## All heads in one product
#
# A loop is slow. But the heads do the same thing with different columns, and NumPy can do that at once, if the heads get an axis of their own. Here
# is a table of 2 tokens with 12 numbered columns. Deal it out to 3 heads.

# %%
numbered = np.array([range(12), range(100, 112)])  # (T, C)

# %%
predict(
    "Head 0 should get columns 0-3 of both tokens. Does numbered.reshape(3, 2, 4) do that?",
    {
        "yes, the shape is right": "The shape (H, T, D) is right, and the numbers are not. reshape only fills up rows, one after the other.",
        "no, it mixes up tokens and heads": "Head 0 gets 0-3 and 4-7: both from token 0, and nothing from token 1.",
        "it raises an error": "Worse: 3 · 2 · 4 = 24 numbers fit, and it goes on with the wrong ones.",
    },
    right="no, it mixes up tokens and heads",
)

# %%
from course_lib.attention import merge_heads, split_heads

{
    "reshape(3, 2, 4), head 0": numbered.reshape(3, 2, 4)[0].tolist(),
    "split_heads, head 0": split_heads(numbered, n_head)[0].tolist(),
}

# %% [markdown] slide="subslide"
# Right is: cut the *columns* into heads, `reshape(T, H, D)`, then bring the head axis to the front, `swapaxes(0, 1)`. You write `split_heads` in the exercises, and
# `merge_heads`, which goes the same way back. With both, all heads are one product:

# %%
q, k, v = (split_heads(E @ W, n_head) for W in (W_q, W_k, W_v))  # (H, T, D) each
heads = attend(q, k, v, may_look)  # (H, T, D)
batched = merge_heads(heads) @ W_o  # (T, C)
{"loop and batched differ by at most": round(float(abs(sum(updates) - batched).max()), 12)}

# %% [markdown]
# No loop in sight, and the same numbers. `attend` needed no change: `@` and `softmax` work on the last two axes and leave those in front alone.

# %% [markdown] slide="subslide"
# That goes on. Put several *texts* in front as well, a [batch](../GLOSSARY.md#batch), and nothing changes but one more axis. The mask is still one table (T, T): every head of every text
# uses the same one.

# %%
x = np.stack([E, E[::-1]])  # (B, T, C)
q, k, v = (split_heads(x @ W, n_head) for W in (W_q, W_k, W_v))  # (B, H, T, D) each
weights = masked_pattern(q, k, may_look)  # (B, H, T, T)
{"x": x.shape, "q": q.shape, "pattern": weights.shape, "mask": may_look.shape}

# %% [markdown] slide="slide" notes="This is the line that connects the paper's formula with the video's picture. The two look different and are the same sum."
# ## Concatenate and project, or add up?
#
# The paper puts the heads side by side and multiplies by one big matrix: `merge_heads(heads) @ W_o`. The video gives each head its own way up and
# adds up what they say.

# %%
predict(
    "How do the two differ?",
    {
        "the big matrix mixes the heads, a sum can't": "A row times a matrix is a sum: each head's four columns meet only their own four rows of W_o.",
        "not at all": "Side by side times stacked matrices is the sum of the small products.",
        "only for hand-set weights": "It holds for any numbers. The next cell draws some at random.",
    },
    right="not at all",
)

# %%
rng = np.random.default_rng(7)
any_heads, any_W_o = rng.normal(size=(96, 8, 4)), rng.normal(size=(96 * 4, 12))  # 96 heads
projected = merge_heads(any_heads) @ any_W_o  # (T, C)
added_up = sum(any_heads[h] @ any_W_o[4 * h : 4 * (h + 1)] for h in range(96))  # (T, C)
{"differ by at most": round(float(abs(projected - added_up).max()), 9)}

# %% [markdown]
# So the slice of `W_o` that belongs to head h *is* the video's value-up matrix of that head. It is a single matrix in code only because one large product is faster
# than 96 small ones.
#
# And it means something: heads don't talk to each other. Each adds its own ΔE to the stream, and can be switched off alone. **Change it:** leave one head out of
# `sum(updates)`, and look at what `forest` no longer knows. (In lesson 14 you do that to a model that you trained.)

# %% [markdown] slide="slide"
# ## What do many heads cost?

# %%
predict(
    "A block of GPT-3 has 96 heads of size 128, for 12,288 features. One single head as wide as the whole model would need how many weights?",
    {
        "a 96th of it": "The small heads are small: each has a 96th of the columns.",
        "just as many": "96 heads of 128 columns, or one of 12,288: the matrices have the same size.",
        "96 times as many": "That would hold if each of the 96 were as wide as the model.",
    },
    right="just as many",
)

# %%
n_embd = 12_288


def weights_in_block(n_head, head_size):
    return n_head * 4 * n_embd * head_size  # W_q, W_k, value-down, value-up


{f"{h} heads of {n_embd // h}": f"{weights_in_block(h, n_embd // h):,}" for h in (1, 12, 96)}

# %% [markdown]
# Many questions for the price of one. What is paid is the depth of each: a head of size 128 compares 128 numbers, not 12,288, and what it passes on has to fit into 128 numbers
# as well.

# %% [markdown] slide="slide" notes="Twins who go to the same school, hear the same words, and get the same marks stay twins. A sneeze is enough to part them."
# ## You asked: how do 96 different questions arise?
#
# *"All heads are trained on the same text for the same goal. Why don't they all learn the same?"* Here two heads really are trained, in a tiny model on
# the fluffy corpus. First both start with exactly the same weights.

# %%
predict(
    "Two heads start with the same weights. How similar are they after 300 training steps? (Cosine of all their weights, 1 = the same.)",
    {
        "they part, to share the work": "It would be clever. But which one should go left? Nothing tells them apart.",
        "exactly 1, as at the start": "Same weights, same output, same gradient, same step. For ever.",
        "near 0": "For that something must push them in different directions.",
    },
    right="exactly 1, as at the start",
)

# %%
from course_lib.experiments.tiny import head_similarity

twins = head_similarity(same_start=True)
{"lowest similarity in 300 steps": round(float(twins.min()), 6)}

# %% [markdown]
# Twins for ever: two heads for the price of two, and the use of one. Now give one of them a nudge at the start, a thousandth of its size. And last, as it is always done:
# both drawn at random.

# %% slide="subslide"
nudged = head_similarity(same_start=True, nudge=0.001)
random_start = head_similarity(same_start=False)
curves = {"same start": twins, "with a nudge": nudged, "random start": random_start}
show.lines(
    {name: curve.round(2) for name, curve in curves.items()},
    title="Two heads in training: only a difference can grow",
    x_name="training step",
    y_name="cosine of the two heads",
)

# %% [markdown] slide="subslide"
# Far apart in their weights: are they far apart in what they *ask*, too? Take the two heads that started at random, and a text that they have not seen. From a verb, a
# place or a quality (*fluffy*, *tiny*, …): at which kinds of words does each of them look?

# %%
predict(
    "Nobody told the two heads what to look for. After training, at what do they look from a verb?",
    {
        "both at the noun in front of it": "That would be our “who did it?”. But why should both learn the same, or what we find natural?",
        "at different kinds of words": "Each has found something of its own that helps to guess the next word.",
        "both at everything alike": "So it was before the training.",
    },
    right="at different kinds of words",
)

# %% slide="subslide"
from course_lib.experiments.tiny_heads import looks_by_kind

kinds, looks = looks_by_kind()  # looks is (H, kinds that look, kinds that are looked at)
asked = {f"{kind}, head {h + 1}": looks[h, kinds.index(kind)] for kind in ("verb", "place", "quality") for h in (0, 1)}
show.pattern(
    list(asked.values()), list(asked), keys=kinds, title="Trained from random starts: two heads, two questions"
)

# %% [markdown]
# From a verb, the first head stays with the verb, and the second goes back to the full stop that ended the last story. From a place (*forest*), the second
# looks for its colour. From a quality, it is the first that looks around. These are no tidy questions like ours: real heads rarely are (lesson 14). But they are
# two, and not the same.

# %% [markdown] slide="subslide"
# Nobody hands out the questions. A tiny difference is enough: one head is slightly better at something, its gradient pulls it further there, and
# what it already explains no longer pulls the other one. Random starts make 96 such differences for free. Which head ends up with which question is
# chance, and so is that some ask almost the same.

# %% [markdown] slide="slide" notes="This is where attention came from: translation, 2014. Let somebody who speaks Spanish read the source aloud."
# ## Cross-attention: one text looks at another
#
# Queries come from the text that is being written, keys and values from a text that is **already there**. That is [cross-attention](../GLOSSARY.md#cross-attention), and
# a translator looks back at its source with it. Here is our story in Spanish, with vectors of the same twelve features.

# %%
from course_lib.attention.hand_set_heads import E_SPANISH, SPANISH, W_meaning
from course_lib.attention.sentence import E_WITHOUT_PLACE

{"Spanish": " ".join(SPANISH), "x": E_WITHOUT_PLACE.shape, "source": E_SPANISH.shape}

# %%
predict(
    "8 English tokens look at 10 Spanish ones. What shape does the pattern have, and does it need a causal mask?",
    {
        "(8, 10), no mask": "A row for each English token. The source is finished: all of it may be seen.",
        "(8, 10), with a mask": "A mask hides what has not been written yet. The source has been written.",
        "(10, 8), no mask": "Rows are those who ask, and English asks.",
    },
    right="(8, 10), no mask",
)

# %% slide="subslide"
from course_lib.attention import attention_pattern

translation = attention_pattern(E_WITHOUT_PLACE @ W_meaning, E_SPANISH @ W_meaning)  # (T_query, T_key)
show.pattern(translation, TOKENS, keys=SPANISH, title="Who means what I mean? The word order crosses over")

# %% [markdown]
# `creature` finds *criatura*, `fluffy` finds *peluda*, and the adjectives stand on the other side of their nouns: the dots cross. *y* (and) and *por*
# (through) are looked at by nobody.
#
# `a` and `the` look at both *una* and *el*, half and half. Our vectors hold no feature that tells the two apart, and what vectors don't know, attention can't find.

# %% [markdown] slide="subslide"
# With values it is a head like any other. What does it bring to `fluffy`, without a look at the English word?

# %%
from course_lib.attention import cross_attention

brought = cross_attention(E_WITHOUT_PLACE, E_SPANISH, W_meaning, W_meaning, np.eye(12))  # (T_query, C)
{name: round(float(value), 2) for name, value in zip(FEATURES, brought[TOKENS.index("fluffy")]) if value > 0.01}

# %% [markdown]
# The features of *peluda*, fetched from the other text. A translator of this kind has both: heads with a mask that look back at what it has written, and heads without
# one that look at the source. A GPT has only the first kind. It has no second text: whatever it shall know must stand in front of it, in the same
# one.

# %% [markdown] slide="skip"
# ## In the video's notation
#
# | | video: a token is a column | code: a token is a row |
# |---|---|---|
# | one head's values | $W_{V\uparrow} W_{V\downarrow}$, two thin matrices | columns of `W_v`, rows of `W_o` |
# | all heads | $\sum_h \Delta E^{(h)}$ | `merge_heads(heads) @ W_o` |
# | "value matrix" | both parts together | `W_v`, the way down only |
# | "output matrix" | all $W_{V\uparrow}$ side by side | `W_o` |
#
# Papers mean the way down when they say *value matrix*, and the stacked ways up are the *output matrix*. The video keeps the two of a head together, as that is how one should
# think of them.

# %% [markdown] slide="slide"
# ## What to take away
#
# 1. A head has one 1 to share out, so it asks one question. Many heads ask many, for the price of one wide one.
# 2. Loop or one product, concatenate-and-project or add up: the same numbers. Each head adds its own ΔE.
# 3. Heads differ because they *start* differently. In cross-attention, keys and values come from another text.
#
# **Now you:** the [exercise sheet](../exercises/07_many_heads.ipynb), four functions, about 30 minutes.
