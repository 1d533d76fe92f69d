# %% [markdown] slide="slide" notes="Ask: how many of you have a GPU? How many gigabytes? Write the largest on the board. Today we find out how many of those one would need for the model of the video, and what holds them together."
# # Scaling out: when one machine is too small
#
# Your GPT fits into a laptop. The video's has 175 billion parameters. Between the two are no new ideas about language, only about sharing out work. After this lesson you can
# - add up what a training needs in **memory**, and say why GPT-3 fits on no single machine,
# - show that several processes can compute **the same gradient** as one, and run them,
# - deal out the **heads** of a layer, and what the optimiser keeps, to several devices,
# - count **FLOPs, GPUs and days** before anybody pays for them.
#
# *45 minutes · needs lessons [7](07_many_heads.ipynb), [9](09_whole_gpt_counted.ipynb) and [10](10_how_it_learns.ipynb).*

# %% [markdown] slide="slide"
# ## Does it fit?
#
# An A100, a large GPU, has 80 GB (80 · 10⁹ bytes) of memory. In 16 bits, two bytes each, the weights of GPT-3 take 350 GB. And to be *trained*, they need company.

# %%
import numpy as np

from course_lib import show
from course_lib.check import predict

# %%
predict(
    "How many GPUs of 80 GB does it take just to hold what a training of 175 billion parameters keeps in memory?",
    {
        "5": "That is the weights alone. Each of them needs a gradient, and Adam remembers something of each as well.",
        "35": "16 bytes for each parameter: 2,800 GB.",
        "a thousand": "To be done in weeks rather than years, yes. To hold it, fewer will do.",
    },
    right="35",
)

# %% slide="subslide"
from course_lib.costs import GPUS, MODELS, gpus_to_hold, memory_budget, parameters

n = parameters("GPT-3")
budget = np.array(memory_budget(n)) / 1e9
show.bars(
    [*budget.round(), GPUS["A100"][0] / 1e9],
    ["weights", "gradients", "optimiser", "one GPU"],
    title=f"Training {n / 1e9:.1f} billion parameters takes {budget.sum():,.0f} GB: {gpus_to_hold(1e9 * budget.sum())} GPUs just to hold it",
    y_name="GB",
    highlight=[3],
)

# %% [markdown]
# For each parameter: two bytes for the weight, two for its gradient, and **twelve** for the optimiser: Adam's two running means, and its own copy of the weight, all in 32 bits. (174.6 billion as the
# model stands in code, 175.2 as the video counts: lesson 9's two honest counts. Everybody says 175.)
#
# Why a copy? A training step often changes a weight by less than a thousandth. In 16 bits that is rounded away:

# %%
import torch

weight = torch.tensor(1.0, dtype=torch.bfloat16)
{"a step of 0.001, 16 bits": (weight + 0.001).item(), "and 32 bits": round((weight.float() + 0.001).item(), 3)}

# %% [markdown] slide="subslide"
# There is a fourth part: [activations](../GLOSSARY.md#activation), all the values on the way forward that the way back needs again. They depend on the text, not on the optimiser.

# %%
from course_lib.costs import activation_bytes

{f"{name}, one full text": f"{activation_bytes(config) / 1e9:,.1f} GB" for name, config in MODELS.items()}

# %% [markdown]
# That is the count of Korthikanti and others (2022), with every table of attention kept. With blockwise attention ([lesson 13](13_what_attention_costs.ipynb)) these tables go away. Or the values are not kept at all,
# and computed a second time: time is traded for memory.
#
# **Change it:** how many GPUs of 80 GB would hold the training of `parameters("GPT-2 XL")`, the largest GPT-2?

# %% [markdown] slide="slide" notes="Everything about data parallelism is in one sentence: a mean of means is the mean, if the groups are equally large."
# ## Two halves of a batch
#
# First let us be *faster*: several workers, one batch. Here is a small GPT, a text, and a batch of 16 windows of it.

