"""The tiny trainers of lessons 06 and 07: what they show must really happen, and happen again."""

import numpy as np
import pytest
import torch

from course_lib.attention.numpy_attention import attend, causal_mask
from course_lib.experiments import tiny


@pytest.fixture(scope="module", params=[5, 0, 1])
def losses(request):
    """The losses of the runs that lesson 06 shows, from its own start and two others: nothing it says may hang on the start."""
    runs = {
        "complete": {},
        "no value": {"value": False},
        "no plus": {"residual": False},
        "no plus, one layer": {"residual": False, "n_layer": 1},
        "one layer": {"n_layer": 1},
        "two tables": {"tied": False},
        "two tables, no value": {"tied": False, "value": False},
    }
    return {name: tiny.train(seed=request.param, **switches) for name, switches in runs.items()}


def end(curve):
    return curve[-50:].mean()


def test_training_learns_more_than_pairs_and_never_gets_below_the_floor(losses):
    language = tiny.language()
    assert losses["complete"][0] > language.unigram_entropy()
    assert language.entropy_floor() < end(losses["complete"]) < language.bigram_entropy()


def test_without_a_value_matrix_it_does_worse_than_counting_pairs(losses):
    assert end(losses["no value"]) > tiny.language().bigram_entropy() + 0.2


def test_a_second_table_makes_up_for_the_value_matrix(losses):
    assert abs(end(losses["two tables"]) - end(losses["two tables, no value"])) < 0.2


def test_without_the_plus_one_layer_learns_as_well_and_four_are_stuck(losses):
    assert end(losses["no plus, one layer"]) < end(losses["one layer"]) + 0.05
    assert end(losses["complete"]) < end(losses["one layer"]) + 0.05
    assert end(losses["no plus"]) == pytest.approx(tiny.language().unigram_entropy(), abs=0.03)


def test_the_same_seed_gives_the_same_curve_and_another_seed_another():
    first, again, other = tiny.train(steps=5), tiny.train(steps=5), tiny.train(steps=5, seed=1)
    assert first.shape == (5,)
    np.testing.assert_array_equal(first, again)
    assert (first != other).all()


def test_training_leaves_torch_as_it_was():
    torch.manual_seed(5)
    before, threads = torch.get_rng_state(), torch.get_num_threads()
    tiny.train(steps=2, n_layer=1)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("value", [True, False])
def test_a_head_is_the_attention_of_lesson_06(value):
    rng = np.random.default_rng(4)
    head = tiny._model(rng, 1, 1, True)["layers"][0][0]
    x = rng.standard_normal((tiny.CONTEXT, tiny.WIDTH))
    hidden = torch.ones(tiny.CONTEXT, tiny.CONTEXT, dtype=torch.bool).triu(1)
    update = tiny._head(torch.tensor(x), head, hidden, value).detach().numpy()
    W = {name: weight.detach().numpy() for name, weight in head.items()}
    v = x @ W["W_down"] @ W["W_up"] if value else x
    np.testing.assert_allclose(update, attend(x @ W["W_q"], x @ W["W_k"], v, causal_mask(tiny.CONTEXT)), atol=1e-12)


@pytest.mark.parametrize("residual", [True, False])
def test_the_model_does_not_see_the_future(residual):
    model = tiny._model(np.random.default_rng(0), 2, 2, True)
    ids = torch.randint(5, (3, tiny.CONTEXT), generator=torch.Generator().manual_seed(0))
    changed = ids.clone()
    changed[:, 10:] += 1
    first, second = (tiny._logits(model, tokens, True, residual) for tokens in (ids, changed))
    assert torch.equal(first[:, :10], second[:, :10])
    assert not torch.equal(first[:, 10:], second[:, 10:])


def test_two_heads_that_start_alike_stay_alike_for_ever():
    assert (tiny.head_similarity(same_start=True, steps=60) == 1.0).all()


def test_two_heads_that_start_at_random_are_strangers_and_stay_so():
    assert abs(tiny.head_similarity(same_start=False, steps=60)).max() < 0.2


def test_two_heads_that_start_almost_alike_part():
    similarity = tiny.head_similarity(same_start=True, nudge=0.01, steps=300)
    assert similarity[0] > 0.999
    assert similarity[-1] < 0.9


def test_coarse_says_what_a_curve_says():
    assert tiny.coarse(np.repeat([2.04, 1.56], 50)).tolist() == [2.0, 1.6]
    assert tiny.coarse(np.arange(4.0), every=2).tolist() == [0.5, 2.5]
    with pytest.raises(ValueError, match="multiple of 50"):
        tiny.coarse(np.ones(70))
