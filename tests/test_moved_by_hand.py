"""DotProduct and QueryKeyEditor without a browser: what they give to Python, what they refuse, and what their twins say."""

import numpy as np
import pytest

from course_lib import show
from course_lib.attention import sentence
from course_lib.attention.vectors import cosine_similarity
from course_lib.show.views.dot_product import dot_parts
from course_lib.show.views.query_key_editor import one_sided, query_key_scores

TOKENS = ["a", "<img src=x onerror=alert(1)>", "森"]


def test_the_dot_product_is_readable_and_follows():
    view = show.DotProduct([3, 1], [2, 2])
    assert (view.a, view.b, view.product) == ([3.0, 1.0], [2.0, 2.0], 8.0)
    view.b = [-1.0, 3.0]
    assert view.product == 0
    assert view.cosine == pytest.approx(0, abs=1e-15)
    assert show.DotProduct([7.2, 0], [1, 1]).reach == 8


@pytest.mark.parametrize("b", [[2, 2], [-1, 3], [-3, -1], [0.1, -4]])
def test_its_parts_are_numpys(b):
    a, parts = np.array([3.0, 1.0]), dot_parts([3, 1], b)
    assert parts["sums"][-1] == pytest.approx(a @ b)
    assert parts["cosine"] == pytest.approx(float(cosine_similarity(a, np.array(b, dtype=float))))
    assert parts["angle"] == pytest.approx(np.degrees(np.arccos(np.clip(parts["cosine"], -1, 1))), abs=1e-5)


def test_an_arrow_without_length_has_no_angle():
    view = show.DotProduct([0, 0], [1, 2])
    assert (view.product, view.cosine) == (0, None)
    assert "angle" not in view.twin().alt


def test_the_twin_of_the_dot_product_says_the_same():
    words = show.DotProduct([3, 1], [-1.5, -4]).twin().alt
    assert "a · b = −8.5: opposite sides, angle 129°, cosine −0.63" in words
    assert "3 times −1.5 is −4.5, 1 times −4 is −4. The sum is −8.5" in words
    assert "a right angle, angle 90°, cosine 0" in show.DotProduct([3, 1], [-1, 3]).twin().alt


@pytest.mark.parametrize("bad", [[1], [1, 2, 3], 3, [np.nan, 1]])
def test_the_dot_product_says_what_it_needs(bad):
    with pytest.raises(ValueError, match=r"b is .*two numbers"):
        show.DotProduct([3, 1], bad)


def test_the_editor_begins_with_the_sentence():
    view = show.QueryKeyEditor()
    creature, blue = (sentence.TOKENS.index(word) for word in ("creature", "blue"))
    whole = query_key_scores(sentence.E_WITHOUT_PLACE, sentence.W_q, sentence.W_k)[2]
    np.testing.assert_array_equal(view.scores, whole)
    assert (view.scores[creature, blue], view.scores[blue, creature]) == (16, 0)
    assert view.W_q.shape == view.W_k.shape == (4, 3)
    assert view.q.shape == view.k.shape == (8, 3)


def test_swapping_turns_the_table_and_one_matrix_makes_it_symmetric():
    view = show.QueryKeyEditor()
    before = view.scores
    view.weights = {"q": view.weights["k"], "k": view.weights["q"]}
    np.testing.assert_array_equal(view.scores, before.T)
    assert one_sided(before) == one_sided(before.T) == (14, 28)
    view.weights = {"q": view.weights["q"], "k": view.weights["q"]}
    assert one_sided(view.scores) == (0, 28)
    assert "0 of 28 pairs" in view.twin().alt


def test_the_twin_of_the_editor_says_the_same():
    words = show.QueryKeyEditor().twin().alt
    assert "14 of 28 pairs score differently" in words
    assert "noun to adjective 4" in words
    assert "creature asks blue: 16; blue asks creature: 0." in words


def test_your_own_tokens_and_tables(recwarn):
    rng = np.random.default_rng(4)
    x, W_q, W_k = rng.normal(size=(3, 2)), rng.normal(size=(2, 5)), rng.normal(size=(2, 5))
    view = show.QueryKeyEditor(TOKENS, x, W_q, W_k, features=["$one", "two"], questions=list("vwxyz"))
    np.testing.assert_allclose(view.scores, x @ W_q @ (x @ W_k).T)
    assert "森 asks a: " in view.twin().alt
    view.selected = [1, 0]
    assert f"{TOKENS[1]} asks a: " in view.twin().alt
    assert not recwarn.list
    with pytest.raises(ValueError, match=r"W_k has shape \(5, 2\).*2 features.*\(C, D\) = \(2, 5\)"):
        show.QueryKeyEditor(TOKENS, x, W_q, W_k.T, features=["one", "two"], questions=list("vwxyz"))
    with pytest.raises(ValueError, match=r"x has shape \(3, 2\).*\(T, C\) = \(3, 4\)"):
        show.QueryKeyEditor(TOKENS, x)
    with pytest.raises(ValueError, match="finite"):
        show.QueryKeyEditor(TOKENS[:1], [[np.inf, 0, 0, 0]])


@pytest.mark.parametrize("view", [show.DotProduct, show.QueryKeyEditor], ids=lambda view: view.__name__)
def test_a_view_comes_with_its_twin(view):
    made = view()
    bundle, _ = made._repr_mimebundle_()
    assert any("widget-view" in kind for kind in bundle)
    assert bundle["text/html"] == made.twin()._repr_mimebundle_()["text/html"]
    assert len(made.twin().png) < 60_000
