import math

import numpy as np

from course_lib.attention.numpy_attention import (
    softmax as strict_softmax,  # the sheet's: it refuses to share out among nobody
)
from tests.bank import right, wrong


def softmax(x):
    exps = np.exp(np.asarray(x) - np.max(x))
    return exps / exps.sum()


# ---- sample --------------------------------------------------------------------------------------------------------


@right
def sample(logits, temperature, u):
    if temperature == 0:
        return int(np.argmax(logits))
    return int(np.searchsorted(np.cumsum(softmax(logits / temperature)), u, side="right"))


@wrong("end_belongs_to_the_left")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(np.argmax(logits))
    ends = np.cumsum(softmax(logits / temperature))
    return min(int(np.searchsorted(ends, u)), len(ends) - 1)


@wrong("last_end_below")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(np.argmax(logits))
    ends = np.cumsum(softmax(logits / temperature))
    return np.where(ends <= u)[0][-1]


@wrong("all_above")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(np.argmax(logits))
    return np.where(np.cumsum(softmax(logits / temperature)) > u)[0]


@wrong("overflow_raised")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(np.argmax(logits))
    exps, total = [math.exp(x / temperature) for x in logits], 0.0
    for number, e in enumerate(exps):
        total += e / sum(exps)
        if total > u:
            return number


@wrong("zero_is_small")
def sample(logits, temperature, u):
    ends = np.cumsum(softmax(logits / max(temperature, 0.01)))
    return int((ends > u).argmax())


@wrong("first_share_reaching_else_last")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(np.argmax(logits))
    shares = softmax(logits / temperature)
    for i, share in enumerate(shares):
        if share >= u:
            return i
    return len(shares) - 1


@wrong("temperature_multiplied", "zero_not_handled")
def sample(logits, temperature, u):
    return int((np.cumsum(strict_softmax(logits * temperature)) > u).argmax())


@right
def sample(logits, temperature, u):
    if not temperature:
        return logits.argmax()
    total, top = 0.0, max(logits)
    shares = [math.exp((x - top) / temperature) for x in logits]
    for number, share in enumerate(shares):
        total += share / sum(shares)
        if total > u:
            return number
    return len(logits) - 1


@right
def sample(logits, temperature, u):
    import torch

    logits = torch.as_tensor(logits)
    if temperature == 0:
        return logits.argmax()
    ends = torch.softmax(logits / temperature, dim=-1).cumsum(0)
    return (ends <= u).sum()


@right
def sample(logits, temperature, u):
    temperature = max(temperature, 1e-9)
    return np.argmax(np.cumsum(softmax(logits / temperature)) > u)


@right
def sample(logits, temperature, u):
    if temperature == 0:
        return list(logits).index(max(logits))
    shares = softmax(np.array(logits, dtype=np.float32) / temperature)
    left = u
    for i in range(len(shares)):
        if left < shares[i]:
            return i
        left -= shares[i]
    return i


@right
def sample(logits, temperature, u):
    if temperature == 0:
        u, temperature = 0.5, 1e-6
    weights = np.exp((logits - logits.max()) / temperature)
    return int((weights.cumsum() <= u * weights.sum()).sum())


@wrong("temperature_multiplied")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(np.argmax(logits))
    return int(np.searchsorted(np.cumsum(softmax(logits * temperature)), u, side="right"))


@wrong("temperature_ignored")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(np.argmax(logits))
    return int(np.searchsorted(np.cumsum(softmax(logits)), u, side="right"))


@wrong("zero_not_handled")
def sample(logits, temperature, u):
    return int((np.cumsum(softmax(logits / temperature)) > u).argmax())


@wrong("highest")
def sample(logits, temperature, u):
    return int(np.argmax(logits))


@wrong("overflow")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(np.argmax(logits))
    exps = np.exp(logits / temperature)
    return int((np.cumsum(exps / exps.sum()) > u).argmax())


@wrong("first_share_above")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(np.argmax(logits))
    return int((softmax(logits / temperature) > u).argmax())


@wrong("likeliest_first")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(np.argmax(logits))
    shares = softmax(logits / temperature)
    order = np.argsort(-shares)
    return order[np.searchsorted(np.cumsum(shares[order]), u, side="right")]


@wrong("one_too_low")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(np.argmax(logits))
    return max(int(np.searchsorted(np.cumsum(softmax(logits / temperature)), u, side="right")) - 1, 0)


@wrong("from_the_right")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(np.argmax(logits))
    shares = softmax(logits / temperature)[::-1]
    return len(logits) - 1 - int(np.searchsorted(np.cumsum(shares), u, side="right"))


