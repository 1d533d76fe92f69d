"""PyTorch's own NumPy layer, and what it lacks for learners' code.

That layer, `torch._numpy`, is what torch.compiler.wrap_numpy compiles NumPy code to: NumPy's names and rules, with a tensor in every
array. It is PyTorch's private matter and may change: whoever makes a layer has to expect any error.
"""

import importlib.util
import sys

import torch


def make_layer(stacked):
    """A layer of our own, in which arrays keep their gradients; `stacked` makes one array of a nested list of arrays."""
    layer = _copy()
    layer.set_default_dtype("pytorch")  # np.zeros and np.sqrt(8) are float32, as the model is
    _keep_gradients(layer.ndarray)
    _add_ways_to_reduce(layer)
    sys.modules[layer.ndarray.__module__]._tolist = stacked
    return layer


def _copy():
    """A copy of PyTorch's layer: what is changed in it changes nothing for PyTorch itself."""
    import torch._numpy as original

    name = f"{__name__}_numpy"
    spec = importlib.util.spec_from_file_location(
        name, original.__file__, submodule_search_locations=list(original.__path__)
    )
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _keep_gradients(Array):
    """Changes in place make new tensors, since autograd may still need the old numbers; lists keep how their numbers were made."""
    get, put, item = Array.__getitem__, Array.__setitem__, Array.item

    def rebinding(plain):
        """`x -= y`: what x is a part of gets the new numbers too."""

        def method(self, other):
            self.tensor = plain(self, other).tensor
            _tell_the_whole(self)
            return self

        return method

    def get_part(self, index):
        part = get(self, index)
        part.part_of = self, index
        return part

    def set_part(self, index, value):
        """`x[i] = y`, in a new tensor likewise; it becomes batched if torch.vmap has batched the value."""
        if self.tensor.requires_grad or hasattr(self, "part_of"):
            self.tensor = self.tensor.clone()
        try:
            put(self, index, value)
        except RuntimeError:
            if not isinstance(value, Array):
                raise
            self.tensor = self.tensor + torch.zeros_like(value.tensor).sum()
            put(self, index, value)
        _tell_the_whole(self)

    def as_lists(self):
        """Numbers with a point are still arrays: a plain float would forget how it was made."""
        if not torch.is_floating_point(self.tensor):
            return self.tensor.tolist()
        return [entry.tolist() for entry in self] if self.ndim else self

    def one_number(self, *place):
        return self.reshape(()) if not place and self.size == 1 else item(self, *place)

    for name in ("add", "sub", "mul", "truediv", "pow"):
        setattr(Array, f"__i{name}__", rebinding(getattr(Array, f"__{name}__")))
    Array.__getitem__, Array.__setitem__, Array.tolist, Array.item = get_part, set_part, as_lists, one_number
    Array.__iter__ = lambda self: (self[i] for i in range(len(self)))


def _tell_the_whole(part):
    whole, index = getattr(part, "part_of", (None, None))
    if whole is not None:
        whole[index] = part


def _add_ways_to_reduce(layer):
    """`np.add.reduce`, `np.multiply.outer` and the like."""

    def reduce_by(whole):
        return lambda x, axis=0, **more: whole(x, axis=axis, **more)

    def outer_by(pairwise):
        return lambda a, b: pairwise(layer.reshape(a, (*a.shape, *[1] * b.ndim)), b)

    for name, whole in dict(add="sum", multiply="prod", maximum="max", minimum="min").items():
        getattr(layer, name).reduce = reduce_by(getattr(layer, whole))
    for name in ("add", "subtract", "multiply"):
        getattr(layer, name).outer = outer_by(getattr(layer, name))
    layer.logaddexp.reduce = lambda x, axis=0, keepdims=False: layer.ndarray(torch.logsumexp(x.tensor, axis, keepdims))
