"""Awkward inputs, said once for all exercises: whole numbers, zeros, ties, parallel rows, large, tiny, the smallest sizes, capitals, and random ones.

An exercise has a maker, `makes(draw)`, that puts legal inputs together from what `draw` hands out. The maker knows the shapes, the `Draw` knows
what is awkward: so every exercise meets every kind of awkward input that its maker can hold, and a test can list which.
"""

import zlib

import numpy as np

USUAL = "usual"
# style: (which of draw's methods it changes, what it is in a learner's words)
STYLES = {
    "whole": ({"numbers"}, "the input holds whole numbers"),
    "zeros": ({"numbers"}, "every number is 0"),
    "negative": ({"numbers"}, "every number is negative"),
    "positive": ({"numbers"}, "every number is positive"),
    "ties": ({"numbers", "ids"}, "the same number comes several times"),
    "parallel": ({"numbers"}, "all rows point the same way"),
    "large": ({"numbers"}, "the numbers are large"),
    "tiny": ({"numbers"}, "the numbers are tiny"),
    "smallest": ({"size", "tokens"}, "the sizes are as small as they may be"),
    "largest": ({"size", "tokens"}, "the sizes are large"),
    "capitals": ({"tokens"}, "there are capitals, digits and punctuation"),
    "repeats": ({"tokens", "ids"}, "everything comes more than once"),
    "last place": ({"ids", "place"}, "the last place that there is"),
}
PLAIN_WORDS = ("the", "fluffy", "blue", "creature", "roamed", "verdant", "forest", "a", "was", "in")
AWKWARD_WORDS = ("The", "THE", "the", "isn't", "e-mail", "42", "4", "2", ".", ",", "?", "é", "the1", "<unk>s", "of the")


class Draw:
    """Hands out numbers, sizes, masks, tokens and ids in one style, the same for the same seed."""

    def __init__(self, style=USUAL, seed=0, tensors=False):
        self.style, self.rng, self.tensors = style, np.random.default_rng(seed), tensors
        self.asked, self.handed_out = set(), []

    def _out(self, method, value):
        self.asked.add(method)
        self.handed_out.append((method, value))
        return value

    def numbers(self, *shape, low=None, high=None):
        """An array of numbers; `low`, `high`: what an entry may be at least and at most (then the sign and the size stay inside)."""
        x = self._styled(shape)
        if low is not None or high is not None:
            x = np.clip(x, low, high).astype(x.dtype)
        return self._out("numbers", x)

    def _styled(self, shape):
        usual = self.rng.normal(size=shape) * self.rng.choice([0.5, 1.0, 3.0])
        match self.style:
            case "whole":
                whole = self.rng.integers(-4, 5, size=shape)
                return whole.astype(float) if self.tensors else whole
            case "zeros":
                return np.zeros(shape)
            case "negative":
                return -abs(usual) - 0.1
            case "positive":
                return abs(usual) + 0.1
            case "ties":
                return self.rng.choice([-1.5, 0.5, 2.0], size=shape)
            case "parallel" if len(shape) > 1:
                return usual[..., :1, :] * self.rng.choice([1.0, 2.0, 0.5], size=(*shape[:-1], 1))
            case "large":
                return usual * 1000
            case "tiny":
                return usual * 1e-6
        return usual

    def size(self, low, high):
        """A whole number from `low` to `high`, both included."""
        fixed = {"smallest": low, "largest": high}
        number = fixed[self.style] if self.style in fixed else int(self.rng.integers(low, high + 1))
        return self._out("size", number)

    def place(self, n):
        """A place from 0 to n − 1."""
        return self._out("place", n - 1 if self.style == "last place" else int(self.rng.integers(n)))

    def ids(self, *shape, below):
        """An array of ids from 0 to `below` − 1."""
        top = {"ties": min(2, below), "repeats": min(2, below)}.get(self.style, below)
        x = self.rng.integers(top, size=shape)
        if self.style == "last place" and x.size:
            x.flat[-1] = below - 1
        return self._out("ids", x)

    def mask(self, T_query, T_key):
        """A table of yes and no in which every row has at least one yes."""
        table = self.rng.random((T_query, T_key)) < 0.6
        table[np.arange(T_query), self.rng.integers(T_key, size=T_query)] = True
        return self._out("mask", table)

    def shares(self, *shape):
        """Numbers from 0 to 1 whose last axis sums to 1; some are exactly 0."""
        x = self.rng.random(shape) ** 2 * (self.rng.random(shape) < 0.8)
        x[..., 0] += x.sum(-1) == 0
        return self._out("shares", x / x.sum(-1, keepdims=True))

    def tokens(self, low, high):
        """A list of `low` to `high` words."""
        fixed = {"smallest": low, "largest": high}
        n = fixed[self.style] if self.style in fixed else int(self.rng.integers(low, high + 1))
        words = AWKWARD_WORDS if self.style == "capitals" else PLAIN_WORDS
        words = words[:2] if self.style == "repeats" else words
        return self._out("tokens", [words[i] for i in self.rng.integers(len(words), size=n)])

    def choice(self, *options):
        """One of these things."""
        return options[self.rng.integers(len(options))]


def made(makes, name, tries=30, unfit=(), tensors=False):
    """[(style, inputs)]: one for each style that changes what this maker draws, then `tries` of the usual kind; the same each time."""
    found, asked = [], None
    for number, style in enumerate([USUAL] * tries + [style for style in STYLES if style not in unfit]):
        if style != USUAL and asked is not None and not STYLES[style][0] & asked:
            continue
        draw = Draw(style, [zlib.crc32(name.encode()), number], tensors)
        found.append((style, tuple(makes(draw))))
        asked = (asked or set()) | draw.asked
    return found
