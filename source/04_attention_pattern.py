# %% [markdown] slide="slide" notes="Everybody in the room has one euro of attention to give away, and must give away all of it. That is a softmax."
# # The attention pattern: sharing out exactly 1
#
# Lesson 3 ended with scores: 16.65 here, 17.3 there. Now every token decides how to divide its attention. After this lesson you can
# - turn scores into shares with a **softmax** that never overflows,
# - sharpen and soften it with a **temperature**,
# - say, and **measure**, why scores are divided by √d,
# - read **0.42** and **0.58** off the sentence.
#
# *35 minutes · needs [lesson 3](03_queries_and_keys.ipynb).*

# %% [markdown] slide="slide"
# ## What creature can look at
#
# We stop reading at `creature`: "a fluffy blue creature". Four tokens, and these are the scores that `creature` gives them.

# %%
import numpy as np

from course_lib import show
from course_lib.attention import attention_scores, queries_and_keys
from course_lib.attention.sentence import TOKENS, E, W_k, W_q
from course_lib.check import predict

start = TOKENS[:4]
q, k = queries_and_keys(E[:4], W_q, W_k)  # (T, D) each
scores = attention_scores(q, k)  # (T_query, T_key)
show.bars(scores[3], start, title="The scores of creature", x_name="key", y_name="score")

# %% [markdown]
# We want *shares*: positive numbers that add up to 1, large where the score is large. How?

# %%
predict(
    "Why not simply divide each score by the sum of all scores?",
    {
        "there is no reason": "For these four scores it would do. But scores may be negative.",
        "the shares could be negative, or larger than 1": "As soon as one score is negative. And if the sum is near 0, everything flies apart.",
        "the shares would not add up to 1": "They would: whatever is divided by its own sum adds up to 1.",
    },
    right="the shares could be negative, or larger than 1",
)

# %%
small = np.array([2.0, -1.0, -0.5])
small / small.sum()

# %% [markdown] slide="slide" notes="Write three scores on the board, and do the softmax by hand with e ≈ 2.7."
# ## Make them positive first
#
# The exponential function $e^x$ makes any number positive, and keeps the order. Then divide by the sum. These two steps are called
# [softmax](../GLOSSARY.md#softmax).

# %%
three = np.exp(small)
{"scores": small.tolist(), "exps": three.round(2).tolist(), "shares": (three / three.sum()).round(2).tolist()}

# %%
predict(
    "All three scores are raised by 100. What happens to the shares?",
    {
        "they become almost equal": "So it would be if the scores themselves were divided: 102, 99 and 99.5 are almost equal. But exp turns sums into products.",
        "the largest takes all": "Every exp grows by the same huge factor, the largest as well as the others.",
        "nothing": "Every exp is multiplied by the same e¹⁰⁰, and it cancels.",
    },
    right="nothing",
)

# %%
raised = np.exp(small + 100)
(raised / raised.sum()).round(2)

# %% [markdown]
# A softmax only sees **differences**. One point more always means the same factor: $e \approx 2.7$ times the share. A score has no meaning by itself.

# %% [markdown] slide="slide" notes="The wrong-axis bug runs without any error. The sums at the side of the figure are how one finds it."
# ## Who shares out?
#
# Our scores are a table. Each **query** shares out its own attention, and a row is a query.

# %%
predict(
    "exps = np.exp(scores) has shape (T_query, T_key). By what must it be divided?",
    {
        "exps.sum()": "Then the whole table shares out a single 1.",
        "exps.sum(axis=0, keepdims=True)": "axis=0 runs down the columns: each key would hand out 1.",
        "exps.sum(axis=-1, keepdims=True)": "axis=-1 runs along a row. keepdims=True keeps a column of sums, so that each row is divided by its own.",
    },
    right="exps.sum(axis=-1, keepdims=True)",
)

# %%
exps = np.exp(scores)  # (T_query, T_key)
shares = exps / exps.sum(axis=-1, keepdims=True)  # (T_query, T_key)
show.pattern(shares, start, title="Each row shares out exactly 1")

# %% [markdown]
# This table is called an [attention pattern](../GLOSSARY.md#attention-pattern). Read row by row: `creature` looks at `blue` and `fluffy`, everybody
# else at `a`. And along the wrong side?

# %% slide="subslide"
wrong_side = exps / exps.sum(axis=0, keepdims=True)  # (T_query, T_key)
show.pattern(wrong_side, start, title="The wrong side: look at the sums")

# %% [markdown]
# Now every *key* hands out 1, to those who look at it. No error, no warning, and a model that trains badly. The sums at the side give it away:
# check them whenever you meet a pattern.

