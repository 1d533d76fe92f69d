# %% [markdown] slide="slide" notes="Ask: who has seen a chat forget the start of a long talk, or refuse a long file? Today we find out what a long text costs, and what can be done about it without changing a single number."
# # What attention costs
#
# Every token looks at every earlier one. That is the strength of attention, and its price. After this lesson you can
# - count the **multiplications** and the **memory** of attention, and say which part grows like T²,
# - compute exactly the same attention **block by block**, without ever holding the table (the idea of FlashAttention),
# - say why a **GPU** is so good at this, and what even a GPU cannot do at once,
# - show what **linear attention** saves, and what it gives up.
#
# *40 minutes · needs [lesson 9](09_whole_gpt_counted.ipynb).*

# %% [markdown] slide="slide"
# ## Two kinds of work
#
# An attention layer multiplies every token by four matrices (`W_q`, `W_k`, `W_v`, `W_o`), and then makes two products with the *table* of all pairs: `q @ k.T` and `weights @ v`.

# %%
import os

os.environ["OMP_NUM_THREADS"] = "1"  # one thread, so that the clock shows the work and not how busy the machine is

import numpy as np

from course_lib import show
from course_lib.check import predict

# %%
predict(
    "A text becomes twice as long. How does the work grow?",
    {
        "four matrices: twice, table: twice": "Each token goes through the matrices once. But the table has a row *and* a column for it.",
        "four matrices: twice, table: four times": "Twice as many tokens; and twice as many queries look at twice as many keys each.",
        "four matrices: four times, table: four times": "Only in the table do tokens meet each other; a matrix sees one at a time.",
    },
    right="four matrices: twice, table: four times",
)

# %% [markdown]
# We count in [FLOPs](../GLOSSARY.md#flop): one multiplication or one addition each. A product (n, m) @ (m, p) takes 2·n·m·p of them. (You write this function in the exercises.)

# %% slide="subslide"
from course_lib.attention import attention_flops

lengths = [512, 2048, 8192, 32768, 131072]
projections, table = np.transpose([attention_flops(T, n_embd=12288) for T in lengths]) / 1e12  # the width of GPT-3
title = "The table overtakes the matrices only in long texts"
curves = {"the four matrices": projections, "the table": table}
show.lines(curves, title, "tokens T", "10¹² FLOPs", x=lengths, log=True)

# %% [markdown]
# On both axes each mark is four times the one before. One mark to the right, the matrices go up by one mark, the table by two: four times the text, sixteen times the work. But GPT-3 reads 2,048 tokens at most.

# %%
projections, table = attention_flops(2048, n_embd=12288)
mlp = 2 * (2 * 2048 * 12288 * 4 * 12288)  # up to 4·C numbers for each token, and down again
work = {"attention": projections + table, "the whole block": projections + table + mlp}
{f"the table's share of {part}": f"{table / whole:.1%}" for part, whole in work.items()}

# %% [markdown]
# "Attention is quadratic" is true, and at this length it is not the work that hurts: less than a tenth of attention, and far less of a block with its MLP (lesson 8). The two lines meet at T = 2·C, here 24,576 tokens. What hurts
# much earlier is something else.

# %% [markdown] slide="slide" notes="Let them multiply: 2048 times 2048 times 4 bytes. Then times 96 heads. Then ask for a text ten times as long, before you run the cell: a hundred times as much, more than any graphics card has."
# ## The table must be somewhere
#
# The scores of one head are T² numbers, and the weights are as many again.

# %%
predict(
    "One head, T = 2,048, four bytes a number. How large is the table of scores?",
    {
        "8 kB": "That is one row.",
        "4 MB": "That many numbers. Each takes four bytes.",
        "17 MB": "2,048 · 2,048 · 4 bytes.",
    },
    right="17 MB",
)

# %%
one, long = 2048**2 * 4, 20480**2 * 4  # bytes
{
    "one head": f"{one / 1e6:.0f} MB",
    "a layer of GPT-3, 96 heads": f"{96 * one / 1e9:.1f} GB",
    "the same, ten times the text": f"{96 * long / 1e9:.0f} GB",
}

