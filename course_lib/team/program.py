"""Train one GPT with several processes that torchrun starts, on one machine or on many: the same run, computed by a team.

    torchrun --nproc-per-node 2 -m course_lib.team.program --steps 20

Every process holds the model, throws the same dice, and so knows the same batch. It computes the gradients of its share of the batch; then all
of them average their gradients, and each takes the same step. With --shard no process holds the whole model (FSDP2). team.py is how they meet,
torchrun.py starts this from a notebook, and RUN_ON_A_CLUSTER.md says how on several machines.
"""

import argparse
import contextlib
import os
import signal
import time
from dataclasses import MISSING, fields, replace
from functools import partial
from pathlib import Path

import torch
import torch.distributed as dist
from torch.distributed.elastic.multiprocessing.errors import record
from torch.nn.parallel import DistributedDataParallel

from course_lib.model import GPT, GPTConfig
from course_lib.text import FluffyCorpus, build_vocabulary, encode, load_text
from course_lib.train import Run, Settings, train, write_checkpoint

from .mates import leave, team


class TeamRun(Run):
    """A run whose batches are dealt out to a team: each process computes its share, and the gradients are averaged."""

    def __init__(self, mates, *run, sharded=False, first_gradient=None):
        super().__init__(*run)
        batch_size = self.settings.batch_size
        if batch_size % mates.size:
            raise ValueError(
                f"batch_size is {batch_size} and there are {mates.size} processes: each needs equally many"
            )
        self.team, self.writes, self.first_gradient = mates, mates.speaks, first_gradient
        self.forward = self.model if sharded else DistributedDataParallel(self.model)
        self.pieces = replace(self.pieces, train_step=None)  # a step of one's own knows nothing of shares

    def gradients(self, x, y):
        """Leave the gradients of the whole batch's mean loss, though each process reads only every size-th text of it."""
        mine = slice(self.team.rank, None, self.team.size)
        loss = self.gradients_in_parts(x[mine], y[mine])  # going backwards, the processes average their gradients
        self.keep_first_gradient()
        return self.team.mean(loss)

    def keep_first_gradient(self):
        """Note what was agreed on in the first step, if somebody wants to know."""
        if self.first_gradient is not None and not self.history.step:
            self.first_gradient |= {name: whole(p.grad).clone() for name, p in self.model.named_parameters()}

    def tell(self, on_step, pressed):
        """As in Run; a stop that one process was asked for is a stop for all."""
        if self.team.mean(bool(pressed)):
            pressed.append(True)
        super().tell(on_step, pressed)


def train_together(mates, model, ids, *, shard=False, say=print, first_gradient=None, **options):
    """`train` of training.py by a Team; returns the same History in every process. shard=True: FSDP2, for a model that no process can hold.

    The options, and the checkpoint, are those of `train`: a run can go on with another number of processes. Only rank 0 says anything.
    first_gradient: a dictionary, to be filled with the team's gradients of the first step.
    """
    if shard:
        if options.get("checkpoint"):
            raise ValueError(
                "a sharded model has no process that holds it all: write it with torch.distributed.checkpoint"
            )
        shard_model(model, mates)
    return train(
        model,
        ids,
        device=mates.device,
        make_run=partial(TeamRun, mates, sharded=shard, first_gradient=first_gradient),
        say=say if mates.speaks else None,
        **options,
    )


def whole(tensor):
    """A tensor that is cut into pieces, put together again in every process; any other as it is."""
    return tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor


def shard_model(model, mates):
    """FSDP2: cut every parameter of a GPT into one piece for each process; a block's weights are fetched just before it needs them."""
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    mesh = init_device_mesh(mates.device, (mates.size,))
    for block in model.blocks:
        fully_shard(block, mesh=mesh)
    fully_shard(model, mesh=mesh)  # the tables and the last norm


# ---- the program that every process runs ---------------------------------------------------------------------------


