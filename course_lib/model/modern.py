"""What has changed since GPT-2, one small change each: functions that take a fresh GPT and exchange one kind of its parts.

    model = with_rotated_heads(GPT(config))          # one of them
    model = modern_gpt(config)                       # all of them

Each returns the same model, changed. The blocks, the stream and the loop stay what they are. Apply them before the training.
"""

import torch
from torch import nn
from torch.nn import functional as F

from course_lib.attention.torch_attention import causal_attend, causal_attend_by_hand

from .gpt import GPT


def modern_gpt(config):
    """A new GPT with all changes of this module."""
    model = GPT(config)
    for change in CHANGES:
        model = change(model)
    return model


def attend_fast(q, k, v):
    """Causal attention by what is faster: on a GPU the fused kernel; on a processor, for a short text, the two products written out."""
    return causal_attend(q, k, v) if q.is_cuda or q.shape[-2] > 256 else causal_attend_by_hand(q, k, v)


def with_attention(model, attend):
    """Let all heads attend by this function of q, k, v."""
    for block in model.blocks:
        block.attention.attend = attend
    return model


class Rotated(nn.Module):
    """Attention that sees places: queries and keys are turned by an angle that grows with their place, so that only distances count.

    The columns of a head are pairs (a, b), arrows in a plane; each pair turns at its own speed. Su et al. (2021), "RoFormer".
    """

    def __init__(self, attend, head_size, longest=4096, slowest=1000.0):
        super().__init__()
        self.attend = attend
        speeds = slowest ** -(torch.arange(0, head_size, 2) / head_size)
        angles = torch.outer(torch.arange(longest), speeds)  # (T_longest, D_half)
        self.register_buffer("cos", angles.cos(), persistent=False)
        self.register_buffer("sin", angles.sin(), persistent=False)

    def forward(self, q, k, v):
        T_query, T_key = q.shape[-2], k.shape[-2]
        return self.attend(self.turn(q, T_key - T_query, T_key), self.turn(k, 0, T_key), v)

    def turn(self, x, start, end):
        """x (…, T, D), whose first token stands at place `start`."""
        a, b = x.chunk(2, dim=-1)
        cos, sin = self.cos[start:end], self.sin[start:end]
        return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1).to(x.dtype)


class NoPositions(nn.Module):
    """Stands where the table of position vectors was, and adds nothing."""

    def forward(self, places):
        return torch.zeros((), device=places.device)


def with_rotated_heads(model, attend=None):
    """Rotary positions (RoPE) in every head instead of position vectors in the stream."""
    model.positions = NoPositions()
    for block in model.blocks:
        attention = block.attention
        attention.attend = Rotated(attend or attention.attend, model.config.head_size, model.config.context_length)
    return model


def with_rms_norm(model):
    """Norms that only divide a vector by its size: no mean, no gain, no shift. Zhang and Sennrich (2019)."""
    size = model.config.n_embd
    for block in model.blocks:
        block.norm_1, block.norm_2 = (nn.RMSNorm(size, eps=1e-6, elementwise_affine=False) for _ in range(2))
    model.final_norm = nn.RMSNorm(size, eps=1e-6, elementwise_affine=False)
    return model


class SquaredReLU(nn.Module):
    """max(x, 0)², a bend that is cheap and sparse. So et al. (2021), "Primer"."""

    def forward(self, x):
        return F.relu(x).square()


def with_squared_relu(model):
    """ReLU² in every MLP instead of GELU."""
    for block in model.blocks:
        block.mlp.bend = SquaredReLU()
    return model


class LookBack(nn.Module):
    """Each token adds a learned share of the few tokens before it, feature by feature: x (B, T, C) to (B, T, C).

    A causal convolution, one for each feature; it begins as nothing at all. So a head need not spend its pattern on "the token before me".
    """

    def __init__(self, n_embd, reach=3):
        super().__init__()
        self.shares = nn.Parameter(torch.zeros(reach, 1, n_embd))

    def forward(self, x):
        earlier = (
            share.to(x.dtype) * F.pad(x, (0, 0, back, -back))
            for back, share in enumerate(self.shares[: x.shape[1] - 1], 1)
        )
        return x + sum(earlier)


def with_look_back(model, reach=3):
    """A short look back in front of every attention and every MLP. Such a model can't go on from a cache, and says so."""
    for block in model.blocks:
        block.norm_1 = nn.Sequential(block.norm_1, LookBack(model.config.n_embd, reach))
        block.norm_2 = nn.Sequential(block.norm_2, LookBack(model.config.n_embd, reach))
    model.register_forward_pre_hook(_refuse_caches, with_kwargs=True)
    return model


def _refuse_caches(module, inputs, keywords):
    caches = keywords.get("caches") or (inputs[1] if len(inputs) > 1 else None)
    if caches and caches[0].length:
        raise ValueError(
            "a model that looks back needs the last tokens themselves, not only their keys and values: read the whole text each time (cached=False)"
        )


def with_silent_start(model):
    """Every update begins as 0: the untrained model is its embedding alone, and each layer adds only what it has learned."""
    for block in model.blocks:
        for last in (block.attention.project, block.mlp.down):
            nn.init.zeros_(last.weight)
    return model


def with_own_head(model):
    """A table of its own for the predictions, all zeros at first, instead of the embedding's."""
    model.unembed.weight = nn.Parameter(torch.zeros_like(model.tokens.weight))
    return model


def with_fast_attention(model):
    """Attention by what is faster for this device and length."""
    return with_attention(model, attend_fast)


CHANGES = (
    with_fast_attention,
    with_rotated_heads,
    with_rms_norm,
    with_squared_relu,
    with_look_back,
    with_silent_start,
    with_own_head,
)
