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
    "(TABLE > 0) - (TABLE > 1)": "write `this & ~that`",
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
