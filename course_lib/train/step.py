"""A run of training on its way: one step after the other, whatever happens to memory, compiler or stop button."""

import contextlib
import math
import signal
import threading
import time
from dataclasses import replace

import torch

from . import pieces
from .optimisers import make_optimisers, set_rate

COURSE = pieces.TrainingPieces()
clock = time.perf_counter  # what counts a run's seconds


class Stopped(Exception):
    """The run can't go on; the reason has been said."""


class Run:
    """A run on its way: everything that one step needs and changes, and that a checkpoint has to hold."""

    writes = True  # this process writes the checkpoint; of several that share a run, one does

    def __init__(self, model, ids, length, settings, device, history, say, pieces=COURSE):
        self.model, self.ids, self.length, self.settings = model, ids, length, settings
        self.device, self.history, self._say, self.pieces = device, history, say, pieces
        self.optimisers = make_optimisers(model, settings)
        self.dice = torch.Generator().manual_seed(settings.seed)
        self.parts = 1  # a batch goes through the model in so many parts
        self.forward = model

    def say(self, sentence):
        self.history.said.append(sentence)
        if self._say:
            self._say(sentence)

    def pieces_in_use(self, validates):
        """The names of the pieces that this run calls."""
        loss = ["train_step"] if self.pieces.train_step else ["cross_entropy"]
        rate = ["learning_rate_at"] if self.settings.schedule == "line" else []
        return ["get_batch", *loss, *rate, "clip_gradients", *["next_token_targets", "estimate_loss"] * validates]

    def draw(self):
        """The next batch, x and y (B, T); the dice are thrown on the processor, so that every device gets the same batches."""
        ids, T = self.ids, self.length
        places = len(ids) - T if ids.ndim == 1 else len(ids)
        chosen = torch.randint(places, (self.settings.batch_size,), generator=self.dice).to(ids.device)
        if ids.ndim == 2:  # rows, one after the other, are a text too: windows begin where rows do
            ids, chosen = ids.flatten(), chosen * (T + 1)
        return self.pieces.get_batch(ids, chosen, T)

    def rate(self):
        """The learning rate of this step, as a share of its peak."""
        settings = self.settings
        at = self.pieces.learning_rate_at if settings.schedule == "line" else pieces.SCHEDULES[settings.schedule]
        return at(self.history.step, settings.steps, 1.0, settings.warm_up, settings.last_rate)

    def step(self):
        """One step: a batch, its gradients, clipped, and the optimisers' turn."""
        start = clock()
        set_rate(self.optimisers, self.rate())
        x, y = self.draw()
        own = self.whole_step(x, y) if self.pieces.train_step else None
        loss = float(self.gradients(x, y)) if own is None else own
        if not math.isfinite(loss):
            self.history.stopped = f"The loss was {loss} at step {self.history.step + 1}: the run stops. Try a smaller learning_rate or more warm_up."
            self.say(self.history.stopped)
            raise Stopped
        if own is None:
            self.clip_and_step()
        self.model.zero_grad()
        self.history.losses.append(loss)
        self.history.tokens += y.numel()
        self.history.seconds += clock() - start

    def clip_and_step(self):
        self.pieces.clip_gradients(list(self.model.parameters()), self.settings.clip)
        for optimiser in self.optimisers:
            optimiser.step()

    def whole_step(self, x, y):
        """The loss of a step that `train_step` makes alone: NaN, and nothing has moved, if a gradient was not finite; None without the memory."""
        optimiser = AllOptimisers(self)
        try:
            with self.device.autocast():
                loss = float(self.pieces.train_step(self.forward, optimiser, x, y))
        except RuntimeError as error:
            if not out_of_memory(error):
                raise
            self.say("Out of memory in train_step: from here on, each step is the course's.")
            self.pieces = replace(self.pieces, train_step=None)
            self.model.zero_grad()
            return None
        return loss if optimiser.finite else math.nan

    def gradients(self, x, y):
        """Leave the gradients of the batch's mean loss; where memory is too small, in 2, 4, 8 … parts, one after the other."""
        while True:
            try:
                return self.gradients_in_parts(x, y)
            except RuntimeError as error:
                if not out_of_memory(error) or self.parts >= len(x):
                    raise
            self.parts *= 2  # behind the except: the error no longer holds the tensors
            self.model.zero_grad()
            if self.device.kind == "cuda":
                torch.cuda.empty_cache()
            self.say(
                f"Out of memory: each batch of {len(x)} now goes through the model in {self.parts} parts, whose gradients are added up. "
                "The result is the same, a little slower."
            )

    def gradients_in_parts(self, x, y):
        total = 0.0
        for x_part, y_part in zip(x.chunk(self.parts), y.chunk(self.parts), strict=True):
            with self.device.autocast():
                logits = self.forward(x_part).float()
                loss = self.pieces.cross_entropy(logits, y_part) * (len(x_part) / len(x))
            loss.backward()
            total += loss.detach()
        return total

    def compile(self, wanted):
        """Let torch.compile make a faster model, where it can; otherwise go on with the plain one and say so."""
        if not wanted:
            return
        try:
            with torch.random.fork_rng():
                self.forward = torch.compile(self.model)
                x = self.ids.flatten()[: self.settings.batch_size * self.length].view(-1, self.length)
                self.gradients_in_parts(x, x)
        except Exception as error:
            self.forward = self.model
            reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
            self.say(f"torch.compile does not work here, so the run goes on without it ({reason}).")
        self.model.zero_grad()

    def tell(self, on_step, pressed):
        """Call on_step; a stop, from there or from the stop button, is noted with how far the run has got."""
        try:
            if on_step:
                on_step(self.history)
        except KeyboardInterrupt:
            pressed.append(True)
        if pressed and self.history.step < self.settings.steps:
            self.history.stopped = f"Stopped after {self.history.step} of {self.settings.steps} steps: the model keeps what it has learned."


class AllOptimisers:
    """What a train_step gets as its optimiser: it clears the model's gradients, and steps with all of the run's, clipped."""

    def __init__(self, run):
        self.run, self.finite = run, True
        self.param_groups = [group for optimiser in run.optimisers for group in optimiser.param_groups]

    def zero_grad(self, set_to_none=True):
        self.run.model.zero_grad(set_to_none)

    def step(self):
        gradients = [p.grad for p in self.run.model.parameters() if p.grad is not None]
        self.finite = all(gradient.isfinite().all() for gradient in gradients)
        if self.finite:
            self.run.clip_and_step()


@contextlib.contextmanager
def stop_button():
    """Inside, Ctrl-C (or the stop button) does not interrupt a step: it fills the list that this gives. The second one interrupts at once."""
    pressed = []

    def press(*_):
        if pressed:
            raise KeyboardInterrupt
        pressed.append(True)

    if threading.current_thread() is not threading.main_thread():
        yield pressed
        return
    before = signal.signal(signal.SIGINT, press)
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before or signal.default_int_handler)


def out_of_memory(error):
    """True if a RuntimeError says that memory was too small, on any device."""
    return isinstance(error, torch.OutOfMemoryError) or "out of memory" in str(error) or "can't allocate" in str(error)
