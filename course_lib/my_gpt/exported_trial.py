"""Does a function do its part in my_gpt.py as it does in the course? Tried in the very file that would be written, on small inputs.

Each trial takes the file's text and raises Misfit, with a sentence that says why not.
"""

import functools
import linecache
import types

import numpy
import torch

from .exported import Choice, frame
from .exported import text as text_of
from .pieces import PIECES
from .trial import SINGLE, SMALL, Misfit, must_fit
from .trial_as_is import alike, outcome


def run(text):
    """The module that my_gpt.py would be."""
    module, file = types.ModuleType("my_gpt"), "<my_gpt.py>"
    module.__file__ = "my_gpt.py"
    linecache.cache[file] = (
        len(text),
        None,
        text.splitlines(keepends=True),
        file,
    )  # so that a failing line can be quoted
    exec(compile(text, file, "exec"), module.__dict__)
    return module


def fits(text, name):
    """In the model: values and gradients as the reference's, about as short, tensors from tensors. Around it: the same answers."""
    piece, function = PIECES[name], getattr(run(text), name)
    if piece.as_tensors:
        must_fit(piece, _strict(function, piece))
        return
    for sizes in (SMALL, SINGLE):
        if not alike(outcome(_on_tensors(function, name), piece, sizes), outcome(piece.reference, piece, sizes)):
            raise Misfit(1, "Yours gives other results in a file of its own.")


def takes_arrays(text, name):
    """The same values if it is called with arrays instead of tensors, as functions written for NumPy call it."""
    import torch._numpy as np

    piece, function = PIECES[name], getattr(run(text), name)

    def from_arrays(*inputs):
        value = function(*(np.ndarray(value) if isinstance(value, torch.Tensor) else value for value in inputs))
        return tuple(part.tensor for part in value) if isinstance(value, tuple) else value.tensor

    if not alike(outcome(from_arrays, piece, SMALL), outcome(piece.reference, piece, SMALL)):
        raise Misfit(1, "Yours gives other results for arrays.")


def works_as_a_whole(text):
    """A model of the file's own size gives the same logits as the course's, and its gradients are numbers."""
    mine, course = run(text), run(text_of(dict.fromkeys(frame().pieces, Choice())))
    torch.manual_seed(0)
    right, model = course.GPT(30, **course.SIZES), mine.GPT(30, **mine.SIZES)
    for parameter in right.parameters():
        parameter.data += 0.1 * torch.randn_like(parameter)
    model.load_state_dict(right.state_dict())
    ids = torch.randint(30, (2, mine.SIZES["context_length"]))
    logits, wanted = model(ids), right(ids)
    mine.cross_entropy(logits, ids).backward()
    if (logits - wanted).abs().max() > 0.02 * wanted.std():
        raise Misfit(1, "It gives other numbers than the course's.")
    if not all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters()):
        raise Misfit(1, "Not all its gradients are numbers.")


def _strict(function, piece):
    """The function, if its answers are tensors of the kind that the model has."""

    @functools.wraps(function)
    def called(*inputs):
        value = function(*inputs)
        if piece.name == "causal_mask":
            return torch.as_tensor(value).bool()  # as the file's GPT does
        pair = piece.name in ("next_token_targets", "get_batch")  # the file takes it apart: `x, y = …`
        parts = tuple(value) if pair else (value,)
        for part in parts:
            if not isinstance(part, torch.Tensor):
                raise Misfit(
                    1, f"Yours returns {type(part).__name__}, where a tensor is needed that training can follow."
                )
            if part.dtype == torch.float64:
                raise Misfit(1, "Yours returns float64, where everything else is float32.")
        return parts if pair else value

    return called


def _on_tensors(function, name):
    """The function, called with tensors as the file does, where its exercise has arrays."""

    def called(*inputs):
        inputs = (torch.tensor(x, dtype=torch.float32) if isinstance(x, numpy.ndarray) else x for x in inputs)
        value = function(*inputs)
        if name in ("top_k", "top_p") and not isinstance(value, torch.Tensor):
            raise Misfit(1, f"Yours returns {type(value).__name__}, where a tensor is needed.")
        return value

    return called
