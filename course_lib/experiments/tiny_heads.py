"""What the two heads of a tiny transformer look at once they are trained: whom, by kinds of words (lesson 07)."""

import numpy as np

from course_lib.text import KINDS, SMALL_WORDS, encode

from .tiny import CONTEXT, _losses, _model, _normed, language

NAMES = ("a", "the", "quality", "colour", "animal", "place", "verb", "was", "and", ".")  # K = 10 kinds of words


def looks_by_kind(steps=300, seed=0, windows=80):
    """Train one layer of two heads from random starts; return the kinds and (H, K, K): how a kind shares its look among kinds.

    Measured on a text that was not trained on, for the second half of each window: tokens that have something to look back at.
    """
    import torch

    from course_lib.attention.torch_attention import attention_pattern, causal_mask

    rng = np.random.default_rng(seed)
    model = _model(rng, 1, 2, True)
    for _ in _losses(model, steps, rng, True, True):
        pass
    words = language(seed + 1).tokens(windows * CONTEXT)
    kinds = np.array([[_kind(word) == name for name in NAMES] for word in words], dtype=float)
    kinds = kinds.reshape(windows, CONTEXT, -1)  # (B, T, K)
    ids = torch.tensor(encode(words, language().vocabulary)).view(windows, CONTEXT)
    x = _normed(model["tokens"][ids] + model["places"])  # (B, T, C)
    tables = []
    for head in model["layers"][0]:
        weights = attention_pattern(x @ head["W_q"], x @ head["W_k"], causal_mask(CONTEXT)).detach().numpy()
        tables.append(_by_kind(weights, kinds))
    return NAMES, np.array(tables)


def _kind(word):
    return word if word in SMALL_WORDS else next(kind for kind, words in KINDS.items() if word in words)


def _by_kind(weights, kinds):
    """The mean of weights (B, T, T) over all tokens of one kind, with keys of one kind added up: (K, K)."""
    late = kinds[:, CONTEXT // 2 :]  # (B, T_query, K)
    sums = np.einsum("bik,bij,bjl->kl", late, weights[:, CONTEXT // 2 :], kinds, optimize=True)
    return sums / late.sum((0, 1))[:, None]
