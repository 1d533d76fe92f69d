"""Small GPTs (model/gpt.py) that are trained for real in seconds, for lesson 08: deep ones, pre-norm and post-norm, with blocks left out.

They read the same language as the models of tiny.py. Everything is computed in double precision by one thread from fixed seeds, so that two
computers draw the same curve.
"""

from functools import cache

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.model import GPT, Block, GPTConfig
from course_lib.text import encode

from . import tiny
from .one_thread import one_thread

WIDTH, HEADS, CONTEXT = 32, 2, 24  # C, H, T


class PostNormBlock(Block):
    """The block of 2017 (Vaswani et al.): add first, and normalise the stream itself afterwards."""

    def forward(self, x, cache=None):
        x = self.norm_1(x + self.attention(x, cache))
        return self.norm_2(x + self.mlp(x))


def small_gpt(n_layer, seed=0, post_norm=False, start="small"):
    """An untrained GPT in float64; start="small" is GPT-2's, "xavier" the larger one of 2017 (Glorot and Bengio 2010)."""
    if start not in ("small", "xavier"):
        raise ValueError(f'start is {start!r}: it can be "small" or "xavier"')
    vocab_size = len(tiny.language().vocabulary)
    with one_thread(seed):
        config = GPTConfig(n_layer, HEADS, WIDTH, CONTEXT, vocab_size)
        model = GPT(config, block=PostNormBlock if post_norm else Block).double()
        for module in model.blocks.modules() if start == "xavier" else ():
            if isinstance(module, nn.Linear):
                nn.init.xavier_uniform_(module.weight)
    if post_norm:
        model.final_norm = nn.Identity()  # the last block has normalised the stream already
    return model


def train(model, steps=150, rate=5e-3, batch=8, warm_up=0, seed=0):
    """Train the model, and return the loss of every step, (steps,) in nats per token; the rate falls to 0, after `warm_up` rising steps."""
    optimiser = torch.optim.Adam(model.parameters(), lr=rate, betas=(0.9, 0.98))
    rng, losses = np.random.default_rng(seed), []
    with one_thread(seed):
        for step in range(steps):
            loss = _loss(model(texts := windows(batch, rng))[:, :-1], texts)
            for group in optimiser.param_groups:
                group["lr"] = rate * min(1, (step + 1) / max(warm_up, 1)) * (1 - step / steps)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
    return np.array(losses)


def windows(n, rng):
    """Ids (n, CONTEXT), cut out of the language's text at any place."""
    text = _text()
    return text[torch.tensor(rng.integers(len(text) - CONTEXT, size=(n, 1))) + torch.arange(CONTEXT)]


@torch.no_grad()
def loss_without(model, block=None, texts=64):
    """The loss in nats per token on texts that were not trained on, with block number `block` left out (None: with all of them)."""
    kept, ids = model.blocks, windows(texts, np.random.default_rng(99))
    try:
        model.blocks = nn.ModuleList(each for number, each in enumerate(kept) if number != block)
        with one_thread(0):
            return _loss(model(ids)[:, :-1], ids).item()
    finally:
        model.blocks = kept


def _loss(logits, ids):
    return F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())


@cache
def _text():
    corpus = tiny.language()
    return torch.tensor(encode(corpus.tokens(tiny.TEXT_LENGTH), corpus.vocabulary))
