"""One thread and dice of one's own: how every small training here runs, so that two computers draw the same curve."""

from contextlib import contextmanager


@contextmanager
def one_thread(seed=None):
    """Inside, torch computes with one thread, for the matrices are too small to be worth sharing, and with a seed its dice start from there.

    Both are as before afterwards.
    """
    import torch  # here, so that importing an experiment loads nothing heavy

    threads, dice = torch.get_num_threads(), torch.get_rng_state()
    torch.set_num_threads(1)
    if seed is not None:
        torch.manual_seed(seed)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        if seed is not None:
            torch.set_rng_state(dice)