# %%
from course_lib.team import example
from course_lib.train import get_batch, next_token_loss

model, ids = example()
starts = torch.randint(len(ids) - 32, (16,), generator=torch.Generator().manual_seed(0))
x, y = get_batch(torch.tensor(ids), starts, 32)  # each (B, T)


def gradients_of(x, y):
    return torch.autograd.grad(next_token_loss(model, x, y), list(model.parameters()))


# %%
predict(
    "One worker computes the gradient of texts 0-7, another one that of texts 8-15. How do you get the gradient of all 16?",
    {
        "add them up": "The loss of a batch is a mean over its texts. The sum of two means is twice too large.",
        "take their mean": "The mean of two means of 8 is the mean of all 16. The gradient of a mean is the mean of the gradients.",
        "it can't be done": "The loss is a mean over texts, and each text goes through the model by itself.",
    },
    right="take their mean",
)

# %% slide="subslide"
whole = gradients_of(x, y)
first, second = gradients_of(x[:8], y[:8]), gradients_of(x[8:], y[8:])
mean = [(a + b) / 2 for a, b in zip(first, second)]


def farthest(mine, theirs):
    return max(float(abs(a - b).max()) for a, b in zip(mine, theirs))


{
    "the same to 6 decimals": farthest(mean, whole) < 1e-6,
    "largest entry": round(max(float(g.abs().max()) for g in whole), 2),
}

# %% [markdown]
# The same, to the last digits of 32-bit numbers. Now let the workers be unequal: one reads 12 texts, the other 4.

# %%
from course_lib.team import average_gradients

parts = [gradients_of(x[:12], y[:12]), gradients_of(x[12:], y[12:])]
plain = [(a + b) / 2 for a, b in zip(*parts)]
weighted = average_gradients(parts, [12, 4])
{
    "plain mean is off by": round(farthest(plain, whole), 3),
    "weighted, the same to 6 decimals": farthest(weighted, whole) < 1e-6,
}

# %% [markdown]
# Who has read more counts more. (You write `average_gradients` in the exercises.) **Change it:** cut the batch into 15 and 1. Is the plain mean better or worse?

# %% [markdown] slide="slide" notes="If you can, show a process monitor on a second screen: two more Pythons appear, and go."
# ## For real: two processes
#
# This is [data parallelism](../GLOSSARY.md#data-parallelism): every process holds the whole model, computes the gradient of its share of the batch, and then they agree on the mean.

# %%
predict(
    "Every process holds the whole model. What must they send each other in each step?",
    {
        "their texts": "Each has read its own texts, and nobody else needs them.",
        "their gradients": "As many numbers as there are parameters, in every step, however long the texts.",
        "their weights": "They start equal and take equal steps. They stay equal without a word.",
    },
    right="their gradients",
)

# %% [markdown]
# `torchrun`, a part of PyTorch, starts the processes and tells each its number (in PyTorch's words its *rank*: not the rank of a matrix). The next cell has it start two on your machine, each with its own Python and its own copy
# of the model. Only process 0 speaks.

# %% slide="subslide"
from course_lib.team import torchrun

settings = {"steps": 20, "batch_size": 16, "warm_up": 5, "precision": "float32"}
two = torchrun(2, **settings)

# %% [markdown]
# Their first batch was our batch above: all throw the same dice, so nobody has to send it around. Is their gradient ours?

# %%
names = [name for name, _ in model.named_parameters()]
agreed = [two.first_gradient[name] for name in names]
{"two processes and one, the same to 6 decimals": farthest(agreed, whole) < 1e-6}

# %% slide="subslide"
from course_lib.train import train

alone = {**settings, "precision": torch.float32, "device": "cpu", "say": None}
one = train(example()[0], ids, **alone)


def close(run):
    return bool(np.abs(np.subtract(run.losses, one.losses)).max() < 1e-4)


# %% [markdown] slide="subslide"
# The two curves on top of each other:

# %%
show.lines(
    {"one process": one.losses, "two processes": two.losses},
    f"One process or two: {'the same' if close(two) else 'another'} curve, to 0.0001",
    "step",
    "loss (nats per token)",
    x=range(1, 21),
)

# %% [markdown] slide="subslide"
# Nobody was in charge. Here is all that such a process does differently:

# %%
import inspect

from course_lib.team import TeamRun

print(inspect.getsource(TeamRun.gradients).split('"""')[2].strip("\n"))

# %% [markdown]
# Every second text is mine. The averaging itself is PyTorch's (`DistributedDataParallel`): as soon as the way back has finished a layer, its gradients travel, while the next layer is still
# computed. Everybody gives a list of numbers, everybody gets the mean: this is an [all-reduce](../GLOSSARY.md#all-reduce).
#
# The processes talk by *gloo* on processors and by *nccl* on GPUs; the program chooses, and says so. On your laptop two of them share its cores: there is little to gain. On two machines each does half
# of the work, but the gradients have to travel. GPT-3's, on a fast network of 25 GB a second (200 Gbit), take

# %%
{
    "GPT-3's gradients, once": f"{memory_budget(n)[1] / 1e9:.0f} GB",
    "on their way": f"{memory_budget(n)[1] / 25e9:.0f} seconds",
}

# %% [markdown] slide="slide" notes="BLOOM was trained on 384 GPUs, and one or two broke every week (Le Scao and others 2022). This is not an exception, it is daily life: ask who would like to start again after 20 days."
# ## One of a thousand dies
#
# The more machines, the more often one of them fails. We let process 1 be killed after step 12, the hard way, and write a [checkpoint](../GLOSSARY.md#checkpoint) every 5 steps.

# %%
predict(
    "Process 1 is killed after step 12. What happens to process 0?",
    {
        "it goes on alone": "With half a batch it would be another training. And who tells it that the other one is gone?",
        "it waits for ever": "It would: the mean of two needs two. So torchrun watches over all of them.",
        "it is ended as well": "torchrun sees that one is gone and ends the others. The checkpoint of step 10 stays.",
    },
    right="it is ended as well",
)

# %% slide="subslide"
import tempfile
from pathlib import Path

from course_lib.team import TeamFailed

saved = Path(tempfile.mkdtemp(), "run.ckpt")
try:
    torchrun(2, **settings, checkpoint=saved, save_every=5, crash="1:12")
except TeamFailed as reason:
    print(reason)

# %% [markdown]
# Only process 0 writes checkpoints, but all could: they hold the same numbers. So a run may go on with *another number* of processes. We go on with one, here in the notebook.

# %% slide="subslide"
rescued = train(example()[0], ids, **alone, checkpoint=saved)
{"it said": rescued.said[0], "steps": rescued.step, "less than 0.0001 from the undisturbed curve": close(rescued)}

# %% [markdown] slide="slide" notes="Point at lesson 7: the sum over heads. Had heads talked to each other inside a layer, this would not work."
# ## A layer on three devices
#
# What if a single *layer* is too large? Lesson 7 has the answer already: a layer's update is the **sum** of what its heads add, and heads don't talk to each other. So deal them out. (Our three devices are
# arrays on your own machine. The arithmetic is the same.)

# %%
from course_lib.attention import causal_mask, multi_head_attention
from course_lib.attention.hand_set_heads import W_k, W_o, W_q, W_v
from course_lib.attention.sentence import E
from course_lib.team import shard_heads

devices = [shard_heads(W_q, W_k, W_v, W_o, n_head=3, rank=rank, n_device=3) for rank in range(3)]
{"device 1 holds": {name: part.shape for name, part in zip(("W_q", "W_k", "W_v", "W_o"), devices[1])}}

# %%
predict(
    "A device holds some columns of W_q, W_k and W_v. What of W_o does it need?",
    {
        "the same columns": "Columns of W_o belong to the features of the stream. Every head may write into all of them.",
        "the rows with the same numbers": "A head's numbers, side by side with the others', meet exactly these rows.",
        "all of it": "Then it would hold rows that its heads never meet.",
    },
    right="the rows with the same numbers",
)

