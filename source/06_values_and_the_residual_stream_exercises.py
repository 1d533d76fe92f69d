# %% [markdown]
# # Exercises 06: values and the residual stream
#
# Four functions. With the last one you have built attention whole: the formula of the famous paper, in one line or two. `hint(attend)` helps in three
# steps, `draw(attend)` draws your result beside the right one.

# %%
import numpy as np

from course_lib.attention import attention_pattern, masked_pattern  # you built these in lessons 4 and 5
from course_lib.check import check, draw, hint, progress, replay

# %% [markdown]
# ## 1. What would change? ΔE
#
# `x` has a token per row, shape (T, C). `weights` is a pattern, shape (T, T): row `i` says how much token `i` takes from each token. `W_v` has shape
# (C, C) and turns a token into what it has to give. Return the update ΔE of every token, shape (T, C).
#
# For `x = [[1], [2]]`, `weights = [[1, 0], [0.5, 0.5]]` and `W_v = [[10]]` the updates are `[[10], [15]]`.


# %%
def value_update(x, weights, W_v):
    ### BEGIN SOLUTION
    return weights @ (x @ W_v)
    ### END SOLUTION


# %%
check(value_update)

# %% [markdown]
# ## 2. Down and up
#
# A value matrix with C · C numbers is large. Two narrow ones do: `W_down` (C, D) and `W_up` (D, C). Return what every token has to give, shape (T, C).
#
# For `x = [[1, 2]]`, `W_down = [[1], [1]]` and `W_up = [[5, 7]]` there are 3 in the narrow place, and the result is `[[15, 21]]`.


# %%
def low_rank_value(x, W_down, W_up):
    ### BEGIN SOLUTION
    return x @ W_down @ W_up
    ### END SOLUTION


# %%
check(low_rank_value)

# %% [markdown]
# ## 3. The plus sign
#
# Return E′: the stream `x` after the update `update`. Both have shape (T, C), and `x` itself must stay as it was.
#
# One trap: if the shapes differ, NumPy may stretch the update silently. `np.ones((3, 2)) + np.ones((1, 2))` gives no error. So if the two shapes are
# not equal, raise a `ValueError` with a sentence that would help you at midnight.
#
# For `x = [[1, 2]]` and `update = [[0, 5]]` the result is `[[1, 7]]`.


# %%
def add_to_stream(x, update):
    ### BEGIN SOLUTION
    if x.shape != update.shape:
        raise ValueError(f"the stream has shape {x.shape} and the update {update.shape}: they must be equal")
    return x + update
    ### END SOLUTION


# %%
check(add_to_stream)

# %% [markdown]
# ## 4. Attention, whole
#
# `q` has shape (T_query, D), `k` (T_key, D), `v` (T_key, D_v). `may_look` is `None` (everybody may look everywhere) or a mask of shape
# (T_query, T_key), True where a query may look. Return what each query receives, shape (T_query, D_v):
#
# $$\text{softmax}\!\left(\frac{QK^T}{\sqrt{D}}\right)V$$
#
# For `q = [[0]]`, `k = [[1], [2]]` and `v = [[4], [8]]` both scores are 0, so both keys count one half: `[[6]]`.


# %%
def attend(q, k, v, may_look=None):
    ### BEGIN SOLUTION
    weights = attention_pattern(q, k) if may_look is None else masked_pattern(q, k, may_look)
    return weights @ v
    ### END SOLUTION


# %%
check(attend)

# %% [markdown]
# ## How far are you?

# %%
progress("06")  # this lesson; progress() shows the whole course
