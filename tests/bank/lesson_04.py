import math

import numpy as np

from course_lib.attention.numpy_attention import attention_scores
from tests.bank import right, wrong


def _shares(scores, axis=-1):
    exps = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return exps / exps.sum(axis=axis, keepdims=True)


# ---- softmax -------------------------------------------------------------------------------------------------------


@right
def softmax(scores):
    exps = np.exp(scores - np.max(scores, axis=1)[:, None])
    return exps / np.sum(exps, axis=1)[:, None]


@right
def softmax(scores):
    scores = scores - scores.max(axis=-1, keepdims=True)
    return np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)


@right
def softmax(scores):
    table = []
    for row in scores:
        highest = max(row)
        exps = [math.exp(score - highest) for score in row]
        table.append([e / sum(exps) for e in exps])
    return table


@right
def softmax(scores):
    import torch

    return torch.softmax(torch.tensor(scores), dim=-1)


@right
def softmax(scores):
    e = np.exp((scores.T - scores.max(1)).T)
    return (e.T / e.sum(1)).T


@right
def softmax(scores):
    return np.array([np.exp(row - np.logaddexp.reduce(row)) for row in scores])


@right
def softmax(scores):
    x = scores.astype(np.float32).copy()
    for i in range(len(x)):
        x[i] -= x[i].max()
        x[i] = np.exp(x[i])
        x[i] /= x[i].sum() + 1e-9
    return x


@right
def softmax(scores):
    # each share is one over the sum of all the others compared with it
    with np.errstate(over="ignore"):
        return 1 / np.exp(scores[:, None, :] - scores[:, :, None]).sum(-1)


@wrong("overflow")
def softmax(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)


@wrong("overflow_in_python")
def softmax(scores):
    table = []
    for row in scores.tolist():
        exps = [math.exp(score) for score in row]
        table.append([e / sum(exps) for e in exps])
    return table


@wrong("overflow_hidden")
def softmax(scores):
    e = np.exp(scores)
    return np.nan_to_num(e / e.sum(axis=1, keepdims=True))


@wrong("columns")
def softmax(scores):
    e = np.exp(scores - scores.max(axis=0))
    return e / e.sum(axis=0)


@wrong("columns", "overflow")
def softmax(scores):
    return np.exp(scores) / np.exp(scores).sum(axis=0)


@wrong("whole_table")
def softmax(scores):
    e = np.exp(scores - np.max(scores))
    return e / np.sum(e)


@wrong("overflow", "whole_table")
def softmax(scores):
    return np.exp(scores) / np.sum(np.exp(scores))


@wrong("one_maximum")
def softmax(scores):
    e = np.exp(scores - scores.max())
    return e / e.sum(axis=-1, keepdims=True)


@wrong("maximum_without_keepdims", "sum_without_keepdims")
def softmax(scores):
    e = np.exp(scores - scores.max(axis=-1))
    return e / e.sum(axis=-1)


@wrong("overflow", "sum_without_keepdims")
def softmax(scores):
    e = np.exp(scores)
    return e / e.sum(axis=-1)


