"""A team: the processes that torchrun started for one run, how they meet and how they part."""

import contextlib
import os
import sys
import threading
import time
from dataclasses import dataclass

import torch
import torch.distributed as dist


@dataclass(frozen=True)
class Team:
    """The processes of one run, and which of them this one is: rank 0 … size − 1; they talk by `backend`."""

    rank: int
    size: int
    backend: str
    why: str

    @property
    def speaks(self):
        """Only one process talks and writes files."""
        return self.rank == 0

    def mean(self, value):
        """The mean of a number over all processes; each of them gets it."""
        total = torch.tensor(float(value), dtype=torch.float64, device=self.device)
        dist.all_reduce(total)
        return total.item() / self.size

    @property
    def device(self):
        return "cuda" if self.backend == "nccl" else "cpu"


@contextlib.contextmanager
def team():
    """Meet the other processes that torchrun started, and part from them at the end; gives a Team."""
    missing = [name for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK", "MASTER_ADDR") if name not in os.environ]
    if missing:
        raise RuntimeError(
            f"{missing[0]} is not set: this program has to be started by torchrun, which tells each process who it is"
        )
    backend, reason = backend_for(torch.cuda.device_count(), int(os.environ.get("LOCAL_WORLD_SIZE", 1)))
    if backend == "nccl":
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    threading.Thread(target=_leave_with, args=[os.getppid()], daemon=True).start()
    dist.init_process_group(backend)
    try:
        size = dist.get_world_size()
        yield Team(dist.get_rank(), size, backend, f"{size} processes; they talk by {backend} ({reason}).")
        dist.barrier()  # nobody hangs up while another one still talks
    finally:
        dist.destroy_process_group()


def backend_for(gpus, processes):
    """("nccl" or "gloo", why) for so many processes on this machine: nccl if each has a GPU of its own."""
    if not gpus:
        return "gloo", "no GPU was found"
    if gpus < processes:
        return "gloo", f"on the processor: GPUs here: {gpus}, processes: {processes}"
    return ("nccl", "a GPU for each") if dist.is_nccl_available() else ("gloo", "this PyTorch has no nccl")


def leave():
    """End this process, whose work is done, at once.

    Gloo's threads may let go of their last tensors while Python shuts down, and that aborts now and then (PyTorch pull request 179291).
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _leave_with(parent):
    """End this process when the one that started it has gone, however it went: nothing is left behind."""
    launcher = int(os.environ.get("COURSE_LAUNCHER", 0)) if os.name == "posix" else 0
    while os.getppid() == parent and (not launcher or _lives(launcher)):
        time.sleep(0.5)
    os._exit(1)


def _lives(pid):
    try:
        os.kill(pid, 0)  # asks only
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
