"""The one sentence does what the course says of it: 0.42 and 0.58, in both conventions, and a leak without the mask."""

import numpy as np
import pytest

from course_lib import show
from course_lib.attention import sentence as s
from course_lib.attention.numpy_attention import (
    attention_pattern,
    attention_scores,
    causal_mask,
    masked_pattern,
    queries_and_keys,
    to_video_convention,
    value_update,
)

AT = {token: place for place, token in enumerate(s.TOKENS)}
Q, K = queries_and_keys(s.E, s.W_q, s.W_k)
CAUSAL = masked_pattern(Q, K, causal_mask(len(s.TOKENS)))
OPEN = attention_pattern(Q, K)


def looks(weights, query):
    """{key: weight, rounded} of one query, without what rounds to 0."""
    return {token: round(float(w), 2) for token, w in zip(s.TOKENS, weights[AT[query]], strict=True) if w >= 0.005}


def test_it_is_the_sentence():
    assert " ".join(s.TOKENS) == "a fluffy blue creature roamed the verdant forest"


def test_all_sizes_differ():
    assert s.E.shape == (8, 12) == (len(s.TOKENS), len(s.FEATURES))
    assert s.W_q.shape == s.W_k.shape == (12, 4) == (len(s.FEATURES), len(s.QUESTIONS))
    assert s.W_down.shape == s.W_up.T.shape == (len(s.FEATURES), len(s.CONTENTS))


def test_creature_looks_at_fluffy_and_blue_with_the_mask():
    assert looks(CAUSAL, "creature") == {"fluffy": 0.42, "blue": 0.58}


def test_the_first_four_tokens_need_no_mask_for_it():
    start = attention_pattern(Q[:4], K[:4])
    assert looks(np.pad(start, (0, 4)), "creature") == {"fluffy": 0.42, "blue": 0.58}


def test_and_in_the_videos_orientation():
    column = to_video_convention(CAUSAL)[:, AT["creature"]]
    assert [round(float(w), 2) for w in column] == [0, 0.42, 0.58, 0, 0, 0, 0, 0]
    Q_columns, K_columns = s.W_q.T @ s.E.T, s.W_k.T @ s.E.T  # as the video writes it: W e, tokens are columns
    scores = np.where(causal_mask(8).T, K_columns.T @ Q_columns / np.sqrt(4), -np.inf)
    down = np.exp(scores) / np.exp(scores).sum(axis=0)
    np.testing.assert_allclose(to_video_convention(CAUSAL), down)
    np.testing.assert_allclose(down.sum(axis=0), 1)


def test_the_figures_show_it_in_both_orientations():
    for orientation, side in (("code", "Each row sums to 1"), ("video", "Each column sums to 1")):
        words = show.pattern(CAUSAL, s.TOKENS, title="The pattern", orientation=orientation).alt
        assert "creature looks at blue 0.58, fluffy 0.42" in words
        assert side in words


def test_the_other_rows():
    assert looks(CAUSAL, "roamed") == {"creature": 1.0}
    assert looks(CAUSAL, "forest") == {"verdant": 0.68, "blue": 0.19, "fluffy": 0.13}
    assert looks(CAUSAL, "blue") == {"a": 1.0}


def test_without_the_mask_creature_looks_into_the_future():
    assert looks(OPEN, "creature") == {"verdant": 0.68, "blue": 0.19, "fluffy": 0.13}
    assert looks(OPEN, "roamed") == {"forest": 0.79, "creature": 0.21}


def test_the_ratio_comes_from_one_place():
    scores = attention_scores(Q, K)[AT["creature"]]
    assert scores[AT["blue"]] - scores[AT["fluffy"]] == pytest.approx(0.65)
    row = CAUSAL[AT["creature"]]
    assert np.log(row[AT["blue"]] / row[AT["fluffy"]]) == pytest.approx(0.65 / np.sqrt(4))


def test_without_places_the_order_of_the_words_does_not_matter():
    q, k = queries_and_keys(s.E_WITHOUT_PLACE, s.W_q, s.W_k)
    row = attention_scores(q, k)[AT["creature"]]
    assert row[AT["fluffy"]] == row[AT["blue"]] == row[AT["verdant"]] == 16


def test_the_update_makes_creature_soft_and_blue():
    change = value_update(s.E, CAUSAL, s.W_down @ s.W_up)[AT["creature"]]
    named = {name: round(float(x), 2) for name, x in zip(s.FEATURES, change, strict=True) if abs(x) >= 0.005}
    assert named == {"soft": 0.42, "blue": 0.58}
