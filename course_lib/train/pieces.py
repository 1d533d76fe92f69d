"""The pieces of a training loop, each a few lines: batches, learning rate, loss on text that is held back, clipped gradients."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch.nn import functional as F


def get_batch(ids, starts, length):
    """Windows of a long text: x (B, T) the ids from each of `starts` on, y (B, T) the tokens that follow each of them; T = length."""
    windows = ids[starts[:, None] + torch.arange(length + 1, device=ids.device)]  # (B, T_plus_1)
    return windows[:, :-1], windows[:, 1:]


def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    """The learning rate of step number `step` (from 0): up in a straight line for warm_up steps, then down to `last` at step `steps`.

    The first step gets peak / warm_up, step warm_up - 1 the peak; after the end it stays at `last`. Going straight down to 0: Bergsma et
    al. (2025), "Straight to Zero".
    """
    if step < warm_up:
        return peak * (step + 1) / warm_up
    done = min((step - warm_up) / max(steps - warm_up, 1), 1)
    return (1 - done) * peak + done * last


def cosine_rate_at(step, steps, peak, warm_up, last=0.0):
    """The same with half a wave on the way down, as GPT-3 has it (Brown et al. 2020); the peak comes one step after the warm-up."""
    if step < warm_up:
        return peak * (step + 1) / (warm_up + 1)
    done = min((step - warm_up) / max(steps - warm_up, 1), 1)
    return last + (peak - last) * (1 + math.cos(math.pi * done)) / 2


SCHEDULES = {"line": learning_rate_at, "cosine": cosine_rate_at}


def clip_gradients(parameters, largest):
    """Scale all gradients by one factor, so that together they are at most `largest` long; returns how long they were.

    Parameters without a gradient are left out. Pascanu et al. (2013), "On the difficulty of training recurrent neural networks".
    """
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = torch.stack(torch._foreach_norm(gradients)).norm()
    torch._foreach_mul_(gradients, (largest / (length + 1e-6)).clamp(max=1))
    return length


def next_token_targets(ids):
    """What a model reads and what it should say, from ids (B, T): (B, T - 1) each."""
    return ids[:, :-1], ids[:, 1:]


def cross_entropy(logits, targets):
    """The mean surprise -ln p (in nats) over all targets (B, T), from logits (B, T, V)."""
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def next_token_loss(model, x, y):
    """The mean cross-entropy (in nats) of a model's predictions for x (B, T) against y (B, T), computed in float32."""
    return cross_entropy(model(x).float(), y)


def train_step(model, optimiser, inputs, targets):
    """One step on a batch (B, T): clear, predict, measure, back, step; returns the loss that the step was made from."""
    optimiser.zero_grad()
    loss = next_token_loss(model, inputs, targets)
    loss.backward()
    optimiser.step()
    return loss.detach()


@torch.no_grad()
def estimate_loss(model, batches):
    """The mean loss per token over pairs (x, y) of any sizes: nothing is learned, nothing is remembered, dropout is off meanwhile."""
    was_training = model.training
    model.eval()
    try:
        total = sum(next_token_loss(model, x, y).item() * y.numel() for x, y in batches)
    finally:
        model.train(was_training)
    return total / sum(y.numel() for _, y in batches)


def in_windows(ids, length, batch_size=64, targets=next_token_targets):
    """A text (N,), or rows (N, length + 1), as a list of (x, y) with windows side by side: each token is predicted once."""
    if ids.ndim == 1:
        if len(ids) <= length:
            raise ValueError(
                f"the text has {len(ids)} tokens: one window of {length} with its next token needs {length + 1}"
            )
        ids = ids.unfold(0, length + 1, length)  # each window begins with the last target of the one before
    return [targets(rows) for rows in ids.split(batch_size)]


@dataclass(frozen=True)
class TrainingPieces:
    """The functions that `train` calls; each takes and returns what the course's own of that name does. Those are the defaults.

    train_step makes a whole step in the place of `train`'s own: its optimiser's step() clips and then steps. report.whose(names) says in
    a sentence whose these functions are; without a report nothing is said.
    """

    get_batch: Callable = get_batch
    next_token_targets: Callable = next_token_targets
    cross_entropy: Callable = cross_entropy
    learning_rate_at: Callable = learning_rate_at
    clip_gradients: Callable = clip_gradients
    estimate_loss: Callable = estimate_loss
    train_step: Callable | None = None
    report: object = None