# %% [markdown]
# `peak_bytes` asks NumPy how much memory a computation holds at its highest point. We measure your own `attend` of lesson 6, if it is in `my_gpt/`.

# %%
from course_lib.attention import attend
from course_lib.costs import exponent, peak_bytes
from course_lib.my_gpt import own_or

LENGTHS = [128, 256, 512, 1024, 2048, 4096]


def one_head(T, D=64):
    rng = np.random.default_rng(0)
    return [rng.standard_normal((T, D)).astype(np.float32) for _ in "qkv"]


def slope(costs):  # from T = 1,024 on: in short texts all kinds of small things count
    return f"{exponent(LENGTHS[-3:], costs[-3:]):.1f}"


my_attend, which = own_or(attend, *one_head(512), most=0.1)
which

# %% [markdown]
# Now its highest point, from T = 128 to T = 4,096.


# %% slide="subslide"
def megabytes(attention):
    return [float(f"{peak_bytes(attention, *one_head(T)) / 1e6:.1e}") for T in LENGTHS]


full = megabytes(my_attend)
axes = {"x": LENGTHS, "x_name": "tokens T", "log": True}
title = f"Memory grows like T to the power {slope(full)}"
show.lines({"the whole table": full}, title, y_name="megabytes at the highest point", **axes)

# %% [markdown]
# A straight line in such a picture means a power of T, and its slope is the exponent. **Twice the text, four times the memory**: this is what runs out first. (At the highest point it is more than one
# table: the scores, the scaled scores and their exps all exist for a moment.)
#
# But look at what is kept in the end: `attend` returns T rows of D numbers. The table is only scaffolding. Could we build without it? One query at a time would do: it needs a single row.

# %%
predict(
    "We call `attend(q[i : i + 1], k, v)` for every i, one query at a time. What is the catch?",
    {
        "the results differ a little": "A row of the softmax needs no other row: the results are the same.",
        "there are more multiplications": "The same ones, a row at a time.",
        "all keys are read again and again": "Each query reads the whole of k and v for itself. Queries that go together share one reading.",
    },
    right="all keys are read again and again",
)

# %% [markdown] slide="slide" notes="Do this on the board with five numbers. The one idea of the lesson is that a sum of exps for an old maximum can be mended by a single multiplication."
# ## A softmax in one pass
#
# So we want many queries together, to share the reading of the keys, and still no table: all queries, but only a block of keys at a time. Can a softmax do that? It needs the highest score and the sum of all `exp(score − highest)`, so it seems to need the whole row first. Suppose the row comes in blocks,
# and each block is thrown away after it was read:

# %%
scores = np.array([1.0, 3.0, 2.0, 4.0, 0.0])
first, second = scores[:2], scores[2:4]
highest = first.max()
total = np.exp(first - highest).sum()
{"highest so far": float(highest), "sum so far": round(float(total), 3)}

# %%
predict(
    "The second block is [2, 4]: the highest score is now 4, not 3. What has to happen to the old sum?",
    {
        "nothing: it stays": "Its terms are exp(score − 3). They should be exp(score − 4) now: all are too large.",
        "start again with both blocks": "The old scores are gone. But all terms are too large by the same factor.",
        "multiply it by exp(4 − 3)": "That makes it larger, and its terms are too large already.",
        "multiply it by exp(3 − 4)": "exp(s − 4) = exp(s − 3) · exp(3 − 4): one multiplication mends every term.",
    },
    right="multiply it by exp(3 − 4)",
)

# %% slide="subslide"
new = max(highest, second.max())
total = total * np.exp(highest - new) + np.exp(second - new).sum()
{"after two blocks": round(float(total), 4), "from all four at once": round(float(np.exp(scores[:4] - 4).sum()), 4)}

# %% [markdown]
# Nothing is approximate here. Of any number of blocks two numbers are kept, the highest score and the sum. The sum is what a softmax divides by: not yet the shares, but the part of them that needs
# the whole row. This is the [online softmax](../GLOSSARY.md#online-softmax).
#
# **Change it:** let the second block be `[2, -4]`. By what is the old sum multiplied now?

