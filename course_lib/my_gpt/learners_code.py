"""A learner's file, run on tensors that carry gradients: what it imports, and the little in it that would cut them off."""

import ast
import functools
import importlib
import math
import operator
import types

import numpy
import torch

from .learners_file import run_file
from .numpy_on_torch import Array, layer, tensors_in


class Library(types.ModuleType):
    """A module with some names of ours in front of those of one or more real ones."""

    def __init__(self, name, ours, *real):
        super().__init__(name)
        self.__dict__.update(ours, _real=real)

    def __getattr__(self, name):
        for module in self.__dict__["_real"]:
            if hasattr(module, name):
                return getattr(module, name)
        raise AttributeError(f"`{name}` of {self.__name__} can't be trained through: PyTorch has nothing like it")


def _number_function(name):
    """math.exp and the like: of plain numbers as ever, of arrays and tensors by PyTorch, so that gradients pass."""
    plain = getattr(math, name)

    def called(*numbers):
        if not any(isinstance(number, Array | torch.Tensor) for number in numbers):
            return plain(*numbers)
        value = getattr(torch, name)(*(n.tensor if isinstance(n, Array) else n for n in numbers))
        return Array(value) if any(isinstance(number, Array) for number in numbers) else value

    return called


def _kept(data, dtype=None, **_):
    """torch.tensor(x) and torch.from_numpy(x), but what is made of tensors still knows how."""
    made = tensors_in(list(data) if isinstance(data, tuple) else data)
    return made if dtype is None else made.to(dtype)


MATH = Library("math", {name: _number_function(name) for name, f in vars(math).items() if callable(f)}, math)
NUMPY = Library("numpy", dict(errstate=numpy.errstate, set_printoptions=numpy.set_printoptions), layer)
TORCH = Library("torch", dict.fromkeys(["tensor", "as_tensor", "asarray", "from_numpy"], _kept), torch)
LIBRARIES = dict(math=MATH, numpy=NUMPY, torch=TORCH)


IN_PLACE = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.Pow: "pow"}


class _KeepsGradients(ast.NodeTransformer):
    """`x.numpy()`, `x.detach()`, `float(x)` and `return x.tolist()` cut a number off from how it was made: leave them out.

    So is `x.cpu()`, which would take it to another device than the model's. And `x -= y` becomes `x = _changed("sub", x, y)`.
    """

    def visit_Return(self, node):
        self.generic_visit(node)
        while _is_method(node.value, "tolist"):
            node.value = node.value.func.value
        return node

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if not isinstance(node.target, ast.Name) or type(node.op) not in IN_PLACE:
            return node
        name = node.target.id
        call = ast.Call(
            ast.Name("_changed", ast.Load()),
            [ast.Constant(IN_PLACE[type(node.op)]), ast.Name(name, ast.Load()), node.value],
            [],
        )
        return ast.copy_location(ast.Assign([node.target], call), node)

    def visit_Call(self, node):
        self.generic_visit(node)
        called = node.func
        if _is_method(node, "numpy", "detach", "cpu"):
            return called.value
        if isinstance(called, ast.Name) and called.id == "float" and len(node.args) == 1:
            called.id = "_number"
        return node


def _is_method(node, *names):
    called = getattr(node, "func", None)
    return isinstance(called, ast.Attribute) and called.attr in names and not (node.args or node.keywords)


def _changed(function, value, other):
    """`x -= y` of a tensor of its own: a new one, since autograd may still need the old numbers."""
    own = isinstance(value, torch.Tensor) and not value._is_view()
    return getattr(operator, function if own else f"i{function}")(value, other)


def _number(value):
    return value if isinstance(value, Array | torch.Tensor) else float(value)


def run(text, name, course=None, file=None):
    """The function `name` that this text defines; `course` are the functions that it gets when it imports them from course_lib.

    Raises whatever the text raises, and NameError if it does not define the name.
    """

    def substitute(module):
        top, *parts = module.split(".")
        if top == "course_lib" and parts:
            return Library(module, course or {}, importlib.import_module(module))
        if top not in LIBRARIES:
            return None
        if top == "torch":
            importlib.import_module(module)
        return functools.reduce(lambda part, step: getattr(part, step, part), parts, LIBRARIES[top])

    helpers = dict(_number=_number, _changed=_changed)
    space = run_file(text, name, file, change=_keeping_gradients, helpers=helpers, substitute=substitute)
    if not callable(space.get(name)):
        raise NameError(f"it does not define {name}")
    return space[name]


def _keeping_gradients(text, file):
    return ast.fix_missing_locations(_KeepsGradients().visit(ast.parse(text, file)))
