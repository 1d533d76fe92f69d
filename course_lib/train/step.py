"""A run of training on its way: one step after the other, whatever happens to memory, compiler or stop button."""

import contextlib
import math
import signal
import threading
import time

import torch

from . import pieces
from .optimisers import make_optimisers, set_rate

clock = time.perf_counter  # what counts a run's seconds


class Stopped(Exception):
    """The run can't go on; the reason has been said."""


class Run:
    """A run on its way: everything that one step needs and changes, and that a checkpoint has to hold."""

    writes = True  # this process writes the checkpoint; of several that share a run, one does

    def __init__(self, model, ids, length, settings, device, history, say):
        self.model, self.ids, self.length, self.settings = model, ids, length, settings
        self.device, self.history, self._say = device, history, say
        self.optimisers = make_optimisers(model, settings)
        self.dice = torch.Generator().manual_seed(settings.seed)
        self.parts = 1  # a batch goes through the model in so many parts
        self.forward = model

    def say(self, sentence):
        self.history.said.append(sentence)
        if self._say:
            self._say(sentence)

    def draw(self):
        """The next batch, x and y (B, T); the dice are thrown on the processor, so that every device gets the same batches."""
        highest = len(self.ids) - (self.length if self.ids.ndim == 1 else 0)
        chosen = torch.randint(highest, (self.settings.batch_size,), generator=self.dice).to(self.ids.device)
        if self.ids.ndim == 1:
            return pieces.get_batch(self.ids, chosen, self.length)
        rows = self.ids[chosen]
        return rows[:, :-1], rows[:, 1:]

    def step(self):
        """One step: a batch, its gradients, clipped, and the optimisers' turn."""
        start = clock()
        share = pieces.SCHEDULES[self.settings.schedule](
            self.history.step, self.settings.steps, 1.0, self.settings.warm_up, self.settings.last_rate
        )
        set_rate(self.optimisers, share)
        x, y = self.draw()
        loss = float(self.gradients(x, y))
        if not math.isfinite(loss):
            self.history.stopped = f"The loss was {loss} at step {self.history.step + 1}: the run stops. Try a smaller learning_rate or more warm_up."
            self.say(self.history.stopped)
            raise Stopped
        pieces.clip_gradients(self.model.parameters(), self.settings.clip)
        for optimiser in self.optimisers:
            optimiser.step()
        self.model.zero_grad()
        self.history.losses.append(loss)
        self.history.tokens += y.numel()
        self.history.seconds += clock() - start

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
                loss = pieces.next_token_loss(self.forward, x_part, y_part) * (len(x_part) / len(x))
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
