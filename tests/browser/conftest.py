"""A real browser for these tests: one Chromium for all, a fresh page for each, and no request out of this computer."""

import os
import re

import pytest

from course_lib.teach import lab as teach_lab
from tests.browser import driving

KNOWN_ERRORS = {  # {pattern of a console error that says nothing about the course: the reason}
    r"uncaught: .*null \(reading 'kernel'\)": "jupyterlab_widgets 3 asks every notebook for its kernel, also one opened without",
}


def pytest_collection_modifyitems(items):
    for item in items:
        if "tests/browser" in item.path.as_posix():
            item.add_marker("browser")


def _no_browser(reason):
    (pytest.fail if os.environ.get("CI") else pytest.skip)(f"{reason}; the tests in tests/browser need one")


@pytest.fixture(scope="session")
def chromium():
    """A running Chromium; without one the test is skipped, and in CI it fails."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        _no_browser("Playwright is not installed (pip install playwright)")
    path = driving.find_browser()
    if path is None:
        _no_browser("there is no Chromium or Chrome on this computer")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=driving.SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def context(chromium):
    """A browser context of 1280 x 720 that nothing may leave; afterwards no page may have complained."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    context.seen = driving.watch(context)
    yield context
    context.close()
    assert context.seen.outside() == [], "the page asked for something outside this computer"
    unknown = [error for error in context.seen.errors if not any(re.search(known, error) for known in KNOWN_ERRORS)]
    assert unknown == [], "errors on the browser's console"


@pytest.fixture
def page(context):
    """A fresh page."""
    return context.new_page()


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
