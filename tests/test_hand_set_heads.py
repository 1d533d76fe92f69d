"""The three heads of lesson 07 do what the lesson says of them."""

import numpy as np

from course_lib.attention.hand_set_heads import E_SPANISH, HEADS, SPANISH, W_k, W_meaning, W_o, W_q, W_v
from course_lib.attention.numpy_attention import (
    attention_pattern,
    causal_mask,
    masked_pattern,
    multi_head_attention,
    split_heads,
)
from course_lib.attention.sentence import E_WITHOUT_PLACE, FEATURES, TOKENS, E


def found():
    """{head: {token: whom it looks at most}}"""
    q, k = split_heads(E @ W_q, 3), split_heads(E @ W_k, 3)
    best = masked_pattern(q, k, causal_mask(8)).argmax(-1)
    return {
        head: {t: TOKENS[j] for t, j in zip(TOKENS, row, strict=True)} for head, row in zip(HEADS, best, strict=True)
    }


def test_each_head_asks_its_question_and_everybody_else_parks_on_a():
    nobody = dict.fromkeys(TOKENS, "a")
    assert list(found().values()) == [
        nobody | {"creature": "blue", "forest": "verdant"},
        nobody | {"roamed": "creature"},
        nobody | {"forest": "roamed"},
    ]


def test_the_first_head_has_the_numbers_of_the_sentence():
    weights = masked_pattern(E @ W_q[:, :4], E @ W_k[:, :4], causal_mask(8))
    np.testing.assert_allclose(weights[3, 1:3], [0.42, 0.58], atol=0.005)


def test_the_update_of_all_heads():
    update = multi_head_attention(E, W_q, W_k, W_v, W_o, 3, causal_mask(8)).round(2)
    said = {
        token: {FEATURES[c]: row[c] for c in np.flatnonzero(row)} for token, row in zip(TOKENS, update, strict=True)
    }
    assert {token: entry for token, entry in said.items() if entry} == {
        "creature": {"soft": 0.42, "blue": 0.58},
        "roamed": {"animal": 1},
        "forest": {"soft": 0.13, "blue": 0.19, "green": 0.68, "moving": 1},
    }


def test_every_english_word_finds_the_spanish_one_of_its_meaning():
    weights = attention_pattern(E_WITHOUT_PLACE @ W_meaning, E_SPANISH @ W_meaning)
    assert weights.shape == (8, 10)
    words = [SPANISH[j] for j in weights.argmax(1)]
    assert words[1:5] + words[6:] == ["peluda", "azul", "criatura", "vagaba", "verde", "bosque"]
    np.testing.assert_allclose(weights[[0, 5]][:, [SPANISH.index("una"), SPANISH.index("el")]], 0.5, atol=0.005)
