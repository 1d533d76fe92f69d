"""The GPT of model/gpt.py: the same numbers as the NumPy pieces of lessons 01 to 07, by both ways of attending, and no look ahead."""

import numpy as np
import pytest
import torch

from course_lib.attention import numpy_attention
from course_lib.attention import torch_attention as ta
from course_lib.attention.numpy_attention import causal_mask, multi_head_attention
from course_lib.model.gpt import GPT, GPTConfig
from course_lib.text.tokens import embed

CONFIG = GPTConfig(n_layer=3, n_head=2, n_embd=12, context_length=9, vocab_size=17)


def a_model(config=CONFIG, seed=3):
    """A model in float64 whose weights are large enough to show every mistake."""
    torch.manual_seed(seed)
    model = GPT(config).double()
    for parameter in model.parameters():
        parameter.data = parameter.data + 0.3 * torch.randn_like(parameter)
    return model.eval()


def numbers(parameter):
    return parameter.detach().numpy()


def normed(x, norm):
    centred = x - x.mean(-1, keepdims=True)
    return centred / np.sqrt((centred**2).mean(-1, keepdims=True) + norm.eps) * numbers(norm.weight) + numbers(
        norm.bias
    )


def in_numpy(model, ids):
    """The same model out of the lessons' NumPy functions (biases are joined on as one more column)."""
    x = embed(ids, numbers(model.tokens.weight), numbers(model.positions.weight))
    ones = np.ones((len(ids), 1))
    for block in model.blocks:
        seen = normed(x, block.norm_1)
        qkv = seen @ numbers(block.attention.qkv.weight).T + numbers(block.attention.qkv.bias)
        q, k, v = (numpy_attention.split_heads(part, model.config.n_head) for part in np.split(qkv, 3, axis=-1))
        found = numpy_attention.merge_heads(numpy_attention.attend(q, k, v, causal_mask(len(ids))))
        x = x + found @ numbers(block.attention.project.weight).T + numbers(block.attention.project.bias)
        hidden = normed(x, block.norm_2) @ numbers(block.mlp.up.weight).T + numbers(block.mlp.up.bias) * ones
        bent = 0.5 * hidden * (1 + np.tanh(np.sqrt(2 / np.pi) * (hidden + 0.044715 * hidden**3)))
        x = x + bent @ numbers(block.mlp.down.weight).T + numbers(block.mlp.down.bias)
    return normed(x, model.final_norm) @ numbers(model.tokens.weight).T


@pytest.mark.parametrize("T", [1, 5, 9])
def test_the_numpy_pieces_give_the_same_logits(T):
    model = a_model()
    ids = np.random.default_rng(T).integers(17, size=T)
    ours = model(torch.tensor(ids)[None])[0].detach().numpy()
    np.testing.assert_allclose(ours, in_numpy(model, ids), atol=1e-10)


def test_one_head_block_is_multi_head_attention_of_lesson_07():
    model = a_model()
    attention = model.blocks[0].attention
    attention.qkv.bias.data.zero_()
    attention.project.bias.data.zero_()
    x = torch.randn(2, 5, 12, dtype=torch.float64)
    W_q, W_k, W_v = (numbers(part).T for part in attention.qkv.weight.chunk(3))
    theirs = multi_head_attention(x.numpy(), W_q, W_k, W_v, numbers(attention.project.weight).T, 2, causal_mask(5))
    np.testing.assert_allclose(attention(x).detach().numpy(), theirs, atol=1e-12)


def test_by_hand_and_fused_are_the_same():
    model, ids = a_model(), torch.randint(17, (2, 9), generator=torch.Generator().manual_seed(1))
    fused = model(ids)
    for block in model.blocks:
        block.attention.attend = ta.causal_attend_by_hand
    torch.testing.assert_close(model(ids), fused, atol=1e-10, rtol=0)


@pytest.mark.parametrize("T_query", [1, 3, 6])
@pytest.mark.parametrize("size", [1.0, 1e4])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_both_ways_also_behind_a_cache(T_query, size, dtype):
    torch.manual_seed(0)
    q, k, v = (size * torch.randn(2, 3, 6, 4, dtype=dtype) for _ in range(3))
    tolerance = {torch.float32: 1e-5, torch.float64: 1e-12}[dtype] * size
    whole = numpy_attention.attend(q.numpy(), k.numpy(), v.numpy(), causal_mask(6))[..., -T_query:, :]
    for attend in (ta.causal_attend, ta.causal_attend_by_hand):
        torch.testing.assert_close(attend(q[..., -T_query:, :], k, v).numpy(), whole, atol=tolerance, rtol=1e-5)


def test_it_never_looks_ahead():
    model = a_model()
    ids = torch.arange(8)[None]
    changed = ids.clone()
    changed[:, 5:] = 16
    assert torch.equal(model(ids)[:, :5], model(changed)[:, :5])
    assert not torch.allclose(model(ids)[:, 5:], model(changed)[:, 5:])


def test_the_table_is_tied_and_counts_once():
    model = GPT(CONFIG)
    assert model.unembed.weight is model.tokens.weight
    C, V, T, layer = 12, 17, 9, 12 * 12**2 + 13 * 12
    assert model.count() == V * C + T * C + 3 * layer + 2 * C


def test_the_stream_starts_at_the_same_size_at_any_depth():
    torch.manual_seed(0)
    sizes = [GPT(GPTConfig(n_layer=depth, n_embd=64))(torch.randint(256, (4, 64))).std().item() for depth in (1, 8)]
    assert 0.7 < sizes[0] / sizes[1] < 1.4


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        (dict(n_embd=10, n_head=3), "n_embd is 10"),
        (dict(n_layer=0), "n_layer is 0"),
        (dict(vocab_size=-1), "vocab_size"),
    ],
)
def test_impossible_sizes_are_refused(sizes, said):
    with pytest.raises(ValueError, match=said):
        GPTConfig(**sizes)


def test_a_text_that_is_too_long_is_refused():
    with pytest.raises(ValueError, match=r"10 tokens, and this model looks at 9"):
        GPT(CONFIG)(torch.zeros(1, 10, dtype=torch.long))
