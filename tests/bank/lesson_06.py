"""Answers to lesson 06 as learners write them."""

import math

import numpy as np

from course_lib.attention.numpy_attention import attention_pattern, masked_pattern, softmax
from tests.bank import right, wrong

# ---- value_update --------------------------------------------------------------------------------------------------


@right
def value_update(x, weights, W_v):
    return weights @ (x @ W_v)


@right
def value_update(x, weights, W_v):
    return weights @ x @ W_v


@right
def value_update(x, weights, W_v):
    values = np.einsum("tc,cd->td", x, W_v)
    return np.einsum("qk,kd->qd", weights, values)


@right
def value_update(x, weights, W_v):
    update = np.zeros(x.shape)
    for i in range(len(x)):
        for j in range(len(x)):
            update[i] += weights[i, j] * (x[j] @ W_v)
    return update


@wrong("whole_numbers")
def value_update(x, weights, W_v):
    update = np.zeros_like(x)
    for i in range(len(x)):
        for j in range(len(x)):
            update[i] += weights[i, j] * (x[j] @ W_v)
    return update


@right
def value_update(x, weights, W_v):
    import torch

    x, weights, W_v = (torch.as_tensor(a, dtype=torch.float32) for a in (x, weights, W_v))
    return torch.matmul(weights, torch.matmul(x, W_v))


@right
def value_update(x, weights, W_v):
    values = x.dot(W_v)
    return [
        [sum(w * value[c] for w, value in zip(row, values, strict=True)) for c in range(len(W_v))] for row in weights
    ]


@right
def value_update(x, weights, W_v):
    return (W_v.T @ x.T @ weights.T).T


@wrong("pattern_transposed")
def value_update(x, weights, W_v):
    return weights.T @ (x @ W_v)


@wrong("no_weights")
def value_update(x, weights, W_v):
    return x @ W_v


@wrong("no_value")
def value_update(x, weights, W_v):
    return np.matmul(weights, x)


@wrong("weight_transposed")
def value_update(x, weights, W_v):
    return weights @ (x @ W_v.T)


@wrong("already_added")
def value_update(x, weights, W_v):
    delta = weights @ (x @ W_v)
    return x + delta


@wrong("x_added_to_values")
def value_update(x, weights, W_v):
    return weights @ (x + x @ W_v)


@wrong("everybody_alike")
def value_update(x, weights, W_v):
    values = x @ W_v
    return np.tile(values.mean(axis=0), (len(x), 1))


@wrong("softmax_again")
def value_update(x, weights, W_v):
    return softmax(weights) @ (x @ W_v)


@wrong("strongest_only")
def value_update(x, weights, W_v):
    return (x @ W_v)[weights.argmax(axis=1)]


@wrong("not_itself")
def value_update(x, weights, W_v):
    values, update = x @ W_v, np.zeros(x.shape)
    for i in range(len(x)):
        for j in range(len(x)):
            if i != j:
                update[i] += weights[i][j] * values[j]
    return update


@wrong("last_only")
def value_update(x, weights, W_v):
    update = np.zeros_like(x)
    for i in range(len(x)):
        for j in range(len(x)):
            update[i] = weights[i, j] * (x[j] @ W_v)
    return update


@wrong("shape")
def value_update(x, weights, W_v):
    return sum(row @ (x @ W_v) for row in weights)


@wrong("values_only_summed")
def value_update(x, weights, W_v):
    return np.mean(weights[:, :, None] * (x @ W_v)[None], axis=1)


@wrong("two_slips")
def value_update(x, weights, W_v):
    return x + weights.T @ (x @ W_v)


@wrong("entry_by_entry")
def value_update(x, weights, W_v):
    return weights * (x @ W_v)


@wrong("mutates_input")
def value_update(x, weights, W_v):
    x[:] = x @ W_v
    return weights @ x


@wrong("values")
def value_update(x, weights, W_v):
    return weights @ np.maximum(x @ W_v, 0)


# ---- low_rank_value ------------------------------------------------------------------------------------------------


@right
def low_rank_value(x, W_down, W_up):
    return x @ W_down @ W_up


@right
def low_rank_value(x, W_down, W_up):
    return x @ (W_down @ W_up)


@right
def low_rank_value(x, W_down, W_up):
    return np.einsum("tc,cd,de->te", x, W_down, W_up)


@right
def low_rank_value(x, W_down, W_up):
    return np.array([row @ W_down @ W_up for row in x])


