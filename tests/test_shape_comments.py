"""Shape comments are executed, in the library and in the notebooks, so that they stay true."""

import linecache
import re

import nbformat
import numpy as np
import pytest

from course_lib.attention import numpy_attention, vectors
from course_lib.judge.compare import Raised
from course_lib.mistakes import find
from tests.conftest import ROOT
from tests.shape_comments import COMMENT, ShapeComments

MODULES = (numpy_attention, vectors)
COMMENTED = [
    path
    for folder in ("notebooks", "solutions")
    for path in sorted((ROOT / folder).glob("*.ipynb"))
    if any(re.search(r" = .*# \(", cell.source) for cell in nbformat.read(path, 4).cells if cell.cell_type == "code")
]


def commented(path):
    return {
        number for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if COMMENT.match(line)
    }


def test_the_tool_sees_a_lie():
    lines = ["def f(x):", "    y = x.T  # (T, C)", "    z = x  # (T, C)", "    return y"]
    space = {}
    exec(compile("\n".join(lines), "<lie>", "exec"), space)
    with ShapeComments(lambda name: name == "<lie>", lambda _, number: lines[number - 1]) as watch:
        space["f"](np.zeros((2, 3)))
    assert watch.wrong == ["z has shape (2, 3): z = x  # (T, C)"]
    assert len(watch.seen) == 2


def test_library():
    """Every shape comment of the mathematics, on the inputs of its exercises."""
    files = {module.__file__ for module in MODULES}
    with ShapeComments(files.__contains__, linecache.getline) as watch:
        for module in MODULES:
            for name in set(vars(module)) & set(find.tables()):
                exercise = find.exercise_named(name)
                for number, case in enumerate(exercise.cases):
                    if not isinstance(exercise.outcome(number), Raised):  # some inputs are there to be refused
                        vars(module)[name](*[np.array(v) if isinstance(v, np.ndarray) else v for v in case])
    assert watch.wrong == []
    tested = {name for module in MODULES for name in vars(module)} & set(find.tables())
    if {"softmax", "masked_pattern", "attend"} <= tested:
        folder = ROOT / "course_lib" / "attention"
        missed = {(str(folder / f), n) for f in ("numpy_attention.py", "vectors.py") for n in commented(folder / f)}
        assert missed <= watch.seen, "a shape comment that nothing executes"


@pytest.mark.parametrize("path", COMMENTED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_notebook(path, course_home, capsys):
    sources = {}
    space = {"__name__": "__main__"}
    with ShapeComments(sources.__contains__, lambda name, number: sources[name][number - 1]) as watch:
        for number, cell in enumerate(nbformat.read(path, 4).cells):
            if cell.cell_type != "code" or "raises-exception" in cell.metadata.get("tags", []):
                continue
            name = f"<{path.stem} cell {number}>"
            sources[name] = cell.source.splitlines()
            exec(compile(cell.source, name, "exec"), space)
    assert watch.wrong == []
    assert watch.seen
