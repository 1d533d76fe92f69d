"""Every function of lessons 03 to 07 against other people's, in float32 and float64, with one token, masks and very large scores."""

import numpy as np
import pytest

from course_lib.attention import numpy_attention as ours

torch = pytest.importorskip("torch")
F = torch.nn.functional

KINDS = [np.float32, np.float64]
TOLERANCE = {np.float32: {"rtol": 2e-5, "atol": 2e-6}, np.float64: {"rtol": 1e-10, "atol": 1e-12}}


def numbers(kind, *shape, seed=0, size=1.0):
    return (size * np.random.default_rng([seed, *shape]).standard_normal(shape)).astype(kind)


def agree(mine, theirs, kind):
    theirs = theirs.detach().numpy()
    assert mine.shape == theirs.shape
    assert mine.dtype == kind, "the kind of numbers stays what it was"
    np.testing.assert_allclose(mine, theirs, **TOLERANCE[kind])


# ---- 03, 04: scores and pattern -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("T", [1, 5])
def test_queries_and_keys_are_linear_layers(kind, T):
    x, W_q, W_k = numbers(kind, T, 6), numbers(kind, 6, 4, seed=1), numbers(kind, 6, 4, seed=2)
    for mine, weight in zip(ours.queries_and_keys(x, W_q, W_k), (W_q, W_k), strict=True):
        agree(mine, F.linear(torch.tensor(x), torch.tensor(weight.T)), kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("leading", [(), (2,), (2, 3)])
def test_scores_are_einsums(kind, leading):
    q, k = numbers(kind, *leading, 5, 4), numbers(kind, *leading, 7, 4)
    agree(ours.attention_scores(q, k), torch.einsum("...id,...jd->...ij", torch.tensor(q), torch.tensor(k)), kind)


def test_unequal_head_sizes_are_said():
    with pytest.raises(ValueError, match="q has 3 columns but k has 4"):
        ours.attention_scores(np.zeros((2, 3)), np.zeros((2, 4)))


@pytest.mark.parametrize("kind", KINDS)
def test_the_videos_convention_is_k_transposed_q(kind):
    q, k = numbers(kind, 5, 4), numbers(kind, 7, 4)
    K, Q = torch.tensor(k).T, torch.tensor(q).T  # a column is a token
    agree(ours.to_video_convention(ours.attention_scores(q, k)), K.T @ Q, kind)
    down = F.softmax(K.T @ Q / 2, dim=0)
    agree(ours.to_video_convention(ours.attention_pattern(q, k)), down, kind)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 100, 1e4])
@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (4, 6), (2, 3, 4, 6), (6,)])
def test_softmax_is_torchs(kind, size, shape):
    scores = numbers(kind, *shape, size=size)
    agree(ours.softmax(scores), F.softmax(torch.tensor(scores), dim=-1), kind)
    agree(
        ours.softmax(-np.abs(scores) - kind(size)), F.softmax(torch.tensor(-np.abs(scores) - kind(size)), dim=-1), kind
    )


@pytest.mark.parametrize("kind", KINDS)
def test_softmax_beside_minus_infinity(kind):
    scores = np.array([[0, -np.inf, 1], [-1e4, -np.inf, -np.inf], [1e4, 1e4, -1e4]], kind)
    agree(ours.softmax(scores), F.softmax(torch.tensor(scores), dim=-1), kind)


def test_softmax_refuses_a_row_that_may_look_at_nothing():
    with pytest.raises(ValueError, match="look at nothing"):
        ours.softmax(np.array([[0.0, 1.0], [-np.inf, -np.inf]]))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("D", [1, 5, 64])
def test_scaling_brings_the_variance_back_to_1(kind, D):
    q, k = numbers(kind, 20_000, 1, D), numbers(kind, 20_000, 1, D, seed=1)
    scaled = ours.scale_scores(ours.attention_scores(q, k), D)
    assert scaled.dtype == kind
    assert scaled.var() == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [1, 100])  # scores of about ±1 and ±10,000
