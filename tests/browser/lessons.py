"""How each view of a lesson is moved, by mouse and by keyboard, once the lesson has run in a real JupyterLab."""

import re
import shutil

import nbformat

from course_lib import show
from course_lib.costs.ledger import video_ledger
from course_lib.model.gpt import GPTConfig
from course_lib.show import VIEWS
from tests import shape_comments, stored_outputs
from tests.browser import driving, test_dot_product, test_ledger_sliders, test_query_key_editor
from tests.browser.test_head_views import gets
from tests.browser.test_views import shown
from tests.conftest import ROOT

LESSONS = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
CALLED = {"Choice": "predict", "ProgressMap": "progress"}  # views that a lesson calls by another name


def code_cells(lesson):
    return [cell for cell in nbformat.read(ROOT / f"notebooks/{lesson}.ipynb", 4).cells if cell.cell_type == "code"]


def shown_in(lesson):
    """The views that a lesson shows."""
    source = "\n".join(cell.source for cell in code_cells(lesson))
    return [view for view in VIEWS if re.search(rf"^(\w+ = )?(show\.)?{CALLED.get(view, view)}\(", source, re.M)]


def move_grid(page, view, lesson):
    before = shown(view)
    view.get_by_label("Temperature").focus()
    page.keyboard.press("End")
    assert view.locator("output").inner_text() == "10.00"
    sharp, flat = (sum(w * w for w in weights if w is not None) for weights in (before, shown(view)))
    assert flat < sharp, "warm weights are more alike than cold ones"
    if lesson.startswith("07"):
        view.get_by_role("button", name="who did it?").click()
        assert shown(view) != before
    view.get_by_label("Causal mask").select_option("none")
    view.locator("td[role=gridcell]").nth(1).click()  # the first token as the query
    assert re.match(r"a looks at: .* add up to 1\.00", view.locator("p[aria-live]").last.inner_text())
    assert None not in shown(view), "nothing is masked any more"


def move_predictions(page, view, _):
    view.get_by_role("radio").first.check()
    view.get_by_role("status").filter(has_text=re.compile("^[✓✗]")).wait_for()
    said = view.get_by_role("status").inner_text()
    page.keyboard.press("ArrowDown")
    assert view.get_by_role("radio").nth(1).is_checked()
    page.wait_for_function(
        "([old, now]) => now.innerText !== old", arg=[said, view.get_by_role("status").element_handle()]
    )


def move_arrows(page, view, _):
    test_dot_product.drag(page, view, "b", (-1, 3))
    assert "a right angle" in test_dot_product.agrees(view, [3, 1], [-1, 3])
    view.locator("g[data-arrow=b]").focus()
    page.keyboard.press("ArrowLeft")
    assert "opposite sides" in view.locator("p[aria-live]").inner_text()


def move_heads(page, view, _):
    first = view.locator(".says tbody tr").first
    assert first.locator("th").inner_text().startswith("verdant")
    view.get_by_role("button", name=re.compile("^Switch off layer")).focus()
    page.keyboard.press("Enter")
    view.get_by_role("button", name="Switch all on").wait_for()
    assert first.locator("th").inner_text().startswith("fluffy"), "the creature's adjective, not the forest's"
    view.get_by_role("button", name="Switch all on").click()
    view.get_by_role("button", name="Switch all on").wait_for(state="hidden")
    assert first.locator("th").inner_text().startswith("verdant")


def move_sliders(page, view, _):
    def sizes():
        names = {"n_layer": "layers", "n_head": "heads in a layer", "n_embd": "width"}
        names |= {"context_length": "context", "vocab_size": "vocabulary"}
        read = lambda word: view.get_by_label(word, exact=True).get_attribute("aria-valuetext")  # noqa: E731
        return GPTConfig(**{name: int(read(word).replace(",", "")) for name, word in names.items()})

    before = sizes()
    view.get_by_label("width", exact=True).focus()
    page.keyboard.press("ArrowRight")
    box = view.get_by_label("layers", exact=True).bounding_box()
    page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    after = sizes()
    assert after.n_embd > before.n_embd
    assert after.n_layer > before.n_layer
    total = video_ledger(after).total
    assert test_ledger_sliders.shown(view, total) == test_ledger_sliders.expected(video_ledger(after))


def move_map(page, view, _):
    """Lesson 00 shows its own exercise, which it has just done."""
    assert view.get_by_role("button", name="All of them done").is_disabled()
    view.get_by_role("button", name="double, done").focus()
    page.keyboard.press("Enter")
    assert re.match(r"double is done since .*, after \w+ tr", view.locator("p[aria-live]").inner_text())
    view.get_by_label("Only what is left").check()
    assert view.locator(".chips button:visible").count() == 0


def move_matrices(page, view, _):
    start = show.QueryKeyEditor()
    view.get_by_role("button", name="Swap W_q and W_k").click()
    test_query_key_editor.agrees(view, start.W_k, start.W_q)
    view.get_by_label("W_q, verb, adjective").focus()
    page.keyboard.press("ArrowUp")
    W_q = start.W_k
    W_q[3, 0] = 1
    test_query_key_editor.agrees(view, W_q, start.W_q)


def move_run(page, view, lesson):
    end = gets(view)
    view.get_by_role("button", name="Reset").click()
    assert max(gets(view)) < 0.3, "at the start a token looks at everybody alike"
    view.get_by_label("Training step").focus()
    page.keyboard.press("End")
    assert gets(view) == end
    assert max(end) > 0.3
    if lesson.startswith("10"):
        assert end.index(max(end)) in (6, 7), "in the end it looks at an adjective of its own noun"


MOVES = {
    "AttentionGrid": (".ag", move_grid),
    "Choice": (".ch", move_predictions),
    "DotProduct": (".dp", move_arrows),
    "HeadBrowser": (".hb", move_heads),
    "LedgerSliders": (".ls", move_sliders),
    "ProgressMap": (".pm", move_map),
    "QueryKeyEditor": (".qk", move_matrices),
    "TrainingPlayer": (".tp", move_run),
}


OUTPUTS = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
    .filter((cell) => cell.type === 'code').map((cell) => cell.outputs.toJSON())"""


def runs_to_its_end_and_its_views_move(lab, page, lesson, session, told):
    """Open a lesson, run it from top to bottom, compare what it gives with what it stores, and move every view that it shows."""
    path = ROOT / f"notebooks/{lesson}.ipynb"
    shutil.rmtree(lab[1] / "my_gpt", ignore_errors=True)  # nobody has tried anything yet
    driving.open_notebook(page, lab[0], f"notebooks/{path.name}")
    driving.run_silently(page, shape_comments.BEGIN)
    driving.run_all(page, timeout=400)
    meant_to_fail = [cell.source for cell in code_cells(lesson) if "raises-exception" in cell.metadata.get("tags", [])]
    assert driving.failed_cells(page) == meant_to_fail
    assert all(cell["executed"] for cell in driving.cells(page) if cell["type"] == "code" and cell["source"])
    different = stored_outputs.compare(path, session, page.evaluate(OUTPUTS))
    assert not different, "\n\n".join(different)[-6000:]
    driving.run_silently(page, shape_comments.tell(told))
    stored_outputs.shapes_are_true(path, stored_outputs.read(told))
    for name in shown_in(lesson):
        selector, move = MOVES[name]
        view = page.locator(selector)
        view.first.scroll_into_view_if_needed()
        move(page, view.first, lesson)
