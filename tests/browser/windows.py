"""A real browser for these tests: one Chromium and one window for all, and no request out of this computer."""

import os
import re

import pytest

from tests.browser import driving

KNOWN_ERRORS = {  # {pattern of a console error that says nothing about the course: the reason}
    r"uncaught: .*null \(reading 'kernel'\)": "jupyterlab_widgets 3 asks every notebook for its kernel, also one opened without",
    r"Canceled future for create_subshell_request|Could not restore the debugger state: Canceled future": (
        "a test went on to the next notebook while JupyterLab still asked the last one's kernel"
    ),
}


def _no_browser(reason):
    (pytest.fail if os.environ.get("CI") else pytest.skip)(
        f"{reason}; the tests in tests/browser and tests/slides need one"
    )


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


def new_context(chromium):
    """A browser context of 1280 x 720 that writes down what its pages ask for and complain about."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    context.seen = driving.watch(context)
    return context


def complain(seen):
    """Fail if a page asked for something outside, or wrote an error on its console."""
    assert seen.outside() == [], "the page asked for something outside this computer"
    unknown = [error for error in seen.errors if not any(re.search(known, error) for known in KNOWN_ERRORS)]
    assert unknown == [], "errors on the browser's console"


@pytest.fixture
def context(chromium):
    """A browser context of this test alone, that nothing may leave; afterwards no page may have complained."""
    context = new_context(chromium)
    yield context
    context.close()
    complain(context.seen)


@pytest.fixture(scope="session")
def kept_windows():
    """The window that goes from test to test; there is none before the first test, and after one that failed."""
    return []


@pytest.fixture
def page(chromium, kept_windows, request):
    """A window that earlier tests have used, as a person does: JupyterLab may be open there. After a failure it is a new one."""
    page = kept_windows.pop() if kept_windows else new_context(chromium).new_page()
    seen, failed = page.context.seen, request.session.testsfailed
    seen.clear()
    yield page
    for popup in page.context.pages[1:]:
        popup.close()
    page.emulate_media(reduced_motion="null")
    if request.session.testsfailed == failed:
        kept_windows.append(page)
    else:
        page.context.close()
    complain(seen)
