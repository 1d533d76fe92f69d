import math

import numpy as np

from course_lib.attention.numpy_attention import attention_scores, scale_scores, softmax
from tests.bank import right, wrong

# ---- causal_mask ---------------------------------------------------------------------------------------------------


@right
def causal_mask(T):
    return np.tril(np.ones((T, T))) == 1


@right
def causal_mask(T):
    return np.arange(T)[:, None] >= np.arange(T)[None, :]


@right
def causal_mask(T):
    return [[j <= i for j in range(T)] for i in range(T)]


@right
def causal_mask(T):
    mask = np.zeros((T, T))
    for i in range(T):
        mask[i, : i + 1] = 1
    return mask


@right
def causal_mask(T):
    import torch

    return torch.ones(T, T).tril().bool()


@right
def causal_mask(T):
    return ~np.triu(np.ones((T, T), dtype=bool), k=1)


@right
def causal_mask(T):
    return np.array([[True] * (i + 1) + [False] * (T - i - 1) for i in range(T)])


@wrong("upside_down")
def causal_mask(T):
    return np.triu(np.ones((T, T), dtype=bool))


@wrong("no_diagonal")
def causal_mask(T):
    return np.tril(np.ones((T, T)), k=-1)


@wrong("no_diagonal")
def causal_mask(T):
    return [[j < i for j in range(T)] for i in range(T)]


@wrong("too_wide")
def causal_mask(T):
    return np.tri(T, k=1, dtype=bool)


@wrong("shows_the_future")
def causal_mask(T):
    return np.triu(np.ones((T, T)), k=1).astype(bool)


@wrong("minus_infinity")
def causal_mask(T):
    mask = np.zeros((T, T))
    mask[np.triu_indices(T, 1)] = -np.inf
    return mask


@wrong("no_mask")
def causal_mask(T):
    return np.ones((T, T), dtype=bool)


@wrong("only_itself")
def causal_mask(T):
    return np.eye(T, dtype=bool)


@wrong("mirrored")
def causal_mask(T):
    return np.fliplr(np.tri(T, dtype=bool))


@wrong("shared_out")
def causal_mask(T):
    return np.tri(T) / np.tri(T).sum(axis=1, keepdims=True)


@wrong("too_small")
def causal_mask(T):
    return np.tri(T - 1, dtype=bool)


@wrong("too_wide", "minus_infinity")
def causal_mask(T):
    return np.where(np.tri(T, k=1) == 1, 0, -np.inf)


@wrong("counts")
def causal_mask(T):
    mask = np.zeros((T, T))
    for i in range(T):
        for j in range(i + 1):
            mask[i, j] = i - j + 1
    return mask


@wrong()
def causal_mask(T):
    return np.tril(np.full((T, T), True), k=T)[::2]


@wrong()
def causal_mask(T):
    return np.tri(3, dtype=bool)


@wrong("minus_billion")
def causal_mask(T):
    return np.triu(np.ones((T, T)) * -1e9, k=1)


@wrong()
def causal_mask(T):
    i = np.arange(T)[:, None]
    j = np.arange(T)[None]
    return j <= i and j >= 0


# ---- masked_pattern ------------------------------------------------------------------------------------------------


