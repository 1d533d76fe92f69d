# %% [markdown] slide="slide" notes="Everything before was preparation. Ask who has passed which exercises: the table in the first step shows whose pieces are in their model."
# # Train your GPT
#
# The pieces that **you** wrote become one model, and it learns: first a language whose limit is known, then real text. After this lesson you can
# - assemble a GPT from your own functions, and train it down to the floor,
# - choose device, precision, learning rate and optimiser by a **measurement**: one change, one number,
# - stop a run, lose it, and go on with the same curve, bit for bit,
# - train on a text of your own.
#
# *45 minutes, of which the computer needs about 2 · needs [lesson 10](10_how_it_learns.ipynb). A GPU is used if there is one; two processor cores are enough.*

# %% [markdown] slide="slide"
# ## Your GPT
#
# Every exercise that you passed was kept in `my_gpt/`. Here is a GPT made of them. Where you have not been yet, the course's reference stands in. It has two layers of four heads,
# 64 features, and looks at 48 tokens. The language is the whole fluffy corpus: 102 words.

# %% slide="skip"
import torch

from course_lib import show
from course_lib.check import predict
from course_lib.check.assemble import assemble
from course_lib.gpt.corpora import FluffyCorpus
from course_lib.gpt.model import GPT, GPTConfig

corpus = FluffyCorpus()
config = GPTConfig(n_layer=2, n_head=4, n_embd=64, context_length=48, vocab_size=len(corpus.vocabulary))
torch.manual_seed(11)
gpt = assemble(config)
gpt.report

# %% [markdown]
# Run it again whenever you have passed more: your functions are really called, at every step of the training.

# %% [markdown] slide="slide"
# ## Where to compute
#
# A training step is a few dozen matrix products. Who does them, and how exactly? On a GPU thousands of multipliers work at once. And with
# [bfloat16](../GLOSSARY.md#bfloat16), numbers of 16 bits instead of 32, a chip that knows them does twice as many. Ours is chosen like this:

# %% tags=["nbval-ignore-output"]
from course_lib.gpt.device import choose_device, work_of

choose_device(work=work_of(config, tokens=64 * 48)).why

# %%
predict(
    "Your computer has several cores. For a model as small as this one: is it trained faster if two of them share the work?",
    {
        "twice as fast": "Only if there were nothing to wait for. Each product is cut in two, and both halves must be done before the next one begins.",
        "somewhat faster, or even slower": "A product takes a few hundred microseconds. Cutting, waking up and waiting for each other cost as much, and if something else runs on a core, everybody waits for it.",
        "it can't share": "It can: each core computes some of the rows.",
    },
    right="somewhat faster, or even slower",
)

# %% [markdown]
# So `choose_device` wakes only as many threads as have enough to do: one for a very small model, all for a large one. It tells you what it chose and why; nothing is assumed. `choose_device("cpu")` asks for something else.

# %% [markdown] slide="slide" notes="A batch is a handful of pages opened at random. The model sees the same text again and again, but never cut in the same way."
# ## A batch
#
# A [batch](../GLOSSARY.md#batch) is B windows, cut out of the text at places that dice choose. For each token of a window, `y` holds the one behind it. With an index made of all places at once there is no loop:

# %%
from course_lib.gpt.tokenizers import decode, encode
from course_lib.gpt.training_pieces import get_batch

text = torch.tensor(encode(corpus.tokens(1000), corpus.vocabulary))
x, y = get_batch(text, starts=torch.tensor([0, 500]), length=6)
rows = [decode(row.tolist(), corpus.vocabulary) for pair in zip(x, y) for row in pair]
show.Table("Two windows", ["x of 1", *rows[0]], [["y of 1", *rows[1]], ["x of 2", *rows[2]], ["y of 2", *rows[3]]])

# %% [markdown]
# For this corpus we use rows that each begin with a story. So it is known exactly how well anybody can do on them: the [entropy floor](../GLOSSARY.md#entropy-floor). Some rows are **held back**: the model is tested on them, and never learns them.

# %%
rows = torch.tensor(corpus.rows(14_000, 49))
held_back = torch.tensor(FluffyCorpus(seed=1).rows(400, 49))
floor = corpus.entropy_floor(length=48)
floors = {"word frequencies:": corpus.unigram_entropy(), "pairs of words:": corpus.bigram_entropy(), "floor:": floor}
{name: round(float(value), 2) for name, value in floors.items()}

# %% [markdown] slide="slide"
# ## How fast may it learn?
#
# The [learning rate](../GLOSSARY.md#learning-rate) says how far each step goes. Three models, 60 steps each, only this one number differs.

