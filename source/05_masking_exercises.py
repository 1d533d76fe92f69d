# %% [markdown]
# # Exercises 05: masking
#
# Four functions. The third one, the probe, is worth keeping for life: it needs no look inside the model. `hint(leaks)` helps in three steps,
# `draw(causal_mask)` draws your result beside the right one.

# %%
import numpy as np

from course_lib.attention import attention_scores, scale_scores, softmax
from course_lib.check import check, draw, hint, progress, replay

# %% [markdown]
# ## 1. Who may look at whom?
#
# Return the causal mask for `T` tokens: a table of shape (T, T), in which row `i`, column `j` is `True` if token `i` may look at token `j`. A token may look at
# itself and at all earlier ones.
#
# For `T = 3` the rows are `[True, False, False]`, `[True, True, False]` and `[True, True, True]`.


# %%
def causal_mask(T):
    ### BEGIN SOLUTION
    return np.tri(T, dtype=bool)
    ### END SOLUTION


# %%
check(causal_mask)

# %% [markdown]
# ## 2. The pattern, masked
#
# `q` has shape (T_query, D), `k` has shape (T_key, D), and `may_look` (T_query, T_key) is True where a query may look. Return the attention pattern: scaled scores, hidden where
# `may_look` is False, then shared out by the softmax. `attention_scores`, `scale_scores` and `softmax`, which you built in lessons 3 and 4, are imported above.
#
# For `q = [[1, 1]]`, `k = [[1, 0], [0, 1], [9, 9]]` and `may_look = [[True, True, False]]` the pattern is `[[0.5, 0.5, 0]]`. Each row sums to 1, whatever is hidden and however large the hidden scores are.


# %%
def masked_pattern(q, k, may_look):
    ### BEGIN SOLUTION
    scores = scale_scores(attention_scores(q, k), q.shape[-1])
    return softmax(np.where(may_look, scores, -np.inf))
    ### END SOLUTION


# %%
check(masked_pattern)

# %% [markdown]
# ## 3. Find the leak
#
# `f` is a function from tokens `x`, shape (T, C), to a table with T rows: a head, or a whole model. Nobody shows you its inside. Return `True` if the tokens *after*
# `position` have any influence on what `f` says up to there, that is on its rows 0, 1, …, `position`. Otherwise return `False`.
# `f` may want all T rows, and it may subtract each row's mean before it does anything else.
#
# If `f` gives each row the sum of all rows, it leaks. If `f` gives each row the sum of all rows up to itself, it doesn't.


# %%
def leaks(f, x, position):
    ### BEGIN SOLUTION
    changed = x.copy()
    changed[position + 1 :] = np.random.default_rng(5).normal(size=changed[position + 1 :].shape)
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])
    ### END SOLUTION


# %%
check(leaks)

# %% [markdown]
# ## 4. Only the last few
#
# Return a causal mask in which each token sees only the last `window` tokens, itself among them.
#
# For `T = 4` and `window = 2` row 3 is `[False, False, True, True]`: itself, and the one before.


# %%
def sliding_window_mask(T, window):
    ### BEGIN SOLUTION
    distance = np.arange(T)[:, None] - np.arange(T)
    return (distance >= 0) & (distance < window)
    ### END SOLUTION


# %%
check(sliding_window_mask)

# %% [markdown]
# ## Your probe, your mask
#
# Does your probe find the leak of a mask that is one column too wide? Copy these lines into a new cell:
#
# ```python
# from course_lib.attention.sentence import E, W_k, W_q
#
# for wider in (0, 1):
#     mask = np.tri(8, k=wider, dtype=bool)
#     print(wider, [leaks(lambda x: masked_pattern(x @ W_q, x @ W_k, mask) @ x, E, i) for i in range(8)])
# ```
#
# Why does the last position never leak?
#
# ## How far are you?

# %%
progress("05")  # this lesson; progress() shows the whole course
