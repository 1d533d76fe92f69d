import numpy as np

from tests.bank import right, wrong

# ---- average_gradients ---------------------------------------------------------------------------------------------


@right
def average_gradients(gradients, n_examples):
    total = sum(n_examples)
    averaged = []
    for p in range(len(gradients[0])):
        summed = 0
        for rank, n in enumerate(n_examples):
            summed = summed + n * gradients[rank][p]
        averaged.append(summed / total)
    return averaged


@right
def average_gradients(gradients, n_examples):
    return [np.average(parts, axis=0, weights=n_examples) for parts in zip(*gradients)]


@right
def average_gradients(gradients, n_examples):
    shares = np.array(n_examples) / np.sum(n_examples)
    return [np.einsum("w,w...->...", shares, np.stack(parts)) for parts in zip(*gradients)]


@right
def average_gradients(gradients, n_examples):
    import torch

    shares = torch.tensor(n_examples, dtype=torch.float64) / sum(n_examples)
    return tuple(sum(s * torch.as_tensor(g) for s, g in zip(shares, parts)) for parts in zip(*gradients))


@right
def average_gradients(gradients, n_examples):
    mean = [np.zeros_like(g) for g in gradients[0]]
    for of_one, n in zip(gradients, n_examples):
        for m, g in zip(mean, of_one):
            m += n * g / sum(n_examples)
    return mean


@right
def average_gradients(gradients, n_examples):
    sums = [[n * g for g in of_one] for of_one, n in zip(gradients, n_examples)]
    return [(sum(parts) / sum(n_examples)).tolist() for parts in zip(*sums)]


@wrong()
def average_gradients(gradients, n_examples):  # 0 / 0 while nobody has read anything
    mean, seen = [0 * g for g in gradients[0]], 0
    for of_one, n in zip(gradients, n_examples):
        seen += n
        mean = [m + (g - m) * n / seen for m, g in zip(mean, of_one)]  # a running mean
    return mean


@wrong("unweighted")
def average_gradients(gradients, n_examples):
    return [sum(parts) / len(gradients) for parts in zip(*gradients)]


@wrong("unweighted")
def average_gradients(gradients, n_examples):
    return [np.mean(parts, axis=0) for parts in zip(*gradients)]


@wrong("summed")
def average_gradients(gradients, n_examples):
    return [sum(parts) for parts in zip(*gradients)]


@wrong("not_divided")
def average_gradients(gradients, n_examples):
    return [sum(n * g for n, g in zip(n_examples, parts)) for parts in zip(*gradients)]


@wrong("divided_by_ranks")
def average_gradients(gradients, n_examples):
    return [sum(n * g for n, g in zip(n_examples, parts)) / len(n_examples) for parts in zip(*gradients)]


@wrong("divided_by_ranks")
def average_gradients(gradients, n_examples):
    return [np.mean([n * g for n, g in zip(n_examples, parts)], axis=0) for parts in zip(*gradients)]


@wrong("sum_by_examples")
def average_gradients(gradients, n_examples):
    return [sum(parts) / sum(n_examples) for parts in zip(*gradients)]


@wrong("doubly_divided")
def average_gradients(gradients, n_examples):
    total = sum(n_examples)
    return [np.mean([n / total * g for n, g in zip(n_examples, parts)], axis=0) for parts in zip(*gradients)]


@wrong("last_rank")
def average_gradients(gradients, n_examples):
    for of_one in gradients:
        mean = [g for g in of_one]
    return mean


@wrong("first_rank")
def average_gradients(gradients, n_examples):
    for of_one in gradients:
        return list(of_one)


@wrong("largest_rank")
def average_gradients(gradients, n_examples):
    return gradients[int(np.argmax(n_examples))]


@wrong("backwards")
def average_gradients(gradients, n_examples):
    total = sum(n_examples)
    return [sum(n / total * g for n, g in zip(reversed(n_examples), parts)) for parts in zip(*gradients)]


@wrong("median")
def average_gradients(gradients, n_examples):
    return [np.median(parts, axis=0) for parts in zip(*gradients)]


@wrong("idle_left_out")
def average_gradients(gradients, n_examples):
    busy = [of_one for of_one, n in zip(gradients, n_examples) if n]
    return [np.mean(parts, axis=0) for parts in zip(*busy)]


@wrong("by_most")
def average_gradients(gradients, n_examples):
    return [sum(n / max(n_examples) * g for n, g in zip(n_examples, parts)) for parts in zip(*gradients)]


@wrong("lengths_only")
def average_gradients(gradients, n_examples):
    return [abs(np.average(parts, axis=0, weights=n_examples)) for parts in zip(*gradients)]


@wrong()
def average_gradients(gradients, n_examples):  # one long vector
    return np.concatenate([np.average(parts, axis=0, weights=n_examples).ravel() for parts in zip(*gradients)])