@wrong("temperature_multiplied", "overflow")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(np.argmax(logits))
    exps = np.exp(logits * temperature)
    return int((np.cumsum(exps / exps.sum()) > u).argmax())


@wrong()
def sample(logits, temperature, u):
    return np.random.choice(len(logits), p=softmax(logits / max(temperature, 1e-9)))


@wrong()
def sample(logits, temperature, u):
    return softmax(logits / max(temperature, 1e-9))


@wrong("temperature_ignored", "zero_not_handled")
def sample(logits, temperature, u):
    return int(np.searchsorted(np.cumsum(softmax(logits - temperature)), u, side="right"))


@wrong("zero_not_handled", "one_added")
def sample(logits, temperature, u):
    return int(np.searchsorted(np.cumsum(softmax(logits / (1 + temperature))), u, side="right"))


@wrong("first_below")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(logits.argmax())
    return int((np.cumsum(softmax(logits / temperature)) < u).argmax())


@wrong("nearest_end")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(logits.argmax())
    return int(abs(np.cumsum(softmax(logits / temperature)) - u).argmin())


@wrong("nearest_share")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(logits.argmax())
    return int(abs(softmax(logits / temperature) - u).argmin())


@wrong("zero_gives_logit")
def sample(logits, temperature, u):
    if temperature == 0:
        return logits.max()
    return int((np.cumsum(softmax(logits / temperature)) > u).argmax())


@wrong("logits_added_up")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(logits.argmax())
    return int((np.cumsum(logits / temperature) > u).argmax())


@wrong("not_divided")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(logits.argmax())
    e = np.exp((logits - logits.max()) / temperature)
    return int((np.cumsum(e) > u).argmax())


@wrong("zero_not_handled", "never_below_one")
def sample(logits, temperature, u):
    return int((np.cumsum(softmax(logits / max(temperature, 1))) > u).argmax())


@wrong("one_added")
def sample(logits, temperature, u):
    if temperature == 0:
        return int(logits.argmax())
    return int(np.searchsorted(np.cumsum(softmax(logits / (1 + temperature))), u, side="right"))


@right
def sample(logits, temperature, u):
    return int((np.cumsum(softmax(logits / (temperature + 1e-09))) > u).argmax())


# ---- top_k ---------------------------------------------------------------------------------------------------------


@right
def top_k(logits, k):
    lowest = np.sort(logits)[-min(k, len(logits))]
    return softmax(np.where(logits >= lowest, logits, -np.inf))


@right
def top_k(logits, k):
    kept = np.full(len(logits), -1e9)
    best = np.argsort(-logits)[:k]
    kept[best] = logits[best]
    return softmax(kept)


@right
def top_k(logits, k):
    shares = softmax(logits)
    best = sorted(range(len(logits)), key=lambda i: -logits[i])[:k]
    total = sum(shares[i] for i in best)
    return [shares[i] / total if i in best else 0 for i in range(len(logits))]


@right
def top_k(logits, k):
    import torch

    logits = torch.as_tensor(logits)
    values, _ = torch.topk(logits, min(k, len(logits)))
    return torch.softmax(logits.masked_fill(logits < values[-1], -float("inf")), dim=-1)


@right
def top_k(logits, k):
    x = logits.copy()
    if k < len(x):
        x[np.argpartition(x, -k)[:-k]] = -np.inf
    return softmax(x)


@right
def top_k(logits, k):
    shares = softmax(logits.astype(np.float32))
    order = shares.argsort()[::-1]
    shares[order[k:]] = 0
    return shares / shares.sum()


@wrong("one_less")
def top_k(logits, k):
    lowest = np.sort(logits)[-min(k, len(logits))]
    return softmax(np.where(logits > lowest, logits, -np.inf))


@wrong("one_less_none_left")
def top_k(logits, k):
    lowest = sorted(logits, reverse=True)[min(k, len(logits)) - 1]
    return strict_softmax(np.where(logits > lowest, logits, -np.inf))


@wrong("one_less_all_for_1")
def top_k(logits, k):
    k = min(k, len(logits))
    return strict_softmax(np.where(logits >= np.sort(logits)[-k + 1], logits, -np.inf))


@wrong("one_less_of_k_one_stays")
def top_k(logits, k):
    kept = np.full(len(logits), -np.inf)
    best = np.argsort(-logits)[: max(k - 1, 1)]
    kept[best] = logits[best]
    return strict_softmax(kept)


@wrong("k_beyond_v")
def top_k(logits, k):
    lowest = np.sort(logits)[-k]
    return strict_softmax(np.where(logits >= lowest, logits, -np.inf))


