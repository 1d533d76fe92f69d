"""Lesson 01's functions against other people's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from course_lib.attention import vectors

numbers = st.floats(-100, 100, width=32)


@given(
    st.integers(1, 8).flatmap(
        lambda n: st.tuples(arrays(float, n, elements=numbers), arrays(float, n, elements=numbers))
    )
)
def test_dot_is_numpys(pair):
    a, b = pair
    assert vectors.dot(a, b) == pytest.approx(float(np.dot(a, b)), abs=1e-9)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_cosine_is_torchs(kind):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    a, b = rng.standard_normal((2, 50)).astype(kind)
    theirs = torch.nn.functional.cosine_similarity(torch.tensor(a), torch.tensor(b), dim=0)
    assert vectors.cosine_similarity(a, b) == pytest.approx(float(theirs), rel=1e-6)


def test_unequal_lengths_are_said():
    with pytest.raises(ValueError, match=r"\(2,\).*\(3,\)"):
        vectors.dot([1, 2], [1, 2, 3])


def test_most_similar_is_never_itself_and_ignores_length():
    rng = np.random.default_rng(2)
    x = rng.standard_normal((9, 4))
    for index in range(len(x)):
        found = vectors.most_similar(index, x)
        assert found != index
        stretched = x * rng.uniform(0.1, 10, (9, 1))
        assert vectors.most_similar(index, stretched) == found


def test_all_pairs_is_einsums():
    x = np.random.default_rng(3).standard_normal((5, 3))
    np.testing.assert_allclose(vectors.all_pairs(x), np.einsum("ic,jc->ij", x, x))
