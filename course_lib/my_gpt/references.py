"""What stands in for a piece that the learner does not have: functions of tensors, each in a few lines of smaller pieces.

The smaller pieces that a reference is made of are its arguments after the star, under their own names: the learner's can be put in
their places, and without them the reference is whole. What the course has elsewhere, pieces.py takes from there.
"""

import torch
from torch.nn import functional as F

from course_lib.attention import add_to_stream, scale_scores  # plain arithmetic: the same for arrays and tensors
from course_lib.attention.torch_attention import attention_scores, merge_heads, split_heads


def embed(ids, token_table, position_table):
    """The vectors (B, T, C) of ids (B, T): what each token is, plus where it stands."""
    ids = torch.as_tensor(ids, device=token_table.device)  # (…, T)
    return F.embedding(ids, token_table) + position_table[: ids.shape[-1]]


def softmax(scores):
    """Each row of scores (…, T) as shares that add up to 1."""
    return torch.softmax(scores, dim=-1)


def attention_pattern(q, k, *, attention_scores=attention_scores, scale_scores=scale_scores, softmax=softmax):
    """Who looks at whom: weights (…, T_query, T_key) of q and k (…, T, D)."""
    return softmax(scale_scores(attention_scores(q, k), q.shape[-1]))


def masked_pattern(q, k, may_look, *, attention_scores=attention_scores, scale_scores=scale_scores, softmax=softmax):
    """The same where each query looks only at what `may_look` (T_query, T_key) allows."""
    scores = scale_scores(attention_scores(q, k), q.shape[-1])  # (…, T_query, T_key)
    return softmax(scores.masked_fill(~may_look, -torch.inf))


def attend(q, k, v, may_look=None, *, attention_pattern=attention_pattern, masked_pattern=masked_pattern):
    """Each query's weighted sum (…, T_query, D) of the values v."""
    return (attention_pattern(q, k) if may_look is None else masked_pattern(q, k, may_look)) @ v


def multi_head_attention(
    x, W_q, W_k, W_v, W_o, n_head, may_look=None, *, split_heads=split_heads, attend=attend, merge_heads=merge_heads
):
    """n_head heads over x (B, T, C), merged and projected: the update (B, T, C)."""
    q, k, v = (split_heads(x @ W, n_head) for W in (W_q, W_k, W_v))
    return merge_heads(attend(q, k, v, may_look)) @ W_o


def layer_norm(x, gain, shift, eps=1e-5):
    """Each row of x (…, C) with mean 0 and variance 1, then stretched by gain (C,) and moved by shift (C,)."""
    return F.layer_norm(x, x.shape[-1:], gain, shift, eps)


def mlp_with_exact_gelu(x, W_up, b_up, W_down, b_down):
    """As good an answer to `mlp` as GPT-2's approximation."""
    return F.gelu(x @ W_up + b_up) @ W_down + b_down


def block(x, norm_1, attention, norm_2, mlp, *, add_to_stream=add_to_stream):
    """Attention, then MLP, each reading a normalised copy of the stream x (B, T, C) and adding to the stream itself."""
    x = add_to_stream(x, attention(norm_1(x)))
    return add_to_stream(x, mlp(norm_2(x)))


def gpt_logits(ids, token_table, position_table, blocks, final_norm, *, embed=embed):
    """Logits (B, T, V) of ids (B, T): embed, all blocks, a last norm, and the token table once more."""
    x = embed(ids, token_table, position_table)
    for block in blocks:
        x = block(x)
    return F.linear(final_norm(x), token_table)
