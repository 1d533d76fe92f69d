"""The lessons in a real JupyterLab: each runs to its end, and each of its views moves, by mouse and by keyboard."""

import pytest

from course_lib.show import VIEWS
from tests.browser import lessons


def test_every_view_is_shown_in_a_lesson():
    shown = {view for lesson in lessons.LESSONS for view in lessons.shown_in(lesson)}
    assert shown == set(VIEWS) == set(lessons.MOVES)


# they train models (and so does 11: see conftest.py); the short ones come last, so that the workers end together
LONG = ("10", "15", "08", "14", "06")


def longest_first(lesson):
    return LONG.index(lesson[:2]) if lesson[:2] in LONG else len(LONG)


@pytest.mark.parametrize("lesson", sorted(lessons.LESSONS, key=longest_first))
def test_it_runs_and_its_views_move(lab, page, lesson):
    lessons.runs_to_its_end_and_its_views_move(lab, page, lesson)