# %% [markdown] slide="slide"
# ## Attention in blocks
#
# The same works for the output, which is a sum with the same exps in front of the values. So for each query keep three things: the highest score, the sum, and the
# output before it is divided.

# %%
import inspect

from course_lib.attention import nothing_seen, take_in, tiled_attention

print(inspect.getsource(take_in))

# %%
q, k, v = one_head(6)  # (T, D) each
seen = nothing_seen(q, v.shape[-1])
for keys in (slice(0, 2), slice(2, 4), slice(4, 6)):
    seen = take_in(seen, q @ k[keys].T / 64**0.5, v[keys])
{"differs from attend by at most": round(float(abs(seen[2] / seen[1] - attend(q, k, v)).max()), 5)}

# %% [markdown]
# Three blocks of two keys, and the division only at the very end: the same result to the last digits. **Change it:** cut the six keys into other blocks, of unequal sizes if you like.

# %%
predict(
    "We read 64 keys at a time. How will the memory grow with T now?",
    {
        "like T²": "The table is never whole: only T rows of 64 scores at a time.",
        "like T": "T rows of a fixed number of columns, and T outputs.",
        "not at all": "Three things must be kept for each of the T queries.",
    },
    right="like T",
)

# %% slide="subslide"
blocks = megabytes(lambda q, k, v: tiled_attention(q, k, v, block_size=64))
title = f"The same attention: slope {slope(full)} against {slope(blocks)}"
curves = {"the whole table": full, "in blocks of 64": blocks}
show.lines(curves, title, y_name="megabytes at the highest point", **axes)

# %% [markdown]
# Same numbers, almost the same count of multiplications (the mending adds a few), and memory that grows like the text. This is [blockwise attention](../GLOSSARY.md#blockwise-attention). In 2022 Tri Dao and others
# wrote it as one program for a GPU and called it *FlashAttention*. There it is even **faster**: a block fits into the small, quick memory beside the
# processors, and the table never travels to the large, slow one.

# %% [markdown] slide="slide"
# ## You call it every day
#
# In PyTorch it is one function, `scaled_dot_product_attention`. The model of lesson 9 uses it. `fused` is a common word for such functions: all steps in one program, and nothing in between is stored.

# %%
import torch
from torch.nn import functional as F

from course_lib.attention import torch_attention


def torch_megabytes(attention):
    tensors = {T: [torch.tensor(x)[None, None] for x in one_head(T)] for T in LENGTHS}  # (B, H, T, D)
    return [float(f"{peak_bytes(attention, *tensors[T]) / 1e6:.1e}") for T in LENGTHS]


# %% slide="subslide" tags=["nbval-ignore-output"]
written, fused = torch_megabytes(torch_attention.attend), torch_megabytes(F.scaled_dot_product_attention)
title = f"PyTorch: slope {slope(written)} written out, {slope(fused)} fused"
curves = {"written out": written, "fused": fused}
show.lines(curves, title, y_name="megabytes at the highest point", **axes)

# %% [markdown]
# The fused way never holds the table: only the output, which grows like T, and a workspace of a fixed size. While the workspace is a large part of it, the slope stays below 1.
#
# And the seconds? We time five ways to compute one head. All give the same numbers.

# %% tags=["nbval-ignore-output"]
from course_lib.costs import seconds
from course_lib.train import choose_device

device = choose_device().kind
ways = {
    "NumPy, whole table": my_attend,
    "NumPy, blocks": lambda q, k, v: tiled_attention(q, k, v, block_size=64),
    "NumPy, one by one": lambda q, k, v: np.concatenate([attend(row[None], k, v) for row in q]),
    "PyTorch, written out": torch_attention.attend,
    "PyTorch, fused": F.scaled_dot_product_attention,
}


def milliseconds(name, T):
    head = one_head(T)
    if name.startswith("PyTorch"):
        head = [torch.tensor(x, device=device)[None, None] for x in head]  # (B, H, T, D)
    return 1000 * seconds(ways[name], *head)


# %% [markdown] slide="subslide"
# Milliseconds depend on your machine, so this figure looks different everywhere. NumPy runs on one thread of the processor (CPU), PyTorch on the device that the title names.

