"""Slides without a browser: what is on which slide, and what the page to hand out holds."""

import os
import re
import tomllib
from html.parser import HTMLParser

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from course_lib.teach import TeachError, render, slides
from tests.conftest import ROOT

LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
FIGURE = f'<figure><img alt="Two arrows." src="data:image/png;base64,{DOT}"><figcaption>a and b</figcaption></figure>'


def typed(cell, kind=None):
    if kind:
        cell.metadata["slideshow"] = {"slide_type": kind}
    return cell


def words(text, kind=None):
    return typed(new_markdown_cell(text), kind)


def code(source, kind=None, **data):
    outputs = [new_output("execute_result", data=data, execution_count=1)] if data else []
    return typed(new_code_cell(source, outputs=outputs), kind)


@pytest.fixture
def course(tmp_path):
    """A folder with one small lesson; call it with cells to write that lesson anew."""
    root = tmp_path / "course"
    (root / "notebooks").mkdir(parents=True)

    picture = code("show.arrows([a, b])", "subslide", **{"text/html": FIGURE, "text/plain": "Two arrows."})
    picture.metadata["notes"] = "Point at both."

    def write(*cells, name="01_arrows"):
        nbformat.write(new_notebook(cells=list(cells)), root / "notebooks" / f"{name}.ipynb")
        return root

    write(
        words(
            "# Arrows & *lengths*\n\nSee [the sheet](../exercises/01.ipynb) and [a paper](https://example.org/x).",
            "slide",
        ),
        words("Say **hello**.", "notes"),
        words("## The rule\n\n$$a \\cdot b = \\sum_i a_i b_i$$", "slide"),
        code("a @ b  # a < b", **{"text/plain": "8.0"}),
        words("It is positive.", "fragment"),
        words("Still the same step."),
        words("hidden", "skip"),
        picture,
    )
    write.root = root
    return write


class Tags(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.found = []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def all(self, name):
        return [attributes for tag, attributes in self.found if tag == name]


def exported(course, tmp_path):
    return slides.export("01", tmp_path / "out", root=course.root).read_text(encoding="utf-8")


def test_slides_are_cut_by_the_metadata(course):
    each = slides.pages(nbformat.read(slides.lesson_path(1, course.root), as_version=4))
    assert [[[cell.source.split("\n")[0] for cell in step] for step in page.steps] for page in each] == [
        [["# Arrows & *lengths*"]],
        [["## The rule", "a @ b  # a < b"], ["It is positive.", "Still the same step."]],
        [["show.arrows([a, b])"]],
    ]
    assert [page.notes for page in each] == [["Say **hello**."], [], ["Point at both."]]


@pytest.mark.parametrize("number", ["1", "01", 1, " 01 "])
def test_a_lesson_is_found_by_its_number(course, number):
    assert slides.lesson_path(number, course.root).name == "01_arrows.ipynb"


@pytest.mark.parametrize("number", ["42", "one", "../01"])
def test_a_lesson_that_is_not_there_is_answered_with_those_that_are(course, number):
    course(words("# Start", "slide"), name="00_start")
    with pytest.raises(TeachError) as error:
        slides.lesson_path(number, course.root)
    assert str(error.value) == f"There is no lesson {number}; there are 00, 01."


def test_the_hand_out_needs_nothing_from_elsewhere(course, tmp_path):
    html = exported(course, tmp_path)
    tags = Tags(html)
    asked = [tag.get("src") or tag.get("href") for name in ("script", "link", "img") for tag in tags.all(name)]
    for target in asked:
        assert target.startswith("data:") or (tmp_path / "out" / target).is_file()
    for name in ("MathJax", "require.js", "mermaid", "cdn", "fonts.googleapis"):
        assert name not in html
    style = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out" / "slides_files").glob("*.css"))
    assert re.findall(r"url\((?!['\"]?data:)|@import|@font-face", style) == []


def test_the_hand_out_has_a_title_a_language_formulas_code_and_alt_text(course, tmp_path):
    html = exported(course, tmp_path)
    tags = Tags(html)
    assert tags.all("html") == [{"lang": "en"}]
    assert "<title>01 Arrows &amp; lengths</title>" in html
    assert len(tags.all("math")) == 1
    assert "\\sum" not in html
    assert '<span class="o">@</span>' in html
    assert "# a &lt; b" in html
    assert [image["alt"] for image in tags.all("img")] == ["Two arrows."]
    assert "<figcaption>a and b</figcaption>" in html
    assert "hidden" not in re.sub(r"<(script|style).*?</\1>", "", html, flags=re.DOTALL)
    assert '<aside class="notes">\n<p>Say <strong>hello</strong>.</p>' in html


def test_links_into_the_repository_become_plain_words(course, tmp_path):
    assert [link["href"] for link in Tags(exported(course, tmp_path)).all("a")] == ["https://example.org/x"]


def test_exporting_again_gives_the_same_files(course, tmp_path):
    exported(course, tmp_path)
    first = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    exported(course, tmp_path)
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == first
    assert not [path for path in first if path.suffix == ".part"]


@pytest.mark.parametrize(
    "name", ["01_arrows.html", "slides_files/README.txt", "slides_files/reveal.js", "slides_files"]
)
def test_a_file_that_we_did_not_make_is_never_replaced(course, tmp_path, name):
    theirs = tmp_path / "out" / name
    theirs.parent.mkdir(parents=True)
    theirs.write_text("mine", encoding="utf-8")
    with pytest.raises(TeachError, match="not made by this command"):
        slides.export("01", tmp_path / "out", root=course.root)
    assert [path.name for path in (tmp_path / "out").rglob("*") if path.is_file()] == [theirs.name]
    assert theirs.read_text(encoding="utf-8") == "mine"


def test_a_folder_that_cannot_be_written_is_one_sentence(course, tmp_path):
    (tmp_path / "a_file").write_text("", encoding="utf-8")
    with pytest.raises(TeachError, match=r"cannot be written to .*a_file.*Choose another folder"):
        slides.export("01", tmp_path / "a_file" / "out", root=course.root)


def test_a_write_that_fails_half_way_leaves_the_earlier_file(course, tmp_path, monkeypatch):
    before = exported(course, tmp_path)
    course(words("# Other", "slide"))

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(TeachError, match="No space left on device"):
        slides.export("01", tmp_path / "out", root=course.root)
    assert (tmp_path / "out" / "01_arrows.html").read_text(encoding="utf-8") == before
    assert not list((tmp_path / "out").rglob("*.part"))


@pytest.mark.parametrize("missing", slides.NEEDS)
def test_without_the_instructors_packages_the_command_is_named(course, tmp_path, monkeypatch, missing):
    real = slides.importlib.util.find_spec
    monkeypatch.setattr(slides.importlib.util, "find_spec", lambda name: None if name == missing else real(name))
    with pytest.raises(TeachError, match=r"course\.py slides 01 --out .*out` installs") as told:
        slides.export("01", tmp_path / "out", root=course.root)
    assert 'pip install -c constraints.txt -e ".[teach]"' in str(told.value)
    assert not (tmp_path / "out").exists()


def test_another_reveal_is_told(course, tmp_path, monkeypatch):
    monkeypatch.setattr(slides, "REVEAL", ("dist/moved.js",))
    with pytest.raises(TeachError, match=r"no dist/moved\.js\. .*pip install -c constraints\.txt sphinx-revealjs"):
        slides.export("01", tmp_path / "out", root=course.root)


def test_what_slides_need_is_the_extra_teach():
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"][
        "teach"
    ]
    assert {name.replace("_", "-") for name in slides.NEEDS} == {re.split("[<>=]", line)[0] for line in asked}


