# %% [markdown]
# # Exercises 10: how it learns
#
# Four functions: what a model should say, how wrong it is, which way is down, and the step. With them you can train everything that you have
# built. `hint(cross_entropy)` helps in three steps, `draw(cross_entropy)` puts your result beside the right one.

# %%
import numpy as np
import torch
from torch.nn import functional as F

from course_lib.check import check, draw, hint, progress, replay

# %% [markdown]
# ## 1. What should it say?
#
# `ids` holds B texts of T tokens, shape (B, T). Return two tables: `inputs`, what the model reads, and `targets`, what it should say at each place: the token that
# comes next.
#
# One text, `[[5, 2, 7, 1]]`: after 5 comes 2, after 2 comes 7, after 7 comes 1. What comes after 1, nobody knows. So the inputs are `[[5, 2, 7]]` and the
# targets `[[2, 7, 1]]`.


# %%
def next_token_targets(ids):
    ### BEGIN SOLUTION
    return ids[:, :-1], ids[:, 1:]
    ### END SOLUTION


# %%
check(next_token_targets)

# %% [markdown]
# ## 2. How wrong is it?
#
# `logits` has shape (B, T, V), `targets` (B, T). At each place, softmax turns the V logits into probabilities, and the surprise is −ln of the target's. Return the mean surprise of
# all places: one number.
#
# If all V logits of a place are equal, its surprise is ln V.
#
# Two traps. A logit of 10,000 or of −10,000 must not end in NaN or infinity. And `F.cross_entropy` wants its axes in an order of its own: `help(F.cross_entropy)`. You may use it, or write it
# yourself.


# %%
def cross_entropy(logits, targets):
    ### BEGIN SOLUTION
    log_p = logits.log_softmax(dim=-1)  # (B, T, V)
    return -log_p.gather(-1, targets.unsqueeze(-1)).mean()
    ### END SOLUTION


# %%
check(cross_entropy)

# %% [markdown]
# ## 3. Which way is down?
#
# `f` takes an array shaped like `x` and returns one number. Return the gradient of `f` at `x`, in the shape of `x`, by nudging: for each entry, how much does `f`
# change from `eps` below to `eps` above, divided by the length of that way?
#
# With `f(x) = x[0] ** 2` and x = [3.0], and whatever `eps`, it is [6.0].
#
# Nothing but calls of `f` is needed. Leave `x` as it was. This is NumPy.


# %%
def gradient_check(f, x, eps=1e-5):
    ### BEGIN SOLUTION
    gradient = np.zeros(x.shape)
    for place in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[place] += eps
        down[place] -= eps
        gradient[place] = (f(up) - f(down)) / (2 * eps)
    return gradient
    ### END SOLUTION


# %%
check(gradient_check)

# %% [markdown]
# ## 4. One step
#
# `model(inputs)` gives logits (B, T, V); `optimiser` is one of PyTorch's, for all weights of this model. Do one step of training on this batch: clear the gradients, predict, measure the loss (your
# `cross_entropy`), let it flow back, step. Return the loss that the step was made from, as a number or a tensor.
#
# The check calls your function twice in a row, and then looks at the weights.


# %%
def train_step(model, optimiser, inputs, targets):
    ### BEGIN SOLUTION
    optimiser.zero_grad()
    loss = cross_entropy(model(inputs), targets)
    loss.backward()
    optimiser.step()
    return loss.item()
    ### END SOLUTION


# %%
check(train_step)

# %% [markdown]
# ## Your step trains a GPT
#
# Copy these lines into a new cell. The loss should fall from 3.6 to about 1.2 in a few seconds. Which line of the lesson's picture is that?
#
# ```python
# from course_lib.text import FluffyCorpus
# from course_lib.model import GPT, GPTConfig
#
# corpus = FluffyCorpus(words_per_kind=6, third_noun=0)
# rows = torch.tensor(corpus.rows(n=2000, length=25))  # (texts, T)
# gpt = GPT(GPTConfig(2, 4, 48, 24, len(corpus.vocabulary)))
# adam = torch.optim.AdamW(gpt.parameters(), lr=7e-3)
# for batch in rows.split(32):
#     loss = train_step(gpt, adam, *next_token_targets(batch))
# loss
# ```
#
# ## How far are you?

# %%
progress("10")  # this lesson; progress() shows the whole course