@wrong("sum_without_keepdims")
def softmax(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / np.sum(e, axis=1)


@wrong("no_exp")
def softmax(scores):
    return scores / scores.sum(axis=1, keepdims=True)


@wrong("no_exp_after_subtracting")
def softmax(scores):
    shifted = scores - scores.max(axis=1, keepdims=True)
    return shifted / shifted.sum(axis=1, keepdims=True)


@wrong("not_shared")
def softmax(scores):
    return np.exp(scores - scores.max(axis=-1, keepdims=True))


@wrong("argmax")
def softmax(scores):
    return np.eye(scores.shape[1])[scores.argmax(axis=1)]


@wrong("sigmoid")
def softmax(scores):
    return 1 / (1 + np.exp(-scores))


@wrong("lowest_subtracted")
def softmax(scores):
    e = np.exp(scores - scores.min(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@wrong("logarithm")
def softmax(scores):
    return np.log(_shares(scores))


@wrong("clipped")
def softmax(scores):
    e = np.exp(np.clip(scores, -500, 500))
    return e / e.sum(axis=-1, keepdims=True)


@wrong("base_two")
def softmax(scores):
    e = 2 ** (scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@wrong("first_row")
def softmax(scores):
    for row in scores:
        e = np.exp(row - row.max())
        return e / e.sum()


@wrong("minus", "overflow")
def softmax(scores):
    return np.exp(-scores) / np.exp(-scores).sum(axis=-1, keepdims=True)


@wrong("mutates_input")
def softmax(scores):
    scores -= scores.max(axis=-1, keepdims=True)
    return np.exp(scores) / np.exp(scores).sum(axis=-1, keepdims=True)


@wrong("rows_sum_to_1", "differences_only")
def softmax(scores):
    return np.abs(scores) / np.abs(scores).max(axis=-1, keepdims=True)


@wrong("shape")
def softmax(scores):
    return np.exp(scores - scores.max(axis=-1, keepdims=True)).sum(axis=-1)


# ---- scale_scores --------------------------------------------------------------------------------------------------


@right
def scale_scores(scores, head_size):
    return scores / np.sqrt(head_size)


@right
def scale_scores(scores, head_size):
    return scores * head_size**-0.5


@right
def scale_scores(scores, head_size):
    return [[score / math.sqrt(head_size) for score in row] for row in scores]


@right
def scale_scores(scores, head_size):
    scaled = scores.astype(float)
    scaled /= head_size ** (1 / 2)
    return scaled


@right
def scale_scores(scores, head_size):
    import torch

    return torch.tensor(scores, dtype=torch.float32).div(head_size**0.5)


@right
def scale_scores(scores, head_size):
    return np.multiply(scores, 1.0 / np.sqrt(float(head_size)), dtype=np.float32, casting="same_kind")


@wrong("unscaled")
def scale_scores(scores, head_size):
    return scores


@wrong("by_head_size")
def scale_scores(scores, head_size):
    return scores / head_size


@wrong("multiplied")
def scale_scores(scores, head_size):
    return scores * np.sqrt(head_size)


@wrong("half_inside")
def scale_scores(scores, head_size):
    return scores / (head_size**1 / 2)


@wrong("half_after")
def scale_scores(scores, head_size):
    return scores / head_size**1 / 2


@wrong("by_root_T_key")
def scale_scores(scores, head_size):
    return scores / np.sqrt(scores.shape[-1])


@wrong("by_root_T_query")
def scale_scores(scores, head_size):
    return scores / len(scores) ** 0.5


@wrong("by_spread")
def scale_scores(scores, head_size):
    return scores / np.std(scores)


@wrong("by_row_spread")
def scale_scores(scores, head_size):
    return scores / np.std(scores, axis=1, keepdims=True)


@wrong("whole_root")
def scale_scores(scores, head_size):
    return scores / math.isqrt(head_size)


@wrong("whole_numbers")
def scale_scores(scores, head_size):
    return scores // np.sqrt(head_size)


@wrong("squared")
def scale_scores(scores, head_size):
    return scores / np.square(head_size)


@wrong("softmaxed")
def scale_scores(scores, head_size):
    return _shares(scores / np.sqrt(head_size))


@wrong("subtracted")
def scale_scores(scores, head_size):
    return scores - np.sqrt(head_size)


@wrong("wrong_if_whole", "mutates_input")
def scale_scores(scores, head_size):
    scores /= np.sqrt(head_size)
    return scores


@wrong("by_head_size", "mutates_input")
def scale_scores(scores, head_size):
    scores /= head_size
    return scores


@wrong("form")
def scale_scores(scores, head_size):
    scores = scores / np.sqrt(head_size)


@wrong("by_cube_root")
def scale_scores(scores, head_size):
    return scores / np.cbrt(head_size)


# ---- attention_pattern ---------------------------------------------------------------------------------------------


@right
def attention_pattern(q, k):
    return _shares(q @ k.T / np.sqrt(q.shape[-1]))


@right
def attention_pattern(q, k):
    d = k.shape[1]
    return _shares(attention_scores(q / d**0.25, k / d**0.25))


@right
def attention_pattern(q, k):
    pattern = np.zeros((len(q), len(k)))
    for i in range(len(q)):
        row = np.array([np.dot(q[i], k[j]) for j in range(len(k))]) / len(q[i]) ** 0.5
        row = np.exp(row - row.max())
        pattern[i] = row / row.sum()
    return pattern


@right
def attention_pattern(q, k):
    import torch

    q, k = torch.tensor(q), torch.tensor(k)
    return torch.nn.functional.softmax(torch.einsum("id,jd->ij", q, k) * q.size(-1) ** -0.5, dim=-1)


@right
def attention_pattern(q, k):
    import torch

    q, k = torch.tensor(q, requires_grad=True), torch.tensor(k)
    everything = torch.eye(len(k), dtype=q.dtype)
    return torch.nn.functional.scaled_dot_product_attention(q[None], k[None], everything[None])[0]


@right
def attention_pattern(q, k):
    scores = (k @ q.T) / math.sqrt(q.shape[1])
    return _shares(scores, axis=0).T


@right
def attention_pattern(q, k):
    scaled = (q @ k.T / np.sqrt(q.shape[-1])).astype(np.float32)
    return np.exp(scaled - np.logaddexp.reduce(scaled, axis=-1, keepdims=True))


@wrong("unscaled")
def attention_pattern(q, k):
    return _shares(q @ k.T)


@wrong("by_head_size")
def attention_pattern(q, k):
    return _shares(q @ k.T / q.shape[-1])


@wrong("multiplied")
def attention_pattern(q, k):
    return _shares(q @ k.T * np.sqrt(q.shape[-1]))


@wrong("by_root_T_query")
def attention_pattern(q, k):
    return _shares(q @ k.T / np.sqrt(q.shape[0]))


@wrong("by_root_T_key")
def attention_pattern(q, k):
    return _shares(q @ k.T / np.sqrt(len(k)))


@wrong("by_root_model_width")
def attention_pattern(q, k):
    n_embd = 12
    return _shares(q @ k.T / n_embd**0.5)


@wrong("scaled_after_softmax")
def attention_pattern(q, k):
    return _shares(q @ k.T) / np.sqrt(q.shape[-1])


@wrong("columns")
def attention_pattern(q, k):
    return _shares(q @ k.T / np.sqrt(q.shape[-1]), axis=0)


@wrong("whole_table")
def attention_pattern(q, k):
    return _shares(q @ k.T / np.sqrt(q.shape[-1]), axis=None)


@wrong("overflow")
def attention_pattern(q, k):
    e = np.exp(q @ k.T / np.sqrt(q.shape[-1]))
    return e / e.sum(axis=-1, keepdims=True)


@wrong("overflow", "unscaled")
def attention_pattern(q, k):
    e = np.exp(q @ k.T)
    return e / e.sum(axis=-1, keepdims=True)


@wrong("kq_transposed")
def attention_pattern(q, k):
    return _shares(k @ q.T / np.sqrt(q.shape[-1]))


@wrong("video_view")
def attention_pattern(q, k):
    return _shares(q @ k.T / np.sqrt(q.shape[-1])).T


@wrong("video_view", "unscaled")
def attention_pattern(q, k):
    return _shares(k @ q.T, axis=0)


@wrong("no_softmax")
def attention_pattern(q, k):
    return q @ k.T / np.sqrt(q.shape[-1])


@wrong("argmax")
def attention_pattern(q, k):
    scores = q @ k.T
    return (np.arange(len(k)) == scores.argmax(axis=-1)[:, None]).astype(int)


@wrong("masked")
def attention_pattern(q, k):
    scores = q @ k.T / np.sqrt(q.shape[-1])
    scores[np.triu_indices_from(scores, k=1)] = -1e9
    return _shares(scores)


@wrong("queries_only")
def attention_pattern(q, k):
    return _shares(q @ q.T / np.sqrt(q.shape[-1]))


@wrong("softmax_first")
def attention_pattern(q, k):
    return _shares(_shares(q) @ _shares(k).T / np.sqrt(q.shape[-1]))


@wrong("softmax_twice")
def attention_pattern(q, k):
    return _shares(_shares(q @ k.T / np.sqrt(q.shape[-1])))


@wrong("entry_by_entry")
def attention_pattern(q, k):
    return _shares(q * k / np.sqrt(q.shape[-1]))


@wrong("half_inside")
def attention_pattern(q, k):
    return _shares(q @ k.T / (q.shape[-1] ** 1 / 2))


@wrong("columns", "unscaled")
def attention_pattern(q, k):
    return _shares(q @ k.T, axis=0)


@wrong("values")
def attention_pattern(q, k):
    # the root of the length of q, instead of the root of its size
    return _shares(q @ k.T / np.linalg.norm(q))


@wrong("raised")
def attention_pattern(q, k):
    return _shares(q @ k / np.sqrt(q.shape[-1]) @ k)


@wrong("rounded_to_two")
def attention_pattern(q, k):
    return np.round(_shares(q @ k.T / np.sqrt(q.shape[-1])), 2)


@wrong("rounded")
def attention_pattern(q, k):
    return np.round(_shares(q @ k.T / np.sqrt(q.shape[-1])), 1)


# ---- effective_tokens ----------------------------------------------------------------------------------------------


@right
def effective_tokens(weights):
    logs = np.log(weights, where=weights > 0, out=np.zeros_like(weights))
    return np.exp(-(weights * logs).sum(axis=1))


@right
def effective_tokens(weights):
    return np.exp(-np.sum(weights * np.log(weights + 1e-12), axis=-1))


@right
def effective_tokens(weights):
    return [math.exp(-sum(w * math.log(w) for w in row if w > 0)) for row in weights]


@right
def effective_tokens(weights):
    return 1 / np.prod(weights**weights, axis=-1)


@right
def effective_tokens(weights):
    with np.errstate(all="ignore"):
        return 2 ** -np.nansum(weights * np.log2(weights), axis=-1)


@right
def effective_tokens(weights):
    import torch

    weights = torch.tensor(weights, dtype=torch.float32)
    return torch.special.entr(weights).sum(-1).exp()


@right
def effective_tokens(weights):
    counts = []
    for row in weights:
        entropy = 0.0
        for w in row:
            entropy -= w * np.log(max(w, 1e-300))
        counts.append(np.exp(entropy))
    return np.array(counts)


@wrong("nan_at_zero")
def effective_tokens(weights):
    return np.exp(-(weights * np.log(weights)).sum(axis=-1))


@wrong("no_exp")
def effective_tokens(weights):
    return -(weights * np.log(weights + 1e-12)).sum(axis=-1)


@wrong("nan_at_zero", "no_exp")
def effective_tokens(weights):
    return -np.sum(weights * np.log(weights), axis=1)


@wrong("no_minus")
def effective_tokens(weights):
    return np.exp((weights * np.log(weights + 1e-12)).sum(axis=-1))


@wrong("bits")
def effective_tokens(weights):
    return np.exp(-(weights * np.log2(weights + 1e-12)).sum(axis=-1))


@wrong("base_two")
def effective_tokens(weights):
    return 2 ** -(weights * np.log(weights + 1e-12)).sum(axis=-1)


@wrong("bits", "no_exp")
def effective_tokens(weights):
    return -(weights * np.log2(weights + 1e-12)).sum(axis=-1)


@wrong("columns")
def effective_tokens(weights):
    return np.exp(-(weights * np.log(weights + 1e-12)).sum(axis=0))


@wrong("whole_table")
def effective_tokens(weights):
    return np.exp(-(weights * np.log(weights + 1e-12)).sum())


@wrong("averaged")
def effective_tokens(weights):
    return np.exp(-np.mean(weights * np.log(weights + 1e-12), axis=-1))


@wrong("counted")
def effective_tokens(weights):
    return np.count_nonzero(weights, axis=1)


@wrong("inverse_squares")
def effective_tokens(weights):
    return 1 / np.square(weights).sum(axis=-1)


@wrong("one_over_largest")
def effective_tokens(weights):
    return 1 / weights.max(axis=-1)


@wrong("kept_column")
def effective_tokens(weights):
    return np.exp(-(weights * np.log(weights + 1e-12)).sum(axis=-1, keepdims=True))


@wrong("mean_of_rows")
def effective_tokens(weights):
    return np.mean(np.exp(-(weights * np.log(weights + 1e-12)).sum(axis=-1)))


@wrong("no_sum")
def effective_tokens(weights):
    return np.exp(-weights * np.log(weights + 1e-12))


@wrong("nan_hidden")
def effective_tokens(weights):
    return np.nan_to_num(np.exp(-(weights * np.log(weights)).sum(axis=-1)))


@wrong("row_sums")
def effective_tokens(weights):
    return weights.sum(axis=-1)


@wrong("exp_too_early")
def effective_tokens(weights):
    return np.exp(-weights * np.log(weights + 1e-12)).sum(axis=-1)


@wrong("tenth_added")
def effective_tokens(weights):
    return np.exp(-(weights * np.log(weights + 0.1)).sum(axis=-1))


@wrong("log_of_zero_in_python")
def effective_tokens(weights):
    return [math.exp(-sum(w * math.log(w) for w in row)) for row in weights]


@wrong("form")
def effective_tokens(weights):
    print(np.exp(-(weights * np.log(weights + 1e-12)).sum(axis=-1)))


# ---- more answers of every kind ------------------------------------------------------------------------------------


@wrong("maximum_of_columns")
def softmax(scores):
    e = np.exp(scores - scores.max(axis=0))
    return e / e.sum(axis=-1, keepdims=True)


@wrong("from_the_lowest")
def softmax(scores):
    s = scores - scores.min(axis=-1, keepdims=True)
    return s / s.sum(axis=-1, keepdims=True)


@wrong("subtracted_after_exp")
def softmax(scores):
    e = np.exp(scores)
    e = e - e.max(axis=-1, keepdims=True)
    return e / e.sum(axis=-1, keepdims=True)


@wrong("absolute")
def softmax(scores):
    positive = np.abs(scores)
    return positive / positive.sum(axis=-1, keepdims=True)


@wrong("divided_by_highest")
def softmax(scores):
    return scores / scores.max(axis=1, keepdims=True)


@wrong("shifted_above_only")
def softmax(scores):
    m = scores.max(axis=-1, keepdims=True)
    return np.exp(scores - m) / np.exp(scores).sum(axis=-1, keepdims=True)


@wrong("shifted_below_only")
def softmax(scores):
    m = scores.max(axis=-1, keepdims=True)
    return np.exp(scores) / np.exp(scores - m).sum(axis=-1, keepdims=True)


@wrong("divided_by_mean")
def softmax(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.mean(axis=-1, keepdims=True)


@wrong("root_of_all")
def scale_scores(scores, head_size):
    return np.sqrt(scores / head_size)


@wrong("root_twice")
def scale_scores(scores, head_size):
    return scores / np.sqrt(head_size**0.5)


@wrong("upside_down")
def scale_scores(scores, head_size):
    return np.sqrt(head_size) / scores


@wrong("by_root_of_all")
def scale_scores(scores, head_size):
    return scores / np.sqrt(scores.size)


@wrong("always_two")
def scale_scores(scores, head_size):
    return scores / 2


@wrong("keys_only")
def attention_pattern(q, k):
    return _shares(k @ k.T / np.sqrt(k.shape[-1]))


@wrong("always_two")
def attention_pattern(q, k):
    return _shares(q @ k.T / np.sqrt(4))


@wrong("times_keys")
def attention_pattern(q, k):
    return _shares(q @ k.T / np.sqrt(q.shape[-1])) @ k


@wrong("multiplied_after_softmax")
def attention_pattern(q, k):
    s = q @ k.T
    e = np.exp(s - s.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True) * np.sqrt(q.shape[1])


@wrong("scaled_between")
def attention_pattern(q, k):
    from course_lib.attention.numpy_attention import softmax

    return softmax(softmax(q @ k.T) / q.shape[1] ** 0.5)


@wrong("no_exp")
def attention_pattern(q, k):
    s = q @ k.T / np.sqrt(q.shape[1])
    return s / s.sum(-1, keepdims=True)


@wrong("sigmoid")
def attention_pattern(q, k):
    s = q @ k.T / np.sqrt(np.shape(q)[1])
    return 1 / (1 + np.exp(-s))


@wrong("base_ten")
def effective_tokens(weights):
    return np.exp(-(weights * np.log10(weights + 1e-12)).sum(axis=-1))


@wrong("log_of_one_more")
def effective_tokens(weights):
    return np.exp(-(weights * np.log1p(weights)).sum(axis=-1))


@wrong("tiny_added")
def effective_tokens(weights):
    return np.exp(-np.sum(weights * np.log(weights + 1e-2), axis=1))


@wrong("never_begins_again")
def effective_tokens(weights):
    out = []
    h = 0
    for row in weights:
        for p in row:
            if p > 0:
                h -= p * np.log(p)
        out.append(np.exp(h))
    return out


@wrong("rounded")
def effective_tokens(weights):
    return np.round(np.exp(-(weights * np.log(np.where(weights > 0, weights, 1))).sum(1)))


# ---- answers that taught the table something -------------------------------------------------------------------------


@wrong("shift_turned")
def softmax(scores):
    e = np.exp(scores.max(axis=-1, keepdims=True) - scores)
    return e / e.sum(axis=-1, keepdims=True)


@wrong("not_shared")
def softmax(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.max(axis=-1, keepdims=True)


@wrong("exp_of_quotients")
def softmax(scores):
    e = np.exp(scores / scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@wrong("sum_of_all")
def softmax(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / e.sum()


@wrong("sum_of_columns")
def softmax(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / sum(e)


@wrong("one_more")
def softmax(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return e / (1 + e.sum(axis=-1, keepdims=True))


@wrong("half_subtracted")
def softmax(scores):
    e = np.exp(scores - scores.max(axis=-1, keepdims=True) / 2)
    return e / e.sum(axis=-1, keepdims=True)


@wrong("first_subtracted")
def softmax(scores):
    e = np.exp(scores - scores[:, :1])
    return e / e.sum(axis=-1, keepdims=True)


@wrong("largest_size_subtracted")
def softmax(scores):
    e = np.exp(scores - np.abs(scores).max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@wrong("added_highest")
def softmax(scores):
    e = np.exp(scores + scores.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@wrong("each_itself_subtracted")
def softmax(scores):
    table = []
    for row in scores:
        highest = max(row)
        exps = [math.exp(highest - highest) for score in row]
        table.append([e / sum(exps) for e in exps])
    return table


@wrong("cut_above")
def softmax(scores):
    e = np.exp(np.minimum(scores, 700))
    return e / e.sum(axis=-1, keepdims=True)


@wrong("standardised")
def softmax(scores):
    return _shares((scores - scores.mean(axis=1, keepdims=True)) / scores.std(axis=1, keepdims=True))


@wrong("positive_only")
def softmax(scores):
    return _shares(np.maximum(scores, 0))


@wrong("first_row_only")
def softmax(scores):
    table = []
    for row in scores:
        e = np.exp(row - row.max())
        table.append(e / e.sum())
        return table


@wrong("last_row")
def softmax(scores):
    for row in scores:
        e = np.exp(row - row.max())
        shares = e / e.sum()
    return shares


@wrong("rounded_to_three")
def softmax(scores):
    return np.round(_shares(scores), 3)


@wrong("twice")
def softmax(scores):
    return _shares(_shares(scores))


@wrong("video_view")
def softmax(scores):
    e = np.exp(scores.T - scores.max(axis=1))
    return e / e.sum(axis=0)


@wrong("base_ten")
def softmax(scores):
    tens = 10 ** (scores - scores.max(axis=-1, keepdims=True))
    return tens / tens.sum(axis=-1, keepdims=True)


@wrong("by_head_size", "multiplied")
def scale_scores(scores, head_size):
    return scores * head_size


@wrong("by_log2")
def scale_scores(scores, head_size):
    return scores / np.log2(head_size)


@wrong("by_logarithm")
def scale_scores(scores, head_size):
    return scores / math.log(head_size) if head_size > 1 else scores / np.float64(0)


@wrong("one_less")
def scale_scores(scores, head_size):
    return scores / np.sqrt(head_size - 1)


@wrong("root_plus_one")
def scale_scores(scores, head_size):
    return scores / (np.sqrt(head_size) + 1)


@wrong("whole_root_above")
def scale_scores(scores, head_size):
    return scores / math.ceil(math.sqrt(head_size))


@wrong("always_three")
def scale_scores(scores, head_size):
    return scores / 3


@wrong("by_length")
def scale_scores(scores, head_size):
    return scores / np.linalg.norm(scores)


@wrong("by_sum")
def scale_scores(scores, head_size):
    return scores / scores.sum(axis=-1, keepdims=True)


@wrong("cut")
def scale_scores(scores, head_size):
    return (scores / np.sqrt(head_size)).astype(int)


@wrong("rounded")
def scale_scores(scores, head_size):
    return np.round(scores / np.sqrt(head_size), 2)


@wrong("first_row")
def scale_scores(scores, head_size):
    for row in scores:
        return row / np.sqrt(head_size)


@wrong("added")
def scale_scores(scores, head_size):
    return scores + head_size**0.5


@wrong("by_head_size")
def attention_pattern(q, k):
    root = np.sqrt(q.shape[1])
    return _shares(attention_scores(q / root, k / root))


@wrong("whole_root")
def attention_pattern(q, k):
    return _shares(q @ k.T / math.isqrt(q.shape[-1]))


@wrong("cosines", "unscaled")
def attention_pattern(q, k):
    q = q / np.linalg.norm(q, axis=-1, keepdims=True)
    k = k / np.linalg.norm(k, axis=-1, keepdims=True)
    return _shares(q @ k.T)


@wrong("masked_after")
def attention_pattern(q, k):
    return np.tril(_shares(q @ k.T / np.sqrt(q.shape[-1])))


@wrong("last_row")
def attention_pattern(q, k):
    for query in q:
        scores = k @ query / np.sqrt(len(query))
        weights = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    return weights


@wrong("first_row_only")
def attention_pattern(q, k):
    rows = []
    for query in q:
        scores = np.array([[query @ key / len(query) ** 0.5 for key in k]])
        rows.append(_shares(scores)[0])
        return rows


@wrong("by_root_of_all")
def attention_pattern(q, k):
    return _shares(attention_scores(q, k) / np.sqrt(q.size))


@wrong("always_eight")
def attention_pattern(q, k):
    return _shares(attention_scores(q, k) / 8)


@wrong("reshaped")
def attention_pattern(q, k):
    return _shares(q @ k.reshape(q.shape[1], -1) / np.sqrt(q.shape[1]))


@wrong("log_softmax")
def attention_pattern(q, k):
    scores = q @ k.T / np.sqrt(q.shape[1])
    return scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)


@wrong("stops_at_zero")
def effective_tokens(weights):
    counts = []
    for row in weights:
        H = 0
        for w in row:
            if w == 0:
                break
            H -= w * math.log(w)
        counts.append(math.exp(H))
    return counts


@wrong("under_a_hundredth_left_out")
def effective_tokens(weights):
    return [math.exp(-sum(w * math.log(w) for w in row if w > 0.01)) for row in weights]


@wrong("under_two_hundredths_left_out")
def effective_tokens(weights):
    safe = np.where(weights > 0.02, weights, 1)
    return np.exp(-(weights * np.log(safe)).sum(axis=1))


@wrong("thousandth_added")
def effective_tokens(weights):
    return np.exp(-np.sum(weights * np.log(weights + 1e-3), axis=1))


@wrong("last_row")
def effective_tokens(weights):
    for row in weights:
        H = -sum(w * math.log(w) for w in row if w > 0)
    return math.exp(H)


@wrong("first_row_only")
def effective_tokens(weights):
    counts = []
    for row in weights:
        counts.append(math.exp(-sum(w * math.log(w) for w in row if w > 0)))
        return counts


@wrong("last_product")
def effective_tokens(weights):
    counts = []
    for row in weights:
        for w in row:
            if w > 0:
                H = -w * math.log(w)
        counts.append(math.exp(H))
    return counts


@wrong("cut")
def effective_tokens(weights):
    return np.exp(-(weights * np.log(weights + 1e-12)).sum(axis=-1) + 1e-9).astype(int)


@wrong("whole_table")
def effective_tokens(weights):
    some = weights[weights > 0]
    return np.exp(-(some * np.log(some)).sum(axis=-1))
