"""NumPy on tensors that carry gradients: a function that was written for arrays can be trained as it stands.

Without PyTorch's NumPy layer, MISSING says so in a sentence, and there are no Arrays.
"""

import contextlib
import functools

import numpy
import torch

from .numpy_layer import make_layer


def _stacked(entries):
    """A nested list as an Array that keeps the gradients of its entries; a list without arrays stays as it is."""
    entries = [_stacked(entry) if isinstance(entry, list | tuple) else entry for entry in entries]
    if not any(isinstance(entry, Array | torch.Tensor) for entry in entries):
        return entries
    tensors = [tensors_in(entry) for entry in entries]
    kind = functools.reduce(torch.promote_types, (tensor.dtype for tensor in tensors))
    return Array(torch.stack([tensor.to(kind) for tensor in tensors]))


try:
    layer = make_layer(_stacked)
    Array, MISSING = layer.ndarray, ""
except Exception:  # it is private to PyTorch: anything may have become of it
    layer = numpy

    class Array:
        """A tensor in a wrapper, and nothing more."""

        def __init__(self, tensor):
            self.tensor = tensor

    MISSING = (
        f"Yours is written with NumPy, and PyTorch {torch.__version__} has no NumPy layer that this course knows: "
        "gradients can't pass through it. Write it with torch to train with it."
    )


def tensors_in(value):
    """Whatever a learner's function returns (arrays, tensors, nested lists, numbers; tuples stay tuples) as tensors."""
    if isinstance(value, tuple):
        return tuple(tensors_in(part) for part in value)
    if isinstance(value, list):
        value = _stacked(value)  # an Array, or plain numbers
    if isinstance(value, Array):
        return value.tensor
    return torch.as_tensor(value)


def arrays_in(value):
    """A tensor as an Array; a function of tensors as one of Arrays; lists of these; everything else as it is."""
    if isinstance(value, torch.Tensor):
        return Array(value.float() if value.dtype == torch.bfloat16 else value)  # NumPy has no bfloat16
    if isinstance(value, list | tuple):
        return type(value)(arrays_in(entry) for entry in value)
    return for_both(value) if callable(value) else value


def for_both(function):
    """A function of tensors that can be called with Arrays too, and then returns Arrays."""

    @functools.wraps(function)
    def called(*args, **named):
        given = [*args, *named.values()]
        args = [arg.tensor if isinstance(arg, Array) else arg for arg in args]
        named = {name: arg.tensor if isinstance(arg, Array) else arg for name, arg in named.items()}
        value = function(*args, **named)
        return arrays_in(value) if any(isinstance(arg, Array) for arg in given) else value

    return called


def on_arrays(function):
    """A function of Arrays as one of tensors; inside it there is no half precision, which NumPy's rules do not know."""

    @functools.wraps(function)
    def called(*args, **named):
        device = next((arg.device.type for arg in args if isinstance(arg, torch.Tensor)), "cpu")
        rounds = torch.amp.is_autocast_available(device) and torch.is_autocast_enabled(device)
        with torch.autocast(device, enabled=False) if rounds else contextlib.nullcontext():
            value = function(*map(arrays_in, args), **{name: arrays_in(arg) for name, arg in named.items()})
            return tensors_in(value)

    return called
