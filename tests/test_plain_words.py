"""What a library says is said again in a learner's words, with what to do; each message comes from the library itself."""

import numpy as np
import pytest
import torch

from course_lib.judge.guard import guarded
from course_lib.judge.plain_words import in_plain_words

TABLE = np.array([[1, 0], [2, 3]])
LINES = {
    "(TABLE < 2) and (TABLE > 0)": "`&`",
    "TABLE > 2 or TABLE < 1": "`|`",
    "(TABLE > 0) and (torch.tensor(TABLE) > 0)": "`&`",
    "TABLE < 2 & TABLE > 0": "`&` and `|` come before",
    "0 < TABLE <= 2": "(a < b) & (b <= c)",
    "1 if TABLE else 0": "`… is not None`",
    "not TABLE": "`… is not None`",
    "1 if torch.tensor(TABLE) else 0": "`… is not None`",
    "1 if TABLE != None else 0": "`is not None`",
    "1 if TABLE == TABLE.T else 0": "`.all()`",
    "max(TABLE, TABLE.T, key=lambda t: t)": "`.any()`",
    "TABLE @ np.ones((3, 2))": "here they are 2 and 3",
    "1.5 ^ TABLE": "Write `**`",
    "1.5 ^ 2": "Write `**`",
    "TABLE.reshape(4 / 2, 2)": "Write `//`",
    "TABLE[: 4 / 2]": "Write `//`",
    "[1, 2][4 / 2]": "Write `//`",
    "np.mean([np.ones(2), np.ones((3, 2))], axis=0)": "one array after the other",
    "TABLE @ 3": "Write `*`",
    "np.zeros(4 / 2)": "Write `//`",
    "range(2.0)": "a whole number is wanted here; `/` gives one with a point",
    "~(TABLE * 0.5)": "Compare first",
    "2.5 * [1]": "np.array",
    "[1] + 2": "np.array",
    "[1](0)": "square ones",
    "TABLE.size()": "Is a `*` missing",
    "{[1]: 2}": "Make a tuple of it",
    "np.max([])": "nothing here to take the largest or smallest of",
    "max([])": "nothing here to take the largest or smallest of",
    "len(3)": "no length",
}
# a line with a mistake: what the sentence must say
OF_SHAPES_AND_GRADIENTS = {
    "torch.ones(2, 2) @ torch.ones(8, 2)": "here they are 2 and 8",
    "torch.ones(1, 2, 2) @ torch.ones(1, 8, 2)": "here they are 2 and 8",
    "torch.ones(2, 3) @ torch.ones(2)": "here they are 3 and 2",
    "torch.ones(3) @ torch.ones(4)": "here they are 3 and 4",
    "F.linear(torch.ones(2, 2), torch.ones(2, 8))": "here they are 2 and 8",
    "torch.ones(2, 4) + torch.ones(2, 2)": "4 and 2 along axis 1",
    "X - X.mean(-1)": "`keepdims=True` keeps it",
    "X.numpy() - X.numpy().mean(axis=1)": "`keepdims=True` keeps it",
    "np.ones((2, 2)) + np.ones((2, 3))": "(2, 2) and (2, 3)",
    "np.dot(np.ones((2, 3)), np.ones((2, 3)))": "here they are 3 and 2",
    "np.einsum('ij,jk->ik', np.ones((2, 3)), np.ones((2, 3)))": "one letter",
    "TABLE.__setitem__(0, np.ones(3))": "does not fit",
    "torch.mm(torch.ones(1, 2, 2), torch.ones(2, 2))": "`@` takes more axes",
    "torch.bmm(torch.ones(2, 2), torch.ones(2, 2))": "`@` takes any number",
    "torch.mv(torch.ones(1, 2, 2), torch.ones(2))": "`@` takes more axes",
    "F.cross_entropy(torch.ones(1, 2, 3), torch.zeros(1, 2, dtype=torch.long))": "below each other",
    "F.cross_entropy(torch.ones(4, 3), torch.zeros(2, dtype=torch.long))": "4 rows and 2 targets",
    "F.cross_entropy(torch.ones(2, 3), torch.tensor([0, 5]))": "target id 5",
    "F.cross_entropy(torch.ones(2, 3), torch.zeros(2, dtype=torch.int32))": "`long`",
    "X[:, :2].view(-1)": "Write `reshape`",
    "X.reshape(4, 2)": "6 numbers",
    "X.numpy().reshape(4, 2)": "6 numbers",
    "torch.cat([torch.ones(2, 2), torch.ones(2, 3)])": "2 and 3",
    "torch.stack([torch.ones(2), torch.ones(3)])": "[2] and [3]",
    "np.stack([np.ones(2), np.ones(3)])": "equal shapes",
    "np.concatenate([np.ones((2, 2)), np.ones(3)])": "2 and 1",
    "F.layer_norm(X, (4,))": "[4]",
    "F.layer_norm(X, 3)": "brackets",
    "X.transpose(1, 2)": "there is no axis 2: the tensor has 2 axes",
    "X.numpy().sum(axis=2)": "there is no axis 2: the array has 2 axes",
    "X.permute(0, 1, 2)": "2 axes and 3 numbers",
    "X[5]": "the last is place 1",
    "X.numpy()[5]": "the last is place 1",
    "X[0, 0, 0]": "more places",
    "X[torch.tensor([0.5])]": "whole number",
    "F.embedding(torch.tensor([5]), X)": "the last row",
    "X.sum().backward()": "`no_grad`",
    "(W * 2).backward()": "mean or their sum",
    "W.sum().item().backward()": "comes after `backward`",
    "W.grad.zero_()": "`.grad` is None",
    "W.grad ** 2": "not every tensor has a gradient",
    "W.numpy()": "`.detach()`",
    "W.add_(1)": "torch.no_grad",
    "[loss.backward() for loss in [(W * W).sum()] for _ in range(2)]": "called twice",
    "X @ torch.ones(3, 2, dtype=torch.double)": "`.float()`",
    "torch.arange(3).mean()": "`.float()`",
    "X.masked_fill(torch.ones(2, 3), 0)": "Compare first",
    "torch.where(torch.ones(2), 1, 0)": "Compare first",
    "torch.sqrt(2)": "`math`",
    "torch.ones(3).max(dim=0) - 1": "Take `.values`",
    "X.item()": "one number is wanted",
    "torch.tensor([[1, 2], [3]])": "equal lengths",
    "torch.zeros(4 / 2)": "Write `//`",
    "np.zeros(3, 3)": "stand in brackets",
    "float(np.ones(3))": "one number is wanted",
    "X(0)": "square ones",
    "X.size[0]": "round ones",
    "[1.0, 2.0] ** 2": "in a loop",
    "[None][0][0]": "lack its `return`",
    "None.sum()": "lack its `return`",
    "(TABLE > 1) - (TABLE > 2)": "`a & ~b`",
    "torch.tensor(TABLE > 1) - torch.tensor(TABLE > 2)": "`a & ~b`",
    "-(TABLE > 1)": "write `~`",
    "[misspelt for _ in range(2)]": "`misspelt`",
}


