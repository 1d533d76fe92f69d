"""Mistakes that happened in published code are rejected, and each is named by a sentence that is true of it."""

import pytest

from course_lib.mistakes import find
from tests import experts
from tests.conftest import ROOT
from tools import experts_page as maker

CASES = experts.load()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.answer.__name__}: {case.place}")
def test_what_happened_is_rejected_by_a_true_sentence(case):
    verdict = maker.verdict(case)
    assert verdict.state == "wrong"
    assert verdict.names
    assert set(verdict.names) <= case.names, verdict.text


def test_at_least_25_and_each_of_them_once():
    assert len(CASES) >= 25
    assert len({case.place for case in CASES}) == len(CASES)
    assert not experts.forgotten()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.place)
def test_a_case_says_where_it_happened_and_marks_its_line(case):
    """A case names an exercise, a project, a year and one line or more; evidence alone is no name."""
    assert find.exercise_named(case.answer.__name__)
    assert case.project.count("/") == 1
    assert case.number > 0
    assert 2015 <= case.year <= 2026
    assert case.marked
    assert not case.names & {"values", "raised", "no_error", "shape", "form", "nan", "unstable"}
    for said in (case.what, case.unnoticed):
        assert said.endswith((".", "?"))
        assert len(said) <= 220, said


def test_the_page_says_what_the_checks_say():
    """Every case is on the page, and the page is what the tool writes today."""
    text = maker.PAGE.read_text(encoding="utf-8")
    for case in CASES:
        assert text.count(f"[{case.place}]({case.address})") == 1
    assert text == maker.page(), "run: python tools/experts_page.py"


@pytest.mark.parametrize("page", ["README.md", "docs/instructors.md"])
def test_the_page_can_be_found(page):
    assert "would_your_check_catch_it.md" in (ROOT / page).read_text(encoding="utf-8")