# %% [markdown] slide="slide" notes="float64 ends at about e to the 709, float32 already at e to the 88."
# ## Very large scores
#
# Computers can't count as far as $e^{1000}$.

# %%
predict(
    "What does the formula give for the scores 1000, 1001 and 1002?",
    {
        "the same as for 0, 1 and 2": "On paper, yes, because only differences count. But exp(1000) is too large to be stored.",
        "NaN, not a number": "exp(1000) becomes ∞, and ∞ / ∞ has no value.",
        "an error": "That would be kind. NumPy goes on, with a warning at best.",
    },
    right="NaN, not a number",
)

# %%
large = np.array([1000.0, 1001.0, 1002.0])
with np.errstate(all="ignore"):  # silences the warnings
    overflow, underflow = (np.exp(row) / np.exp(row).sum() for row in (large, -large))
{"exp(1000)": overflow, "exp(−1000)": underflow}

# %% [markdown]
# Downwards it fails as well: $e^{-1000}$ becomes 0, and 0 / 0 has no value either.
#
# The way out costs one subtraction. Only differences count, so take the row's highest score away from each score. The highest is now 0, its exp
# is 1, and nothing can overflow.

# %%
from course_lib.attention import softmax

{"1000, 1001, 1002": softmax(large).round(2).tolist(), "0, 1, 2": softmax(large - 1000).round(2).tolist()}

# %% [markdown] slide="slide" notes="If the interactive grid is at hand, move the temperature slowly and let them call out when fluffy and blue are 0.42 and 0.58."
# ## Temperature
#
# Only differences count. So divide all scores by a number, the [temperature](../GLOSSARY.md#temperature): the differences shrink or grow.

# %%
predict(
    "The scores of creature are divided by a temperature. What happens when it gets very small, close to 0?",
    {
        "all shares become equal": "That is what a *high* temperature does: it shrinks the differences to nothing.",
        "the highest score takes everything": "Dividing by a small number makes every difference huge.",
        "nothing": "Adding the same number changes nothing. Dividing does.",
    },
    right="the highest score takes everything",
)

# %%
temperatures = np.linspace(0.05, 4, 80)
heated = softmax(scores[3] / temperatures[:, None])  # (80, T_key)
show.lines(
    {"blue": heated[:, 2], "fluffy": heated[:, 1], "a": heated[:, 0]},
    x=temperatures,
    title="Cold: one winner. Warm: everybody gets a share",
    x_name="temperature",
    y_name="share of creature's attention",
)

# %% [markdown]
# That explains the name: a *soft* maximum. Cold, it is a hard one, and `blue` takes all. Now find temperature 2 on the axis:

# %%
{token: round(share, 2) for token, share in zip(start, softmax(scores[3] / 2).tolist())}

# %% [markdown]
# 0.42 and 0.58. So that is where the numbers come from. But why 2?

# %% [markdown] slide="subslide" notes="Move the temperature slowly, by hand or with the arrow keys. Let the room call out when fluffy has 0.42."
# **Change it:** move the temperature yourself. At 2, `creature` looks 0.42 at `fluffy`; where does `blue` take nearly everything? The line below the
# grid reads the chosen row aloud.

# %%
show.AttentionGrid(start, scores, title="The first four tokens", query=3)

# %% [markdown] slide="slide"
# ## At how many tokens does it look?
#
# First a measure, so that "sharp" and "soft" get a number. The [entropy](../GLOSSARY.md#entropy) of a row, $-\sum w \ln w$, says how spread out it
# is. Its exponential counts tokens.

# %%
predict(
    "At how many tokens does a row with the shares 0, 0.42, 0.58, 0 effectively look?",
    {
        "2": "Nearly. It would be 2 exactly if both shares were 0.5.",
        "a little less than 2": "Two tokens, but not quite evenly.",
        "4": "The row has four entries, but two of them get nothing.",
    },
    right="a little less than 2",
)

# %%
from course_lib.attention import effective_tokens

examples = {"one token": [0, 0, 1, 0], "creature": [0, 0.42, 0.58, 0], "all alike": [0.25] * 4}
{name: round(float(effective_tokens(np.array(row))), 2) for name, row in examples.items()}

# %% [markdown] slide="slide" notes="Throw ten coins, count heads minus tails; then a hundred. The spread grows like the root: the same law."
# ## Long vectors make large scores
#
# Our queries have 4 entries, those of GPT-3 have 128. A dot product is a sum of that many products. Suppose that every entry is random, with mean
# 0 and variance 1.

# %%
predict(
    "d grows from 16 to 256, 16 times as many products. How does the typical size of q · k grow?",
    {
        "not at all, as plus and minus cancel": "They cancel partly. What is left over still grows with every product.",
        "4 times": "The variance grows 16 times, and the typical size is its square root.",
        "16 times": "That is the variance. The typical size is its root.",
    },
    right="4 times",
)

