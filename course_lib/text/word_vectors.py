"""Real word vectors for lessons 01 and 02: 20,000 words of GloVe 6B, 50 numbers each.

Source: Pennington, Socher and Manning, "GloVe: Global Vectors for Word Representation" (2014), the 6B set, public domain (PDDL 1.0);
cut to size by tools/cut_word_vectors.py.
"""

import difflib
from functools import cache
from pathlib import Path

import numpy as np


class WordVectors:
    """A table of word vectors: `table["creature"]` is a vector (C,), `table.nearest(vector)` the words around it."""

    def __init__(self, words, vectors):
        self.words, self.vectors = tuple(words), np.asarray(vectors, dtype=np.float32)  # (N,), (N, C)
        self._row = {word: row for row, word in enumerate(self.words)}
        self._lengths = np.linalg.norm(self.vectors, axis=1)

    def __len__(self):
        return len(self.words)

    def __contains__(self, word):
        return word in self._row

    def __getitem__(self, word):
        """The vector of a word, float32 (C,); raises KeyError that names close spellings."""
        if word not in self._row:
            raise KeyError(self._unknown(word))
        return self.vectors[self._row[word]].copy()

    def _unknown(self, word):
        if isinstance(word, str) and word.lower() in self._row:
            return f"no vector for {word!r}: write it in small letters, {word.lower()!r}"
        close = difflib.get_close_matches(str(word).lower(), self.words, n=3)
        return f"no vector for {word!r} among the {len(self):,} words." + (
            f" Close: {', '.join(close)}" if close else ""
        )

    def nearest(self, vector, n=5, leave_out=()):
        """The n words with the largest cosine to a vector (C,), best first, as {word: cosine}; raises KeyError and ValueError."""
        vector = np.asarray(vector, dtype=np.float32)
        if vector.shape != self.vectors.shape[1:]:
            raise ValueError(f"the vector has shape {vector.shape}; word vectors have shape {self.vectors.shape[1:]}")
        length = np.linalg.norm(vector)
        if not length > 0:
            raise ValueError("a vector of length 0 has no direction, so nothing is nearest to it")
        cosines = self.vectors @ vector / (self._lengths * length)  # (N,)
        for word in [leave_out] if isinstance(leave_out, str) else leave_out:
            if word not in self._row:
                raise KeyError(self._unknown(word))
            cosines[self._row[word]] = -np.inf
        return {self.words[i]: round(float(cosines[i]), 2) for i in np.argsort(-cosines, kind="stable")[:n]}


@cache
def load():
    """The course's word vectors, read once."""
    here = Path(__file__).parent
    words = (here / "glove_words.txt").read_text(encoding="utf-8").split("\n")[:-1]
    return WordVectors(words, np.load(here / "glove_vectors.npy"))
