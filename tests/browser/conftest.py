"""JupyterLab for the tests of views and lessons."""

import re
from pathlib import Path

import pytest

from course_lib.teach import lab as teach_lab
from tests.browser import driving

HERE = Path(__file__).parent
LONGEST = ("11_", "10_", "15_", "08_", "14_", "06_")  # the lessons that train models, the longest first


def pytest_collection_modifyitems(items):
    """Lesson 11 comes first; the others come after the views, then the notebooks of those that train, and the short ones last.

    So every worker has long tests while there are short ones left, and all end together.
    """

    def place(item):
        rank = next(
            (rank for rank, lesson in enumerate(LONGEST) if re.search(rf"[\[-]{lesson}", item.name)), len(LONGEST)
        )
        if item.path.parent != HERE:
            return 3, rank
        if item.path.name != "test_lessons.py":
            return 1, 0
        return 2 if rank else 0, rank

    items.sort(key=place)


@pytest.fixture(scope="session")
def lab(chromium, tmp_path_factory):
    """JupyterLab as `python3 course.py` starts it, on a copy of the notebooks: its address and working folder."""
    folder = tmp_path_factory.mktemp("lab")
    root = driving.copy_notebooks(driving.ROOT, folder / "course")
    port = teach_lab.free_port(0)
    line = teach_lab.command(
        "notebooks/00_start_here.ipynb", root=root, port=port, open_browser=False, extra=driving.FOR_TESTS
    )
    with driving.served(line, folder):
        yield f"http://127.0.0.1:{port}", folder
