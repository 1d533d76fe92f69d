"""source/ is the one place to write; notebooks are built from it, and nobody's answers are lost."""

import json
import re
import shutil

import nbformat
import pytest

from tests.conftest import ROOT
from tools import build_notebooks as builder

LESSON = """# %% [markdown] slide="slide" notes="Say hello."
# # A lesson
#
# Words.

# %%
print("made in", 1 + 1)

# %%
predict("?", {"a": "b"}, right="a") if False else None
"""

SHEET = """# %% [markdown]
# # A sheet

# %%
from course_lib.check import check


def f(x):
    ### BEGIN SOLUTION
    y = x
    return y + 1
    ### END SOLUTION


# %%
check(f) if False else f(1)

# %% [markdown] tags=["solution"]
# Only in the solution.
"""


@pytest.fixture
def house(tmp_path):
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "01_small.py").write_text(LESSON, encoding="utf-8")
    (tmp_path / "source" / "01_small_exercises.py").write_text(SHEET, encoding="utf-8")
    return tmp_path


def read(house, folder):
    return nbformat.read(house / folder / "01_small.ipynb", 4)


def texts(house):
    return {path.relative_to(house): path.read_bytes() for path in sorted(house.glob("*/*.ipynb"))}


@pytest.mark.parametrize("lesson", builder.sources(ROOT))
def test_committed_notebooks_are_what_source_builds(lesson, capsys):
    assert builder.main(["--check", lesson[:2]]) == 0, capsys.readouterr().out


def test_three_notebooks_from_two_files(house):
    builder.main([], root=house)
    assert builder.main(["--check"], root=house) == 0
    lesson, sheet, solution = (read(house, folder) for folder in ("notebooks", "exercises", "solutions"))
    assert "source/01_small.py" in lesson.cells[0].source
    assert lesson.cells[2].outputs[0].text == "made in 2\n"
    assert lesson.cells[1].metadata == {"slideshow": {"slide_type": "slide"}, "notes": "Say hello."}
    stub = next(cell.source for cell in sheet.cells if "def f" in cell.source)
    assert stub.endswith("def f(x):\n    # your code here\n    raise NotImplementedError")
    assert not any(cell.get("outputs") for cell in sheet.cells)
    assert not any("Only in the solution" in cell.source for cell in sheet.cells)
    assert any("Only in the solution" in cell.source for cell in solution.cells)
    assert solution.cells[-2].outputs[0].data["text/plain"] == "2"
    assert not any("SOLUTION" in cell.source for notebook in (sheet, solution) for cell in notebook.cells)


def test_check_cells_are_protected(house):
    builder.main([], root=house)
    protected = [cell for cell in read(house, "exercises").cells if cell.metadata.get("deletable") is False]
    assert [cell.source for cell in protected] == ["check(f) if False else f(1)"]
    assert protected[0].metadata.editable is False


def test_a_clean_rebuild_is_byte_equal(house, tmp_path_factory):
    builder.main([], root=house)
    again = tmp_path_factory.mktemp("again")
    shutil.copytree(house / "source", again / "source")
    builder.main([], root=again)
    assert texts(house) == texts(again)


def test_only_what_changed_is_executed(house, monkeypatch):
    builder.main([], root=house)
    executed = []
    monkeypatch.setattr(builder, "execute", lambda built, folder, root: executed.append(folder))
    builder.main([], root=house)
    assert executed == []
    words = house / "source" / "01_small.py"
    words.write_text(LESSON.replace("Words.", "Other words."), encoding="utf-8")
    builder.main([], root=house)
    assert executed == []
    assert read(house, "notebooks").cells[2].outputs[0].text == "made in 2\n", "outputs are kept when only words change"
    words.write_text(LESSON.replace("1 + 1", "1 + 2"), encoding="utf-8")
    builder.main([], root=house)
    assert executed == ["notebooks"]


@pytest.mark.parametrize(
    ("line", "said"),
    [("1 / 0", "ZeroDivisionError"), ("import os; os._exit(3)", "Kernel died")],
    ids=["error", "killed"],
)
def test_a_notebook_that_cannot_be_run_is_named_with_its_cell_and_the_others_are_built(house, capsys, line, said):
    broken = LESSON.replace('print("made in", 1 + 1)', line)
    (house / "source" / "00_broken.py").write_text(broken, encoding="utf-8")
    assert builder.main([], root=house) == 1
    told = capsys.readouterr()
    assert f"notebooks/00_broken.ipynb was not written. It stopped in cell 2, “{line}”" in told.err
    assert said in told.err
    assert "wrote notebooks/01_small.ipynb" in told.out
    assert not (house / "notebooks" / "00_broken.ipynb").exists()