@pytest.mark.parametrize("shape", [(1, 1), (5, 5), (3, 7), (2, 3, 5, 7)])
@pytest.mark.parametrize("masked", [False, True])
def test_attention_is_torchs(kind, size, shape, masked):
    *leading, T_query, T_key = shape
    q, k = numbers(kind, *leading, T_query, 4, size=size), numbers(kind, *leading, T_key, 4, seed=1, size=size)
    v = numbers(kind, *leading, T_key, 3, seed=2)
    may_look = np.tri(T_query, T_key, dtype=bool) if masked else None
    tensors = [torch.tensor(each) for each in (q, k, v)]
    theirs = F.scaled_dot_product_attention(*tensors, attn_mask=None if may_look is None else torch.tensor(may_look))
    agree(ours.attend(q, k, v, may_look), theirs, kind)
    everything = torch.eye(T_key, dtype=tensors[0].dtype).expand(*leading, T_key, T_key)
    weights = ours.masked_pattern(q, k, may_look) if masked else ours.attention_pattern(q, k)
    mask = None if may_look is None else torch.tensor(may_look)
    agree(weights, F.scaled_dot_product_attention(*tensors[:2], everything, attn_mask=mask), kind)


@pytest.mark.parametrize("kind", KINDS)
def test_effective_tokens_is_the_exponential_of_torchs_entropy(kind):
    weights = ours.softmax(numbers(kind, 2, 6, 9, size=3))
    agree(ours.effective_tokens(weights), torch.distributions.Categorical(torch.tensor(weights)).entropy().exp(), kind)
    weights[..., 4:] = 0  # and with zeros, rows shared out again
    weights /= weights.sum(-1, keepdims=True)
    agree(ours.effective_tokens(weights), torch.special.entr(torch.tensor(weights)).sum(-1).exp(), kind)


@pytest.mark.parametrize("T", [1, 2, 7])
def test_effective_tokens_counts(T):
    np.testing.assert_allclose(ours.effective_tokens(np.full((3, T), 1 / T)), T)
    np.testing.assert_allclose(ours.effective_tokens(np.eye(T)), 1)


# ---- 05: masks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("T", [1, 6])
def test_the_causal_mask_is_torchs_is_causal(kind, T):
    q, k, v = numbers(kind, 2, T, 4), numbers(kind, 2, T, 4, seed=1), numbers(kind, 2, T, 3, seed=2)
    theirs = F.scaled_dot_product_attention(*(torch.tensor(each) for each in (q, k, v)), is_causal=True)
    agree(ours.attend(q, k, v, ours.causal_mask(T)), theirs, kind)
    square = torch.nn.Transformer.generate_square_subsequent_mask(T)  # 0 where one may look, -inf elsewhere
    assert (ours.causal_mask(T) == (square == 0).numpy()).all()


@pytest.mark.parametrize("T", [1, 5, 8])
@pytest.mark.parametrize("window", [1, 2, 5, 20])
def test_the_sliding_window(T, window):
    mask = ours.sliding_window_mask(T, window)
    band = torch.ones(T, T).tril() - torch.ones(T, T).tril(-window)
    assert (mask == band.bool().numpy()).all()
    assert (mask.sum(1) == np.minimum(np.arange(T) + 1, window)).all()


def test_a_window_that_sees_nothing_is_refused():
    with pytest.raises(ValueError, match="window is 0"):
        ours.sliding_window_mask(4, 0)


@pytest.mark.parametrize("position", range(4))
def test_leaks(position):
    x = numbers(np.float64, 5, 3)
    before = x.copy()

    def causal(x):
        return ours.attend(x, x, x, ours.causal_mask(5))

    def open_to_all(x):
        return ours.attend(x, x, x)

    def next_token(x):
        return np.roll(x, -1, axis=0)

    def norm(x):
        return (x - x.mean(-1, keepdims=True)) / x.std(-1, keepdims=True)

    def open_block(x):  # a layer norm takes out whatever is added to all entries of a row
        return x + open_to_all(norm(x))

    def causal_block(x):
        return x + causal(norm(x))

    assert not ours.leaks(causal, x, position)
    assert ours.leaks(open_to_all, x, position)
    assert ours.leaks(next_token, x, position)
    assert ours.leaks(open_block, x, position)
    assert not ours.leaks(causal_block, x, position)
    assert (x == before).all()


# ---- 06: values -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_values_and_the_stream(kind):
    x, weights = numbers(kind, 5, 6), ours.softmax(numbers(kind, 5, 5))
    W_down, W_up = numbers(kind, 6, 2), numbers(kind, 2, 6)
    tensors = [torch.tensor(each) for each in (x, W_down, W_up)]
    low_rank = F.linear(F.linear(tensors[0], tensors[1].T), tensors[2].T)
    agree(ours.low_rank_value(x, W_down, W_up), low_rank, kind)
    full = ours.value_update(x, weights, W_down @ W_up)
    agree(full, torch.tensor(weights) @ low_rank, kind)
    agree(ours.add_to_stream(x, full), torch.add(tensors[0], torch.tensor(full)), kind)
    assert np.linalg.matrix_rank(W_down @ W_up) == 2


