# %% [markdown]
# # Exercises 15: scaling out
#
# Four functions: how several processes agree on a gradient, how one layer is dealt out to several devices, and what a large model takes before the first GPU is
# rented. `hint(average_gradients)` helps in three steps, `draw(average_gradients)` shows your result beside the right one.

# %%
import numpy as np

from course_lib.check import check, draw, hint, progress, replay

# %% [markdown]
# ## 1. One gradient out of many
#
# Every process has read its own part of a batch. `gradients` is a list with an entry for each process: its gradients, a list of arrays, one for each parameter. Each of them
# is the *mean* over the examples that this process has read, and `n_examples` says how many those were (for an idle one, 0).
#
# Return the gradients of the whole batch: a list of arrays, one for each parameter.
#
# Two processes, one parameter: `average_gradients([[np.array([2.0])], [np.array([6.0])]], [3, 1])` is `[array([3.])]`.


# %%
def average_gradients(gradients, n_examples):
    ### BEGIN SOLUTION
    total = sum(n_examples)
    return [sum(n / total * g for n, g in zip(n_examples, parts)) for parts in zip(*gradients)]
    ### END SOLUTION


# %%
check(average_gradients)

# %% [markdown]
# ## 2. Deal out the heads
#
# All four matrices have shape (C, C), as in lesson 7. `n_device` devices share the `n_head` heads: each holds equally many neighbouring ones, device 0 the first.
#
# Return what device number `rank` holds: its parts of `W_q`, `W_k`, `W_v` and `W_o`, in this order. With C = 4, 2 heads and 2 devices, device 1 holds columns 2 and 3 of
# `W_q`, for example. What of `W_o` does it need, so that the updates of all devices *add up* to the update of the layer?
#
# If the heads can't be dealt out evenly, raise a `ValueError`.


# %%
def shard_heads(W_q, W_k, W_v, W_o, n_head, rank, n_device):
    ### BEGIN SOLUTION
    if n_head % n_device:
        raise ValueError(f"{n_head} heads can't be dealt out evenly to {n_device} devices")
    wide = W_q.shape[1] // n_device
    mine = slice(rank * wide, (rank + 1) * wide)
    return W_q[:, mine], W_k[:, mine], W_v[:, mine], W_o[mine]
    ### END SOLUTION


# %%
check(shard_heads)

# %% [markdown]
# ## 3. How much work?
#
# Return the FLOPs (multiplications and additions) of a whole training: `n_parameters` parameters, `n_tokens` tokens, each read once. Count only what grows with the parameters: the table
# of attention is left out.
#
# With `recompute=True` the values of the way forward are not kept: the way forward is done a second time, just before the way back needs them.
#
# For 10 parameters and 100 tokens the answers are 6,000 and 8,000.


# %%
def training_flops(n_parameters, n_tokens, recompute=False):
    ### BEGIN SOLUTION
    return (8 if recompute else 6) * n_parameters * n_tokens
    ### END SOLUTION


# %%
check(training_flops)

# %% [markdown]
# ## 4. How much memory?
#
# Return three numbers: the **bytes** for weights, for gradients and for the optimiser, on *each* of `n_device` devices. Weights and gradients have 16 bits. The
# optimiser is Adam: it keeps a copy of the weights and its two means, all in 32 bits.
#
# `stage` says what is shared out evenly, rather than held by everybody:
#
# - 0: nothing
# - 1: what the optimiser keeps
# - 2: the gradients as well
# - 3: the weights as well
#
# For 100 parameters on 5 devices, stage 1 gives `(200, 200, 240)`. Activations are not counted.


# %%
def memory_budget(n_parameters, n_device=1, stage=0):
    ### BEGIN SOLUTION
    weights, gradients, optimiser = 2 * n_parameters, 2 * n_parameters, (4 + 4 + 4) * n_parameters
    return (
        weights / n_device if stage >= 3 else weights,
        gradients / n_device if stage >= 2 else gradients,
        optimiser / n_device if stage >= 1 else optimiser,
    )
    ### END SOLUTION


# %%
check(memory_budget)

# %% [markdown]
# ## Plan a training
#
# Copy these lines into a new cell. How many parameters can *your* GPU, or a rented one of 80 GB, train by itself? And how long would it take, at a hundred
# million million (10¹⁴) FLOPs a second, with 20 tokens for each parameter?
#
# ```python
# n_parameters = 1e9
# print(sum(memory_budget(n_parameters)) / 1e9, "GB")
# print(training_flops(n_parameters, 20 * n_parameters) / 1e14 / 86_400, "days")
# ```
#
# ## How far are you?

# %%
progress("15")  # this lesson; progress() shows the whole course