@right
def low_rank_value(x, W_down, W_up):
    total = np.zeros_like(x)
    for d in range(W_down.shape[1]):
        total = total + np.outer(x @ W_down[:, d], W_up[d])
    return total


@right
def low_rank_value(x, W_down, W_up):
    import torch

    return torch.linalg.multi_dot([torch.tensor(a) for a in (x, W_down, W_up)])


@right
def low_rank_value(x, W_down, W_up):
    return np.dot(np.dot(x.astype(np.float32), W_down), W_up).tolist()


@wrong("only_down")
def low_rank_value(x, W_down, W_up):
    return x @ W_down


@wrong("matrix_only")
def low_rank_value(x, W_down, W_up):
    return W_down @ W_up


@wrong("product_turned")
def low_rank_value(x, W_down, W_up):
    return x @ W_up.T @ W_down.T


@wrong("down_is_up_turned")
def low_rank_value(x, W_down, W_up):
    return x @ W_up.T @ W_up


@wrong("up_is_down_turned")
def low_rank_value(x, W_down, W_up):
    return x @ W_down @ W_down.T


@wrong("already_added")
def low_rank_value(x, W_down, W_up):
    return x + x @ W_down @ W_up


@wrong("relu")
def low_rank_value(x, W_down, W_up):
    hidden = x @ W_down
    hidden[hidden < 0] = 0
    return hidden @ W_up


@wrong("tanh_between")
def low_rank_value(x, W_down, W_up):
    return np.tanh(x @ W_down) @ W_up


@wrong("softmax_between")
def low_rank_value(x, W_down, W_up):
    return softmax(x @ W_down) @ W_up


@wrong("scaled")
def low_rank_value(x, W_down, W_up):
    return (x @ W_down) @ W_up / math.sqrt(W_down.shape[-1])


@wrong("scaled_by_count")
def low_rank_value(x, W_down, W_up):
    return np.mean((x @ W_down)[:, :, None] * W_up[None], axis=1)


@wrong("turned")
def low_rank_value(x, W_down, W_up):
    return W_up.T @ W_down.T @ x.T


@wrong("order_swapped")
def low_rank_value(x, W_down, W_up):
    return x @ W_up @ W_down


@wrong("shape")
def low_rank_value(x, W_down, W_up):
    return W_up @ W_down


@wrong("values")
def low_rank_value(x, W_down, W_up):
    return np.round(x @ W_down) @ W_up


@wrong("order_swapped")
def low_rank_value(x, W_down, W_up):
    return x @ W_up @ W_down


@wrong("up_first")
def low_rank_value(x, W_down, W_up):
    return W_up @ W_down @ x


# ---- add_to_stream -------------------------------------------------------------------------------------------------


@right
def add_to_stream(x, update):
    if x.shape != update.shape:
        raise ValueError(f"the stream is {x.shape}, the update {update.shape}")
    return x + update


@right
def add_to_stream(x, update):
    if np.shape(x) == np.shape(update):
        return np.add(x, update)
    raise ValueError("these shapes differ")


@right
def add_to_stream(x, update):
    if x.ndim != update.ndim or any(a != b for a, b in zip(x.shape, update.shape, strict=True)):
        raise ValueError("x and update must have the same shape")
    result = x.copy()
    result += update
    return result


@right
def add_to_stream(x, update):
    return [[a + b for a, b in zip(row, more, strict=True)] for row, more in zip(x, update, strict=True)]


@right
def add_to_stream(x, update):
    import torch

    x, update = torch.as_tensor(x), torch.as_tensor(update)
    if x.shape != update.shape:
        raise ValueError("different shapes")
    return torch.add(x, update)


@right
def add_to_stream(x, update):
    rows, columns = x.shape
    if update.shape[0] != rows or update.shape[1] != columns:
        raise ValueError(f"stream {x.shape}, update {update.shape}")
    out = np.empty((rows, columns), np.float32)
    for i in range(rows):
        for j in range(columns):
            out[i, j] = x[i, j] + update[i, j]
    return out


@right
def add_to_stream(x, update):
    if len(x) != len(update) or len(x[0]) != len(update[0]):
        raise ValueError("the shapes of the stream and of its update must be equal")
    return np.stack([x, update]).sum(axis=0)


@wrong("an_argument")
def add_to_stream(x, update):
    return update


@wrong("replaced")
def add_to_stream(x, update):
    if x.shape != update.shape:
        raise ValueError("shapes differ")
    return update


@wrong("no_check")
def add_to_stream(x, update):
    return x + update


