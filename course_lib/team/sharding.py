"""Share out one model's work: the gradients of several processes, and the heads of one layer; NumPy's arrays or torch's tensors."""


def average_gradients(gradients, n_examples):
    """The gradient of the whole batch, from those of its parts: a list with one array for each parameter.

    gradients: a list for each process, of its mean gradients, one for each parameter; n_examples: how many examples each process has read.
    A process counts by its examples. With equally many it is the plain mean, as DistributedDataParallel takes it (Li et al. 2020).
    """
    total = sum(n_examples)
    return [
        sum(n / total * g for n, g in zip(n_examples, parts, strict=True)) for parts in zip(*gradients, strict=True)
    ]


def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    """The parts of four matrices (C, C) that device number `rank` of n_device holds: neighbouring heads, equally many on each.

    Those are columns of W_q, W_k and W_v, and rows of W_o, so that the devices' updates add up to the layer's (Shoeybi et al. 2019,
    "Megatron-LM"). Raises ValueError if the heads can't be dealt out evenly.
    """
    if n_head % n_device:
        raise ValueError(f"{n_head} heads can't be dealt out evenly to {n_device} devices")
    wide = W_q.shape[1] // n_device  # columns of a device
    mine = slice(rank * wide, (rank + 1) * wide)
    return W_q[:, mine], W_k[:, mine], W_v[:, mine], W_o[mine]