@right
def masked_pattern(q, k, may_look):
    scores = q @ k.T / np.sqrt(q.shape[1])
    scores[~may_look] = -np.inf
    weights = np.exp(scores - scores.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


@right
def masked_pattern(q, k, may_look):
    scores = np.where(may_look, q @ k.T / q.shape[-1] ** 0.5, -1e9)
    return softmax(scores)


@right
def masked_pattern(q, k, may_look):
    return softmax(scale_scores(attention_scores(q, k), q.shape[-1]) + np.where(may_look, 0, -np.inf))


@right
def masked_pattern(q, k, may_look):
    rows = []
    for i in range(len(q)):
        allowed = [j for j in range(len(k)) if may_look[i, j]]
        scores = [q[i] @ k[j] / math.sqrt(len(q[i])) for j in allowed]
        exps = [math.exp(score - max(scores)) for score in scores]
        rows.append([exps[allowed.index(j)] / sum(exps) if j in allowed else 0.0 for j in range(len(k))])
    return rows


@right
def masked_pattern(q, k, may_look):
    import torch

    scores = torch.tensor(q) @ torch.tensor(k).T / q.shape[-1] ** 0.5
    return scores.masked_fill(~torch.tensor(may_look), float("-inf")).softmax(dim=-1)


@right
def masked_pattern(q, k, may_look):
    scores = np.einsum("id,jd->ij", q, k).astype(np.float32) / np.float32(math.sqrt(q.shape[-1]))
    scores = np.ma.array(scores, mask=~may_look).filled(-np.inf)
    return softmax(scores)


@right
def masked_pattern(q, k, may_look):
    scores = np.where(may_look, q @ k.T, -np.inf) / q.shape[-1] ** 0.5
    exps = np.exp(scores - scores.max(-1)[:, None]) * may_look
    return exps / exps.sum(-1)[:, None]


@wrong("zero_before")
def masked_pattern(q, k, may_look):
    return softmax(np.where(may_look, q @ k.T / q.shape[-1] ** 0.5, 0))


@wrong("zero_after")
def masked_pattern(q, k, may_look):
    return np.where(may_look, softmax(q @ k.T / q.shape[-1] ** 0.5), 0)


@wrong("shared_again")
def masked_pattern(q, k, may_look):
    weights = softmax(q @ k.T / q.shape[-1] ** 0.5) * may_look
    return weights / weights.sum(axis=-1, keepdims=True)


@wrong("inverted")
def masked_pattern(q, k, may_look):
    return softmax(np.where(may_look, -np.inf, scale_scores(q @ k.T, q.shape[-1])))


@wrong("no_mask")
def masked_pattern(q, k, may_look):
    scores = q @ k.T / q.shape[-1] ** 0.5
    np.where(may_look, scores, -np.inf)
    return softmax(scores)


@wrong("own_mask")
def masked_pattern(q, k, may_look):
    scores = q @ k.T / q.shape[-1] ** 0.5
    return softmax(np.where(np.tri(len(q), len(k)) == 1, scores, -np.inf))


@wrong("unscaled")
def masked_pattern(q, k, may_look):
    return softmax(np.where(may_look, q @ k.T, -np.inf))


@wrong("by_d")
def masked_pattern(q, k, may_look):
    return softmax(np.where(may_look, q @ k.T / q.shape[1], -np.inf))


@wrong("columns")
def masked_pattern(q, k, may_look):
    scores = np.where(may_look, scale_scores(q @ k.T, q.shape[-1]), -np.inf)
    exps = np.exp(scores - scores.max(axis=0))
    return exps / exps.sum(axis=0)


@wrong("whole_table")
def masked_pattern(q, k, may_look):
    scores = np.where(may_look, scale_scores(q @ k.T, q.shape[-1]), -np.inf)
    exps = np.exp(scores - scores.max())
    return exps / exps.sum()


@wrong("overflow")
def masked_pattern(q, k, may_look):
    scores = np.where(may_look, scale_scores(q @ k.T, q.shape[-1]), -np.inf)
    return np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)


@wrong("no_softmax")
def masked_pattern(q, k, may_look):
    return np.where(may_look, q @ k.T / np.sqrt(q.shape[-1]), -np.inf)


@wrong("unscaled", "zero_after")
def masked_pattern(q, k, may_look):
    return softmax(q @ k.T) * may_look


@wrong("zero_before", "overflow")
def masked_pattern(q, k, may_look):
    scores = q @ k.T / np.sqrt(q.shape[-1]) * may_look
    return np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)


@wrong("only_one_less")
def masked_pattern(q, k, may_look):
    return softmax(q @ k.T / np.sqrt(q.shape[-1]) + may_look)


@wrong()  # 0 · ∞ is NaN
def masked_pattern(q, k, may_look):
    with np.errstate(invalid="ignore"):
        scores = q @ k.T / np.sqrt(q.shape[-1]) + (1 - may_look) * -np.inf
        exps = np.exp(scores - scores.max(-1, keepdims=True))
        return exps / exps.sum(-1, keepdims=True)


@wrong("minus_five")
def masked_pattern(q, k, may_look):
    return softmax(np.where(may_look, q @ k.T / np.sqrt(q.shape[-1]), -5))


@wrong()
def masked_pattern(q, k, may_look):
    scores = q @ k.T / np.sqrt(q.shape[-1])
    return softmax(scores[may_look])


# ---- leaks ---------------------------------------------------------------------------------------------------------


@right
def leaks(f, x, position):
    other = np.array(x)
    other[position + 1 :] = np.random.default_rng(0).normal(size=other[position + 1 :].shape)
    return bool((abs(f(x) - f(other))[: position + 1] > 1e-6).any())


