"""Attention in PyTorch: the pieces of lessons 03 to 07 once more, for tensors that carry gradients and live on any device.

Same names, same order and same shapes as in NumPy (numpy_attention.py); leading axes (B, H) are allowed everywhere. Two ways lead to the
same numbers: `attend`, written out for reading, and PyTorch's fused kernel, `causal_attend`, for training.
"""

import torch
from torch.nn import functional as F


def causal_mask(T, device=None):
    """May query i look at key j? (T, T), True up to and including the diagonal."""
    return torch.ones(T, T, dtype=torch.bool, device=device).tril()


def attention_scores(q, k):
    """Every query with every key: (…, T_query, T_key) dot products."""
    return q @ k.transpose(-2, -1)


def attention_pattern(q, k, may_look=None):
    """Who looks at whom: weights (…, T_query, T_key) whose rows sum to 1; True in `may_look` means may look."""
    scores = attention_scores(q, k) / q.shape[-1] ** 0.5  # (…, T_query, T_key)
    if may_look is not None:
        scores = scores.masked_fill(~may_look, -float("inf"))
    return scores.softmax(dim=-1)


def attend(q, k, v, may_look=None):
    """Attention (Vaswani et al. 2017, eq. 1): each query's weighted sum of the values v (…, T_key, D_v)."""
    return attention_pattern(q, k, may_look) @ v


def causal_attend_by_hand(q, k, v):
    """Causal attention written out: the queries belong to the last T_query of the T_key tokens."""
    T_query, T_key = q.shape[-2], k.shape[-2]
    return attend(q, k, v, causal_mask(T_key, q.device)[T_key - T_query :])


def causal_attend(q, k, v):
    """The same numbers by PyTorch's fused kernel, which on a GPU never writes the (T_query, T_key) table to memory (Dao et al. 2022)."""
    T_query, T_key = q.shape[-2], k.shape[-2]
    if T_query in (1, T_key):  # a single last token may look at everything: no mask at all
        return F.scaled_dot_product_attention(q, k, v, is_causal=T_query > 1)
    return F.scaled_dot_product_attention(q, k, v, attn_mask=causal_mask(T_key, q.device)[T_key - T_query :])


def split_heads(x, n_head):
    """The columns of x (…, T, C) dealt out to n_head heads, as (…, H, T, D) with D = C / H."""
    if x.shape[-1] % n_head:
        raise ValueError(f"{x.shape[-1]} columns can't be dealt out evenly to {n_head} heads")
    return x.unflatten(-1, (n_head, -1)).transpose(-3, -2)


def merge_heads(x):
    """The heads of x (…, H, T, D) side by side again, as (…, T, C) with C = H · D."""
    return x.transpose(-3, -2).flatten(-2)