@wrong("ties_once")
def top_k(logits, k):
    values = sorted(set(logits), reverse=True)[:k]
    return strict_softmax(np.where(np.isin(logits, values), logits, -np.inf))


@wrong("first_of_equals")
def top_k(logits, k):
    kept = np.full(len(logits), -np.inf)
    for value in sorted(logits, reverse=True)[:k]:
        kept[list(logits).index(value)] = value
    return strict_softmax(kept)


@wrong("zero_cut")
def top_k(logits, k):
    kept = np.zeros(len(logits))
    best = np.argsort(-logits)[:k]
    kept[best] = logits[best]
    kept[kept == 0] = -np.inf
    return strict_softmax(kept)


@wrong("the_ids")
def top_k(logits, k):
    return np.argsort(-logits)[:k]


@wrong("one_more")
def top_k(logits, k):
    best = np.argsort(-logits)[: k + 1]
    return softmax(np.where(np.isin(np.arange(len(logits)), best), logits, -np.inf))


@wrong("zeros_for_cut")
def top_k(logits, k):
    kept = np.zeros(len(logits))
    best = np.argsort(-logits)[:k]
    kept[best] = logits[best]
    return softmax(kept)


@wrong("not_renormalised")
def top_k(logits, k):
    shares = softmax(logits)
    shares[np.argsort(-logits)[k:]] = 0
    return shares


@wrong("the_logits")
def top_k(logits, k):
    kept = np.full(len(logits), -np.inf)
    best = np.argsort(-logits)[:k]
    kept[best] = logits[best]
    return kept


@wrong("lowest")
def top_k(logits, k):
    best = np.argsort(logits)[:k]
    return softmax(np.where(np.isin(np.arange(len(logits)), best), logits, -np.inf))


@wrong("first_ids")
def top_k(logits, k):
    kept = np.full(len(logits), -np.inf)
    kept[:k] = logits[:k]
    return softmax(kept)


@wrong("no_cut")
def top_k(logits, k):
    return softmax(logits)


@wrong("alike")
def top_k(logits, k):
    best = np.argsort(-logits)[:k]
    return np.isin(np.arange(len(logits)), best) / len(best)


@wrong("overflow")
def top_k(logits, k):
    best = np.argsort(-logits)[:k]
    exps = np.where(np.isin(np.arange(len(logits)), best), np.exp(logits), 0)
    return exps / exps.sum()


@wrong("one_more", "not_renormalised")
def top_k(logits, k):
    shares = softmax(logits)
    shares[np.argsort(-logits)[k + 1 :]] = 0
    return shares


@wrong("kept_alone_lowest_first")
def top_k(logits, k):
    return softmax(np.sort(logits)[-k:])


@wrong()
def top_k(logits, k):
    return softmax(logits) ** 2


@wrong("cut_k")
def top_k(logits, k):
    lowest = np.sort(logits)[min(k, len(logits) - 1)]
    return softmax(np.where(logits >= lowest, logits, -np.inf))


@wrong("number_for_cut")
def top_k(logits, k):
    k = min(k, len(logits))
    lowest = np.sort(logits)[-k]
    return softmax(np.where(logits >= lowest, logits, -10))


@wrong("in_proportion")
def top_k(logits, k):
    k = min(k, len(logits))
    lowest = np.sort(logits)[-k]
    kept = np.where(logits >= lowest, logits, 0)
    return kept / kept.sum()


@wrong("mutates_input")
def top_k(logits, k):
    k = min(k, len(logits))
    lowest = np.sort(logits)[-k]
    logits[logits < lowest] = -np.inf
    return softmax(logits)


@wrong("by_size")
def top_k(logits, k):
    k = min(k, len(logits))
    idx = np.argsort(-abs(logits))[:k]
    m = np.full(len(logits), -np.inf)
    m[idx] = logits[idx]
    return softmax(m)


@wrong("lowest_for_cut")
def top_k(logits, k):
    k = min(k, len(logits))
    lowest = np.sort(logits)[-k]
    return softmax(np.where(logits >= lowest, logits, logits.min()))


@wrong("highest_is_one")
def top_k(logits, k):
    k = min(k, len(logits))
    p = softmax(logits)
    lowest = np.sort(p)[-k]
    p = np.where(p >= lowest, p, 0)
    return p / p.max()


# ---- top_p ---------------------------------------------------------------------------------------------------------