@right
def leaks(f, x, position):
    other = x.copy()
    other[position + 1 :] = np.random.default_rng(3).uniform(-5, 5, size=(len(x) - position - 1, x.shape[1]))
    return not np.array_equal(f(x)[: position + 1].round(6), f(other)[: position + 1].round(6))


@right
def leaks(f, x, position):
    rng = np.random.default_rng(1)
    for j in range(position + 1, len(x)):
        changed = x.copy()
        changed[j] += rng.normal(size=x.shape[1])
        if not np.allclose(f(changed)[: position + 1], f(x)[: position + 1]):
            return True
    return False


@right
def leaks(f, x, position):
    before = f(x)
    changed = np.concatenate([x[: position + 1], np.random.randn(*x[position + 1 :].shape)])
    after = f(changed)
    return any(not np.allclose(before[i], after[i]) for i in range(position + 1))


@right
def leaks(f, x, position):
    changed = np.where((np.arange(len(x)) > position)[:, None], np.random.default_rng(0).normal(size=x.shape), x)
    return np.abs(f(changed) - f(x))[: position + 1].max() > 1e-9


@wrong("compares_all")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] = np.random.default_rng(0).normal(size=changed[position + 1 :].shape)
    return not np.allclose(f(x), f(changed))


@wrong("compares_last")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] = np.random.default_rng(0).normal(size=changed[position + 1 :].shape)
    return not np.allclose(f(x)[-1], f(changed)[-1])


@wrong("changes_itself")
def leaks(f, x, position):
    changed = x.copy()
    changed[position:] = np.random.default_rng(0).normal(size=changed[position:].shape)
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("changes_earlier")
def leaks(f, x, position):
    changed = x.copy()
    changed[: position + 1] = np.random.default_rng(0).normal(size=changed[: position + 1].shape)
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("nothing_changed", "mutates_input")
def leaks(f, x, position):
    changed = x
    changed[position + 1 :] = np.random.default_rng(0).normal(size=changed[position + 1 :].shape)
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("mutates_input")
def leaks(f, x, position):
    before = f(x).copy()
    x[position + 1 :] = np.random.default_rng(0).normal(size=x[position + 1 :].shape)
    return not np.allclose(before[: position + 1], f(x)[: position + 1])


@wrong("compares_before")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] = np.random.default_rng(0).normal(size=changed[position + 1 :].shape)
    return not np.allclose(f(x)[:position], f(changed)[:position])


@wrong("changes_itself", "compares_before")
def leaks(f, x, position):
    changed = x.copy()
    changed[position:] = np.random.default_rng(0).normal(size=changed[position:].shape)
    return not np.allclose(f(x)[:position], f(changed)[:position])


@wrong("compares_one")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] = np.random.randn(len(x) - position - 1, x.shape[1])
    return not np.allclose(f(x)[position], f(changed)[position])


@wrong("only_the_last")
def leaks(f, x, position):
    changed = x.copy()
    changed[-1] = np.random.default_rng(0).normal(size=x.shape[1])
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("next_is_missing")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1] = np.random.default_rng(0).normal(size=x.shape[1])
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("negated")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] = np.random.default_rng(0).normal(size=changed[position + 1 :].shape)
    return np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("nan")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] = np.nan
    return np.isnan(f(changed)[: position + 1]).any()


@wrong("sums")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] = np.random.default_rng(0).normal(size=changed[position + 1 :].shape)
    return not np.isclose(f(x)[: position + 1].sum(), f(changed)[: position + 1].sum())


@wrong("entry_by_entry")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] = np.random.default_rng(0).normal(size=changed[position + 1 :].shape)
    return ~np.isclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("compares_with_x")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] = np.random.default_rng(0).normal(size=changed[position + 1 :].shape)
    return not np.allclose(x[: position + 1], f(changed)[: position + 1])


@wrong("only_the_next")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 : position + 2] = np.random.default_rng(0).normal(
        size=changed[position + 1 : position + 2].shape
    )
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("turned_around")
def leaks(f, x, position):
    return not np.allclose(f(x[::-1])[: position + 1], f(x)[: position + 1])


@wrong()
def leaks(f, x, position):
    pattern = f(x)
    return not np.allclose(pattern, np.tril(pattern))


# ---- sliding_window_mask -------------------------------------------------------------------------------------------


