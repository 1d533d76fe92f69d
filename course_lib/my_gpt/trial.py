"""Does a learner's saved function fit into a model that is trained? Tried on small tensors against the reference, with its gradients.

A file may be written for arrays or for tensors, for a whole batch or for one text: each way of calling it is tried, the fastest first.
"""

import functools
import re

import torch
from torch.utils._python_dispatch import TorchDispatchMode  # as PyTorch's own flop counter does
from torch.utils._pytree import tree_map

from .device import on_device_of_inputs
from .learners_code import run
from .numpy_on_torch import MISSING, on_arrays, tensors_in
from .pieces import PIECES, Sample

TOLERANCE = 1e-4
SMALL, SINGLE, LARGER = dict(B=2, H=2, T=5, D=3), dict(B=3, H=1, T=1, D=4), dict(B=8, H=4, T=16, D=8)


class TooMany(Exception):
    """More operations than a training run could bear."""


class Misfit(Exception):
    """Why a function does not fit: a sentence, or "" where another error is its cause; `near` says how close it came to fitting."""

    def __init__(self, near, text=""):
        super().__init__(text)
        self.near = near


class Counted(TorchDispatchMode):
    """Counts torch's operations: the same on every machine, unlike seconds."""

    def __init__(self, most=float("inf")):
        super().__init__()
        self.count, self.most = 0, most

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        self.count += 1
        if self.count > self.most:
            raise TooMany
        return function(*args, **(kwargs or {}))


# ---- ways of calling ------------------------------------------------------------------------------------------------


def whole(function, axes):
    """The function as it is, on the whole batch."""
    return function


def by_vmap(function, axes):
    """A function of one text, batched by torch.vmap: as fast as if it had been written for a batch."""

    def all_at_once(*rows):
        places = tuple(0 if n is not None else None for n in axes[: len(rows)])
        return torch.vmap(function, in_dims=places)(*rows)

    return _in_rows(all_at_once, function, axes)


def one_by_one(function, axes):
    """A function of one text, called for each; ids come as a list, as in its exercise."""

    def in_a_loop(*rows):
        pairs = list(zip(rows, axes, strict=False))
        texts = range(next(len(row) for row, n in pairs if n is not None))
        answers = [function(*(row if n is None else _one(row[i]) for row, n in pairs)) for i in texts]
        return tree_map(lambda *parts: torch.stack(parts), *answers)

    return _in_rows(in_a_loop, function, axes)


def _one(text):
    return text if text.is_floating_point() else text.tolist()


def by_vmap_of_one(function, axes):
    """A function of a batch, called with batches of one, all of them at once."""

    @functools.wraps(function)
    def of_one(*rows):
        return function(*(row if n is None else row[None] for row, n in zip(rows, axes, strict=False)))[0]

    return by_vmap(of_one, axes)


def _in_rows(many, single, axes):
    """All axes in front of those of one text as one, and afterwards as they were."""

    @functools.wraps(single)
    def called(*inputs):
        front = inputs[0].shape[: inputs[0].ndim - axes[0]]
        if not front:
            return single(*inputs)
        rows = [x if n is None else x.flatten(0, len(front) - 1) for x, n in zip(inputs, axes, strict=False)]
        return tree_map(lambda part: part.unflatten(0, front), many(*rows))  # of one tensor, or of several

    return called


def on_tensors(function):
    """A function whose answer may be a list or a number, as one that returns tensors."""
    return functools.wraps(function)(lambda *inputs, **named: tensors_in(function(*inputs, **named)))


def in_kind(function, piece):
    """The function with its answer in the form that the piece needs, and in the kind of number that went in."""

    @functools.wraps(function)
    def called(*inputs):
        value = piece.answer(function(*inputs))
        kind = next((x.dtype for x in inputs if isinstance(x, torch.Tensor) and x.is_floating_point()), None)
        return value.to(kind) if kind and isinstance(value, torch.Tensor) and value.is_floating_point() else value

    return called


# ---- the trial ------------------------------------------------------------------------------------------------------