@right
def top_p(logits, p):
    shares = softmax(logits)
    order = np.argsort(-shares)
    before = np.cumsum(shares[order]) - shares[order]
    kept = order[(before < p) | (np.arange(len(order)) == 0)]
    out = np.zeros(len(logits))
    out[kept] = shares[kept] / shares[kept].sum()
    return out


@right
def top_p(logits, p):
    shares, kept, total = softmax(logits), [], 0.0
    for i in sorted(range(len(logits)), key=lambda i: -shares[i]):
        kept.append(i)
        total += shares[i]
        if total >= p:
            break
    return [shares[i] / total if i in kept else 0.0 for i in range(len(logits))]


@right
def top_p(logits, p):
    import torch

    logits = torch.as_tensor(logits)
    values, order = torch.sort(logits, descending=True)
    remove = torch.softmax(values, dim=-1).cumsum(dim=-1) >= p
    remove = torch.cat([torch.tensor([False]), remove[:-1]])
    return torch.softmax(logits.index_fill(0, order[remove], -float("inf")), dim=-1)


@wrong("hit_keeps_one_more")
def top_p(logits, p):
    import torch

    logits = torch.as_tensor(logits)
    values, order = torch.sort(logits, descending=True)
    cumulative = torch.softmax(values, dim=-1).cumsum(dim=-1)
    remove = cumulative > p
    remove[1:] = remove[:-1].clone()
    remove[0] = False
    return torch.softmax(logits.index_fill(0, order[remove], -float("inf")), dim=-1)


@right
def top_p(logits, p):
    order = np.argsort(logits)[::-1]
    sums = softmax(logits)[order].cumsum()
    n = min(int(np.searchsorted(sums, p)) + 1, len(logits))
    kept = np.full(len(logits), -1e9)
    kept[order[:n]] = logits[order[:n]]
    return softmax(kept)


@right
def top_p(logits, p):
    shares = softmax(logits)
    keep = np.array([shares[shares > s].sum() < p or s == shares.max() for s in shares])
    return softmax(np.where(keep, logits, -np.inf))


@right
def top_p(logits, p):
    x = np.array(logits, dtype=np.float64)
    order = (-x).argsort()
    total = 0
    for rank, i in enumerate(order):
        if rank and total >= p:
            x[i] = -np.inf
        total += softmax(logits)[i]
    return softmax(x)


@wrong("crossing_dropped_one_stays")
def top_p(logits, p):
    shares = softmax(logits)
    order = np.argsort(-shares)
    keep = np.cumsum(shares[order]) <= p
    keep[0] = True
    return softmax(np.where(np.isin(np.arange(len(logits)), order[keep]), logits, -np.inf))


@wrong("not_sorted")
def top_p(logits, p):
    shares = softmax(logits)
    before = np.cumsum(shares) - shares
    keep = before < p
    keep[0] = True
    return softmax(np.where(keep, logits, -np.inf))


@wrong("not_renormalised")
def top_p(logits, p):
    shares = softmax(logits)
    order = np.argsort(-shares)
    before = np.cumsum(shares[order]) - shares[order]
    cut = before >= p
    cut[0] = False
    shares[order[cut]] = 0
    return shares


@wrong("threshold")
def top_p(logits, p):
    shares = softmax(logits)
    keep = shares >= p
    return softmax(np.where(keep, logits, -np.inf))


@wrong("least_first")
def top_p(logits, p):
    shares = softmax(logits)
    order = np.argsort(shares)
    before = np.cumsum(shares[order]) - shares[order]
    keep = before < p
    keep[0] = True
    return softmax(np.where(np.isin(np.arange(len(logits)), order[keep]), logits, -np.inf))


@wrong("zeros_for_cut")
def top_p(logits, p):
    shares = softmax(logits)
    order = np.argsort(-shares)
    before = np.cumsum(shares[order]) - shares[order]
    cut = before >= p
    cut[0] = False
    x = logits.copy()
    x[order[cut]] = 0
    return softmax(x)


@wrong("in_order")
def top_p(logits, p):
    shares = -np.sort(-softmax(logits))
    before = np.cumsum(shares) - shares
    keep = before < p
    keep[0] = True
    shares[~keep] = 0
    return shares / shares.sum()


@wrong("zero_keeps_none")
def top_p(logits, p):
    shares = softmax(logits)
    order = np.argsort(-shares)
    before = np.cumsum(shares[order]) - shares[order]
    shares[order[before >= p]] = 0
    return shares / shares.sum()


@wrong("no_cut")
def top_p(logits, p):
    return softmax(logits)


@wrong("part_of_highest")
def top_p(logits, p):
    shares = softmax(logits)
    return softmax(np.where(shares >= p * shares.max(), logits, -np.inf))


