"""Gradients by hand, in NumPy: from the loss back through the predictions, the softmax and a head, to W_q, W_k and W_v (lesson 10).

`d_weights` is short for "the gradient of the loss by the weights": how much the loss rises if one of them is raised a little, each.
"""

import numpy as np

from .numpy_attention import masked_pattern, softmax


def gradient_check(f, x, eps=1e-5):
    """The gradient of f at x by nudging: every entry of x a little up, then a little down; f takes arrays like x and returns a number."""
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        nudge = np.zeros(x.shape)
        nudge[place] = eps
        gradient[place] = (f(x + nudge) - f(x - nudge)) / (2 * eps)
    return gradient


def mean_surprise(logits, targets):
    """The cross-entropy in nats: the mean of -ln p over all targets (…,), where p is what the softmax of logits (…, V) gives to the target."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))  # (…, V)
    return -np.take_along_axis(log_p, targets[..., None], axis=-1).mean()


def mean_surprise_backward(logits, targets):
    """The gradient of mean_surprise by the logits (…, V): what was predicted, minus what was true, shared by all targets."""
    truth = np.eye(logits.shape[-1])[targets]  # (…, V)
    return (softmax(logits) - truth) / targets.size


def softmax_backward(weights, d_weights):
    """From the gradient of shares (…, T_key) to that of the scores: each share times how far its gradient is from the row's mean."""
    mean = (weights * d_weights).sum(axis=-1, keepdims=True)
    return weights * (d_weights - mean)


def attend_backward(q, k, v, d_out, may_look):
    """The gradients of q, k and v (…, T, D) of a head from that of its output, d_out (…, T_query, D_v)."""
    weights = masked_pattern(q, k, may_look)  # (…, T_query, T_key)
    d_scores = softmax_backward(weights, d_out @ v.swapaxes(-2, -1)) / q.shape[-1] ** 0.5  # (…, T_query, T_key)
    return d_scores @ k, d_scores.swapaxes(-2, -1) @ q, weights.swapaxes(-2, -1) @ d_out


def head_backward(x, W_q, W_k, W_v, d_out, may_look):
    """The gradients of W_q, W_k, W_v (C, D) of a head that reads x (…, T, C), from that of its output; texts in a batch add up."""
    d_qkv = attend_backward(x @ W_q, x @ W_k, x @ W_v, d_out, may_look)
    rows = x.reshape(-1, x.shape[-1])  # (N, C), every token of every text
    return tuple(rows.T @ d.reshape(-1, d.shape[-1]) for d in d_qkv)