def test_only_equal_shapes_are_added():
    with pytest.raises(ValueError, match=r"\(5, 6\).*\(1, 6\)"):
        ours.add_to_stream(np.zeros((5, 6)), np.zeros((1, 6)))


# ---- 07: many heads -------------------------------------------------------------------------------------------------


def heads_of_torch(kind, C, n_head, weights):
    """torch's own multi-head attention with these (C, C) weights in our orientation."""
    theirs = torch.nn.MultiheadAttention(
        C, n_head, bias=False, batch_first=True, dtype=getattr(torch, np.dtype(kind).name)
    )
    W_q, W_k, W_v, W_o = (torch.tensor(weight.T) for weight in weights)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat([W_q, W_k, W_v]))
        theirs.out_proj.weight.copy_(W_o)
    return theirs


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("T", [1, 5])
@pytest.mark.parametrize("n_head", [1, 2, 6])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("size", [1, 100])
def test_multi_head_attention_is_torchs(kind, T, n_head, masked, size):
    C = 12
    x = numbers(kind, T, C, size=size)
    weights = [numbers(kind, C, C, seed=seed, size=C**-0.5) for seed in range(1, 5)]
    may_look = ours.causal_mask(T) if masked else None
    mine = ours.multi_head_attention(x, *weights, n_head, may_look)
    ignore = None if may_look is None else torch.tensor(~may_look)  # there, True means: ignore
    tensor = torch.tensor(x)[None]
    theirs, _ = heads_of_torch(kind, C, n_head, weights)(tensor, tensor, tensor, attn_mask=ignore)
    scale = max(1.0, abs(mine).max())
    agree((mine / scale).astype(kind), theirs[0] / scale, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_batches_of_many_heads(kind):
    x = numbers(kind, 3, 5, 12)
    weights = [numbers(kind, 12, 12, seed=seed) for seed in range(1, 5)]
    mine = ours.multi_head_attention(x, *weights, 4, ours.causal_mask(5))
    for one, alone in zip(mine, x, strict=True):
        np.testing.assert_allclose(
            one, ours.multi_head_attention(alone, *weights, 4, ours.causal_mask(5)), **TOLERANCE[kind]
        )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("leading", [(), (2,)])
def test_split_heads_is_view_and_transpose(kind, leading):
    x = numbers(kind, *leading, 5, 12)
    split = ours.split_heads(x, 3)
    agree(split, torch.tensor(x).unflatten(-1, (3, 4)).transpose(-3, -2), kind)
    np.testing.assert_array_equal(ours.merge_heads(split), x)


def test_uneven_heads_are_refused():
    with pytest.raises(ValueError, match="10 columns can't be dealt out evenly to 3 heads"):
        ours.split_heads(np.zeros((2, 10)), 3)


@pytest.mark.parametrize("kind", KINDS)
def test_cross_attention_is_torchs(kind):
    x, source = numbers(kind, 4, 6), numbers(kind, 7, 6, seed=9)
    weights = [numbers(kind, 6, 6, seed=seed) for seed in range(1, 4)]
    theirs = heads_of_torch(kind, 6, 1, [*weights, np.eye(6, dtype=kind)])
    wanted, _ = theirs(torch.tensor(x)[None], torch.tensor(source)[None], torch.tensor(source)[None])
    agree(ours.cross_attention(x, source, *weights), wanted[0], kind)


# ---- manners --------------------------------------------------------------------------------------------------------


def test_no_function_changes_what_it_is_given():
    x, W = numbers(np.float64, 5, 6), numbers(np.float64, 6, 6)
    q, k = ours.queries_and_keys(x, W, W)
    inputs = {name: each.copy() for name, each in {"x": x, "W": W, "q": q, "k": k}.items()}
    weights = ours.masked_pattern(q, k, ours.causal_mask(5))
    ours.softmax(q)
    ours.scale_scores(q, 6)
    ours.effective_tokens(weights)
    ours.multi_head_attention(x, W, W, W, W, 3, ours.causal_mask(5))
    ours.add_to_stream(x, x)
    ours.cross_attention(x, x, W, W, W)
    for name, now in {"x": x, "W": W, "q": q, "k": k}.items():
        assert (now == inputs[name]).all(), name
