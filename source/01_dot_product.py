# %% [markdown] slide="slide" notes="Everything in attention is built from this one number. Promise: at the end of the hour the room has seen a first attention picture, without a single trained weight."
# # The dot product: how much do two arrows agree?
#
# One small operation does almost all the work inside a GPT. After this lesson you can
# - compute a dot product by hand and say what its **sign** means,
# - divide out the lengths to get the **cosine**,
# - use a direction as a **question** and read the answer off a number,
# - compute **all pairs at once**: your first picture of who is related to whom.
#
# *25 minutes · needs [lesson 0](00_start_here.ipynb).*

# %% [markdown] slide="slide"
# ## Two arrows
#
# A [**vector**](../GLOSSARY.md#vector) is a list of numbers. With two numbers it can be drawn: the first says how far to go to the right, the second how far up.

# %%
import numpy as np

from course_lib import show
from course_lib.check import predict

a = np.array([3.0, 1.0])
b = np.array([2.0, 2.0])
show.arrows([a, b], ["a", "b"], title="Two vectors, drawn as arrows")

# %% [markdown] slide="subslide"
# The [**dot product**](../GLOSSARY.md#dot-product) takes two vectors of the same length and gives *one* number. The rule: multiply entry by entry, then add up.

# %%
predict(
    "a = [3, 1] and b = [2, 2]. What is their dot product?",
    {
        "[6, 2]": "These are the products of the pairs. One step is missing: add them up.",
        "8": "3 · 2 + 1 · 2 = 6 + 2.",
        "16": "That adds up each vector first: (3 + 1) · (2 + 2). Multiply pair by pair first.",
    },
    right="8",
)

# %%
show.products(a, b)

# %% [markdown]
# Written as a formula, $a \cdot b = \sum_i a_i b_i$. In NumPy it is `a @ b`. Nothing else is hidden in it: a few products, and a sum.
#
# **Change it:** make one entry of `b` negative, and run the cells again.

# %% [markdown] slide="slide" notes="Hold two arms up as arrows; turn one. Ask for the sign at every moment."
# ## The sign tells the side
#
# Now leave `a` where it is, and turn `b` around.

# %%
predict(
    "b is turned until it stands at a right angle to a. What is the dot product then?",
    {
        "its largest value": "The largest value comes when both point in the same direction.",
        "0": "At a right angle neither arrow has any part that goes along the other.",
        "negative": "Not yet: it becomes negative as soon as b is turned further than a right angle.",
    },
    right="0",
)

# %%
angles = np.arange(0, 361, 15)
turned = [3 * np.array([np.cos(t), np.sin(t)]) for t in np.radians(angles)]
dots = np.array([v @ np.array([2.0, 0.0]) for v in turned])
show.lines(
    {"a · b": dots},
    x=angles,
    title="Turning b once around: the dot product rises and falls",
    x_name="angle between a and b (degrees)",
    y_name="a · b",
)

# %% [markdown]
# - **Positive:** the arrows point to the same side (less than 90° apart).
# - **Zero:** a right angle. They have nothing to do with each other.
# - **Negative:** they point to opposite sides.
#
# Between them it changes smoothly. That is why the dot product can measure *how much* two things agree.

# %% [markdown] slide="subslide" notes="Hand the mouse to somebody. Ask for a product of exactly 0, then for the largest one that fits on the paper."
# **Change it:** here both arrows can be moved. Drag their tips, or type numbers.
# - Turn `b` until the dot product is 0. Where else is it 0?
# - Make the product as negative as you can, without making an arrow longer.

# %%
arrows = show.DotProduct(a, b)
arrows

# %% [markdown] slide="skip"
# Until you run its cell it is a picture that stands still. Python knows where the arrows are: after a move, `arrows.a`, `arrows.b` and
# `arrows.product` say it. Nothing later needs it.

# %% [markdown] slide="slide"
# ## Length counts too

# %%
predict(
    "b is made twice as long, in the same direction. What happens to a · b?",
    {
        "nothing": "The direction stays, but every product contains an entry of b, and each of those has doubled.",
        "it doubles": "Every product doubles, and so does their sum.",
        "it becomes four times as large": "It would if both arrows were made twice as long.",
    },
    right="it doubles",
)

# %%
{"a · b": float(a @ b), "a · 2b": float(a @ (2 * b))}

# %% [markdown] slide="subslide"
# So a long arrow gets a large dot product with almost everybody. To compare *directions* only, divide by both lengths: that is the
# [cosine similarity](../GLOSSARY.md#cosine-similarity). The length of a
# vector is $|a| = \sqrt{a \cdot a}$, and
#
# $$\text{cosine}(a, b) = \frac{a \cdot b}{|a|\,|b|}$$
#
# is 1 for the same direction, 0 for a right angle and −1 for opposite directions, however long the arrows are.

# %%
from course_lib.attention import cosine_similarity

show.arrows([a, b], ["a", "b"], angle_between=(0, 1), title=f"cosine(a, b) = {cosine_similarity(a, b):.3f}")

# %% [markdown]
# Both numbers will come back: attention itself uses the plain dot product, lengths and all. Lesson 4 shows what that costs, and how it is
# mended.

# %% [markdown] slide="slide" notes="Say clearly: nobody typed these vectors in. They came out of counting which words stand near which."
# ## Words are arrows too
#
# Real [word vectors](../GLOSSARY.md#word-vector) have more entries than can be drawn. These have 50 each, and were learned from billions of words of text by the
# **GloVe** method (Stanford, 2014): words that occur in similar company got similar vectors.

# %%
from course_lib.text import word_vectors

