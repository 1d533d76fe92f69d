"""A GPT, whole, from top to bottom in reading order: settings, attention, MLP, block, model. Radford et al. (2019), "GPT-2".

    B texts, T tokens, C = n_embd model width, H heads of D = C / H, V tokens in the vocabulary

Lessons 01 to 08 build every piece by hand; this is the same, once, in PyTorch. Training is in training.py, writing text in generation.py.
"""

from dataclasses import dataclass

import torch
from torch import nn

from course_lib.attention.torch_attention import causal_attend, merge_heads, split_heads


@dataclass(frozen=True)
class GPTConfig:
    """The five sizes that make a GPT; the defaults are small enough for a laptop."""

    n_layer: int = 4
    n_head: int = 4
    n_embd: int = 128
    context_length: int = 64
    vocab_size: int = 256

    def __post_init__(self):
        for name, size in vars(self).items():
            if size < 1:
                raise ValueError(f"{name} is {size}: it must be 1 or more")
        if self.n_embd % self.n_head:
            raise ValueError(
                f"n_embd is {self.n_embd}, which can't be dealt out evenly to n_head = {self.n_head} heads"
            )

    @property
    def head_size(self):
        """D, how many columns each head compares."""
        return self.n_embd // self.n_head


class CausalSelfAttention(nn.Module):
    """Tokens look at earlier tokens: H heads at once, and the update (B, T, C) that they would add to the stream."""

    def __init__(self, config):
        super().__init__()
        self.n_head = config.n_head
        self.qkv = nn.Linear(config.n_embd, 3 * config.n_embd)  # W_q, W_k and W_v side by side: one product for three
        self.project = nn.Linear(config.n_embd, config.n_embd)  # W_o
        self.attend = causal_attend  # or causal_attend_by_hand: the same numbers

    def forward(self, x, cache=None):
        q, k, v = (split_heads(part, self.n_head) for part in self.qkv(x).chunk(3, dim=-1))  # each (B, H, T, D)
        if cache is not None:
            k, v = cache.extend(k, v)  # the keys and values of earlier tokens, in front of these
        return self.project(merge_heads(self.attend(q, k, v)))


class MLP(nn.Module):
    """Every token by itself: up to 4 · C neurons, a bend, and down again; the update (B, T, C)."""

    def __init__(self, config):
        super().__init__()
        self.up = nn.Linear(config.n_embd, 4 * config.n_embd)
        self.bend = nn.GELU(approximate="tanh")  # as in GPT-2
        self.down = nn.Linear(4 * config.n_embd, config.n_embd)

    def forward(self, x):
        return self.down(self.bend(self.up(x)))


class Block(nn.Module):
    """Attention, then MLP; each reads a normalised copy of the stream and adds its update to the stream itself (pre-norm)."""

    def __init__(self, config):
        super().__init__()
        self.norm_1 = nn.LayerNorm(config.n_embd)
        self.attention = CausalSelfAttention(config)
        self.norm_2 = nn.LayerNorm(config.n_embd)
        self.mlp = MLP(config)

    def forward(self, x, cache=None):
        x = x + self.attention(self.norm_1(x), cache)
        return x + self.mlp(self.norm_2(x))


class GPT(nn.Module):
    """Token ids (B, T) in, logits (B, T, V) out: at every place, a score for each token that may come next."""

    def __init__(self, config, block=Block):
        super().__init__()
        self.config = config
        self.tokens = nn.Embedding(config.vocab_size, config.n_embd)
        self.positions = nn.Embedding(config.context_length, config.n_embd)
        self.blocks = nn.ModuleList(block(config) for _ in range(config.n_layer))
        self.final_norm = nn.LayerNorm(config.n_embd)
        self.unembed = nn.Linear(config.n_embd, config.vocab_size, bias=False)
        self.unembed.weight = self.tokens.weight  # tied: one table reads tokens in and predictions out
        self.apply(start_small)
        for block in self.blocks:  # 2 updates a layer are added up: start them smaller, so that their sum is not larger
            for last in (block.attention.project, block.mlp.down):
                nn.init.normal_(last.weight, std=0.02 / (2 * config.n_layer) ** 0.5)

    def forward(self, ids, caches=None):
        """Logits (B, T, V); with `caches`, one for each layer, `ids` are the tokens behind those that the caches hold."""
        start = caches[0].length if caches else 0
        end = start + ids.shape[-1]
        if end > self.config.context_length:
            raise ValueError(
                f"the text has {end} tokens, and this model looks at {self.config.context_length} (context_length): cut the text"
            )
        x = self.tokens(ids) + self.positions(torch.arange(start, end, device=ids.device))  # (B, T, C)
        for number, block in enumerate(self.blocks):
            x = block(x, caches[number] if caches else None)
        return self.unembed(self.final_norm(x))

    def count(self):
        """The number of parameters; a tied table counts once."""
        return sum(parameter.numel() for parameter in self.parameters())


def start_small(module):
    """GPT-2's start: weights from a normal distribution of width 0.02, biases 0."""
    if isinstance(module, nn.Linear | nn.Embedding):
        nn.init.normal_(module.weight, std=0.02)
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)
