"""The lessons in a real JupyterLab: each runs to its end and gives what it stores, and its views move, by mouse and by keyboard."""

import pytest

from course_lib.show import VIEWS
from tests.browser import lessons


def test_every_view_is_shown_in_a_lesson():
    shown = {view for lesson in lessons.LESSONS for view in lessons.shown_in(lesson)}
    assert shown == set(VIEWS) == set(lessons.MOVES)


@pytest.mark.parametrize("lesson", lessons.LESSONS)
def test_it_runs_gives_what_it_shows_and_its_views_move(lab, page, lesson, request, tmp_path):
    lessons.runs_to_its_end_and_its_views_move(lab, page, lesson, request.session, tmp_path / "shapes")
