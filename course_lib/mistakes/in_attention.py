"""What the tables of lessons 6 and 7 share: both compute attention."""

import copy

import numpy as np


def no_keepdims(scores):
    """A softmax whose sums have lost their axis."""
    exps = np.exp(scores - scores.max(-1, keepdims=True))
    return exps / exps.sum(-1)


def whole_numbers_too(*inputs):
    """A test: do whole numbers give what the same numbers with a point give? (PyTorch may refuse them: some of its functions do.)"""
    floats = [value.astype(float) if isinstance(value, np.ndarray) else value for value in inputs]

    def test(f):
        try:
            wanted = np.asarray(f(*copy.deepcopy(floats)), float)
        except Exception:
            return True  # it takes nothing but tensors
        try:
            return np.allclose(np.asarray(f(*copy.deepcopy(inputs)), float), wanted, atol=1e-3)
        except RuntimeError:
            return True

    return test


def multiplies(code):
    """Is there a product entry by entry in the code?"""
    return code.has(r"(?<!\*)\*=?(?!\*)") or code.uses("multiply", "mul")


def multiplies_by_infinity(code):
    """Is there a product with infinity in the code?"""
    return code.has(r"\* *-?(\w+\.)?(inf|Infinity)\b|\binf\)? *\*|\* *-?float\(")


WHOLE = {"whole": "some of PyTorch's functions refuse whole numbers, and may be used: a promise asks for them instead"}
WHOLE_NUMBERS = (
    "whole_numbers",
    "Whole numbers as inputs break your function: it is right for 2.0, and not for 2. Results need room for what comes after the point. "
    "⇒ Make an empty table by `np.zeros(shape)`, not by `np.zeros_like`.",
)