@record  # so that torchrun can tell what went wrong, and where
def main(arguments=None):
    """Train by the options of the command line; rank 0 says how it goes, and writes the result."""
    options = vars(parser().parse_args(arguments))
    result, crash, shard, text = (options.pop(name) for name in ("result", "crash", "shard", "text"))
    sizes = {field.name: options.pop(field.name) for field in fields(GPTConfig) if field.name in options}
    with noted(), team() as mates:
        model, ids = example(text, options["seed"], **sizes)
        if mates.speaks:
            print(mates.why, flush=True)
        on_step = partial(_each_step, mates, crash, options["steps"])
        gradient = {} if result else None
        history = train_together(
            mates, model, ids, shard=shard, say=_say, on_step=on_step, first_gradient=gradient, **options
        )
        if result and mates.speaks:
            held = sum(getattr(p, "to_local", lambda p=p: p)().numel() for p in model.parameters())
            about = {"losses": history.losses, "held": held, "all": model.count(), "said": history.said}
            write_checkpoint(result, gradient, about)


def example(text=None, seed=0, **sizes):
    """(model, ids): an untrained GPT and a text, the fluffy corpus or a UTF-8 file read letter by letter; the same ones for the same seed."""
    if text:
        tokens = list(load_text(text))
        vocabulary = build_vocabulary(tokens)
    else:
        corpus = FluffyCorpus(seed, words_per_kind=6)
        tokens, vocabulary = corpus.tokens(20_000), corpus.vocabulary
    torch.manual_seed(seed)
    return GPT(GPTConfig(**{**SMALL, **sizes}, vocab_size=len(vocabulary))), encode(tokens, vocabulary)


SMALL = {"n_layer": 2, "n_head": 2, "n_embd": 32, "context_length": 32}


def parser():
    """The options: the sizes of the model, every setting of `train`, and what belongs to a run of several processes."""
    made = argparse.ArgumentParser("course_lib.team.program", description=__doc__.splitlines()[0])
    made.add_argument("--text", help="a UTF-8 file to learn from, letter by letter; otherwise the fluffy corpus")
    made.add_argument(
        "--checkpoint", help="a file that the run is written to and goes on from; all machines must see it"
    )
    made.add_argument("--save-every", type=int, default=100, help="steps between two checkpoints (100)")
    made.add_argument("--shard", action="store_true", help="FSDP2: every process holds a part of the model only")
    made.add_argument("--precision", type=_precision, help="float32 or bfloat16 (what the device does best)")
    made.add_argument("--result", help="a file for the losses and the gradients of the first step")
    made.add_argument("--crash", help="rank:step, a process that is killed after a step, to try it")
    for name, size in SMALL.items():
        made.add_argument(_option(name), type=int, default=size, help=f"({size})")
    for setting in fields(Settings):
        if setting.default is not MISSING and setting.type in (int, float, str):
            made.add_argument(
                _option(setting.name), type=setting.type, default=setting.default, help=f"({setting.default})"
            )
    return made


def _option(name):
    return "--" + name.replace("_", "-")


def _precision(name):
    known = {"float32": torch.float32, "bfloat16": torch.bfloat16}
    if name not in known:
        raise argparse.ArgumentTypeError(f"{name!r} is not one of {', '.join(known)}")
    return known[name]


def _say(sentence):
    print(sentence, flush=True)


def _each_step(mates, crash, steps, history):
    if mates.speaks and (history.step % max(steps // 4, 1) == 0 or history.step == steps):
        _say(f"step {history.step} of {steps}: loss {history.losses[-1]:.2f}")
    if crash == f"{mates.rank}:{history.step}":
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


@contextlib.contextmanager
def noted():
    """Leave a note on what went wrong in this process, for the one who started all of them."""
    try:
        yield
    except Exception as error:
        lost = isinstance(error, dist.DistError) or "gloo" in str(error)
        if lost:
            time.sleep(5)  # somebody else is gone: torchrun shall find that one first, and then ends this one
        if folder := os.environ.get("COURSE_NOTES"):
            note = "it has lost the connection to another process" if lost else str(error)
            Path(folder, f"rank-{os.environ.get('RANK', '?')}").write_text(note, encoding="utf-8")
        raise


if __name__ == "__main__":
    main()
    leave()
