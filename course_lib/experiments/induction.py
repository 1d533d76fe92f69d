"""Induction heads, grown in seconds: a small GPT learns to go on with random texts that repeat themselves.

Nothing can be foretold in such a text but by looking back: where did this token stand last time, and what came next? A head that looks there
needs an earlier head that told every token what stands in front of it: two layers. Olsson et al. (2022), "In-context learning and induction heads".
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from course_lib.inside import induction_score, look_inside, previous_token_score
from course_lib.model import GPT, GPTConfig

from .one_thread import one_thread

VOCAB_SIZE, N_EMBD, N_HEAD, LENGTH = 32, 64, 4, 48  # V, C, H, T
PERIOD = 16  # of the texts that are measured, and the longest in training: said twice in the measurement
BATCH, LEARNING_RATE = 32, 3e-3


@dataclass(frozen=True)
class Growth:
    """A training run: `steps` (N,), the `losses` (N,) on what is repeated in nats, each head's scores (N, L, H) at these steps; and the `model`."""

    steps: np.ndarray
    losses: np.ndarray
    previous_token: np.ndarray
    induction: np.ndarray
    model: GPT


def repeated_ids(periods, generator, length=LENGTH):
    """Ids (n, length): each of the n texts is as many random tokens, all different, as its entry of `periods` (n,) says, again and again."""
    once = torch.rand(len(periods), VOCAB_SIZE, generator=generator).argsort(-1)
    return once.gather(1, torch.arange(length) % torch.as_tensor(periods)[:, None])


def grow(n_layer, seed=0, steps=400, every=25):
    """Train on repeated texts with periods from 4 to 16, and measure every 25 steps on fresh texts of period 16; returns a Growth."""
    with one_thread(seed):
        return _grow(_model(n_layer), torch.Generator().manual_seed(seed), steps, every)


class Nothing(nn.Module):
    """Stands in for an MLP, and adds nothing: what is learned here, attention has learned."""

    def forward(self, x):
        return torch.zeros_like(x)


def _model(n_layer):
    """A GPT without MLPs, with PyTorch's own, larger start, and a table of its own for the predictions: it learns to copy sooner."""
    model = GPT(GPTConfig(n_layer, N_HEAD, N_EMBD, LENGTH, VOCAB_SIZE))
    model.unembed = nn.Linear(N_EMBD, VOCAB_SIZE, bias=False)
    model.apply(lambda module: module.reset_parameters() if hasattr(module, "reset_parameters") else None)
    for block in model.blocks:
        block.mlp = Nothing()
    return model


def _grow(model, generator, steps, every):
    optimiser = torch.optim.Adam(model.parameters(), LEARNING_RATE, betas=(0.9, 0.98))
    measured = []
    for step in range(steps + 1):
        if step % every == 0:
            measured.append((step, *measure(model)))
        ids = repeated_ids(torch.randint(4, PERIOD + 1, (BATCH,), generator=generator), generator)
        loss = cross_entropy(model(ids[:, :-1]).flatten(0, 1), ids[:, 1:].flatten())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return Growth(*map(np.array, zip(*measured, strict=True)), model)


@torch.no_grad()
def measure(model):
    """What a model has learned: (the loss on what is repeated, previous-token scores (L, H), induction scores (L, H)), always on the same fresh texts."""
    ids = repeated_ids([PERIOD] * 64, torch.Generator().manual_seed(1), 2 * PERIOD)
    logits = model(ids)[:, PERIOD:-1]
    patterns = look_inside(model, ids).patterns.mean(1)  # (L, H, T, T)
    loss = cross_entropy(logits.flatten(0, 1), ids[:, PERIOD + 1 :].flatten())
    return loss.item(), previous_token_score(patterns).numpy(), induction_score(patterns, PERIOD).numpy()
