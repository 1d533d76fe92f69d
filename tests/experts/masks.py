"""Who may look at whom."""

import numpy as np
import torch
from torch.nn import functional as F

from course_lib.attention import attention_scores, scale_scores
from course_lib.attention import softmax as shared_out  # an answer below is called softmax, too
from tests.experts import happened


@happened(
    "huggingface/transformers",
    38094,
    2025,
    "A mask of 0 and −∞ was turned into True and False: 0 became False, so what may be looked at was hidden.",
    unnoticed="`bool(-inf)` is True, and that never fails. The path had been tried a lot, with good results.",
    names={"inverted", "inverted_by_hand"},
)
def masked_pattern(q, k, may_look):
    added = np.where(may_look, 0.0, -np.inf)
    may = added.astype(bool)  # here
    scores = scale_scores(attention_scores(q, k), q.shape[-1])
    return shared_out(np.where(may, scores, -np.inf))


@happened(
    "rasbt/LLMs-from-scratch",
    1061,
    2026,
    "A mask that was True for what is hidden went to a function for which True means *may look*.",
    unnoticed="Two functions of one library take opposite masks. Shapes and types fit, and a model that sees the future trains without an error, even better.",
    names={"mask_inverted"},
)
def attend(q, k, v, may_look=None):
    q, k, v = (torch.as_tensor(np.asarray(table, dtype=float)) for table in (q, k, v))
    hidden = None if may_look is None else ~torch.as_tensor(np.asarray(may_look, dtype=bool))
    return F.scaled_dot_product_attention(q, k, v, attn_mask=hidden)  # here


@happened(
    "harvard-edge/cs249r_book",
    1785,
    2026,
    "A mask made for adding, 0 and −∞, was handed to code that asks for yes or no.",
    unnoticed="The block's test looked at shapes, and no shape says which of the two it is. Both are called “the causal mask”.",
    names={"minus_infinity"},
)
def causal_mask(T):
    return np.triu(np.full((T, T), -np.inf), k=1)  # here


@happened(
    "pytorch/pytorch",
    108108,
    2023,
    "The triangle of a causal mask began at the upper left even where there were more keys than queries: a single new query saw only the oldest key.",
    unnoticed="As long as there are as many queries as keys, upper left and lower right are the same triangle. Only a step with a cache tells them apart.",
    names={"only_causal", "causal_on_top"},
)
def attend(q, k, v, may_look=None):
    q, k, v = (torch.as_tensor(np.asarray(table, dtype=float)) for table in (q, k, v))
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)  # here


@happened(
    "hyunwoongko/transformer",
    10,
    2022,
    "Hidden scores were set to a number close to 0 instead of −∞, and exp(0) is 1.",
    unnoticed="The sign and the name of the constant looked like “minus something”. Every row still sums to 1, and the loss still falls.",
    names={"zero_before"},
)
def masked_pattern(q, k, may_look):
    scores = scale_scores(attention_scores(q, k), q.shape[-1])
    return shared_out(np.where(may_look, scores, -1e-12))  # here


@happened(
    "georg-wolflein/good-features",
    1,
    2023,
    "Scores were multiplied by the mask before the softmax, so what was hidden had the score 0 and still got a share.",
    unnoticed="Multiplying by 0 erases things, everywhere but in front of an exp. The published results were safe: with one item at a time nothing is masked.",
    names={"zero_before_softmax"},
)
def attend(q, k, v, may_look=None):
    scores = q @ k.T / np.sqrt(q.shape[-1])
    if may_look is not None:
        scores = scores * may_look  # here
    return shared_out(scores) @ v


@happened(
    "lucidrains/memory-compressed-attention",
    2,
    2022,
    "The mask came after the softmax, so the future had its share of the 1 before it was removed.",
    unnoticed="A picture of the pattern looks right: the upper triangle is empty. Only the sums of the rows show it.",
    names={"zero_after"},
)
def masked_pattern(q, k, may_look):
    weights = shared_out(scale_scores(attention_scores(q, k), q.shape[-1]))
    return np.where(may_look, weights, 0.0)  # here


@happened(
    "nerminnuraydogan/vision-transformer",
    1,
    2025,
    "The softmax ran over the queries instead of the keys.",
    unnoticed="The table is square, and every number is between 0 and 1 either way. Only the direction of the sums differs.",
    names={"columns", "columns_by_transposes"},
)
def masked_pattern(q, k, may_look):
    scores = np.where(may_look, scale_scores(attention_scores(q, k), q.shape[-1]), -np.inf)
    return torch.as_tensor(scores).softmax(dim=0)  # here


@happened(
    "PetrochukM/PyTorch-NLP",
    2,
    2018,
    "The softmax ran along the first axis, over texts and queries instead of keys.",
    unnoticed="With several texts the weights are shares like any others. With a single one they are all 1, and that is how it was found.",
    names={"columns"},
)
def softmax(scores):
    exps = np.exp(scores - scores.max(axis=0))  # here
    return exps / exps.sum(axis=0)  # here


@happened(
    "mistralai/mistral-inference",
    60,
    2023,
    "While the prompt was read, a token saw `window` earlier tokens and itself; in the later steps it saw `window` − 1 and itself.",
    unnoticed="Each of the two is a sensible window. One has to put both formulas side by side, or count.",
    names={"one_too_many"},
)
def sliding_window_mask(T, window):
    mask = np.tri(T)
    return np.triu(mask, k=-window) > 0  # here
