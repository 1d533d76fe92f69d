# %% [markdown]
# # Exercises 11: train your GPT
#
# Four functions that every training loop has: the next batch, the learning rate, the loss on text that was held back, and gradients that are not too
# long. `hint(get_batch)` helps in three steps, `draw(get_batch)` puts your result beside the right one.

# %%
import torch
from torch.nn import functional as F

from course_lib.check import check, draw, hint, progress, replay

# %% [markdown]
# ## 1. The next batch
#
# `ids` is a long text, shape (N,). `starts` holds B places in it, shape (B,): there a window of `length` = T tokens begins. Return two tables of shape (B, T): `x`, the windows, and `y`, for each of
# their tokens the one that comes next **in the text**.
#
# With `ids = [7, 2, 5, 9, 1, …]`, one start 1 and length 3, x is `[[2, 5, 9]]` and y is `[[5, 9, 1]]`. There is always a token after a window.
#
# A loop over the starts is right. One index for all windows at once is faster.


# %%
def get_batch(ids, starts, length):
    ### BEGIN SOLUTION
    windows = ids[starts[:, None] + torch.arange(length + 1)]  # (B, T_plus_1)
    return windows[:, :-1], windows[:, 1:]
    ### END SOLUTION


# %%
check(get_batch)

# %% [markdown]
# ## 2. The learning rate
#
# Return the learning rate of step number `step`. Steps are counted from 0.
#
# - **Warm-up**, while step < warm_up: it rises evenly. Step 0 has `peak / warm_up`, step `warm_up − 1` has `peak`.
# - **Down**, from step `warm_up` on: in a straight line from `peak` at step `warm_up` to `last` at step `steps`.
# - **After the end** it stays at `last`.
#
# With steps = 100, peak = 0.5, warm_up = 10, last = 0.1: step 0 has 0.05, steps 9 and 10 have 0.5, step 55 has 0.3, step 130 has 0.1. `warm_up` may be 0, and it is smaller than `steps`.


# %%
def learning_rate_at(step, steps, peak, warm_up, last=0.0):
    ### BEGIN SOLUTION
    if step < warm_up:
        return peak * (step + 1) / warm_up
    done = min((step - warm_up) / (steps - warm_up), 1)
    return peak + (last - peak) * done
    ### END SOLUTION


# %%
check(learning_rate_at)

# %% [markdown]
# ## 3. The loss on held-back text
#
# `batches` is a list of pairs `(x, y)`, each of shape (B, T); B and T may differ from pair to pair. `model(x)` gives logits (B, T, V). Return the mean loss (cross-entropy, natural logarithm) over **all tokens of all pairs**: every token counts the same.
#
# Measuring must not change anything:
# - the model is in evaluation mode meanwhile (`model.eval()`: parts such as dropout, which throw values away at random while training, are switched off), and afterwards in the mode that it had before (`model.training` is True or False),
# - PyTorch does not remember the steps for a backward pass.


# %%
def estimate_loss(model, batches):
    ### BEGIN SOLUTION
    was_training = model.training
    model.eval()
    total = n = 0
    with torch.no_grad():
        for x, y in batches:
            total += F.cross_entropy(model(x).flatten(0, 1), y.flatten(), reduction="sum").item()
            n += y.numel()
    model.train(was_training)
    return total / n
    ### END SOLUTION


# %%
check(estimate_loss)

# %% [markdown]
# ## 4. Gradients that are not too long
#
# `parameters` is a list of tensors. Each has its gradient in `.grad`, or `None` there: skip the tensors without one. Think of all gradients as **one** long vector. If it is longer than `largest`, multiply every gradient by the same factor, so that it is `largest` long: its
# direction stays. If it is not longer, leave everything as it is.
#
# Change the gradients where they are, and return how long the vector was **before**.
#
# Gradients `[2, −1]` and `[2]`: length √(4 + 1 + 4) = 3. With `largest` = 1.5 they become `[1, −0.5]` and `[1]`, and 3 is returned. (PyTorch has this as `nn.utils.clip_grad_norm_`. Write it once yourself.)


# %%
def clip_gradients(parameters, largest):
    ### BEGIN SOLUTION
    gradients = [p.grad for p in parameters if p.grad is not None]
    length = torch.stack([g.norm() for g in gradients]).norm()
    if length > largest:
        for gradient in gradients:
            gradient *= largest / length
    return length
    ### END SOLUTION


# %%
check(clip_gradients)

# %% [markdown]
# ## Done
#
# With lesson 10's `train_step` you have now written every piece of a training loop. The next lesson lets the trained model write.

# %%
progress("11")  # this lesson; progress() shows the whole course
