"""Attention that costs less: in blocks (exact), in a window, and linear (another function). One head, in NumPy, as lesson 13 builds it.

Shapes: q (T_query, D), k (T_key, D), v (T_key, D_v). What it costs is counted at the end.
"""

import numpy as np

from .numpy_attention import scale_scores

# ---- blocks: exact, and the table is never whole ---------------------------------------------------------------------


def online_softmax(scores, block_size):
    """The highest of the scores (N,) and the sum of exp(score - highest), read block by block in a single pass.

    Milakov and Gimelshein (2018), "Online normalizer calculation for softmax".
    """
    highest, total = -np.inf, 0.0
    for start in range(0, len(scores), block_size):
        block = scores[start : start + block_size]
        new = max(highest, block.max())
        total = total * np.exp(highest - new) + np.exp(block - new).sum()
        highest = new
    return highest, total


def nothing_seen(q, D_v):
    """What is known of each query before the first block: highest score, sum of exps (T_query, 1 each), weighted values (T_query, D_v)."""
    lowest = np.finfo(q.dtype).min  # not -inf: -inf - -inf is NaN, and a block may be masked for a whole row
    return np.full((len(q), 1), lowest, q.dtype), np.zeros((len(q), 1), q.dtype), np.zeros((len(q), D_v), q.dtype)


def take_in(seen, scores, v):
    """What is known of each query after one more block: scores (T_query, block) and the block's values (block, D_v)."""
    highest, total, output = seen
    new = np.maximum(highest, scores.max(axis=-1, keepdims=True))  # (T_query, 1)
    old, shares = np.exp(highest - new), np.exp(scores - new)
    return new, total * old + shares.sum(axis=-1, keepdims=True), output * old + shares @ v


def tiled_attention(q, k, v, block_size, may_look=None):
    """The same as `attend`, to the last digits, with only block_size columns of the table in memory: (T_query, D_v).

    Rabe and Staats (2021); Dao et al. (2022), "FlashAttention". Raises ValueError for a block_size below 1.
    """
    if block_size < 1:
        raise ValueError(f"block_size is {block_size}: a block needs at least 1 key")
    seen = nothing_seen(q, v.shape[-1])
    for start in range(0, len(k), block_size):
        block = slice(start, start + block_size)
        scores = scale_scores(q @ k[block].T, q.shape[-1])  # (T_query, T_block)
        seen = take_in(seen, scores if may_look is None else np.where(may_look[:, block], scores, -np.inf), v[block])
    return seen[2] / seen[1]


def windowed_attention(q, k, v, window):
    """Causal attention in which token i sees only the last `window` tokens (Beltagy et al. 2020), block by block: (T, D_v)."""
    if window < 1:
        raise ValueError(f"window is {window}: a token must at least see itself, so window is 1 or more")
    rows = []
    for start in range(0, len(q), window):
        first, i = max(0, start - window + 1), np.arange(start, min(start + window, len(q)))[:, None]
        j = np.arange(first, i[-1, 0] + 1)
        rows.append(tiled_attention(q[i[:, 0]], k[j], v[j], len(j), (j <= i) & (j > i - window)))
    return np.concatenate(rows)


# ---- linear attention: another function ------------------------------------------------------------------------------


def positive_features(x):
    """elu(x) + 1, entry by entry: x + 1 above 0, exp(x) below; always positive (Katharopoulos et al. 2020)."""
    return np.where(x > 0, x + 1, np.exp(np.minimum(x, 0)))


def linear_attention(q, k, v):
    """Weights in proportion to φ(q)·φ(k) instead of exp(q·k): brackets can move, and no table (T, T) is needed: (T_query, D_v).

    Katharopoulos et al. (2020), "Transformers are RNNs", eq. 5. No mask: every query looks at every key.
    """
    q, k = positive_features(q), positive_features(k)
    return q @ (k.T @ v) / (q @ k.sum(axis=0))[:, None]


def causal_linear_attention(q, k, v):
    """The same for a GPT: one pass with a memory (D, D_v) that never grows, to which every token adds what it has: (T, D_v)."""
    q, k = positive_features(q), positive_features(k)
    memory, norm, rows = np.zeros((k.shape[-1], v.shape[-1])), np.zeros(k.shape[-1]), []
    for q_now, k_now, v_now in zip(q, k, v, strict=True):
        memory, norm = memory + np.outer(k_now, v_now), norm + k_now
        rows.append(q_now @ memory / (q_now @ norm))
    return np.array(rows)


# ---- what it costs ---------------------------------------------------------------------------------------------------


def attention_flops(T, n_embd):
    """(projections, table): multiplications and additions of one attention layer over T tokens, in whatever number of heads.

    Four products (T, C) @ (C, C), then q @ kᵀ and weights @ v, which grow like T². A multiply and its add count as 2.
    """
    return 4 * 2 * T * n_embd**2, 2 * 2 * T**2 * n_embd


def window_pairs(T, window):
    """How many pairs (query, key) are looked at: causal, at most `window` tokens back."""
    return sum(min(i + 1, window) for i in range(T))
