# %% [markdown] slide="slide" notes="A network only calculates with numbers. Ask: how would you turn a sentence into numbers? Collect the answers; most of them come up in this lesson."
# # Tokens and embeddings: from letters to vectors
#
# A network can't read. Before any attention happens, a text is cut up, numbered, and turned into arrows. After this lesson you can
# - turn a text into **tokens** and **ids**, and back,
# - build the tokenizer that GPTs use, out of one idea repeated,
# - look up **embeddings**, and **add** the position,
# - say what a **context window** is,
# - show why one vector per word is not enough, and so what attention is *for*.
#
# *40 minutes · needs [lesson 1](01_dot_product.ipynb).*

# %% [markdown] slide="slide" notes="Let somebody number the words on the board by hand, in order of first appearance. The vocabulary is then on the board."
# ## Cut it up, number the pieces
#
# A [token](../GLOSSARY.md#token) is one piece of text. The simplest way to cut is at the spaces. The [vocabulary](../GLOSSARY.md#vocabulary) then gives
# every different token a number, its [id](../GLOSSARY.md#token-id), in the order in which they first appear. The 0 is reserved for `<unk>`, "unknown".

# %%
import numpy as np

from course_lib import show
from course_lib.check import predict
from course_lib.text import build_vocabulary, decode, encode

tokens = "the blue creature roamed the blue forest".split()

# %%
predict(
    "the blue creature roamed the blue forest: how many entries will its vocabulary have?",
    {
        "7": "The text has 7 tokens, but `the` and `blue` come twice, and keep their id.",
        "5": "There are 5 different words. One more entry is always there.",
        "6": "5 different words, and `<unk>`.",
    },
    right="6",
)

# %% [markdown] slide="subslide"
# `build_vocabulary` walks through the text once, and `encode` looks every token up. (You will write both on the sheet.)

# %%
vocabulary = build_vocabulary(tokens)
vocabulary

# %%
encode(tokens, vocabulary)

# %% [markdown]
# That list of whole numbers is all that a GPT ever sees of a text. An id is a **name**, not an amount: `forest` is not "more" than `blue`, and any
# other numbering would do as well, if it is used everywhere.
#
# **Change it:** swap `creature` and `forest` in the text, and look at what happens to the ids.

# %% [markdown] slide="slide" notes="Everybody knows the feeling: a form that can't take your name."
# ## What it has never seen
#
# The vocabulary is fixed once, before training. Then somebody writes about something new.

# %%
new_text = "the pink dragon roamed the forest".split()

# %%
predict(
    "The new text is encoded and then decoded again, with the old vocabulary. What comes back?",
    {
        "the same text": "There is no id for `pink`, so nothing could bring it back.",
        "the roamed the forest": "Leaving words out would move all the others. Every token keeps its place.",
        "the <unk> <unk> roamed the forest": "Both unknown words got id 0. What they were is lost, but not that they were there.",
    },
    right="the <unk> <unk> roamed the forest",
)

# %%
ids = encode(new_text, vocabulary)
" ".join(decode(ids, vocabulary))

# %% [markdown] slide="subslide"
# A dragon and the colour pink have become the same nothing. A larger vocabulary only puts it off: there will always be a next name, a typing
# error, another language.
#
# The other extreme: let every **letter** be a token. Nothing is unknown any more, but what does it cost? Here is a small text about our creature.

# %%
text = (
    "a fluffy blue creature roamed the verdant forest . the creature was fluffier than a feather , and bluer than the "
    "bluest feather . the forest was greener than the creature was blue . other creatures roamed other forests , and the "
    "bluest creature roamed farther ."
)
letters = list(text.replace(" ", "·"))  # a space that can be seen
{
    "words": {"tokens": len(text.split()), "vocabulary": len(set(text.split()))},
    "letters": {"tokens": len(letters), "vocabulary": len(set(letters))},
    "times as long in letters": round(len(letters) / len(text.split()), 1),
}