# %% slide="subslide"
from course_lib.show import dealt

places = np.arange(12 * 12).reshape(12, 12)  # every entry says where it stands
owners = {name: np.full((12, 12), -1) for name in ("W_q", "W_k", "W_v", "W_o")}
for rank in range(3):
    for name, mine in zip(owners, shard_heads(places, places, places, places, n_head=3, rank=rank, n_device=3)):
        owners[name].flat[mine] = rank
dealt(owners, title="Which device holds it? Columns on the way in, rows on the way out")

# %% [markdown] slide="subslide"
# Each device makes queries, keys and values with its own columns, looks around with its own heads, and multiplies by its own rows. Every step needs only what it holds.

# %%
from course_lib.attention import attend

updates = [attend(E @ q, E @ k, E @ v, causal_mask(8)) @ o for q, k, v, o in devices]  # one head each
layer = multi_head_attention(E[None], W_q, W_k, W_v, W_o, 3, causal_mask(8))[0]  # (T, C)
{"sum of the devices = the layer": bool(np.allclose(sum(updates), layer))}

# %% [markdown]
# This is [tensor parallelism](../GLOSSARY.md#tensor-parallelism), as Shoeybi and others did it in 2019 (*Megatron-LM*). The MLP is cut the same way: columns going up, rows coming down.
#
# The price: the devices must add up their updates in *every layer*, forward and back, and wait for each other there. So it is done inside one machine, where GPUs are joined by fast wires.
#
# Between machines, one shares out batches. Or whole layers: [pipeline parallelism](../GLOSSARY.md#pipeline-parallelism) (Huang and others 2019, *GPipe*). Machine 0 computes layers 0-11 and hands the stream on to
# machine 1, which goes on from there. The batch follows in small pieces, so that hardly anybody idles.

# %% [markdown] slide="slide"
# ## Nobody holds it all
#
# Data parallelism wastes memory: a thousand processes hold a thousand equal optimisers. Rajbhandari and others (2020, *ZeRO*) let each keep a part only. This is
# [sharding](../GLOSSARY.md#sharding), in three stages: the optimiser, the gradients too, the weights too.

# %%
predict(
    "64 GPUs of 80 GB, 175 billion parameters. At which stage does it fit?",
    {
        "stage 1, the optimiser": "2,100 GB become 33. But everybody still holds 350 + 350.",
        "stage 2, the gradients too": "Everybody still holds all weights: 350 GB.",
        "stage 3, the weights too": "2,800 GB / 64 = 44 GB for everybody, without activations.",
    },
    right="stage 3, the weights too",
)

# %% slide="subslide"
n_gpus = [2**i for i in range(11)]
stages = ["0: nothing shared", "1: optimiser", "2: and gradients", "3: and weights"]
show.lines(
    {name: [sum(memory_budget(n, n_gpu, stage)) / 1e9 for n_gpu in n_gpus] for stage, name in enumerate(stages)},
    "Without activations, GPT-3 fits only if everything is shared out",
    "number of GPUs",
    "GB on each of them",
    x=n_gpus,
    floors={"a GPU": 80},
    log=True,
)

# %% [markdown]
# 44 of 80 GB: that leaves 36 for activations, which no stage shares out. One full text needs

# %%
ways = ("everything", "no tables", "layer inputs")
{f"kept: {kept}": f"{activation_bytes(MODELS['GPT-3'], kept=kept) / 1e9:,.1f} GB" for kept in ways}

# %% [markdown] slide="subslide"
# So only what comes into each layer is kept, and on the way back the layer is computed again.
#
# Stage 3 sounds absurd: how can one compute with a layer of which one holds a 64th? Just before a layer is needed, its pieces are fetched from the others; just after, they are thrown away. PyTorch calls it *fully sharded data parallel*
# (`fully_shard`, FSDP2). It is one word more:

