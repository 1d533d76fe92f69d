"""The pieces of a GPT block as plain functions of tensors, as lesson 08 builds them; gpt.py has the same as modules with weights."""

from torch.nn import functional as F


def layer_norm(x, gain, shift, eps=1e-5):
    """Every vector of x (…, C) moved to mean 0 and stretched to variance 1, then times gain (C,) plus shift (C,) (Ba et al. 2016)."""
    mean = x.mean(-1, keepdim=True)  # (…, 1)
    variance = ((x - mean) ** 2).mean(-1, keepdim=True)  # (…, 1)
    return (x - mean) / (variance + eps).sqrt() * gain + shift


def mlp(x, W_up, b_up, W_down, b_down):
    """Each vector of x (…, C) by itself: up to 4 · C neurons, GELU as in GPT-2, and down again: the update (…, C)."""
    neurons = F.gelu(x @ W_up + b_up, approximate="tanh")
    return neurons @ W_down + b_down


def and_neuron(x, first, second):
    """A neuron that is 1 where a vector of x (…, C) has both properties, and 0 where it has one: (…,); directions first, second (C,)."""
    return (x @ (first + second) - 1).relu()


def block(x, norm_1, attention, norm_2, mlp):
    """One pre-norm block: two updates are added to the stream x (…, T, C), each read from a normalised copy; the four are functions."""
    x = x + attention(norm_1(x))
    return x + mlp(norm_2(x))
