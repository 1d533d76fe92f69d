"""Attention in NumPy, piece by piece, as lessons 03 to 07 build it. A row is a token; leading axes (batch, heads) are allowed.

Shapes: T tokens (T_query, T_key where they differ), C model width, D head size, H heads. `may_look` is True where a query may look.
"""

import numpy as np

# ---- lesson 03: queries and keys -------------------------------------------------------------------------------------


def queries_and_keys(x, W_q, W_k):
    """What each token asks and what it answers: (T, D) each, from x (T, C) and two weights (C, D)."""
    return x @ W_q, x @ W_k


def attention_scores(q, k):
    """Every query with every key: (T_query, T_key) dot products; raises ValueError if the head sizes differ."""
    if q.shape[-1] != k.shape[-1]:
        raise ValueError(f"q has {q.shape[-1]} columns but k has {k.shape[-1]}: both need head_size columns")
    return q @ k.swapaxes(-2, -1)


def to_video_convention(table):
    """A table of scores or weights with a query per row (T_query, T_key), as the video draws it: a query per column."""
    return table.swapaxes(-2, -1)


# ---- lesson 04: the pattern ------------------------------------------------------------------------------------------


def softmax(scores):
    """Each row of scores (…, T_key) turned into shares that are positive and sum to 1; rows of -inf alone are refused."""
    highest = scores.max(axis=-1, keepdims=True)
    if np.isneginf(highest).any():
        raise ValueError("a row of scores is -inf everywhere: that query may look at nothing. Let it see a key")
    exps = np.exp(scores - highest)
    return exps / exps.sum(axis=-1, keepdims=True)


def scale_scores(scores, head_size):
    """Scores divided by √head_size, which brings the variance of a dot product of unit normals back to 1 (Vaswani et al. 2017)."""
    return scores / head_size**0.5  # a plain float: np.sqrt would turn float32 into float64


def attention_pattern(q, k):
    """Who looks at whom: weights (T_query, T_key) whose rows sum to 1, without a mask."""
    return softmax(scale_scores(attention_scores(q, k), q.shape[-1]))


def effective_tokens(weights):
    """At how many tokens each row of weights looks, as the exponential of its entropy: from 1 (one token) to T_key (all alike)."""
    logs = np.log(np.where(weights > 0, weights, 1))  # 0 · log 0 counts as 0
    return np.exp(-(weights * logs).sum(axis=-1))


# ---- lesson 05: masking ----------------------------------------------------------------------------------------------


def causal_mask(T):
    """May query i look at key j? (T, T), True up to and including the diagonal."""
    return np.tri(T, dtype=bool)


def sliding_window_mask(T, window):
    """A causal mask (T, T) in which a token sees only the last `window` tokens, itself among them; window must be at least 1."""
    if window < 1:
        raise ValueError(f"window is {window}: a token must at least see itself, so window is 1 or more")
    return np.tri(T, dtype=bool) & ~np.tri(T, k=-window, dtype=bool)


def masked_pattern(q, k, may_look):
    """Who looks at whom, where `may_look` (T_query, T_key) allows it: the other scores become -inf before the softmax."""
    scores = scale_scores(attention_scores(q, k), q.shape[-1])  # (…, T_query, T_key)
    return softmax(np.where(may_look, scores, -np.inf))


def leaks(f, x, position):
    """True if random numbers after `position` in x (T, C) change what f(x) says up to there: f has seen the future."""
    changed = x.copy()
    changed[position + 1 :] = np.random.default_rng(5).normal(size=changed[position + 1 :].shape)
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


# ---- lesson 06: values and the residual stream -----------------------------------------------------------------------


def attend(q, k, v, may_look=None):
    """Attention (Vaswani et al. 2017, eq. 1): each query's weighted sum of the values v (T_key, D_v), as (T_query, D_v)."""
    weights = attention_pattern(q, k) if may_look is None else masked_pattern(q, k, may_look)
    return weights @ v


def value_update(x, weights, W_v):
    """What a head would add to every token, ΔE (T, C): weights (T, T) times the values x @ W_v with a full W_v (C, C)."""
    return weights @ (x @ W_v)


def low_rank_value(x, W_down, W_up):
    """Values by way of a narrow passage: down to (T, D) by W_down (C, D), and up again to (T, C) by W_up (D, C)."""
    return (x @ W_down) @ W_up


def add_to_stream(x, update):
    """The residual stream after a head: E + ΔE, both (T, C); raises ValueError if the shapes differ."""
    if np.shape(x) != np.shape(update):
        raise ValueError(f"the stream has shape {np.shape(x)} and the update {np.shape(update)}: they must be equal")
    return x + update


# ---- lesson 07: many heads -------------------------------------------------------------------------------------------


def split_heads(x, n_head):
    """The columns of x (…, T, C) dealt out to n_head heads, as (…, H, T, D) with D = C / H."""
    if x.shape[-1] % n_head:
        raise ValueError(f"{x.shape[-1]} columns can't be dealt out evenly to {n_head} heads")
    return x.reshape(*x.shape[:-1], n_head, -1).swapaxes(-3, -2)


def merge_heads(x):
    """The heads of x (…, H, T, D) side by side again, as (…, T, C) with C = H · D."""
    x = x.swapaxes(-3, -2)
    return x.reshape(*x.shape[:-2], -1)


def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    """n_head heads at once over x (T, C) with weights (C, C), merged and projected by W_o (C, C): the update (T, C)."""
    q, k, v = (split_heads(x @ W, n_head) for W in (W_q, W_k, W_v))  # each (…, H, T, D)
    return merge_heads(attend(q, k, v, may_look)) @ W_o


def cross_attention(x, source, W_q, W_k, W_v):
    """One head whose queries come from x (T_query, C) and whose keys and values come from another text, source (T_key, C)."""
    return attend(x @ W_q, source @ W_k, source @ W_v)
