"""One token at a time: what a cache holds, and where a new token stands."""

import numpy as np

from tests.experts import happened


@happened(
    "skyzh/tiny-llm",
    46,
    2025,
    "After the first step the position grew by the length of the prompt a second time.",
    unnoticed="`position += len(tokens)` is right in every step but that one. The text stays fluent, from places that are too far away.",
    names={"prompt_added_to_position"},
)
def generate_with_cache(model, ids, n_tokens):
    ids, cache, T = list(ids), [], model.context_length
    tokens = ids[-T:]
    position, logits = len(tokens), model(tokens, 0, cache)
    for number in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        if number == n_tokens - 1:
            break
        position += len(tokens)  # here
        tokens = ids[-1:]
        if len(ids) > T:
            tokens, cache = ids[-T:], []
            logits = model(tokens, 0, cache)
        else:
            logits = model(tokens, position, cache)
    return ids


@happened(
    "harvard-edge/cs249r_book",
    1953,
    2026,
    "A step with a cache looked only at what was stored before it: the token did not see itself, and the first one saw nobody.",
    unnoticed="The store did what its own test said: a token counts only when the step is over. No test asked what that means for the step itself.",
    names={"no_diagonal"},
)
def causal_mask(T):
    stored = np.arange(T)  # how many tokens are in the store when token i comes
    return np.arange(T) < stored[:, None]  # here


@happened(
    "Dao-AILab/flash-attention",
    2082,
    2025,
    "Where a first block was hidden altogether, the running maximum became 0 instead of −∞, and stayed there when all later scores were below 0.",
    unnoticed="It takes a row without a single positive score. Everywhere else a maximum that begins at 0 does no harm.",
    names={"starts_at_zero"},
)
def online_softmax(scores, block_size):
    highest, total = 0.0, 0.0  # here
    for start in range(0, len(scores), block_size):
        block = scores[start : start + block_size]
        new = max(highest, block.max())
        total = total * np.exp(highest - new) + np.exp(block - new).sum()
        highest = new
    return highest, total


@happened(
    "flashinfer-ai/flashinfer",
    4267,
    2026,
    "The running maximum began at a finite number, −50,000, that was meant as −∞.",
    unnoticed="It is far below every score that one expects. A model with very large numbers in its last layer went below it, and got rows of zeros.",
    names={"starts_at_a_number", "starts_at_zero"},
)
def tiled_attention(q, k, v, block_size):
    highest = np.full((len(q), 1), -5e4)  # here
    total, output = np.zeros((len(q), 1)), np.zeros((len(q), v.shape[1]))
    for start in range(0, len(k), block_size):
        keys = slice(start, start + block_size)
        scores = q @ k[keys].T / np.sqrt(q.shape[1])
        new = np.maximum(highest, scores.max(axis=-1, keepdims=True))
        old, shares = np.exp(highest - new), np.exp(scores - new)
        total = total * old + shares.sum(axis=-1, keepdims=True)
        output, highest = output * old + shares @ v[keys], new
    return output / total
