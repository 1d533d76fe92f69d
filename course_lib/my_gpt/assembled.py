"""A GPT out of a learner's own functions: the parameters of model.GPT, under the same names, and every step done by a *piece*.

Each part is gpt.py's, with the same parameters, and a `forward` that calls the pieces.
"""

from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from course_lib.attention.torch_attention import causal_attend
from course_lib.model import GPT, MLP, CausalSelfAttention

from .own_pieces import Pieces


class Norm(nn.LayerNorm):
    """A LayerNorm that calls the piece `layer_norm`."""

    def __init__(self, config, pieces):
        super().__init__(config.n_embd)
        self.pieces = pieces

    def forward(self, x):
        return self.pieces("layer_norm")(x, self.weight, self.bias, self.eps)


class Neurons(MLP):
    """An MLP that calls the piece `mlp`."""

    def __init__(self, config, pieces):
        super().__init__(config)
        self.pieces = pieces

    def forward(self, x):
        return self.pieces("mlp")(x, self.up.weight.T, self.up.bias, self.down.weight.T, self.down.bias)


class Heads(CausalSelfAttention):
    """Causal attention by the learner's multi_head_attention, or step by step by the smaller pieces."""

    def __init__(self, config, pieces):
        super().__init__(config)
        self.pieces, self.attend = pieces, self.look_back

    def forward(self, x, cache=None):
        if cache is None and "multi_head_attention" in self.pieces.mine and not self.is_watched():
            return self.at_once(x)
        split_heads, merge_heads = self.pieces("split_heads"), self.pieces("merge_heads")
        q, k, v = (split_heads(part, self.n_head) for part in self.qkv(x).chunk(3, dim=-1))  # each (B, H, T, D)
        if cache is not None:
            k, v = cache.extend(k, v)
        return self.project(merge_heads(self.attend(q, k, v)))

    def is_watched(self):
        """True if somebody wants to see or change what happens inside: then it goes step by step, by the smaller pieces."""
        hooked = any(m._forward_hooks or m._forward_pre_hooks for m in (self.qkv, self.project))
        return hooked or self.attend != self.look_back

    def look_back(self, q, k, v):
        """Causal attention by the learner's `attend`, or by PyTorch's kernel if nothing in it is the learner's."""
        if not self.pieces.has_any_of("attend", "causal_mask"):
            return causal_attend(q, k, v)
        T_query, T_key = q.shape[-2], k.shape[-2]
        return self.pieces("attend")(q, k, v, self.may_look(T_key, q.device)[T_key - T_query :])

    def may_look(self, T, device):
        """The causal mask (T, T), asked for once and then cut from the largest so far."""
        mask = self.__dict__.get("mask")
        if mask is None or len(mask) < T or mask.device != device:
            mask = self.__dict__["mask"] = self.pieces("causal_mask")(T).to(device)
        return mask[:T, :T]

    def at_once(self, x):
        """The learner's multi_head_attention, which knows no biases: they come in as weights of a column of ones.

        One column is not enough, for C must stay a multiple of H and all weights square: so x gets H more (wide = C + H), the ones and
        H - 1 of zeros, and each head one more, always 0. Then a head's size is D + 1, for which the learner's √ is made up.
        """
        (B, T, C), H = x.shape, self.n_head
        D = C // H
        scale = x.new_tensor([(1 + 1 / D) ** 0.5, 1, 1])
        weights = torch.cat([self.qkv.weight.T, self.qkv.bias[None]]).unflatten(-1, (3, H, D))
        weights = F.pad(weights * scale[:, None, None], (0, 1, 0, 0, 0, 0, 0, H - 1)).flatten(-2)  # (wide, 3, wide)
        W_o = F.pad(self.project.weight.T.unflatten(0, (H, D)), (0, H, 0, 1)).flatten(0, 1)  # (wide, wide)
        x = torch.cat([x, x.new_ones(B, T, 1), x.new_zeros(B, T, H - 1)], dim=-1)
        multi_head_attention, may_look = self.pieces("multi_head_attention"), self.may_look(T, x.device)
        update = multi_head_attention(x, *weights.unbind(1), W_o, H, may_look)  # (B, T, wide)
        return update[..., :C] + self.project.bias


class Layer(nn.Module):
    """A Block, its parameters made in the same order, whose steps are pieces."""

    def __init__(self, config, pieces):
        super().__init__()
        self.pieces = pieces
        self.norm_1 = Norm(config, pieces)
        self.attention = Heads(config, pieces)
        self.norm_2 = Norm(config, pieces)
        self.mlp = Neurons(config, pieces)

    def forward(self, x, cache=None):
        attention = self.attention if cache is None else partial(self.attention, cache=cache)
        return self.pieces("block")(x, self.norm_1, attention, self.norm_2, self.mlp)


class AssembledGPT(GPT):
    """A GPT(config) whose steps are `pieces`; it saves, loads, starts and counts like one. `report` says whose each piece is."""

    report = None

    def __init__(self, config, pieces=None):
        pieces = pieces or Pieces()
        super().__init__(config, block=partial(Layer, pieces=pieces))
        self.pieces, self.final_norm = pieces, Norm(config, pieces)

    def forward(self, ids, caches=None):
        """Logits (B, T, V), as GPT's."""
        start = caches[0].length if caches else 0
        end = start + ids.shape[-1]
        if end > self.config.context_length:
            return super().forward(ids, caches)  # which says that the text is too long
        blocks = [partial(b, cache=caches[i]) if caches else b for i, b in enumerate(self.blocks)]
        places = self.positions.weight[start:end]
        return self.pieces("gpt_logits")(ids, self.tokens.weight, places, blocks, self.final_norm)

    def loss(self, ids):
        """The mean cross-entropy, in nats per token, of predicting every next token of ids (B, T + 1)."""
        inputs, targets = self.pieces("next_token_targets")(ids)
        return self.pieces("cross_entropy")(self(inputs), targets)