# %%
predict(
    "Rates of 0.0003, 0.01 and 1. What happens with the largest one?",
    {
        "it learns fastest": "For one or two steps. Then it stands on the other side of every valley, higher up than before.",
        "it learns nothing useful": "Each step jumps far over the goal. The loss stays above that of an untrained model.",
        "it is the same in the end": "Not with 60 steps, and with 1 not ever.",
    },
    right="it learns nothing useful",
)

# %%
from course_lib.gpt.training import train

curves = {}
for rate in (0.0003, 0.01, 1.0):
    torch.manual_seed(11)
    curves[rate] = train(GPT(config), rows, steps=60, batch_size=32, learning_rate=rate, device="cpu").losses

# %% tags=["nbval-ignore-output"] slide="subslide"
smooth = {
    f"rate {rate:g}": torch.tensor(losses).view(12, 5).mean(dim=1).clamp(max=8) for rate, losses in curves.items()
}
title = "Too small crawls, too large gets nowhere (drawn up to 8)"
show.lines(smooth, title, "training step", "loss (nats per token)", x=range(2, 60, 5), floors={"floor:": floor})

# %% [markdown]
# **Change it:** add 0.02 and 0.05 to the three. You will see that the rate must be of the right size, not exact.

# %%
ends = {rate: sum(losses[-10:]) / 10 for rate, losses in curves.items()}
{"best of the three": min(ends, key=ends.get), "0.0003 is behind by more than 1 nat": ends[0.0003] > ends[0.01] + 1}

# %% [markdown]
# And the best rate is not the same all the time. At first the model knows nothing, and its slopes are steep and wild: the rate must rise slowly, the **warm-up**. At the end it must become small, so that the last steps settle instead of jumping about. The rate as a
# function of the step is the *schedule*:

# %% slide="subslide"
from course_lib.gpt.training_pieces import cosine_rate_at, learning_rate_at

line = [learning_rate_at(step, steps=600, peak=0.01, warm_up=20) for step in range(600)]
wave = [cosine_rate_at(step, steps=600, peak=0.01, warm_up=20) for step in range(600)]
show.lines(
    {"straight": line, "half a wave": wave}, "Up quickly, then down to nothing", "training step", "learning rate"
)

# %% [markdown]
# GPT-3 went down in half a wave. Straight to zero is simpler, and in the comparisons of Bergsma et al. (2025) better. You write it in the exercises.
#
# Last, one bad batch must not undo a thousand good ones. All gradients together are one long arrow; if it is longer than 1, it is shortened to 1. That is
# [gradient clipping](../GLOSSARY.md#gradient-clipping).

# %% [markdown] slide="slide" notes="Let the plot run, and say nothing for half a minute. The plateau at the pairs, then the second fall: this is when it begins to look back."
# ## Down to the floor
#
# 600 steps of 64 windows. The optimiser is *Muon*; what it is, and whether it is worth it, you measure afterwards.

# %%
predict(
    "Held-back text, 600 steps: how near does it come to the exact floor?",
    {
        "about twice the floor": "That is where models stay that know only pairs of words.",
        "within a few percent": "What is left above the floor are small errors in very many probabilities.",
        "below the floor": "Nobody can, on text that was held back. Whoever does has seen it.",
    },
    right="within a few percent",
)

# %% tags=["nbval-ignore-output"] slide="subslide"
settings = {"steps": 600, "batch_size": 64, "optimiser": "muon", "validate_every": 100}
plot = show.LossPlot(floors, title="Your GPT learns the fluffy corpus")
history = train(gpt, rows, validation=held_back, on_step=plot, **settings)

# %% [markdown]
# First a steep fall: which words there are. Then which word follows which. Then it begins to look back, and the loss falls below everything that pairs can tell.

# %%
above = history.validation[-1][1] / floor - 1
{"tokens seen": f"{history.tokens:,}", "above the floor by less than 3 %": bool(0 < above < 0.03)}

# %% [markdown] slide="slide"
# ## Ask it
#
# The sentence of this course, and then: *the creature was …*. In lessons 3 and 4 you set the vectors by hand so that `creature` looked at `fluffy` and `blue`. Nobody has set anything here.

# %%
sentence = "a fluffy blue creature roamed the verdant forest . the creature was"
asked = {"… the creature was": sentence, "… fluffy and": f"{sentence} fluffy and"}
asked |= {"… the forest was": sentence.replace("the creature was", "the forest was")}