@wrong()
def top_p(logits, p):
    return softmax(logits * p)


@wrong()
def top_p(logits, p):
    return int(np.argmax(np.cumsum(softmax(logits)) > p))


@wrong("mask_not_back")
def top_p(logits, p):
    pr = softmax(logits)
    o = np.argsort(-pr)
    c = np.cumsum(pr[o])
    keep = c - pr[o] < p
    keep[0] = True
    return softmax(np.where(keep, logits, -np.inf))


@wrong("sorted_twice")
def top_p(logits, p):
    pr = softmax(logits)
    o = np.argsort(-pr)
    c = np.cumsum(pr[o])
    keep = c - pr[o] < p
    keep[0] = True
    return softmax(np.where(keep[o], logits, -np.inf))


@wrong("argmax_of_none")
def top_p(logits, p):
    pr = softmax(logits)
    o = np.argsort(-pr)
    c = np.cumsum(pr[o])
    n = int((c > p).argmax()) + 1
    keep = np.zeros(len(pr), bool)
    keep[o[:n]] = True
    return softmax(np.where(keep, logits, -np.inf))


@wrong("divided_by_p")
def top_p(logits, p):
    pr = softmax(logits)
    o = np.argsort(-pr)
    c = np.cumsum(pr[o])
    keep = np.zeros(len(pr), bool)
    keep[o] = c - pr[o] < p
    keep[o[0]] = True
    return np.where(keep, pr, 0) / (p or 1)


@wrong()
def top_p(logits, p):
    pr = softmax(logits)
    return softmax(np.where(pr >= np.quantile(pr, 1 - p), logits, -np.inf))


@wrong("at_most_p")
def top_p(logits, p):
    pr = softmax(logits)
    keep = pr <= p
    return softmax(np.where(keep, logits, -np.inf))


@wrong("rounding_leaves_none")
def top_p(logits, p):
    shares = softmax(logits)
    order = np.argsort(-shares)
    n = int(np.argmax(np.cumsum(shares[order]) >= p)) + 1
    kept = np.full(len(logits), -np.inf)
    kept[order[:n]] = logits[order[:n]]
    return softmax(kept)


@wrong("below_p_none_left")
def top_p(logits, p):
    order = np.argsort(-logits)
    n = np.searchsorted(np.cumsum(strict_softmax(logits)[order]), p)
    kept = np.full(len(logits), -np.inf)
    kept[order[:n]] = logits[order[:n]]
    return strict_softmax(kept)


@wrong("least_first", "past_p")
def top_p(logits, p):
    shares = softmax(logits)
    order = np.argsort(shares)
    kept = order[np.cumsum(shares[order]) >= p]
    out = np.zeros(len(shares))
    out[kept] = shares[kept]
    return out / out.sum()


@wrong("softmax_of_zeros")
def top_p(logits, p):
    shares = strict_softmax(logits)
    order = np.argsort(-shares)
    before = np.cumsum(shares[order]) - shares[order]
    kept = np.zeros(len(shares))
    stays = (before < p) | (before == 0)
    kept[order[stays]] = shares[order[stays]]
    return strict_softmax(kept)


@wrong("threshold_one_stays")
def top_p(logits, p):
    shares = softmax(logits)
    kept = np.where(shares >= p, shares, 0.0)
    if not kept.any():
        kept[shares.argmax()] = 1.0
    return kept / kept.sum()


@wrong("goes_on")
def top_p(logits, p):
    pr = softmax(logits)
    keep = np.zeros(len(pr), bool)
    tot = 0
    for i in np.argsort(-pr):
        if tot + pr[i] <= p or tot == 0:
            keep[i] = True
            tot += pr[i]
    return softmax(np.where(keep, logits, -np.inf))


@wrong("crossing_dropped_none_left")
def top_p(logits, p):
    shares = strict_softmax(logits)
    order = np.argsort(shares)[::-1]
    kept = np.full(len(logits), -np.inf)
    stays = order[np.cumsum(shares[order]) <= p]
    kept[stays] = logits[stays]
    return strict_softmax(kept)


@wrong("zero_keeps_none_left")
def top_p(logits, p):
    shares = strict_softmax(logits)
    before = np.array([shares[shares > share].sum() for share in shares])
    return strict_softmax(np.where(before < p, logits, -np.inf))


@wrong("threshold_none_left")
def top_p(logits, p):
    shares = strict_softmax(logits)
    return strict_softmax(np.where(shares >= p, logits, -np.inf))