# %% [markdown]
# In so short a text both lists are about equally long. In a longer one the list of words grows and grows, and the few letters still do. But letters
# make the text several times as long, and length is what attention pays for most dearly (lesson 13). And a single letter means next to nothing. We want
# something **between** letters and words.

# %% [markdown] slide="slide" notes="Do three merges by hand on the board with 'low lower lowest'. It is a compression method from 1994, and it knows no grammar at all."
# ## Glue what stands together most often
#
# [Byte-pair encoding](../GLOSSARY.md#byte-pair-encoding) is one idea, repeated:
#
# 1. count all pairs of neighbours, and find the most frequent one,
# 2. glue it together wherever it occurs: a new token. Begin again.
#
# You will write both steps on the sheet.

# %%
predict(
    "It starts from single letters and knows no English. What will twenty such merges find?",
    {
        "whole words only": "It does not know where words end: a space is a character like any other.",
        "frequent pieces: short words, stems, endings": "Whatever is repeated gets glued, and in a language meaningful pieces are repeated.",
        "syllables, as in a dictionary": "Some look like it, but nobody told it how words are spoken. It only counts.",
    },
    right="frequent pieces: short words, stems, endings",
)

# %% slide="subslide"
from course_lib.text import apply_merges, learn_merges

merges, pieces = learn_merges(letters, 20)
" ".join(left + right for left, right in merges)

# %%
" | ".join(pieces[:50])

# %% [markdown]
# Read the merges in order: `re`, `th`, then `the` out of `th` and `e`. Bit by bit `creature` grows, and swallows the spaces around it. Rare words such as
# `verdant` mostly stay in letters.
#
# **Change it:** make it 5 merges, or 60. With 60 it has learned this text by heart, whole phrases in one piece. GPT-2 prevents that: it cuts at the
# spaces first, and only merges within words.

# %% [markdown] slide="subslide"
# ## What a merge costs and buys
#
# Every merge adds one entry to the vocabulary. In return, the text gets shorter.

# %%
counts = np.arange(0, 45, 4)
lengths = [len(learn_merges(letters, n)[1]) for n in counts]
entries = len(set(letters)) + counts
show.lines(
    {"tokens in the text": lengths, "vocabulary": entries},
    x=counts,
    title=f"{counts[-1]} merges: the text shrinks from {lengths[0]} tokens to {lengths[-1]}",
    x_name="merges",
    y_name="how many",
)

# %% [markdown]
# The first merges buy most, later ones less and less. How many to make is a choice. GPT-2 and GPT-3 start from the 256 possible **bytes** instead of
# letters, make 50,000 merges, and add one token for "end of text":

# %%
256 + 50_000 + 1

# %% [markdown] slide="subslide"
# This number is the vocabulary size in the video. And since every text, in any script, is made of bytes, **nothing is unknown** any more. The same
# merges, in the same order, cut words that were never seen:

# %%
" | ".join(apply_merges(list("the·blue·roamer·fathers·a·creature"), merges))

# %%
list("🦊".encode())  # one fox, as bytes

# %% [markdown]
# This has odd effects in real models. A GPT does not see the letters of `creature`, it sees one number. So ask it how many `e`s there are in a word,
# and it has to have *learned* that from somewhere.

# %% [markdown] slide="slide" notes="The table is the first learned part of a GPT: at the beginning of training its rows are random."
# ## From a number to an arrow
#
# Ids are only names, and one can't calculate with names. So every token gets a row in a big table, its
# [embedding](../GLOSSARY.md#embedding): V rows, one per token, and C numbers in each. In a GPT the table is learned. Ours was set by hand, so that
# each column has a meaning. We begin with the one sentence:

# %%
from course_lib.attention.sentence import E_WITHOUT_PLACE, FEATURES, TOKENS

vocabulary = build_vocabulary(TOKENS)
nothing = np.zeros((1, len(FEATURES)))  # the row of <unk>
token_table = np.vstack([nothing, E_WITHOUT_PLACE])  # (V, C)
token_table.shape

