"""The committed notebooks: they run, and give what they show; they are readable, and every figure has words."""

import ast
import itertools
import re
import statistics
from collections import defaultdict
from functools import cache
from html.parser import HTMLParser

import nbformat
import pytest

from course_lib.mistakes import find
from tests import stored_outputs, subject
from tests.browser import driving
from tests.conftest import ROOT

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
SHEETS = sorted((ROOT / "exercises").glob("*.ipynb"))
SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))
EXECUTED = LESSONS + SOLUTIONS
RUN_HERE = (
    SOLUTIONS if driving.can_drive() else EXECUTED
)  # a browser's tests run the lessons in JupyterLab, and compare as well


def named(path):
    return f"{path.parent.name}-{path.stem}"


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


@cache
def read(path):
    """A notebook, read once for all tests: they look, and change nothing."""
    return nbformat.read(path, 4)


@pytest.mark.parametrize("path", RUN_HERE, ids=named)
def test_runs_and_gives_what_it_shows(path, course_home, tmp_path, request):
    """nbval runs every cell in a fresh kernel and compares the outputs with the stored ones; shape comments are true of what passes by."""
    found, shapes = stored_outputs.run(path, request.session, tmp_path / "shapes")
    assert not found, "\n\n".join(found)[-6000:]
    stored_outputs.shapes_are_true(path, shapes)


def test_a_difference_an_error_and_a_false_shape_are_seen(tmp_path, request):
    lie = "import numpy\nx = numpy.ones(3)  # (T, C)\n2"
    stored = {lie: "2", "1 + 1": "2", "1 + 2": "4", "1 / 0": "0", "2 + 2": "4"}
    cells = [
        nbformat.v4.new_code_cell(
            source, execution_count=1, outputs=[nbformat.v4.new_output("execute_result", {"text/plain": text})]
        )
        for source, text in stored.items()
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "small.ipynb")
    found, shapes = stored_outputs.run(tmp_path / "small.ipynb", request.session, tmp_path / "shapes")
    assert [text.splitlines()[:2] for text in found] == [
        ["cell 2: Cell outputs differ", "1 + 2"],
        ["cell 3: Cell execution caused an exception", "1 / 0"],
    ]
    assert "ZeroDivisionError" in found[1]
    assert shapes == {"wrong": ["x has shape (3,): x = numpy.ones(3)  # (T, C)"], "seen": 1}
    gave = [[nbformat.v4.new_output("execute_result", {"text/plain": text})] for text in ("2", "2", "3", "0", "4")]
    differ = stored_outputs.compare(tmp_path / "small.ipynb", request.session, gave)
    assert [text.splitlines()[:2] for text in differ] == [["cell 2: Cell outputs differ", "1 + 2"]]


@pytest.mark.parametrize("path", EXECUTED, ids=named)
def test_every_code_cell_was_executed(path):
    """nbval does not compare a cell that was never executed: it would pass in silence."""
    counts = [cell.execution_count for cell in code(read(path))]
    assert counts == list(range(1, len(counts) + 1))


@pytest.mark.parametrize("path", SHEETS, ids=named)
def test_sheets_are_committed_without_outputs(path):
    assert not any(cell.outputs or cell.execution_count for cell in code(read(path)))


@pytest.mark.parametrize("path", SHEETS, ids=named)
def test_every_stub_reports_not_attempted(path, capsys, course_home):
    """The whole sheet, as it is handed out, runs to its end: a stub is not a failure."""
    space, names = {"__name__": "__main__"}, []
    for cell in code(read(path)):
        exec(compile(cell.source, "<sheet>", "exec"), space)
        names += re.findall(r"^check\((\w+)\)", cell.source, re.MULTILINE)
    said = capsys.readouterr().out
    assert names == list(find.lesson(path.stem[:2])), "one check per exercise of the table, in its order"
    assert [f"○ {name}: not attempted" in said for name in names] == [True] * len(names)


@pytest.mark.parametrize("path", SHEETS, ids=named)
def test_a_sheet_begins_with_all_help_at_hand(path):
    first = code(read(path))[0].source
    assert "from course_lib.check import check, draw, hint, progress, replay" in first


@pytest.mark.parametrize("path", SOLUTIONS, ids=named)
def test_solutions_are_right(path):
    shown = [out.data["text/plain"] for cell in code(read(path)) for out in cell.outputs if "data" in out]
    right = [text for text in shown if text.startswith("✓")]
    assert len(right) == len(find.lesson(path.stem[:2]))


@pytest.mark.parametrize("path", LESSONS, ids=named)
def test_errors_only_where_they_are_the_lesson(path):
    for cell in code(read(path)):
        failed = any(out.output_type == "error" for out in cell.outputs)
        assert failed == ("raises-exception" in cell.metadata.get("tags", []))


# ---- rhythm (style.md) ---------------------------------------------------------------------------------------------