@wrong("threshold_of_rest_none_left")
def top_p(logits, p):
    return strict_softmax(np.where(strict_softmax(logits) < 1 - p, -np.inf, logits))


# ---- generate_with_cache -------------------------------------------------------------------------------------------


@right
def generate_with_cache(model, ids, n_tokens):
    ids, cache, window = list(ids), [], model.context_length
    logits = model(ids[-window:], 0, cache)
    for _ in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        if len(ids) <= window:
            logits = model(ids[-1:], len(ids) - 1, cache)
        else:
            cache = []
            logits = model(ids[-window:], 0, cache)
    return ids


@right
def generate_with_cache(model, ids, n_tokens):
    text, cache, read = np.array(ids), [], 0
    while len(text) < len(ids) + n_tokens:
        first = max(0, len(text) - model.context_length)
        if first:
            cache, read = [], 0
        row = model(text[first + read :], read, cache)[-1]
        read = len(text) - first
        text = np.append(text, row.argmax())
    return text


@right
def generate_with_cache(model, ids, n_tokens):
    cache = []

    def following(text):
        if len(text) > model.context_length:
            cache.clear()
            text = text[-model.context_length :]
        return model(text[len(cache) :], len(cache), cache)[-1]

    text = list(ids)
    for _ in range(n_tokens):
        text = [*text, max(range(len(row := following(text))), key=row.__getitem__)]
    return text


@right
def generate_with_cache(model, ids, n_tokens):
    import torch

    cache, text = [], torch.tensor(ids)
    for step in range(n_tokens):
        if step == 0 or len(text) > model.context_length:
            cache = []
            logits = model(text[-model.context_length :].tolist(), 0, cache)
        else:
            logits = model([int(text[-1])], len(text) - 1, cache)
        text = torch.cat([text, torch.tensor(logits)[-1].argmax()[None]])
    return text


@right
def generate_with_cache(model, ids, n_tokens):
    if n_tokens == 0:
        return ids
    ids = ids[:]
    cache = []
    start = max(len(ids) - model.context_length, 0)
    for position in range(start, len(ids)):
        logits = model([ids[position]], position - start, cache)
    for _ in range(n_tokens - 1):
        ids.append(np.argmax(logits[-1]))
        if len(ids) > model.context_length:
            cache = []
            logits = model(ids[-model.context_length :], 0, cache)
        else:
            logits = model([ids[-1]], len(cache), cache)
    return ids + [np.argmax(logits[0] if len(logits) == 1 else logits[-1])]


@right
def generate_with_cache(model, ids, n_tokens):
    out, cache = tuple(ids), []
    logits = model(out[-model.context_length :], 0, cache)
    for left in reversed(range(n_tokens)):
        out += (int(np.argmax(logits[-1])),)
        if left and len(cache) < model.context_length:
            logits = model(out[-1:], len(cache), cache)
        elif left:
            cache = []
            logits = model(out[-model.context_length :], 0, cache)
    return out


@wrong("everything_again")
def generate_with_cache(model, ids, n_tokens):
    ids = list(ids)
    for _ in range(n_tokens):
        ids.append(int(model(ids[-model.context_length :], 0, [])[-1].argmax()))
    return ids


@wrong("not_cropped", "one_for_none")
def generate_with_cache(model, ids, n_tokens):
    ids, cache = list(ids), []
    logits = model(ids[-model.context_length :], 0, cache)
    for _ in range(n_tokens - 1):
        ids.append(int(logits[-1].argmax()))
        logits = model(ids[-1:], len(ids) - 1, cache)
    return [*ids, int(logits[-1].argmax())]


@wrong("position_zero")
def generate_with_cache(model, ids, n_tokens):
    ids, cache = list(ids), []
    logits = model(ids[-model.context_length :], 0, cache)
    for _ in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        if len(ids) > model.context_length:
            cache = []
            logits = model(ids[-model.context_length :], 0, cache)
        else:
            logits = model(ids[-1:], 0, cache)
    return ids


@wrong("not_read")
def generate_with_cache(model, ids, n_tokens):
    ids, cache = list(ids), []
    logits = model(ids[-model.context_length :], 0, cache)
    return ids + [int(logits[-1].argmax()) for _ in range(n_tokens)]


@wrong("new_only")
def generate_with_cache(model, ids, n_tokens):
    ids, cache, new = list(ids), [], []
    logits = model(ids[-model.context_length :], 0, cache)
    for _ in range(n_tokens):
        new.append(int(logits[-1].argmax()))
        ids.append(new[-1])
        if len(ids) > model.context_length:
            cache = []
            logits = model(ids[-model.context_length :], 0, cache)
        else:
            logits = model(ids[-1:], len(ids) - 1, cache)
    return new