@wrong()
def average_gradients(gradients, n_examples):  # over the parameters instead of the processes
    return [sum(g.mean() for g in of_one) / len(of_one) for of_one in gradients]


@wrong("mutates_input")
def average_gradients(gradients, n_examples):
    total = sum(n_examples)
    first = gradients[0]
    for p in range(len(first)):
        first[p] *= n_examples[0] / total
        for rank in range(1, len(gradients)):
            first[p] += n_examples[rank] / total * gradients[rank][p]
    return first


@wrong("rounded_shares")
def average_gradients(gradients, n_examples):
    return [sum(n // sum(n_examples) * g for n, g in zip(n_examples, parts)) for parts in zip(*gradients)]


@wrong("softmax_shares")
def average_gradients(gradients, n_examples):
    shares = np.exp(n_examples) / np.sum(np.exp(n_examples))
    return [sum(s * g for s, g in zip(shares, parts)) for parts in zip(*gradients)]


@wrong("turned")
def average_gradients(gradients, n_examples):
    return [-np.average(parts, axis=0, weights=n_examples) for parts in zip(*gradients)]


@wrong("idle_as_one")
def average_gradients(gradients, n_examples):
    counts = [n or 1 for n in n_examples]  # no division by 0
    return [np.average(parts, axis=0, weights=counts) for parts in zip(*gradients)]


@wrong("filtered")
def average_gradients(gradients, n_examples):
    busy = [n for n in n_examples if n > 0]
    return [sum(n / sum(busy) * g for n, g in zip(busy, parts)) for parts in zip(*gradients)]


@wrong("fewer_count_more")
def average_gradients(gradients, n_examples):
    shares = np.array([1 / n if n else 0 for n in n_examples])
    return [np.average(parts, axis=0, weights=shares) for parts in zip(*gradients)]


@wrong("fewer_count_more_bare")
def average_gradients(gradients, n_examples):
    shares = [1 / n for n in n_examples]
    return [sum(s / sum(shares) * g for s, g in zip(shares, parts)) for parts in zip(*gradients)]


@wrong("each_divided")
def average_gradients(gradients, n_examples):
    with np.errstate(all="ignore"):
        return [np.mean([g / n for n, g in zip(n_examples, parts)], axis=0) for parts in zip(*gradients)]


@wrong("each_divided_and_summed")
def average_gradients(gradients, n_examples):
    with np.errstate(all="ignore"):
        return [sum(g / n for n, g in zip(n_examples, parts)) for parts in zip(*gradients)]


@wrong("divided_by_busy")
def average_gradients(gradients, n_examples):
    n_busy = np.count_nonzero(n_examples)
    return [sum(n * g for n, g in zip(n_examples, parts)) / n_busy for parts in zip(*gradients)]


@wrong("squared")
def average_gradients(gradients, n_examples):
    weights = [n * n for n in n_examples]
    return [np.average(parts, axis=0, weights=weights) for parts in zip(*gradients)]


@wrong("last_rank_by_share")
def average_gradients(gradients, n_examples):
    for of_one, n in zip(gradients, n_examples):
        mean = [n / sum(n_examples) * g for g in of_one]
    return mean


@wrong("last_left_out")
def average_gradients(gradients, n_examples):
    mean = [np.zeros_like(g) for g in gradients[0]]
    for rank in range(len(gradients) - 1):
        mean = [m + n_examples[rank] / sum(n_examples) * g for m, g in zip(mean, gradients[rank])]
    return mean


@wrong("rounded_down")
def average_gradients(gradients, n_examples):
    return [sum(n * g for n, g in zip(n_examples, parts)) // sum(n_examples) for parts in zip(*gradients)]


@wrong("mean_of_each")
def average_gradients(gradients, n_examples):
    total = sum(n_examples)
    return [sum(n / total * g.mean() for n, g in zip(n_examples, parts)) for parts in zip(*gradients)]


@wrong("in_reverse")
def average_gradients(gradients, n_examples):
    means = []
    for parts in zip(*gradients):
        means.insert(0, np.average(parts, axis=0, weights=n_examples))
    return means


@wrong("first_count_for_all")
def average_gradients(gradients, n_examples):
    return [sum(parts) * n_examples[0] / sum(n_examples) for parts in zip(*gradients)]


@wrong("by_parameters")
def average_gradients(gradients, n_examples):
    return [sum(n * g for n, g in zip(n_examples, parts)) / len(gradients[0]) for parts in zip(*gradients)]


@wrong("not_summed")
def average_gradients(gradients, n_examples):
    total = sum(n_examples)
    return [[n / total * g for n, g in zip(n_examples, parts)] for parts in zip(*gradients)]


@wrong("first_parameter_for_all")
def average_gradients(gradients, n_examples):
    total = sum(n_examples)
    return [sum(n / total * g[0] for n, g in zip(n_examples, gradients)) for _ in gradients[0]]


@wrong("idle_divides")
def average_gradients(gradients, n_examples):
    shares = [1 / (sum(n_examples) / n) for n in n_examples]
    return [sum(s * g for s, g in zip(shares, parts)) for parts in zip(*gradients)]


@wrong("stops_at_idle")
def average_gradients(gradients, n_examples):
    means = []
    for parts in zip(*gradients):
        total, seen = 0, 0
        for n, g in zip(n_examples, parts):
            if n == 0:
                break
            total, seen = total + n * g, seen + n
        means.append(total / seen)
    return means


@wrong("halved_in_turn")
def average_gradients(gradients, n_examples):
    mean = gradients[0]
    for of_one in gradients[1:]:
        mean = [(m + g) / 2 for m, g in zip(mean, of_one)]
    return mean


@wrong("one_minus")
def average_gradients(gradients, n_examples):
    shares = 1 - np.array(n_examples) / sum(n_examples)
    return [sum(s * g for s, g in zip(shares, parts)) for parts in zip(*gradients)]


# ---- shard_heads ---------------------------------------------------------------------------------------------------


def evenly(n_head, n_device):
    if n_head % n_device:
        raise ValueError(f"{n_head} heads, {n_device} devices")


@right
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    D, each = W_q.shape[1] // n_head, n_head // n_device
    mine = slice(rank * each * D, (rank + 1) * each * D)
    return W_q[:, mine], W_k[:, mine], W_v[:, mine], W_o[mine, :]


@right
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    if n_head % n_device != 0:
        raise ValueError("no")
    q, k, v = (np.split(W, n_device, axis=1)[rank] for W in (W_q, W_k, W_v))
    return q, k, v, np.split(W_o, n_device)[rank]


@right
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    C = len(W_q)
    D, heads = C // n_head, np.arange(n_head).reshape(n_device, -1)[rank]
    columns = [h * D + d for h in heads for d in range(D)]
    return [W_q[:, columns].tolist(), W_k[:, columns].tolist(), W_v[:, columns].tolist(), W_o[columns].tolist()]


@right
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    import torch

    evenly(n_head, n_device)
    cut = [torch.as_tensor(W).chunk(n_device, dim=1)[rank] for W in (W_q, W_k, W_v)]
    return *cut, torch.as_tensor(W_o).chunk(n_device, dim=0)[rank]


@right
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    C = W_o.shape[0]
    q, k, v = (W.reshape(C, n_device, C // n_device)[:, rank] for W in (W_q, W_k, W_v))
    return q, k, v, W_o.reshape(n_device, C // n_device, C)[rank]


@right
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    begin = rank * wide
    q, k, v, o = (W.T[begin : begin + wide].T for W in (W_q, W_k, W_v, W_o.T))
    return q.copy(), k.copy(), v.copy(), o.T.copy()


def cut(W_q, W_k, W_v, W_o, mine):
    return W_q[:, mine], W_k[:, mine], W_v[:, mine], W_o[mine]


@wrong("head_cut")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    wide = W_q.shape[1] // n_device
    return cut(W_q, W_k, W_v, W_o, slice(rank * wide, (rank + 1) * wide))


@wrong("head_lost")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    wide = n_head // n_device * (W_q.shape[1] // n_head)
    return cut(W_q, W_k, W_v, W_o, slice(rank * wide, (rank + 1) * wide))


@wrong("head_cut", "W_o_columns")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    wide = W_q.shape[1] // n_device
    mine = slice(rank * wide, (rank + 1) * wide)
    return W_q[:, mine], W_k[:, mine], W_v[:, mine], W_o[:, mine]


@wrong("W_o_columns")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    mine = slice(rank * wide, (rank + 1) * wide)
    return W_q[:, mine], W_k[:, mine], W_v[:, mine], W_o[:, mine]


@wrong("W_o_whole")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    mine = slice(rank * wide, (rank + 1) * wide)
    return W_q[:, mine], W_k[:, mine], W_v[:, mine], W_o


@wrong("inputs_cut")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    mine = slice(rank * wide, (rank + 1) * wide)
    return W_q[mine], W_k[mine], W_v[mine], W_o[mine]


@wrong("inputs_cut", "W_o_columns")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    mine = slice(rank * wide, (rank + 1) * wide)
    return W_q[mine], W_k[mine], W_v[mine], W_o[:, mine]


@wrong("every_nth_head")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    D = W_q.shape[1] // n_head
    return cut(W_q, W_k, W_v, W_o, [h * D + d for h in range(rank, n_head, n_device) for d in range(D)])


@wrong("every_nth_column")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    return cut(W_q, W_k, W_v, W_o, slice(rank, None, n_device))


@wrong("one_head")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    D = W_q.shape[1] // n_head
    return cut(W_q, W_k, W_v, W_o, slice(rank * D, (rank + 1) * D))


@wrong("one_head", "head_cut")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    D = W_q.shape[1] // n_head
    return cut(W_q, W_k, W_v, W_o, slice(rank * D, (rank + 1) * D))


@wrong("counted_from_one")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    return cut(W_q, W_k, W_v, W_o, slice((rank - 1) * wide, rank * wide))


@wrong("counted_from_one_wrapped")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    return cut(W_q, W_k, W_v, W_o, [c % W_q.shape[1] for c in range((rank - 1) * wide, rank * wide)])


@wrong("always_first")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    return cut(W_q, W_k, W_v, W_o, slice(W_q.shape[1] // n_device))


@wrong("up_to_mine")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    return cut(W_q, W_k, W_v, W_o, slice((rank + 1) * (W_q.shape[1] // n_device)))


@wrong("values_whole")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    mine = slice(rank * wide, (rank + 1) * wide)
    return W_q[:, mine], W_k[:, mine], W_v, W_o[mine]


@wrong("W_o_divided")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    return cut(W_q, W_k, W_v, W_o / n_device, slice(rank * wide, (rank + 1) * wide))


@wrong()
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):  # one joined matrix
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    mine = slice(rank * wide, (rank + 1) * wide)
    return np.hstack([W_q[:, mine], W_k[:, mine], W_v[:, mine]]), W_o[mine]


@wrong("last_column_lost")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    return cut(W_q, W_k, W_v, W_o, slice(rank * wide, (rank + 1) * wide - 1))


@wrong("begins_at_rank")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    return cut(W_q, W_k, W_v, W_o, slice(rank, rank + wide))


@wrong("zeros_kept")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    parts = [np.zeros_like(W_q) for _ in range(4)]
    mine = slice(rank * wide, (rank + 1) * wide)
    for part, W in zip(parts, (W_q, W_k, W_v)):
        part[:, mine] = W[:, mine]
    parts[3][mine] = W_o[mine]
    return parts


@right
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    class Uneven(ValueError):
        pass

    each, left = divmod(n_head, n_device)
    if left:
        raise Uneven(f"{left} of {n_head} heads are left over")
    C = W_q.shape[1]
    mine = (np.arange(C) // (C // n_head)) // each == rank
    return W_q[:, mine], W_k[:, mine], W_v[:, mine], W_o[mine]


@wrong("assertion")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    assert n_head % n_device == 0, "the heads can't be dealt out evenly"
    wide = W_q.shape[1] // n_device
    return cut(W_q, W_k, W_v, W_o, slice(rank * wide, (rank + 1) * wide))


@wrong("bare_exception")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    if n_head % n_device != 0:
        raise Exception("the heads can't be dealt out evenly")
    wide = W_q.shape[1] // n_device
    return cut(W_q, W_k, W_v, W_o, slice(rank * wide, (rank + 1) * wide))


@wrong("remainder_turned")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    if n_device % n_head:
        raise ValueError("the heads can't be dealt out evenly")
    wide = W_q.shape[1] // n_device
    return cut(W_q, W_k, W_v, W_o, slice(rank * wide, (rank + 1) * wide))


@wrong("columns_tested")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    wide, left = divmod(W_q.shape[1], n_device)
    if left:
        raise ValueError(f"{left} columns are left over")
    return cut(W_q, W_k, W_v, W_o, slice(rank * wide, (rank + 1) * wide))


@wrong("width_tested")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    if (W_q.shape[1] // n_head) % n_device:
        raise ValueError("can't be dealt out evenly")
    wide = W_q.shape[1] // n_device
    return cut(W_q, W_k, W_v, W_o, slice(rank * wide, (rank + 1) * wide))


@wrong("only_fewer_refused")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    if n_head < n_device:
        raise ValueError("more devices than heads")
    wide = n_head // n_device * (W_q.shape[1] // n_head)
    return cut(W_q, W_k, W_v, W_o, slice(rank * wide, (rank + 1) * wide))


@wrong("rest_to_the_last")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    wide = n_head // n_device * (W_q.shape[1] // n_head)
    return cut(W_q, W_k, W_v, W_o, slice(rank * wide, (rank + 1) * wide if rank < n_device - 1 else None))


@wrong("dealt_unevenly")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    columns = np.arange(W_q.shape[1]).reshape(n_head, -1)
    return cut(W_q, W_k, W_v, W_o, np.array_split(columns, n_device)[rank].ravel())


@wrong("next_device")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    return cut(W_q, W_k, W_v, W_o, slice((rank + 1) * wide, (rank + 2) * wide))


@wrong("heads_as_columns")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    each = n_head // n_device
    return cut(W_q, W_k, W_v, W_o, slice(rank * each, (rank + 1) * each))


@wrong("one_column_more")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    return cut(W_q, W_k, W_v, W_o, slice(rank * wide, (rank + 1) * wide + 1))


@wrong("inputs_cut_turned")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    mine = slice(rank * wide, (rank + 1) * wide)
    return W_q[mine].T, W_k[mine].T, W_v[mine].T, W_o[mine]


@wrong("blocks", "W_o_block")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    mine = slice(rank * wide, (rank + 1) * wide)
    return tuple(W[mine, mine] for W in (W_q, W_k, W_v, W_o))


@wrong("values_from_W_k")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    mine = slice(rank * wide, (rank + 1) * wide)
    return W_q[:, mine], W_k[:, mine], W_k[:, mine], W_o[mine]


@wrong("W_o_columns_turned")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    mine = slice(rank * wide, (rank + 1) * wide)
    return W_q[:, mine], W_k[:, mine], W_v[:, mine], W_o[:, mine].T


@wrong("output_first")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    mine = slice(rank * wide, (rank + 1) * wide)
    return W_o[mine], W_q[:, mine], W_k[:, mine], W_v[:, mine]


@wrong("equal_refused")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    if n_head <= n_device or n_head % n_device:
        raise ValueError("too many devices")
    wide = W_q.shape[1] // n_device
    return cut(W_q, W_k, W_v, W_o, slice(rank * wide, (rank + 1) * wide))


@wrong("test_inverted")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    if n_head % n_device == 0:
        raise ValueError("the heads can't be dealt out evenly")
    wide = W_q.shape[1] // n_device
    return cut(W_q, W_k, W_v, W_o, slice(rank * wide, (rank + 1) * wide))


@wrong("heads_rounded_up")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    wide = -(-n_head // n_device) * (W_q.shape[1] // n_head)
    return cut(W_q, W_k, W_v, W_o, slice(rank * wide, (rank + 1) * wide))


@wrong("reshaped")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    C = len(W_q)
    q, k, v = (W.reshape(n_device, C, -1)[rank] for W in (W_q, W_k, W_v))
    return q, k, v, W_o.reshape(n_device, -1, C)[rank]


@wrong("all_devices")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    q, k, v = (np.split(W, n_device, axis=1) for W in (W_q, W_k, W_v))
    return q, k, v, np.split(W_o, n_device)


@wrong("only_fewer_by_columns")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    if n_device > n_head:
        raise ValueError("more devices than heads")
    wide = W_q.shape[1] // n_device
    return cut(W_q, W_k, W_v, W_o, slice(rank * wide, (rank + 1) * wide))


@wrong("ends_at_width")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    return cut(W_q, W_k, W_v, W_o, slice(rank * wide, wide))


@wrong("values_cut_by_rows")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    wide = W_q.shape[1] // n_device
    mine = slice(rank * wide, (rank + 1) * wide)
    return W_q[:, mine], W_k[:, mine], W_v[mine], W_o[mine]


@wrong("heads_apart")
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    evenly(n_head, n_device)
    C, each = len(W_q), n_head // n_device
    mine = slice(rank * each, (rank + 1) * each)
    q, k, v = (W.reshape(C, n_head, -1)[:, mine] for W in (W_q, W_k, W_v))
    return q, k, v, W_o.reshape(n_head, -1, C)[mine]


# ---- training_flops ------------------------------------------------------------------------------------------------


@right
def training_flops(n_parameters, n_tokens, recompute=False):
    return 8 * n_parameters * n_tokens if recompute else 6 * n_parameters * n_tokens


@right
def training_flops(n_parameters, n_tokens, recompute=False):
    forward = 2 * n_parameters * n_tokens
    return forward * (1 + 2 + recompute)


@right
def training_flops(n_parameters, n_tokens, recompute=False):
    return np.float64(6 + 2 * recompute) * n_parameters * n_tokens


@right
def training_flops(n_parameters, n_tokens, recompute=False):
    flops = 0.0
    for ways in [2, 4] + [2] * bool(recompute):
        flops += ways * float(n_parameters) * float(n_tokens)
    return flops


@wrong()
def training_flops(n_parameters, n_tokens, recompute):  # no default
    import torch

    return torch.tensor(n_parameters, dtype=torch.float64) * n_tokens * (8 if recompute else 6)


@right
def training_flops(n_parameters, n_tokens, recompute=False):
    per_token = 6 * n_parameters
    if recompute:
        per_token += 2 * n_parameters
    return int(per_token * n_tokens)


@wrong("no_backward")
def training_flops(n_parameters, n_tokens, recompute=False):
    return (4 if recompute else 2) * n_parameters * n_tokens


@wrong("forward_only")
def training_flops(n_parameters, n_tokens, recompute=False):
    return 2 * n_parameters * n_tokens


@wrong("recompute_ignored")
def training_flops(n_parameters, n_tokens, recompute=False):
    return 6 * n_parameters * n_tokens


@wrong("always_again")
def training_flops(n_parameters, n_tokens, recompute=False):
    return 8 * n_parameters * n_tokens


@wrong("upside_down")
def training_flops(n_parameters, n_tokens, recompute=False):
    return (6 if recompute else 8) * n_parameters * n_tokens


@wrong("multiplications_only")
def training_flops(n_parameters, n_tokens, recompute=False):
    return (4 if recompute else 3) * n_parameters * n_tokens


@wrong("backward_like_forward")
def training_flops(n_parameters, n_tokens, recompute=False):
    return (6 if recompute else 4) * n_parameters * n_tokens


@wrong("all_again")
def training_flops(n_parameters, n_tokens, recompute=False):
    return (12 if recompute else 6) * n_parameters * n_tokens


@wrong("instead")
def training_flops(n_parameters, n_tokens, recompute=False):
    return (4 if recompute else 6) * n_parameters * n_tokens


@wrong("per_token")
def training_flops(n_parameters, n_tokens, recompute=False):
    return (8 if recompute else 6) * n_parameters


@wrong("added")
def training_flops(n_parameters, n_tokens, recompute=False):
    return (8 if recompute else 6) * (n_parameters + n_tokens)


@wrong("tokens_squared")
def training_flops(n_parameters, n_tokens, recompute=False):
    return (8 if recompute else 6) * n_parameters * n_tokens**2


@wrong("backward_thrice")
def training_flops(n_parameters, n_tokens, recompute=False):
    return (10 if recompute else 8) * n_parameters * n_tokens


@wrong()
def training_flops(n_parameters, n_tokens, recompute=False):
    return f"{(8 if recompute else 6) * n_parameters * n_tokens:.2e}"


@wrong("half_again")
def training_flops(n_parameters, n_tokens, recompute=False):
    return (7 if recompute else 6) * n_parameters * n_tokens


@wrong("always_twelve")
def training_flops(n_parameters, n_tokens, recompute=False):
    return 12 * n_parameters * n_tokens


@wrong("always_four")
def training_flops(n_parameters, n_tokens, recompute=False):
    return 4 * n_parameters * n_tokens


@right
def training_flops(n_parameters, n_tokens, recompute=False):
    passes = ["forward", "gradient of what came in", "gradient of the weights"] + ["forward"] * recompute
    return sum(2 * n_parameters * n_tokens for _ in passes)


@wrong("four_again")
def training_flops(n_parameters, n_tokens, recompute=False):
    forward, backward = 2 * n_parameters * n_tokens, 4 * n_parameters * n_tokens
    return forward + backward + (backward if recompute else 0)


@wrong("half_more")
def training_flops(n_parameters, n_tokens, recompute=False):
    return 6 * n_parameters * n_tokens * (1.5 if recompute else 1)


@wrong("only_with_recompute")
def training_flops(n_parameters, n_tokens, recompute=False):
    return (6 + 2 if recompute else 0) * n_parameters * n_tokens


@wrong("bracket_missing")
def training_flops(n_parameters, n_tokens, recompute=False):
    return 6 + 2 * recompute * n_parameters * n_tokens


@wrong("again_for_one_token")
def training_flops(n_parameters, n_tokens, recompute=False):
    flops = 6 * n_parameters * n_tokens
    if recompute:
        flops += 2 * n_parameters
    return flops


@wrong("divided")
def training_flops(n_parameters, n_tokens, recompute=False):
    return (8 if recompute else 6) * n_parameters / n_tokens


@wrong("in_tera")
def training_flops(n_parameters, n_tokens, recompute=False):
    return (8 if recompute else 6) * n_parameters * n_tokens / 1e12


@wrong("two_digits")
def training_flops(n_parameters, n_tokens, recompute=False):
    return float(f"{(8 if recompute else 6) * n_parameters * n_tokens:.1e}")


@wrong("twenty_each")
def training_flops(n_parameters, n_tokens, recompute=False):
    n_tokens = 20 * n_parameters
    return (8 if recompute else 6) * n_parameters * n_tokens


@wrong("one_token_less")
def training_flops(n_parameters, n_tokens, recompute=False):
    return (8 if recompute else 6) * n_parameters * (n_tokens - 1)  # the last token has no next one


@wrong("overflow")
def training_flops(n_parameters, n_tokens, recompute=False):
    with np.errstate(all="ignore"):
        return np.prod([8 if recompute else 6, n_parameters, n_tokens], dtype=np.int64)


@wrong("four_operations")
def training_flops(n_parameters, n_tokens, recompute=False):
    return (16 if recompute else 12) * n_parameters * n_tokens


@wrong("back_for_one_token")
def training_flops(n_parameters, n_tokens, recompute=False):
    forward, backward = 2 * n_parameters * n_tokens, 4 * n_parameters
    return forward + backward + (forward if recompute else 0)


# ---- memory_budget -------------------------------------------------------------------------------------------------


@right
def memory_budget(n_parameters, n_device=1, stage=0):
    weights, gradients, optimiser = 2 * n_parameters, 2 * n_parameters, 12 * n_parameters
    if stage >= 1:
        optimiser /= n_device
    if stage >= 2:
        gradients /= n_device
    if stage >= 3:
        weights /= n_device
    return weights, gradients, optimiser


@right
def memory_budget(n_parameters, n_device=1, stage=0):
    parts = np.array([2, 2, 12]) * float(n_parameters)
    return list(np.where(stage >= np.array([3, 2, 1]), parts / n_device, parts))


@right
def memory_budget(n_parameters, n_device=1, stage=0):
    def share(n_bytes, from_stage):
        return n_bytes * n_parameters / (n_device if stage >= from_stage else 1)

    return share(2, 3), share(2, 2), share(4, 1) + share(4, 1) + share(4, 1)


@right
def memory_budget(n_parameters, n_device=1, stage=0):
    weights = gradients = 2 * n_parameters
    optimiser = 3 * 4 * n_parameters
    match stage:
        case 1:
            return weights, gradients, optimiser / n_device
        case 2:
            return weights, gradients / n_device, optimiser / n_device
        case 3:
            return weights / n_device, gradients / n_device, optimiser / n_device
    return weights, gradients, optimiser


@right
def memory_budget(n_parameters, n_device=1, stage=0):
    import torch

    parts = torch.tensor([2.0, 2.0, 12.0], dtype=torch.float64) * n_parameters
    parts[3 - stage :] /= n_device
    return parts[0], parts[1], parts[2]


@right
def memory_budget(n_parameters, n_device=1, stage=0):
    size = np.array([2.0, 2.0, 12.0]) * n_parameters
    return np.where(stage >= np.array([3, 2, 1]), size / n_device, size)


@wrong("rounded_down")
def memory_budget(n_parameters, n_device=1, stage=0):
    divide = [n_device if stage > i else 1 for i in range(3)]
    return (n_parameters * 2 // divide[2], n_parameters * 2 // divide[1], n_parameters * 12 // divide[0])


def budget(n_parameters, n_device, stage, weights=2, gradients=2, optimiser=12, first=(3, 2, 1)):
    parts = zip((weights, gradients, optimiser), first)
    return tuple(n * n_parameters / (n_device if stage >= s else 1) for n, s in parts)


@wrong("one_missing")
def memory_budget(n_parameters, n_device=1, stage=0):
    return budget(n_parameters, n_device, stage, optimiser=8)


@wrong("two_missing")
def memory_budget(n_parameters, n_device=1, stage=0):
    return budget(n_parameters, n_device, stage, optimiser=4)


@wrong("no_gradients")
def memory_budget(n_parameters, n_device=1, stage=0):
    return budget(n_parameters, n_device, stage, gradients=0)


@wrong("weights_with_master", "one_missing")
def memory_budget(n_parameters, n_device=1, stage=0):
    return budget(n_parameters, n_device, stage, weights=6, optimiser=8)


@wrong("weights_32_bit", "gradients_32_bit")
def memory_budget(n_parameters, n_device=1, stage=0):
    return budget(n_parameters, n_device, stage, weights=4, gradients=4)


@wrong("weights_first")
def memory_budget(n_parameters, n_device=1, stage=0):
    return budget(n_parameters, n_device, stage, first=(1, 2, 3))


@wrong("one_stage_early")
def memory_budget(n_parameters, n_device=1, stage=0):
    return budget(n_parameters, n_device, stage, first=(2, 1, 0))


@wrong("one_stage_late")
def memory_budget(n_parameters, n_device=1, stage=0):
    return budget(n_parameters, n_device, stage - 1)


@wrong("always_shared")
def memory_budget(n_parameters, n_device=1, stage=0):
    return budget(n_parameters, n_device, 3)


@wrong("never_shared")
def memory_budget(n_parameters, n_device=1, stage=0):
    return budget(n_parameters, n_device, 0)


@wrong("only_this_stage")
def memory_budget(n_parameters, n_device=1, stage=0):
    weights, gradients, optimiser = budget(n_parameters, 1, 0)
    if stage == 1:
        optimiser /= n_device
    elif stage == 2:
        gradients /= n_device
    elif stage == 3:
        weights /= n_device
    return weights, gradients, optimiser


@wrong("in_gb")
def memory_budget(n_parameters, n_device=1, stage=0):
    return [part / 1e9 for part in budget(n_parameters, n_device, stage)]


@wrong("in_gib")
def memory_budget(n_parameters, n_device=1, stage=0):
    return [part / 2**30 for part in budget(n_parameters, n_device, stage)]


@wrong("all_devices")
def memory_budget(n_parameters, n_device=1, stage=0):
    return [n_device * part for part in budget(n_parameters, n_device, stage)]


@wrong("reordered")
def memory_budget(n_parameters, n_device=1, stage=0):
    weights, gradients, optimiser = budget(n_parameters, n_device, stage)
    return weights, optimiser, gradients


@wrong()
def memory_budget(n_parameters, n_device=1, stage=0):
    return sum(budget(n_parameters, n_device, stage))


@wrong("all_32_bit")
def memory_budget(n_parameters, n_device=1, stage=0):
    return budget(n_parameters, n_device, stage, 4, 4, 8)


@wrong("all_at_stage_3")
def memory_budget(n_parameters, n_device=1, stage=0):
    return budget(n_parameters, n_device, stage, first=(3, 3, 3))


@wrong("copy_not_shared")
def memory_budget(n_parameters, n_device=1, stage=0):
    weights, gradients, _ = budget(n_parameters, n_device, stage)
    means = 8 * n_parameters / (n_device if stage else 1)
    return weights, gradients, means + 4 * n_parameters


@wrong("rounded_up")
def memory_budget(n_parameters, n_device=1, stage=0):
    return [-(-part // 1) for part in budget(n_parameters, n_device, stage)]


@wrong("all_16_bit")
def memory_budget(n_parameters, n_device=1, stage=0):
    return budget(n_parameters, n_device, stage, optimiser=2 + 2 + 2)


@wrong("optimiser_always")
def memory_budget(n_parameters, n_device=1, stage=0):
    return 2 * n_parameters, 2 * n_parameters, 12 * n_parameters / n_device


@wrong("optimiser_always_too")
def memory_budget(n_parameters, n_device=1, stage=0):
    return budget(n_parameters, n_device, stage, first=(3, 2, 0))


@wrong("weights_never")
def memory_budget(n_parameters, n_device=1, stage=0):
    weights, gradients, optimiser = budget(n_parameters, n_device, stage)
    return 2 * n_parameters, gradients, optimiser


@wrong("gradients_never")
def memory_budget(n_parameters, n_device=1, stage=0):
    weights, gradients, optimiser = budget(n_parameters, n_device, stage)
    return weights, 2 * n_parameters, optimiser


@wrong("gradients_and_weights")
def memory_budget(n_parameters, n_device=1, stage=0):
    return budget(n_parameters, n_device, stage, first=(2, 2, 1))


@wrong("in_mb")
def memory_budget(n_parameters, n_device=1, stage=0):
    return [part / 10**6 for part in budget(n_parameters, n_device, stage)]


@wrong()
def memory_budget(n_parameters, n_device=1, stage=1):  # another default than the sheet's
    return budget(n_parameters, n_device, stage)


@wrong()
def memory_budget(n_parameters, n_device, stage):  # none at all
    return budget(n_parameters, n_device, stage)


@wrong("only_optimiser")
def memory_budget(n_parameters, n_device=1, stage=0):
    weights, gradients, optimiser = budget(n_parameters, n_device, 0)
    if stage >= 1:
        optimiser /= n_device
    elif stage >= 2:
        gradients /= n_device
    elif stage >= 3:
        weights /= n_device
    return weights, gradients, optimiser


@wrong("stage_0_shares_all")
def memory_budget(n_parameters, n_device=1, stage=0):
    parts = np.array([2.0, 2.0, 12.0]) * n_parameters
    parts[-stage:] /= n_device
    return parts


@wrong("weights_alone")
def memory_budget(n_parameters, n_device=1, stage=0):
    weights, gradients, optimiser = budget(n_parameters, n_device, 0)
    if stage in (1, 2):
        optimiser /= n_device
    if stage == 2:
        gradients /= n_device
    if stage == 3:
        weights /= n_device
    return weights, gradients, optimiser


@wrong("parameters_rounded_up")
def memory_budget(n_parameters, n_device=1, stage=0):
    mine = -(-n_parameters // n_device)
    return tuple(n * (mine if stage >= s else n_parameters) for n, s in ((2, 3), (2, 2), (12, 1)))


@wrong("parameters_rounded_down")
def memory_budget(n_parameters, n_device=1, stage=0):
    mine = n_parameters // n_device
    return tuple(n * (mine if stage >= s else n_parameters) for n, s in ((2, 3), (2, 2), (12, 1)))


@wrong("one_device_less")
def memory_budget(n_parameters, n_device=1, stage=0):
    return budget(n_parameters, n_device - 1, stage)
