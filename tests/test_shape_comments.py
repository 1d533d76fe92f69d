"""Shape comments are executed, in the library and in the notebooks, so that they stay true."""

import json
from pathlib import Path

import numpy as np
from IPython.core.interactiveshell import InteractiveShell

from course_lib.attention import numpy_attention, vectors
from course_lib.judge.compare import Raised
from course_lib.mistakes import find
from tests.conftest import ROOT
from tests.shape_comments import COMMENT, Cells, begin

MODULES = (numpy_attention, vectors)


def commented(path):
    return {
        number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if COMMENT.match(line)
    }


def test_the_tool_sees_a_lie():
    lines = ["def f(x):", '    """Words."""', "    y = x.T  # (T, C)", "    z = x  # (T, C)", "    return y"]
    space, watch = {}, Cells()
    watch.run("\n".join(lines), "<lie>", space)
    assert (watch.wrong, watch.seen) == ([], set())
    assert space["f"](np.zeros((2, 3))).shape == (3, 2)
    assert watch.wrong == ["z has shape (2, 3): z = x  # (T, C)"]
    assert watch.seen == {("<lie>", 3), ("<lie>", 4)}
    space["f"](np.zeros((4, 4)))
    assert len(watch.wrong) == 1, "another call has other sizes"


def test_several_names_and_whole_cells():
    watch = Cells()
    watch.run("import numpy\nq, k = numpy.ones((2, 3, 4))  # each (T, D)", "<right>", {})
    watch.run("import numpy\nq, k = numpy.ones((2, 3, 4))  # each (D, T)\nv = q  # (T, D)", "<lie>", {})
    assert watch.wrong == ["v has shape (3, 4): v = q  # (T, D)"]
    assert watch.seen == {("<right>", 2), ("<lie>", 2), ("<lie>", 3)}


def test_library():
    """Every shape comment of the mathematics, on the inputs of its exercises."""
    watch = Cells()
    for module in MODULES:
        space = {"__name__": module.__name__, "__package__": module.__package__}
        watch.run(Path(module.__file__).read_text(encoding="utf-8"), module.__file__, space)
        for name in set(space) & set(find.tables()):
            exercise = find.exercise_named(name)
            for number, case in enumerate(exercise.cases):
                if not isinstance(exercise.outcome(number), Raised):  # some inputs are there to be refused
                    space[name](*[np.array(v) if isinstance(v, np.ndarray) else v for v in case])
    assert watch.wrong == []
    tested = {name for module in MODULES for name in vars(module)} & set(find.tables())
    if {"softmax", "masked_pattern", "attend"} <= tested:
        folder = ROOT / "course_lib" / "attention"
        missed = {(str(folder / f), n) for f in ("numpy_attention.py", "vectors.py") for n in commented(folder / f)}
        assert missed <= watch.seen, "a shape comment that nothing executes"


def test_in_a_kernel(tmp_path):
    """Each cell is compared, what a function of an earlier one does as well, and what IPython alone reads is no hindrance."""
    shell, told = InteractiveShell(), tmp_path / "told"
    begin(shell)
    for cell in (
        "import numpy as np\n%precision 3\nx = np.ones((2, 3))  # (T, C)",
        "def turned(x):\n    y = x.T  # (C, T)\n    return y",
        "turned(np.ones((4, 5)))",
        "y = turned(x)  # (C, T)\nz = x  # (C, T)",
    ):
        shell.run_cell(cell, silent=True).raise_error()
    shell.shape_comments.tell(told)
    assert json.loads(told.read_text()) == {"wrong": ["z has shape (2, 3): z = x  # (C, T)"], "seen": 4}
