# %% [markdown]
# # Exercises 14: looking inside
#
# Four functions: two that give heads a score, one that switches a head off, one that reads a prediction out of the middle of a model. Inputs are
# torch tensors. `hint(ablate_head)` helps in three steps, `draw(ablate_head)` draws your result beside the right one.

# %%
import torch

from course_lib.check import check, draw, hint, progress, replay

# %% [markdown]
# ## 1. Who looks at the token in front?
#
# `weights` has shape (H, T, T): the patterns of H heads on one text; a row is a query. For each head, return the mean weight that a token gives to the token **just in front of it**: shape (H,).
#
# The first token has nobody in front of it, so the mean is over the other T − 1 tokens. A head whose rows are `[1, 0, 0]`, `[0.75, 0.25, 0]`, `[0.5, 0.4, 0.1]` has the score (0.75 + 0.4) / 2.


# %%
def previous_token_score(weights):
    ### BEGIN SOLUTION
    return weights.diagonal(-1, dim1=-2, dim2=-1).mean(-1)
    ### END SOLUTION


# %%
check(previous_token_score)

# %% [markdown]
# ## 2. Who looks at what came next the last time?
#
# A text repeats itself every `period` tokens, such as `a b c a b c a` with period 3. An induction head at a repeated token looks at the token that
# came **after** it the last time: the second `a`, token 3, looks at the first `b`, token 1.
#
# For each head of `weights` (H, T, T), return the mean of that weight over all repeated tokens, those from number `period` to the end: shape (H,). For the `a b c a b c a` above these are
# the weights of token 3 on 1, 4 on 2, 5 on 3, and 6 on 4.


# %%
def induction_score(weights, period):
    ### BEGIN SOLUTION
    i = torch.arange(period, weights.shape[-1])
    return weights[:, i, i - period + 1].mean(-1)
    ### END SOLUTION


# %%
check(induction_score)

# %% [markdown]
# ## 3. Switch a head off
#
# `merged` has shape (B, T, C): what the heads found, side by side, just before `W_o`. Each of the `n_head` heads has D = C / `n_head` neighbouring columns (lesson 7).
# Return the same with the columns of head `h` set to 0, so that this head adds nothing. Heads are counted from 0. Leave the input as it is.
#
# With 3 heads, head 1 off: `[[[1, 2, 3, 4, 5, 6]]]` becomes `[[[1, 2, 0, 0, 5, 6]]]`.


# %%
def ablate_head(merged, h, n_head):
    ### BEGIN SOLUTION
    D = merged.shape[-1] // n_head
    ablated = merged.clone()
    ablated[..., h * D : (h + 1) * D] = 0
    return ablated
    ### END SOLUTION


# %%
check(ablate_head)

# %% [markdown]
# ## 4. What would each layer predict?
#
# `streams` has shape (L + 1, T, C): the residual stream of one text, before the first layer, between the layers, and after the last one. `final_norm` is the
# model's last layer norm, a function of (…, C). `token_table` has shape (V, C): a row for each token of the vocabulary.
#
# Do with **every** stream what the model does with the last one: norm, then a score for each token. Return these logits, shape (L + 1, T, V).


# %%
def logit_lens(streams, final_norm, token_table):
    ### BEGIN SOLUTION
    return final_norm(streams) @ token_table.T
    ### END SOLUTION


# %%
check(logit_lens)

# %% [markdown]
# ## Your lens on a trained model
#
# Copy these lines into a new cell. What does each layer make of `was`?
#
# ```python
# from course_lib.text import FluffyCorpus
# from course_lib.model import fluffy_model
# from course_lib.inside import look_inside
# from course_lib.text import decode, encode
#
# model, vocabulary = fluffy_model(), FluffyCorpus().vocabulary
# text = "a fluffy creature roamed the verdant forest . the creature was"
# streams = look_inside(model, torch.tensor([encode(text.split(), vocabulary)])).streams[:, 0]
# decode(logit_lens(streams, model.final_norm, model.tokens.weight)[:, -1].argmax(-1).tolist(), vocabulary)
# ```
#
# ## How far are you?

# %%
progress("14")  # this lesson; progress() shows the whole course
