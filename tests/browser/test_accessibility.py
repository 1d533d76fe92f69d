"""axe-core looks at every view and every card of a check, in both themes of JupyterLab: no violation that it calls serious or critical."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from course_lib.show import VIEWS
from tests.browser import views
from tests.browser.test_head_views import GRIDS, HEADS, RUN

SOURCES = {
    "AttentionGrid": (".ag", GRIDS),
    "Choice": (
        ".ch",
        "from course_lib.check import predict\n\npredict('How much?', {'one': 'No.', 'two': 'Yes.'}, right='two')",
    ),
    "DotProduct": (".dp", "from course_lib import show\n\nshow.DotProduct([3, 1], [2, 2])"),
    "HeadBrowser": (".hb", HEADS.removesuffix("browser") + 'browser.off, browser.text = [[0, 1]], "a zebra"\nbrowser'),
    "LedgerSliders": (".ls", "from course_lib import show\n\nshow.LedgerSliders()"),
    "ProgressMap": (".pm", "from course_lib.check import progress\n\nprogress()"),
    "QueryKeyEditor": (".qk", "from course_lib import show\n\nshow.QueryKeyEditor()"),
    "TrainingPlayer": (".tp", RUN),
}

CARDS = """import contextlib
from course_lib.check import check, hint, replay

def double(x):
    raise NotImplementedError

check(double)
for number in (2, 2):
    def double(x):
        return x + number

    with contextlib.suppress(Exception):
        check(double)
replay()
hint(double)
double = lambda x: x * 2
check(double)
with contextlib.suppress(Exception):
    check(abs)
"""


@pytest.fixture(scope="module")
def axe():
    """The script of axe-core, out of an installed package; it is not shipped with the course."""
    package = find_spec("axe_playwright_python")
    if package is None:
        pytest.skip("axe-core is not installed: pip install axe-playwright-python")
    return (Path(package.submodule_search_locations[0]) / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def gallery(lab):
    """A notebook with all the views."""
    return views.notebook_with(lab[1], "gallery", *(source for _, source in SOURCES.values()))


def violations(page, view):
    """What axe-core has against a view: {rule: the elements}."""
    found = page.evaluate(
        """async (view) => (await axe.run(view)).violations.filter((one) => ["serious", "critical"].includes(one.impact))""",
        view,
    )
    return {one["id"]: [node["html"][:200] + " | " + node["failureSummary"] for node in one["nodes"]] for one in found}


def test_every_view_is_looked_at():
    assert set(SOURCES) == set(VIEWS)


def change_theme(page, theme):
    page.evaluate(
        "async (theme) => { await window.jupyterapp.commands.execute('apputils:change-theme', { theme }) }", theme
    )
    page.wait_for_function("(dark) => document.body.dataset.jpThemeLight === String(!dark)", arg="Dark" in theme)


@pytest.fixture
def opened(lab, page, gallery):
    """The gallery, run; in the end JupyterLab is light again."""
    views.opened(lab, page, gallery, ".ag")
    yield
    change_theme(page, "JupyterLab Light")


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
@pytest.mark.usefixtures("opened")
def test_no_serious_violation(page, axe, theme):
    change_theme(page, theme)
    page.evaluate(axe)
    for name, (view, _) in SOURCES.items():
        page.locator(view).scroll_into_view_if_needed()
        assert violations(page, view) == {}, f"{name}, {theme}"


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_no_serious_violation_in_the_cards_of_a_check(lab, page, axe, theme):
    """The four marks; the cards say their state in words, too, and show no backtick and no traceback."""
    views.opened(lab, page, views.notebook_with(lab[1], f"cards_{theme[-4:]}", CARDS), ".check-card")
    change_theme(page, theme)
    page.evaluate(axe)
    said = page.locator(".check-card").all_inner_texts()
    starts = [
        "○ double: not attempted",
        "✗ double: not yet",
        "✗ double: not yet",
        "→ double: the inputs",
        "→ ",
        "✓ double: right",
        "✗ There is no",
    ]
    assert [text.startswith(start) for text, start in zip(said, starts, strict=True)] == [True] * len(starts)
    assert not any("`" in text or "Traceback" in text for text in said)
    assert violations(page, ".check-card") == {}
    change_theme(page, "JupyterLab Light")


def test_it_would_find_a_button_without_a_name(context, axe):
    page = context.new_page()
    page.set_content("<html lang='en'><main class='cv'><button></button></main></html>")
    page.evaluate(axe)
    assert set(violations(page, ".cv")) == {"button-name"}
