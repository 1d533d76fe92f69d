"""Learners' code on tensors: the numbers and the gradients of what it says, in whatever way it says it."""

import subprocess
import sys

import pytest
import torch

from course_lib.my_gpt.learners_code import run
from course_lib.my_gpt.numpy_on_torch import Array, for_both, on_arrays, tensors_in
from course_lib.my_gpt.own_pieces import Pieces
from course_lib.my_gpt.trial import Misfit, fit, on_tensors

HEAD = "import math\nimport numpy as np\nimport torch\n\n\ndef f(x):\n    "
SHARES = {
    "in place": "e = np.exp(x)\n    e /= e.sum(-1, keepdims=True)\n    return e",
    "rows in place": "e = np.exp(x)\n    for row in e:\n        row /= row.sum()\n    return e",
    "row by index": "e = x.copy()\n    for i in range(len(e)):\n        e[i] = np.exp(e[i])\n        e[i] /= e[i].sum()\n    return e",
    "part of a part": "e = np.exp(x)\n    for i in range(len(e)):\n        row = e[i]\n        row[:] = row / row.sum()\n    return e",
    "into zeros": "e = np.zeros(x.shape)\n    for i in range(len(x)):\n        e[i] = np.exp(x[i]) / np.exp(x[i]).sum()\n    return e",
    "into an empty one": "e = np.empty_like(x)\n    e[...] = np.exp(x)\n    return e / e.sum(-1)[:, None]",
    "nested lists": "return [[math.exp(a) / sum(math.exp(b) for b in row) for a in row] for row in x]",
    "nested plain lists": "return [[math.exp(a) / sum(map(math.exp, row)) for a in row] for row in x.tolist()]",
    "list of arrays": "return np.array([np.exp(row) / np.exp(row).sum() for row in x])",
    "list of lists of numbers": "return np.array([[np.exp(a) / np.exp(row).sum() for a in row] for row in x])",
    "float": "return [[math.exp(float(a)) / float(np.exp(row).sum()) for a in row] for row in x]",
    "item": "return [[math.exp(a.item()) / np.exp(row).sum().item() for a in row] for row in x]",
    "to a list at the end": "return (np.exp(x) / np.exp(x).sum(1, keepdims=True)).tolist()",
    "float64": "e = np.exp(x.astype(np.float64))\n    return e / np.add.reduce(e, axis=1, keepdims=True)",
    "logaddexp": "return np.array([np.exp(row - np.logaddexp.reduce(row)) for row in x])",
    "outer": "return np.array([np.multiply.outer(np.exp(row), 1 / np.exp(row).sum()[None])[:, 0] for row in x])",
    "maximum": "e = np.exp(x - np.maximum.reduce(x, axis=1)[:, None])\n    return e / e.sum(1)[:, None]",
    "einsum": "e = np.exp(x)\n    return np.einsum('ij,i->ij', e, 1 / np.einsum('ij->i', e))",
    "from numpy": "from numpy import exp\n    return exp(x) / exp(x).sum(axis=1)[:, None]",
    "submodule": "from numpy.linalg import norm\n    return np.exp(x) / norm(np.exp(x), 1, axis=1)[:, None]",
    "submodule as": "import numpy.linalg as la\n    return np.exp(x) / la.norm(np.exp(x), 1, axis=1)[:, None]",
    "torch": "return torch.softmax(torch.tensor(x), dim=-1)",
    "torch in place": "e = torch.tensor(x).exp()\n    e /= e.sum(-1, keepdim=True)\n    return e",
    "torch and back": "return torch.from_numpy(x).softmax(1).detach().numpy()",
    "torch, by its dtype": "return torch.as_tensor(x, dtype=torch.float64).softmax(-1).cpu().numpy()",
    "functional": "import torch.nn.functional as F\n    return F.softmax(torch.tensor(x), 1)",
    "functional from": "from torch.nn import functional as F\n    return F.softmax(torch.asarray(x), 1)",
}


def both(function, x):
    """The value and the gradient of a weighted sum."""
    x = x.clone().requires_grad_()
    value = function(x)
    (value.float() * torch.linspace(-1, 2, value.numel()).view_as(value)).sum().backward()
    return value.detach().float(), x.grad


@pytest.mark.parametrize("style", SHARES)
def test_numbers_and_gradients(style):
    x = torch.tensor([[0.5, -1.0, 2.0], [1.0, 0.0, -0.5]])
    value, gradient = both(on_arrays(run(HEAD + SHARES[style], "f")), x)
    right, right_gradient = both(lambda x: x.softmax(-1), x)
    torch.testing.assert_close(value, right)
    torch.testing.assert_close(gradient, right_gradient)


@pytest.mark.parametrize("style", ["torch", "torch in place", "torch and back", "functional", "list of arrays"])
def test_tensors_do_as_well(style):
    x = torch.tensor([[0.5, -1.0, 2.0], [1.0, 0.0, -0.5]])
    value, gradient = both(on_tensors(run(HEAD + SHARES[style], "f")), x)
    right, right_gradient = both(lambda x: x.softmax(-1), x)
    torch.testing.assert_close(value, right)
    torch.testing.assert_close(gradient, right_gradient)