# %% slide="subslide"
silly = "the blue forest roamed the creature".split()
ids = encode(silly, vocabulary)
x = token_table[ids]  # (T, C)
show.heatmap(x, silly, FEATURES, title="Six tokens, six rows of the table", row_name="token", column_name="feature")

# %% [markdown]
# `token_table[ids]` takes out one row per id. That is all: no calculation, a look into a table. (`place`, the last column, is still empty. It will
# not stay so.)

# %% [markdown] slide="slide" notes="The same thing in two languages: a programmer says lookup, a mathematician says one-hot times matrix."
# ## The same, as a product
#
# The video calls this table a matrix, the embedding matrix. How can a lookup be a matrix? Write each id as a row of zeros with a single 1 in it, a
# [one-hot vector](../GLOSSARY.md#one-hot-vector).

# %%
one_hot = np.eye(len(vocabulary))[ids]
show.heatmap(
    one_hot,
    silly,
    list(vocabulary),
    title="One-hot: a single 1 in each row, at the token's id",
    row_name="token",
    column_name="entry",
    pattern=True,
)

# %%
predict(
    "A one-hot row with its 1 at place 6 is multiplied with the table: one_hot_row @ token_table. What comes out?",
    {
        "row 6 of the table": "1 times row 6, and 0 times all the others.",
        "column 6 of the table": "A row times a table mixes the table's *rows*, and here only row 6 takes part.",
        "the sum of all rows": "It would be, if the row were full of ones.",
    },
    right="row 6 of the table",
)

# %%
np.array_equal(one_hot @ token_table, token_table[ids])

# %% [markdown] slide="subslide"
# So it is a matrix after all, and can be trained like every other. Nobody multiplies it out, though. For eight tokens in a model as large as GPT-3,
# multiplying would take

# %%
T, V, C = 8, 50_257, 12_288
f"{T * V * C:,} multiplications, nearly all of them by zero; looking up takes none"

# %% [markdown] slide="slide" notes="Say both sentences aloud. Same words; who is blue now?"
# ## Where does it stand?
#
# *the blue creature roamed the verdant forest*: who is blue? And in *the verdant creature roamed the blue forest*? The tokens are the same. Only
# their **places** tell the difference.

# %%
predict(
    "`the` stands twice in “the blue creature roamed the verdant forest”. Do the two get the same row, straight from the table?",
    {
        "exactly the same": "Same token, same id, same row. The table does not know where it is asked from.",
        "nearly the same": "There is only one row for `the`, and it is copied twice.",
        "two different ones": "The table has one row per *token*, not one per place.",
    },
    right="exactly the same",
)

# %%
one = "the blue creature roamed the verdant forest".split()
other = "the verdant creature roamed the blue forest".split()
x_one, x_other = token_table[encode(one, vocabulary)], token_table[encode(other, vocabulary)]
{
    "both “the” are equal": np.array_equal(x_one[0], x_one[4]),
    "both sentences have the same sum": np.array_equal(x_one.sum(axis=0), x_other.sum(axis=0)),
}

# %% [markdown] slide="subslide"
# For anything that only adds vectors up, the two sentences are one. Attention is such a thing: it takes weighted sums (lessons 4 to 6), and by itself
# it does not see who stands where. The remedy: a second table with a [position vector](../GLOSSARY.md#position-vector) for every place, **added** to the token's vector.

# %%
from course_lib.attention.sentence import PLACES
from course_lib.text import embed

x_placed = embed(encode(one, vocabulary), token_table, PLACES)
show.heatmap(
    x_placed, one, FEATURES, title="Token plus place: both “the” differ now", row_name="token", column_name="feature"
)

# %% [markdown]
# Our hand-set position vectors are as simple as can be: place i adds i to the last column. A GPT learns its position table, all C numbers of each row.
#
# `embed` is one line: `token_table[ids] + position_table[:T]`. You will write it on the sheet.

# %% [markdown] slide="slide" notes="This question comes up in every room: isn't information lost in the sum? Let them predict, then show."
# ## Added, not appended?
#
# That looks careless. Appending the position would keep token and place apart for ever. But it would make every vector longer, and every later
# matrix with it. And is anything lost by adding?

