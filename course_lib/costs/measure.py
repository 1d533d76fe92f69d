"""What a computation costs on this machine: the most memory that it holds at once, its seconds, and how both grow."""

import contextlib
import os
import sys
import time
import tracemalloc
from functools import partial

import numpy as np


def peak_bytes(job, *inputs):
    """The largest number of bytes that job(*inputs) holds at once, beyond what was there before: NumPy's arrays and torch's tensors.

    On a GPU that the job uses, the GPU's bytes count. Nothing is estimated: the allocators themselves are asked.
    """
    torch, job = sys.modules.get("torch"), partial(job, *inputs)
    if torch is not None and torch.cuda.is_available():
        torch.cuda.synchronize()
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        job()
        if on_gpu := torch.cuda.max_memory_allocated() - before:
            return on_gpu
    return _numpy_peak(job) + (_torch_peak(torch, job) if torch is not None else 0)


def _numpy_peak(job):
    tracing = tracemalloc.is_tracing()
    if not tracing:
        tracemalloc.start()
    try:
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        job()
        return tracemalloc.get_traced_memory()[1] - before
    finally:
        if not tracing:
            tracemalloc.stop()


def _torch_peak(torch, job):
    """The highest sum of what torch's CPU allocator gave out and took back, as its profiler saw it."""
    with (
        _quiet_profiler(),
        torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True) as seen,
    ):
        job()
    events = [event for event in seen.profiler.kineto_results.events() if event.name() == "[memory]"]
    events.sort(key=lambda event: event.start_ns())
    return int(max(np.cumsum([event.nbytes() for event in events]), default=0))


@contextlib.contextmanager
def _quiet_profiler():
    """Torch's profiler writes lines of its own to the process's standard error, past Python."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def seconds(job, *inputs, least=0.05, most=30):
    """The median seconds of a few runs of job(*inputs), after one to warm up; on a GPU the clock waits until it is done."""
    wait = _gpu_is_done()
    job(*inputs)
    times = []
    while len(times) < 3 or (sum(times) < least and len(times) < most):
        wait()
        start = time.perf_counter()
        job(*inputs)
        wait()
        times.append(time.perf_counter() - start)
    return float(np.median(times))


def _gpu_is_done():
    """A function that returns when the GPU has finished all its work; where there is no GPU, at once."""
    torch = sys.modules.get("torch")
    if torch is not None and torch.cuda.is_available():
        return torch.cuda.synchronize
    if torch is not None and torch.backends.mps.is_available():
        return torch.mps.synchronize
    return lambda: None


def exponent(sizes, costs):
    """The p of costs ∝ sizes**p, fitted by least squares to the logarithms: 1 doubles when the size doubles, 2 quadruples."""
    return float(np.polyfit(np.log(sizes), np.log(costs), 1)[0])
