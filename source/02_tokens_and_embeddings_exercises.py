# %% [markdown]
# # Exercises 02: tokens and embeddings
#
# Six functions that take a text from letters to vectors. Write one, run its cell, then run the check below it. `hint(encode)` helps in three
# steps, `draw(encode)` puts your result beside the right one. Any way of writing it counts, as long as the result is right.

# %%
import numpy as np

from course_lib.check import check, draw, hint, progress, replay

# %% [markdown]
# ## 1. A number for every token
#
# `tokens` is a list of texts. Return a dictionary {token: id}: `"<unk>"` has id 0, the others follow in the order in which they **first
# appear**. A token that comes again keeps its id.
#
# `["the", "cat", "the", "dog"]` gives `{"<unk>": 0, "the": 1, "cat": 2, "dog": 3}`.


# %%
def build_vocabulary(tokens):
    ### BEGIN SOLUTION
    vocabulary = {"<unk>": 0}
    for token in tokens:
        if token not in vocabulary:
            vocabulary[token] = len(vocabulary)
    return vocabulary
    ### END SOLUTION


# %%
check(build_vocabulary)

# %% [markdown]
# ## 2. From tokens to ids
#
# Return the list of ids. A token that the vocabulary does not hold gets the id of `"<unk>"`. This vocabulary may be somebody else's, with its ids
# in any order: ask it for that id too.
#
# With `{"<unk>": 0, "the": 1, "cat": 2}`, the tokens `["the", "blue", "cat"]` become `[1, 0, 2]`.


# %%
def encode(tokens, vocabulary):
    ### BEGIN SOLUTION
    unknown = vocabulary["<unk>"]
    return [vocabulary.get(token, unknown) for token in tokens]
    ### END SOLUTION


# %%
check(encode)

# %% [markdown]
# ## 3. And back again
#
# Return the list of tokens for a list of ids. Trust the ids, not the order of the dictionary.
#
# With `{"<unk>": 0, "the": 1, "cat": 2}`, the ids `[1, 0, 2]` become `["the", "<unk>", "cat"]`. The `blue` of exercise 2 does not come back.


# %%
def decode(ids, vocabulary):
    ### BEGIN SOLUTION
    tokens = {number: token for token, number in vocabulary.items()}
    return [tokens[number] for number in ids]
    ### END SOLUTION


# %%
check(decode)

# %% [markdown]
# ## 4. Who stands together most often?
#
# The first half of byte-pair merging. Return the pair of neighbours that occurs most often, as `(left, right)`. Overlaps count: `a a a` holds
# (a, a) twice. Of several equally frequent pairs, return the one that appears first in the text.
#
# In `list("hotshot")` the pair `("h", "o")` occurs twice, and so does `("o", "t")`. The result is `("h", "o")`.


# %%
def most_frequent_pair(tokens):
    ### BEGIN SOLUTION
    counts = {}
    for i in range(len(tokens) - 1):
        pair = (tokens[i], tokens[i + 1])
        counts[pair] = counts.get(pair, 0) + 1
    return max(counts, key=counts.get)  # of equals, max keeps the first
    ### END SOLUTION


# %%
check(most_frequent_pair)

# %% [markdown]
# ## 5. Glue them together
#
# The second half. Return a **new** list in which each occurrence of `pair` is one token. Go from left to right, and use each token in one merge
# only.
#
# `["h", "o", "t", "h", "o"]` with `("h", "o")` becomes `["ho", "t", "ho"]`, and `["a", "a", "a"]` with `("a", "a")` becomes `["aa", "a"]`.


# %%
def merge_pair(tokens, pair):
    ### BEGIN SOLUTION
    merged, i = [], 0
    while i < len(tokens):
        if tuple(tokens[i : i + 2]) == tuple(pair):
            merged.append(tokens[i] + tokens[i + 1])
            i = i + 2
        else:
            merged.append(tokens[i])
            i = i + 1
    return merged
    ### END SOLUTION


# %%
check(merge_pair)

# %% [markdown]
# Both halves in turn, again and again, are a tokenizer. Once the two checks above are green, take away the `#` and run this:

# %%
pieces = list("a bluer creature is a creature bluer than a blue creature")
# for _ in range(12):
#     pieces = merge_pair(pieces, most_frequent_pair(pieces))
" | ".join(pieces)

# %% [markdown]
# ## 6. Vectors, with their places
#
# `ids` is a list of T ids, `token_table` holds a vector for every token (V rows, C columns), and `position_table` one for every place (at least T
# rows, C columns). Return the (T, C) table in which row i is the vector of token i **plus** the vector of place i.
#
# With `ids = [3, 3]`, row 0 is `token_table[3] + position_table[0]`, row 1 is `token_table[3] + position_table[1]`.


# %%
def embed(ids, token_table, position_table):
    ### BEGIN SOLUTION
    T = len(ids)
    return token_table[ids] + position_table[:T]
    ### END SOLUTION


# %%
check(embed)

# %% [markdown]
# ## How far are you?

# %%
progress("02")  # this lesson; progress() shows the whole course
