"""The two arrows, moved by mouse and by keyboard in a real JupyterLab; what they then show is what NumPy calculates."""

import re

import numpy as np
import pytest

from course_lib.show.views.dot_product import dot_parts
from tests.browser import driving, views

CODE = "from course_lib import show\n\nview = show.DotProduct([3, 1], [2, 2])\nview"
ASK = "print(view.a, view.b, view.product)"
OTHER = 'show.DotProduct(labels={"sum": "Summe", "line": "{dot} <i>ist</i> das Produkt"})'


@pytest.fixture(scope="module")
def small(lab):
    """A notebook with the view and nothing else, beside the lessons."""
    return views.notebook_with(lab[1], "two_arrows", CODE, ASK, OTHER)


@pytest.fixture
def view(lab, page, small):
    found = views.opened(lab, page, small, ".dp")
    found.locator("svg >> text=27°").wait_for()
    return found


def shown(view):
    """The numbers of the table: a, b, the products and the running sums."""
    typed = [float(box.input_value()) for box in view.locator("input").all()]
    rest = [
        float(text.replace("−", "-")) for text in view.locator("tbody tr:nth-last-child(-n+2) td").all_inner_texts()
    ]
    return typed[:2], typed[2:], rest[:2], rest[2:]


def agrees(view, a, b):
    """The table, the bars and the sentence all say what NumPy says of a and b."""
    parts = dot_parts(a, b)
    for mine, theirs in zip(shown(view), (a, b, parts["products"], parts["sums"]), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=0.0051)
    bars = [float(text.replace("−", "-")) for text in view.locator(".bars text.number").all_text_contents()]
    np.testing.assert_allclose(bars, [*parts["products"], parts["sums"][-1]], atol=0.0051)
    said = view.locator("p[aria-live]").inner_text().replace("−", "-")
    assert f"Angle {parts['angle']:.0f}°" in said
    assert float(re.search(r"cosine (-?[\d.]+)", said)[1]) == pytest.approx(parts["cosine"], abs=0.0051)
    return said


def in_python(page):
    """a, b and the product, as Python has them now."""
    a, b, product = re.match(r"(\[.*?\]) (\[.*?\]) (\S+)", driving.run_cell(page, "print(view.a")).groups()
    return [float(x) for x in a[1:-1].split(",")], [float(x) for x in b[1:-1].split(",")], float(product)


def drag(page, view, name, to):
    """Drag the tip of an arrow by mouse; the plane is 10 units and a margin of 0.6 at each side."""
    view.locator("svg").first.scroll_into_view_if_needed()
    box = view.locator("svg").first.bounding_box()
    unit = box["width"] / 11.2
    ring = view.locator(f"g[data-arrow={name}] circle").bounding_box()
    page.mouse.move(ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + to[0] * unit, box["y"] + box["height"] / 2 - to[1] * unit, steps=5)
    page.mouse.up()


def test_the_arithmetic_is_numpys(page):
    vectors = [[3.0, 1.0], [-1.3, 0.7], [0.1, -4.9], [1e-3, 1e-3], [0.0, 0.0], [-3.0, -1.0]]
    asked = [[a, b] for a in vectors for b in vectors]
    for (a, b), got in zip(asked, views.calculate(page, "kit/vectors", "dotParts", asked), strict=True):
        for name, value in dot_parts(a, b).items():
            if value is None:
                assert got[name] is None
            else:
                np.testing.assert_allclose(got[name], value, rtol=1e-12, atol=1e-12)


def test_turning_keeps_the_length_and_lengthening_the_direction(page):
    start = [[3.0, 1.0], [-2.0, 2.0], [0.3, -0.1]]
    for step in (1, -1):
        turned = np.array(views.calculate(page, "kit/vectors", "turned", [[v, step] for v in start]))
        longer = np.array(views.calculate(page, "kit/vectors", "lengthened", [[v, step] for v in start]))
        np.testing.assert_allclose(np.hypot(*turned.T), np.hypot(*np.array(start).T), atol=1e-12)
        before, after = (np.degrees(np.arctan2(*np.array(v).T[::-1])) for v in (start, turned))
        np.testing.assert_allclose(after / 5, np.round(after / 5), atol=1e-9)
        assert (step * (after - before) > 0).all()
        assert (step * (after - before) <= 5 + 1e-9).all()
        np.testing.assert_allclose(np.arctan2(*longer.T), np.arctan2(*np.array(start).T), atol=1e-12)
        np.testing.assert_allclose(2 * np.hypot(*longer.T), np.round(2 * np.hypot(*longer.T)), atol=1e-9)


def test_moved_by_mouse(page, view):
    agrees(view, [3, 1], [2, 2])
    drag(page, view, "b", (-1.1, 2.9))  # it snaps to halves
    assert "a right angle" in agrees(view, [3, 1], [-1, 3])
    drag(page, view, "a", (-9, 1))  # and stops at the edge
    assert "same side" in agrees(view, [-5, 1], [-1, 3])
    assert in_python(page) == ([-5, 1], [-1, 3], 8)
    drag(page, view, "b", (0, 0))
    assert "no direction" in view.locator("p[aria-live]").inner_text()
    drag(page, view, "b", (0, 2))
    agrees(view, [-5, 1], [0, 2])


def test_moved_by_keyboard(page, view):
    view.locator("g[data-arrow=b]").focus()
    for key in (*["ArrowLeft"] * 9, *["ArrowUp"] * 2):  # from 45 degrees to 90; from 2.83 to 3 to 3.5
        page.keyboard.press(key)
    agrees(view, [3, 1], [0, 3.5])
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowLeft")
    agrees(view, [3, 1], [-0.5, 3])
    assert view.locator("g[data-arrow=b]").get_attribute("aria-valuetext") == "b goes to (−0.5, 3), length 3.04"
    box = view.get_by_label("a, second number")
    box.fill("-2")
    agrees(view, [3, -2], [-0.5, 3])
    box.fill("9")
    page.keyboard.press("Tab")
    agrees(view, [3, 5], [-0.5, 3])
    a, b, product = in_python(page)
    np.testing.assert_allclose([*a, *b, product], [3, 5, -0.5, 3, 13.5], atol=1e-9)


def test_it_keeps_its_keys_takes_other_words_and_leaves_its_twin(lab, page, view, small):
    views.no_key_gets_out(page, [*view.locator("g.tip").all(), *view.locator("input").all()])
    other = page.locator(".dp").nth(1)
    other.scroll_into_view_if_needed()
    assert other.locator("p[aria-live]").inner_text() == "8 <i>ist</i> das Produkt"
    assert other.locator(".bars").get_by_text("Summe").count() == 1
    assert other.locator("p i").count() == 0, "a label is only text"
    views.reopen_without_kernel(page, lab[0], small)
    page.locator("figure img[alt*='3 times 2 is 6, 1 times 2 is 2']").first.wait_for()
    assert page.locator(".dp").count() == page.get_by_text("model not found").count() == 0
