"""Muon against PyTorch's own and against the decomposition that it stands for; who gets which optimiser."""

import pytest
import torch

from course_lib.model.gpt import GPT, GPTConfig
from course_lib.train.loop import Settings
from course_lib.train.optimisers import Muon, make_optimisers, nearest_orthogonal, set_rate

SMALL = GPTConfig(n_layer=2, n_head=2, n_embd=16, context_length=8, vocab_size=11)


def matrix(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("shape", [(24, 24), (16, 40), (40, 16), (3, 20, 12)])
def test_the_direction_is_near_the_orthogonal_matrix_of_the_decomposition(shape):
    given = matrix(1, *shape)
    u, _, vh = torch.linalg.svd(given, full_matrices=False)
    mine = nearest_orthogonal(given)
    sizes = torch.linalg.svdvals(mine)
    assert mine.shape == given.shape
    assert 0.6 < sizes.min() < sizes.max() < 1.25
    cosine = (mine * (u @ vh)).sum((-2, -1)) / mine.norm(dim=(-2, -1)) / (u @ vh).norm(dim=(-2, -1))
    assert (cosine > 0.97).all()


@pytest.mark.parametrize("weight_decay", [0.0, 2.0])
def test_several_steps_are_those_of_pytorchs_muon(weight_decay):
    shapes = [(20, 12), (12, 20), (20, 12), (16, 16)]
    mine, theirs = ([torch.nn.Parameter(matrix(i, *shape)) for i, shape in enumerate(shapes)] for _ in range(2))
    ours = Muon(mine, lr=0.02, momentum=0.9, weight_decay=weight_decay)
    oracle = torch.optim.Muon(theirs, lr=0.02, momentum=0.9, weight_decay=weight_decay)
    for step in range(4):
        for i, (one, other) in enumerate(zip(mine, theirs, strict=True)):
            one.grad = matrix(100 + 10 * step + i, *one.shape)
            other.grad = one.grad.clone()
        ours.step()
        oracle.step()
    for i, (one, other) in enumerate(zip(mine, theirs, strict=True)):
        moved = (other - matrix(i, *other.shape)).norm()
        assert (one - other).norm() < 0.05 * moved  # both round to bfloat16, in another order


def test_three_matrices_in_one_are_treated_as_three():
    together = torch.nn.Parameter(torch.zeros(36, 12))
    apart = [torch.nn.Parameter(torch.zeros(12, 12)) for _ in range(3)]
    together.grad = torch.cat([matrix(i, 12, 12) * 10**i for i in range(3)])
    for i, part in enumerate(apart):
        part.grad = together.grad[12 * i : 12 * (i + 1)].clone()
    Muon([together], lr=1.0).step()
    Muon(apart, lr=1.0).step()
    assert torch.allclose(together.detach(), torch.cat([part.detach() for part in apart]), atol=2e-2)


def test_muon_refuses_what_is_no_matrix():
    with pytest.raises(ValueError, match="Muon is for matrices"):
        Muon([torch.nn.Parameter(torch.zeros(3))])


def test_every_parameter_has_exactly_one_optimiser_and_tables_never_muon():
    model = GPT(SMALL)
    adamw, muon = make_optimisers(model, Settings(optimiser="muon", weight_decay=0.1))
    groups = [group for optimiser in (adamw, muon) for group in optimiser.param_groups]
    owned = [id(p) for group in groups for p in group["params"]]
    assert sorted(owned) == sorted(id(p) for p in model.parameters())
    by_muon = {id(p) for p in muon.param_groups[0]["params"]}
    assert {name for name, p in model.named_parameters() if id(p) in by_muon} == {
        f"blocks.{layer}.{part}.weight"
        for layer in range(2)
        for part in ("attention.qkv", "attention.project", "mlp.up", "mlp.down")
    }
    decayed = {group["weight_decay"]: group["params"] for group in adamw.param_groups}
    assert all(p.ndim == 2 for p in decayed[0.1])
    assert all(p.ndim == 1 for p in decayed[0.0])


def test_the_schedule_moves_every_group_from_its_own_peak():
    optimisers = make_optimisers(GPT(SMALL), Settings(optimiser="muon", learning_rate=0.01, muon_rate=0.04))
    for share in (0.5, 0.25):
        set_rate(optimisers, share)
        assert {group["lr"] for o in optimisers for group in o.param_groups} == {0.01 * share, 0.04 * share}