# %%
rng = np.random.default_rng(4)
sizes = np.array([4, 16, 64, 128, 256, 512])
variance = np.array([(rng.standard_normal((4000, d)) * rng.standard_normal((4000, d))).sum(1).var() for d in sizes])
show.lines(
    {"q · k": variance, "q · k / √d": variance / sizes},
    x=sizes,
    title="The variance of a dot product is d; divided by √d, it stays 1",
    x_name="head size d",
    y_name="variance (4,000 random pairs)",
)

# %% [markdown]
# Each product of two such numbers has variance 1, and variances of independent numbers add up: d in all. The typical size is the root of that,
# √d. Divide by √d, and scores are of one size in every model.
#
# Compare: the head size of our sentence is 4, and √4 = 2. **That** is the temperature that you found.

# %% [markdown] slide="slide" notes="Let them see that dividing by d is a mistake in the other direction, not a safer choice."
# ## Too sharp, too flat, right
#
# What does a softmax make of such scores? 300 random queries, 8 keys each; we count at how many tokens they look.

# %%
predict(
    "And what if one divides by d instead of √d, to be on the safe side?",
    {
        "it is the same": "For d = 512 that is a further factor of √512, more than 22.",
        "every query looks at everybody alike": "The differences are gone: nobody can be told from anybody.",
        "one token takes it all": "That happens with no division at all.",
    },
    right="every query looks at everybody alike",
)

# %%
rng = np.random.default_rng(5)
looks_at = {"÷ d": [], "÷ √d": [], "undivided": []}
for d in sizes:
    random_q, random_k = rng.standard_normal((300, 1, d)), rng.standard_normal((300, 8, d))
    random_scores = attention_scores(random_q, random_k)
    for name, divisor in zip(looks_at, (d, np.sqrt(d), 1)):
        looks_at[name].append(effective_tokens(softmax(random_scores / divisor)).mean())
show.lines(
    looks_at, x=sizes, title="Out of 8 tokens, how many are looked at?", x_name="head size d", y_name="effective tokens"
)

# %% [markdown]
# Undivided, a long random query puts nearly everything on one token, before anything was learned. Divided by d, all tokens become alike. With √d the
# head size makes no difference, and the choice is left to the learning.

# %% [markdown] slide="slide" notes="The word saturated: like a sponge that is full. Nothing that you pour changes anything."
# ## Why sharp is bad: nothing left to learn from
#
# A network learns by small nudges: *if this score were a little higher, would it help?* So nudge the highest of 8 scores a little, and measure how
# much its share moves.

# %%
predict(
    "A softmax gives one token 1.00. Its score is nudged up by 0.01. How much does its share move?",
    {
        "by about 0.01": "As long as there is a choice, by up to a quarter of the nudge. But here all is given away already.",
        "hardly at all": "It has everything already. And the same holds for a nudge downwards.",
        "it jumps": "A softmax never jumps. That is what a hard maximum does.",
    },
    right="hardly at all",
)


# %%
def slope_at_the_top(scores, nudge=1e-4):
    """How much the largest share of each row moves, for each bit that its score is nudged; averaged over the rows."""
    best = scores == scores.max(axis=-1, keepdims=True)
    up, down = softmax(scores + nudge * best), softmax(scores - nudge * best)
    return (up - down)[best].mean() / (2 * nudge)


rows = np.random.default_rng(6).standard_normal((300, 8))  # the spread of scores ÷ √d is 1, undivided it is √d
slopes = {
    "÷ √d": [slope_at_the_top(rows) for d in sizes],
    "undivided": [slope_at_the_top(rows * d**0.5) for d in sizes],
}

# %% slide="subslide"
show.lines(
    slopes,
    x=sizes,
    title="Undivided, the slope of the softmax dies out",
    x_name="head size d",
    y_name="slope",
    floors={"nothing to learn from:": 0},
)

# %% [markdown]
# That is a [saturated](../GLOSSARY.md#saturated) softmax: its [gradient](../GLOSSARY.md#gradient), the slope, is almost 0, and what has no slope
# can't learn. A head that starts like that hardly moves from there. (Its training is lesson 10.)

# %% [markdown] slide="subslide"
# And `argmax`, which simply takes the best? It is the coldest softmax of all.


# %%
def hard(scores):
    return (scores == scores.max()).astype(float)


before, after = np.array([0.5, 2.0, 1.0]), np.array([0.5, 2.01, 1.0])
{
    "softmax moves by": (softmax(after) - softmax(before)).round(4).tolist(),
    "argmax moves by": (hard(after) - hard(before)).tolist(),
}

