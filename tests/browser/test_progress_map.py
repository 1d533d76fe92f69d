"""The map of the course, walked through by mouse and by keyboard in a real JupyterLab; it follows the checks of its notebook."""

import re

import pytest

from course_lib.mistakes import find
from tests.browser import driving, views

EVIL = "<img src=x onerror=alert(1)>"
HOME = "import os, tempfile\n\nos.environ['COURSE_HOME'] = tempfile.mkdtemp()"
ASK = "from course_lib.check import check, progress\n\nprogress()"
RIGHT = "def dot(a, b):\n    return sum(x * y for x, y in zip(a, b))\n\n\ncheck(dot)"
WRONG = "def cosine_similarity(a, b):\n    return dot(a, b)\n\n\ncheck(cosine_similarity)"
OTHER = f"""from course_lib import show

page = {{"number": "01", "title": {EVIL!r}, "sheet": "exercises/01.ipynb", "notebook": "notebooks/01.ipynb"}}
one = {{"name": "<b>dot</b>", "lesson": "01", "state": "open", "day": "", "tries": 0, "hints": 2, "kept": ""}}
look = lambda: {{"exercises": [one], "guesses": [1, 2], "note": "The <i>record</i> was damaged."}}
view = show.ProgressMap([page], look, lambda: show.Table("twin", ["a"], [["b"]]), labels={{"left": "Nur was fehlt"}})
view"""
NAMES = list(find.tables())


@pytest.fixture(scope="module")
def small(lab):
    """A notebook with the map, another one of made-up names, and two checks; the last of them fails."""
    return views.notebook_with(lab[1], "map", HOME, ASK, OTHER, "print(view.chosen, view.only_left)", RIGHT, WRONG)


@pytest.fixture
def view(lab, page, small):
    driving.open_notebook(page, lab[0], small)
    driving.run_all(page)
    found = page.locator(".pm").first
    found.get_by_role("button", name="dot, done").wait_for()
    found.scroll_into_view_if_needed()
    return found


def states(view):
    """{exercise: state} of the chips that can be seen, from their words for screen readers."""
    labels = view.locator(".chips button:visible").evaluate_all(
        "all => all.map((chip) => chip.getAttribute('aria-label'))"
    )
    return dict(label.split(", ") for label in labels)


def said(view):
    return view.locator("p[aria-live]").inner_text()


def test_it_follows_the_checks_that_come_after_it(page, view):
    expected = {name: "open" for name in NAMES} | {"dot": "done", "cosine_similarity": "tried"}
    assert states(view) == expected
    assert view.get_by_text(f"1 of {len(NAMES)} exercises done").count() == 1
    assert view.get_by_role("rowheader", name="Lesson 1 The dot product 1 of 4").count() == 1


def test_by_mouse_an_exercise_says_what_is_known_of_it_and_opens_its_sheet(page, view):
    view.get_by_role("button", name="dot, done").click()
    assert re.match(r"dot is done since \d{4}-\d\d-\d\d, after one try\. Kept in my_gpt/dot\.py\.", said(view))
    view.get_by_role("button", name="cosine_similarity, tried").click()
    assert said(view).startswith("cosine_similarity is not right yet, after one try.")
    assert view.get_by_role("button", name="cosine_similarity, tried").get_attribute("aria-pressed") == "true"
    view.get_by_role("link", name="Open its sheet").click()
    page.wait_for_function(
        "() => window.jupyterapp.shell.currentWidget?.context?.path === 'exercises/01_dot_product.ipynb'"
    )


def test_by_keyboard_the_next_one_is_found_and_the_arrows_walk(page, view):
    view.get_by_role("button", name="Next: cosine_similarity").focus()
    page.keyboard.press("Enter")
    focused = "() => document.activeElement.dataset.name"
    assert page.evaluate(focused) == "cosine_similarity"
    walk = {
        "ArrowRight": "most_similar",
        "ArrowDown": "decode",
        "ArrowUp": "most_similar",
        "End": NAMES[-1],
        "Home": NAMES[0],
    }
    for key, name in walk.items():
        page.keyboard.press(key)
        assert page.evaluate(focused) == name
        assert said(view).startswith(f"{name} is still open.")
    view.get_by_label("Only what is left").focus()
    page.keyboard.press("Space")
    assert "dot" not in states(view)
    assert len(states(view)) == len(NAMES) - 1


def test_it_looks_again_at_what_other_notebooks_have_recorded(page, view):
    change = "from course_lib.my_gpt import record; record.record_try('embed', True)"
    driving.type_into_cell(page, "print(view.chosen", change)
    driving.run_cell(page, "record.record_try")
    assert states(view)["embed"] == "open"
    view.get_by_role("button", name="Look again").click()
    view.get_by_role("button", name="embed, done").wait_for()


def test_it_keeps_its_keys_shows_names_as_text_and_leaves_its_twin(lab, page, view, small):
    view.get_by_role("button", name="dot, done").click()
    controls = [*view.locator("button:not([tabindex='-1'])").all(), view.locator("input"), *view.locator("a").all()]
    views.no_key_gets_out(page, controls)
    other = page.locator(".pm").nth(1)
    other.scroll_into_view_if_needed()
    assert other.locator("img").count() == 0
    assert other.get_by_text(EVIL).count() == 1
    assert other.get_by_role("status").inner_text() == "The <i>record</i> was damaged."
    other.get_by_role("button", name="<b>dot</b>, open").click()
    assert said(other).startswith("<b>dot</b> is still open (2 hints).")
    other.get_by_label("Nur was fehlt").check()
    assert driving.run_cell(page, "print(view.chosen") == "<b>dot</b> True"
    views.reopen_without_kernel(page, lab[0], small)
    page.get_by_role("rowheader", name="Lesson 1 The dot product").wait_for()
    assert page.locator(".pm").count() == page.get_by_text("model not found").count() == 0