# %%
predict(
    "A random token vector and a random position vector are added. Can one tell from the sum which two they were?",
    {
        "no: from 12 alone nobody can tell 5 + 7": "True for one number. But here are C numbers, and they must *all* fit.",
        "yes, if the vectors are long enough": "Long random vectors are nearly at right angles, so they hardly disturb each other.",
        "yes, always": "With 2 numbers per vector there are far too many pairs that fit nearly as well.",
    },
    right="yes, if the vectors are long enough",
)

# %% [markdown] slide="subslide"
# The experiment: 1,000 random tokens, 100 random places. Add one of each, and from the sum alone look for both: which token vector is nearest, and
# which position vector?


# %%
def read_back(width):
    """The share of sums from which both the token and the place are found again."""
    rng = np.random.default_rng(2)
    token_vectors, place_vectors = rng.normal(size=(1000, width)), rng.normal(size=(100, width))
    drawn = rng.integers(0, 1000, size=100)
    sums = token_vectors[drawn] + place_vectors
    token_found, place_found = (
        np.argmax(sums @ table.T - (table**2).sum(axis=1) / 2, axis=1) for table in (token_vectors, place_vectors)
    )  # the row with the smallest distance
    return np.mean((token_found == drawn) & (place_found == np.arange(100)))


# %%
widths = [2, 4, 8, 16, 32, 64, 128]
shares = [read_back(width) for width in widths]
enough = widths[np.argmax(np.array(shares) == 1)]
show.bars(
    shares,
    widths,
    title=f"With {enough} numbers, every sum gives both back",
    x_name="numbers per vector",
    y_name="share read back",
)

# %% [markdown]
# With 2 numbers nearly everything is lost; with enough of them nothing is. GPT-3 has 12,288. In so many dimensions there is room for a token, its
# place, and much more in *one* vector. Remember this: in lesson 6 attention will add more things to the same vector, for the same reason.

# %% [markdown] slide="slide" notes="Viewers' question 14. The window is a plain fact about a table: it has so many rows and no more."
# ## You asked: what is the context window?
#
# The position table has a fixed number of rows. That number is the [context window](../GLOSSARY.md#context-window), or `context_length`: the most
# tokens that the model can look at together. Ours has 8 rows. What about a longer text?

# %%
story = "the creature was blue . it roamed the forest , and then it slept . the creature was".split()
story_vocabulary = build_vocabulary(story)
story_table = np.random.default_rng(1).normal(size=(len(story_vocabulary), 12))
try:
    embed(encode(story, story_vocabulary), story_table, PLACES)
except ValueError as error:
    print(error)

# %% [markdown] slide="subslide"
# There is no row for the ninth place. So a model takes what fits, the **last** tokens, and what lies further back does not exist for it.

# %%
predict(
    "The model with a window of 8 should continue “… the creature was”. Can it know that the creature was blue?",
    {
        "yes: it has read the beginning": "It keeps nothing between two looks at a text, except the text itself.",
        "no: blue lies outside the window": "Whatever has slid out of the window has no row, no vector and no influence.",
        "only roughly": "Not even roughly: the token `blue` isn't there at all.",
    },
    right="no: blue lies outside the window",
)

# %%
context_length = len(PLACES)
window = story[-context_length:]
{"window": " ".join(window), "blue is in it": "blue" in window}

# %% [markdown]
# That is why a chat with an early model seemed to forget its beginning. GPT-2 had 1,024 places and GPT-3 had 2,048, counted in *tokens*, not words.
# Making it longer costs: everybody looks at everybody, so the work grows with the square (lesson 13). In lesson 12 your own GPT will write with such a
# sliding window.
#
# **Change it:** how large must the window be so that `blue` is in it?

# %% [markdown] slide="slide" notes="The central step of the lesson. Ask what the word mole means, and wait until three meanings are on the board."
# ## One vector for three moles
#
# *American shrew mole. One mole of carbon dioxide. Take a biopsy of the mole.* An animal, an amount, and a spot on the skin. One word, so one token,
# so **one** row of the table. Ask the GloVe vectors of lesson 1 for its neighbours.

