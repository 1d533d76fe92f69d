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


@right
def average_gradients(gradients, n_examples):
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


@wrong("always_four")
def training_flops(n_parameters, n_tokens, recompute=False):
    return 4 * n_parameters * n_tokens


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


@right
def training_flops(n_parameters, n_tokens, recompute):
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
