import math

import numpy as np

from course_lib.attention.numpy_attention import attend, softmax
from tests.bank import right, wrong

# ---- online_softmax ------------------------------------------------------------------------------------------------


@right
def online_softmax(scores, block_size):
    m, s = float("-inf"), 0
    for start in range(0, len(scores), block_size):
        for x in scores[start : start + block_size]:
            if x > m:
                s *= math.exp(m - x)
                m = x
            s += math.exp(x - m)
    return m, s


@right
def online_softmax(scores, block_size):
    highest = total = None
    for i in range(0, len(scores), block_size):
        block = scores[i : i + block_size]
        top, part = block.max(), np.exp(block - block.max()).sum()
        if highest is None:
            highest, total = top, part
        else:
            new = max(highest, top)
            total = total * np.exp(highest - new) + part * np.exp(top - new)
            highest = new
    return highest, total


@right
def online_softmax(scores, block_size):
    return scores.max(), np.exp(scores - scores.max()).sum()


@right
def online_softmax(scores, block_size):
    import torch

    scores = torch.as_tensor(scores).double()
    m, s = torch.tensor(-torch.inf, dtype=scores.dtype), torch.zeros((), dtype=scores.dtype)
    for block in scores.split(block_size):
        new = torch.maximum(m, block.max())
        s = s * (m - new).exp() + (block - new).exp().sum()
        m = new
    return m, s


@right
def online_softmax(scores, block_size):
    highest, total = -np.inf, 0.0
    for block in np.split(scores, range(block_size, len(scores), block_size)):
        new = np.maximum(highest, np.max(block))
        total *= np.exp(highest - new)
        total += np.sum(np.exp(block - new))
        highest = new
    return [highest, total]


@right
def online_softmax(scores, block_size):
    numbers = list(scores)
    best, total = numbers[0], 0
    while numbers:
        block, numbers = numbers[:block_size], numbers[block_size:]
        new = max([best, *block])
        total = total * math.exp(best - new) + sum(math.exp(x - new) for x in block)
        best = new
    return np.float32(best), np.float64(total)


@wrong("not_rescaled")
def online_softmax(scores, block_size):
    highest, total = -np.inf, 0.0
    for start in range(0, len(scores), block_size):
        block = scores[start : start + block_size]
        highest = max(highest, block.max())
        total += np.exp(block - highest).sum()
    return highest, total


@wrong("forgets_maximum")
def online_softmax(scores, block_size):
    highest, total = -np.inf, 0.0
    for start in range(0, len(scores), block_size):
        block = scores[start : start + block_size]
        new = block.max()
        total = total * np.exp(highest - new) + np.exp(block - new).sum()
        highest = new
    return highest, total


@wrong("block_not_shifted")
def online_softmax(scores, block_size):
    highest, total = -np.inf, 0.0
    for start in range(0, len(scores), block_size):
        block = scores[start : start + block_size]
        new = max(highest, block.max())
        total = total * np.exp(highest - new) + np.exp(block - block.max()).sum()
        highest = new
    return highest, total