# %% [markdown]
# With `argmax` a nudge changes nothing, until one nudge suddenly changes everything. A softmax answers every nudge a little. That is why it is soft.

# %% [markdown] slide="slide" notes="This is the picture that the video promises. Stay a while, read every row aloud."
# ## The pattern of the sentence
#
# All three steps: scores, divided by √D, softmax along each row.

# %%
from course_lib.attention import attention_pattern

weights = attention_pattern(q, k)  # (T_query, T_key)
show.pattern(weights, start, title="creature looks 0.42 at fluffy and 0.58 at blue", highlight=3)

# %% [markdown]
# Calculate it the other way round, from the shares back to the scores:

# %%
{
    "difference of the scores / √D": round(float((scores[3, 2] - scores[3, 1]) / np.sqrt(4)), 3),
    "ln(share of blue / share of fluffy)": round(float(np.log(weights[3, 2] / weights[3, 1])), 3),
}

# %%
predict(
    "The same scores, but suppose they came from vectors with D = 16 instead of 4. How does creature divide its attention?",
    {
        "more evenly": "√16 = 4 shrinks the difference further: less certain with the same scores.",
        "blue gets even more": "That would be so if D were smaller: dividing by less keeps the difference large.",
        "the same": "The scores are the same, but they are divided by 4 now, not by 2.",
    },
    right="more evenly",
)

# %%
{f"D = {D}": softmax(scores[3] / np.sqrt(D)).round(2).tolist() for D in (1, 4, 16)}

# %% [markdown] slide="subslide"
# √D is a temperature, chosen once and for all. Now the whole sentence.

# %%
predict(
    "An article like the has nothing sensible to ask. What is the sum of its row?",
    {
        "0, it looks at nobody": "A softmax can't say “nobody”: every exp is positive.",
        "1, like any other": "It must look somewhere. Ours was told to look at articles, so it looks mostly at itself.",
        "less than 1": "Each row is divided by its own sum, so it is always exactly 1.",
    },
    right="1, like any other",
)

# %%
q_all, k_all = queries_and_keys(E, W_q, W_k)  # (T, D) each
weights_all = attention_pattern(q_all, k_all)  # (T_query, T_key)
show.pattern(weights_all, TOKENS, title="All eight tokens, everybody sees everybody")

# %% [markdown]
# A row can't abstain. Tokens that have nothing to ask must still put their 1 somewhere; real models often park it on the first token or on a full stop.
#
# And look at the row of `creature`: 0.68 for `verdant`, a word that comes later and belongs to the forest. Everybody sees everybody, so the best
# adjective of the whole sentence wins. [Lesson 5](05_masking.ipynb) closes that door.

# %% [markdown] slide="skip"
# ## You may ask: why e, and not simply squares?
#
# Squares are positive, too.

# %%
two_sided = np.array([-2.0, 1.0, 2.0])
{"squares": (two_sided**2 / (two_sided**2).sum()).round(2).tolist(), "softmax": softmax(two_sided).round(2).tolist()}

# %% [markdown] slide="skip"
# A score of −2 says "not this one", and squares hear "this one" as loudly as for +2. Besides, with squares it matters whether 100 is added to all
# scores. With $e^x$ only differences count.

# %% [markdown] slide="skip"
# ## You may ask: is √d there for numerical stability?
#
# That is often said, the video says it too. Try it: does a softmax break without it?

# %%
{"scores of 10,000, undivided": softmax(np.array([10_000.0, 9_999.0, -10_000.0])).round(2).tolist()}

# %% [markdown] slide="skip"
# Nothing breaks: subtracting the highest score took care of that. What √d keeps alive is the **slope**, as measured above. One may call that
# stability, but of the training.

# %% [markdown] slide="skip"
# ## In the video's notation
#
# | | video: a query is a column | code: a query is a row |
# |---|---|---|
# | pattern | softmax of $K^T Q / \sqrt{d_k}$ | `softmax(q @ k.T / np.sqrt(D))` |
# | softmax runs | down each column | along each row, `axis=-1` |
# | sums to 1 | each column | each row |
#
# Turn one, and you have the other: `show.pattern(weights, start, title="…", orientation="video")`. $d_k$ is the head size, our D, and not the width C of the
# model.

# %% [markdown] slide="slide"
# ## What to take away
#
# 1. Softmax: exp, then divide by the row's sum. Subtract the row's highest score first, and it never overflows.
# 2. Each query shares out exactly 1, always. Only differences between scores count.
# 3. The variance of q · k is d. Dividing by √d keeps the softmax from saturating, and so keeps it learning.
#
# **Now you:** the [exercise sheet](../exercises/04_attention_pattern.ipynb), four functions, about 25 minutes.
