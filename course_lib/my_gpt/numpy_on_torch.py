"""NumPy on tensors that carry gradients: PyTorch's own NumPy layer, and what it lacks for learners' code.

That layer, `torch._numpy`, is what torch.compiler.wrap_numpy compiles NumPy code to: NumPy's names and rules, with a tensor in every
array. So a function that was written for arrays can be trained as it stands.
"""

import contextlib
import functools
import importlib.util
import sys

import torch


def _layer():
    """A copy of our own of PyTorch's NumPy layer: what is changed below changes nothing for PyTorch itself."""
    import torch._numpy as original

    name = f"{__name__}_numpy"
    spec = importlib.util.spec_from_file_location(
        name, original.__file__, submodule_search_locations=list(original.__path__)
    )
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.set_default_dtype("pytorch")  # np.zeros and np.sqrt(8) are float32, as the model is
    return module


layer = _layer()
Array = layer.ndarray
carries_gradient = torch.is_floating_point


# ---- what the layer lacks -------------------------------------------------------------------------------------------


def _stacked(entries):
    """A nested list as an Array that keeps the gradients of its entries; a list without arrays stays as it is."""
    entries = [_stacked(entry) if isinstance(entry, list | tuple) else entry for entry in entries]
    if not any(isinstance(entry, Array | torch.Tensor) for entry in entries):
        return entries
    tensors = [tensors_in(entry) for entry in entries]
    kind = functools.reduce(torch.promote_types, (tensor.dtype for tensor in tensors))
    return Array(torch.stack([tensor.to(kind) for tensor in tensors]))


def _rebinding(function):
    """`x -= y` makes a new tensor, since autograd may still need the old numbers; what x is a part of gets them too."""
    plain = getattr(Array, f"__{function}__")

    def method(self, other):
        self.tensor = plain(self, other).tensor
        _tell_the_whole(self)
        return self

    return method


def _tell_the_whole(part):
    whole, index = getattr(part, "part_of", (None, None))
    if whole is not None:
        whole[index] = part


def _get(self, index, plain=Array.__getitem__):
    part = plain(self, index)
    part.part_of = self, index
    return part


def _set(self, index, value, plain=Array.__setitem__):
    """`x[i] = y`, in a new tensor likewise; it becomes batched if torch.vmap has batched the value."""
    if self.tensor.requires_grad or hasattr(self, "part_of"):
        self.tensor = self.tensor.clone()
    try:
        plain(self, index, value)
    except RuntimeError:
        if not isinstance(value, Array):
            raise
        self.tensor = self.tensor + torch.zeros_like(value.tensor).sum()
        plain(self, index, value)
    _tell_the_whole(self)


def _numbers(self):
    """As lists, in which numbers with a point are still arrays: a plain float would forget how it was made."""
    if not carries_gradient(self.tensor):
        return self.tensor.tolist()
    return [entry.tolist() for entry in self] if self.ndim else self


for _name in ("add", "sub", "mul", "truediv", "pow"):
    setattr(Array, f"__i{_name}__", _rebinding(_name))
Array.__getitem__, Array.__setitem__, Array.tolist = _get, _set, _numbers
Array.__iter__ = lambda self: (self[i] for i in range(len(self)))
Array.item = lambda self, *place, plain=Array.item: (
    self.reshape(()) if not place and self.size == 1 else plain(self, *place)
)
sys.modules[Array.__module__]._tolist = _stacked
layer.logaddexp.reduce = lambda x, axis=0, keepdims=False: Array(torch.logsumexp(x.tensor, axis, keepdims))
for _name, _whole in dict(add="sum", multiply="prod", maximum="max", minimum="min").items():
    getattr(layer, _name).reduce = lambda x, axis=0, _whole=_whole, **more: getattr(layer, _whole)(x, axis=axis, **more)
for _name in ("add", "subtract", "multiply"):
    getattr(layer, _name).outer = lambda a, b, _name=_name: getattr(layer, _name)(
        layer.reshape(a, (*a.shape, *[1] * b.ndim)), b
    )


# ---- from tensors to arrays and back --------------------------------------------------------------------------------


def tensors_in(value):
    """Whatever a learner's function returns (arrays, tensors, nested lists, numbers; tuples stay tuples) as tensors."""
    if isinstance(value, tuple):
        return tuple(tensors_in(part) for part in value)
    if isinstance(value, list):
        value = _stacked(value)
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
        with torch.autocast(device, enabled=False) if torch.is_autocast_enabled(device) else contextlib.nullcontext():
            value = function(*map(arrays_in, args), **{name: arrays_in(arg) for name, arg in named.items()})
            return tensors_in(value)

    return called
