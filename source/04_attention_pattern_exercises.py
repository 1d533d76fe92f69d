# %% [markdown]
# # Exercises 04: the attention pattern
#
# Four functions, and the third is the heart of a GPT. `hint(softmax)` helps in three steps, `draw(softmax)` draws your result beside the right one.

# %%
import numpy as np

from course_lib.attention import attention_scores  # you built this in lesson 3
from course_lib.check import check, draw, hint, progress, replay

# %% [markdown]
# ## 1. Softmax
#
# `scores` has shape (T_query, T_key). Turn **each row** into shares: positive, with the sum 1. It must survive rows such as `[1000, 1001]` and
# `[-1000, -1001]`, so subtract each row's highest score first.
#
# `[[0, 0], [0, 1.0986]]` becomes `[[0.5, 0.5], [0.25, 0.75]]` (since $e^{1.0986} = 3$).


# %%
def softmax(scores):
    ### BEGIN SOLUTION
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)
    ### END SOLUTION


# %%
check(softmax)

# %% [markdown]
# ## 2. Scores of one size
#
# Divide `scores` so that head sizes large and small give scores of the same typical size: by the square root of `head_size`. Leave the input as it
# is.
#
# `[[6, -3]]` with `head_size = 9` becomes `[[2, -1]]`.


# %%
def scale_scores(scores, head_size):
    ### BEGIN SOLUTION
    return scores / np.sqrt(head_size)
    ### END SOLUTION


# %%
check(scale_scores)

# %% [markdown]
# ## 3. Who looks at whom
#
# All steps: `q` has shape (T_query, D), `k` has shape (T_key, D). Return the attention pattern, shape (T_query, T_key): scores, scaled by the head
# size, then a softmax along each row. Your functions from above may be used; `attention_scores` you built in lesson 3.
#
# `q = [[2, 0, 0, 0]]` and `k = [[1, 0, 0, 0], [0, 1, 0, 0]]` give the scores 2 and 0, scaled 1 and 0, and so `[[0.731, 0.269]]`.


# %%
def attention_pattern(q, k):
    ### BEGIN SOLUTION
    return softmax(scale_scores(attention_scores(q, k), q.shape[-1]))
    ### END SOLUTION


# %%
check(attention_pattern)

# %% [markdown]
# ## 4. At how many tokens does it look?
#
# `weights` has shape (T_query, T_key), and each row sums to 1. Return one number for each row: $e^H$ with the entropy $H = -\sum_j w_j \ln w_j$.
# Where a weight is 0, the product counts as 0 (but `np.log(0)` is −∞: mind that).
#
# `[[0.5, 0.5, 0], [0, 1, 0]]` gives `[2, 1]`.


# %%
def effective_tokens(weights):
    ### BEGIN SOLUTION
    logs = np.log(np.where(weights > 0, weights, 1))  # ln 1 = 0
    return np.exp(-(weights * logs).sum(axis=-1))
    ### END SOLUTION


# %%
check(effective_tokens)

# %% [markdown]
# ## 0.42 and 0.58, with your own functions
#
# Copy these lines into a new cell:
#
# ```python
# from course_lib.attention import queries_and_keys
# from course_lib.attention.sentence import E, TOKENS, W_k, W_q
#
# pattern = attention_pattern(*queries_and_keys(E[:4], W_q, W_k))
# dict(zip(TOKENS, pattern[3].round(2).tolist()))
# ```
#
# ## How far are you?

# %%
progress("04")  # this lesson; progress() shows the whole course
