"""The one sentence, with hand-set vectors that a person can read: every feature has a name, every question a place.

Each kind of word asks one question, and of the answers the later ones count a little more:
a noun asks for adjectives, an adjective and an article for articles, a verb for nouns. The numbers are chosen so that `creature` looks
at `fluffy` with 0.42 and at `blue` with 0.58: one place further to the right is worth 1.3 · 0.5 / √4 = 0.325 ≈ ln(0.58 / 0.42).
"""

import numpy as np

TOKENS = ("a", "fluffy", "blue", "creature", "roamed", "the", "verdant", "forest")  # T = 8
FEATURES = (  # C = 12
    "article", "adjective", "noun", "verb", "animal", "landscape", "soft", "blue", "green", "large", "moving", "place",
)  # fmt: skip
QUESTIONS = ("adjective", "noun", "article", "place")  # D = 4, what queries ask and keys answer
CONTENTS = ("soft", "blue", "green", "moving")  # D = 4, what values carry

_IS = {
    "a": {"article": 1},
    "fluffy": {"adjective": 1, "soft": 1},
    "blue": {"adjective": 1, "blue": 1},
    "creature": {"noun": 1, "animal": 1},
    "roamed": {"verb": 1, "moving": 1},
    "the": {"article": 1},
    "verdant": {"adjective": 1, "green": 1},
    "forest": {"noun": 1, "landscape": 1, "large": 1},
}
_ASKS = {"noun": {"adjective": 4}, "verb": {"noun": 4}, "adjective": {"article": 4}, "article": {"article": 4}}
_LATER_IS_BETTER = 1.3
_ANSWERS = {"adjective": {"adjective": 4}, "noun": {"noun": 4}, "article": {"article": 4}, "place": {"place": 0.5}}


def _table(rows, columns, entries):
    """A matrix with named rows and columns out of its non-zero entries {row: {column: value}}."""
    matrix = np.zeros((len(rows), len(columns)))
    for row, values in entries.items():
        for column, value in values.items():
            matrix[rows.index(row), columns.index(column)] = value
    return matrix


E_WITHOUT_PLACE = np.array([_table(("",), FEATURES, {"": _IS[token]})[0] for token in TOKENS])  # (T, C)
PLACES = np.outer(np.arange(len(TOKENS)), _table(("",), FEATURES, {"": {"place": 1}})[0])  # (T, C)
E = E_WITHOUT_PLACE + PLACES  # (T, C)
W_q = _table(
    FEATURES, QUESTIONS, {kind: {**asked, "place": _LATER_IS_BETTER} for kind, asked in _ASKS.items()}
)  # (C, D)
W_k = _table(FEATURES, QUESTIONS, _ANSWERS)  # (C, D)
W_down = _table(FEATURES, CONTENTS, {name: {name: 1} for name in CONTENTS})  # (C, D), the video's value-down
W_up = W_down.T.copy()  # (D, C), the video's value-up
W_v = W_down
