"""How moles part inside a real encoder, block by block: measured here if the encoder was fetched, else the numbers that were stored."""

import json
from functools import cache
from pathlib import Path

import numpy as np

from course_lib import fetch

from .minilm import MiniLM

MODEL = "all-MiniLM-L6-v2 (6 blocks, 384 numbers per token, Apache 2.0)"
STORED = Path(__file__).parent / "moles.json"
SENTENCES = {  # {meaning: {a word to recognise the sentence by: the sentence}}
    "animal": {
        "shrew": "American shrew mole",
        "true": "American true mole",
        "tunnel": "The mole dug a tunnel under the lawn",
        "velvet": "A mole is a small mammal with velvet fur",
        "worms": "The blind mole eats worms in the soil",
    },
    "amount": {
        "dioxide": "One mole of carbon dioxide",
        "glucose": "There are six carbon atoms per mole of glucose",
        "gas": "A mole of gas fills twenty two litres",
        "salt": "Dissolve one mole of salt in water",
        "energy": "The energy released per mole was measured",
    },
    "skin": {
        "biopsy": "Take a biopsy of the mole",
        "doctor": "The doctor removed a dark mole from my back",
        "cheek": "She has a small mole on her cheek",
        "cancer": "A mole that changes colour may be cancer",
        "checked": "He had the mole on his skin checked",
    },
}


def encoder():
    """The real encoder (a MiniLM), or None if it was not fetched."""
    folder = fetch.fetched("minilm")
    return _loaded(folder) if folder else None


_loaded = cache(MiniLM)


def measured():
    """How the moles of SENTENCES lie, as a dictionary; `numbers` says whether they were measured just now or are the stored ones."""
    if encoder():
        return {"numbers": "measured here, just now", **measure(SENTENCES, "mole")}
    stored = json.loads(STORED.read_text(encoding="utf-8"))
    return {"numbers": f"stored, measured earlier; to measure them here: {fetch.command('minilm')}", **stored}


def measure(sentences, word, model=None):
    """How the vectors of one word in all these sentences {meaning: {hint: sentence}} lie to each other, layer by layer, as plain Python.

    The model is the fetched encoder if no other is given. Raises RuntimeError if it is not there, and ValueError for a sentence in which
    the word does not stand as one token.
    """
    model = model or encoder()
    if model is None:
        raise RuntimeError(f"measuring takes the real encoder. Fetch it in a terminal: {fetch.command('minilm')}")
    texts = {hint: text for group in sentences.values() for hint, text in group.items()}
    meanings = np.array([meaning for meaning, group in sentences.items() for _ in group])
    found = np.stack([_of_word(model, text, word) for text in texts.values()], axis=1)  # (n_layer + 1, N, C)
    centred = found - found.mean(1, keepdims=True)  # what differs between the sentences, layer by layer
    unit = centred / np.linalg.norm(centred, axis=-1, keepdims=True)
    cosines = unit @ unit.swapaxes(1, 2)  # (n_layer + 1, N, N)
    same, others = meanings[:, None] == meanings, ~np.eye(len(meanings), dtype=bool)
    nearest = np.where(others, cosines, -np.inf).argmax(-1)  # (n_layer + 1, N)
    right = meanings[nearest] == meanings
    return {
        "model": MODEL,
        "words": list(texts),
        "sentences": list(texts.values()),
        "meanings": meanings.tolist(),
        "cosine_same_meaning": [round(float(table[same & others].mean()), 3) for table in cosines],
        "cosine_other_meaning": [round(float(table[~same].mean()), 3) for table in cosines],
        "nearest_has_same_meaning": right.sum(-1).tolist(),
        "wrong_at_the_end": [hint for hint, ok in zip(texts, right[-1], strict=True) if not ok],
    }


def _of_word(model, text, word):
    """The word's vector in one sentence, before the first block and after each: (n_layer + 1, C)."""
    tokens = model.pieces(text)
    if word not in tokens:
        raise ValueError(f"{word!r} is not a token of {text!r}, which the encoder cuts into: {' '.join(tokens)}")
    return np.array([x[tokens.index(word)] for x in model.layers(tokens)])
