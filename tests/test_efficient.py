"""Attention in blocks is attention; linear attention is the sum it says; what both cost is counted in bytes and products, not in seconds."""

import sys

import numpy as np
import pytest
import torch
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from course_lib.attention import torch_attention as ta
from course_lib.attention.efficient import (
    attention_flops,
    causal_linear_attention,
    linear_attention,
    online_softmax,
    positive_features,
    tiled_attention,
    window_pairs,
    windowed_attention,
)
from course_lib.attention.numpy_attention import attend, causal_mask, sliding_window_mask
from course_lib.costs.measure import exponent, peak_bytes, seconds
from course_lib.model.gpt import CausalSelfAttention, GPTConfig


def numbers(T_query, T_key, D=5, D_v=3, size=1.0, seed=0, dtype=np.float64):
    rng = np.random.default_rng(seed)
    shapes = (T_query, D), (T_key, D), (T_key, D_v)
    return [(size * rng.standard_normal(shape)).astype(dtype) for shape in shapes]


# ---- blocks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block_size", [1, 2, 3, 7, 16, 100])
@pytest.mark.parametrize(("T_query", "T_key"), [(1, 1), (7, 7), (4, 16), (16, 5)])
def test_blocks_give_torchs_attention(T_query, T_key, block_size):
    q, k, v = numbers(T_query, T_key)
    theirs = F.scaled_dot_product_attention(*map(torch.tensor, (q, k, v))).numpy()
    np.testing.assert_allclose(tiled_attention(q, k, v, block_size), theirs, atol=1e-12)


@pytest.mark.parametrize("block_size", [1, 3, 4, 9])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_with_masks_that_hide_whole_blocks(block_size, dtype):
    q, k, v = numbers(9, 9, dtype=dtype)
    for may_look in (
        causal_mask(9),
        sliding_window_mask(9, 2),
        causal_mask(9).T,
    ):  # the last hides the first blocks of late rows
        found = tiled_attention(q, k, v, block_size, may_look)
        assert found.dtype == dtype
        np.testing.assert_allclose(found, attend(q, k, v, may_look), atol=1e-6)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_blocks_with_scores_of_ten_thousand(sign, dtype):
    q, k, v = numbers(8, 8, dtype=dtype)
    q = (sign * q * 1e4 / abs(q @ k.T / 5**0.5).max()).astype(dtype)
    assert abs(q @ k.T / 5**0.5).max() > 9_000
    with np.errstate(all="raise", under="ignore"):
        np.testing.assert_allclose(
            tiled_attention(q, k, v, 3, causal_mask(8)), attend(q, k, v, causal_mask(8)), atol=1e-6
        )


@pytest.mark.parametrize("block_size", [1, 2, 5, 50])
def test_online_softmax_is_logsumexp(block_size):
    scores = 300 * np.random.default_rng(1).standard_normal(11)
    highest, total = online_softmax(scores, block_size)
    assert highest == scores.max()
    np.testing.assert_allclose(highest + np.log(total), torch.logsumexp(torch.tensor(scores), 0).item())


def test_no_block_is_refused():
    with pytest.raises(ValueError, match="block_size is 0"):
        tiled_attention(*numbers(2, 2), 0)


@pytest.mark.parametrize("window", [1, 2, 3, 8, 50])
def test_a_window_is_attention_under_the_windows_mask(window):
    q, k, v = numbers(13, 13)
    theirs = attend(q, k, v, sliding_window_mask(13, window))
    np.testing.assert_allclose(windowed_attention(q, k, v, window), theirs, atol=1e-12)
    assert window_pairs(13, window) == sliding_window_mask(13, window).sum()
    with pytest.raises(ValueError, match="window is 0"):
        windowed_attention(q, k, v, 0)


# ---- linear --------------------------------------------------------------------------------------------------------


