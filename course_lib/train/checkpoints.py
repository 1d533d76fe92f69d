"""Checkpoints: everything that a run needs to go on as if nothing had happened, in one file that is always whole.

The file is a safetensors file whose header carries JSON: weights, the optimisers' memory, the state of the dice, losses, settings. It is written
beside the old one and takes its place in a single move, so that whoever reads it, whenever the power fails, finds the old one or the new one.
"""

import contextlib
import json
import zlib
from dataclasses import asdict
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save as as_bytes

from course_lib.disk import write_whole

FORMAT = "attention by hand, checkpoint 1"


class CheckpointError(Exception):
    """A checkpoint can't be read, or does not belong to this run, or can't be written; the message says what to do."""


def write_checkpoint(path, tensors, about):
    """Write tensors and a dictionary in one move; raises CheckpointError, and then the old file is what it was."""
    path = Path(path)
    tensors = {name: tensor.detach().to("cpu", copy=True).contiguous() for name, tensor in tensors.items()}
    header = {"format": FORMAT, "about": json.dumps({**about, "checksum": _checksum(tensors)})}
    try:
        write_whole(path, as_bytes(tensors, header))
    except OSError as error:
        old = "The one that was there before is intact." if path.exists() else "Nothing was written."
        raise CheckpointError(f"The checkpoint {path} can't be written: {error.strerror or error}. {old}") from error


def read_checkpoint(path):
    """(tensors, the dictionary) of a checkpoint; raises CheckpointError if it is not one, or not whole."""
    try:
        with safe_open(path, "pt") as file:
            header = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118, not a dictionary
    except (SafetensorError, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is damaged, or no safetensors file at all"
        raise CheckpointError(f"{path} can't be read: {reason}. {ASIDE}") from error
    if header.get("format") != FORMAT:
        raise CheckpointError(
            f"{path} was not written by this course: it holds {len(tensors)} tensors and no run. {ASIDE}"
        )
    about = json.loads(header["about"])
    if about["checksum"] != _checksum(tensors):
        raise CheckpointError(f"{path} is damaged: its numbers are not those that were written. {ASIDE}")
    return tensors, about


ASIDE = "It was left as it is: choose another file name, or move this one away."


def _checksum(tensors):
    total = 0
    for name in sorted(tensors):
        data = tensors[name].flatten().view(torch.uint8) if tensors[name].numel() else torch.empty(0, dtype=torch.uint8)
        total = zlib.crc32(data.numpy(), zlib.crc32(name.encode(), total))
    return total


def load_weights(path, model):
    """Put the weights of a checkpoint into a model of the same sizes; returns the model."""
    _put_weights(path, model, read_checkpoint(path)[0])
    return model


def weights_of(model):
    """{name: tensor} of a model's parameters and lasting buffers; what is tied is there once."""
    known, found = set(), {}
    for name, tensor in model.state_dict(keep_vars=True).items():
        if id(tensor) not in known:
            known.add(id(tensor))
            found[f"model.{name}"] = tensor
    return found


def _put_weights(path, model, tensors):
    mine, theirs = weights_of(model), {name: tensor for name, tensor in tensors.items() if name.startswith("model.")}
    for name in sorted(mine.keys() | theirs.keys()):
        here, there = (tuple(where[name].shape) if name in where else "missing" for where in (mine, theirs))
        if here != there:
            what = name.removeprefix("model.")
            raise CheckpointError(
                f"{path} belongs to another model: {what} is {there} there and {here} here. Make a model of the same sizes."
            )
    with torch.no_grad():
        for name, tensor in mine.items():
            tensor.copy_(theirs[name])


class Checkpoint:
    """The checkpoint of one run of training.py: it is gone on from if it is there, and written again and again."""

    def __init__(self, path, run, ids):
        self.path, self.run = Path(path), run
        data = {"ids": zlib.crc32(ids.contiguous().numpy()), "length": run.length}
        self.same = {"settings": asdict(run.settings), "data": data}

    def begin(self):
        """Go on from the file, or write it for the first time: what can't be written is better known now than in an hour."""
        if not self.run.writes:
            return self.load() if self.path.exists() else None
        for left in self.path.parent.glob(f".{self.path.name}.*.part"):  # of a run that was killed while it wrote
            with contextlib.suppress(OSError):
                left.unlink()
        if self.path.exists():
            self.load()
        else:
            self._write()

    def save(self):
        """Write the run's state; if that fails, say so and train on."""
        if not self.run.writes:
            return
        try:
            self._write()
        except CheckpointError as error:
            self.run.say(f"{error} The training goes on.")

    def _write(self):
        run, history = self.run, self.run.history
        tensors = weights_of(run.model)
        for number, optimiser in enumerate(run.optimisers):
            for index, memory in optimiser.state_dict()["state"].items():
                tensors |= {f"optimiser.{number}.{index}.{name}": tensor for name, tensor in memory.items()}
        tensors |= {"dice.batches": run.dice.get_state(), "dice.torch": torch.get_rng_state()}
        if run.device.kind == "cuda":
            tensors["dice.cuda"] = torch.cuda.get_rng_state()
        tensors["losses"] = torch.tensor(history.losses, dtype=torch.float64)
        tensors["validation"] = torch.tensor(history.validation, dtype=torch.float64).reshape(-1, 2)
        counts = {"tokens": history.tokens, "seconds": history.seconds, "parts": run.parts, "device": run.device.why}
        write_checkpoint(self.path, tensors, {**self.same, **counts})

    def load(self):
        """Put the file's state into the run, after everything in it was found to fit."""
        tensors, about = read_checkpoint(self.path)
        for part, now in self.same.items():
            for name, value in now.items():
                if about[part].get(name) != value:
                    self._differs(name, about[part].get(name), value)
        _put_weights(self.path, self.run.model, tensors)
        self._put_optimisers(tensors)
        run, history = self.run, self.run.history
        run.dice.set_state(tensors["dice.batches"])
        torch.set_rng_state(tensors["dice.torch"])
        if run.device.kind == "cuda" and "dice.cuda" in tensors:
            torch.cuda.set_rng_state(tensors["dice.cuda"])
        history.losses = tensors["losses"].tolist()
        history.validation = [(int(step), loss) for step, loss in tensors["validation"].tolist()]
        history.tokens, history.seconds, run.parts = about["tokens"], about["seconds"], about["parts"]
        run.say(f"Goes on from step {history.step} of {history.steps} ({self.path.name}).")
        if about["device"] != run.device.why:
            run.say(
                f"So far: {about['device']} Now: {run.device.why} The last digits will differ from an undisturbed run."
            )

    def _put_optimisers(self, tensors):
        for number, optimiser in enumerate(self.run.optimisers):
            memory, begin = {}, f"optimiser.{number}."
            for name, tensor in tensors.items():
                if name.startswith(begin):
                    index, _, key = name.removeprefix(begin).partition(".")
                    memory.setdefault(int(index), {})[key] = tensor
            optimiser.load_state_dict({"state": memory, "param_groups": optimiser.state_dict()["param_groups"]})

    def _differs(self, name, then, now):
        if name == "ids":
            raise CheckpointError(f"{self.path} belongs to a run on another text. {ASIDE}")
        raise CheckpointError(
            f"{self.path} belongs to a run with {name} = {then}, and now it is {now}: use the same settings to go on. {ASIDE}"
        )