@wrong("cache_shortened")
def generate_with_cache(model, ids, n_tokens):
    ids, cache = list(ids), []
    logits = model(ids[-model.context_length :], 0, cache)
    for _ in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        if len(cache) == model.context_length:
            cache.pop(0)
        logits = model(ids[-1:], len(cache), cache)
    return ids


@wrong("cache_kept")
def generate_with_cache(model, ids, n_tokens):
    ids, cache = list(ids), []
    logits = model(ids[-model.context_length :], 0, cache)
    for _ in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        if len(ids) > model.context_length:
            logits = model(ids[-model.context_length :], 0, cache)
        else:
            logits = model(ids[-1:], len(ids) - 1, cache)
    return ids


@wrong("one_too_many")
def generate_with_cache(model, ids, n_tokens):
    ids, cache = list(ids), []
    logits = model(ids[-model.context_length :], 0, cache)
    ids.append(int(logits[-1].argmax()))
    for _ in range(n_tokens):
        if len(ids) > model.context_length:
            cache = []
            logits = model(ids[-model.context_length :], 0, cache)
        else:
            logits = model(ids[-1:], len(ids) - 1, cache)
        ids.append(int(logits[-1].argmax()))
    return ids


@wrong("long_prompt")
def generate_with_cache(model, ids, n_tokens):
    ids, cache = list(ids), []
    logits = model(ids, 0, cache)
    for _ in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        if len(ids) > model.context_length:
            cache = []
            logits = model(ids[-model.context_length :], 0, cache)
        else:
            logits = model(ids[-1:], len(ids) - 1, cache)
    return ids


@wrong("fresh_cache")
def generate_with_cache(model, ids, n_tokens):
    ids = list(ids)
    logits = model(ids[-model.context_length :], 0, [])
    for _ in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        logits = model(ids[-1:], min(len(ids), model.context_length) - 1, [])
    return ids


@wrong("mutates_input")
def generate_with_cache(model, ids, n_tokens):
    cache = []
    logits = model(ids[-model.context_length :], 0, cache)
    for _ in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        if len(ids) > model.context_length:
            cache = []
            logits = model(ids[-model.context_length :], 0, cache)
        else:
            logits = model(ids[-1:], len(ids) - 1, cache)
    return ids


@wrong()
def generate_with_cache(model, ids, n_tokens):
    return [*ids, *[0] * n_tokens]


@wrong()
def generate_with_cache(model, ids, n_tokens):
    return None


@wrong("one_id")
def generate_with_cache(model, ids, n_tokens):
    ids = list(ids)
    cache = []
    window = model.context_length
    logits = model(ids[-window:], 0, cache)
    for _ in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        if len(ids) > window:
            cache = []
            logits = model(ids[-1:], 0, cache)
        else:
            logits = model(ids[-1:], len(ids) - 1, cache)
    return ids


@wrong("position_wraps")
def generate_with_cache(model, ids, n_tokens):
    ids = list(ids)
    cache = []
    window = model.context_length
    logits = model(ids[-window:], 0, cache)
    for _ in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        logits = model(ids[-1:], (len(ids) - 1) % window, cache)
    return ids


@wrong("position_stays")
def generate_with_cache(model, ids, n_tokens):
    ids = list(ids)
    cache = []
    window = model.context_length
    logits = model(ids[-window:], 0, cache)
    for _ in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        logits = model(ids[-1:], min(len(ids) - 1, window - 1), cache)
    return ids


@wrong("last_read_twice", "position_stays")
def generate_with_cache(model, ids, n_tokens):
    ids = list(ids)
    cache = []
    window = model.context_length
    for t, i in enumerate(ids[-window:]):
        logits = model([i], t, cache)
    for _ in range(n_tokens):
        logits = model(ids[-1:], min(len(ids) - 1, window - 1), cache)
        ids.append(int(logits[-1].argmax()))
    return ids


@wrong("cropped_too_early")
def generate_with_cache(model, ids, n_tokens):
    ids = list(ids)
    cache = []
    window = model.context_length
    logits = model(ids[-window:], 0, cache)
    for _ in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        if len(ids) < window:
            logits = model(ids[-1:], len(ids) - 1, cache)
        else:
            cache = []
            logits = model(ids[-window:], 0, cache)
    return ids


