# %% [markdown]
# # Exercises 12: generate
#
# Four functions: a pick, two cuts, and the loop that writes. `hint(sample)` helps in three steps, `draw(top_k)` draws your result beside the right one.

# %%
import numpy as np

from course_lib.attention import softmax
from course_lib.check import check, draw, hint, progress, replay
from course_lib.model import ToyModel

# %% [markdown]
# ## 1. Pick a token
#
# `logits` has shape (V,). Divide by `temperature`, take the softmax, lay the shares side by side in the order of the ids, and return the id on whose stretch `u` falls, a number from 0 up to 1. Where two stretches meet, the right one begins.
#
# `temperature` 0 means: the id of the highest logit, whatever `u` is.
#
# With logits `[0, 2, 1, -1]`, temperature 0.5 and u = 0.9 the answer is 2: the shares are about 0.02, 0.86, 0.12 and 0.00.


# %%
def sample(logits, temperature, u):
    ### BEGIN SOLUTION
    if temperature == 0:
        return int(logits.argmax())
    ends = np.cumsum(softmax(logits / temperature))
    return int((ends > u).argmax())
    ### END SOLUTION


# %%
check(sample)

# %% [markdown]
# ## 2. Keep the k best
#
# Return probabilities, shape (V,): the softmax among the `k` highest logits, and 0 for all others. If `k` is larger than V, all stay.
#
# `[2, -1, 3, 0.5]` with k = 2 gives about `[0.27, 0, 0.73, 0]`.


# %%
def top_k(logits, k):
    ### BEGIN SOLUTION
    lowest = np.sort(logits)[-min(k, len(logits))]
    return softmax(np.where(logits >= lowest, logits, -np.inf))
    ### END SOLUTION


# %%
check(top_k)

# %% [markdown]
# ## 3. Keep what reaches p
#
# Go through the tokens from the most probable one on, and keep them until their probabilities add up to `p` or more. The one that carries the sum across `p` stays. At least one token always
# stays, also for p = 0.
#
# Return probabilities, shape (V,): the softmax among those that stay, at their own places, and 0 for all others. The logits `np.log([0.15, 0.5, 0.05, 0.3])` with p = 0.7
# give `[0, 0.625, 0, 0.375]`.


# %%
def top_p(logits, p):
    ### BEGIN SOLUTION
    probabilities = softmax(logits)
    order = (-probabilities).argsort()
    before = np.cumsum(probabilities[order]) - probabilities[order]
    stays = before < p
    stays[0] = True
    kept = np.full(len(logits), -np.inf)
    kept[order[stays]] = logits[order[stays]]
    return softmax(kept)
    ### END SOLUTION


# %%
check(top_p)

# %% [markdown]
# ## 4. Write with a cache
#
# The model here is a toy with a memory, so that the loop can be seen. `model(new_ids, start, cache)` reads new ids, the first of them at position `start`, adds what it has to remember to the list `cache`, and returns a row of
# logits for each. It has `model.context_length` positions, from 0 on.
#
# Return the list `ids` with `n_tokens` more, each the one with the highest logit. Read no token twice while the text fits the window. When it no longer fits, begin anew for each new token: an
# empty cache, and the last `context_length` ids from position 0 on. Leave `ids` as it was.

# %% [markdown]
# With 4 positions and the ids `[5, 2]`, where `x`, `y` and `z` are what is picked, the calls are
#
# ```python
# model([5, 2], 0, cache)
# model([x], 2, cache)
# model([y], 3, cache)
# model([2, x, y, z], 0, [])  # it no longer fits
# ```


# %%
def generate_with_cache(model, ids, n_tokens):
    ### BEGIN SOLUTION
    ids, cache, window = list(ids), [], model.context_length
    logits = model(ids[-window:], 0, cache)
    for _ in range(n_tokens):
        ids.append(int(logits[-1].argmax()))
        if len(ids) <= window:
            logits = model(ids[-1:], len(ids) - 1, cache)
        else:
            cache = []
            logits = model(ids[-window:], 0, cache)
    return ids
    ### END SOLUTION


# %%
check(generate_with_cache)

# %% [markdown]
# ## Your functions, on a real model
#
# Copy this into a new cell. What does the creature say at other temperatures, and with your `top_p` instead?
#
# ```python
# import torch
#
# from course_lib.text import FluffyCorpus
# from course_lib.model import fluffy_model
#
# model, words = fluffy_model(), list(FluffyCorpus().vocabulary)
# text = "a fluffy blue creature roamed the verdant forest . the creature was"
# ids, rng, temperature = [words.index(word) for word in text.split()], np.random.default_rng(0), 2.0
# for _ in range(30):
#     logits = model(torch.tensor([ids]))[0, -1].detach().numpy()
#     kept = top_k(logits / temperature, 10)  # first the heat, then the cut
#     with np.errstate(divide="ignore"):  # the log of 0 is −∞: what is cut stays cut
#         ids.append(sample(np.log(kept), 1.0, rng.random()))
# " ".join(words[i] for i in ids)
# ```
#
# ## How far are you?

# %%
progress("12")  # this lesson; progress() shows the whole course
