"""Very small transformers, attention only, that are trained for real in seconds: one change, one number (lessons 06 and 07).

A layer is a few heads and nothing else. The text is the fluffy corpus with a few words, cut into windows at any place, as long texts are cut
for a real GPT. As in GPT-2, one table of vectors reads the tokens in and, transposed, reads the predictions out. Everything is computed in
double precision by one thread from NumPy's random numbers, so that two computers draw the same curve. torch is imported when a training
starts, not before.
"""

from functools import cache

import numpy as np

from course_lib.text import FluffyCorpus, encode

from .one_thread import one_thread

WIDTH, HEAD_SIZE, CONTEXT, BATCH = 32, 16, 24, 32  # C, D, T, B
LEARNING_RATE, WARM_UP = 1e-2, 20
TEXT_LENGTH = 40_000  # tokens


def language(seed=0):
    """The fluffy corpus that all of these are trained on: six words of each kind, two nouns a story."""
    return FluffyCorpus(seed, words_per_kind=6, third_noun=0)


def train(value=True, residual=True, steps=200, seed=0, n_layer=4, tied=True):
    """Train one head per layer and return the loss of every step, (steps,) in nats per token.

    value=False adds what is looked at as it is, without a value matrix. residual=False hands on the update alone, without the "+".
    tied=False gives the predictions a table of vectors of their own. Compare with `language().entropy_floor()`.
    """
    rng = np.random.default_rng(seed)
    model = _model(rng, n_layer, 1, tied)
    return np.array(list(_losses(model, steps, rng, value, residual)))


def coarse(losses, every=50):
    """The mean loss of every 50 steps, rounded to one decimal: what can be said of a curve on any computer."""
    if len(losses) % every:
        raise ValueError(
            f"{len(losses)} losses can't be cut into parts of {every}: train for a multiple of {every} steps"
        )
    return np.reshape(losses, (-1, every)).mean(axis=1).round(1)


def head_similarity(same_start, steps=300, seed=0, nudge=0.0):
    """Train one layer of two heads and return the cosine between their weights before every step, (steps,).

    same_start=True gives both heads the same weights, to which `nudge` adds this much noise in the second; False draws both at random.
    """
    rng = np.random.default_rng(seed)
    model = _model(rng, 1, 2, True)
    one, other = model["layers"][0]
    for name in one if same_start else ():
        noise = nudge * rng.standard_normal(one[name].shape) / WIDTH**0.5
        other[name].data = one[name].data + other[name].new_tensor(noise)
    similarities = []
    for _ in _losses(model, steps, rng, True, True, before=lambda: similarities.append(_cosine(one, other))):
        pass
    return np.array(similarities)


def _model(rng, n_layer, n_head, tied):
    """The weights: tokens (V, C), places (T, C), and for every head of every layer W_q, W_k, W_down (C, D) and W_up (D, C)."""
    import torch

    def draw(rows, columns, size):
        return torch.tensor(rng.standard_normal((rows, columns)) * size, requires_grad=True)

    def head():
        inward = {name: draw(WIDTH, HEAD_SIZE, WIDTH**-0.5) for name in ("W_q", "W_k", "W_down")}
        return {**inward, "W_up": draw(HEAD_SIZE, WIDTH, HEAD_SIZE**-0.5)}

    vocab_size = len(language().vocabulary)
    tokens = draw(vocab_size, WIDTH, WIDTH**-0.5)
    return {
        "tokens": tokens,
        "places": draw(CONTEXT, WIDTH, WIDTH**-0.5),
        "out": tokens if tied else draw(vocab_size, WIDTH, WIDTH**-0.5),
        "layers": [[head() for _ in range(n_head)] for _ in range(n_layer)],
    }


def _logits(model, ids, value, residual):
    """What comes next, for every token of every window: (B, T, V)."""
    import torch

    x = model["tokens"][ids] + model["places"]  # (B, T, C)
    hidden = torch.ones(CONTEXT, CONTEXT, dtype=torch.bool).triu(1)
    for heads in model["layers"]:
        seen = _normed(x)
        update = sum(_head(seen, head, hidden, value) for head in heads)  # (B, T, C)
        x = x + update if residual else update
    return _normed(x) @ model["out"].T


def _head(x, head, hidden, value):
    scores = (x @ head["W_q"]) @ (x @ head["W_k"]).transpose(-2, -1) / HEAD_SIZE**0.5  # (B, T, T)
    weights = scores.masked_fill(hidden, -float("inf")).softmax(-1)
    return (weights @ (x @ head["W_down"])) @ head["W_up"] if value else weights @ x


def _normed(x):
    """Every vector shifted and scaled to mean 0 and variance 1 (layer norm, lesson 08)."""
    import torch

    return torch.nn.functional.layer_norm(x, x.shape[-1:])


def _losses(model, steps, rng, value, residual, before=None):
    """Train the model, and yield the loss of every step; `before` is called before each step."""
    import torch

    heads = [weight for layer in model["layers"] for head in layer for weight in head.values()]
    everything = dict.fromkeys([model["tokens"], model["places"], model["out"], *heads])  # tied tables count once
    optimiser = torch.optim.Adam(everything, lr=LEARNING_RATE, betas=(0.9, 0.98))
    text = torch.tensor(_text())
    with one_thread():
        for step in range(steps):
            if before:
                before()
            starts = torch.tensor(rng.integers(len(text) - CONTEXT, size=(BATCH, 1)))
            windows = text[starts + torch.arange(CONTEXT + 1)]  # (B, T + 1)
            logits = _logits(model, windows[:, :-1], value, residual)
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), windows[:, 1:].flatten())
            for group in optimiser.param_groups:
                group["lr"] = LEARNING_RATE * min(1, (step + 1) / WARM_UP) * (1 - step / steps)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            yield loss.item()


@cache
def _text():
    """The ids of the text, (TEXT_LENGTH,)."""
    corpus = language()
    return encode(corpus.tokens(TEXT_LENGTH), corpus.vocabulary)


def _cosine(one, other):
    """The cosine between all weights of two heads; exactly 1 if they are equal."""
    import torch

    a, b = (torch.cat([w.detach().flatten() for w in head.values()]) for head in (one, other))
    return float((a @ b) / ((a @ a) * (b @ b)).sqrt())