@right
def sliding_window_mask(T, window):
    return np.tri(T, dtype=bool) & ~np.tri(T, k=-window, dtype=bool)


@right
def sliding_window_mask(T, window):
    return [[i - window < j <= i for j in range(T)] for i in range(T)]


@right
def sliding_window_mask(T, window):
    mask = np.zeros((T, T), dtype=bool)
    for i in range(T):
        mask[i, max(0, i - window + 1) : i + 1] = True
    return mask


@right
def sliding_window_mask(T, window):
    distance = np.subtract.outer(np.arange(T), np.arange(T))
    return np.logical_and(distance >= 0, distance <= window - 1).astype(np.float32)


@right
def sliding_window_mask(T, window):
    return np.triu(np.tril(np.ones((T, T))), k=1 - window)


@right
def sliding_window_mask(T, window):
    return sum(np.eye(T, k=-step) for step in range(window))


@right
def sliding_window_mask(T, window):
    import torch

    return torch.ones(T, T).tril().triu(1 - window) > 0


@wrong("one_too_many")
def sliding_window_mask(T, window):
    return np.triu(np.tri(T), k=-window)


@wrong("one_too_few")
def sliding_window_mask(T, window):
    return np.tri(T, dtype=bool) & ~np.tri(T, k=-window + 1, dtype=bool)


@wrong("not_causal")
def sliding_window_mask(T, window):
    return abs(np.arange(T)[:, None] - np.arange(T)) < window


@wrong("no_causal")
def sliding_window_mask(T, window):
    return np.arange(T)[:, None] - np.arange(T) < window


@wrong("no_window")
def sliding_window_mask(T, window):
    return np.tri(T, dtype=bool)


@wrong("moved_back")
def sliding_window_mask(T, window):
    return [[i - window <= j < i for j in range(T)] for i in range(T)]


@wrong("no_itself")
def sliding_window_mask(T, window):
    return [[i - window < j < i for j in range(T)] for i in range(T)]


@wrong("outside")
def sliding_window_mask(T, window):
    return np.tri(T, k=-window, dtype=bool)


@wrong("one_diagonal")
def sliding_window_mask(T, window):
    return np.eye(T, k=1 - window, dtype=bool)


@wrong("first_ones")
def sliding_window_mask(T, window):
    mask = np.tri(T, dtype=bool)
    mask[:, window:] = False
    return mask


@wrong("looks_forward")
def sliding_window_mask(T, window):
    return [[i <= j < i + window for j in range(T)] for i in range(T)]


@wrong("shows_the_rest")
def sliding_window_mask(T, window):
    return ~np.array([[i - window < j <= i for j in range(T)] for i in range(T)])


@wrong("half_each_side")
def sliding_window_mask(T, window):
    return abs(np.arange(T)[:, None] - np.arange(T)) <= window // 2


@wrong("blocks")
def sliding_window_mask(T, window):
    return [[j <= i and i // window == j // window for j in range(T)] for i in range(T)]


@wrong("negative_start")
def sliding_window_mask(T, window):
    mask = np.tri(T, dtype=bool)
    for i in range(T):
        mask[i, : i - window + 1] = False
    return mask


@wrong()
def sliding_window_mask(T, window):
    return np.tri(T, dtype=bool)[-window:]


# ---- found by a reader -------------------------------------------------------------------------------------------------


@wrong("by_T_query")
def masked_pattern(q, k, may_look):
    scores = attention_scores(q, k) / math.sqrt(len(q))
    return softmax(np.where(may_look, scores, -np.inf))


@wrong("by_d")
def masked_pattern(q, k, may_look):
    scores = scale_scores(scale_scores(attention_scores(q, k), q.shape[-1]), q.shape[-1])
    return softmax(np.where(may_look, scores, -np.inf))


@wrong("only_lowered")
def masked_pattern(q, k, may_look):
    scores = scale_scores(attention_scores(q, k), q.shape[-1])
    return softmax(scores + np.log(may_look + 1e-9))


@wrong()
def masked_pattern(q, k, may_look):
    from course_lib.attention.numpy_attention import softmax

    s = q @ k.T / np.sqrt(q.shape[1])
    if may_look:
        return softmax(s)
    return softmax(-np.inf)


@wrong("infinity_after")
def masked_pattern(q, k, may_look):
    from course_lib.attention.numpy_attention import softmax

    s = q @ k.T / np.sqrt(q.shape[1])
    w = softmax(s)
    w[~may_look] = -np.inf
    return w


@wrong("nan_left")
def masked_pattern(q, k, may_look):

    s = q @ k.T / np.sqrt(q.shape[1])
    s[~may_look] = np.nan
    e = np.exp(s - np.nanmax(s, -1, keepdims=True))
    return e / np.nansum(e, -1, keepdims=True)


@wrong("scaled_after")
def masked_pattern(q, k, may_look):
    from course_lib.attention.numpy_attention import softmax

    s = np.where(may_look, q @ k.T, -np.inf)
    return softmax(s) / np.sqrt(q.shape[1])


@wrong("lowest_score")
def masked_pattern(q, k, may_look):
    from course_lib.attention.numpy_attention import softmax

    s = q @ k.T / np.sqrt(q.shape[1])
    return softmax(np.where(may_look, s, s.min()))


@wrong("infinity_after")
def masked_pattern(q, k, may_look):
    from course_lib.attention.numpy_attention import softmax

    s = q @ k.T / np.sqrt(q.shape[1])
    return np.where(may_look, softmax(s), -np.inf)


@wrong("constant_added", "only_large")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] += 1
    return abs(f(x) - f(changed))[: position + 1].max() > 0.5


@wrong("nan")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] = np.inf
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("nothing_changed")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] += 1e-9
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("cut_off")
def leaks(f, x, position):
    return not np.allclose(f(x)[: position + 1], f(x[: position + 1]))


