"""The views, moved by mouse and by keyboard in a real JupyterLab; what they then show is compared with NumPy."""

import re

import numpy as np
import pytest

from course_lib.show.views.attention_grid import grid_weights
from tests.browser import driving, views

TOKENS = ["a", "<img src=x onerror=alert(1)>", "blue", "creature"]
SCORES = np.array([[1.0, 0.5, -1.0, 2.0], [0.0, 1.0, 0.3, 0.2], [2.0, -2.0, 0.0, 1.0], [0.1, 2.5, 3.0, -0.5]])


@pytest.fixture(scope="module")
def small(lab):
    """A notebook with one grid and nothing else, beside the lessons."""
    _, folder = lab
    code = f"from course_lib import show\n\ngrid = show.AttentionGrid({TOKENS!r}, {SCORES.tolist()!r}, query=3)\ngrid"
    return views.notebook_with(
        folder, "small", code, "print(grid.mask, grid.temperature, grid.query, grid.weights.sum().round(6))"
    )


@pytest.fixture
def grid(lab, page, small):
    return views.opened(lab, page, small, ".ag")


def shown(grid):
    """The weights that the view says, cell by cell, from its words for screen readers; None where it says masked."""
    labels = grid.locator("td[role=gridcell]").evaluate_all(
        "cells => cells.map((cell) => [cell.getAttribute('aria-label')])"
    )
    numbers = [re.search(r"weight ([\d.]+)", label) for (label,) in labels]
    return [float(number[1]) if number else None for number in numbers]


def expected(temperature, mask):
    weights = grid_weights(SCORES, temperature, mask).round(2)
    hidden = np.triu(np.ones_like(SCORES, dtype=bool), 1) & (mask != "none")
    return [None if gone else float(weight) for weight, gone in zip(weights.ravel(), hidden.ravel(), strict=True)]


def near(mine, theirs):
    assert [x is None for x in mine] == [x is None for x in theirs]
    assert [x for x in mine if x is not None] == pytest.approx([x for x in theirs if x is not None], abs=0.0051)


def test_the_arithmetic_is_numpys(page):
    """The view's own softmax and mask, against NumPy's, to the last digits."""
    asked = [
        [SCORES.tolist(), temperature, mask] for temperature in (0.1, 1.0, 7.5) for mask in ("none", "before", "after")
    ]
    got = views.calculate(page, "kit/attention", "attention", asked)
    for one, weights in zip(asked, got, strict=True):
        np.testing.assert_allclose(weights, grid_weights(*one), atol=1e-12)


def test_moved_by_mouse(page, grid):
    near(shown(grid), expected(1.0, "none"))
    grid.get_by_label("Causal mask").select_option("before")
    near(shown(grid), expected(1.0, "before"))
    grid.locator("td[role=gridcell]").nth(2 * 4).click()  # a cell in the row of `blue`
    assert grid.locator("p[aria-live]").inner_text().startswith("blue looks at: a")
    said = driving.run_cell(page, "print(grid.mask")
    assert said == f"before 1.0 2 {grid_weights(SCORES, 1.0, 'before').sum().round(6)}"


def test_mask_after_the_softmax_shows_rows_that_lack_something(grid):
    grid.get_by_label("Causal mask").select_option("after")
    near(shown(grid), expected(1.0, "after"))
    sums = grid.locator("td[data-sum]").all_inner_texts()
    assert sums == [f"{total:.2f}" for total in grid_weights(SCORES, 1.0, "after").sum(1)]
    assert grid.locator("td.bad").count() == 3


def test_moved_by_keyboard(page, grid):
    slider = grid.get_by_label("Temperature")
    slider.focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    temperature = float(grid.locator("output").inner_text())
    assert temperature == pytest.approx(10**0.3, abs=0.01)
    near(shown(grid), expected(temperature, "none"))
    grid.locator("td[tabindex='0']").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    assert driving.run_cell(page, "print(grid.mask").startswith(f"none {temperature} 2 ")


def test_the_video_orientation_is_the_transpose(grid):
    before = np.array(shown(grid)).reshape(4, 4)
    grid.get_by_label("Layout").select_option("video")
    np.testing.assert_array_equal(np.array(shown(grid)).reshape(4, 4), before.T)
    assert grid.locator("tbody tr").last.locator("td").all_inner_texts() == ["1.00"] * 4


def test_no_key_reaches_the_notebook(page, grid):
    """A key on a focused control is the view's alone: `d d` would delete the cell, `x` cut it, `m` turn it into text."""
    controls = ("input[type=range]", "select >> nth=0", "input[type=checkbox]", "td[tabindex='0']")
    views.no_key_gets_out(page, [grid.locator(control) for control in controls])


def test_tokens_are_only_text(page, grid):
    assert grid.locator("img").count() == 0
    assert grid.get_by_role("rowheader", name=TOKENS[1]).count() == 1


def test_saved_and_reopened_without_a_kernel_the_twin_is_there(lab, page, grid, small):
    views.reopen_without_kernel(page, lab[0], small)
    page.locator("figure img[alt*='Rows are queries']").wait_for()
    assert page.get_by_text("model not found").count() == 0