@wrong("rest_dropped")
def online_softmax(scores, block_size):
    highest, total = -np.inf, 0.0
    for number in range(len(scores) // block_size):
        block = scores[number * block_size : (number + 1) * block_size]
        new = max(highest, block.max())
        total = total * np.exp(highest - new) + np.exp(block - new).sum()
        highest = new
    return highest, total


@wrong("starts_at_zero")
def online_softmax(scores, block_size):
    highest, total = 0, 0
    for start in range(0, len(scores), block_size):
        block = scores[start : start + block_size]
        new = max(highest, block.max())
        total = total * np.exp(highest - new) + np.exp(block - new).sum()
        highest = new
    return highest, total


@wrong("first_block")
def online_softmax(scores, block_size):
    highest, total = -np.inf, 0.0
    for start in range(0, len(scores), block_size):
        block = scores[start : start + block_size]
        new = max(highest, block.max())
        total = total * np.exp(highest - new) + np.exp(block - new).sum()
        highest = new
        return highest, total


@wrong("restarted")
def online_softmax(scores, block_size):
    highest = -np.inf
    for start in range(0, len(scores), block_size):
        block = scores[start : start + block_size]
        highest = max(highest, block.max())
        total = np.exp(block - highest).sum()
    return highest, total


@wrong("swapped")
def online_softmax(scores, block_size):
    return np.exp(scores - scores.max()).sum(), scores.max()


@wrong("no_maximum")
def online_softmax(scores, block_size):
    return scores.max(), np.exp(scores).sum()


@wrong("wrong_way")
def online_softmax(scores, block_size):
    highest, total = scores[0], 0.0
    for start in range(0, len(scores), block_size):
        block = scores[start : start + block_size]
        new = max(highest, block.max())
        total = total * np.exp(new - highest) + np.exp(block - new).sum()
        highest = new
    return highest, total


@wrong("not_rescaled", "forgets_maximum")
def online_softmax(scores, block_size):
    total = 0
    for start in range(0, len(scores), block_size):
        block = scores[start : start + block_size]
        highest = block.max()
        total += np.exp(block - highest).sum()
    return highest, total


@wrong()
def online_softmax(scores, block_size):
    return np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()


@wrong()
def online_softmax(scores, block_size):
    return scores.max(), len(scores)


@wrong("skips_lower_blocks")
def online_softmax(scores, b):
    m = -np.inf
    t = 0.0
    for i in range(0, len(scores), b):
        bl = scores[i : i + b]
        if bl.max() > m:
            t = t * np.exp(m - bl.max()) + np.exp(bl - bl.max()).sum()
            m = bl.max()
    return (m, t)


@wrong("three_blocks")
def online_softmax(scores, b):
    m, t = -np.inf, 0.0
    for i in (0, b, 2 * b):
        bl = scores[i : i + b]
        if len(bl):
            n = max(m, bl.max())
            t = t * np.exp(m - n) + np.exp(bl - n).sum()
            m = n
    return m, t


@wrong("new_maximum_not_added")
def online_softmax(scores, b):
    m = scores[:b].max()
    t = np.exp(scores[:b] - m).sum()
    for i in range(b, len(scores), b):
        bl = scores[i : i + b]
        if bl.max() > m:
            t, m = t * np.exp(m - bl.max()), bl.max()
        else:
            t += np.exp(bl - m).sum()
    return m, t


@wrong("first_counted_twice")
def online_softmax(scores, b):
    m, t = scores[0], 1.0
    for i in range(0, len(scores), b):
        bl = scores[i : i + b]
        n = max(m, bl.max())
        t = t * np.exp(m - n) + np.exp(bl - n).sum()
        m = n
    return m, t


@wrong("last_block_lost")
def online_softmax(scores, b):
    m, t = -np.inf, 0.0
    for i in range(0, len(scores) - b, b):
        bl = scores[i : i + b]
        n = max(m, bl.max())
        t = t * np.exp(m - n) + np.exp(bl - n).sum()
        m = n
    return m, t


@wrong("the_shares")
def online_softmax(scores, b):
    m = scores.max()
    e = np.exp(scores - m)
    return (m, e / e.sum())


@wrong("the_exps")
def online_softmax(scores, b):
    m = scores.max()
    return [m, np.exp(scores - m)]


@wrong("log_sum_exp")
def online_softmax(scores, b):
    m = scores.max()
    return (m, m + np.log(np.exp(scores - m).sum()))


@wrong("rest_dropped")
def online_softmax(scores, b):
    m = -np.inf
    t = 0.0
    for i in range(len(scores) // b):
        bl = scores[i * b : (i + 1) * b]
        n = max(m, bl.max())
        t = t * np.exp(m - n) + np.exp(bl - n).sum()
        m = n
    return (m, t)


@wrong()
def online_softmax(scores, b):
    m = -1000.0
    t = 0.0
    for i in range(0, len(scores), b):
        bl = scores[i : i + b]
        n = max(m, bl.max())
        t = t * np.exp(m - n) + np.exp(bl - n).sum()
        m = n
    return (m, t)


@wrong()
def online_softmax(scores, b):
    m = -np.inf
    t = 0.0
    for i in range(0, len(scores), b):
        bl = scores[i : i + b]
        n = max(m, bl.max())
        t = t - np.exp(m - n) + np.exp(bl - n).sum()
        m = n
    return (m, t)


@right
def online_softmax(scores, b):
    s = scores.astype(np.float32)
    m = s[:b].max()
    t = np.exp(s[:b] - m).sum()
    for i in range(b, len(s), b):
        n = np.maximum(m, s[i : i + b].max())
        t = t * np.exp(m - n) + np.exp(s[i : i + b] - n).sum()
        m = n
    return np.array([m, t])


# ---- tiled_attention -----------------------------------------------------------------------------------------------


@wrong("whole_table")
def tiled_attention(q, k, v, block_size):
    return attend(q, k, v)


@wrong("starts_at_a_number")
def tiled_attention(q, k, v, block_size):
    m, s, o = start(q, v, -1e4)
    for scores, values in blocks(q, k, v, block_size):
        new = np.maximum(m, scores.max(1, keepdims=True))
        s = s * np.exp(m - new) + np.exp(scores - new).sum(1, keepdims=True)
        o = o * np.exp(m - new) + np.exp(scores - new) @ values
        m = new
    return o / s


@wrong("one_block_too_many")
def tiled_attention(q, k, v, block_size):
    m, s, o = start(q, v)
    for number in range(len(k) // block_size + 1):
        part = slice(number * block_size, (number + 1) * block_size)
        scores = q @ k[part].T / np.sqrt(q.shape[1])
        new = np.maximum(m, scores.max(1, keepdims=True))
        s = s * np.exp(m - new) + np.exp(scores - new).sum(1, keepdims=True)
        o = o * np.exp(m - new) + np.exp(scores - new) @ v[part]
        m = new
    return o / s


@wrong("whole_table")
def tiled_attention(q, k, v, block_size):
    scores = np.concatenate([q @ k[i : i + block_size].T for i in range(0, len(k), block_size)], axis=1)
    return softmax(scores / q.shape[1] ** 0.5) @ v


@right
def tiled_attention(q, k, v, block_size):
    starts, d = range(0, len(k), block_size), q.shape[1] ** 0.5
    highest = np.max([(q @ k[i : i + block_size].T).max(1, keepdims=True) for i in starts], axis=0) / d
    total = output = 0
    for i in starts:
        exps = np.exp(q @ k[i : i + block_size].T / d - highest)
        total, output = total + exps.sum(1, keepdims=True), output + exps @ v[i : i + block_size]
    return output / total


@right
def tiled_attention(q, k, v, block_size):
    out = np.zeros((len(q), v.shape[1]))
    for i, query in enumerate(q):
        m, total = -np.inf, 0.0
        for start in range(0, len(k), block_size):
            s = k[start : start + block_size] @ query / math.sqrt(len(query))
            new = max(m, s.max())
            total = total * np.exp(m - new) + np.exp(s - new).sum()
            out[i] = out[i] * np.exp(m - new) + np.exp(s - new) @ v[start : start + block_size]
            m = new
        out[i] /= total
    return out


@right
def tiled_attention(q, k, v, block_size):
    highest = np.full((len(q), 1), -np.inf)
    total = np.zeros((len(q), 1))
    output = np.zeros((len(q), v.shape[1]))
    for start in range(0, len(k), block_size):
        part = slice(start, start + block_size)
        scores = np.einsum("td,sd->ts", q, k[part]) * q.shape[1] ** -0.5
        new = np.maximum(highest, scores.max(1)[:, None])
        factor, shares = np.exp(highest - new), np.exp(scores - new)
        total = factor * total + shares.sum(1)[:, None]
        output = factor * output + shares @ v[part]
        highest = new
    return output / total


@right
def tiled_attention(q, k, v, block_size):
    """Each block by itself, put together by its logsumexp."""
    outs, logs = [], []
    for start in range(0, len(k), block_size):
        scores = q @ k[start : start + block_size].T / np.sqrt(q.shape[-1])
        top = scores.max(-1, keepdims=True)
        exps = np.exp(scores - top)
        logs.append(top + np.log(exps.sum(-1, keepdims=True)))
        outs.append(exps / exps.sum(-1, keepdims=True) @ v[start : start + block_size])
    logs = np.array(logs)
    parts = np.exp(logs - logs.max(0))
    return (np.array(outs) * parts / parts.sum(0)).sum(0)


@right
def tiled_attention(q, k, v, block_size):
    import torch

    q, k, v = (torch.as_tensor(x).double() for x in (q, k, v))
    return torch.nn.functional.scaled_dot_product_attention(q, k, v)


@right
def tiled_attention(q, k, v, block_size):
    import torch

    q, k, v = (torch.as_tensor(x).double() for x in (q, k, v))
    m = torch.full((len(q),), -torch.inf, dtype=q.dtype)
    s = torch.zeros(len(q), dtype=q.dtype)
    o = torch.zeros(len(q), v.shape[1], dtype=q.dtype)
    for kb, vb in zip(k.split(block_size), v.split(block_size)):
        scores = q @ kb.mT / q.shape[-1] ** 0.5
        new = torch.maximum(m, scores.amax(-1))
        s = s * (m - new).exp() + (scores - new[:, None]).exp().sum(-1)
        o = o * (m - new).exp()[:, None] + (scores - new[:, None]).exp() @ vb
        m = new
    return o / s[:, None]


def blocks(q, k, v, block_size, scale=None):
    for start in range(0, len(k), block_size):
        part = slice(start, start + block_size)
        yield q @ k[part].T / (scale or q.shape[1] ** 0.5), v[part]


def start(q, v, lowest=-np.inf):
    return np.full((len(q), 1), lowest), np.zeros((len(q), 1)), np.zeros((len(q), v.shape[1]))


@wrong("output_not_rescaled")
def tiled_attention(q, k, v, block_size):
    m, s, o = start(q, v)
    for scores, values in blocks(q, k, v, block_size):
        new = np.maximum(m, scores.max(1, keepdims=True))
        s = s * np.exp(m - new) + np.exp(scores - new).sum(1, keepdims=True)
        o = o + np.exp(scores - new) @ values
        m = new
    return o / s


@wrong("sum_not_rescaled")
def tiled_attention(q, k, v, block_size):
    m, s, o = start(q, v)
    for scores, values in blocks(q, k, v, block_size):
        new = np.maximum(m, scores.max(1, keepdims=True))
        s = s + np.exp(scores - new).sum(1, keepdims=True)
        o = o * np.exp(m - new) + np.exp(scores - new) @ values
        m = new
    return o / s


@wrong("never_rescaled")
def tiled_attention(q, k, v, block_size):
    m, s, o = start(q, v)
    for scores, values in blocks(q, k, v, block_size):
        m = np.maximum(m, scores.max(1, keepdims=True))
        s = s + np.exp(scores - m).sum(1, keepdims=True)
        o = o + np.exp(scores - m) @ values
    return o / s


@wrong("divided_in_every_block")
def tiled_attention(q, k, v, block_size):
    m, s, o = start(q, v)
    for scores, values in blocks(q, k, v, block_size):
        new = np.maximum(m, scores.max(1, keepdims=True))
        s = s * np.exp(m - new) + np.exp(scores - new).sum(1, keepdims=True)
        o = (o * np.exp(m - new) + np.exp(scores - new) @ values) / s
        m = new
    return o


@wrong("softmax_per_block")
def tiled_attention(q, k, v, block_size):
    out = 0
    for scores, values in blocks(q, k, v, block_size):
        shares = np.exp(scores - scores.max(1, keepdims=True))
        out = out + shares / shares.sum(1, keepdims=True) @ values
    return out


@wrong("softmax_averaged")
def tiled_attention(q, k, v, block_size):
    parts = []
    for scores, values in blocks(q, k, v, block_size):
        shares = np.exp(scores - scores.max(1, keepdims=True))
        parts.append(shares / shares.sum(1, keepdims=True) @ values)
    return np.mean(parts, axis=0)


@wrong("unscaled")
def tiled_attention(q, k, v, block_size):
    return attend(q * q.shape[1] ** 0.5, k, v)


@wrong("by_tokens")
def tiled_attention(q, k, v, block_size):
    return attend(q * (q.shape[1] / len(k)) ** 0.5, k, v)


@wrong("no_maximum")
def tiled_attention(q, k, v, block_size):
    s = o = 0
    for scores, values in blocks(q, k, v, block_size):
        s = s + np.exp(scores).sum(1, keepdims=True)
        o = o + np.exp(scores) @ values
    return o / s


@wrong("one_maximum")
def tiled_attention(q, k, v, block_size):
    m, s, o = -np.inf, 0, 0
    for scores, values in blocks(q, k, v, block_size):
        new = max(m, scores.max())
        s = s * np.exp(m - new) + np.exp(scores - new).sum(1, keepdims=True)
        o = o * np.exp(m - new) + np.exp(scores - new) @ values
        m = new
    return o / s


@wrong("rest_dropped")
def tiled_attention(q, k, v, block_size):
    highest, total, output = start(q, v)
    for number in range(len(k) // block_size):
        keys = slice(number * block_size, (number + 1) * block_size)
        scores = q @ k[keys].T / q.shape[1] ** 0.5
        new = np.maximum(highest, scores.max(1, keepdims=True))
        old, exps = np.exp(highest - new), np.exp(scores - new)
        total, output, highest = total * old + exps.sum(1, keepdims=True), output * old + exps @ v[keys], new
    return output / total


@wrong("not_divided")
def tiled_attention(q, k, v, block_size):
    m, s, o = start(q, v)
    for scores, values in blocks(q, k, v, block_size):
        new = np.maximum(m, scores.max(1, keepdims=True))
        o = o * np.exp(m - new) + np.exp(scores - new) @ values
        m = new
    return o


@wrong("starts_at_zero")
def tiled_attention(q, k, v, block_size):
    m, s, o = start(q, v, 0.0)
    for scores, values in blocks(q, k, v, block_size):
        new = np.maximum(m, scores.max(1, keepdims=True))
        s = s * np.exp(m - new) + np.exp(scores - new).sum(1, keepdims=True)
        o = o * np.exp(m - new) + np.exp(scores - new) @ values
        m = new
    return o / s


@wrong("last_block")
def tiled_attention(q, k, v, block_size):
    for scores, values in blocks(q, k, v, block_size):
        shares = np.exp(scores - scores.max(1, keepdims=True))
        out = shares / shares.sum(1, keepdims=True) @ values
    return out


@wrong()
def tiled_attention(q, k, v, block_size):
    return attend(q, k, v).mean(axis=0)


@wrong()
def tiled_attention(q, k, v, block_size):
    return attend(q, k, v) * 1.1


@wrong("causal")
def tiled_attention(q, k, v, bs):
    s = q @ k.T / q.shape[-1] ** 0.5
    s = np.where(np.tri(*s.shape, dtype=bool), s, -np.inf)
    return softmax(s) @ v


@wrong("by_d_v")
def tiled_attention(q, k, v, bs):
    s = q @ k.T / v.shape[-1] ** 0.5
    return softmax(s) @ v


@wrong("wrong_way")
def tiled_attention(q, k, v, bs):
    m = np.full((len(q), 1), -1e30)
    t = np.zeros((len(q), 1))
    o = np.zeros((len(q), v.shape[1]))
    for i in range(0, len(k), bs):
        s = q @ k[i : i + bs].T / q.shape[1] ** 0.5
        n = np.maximum(m, s.max(1, keepdims=True))
        e = np.exp(s - n)
        r = np.exp(n - m) if i else 0
        t = t * r + e.sum(1, keepdims=True)
        o = o * r + e @ v[i : i + bs]
        m = n
    return o / t


@wrong("sum_of_last_block")
def tiled_attention(q, k, v, bs):
    m = np.full((len(q), 1), -np.inf)
    o = np.zeros((len(q), v.shape[1]))
    for i in range(0, len(k), bs):
        s = q @ k[i : i + bs].T / q.shape[1] ** 0.5
        n = np.maximum(m, s.max(1, keepdims=True))
        e = np.exp(s - n)
        t = e.sum(1, keepdims=True)
        o = o * np.exp(m - n) + e @ v[i : i + bs]
        m = n
    return o / t


@wrong("output_of_last_block")
def tiled_attention(q, k, v, bs):
    m = np.full((len(q), 1), -np.inf)
    t = np.zeros((len(q), 1))
    for i in range(0, len(k), bs):
        s = q @ k[i : i + bs].T / q.shape[1] ** 0.5
        n = np.maximum(m, s.max(1, keepdims=True))
        e = np.exp(s - n)
        t = t * np.exp(m - n) + e.sum(1, keepdims=True)
        o = e @ v[i : i + bs]
        m = n
    return o / t


@wrong("blocks_of_q")
def tiled_attention(q, k, v, bs):
    m = np.full((len(q), 1), -np.inf)
    t = np.zeros((len(q), 1))
    o = np.zeros((len(q), v.shape[1]))
    for i in range(0, len(q), bs):
        s = q @ k[i : i + bs].T / q.shape[1] ** 0.5
        n = np.maximum(m, s.max(1, keepdims=True))
        e = np.exp(s - n)
        t = t * np.exp(m - n) + e.sum(1, keepdims=True)
        o = o * np.exp(m - n) + e @ v[i : i + bs]
        m = n
    return o / t


@wrong()
def tiled_attention(q, k, v, bs):
    m = np.full(len(q), -np.inf)
    t = np.zeros(len(q))
    o = np.zeros((len(q), v.shape[1]))
    for i in range(0, len(k), bs):
        s = q @ k[i : i + bs].T / q.shape[1] ** 0.5
        n = np.maximum(m, s.max(1))
        e = np.exp(s - n)
        t = t * np.exp(m - n) + e.sum(1)
        o = o * np.exp(m - n) + e @ v[i : i + bs]
        m = n
    return o / t


@wrong("put_below")
def tiled_attention(q, k, v, bs):
    return np.concatenate([attend(q, k[i : i + bs], v[i : i + bs]) for i in range(0, len(k), bs)])


@right
def tiled_attention(q, k, v, bs):
    import torch

    q, k, v = (torch.tensor(x).double() for x in (q, k, v))
    outs = []
    l = []
    for kb, vb in zip(k.split(bs), v.split(bs)):
        s = q @ kb.T / q.shape[-1] ** 0.5
        outs.append(s.softmax(-1) @ vb)
        l.append(s.logsumexp(-1))
    return torch.einsum("bt,btd->td", torch.stack(l).softmax(0), torch.stack(outs))


# ---- linear_attention ----------------------------------------------------------------------------------------------


def elu(x):
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


@right
def linear_attention(q, k, v):
    q, k = elu(q) + 1, elu(k) + 1
    return (q @ (k.T @ v)) / (q @ k.sum(0))[:, None]


@right
def linear_attention(q, k, v):
    weights = (elu(q) + 1) @ (elu(k) + 1).T
    return weights / weights.sum(axis=-1, keepdims=True) @ v


@right
def linear_attention(q, k, v):
    import torch
    from torch.nn.functional import elu

    q, k, v = (torch.as_tensor(x).double() for x in (q, k, v))
    q, k = elu(q) + 1, elu(k) + 1
    return torch.einsum("td,sd,sv->tv", q, k, v) / torch.einsum("td,sd->t", q, k)[:, None]


@right
def linear_attention(q, k, v):
    def phi(x):
        return x + 1 if x > 0 else math.exp(x)

    rows = []
    for query in q:
        shares = [sum(phi(a) * phi(b) for a, b in zip(query, key)) for key in k]
        rows.append([sum(s * row[c] for s, row in zip(shares, v)) / sum(shares) for c in range(v.shape[1])])
    return rows


@right
def linear_attention(q, k, v):
    fq, fk = q.copy().astype(np.float32), k.copy().astype(np.float32)
    for f in (fq, fk):
        low = f <= 0
        f[low] = np.exp(f[low])
        f[~low] += 1
    memory = np.concatenate([v, np.ones((len(v), 1))], axis=1)
    out = fq @ (fk.T @ memory)
    return out[:, :-1] / out[:, -1:]


@right
def linear_attention(q, k, v):
    phi = np.vectorize(lambda x: x + 1 if x >= 0 else np.exp(x), otypes=[float])
    S, z = np.zeros((q.shape[1], v.shape[1])), np.zeros(q.shape[1])
    for key, value in zip(phi(k), v):
        S += np.outer(key, value)
        z += key
    return np.stack([query @ S / (query @ z) for query in phi(q)])


@wrong()  # for whole numbers np.vectorize cuts every exp down to 0
def linear_attention(q, k, v):
    phi = np.vectorize(lambda x: x + 1 if x > 0 else np.exp(x))
    weights = phi(q) @ phi(k).T
    return weights @ v / weights.sum(axis=1, keepdims=True)


@wrong("a_bit_added")
def linear_attention(q, k, v):
    q, k = elu(q) + 1, elu(k) + 1
    return q @ (k.T @ v) / (q @ k.sum(0) + 1e-8)[:, None]


@wrong("overflow")
def linear_attention(q, k, v):
    phi = lambda x: (x > 0) * (x + 1) + (x <= 0) * np.exp(x)
    return phi(q) @ (phi(k).T @ v) / (phi(q) @ phi(k).sum(0))[:, None]


@wrong("softmax_unscaled")
def linear_attention(q, k, v):
    return softmax(q @ k.T) @ v


@wrong("no_denominator")
def linear_attention(q, k, v):
    return (elu(q) + 1) @ ((elu(k) + 1).T @ v)


@wrong("no_features")
def linear_attention(q, k, v):
    return q @ (k.T @ v) / (q @ k.sum(0))[:, None]


@wrong("features_on_k_only")
def linear_attention(q, k, v):
    k = elu(k) + 1
    return q @ (k.T @ v) / (q @ k.sum(0))[:, None]


@wrong("elu_alone")
def linear_attention(q, k, v):
    q, k = elu(q), elu(k)
    return q @ (k.T @ v) / (q @ k.sum(0))[:, None]


@wrong("softmax_attention")
def linear_attention(q, k, v):
    return attend(q, k, v)


@wrong("exponential")
def linear_attention(q, k, v):
    q, k = np.exp(q), np.exp(k)
    return q @ (k.T @ v) / (q @ k.sum(0))[:, None]


@wrong("scaled")
def linear_attention(q, k, v):
    q, k = elu(q / q.shape[1] ** 0.5) + 1, elu(k) + 1
    return q @ (k.T @ v) / (q @ k.sum(0))[:, None]


@wrong("divided_by_tokens")
def linear_attention(q, k, v):
    return (elu(q) + 1) @ ((elu(k) + 1).T @ v) / len(k)


@wrong("one_denominator")
def linear_attention(q, k, v):
    weights = (elu(q) + 1) @ (elu(k) + 1).T
    return weights / weights.sum() @ v


@wrong("causal")
def linear_attention(q, k, v):
    weights = np.tril((elu(q) + 1) @ (elu(k) + 1).T)
    return weights / weights.sum(axis=-1, keepdims=True) @ v


@wrong("features_on_v_too")
def linear_attention(q, k, v):
    q, k, v = elu(q) + 1, elu(k) + 1, elu(v) + 1
    return q @ (k.T @ v) / (q @ k.sum(0))[:, None]


@wrong("no_features", "no_denominator")
def linear_attention(q, k, v):
    return q @ (k.T @ v)


@wrong()
def linear_attention(q, k, v):
    return k.T @ v


@wrong("sigmoid")
def linear_attention(q, k, v):
    sigmoid = lambda x: 1 / (1 + np.exp(-x))
    q, k = sigmoid(q), sigmoid(k)
    return q @ (k.T @ v) / (q @ k.sum(0))[:, None]


@wrong("relu")
def linear_attention(q, k, v):
    a, b = (np.maximum(q, 0), np.maximum(k, 0))
    weights = a @ b.T
    return weights / weights.sum(1, keepdims=True) @ v


@wrong("relu_plus_one")
def linear_attention(q, k, v):
    f = lambda x: np.maximum(x, 0) + 1
    a, b = (f(q), f(k))
    weights = a @ b.T
    return weights / weights.sum(1, keepdims=True) @ v


@wrong("branches_swapped")
def linear_attention(q, k, v):
    f = lambda x: np.where(x > 0, np.exp(x), x + 1)
    a, b = (f(q), f(k))
    weights = a @ b.T
    return weights / weights.sum(1, keepdims=True) @ v


@wrong("no_plus_one")
def linear_attention(q, k, v):
    f = lambda x: np.where(x > 0, x, np.exp(x))
    a, b = (f(q), f(k))
    weights = a @ b.T
    return weights / weights.sum(1, keepdims=True) @ v


@wrong("features_of_product")
def linear_attention(q, k, v):
    weights = elu(q @ k.T) + 1
    return weights / weights.sum(1, keepdims=True) @ v


@wrong("size")
def linear_attention(q, k, v):
    a, b = (abs(q), abs(k))
    weights = a @ b.T
    return weights / weights.sum(1, keepdims=True) @ v


@wrong("softplus")
def linear_attention(q, k, v):
    f = lambda x: np.log1p(np.exp(x))
    a, b = (f(q), f(k))
    weights = a @ b.T
    return weights / weights.sum(1, keepdims=True) @ v


@wrong()
def linear_attention(q, k, v):
    a, b = elu(q) + 1, elu(k) + 1
    a = a / a.sum(1, keepdims=True)
    b = b / b.sum(0)
    return a @ (b.T @ v)


@wrong("softmax_of_rows")
def linear_attention(q, k, v):
    f = lambda x: softmax(x)
    a, b = (f(q), f(k))
    weights = a @ b.T
    return weights / weights.sum(1, keepdims=True) @ v


# ---- attention_flops -----------------------------------------------------------------------------------------------


@right
def attention_flops(T, n_embd):
    return 8 * T * n_embd**2, 4 * T**2 * n_embd


@right
def attention_flops(T, n_embd):
    def product(n, m, p):
        return 2 * n * m * p

    C = n_embd
    return 4 * product(T, C, C), product(T, C, T) + product(T, T, C)


@right
def attention_flops(T, n_embd):
    projections = 0
    for _ in ["W_q", "W_k", "W_v", "W_o"]:
        projections += 2 * T * n_embd * n_embd
    table = sum(2 * T * T * n_embd for _ in range(2))
    return [projections, table]


@right
def attention_flops(T, n_embd):
    return np.array([8.0 * T * n_embd * n_embd, 4.0 * T * T * n_embd])[0], 4.0 * T * T * n_embd


@right
def attention_flops(T, n_embd):
    multiplications = {"projections": 4 * T * n_embd**2, "table": 2 * T * T * n_embd}
    return tuple(2 * count for count in multiplications.values())


@right
def attention_flops(T, n_embd):
    return np.float64(2 * 4 * T) * n_embd**2, np.int64(4 * T * T) * n_embd


@wrong("multiplications_only")
def attention_flops(T, n_embd):
    return 4 * T * n_embd**2, 2 * T**2 * n_embd


@wrong("no_output_matrix")
def attention_flops(T, n_embd):
    return 6 * T * n_embd**2, 4 * T**2 * n_embd


@wrong("one_product")
def attention_flops(T, n_embd):
    return 8 * T * n_embd**2, 2 * T**2 * n_embd


@wrong("linear_in_T")
def attention_flops(T, n_embd):
    return 8 * T * n_embd**2, 4 * T * n_embd


@wrong("swapped")
def attention_flops(T, n_embd):
    return 4 * T**2 * n_embd, 8 * T * n_embd**2


@wrong("width_not_squared")
def attention_flops(T, n_embd):
    return 8 * T * n_embd, 4 * T**2 * n_embd


@wrong("per_token")
def attention_flops(T, n_embd):
    return 8 * n_embd**2, 4 * T**2 * n_embd


@wrong("table_width_squared")
def attention_flops(T, n_embd):
    return 8 * T * n_embd**2, 4 * T**2 * n_embd**2


@wrong("forward_and_backward")
def attention_flops(T, n_embd):
    return 24 * T * n_embd**2, 12 * T**2 * n_embd


@wrong("both_added")
def attention_flops(T, n_embd):
    return 8 * T * n_embd**2, 8 * T * n_embd**2 + 4 * T**2 * n_embd


@wrong("no_output_matrix", "one_product")
def attention_flops(T, n_embd):
    return 6 * T * n_embd**2, 2 * T**2 * n_embd


@wrong()
def attention_flops(T, n_embd):
    return 8 * T * n_embd**2 + 4 * T**2 * n_embd


@wrong()
def attention_flops(T, n_embd):
    return 8 * T * n_embd**2, T**3


@wrong("masked_left_out")
def attention_flops(T, C):
    return (8 * T * C * C, 4 * (T * (T + 1) // 2) * C)


@wrong("window_of_1024")
def attention_flops(T, C):
    return 8 * T * C**2, 4 * T * min(T, 1024) * C


@wrong("heads_of_64")
def attention_flops(T, C):
    n_head = max(C // 64, 1)
    return 8 * T * C**2, n_head * 4 * T**2 * min(C, 64)


@wrong("one_addition_less")
def attention_flops(T, C):
    return 4 * T * C * (2 * C - 1), T * T * (2 * C - 1) + T * C * (2 * T - 1)


@wrong("two_matrices")
def attention_flops(T, C):
    return (4 * T * C * C, 4 * T * T * C)


@wrong()
def attention_flops(T, C):
    return (4 * C * C, 2 * T * T)


@wrong()
def attention_flops(T, C):
    return (8 * T * C * C, 4 * T * T * C + 5 * T * T)


@wrong()
def attention_flops(T, C):
    return 8 * T * C * C + 4 * T * T * C


@right
def attention_flops(T, C):
    return np.array([8 * T * C * C, 4 * T * T * C], dtype=float)