# %% tags=["nbval-ignore-output"] slide="subslide"
words = ["fluffy", "blue", "verdant", "gentle", "red"]
columns = [corpus.vocabulary[word] for word in words]
with torch.no_grad():
    ids = [torch.tensor([encode(text.split(), corpus.vocabulary)]) for text in asked.values()]
    guesses = torch.stack([gpt(row.to(history.device.kind))[0, -1].softmax(dim=-1)[columns].cpu() for row in ids])
title = "Whose adjective is whose"
show.heatmap(guesses, asked, words, title, "the text so far", "next word", pattern=True)

# %% [markdown]
# Each row is a text so far, each column a word that might follow. The other 97 words of the language get next to nothing.

# %%
said = [words[best] for best in guesses.argmax(dim=1)]
{"it says": dict(zip(asked, said)), "is sure": bool(guesses.amax(dim=1).min() > 0.8)}

# %% [markdown]
# It binds adjectives to nouns, across a whole sentence, because nothing else gets the loss down there. In lesson 14 you find the heads that do it. **Change it:** ask for the adjectives of a story of your own (words of the corpus only).

# %% [markdown] slide="slide" notes="The rule of this part: one change, one number. Everything else stays. Otherwise nobody knows what helped."
# ## The ladder: one change, one number
#
# Now real text. Offline every Python has one: its own manual. Here a token is a character. The start is a plain recipe, as nanoGPT's example for a processor has it. Then one change is added at a time, and each keeps those before it.

# %%
import math
import pydoc_data.topics

from course_lib.gpt.corpora import load_text
from course_lib.gpt.tokenizers import build_vocabulary

