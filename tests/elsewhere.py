"""A device that is not there: tensors that say they are on `meta`, and yet have numbers.

It stands in for a GPU. Whatever is made of such tensors is elsewhere too, and so is what is made for this device. Together with an ordinary
tensor it raises, as a GPU's tensor does with one of the processor. Unlike on a plain `meta`, code may ask for numbers.
"""

import contextlib

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

DEVICE = torch.device("meta")


class Elsewhere(torch.Tensor):
    """A tensor that says it is on DEVICE, around a real one."""

    @staticmethod
    def __new__(cls, real):
        made = torch.Tensor._make_wrapper_subclass(
            cls, real.shape, real.stride(), real.storage_offset(), dtype=real.dtype, device=DEVICE
        )
        made.real_one = real
        return made

    @classmethod
    def __torch_dispatch__(cls, function, types, args=(), kwargs=None):
        return _run(function, args, kwargs or {})

    def tolist(self):
        return here(self).tolist()

    @property
    def data(self):
        return self.detach()

    @data.setter
    def data(self, value):
        self.real_one = value.real_one


class _Dispatch(TorchDispatchMode):
    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        return _run(function, args, kwargs or {})


class _FromNumbers(TorchFunctionMode):
    """torch.tensor([1, 2]) for `meta` would lose its numbers before any dispatch."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if function is torch.Tensor.new_tensor and isinstance(args[0], Elsewhere):
            return Elsewhere(_real(args[0]).new_tensor(*args[1:], **kwargs))
        if function not in (torch.tensor, torch.as_tensor, torch.asarray) or kwargs.get("device") != DEVICE:
            return function(*args, **kwargs)
        made = function(*args, **{**kwargs, "device": None if isinstance(args[0], Elsewhere) else torch.device("cpu")})
        return made if isinstance(made, Elsewhere) else Elsewhere(made)


def _run(function, args, kwargs):
    tensors = [value for value in tree_leaves((args, kwargs)) if isinstance(value, torch.Tensor)]
    is_elsewhere = [isinstance(tensor, Elsewhere) for tensor in tensors]
    if any(is_elsewhere) and any(tensor.ndim for tensor, far in zip(tensors, is_elsewhere, strict=True) if not far):
        raise RuntimeError(f"{function} was given tensors of two devices")
    device = kwargs.get("device")
    far = any(is_elsewhere) if device is None else torch.device(device) == DEVICE
    real = {**kwargs, "device": torch.device("cpu")} if device is not None else kwargs
    args, real = tree_map(_real, (args, real))
    return tree_map(lambda value: Elsewhere(value) if far and _is_ordinary(value) else value, function(*args, **real))


def _is_ordinary(value):
    return isinstance(value, torch.Tensor) and not isinstance(value, Elsewhere)


def _real(value):
    return value.real_one if isinstance(value, Elsewhere) else value


def here(value):
    """Nested values with ordinary tensors in the place of those elsewhere."""
    return tree_map(lambda entry: _real(entry.detach()) if isinstance(entry, Elsewhere) else entry, value)


def there(value):
    """Nested values, and modules, with all their tensors elsewhere."""
    if isinstance(value, torch.nn.Module):
        for module in value.modules():
            for name, parameter in module.named_parameters(recurse=False):
                setattr(module, name, torch.nn.Parameter(Elsewhere(parameter.data)))
        return value
    if isinstance(value, torch.nn.Parameter):
        moved = torch.nn.Parameter(Elsewhere(value.data))
        moved.grad = None if value.grad is None else Elsewhere(value.grad)
        return moved
    if isinstance(value, torch.Tensor):
        return Elsewhere(value.detach()).requires_grad_(value.requires_grad)
    return type(value)(map(there, value)) if isinstance(value, list | tuple) else value


@contextlib.contextmanager
def elsewhere():
    """Inside, what is made for `meta` has numbers."""
    with _Dispatch(), _FromNumbers():
        yield
