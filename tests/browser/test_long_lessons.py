"""Lessons 11 to 15, which train: as test_lessons.py, in a file of their own, so that two workers share the lessons."""

import pytest

from tests.browser import lessons


@pytest.mark.parametrize("lesson", [lesson for lesson in lessons.LESSONS if lesson >= "11"])
def test_it_runs_and_its_views_move(lab, page, lesson):
    lessons.runs_to_its_end_and_its_views_move(lab, page, lesson)
