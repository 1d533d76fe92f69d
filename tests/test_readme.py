"""The front door is true: the lesson map, the commands and the sample of a check are what the course really does."""

import re

import pytest

from course_lib.mistakes import find
from tests.conftest import ROOT
from tools import readme_picture

README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))
ROWS = re.findall(r"^\| (\d\d) \| (.+?) \| .+? \| (done|to come) \|$", README, re.MULTILINE)


def test_all_sixteen_lessons_are_on_the_map():
    assert [number for number, _, _ in ROWS] == [f"{n:02d}" for n in range(16)]


@pytest.mark.parametrize(("number", "title", "state"), ROWS)
def test_done_means_built_with_sheet_and_solution(number, title, state):
    built = [sorted((ROOT / folder).glob(f"{number}_*.ipynb")) for folder in ("notebooks", "exercises", "solutions")]
    if state == "done":
        assert all(len(paths) == 1 for paths in built)
        assert f"notebooks/{built[0][0].name})" in title
        assert find.lesson(number)
    else:
        assert not any(built), "built, but still marked as to come"


def test_the_sample_of_a_check_is_real(tmp_path, monkeypatch, capsys):
    from course_lib.check.commands import check
    from course_lib.judge.present import NotYet

    monkeypatch.setenv("COURSE_HOME", str(tmp_path))

    def dot(a, b):
        for x, y in zip(a, b, strict=True):
            return x * y

    for _ in range(2):  # the first time what is wrong, then what to do
        with pytest.raises(NotYet) as stop:
            check(dot)
        assert f"✗ {stop.value}" in README
    source = tmp_path / "cell.py"
    source.write_text("def dot(a, b):\n    return a @ b\n", encoding="utf-8")
    space = {}
    exec(compile(source.read_text(encoding="utf-8"), str(source), "exec"), space)
    check(space["dot"])
    assert capsys.readouterr().out.strip() in README


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "benchmarks/LOG.md", *PAGES])
def test_links_lead_somewhere(name):
    path = ROOT / name
    for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", path.read_text(encoding="utf-8")):
        assert (path.parent / target).exists(), target


def test_the_picture_is_drawn_from_the_sentence():
    picture = readme_picture.picture()
    assert "creature looks at blue 0.58, fluffy 0.42" in picture.alt
    assert "fluffy with 0.42 and at blue with 0.58" in README
    assert picture.png == (ROOT / "docs" / "attention_pattern.png").read_bytes(), "run: python tools/readme_picture.py"