def test_a_lesson_without_slides_is_told(course, tmp_path):
    course(words("x", "skip"), words("y", "notes"))
    with pytest.raises(TeachError, match="no slides"):
        slides.export("01", tmp_path / "out", root=course.root)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (r"$\unknown{x}$", r"\\unknown is not known"),
        ("![a](nowhere.png)", "nowhere.png is not a file of this course"),
        ("![a](https://example.org/a.png)", "is not a file of this course"),
        ("![a](/etc/hostname)", "is not a file of this course"),
    ],
)
def test_what_a_slide_cannot_hold_is_quoted(course, tmp_path, text, said):
    course(words(text, "slide"))
    with pytest.raises(TeachError, match=said):
        slides.export("01", tmp_path / "out", root=course.root)


def test_every_kind_of_output_is_shown():
    def html(output):
        return render.output_html(output, ROOT)

    assert "<b>" not in html(new_output("stream", text="1 < 2 <b>"))
    assert "1 &lt; 2" in html(new_output("stream", text="1 < 2 <b>"))
    assert 'alt="A &quot;plot&quot;"' in html(
        new_output("display_data", data={"image/png": DOT, "text/plain": 'A "plot"'})
    )
    assert "<math" in html(new_output("display_data", data={"text/latex": r"$\sqrt{2}$", "text/plain": "x"}))
    assert (
        html(new_output("display_data", data={"application/vnd.jupyter.widget-view+json": {}, "text/plain": "W()"}))
        == ""
    )
    twin = {"application/vnd.jupyter.widget-view+json": {}, "text/html": "<p>twin</p>"}
    assert "<p>twin</p>" in html(new_output("display_data", data=twin))
    assert "Slip" in html(new_output("error", ename="Slip", evalue="", traceback=["\x1b[31mSlip\x1b[0m"]))


def test_a_hidden_source_stays_hidden():
    cell = new_code_cell("predict('?', right='8')", metadata={"jupyter": {"source_hidden": True}})
    cell.outputs = [new_output("execute_result", data={"text/html": "<p>?</p>"}, execution_count=1)]
    assert "right" not in render.cell_html(cell, ROOT)
    assert "<p>?</p>" in render.cell_html(cell, ROOT)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_lesson_can_be_handed_out(path, tmp_path):
    tags = Tags(slides.export(path.name[:2], tmp_path).read_text(encoding="utf-8"))
    assert all(image.get("alt") for image in tags.all("img"))
    notebook = nbformat.read(path, as_version=4)
    assert len(tags.all("section")) == len(slides.pages(notebook)) > 3
    assert any(page.notes for page in slides.pages(notebook)), "a lesson has notes for the speaker"
    # jupyterlab-slideshow hides a cell whose type it does not know, also the "-" that some editors write
    types = {cell.metadata.get("slideshow", {}).get("slide_type", "slide") for cell in notebook.cells}
    assert types <= {"slide", "subslide", "fragment", "skip", "notes"}
