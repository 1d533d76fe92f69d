"""course_lib.text.tokens: text to tokens, ids and vectors, and back; and the stored numbers of lesson 02."""

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from course_lib.attention.sentence import E_WITHOUT_PLACE, PLACES, TOKENS, E
from course_lib.experiments import moles
from course_lib.text.tokens import (
    apply_merges,
    build_vocabulary,
    decode,
    embed,
    encode,
    learn_merges,
    merge_pair,
    most_frequent_pair,
)

letters = st.lists(st.sampled_from("abc"), max_size=30)


def test_vocabulary_counts_up_in_order_of_first_appearance():
    assert build_vocabulary("b a b c".split()) == {"<unk>": 0, "b": 1, "a": 2, "c": 3}
    assert list(build_vocabulary("b a b c".split())) == ["<unk>", "b", "a", "c"]
    assert build_vocabulary([]) == {"<unk>": 0}
    assert build_vocabulary(["a", "<unk>", "b"]) == {"<unk>": 0, "a": 1, "b": 2}


@given(letters)
def test_there_and_back(tokens):
    vocabulary = build_vocabulary(tokens)
    assert decode(encode(tokens, vocabulary), vocabulary) == tokens


def test_what_is_unknown_gets_the_id_of_unk():
    assert encode(["x", "a"], {"a": 0, "<unk>": 7}) == [7, 0]
    with pytest.raises(ValueError, match="no token has the id 9"):
        decode([9], {"<unk>": 0})


@pytest.mark.parametrize("function", [build_vocabulary, most_frequent_pair])
def test_a_whole_text_is_told_to_be_cut(function):
    with pytest.raises(ValueError, match="cut it up first"):
        function("a fluffy blue creature")


@given(letters.filter(lambda tokens: len(tokens) > 1))
def test_the_most_frequent_pair_against_plain_counting(tokens):
    pairs = [(tokens[i], tokens[i + 1]) for i in range(len(tokens) - 1)]
    assert most_frequent_pair(tokens) == max(pairs, key=pairs.count)  # max keeps the first of equals


def test_a_pair_needs_two_tokens():
    with pytest.raises(ValueError, match="a pair needs 2 tokens"):
        most_frequent_pair(["a"])


@given(letters, st.tuples(st.sampled_from("abc"), st.sampled_from("abc")))
def test_merging_against_a_regular_expression(tokens, pair):
    """Single letters can be glued by a text search, which also goes from left to right without overlaps."""
    wanted = re.findall(f"{re.escape(''.join(pair))}|.", "".join(tokens))
    before = list(tokens)
    assert merge_pair(tokens, pair) == wanted
    assert tokens == before


def test_merging_compares_whole_tokens():
    assert merge_pair(["ca", "b", "a", "b"], ("a", "b")) == ["ca", "b", "ab"]
    assert merge_pair(["a", "a", "a"], ("a", "a")) == ["aa", "a"]


@given(letters, st.integers(0, 12))
def test_merges_keep_the_text_and_cut_it_again_in_the_same_way(tokens, n):
    merges, left = learn_merges(tokens, n)
    assert "".join(left) == "".join(tokens)
    assert len(merges) <= n
    assert apply_merges(tokens, merges) == left


def test_merges_of_a_text_known_by_hand():
    merges, left = learn_merges(list("low lower lowest"), 2)
    assert merges == [("l", "o"), ("lo", "w")]
    assert left == ["low", " ", "low", "e", "r", " ", "low", "e", "s", "t"]
    assert learn_merges(list("abc"), 5) == ([], ["a", "b", "c"])  # no pair occurs twice


def test_embed_gives_the_vectors_of_the_sentence():
    vocabulary = build_vocabulary(TOKENS)
    table = np.vstack([np.zeros(E.shape[1]), E_WITHOUT_PLACE])
    assert np.array_equal(embed(encode(TOKENS, vocabulary), table, PLACES), E)


def test_embed_takes_batches_and_short_texts():
    rng = np.random.default_rng(0)
    tokens, places = rng.normal(size=(7, 3)), rng.normal(size=(5, 3))
    ids = np.array([[6, 0, 6, 2], [1, 1, 5, 3]])
    x = embed(ids, tokens, places)
    assert x.shape == (2, 4, 3)
    assert np.allclose(x[1, 2], tokens[5] + places[2])
    assert embed([], tokens, places).shape == (0, 3)


@pytest.mark.parametrize(
    ("ids", "width", "says"),
    [([0] * 6, 3, "only 5 positions"), ([7], 3, "rows 0 to 6"), ([-1], 3, "rows 0 to 6"), ([0], 4, "position's has 4")],
)
def test_embed_says_what_does_not_fit(ids, width, says):
    with pytest.raises(ValueError, match=says):
        embed(ids, np.zeros((7, 3)), np.zeros((5, width)))


def test_stored_moles_are_those_that_the_tool_measures():
    stored = json.loads(moles.STORED.read_text(encoding="utf-8"))
    assert stored["sentences"] == [text for group in moles.SENTENCES.values() for text in group.values()]
    assert stored["meanings"] == [meaning for meaning, group in moles.SENTENCES.items() for _ in group]
    layers = ("cosine_same_meaning", "cosine_other_meaning", "nearest_has_same_meaning")
    assert [len(stored[name]) for name in layers] == [6 + 1] * 3  # six blocks, and what goes into the first
    assert all(" mole" in f" {text.lower()}" for text in stored["sentences"])