# %% tags=["nbval-ignore-output"]
took = {name: [milliseconds(name, T) for T in LENGTHS] for name in ways}
show.lines(took, f"One head, in milliseconds (PyTorch on {device})", y_name="milliseconds", **axes)

# %% tags=["nbval-ignore-output"]
longer = {T: [name for name in ways if "PyTorch" in name] for T in (8192, 16384) if device == "cuda"}
{T: {name: f"{milliseconds(name, T):.1f} ms" for name in names} for T, names in longer.items()} or "no GPU here"

# %% [markdown]
# In short texts one query at a time is much slower than the others: it starts T small products where they start a few. NumPy's blocks save memory; in time they end near the whole table, since each step of
# the loop writes its scores and exps into memory as well. Speed comes when all is one program and a block never leaves the fast memory: at the right end, compare fused with written out. On a GPU this
# counts even more. And where the table doesn't fit into memory at all, only the ways without one still run.

# %% [markdown] slide="slide" notes="Question 8. Two classes of dependence: inside a layer nobody waits; between layers and between written tokens everybody waits."
# ## You asked: is it the GPU's parallelism?
#
# *"So many large matrices, and an answer in seconds: is that because a GPU computes so much at once?"* Work can be done at once if no part has to wait for another.

# %%
q, k, v = one_head(512)
alone = np.empty_like(v)  # (T, D)
for row in np.random.default_rng(5).permutation(512):  # every query by itself, in any order
    alone[row] = attend(q[row : row + 1], k, v)[0]
{"rows alone, shuffled, against all at once": round(float(abs(alone - attend(q, k, v)).max()), 5)}

# %%
predict(
    "GPT-3 reads 2,048 tokens. In a layer where each may look at all before it, how many dot products of a query with a key need not wait for each other?",
    {
        "2,048": "That is the number of queries. Each of them has many keys, in each of 96 heads.",
        "about 2 million": "That is one head. Heads don't wait for each other either.",
        "about 200 million": "96 heads, each with 2,048 · 2,049 / 2 pairs that may look.",
        "none": "Each token needs the one before only in *writing*. While reading, all tokens are there at once.",
    },
    right="about 200 million",
)

# %% slide="subslide"
pairs = 96 * 2048 * 2049 // 2
{"pairs in such a layer": f"{pairs:,}", "layers that wait for each other": 96}

# %% [markdown]
# So yes: this is work for thousands of small processors, and GPUs have them. Two things stay one after the other: the **layers** (96 steps), and in writing the **tokens**, since
# each new one needs the one before it. Reading a long question is quick; writing the answer takes its time, token by token.
#
# How quick could it be? A token costs about 2 FLOPs for each weight, and every weight must be read.

# %% slide="subslide"
from course_lib.costs import GPUS, parameters

weights, card_flops = parameters("GPT-3"), GPUS["A100"][1]
reading = 2 * weights / 2.0e12  # seconds: an A100 with 80 GB reads that many bytes in one, says its data sheet
{
    "the weights, two bytes each": f"{2 * weights / 1e9:.0f} GB",
    "one card computes a token": f"{1000 * 2 * weights / card_flops:.1f} ms",
    "one card reads the weights": f"{1000 * reading:.0f} ms",
    "8 cards read an eighth each": f"{1000 * reading / 8:.0f} ms",
    "8 cards write 100 tokens": f"{100 * reading / 8:.1f} s",
}

# %% [markdown]
# Computing is not the problem: reading the weights is, and they do not even fit on one card. So several GPUs share a model, and an answer comes in seconds. (What they have to tell each other comes on top.) Many users' texts go through in one
# batch: the weights are read once for all of them. And your machine?

# %% tags=["nbval-ignore-output"]
x = torch.randn(1024, 1024, device=device)
speed = 2 * 1024**3 / seconds(torch.mm, x, x)
where = "one thread of the processor" if device == "cpu" else device
print(f"{where}: {speed / 1e9:,.0f} · 10⁹ FLOPs a second: {2 * weights / speed:.1f} s to compute one token of GPT-3")

