"""What a model makes of one text, with some of its heads switched off: the numbers behind show.HeadBrowser."""

import difflib
from dataclasses import dataclass

import numpy as np
import torch

from .look import look_inside, switched_off, token_losses


@dataclass(frozen=True)
class Reading:
    """`patterns` (L, H, T, T), the probabilities `p` (T, V) of what comes next, and the mean `loss` of what did, in nats (NaN for one token)."""

    patterns: np.ndarray
    p: np.ndarray
    loss: float


@torch.no_grad()
def read(model, ids, off=()):
    """Read one text of ids (T,) with these (layer, head) switched off, as a Reading; the model is left as it was."""
    ids = torch.as_tensor(ids, device=next(model.parameters()).device)[None]  # (B, T)
    with switched_off(model, *off):
        patterns, p = look_inside(model, ids).patterns[:, 0], model(ids)[0].softmax(-1)  # (L, H, T, T), (T, V)
        loss = float(token_losses(model, ids).mean()) if ids.shape[1] > 1 else float("nan")
    return Reading(*(part.double().cpu().numpy() for part in (patterns, p)), loss)


def cut(text, vocabulary):
    """A text as a list of words; a full stop or comma that the vocabulary knows is cut off from its word."""
    tokens = []
    for word in text.split():
        end = ""
        if word not in vocabulary and not word[-1].isalnum() and word[-1] in vocabulary:
            word, end = word[:-1], word[-1]
        tokens += [part for part in (word, end) if part]
    return tokens


def why_not(tokens, vocabulary, most):
    """What is wrong with a text of tokens, as {} if nothing: no token, words that the vocabulary lacks (and near ones), or too long."""
    if not tokens:
        return {"empty": True}
    unknown = [token for token in dict.fromkeys(tokens) if token not in vocabulary]
    if unknown:
        near = (difflib.get_close_matches(token.lower(), list(vocabulary), n=1, cutoff=0.7) for token in unknown)
        return {"unknown": unknown, "meant": [word for words in near for word in words]}
    return {"long": len(tokens), "most": most} if len(tokens) > most else {}


def in_words(problem):
    """What why_not has found, as a sentence."""
    if "unknown" in problem:
        return f"the model has never seen {', '.join(problem['unknown'])}: use words of its vocabulary"
    if "long" in problem:
        return f"the text has {problem['long']} tokens, and the model can read {problem['most']} at once: cut it"
    return "the text is empty: give it a few words"


def likeliest(whole, without, words, most=5):
    """For each token the most likely next words: [[word, probability, probability without], …] of p (T, V), the best of both ways."""
    tables = []
    for p, less in zip(whole, without, strict=True):
        best = dict.fromkeys([*np.argsort(-p)[: most - 1].tolist(), *np.argsort(-less)[: most - 3].tolist()])
        best = sorted(best, key=lambda v: -max(p[v], less[v]))
        tables.append([[words[v], round(float(p[v]), 4), round(float(less[v]), 4)] for v in best])
    return tables
