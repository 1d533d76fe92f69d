"""The sliders of the ledger, moved by mouse and by keyboard in a real JupyterLab; what they show is what Python counts."""

import dataclasses

import pytest

from course_lib.costs.ledger import GPT_2, code_ledger, video_ledger
from tests.browser import driving, views

CODE = "from course_lib import show\n\nsliders = show.LedgerSliders(n_layer=12, n_head=12, n_embd=768, context_length=1_024)\nsliders"


@pytest.fixture(scope="module")
def small(lab):
    """A notebook with the sliders and nothing else, beside the lessons."""
    _, folder = lab
    return views.notebook_with(folder, "sliders", CODE, "print(sliders.total, sliders.n_embd)")


@pytest.fixture
def view(lab, page, small):
    return views.opened(lab, page, small, ".ls")


def shown(view, total):
    """{line: what the view shows for it}, as soon as its total is this one."""
    view.locator(f"td[data-line=total]:text-is('{total:,}')").wait_for(timeout=20_000)
    cells = view.locator("td[data-line]").evaluate_all(
        "cells => cells.map((cell) => [cell.dataset.line, cell.innerText])"
    )
    return dict(cells)


def expected(ledger):
    return {**{name: f"{count:,}" for name, count in ledger.counts.items()}, "total": f"{ledger.total:,}"}


def test_it_begins_with_what_python_counts(page, view):
    ledger = video_ledger(GPT_2)
    assert shown(view, ledger.total) == expected(ledger)
    assert view.locator("p[aria-live]").inner_text().startswith(f"{ledger.total:,} parameters in {ledger.matrices:,}")


def test_moved_by_keyboard(page, view):
    slider = view.get_by_label("width", exact=True)
    slider.focus()
    page.keyboard.press("ArrowRight")
    wide = dataclasses.replace(GPT_2, n_embd=1_536)
    assert shown(view, video_ledger(wide).total) == expected(video_ledger(wide))
    assert slider.get_attribute("aria-valuetext") == "1,536"
    assert driving.run_cell(page, "print(sliders") == f"{video_ledger(wide).total:,} 1536"


def test_moved_by_mouse(page, view):
    view.get_by_label("counted as").select_option("code")
    assert shown(view, code_ledger(GPT_2).total) == expected(code_ledger(GPT_2))
    slider = view.get_by_label("layers", exact=True)
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
    deep = dataclasses.replace(GPT_2, n_layer=120)
    assert shown(view, code_ledger(deep).total) == expected(code_ledger(deep))


def test_no_key_reaches_the_notebook(page, view):
    """A key on a focused control is the view's alone: `d d` would delete the cell, `x` cut it, `m` turn it into text."""
    views.no_key_gets_out(page, [*view.locator("input").all(), view.locator("select")])