# %%
from course_lib.attention import cosine_similarity
from course_lib.text import word_vectors

glove = word_vectors.load()
glove.nearest(glove["mole"], n=10, leave_out=["mole"])

# %% [markdown]
# Snakes, rats, sharks: mostly the animal. But `hairs` belong to the skin, too. The table had to put all meanings into one arrow, and the commonest
# company won. Six words will serve as a compass: two for the animal, two for the amount of something, two for the spot on the skin. None of them
# stands in the three sentences: a word that we add ourselves would be no test.

# %%
sentences = {
    "shrew": ["american", "shrew", "mole"],
    "dioxide": ["one", "mole", "of", "carbon", "dioxide"],
    "biopsy": ["take", "a", "biopsy", "of", "the", "mole"],
}
compass = ["snake", "rat", "gas", "oxygen", "skin", "tissue"]


# %% slide="skip"
def point(moles, title):
    """The cosine of each sentence's mole with the words of the compass."""
    table = np.array([[cosine_similarity(mole, glove[word]) for word in compass] for mole in moles.values()])
    picture = show.heatmap(table, list(moles), compass, title, row_name="sentence", column_name="word", pattern=True)
    nearest = [f"{name} → {compass[best]}" for name, best in zip(moles, table.argmax(axis=1))]
    picture.caption = f"The nearest word of each: {', '.join(nearest)}."
    return picture


# %% [markdown] slide="subslide"
# Which words of the compass is each mole close to? Straight from the table, the sentence can't matter yet.

# %%
point({name: glove["mole"] for name in sentences}, "Straight from the table")

# %% [markdown] slide="slide" notes="Say what it is: a crude stand-in, no training, one line. It fails in an instructive way."
# ## Add some context
#
# You knew at once which mole was meant: from the words around it. So let us **add** the context. A crude stand-in for attention, in one line: the
# vector of `mole`, plus the mean of all the other words of its sentence.

# %%
predict(
    "After adding the mean of all neighbours: in the biopsy sentence, what is the mole nearest to?",
    {
        "skin or tissue": "One hopes so, and it has moved that way. But the mean counts `of`, `the` and `a` as much as `biopsy`.",
        "gas or oxygen": "Nothing in that sentence points to gases.",
        "an animal, still": "The one word that matters is drowned by the many that do not.",
    },
    right="an animal, still",
)

# %%
mixed = {
    name: glove["mole"] + np.mean([glove[token] for token in sentence if token != "mole"], axis=0)
    for name, sentence in sentences.items()
}
point(mixed, "Plus the mean of all neighbours")

# %% [markdown] slide="subslide"
# The three copies are no longer the same: context moves a vector, and in the right direction. But not far enough. `of`, `the` and `a` count as much as
# `biopsy`, and they pull everything to the same middle. A person would listen to the telling words only. This time **we** choose them, by hand:

# %%
telling = {"shrew": ["american", "shrew"], "dioxide": ["carbon", "dioxide"], "biopsy": ["biopsy"]}
chosen = {name: glove["mole"] + np.mean([glove[word] for word in telling[name]], axis=0) for name in sentences}
point(chosen, "Plus the telling words only")

# %% [markdown]
# An animal, a gas, a tissue: each mole finds its meaning. So adding context works, if somebody decides **whom to listen to**, anew in every sentence.
# Here it was us. To let the model decide that by itself, for every token: that is attention, and it begins in lesson 3.
#
# **Change it:** make a sentence of your own with `mole`, or with `bank`, `spring` or `tower`.

# %% [markdown] slide="slide" notes="The first output says whether these numbers were measured on this computer or earlier. Fetch the encoder beforehand if you want to try a word from the room."
# ## And in a real model?
#
# The same question, put to a real [encoder](../GLOSSARY.md#encoder) of 6 blocks with trained attention, for 15 sentences, five for each meaning. It runs
# here if you have fetched it (84 MB); without it you see **stored numbers**, which we measured with the same code. The cell says which.