def fit(name, text, course, file=None):
    """(the function as one of tensors that fits into a model, "" or how it is called); raises Misfit if there is no way."""
    piece, best = PIECES[name], Misfit(-1, "")
    for way, axes in (
        (whole, ()),
        (by_vmap, piece.axes),
        (by_vmap_of_one, piece.axes_of_one),
        (one_by_one, piece.axes),
    ):
        if not axes and way is not whole:
            continue
        nearest = Misfit(-1, "")
        for kind in _kinds(text):
            try:
                function = in_kind(way(kind(_run(text, name, course, file)), axes), piece)
                function = on_device_of_inputs(function)
                must_fit(piece, function)
                return function, "one text at a time" if way is one_by_one else ""
            except Misfit as misfit:
                nearest = max(nearest, misfit, key=lambda m: m.near)
        best = max(nearest, best, key=lambda m: m.near)  # of two that are equally near, the later way
    raise Misfit(0, MISSING) if MISSING and _speaks_numpy(text) else best


def _kinds(text):
    """Called with tensors or with arrays, what the text looks like first."""
    if MISSING:
        return [on_tensors]
    return [on_arrays, on_tensors] if _speaks_numpy(text) and "torch" not in text else [on_tensors, on_arrays]


def _speaks_numpy(text):
    return re.search(r"\bnumpy\b", text) is not None


def _run(text, name, course, file):
    try:
        return run(text, name, course, file)
    except Exception as error:
        raise Misfit(0) from error


def must_fit(piece, function):
    """Raises Misfit unless the function agrees with a reference, gradients and all, and is about as short."""
    references = [piece.reference, *piece.also]
    for sizes in (SMALL, SINGLE):
        inputs = piece.inputs(Sample(**sizes))
        mine, my_gradients = _answer(function, inputs)
        answers = [_answer(reference, inputs) for reference in references]
        theirs, gradients = next((answer for answer in answers if _agree(mine, answer[0])), answers[0])
        if not (_agree(mine, theirs) and _agree(my_gradients, gradients)):
            _explain(piece, mine, my_gradients, theirs, gradients)
    inputs = piece.inputs(Sample(**LARGER))
    with torch.no_grad():
        few = count(references[0], inputs)
        most = 10 * few + 50
        try:
            count(function, inputs, most)
        except TooMany:
            steps = f"it makes more than {most} small steps where the reference makes {few}"
            raise Misfit(3, f"Yours is right, and would be slow to train with: {steps}.") from None


def count(function, inputs, most=float("inf")):
    """How many operations of torch the function makes; raises TooMany above `most`."""
    with Counted(most) as counted:
        function(*inputs)
    return counted.count


def _answer(function, inputs):
    """(the answers, the gradients of their weighted sum), as lists of tensors."""
    leaves = [x for x in inputs if isinstance(x, torch.Tensor) and x.requires_grad]
    try:
        value = function(*inputs)
    except Exception as error:
        raise Misfit(0) from error
    values = list(value) if isinstance(value, tuple) else [value]
    if not leaves or not values[0].requires_grad:
        return values, [torch.zeros_like(x) for x in leaves]
    weights = torch.linspace(-1, 2, values[0].numel()).view_as(values[0])
    gradients = _gradients((values[0] * weights).sum(), leaves)
    return values, [torch.zeros_like(x) if g is None else g for x, g in zip(leaves, gradients, strict=True)]


def _gradients(total, leaves):
    try:
        return torch.autograd.grad(total, leaves, allow_unused=True)
    except RuntimeError:
        text = "it writes over numbers in place that the gradient needs. Make a new array instead."
        raise Misfit(2, f"Yours is right, but can't be trained: {text}") from None


def _agree(mine, theirs):
    return len(mine) == len(theirs) and all(
        a.shape == b.shape and torch.allclose(a.double(), b.double(), atol=TOLERANCE, rtol=TOLERANCE)
        for a, b in zip(mine, theirs, strict=True)
    )


def _explain(piece, mine, my_gradients, theirs, gradients):
    if not _agree(mine, theirs):
        if mine[0].shape != theirs[0].shape:
            raise Misfit(1, f"Yours returns shape {tuple(mine[0].shape)} where {tuple(theirs[0].shape)} is needed.")
        if any(x.isnan().any() for x in mine):
            where = " where a score is -inf, as masked scores are" if piece.masked else ""
            raise Misfit(2, f"Yours gives NaN (not a number){where}.")
        raise Misfit(1, "Yours gives other numbers than the reference.")
    different = [not _agree([mine], [right]) for mine, right in zip(my_gradients, gradients, strict=True)].index(True)
    gradient, right = my_gradients[different], "Yours is right, but can't be trained"
    if gradient.isnan().any():
        raise Misfit(2, f"{right}: its gradient is NaN (not a number).")
    if not gradient.any():
        raise Misfit(2, f"{right}: one of its results no longer knows how it was made, so that no gradient arrives.")
    raise Misfit(2, f"{right}: its gradient differs from the reference's.")