def lines(cell):
    """How many lines of a cell say something: not blank, not a comment, not a bracket alone."""
    said = [line for line in cell.source.splitlines() if re.search(r"\w", line)]
    return len([line for line in said if not line.lstrip().startswith("#")])


@pytest.mark.parametrize("path", LESSONS, ids=named)
def test_cells_are_small(path):
    cells = [cell for cell in code(read(path)) if not cell.source.startswith("predict(")]
    sizes = sorted(lines(cell) for cell in cells)
    assert statistics.median(sizes) <= 5
    assert sizes[int(0.9 * (len(sizes) - 1))] <= 15
    assert sizes[-1] <= 25


@pytest.mark.parametrize("path", LESSONS + SHEETS, ids=named)
def test_words(path):
    notebook = read(path)
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    for text in texts:
        words = len(re.sub(r"\$\$.*?\$\$|<[^>]+>|\]\([^)]*\)", " ", text, flags=re.DOTALL).split())
        assert words <= 120, f"{words} words: {text[:60]}"
    headings = [len(mark) for text in texts for mark in re.findall(r"^(#+) ", text, re.MULTILINE)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in itertools.pairwise(headings)), "no skipped level"


@pytest.mark.parametrize("path", LESSONS, ids=named)
def test_never_more_than_two_code_cells_without_words(path):
    kinds = "".join(
        "c" if cell.cell_type == "code" else "m" for cell in read(path).cells if not cell.source.startswith("predict(")
    )
    assert "ccc" not in kinds


@pytest.mark.parametrize("path", LESSONS, ids=named)
def test_a_lesson_has_its_parts(path):
    notebook = read(path)
    text = "\n".join(cell.source for cell in notebook.cells)
    assert "minutes" in text
    assert "needs" in text
    assert "## What to take away" in text
    assert f"../exercises/{path.name}" in text
    assert text.count("predict(") >= (1 if path.name.startswith("00") else 3)
    slides = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in notebook.cells]
    assert slides.count("slide") >= 4
    assert any("notes" in cell.metadata for cell in notebook.cells), "speaker notes"


@pytest.mark.parametrize("path", LESSONS + SHEETS + SOLUTIONS, ids=named)
def test_links_lead_somewhere(path):
    for cell in read(path).cells:
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", cell.source if cell.cell_type == "markdown" else ""):
            assert (path.parent / target).exists(), f"{target} is not there"


@pytest.mark.parametrize("path", LESSONS, ids=named)
def test_printed_floats_are_short(path):
    for cell in code(read(path)):
        for out in cell.outputs:
            text = out.get("text", "") or out.get("data", {}).get("text/plain", "")
            assert not re.search(r"\d\.\d{5,}", text), f"round it: {text[:100]}"


# ---- figures -------------------------------------------------------------------------------------------------------


class Figures(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.alts, self.widths = [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.alts.append(dict(attributes).get("alt") or "")


@pytest.mark.parametrize("path", EXECUTED, ids=named)
def test_every_figure_has_alt_text_with_its_numbers(path):
    for cell in code(read(path)):
        for out in cell.outputs:
            assert "image/png" not in out.get("data", {}), "figures go through course_lib.show, which gives them words"
            for alt in Figures(out.get("data", {}).get("text/html", "")).alts:
                assert len(alt) >= 20
                assert re.search(r"\d", alt), alt


@pytest.mark.parametrize("path", EXECUTED, ids=named)
def test_no_widget_without_a_kernel(path):
    """A widget whose model is gone shows an error: stored outputs carry the static twin only."""
    notebook = read(path)
    assert "widgets" not in notebook.metadata
    kinds = {kind for cell in code(notebook) for out in cell.outputs for kind in out.get("data", {})}
    assert not any("widget" in kind for kind in kinds)


# ---- one source ----------------------------------------------------------------------------------------------------


def definitions(tree):
    return {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def body(node):
    copy = ast.parse(ast.unparse(node)).body[0]
    if isinstance(copy.body[0], ast.Expr) and isinstance(copy.body[0].value, ast.Constant):
        copy.body = copy.body[1:]
    return ast.unparse(copy)


@cache
def library():
    """{name: the code of every function of that name in course_lib's subject}."""
    found = defaultdict(set)
    for path in subject.files():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                found[node.name].add(body(node))
    return found


@pytest.mark.parametrize("path", LESSONS, ids=named)
def test_a_function_that_shares_a_library_name_has_its_code(path):
    reference = library()
    for cell in code(read(path)):
        if "raises-exception" in cell.metadata.get("tags", []):
            continue
        for name, node in definitions(ast.parse(cell.source)).items():
            assert name not in reference or body(node) in reference[name], f"{name} differs from course_lib's"


@pytest.mark.parametrize("path", [p for p in LESSONS + SOLUTIONS if p.stem[:2] <= "07"], ids=named)
def test_early_lessons_do_not_import_torch(path):
    for cell in code(read(path)):
        assert not re.search(r"^\s*(import|from) torch", cell.source, re.MULTILINE)
