"""Picks have the right frequencies, cuts keep what they say, and a cache changes nothing but the work."""

import numpy as np
import pytest
import torch

from course_lib.model.generation import Reader, generate, new_caches, pick, sample, shares, top_k, top_p
from course_lib.model.gpt import GPT, GPTConfig

LOGITS = torch.tensor([1.0, -0.5, 2.0, 0.3, 2.0, -3.0], dtype=torch.float64)
MANY = 20_000
CHI_SQUARE_5 = 20.5  # five degrees of freedom; exceeded once in 1,000 runs, and the seeds are fixed


def chi_square(ids, expected):
    """Pearson's statistic of drawn ids against probabilities; infinite if an impossible one was drawn."""
    counts = np.bincount(ids, minlength=len(expected))
    possible = expected > 0
    assert not counts[~possible].any()
    wanted = len(ids) * expected[possible]
    return float(((counts[possible] - wanted) ** 2 / wanted).sum())


def many(seed):
    return torch.rand(MANY, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("temperature", [0.3, 1.0, 2.5])
def test_samples_have_the_softmaxs_frequencies(temperature):
    ids = sample(LOGITS.expand(MANY, 6), temperature, many(1)).numpy()
    wanted = torch.softmax(LOGITS / temperature, 0).numpy()
    assert chi_square(ids, wanted) < CHI_SQUARE_5
    assert chi_square(ids, torch.softmax(LOGITS * temperature * 1.2, 0).numpy()) > 100  # it could fail


@pytest.mark.parametrize(
    ("cut", "kept"), [(dict(k=3), [0, 2, 4]), (dict(p=0.7), [2, 4]), (dict(k=4, p=0.9), [0, 2, 4])]
)
def test_generated_tokens_have_the_frequencies_of_what_was_kept(cut, kept):
    class Fixed(GPT):
        def forward(self, ids, caches=None):
            return LOGITS.float().expand(*ids.shape, 6)

    model = Fixed(GPTConfig(n_layer=1, n_head=1, n_embd=2, vocab_size=6))
    start = torch.zeros(MANY, 1, dtype=torch.long)
    ids = generate(model, start, 1, generator=torch.Generator().manual_seed(4), **cut)[:, 1]
    wanted = torch.softmax(LOGITS, 0).numpy() * np.isin(np.arange(6), kept)
    assert chi_square(ids.numpy(), wanted / wanted.sum()) < CHI_SQUARE_5


# ---- the edges: each is defined ------------------------------------------------------------------------------------


def test_temperature_zero_takes_the_first_of_the_highest():
    assert shares(LOGITS, 0).tolist() == [0, 0, 1, 0, 0, 0]
    assert {int(sample(LOGITS, 0, u)) for u in (0, 0.5, 1 - 2**-53)} == {2}
    with pytest.raises(ValueError, match="temperature is -1"):
        shares(LOGITS, -1)


def test_a_tiny_temperature_and_large_logits_stay_finite():
    assert torch.isfinite(shares(1e4 * LOGITS, 1e-3)).all()


def test_every_u_picks_somebody_who_has_a_share():
    probabilities = torch.tensor([0.0, 0.1, 0.0, 0.2, 0.7, 0.0], dtype=torch.float64)
    assert pick(probabilities, 0.0) == 1  # not the first id, which has nothing
    assert pick(probabilities, 0.1) == 3  # a stretch begins where the one before ends
    assert pick(probabilities, 1 - 2**-53) == 4
    assert pick(probabilities.float() * 0.999, torch.tensor(1 - 2**-53, dtype=torch.float64)) == 4


def test_top_k_keeps_exactly_k():
    for k in range(1, 7):
        assert int((top_k(LOGITS, k) > 0).sum()) == k
    assert top_k(LOGITS, 1).tolist() == [0, 0, 1, 0, 0, 0]  # of equals the first
    assert torch.equal(top_k(LOGITS, 60), shares(LOGITS))
    with pytest.raises(ValueError, match="k is 0"):
        top_k(LOGITS, 0)


def test_top_p_keeps_the_fewest_that_reach_p():
    full = shares(LOGITS)
    for p in np.linspace(0.01, 0.99, 40):
        kept = top_p(LOGITS, p) > 0
        assert full[kept].sum() >= p
        assert full[kept].sum() - full[kept].min() < p  # without its least probable one it would not reach p
        assert full[kept].min() >= full[~kept].max() if (~kept).any() else True
    assert top_p(LOGITS, 0).tolist() == [0, 0, 1, 0, 0, 0]
    assert torch.equal(top_p(LOGITS, 1), full)
    with pytest.raises(ValueError, match=r"p is 1\.5"):
        top_p(LOGITS, 1.5)


def test_several_rows_at_once_are_each_by_itself():
    rows = torch.stack([LOGITS, -LOGITS, LOGITS.flip(0)])
    for cut, value in ((top_k, 2), (top_p, 0.8)):
        torch.testing.assert_close(cut(rows, value), torch.stack([cut(row, value) for row in rows]))


def test_one_token_in_the_vocabulary():
    model = GPT(GPTConfig(n_layer=1, n_head=1, n_embd=4, vocab_size=1, context_length=3))
    assert generate(model, [[0]], 5, k=3, p=0.5).tolist() == [[0] * 6]


@pytest.mark.parametrize("empty", [[[]], torch.zeros(2, 0, dtype=torch.long), [3]])
def test_an_empty_or_flat_text_is_refused(empty):
    with pytest.raises(ValueError, match="at least one token each"):
        generate(GPT(GPTConfig(n_layer=1)), empty, 3)


# ---- the cache -----------------------------------------------------------------------------------------------------


def a_model(n_head=2, n_embd=12, n_layer=3, context_length=9):
    torch.manual_seed(n_head)
    config = GPTConfig(n_layer=n_layer, n_head=n_head, n_embd=n_embd, context_length=context_length, vocab_size=17)
    model = GPT(config)
    for parameter in model.parameters():
        parameter.data = parameter.data + 0.2 * torch.randn_like(parameter)
    return model.eval()


@pytest.mark.parametrize(("n_head", "n_embd"), [(1, 5), (2, 12), (4, 8), (8, 8)])
@pytest.mark.parametrize("pieces", [[1] * 9, [4, 1, 1, 3], [9], [2, 7], [1, 5, 3]])
@torch.no_grad()
def test_logits_with_a_cache_are_those_of_the_full_pass(n_head, n_embd, pieces):
    model = a_model(n_head, n_embd)
    ids = torch.randint(17, (3, 9), generator=torch.Generator().manual_seed(1))
    caches = new_caches(model)
    parts = [model(part, caches) for part in ids.split(pieces, dim=1)]
    torch.testing.assert_close(torch.cat(parts, dim=1), model(ids), atol=1e-5, rtol=0)
    assert [cache.length for cache in caches] == [9] * 3


@pytest.mark.parametrize("drop", [1, 4, 8])
@torch.no_grad()
def test_a_sliding_window_is_a_full_pass_over_that_window(drop):
    model = a_model()
    ids = torch.randint(17, (2, 40), generator=torch.Generator().manual_seed(2))
    reader = Reader(model, drop=drop)
    for T in range(3, 41):
        window = ids[:, reader.first : T] if T - reader.first <= 9 else ids[:, reader.first + drop : T]
        torch.testing.assert_close(reader.logits(ids[:, :T]), model(window)[:, -1], atol=1e-5, rtol=0)
        assert T - reader.first <= 9
        assert T < 9 or T - reader.first > 9 - drop
    assert drop > 1 or torch.equal(window, ids[:, -9:])


@pytest.mark.parametrize("length", [1, 8, 9, 10, 30])
def test_cached_or_not_the_text_is_the_same(length):
    model = a_model()
    start = torch.randint(17, (2, length), generator=torch.Generator().manual_seed(length))
    texts = [
        generate(model, start, 20, 0.8, generator=torch.Generator().manual_seed(5), cached=way) for way in (True, False)
    ]
    assert torch.equal(*texts)
    assert texts[0].shape == (2, length + 20)
    assert torch.equal(texts[0][:, :length], start)


def test_a_cache_reads_each_token_once():
    model, ids = a_model(context_length=64), torch.zeros(1, 10, dtype=torch.long)
    read = {}
    for cached in (True, False):
        reader = Reader(model, cached)
        for T in range(10, 41):
            reader.logits(ids.expand(1, 10).repeat(1, 5)[:, :T])
        read[cached] = reader.tokens_read
    assert read == {True: 40, False: sum(range(10, 41))}


def test_generating_leaves_the_models_mode_alone():
    model = a_model().train()
    generate(model, [[1]], 1)
    assert model.training
