"""JupyterLab for the tests of views and lessons."""

from pathlib import Path

import pytest

from course_lib.teach import lab as teach_lab
from tests.browser import driving

HERE = Path(__file__).parent
LONGEST = "11_train_your_gpt"


def pytest_collection_modifyitems(items):
    """The longest lesson comes first and the others after the views: so both workers have long tests, and end together."""

    def place(item):
        if item.path.parent != HERE:
            return 3
        if item.path.name != "test_lessons.py":
            return 1
        return 0 if LONGEST in item.name else 2

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