@wrong("assertion")
def add_to_stream(x, update):
    assert x.shape == update.shape
    return x + update


@wrong("unchanged_stream")
def add_to_stream(x, update):
    if x.shape != update.shape:
        raise ValueError("shapes differ")
    x + update  # noqa: B018
    return x


@wrong("subtracted")
def add_to_stream(x, update):
    if x.shape != update.shape:
        raise ValueError("shapes differ")
    return x - update


@wrong("averaged")
def add_to_stream(x, update):
    if x.shape != update.shape:
        raise ValueError("shapes differ")
    return (x + update) / 2


@wrong("columns_appended")
def add_to_stream(x, update):
    if x.shape != update.shape:
        raise ValueError("shapes differ")
    return np.hstack([x, update])


@wrong("rows_appended")
def add_to_stream(x, update):
    if x.shape != update.shape:
        raise ValueError("shapes differ")
    return [*x, *update]


@wrong("no_check", "averaged")
def add_to_stream(x, update):
    return (x + update) * 0.5


@wrong("multiplied")
def add_to_stream(x, update):
    if x.shape != update.shape:
        raise ValueError("shapes differ")
    return x * update


@wrong("mutates_input")
def add_to_stream(x, update):
    if x.shape != update.shape:
        raise ValueError("shapes differ")
    x += update
    return x


@wrong("stretched", "mutates_input")
def add_to_stream(x, update):
    x += update
    return x


@wrong("normalised")
def add_to_stream(x, update):
    if x.shape != update.shape:
        raise ValueError("shapes differ")
    total = x + update
    return total / np.linalg.norm(total, axis=1, keepdims=True)


@wrong("no_error")
def add_to_stream(x, update):
    if x.shape != update.shape:
        return None
    return x + update


# ---- attend --------------------------------------------------------------------------------------------------------


@right
def attend(q, k, v, may_look=None):
    weights = attention_pattern(q, k) if may_look is None else masked_pattern(q, k, may_look)
    return weights @ v


@right
def attend(q, k, v, may_look=None):
    scores = q @ k.T / np.sqrt(q.shape[-1])
    if may_look is not None:
        scores = np.where(may_look, scores, -np.inf)
    return softmax(scores) @ v


@right
def attend(q, k, v, may_look=None):
    scores = np.einsum("qd,kd->qk", q, k) * q.shape[1] ** -0.5
    if may_look is not None:
        scores[~may_look] = -1e9
    exps = np.exp(scores - scores.max(1, keepdims=True))
    return exps @ v / exps.sum(1, keepdims=True)


@right
def attend(q, k, v, may_look=None):
    out = []
    for i, query in enumerate(q):
        scores = [query @ key / math.sqrt(len(query)) for key in k]
        seen = [j for j in range(len(k)) if may_look is None or may_look[i, j]]
        top = max(scores[j] for j in seen)
        exps = {j: math.exp(scores[j] - top) for j in seen}
        out.append(sum(exps[j] * v[j] for j in seen) / sum(exps.values()))
    return out


@right
def attend(q, k, v, may_look=None):
    import torch

    q, k, v = (torch.tensor(np.asarray(a))[None] for a in (q, k, v))
    mask = None if may_look is None else torch.tensor(np.asarray(may_look))
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, attn_mask=mask)[0]


@right
def attend(q, k, v, may_look=None):
    scores = (q @ k.swapaxes(-1, -2)).astype(np.float64) / np.sqrt(k.shape[1])
    scores = scores + (0 if may_look is None else np.where(may_look, 0, -np.inf))
    scores -= scores.max(axis=-1, keepdims=True)
    weights = np.exp(scores)
    weights /= weights.sum(axis=-1)[:, None]
    return np.dot(weights, v)


@right
def attend(q, k, v, may_look=None):
    # the video's orientation: a column is a query
    table = k @ (q / q.shape[1] ** 0.5).T
    if may_look is not None:
        table = np.where(may_look.T, table, -np.inf)
    table = np.exp(table - table.max(axis=0))
    return (v.T @ (table / table.sum(axis=0))).T


@wrong("returned_pattern")
def attend(q, k, v, may_look=None):
    return attention_pattern(q, k) if may_look is None else masked_pattern(q, k, may_look)


@wrong("mask_ignored")
def attend(q, k, v, may_look=None):
    return softmax(q @ k.T / q.shape[1] ** 0.5) @ v


@wrong("no_scale")
def attend(q, k, v, may_look=None):
    scores = q @ k.T
    if may_look is not None:
        scores = np.where(may_look, scores, -np.inf)
    return softmax(scores) @ v