# %% [markdown] slide="slide" notes="Question 5. Put brackets on the board: (A B) C = A (B C). Matrix products may be bracketed as one likes; the softmax stands in the way."
# ## You asked: can't it be linear?
#
# *"Attention is quadratic. Isn't there a linear one?"* The table comes from the order of the brackets: (Q Kᵀ) V. Without the softmax between them we could first
# compute Kᵀ V, which is only (D, D), however long the text.

# %%
rng = np.random.default_rng(0)
Q, K, V = (rng.standard_normal((1000, 4)) for _ in range(3))  # (T, D) each
same = np.allclose((Q @ K.T) @ V, Q @ (K.T @ V))
{"same result": same, "table": (Q @ K.T).shape, "instead": (K.T @ V).shape}

# %% [markdown] slide="subslide"
# [Linear attention](../GLOSSARY.md#linear-attention) (Katharopoulos and others, 2020) replaces exp(q·k) by a product φ(q)·φ(k), where φ makes every number positive. Then the brackets may
# move:

# %%
from course_lib.attention import linear_attention

print(inspect.getsource(linear_attention).split('"""')[2].strip("\n"))

# %%
linear = megabytes(linear_attention)
{"memory, whole table": f"slope {slope(full)}", "memory, linear": f"slope {slope(linear)}"}

# %% [markdown] slide="subslide"
# And the milliseconds? They are your machine's own, but on every machine the table's line climbs faster.

# %% tags=["nbval-ignore-output"]
ways["NumPy, linear"] = linear_attention
took["NumPy, linear"] = [milliseconds("NumPy, linear", T) for T in LENGTHS]
both = {name: took[name] for name in ("NumPy, whole table", "NumPy, linear")}
show.lines(both, "Without a table, a long text is no trouble", y_name="milliseconds", **axes)

# %% [markdown]
# Even better: a GPT that writes needs no earlier keys and values. Each token adds what it has, φ(k)ᵀ v, to one small memory, and asks it.

# %%
from course_lib.attention import causal_linear_attention

q, k, v = one_head(1000)  # (T, D) each
last_row = causal_linear_attention(q, k, v)[-1]  # (D,)
{
    "token by token, against all at once": round(float(abs(last_row - linear_attention(q[-1:], k, v)[0]).max()), 5),
    "numbers kept: linear memory": v.shape[1] * k.shape[1] + k.shape[1],
    "numbers kept: keys and values": k.size + v.size,
}

# %% [markdown]
# The linear memory stays that small, however long the text. But this is **another function**, not the same one faster. Whom does a query look at now?

# %% slide="subslide"
predict(
    "One key of 64 is exactly what the query looks for. We make the query longer and longer, so that it asks louder. How much of its attention does the right key get in the end?",
    {
        "softmax: nearly all, linear: nearly all": "φ(q)·φ(k) grows in proportion to the query, for the right key and for all others.",
        "softmax: nearly all, linear: a few percent": "exp turns a lead into a landslide. A proportion stays a proportion.",
        "softmax: a few percent, linear: nearly all": "exp makes large differences larger; φ leaves them as they are.",
        "softmax: a few percent, linear: a few percent": "That is so while the query is quiet. Louder helps one of the two.",
    },
    right="softmax: nearly all, linear: a few percent",
)

# %%
from course_lib.attention import attention_pattern, positive_features


def softmax_share(query, keys):
    return round(float(attention_pattern(query, keys)[0, 0]), 3)


def linear_share(query, keys):
    similar = positive_features(query) @ positive_features(keys).T
    return round(float(similar[0, 0] / similar.sum()), 3)


keys = rng.standard_normal((64, 16))
keys /= np.linalg.norm(keys, axis=1, keepdims=True)

# %% slide="subslide"
loudness = np.arange(0, 61, 5)
two = {"softmax": softmax_share, "linear": linear_share}
shares = {name: [share(loud * keys[:1], keys) for loud in loudness] for name, share in two.items()}
title = "A louder query sharpens a softmax, not linear attention"
show.lines(shares, title, x=loudness, x_name="length of the query", y_name="share of the right key")

