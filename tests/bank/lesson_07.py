import math

import numpy as np

from course_lib.attention.numpy_attention import (
    attend,
    attention_pattern,
    causal_mask,
    masked_pattern,
    merge_heads,
    softmax,
    split_heads,
)
from tests.bank import right, wrong

split, merge = split_heads, merge_heads  # the names are used again below

# ---- split_heads ---------------------------------------------------------------------------------------------------


@right
def split_heads(x, n_head):
    B, T, C = x.shape
    return x.reshape(B, T, n_head, C // n_head).transpose(0, 2, 1, 3)


@right
def split_heads(x, n_head):
    return np.stack(np.split(x, n_head, axis=-1), axis=1)


@right
def split_heads(x, n_head):
    size = x.shape[2] // n_head
    return np.array([[text[:, h * size : (h + 1) * size] for h in range(n_head)] for text in x])


@right
def split_heads(x, n_head):
    B, T, C = x.shape
    out = np.zeros((B, n_head, T, C // n_head))
    for c in range(C):
        h, d = divmod(c, C // n_head)
        out[:, h, :, d] = x[:, :, c]
    return out


@right
def split_heads(x, n_head):
    return np.moveaxis(x.reshape(*x.shape[:2], n_head, -1), 2, 1)


@right
def split_heads(x, n_head):
    import torch

    x = torch.tensor(x)
    return x.view(x.shape[0], x.shape[1], n_head, -1).transpose(1, 2)


@right
def split_heads(x, n_head):
    B, T, C = x.shape
    return np.einsum("bthd->bhtd", x.astype(np.float32).reshape(B, T, n_head, -1)).tolist()


@wrong("no_transpose")
def split_heads(x, n_head):
    B, T, C = x.shape
    return x.reshape(B, n_head, T, C // n_head)


@wrong("not_moved")
def split_heads(x, n_head):
    B, T, C = x.shape
    return x.reshape(B, T, n_head, C // n_head)


@wrong("interleaved")
def split_heads(x, n_head):
    return np.stack([x[:, :, h::n_head] for h in range(n_head)], axis=1)


@wrong("heads_in_front")
def split_heads(x, n_head):
    return np.array(np.split(x, n_head, axis=-1))


@wrong("features_first")
def split_heads(x, n_head):
    B, T, C = x.shape
    return x.swapaxes(1, 2).reshape(B, n_head, C // n_head, T)


@wrong("turned_columns")
def split_heads(x, n_head):
    B, T, C = x.shape
    return x.swapaxes(1, 2).reshape(B, n_head, T, C // n_head)


@wrong("one_row_of_heads")
def split_heads(x, n_head):
    return np.array([head for text in x for head in np.split(text, n_head, axis=1)])


@wrong("size_for_number")
def split_heads(x, n_head):
    B, T, C = x.shape
    return x.reshape(B, T, C // n_head, n_head).swapaxes(1, 2)


@wrong("copies")
def split_heads(x, n_head):
    return np.repeat(x[:, None], n_head, axis=1)


@wrong("texts_lost")
def split_heads(x, n_head):
    return np.stack(np.split(x[0], n_head, axis=-1))


@wrong("first_columns")
def split_heads(x, n_head):
    size = x.shape[-1] // n_head
    return np.stack([x[:, :, :size] for h in range(n_head)], axis=1)


@wrong("interleaved", "heads_in_front")
def split_heads(x, n_head):
    return np.stack([x[:, :, h::n_head] for h in range(n_head)])


@wrong("mixed_with_batch")
def split_heads(x, n_head):
    B, T, C = x.shape
    return x.reshape(n_head, B, T, C // n_head).transpose(1, 0, 2, 3)


@wrong()
def split_heads(x, n_head):
    T, C = x.shape
    return x.reshape(T, n_head, C // n_head).swapaxes(0, 1)


@wrong("tokens_dealt", "heads_in_front")
def split_heads(x, n_head):
    return np.split(x, n_head, axis=1)


@wrong("first_column_each")
def split_heads(x, n_head):
    B, T, C = x.shape
    D = C // n_head
    return np.array([[x[b][:, h * D : h * D + 1] for h in range(n_head)] for b in range(B)])


@wrong("overlapping")
def split_heads(x, n_head):
    B, T, C = x.shape
    D = C // n_head
    return np.array([[x[b][:, h : h + D] for h in range(n_head)] for b in range(B)])


# ---- merge_heads ---------------------------------------------------------------------------------------------------


@right
def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(0, 2, 1, 3).reshape(B, T, H * D)


@right
def merge_heads(x):
    return np.concatenate([x[:, h] for h in range(x.shape[1])], axis=-1)


@right
def merge_heads(x):
    return np.concatenate(list(np.moveaxis(x, 1, 0)), axis=2)


@right
def merge_heads(x):
    return [[[n for head in text for n in head[t]] for t in range(len(text[0]))] for text in x.tolist()]


@right
def merge_heads(x):
    import torch

    return torch.tensor(x).transpose(1, 2).contiguous().flatten(2)


@right
def merge_heads(x):
    B, H, T, D = x.shape
    out = np.empty((B, T, H * D), dtype=np.float32)
    for h in range(H):
        out[:, :, h * D : (h + 1) * D] = x[:, h]
    return out


@right
def merge_heads(x):
    return np.stack([np.hstack(text) for text in x])


@wrong("no_transpose")
def merge_heads(x):
    B, H, T, D = x.shape
    return x.reshape(B, T, H * D)


@wrong("interleaved")
def merge_heads(x):
    B, H, T, D = x.shape
    return np.moveaxis(x, 1, -1).reshape(B, T, H * D)


@wrong("not_merged")
def merge_heads(x):
    return x.swapaxes(1, 2)


@wrong("averaged")
def merge_heads(x):
    return x.mean(axis=1)


@wrong("added")
def merge_heads(x):
    return sum(x[:, h] for h in range(x.shape[1]))


@wrong("one_below_the_other")
def merge_heads(x):
    return np.concatenate([x[:, h] for h in range(x.shape[1])], axis=1)


@wrong("turned")
def merge_heads(x):
    B, H, T, D = x.shape
    return x.swapaxes(2, 3).reshape(B, H * D, T)


@wrong("rows_torn")
def merge_heads(x):
    B, H, T, D = x.shape
    return x.swapaxes(-2, -1).reshape(B, T, H * D)


@wrong("texts_lost")
def merge_heads(x):
    return np.hstack(x[0])


@wrong("first_head")
def merge_heads(x):
    for h in range(x.shape[1]):
        return x[:, h]


@wrong("mixed_with_batch")
def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(1, 0, 2, 3).reshape(B, T, H * D)


@wrong("reversed")
def merge_heads(x):
    return np.concatenate([x[:, -h - 1] for h in range(x.shape[1])], axis=-1)


@wrong("texts_merged")
def merge_heads(x):
    return np.concatenate([text for text in x], axis=-1)


@wrong("features_in_front")
def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(0, 3, 1, 2).reshape(B, T, H * D)


@wrong("heads_in_a_list")
def merge_heads(x):
    return np.concatenate([x[:, h] for h in range(x.shape[1])], axis=0)


@wrong("largest")
def merge_heads(x):
    return x.max(axis=1)


# ---- multi_head_attention ------------------------------------------------------------------------------------------


@right
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    size, update = x.shape[-1] // n_head, 0
    for h in range(n_head):
        c = slice(h * size, (h + 1) * size)
        update = update + attend(x @ W_q[:, c], x @ W_k[:, c], x @ W_v[:, c], may_look) @ W_o[c]
    return update


@right
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = split(x @ W_q, n_head), split(x @ W_k, n_head), split(x @ W_v, n_head)
    return merge(attend(q, k, v, may_look)) @ W_o


@right
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    B, T, C = x.shape
    q, k, v = ((x @ W).reshape(B, T, n_head, -1) for W in (W_q, W_k, W_v))
    scores = np.einsum("bihd,bjhd->bhij", q, k) / math.sqrt(C // n_head)
    if may_look is not None:
        scores[:, :, ~may_look] = -np.inf
    return np.einsum("bhij,bjhd->bihd", softmax(scores), v).reshape(B, T, C) @ W_o


@right
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    texts = []
    for text in x:
        heads = []
        for Q, K, V in zip(*(np.split(text @ W, n_head, axis=1) for W in (W_q, W_k, W_v)), strict=True):
            weights = attention_pattern(Q, K) if may_look is None else masked_pattern(Q, K, may_look)
            heads.append(weights @ V)
        texts.append(np.concatenate(heads, axis=1) @ W_o)
    return np.array(texts)


@right
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    import torch

    x, W_q, W_k, W_v, W_o = (torch.tensor(each) for each in (x, W_q, W_k, W_v, W_o))
    q, k, v = ((x @ W).unflatten(-1, (n_head, -1)).transpose(1, 2) for W in (W_q, W_k, W_v))
    mask = None if may_look is None else torch.tensor(may_look)
    heads = torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)
    return heads.transpose(1, 2).flatten(2) @ W_o


@right
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    x = x.astype(np.float32)
    heads = [attend(*(split(x @ W, n_head)[:, h] for W in (W_q, W_k, W_v)), may_look) for h in range(n_head)]
    return np.concatenate(heads, axis=-1) @ W_o


@wrong("no_transpose")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    B, T, C = x.shape
    q, k, v = ((x @ W).reshape(B, n_head, T, C // n_head) for W in (W_q, W_k, W_v))
    return merge(attend(q, k, v, may_look)) @ W_o


@wrong("merge_no_transpose")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    return attend(q, k, v, may_look).reshape(x.shape) @ W_o


@wrong("one_head")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    return attend(x @ W_q, x @ W_k, x @ W_v, may_look) @ W_o


@wrong("by_model_width")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    scores = q @ k.swapaxes(-2, -1) / np.sqrt(x.shape[-1])
    if may_look is not None:
        scores = np.where(may_look, scores, -np.inf)
    return merge(softmax(scores) @ v) @ W_o


@wrong("no_W_o")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    return merge(attend(q, k, v, may_look))


@wrong("mask_ignored")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    return merge(attend(q, k, v)) @ W_o


@wrong("always_causal")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    return merge(attend(q, k, v, np.tri(x.shape[1], dtype=bool))) @ W_o


@wrong("added_to_x")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    return x + merge(attend(q, k, v, may_look)) @ W_o


@wrong("mask_after")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    weights = attention_pattern(q, k)
    if may_look is not None:
        weights = weights * may_look
    return merge(weights @ v) @ W_o


@wrong("values_are_x")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    return merge(attend(split(x @ W_q, n_head), split(x @ W_k, n_head), split(x, n_head), may_look)) @ W_o


@wrong("size_for_number")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, x.shape[-1] // n_head) for W in (W_q, W_k, W_v))
    return merge(attend(q, k, v, may_look)) @ W_o


@wrong("averaged")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    mean = attend(q, k, v, may_look).mean(axis=1)
    return np.concatenate([mean] * n_head, axis=-1) @ W_o


@wrong("mask_inverted")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    return merge(attend(q, k, v, None if may_look is None else ~may_look)) @ W_o


@wrong("over_heads")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    scores = q @ k.swapaxes(-2, -1) / np.sqrt(q.shape[-1])
    if may_look is not None:
        scores = np.where(may_look, scores, -1e9)
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = exps / exps.sum(axis=1, keepdims=True)
    return merge(weights * (1 if may_look is None else may_look) @ v) @ W_o


@wrong("by_model_width", "no_W_o")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    return merge(attend(q / np.sqrt(n_head), k, v, may_look))


@wrong("not_merged")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    return attend(q, k, v, may_look) @ W_o


# ---- cross_attention -----------------------------------------------------------------------------------------------


@right
def cross_attention(x, source, W_q, W_k, W_v):
    return attend(x @ W_q, source @ W_k, source @ W_v)


@right
def cross_attention(x, source, W_q, W_k, W_v):
    scores = (x @ W_q) @ (source @ W_k).T / np.sqrt(W_q.shape[1])
    return softmax(scores) @ (source @ W_v)


@right
def cross_attention(x, source, W_q, W_k, W_v):
    return softmax(x @ (W_q @ W_k.T) @ source.T / W_k.shape[1] ** 0.5) @ source @ W_v


@right
def cross_attention(x, source, W_q, W_k, W_v):
    q, k, v = x @ W_q, source @ W_k, source @ W_v
    rows = []
    for query in q:
        scores = [query @ key / math.sqrt(len(query)) for key in k]
        exps = [math.exp(score - max(scores)) for score in scores]
        rows.append(sum(e / sum(exps) * value for e, value in zip(exps, v, strict=True)))
    return rows


@right
def cross_attention(x, source, W_q, W_k, W_v):
    import torch

    x, source, W_q, W_k, W_v = (torch.tensor(each) for each in (x, source, W_q, W_k, W_v))
    return torch.nn.functional.scaled_dot_product_attention(
        (x @ W_q)[None], (source @ W_k)[None], (source @ W_v)[None]
    )[0]


@right
def cross_attention(x, source, W_q, W_k, W_v):
    weights = attention_pattern(x.astype(np.float32) @ W_q, source @ W_k)
    return np.einsum("ij,jc,cd->id", weights, source, W_v)


@wrong("texts_swapped")
def cross_attention(x, source, W_q, W_k, W_v):
    return attend(source @ W_q, x @ W_k, x @ W_v)


@wrong("only_x")
def cross_attention(x, source, W_q, W_k, W_v):
    return attend(x @ W_q, x @ W_k, x @ W_v)


@wrong("values_from_x")
def cross_attention(x, source, W_q, W_k, W_v):
    return attend(x @ W_q, source @ W_k, x @ W_v)


@wrong("keys_from_x")
def cross_attention(x, source, W_q, W_k, W_v):
    return attend(x @ W_q, x @ W_k, source @ W_v)


@wrong("causal")
def cross_attention(x, source, W_q, W_k, W_v):
    return attend(x @ W_q, source @ W_k, source @ W_v, np.tri(len(x), len(source), dtype=bool))


@wrong("unscaled")
def cross_attention(x, source, W_q, W_k, W_v):
    return softmax(x @ W_q @ (source @ W_k).T) @ (source @ W_v)


@wrong("only_pattern")
def cross_attention(x, source, W_q, W_k, W_v):
    return attention_pattern(x @ W_q, source @ W_k)


@wrong("values_from_W_k")
def cross_attention(x, source, W_q, W_k, W_v):
    k = source @ W_k
    return attention_pattern(x @ W_q, k) @ k


@wrong("no_softmax")
def cross_attention(x, source, W_q, W_k, W_v):
    return (x @ W_q) @ (source @ W_k).T / np.sqrt(W_q.shape[1]) @ (source @ W_v)


@wrong("v_is_source")
def cross_attention(x, source, W_q, W_k, W_v):
    return attention_pattern(x @ W_q, source @ W_k) @ source


@wrong("columns")
def cross_attention(x, source, W_q, W_k, W_v):
    scores = (x @ W_q) @ (source @ W_k).T / np.sqrt(W_q.shape[1])
    return softmax(scores.T).T @ (source @ W_v)


@wrong("by_d", "values_from_W_k")
def cross_attention(x, source, W_q, W_k, W_v):
    q, k = x @ W_q, source @ W_k
    return softmax(q @ k.T / q.shape[1]) @ k


@wrong("both_texts")
def cross_attention(x, source, W_q, W_k, W_v):
    everything = np.vstack([x, source])
    return attend(x @ W_q, everything @ W_k, everything @ W_v)


@wrong("by_width")
def cross_attention(x, source, W_q, W_k, W_v):
    return softmax(x @ W_q @ (source @ W_k).T / np.sqrt(x.shape[1])) @ (source @ W_v)


@wrong()
def cross_attention(x, source, W_q, W_k, W_v):
    return attend(x @ W_q, (x + source) @ W_k, source @ W_v)


# ---- found by a reader -------------------------------------------------------------------------------------------------


@wrong("k_and_v_swapped")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_v, W_k))
    return merge(attend(q, k, v, may_look)) @ W_o


@wrong("last_update")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    D = q.shape[-1]
    for h in range(n_head):
        update = attend(q[:, h], k[:, h], v[:, h], may_look) @ W_o[h * D : (h + 1) * D]
    return update


@wrong("same_rows")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    heads = attend(q, k, v, may_look)
    return sum(heads[:, h] @ W_o[: q.shape[-1]] for h in range(n_head))


@wrong("divided")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    return merge(attend(q, k, v, may_look)) @ W_o / n_head


@wrong("by_d")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    return merge(attend(q / q.shape[-1] ** 0.5, k, v, may_look)) @ W_o


@wrong("by_number_of_heads")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    s = q @ k.swapaxes(-2, -1) / np.sqrt(n_head)
    if may_look is not None:
        s = np.where(may_look, s, -np.inf)
    e = np.exp(s - s.max(-1, keepdims=True))
    return merge(e / e.sum(-1, keepdims=True) @ v) @ W_o


@wrong()
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    if may_look:
        return merge(attend(q, k, v, may_look)) @ W_o
    return merge(attend(q, k, v)) @ W_o


@wrong("everybody_alike")
def cross_attention(x, source, W_q, W_k, W_v):
    return np.tile((source @ W_v).mean(axis=0), (len(x), 1))


@wrong("by_values")
def cross_attention(x, source, W_q, W_k, W_v):
    scores = (x @ W_q) @ (source @ W_k).T / np.sqrt(W_v.shape[-1])
    return softmax(scores) @ (source @ W_v)


@wrong("divided")
def cross_attention(x, source, W_q, W_k, W_v):
    return attend(x @ W_q, source @ W_k, source @ W_v) / len(source)


@wrong("unscaled", "overflow")
def cross_attention(x, source, W_q, W_k, W_v):
    w = np.exp(x @ W_q @ (source @ W_k).T)
    return w / w.sum(-1, keepdims=True) @ source @ W_v


@wrong("turned")
def cross_attention(x, source, W_q, W_k, W_v):
    return attend(x @ W_q, source @ W_k, source @ W_v).T


@wrong("overflow")
def cross_attention(x, source, W_q, W_k, W_v):
    s = (x @ W_q) @ (source @ W_k).T / np.sqrt(W_q.shape[1])
    e = np.exp(s)
    return e / e.sum(-1, keepdims=True) @ (source @ W_v)


# ---- written from the sheet alone ----------------------------------------------------------------------------------------


@wrong("first_text")
def split_heads(x, n_head):
    T, C = x.shape[1:]
    return x[0].reshape(T, n_head, C // n_head).swapaxes(0, 1)[None]


@wrong("squeezed")
def split_heads(x, n_head):
    heads = np.split(x[:, None], n_head, axis=-1)  # each (B, 1, T, D)
    return np.stack(heads, axis=1).squeeze()


@wrong("two_columns_each")
def split_heads(x, n_head):
    B, T, C = x.shape
    return x.reshape(B, T, -1, 2).transpose(0, 2, 1, 3)


@wrong("interleaved", "not_moved")
def split_heads(x, n_head):
    B, T, C = x.shape
    return x.reshape(B, T, C // n_head, n_head).swapaxes(2, 3)


@wrong("torn_by_tokens")
def split_heads(x, n_head):
    B, T, C = x.shape
    D = C // n_head
    return x.reshape(B, n_head, D, T).transpose(0, 1, 3, 2)


@wrong("last_head_missing")
def split_heads(x, n_head):
    B, T, C = x.shape
    D = C // n_head
    return np.stack([x[:, :, h * D : (h + 1) * D] for h in range(n_head - 1)], axis=1)


@wrong("first_head_missing")
def split_heads(x, n_head):
    B, T, C = x.shape
    D = C // n_head
    return np.stack([x[:, :, h * D : (h + 1) * D] for h in range(1, n_head)], axis=1)


@wrong("one_text_only")
def split_heads(x, n_head):
    B, T, C = x.shape
    return x.reshape(1, T, n_head, C // n_head).swapaxes(1, 2)


@wrong("first_text")
def merge_heads(x):
    heads = x[0]  # (H, T, D)
    return np.concatenate(list(heads), axis=-1)[None]


@wrong("two_heads")
def merge_heads(x):
    return np.concatenate([x[:, 0], x[:, 1]], axis=-1)


@wrong("axes_misread")
def merge_heads(x):
    B, T, H, D = x.shape
    return x.reshape(B, T, H * D)


@wrong("squeezed")
def merge_heads(x):
    B, H, T, D = x.shape
    return x.swapaxes(1, 2).reshape(B, T, H * D).squeeze()


@wrong("last_never_added")
def merge_heads(x):
    merged = x[:, 0]
    for h in range(1, x.shape[1] - 1):
        merged = np.concatenate([merged, x[:, h]], axis=-1)
    return merged


@wrong("torn_by_tokens")
def merge_heads(x):
    B, H, T, D = x.shape
    return x.reshape(B, H * D, T).swapaxes(1, 2)


@wrong("stacked")
def merge_heads(x):
    return np.stack([x[:, h] for h in range(x.shape[1])], axis=-1)


@wrong("sum_of_sizes")
def merge_heads(x):
    B, H, T, D = x.shape
    return x.swapaxes(1, 2).reshape(B, T, H + D)


@wrong("tokens_merged")
def merge_heads(x):
    B, H, T, D = x.shape
    return x.swapaxes(1, 2).reshape(B, -1)


@wrong("tokens_and_texts_swapped")
def merge_heads(x):
    B, H, T, D = x.shape
    return x.swapaxes(0, 2).reshape(B, T, H * D)


@wrong("with_features_swapped")
def merge_heads(x):
    B, H, T, D = x.shape
    return x.swapaxes(1, 3).reshape(B, T, H * D)


@wrong("texts_merged_below")
def merge_heads(x):
    return np.hstack(x)


@wrong("last_head_missing")
def merge_heads(x):
    return np.concatenate([x[:, h] for h in range(x.shape[1] - 1)], axis=-1)


@wrong("first_head_missing")
def merge_heads(x):
    return np.concatenate([x[:, h] for h in range(1, x.shape[1])], axis=-1)


@wrong("one_text_only")
def merge_heads(x):
    B, H, T, D = x.shape
    return x.swapaxes(1, 2).reshape(1, T, H * D)


@wrong("turned_by_reshape")
def merge_heads(x):
    B, H, T, D = x.shape
    return x.swapaxes(1, 2).reshape(B, H * D, T)


@wrong("overlapping")
def merge_heads(x):
    B, H, T, D = x.shape
    out = np.zeros((B, T, H * D))
    for h in range(H):
        out[:, :, h : h + D] = x[:, h]
    return out


@wrong("all_merged")
def merge_heads(x):
    B, H, T, D = x.shape
    return x.swapaxes(1, 2).flatten()


@wrong("head_meets_whole_weight")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    heads = split(x, n_head)
    q, k, v = heads @ W_q, heads @ W_k, heads @ W_v
    return merge(attend(q, k, v, may_look)) @ W_o


@wrong("two_heads")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, 2) for W in (W_q, W_k, W_v))
    return merge(attend(q, k, v, may_look)) @ W_o


@wrong("v_and_o_swapped")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_o))
    return merge(attend(q, k, v, may_look)) @ W_v


@wrong("W_o_twice")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    return merge(attend(q, k, v, may_look)) @ W_o @ W_o


@wrong("W_o_in_front")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    out = merge(attend(q, k, v, may_look))
    return W_o @ out


@wrong("interleaved_twice")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    B, T, C = x.shape
    D = C // n_head
    q, k, v = ((x @ W).reshape(B, T, D, n_head).transpose(0, 3, 1, 2) for W in (W_q, W_k, W_v))
    h = attend(q, k, v, may_look)
    return h.transpose(0, 2, 3, 1).reshape(B, T, C) @ W_o


@wrong("zero_before_softmax")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    s = q @ k.swapaxes(-2, -1) / np.sqrt(q.shape[-1])
    if may_look is not None:
        s = s * may_look
    return merge(softmax(s) @ v) @ W_o


@wrong("not_low_enough")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    s = q @ k.swapaxes(-2, -1) / np.sqrt(q.shape[-1])
    if may_look is not None:
        s = np.where(may_look, s, -100)
    return merge(softmax(s) @ v) @ W_o


@wrong("overflow")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    s = q @ k.swapaxes(-2, -1) / np.sqrt(q.shape[-1])
    if may_look is not None:
        s = np.where(may_look, s, -np.inf)
    e = np.exp(s)
    return merge(e / e.sum(-1, keepdims=True) @ v) @ W_o


@wrong("x_split_too")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    D = x.shape[-1] // n_head
    heads = []
    for h in range(n_head):
        xs = x[:, :, h * D : (h + 1) * D]
        c = slice(h * D, (h + 1) * D)
        heads.append(attend(xs @ W_q[c, c], xs @ W_k[c, c], xs @ W_v[c, c], may_look))
    return np.concatenate(heads, axis=-1) @ W_o


@wrong("causal_if_none")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    if may_look is None:
        may_look = causal_mask(x.shape[1])
    return merge(attend(q, k, v, may_look)) @ W_o


@wrong("first_update")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    D = q.shape[-1]
    heads = []
    for h in range(n_head):
        heads.append(attend(q[:, h], k[:, h], v[:, h], may_look))
        return np.concatenate(heads, axis=-1) @ W_o[:D]


@wrong("q_and_v_swapped")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    return merge(attend(v, k, q, may_look)) @ W_o


@wrong("mask_transposed")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    s = q @ k.swapaxes(-2, -1) / np.sqrt(q.shape[-1])
    if may_look is not None:
        s = np.where(may_look.T, s, -np.inf)
    return merge(softmax(s) @ v) @ W_o


@wrong("first_text_kept")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head)[0] for W in (W_q, W_k, W_v))
    return merge(attend(q, k, v, may_look)[None]) @ W_o


@wrong("hidden_10000")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    if may_look is not None:
        s = q @ k.swapaxes(-2, -1) / np.sqrt(q.shape[-1]) + np.where(may_look, 0, -1e4)
        return merge(softmax(s) @ v) @ W_o
    return merge(attend(q, k, v)) @ W_o


@wrong("softmax_of_heads")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    return merge(softmax(attend(q, k, v, may_look))) @ W_o


@wrong("causal_square")
def cross_attention(x, source, W_q, W_k, W_v):
    return attend(x @ W_q, source @ W_k, source @ W_v, causal_mask(len(x)))


@wrong("causal_if_square")
def cross_attention(x, source, W_q, W_k, W_v):
    q, k, v = x @ W_q, source @ W_k, source @ W_v
    mask = causal_mask(len(q)) if len(q) == len(k) else None
    return attend(q, k, v, mask)


@wrong("by_source_width")
def cross_attention(x, source, W_q, W_k, W_v):
    return attend(x @ W_q @ W_k.T, source, source @ W_v)


@wrong("twice")
def cross_attention(x, source, W_q, W_k, W_v):
    q, k, v = x @ W_q, source @ W_k, source @ W_v
    return softmax(softmax(q @ k.T / np.sqrt(q.shape[-1]))) @ v


@wrong("causal_of_source")
def cross_attention(x, source, W_q, W_k, W_v):
    q, k, v = x @ W_q, source @ W_k, source @ W_v
    return attend(q, k, v, causal_mask(len(source)))


@wrong("added_to_q")
def cross_attention(x, source, W_q, W_k, W_v):
    q, k, v = x @ W_q, source @ W_k, source @ W_v
    return q + attend(q, k, v)


@wrong("as_many_as_queries")
def cross_attention(x, source, W_q, W_k, W_v):
    q, k, v = x @ W_q, source @ W_k, source @ W_v
    return attend(q, k[: len(q)], v[: len(q)])


@wrong("weights_transposed")
def cross_attention(x, source, W_q, W_k, W_v):
    q, k, v = x @ W_q.T, source @ W_k.T, source @ W_v.T
    return attend(q, k, v)


@wrong("one_maximum")
def cross_attention(x, source, W_q, W_k, W_v):
    q, k, v = x @ W_q, source @ W_k, source @ W_v
    s = q @ k.T / np.sqrt(q.shape[-1])
    e = np.exp(s - s.max())
    return e / e.sum(-1, keepdims=True) @ v


@wrong("no_keepdims")
def cross_attention(x, source, W_q, W_k, W_v):
    q, k, v = x @ W_q, source @ W_k, source @ W_v
    s = q @ k.T / np.sqrt(q.shape[-1])
    e = np.exp(s - s.max(-1, keepdims=True))
    return e / e.sum(-1) @ v


@wrong("scaled_after_softmax")
def cross_attention(x, source, W_q, W_k, W_v):
    q, k, v = x @ W_q, source @ W_k, source @ W_v
    s = q @ k.T
    return softmax(s) / np.sqrt(q.shape[-1]) @ v


@wrong("not_shared")
def cross_attention(x, source, W_q, W_k, W_v):
    q, k, v = x @ W_q, source @ W_k, source @ W_v
    s = q @ k.T / np.sqrt(q.shape[-1])
    return np.exp(s) @ v


@wrong("q_and_k_swapped")
def cross_attention(x, source, W_q, W_k, W_v):
    q, k, v = x @ W_k, source @ W_q, source @ W_v
    return attend(q, k, v)


@wrong("keys_not_turned")
def cross_attention(x, source, W_q, W_k, W_v):
    q, k, v = x @ W_q, source @ W_k, source @ W_v
    s = q @ k / np.sqrt(q.shape[-1])
    return softmax(s) @ v


@wrong("pattern_transposed")
def cross_attention(x, source, W_q, W_k, W_v):
    q, k, v = x @ W_q, source @ W_k, source @ W_v
    w = softmax(q @ k.T / np.sqrt(q.shape[-1]))
    return w.T @ v


@wrong("whole_numbers")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    update, D = np.zeros_like(x), x.shape[-1] // n_head
    for h in range(n_head):
        c = slice(h * D, (h + 1) * D)
        update = update + attend(x @ W_q[:, c], x @ W_k[:, c], x @ W_v[:, c], may_look).astype(x.dtype) @ W_o[c]
    return update


@wrong("causal_on_top")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    mask = causal_mask(x.shape[1])
    if may_look is not None:
        mask = mask & may_look
    return merge(attend(q, k, v, mask)) @ W_o


@wrong("not_shared_shifted")
def cross_attention(x, source, W_q, W_k, W_v):
    scores = x @ W_q @ (source @ W_k).T / np.sqrt(W_q.shape[1])
    return np.exp(scores - scores.max(axis=1, keepdims=True)) @ (source @ W_v)


@wrong("whole_numbers")
def cross_attention(x, source, W_q, W_k, W_v):
    q, k, v = x @ W_q, source @ W_k, source @ W_v
    out = np.zeros((len(q), v.shape[1]), dtype=v.dtype)
    for i in range(len(q)):
        out[i] = attend(q[i : i + 1], k, v)[0]
    return out


@wrong("zero_times_inf")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    scores = q @ k.swapaxes(-2, -1) / np.sqrt(q.shape[-1])
    if may_look is not None:
        scores = scores + (1 - may_look) * -np.inf
    return merge(softmax(scores) @ v) @ W_o


@wrong("keys_from_W_v")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_v, W_v))
    return merge(attend(q, k, v, may_look)) @ W_o


@wrong("queries_from_W_v")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_v, W_k, W_v))
    return merge(attend(q, k, v, may_look)) @ W_o


@wrong("values_from_W_q")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_q))
    return merge(attend(q, k, v, may_look)) @ W_o


@wrong("queries_from_W_k")
def cross_attention(x, source, W_q, W_k, W_v):
    return attend(x @ W_k, source @ W_k, source @ W_v)


@wrong("queries_from_W_v")
def cross_attention(x, source, W_q, W_k, W_v):
    return attend(x @ W_v, source @ W_k, source @ W_v)


@wrong("values_from_W_q")
def cross_attention(x, source, W_q, W_k, W_v):
    return attend(x @ W_q, source @ W_k, source @ W_q)


@wrong("last_head_missing")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    update, D = 0, x.shape[-1] // n_head
    for h in range(n_head - 1):
        c = slice(h * D, (h + 1) * D)
        update = update + attend(x @ W_q[:, c], x @ W_k[:, c], x @ W_v[:, c], may_look) @ W_o[c]
    return update + np.zeros(x.shape)


@wrong("W_o_split_too")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    update, D = np.zeros(x.shape), x.shape[-1] // n_head
    for h in range(n_head):
        c = slice(h * D, (h + 1) * D)
        update[:, :, c] = attend(x @ W_q[:, c], x @ W_k[:, c], x @ W_v[:, c], may_look) @ W_o[c, c]
    return update


@wrong("one_text_without_axis")
def merge_heads(x):
    B, H, T, D = x.shape
    return x.swapaxes(1, 2).reshape(T, H * D)


@wrong("first_head_repeated")
def merge_heads(x):
    B, H, T, D = x.shape
    out = np.zeros((B, T, H * D))
    for h in range(H):
        out[:, :, h * D : (h + 1) * D] = x[:, 0]
    return out


@wrong("two_heads_in_reshape")
def merge_heads(x):
    B, H, T, D = x.shape
    return x.transpose(0, 2, 1, 3).reshape(B, T, 2 * D)


@wrong("first_head_twice")
def merge_heads(x):
    B, H, T, D = x.shape
    out = x[:, 0]
    for h in range(H):
        out = np.concatenate([out, x[:, h]], axis=-1)
    return out


@wrong("one_maximum")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    s = q @ k.swapaxes(-2, -1) / np.sqrt(q.shape[-1])
    if may_look is not None:
        s = np.where(may_look, s, -1e9)
    w = np.exp(s - s.max())
    w = w / w.sum(-1, keepdims=True)
    return merge(w @ v) @ W_o


@wrong("no_projections")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x, n_head) for W in (W_q, W_k, W_v))
    return merge(attend(q, k, v, may_look)) @ W_o


@wrong("softmax_at_the_end")
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (split(x @ W, n_head) for W in (W_q, W_k, W_v))
    return softmax(merge(attend(q, k, v, may_look)) @ W_o)


@wrong("last_share_only")
def cross_attention(x, source, W_q, W_k, W_v):
    q, k, v = x @ W_q, source @ W_k, source @ W_v
    out = np.zeros((len(x), v.shape[1]))
    for i in range(len(x)):
        for j in range(len(source)):
            out[i] = softmax(q[i] @ k.T / np.sqrt(len(q[i])))[j] * v[j]
    return out


@wrong("one_row_for_one_source")
def cross_attention(x, source, W_q, W_k, W_v):
    q, k, v = x @ W_q, source @ W_k, source @ W_v
    if len(source) == 1:
        return v
    return attend(q, k, v)
