"""Three heads for the one sentence, set by hand like everything in `sentence`, and a Spanish text for the two-text head of lesson 07.

All three heads have size D = 4, side by side in matrices of C = 12 = H · D columns. Each lets one kind of word ask one question; whoever has
nothing to ask, or finds nobody, looks at the first token, `a`, which has nothing to give.
"""

import numpy as np

from .sentence import E_WITHOUT_PLACE, FEATURES, TOKENS

HEADS = ("which adjectives?", "who did it?", "what happened here?")  # H = 3
_KINDS = ("article", "adjective", "noun", "verb")
_ASKS = (
    ("noun", "adjective", 4, 1.3),
    ("verb", "noun", 4, 1.3),
    ("noun", "verb", 40, -40),
)  # who, whom, how loudly, later is better
_CARRIES = (("soft", "blue", "green"), ("animal", "landscape", "large"), ("moving",))
_FIRST_IS_BEST = -40


def _head(who, whom, loudly, later):
    """W_q and W_k (C, D) of one head: column 0 holds the question and its answer, column 1 the place."""
    W_q, W_k = np.zeros((len(FEATURES), 4)), np.zeros((len(FEATURES), 4))
    for kind in _KINDS:
        W_q[FEATURES.index(kind), 1] = later if kind == who else _FIRST_IS_BEST
    W_q[FEATURES.index(who), 0] = loudly
    W_k[FEATURES.index(whom), 0] = 4
    W_k[FEATURES.index("place"), 1] = 0.5
    return W_q, W_k


def _values(names):
    """W_v (C, D) of one head: a column for each feature that it passes on."""
    return np.eye(len(FEATURES))[:, [FEATURES.index(name) for name in names]] @ np.eye(len(names), 4)


_pairs = [_head(*asked) for asked in _ASKS]
W_q, W_k = (np.hstack(one_kind) for one_kind in zip(*_pairs, strict=True))  # (C, C) each
W_v = np.hstack([_values(names) for names in _CARRIES])  # (C, C), the video's value-down matrices side by side
W_o = W_v.T.copy()  # (C, C), the video's value-up matrices on top of each other

# ---- the same story in Spanish, with the same features --------------------------------------------------------------------

_MEANS = {
    "una": "a", "criatura": "creature", "peluda": "fluffy", "y": None, "azul": "blue", "vagaba": "roamed", "por": None,
    "el": "the", "bosque": "forest", "verde": "verdant",
}  # fmt: skip
SPANISH = tuple(_MEANS)  # T_key = 10
E_SPANISH = np.array(
    [E_WITHOUT_PLACE[TOKENS.index(english)] if english else np.zeros(len(FEATURES)) for english in _MEANS.values()]
)  # (T_key, C)
MEANINGS = ("article", "animal", "landscape", "soft", "blue", "green", "moving")  # D = 7
W_meaning = (
    5 * np.eye(len(FEATURES))[:, [FEATURES.index(name) for name in MEANINGS]]
)  # (C, D), for queries and keys alike
