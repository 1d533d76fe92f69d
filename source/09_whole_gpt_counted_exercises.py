# %% [markdown]
# # Exercises 09: the whole GPT, counted
#
# Three functions: the whole way from ids to scores, the ledger, and the count of a network without attention. The first one is the frame into which
# lesson 11 puts your own pieces. `hint(gpt_logits)` helps in three steps, `draw(gpt_logits)` draws your result beside the right one.

# %%
import torch

from course_lib.check import check, draw, hint, progress, replay

# %% [markdown]
# ## 1. From ids to scores
#
# - `ids`, shape (B, T): whole numbers, T tokens of B texts
# - `token_table`, shape (V, C): a row for each token of the vocabulary
# - `position_table`, shape (context_length, C): a row for each place; a text may be shorter than the context
# - `blocks`: a list of functions; each takes the stream (B, T, C) and returns it with its updates added
# - `final_norm`: a function, too

# %% [markdown]
# Return the logits, shape (B, T, V). The same table reads tokens in and predictions out: the score of a token is the dot product of the normed vector with *its* row.
#
# Everything is a torch tensor here. (Answers in NumPy or as lists are fine.)
#
# With no blocks at all, and a norm that changes nothing, the token with vector [1, 2] at a place with vector [0, 1] has the stream [1, 3]. A vocabulary with rows [1, 2] and [2, 0]
# gives it the logits [7, 2].


# %%
def gpt_logits(ids, token_table, position_table, blocks, final_norm):
    ### BEGIN SOLUTION
    T = ids.shape[1]
    x = token_table[ids] + position_table[:T]  # (B, T, C)
    for block in blocks:
        x = block(x)
    return final_norm(x) @ token_table.T
    ### END SOLUTION


# %%
check(gpt_logits)

# %% [markdown]
# ## 2. The ledger
#
# Count as the video does: matrices only, no biases, no norms, no positions, and an unembedding of its own. Return a dictionary with these nine entries, each the number of parameters *in
# the whole model*:
#
# | entry | what |
# |---|---|
# | `"embedding"`, `"unembedding"` | one table each, `n_embd` numbers for each token |
# | `"query"`, `"key"`, `"value_down"`, `"value_up"` | between `n_embd` and `head_size` numbers, in every head of every layer |
# | `"up_projection"`, `"down_projection"` | between `n_embd` numbers and `n_neurons`, in every layer |
# | `"total"` | the sum of these eight |

# %% [markdown]
# All six sizes are given. Don't work one out from another: a model may have heads of any size.
#
# For 1 layer with 1 head of size 2, `n_embd` 3, 5 tokens and 4 neurons: the tables have 15 each, the head's matrices 6 each, the MLP's 12 each, and the total is 78.


# %%
def parameter_ledger(n_layer, n_head, n_embd, head_size, vocab_size, n_neurons):
    ### BEGIN SOLUTION
    table = vocab_size * n_embd
    head = n_layer * n_head * head_size * n_embd
    wide = n_layer * n_neurons * n_embd
    ledger = {
        "embedding": table,
        "query": head,
        "key": head,
        "value_down": head,
        "value_up": head,
        "up_projection": wide,
        "down_projection": wide,
        "unembedding": table,
    }
    return {**ledger, "total": sum(ledger.values())}
    ### END SOLUTION


# %%
check(parameter_ledger)

# %% [markdown]
# ## 3. Without attention
#
# Take a whole context, `context_length` tokens of `n_embd` numbers each, as one long list of numbers. A fully connected layer makes as many numbers of it again, and *each* number that goes in
# has a weight for *each* number that comes out. How many weights is that, without biases?
#
# For 1 token of 2 numbers it is 4; for 2 tokens of 2 numbers it is 16.


# %%
def fully_connected_parameters(context_length, n_embd):
    ### BEGIN SOLUTION
    return (context_length * n_embd) ** 2
    ### END SOLUTION


# %%
check(fully_connected_parameters)

# %% [markdown]
# ## Your frame around a real model
#
# Copy these lines into a new cell. Your function and the class in `course_lib` should agree to many digits: what is printed is the largest difference.
#
# ```python
# from course_lib.model import GPT, GPTConfig
#
# torch.manual_seed(9)
# model = GPT(GPTConfig(vocab_size=100)).eval()
# ids = torch.randint(100, (2, 10))
# mine = gpt_logits(ids, model.tokens.weight, model.positions.weight, list(model.blocks), model.final_norm)
# float((mine - model(ids)).abs().max())
# ```
#
# And yours at the size of GPT-3: `parameter_ledger(96, 96, 12_288, 128, 50_257, 49_152)["total"]`.
#
# ## How far are you?

# %%
progress("09")  # this lesson; progress() shows the whole course
