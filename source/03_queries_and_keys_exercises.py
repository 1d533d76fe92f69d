# %% [markdown]
# # Exercises 03: queries and keys
#
# Three short functions. Each is one or two lines once you know which side must be turned, and that is what the sheet is about. `hint(attention_scores)`
# helps in three steps, `draw(attention_scores)` draws your result beside the right one.

# %%
import numpy as np

from course_lib.check import check, draw, hint, progress, replay

# %% [markdown]
# ## 1. Make queries and keys
#
# `x` has a token in each row, shape (T, C). `W_q` and `W_k` have shape (C, D). Return **two** tables of shape (T, D): first the queries, then the keys.
#
# For `x = [[1, 2]]`, `W_q = [[1], [0]]` and `W_k = [[0], [1]]` the queries are `[[1]]` and the keys `[[2]]`.


# %%
def queries_and_keys(x, W_q, W_k):
    ### BEGIN SOLUTION
    return x @ W_q, x @ W_k
    ### END SOLUTION


# %%
check(queries_and_keys)

# %% [markdown]
# ## 2. Every query with every key
#
# `q` has shape (T_query, D), `k` has shape (T_key, D). Return the table of shape (T_query, T_key) whose row `i`, column `j` holds the dot product of
# query `i` with key `j`. (The two may differ in length: in lesson 7 one text asks another.)
#
# For `q = [[1, 0], [2, 1]]` and `k = [[3, 4], [5, 6]]` the scores are `[[3, 5], [10, 16]]`.


# %%
def attention_scores(q, k):
    ### BEGIN SOLUTION
    return q @ k.T
    ### END SOLUTION


# %%
check(attention_scores)

# %% [markdown]
# ## 3. As the video draws it
#
# `table` has a query in each row, shape (T_query, T_key). Return the same table as the video draws it: a query in each **column**.
#
# `[[1, 2, 3], [4, 5, 6]]` (two queries, three keys) becomes `[[1, 4], [2, 5], [3, 6]]`.


# %%
def to_video_convention(table):
    ### BEGIN SOLUTION
    return table.T
    ### END SOLUTION


# %%
check(to_video_convention)

# %% [markdown]
# ## Does `creature` find its adjectives?
#
# Your functions, on the sentence. Copy these lines into a new cell:
#
# ```python
# from course_lib.attention.sentence import TOKENS, E, W_k, W_q
#
# scores = attention_scores(*queries_and_keys(E, W_q, W_k))
# dict(zip(TOKENS, scores[TOKENS.index("creature")].round(2).tolist()))
# ```
#
# Which token scores highest? And why can it not be the one that we want?
#
# ## How far are you?

# %%
progress("03")  # this lesson; progress() shows the whole course
