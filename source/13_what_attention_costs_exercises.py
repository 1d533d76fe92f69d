# %% [markdown]
# # Exercises 13: what attention costs
#
# Four functions: a softmax in one pass, attention in blocks, linear attention, and a count. `hint(online_softmax)` helps in three steps, `draw(online_softmax)` shows your result beside the right one.

# %%
import numpy as np

from course_lib.check import check, draw, hint, progress, replay

# %% [markdown]
# ## 1. A softmax in one pass
#
# Read `scores`, a row of N numbers, in blocks of `block_size` (the last block may be smaller). Keep only the highest score so far and the sum so far. Return both:
# the highest score, and the sum of exp(score − highest) over all scores.
#
# `[1, 3, 2, 4, 0]` in blocks of 2 gives `4` and `1.571`.
#
# (A check can't see whether you read in blocks. The next exercise needs it.)


# %%
def online_softmax(scores, block_size):
    ### BEGIN SOLUTION
    highest, total = -np.inf, 0.0
    for start in range(0, len(scores), block_size):
        block = scores[start : start + block_size]
        new = max(highest, block.max())
        total = total * np.exp(highest - new) + np.exp(block - new).sum()
        highest = new
    return highest, total
    ### END SOLUTION


# %%
check(online_softmax)

# %% [markdown]
# ## 2. Attention in blocks
#
# One head, no mask: `q` (T_query, D), `k` (T_key, D), `v` (T_key, D_v). Read `block_size` keys and their values at a time, and return what `attend(q, k, v)` returns, shape (T_query, D_v), without
# ever making a table wider than a block.
#
# With a single key every query gets its value, whatever the score. Scores may be very large, and very negative.


# %%
def tiled_attention(q, k, v, block_size):
    ### BEGIN SOLUTION
    highest = np.full((len(q), 1), -np.inf)
    total, output = np.zeros((len(q), 1)), np.zeros((len(q), v.shape[-1]))
    for start in range(0, len(k), block_size):
        keys = slice(start, start + block_size)
        scores = q @ k[keys].T / q.shape[-1] ** 0.5
        new = np.maximum(highest, scores.max(axis=-1, keepdims=True))
        old, shares = np.exp(highest - new), np.exp(scores - new)
        total = total * old + shares.sum(axis=-1, keepdims=True)
        output = output * old + shares @ v[keys]
        highest = new
    return output / total
    ### END SOLUTION


# %%
check(tiled_attention)

# %% [markdown]
# ## 3. Linear attention
#
# The weight of a key for a query is φ(q)·φ(k), divided by the sum of these over all keys. φ works entry by entry: x + 1 above 0, exp(x) below. No √D, no mask. Return the weighted values, shape
# (T_query, D_v). Can you do it without a table (T_query, T_key)?
#
# With a single key every query gets its value.


# %%
def linear_attention(q, k, v):
    ### BEGIN SOLUTION
    def phi(x):
        return np.where(x > 0, x + 1, np.exp(np.minimum(x, 0)))

    phi_q, phi_k = phi(q), phi(k)
    return phi_q @ (phi_k.T @ v) / (phi_q @ phi_k.sum(axis=0))[:, None]
    ### END SOLUTION


# %%
check(linear_attention)

# %% [markdown]
# ## 4. Count
#
# How many FLOPs does one attention layer take for T tokens of width `n_embd`, forward, without the softmax? A multiplication and an addition count 1 each, so a product (n, m) @ (m, p) takes 2·n·m·p.
#
# Return two numbers: first the four products with `W_q`, `W_k`, `W_v` and `W_o`, each (n_embd, n_embd); then the two products with the table, over all heads together. Masked pairs are
# computed as well.
#
# For 3 tokens of width 10 they are `2400` and `360`.


# %%
def attention_flops(T, n_embd):
    ### BEGIN SOLUTION
    projections = 4 * 2 * T * n_embd**2
    table = 2 * 2 * T**2 * n_embd
    return projections, table
    ### END SOLUTION


# %%
check(attention_flops)

# %% [markdown]
# ## Where do the lines meet?
#
# In the lesson the table met the four matrices of attention at T = 2·C. But a block has an MLP too: two more matrices, (C, 4·C) and (4·C, C). At which length does the table of GPT-2 (width 768) cost as much as all six matrices?
# Work it out as a multiple of C, then copy this into a new cell and put in the FLOPs of the MLP. GPT-2 reads 1,024 tokens: does it ever get there?
#
# ```python
# for T in (1024, 1536, 2048, 3072, 4608, 6144):
#     projections, table = attention_flops(T, 768)
#     mlp = ...
#     print(T, round(table / (projections + mlp), 2))
# ```
#
# ## How far are you?

# %%
progress("13")  # this lesson; progress() shows the whole course
