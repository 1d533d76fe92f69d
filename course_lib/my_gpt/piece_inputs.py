"""Small inputs for every piece of a GPT, as a model would give them."""

import torch

from .assembled import REFERENCES

SMALL, SINGLE, LARGER = dict(B=2, H=2, T=5, D=3), dict(B=3, H=1, T=1, D=4), dict(B=8, H=4, T=16, D=8)


def inputs_for(name, B, H, T, D, masked=True):
    """Inputs of a piece as a model would give them, numbers with a point as leaves that collect gradients."""
    dice = torch.Generator().manual_seed(B + T)
    C, V = H * D, 11

    def numbers(*shape):
        return torch.randn(*shape, generator=dice).requires_grad_()

    def ids():
        return torch.randint(V, (B, T), generator=dice)

    def q_or_k():
        return numbers(B, H, T, D)

    mask = REFERENCES["causal_mask"](T)
    makers = dict(
        embed=lambda: (ids(), numbers(V, C), numbers(T + 2, C)),
        attention_scores=lambda: (q_or_k(), q_or_k()),
        softmax=lambda: (_hidden(numbers(B, H, T, T), mask),),
        scale_scores=lambda: (numbers(B, H, T, T), D),
        attention_pattern=lambda: (q_or_k(), q_or_k()),
        causal_mask=lambda: (T,),
        masked_pattern=lambda: (q_or_k(), q_or_k(), mask),
        add_to_stream=lambda: (numbers(B, T, C), numbers(B, T, C)),
        attend=lambda: (q_or_k(), q_or_k(), q_or_k(), mask),
        split_heads=lambda: (numbers(B, T, C), H),
        merge_heads=lambda: (q_or_k(),),
        multi_head_attention=lambda: (numbers(B, T, C), *(numbers(C, C) for _ in range(4)), H, mask),
        layer_norm=lambda: (numbers(B, T, C), numbers(C), numbers(C), 1e-5 if T > 1 else 0.1),
        mlp=lambda: (numbers(B, T, C), numbers(C, 4 * C), numbers(4 * C), numbers(4 * C, C), numbers(C)),
        block=lambda: (numbers(B, T, C), torch.tanh, lambda x: x.cumsum(1), torch.sin, lambda x: x * x),
        gpt_logits=lambda: (
            ids(),
            numbers(V, C),
            numbers(T + 2, C),
            [torch.sin, torch.tanh, torch.cos],
            lambda x: 2 * x,
        ),
        next_token_targets=lambda: (torch.randint(V, (B, T + 1), generator=dice),),
        cross_entropy=lambda: (numbers(B, T, V), ids()),
    )
    return makers[name]()


def _hidden(scores, may_look):
    """Scores as a mask leaves them: -inf where a query may not look."""
    return scores.detach().masked_fill(~may_look, -torch.inf).requires_grad_()