@wrong()
def leaks(f, x, position):
    y = x.copy()
    y[position + 1 :] = 0
    if f(x)[: position + 1] == f(y)[: position + 1]:
        return False
    return True


@wrong()
def leaks(f, x, position):
    y = x.copy()
    y[position + 1 :] += 1
    return (f(x)[: position + 1] - f(y)[: position + 1]).sum() != 0


@wrong("constant_added", "how_far")
def leaks(f, x, position):
    y = x.copy()
    y[position + 1 :] += 1
    d = abs(f(x) - f(y))[: position + 1]
    return d.max()


@wrong("negative_start")
def sliding_window_mask(T, window):
    mask = np.zeros((T, T), dtype=bool)
    for i in range(T):
        mask[i, i - window + 1 : i + 1] = True
    return mask


@wrong("first_rows_empty")
def sliding_window_mask(T, window):
    mask = np.zeros((T, T), dtype=bool)
    for i in range(window - 1, T):
        mask[i, i - window + 1 : i + 1] = True
    return mask


@wrong("last_columns")
def sliding_window_mask(T, window):
    mask = np.tri(T, dtype=bool)
    mask[:, :-window] = False
    return mask


@wrong("either")
def sliding_window_mask(T, window):
    distance = np.arange(T)[:, None] - np.arange(T)
    return (distance >= 0) | (distance < window)


@wrong()
def sliding_window_mask(T, window):
    i, j = np.arange(T)[:, None], np.arange(T)
    return (j <= i) and (i - j < window)


@wrong()
def sliding_window_mask(T, window):
    i, j = np.arange(T)[:, None], np.arange(T)
    return i - window < j <= i


# ---- answers that taught the table something -------------------------------------------------------------------------


@right
def leaks(f, x, position):
    before = f(x)[: position + 1]
    for seed in range(3):
        changed = x.copy()
        changed[position + 1 :] += np.random.default_rng(seed).standard_normal(changed[position + 1 :].shape)
        if np.abs(f(changed)[: position + 1] - before).max() > 1e-8:
            return True
    return False


@right
def leaks(f, x, position):
    T, C = x.shape
    changed = np.vstack([x[: position + 1], 10 * np.random.randn(T - position - 1, C)])
    return any(abs(a - b) > 1e-7 for row, other in zip(f(x)[: position + 1], f(changed)) for a, b in zip(row, other))


@wrong("no_mask")
def causal_mask(T):
    mask = [[False] * T] * T  # one row, T times
    for i in range(T):
        for j in range(i + 1):
            mask[i][j] = True
    return mask


@wrong("first_row_sees_all")
def causal_mask(T):
    i, j = np.indices((T, T))
    return (j <= i) | (i == 0)


@wrong("first_row_empty")
def causal_mask(T):
    mask = np.zeros((T, T), dtype=bool)
    for i in range(1, T):
        mask[i, : i + 1] = True
    return mask