@wrong("used_k")
def attend(q, k, v, may_look=None):
    weights = attention_pattern(q, k) if may_look is None else masked_pattern(q, k, may_look)
    return weights @ k


@wrong("no_softmax")
def attend(q, k, v, may_look=None):
    scores = q @ k.T / np.sqrt(q.shape[1])
    if may_look is not None:
        scores = np.where(may_look, scores, 0)
    return scores @ v


@wrong("overflow")
def attend(q, k, v, may_look=None):
    scores = q @ k.T / np.sqrt(q.shape[1])
    if may_look is not None:
        scores = np.where(may_look, scores, -np.inf)
    return np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True) @ v


@wrong("zero_before_softmax")
def attend(q, k, v, may_look=None):
    scores = q @ k.T / np.sqrt(q.shape[1])
    if may_look is not None:
        scores = scores * may_look
    return softmax(scores) @ v


@wrong("zero_after_softmax")
def attend(q, k, v, may_look=None):
    weights = attention_pattern(q, k)
    if may_look is not None:
        weights = weights * may_look
    return weights @ v


@wrong("mask_inverted")
def attend(q, k, v, may_look=None):
    scores = q @ k.T / np.sqrt(q.shape[1])
    if may_look is not None:
        scores[may_look] = -np.inf
    return softmax(scores) @ v


@wrong("columns")
def attend(q, k, v, may_look=None):
    scores = q @ k.T / np.sqrt(q.shape[1])
    if may_look is not None:
        scores = np.where(may_look, scores, -1e30)
    exps = np.exp(scores - scores.max(0))
    exps[scores < -1e29] = 0
    return exps / exps.sum(0) @ v


@wrong("scaled_by_value_size")
def attend(q, k, v, may_look=None):
    scores = q @ k.T / np.sqrt(v.shape[1])
    return softmax(scores if may_look is None else np.where(may_look, scores, -np.inf)) @ v


@wrong("scaled_by_d")
def attend(q, k, v, may_look=None):
    scores = q @ k.T / q.shape[1]
    return softmax(scores if may_look is None else np.where(may_look, scores, -np.inf)) @ v


@wrong("no_scale", "mask_ignored")
def attend(q, k, v, may_look=None):
    return softmax(q @ k.T) @ v


@wrong("hard")
def attend(q, k, v, may_look=None):
    scores = q @ k.T if may_look is None else np.where(may_look, q @ k.T, -np.inf)
    return v[scores.argmax(axis=1)]


@wrong("raised")
def attend(q, k, v, may_look=None):
    weights = softmax(q @ k.T / np.sqrt(q.shape[1]))
    return v @ weights


@wrong("none_refused")
def attend(q, k, v, may_look=None):
    return masked_pattern(q, k, may_look) @ v  # forgets that there may be no mask


@wrong("none_hides_all")
def attend(q, k, v, may_look=None):
    scores = np.where(may_look, q @ k.T / np.sqrt(q.shape[1]), -np.inf)
    exps = np.exp(scores - scores.max(1, keepdims=True))
    return exps / exps.sum(1, keepdims=True) @ v


@wrong()
def attend(q, k, v, may_look=None):
    if may_look:
        return masked_pattern(q, k, may_look) @ v
    return attention_pattern(q, k) @ v


@wrong("always_causal_square")
def attend(q, k, v, may_look=None):
    if may_look is None:
        may_look = np.tri(len(q), dtype=bool)
    return masked_pattern(q, k, may_look) @ v


@wrong("pattern_transposed")
def attend(q, k, v, may_look=None):
    weights = attention_pattern(q, k) if may_look is None else masked_pattern(q, k, may_look)
    return weights.T @ v


@wrong("kq_transposed")
def attend(q, k, v, may_look=None):
    scores = k @ q.T / np.sqrt(q.shape[1])
    if may_look is not None:
        scores = np.where(may_look, scores, -np.inf)
    return softmax(scores) @ v


@wrong("scaled_after_softmax")
def attend(q, k, v, may_look=None):
    scores = q @ k.T if may_look is None else np.where(may_look, q @ k.T, -np.inf)
    return softmax(scores) / np.sqrt(q.shape[1]) @ v


@wrong("form")
def attend(q, k, v):
    return attention_pattern(q, k) @ v


# ---- found by a reader -------------------------------------------------------------------------------------------------


@wrong("masked_again")
def value_update(x, weights, W_v):
    return np.tril(weights) @ (x @ W_v)