@pytest.mark.parametrize("line", OF_SHAPES_AND_GRADIENTS)
def test_shapes_and_gradients_are_spoken_of_in_plain_words(line):
    space = {
        "TABLE": TABLE.copy(),
        "X": torch.ones(2, 3),
        "W": torch.ones(2, requires_grad=True),
        "np": np,
        "torch": torch,
    }
    with pytest.raises(Exception) as stop:  # noqa: PT011 - any error that the line itself raises
        eval(line, space | {"F": torch.nn.functional})
    text = str(stop.value).splitlines()[0]
    said = in_plain_words(text, line)
    assert OF_SHAPES_AND_GRADIENTS[line] in said
    assert said != text
    assert len(said) <= 200
    for word in ("mat1", "operands", "broadcast", "non-singleton", "NoneType", "dimension", "leaf Variable"):
        assert word not in said


def test_a_caret_is_spoken_of_only_where_there_is_one():
    with pytest.raises(TypeError) as stop:
        np.tri(4, dtype=bool) - np.tri(4, k=-2, dtype=bool)
    assert "^" not in in_plain_words(str(stop.value), "return np.tri(T, dtype=bool) - np.tri(T, k=-window, dtype=bool)")


@pytest.mark.parametrize("line", LINES)
def test_a_message_says_what_to_do(line):
    with pytest.raises((ValueError, TypeError, RuntimeError, IndexError, AttributeError)) as stop:
        eval(line, {"TABLE": TABLE, "np": np, "torch": torch})
    said = in_plain_words(str(stop.value), line)
    assert LINES[line] in said
    for word in ("ambiguous", "gufunc", "ufunc", "operand type"):
        assert word not in said


def test_a_check_says_it_beside_the_learners_line(tmp_path):
    path = tmp_path / "cell.py"
    path.write_text("def mine(may_look):\n    if may_look:\n        return 1\n", encoding="utf-8")
    space = {}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), space)
    _, said = guarded(lambda: space["mine"](TABLE))
    assert "line 2 (`if may_look:`)" in said
    assert "is not None" in said


def test_a_full_stop_of_the_librarys_own_is_not_doubled():
    def refuse():
        raise ValueError("Make them equal.")

    assert guarded(refuse)[1].endswith(": Make them equal.")


def test_other_messages_stay():
    assert in_plain_words("list index out of range", "x[i + 1]") == "list index out of range"
