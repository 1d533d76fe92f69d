"""Lesson 08's pieces against PyTorch's own: layer norm, MLP, the whole block, and the short training runs."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib import show
from course_lib.experiments import depth
from course_lib.mistakes import find, lesson_08
from course_lib.model import block as block_pieces
from course_lib.model.gpt import Block, GPTConfig
from tests.shape_comments import ShapeComments

CONFIG = GPTConfig(n_layer=1, n_head=3, n_embd=12, context_length=9, vocab_size=5)


def a_block(seed=0):
    """A block in float64 in which every parameter differs from every other, also gains and shifts."""
    torch.manual_seed(seed)
    block = Block(CONFIG).double().eval()
    for parameter in block.parameters():
        parameter.data = parameter.data + 0.3 * torch.randn_like(parameter)
    return block


def pytorchs(block, norm_first=True):
    """PyTorch's own encoder layer with the weights of ours."""
    theirs = nn.TransformerEncoderLayer(
        12, 3, 48, dropout=0, activation=block.mlp.bend, norm_first=norm_first, batch_first=True, dtype=torch.float64
    )
    attention = theirs.self_attn
    pairs = [
        (theirs.norm1, block.norm_1),
        (theirs.norm2, block.norm_2),
        (attention.out_proj, block.attention.project),
        (theirs.linear1, block.mlp.up),
        (theirs.linear2, block.mlp.down),
    ]
    for other, ours in pairs:
        other.load_state_dict(ours.state_dict())
    attention.in_proj_weight.data, attention.in_proj_bias.data = block.attention.qkv.weight, block.attention.qkv.bias
    return theirs


def may_not_look(T):
    """PyTorch's mask for this layer: True is hidden."""
    return ~torch.ones(T, T, dtype=torch.bool).tril()


@pytest.mark.parametrize("T", [1, 2, 9])
@pytest.mark.parametrize("size", [1.0, 100.0])
def test_block_is_pytorchs_encoder_layer_with_norm_first(T, size):
    block = a_block()
    x = size * torch.randn(2, T, 12, dtype=torch.float64)
    theirs = pytorchs(block).train()(x, src_mask=may_not_look(T))  # train: the layer's own lines, no fused shortcut
    torch.testing.assert_close(block(x), theirs, atol=1e-10, rtol=1e-10)


def test_post_norm_block_is_pytorchs_default():
    block = a_block()
    block.__class__ = depth.PostNormBlock
    x = torch.randn(2, 7, 12, dtype=torch.float64)
    theirs = pytorchs(block, norm_first=False).train()(x, src_mask=may_not_look(7))
    torch.testing.assert_close(block(x), theirs, atol=1e-10, rtol=1e-10)
    assert not torch.allclose(block(x), Block.forward(block, x))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("size", [1e-4, 3e-3, 1.0, 1e3])
def test_layer_norm_is_pytorchs(dtype, size):
    torch.manual_seed(1)
    x, gain, shift = size * torch.randn(2, 3, 7, dtype=dtype), torch.randn(7, dtype=dtype), torch.randn(7, dtype=dtype)
    x[0, 0] = size  # all equal
    for eps in (1e-5, 0.1):
        ours = block_pieces.layer_norm(x, gain, shift, eps)
        torch.testing.assert_close(ours, F.layer_norm(x, (7,), gain, shift, eps), atol=1e-5, rtol=1e-4)


def test_layer_norm_has_pytorchs_gradient_even_where_all_numbers_are_equal():
    start = torch.tensor([[2.0, 2.0, 2.0], [1.0, -1.0, 4.0]], dtype=torch.float64)
    gradients = []
    for norm in (block_pieces.layer_norm, lambda x, gain, shift: F.layer_norm(x, (3,), gain, shift)):
        x = start.clone().requires_grad_()
        norm(x, torch.tensor([1.0, 2.0, 3.0]).double(), torch.zeros(3).double()).pow(2).sum().backward()
        gradients.append(x.grad)
    assert gradients[0].isfinite().all()
    torch.testing.assert_close(*gradients)


def test_the_functions_are_the_block_of_the_model():
    """The four functions of the lesson, with the model's weights, give the model's numbers."""
    model, x = a_block(), torch.randn(2, 5, 12, dtype=torch.float64)
    up, down = model.mlp.up, model.mlp.down

    def normed(norm):
        return lambda v: block_pieces.layer_norm(v, norm.weight, norm.bias, norm.eps)

    def think(v):
        return block_pieces.mlp(v, up.weight.T, up.bias, down.weight.T, down.bias)

    ours = block_pieces.block(x, normed(model.norm_1), model.attention, normed(model.norm_2), think)
    torch.testing.assert_close(ours, model(x), atol=1e-12, rtol=1e-12)