def test_an_edit_changes_one_cell_id_and_an_insertion_none(house):
    def ids():
        return [cell.id for cell in builder.build(house, house / "source" / "01_small.py")["notebooks"].cells]

    before = ids()
    path = house / "source" / "01_small.py"
    path.write_text(LESSON.replace("# %%\nprint", "# %%\n0\n\n# %%\nprint"), encoding="utf-8")
    assert [one for one in ids() if one in before] == before
    path.write_text(LESSON.replace("1 + 1", "1 + 2"), encoding="utf-8")
    assert sum(one not in before for one in ids()) == 1


def test_an_answered_sheet_is_never_overwritten(house, capsys):
    builder.main([], root=house)
    path = house / "exercises" / "01_small.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("# your code here", "x = 1  # mine"), encoding="utf-8")
    answered = path.read_bytes()
    source = house / "source" / "01_small_exercises.py"
    source.write_text(SHEET.replace("# # A sheet", "# # A better sheet"), encoding="utf-8")
    builder.main([], root=house)
    assert path.read_bytes() == answered
    assert "somebody's answers" in capsys.readouterr().out
    assert builder.main(["--check"], root=house) == 0, "a learner's own sheet is not an error"
    builder.main(["--force"], root=house)
    assert "A better sheet" in path.read_text(encoding="utf-8")
    assert path.with_suffix(".ipynb.bak").read_bytes() == answered


def test_an_unanswered_sheet_is_updated_also_after_running(house):
    builder.main([], root=house)
    path = house / "exercises" / "01_small.ipynb"
    ran = json.loads(path.read_text(encoding="utf-8"))
    for cell in ran["cells"]:
        if cell["cell_type"] == "code":
            cell["execution_count"] = 7
    path.write_text(json.dumps(ran), encoding="utf-8")
    (house / "source" / "01_small_exercises.py").write_text(
        SHEET.replace("A sheet", "A better sheet"), encoding="utf-8"
    )
    builder.main([], root=house)
    assert "A better sheet" in path.read_text(encoding="utf-8")


def test_stale_and_orphaned_notebooks_are_named(house, capsys):
    builder.main([], root=house)
    (house / "source" / "01_small.py").write_text(LESSON.replace("Words", "New words"), encoding="utf-8")
    (house / "notebooks" / "09_gone.ipynb").write_text("{}", encoding="utf-8")
    assert builder.main(["--check"], root=house) == 1
    said = capsys.readouterr().out
    assert "its text has changed in source/. Out of date: notebooks 01\n" in said
    assert "run: python tools/build_notebooks.py 01\n" in said
    assert "notebooks/09_gone.ipynb" in said


@pytest.mark.parametrize("arguments", [[], ["--check"]])
def test_a_notebook_that_git_has_half_merged_is_named_and_left_alone(house, arguments):
    path = house / "exercises" / "01_small.ipynb"
    path.parent.mkdir()
    path.write_text('{\n<<<<<<< HEAD\n "cells": []\n', encoding="utf-8")
    with pytest.raises(SystemExit, match=r"exercises/01_small\.ipynb is no notebook .* Delete it, and run: .* 01"):
        builder.main(arguments, root=house)
    assert "<<<<<<<" in path.read_text(encoding="utf-8")


def test_unbalanced_markers_are_said(house):
    (house / "source" / "01_small_exercises.py").write_text(
        SHEET.replace("    ### END SOLUTION\n", ""), encoding="utf-8"
    )
    with pytest.raises(SystemExit, match="do not match"):
        builder.main([], root=house)


@pytest.mark.parametrize("source", sorted((ROOT / "source").glob("[0-9]*.py")), ids=lambda path: path.stem)
def test_what_is_executed_shows_the_map_of_its_own_lesson_alone(source):
    """The map of all lessons would change with every exercise of the course, and nothing could tell that the old one is stale."""
    shown = re.findall(r"^progress\((.*?)\)", source.read_text(encoding="utf-8"), re.MULTILINE)
    sheet = source.stem.endswith("_exercises") or source.name.startswith("00")
    assert shown == [f'"{source.name[:2]}"'] * sheet


def test_every_file_of_data_is_known_to_some_notebook():
    """A file that no notebook was made from is either not needed, or read by compiled code, which the builder's witness can't see."""
    library = ROOT / "course_lib"
    data = {path.relative_to(ROOT).as_posix() for path in library.rglob("*.*") if path.is_file()}
    data = {name for name in data if not name.endswith((".py", ".pyc")) and not name.startswith("course_lib/teach/")}
    executed = [builder.read(path) for folder in ("notebooks", "solutions") for path in (ROOT / folder).glob("*.ipynb")]
    assert data - {name for one in executed for name in one.metadata.get("made_from", {}).get("files", {})} == set()
