"""What trained heads look at, by kinds of words: the same weights as in the model, rightly averaged."""

import numpy as np
import pytest
import torch

from course_lib.attention.torch_attention import attention_pattern, causal_mask
from course_lib.experiments import tiny, tiny_heads


def test_the_weights_are_those_that_the_model_uses():
    rng = np.random.default_rng(0)
    head = tiny._model(rng, 1, 1, True)["layers"][0][0]
    x = torch.tensor(rng.standard_normal((2, tiny.CONTEXT, tiny.WIDTH)))
    weights = attention_pattern(x @ head["W_q"], x @ head["W_k"], causal_mask(tiny.CONTEXT))
    hidden = ~causal_mask(tiny.CONTEXT)
    assert torch.allclose(weights @ x, tiny._head(x, head, hidden, value=False))


def test_the_mean_is_taken_over_the_tokens_of_a_kind():
    """Two windows of four kinds in turn, each token looking half at itself and half at the first token, counted by hand."""
    T = tiny.CONTEXT
    kinds = np.tile(np.eye(4), (2, T // 4, 1))
    weights = np.tile((np.eye(T) + np.eye(T)[np.zeros(T, dtype=int)]) / 2, (2, 1, 1))
    wanted = np.eye(4) / 2
    wanted[:, 0] += 0.5
    assert np.allclose(tiny_heads._by_kind(weights, kinds), wanted)


@pytest.mark.parametrize("word", tiny.language().vocabulary)
def test_every_word_has_a_kind(word):
    if word != "<unk>":
        assert tiny_heads._kind(word) in tiny_heads.NAMES


def test_two_trained_heads_look_at_different_kinds():
    kinds, looks = tiny_heads.looks_by_kind(steps=150)
    assert looks.shape == (2, len(kinds), len(kinds))
    assert np.allclose(looks.sum(-1), 1)
    moved = abs(looks[0] - looks[1]).sum(-1) / 2  # the share that would have to move to make them equal
    assert moved.max() > 0.5


def test_untrained_heads_look_at_everything_alike():
    _, looks = tiny_heads.looks_by_kind(steps=0, windows=40)
    assert abs(looks[0] - looks[1]).sum(-1).max() / 2 < 0.5