# %% [markdown]
# So can linear attention never point? Let the keys be longer too. And let every key have a dimension of its own, where it alone is above 0:

# %%
apart = 2 * np.eye(64) - 1  # (64, 64): 1 in its own place, −1 elsewhere
{
    "the same 64 keys in 16 dimensions, longer": linear_share(60 * keys[:1], 60 * keys),
    "64 keys in 64 dimensions, each with its own": linear_share(60 * apart[:1], 60 * apart),
}

# %% [markdown]
# It can, but only where keys hardly overlap after φ, and a small memory has room for few such keys. For "which adjective stood in front of *this* noun?" a model has to point. Newer ways (state-space models, gated memories) repair
# a part of that, and many large models mix a few layers of full attention with many cheaper ones.

# %% [markdown] slide="slide"
# ## Or look back only a little
#
# The other saving is the [sliding window](../GLOSSARY.md#sliding-window) of lesson 5: a softmax as always, over the last few tokens only. The layers of GPT-3 take turns: one looks at the whole text, the next only at a band near by (Brown and others, 2020, section 2.1).

# %%
from course_lib.attention import window_pairs

T, rows = 32_768, []
for w in (256, 1024, 4096, T):
    pairs, layers = window_pairs(T, w), -(-(T - 1) // (w - 1))  # rounded up
    rows.append([f"the last {w:,}", f"{pairs:,}", f"{pairs / window_pairs(T, T):.1%}", layers])
header = ["each token sees", "pairs", "share of all", "layers from end to start"]
show.Table(f"Pairs that are looked at in a text of {T:,} tokens", header, rows)

# %% [markdown]
# What lies further back isn't lost at once: each layer hands things on, at most by a window less one. After as many layers as the last column says, the end of the text can know of its start. A single look can't.
#
# Here is what all ways of this lesson hold at their highest point, side by side.

# %% slide="subslide"
from course_lib.attention import windowed_attention

window = megabytes(lambda q, k, v: windowed_attention(q, k, v, window=64))
held = {
    "NumPy, whole table": (full, "all"),
    "PyTorch, written out": (written, "all"),
    "NumPy, blocks of 64": (blocks, "all"),
    "NumPy, one by one": (megabytes(ways["NumPy, one by one"]), "all"),
    "PyTorch, fused": (fused, "all"),
    "NumPy, window of 64": (window, "the last 64"),
    "NumPy, linear": (linear, "all, blurred"),
}

# %% slide="subslide" tags=["nbval-ignore-output"]
header = ["way", "each token sees", "megabytes", "slope from 1,024 on"]
rows = [[name, looks, f"{mb[-1]:.1f}", slope(mb)] for name, (mb, looks) in held.items()]
show.Table(f"Memory of one head at {LENGTHS[-1]:,} tokens", header, rows)

# %% [markdown]
# The linear way holds more than the fused one, since NumPy makes a few arrays (T, D) on the way to φ. Blocks, windows and linear memories can be combined. Of these three savings, only blocks lose nothing.

# %% [markdown] slide="skip"
# ## In the video's notation
#
# | | video: a token is a column | code: a token is a row |
# |---|---|---|
# | the table | $K^\top Q$, T × T | `q @ k.T`, (T, T) |
# | one block | some rows of it: a few keys, all queries | some columns: `q @ k[block].T` |
# | what is kept of a query | one column: highest, sum, output | one row |
# | linear attention | $(V \varphi(K)^\top)\, \varphi(Q)$ | `phi_q @ (phi_k.T @ v)` |
#
# The video says that the pattern grows with the square of the context. You have now measured it: in work and in memory.

# %% [markdown] slide="slide"
# ## What to take away
#
# 1. The table costs work and memory like T². In texts of usual length the memory is what runs out first.
# 2. It need not be held: block by block, with a maximum and a sum that are mended on the way, attention is *exactly* the same.
# 3. GPUs are good at it, since nobody waits inside a layer. Linear attention is cheaper, and points only where keys hardly overlap: a louder query doesn't help.
#
# **Now you:** the [exercise sheet](../exercises/13_what_attention_costs.ipynb), four functions, about 35 minutes.
