"""Looking inside a GPT: who looks at whom in every head, what is in the stream after every layer, and what happens without a head.

L = n_layer layers, B texts, H heads, T tokens, C = n_embd, V tokens in the vocabulary
"""

from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch.nn.functional import cross_entropy

from course_lib.attention.torch_attention import attention_pattern, causal_mask, split_heads


@dataclass(frozen=True)
class Inside:
    """What a model did with its texts: `patterns` (L, B, H, T, T), and `streams` (L + 1, B, T, C) before, between and after its layers."""

    patterns: torch.Tensor
    streams: torch.Tensor


@torch.no_grad()
def look_inside(model, ids):
    """Read texts of ids (B, T) and keep what is usually thrown away, as an Inside."""
    T = ids.shape[-1]
    x = model.tokens(ids) + model.positions(torch.arange(T, device=ids.device))  # (B, T, C)
    patterns, streams = [], [x]
    for block in model.blocks:
        q, k, _ = (
            split_heads(part, block.attention.n_head) for part in block.attention.qkv(block.norm_1(x)).chunk(3, -1)
        )
        patterns.append(attention_pattern(q, k, causal_mask(T, ids.device)))
        x = block(x)
        streams.append(x)
    return Inside(torch.stack(patterns), torch.stack(streams))


def share_at(weights, targets):
    """How much of their attention the queries give to their targets: weights (…, B, H, T, T), targets (B, T, T) bool -> (…, H).

    A query is a row of `targets` with a True in it; its share is summed over its targets, and the mean is taken over all queries.
    """
    targets = targets.to(weights.device)
    shares = (weights * targets[:, None]).sum(-1)  # (…, B, H, T)
    return shares.sum((-3, -1)) / targets.any(-1).sum()


def best_head(scores):
    """The (layer, head) that has the largest of scores (L, H)."""
    return divmod(int(scores.argmax()), scores.shape[-1])


def previous_token_score(weights):
    """How much the heads look at the token just in front: weights (H, T, T) -> (H,), the mean over all tokens but the first."""
    return weights.diagonal(-1, dim1=-2, dim2=-1).mean(-1)


def induction_score(weights, period):
    """How much the heads look at what came next the last time: weights (H, T, T) -> (H,), in a text that repeats itself every `period` tokens.

    The mean over the tokens i from the first repetition on, each looking at i − period + 1. Olsson et al. (2022), "In-context learning and induction heads".
    """
    return weights.diagonal(1 - period, dim1=-2, dim2=-1)[..., 1:].mean(-1)


def ablate_head(merged, h, n_head):
    """The merged heads (B, T, C), as they arrive at W_o, with the columns of head h set to 0; a new tensor."""
    D = merged.shape[-1] // n_head
    ablated = merged.clone()
    ablated[..., h * D : (h + 1) * D] = 0
    return ablated


@contextmanager
def switched_off(model, *heads):
    """Inside this `with`, these heads, given as (layer, head), add nothing to the stream; raises ValueError for a head that is not there."""
    n_layer, n_head = model.config.n_layer, model.config.n_head
    for layer, head in heads:
        if not (0 <= layer < n_layer and 0 <= head < n_head):
            raise ValueError(
                f"there is no head {head} in layer {layer}: {n_layer} layers of {n_head} heads count from 0"
            )
    hooks = [
        model.blocks[layer].attention.project.register_forward_pre_hook(
            lambda _, inputs, head=head: (ablate_head(inputs[0], head, n_head),)
        )
        for layer, head in heads
    ]
    try:
        yield model
    finally:
        for hook in hooks:
            hook.remove()


@torch.no_grad()
def token_losses(model, ids):
    """The loss of each prediction in texts of ids (B, T), in nats: (B, T − 1), the first for the second token."""
    return cross_entropy(model(ids[:, :-1]).transpose(1, 2), ids[:, 1:], reduction="none")


def rise_without_each_head(model, ids, where):
    """How much the mean loss of the predictions at `where` (B, T − 1) bool rises when each head is switched off alone: (L, H)."""
    config = model.config
    before = token_losses(model, ids)[where].mean()
    rises = torch.empty(config.n_layer, config.n_head)
    for layer in range(config.n_layer):
        for head in range(config.n_head):
            with switched_off(model, (layer, head)):
                rises[layer, head] = token_losses(model, ids)[where].mean() - before
    return rises


def logit_lens(streams, final_norm, token_table):
    """What each layer would predict if it were the last: streams (L + 1, T, C), token_table (V, C) -> logits (L + 1, T, V).

    nostalgebraist (2020), "interpreting GPT: the logit lens".
    """
    return final_norm(streams) @ token_table.T
