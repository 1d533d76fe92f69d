"""Where to compute, in which precision and with how many threads: chosen once, and said in one sentence.

A GPU if there is one, else the processor. Half precision (bfloat16) only where the hardware multiplies it: elsewhere it is slower and
coarser at once. Few threads for a small model: they would mostly wait for each other.
"""

import contextlib
import ctypes
import sys
from dataclasses import dataclass

import torch

# Counted in multiplications of a layer's largest product per step. What a processor's thread needs to be worth waking, and bfloat16 to pay:
SHARE_OF_A_THREAD, WORTH_ROUNDING = 20_000_000, 80_000_000


@dataclass(frozen=True)
class Device:
    """Where a model computes: kind is "cuda", "mps" or "cpu", precision a torch dtype, threads a number; why says it in a sentence."""

    kind: str
    precision: torch.dtype
    threads: int
    why: str

    def autocast(self):
        """A context in which matrix products are computed in this precision; the weights themselves stay in float32."""
        return torch.autocast(self.kind, dtype=torch.bfloat16, enabled=self.precision == torch.bfloat16)

    @contextlib.contextmanager
    def at_work(self):
        """A context with this number of threads; afterwards it is as before."""
        before = torch.get_num_threads()
        torch.set_num_threads(self.threads)
        try:
            yield self
        finally:
            torch.set_num_threads(before)


def choose_device(kind=None, precision=None, work=None):
    """The Device to train on: the best there is, or the one asked for ("cuda", "mps", "cpu"), as far as it can be had.

    work: multiplications in one layer per step (`work_of`), to choose the number of threads and the precision; without it, all threads. A wish that can't be
    granted is not an error: the next best is taken, and `why` says so.
    """
    found = _found(kind)
    sentence = {
        "cuda": f"Trains on the GPU ({torch.cuda.get_device_name() if found == 'cuda' else ''})",
        "mps": "Trains on the Mac's GPU",
        "cpu": "Trains on the processor: "
        + ("no GPU was found" if kind in (None, "cpu") and not _gpus() else "as asked"),
    }[found]
    if kind not in (None, found):
        sentence = f"{kind} was asked for, and there is none: trains on {found}"
    able = multiplies_bfloat16(found)
    pays = able and not (found == "cpu" and work is not None and work < WORTH_ROUNDING)
    chosen = (torch.bfloat16 if pays else torch.float32) if precision is None else precision
    if chosen == torch.bfloat16 and not able:
        chosen = torch.float32
        sentence += ", in float32, as it has no bfloat16"
    else:
        sentence += ", matrix products in bfloat16" if chosen == torch.bfloat16 else ", all in float32"
        if able and not pays and precision is None:
            sentence += " (bfloat16 hardly pays for so small a model)"
    threads = torch.get_num_threads()
    if found == "cpu":
        useful = threads if work is None else max(1, min(threads, work // SHARE_OF_A_THREAD))
        few = " (in so small a model more would mostly wait for each other)" if useful < threads else ""
        threads = useful
        sentence += f", {threads} thread{'s' * (threads > 1)}{few}"
    return Device(found, chosen, threads, sentence + ".")


def _gpus():
    return torch.cuda.is_available() or torch.backends.mps.is_available()


def _found(kind):
    """The kind of device that there is, the wish first."""
    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if kind is not None and kind not in there:
        raise ValueError(f"device is {kind!r}: choose one of {', '.join(there)}, or None for the best that there is")
    return next(name for name in [kind, *there] if there.get(name))


def multiplies_bfloat16(kind):
    """True if this kind of device has instructions for products of bfloat16 numbers (for others it is emulated, slowly)."""
    if kind == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if kind == "mps":
        return False  # Apple's GPUs differ by generation: float32 is right on all of them
    asked = [getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")]
    return any(ask is not None and ask() for ask in asked)


def work_of(config, tokens):
    """Multiplications of one layer's largest product for so many tokens: tokens · C · 4C."""
    return tokens * config.n_embd * 4 * config.n_embd


def keep_freed_memory():
    """Linux: let the process keep memory that was freed, instead of giving it back and fetching it anew at every step.

    A training step makes the same large arrays again and again. The C library gives large ones back to the system at once, which then has to
    clear every page for the next step. Elsewhere, and where it can't be set, this does nothing. It holds for the whole process.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            mallopt = ctypes.CDLL(None).mallopt
            mallopt(-3, 1 << 30)  # M_MMAP_THRESHOLD: no separate mapping below 1 GB
            mallopt(-1, (1 << 31) - 1)  # M_TRIM_THRESHOLD: keep up to 2 GB