@wrong("earlier_only")
def value_update(x, weights, W_v):
    v = x @ W_v
    out = np.zeros(x.shape)
    for i in range(len(x)):
        for j in range(i):
            out[i] += weights[i, j] * v[j]
    return out


@wrong("rows_checked")
def add_to_stream(x, update):
    if len(x) != len(update):
        raise ValueError("the shapes differ")
    return x + update


@wrong("columns_checked")
def add_to_stream(x, update):
    if x.shape[1] != update.shape[1]:
        raise ValueError("the shapes differ")
    return x + update


@wrong("size_checked")
def add_to_stream(x, update):
    if x.size != update.size:
        raise ValueError("the shapes differ")
    return x + update


@wrong("refuses_equal")
def add_to_stream(x, update):
    if x.shape == update.shape:
        raise ValueError("the shapes differ")
    return x + update


@wrong("type_error")
def add_to_stream(x, update):
    if x.shape != update.shape:
        raise TypeError("the shapes differ")
    return x + update


@wrong("any_error")
def add_to_stream(x, update):
    if x.shape != update.shape:
        raise Exception("the shapes differ")
    return x + update


@wrong("not_low_enough")
def attend(q, k, v, may_look=None):
    scores = q @ k.T / np.sqrt(q.shape[-1])
    if may_look is not None:
        scores = np.where(may_look, scores, -100)
    return softmax(scores) @ v


@wrong("twice")
def attend(q, k, v, may_look=None):
    weights = attention_pattern(q, k) if may_look is None else masked_pattern(q, k, may_look)
    return softmax(weights) @ v


@wrong("mask_transposed")
def attend(q, k, v, may_look=None):
    weights = attention_pattern(q, k) if may_look is None else masked_pattern(q, k, may_look.T)
    return weights @ v


@wrong("scaled_by_d")
def attend(q, k, v, may_look=None):
    scores = q @ k.T / np.sqrt(q.shape[-1])
    if may_look is not None:
        scores = np.where(may_look, scores, -np.inf)
    return softmax(scores / np.sqrt(q.shape[-1])) @ v


@wrong()
def attend(q, k, v, may_look=None):
    s = q @ k.T / np.sqrt(q.shape[-1])
    if may_look:
        s = np.where(may_look, s, -np.inf)
    e = np.exp(s - s.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True) @ v


@wrong("shared_again")
def attend(q, k, v, may_look=None):
    s = q @ k.T / np.sqrt(q.shape[-1])
    e = np.exp(s - s.max(-1, keepdims=True))
    w = e / e.sum(-1, keepdims=True)
    if may_look is not None:
        w = w * may_look
        w = w / w.sum(-1, keepdims=True)
    return w @ v


@wrong("mask_ignored", "not_shared")
def attend(q, k, v, may_look=None):
    w = q @ k.T / np.sqrt(q.shape[-1])
    e = np.exp(w - w.max(-1, keepdims=True))
    return e @ v


@wrong("stretched")
def add_to_stream(x, update):
    return x + np.broadcast_to(update, x.shape)


# ---- written from the sheet alone ----------------------------------------------------------------------------------------


@wrong("turned")
def value_update(x, weights, W_v):
    return (weights @ x @ W_v).T


@wrong("summed_over_takers")
def value_update(x, weights, W_v):
    v = x @ W_v
    # every value, times how much it counts
    contributions = weights[:, :, None] * v[None, :, :]
    return contributions.sum(axis=0)


@wrong("alone_left_out")
def value_update(x, weights, W_v):
    if len(x) == 1:
        return x  # nobody to take anything from
    return weights @ x @ W_v


@wrong("pattern_behind")
def value_update(x, weights, W_v):
    return (x @ W_v) @ weights


@wrong("value_in_front")
def value_update(x, weights, W_v):
    return weights @ (W_v @ x)


@wrong("last_token")
def value_update(x, weights, W_v):
    return (weights @ (x @ W_v))[-1]


@wrong("columns_shared")
def value_update(x, weights, W_v):
    w = weights / weights.sum(axis=0)
    return w @ (x @ W_v)


@wrong("no_weights")
def value_update(x, weights, W_v):
    v = x @ W_v
    out = np.zeros(x.shape)
    for i in range(len(x)):
        for j in range(len(x)):
            out[i] += weights[i, j] * v[i]
    return out