glove = word_vectors.load()
glove["creature"].round(1)

# %% [markdown]
# No entry means anything by itself. But directions do. Which words point in nearly the same direction as `creature`?

# %%
glove.nearest(glove["creature"], leave_out=["creature"])

# %% [markdown]
# The number is the cosine. **Change it:** ask for `tower`, `mole`, or any common word in small letters. (`mole` is worth a look: which of its
# meanings do you find? Lesson 2 returns to it.)

# %% [markdown] slide="slide" notes="This is the step that queries and keys are made of. Let somebody say in their own words what the direction cats − cat asks."
# ## A direction is a question
#
# Subtract `cat` from `cats`. What is left over is a direction: everything that changes when one cat becomes several. Call it `plural`.

# %%
plural = glove["cats"] - glove["cat"]

# %%
predict(
    "plural · one, plural · two, plural · three, plural · four: in which order are these four dot products?",
    {
        "all the same": "The vectors differ, and so do the answers. Run it.",
        "no order at all": "Surprisingly there is one, and nobody put it there on purpose.",
        "one < two < three < four": "The direction asks “how plural are you?”, and the numbers answer in the order of counting.",
    },
    right="one < two < three < four",
)

# %%
numbers = ["one", "two", "three", "four"]
show.number_line(
    [plural @ glove[n] for n in numbers], numbers, title="How plural is each word? Its dot product with cats − cat"
)

# %% [markdown]
# Read this slowly, because it is the idea behind all of attention: **a direction asks a question, and the dot product is the answer.** One
# product with `plural` asks any word "how plural are you?".
#
# In lesson 3 a word will ask the words before it: "are you an adjective?" It will do it with a dot product.

# %% [markdown] slide="subslide"
# The direction also works on words that it was not made from. **Change it:** try pairs of your own.

# %%
pairs = [("dog", "dogs"), ("student", "students"), ("puppy", "puppies")]
{word: round(float(plural @ glove[word]), 2) for pair in pairs for word in pair}

# %% [markdown] slide="slide" notes="Many slides on the web leave out that the inputs are removed. Say it."
# ## king − man + woman, honestly
#
# If directions have a meaning, one can calculate with them. The best-known example begins with `king`, takes away `man` and adds `woman`.

# %%
predict(
    "Which word is nearest to king − man + woman, if no word is left out?",
    {
        "queen": "That is what is usually told. It is second, or first only if the words of the question may not be the answer.",
        "king": "The step from man to woman is short compared with king itself: the sum still points mostly where king points.",
        "woman": "Most of the sum is still king.",
    },
    right="king",
)

# %%
royal = glove["king"] - glove["man"] + glove["woman"]
glove.nearest(royal, n=3)

# %%
glove.nearest(royal, n=3, leave_out=["king", "man", "woman"])

# %% [markdown]
# Only when the three words of the question may not be the answer does `queen` win. The direction is real; the famous sum is helped along a
# little. Look at what was left out whenever somebody shows you a result that is too good.

# %% [markdown] slide="slide" notes="First attention picture. Keep it up for a while; the two complaints about it are lessons 3 and 4."
# ## All pairs at once
#
# Now our sentence. Stack its word vectors as the rows of one table `x`: 8 tokens, 50 numbers each.

# %%
tokens = "a fluffy blue creature roamed the verdant forest".split()
x = np.array([glove[token] for token in tokens])
x.shape

# %% [markdown]
# `x.T` is the same table turned on its side: 50 rows, 8 columns. The product `x @ x.T` holds the dot product of every row with every row.

# %%
predict(
    "What do you know about the table x @ x.T before you run it?",
    {
        "it has 50 rows": "The 50 features are what is summed over. The table has a row and a column for each token.",
        "it is the same above and below the diagonal": "a · b = b · a, so entry (i, j) equals entry (j, i).",
        "its diagonal is 1": "That would hold for cosines. The diagonal holds each vector's squared length.",
    },
    right="it is the same above and below the diagonal",
)

# %% slide="subslide"
show.heatmap(
    x @ x.T, tokens, tokens, title="x @ x.T: every token with every token", row_name="token", column_name="token"
)

# %% [markdown]
# One line of code, no training. Leave out the diagonal, and read off whom each token agrees with most:

# %%
table = x @ x.T
np.fill_diagonal(table, -np.inf)
{token: tokens[best] for token, best in zip(tokens, table.argmax(axis=1))}

# %% [markdown] slide="subslide"
# `verdant` finds its `forest`, `fluffy` goes with `blue`: this is the first attention picture of the course. But two things are wrong with it.
#
# - **Long vectors win.** Frequent words such as `a` and `the` agree with nearly everybody.
# - **It is symmetric.** `creature` asks `fluffy` exactly what `fluffy` asks `creature`, although it is the noun that wants to know about its
#   adjective, not the other way round.
#
# Lesson 3 begins to mend that, with two small matrices.

# %% [markdown] slide="skip"
# ## In the video's notation
#
# The video writes a vector as a column and stacks vectors side by side, as columns of a matrix $E$. All pairs are then $E^T E$. We stack the same
# vectors as rows, as NumPy and PyTorch do: our `x` is $E^T$, and our `x @ x.T` is the same table.

# %% [markdown] slide="slide"
# ## What to take away
#
# 1. Multiply entry by entry and add up: positive, zero or negative says same side, right angle or opposite.
# 2. Length counts. Divide it out, and you have the cosine.
# 3. A direction is a question, the dot product is the answer, and `x @ x.T` asks every token about every token.
#
# **Now you:** the [exercise sheet](../exercises/01_dot_product.ipynb), four functions, about 20 minutes.
