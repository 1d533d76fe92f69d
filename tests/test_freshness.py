"""A notebook's outputs belong to the library that is here: whatever they were made from may not have changed since."""

import json
import py_compile
import shutil

import nbformat
import pytest

from tests.conftest import ROOT
from tools import build_notebooks as builder
from tools import made_from

LESSON = """# %% [markdown]
# # A lesson that shows a figure, a view and data

# %%
import numpy as np
from course_lib import show

show.pattern(np.eye(2), ["one", "two"], title="Each looks at itself")

# %%
show.AttentionGrid(["one", "two"], np.eye(2), title="To be moved")

# %%
from course_lib.experiments import moles
from course_lib.model import fluffy_model
from course_lib.text import word_vectors

moles.measured()["numbers"], fluffy_model().config.n_layer, len(word_vectors.load())
"""

SHEET = """# %% [markdown]
# # A sheet

# %%
from course_lib.check import check, progress

def NAME(x, y=None):
    ### BEGIN SOLUTION
    return ANSWER
    ### END SOLUTION

check(NAME)

# %%
progress("NUMBER")
"""

SHEETS = {"01": ("dot", "sum(a * b for a, b in zip(x, y))"), "04": ("scale_scores", "x / y**0.5")}


def build_house(house):
    """A small copy of the repository: the whole library, a lesson that shows much, and two sheets."""
    ignore = shutil.ignore_patterns("__pycache__", "labextension")
    shutil.copytree(ROOT / "course_lib", house / "course_lib", ignore=ignore)
    shutil.copy(ROOT / "constraints.txt", house)
    (house / "source").mkdir()
    for number, (name, answer) in SHEETS.items():
        lesson = LESSON if number == "01" else "# %% [markdown]\n# # Nothing of the library\n\n# %%\n1 + 1\n"
        (house / "source" / f"{number}_small.py").write_text(lesson, encoding="utf-8")
        sheet = SHEET.replace("NAME", name).replace("ANSWER", answer).replace("NUMBER", number)
        (house / "source" / f"{number}_small_exercises.py").write_text(sheet, encoding="utf-8")
    builder.main([], root=house)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """One built house for all tests here; whoever changes it puts it back."""
    house = tmp_path_factory.mktemp("built")
    build_house(house)
    return house


@pytest.fixture
def change(built):
    """Change files of the built house, until the end of the test."""
    before = {}

    def change(name, new):
        before.setdefault(name, (built / name).read_bytes())
        (built / name).write_bytes(new(before[name]))

    yield change
    for name, data in before.items():
        (built / name).write_bytes(data)


def stale(house):
    """{what is wrong: [notebooks]}"""
    return builder.problems(house.resolve(), sorted((house / "source").glob("*.py")))


def bytes_of(house):
    return {path.relative_to(house): path.read_bytes() for path in sorted(house.glob("*/*.ipynb"))}


def edit(house, name, old, new):
    text = (house / name).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{name} has changed: change this test, too"
    (house / name).write_text(text.replace(old, new), encoding="utf-8", newline="\n")


def outputs(house, name="notebooks/01_small.ipynb"):
    return (house / name).read_text(encoding="utf-8")


# ---- experiments with the library ------------------------------------------------------------------------------------


def test_what_was_just_built_is_fresh_and_is_not_written_again(built, capsys):
    before = bytes_of(built)
    assert builder.main(["--check"], root=built) == 0
    assert builder.main([], root=built) == 0
    assert capsys.readouterr().out == ""
    assert bytes_of(built) == before


def test_one_word_of_an_alt_text_makes_a_fresh_clone_stale_until_it_is_built(built, tmp_path, capsys):
    house, figure = shutil.copytree(built, tmp_path / "clone"), "course_lib/show/figures/patterns.py"
    edit(house, figure, "s are queries. {said}.", "s are the queries. {said}.")
    assert builder.main(["--check"], root=house) == 1
    said = capsys.readouterr().out
    assert f"{figure} has changed. Out of date: notebooks 01\n" in said
    assert "run: python tools/build_notebooks.py 01\n" in said
    assert "Rows are the queries" not in outputs(house)
    builder.main([], root=house)
    assert capsys.readouterr().out == f"wrote notebooks/01_small.ipynb, executed because {figure} has changed\n"
    assert "Rows are the queries" in outputs(house)
    assert builder.main(["--check"], root=house) == 0


@pytest.mark.parametrize(
    "name",
    [
        "course_lib/show/views/attention_grid.py",
        "course_lib/show/views/attention_grid.js",
        "course_lib/experiments/moles.json",
        "course_lib/text/glove_vectors.npy",
        "course_lib/text/glove_words.txt",
        "course_lib/model/fluffy_model.json",
        "course_lib/model/fluffy_model.safetensors",
    ],
)
def test_a_view_or_data_that_has_changed_is_named(built, change, name):
    change(name, lambda data: data + b" ")
    assert stale(built) == {f"{name} has changed": ["notebooks/01_small.ipynb"]}


def test_other_versions_make_everything_stale(built, change):
    change("constraints.txt", lambda data: data + b"numpy==1.0\n")
    everything = [f"{folder}/{number}_small.ipynb" for number in SHEETS for folder in ("notebooks", "solutions")]
    assert stale(built) == {"constraints.txt has changed": everything}


def test_what_no_kernel_has_read_makes_nothing_stale(built, change):
    change("course_lib/train/loop.py", lambda data: data + b"# a comment\n")
    assert stale(built) == {}


def test_line_ends_do_not_count(built, change):
    change("course_lib/show/figures/patterns.py", lambda data: data.replace(b"\n", b"\r\n"))
    assert stale(built) == {}


