"""The two matrices, typed over and swapped in a real JupyterLab; what they then show is what NumPy calculates."""

import json

import numpy as np
import pytest

from course_lib import show
from course_lib.show.views.query_key_editor import one_sided, query_key_scores
from tests.browser import driving, views

EVIL = "<img src=x onerror=alert(1)>"
CODE = "from course_lib import show\n\nview = show.QueryKeyEditor()\nview"
ASK = "import json\nprint(json.dumps([view.W_q.tolist(), view.W_k.tolist(), view.scores.tolist(), view.selected]))"
OTHER = f'show.QueryKeyEditor([{EVIL!r}, "b"], [[1, 0, 0, 0], [0, -1, 0.5, 0]], labels={{"swap": "Tauschen", "differ": "{{n}} von {{all}}"}})'
START = show.QueryKeyEditor()


@pytest.fixture(scope="module")
def small(lab):
    """A notebook with the view and nothing else, beside the lessons."""
    return views.notebook_with(lab[1], "two_matrices", CODE, ASK, OTHER)


@pytest.fixture
def view(lab, page, small):
    found = views.opened(lab, page, small, ".qk")
    found.locator("td[data-score] b").first.wait_for()
    return found


def numbers(view, what, shape):
    texts = [text.replace("−", "-") for text in view.locator(what).all_inner_texts()]
    return np.array(texts, dtype=float).reshape(shape)


def typed(view, kind):
    return np.array([float(box.input_value()) for box in view.locator(f"input[data-box^={kind}]").all()]).reshape(4, 3)


def agrees(view, W_q, W_k):
    """The inputs, the queries, the keys, the scores and the verdict all say what NumPy says of W_q and W_k."""
    q, k, scores = query_key_scores(START.x, W_q, W_k)
    np.testing.assert_allclose(typed(view, "q"), W_q, atol=0.0051)
    np.testing.assert_allclose(typed(view, "k"), W_k, atol=0.0051)
    np.testing.assert_allclose(numbers(view, "td.number.q", (8, 3)), q, atol=0.0051)
    np.testing.assert_allclose(numbers(view, "td.number.k", (8, 3)), k, atol=0.0051)
    np.testing.assert_allclose(numbers(view, "td[data-score]", (8, 8)), scores, atol=0.0051)
    differ, pairs = one_sided(scores)
    verdict = view.locator(".verdict").inner_text()
    assert f"{differ} of {pairs} pairs" in verdict if differ else verdict.startswith("Symmetric")
    return scores


def in_python(page):
    """W_q, W_k, the scores and the chosen pair, as Python has them now."""
    return [np.array(each) for each in json.loads(driving.run_cell(page, "print(json.dumps([view"))]


def test_the_arithmetic_is_numpys(page):
    rng = np.random.default_rng(6)
    asked = [
        [rng.normal(size=(T, C)).tolist(), *rng.normal(size=(2, C, D)).tolist()]
        for T, C, D in ((8, 4, 3), (1, 2, 5), (5, 7, 1))
    ]
    for tables, got in zip(asked, views.calculate(page, "query_key_editor", "queryKeyScores", asked), strict=True):
        for name, value in zip(("q", "k", "scores"), query_key_scores(*tables), strict=True):
            np.testing.assert_allclose(got[name], value, atol=1e-12)


def test_by_mouse_the_table_turns_becomes_symmetric_and_starts_again(page, view):
    scores = agrees(view, START.W_q, START.W_k)
    view.get_by_role("button", name="Swap W_q and W_k").click()
    np.testing.assert_array_equal(agrees(view, START.W_k, START.W_q), scores.T)
    said = view.locator("p[aria-live]").first.inner_text()
    assert said == "creature asks blue: 0 · 0 + 4 · 0 + 0 · 4 = 0. The other way round, blue asks creature: 16."
    W_q, W_k, in_kernel, _ = in_python(page)
    np.testing.assert_array_equal(W_q, START.W_k)
    np.testing.assert_array_equal(W_k, START.W_q)
    np.testing.assert_array_equal(in_kernel, scores.T)
    view.get_by_role("button", name="Start again").click()
    view.get_by_role("button", name="Make W_k the same").click()
    scores = agrees(view, START.W_q, START.W_q)
    np.testing.assert_array_equal(scores, scores.T)
    assert view.locator(".verdict").inner_text().startswith("Symmetric: all 28 pairs")
    view.get_by_role("button", name="Start again").click()
    agrees(view, START.W_q, START.W_k)


def test_a_score_chosen_by_mouse_says_where_it_comes_from(page, view):
    view.locator("td[data-score='4,3']").click()  # roamed asks creature
    said = view.locator("p[aria-live]").first.inner_text()
    assert said == "roamed asks creature: 0 · 0 + 4 · 4 + 0 · 0 = 16. The other way round, creature asks roamed: 0."
    assert view.locator("td.back").get_attribute("data-score") == "3,4"
    assert view.locator("th.on").all_inner_texts() == ["creature", "roamed"]
    assert in_python(page)[3].tolist() == [4, 3]


def test_typed_and_moved_by_keyboard(page, view):
    W_q = START.W_q
    box = view.get_by_label("W_q, verb, adjective")
    box.focus()
    page.keyboard.press("ArrowUp")  # 0 becomes 1
    W_q[3, 0] = 1
    agrees(view, W_q, START.W_k)
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("-2.5")
    W_q[3, 0] = -2.5
    scores = agrees(view, W_q, START.W_k)
    assert scores.min() == -10
    assert view.locator("td[data-score='4,1'] i.less").count() == 1, "a negative score is hollow"
    view.locator("td[data-score] button[tabindex='0']").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("() => document.activeElement.getAttribute('aria-label')") == "roamed asks fluffy: −10"
    assert "(−2.5) · 4 + 4 · 0 + 0 · 0 = −10" in view.locator("p[aria-live]").first.inner_text()
    got_W_q, _, got_scores, selected = in_python(page)
    np.testing.assert_array_equal(got_W_q, W_q)
    np.testing.assert_array_equal(got_scores, scores)
    assert selected.tolist() == [4, 1]
    view.get_by_label("W_k, adjective, adjective").fill("")
    page.keyboard.press("Tab")
    agrees(view, W_q, START.W_k)  # an emptied number keeps its weight


def test_it_keeps_its_keys_shows_tokens_as_text_and_leaves_its_twin(lab, page, view, small):
    controls = [view.locator("input").first, view.locator("input").last, *view.locator(".actions button").all()]
    views.no_key_gets_out(page, [*controls, view.locator("td[data-score] button[tabindex='0']")])
    other = page.locator(".qk").nth(1)
    other.scroll_into_view_if_needed()
    assert other.locator("img").count() == 0
    assert other.get_by_role("rowheader", name=EVIL).count() == 1
    assert EVIL in other.locator("p[aria-live]").first.inner_text()
    other.get_by_role("button", name="Tauschen").click()
    assert other.locator(".verdict").inner_text() == "1 von 1"
    views.reopen_without_kernel(page, lab[0], small)
    page.locator("figure img[alt*='creature asks blue: 16; blue asks creature: 0.']").wait_for()
    assert page.locator(".qk").count() == page.get_by_text("model not found").count() == 0