# %%
sharded = torchrun(2, **settings, shard=True)
{"process 0 held": f"{sharded.held:,} of {sharded.all:,}", "less than 0.0001 from our curve": close(sharded)}

# %% [markdown]
# Half the weights, half the gradients, half the optimiser, and the same curve. What it costs is travel: weights are sent twice in every step (for the way forward and for the way back), on top of the gradients.

# %% [markdown] slide="slide" notes="Let them guess the 4 before you run it. Gradients with respect to the weights AND with respect to what came in: two products for one."
# ## How much work?
#
# A weight meets a token: one multiplication, one addition. That is 2 [FLOPs](../GLOSSARY.md#flop) for each parameter and token, on the way forward.

# %%
predict(
    "2 FLOPs for each parameter and token on the way forward. How many more on the way back?",
    {
        "2 as well": "Each product of the way forward needs two on the way back.",
        "4": "One product for the gradient of the weights, one for what is handed on to the layer before.",
        "none, it is the same numbers": "The values are known, but the gradients are new products.",
    },
    right="4",
)

# %% [markdown]
# PyTorch can count the multiplications and additions of all matrix products that really happen. (A wide model and only
# 16 tokens a text, so that the tables of attention, which this rule leaves out, hardly count.)

# %% slide="subslide"
from torch.utils.flop_counter import FlopCounterMode

from course_lib.model import GPT, GPTConfig

wide = GPT(GPTConfig(n_layer=4, n_head=4, n_embd=128, context_length=16, vocab_size=model.config.vocab_size))
with FlopCounterMode(display=False) as forward:
    loss = next_token_loss(wide, x[:, :16], y[:, :16])
with FlopCounterMode(display=False) as backward:
    loss.backward()
per_parameter = 1 / (wide.count() * x[:, :16].numel())
{
    "forward": round(forward.get_total_flops() * per_parameter, 1),
    "backward": round(backward.get_total_flops() * per_parameter, 1),
}

# %% [markdown]
# So training takes about **6 · N · D** FLOPs for N parameters and D tokens (Kaplan and others, 2020; their D is not our head size). The makers of GPT-3 multiplied exactly as you do, for eight sizes and
# 300 billion tokens each. So their table can't check the 6: you have just measured that. It checks N, which the ledger of lesson 9 makes from layers and width alone.

# %% slide="subslide"
from course_lib.costs import PUBLISHED, TOKENS, parameters_of, training_flops

rows = []
for name, (n_layer, n_embd, published, flops) in PUBLISHED.items():
    mine = parameters_of(n_layer, n_embd)
    by_ledger = f"{mine / 1e6:,.0f} million", f"{training_flops(mine, TOKENS):.2e}"
    rows.append([name, f"{n_layer} of {n_embd:,}", *by_ledger, f"{published / 1e6:,.0f} million", f"{flops:.2e}"])

# %% [markdown] slide="subslide"
# By the ledger, and as Brown and others (2020) published it:

# %%
header = ["model", "layers, width", "N by the ledger", "6 · N · D", "N published", "FLOPs published"]
show.Table("GPT-3 in eight sizes, 300 billion tokens each", header, rows)

# %% [markdown] slide="slide"
# ## How many days?
#
# An A100 promises 312 · 10¹² FLOPs a second. Nobody gets all of that: GPUs wait for memory, for each other, for the network.

# %%
predict(
    "How long would a single A100 need for GPT-3, if it got 40 % of that?",
    {
        "a month": "A month is what a thousand of them take.",
        "7 years": "Ten times more.",
        "80 years": "3 · 10²³ / (1.25 · 10¹⁴) is 2.5 · 10⁹ seconds.",
    },
    right="80 years",
)

# %% slide="subslide"
from course_lib.costs import training_days

