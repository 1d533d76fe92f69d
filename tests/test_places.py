"""The experiment of lesson 09: a head uses at all places what it learned at some; fully connected weights do not."""

import torch

from course_lib.experiments import places_or_kinds as places
from course_lib.experiments.places_or_kinds import ADJECTIVES, NOUNS, T, right_at_each_place, texts


def test_a_noun_stands_behind_its_adjective_and_nowhere_else():
    ids, place, adjective = texts(50, [3, 9], torch.Generator().manual_seed(0))
    assert set(place.tolist()) == {3, 9}
    for text, at, word in zip(ids, place, adjective, strict=True):
        assert [i for i, token in enumerate(text) if token < ADJECTIVES] == [at - 1]
        assert [i for i, token in enumerate(text) if ADJECTIVES <= token < ADJECTIVES + NOUNS] == [at]
        assert text[at - 1] == word


def test_a_head_goes_on_where_fully_connected_weights_guess():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    connected, head = (right_at_each_place(name) for name in ("fully connected", "one head"))
    assert len(connected) == len(head) == T - 1
    assert min(connected[:7]) > 0.95
    assert max(connected[7:]) < 0.3
    assert min(head) > 0.95
    assert torch.equal(torch.get_rng_state(), before)


def test_both_could_learn_all_places():
    """It is not that fully connected weights could not do it: they must be shown every place."""
    assert min(right_at_each_place("fully connected", learned=range(1, T))) > 0.95


def test_the_head_is_the_smaller_one():
    sizes = {name: sum(p.numel() for p in make().parameters()) for name, make in places.LAYERS.items()}
    assert sizes["fully connected"] > 50 * sizes["one head"]