def test_features_are_elu_plus_one():
    x = 30 * np.random.default_rng(0).standard_normal((4, 6))
    np.testing.assert_allclose(positive_features(x), F.elu(torch.tensor(x)).numpy() + 1, atol=1e-12)
    assert (positive_features(x) > 0).all()


def linear_by_table(q, k, v, may_look):
    """The definition: shares in proportion to φ(q)·φ(k), as a whole table."""
    shares = np.where(may_look, positive_features(q) @ positive_features(k).T, 0)
    return shares / shares.sum(-1, keepdims=True) @ v


def test_linear_attention_is_its_table():
    q, k, v = numbers(6, 9)
    np.testing.assert_allclose(linear_attention(q, k, v), linear_by_table(q, k, v, np.ones((6, 9), bool)), atol=1e-12)
    q, k, v = numbers(9, 9)
    np.testing.assert_allclose(causal_linear_attention(q, k, v), linear_by_table(q, k, v, causal_mask(9)), atol=1e-12)


# ---- cost ----------------------------------------------------------------------------------------------------------

SIZES = [256, 512, 1024, 2048]
WAYS = {
    "full": (attend, 2),
    "blocks": (lambda q, k, v: tiled_attention(q, k, v, 64), 1),
    "linear": (linear_attention, 1),
    "window": (lambda q, k, v: windowed_attention(q, k, v, 16), 1),
}


@pytest.mark.parametrize("way", WAYS)
def test_how_memory_grows(way):
    function, growth = WAYS[way]
    peaks = [peak_bytes(function, *numbers(T, T, 32, 32)) for T in SIZES]
    assert exponent(SIZES, peaks) == pytest.approx(growth, abs=0.15)


def test_torchs_bytes_are_seen_too():
    ways = ta.attend, F.scaled_dot_product_attention
    written, fused = ([peak_bytes(way, *torch.randn(3, 1, 1, T, 32)) for T in SIZES] for way in ways)
    assert exponent(SIZES, written) == pytest.approx(2, abs=0.1)
    assert exponent(SIZES, fused) < 1.3
    assert written[-1] >= 2 * SIZES[-1] ** 2 * 4  # the scores and the weights, 4 bytes each
    one = torch.zeros(1000)
    assert peak_bytes(lambda: one + 1) == pytest.approx(4000, abs=2000)


def test_the_profilers_own_lines_are_not_shown(capfd):
    peak_bytes(lambda: torch.ones(3) + 1)
    print("after", file=sys.stderr)
    assert capfd.readouterr().err == "after\n"


@pytest.mark.parametrize(("T", "n_embd", "n_head"), [(8, 12, 3), (32, 48, 4), (1, 16, 1)])
def test_products_are_counted_as_torch_counts_them(T, n_embd, n_head):
    layer = CausalSelfAttention(GPTConfig(n_embd=n_embd, n_head=n_head))
    layer.attend = ta.causal_attend_by_hand
    with FlopCounterMode(display=False) as counted, torch.no_grad():
        layer(torch.randn(1, T, n_embd))
    assert counted.get_total_flops() == sum(attention_flops(T, n_embd))


@pytest.mark.parametrize("kind", ["cuda", "mps"])
def test_the_clock_runs_until_the_gpu_is_done(kind, monkeypatch):
    """A GPU returns before its work is done: the clock must wait in front of each run and after it."""
    happened, gpus = [], {"cuda": torch.cuda, "mps": torch.backends.mps}
    for name, gpu in gpus.items():
        monkeypatch.setattr(gpu, "is_available", lambda name=name: name == kind)
        monkeypatch.setattr(getattr(torch, name), "synchronize", lambda name=name: happened.append(name))
    seconds(lambda: happened.append("run"), least=0)
    assert happened == ["run", *3 * [kind, "run", kind]]


def test_small_counts():
    assert exponent([1, 2, 4], [3, 12, 48]) == pytest.approx(2)
    assert seconds(lambda: None) >= 0