FILE = None  # the path of a text of your own, in UTF-8
lines = "\n".join(pydoc_data.topics.topics.values()).splitlines()
prose = [line for line in lines if line.strip("*=- ") and not line.lstrip().startswith(("|", "+"))]  # no tables
written = load_text(FILE) if FILE else " ".join(" ".join(prose).split())
letters = build_vocabulary(sorted(set(written)))
ids = torch.tensor(encode(list(written), letters))
learn, keep = ids[: len(ids) * 9 // 10], ids[len(ids) * 9 // 10 :]

# %%
from course_lib.gpt import modern

START = {"precision": torch.float32, "fused": False, "learning_rate": 1e-3}
RUNGS = {
    "plain start": ({}, []),
    "AdamW in one kernel": ({"fused": True}, []),
    "attention written out": ({}, [modern.with_fast_attention]),
    "bfloat16, where it exists": ({"precision": torch.bfloat16}, []),
    "rate twice as high": ({"learning_rate": 2e-3}, []),
    "Muon": ({"optimiser": "muon"}, []),
    "rotary positions": ({}, [modern.with_rotated_heads]),
    "RMS norm and ReLU²": ({}, [modern.with_rms_norm, modern.with_squared_relu]),
    "a look at the last 3 tokens": ({}, [modern.with_look_back]),
    "silent start, own head": ({"learning_rate": 3e-2}, [modern.with_silent_start, modern.with_own_head]),
}

# %% [markdown]
# Half of the rungs make a step *faster*, the others let it learn *more* from the same tokens. What does each bring? Every model sees the same 12 windows at each of 50 steps.

# %%
predict(
    "Which single change will lower the loss most, for the same number of tokens?",
    {
        "bfloat16": "It makes steps faster, not better: with the same tokens the loss is about the same.",
        "a better optimiser": "The rate, and Muon on top of it. Who takes the steps matters more than what the model is made of.",
        "a look at the last tokens": "A strong one, too: for characters the last three say a lot. Compare both in the table.",
    },
    right="a better optimiser",
)

# %%
sizes, table, changes, chosen = GPTConfig(4, 4, 128, 64, len(letters)), {}, [], dict(START)
for name, (new_settings, new_changes) in RUNGS.items():
    chosen, changes = chosen | new_settings, changes + new_changes
    torch.manual_seed(11)
    model = GPT(sizes)
    for change in changes:
        model = change(model)
    table[name] = train(model, learn, steps=50, batch_size=12, warm_up=5, device="cpu", say=None, **chosen)

# %% slide="skip" tags=["nbval-ignore-output"]
reached = {name: sum(run.losses[-10:]) / 10 for name, run in table.items()}
rows_of_table = [[n, f"{run.tokens_per_second:,.0f}", f"{reached[n]:.2f}"] for n, run in table.items()]
show.Table("Each rung keeps those above it", ["change", "tokens per second", "loss after 50 steps"], rows_of_table)

# %% [markdown]
# The middle column differs from computer to computer, and from minute to minute. The last one hardly does:

# %%
{
    "the faster kinds change the loss by less than 0.1": abs(
        reached["bfloat16, where it exists"] - reached["plain start"]
    )
    < 0.1,
    "rate and Muon lower it by more than 0.1": reached["Muon"] < reached["plain start"] - 0.1,
    "all together by more than 0.3": reached["silent start, own head"] < reached["plain start"] - 0.3,
}

# %% [markdown]
# That is what *equal tokens* give. What counts for you is *equal time*: faster steps are more steps. So the last rung gets as many steps as the first one's seconds pay for.

# %% tags=["nbval-ignore-output"]
first, last = table["plain start"], table["silent start, own head"]
steps = max(round(50 * first.seconds / last.seconds), 25)
torch.manual_seed(11)
raced = train(modern.modern_gpt(sizes), learn, steps=steps, batch_size=12, warm_up=5, device="cpu", say=None, **chosen)
f"in the plain start's {first.seconds:.1f} s: {sum(raced.losses[-10:]) / 10:.2f} after {steps} steps, instead of {reached['plain start']:.2f}"

# %% [markdown] slide="subslide"
# **Muon** (Jordan et al. 2024) in a sentence: the gradient of a matrix has a few strong directions, and a usual step follows those alone; Muon makes all directions of the step equally strong.
#
# **Attention written out** can be faster than PyTorch's own kernel *here*, for 64 tokens on a processor. On a GPU it is the other way round: there the kernel never writes the table of weights to memory, and memory is what it waits for (lesson 13).
#
# The other names are in `course_lib/gpt/modern.py`, a few lines each, with who found it. Muon and AdamW are in `optimisers.py`. `benchmarks/training.py` measures all of this properly: three rounds, medians.

# %% [markdown] slide="slide"
# ## Real text
#
# All changes together, 400 steps of 24 windows, less than a minute on two cores. On a GPU, take more of everything: more layers, a longer context, a hundred times the steps.

# %% tags=["nbval-ignore-output"] slide="subslide"
torch.manual_seed(11)
writer = modern.modern_gpt(GPTConfig(4, 2, 128, 64, len(letters)))
plot = show.LossPlot({"knows nothing:": math.log(len(letters))}, title="A GPT reads Python's manual")
reading = {"steps": 400, "batch_size": 24, "learning_rate": 3e-2, "warm_up": 4, "optimiser": "muon"}
report = train(writer, learn, validation=keep[:20_000], validate_every=200, on_step=plot, **reading)

# %% tags=["nbval-ignore-output"]
import textwrap

from course_lib.gpt.generation import generate

begin = torch.tensor([encode(list("The "), letters)], device=report.device.kind)
dice = torch.Generator().manual_seed(3)
sample = "".join(
    decode(generate(writer, begin, 400, temperature=0.6, generator=dice, cached=False)[0].tolist(), letters)
)
print(textwrap.fill(sample, 100))

# %% [markdown]
# It has seen nothing but characters, and nobody told it what a word is. Is this readable? Count: how many of its words stand in the manual?

# %%
import re

known = set(re.findall(r"[a-z]{3,}", written.lower()))
words = re.findall(r"[a-z]{3,}", sample.lower())[1:-1]
share = sum(word in known for word in words) / len(words)
{"nine of ten of its words are words": share > 0.9, "better than 2 nats": report.validation[-1][1] < 2}

# %% [markdown]
# How one lets it write, and what the temperature does, is lesson 12.
#
# **Change it:** give `FILE` a text of your own, a novel, your own letters (nothing leaves this computer), and run from there. `python -m course_lib fetch shakespeare` gets the plays.

# %% [markdown] slide="slide" notes="Pull the plug on the projector, if you dare. Otherwise let them press the stop button in the middle of the long run, and run the cell again."
# ## Stop, lose, go on
#
# Training takes minutes here, and months for a large model. Power fails, and somebody needs the computer. So from time to time everything that a run needs is written into one file, a [checkpoint](../GLOSSARY.md#checkpoint).

# %%
predict(
    "Weights alone are not enough to go on with exactly the same curve. What else is needed?",
    {
        "nothing, the weights are the model": "The run would go on, but along another curve: the optimiser would have forgotten its running means, and the dice would give other batches.",
        "the optimiser's memory, the dice, and the step": "All three. The step, for the schedule; the dice, so that the same batches follow.",
        "all batches so far": "They have done their work. But which ones come next must be known.",
    },
    right="the optimiser's memory, the dice, and the step",
)

# %% [markdown]
# First a run that nobody disturbs. Then the same, in a Python of its own, which dies in step 33 as if the plug had been pulled: no goodbye, no tidying up.

# %%
small = FluffyCorpus(words_per_kind=6)


def small_run(checkpoint=None, on_step=None):
    torch.manual_seed(11)
    model = GPT(GPTConfig(2, 2, 32, 24, len(small.vocabulary)))
    settings = {"steps": 60, "batch_size": 16, "device": "cpu", "save_every": 10}
    return train(model, small.rows(300, 25), checkpoint=checkpoint, on_step=on_step, **settings)


undisturbed = small_run()

# %%
import inspect
import subprocess
import sys
import tempfile
from pathlib import Path

PLUG = f"""
import os, sys, torch
from course_lib.gpt.corpora import FluffyCorpus
from course_lib.gpt.model import GPT, GPTConfig
from course_lib.gpt.training import train
small = FluffyCorpus(words_per_kind=6)
{inspect.getsource(small_run)}
small_run(sys.argv[1], lambda history: os._exit(1) if history.step == 33 else None)
"""
file = Path(tempfile.mkdtemp()) / "run.safetensors"
ended = subprocess.run([sys.executable, "-c", PLUG, str(file)])
{"it died": ended.returncode != 0, "the file is there": file.exists()}

# %% [markdown]
# Now the same call once more. It finds the file, and goes on from the last step that was saved.

# %%
resumed = small_run(str(file))
{"steps": resumed.step, "the two curves are equal, bit for bit": resumed.losses == undisturbed.losses}

# %% [markdown] slide="subslide"
# The file is written beside the old one, and takes its place in a single move: there is no moment at which half a file stands there. (The course's tests kill a run at twenty random moments.)
#
# A full disk, a damaged file, a file of another run: each gives one sentence, and the old file stays as it is. And the **stop button** of this page ends a run behind its current step. The model keeps what it has learned, and `train` says how far it got:


# %%
def press_stop(history):
    if history.step == 25:
        raise KeyboardInterrupt  # what the stop button sends


stopped = small_run(on_step=press_stop)

# %% [markdown] slide="slide"
# ## When memory is too small
#
# On a GPU the usual accident is *out of memory*: a batch is too large. The gradient of a batch is the mean of its parts' gradients, so it can go through in parts, one after the other. Here is a model that pretends to have room for 10 windows only.


# %%
class SmallMemory(GPT):
    def forward(self, ids):
        if len(ids) > 10:
            raise torch.OutOfMemoryError("CUDA out of memory (we pretend)")
        return super().forward(ids)


# %%
torch.manual_seed(11)
squeezed = train(SmallMemory(config), rows, steps=3, batch_size=32, device="cpu", precision=torch.float32)

# %% [markdown]
# Nothing broke, and `train` said what it did. Is it really the same as with enough memory?

# %%
torch.manual_seed(11)
roomy = train(GPT(config), rows, steps=3, batch_size=32, device="cpu", precision=torch.float32)
{"the same losses": torch.allclose(torch.tensor(squeezed.losses), torch.tensor(roomy.losses), rtol=1e-3)}

# %% [markdown] slide="skip"
# ## In the video's notation
#
# | video and papers | here |
# |---|---|
# | "tweaking and tuning" the entries of $W_Q, W_K, V_\downarrow, V_\uparrow$ | `train(gpt, …)`: all of them, at every step |
# | $W \leftarrow W - \eta\, g$ | AdamW: $g$ divided by its usual size; Muon: $g = USV^\top$ replaced by $UV^\top$ |
# | $\eta_t$, the schedule | `learning_rate_at(step, steps, peak, warm_up)` |
# | $g \leftarrow g \cdot \min(1, c / \lVert g \rVert)$ | `clip_gradients(parameters, largest)` |
#
# The video takes the trained matrices as given. What stands between random numbers and those is this lesson, a larger text, and months on thousands of GPUs.

# %% [markdown] slide="slide"
# ## What to take away
#
# 1. One change, one number: at equal tokens *and* at equal seconds. Otherwise nobody knows what helped.
# 2. The rate rises, then falls to nothing; who takes the steps (Muon, AdamW) matters more than most parts of the model.
# 3. A run is its weights, the optimiser's memory, the dice and the step. With all four in one whole file it can die at any time.
#
# **Now you:** the [exercise sheet](../exercises/11_train_your_gpt.ipynb), four functions, about 35 minutes.
