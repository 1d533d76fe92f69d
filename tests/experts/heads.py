"""Splitting into heads, and merging."""

import numpy as np

from course_lib.attention import attend
from tests.experts import happened


@happened(
    "jsbaan/transformer-from-scratch",
    6,
    2026,
    "The heads were merged by a reshape alone, while the axis of heads still stood in front of the tokens.",
    unnoticed="It was tested on copying, and that is so easy that a model with room to spare learns to unscramble its tokens. That is the author's own guess.",
    names={"no_transpose"},
)
def merge_heads(x):
    B, H, T, D = x.shape
    return x.reshape(B, T, H * D)  # here


@happened(
    "reczoo/FuxiCTR",
    30,
    2022,
    "The heads were split by `view` alone, to (B, H, T, D) at once.",
    unnoticed="The lines came from an article that was taken on trust. `view` never complains, and with one head they are right.",
    names={"no_transpose"},
)
def split_heads(x, n_head):
    B, T, C = x.shape
    return x.reshape(B, n_head, -1, C // n_head)  # here


@happened(
    "gazelle93/Transformer-Various-Positional-Encoding",
    1,
    2022,
    "Before merging, the axes of batch and heads were exchanged instead of heads and tokens.",
    unnoticed="With a batch of one and one head nothing shows, and a reshape afterwards makes every shape fit.",
    names={"mixed_with_batch"},
)
def merge_heads(x):
    B, H, T, D = x.shape
    return np.transpose(x, (1, 0, 2, 3)).reshape(B, T, H * D)  # here


@happened(
    "MarcoMeter/episodic-transformer-memory-ppo",
    22,
    2024,
    "x was split into heads first and projected afterwards, so a head saw only its own columns of x.",
    unnoticed="The result has the right shape, and all of it is differentiable. It is simply a smaller model than the one that was meant.",
    names={"x_split_too"},
)
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    B, T, C = x.shape
    D = C // n_head
    texts = []
    for text in x:
        heads = []
        for h in range(n_head):
            mine = slice(h * D, (h + 1) * D)
            part = text[:, mine]  # here
            heads.append(attend(part @ W_q[mine, mine], part @ W_k[mine, mine], part @ W_v[mine, mine], may_look))
        texts.append(np.concatenate(heads, axis=-1) @ W_o)
    return np.stack(texts)
