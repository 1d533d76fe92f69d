# %% [markdown]
# # Exercises 07: many heads
#
# Four functions. The first three are the attention of every GPT, the fourth lets one text look at another. From here on `x` holds a **batch**: B
# texts at once, shape (B, T, C). `hint(split_heads)` helps in three steps, `draw(split_heads)` draws your result beside the right one.

# %%
import numpy as np

from course_lib.attention import attend, causal_mask
from course_lib.check import check, draw, hint, progress, replay

# %% [markdown]
# ## 1. Deal out the columns
#
# `x` has shape (B, T, C). Deal its columns out to `n_head` heads, so that each head gets D = C / `n_head` neighbouring ones. Return shape (B, H, T, D).
#
# With one text of one token, `[[[1, 2, 3, 4]]]`, and 2 heads, head 0 is `[[1, 2]]` and head 1 is `[[3, 4]]`: the result is `[[[[1, 2]], [[3, 4]]]]`.
#
# Mind the trap of the lesson: the right shape does not prove the right numbers.


# %%
def split_heads(x, n_head):
    ### BEGIN SOLUTION
    B, T, C = x.shape
    return x.reshape(B, T, n_head, C // n_head).swapaxes(1, 2)
    ### END SOLUTION


# %%
check(split_heads)

# %% [markdown]
# ## 2. And back
#
# `x` has shape (B, H, T, D). Put the heads side by side again: return shape (B, T, C) with C = H · D, so that `merge_heads(split_heads(x, n_head))` is `x`.
#
# `[[[[1, 2]], [[3, 4]]]]`, one text with two heads of one token, becomes `[[[1, 2, 3, 4]]]`.


# %%
def merge_heads(x):
    ### BEGIN SOLUTION
    B, H, T, D = x.shape
    return x.swapaxes(1, 2).reshape(B, T, H * D)
    ### END SOLUTION


# %%
check(merge_heads)

# %% [markdown]
# ## 3. Multi-head attention
#
# `x` has shape (B, T, C), all four weights have shape (C, C). Make queries, keys and values, split them into `n_head` heads, let every head attend, merge, and project by
# `W_o`. Return the update (B, T, C); it is not added to `x` here.
#
# `may_look` is `None` or one mask (T, T) for all heads and texts. `attend(q, k, v, may_look)`, which you built in lesson 6, is imported above. It does not mind further axes in front.
#
# A text of a single token can only look at itself: there the update is `x @ W_v @ W_o`.


# %%
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    ### BEGIN SOLUTION
    q, k, v = (split_heads(x @ W, n_head) for W in (W_q, W_k, W_v))
    return merge_heads(attend(q, k, v, may_look)) @ W_o
    ### END SOLUTION


# %%
check(multi_head_attention)

# %% [markdown]
# ## 4. One text looks at another
#
# One head, two texts, no batch. `x`, shape (T_query, C), is the text that is being written. `source`, shape (T_key, C_source), is the text it looks at. Return what
# each token of `x` gets from `source`, shape (T_query, D_v).
#
# `W_q` has C rows; `W_k` and `W_v` have C_source rows: that tells you who is multiplied by what. If `source` has a single token, every token of `x` gets
# `source @ W_v`, and nothing else.


# %%
def cross_attention(x, source, W_q, W_k, W_v):
    ### BEGIN SOLUTION
    return attend(x @ W_q, source @ W_k, source @ W_v)
    ### END SOLUTION


# %%
check(cross_attention)

# %% [markdown]
# ## Your heads on the sentence
#
# Copy these lines into a new cell. Which features did `forest` (the last row) receive?
#
# ```python
# from course_lib.attention.hand_set_heads import W_k, W_o, W_q, W_v
# from course_lib.attention.sentence import FEATURES, E
#
# update = multi_head_attention(E[None], W_q, W_k, W_v, W_o, 3, causal_mask(8))  # (B, T, C)
# dict(zip(FEATURES, update[0, -1].round(2).tolist()))
# ```
#
# ## How far are you?

# %%
progress("07")  # this lesson; progress() shows the whole course