# %%
from course_lib.experiments import moles

found = moles.measured()
{"model": found["model"], "numbers": found["numbers"], "some sentences": found["sentences"][3::5]}

# %% slide="subslide"
show.lines(
    {"same meaning": found["cosine_same_meaning"], "another meaning": found["cosine_other_meaning"]},
    title="Block by block, moles of one meaning gather and the others part",
    x_name="after block",
    y_name="mean cosine between moles",
)

# %% [markdown]
# The cosines are taken after the mean of all 15 moles was subtracted: what counts is how they *differ*. At 0, before the first block, only
# their places differ. Then every block adds context (only the last takes a little of it back). How often is a mole's nearest neighbour one of its own kind?

# %%
kinds = {f"after block {i}": f"{right} of 15" for i, right in enumerate(found["nearest_has_same_meaning"])}
{"by chance": f"{15 * 4 / 14:.1f} of 15", **kinds}

# %%
{hint: found["sentences"][found["words"].index(hint)] for hint in found["wrong_at_the_end"]}

# %% [markdown]
# From chance to nearly all. The one that is wrong at the end is no riddle to us: `cancer` gives it away. Trained attention listens well, not perfectly.
#
# **Change it** (with the encoder fetched): another word, two meanings, a few sentences each. `moles.measure({"river": {…}, "money": {…}}, "bank")`, with
# sentences written as in `moles.SENTENCES`.

# %% [markdown] slide="slide" notes="Viewers' question 3. The honest answer: no new dimension; the row stops being a row of a table and becomes the result of a calculation."
# ## You asked: is this word2vec with one more dimension?
#
# word2vec and GloVe give each word a [static vector](../GLOSSARY.md#static-vector): a row of a table. Could one not simply use a larger table, with a row for every
# word *in every context*? Count its rows, for contexts of only 8 tokens:

# %%
rows_static, rows_contextual = 50_257, 50_257**8
f"static: {rows_static:,} rows; one row for every context of 8 tokens: a number with {len(str(rows_contextual))} digits"

# %% [markdown]
# No disk holds that, and most of those contexts nobody has ever written. So the vector in context can't be looked up, it must be **computed**: start from
# the static row, then add what the neighbours contribute. The table keeps its shape, (T, C) goes in and (T, C) comes out; there is no extra dimension:

# %%
before = np.array([glove["mole"] for _ in sentences])
after = np.array(list(chosen.values()))
{
    "shapes": (before.shape, after.shape),
    "shrew's mole and biopsy's mole": f"cosine {cosine_similarity(before[0], before[2]):.2f} before, "
    f"{cosine_similarity(after[0], after[2]):.2f} with context",
}

# %% [markdown]
# So a GPT *begins* with something like word2vec, its embedding table. Everything after that turns static vectors into
# [contextual vectors](../GLOSSARY.md#contextual-vector).

# %% [markdown] slide="skip"
# ## In the video's notation
#
# The video's embedding matrix $W_E$ has one **column** for each token: 12,288 rows and 50,257 columns. Ours, like NumPy's and PyTorch's, has one **row** for each
# token: `token_table` is $W_E^T$. The count is the same, and it is the first line of the video's ledger:

# %%
f"{12_288 * 50_257:,} numbers in the embedding matrix"

# %% [markdown] slide="skip"
# The vectors $\vec{E}_1, \vec{E}_2, \dots$ that the video starts from are our rows of `x_placed`: token plus place. What attention adds to them is its $\Delta\vec{E}$.

# %% [markdown] slide="slide"
# ## What to take away
#
# 1. Text → tokens → ids → vectors: cut by merging frequent pairs, number, look up a row.
# 2. The position is **added** to the row; the position table's length is the context window.
# 3. The row is the same in every sentence. Meaning needs context, and somebody must choose *whose* context: attention.
#
# **Now you:** the [exercise sheet](../exercises/02_tokens_and_embeddings.ipynb), six functions, about 35 minutes.
