"""Gradients by hand are those of finite differences, of autograd and of torch's own gradcheck: three ways, one answer (issue: 1e-6, float64)."""

import linecache

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from course_lib.attention import gradients
from course_lib.attention.numpy_attention import attend, causal_mask, softmax
from course_lib.attention.torch_attention import attend as torch_attend
from tests.shape_comments import COMMENT, ShapeComments

WINDOW = np.array(
    [[True, False, False, True], [True, True, False, False], [False, True, True, False], [False] * 3 + [True]]
)
SHAPES = {
    "one token": ((1, 5), causal_mask(1)),
    "causal": ((4, 5), causal_mask(4)),
    "everybody": ((4, 5), np.ones((4, 4), dtype=bool)),
    "holes": ((4, 5), WINDOW),
    "batch": ((2, 4, 5), causal_mask(4)),
}


def numbers(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).standard_normal(shape)


def by_autograd(f, *arrays):
    """The gradients of f(*tensors), a tensor of one number."""
    leaves = [torch.tensor(array, requires_grad=True) for array in arrays]
    f(*leaves).backward()
    return [leaf.grad.numpy() for leaf in leaves]


def close(mine, theirs, tolerance=1e-6):
    for one, other in zip(mine, theirs, strict=True):
        assert one.shape == other.shape
        assert abs(one - other).max() <= tolerance


@pytest.mark.parametrize(("shape", "may_look"), SHAPES.values(), ids=SHAPES)
def test_a_head_three_ways(shape, may_look):
    """By hand, by nudging and by autograd: W_q, W_k and W_v of one head, through mask and softmax."""
    x, *weights = numbers(*shape), *(numbers(5, size, seed=n) for n, size in enumerate((3, 3, 2), 1))
    wish = numbers(*shape[:-1], 2, seed=9)  # (…, T, D_v): an odd loss that uses every entry of the output

    def loss(W_q, W_k, W_v):
        return float((attend(x @ W_q, x @ W_k, x @ W_v, may_look) * wish).sum())

    by_hand = gradients.head_backward(x, *weights, wish, may_look)
    nudged = [
        gradients.gradient_check(lambda W, at=at: loss(*weights[:at], W, *weights[at + 1 :]), weights[at])
        for at in range(3)
    ]
    tx, mask, twish = torch.tensor(x), torch.tensor(may_look), torch.tensor(wish)
    auto = by_autograd(lambda *W: (torch_attend(*(tx @ w for w in W), mask) * twish).sum(), *weights)
    close(by_hand, nudged)
    close(by_hand, auto)
    if shape[-2] > 1:
        assert all(abs(gradient).max() > 1e-3 for gradient in by_hand), "nothing to compare"


class ByHand(torch.autograd.Function):
    """Our attention and its backward, as torch takes them from a user."""

    @staticmethod
    def forward(ctx, q, k, v, may_look):
        ctx.save_for_backward(q, k, v, may_look)
        return torch.tensor(attend(*(t.detach().numpy() for t in (q, k, v, may_look))))

    @staticmethod
    def backward(ctx, d_out):
        *qkv, may_look = (t.detach().numpy() for t in ctx.saved_tensors)
        return *(torch.tensor(d) for d in gradients.attend_backward(*qkv, d_out.numpy(), may_look)), None


@pytest.mark.parametrize("leading", [(), (2, 3)])
def test_torchs_own_gradcheck_accepts_our_backward(leading):
    q, k, v = (torch.tensor(numbers(*leading, 4, D, seed=s)).requires_grad_() for s, D in enumerate((3, 3, 2)))
    assert torch.autograd.gradcheck(lambda *x: ByHand.apply(*x, torch.tensor(WINDOW)), (q, k, v))


@pytest.mark.parametrize("shape", [(6,), (3, 4, 6)])
def test_softmax_backward(shape):
    scores, wish = numbers(*shape), numbers(*shape, seed=1)
    (auto,) = by_autograd(lambda s: (s.softmax(-1) * torch.tensor(wish)).sum(), scores)
    close([gradients.softmax_backward(softmax(scores), wish)], [auto], 1e-12)


def test_a_saturated_row_passes_nothing_on():
    wish = numbers(1, 5)
    sizes = [abs(gradients.softmax_backward(softmax(s * numbers(1, 5, seed=4)), wish)).max() for s in (1, 30, 1000)]
    assert sizes[0] > 0.01
    assert sizes[0] > 10 * sizes[1]
    assert sizes[2] < 1e-12


@pytest.mark.parametrize("shape", [(1,), (7,), (2, 3)])
@pytest.mark.parametrize("size", [1.0, 1e4])
def test_mean_surprise_is_torchs_cross_entropy(shape, size):
    logits, targets = size * numbers(*shape, 5), np.random.default_rng(0).integers(5, size=shape)
    theirs = F.cross_entropy(torch.tensor(logits).reshape(-1, 5), torch.tensor(targets).flatten())
    np.testing.assert_allclose(gradients.mean_surprise(logits, targets), theirs.item(), rtol=1e-12)
    (auto,) = by_autograd(
        lambda z: F.cross_entropy(z.reshape(-1, 5), torch.tensor(targets).flatten()), logits
    )  # prediction minus truth
    close([gradients.mean_surprise_backward(logits, targets)], [auto], 1e-12)


def test_gradient_check_is_second_order():
    """Central differences: a tenth of the nudge, a hundredth of the error; a one-sided difference would give a tenth."""
    x = numbers(3, 2)
    errors = [abs(gradients.gradient_check(lambda z: (z**3).sum(), x, eps) - 3 * x**2).max() for eps in (0.1, 0.01)]
    np.testing.assert_allclose(errors, [1e-2, 1e-4], rtol=1e-6)


def test_shape_comments_are_true():
    file = gradients.__file__
    with ShapeComments([file].__contains__, linecache.getline) as watch:
        gradients.head_backward(numbers(2, 4, 5), *(numbers(5, 3, seed=s) for s in (1, 2, 3)), numbers(2, 4, 3), WINDOW)
        for function in (gradients.mean_surprise, gradients.mean_surprise_backward):
            function(numbers(4, 5), np.arange(4))
    lines = enumerate(linecache.getlines(file), 1)
    assert watch.wrong == []
    assert {number for _, number in watch.seen} == {number for number, line in lines if COMMENT.match(line)}
