"""The changes since GPT-2: each is what it says, keeps the model causal, and changes nothing that it does not name."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.attention.torch_attention import causal_attend
from course_lib.model import modern
from course_lib.model.generation import generate
from course_lib.model.gpt import GPT, GPTConfig
from course_lib.train.loop import train

CONFIG = GPTConfig(n_layer=2, n_head=2, n_embd=16, context_length=10, vocab_size=13)
IDS = torch.randint(13, (3, 10), generator=torch.Generator().manual_seed(0))


def new_model(*changes, shaken=True):
    torch.manual_seed(0)
    model = GPT(CONFIG)
    for change in changes:
        model = change(model)
    for parameter in model.parameters() if shaken else ():
        parameter.data += 0.3 * torch.randn_like(parameter)
    return model.eval()


def names(changes):
    """Words that are the same in every process (a function's address is not): test runs in parallel compare them."""
    return "+".join(change.__name__ for change in changes)


@pytest.mark.parametrize("changes", [(change,) for change in modern.CHANGES] + [modern.CHANGES], ids=names)
def test_no_change_lets_the_future_leak(changes):
    model = new_model(*changes)
    other = IDS.clone()
    other[:, 6:] = (other[:, 6:] + 1) % 13
    moved = (model(IDS) - model(other)).abs().amax((0, 2))
    assert moved[:6].max() < 1e-6
    assert moved[6:].min() > 1e-3


@pytest.mark.parametrize("changes", [(change,) for change in modern.CHANGES] + [modern.CHANGES], ids=names)
def test_every_parameter_is_trained(changes):
    model = new_model(*changes)
    F.cross_entropy(model(IDS).flatten(0, 1), IDS.roll(-1, 1).flatten()).backward()
    silent = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.abs().max() > 0]
    assert silent == []


def test_fast_attention_gives_the_same_numbers():
    plain, fast = new_model(), new_model(modern.with_fast_attention)
    torch.testing.assert_close(plain(IDS), fast(IDS), rtol=1e-4, atol=1e-4)


def test_turned_pairs_are_complex_numbers_that_turn_and_only_distances_count():
    turned = modern.Rotated(causal_attend, head_size=8, longest=50)
    x = torch.randn(2, 5, 8)
    as_complex = torch.complex(x[..., :4], x[..., 4:])
    speeds = 1000.0 ** (-torch.arange(4) / 4)
    wanted = as_complex * torch.exp(1j * torch.outer(torch.arange(7, 12), speeds))
    torch.testing.assert_close(turned.turn(x, 7, 12), torch.cat([wanted.real, wanted.imag], -1))
    q, k = torch.randn(1, 8), torch.randn(1, 8)
    scores = [turned.turn(q, i, i + 1) @ turned.turn(k, i - 3, i - 2).T for i in (3, 20, 49)]
    torch.testing.assert_close(scores[0], scores[1], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(scores[0], scores[2], rtol=1e-4, atol=1e-4)


def test_word_order_still_counts_without_position_vectors():
    rotated, ids = new_model(modern.with_rotated_heads), torch.tensor([[1, 2, 3, 4], [2, 1, 3, 4]])
    last = rotated(ids)[:, -1]
    assert (last[0] - last[1]).abs().max() > 1e-2
    assert not any("positions" in name for name, _ in rotated.named_parameters())


def test_a_look_back_is_a_causal_convolution():
    look = modern.LookBack(6, reach=3)
    look.shares.data.normal_()
    x = torch.randn(2, 9, 6)
    kernel = torch.cat([look.shares.flip(0), torch.ones(1, 1, 6)]).permute(2, 1, 0)  # (C, 1, 4): the oldest first
    wanted = F.conv1d(F.pad(x.mT, (3, 0)), kernel, groups=6).mT
    torch.testing.assert_close(look(x), wanted, rtol=1e-4, atol=1e-5)
    for length in (1, 2, 3):
        torch.testing.assert_close(look(x[:, :length]), wanted[:, :length], rtol=1e-4, atol=1e-5)


def test_a_look_back_can_not_go_on_from_a_cache_and_writes_without():
    model, ids = new_model(modern.with_look_back), IDS[:1, :4]
    with pytest.raises(ValueError, match="cached=False"):
        generate(model, ids, 3)
    written = generate(model, ids, 3, temperature=0, cached=False)
    assert written[0, -1] == model(written[:, :-1])[0, -1].argmax()


@pytest.mark.parametrize("change", [change for change in modern.CHANGES if change is not modern.with_look_back])
def test_the_others_write_the_same_with_a_cache(change):
    model = new_model(change)
    with_cache, without = (generate(model, IDS[:1, :4], 9, temperature=0, cached=cached) for cached in (True, False))
    assert with_cache.tolist() == without.tolist()


def test_rms_norm_divides_by_the_size_only():
    norm = modern.with_rms_norm(GPT(CONFIG)).blocks[0].norm_1
    x = 5 * torch.randn(3, 16) + 2
    torch.testing.assert_close(norm(x), x / x.square().mean(-1, keepdim=True).sqrt())
    assert list(norm.parameters()) == []


def test_squared_relu():
    assert modern.SquaredReLU()(torch.tensor([-2.0, 0.0, 3.0])).tolist() == [0.0, 0.0, 9.0]


def test_a_silent_start_leaves_the_embedding_alone():
    model = new_model(modern.with_silent_start, shaken=False)
    x = model.tokens(IDS) + model.positions(torch.arange(10))
    torch.testing.assert_close(model(IDS), model.unembed(model.final_norm(x)))


def test_an_own_head_is_another_table_and_all_tokens_begin_equally_likely():
    model = new_model(modern.with_own_head, shaken=False)
    assert model.unembed.weight is not model.tokens.weight
    assert model(IDS).abs().max() == 0
    assert model.count() == GPT(CONFIG).count() + 13 * 16


def test_all_together_learn_what_plain_ones_learn_later():
    """Six times as few steps: a text in which every third token repeats."""
    ids = torch.randint(13, (600, 3), generator=torch.Generator().manual_seed(1))
    ids = torch.cat([ids, ids[:, :1], ids[:, 1:2], ids[:, 2:]], 1).flatten()
    settings = {"steps": 60, "batch_size": 8, "optimiser": "muon", "learning_rate": 1e-2, "precision": torch.float32}
    torch.manual_seed(0)
    losses = [train(m, ids, **settings).losses[-10:] for m in (GPT(CONFIG), modern.modern_gpt(CONFIG))]
    assert sum(losses[1]) < sum(losses[0])


def test_changes_do_not_share_parts_between_models():
    one, other = new_model(*modern.CHANGES), new_model(*modern.CHANGES)
    assert not {id(p) for p in one.parameters()} & {id(p) for p in other.parameters()}
    assert isinstance(one.blocks[0].norm_1, nn.Sequential)