def test_a_bias_of_minus_one_makes_an_and():
    first, second = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
    table = {
        (a, b): block_pieces.and_neuron(torch.tensor([a, b]), first, second).item()
        for a in (0.0, 1.0)
        for b in (0.0, 1.0)
    }
    assert table == {(0.0, 0.0): 0, (0.0, 1.0): 0, (1.0, 0.0): 0, (1.0, 1.0): 1}


def test_shape_comments_of_the_pieces():
    import linecache

    with ShapeComments({block_pieces.__file__}.__contains__, linecache.getline) as watch:
        block_pieces.layer_norm(torch.randn(2, 3, 5), torch.ones(5), torch.zeros(5))
    assert watch.wrong == []
    assert len(watch.seen) == 2


# ---- the checks ----------------------------------------------------------------------------------------------------


def exact(h, slip):
    return F.gelu(torch.tensor(np.asarray(h))).numpy()


def test_both_gelus_are_the_same_to_the_check(monkeypatch):
    """The exact GELU is right as well, and each mistake made with it earns the same name."""
    exercise = find.exercise_named("mlp")
    cases = range(len(exercise.cases))
    other = type(exercise)(lesson_08.mlp, cases=exercise.cases, says=exercise.says, hints=exercise.hints)
    groups = [(), *((name,) for name in exercise.says)]
    for group in groups:
        assert all(
            exercise.outcome(case, group) is not None for case in cases
        )  # computed, and kept, with the tanh form
    monkeypatch.setattr(lesson_08, "_gelu", exact)
    for group in groups:
        if not {"no_half", "no_cube", "cube_too_large", "cube_outside", "no_root", "root_of_2_pi"} & set(
            group
        ):  # slips of the tanh form alone
            outcomes = [other.outcome(case, group) for case in cases]
            assert exercise.fits(outcomes, group), group
            assert exercise.diagnose(outcomes) == group or not group
    assert not np.array_equal(other.outcome(0), exercise.outcome(0)), "two forms are compared"


# ---- the short runs ------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("two_threads")
def test_short_runs_keep_threads_and_dice():
    torch.manual_seed(5)
    threads, dice = torch.get_num_threads(), torch.get_rng_state()
    model = depth.small_gpt(2, seed=1)
    depth.train(model, steps=2)
    depth.loss_without(model, 0)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), dice)
    assert len(model.blocks) == 2


def test_a_short_run_learns_and_is_the_same_twice():
    losses = [depth.train(depth.small_gpt(2, seed=1), steps=60, rate=1e-2, batch=8, seed=1) for _ in range(2)]
    np.testing.assert_array_equal(*losses)
    assert losses[0][-5:].mean() < losses[0][:5].mean() - 0.5


def test_leaving_a_block_out_is_walking_past_it():
    model = depth.small_gpt(3, seed=2, start="xavier")
    with_all = depth.loss_without(model)
    assert depth.loss_without(model, 0) != pytest.approx(with_all, abs=1e-6)
    for parameter in (model.blocks[1].attention.project.weight, model.blocks[1].mlp.down.weight):
        parameter.data.zero_()  # a block that adds nothing
    silent = depth.loss_without(model)
    assert silent == pytest.approx(depth.loss_without(model, 1), abs=1e-12)
    assert silent != pytest.approx(with_all, abs=1e-6)


def test_an_unknown_start_is_refused():
    with pytest.raises(ValueError, match="huge"):
        depth.small_gpt(2, start="huge")


# ---- the road ------------------------------------------------------------------------------------------------------


def test_the_road_says_every_number():
    picture = show.road([1.0, 1.5, 7.0, 7.2, 9.0], [0.5, 6.4, 3.3, 2.2], "It grows")
    said = "starts with size 1; block 1: attention adds 0.5, MLP adds 6.4, size 7; block 2: attention adds 3.3, MLP adds 2.2, size 9."
    assert picture.alt.endswith(said)
    assert picture.alt.startswith("It grows.")


@pytest.mark.parametrize("updates", [[], [1.0], [1.0, 2.0, 3.0], [1.0] * 4])
def test_a_road_whose_numbers_do_not_fit_is_refused(updates):
    with pytest.raises(ValueError, match="two updates a block"):
        show.road([1.0, 1.0, 1.0], updates, "No")
