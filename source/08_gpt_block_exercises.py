# %% [markdown]
# # Exercises 08: the GPT block
#
# Four functions, and with them you have every piece of a GPT. Inputs are **tensors** now. NumPy is still welcome: an answer may be a tensor, an array or a
# list. `hint(layer_norm)` helps in three steps, `draw(layer_norm)` draws your result beside the right one.

# %%
import torch
from torch.nn import functional as F

from course_lib.check import check, draw, hint, progress, replay

# %% [markdown]
# ## 1. Layer norm
#
# `x` has shape (…, C): one text (T, C), or several (B, T, C). Bring each vector to mean 0 and variance 1:
#
# $$\frac{x - \text{mean}}{\sqrt{\text{variance} + \varepsilon}} \cdot \text{gain} + \text{shift}$$
#
# `gain` and `shift` have shape (C,). A vector of equal numbers becomes `shift`.
#
# Do it by hand, with `mean`. (`F.layer_norm` passes as well, and teaches less.) Mind the trap of the lesson: which `var` divides by C?


# %%
def layer_norm(x, gain, shift, eps=1e-5):
    ### BEGIN SOLUTION
    centred = x - x.mean(-1, keepdim=True)
    variance = centred.pow(2).mean(-1, keepdim=True)
    return centred / (variance + eps).sqrt() * gain + shift
    ### END SOLUTION


# %%
check(layer_norm)

# %% [markdown]
# ## 2. The MLP
#
# `x` has shape (…, C), `W_up` (C, 4 · C), `b_up` (4 · C,), `W_down` (4 · C, C), `b_down` (C,). Up, bend by GELU, and down: return the update (…, C). It is not added to `x` here.
#
# `F.gelu` is the exact GELU, `F.gelu(…, approximate="tanh")` is GPT-2's. Both are right.


# %%
def mlp(x, W_up, b_up, W_down, b_down):
    ### BEGIN SOLUTION
    neurons = F.gelu(x @ W_up + b_up)
    return neurons @ W_down + b_down
    ### END SOLUTION


# %%
check(mlp)

# %% [markdown]
# ## 3. A neuron that says AND
#
# `first` and `second`, shape (C,), are two directions: `x @ first` is 1 for a vector that has the first property, and 0 for one that does not. Return how
# strongly one neuron fires for each vector of `x` (…, C): shape (…,).
#
# Its weights are `first + second`, and ReLU comes at the end. You choose the bias: it must fire with 1 for a vector that has both properties, and with exactly
# 0 for one that has a single one.


# %%
def and_neuron(x, first, second):
    ### BEGIN SOLUTION
    return torch.relu(x @ (first + second) - 1)
    ### END SOLUTION


# %%
check(and_neuron)

# %% [markdown]
# ## 4. The block
#
# `x` is the stream (…, T, C). The other four are **functions**, and each takes a stream and returns a tensor of the same shape. Write the block of
# the lesson, pre-norm: first attention with `norm_1`, then the MLP with `norm_2`.
#
# Try it first with functions that you can follow in your head: which number does the block make of 2, if both norms halve, attention adds 1, and the MLP takes times 10?
# (2 + 2 = 4, and 4 + 20 = 24.)


# %%
def block(x, norm_1, attention, norm_2, mlp):
    ### BEGIN SOLUTION
    x = x + attention(norm_1(x))
    return x + mlp(norm_2(x))
    ### END SOLUTION


# %%
check(block)

# %% [markdown]
# ## Your block, out of your own pieces
#
# Copy these lines into a new cell. A block of a real GPT, with your norm and your MLP; attention is lent by `course_lib`. The last number should be 0:
#
# ```python
# from course_lib.model import Block, GPTConfig
#
# theirs = Block(GPTConfig(n_layer=1, n_head=2, n_embd=16))
# x, up, down = torch.randn(2, 5, 16), theirs.mlp.up, theirs.mlp.down
# norm_1 = lambda v: layer_norm(v, theirs.norm_1.weight, theirs.norm_1.bias)
# norm_2 = lambda v: layer_norm(v, theirs.norm_2.weight, theirs.norm_2.bias)
# think = lambda v: mlp(v, up.weight.T, up.bias, down.weight.T, down.bias)
# mine = block(x, norm_1, theirs.attention, norm_2, think)
# (mine - theirs(x)).abs().max().item()
# ```
#
# ## How far are you?

# %%
progress("08")  # this lesson; progress() shows the whole course