@wrong("last_row_empty")
def causal_mask(T):
    mask = np.zeros((T, T), dtype=bool)
    for i in range(T - 1):
        mask[i, : i + 1] = True
    return mask


@wrong("first_row_filled")
def causal_mask(T):
    mask = np.zeros((T, T), dtype=bool)
    for i in range(T):
        mask[i, : i + 1] = True
        return mask


@wrong("first_row_only")
def causal_mask(T):
    rows = []
    for i in range(T):
        rows.append([j <= i for j in range(T)])
        return rows


@wrong("two_only")
def causal_mask(T):
    i, j = np.indices((T, T))
    return (j <= i) & (i - j <= 1)


@wrong("both_neighbours")
def causal_mask(T):
    return [[abs(i - j) <= 1 for j in range(T)] for i in range(T)]


@wrong("minus_ten_thousand")
def causal_mask(T):
    return np.where(np.tri(T) == 1, 0, -10_000)


@wrong("minus_ten")
def masked_pattern(q, k, may_look):
    scores = scale_scores(attention_scores(q, k), q.shape[-1])
    return softmax(np.where(may_look, scores, -10.0))


@wrong("minus_a_thousand")
def masked_pattern(q, k, may_look):
    scores = scale_scores(attention_scores(q, k), q.shape[-1])
    scores[~may_look] = -1000
    return softmax(scores)


@wrong("lowered_by_ten_thousand")
def masked_pattern(q, k, may_look):
    return softmax(scale_scores(attention_scores(q, k), q.shape[-1]) + (1 - may_look) * -10_000)


@wrong("ten_below_the_lowest")
def masked_pattern(q, k, may_look):
    scores = scale_scores(attention_scores(q, k), q.shape[-1])
    return softmax(np.where(may_look, scores, scores.min() - 10))


@wrong("mask_transposed")
def masked_pattern(q, k, may_look):
    scores = scale_scores(attention_scores(q, k), q.shape[-1])
    return softmax(np.where(may_look.T, scores, -np.inf))


@wrong("mask_transposed_by_hand")
def masked_pattern(q, k, may_look):
    scores = np.where(may_look.T, q @ k.T / q.shape[-1] ** 0.5, -np.inf)
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


@wrong("inverted_by_hand")
def masked_pattern(q, k, may_look):
    scores = q @ k.T / q.shape[-1] ** 0.5
    scores[may_look] = -np.inf
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1, keepdims=True)


@wrong("plus_infinity")
def masked_pattern(q, k, may_look):
    scores = scale_scores(attention_scores(q, k), q.shape[-1])
    return softmax(np.where(may_look, scores, np.inf))


@wrong("plus_infinity")
def masked_pattern(q, k, may_look):
    scores = scale_scores(attention_scores(q, k), q.shape[-1])
    return softmax(np.where(may_look, scores, np.nan))


@wrong("nan_hidden")
def masked_pattern(q, k, may_look):
    weights = softmax(scale_scores(attention_scores(q, k), q.shape[-1])) * may_look
    return np.nan_to_num(weights / weights.sum(axis=-1, keepdims=True))


@wrong("shared_again")
def masked_pattern(q, k, may_look):
    scores = scale_scores(attention_scores(q, k), q.shape[-1])
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True)) * may_look
    return exps / exps.sum(axis=-1, keepdims=True)


@wrong("own_square_mask")
def masked_pattern(q, k, may_look):
    scores = scale_scores(attention_scores(q, k), q.shape[-1])
    return softmax(np.where(np.tri(len(q), dtype=bool), scores, -np.inf))


@wrong("both_masks")
def masked_pattern(q, k, may_look):
    scores = scale_scores(attention_scores(q, k), q.shape[-1])
    return softmax(np.where(may_look & np.tri(*scores.shape, dtype=bool), scores, -np.inf))


@wrong("mask_of_queries")
def masked_pattern(q, k, may_look):
    scores = scale_scores(attention_scores(q, k), q.shape[-1])
    for i in range(len(q)):
        for j in range(len(q)):
            if not may_look[i, j]:
                scores[i, j] = -np.inf
    return softmax(scores)


@wrong("masked_between")
def masked_pattern(q, k, may_look):
    weights = softmax(scale_scores(attention_scores(q, k), q.shape[-1]))
    return softmax(np.where(may_look, weights, -np.inf))


@wrong("zero_after", "inverted")
def masked_pattern(q, k, may_look):
    return softmax(scale_scores(attention_scores(q, k), q.shape[-1])) * (1 - may_look)