def test_a_new_exercise_makes_only_its_own_lesson_stale(built, change):
    table = b"\n\nNEW_ONE = Exercise(\n    new_one,\n    cases=[],\n)\n"
    change("course_lib/mistakes/lesson_04.py", lambda data: data + table)
    assert stale(built) == {"course_lib/mistakes/lesson_04.py has changed": ["solutions/04_small.ipynb"]}
    change("source/04_small_exercises.py", lambda data: data + b"\n# %%\nnew_one = None\n")
    assert stale(built) == {
        builder.OTHER_TEXT: ["exercises/04_small.ipynb"],
        "its code has changed": ["solutions/04_small.ipynb"],
    }


# ---- what a notebook says it was made from -----------------------------------------------------------------------------


def test_a_notebook_of_an_older_builder_is_not_believed(built, change):
    def forget(data):
        notebook = json.loads(data)
        del notebook["metadata"]["made_from"]
        return json.dumps(notebook).encode()

    change("solutions/04_small.ipynb", forget)
    assert stale(built) == {builder.UNKNOWN: ["solutions/04_small.ipynb"]}


def test_a_list_of_files_that_was_edited_is_not_believed(built, change):
    line = next(line for line in outputs(built).splitlines() if '"course_lib/experiments/moles.json":' in line)
    change("notebooks/01_small.ipynb", lambda data: data.replace(line.encode() + b"\n", b""))
    assert stale(built) == {builder.UNKNOWN: ["notebooks/01_small.ipynb"]}


def test_a_cell_that_was_never_executed_is_said(built, change):
    change("notebooks/04_small.ipynb", lambda data: data.replace(b'"execution_count": 1', b'"execution_count": null'))
    assert stale(built) == {"a cell was never executed": ["notebooks/04_small.ipynb"]}


# ---- what the witness sees, in a library of a few lines ----------------------------------------------------------------


@pytest.fixture
def library(tmp_path):
    """Execute a cell beside a small library; gives the names of the files that its notebook was made from."""
    files = {
        "course_lib/__init__.py": "",
        "course_lib/page.py": "from pathlib import Path\n\nWORDS = Path(__file__).with_name('words.txt')\n",
        "course_lib/words.txt": "",
        "course_lib/alone.py": "",
        "course_lib/mistakes/lesson_01.py": "",
        "GLOSSARY.md": "",
        "tests/thing.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")

    def made_of(code):
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
        builder.execute(notebook, "notebooks", tmp_path)
        return set(notebook.metadata["made_from"]["files"]) - {"constraints.txt", "course_lib/__init__.py"}

    return made_of


def test_modules_count_with_and_without_cached_bytecode(library, tmp_path):
    assert library("import course_lib.page") == {"course_lib/page.py"}
    py_compile.compile(tmp_path / "course_lib" / "page.py")  # from now on an import opens this file only
    assert library("import course_lib.page") == {"course_lib/page.py"}


def test_data_counts_and_so_do_files_at_the_top_but_not_folders_that_are_no_part_of_a_lesson(library):
    code = "from course_lib.page import WORDS\nWORDS.read_text()\nopen('../GLOSSARY.md').close()\nopen('../tests/thing.py').close()"
    assert library(code) == {"course_lib/page.py", "course_lib/words.txt", "GLOSSARY.md"}


@pytest.mark.parametrize(
    "code",
    [
        "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import course_lib.alone'], check=True)",
        "import subprocess, sys\nsubprocess.run([sys.executable, '-m', 'course_lib.alone'], check=True)",
        "import os\nif not os.fork():\n    import course_lib.alone\n    os._exit(0)\nos.wait()",
    ],
    ids=["process", "program", "fork"],
)
def test_what_other_processes_read_counts_as_well(library, code):
    assert library(code) == {"course_lib/alone.py"}


def test_a_table_of_mistakes_counts_only_where_it_is_run(library):
    table = "course_lib/mistakes/lesson_01.py"
    assert library(f"open('../{table}').close()") == set()
    assert library("import course_lib.mistakes.lesson_01") == {table}


def test_a_file_that_comes_later_counts_if_it_was_looked_for(library, tmp_path):
    assert library("try: open('../course_lib/extra.txt')\nexcept OSError: pass") == {"course_lib/extra.txt"}
    files = {"course_lib/extra.txt": made_from.ABSENT}
    notebook = nbformat.v4.new_notebook(metadata={"made_from": {"files": files, "library": made_from.joint(files)}})
    assert made_from.Files(tmp_path).moved(notebook) == []
    (tmp_path / "course_lib" / "extra.txt").write_text("here", encoding="utf-8")
    assert made_from.Files(tmp_path).moved(notebook) == ["course_lib/extra.txt"]


def test_a_file_that_is_edited_while_the_notebook_runs_makes_it_stale(library, tmp_path):
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell("open('../course_lib/words.txt', 'a').write('!')")]
    )
    builder.execute(notebook, "notebooks", tmp_path)
    assert made_from.Files(tmp_path).moved(notebook) == ["course_lib/words.txt"]


def test_a_kernel_that_is_not_watched_is_not_believed(library, monkeypatch):
    monkeypatch.setattr("tools.execute.WITNESS", ROOT / "tests" / "nowhere")
    with pytest.raises(SystemExit, match="did not say which files it reads"):
        library("1")


def test_the_kernel_is_still_without_a_network(library):
    """The witness does not take the place of another sitecustomize: here, of tests/no_network."""
    with pytest.raises(Exception, match="tests run without a network"):
        library("import socket\nsocket.create_connection(('example.org', 80))")