@pytest.mark.parametrize(
    ("body", "right"),
    [
        ("y = np.exp(x)\n    y[x < 0] = 0\n    return y", lambda x: x.exp() * (x >= 0)),
        ("y = x * 2\n    y **= 3\n    y += x\n    return y", lambda x: (x * 2) ** 3 + x),
        ("y = np.where(x > 0, x, -np.inf)\n    return np.exp(y)", lambda x: (x.exp() * (x > 0))),
        ("with np.errstate(over='ignore'):\n        return x * math.pi + math.exp(1)", lambda x: x * torch.pi + torch.e),
        ("return x / np.sqrt(x.shape[-1]) + len(x)", lambda x: x / 3**0.5 + 2),
        ("total = 0\n    for i in range(len(x)):\n        total = total + x[i] * x[i, 0]\n    return total", lambda x: (x * x[:, :1]).sum(0)),
    ],
    ids=["masked", "in place", "where", "numbers", "float32", "sum"],
)  # fmt: skip
def test_other_code(body, right):
    x = torch.tensor([[0.5, -1.0, 2.0], [1.0, 0.25, -0.5]])
    wanted = both(right, x)
    for mine, theirs in zip(both(on_arrays(run(HEAD + body, "f")), x), wanted, strict=True):
        torch.testing.assert_close(mine, theirs)


def test_the_input_is_not_changed():
    x = torch.ones(2, 3)
    on_arrays(run(f"{HEAD}y = x\n    y = y - 1\n    y[0] = 5\n    return y", "f"))(x)
    assert torch.equal(x, torch.ones(2, 3))


def test_whole_numbers_stay_plain():
    seen = run("def f(ids):\n    return [type(i) for i in ids.tolist()]", "f")(Array(torch.tensor([3, 1])))
    assert seen == [int, int]


LEFT_ALONE = """
import torch._numpy as theirs
from course_lib.my_gpt.numpy_on_torch import layer as np
assert np is not theirs
assert theirs.zeros(1).dtype.name == "float64"
assert np.zeros(1).dtype.name == "float32"
assert theirs.ndarray.__setitem__.__module__ == "torch._numpy._ndarray"
"""


def test_pytorchs_own_layer_is_left_alone():
    """In a Python of its own: a file that was exported changes the layer of the process that runs it."""
    subprocess.run([sys.executable, "-c", LEFT_ALONE], check=True)


def test_what_pytorch_lacks_is_said_by_name():
    with pytest.raises(AttributeError, match="`vectorize` of numpy can't be trained through"):
        run(f"{HEAD}return np.vectorize(abs)(x)", "f")(torch.ones(2))


def test_names_from_the_course_are_the_given_ones_and_else_the_courses():
    text = "from course_lib.attention import {0} as s\n\n\ndef f(*x):\n    return s(*x)"
    assert run(text.format("softmax"), "f", {"softmax": "mine".join})(["1", "2"]) == "1mine2"
    assert run(text.format("dot"), "f", {"softmax": "mine".join})([1, 2], [3, 4]) == 11
    with pytest.raises(ImportError):
        run(text.format("no_such_name"), "f")


def test_a_function_for_both_answers_in_kind():
    double = for_both(lambda x, factor=2: x * factor)
    assert isinstance(double(torch.ones(2)), torch.Tensor)
    assert isinstance(double(Array(torch.ones(2)), factor=3), Array)


def test_answers_of_every_form_become_tensors():
    one = torch.ones(2)
    assert torch.equal(tensors_in([Array(one), [1.0, 2.0]]), torch.tensor([[1.0, 1.0], [1.0, 2.0]]))
    assert [part.tolist() for part in tensors_in((Array(one), [3]))] == [[1, 1], [3]]
    assert tensors_in(4).item() == 4


# ---- ways of calling ------------------------------------------------------------------------------------------------

ONE_TABLE = "import numpy as np\n\n\ndef softmax(scores):\n    e = np.exp((scores.T - scores.max(1)).T)\n    return (e.T / e.sum(1)).T"
ONE_TEXT = "def embed(ids, token_table, position_table):\n    return [token_table[i] + position_table[ids.index(i)] for i in ids]"
INTO_ZEROS = """
import numpy as np


def merge_heads(x):
    out = np.zeros((x.shape[0], x.shape[2], x.shape[1] * x.shape[3]))
    for b in range(len(x)):
        for h in range(x.shape[1]):
            out[b, :, h * x.shape[3] : (h + 1) * x.shape[3]] = x[b, h]
    return out
"""


def test_a_function_of_one_table_or_text_is_batched_without_a_loop():
    function, said = fit("softmax", ONE_TABLE, Pieces().for_files())
    scores = torch.randn(2, 3, 4, 4)
    torch.testing.assert_close(function(scores), scores.softmax(-1))
    assert said == ""
    function, said = fit("merge_heads", INTO_ZEROS, Pieces().for_files())
    assert function(torch.ones(8, 4, 5, 3)).shape == (8, 5, 12)


def test_without_vmap_it_would_have_been_too_slow(monkeypatch):
    monkeypatch.setattr(torch, "vmap", lambda *_, **__: 1 / 0)
    with pytest.raises(Misfit, match="slow to train with"):
        fit("merge_heads", INTO_ZEROS, Pieces().for_files())


def test_ids_come_as_a_list_where_only_that_will_do():
    text = ONE_TEXT.replace("ids.index(i)", "n").replace("for i in ids", "for n, i in enumerate(ids + [])")
    text = text.replace(
        "return [", "token_table[ids + []]\n    return token_table[ids + []] + position_table[: len(ids)]\n    return ["
    )
    function, said = fit("embed", text, Pieces().for_files())
    assert said == "one text at a time"
    ids, tables = torch.tensor([[1, 2], [0, 1]]), (torch.randn(4, 3), torch.randn(2, 3))
    torch.testing.assert_close(function(ids, *tables), tables[0][ids] + tables[1])
