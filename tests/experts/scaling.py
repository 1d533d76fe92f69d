"""What scores are divided by."""

import numpy as np

from course_lib.attention import attend as one_head
from course_lib.attention import softmax
from tests.experts import happened


def _split(x, n_head):
    B, T, C = x.shape
    return x.reshape(B, T, n_head, C // n_head).swapaxes(1, 2)


def _merge(x):
    B, H, T, D = x.shape
    return x.swapaxes(1, 2).reshape(B, T, H * D)


def _hide(scores, may_look):
    return scores if may_look is None else np.where(may_look, scores, -np.inf)


@happened(
    "Graylab/DL4Proteins-notebooks",
    12,
    2026,
    "Scores were multiplied by C**-0.5, the width of the model, where the size of a head is meant.",
    unnoticed="With one head the two are the same. With more, the scores are only too small by a constant, and training makes up for much of that.",
    names={"by_model_width"},
)
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    C = x.shape[-1]
    q, k, v = (_split(x @ W, n_head) for W in (W_q, W_k, W_v))
    scores = q @ k.swapaxes(-2, -1) * C**-0.5  # here
    return _merge(softmax(_hide(scores, may_look)) @ v) @ W_o


@happened(
    "aladdinpersson/Machine-Learning-Collection",
    65,
    2021,
    "Each head's scores were divided by the root of `embed_size`.",
    unnoticed="The formula says √d, and the d at hand is the whole width. No shape depends on it.",
    names={"by_model_width"},
)
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    B, T, width = x.shape
    q, k, v = ((x @ W).reshape(B, T, n_head, -1) for W in (W_q, W_k, W_v))
    scores = np.einsum("bihd,bjhd->bhij", q, k)
    weights = softmax(_hide(scores, may_look) / np.sqrt(width))  # here
    return np.einsum("bhij,bjhd->bihd", weights, v).reshape(B, T, width) @ W_o


@happened(
    "karpathy/ng-video-lecture",
    6,
    2023,
    "A head divided its scores by the root of the number of channels that come in.",
    unnoticed="`B, T, C = x.shape` is the first line of every such function, so C is at hand, and D is not. Very many had watched it being typed.",
    names={"by_model_width"},
)
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    B, T, C = x.shape
    heads = []
    for h in range(n_head):
        mine = slice(h * C // n_head, (h + 1) * C // n_head)
        q, k, v = x @ W_q[:, mine], x @ W_k[:, mine], x @ W_v[:, mine]
        scores = q @ k.swapaxes(1, 2) * C**-0.5  # here
        heads.append(softmax(_hide(scores, may_look)) @ v)
    return np.concatenate(heads, axis=-1) @ W_o


@happened(
    "coreylowman/dfdx",
    171,
    2022,
    "The same in Rust, where even types count the columns: the scores were divided by the root of the width, not of a head.",
    unnoticed="A type can hold that two sizes fit together. It can't hold which of two sizes is meant.",
    names={"by_model_width"},
)
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    q, k, v = (_split(x @ W, n_head) for W in (W_q, W_k, W_v))
    k = k / W_k.shape[1] ** 0.5  # here
    return _merge(softmax(_hide(np.matmul(q, k.swapaxes(2, 3)), may_look)) @ v) @ W_o


@happened(
    "tenstorrent/tt-metal",
    56789,
    2026,
    "The scale was 1/√(number of heads).",
    unnoticed="The example still chose the right caption, only with a wrong margin. The comment beside the line said what was meant.",
    names={"by_number_of_heads"},
)
def multi_head_attention(x, W_q, W_k, W_v, W_o, n_head, may_look=None):
    scale = 1 / np.sqrt(n_head)  # here
    q, k, v = (_split(x @ W, n_head) for W in (W_q, W_k, W_v))
    return _merge(softmax(_hide(q @ k.swapaxes(2, 3) * scale, may_look)) @ v) @ W_o


@happened(
    "esceptico/perceiver-io",
    9,
    2021,
    "Scores were divided by a `scale` that was d**-0.5 already, so in the end they were multiplied by √d.",
    unnoticed="Each of the two lines is right by itself. Together they divide by a fraction.",
    names={"multiplied_by_root"},
)
def attend(q, k, v, may_look=None):
    scale = q.shape[-1] ** -0.5
    scores = q @ k.T / scale  # here
    return softmax(_hide(scores, may_look)) @ v


@happened(
    "mlc-ai/mlc-llm",
    3426,
    2026,
    "The usual way scaled the scores, and the way taken where that one does not apply did not.",
    unnoticed="Models that write took another way, with a scale from elsewhere. Only encoders got here, and their vectors still looked like vectors.",
    names={"no_scale_with_a_mask"},
)
def attend(q, k, v, may_look=None):
    if may_look is None:
        return one_head(q, k, v)
    scores = np.where(may_look, q @ k.T, -np.inf)  # here
    return softmax(scores) @ v