@wrong("pattern_transposed")
def value_update(x, weights, W_v):
    v = x @ W_v
    out = np.zeros_like(v)
    for i in range(len(x)):
        for j in range(len(x)):
            out[i] += weights[j, i] * v[j]
    return out


@wrong("entry_by_entry")
def low_rank_value(x, W_down, W_up):
    down = x @ W_down
    return down * W_up


@wrong("first_token")
def low_rank_value(x, W_down, W_up):
    return x[0] @ W_down @ W_up


@wrong("in_front")
def low_rank_value(x, W_down, W_up):
    W_v = W_down @ W_up
    return W_v @ x


@wrong("absolute")
def low_rank_value(x, W_down, W_up):
    return np.abs(x @ W_down) @ W_up


@wrong("one_direction")
def low_rank_value(x, W_down, W_up):
    return x @ W_down[:, :1] @ W_up[:1]


@wrong("softmax_at_the_end")
def low_rank_value(x, W_down, W_up):
    return softmax(x @ W_down @ W_up)


@wrong("last_direction")
def low_rank_value(x, W_down, W_up):
    total = np.zeros_like(x)
    for d in range(W_down.shape[1]):
        total[:] = np.outer(x @ W_down[:, d], W_up[d])
    return total


@wrong("length_one")
def low_rank_value(x, W_down, W_up):
    narrow = x @ W_down
    narrow = narrow / np.linalg.norm(narrow, axis=-1, keepdims=True)
    return narrow @ W_up


@wrong("no_sentence")
def add_to_stream(x, update):
    if x.shape != update.shape:
        raise ValueError
    return x + update


@wrong("no_sentence")
def add_to_stream(x, update):
    if x.shape != update.shape:
        raise ValueError("Error!")
    return x + update


@wrong("refuses_one_row")
def add_to_stream(x, update):
    if update.shape[0] == 1:
        raise ValueError("the update has one row, numpy would stretch it over the stream")
    if x.shape != update.shape:
        raise ValueError(f"shapes differ: {x.shape} and {update.shape}")
    return x + update


@wrong("both_must_differ")
def add_to_stream(x, update):
    if x.shape[0] != update.shape[0] and x.shape[1] != update.shape[1]:
        raise ValueError(f"shapes differ: {x.shape} and {update.shape}")
    return x + update


@wrong("larger_checked")
def add_to_stream(x, update):
    if update.shape > x.shape:
        raise ValueError(f"the update {update.shape} is too large for {x.shape}")
    return x + update


@wrong("stream_stretched")
def add_to_stream(x, update):
    result = x + update
    if result.shape != update.shape:
        raise ValueError(f"the sum has shape {result.shape}, but the update {update.shape}")
    return result


@wrong("rows_with_columns")
def add_to_stream(x, update):
    if x.shape[0] != update.shape[1]:
        raise ValueError(f"shapes differ: {x.shape}, {update.shape}")
    return x + update


@wrong("size_checked")
def add_to_stream(x, update):
    if sum(x.shape) != sum(update.shape):
        raise ValueError(f"shapes differ: {x.shape}, {update.shape}")
    return x + update


@wrong("reshaped")
def add_to_stream(x, update):
    if x.shape != update.shape:
        update = update.reshape(x.shape)
    return x + update


@wrong("smaller_checked")
def add_to_stream(x, update):
    if x.shape > update.shape:
        raise ValueError(f"shapes differ: {x.shape}, {update.shape}")
    return x + update


@wrong("refuses_all")
def add_to_stream(x, update):
    if x.shape is not update.shape:
        raise ValueError(f"shapes differ: {x.shape}, {update.shape}")
    return x + update


@wrong("square_when_none")
def attend(q, k, v, may_look=None):
    if may_look is None:
        may_look = np.ones((len(q), len(q)), dtype=bool)
    return masked_pattern(q, k, may_look) @ v


@wrong("keys_not_turned")
def attend(q, k, v, may_look=None):
    scores = q @ k / np.sqrt(q.shape[-1])
    if may_look is not None:
        scores = np.where(may_look, scores, -np.inf)
    return softmax(scores) @ v


@wrong("zero_times_inf")
def attend(q, k, v, may_look=None):
    scores = q @ k.T / np.sqrt(q.shape[-1])
    if may_look is not None:
        scores = scores + (1 - may_look) * -np.inf
    return softmax(scores) @ v


@wrong("causal_on_top")
def attend(q, k, v, may_look=None):
    causal = np.tri(q.shape[0], k.shape[0], dtype=bool)
    if may_look is not None:
        causal = causal & may_look
    return masked_pattern(q, k, causal) @ v


