"""Does a learner's saved function fit into a run as it stands? Tried on small inputs against the reference, and its steps are counted.

These are the functions around the model (the tokenizer, the training loop, the pick of a word): no gradient passes through them.
"""

import sys

import numpy as np
import torch

from .device import on_device_of_inputs
from .learners_file import run_file
from .pieces import PIECES, Sample
from .trial import LARGER, SINGLE, SMALL, Misfit, TooMany, count

TOLERANCE = 1e-4


def fit_as_is(name, text, file=None):
    """The function, its answer in the form that is needed; raises Misfit with a sentence, or caused by what the function raised."""
    piece, file = PIECES[name], str(file or f"my_gpt/{name}.py")
    try:
        plain = run_file(text, name, file)[name]
        function = on_device_of_inputs(lambda *inputs: piece.answer(plain(*inputs)))
        for sizes in (SMALL, SINGLE):
            if not alike(outcome(function, piece, sizes), outcome(piece.reference, piece, sizes)):
                raise Misfit(1, "Yours gives other results than the reference where a run needs it.")
        _count(function, piece, file)
    except Misfit:
        raise
    except Exception as error:
        raise Misfit(0) from error
    return function


def outcome(function, piece, sizes):
    """What a function returns, and what it changes."""
    inputs = piece.inputs(Sample(**sizes))
    value = function(*inputs)
    return [piece.answer(value), *piece.changed(inputs)]


def _count(function, piece, file):
    """Raises Misfit if the function makes far more steps, of PyTorch or of Python, than its inputs have numbers."""
    few = count(piece.reference, piece.inputs(Sample(**LARGER)))
    inputs = piece.inputs(Sample(**LARGER))
    most = max(10 * few + 50, 30 * _size(inputs) + 1000)
    try:
        with _Lines(file, most):
            count(function, inputs, most)
    except TooMany:
        raise Misfit(
            3, f"Yours is right, and would be slow: it makes more than {most} small steps for small inputs."
        ) from None


class _Lines:
    """Inside, the lines of one file that are run are counted, which is the same on every machine; raises TooMany above `most`."""

    def __init__(self, file, most):
        self.file, self.left = file, most

    def __enter__(self):
        self.before = sys.gettrace()
        sys.settrace(self._trace)

    def __exit__(self, *_):
        sys.settrace(self.before)

    def _trace(self, frame, event, argument):
        if frame.f_code.co_filename != self.file:
            return None
        if event == "line":
            self.left -= 1
            if self.left < 0:
                raise TooMany
        return self._trace


def _size(value):
    """How many numbers or words there are in nested inputs."""
    if isinstance(value, torch.Tensor | np.ndarray):
        return value.size if isinstance(value, np.ndarray) else value.numel()
    if isinstance(value, torch.nn.Module):
        return _size(list(value.parameters()))
    return sum(map(_size, value)) if isinstance(value, list | tuple | dict) else 1


def alike(mine, theirs):
    """True if nested answers are equal, numbers with a point up to rounding."""
    if isinstance(theirs, list | tuple):
        return len(mine) == len(theirs) and all(map(alike, mine, theirs))
    if isinstance(theirs, torch.Tensor | np.ndarray | float):
        mine, theirs = (torch.as_tensor(value).detach().double() for value in (mine, theirs))
        return mine.shape == theirs.shape and torch.allclose(mine, theirs, atol=TOLERANCE, rtol=TOLERANCE)
    return mine == theirs