@wrong()
def generate_with_cache(model, ids, n_tokens):
    ids = list(ids)
    cache = []
    window = model.context_length
    logits = model(ids[-window:], 0, cache)
    for _ in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        if len(cache) >= window:
            cache = []
            logits = model(ids[-window // 2 :], 0, cache)
        else:
            logits = model(ids[-1:], len(cache), cache)
    return ids


@wrong("all_rows")
def generate_with_cache(model, ids, n_tokens):
    ids = list(ids)
    cache = []
    window = model.context_length
    logits = model(ids[-window:], 0, cache)
    for _ in range(n_tokens):
        ids.append(int(logits.argmax()))
        if len(ids) <= window:
            logits = model(ids[-1:], len(ids) - 1, cache)
        else:
            cache = []
            logits = model(ids[-window:], 0, cache)
    return ids


@wrong()
def generate_with_cache(model, ids, n_tokens):
    ids = list(ids)
    cache = []
    window = model.context_length
    logits = model(ids[-window:], 0, cache)
    for _ in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        logits = model(ids[-1], len(ids) - 1, cache)
    return ids


@right
def generate_with_cache(model, ids, n_tokens):
    ids = ids.copy()
    seen = 0
    cache = []
    first = 0
    for _ in range(n_tokens):
        if len(ids) - first > model.context_length:
            first = len(ids) - model.context_length
            cache = []
        new = ids[first + len(cache) :]
        ids = ids + [int(model(new, len(cache), cache)[-1].argmax())]
    return ids


@wrong("cache_only_if_all_fits")
def generate_with_cache(model, ids, n_tokens):
    ids = list(ids)
    if len(ids) + n_tokens > model.context_length:
        for _ in range(n_tokens):
            ids.append(int(model(ids[-model.context_length :], 0, [])[-1].argmax()))
        return ids
    cache, new = [], ids
    for _ in range(n_tokens):
        new = [int(model(new, len(cache), cache)[-1].argmax())]
        ids = ids + new
    return ids


@wrong("window_one_short")
def generate_with_cache(model, ids, n_tokens):
    ids, cache, window = list(ids), [], model.context_length
    logits = model(ids[-window:], 0, cache)
    for _ in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        if len(ids) <= window:
            logits = model(ids[-1:], len(ids) - 1, cache)
        else:
            logits = model(ids[-window + 1 :], 0, [])
    return ids


@wrong("stops_at_zero")
def generate_with_cache(model, ids, n_tokens):
    ids, cache, window = list(ids), [], model.context_length
    logits = model(ids[-window:], 0, cache)
    for _ in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        if ids[-1] == 0:  # the end of a text?
            break
        if len(ids) <= window:
            logits = model(ids[-1:], len(ids) - 1, cache)
        else:
            logits = model(ids[-window:], 0, [])
    return ids


@wrong("last_read_twice")
def generate_with_cache(model, ids, n_tokens):
    ids, cache, window = list(ids), [], model.context_length
    model(ids[-window:], 0, cache)
    for _ in range(n_tokens):
        if len(ids) <= window:
            logits = model(ids[-1:], len(ids) - 1, cache)
        else:
            logits = model(ids[-window:], 0, [])
        ids.append(int(logits[-1].argmax()))
    return ids


@wrong("position_from_new")
def generate_with_cache(model, ids, n_tokens):
    ids, cache, window = list(ids), [], model.context_length
    logits = model(ids[-window:], 0, cache)
    for step in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        if len(ids) <= window:
            logits = model(ids[-1:], step, cache)
        else:
            logits = model(ids[-window:], 0, [])
    return ids


@wrong("position_too_high")
def generate_with_cache(model, ids, n_tokens):
    ids, cache, window = list(ids), [], model.context_length
    logits = model(ids[-window:], 0, cache)
    for _ in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        if len(ids) <= window:
            logits = model(ids[-1:], len(ids), cache)
        else:
            logits = model(ids[-window:], 0, [])
    return ids


@wrong("prompt_counted")
def generate_with_cache(model, ids, n_tokens):
    ids, cache, window = list(ids), [], model.context_length
    logits = model(ids[-window:], 0, cache)
    while len(ids) < n_tokens:
        ids.append(int(logits[-1].argmax()))
        if len(ids) <= window:
            logits = model(ids[-1:], len(ids) - 1, cache)
        else:
            logits = model(ids[-window:], 0, [])
    return ids


@wrong("text_cropped_first")
def generate_with_cache(model, ids, n_tokens):
    ids, cache, window = list(ids), [], model.context_length
    for _ in range(n_tokens):
        if len(ids) > window:
            ids, cache = ids[-window:], []
        logits = model(ids[len(cache) :], len(cache), cache)
        ids.append(int(logits[-1].argmax()))
    return ids
