"""Who takes the step: AdamW for everything, or Muon for the matrices inside the blocks and AdamW for the rest."""

from itertools import groupby

import torch

from .device import multiplies_bfloat16


class Muon(torch.optim.Optimizer):
    """Momentum, and then the nearest orthogonal matrix as the step: every direction of a matrix moves equally far.

    A gradient matrix is dominated by a few directions; a step along it learns those and hardly anything else. Replacing it by U·Vᵀ of its
    singular value decomposition U·S·Vᵀ gives each direction the same size. Only for matrices (R, C) inside the model, not for embeddings or
    gains. A matrix with R = 3·C holds three (W_q, W_k, W_v side by side) and is treated as three. Jordan et al. (2024), "Muon: An optimizer
    for hidden layers in neural networks".
    """

    def __init__(self, matrices, lr=0.03, momentum=0.9, weight_decay=0.0):
        matrices = list(matrices)
        for matrix in matrices:
            if matrix.ndim != 2:
                raise ValueError(
                    f"Muon is for matrices, and one parameter has shape {tuple(matrix.shape)}: give it to AdamW"
                )
        super().__init__(matrices, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        """Change every matrix by its gradient; matrices of one shape are computed together."""
        for group in self.param_groups:
            asked = sorted((p for p in group["params"] if p.grad is not None), key=lambda p: tuple(p.shape))
            for (rows, columns), matrices in groupby(asked, key=lambda p: tuple(p.shape)):
                matrices = list(matrices)
                update = torch.stack(self._with_momentum(matrices, group["momentum"]))  # (N, rows, columns)
                if rows == 3 * columns:
                    update = update.reshape(-1, columns, columns)
                directions = nearest_orthogonal(update) * max(1, update.shape[-2] / update.shape[-1]) ** 0.5
                torch._foreach_mul_(matrices, 1 - group["lr"] * group["weight_decay"])
                torch._foreach_add_(
                    matrices, list(directions.reshape(-1, rows, columns).to(matrices[0].dtype)), alpha=-group["lr"]
                )

    def _with_momentum(self, matrices, momentum):
        """The running mean of the gradients, and this gradient mixed in once more (Nesterov's way)."""
        gradients = [matrix.grad for matrix in matrices]
        means = [self.state[m].setdefault("mean", torch.zeros_like(m)) for m in matrices]
        torch._foreach_lerp_(means, gradients, 1 - momentum)
        return torch._foreach_lerp(gradients, means, momentum)


def nearest_orthogonal(matrices, times=5):
    """About U·Vᵀ for each matrix U·S·Vᵀ of (…, R, C), by five products instead of a decomposition: Newton and Schulz's iteration.

    Each time, every singular value s becomes 3.4445·s − 4.7750·s³ + 2.0315·s⁵, which brings all of them near 1 (0.7 to 1.2: good enough for
    a step, and fast); the numbers are Jordan's.
    """
    x = matrices.bfloat16() if multiplies_bfloat16(matrices.device.type) else matrices.float()
    tall = x.shape[-2] > x.shape[-1]
    x = x.mT if tall else x
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(times):
        square = x @ x.mT
        x = 3.4445 * x + (-4.7750 * square + 2.0315 * square @ square) @ x
    return (x.mT if tall else x).float()


def make_optimisers(model, settings):
    """The list of optimisers that `settings.optimiser` names, "adamw" or "muon"; each group remembers its `peak` learning rate.

    Weight decay pulls matrices and tables towards 0, not gains and biases (Loshchilov and Hutter 2019).
    """
    named = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    for_muon = [p for name, p in named if name.startswith("blocks.") and p.ndim == 2 and settings.optimiser == "muon"]
    rest = [p for _, p in named if all(p is not other for other in for_muon)]
    groups = [
        {"params": [p for p in rest if p.ndim >= 2], "weight_decay": settings.weight_decay},
        {"params": [p for p in rest if p.ndim < 2], "weight_decay": 0.0},
    ]
    groups = [group for group in groups if group["params"]]
    fused = settings.fused and all(p.is_floating_point() and p.device.type in ("cuda", "cpu", "mps") for p in rest)
    adamw = {"lr": settings.learning_rate, "betas": (0.9, settings.beta_2), "fused": fused}
    optimisers = [torch.optim.AdamW(groups, **adamw)] if groups else []
    if for_muon:
        optimisers.append(Muon(for_muon, settings.muon_rate, settings.momentum, settings.weight_decay))
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["peak"] = group["lr"]
    return optimisers


def set_rate(optimisers, share):
    """Set every group's learning rate to this share of its peak."""
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["lr"] = share * group["peak"]