@wrong("mask_square")
def attend(q, k, v, may_look=None):
    scores = q @ k.T / np.sqrt(q.shape[-1])
    if may_look is not None:
        bias = np.zeros((len(q), len(q)))
        bias[~may_look] = -np.inf
        scores = scores + bias
    return softmax(scores) @ v


@wrong("mask_ignored")
def attend(q, k, v, may_look=None):
    scores = q @ k.T / np.sqrt(q.shape[-1])
    if may_look is not None:
        np.where(may_look, scores, -np.inf)
    return softmax(scores) @ v


@wrong("hidden_10000")
def attend(q, k, v, may_look=None):
    s = q @ k.T / np.sqrt(q.shape[-1])
    if may_look is not None:
        s = s - 1e4 * ~may_look
    return softmax(s) @ v


@wrong("hidden_10")
def attend(q, k, v, may_look=None):
    s = q @ k.T / np.sqrt(q.shape[-1])
    if may_look is not None:
        s = np.where(may_look, s, -10)
    return softmax(s) @ v


@wrong("scaled_by_queries")
def attend(q, k, v, may_look=None):
    s = q @ k.T / np.sqrt(q.shape[0])
    if may_look is not None:
        s = np.where(may_look, s, -np.inf)
    return softmax(s) @ v


@wrong("one_maximum")
def attend(q, k, v, may_look=None):
    s = q @ k.T / np.sqrt(q.shape[-1])
    if may_look is not None:
        s = np.where(may_look, s, -np.inf)
    e = np.exp(s - s.max())
    return e / e.sum(axis=-1, keepdims=True) @ v


@wrong("no_keepdims")
def attend(q, k, v, may_look=None):
    s = q @ k.T / np.sqrt(q.shape[-1])
    if may_look is not None:
        s = np.where(may_look, s, -np.inf)
    e = np.exp(s - s.max(-1, keepdims=True))
    return e / e.sum(axis=-1) @ v


@wrong("inf_after_softmax")
def attend(q, k, v, may_look=None):
    weights = attention_pattern(q, k)
    if may_look is not None:
        weights = np.where(may_look, weights, -np.inf)
    return weights @ v


@wrong("entry_by_entry")
def attend(q, k, v, may_look=None):
    weights = attention_pattern(q, k) if may_look is None else masked_pattern(q, k, may_look)
    return weights * v


@wrong("keys_are_values")
def attend(q, k, v, may_look=None):
    weights = attention_pattern(q, v) if may_look is None else masked_pattern(q, v, may_look)
    return weights @ v


@wrong("used_q")
def attend(q, k, v, may_look=None):
    weights = attention_pattern(q, k) if may_look is None else masked_pattern(q, k, may_look)
    return weights @ q


@wrong("pattern_if_masked")
def attend(q, k, v, may_look=None):
    if may_look is None:
        return attention_pattern(q, k) @ v
    return masked_pattern(q, k, may_look)


@wrong("mask_added")
def attend(q, k, v, may_look=None):
    s = q @ k.T / np.sqrt(q.shape[-1])
    if may_look is not None:
        s = s + may_look
    return softmax(s) @ v


@wrong("square_loop")
def attend(q, k, v, may_look=None):
    s = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        for j in range(len(q)):
            s[i, j] = q[i] @ k[j] / np.sqrt(q.shape[-1])
    if may_look is not None:
        s = np.where(may_look, s, -np.inf)
    return softmax(s) @ v


@wrong("only_causal")
def attend(q, k, v, may_look=None):
    s = q @ k.T / np.sqrt(q.shape[-1])
    s = np.where(np.tri(len(q), len(k), dtype=bool), s, -np.inf)
    return softmax(s) @ v


@wrong("hidden_1000")
def attend(q, k, v, may_look=None):
    s = q @ k.T / np.sqrt(q.shape[-1])
    if may_look is not None:
        s = np.where(may_look, s, -1000)
    return softmax(s) @ v


@wrong("softmax_at_the_end")
def attend(q, k, v, may_look=None):
    w = attention_pattern(q, k) if may_look is None else masked_pattern(q, k, may_look)
    return softmax(w @ v)


@wrong("flat_stretched")
def add_to_stream(x, update):
    if any(a != b for a, b in zip(x.shape, update.shape)):  # noqa: B905
        raise ValueError(f"{x.shape} and {update.shape} are not equal")
    return x + update