@wrong("queries_only")
def masked_pattern(q, k, may_look):
    return softmax(np.where(may_look, scale_scores(q @ q.T, q.shape[-1]), -np.inf))


@wrong("sum_without_keepdims")
def masked_pattern(q, k, may_look):
    scores = np.where(may_look, scale_scores(q @ k.T, q.shape[-1]), -np.inf)
    exps = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exps / exps.sum(axis=-1)


@wrong("constant_added")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] += 1.0
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("constant_added")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] += np.random.default_rng(0).normal()
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("constant_added")
def leaks(f, x, position):
    changed = np.concatenate([x[: position + 1], x[position + 1 :] + 100])
    before, after = f(x), f(changed)
    return any(not np.allclose(before[i], after[i]) for i in range(position + 1))


@wrong("constant_put")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] = 999
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("set_to_zero")
def leaks(f, x, position):
    changed = np.zeros_like(x)
    changed[: position + 1] = x[: position + 1]
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("doubled")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] *= 3
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("signs_turned")
def leaks(f, x, position):
    for j in range(position + 1, len(x)):
        changed = x.copy()
        changed[j] *= -1
        if not np.allclose(f(changed)[: position + 1], f(x)[: position + 1]):
            return True
    return False


@wrong("reordered")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] = changed[position + 1 :][::-1]
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("nudged")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] += 1e-7
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("one_row_for_all")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] += np.random.default_rng(2).normal(size=x.shape[1])
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("changes_before")
def leaks(f, x, position):
    changed = x.copy()
    changed[:position] += np.random.default_rng(0).normal(size=changed[:position].shape)
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("compares_one_more")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] = np.random.default_rng(0).normal(size=changed[position + 1 :].shape)
    return not np.allclose(f(x)[: position + 2], f(changed)[: position + 2])


@wrong("exactly")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] = np.random.default_rng(0).normal(size=changed[position + 1 :].shape)
    return not np.array_equal(f(x)[: position + 1], f(changed)[: position + 1])


@wrong("only_over_a_thousandth")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] = np.random.default_rng(0).normal(size=changed[position + 1 :].shape)
    return np.abs(f(x) - f(changed))[: position + 1].max() > 1e-3


@wrong("only_over_a_hundredth")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] = np.random.default_rng(0).normal(size=changed[position + 1 :].shape)
    return not np.allclose(f(x)[: position + 1], f(changed)[: position + 1], atol=0.01)


@wrong("nothing_changed")
def leaks(f, x, position):
    changed = x.copy()
    changed[position + 1 :] = np.random.default_rng(0).normal(size=changed[position + 1 :].shape)
    return not np.allclose(x[: position + 1], changed[: position + 1])


@wrong("rolled")
def sliding_window_mask(T, window):
    mask = np.eye(T, dtype=bool)
    for back in range(1, window):
        mask |= np.roll(np.eye(T, dtype=bool), -back, axis=1)
    return mask


@wrong("wraps_round")
def sliding_window_mask(T, window):
    mask = np.zeros((T, T), dtype=bool)
    for i in range(T):
        for j in range(i - window + 1, i + 1):
            mask[i, j] = True
    return mask


@wrong("either")
def sliding_window_mask(T, window):
    mask = [[False] * T] * T
    for i in range(T):
        for j in range(max(0, i - window + 1), i + 1):
            mask[i][j] = True
    return mask


@wrong("far_outside")
def sliding_window_mask(T, window):
    i, j = np.indices((T, T))
    return (j <= i) & (i - j > window)


@wrong("always_two")
def sliding_window_mask(T, window):
    i, j = np.indices((T, T))
    return (j <= i) & (i - j <= 1)


@wrong("halved")
def sliding_window_mask(T, window):
    i, j = np.indices((T, T))
    return (j <= i) & (i - j < window // 2)


@wrong("slice_without_itself")
def sliding_window_mask(T, window):
    mask = np.zeros((T, T), dtype=bool)
    for i in range(T):
        mask[i, i - window : i] = True
    return mask


@wrong("triangles_added")
def sliding_window_mask(T, window):
    return np.tri(T) + np.tri(T, k=-window)


@wrong("first_row_filled")
def sliding_window_mask(T, window):
    mask = np.zeros((T, T), dtype=bool)
    for i in range(T):
        mask[i, max(0, i - window + 1) : i + 1] = True
        return mask
