"""Looking inside a GPT: who looks at whom in every head, what is in the stream after every layer, and what happens without a head.

A model may be on any device; what is measured comes back on the processor.

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
    T, ids = ids.shape[-1], ids.to(model.tokens.weight.device)
    x = model.tokens(ids) + model.positions(torch.arange(T, device=ids.device))  # (B, T, C)
    patterns, streams = [], [x]
    for block in model.blocks:
        q, k, _ = (
            split_heads(part, block.attention.n_head) for part in block.attention.qkv(block.norm_1(x)).chunk(3, -1)
        )
        patterns.append(attention_pattern(q, k, causal_mask(T, ids.device)))
        x = block(x)
        streams.append(x)
    return Inside(torch.stack(patterns).cpu(), torch.stack(streams).cpu())


def share_at(weights, targets):
    """How much of their attention the queries give to their targets: weights (…, B, H, T, T), targets (B, T, T) bool -> (…, H).

    A query is a row of `targets` with a True in it; its share is summed over its targets, and the mean is taken over all queries.
    """
    targets = targets.to(weights.device)
    shares = (weights * targets[:, None]).sum(-1)  # (…, B, H, T)
    return shares.sum((-3, -1)) / targets.any(-1).sum()


def best_head(scores):
    """The (layer, head) that has the largest of scores (L, H)."""
    return best_heads(scores, 1)[0]


def best_heads(scores, n):
    """The n heads, each (layer, head), that have the largest of scores (L, H); the best one first."""
    order = scores.flatten().argsort(descending=True, stable=True)[:n]
    return [divmod(i, scores.shape[-1]) for i in order.tolist()]


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
def switched_off(model, *heads, instead=None):
    """Inside this `with`, these heads, given as (layer, head), add nothing to the stream; raises ValueError for a head that is not there.

    With instead (L, C), as from `mean_outputs`, they add the same everywhere: what their columns of it give.
    """
    n_layer, n_head = model.config.n_layer, model.config.n_head
    for layer, head in heads:
        if not (0 <= layer < n_layer and 0 <= head < n_head):
            raise ValueError(
                f"there is no head {head} in layer {layer}: {n_layer} layers of {n_head} heads count from 0"
            )
    D = model.config.head_size

    def without(layer, head):
        kept = torch.zeros(n_head * D)
        if instead is not None:
            kept[head * D : (head + 1) * D] = instead[layer, head * D : (head + 1) * D]
        return lambda _, inputs: (ablate_head(inputs[0], head, n_head) + kept.to(inputs[0]),)

    hooks = [
        model.blocks[layer].attention.project.register_forward_pre_hook(without(layer, head)) for layer, head in heads
    ]
    try:
        yield model
    finally:
        for hook in hooks:
            hook.remove()


@torch.no_grad()
def mean_outputs(model, ids):
    """What the heads of each layer find on average over all tokens of the texts (B, T), side by side: (L, C)."""
    found = []
    hooks = [
        block.attention.project.register_forward_pre_hook(lambda _, inputs: found.append(inputs[0].mean((0, 1))))
        for block in model.blocks
    ]
    try:
        _logits(model, ids)
    finally:
        for hook in hooks:
            hook.remove()
    return torch.stack(found).cpu()


@torch.no_grad()
def token_losses(model, ids):
    """The loss of each prediction in texts of ids (B, T), in nats: (B, T − 1), the first for the second token."""
    logits = _logits(model, ids[:, :-1])  # (B, T_predicted, V)
    return cross_entropy(logits.transpose(1, 2), ids[:, 1:].to(logits.device), reduction="none")


@torch.no_grad()
def token_leads(model, ids):
    """How far the logit of each token that came stands above the mean of all logits, in texts of ids (B, T): (B, T − 1), as token_losses."""
    logits = _logits(model, ids[:, :-1])  # (B, T_predicted, V)
    return logits.gather(-1, ids[:, 1:, None].to(logits.device))[..., 0] - logits.mean(-1)


def _logits(model, ids):
    return model(ids.to(model.tokens.weight.device)).cpu()


def rise_without_each_head(model, ids, where, instead=None):
    """How much the mean loss of the predictions at `where` (B, T − 1) bool rises when each head is switched off alone: (L, H).

    With instead (L, C) each head adds its columns of that everywhere, as in `switched_off`.
    """
    config = model.config
    before = token_losses(model, ids)[where].mean()
    rises = torch.empty(config.n_layer, config.n_head)
    for layer in range(config.n_layer):
        for head in range(config.n_head):
            with switched_off(model, (layer, head), instead=instead):
                rises[layer, head] = token_losses(model, ids)[where].mean() - before
    return rises


def logit_lens(streams, final_norm, token_table):
    """What each layer would predict if it were the last: streams (L + 1, T, C), token_table (V, C) -> logits (L + 1, T, V).

    nostalgebraist (2020), "interpreting GPT: the logit lens".
    """
    return final_norm(streams) @ token_table.T
