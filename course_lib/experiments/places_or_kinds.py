"""Weights for places, or weights for kinds of tokens? A tiny task that is learned at some places of a text and tested at all of them.

In every text of T tokens one noun stands behind one adjective, among other words. At the noun's place the adjective is to be named.
"""

import torch
from torch import nn
from torch.nn import functional as F

from course_lib.model import CausalSelfAttention, GPTConfig

from .one_thread import one_thread

ADJECTIVES, NOUNS, OTHERS = 8, 4, 8  # how many words of each kind
T, C = 16, 16


class FullyConnected(nn.Module):
    """A weight from each of the T · C numbers of a text to each of the next ones: (B, T, C) in, (B, T, C) out."""

    def __init__(self):
        super().__init__()
        self.weights = nn.Linear(T * C, T * C, bias=False)

    def forward(self, x):
        return self.weights(x.flatten(1)).view_as(x)


class Reader(nn.Module):
    """Embedding, one layer in which tokens meet, added to the stream, and a score for each adjective: (B, T) to (B, T, ADJECTIVES)."""

    def __init__(self, layer):
        super().__init__()
        self.tokens = nn.Embedding(ADJECTIVES + NOUNS + OTHERS, C)
        self.layer = layer
        self.name = nn.Linear(C, ADJECTIVES)

    def forward(self, ids):
        x = self.tokens(ids)  # (B, T, C)
        return self.name(x + self.layer(x))


LAYERS = {"fully connected": FullyConnected, "one head": lambda: CausalSelfAttention(GPTConfig(n_head=1, n_embd=C))}


def texts(B, places, dice):
    """B texts as ids (B, T), with the places (B) of their nouns, drawn from `places`, and their adjectives (B)."""
    first_other = ADJECTIVES + NOUNS
    ids = torch.randint(first_other, first_other + OTHERS, (B, T), generator=dice)
    place = torch.tensor([*places])[torch.randint(len(places), (B,), generator=dice)]
    adjective = torch.randint(ADJECTIVES, (B,), generator=dice)
    ids[torch.arange(B), place - 1] = adjective
    ids[torch.arange(B), place] = torch.randint(ADJECTIVES, first_other, (B,), generator=dice)
    return ids, place, adjective


def scores_at(reader, ids, place):
    """The scores (B, ADJECTIVES) at the noun's place of each text."""
    return reader(ids)[torch.arange(len(ids)), place]


def right_at_each_place(name, learned=range(1, 8), steps=300):
    """Train a layer of LAYERS with nouns at the `learned` places; returns the share of right answers at each of the places 1 … T − 1."""
    dice = torch.Generator().manual_seed(1)
    with one_thread(seed=5):
        reader = _trained(Reader(LAYERS[name]()), learned, steps, dice)
        return [_share_right(reader, where, dice) for where in range(1, T)]


def _trained(reader, learned, steps, dice):
    optimiser = torch.optim.AdamW(reader.parameters(), lr=1e-2)
    for _ in range(steps):
        ids, place, adjective = texts(64, learned, dice)
        loss = F.cross_entropy(scores_at(reader, ids, place), adjective)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return reader


@torch.no_grad()
def _share_right(reader, where, dice):
    ids, place, adjective = texts(4_096, [where], dice)
    return (scores_at(reader, ids, place).argmax(-1) == adjective).float().mean().item()