flops, (_, per_second) = training_flops(n, TOKENS), GPUS["A100"]
days = {n_gpu: training_days(flops, n_gpu, per_second, utilisation=0.4) for n_gpu in (1, 64, 1024)}
{f"GPUs: {n_gpu:,}": f"{d / 365:.0f} years" if d > 1000 else f"{d:.0f} days" for n_gpu, d in days.items()}

# %% [markdown] slide="subslide"
# Is that true? Ask a run that really happened. BLOOM (Le Scao and others 2022) has 176 billion parameters and read 366 billion tokens, on 384 A100s: every layer cut between 4 GPUs, the layers dealt out to 12 such groups, and 8 such
# teams shared the batch. Activations were computed again, so the way forward counts twice: 8 · N · D.

# %%
bloom = training_flops(176e9, 366e9, recompute=True)
{f"at {share:.0%}": f"{training_days(bloom, 4 * 12 * 8, per_second, share):.0f} days" for share in (0.3, 0.4, 0.5)}

# %% [markdown]
# It took **118 days** (Luccioni and others 2022): our 40 % was off by a twentieth. While all went well its GPUs did nearly half of what is promised; the rest is small batches at the start, and GPUs that broke. Narayanan and others
# (2021) measured 140 · 10¹² a second on 1,024 A100s, and *computed* 34 days for GPT-3, as you would.

# %% [markdown] slide="subslide"
# And your machine? This times the product of two large matrices on what you have, and asks the same question. (It looks different everywhere.)

# %% tags=["nbval-ignore-output"]
from course_lib.costs import seconds
from course_lib.train import choose_device

device = choose_device()
square = torch.randn(1024, 1024, device=device.kind)
mine = 2 * 1024**3 / seconds(torch.mm, square, square)
years = float(f"{training_days(flops, 1, mine, utilisation=1) / 365:.2g}")  # two digits are enough
print(f"{mine / 1e9:,.0f} · 10⁹ FLOPs a second on {device.kind}: GPT-3 would take about {years:,.0f} years.")

# %% [markdown] slide="slide"
# ## What to run when one machine is too small
#
# | What is too small | What to use |
# |---|---|
# | nothing | one process: [lesson 11](11_train_your_gpt.ipynb) |
# | the time | data parallel: `torchrun`, every process holds the model |
# | the memory for weights and optimiser | sharded: `--shard`, PyTorch's FSDP2 |
# | the memory for one layer | tensor parallel, *and* the above |
# | the network between machines | pipeline parallel: only the stream travels |
# | the memory for activations | smaller batches, blockwise attention, computing them again |
#
# On several machines it is one line, the same on each: [RUN_ON_A_CLUSTER.md](../RUN_ON_A_CLUSTER.md), also for Slurm. Use what exists: PyTorch's parts, around your loop.

# %% [markdown] slide="skip"
# ## In the video's notation
#
# | the video | here |
# |---|---|
# | 175,181,291,520 weights in 27,938 matrices | 16 bytes for each parameter, to train it |
# | 96 heads run in parallel | each device runs some, for real |
# | every head has its own $W_Q$, $W_K$, $W_{V\downarrow}$ | its columns of `W_q`, `W_k`, `W_v`: cut between heads |
# | $W_{V\uparrow}$ of a head | its rows of `W_o` |
# | $\sum_h \Delta E^{(h)}$ | each device's part of the sum, then an all-reduce |
#
# The video's picture, a small set of matrices per head, is how a layer is *cut*. A device holds several side by side: of GPT-3's 96, one of 8 has 12.

# %% [markdown] slide="slide"
# ## What to take away
#
# 1. Training takes 16 bytes a parameter and 6 · N · D FLOPs: both can be known on paper. A run that really took 118 days agrees within a tenth.
# 2. The mean of the parts' gradients is the gradient of the whole. So a thousand processes can be one training, step by step.
# 3. Heads are added up, so a layer can be cut between them; and nobody has to hold all of a model.
#
# **Now you:** the [exercise sheet](../exercises/15_scaling_out.ipynb), four functions, about 30 minutes.