@wrong("mask_loop_square")
def attend(q, k, v, may_look=None):
    scores, T = q @ k.T / np.sqrt(q.shape[-1]), len(q)
    if may_look is not None:
        for i in range(T):
            for j in range(T):
                if not may_look[i, j]:
                    scores[i, j] = -np.inf
    return softmax(scores) @ v


@wrong("whole_numbers")
def attend(q, k, v, may_look=None):
    out = np.zeros((len(q), v.shape[1]), dtype=v.dtype)
    weights = attention_pattern(q, k) if may_look is None else masked_pattern(q, k, may_look)
    for i in range(len(q)):
        out[i] = weights[i] @ v
    return out


@wrong("not_shared_plain")
def attend(q, k, v, may_look=None):
    scores = q @ k.T / np.sqrt(q.shape[-1])
    if may_look is not None:
        scores = np.where(may_look, scores, -np.inf)
    return np.exp(scores) @ v


@wrong("sign_of_infinity")
def attend(q, k, v, may_look=None):
    scores = q @ k.T / np.sqrt(q.shape[-1])
    if may_look is not None:
        scores = np.where(may_look, scores, np.inf)
    return softmax(scores) @ v


@wrong("softmax_of_shares")
def attend(q, k, v, may_look=None):
    weights = attention_pattern(q, k)
    if may_look is not None:
        weights[~may_look] = -np.inf
        weights = softmax(weights)
    return weights @ v


@wrong("relu_at_the_end")
def value_update(x, weights, W_v):
    return np.maximum(weights @ (x @ W_v), 0)


@wrong("averaged")
def value_update(x, weights, W_v):
    mean = (weights @ (x @ W_v)).mean(axis=0)
    return np.tile(mean, (len(x), 1))


@wrong("own_value_added")
def value_update(x, weights, W_v):
    v = x @ W_v
    return v + weights @ v


@wrong("scaled")
def value_update(x, weights, W_v):
    return weights @ (x @ W_v) / np.sqrt(x.shape[1])


@wrong("value_twice")
def value_update(x, weights, W_v):
    v = x @ W_v
    return weights @ v @ W_v


@wrong("pattern_twice")
def value_update(x, weights, W_v):
    return weights @ weights @ (x @ W_v)


@wrong("last_token")
def low_rank_value(x, W_down, W_up):
    return (x @ W_down @ W_up)[-1]


@wrong("divided_by_tokens")
def low_rank_value(x, W_down, W_up):
    return x @ W_down @ W_up / len(x)


@wrong("runtime_error")
def add_to_stream(x, update):
    if x.shape != update.shape:
        raise RuntimeError(f"shapes differ: {x.shape} {update.shape}")
    return x + update


@wrong("relu")
def add_to_stream(x, update):
    if x.shape != update.shape:
        raise ValueError(f"shapes differ: {x.shape} {update.shape}")
    return np.maximum(x + update, 0)


@wrong("flat")
def add_to_stream(x, update):
    if x.shape != update.shape:
        raise ValueError(f"shapes differ: {x.shape} {update.shape}")
    return [a + b for a, b in zip(x.ravel(), update.ravel())]


@wrong("no_scale_with_a_mask")
def attend(q, k, v, may_look=None):
    if may_look is None:
        return softmax(q @ k.T / np.sqrt(q.shape[1])) @ v
    return softmax(np.where(may_look, q @ k.T, -np.inf)) @ v


@wrong("alike_if_none")
def attend(q, k, v, may_look=None):
    w = masked_pattern(q, k, may_look) if may_look is not None else np.ones((len(q), len(k))) / len(k)
    return w @ v


@wrong("cosines")
def attend(q, k, v, may_look=None):
    q = q / np.linalg.norm(q, axis=-1, keepdims=True)
    k = k / np.linalg.norm(k, axis=-1, keepdims=True)
    s = q @ k.T
    if may_look is not None:
        s = np.where(may_look, s, -np.inf)
    return softmax(s) @ v


@wrong("mask_if_square")
def attend(q, k, v, may_look=None):
    s = q @ k.T / np.sqrt(q.shape[1])
    if may_look is not None and len(q) == len(k):
        s = np.where(may_look, s, -np.inf)
    return softmax(s) @ v


@wrong("no_scale_without_a_mask")
def attend(q, k, v, may_look=None):
    if may_look is None:
        return softmax(q @ k.T) @ v
    return masked_pattern(q, k, may_look) @ v


@right
def add_to_stream(x, update):
    if x.shape != update.shape:
        raise ValueError("Shapes differ!")
    return x + update
