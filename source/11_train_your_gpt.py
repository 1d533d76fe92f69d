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

# %%
import torch

from course_lib import show
from course_lib.check import predict
from course_lib.model import GPT, GPTConfig
from course_lib.my_gpt import assemble
from course_lib.text import FluffyCorpus

corpus = FluffyCorpus()
config = GPTConfig(n_layer=2, n_head=4, n_embd=64, context_length=48, vocab_size=len(corpus.vocabulary))
torch.manual_seed(11)
gpt = assemble(config)
gpt.report.summary()

# %% slide="skip"
gpt.report

# %% [markdown]
# Run it again whenever you have passed more: your functions are really called, at every step of the long training below. (For the comparisons on the way the course's own class is used: it computes the same, faster.)

# %% [markdown] slide="slide"
# ## Where to compute
#
# A training step is a few dozen matrix products. Who does them, and how exactly? On a GPU thousands of multipliers work at once. And with
# [bfloat16](../GLOSSARY.md#bfloat16), numbers of 16 bits instead of 32, a chip that knows them does twice as many. Ours is chosen like this:

# %% tags=["nbval-ignore-output"]
from course_lib.train import choose_device, work_of

choose_device(work=work_of(config, tokens=64 * 48)).why

# %%
predict(
    "Two threads share each matrix product of this small model. How much faster is a training step than with one?",
    {
        "twice as fast": "Only if there were nothing to wait for. Each product is cut in two, and both halves must be done before the next one begins.",
        "faster, but not twice": "Cutting, waking up and waiting for each other take time as well. Measure how much, in the next cell.",
        "slower": "It happens, with smaller models, or if something else runs on one of the cores: then everybody waits for it.",
    },
    right="faster, but not twice",
)

# %% tags=["nbval-ignore-output"]
from dataclasses import replace

from course_lib.costs import seconds

took, some, timed = {}, torch.zeros(64, 48, dtype=torch.long), GPT(config)
for threads in (1, 2):
    with replace(choose_device("cpu"), threads=threads).at_work():
        took[threads] = seconds(lambda: timed(some).sum().backward())
f"with two threads: {took[1] / took[2]:.1f} times as fast"

# %% [markdown]
# So `choose_device` wakes only as many threads as have enough to do: one for a very small model, all for a large one. It says what it chose and why. `choose_device("cpu")` asks for something else.
#
# On a GPU, `train(…, compile=True)` lets PyTorch write one program for the whole model first. That takes a minute, and pays in long runs.

# %% [markdown] slide="slide" notes="A batch is a handful of pages opened at random. The model sees the same text again and again, but never cut in the same way."
# ## A batch
#
# A [batch](../GLOSSARY.md#batch) is B windows of the text. For each token of a window, `y` holds the next one. Usually dice choose the places; here they are 0 and 500.

# %%
from course_lib.text import decode, encode
from course_lib.train import get_batch

text = torch.tensor(encode(corpus.tokens(1000), corpus.vocabulary))
x, y = get_batch(text, starts=torch.tensor([0, 500]), length=6)
rows = [decode(row.tolist(), corpus.vocabulary) for pair in zip(x, y) for row in pair]
names = ["x, window 1", "y, window 1", "x, window 2", "y, window 2"]
show.Table("Two windows of six tokens", ["", *range(1, 7)], [[name, *row] for name, row in zip(names, rows)])

# %% [markdown]
# A window that begins inside a story hides which nouns came before. So for this corpus we use rows that each begin with a story: then it is known exactly how well anybody can do on them, the [entropy floor](../GLOSSARY.md#entropy-floor). Other rows, of another seed, are **held back**: the model is tested on them, and never learns them.

# %%
rows = torch.tensor(corpus.rows(14_000, 49))
held_back = torch.tensor(FluffyCorpus(seed=1).rows(400, 49))
floor = corpus.entropy_floor(length=48)
floors = {"word frequencies:": corpus.unigram_entropy(), "pairs of words:": corpus.bigram_entropy(), "floor:": floor}
{name: round(float(value), 2) for name, value in floors.items()}

# %% [markdown] slide="slide"
# ## How fast may it learn?
#
# The [learning rate](../GLOSSARY.md#learning-rate) says how far each step goes. Three models, 60 steps each, only this one number differs. (It is the *peak* of the rate: `train` climbs to it in 20 steps and then goes down to 0, as you will see in a moment.)

# %%
predict(
    "Rates of 0.0003, 0.01 and 1. What happens with the largest one?",
    {
        "it learns fastest": "Not even at first. Its very first steps land on the other side of every valley, higher up than before.",
        "it learns nothing useful": "Each step jumps far over the goal. The loss stays above that of an untrained model.",
        "it is the same in the end": "Not in 60 steps, and with this rate not in any number of them.",
    },
    right="it learns nothing useful",
)

# %%
from course_lib.train import train

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
# The means of the last ten steps say the same:

# %%
ends = {rate: sum(losses[-10:]) / 10 for rate, losses in curves.items()}
{"best": min(ends, key=ends.get), "0.0003 is behind by more than 1 nat": ends[0.0003] > ends[0.01] + 1}

# %% [markdown]
# **Change it:** how wide is the range of good rates? Add 0.02 and 0.05 to the three.

# %% [markdown] slide="subslide"
# The best rate changes during a run. At first the model knows nothing and its slopes are wild: the rate climbs slowly, the **warm-up**. At the end it must become small, so that the last steps settle instead of jumping about. The rate as a function of the step is the *schedule*:

# %%
from course_lib.train import cosine_rate_at, learning_rate_at

line = [learning_rate_at(step, steps=600, peak=0.01, warm_up=20) for step in range(600)]
wave = [cosine_rate_at(step, steps=600, peak=0.01, warm_up=20) for step in range(600)]
show.lines(
    {"straight": line, "half a wave": wave}, "Up quickly, then down to nothing", "training step", "learning rate"
)

# %% [markdown]
# GPT-3 went down in half a wave. Straight to zero is simpler, and in the comparisons of Bergsma et al. (2025) better. You write the straight one in the exercises.
#
# One thing more: a bad batch must not undo a thousand good ones. All gradients together are one long arrow; if it is longer than 1, it is shortened to 1. That is
# [gradient clipping](../GLOSSARY.md#gradient-clipping).

# %% [markdown] slide="slide" notes="Read it aloud, line by line, and ask for each line which exercise it was. This is all of it: everything else is comfort."
# ## All of it in ten lines
#
# Batch, rate, loss, gradient, clip, step: here is the whole loop. You have written, or will write, every piece of it.

# %%
from course_lib.train import clip_gradients, next_token_loss

torch.manual_seed(11)
learner, losses = GPT(config), []
optimiser = torch.optim.AdamW(learner.parameters())
for step in range(40):
    x, y = get_batch(text, starts=torch.randint(len(text) - 48, (32,)), length=48)
    optimiser.param_groups[0]["lr"] = learning_rate_at(step, steps=40, peak=0.01, warm_up=5)
    loss = next_token_loss(learner, x, y)
    optimiser.zero_grad()
    loss.backward()
    clip_gradients(list(learner.parameters()), largest=1.0)
    optimiser.step()
    losses.append(loss.item())
{"more than 1 nat lower after 40 steps": losses[-1] < losses[0] - 1}

# %% [markdown]
# `train`, which you have called three times, is this loop and its comfort: it chooses the device, tests on text that was held back, can be stopped, and survives a power cut.

# %% [markdown] slide="subslide"
# It takes its pieces from outside. Those that you have passed, in the exercises of this lesson and the one before, drive the long run below; for the others the course's stand in.

# %%
from course_lib.my_gpt import training_pieces
from course_lib.train import Recording

own = training_pieces()
own.report.summary()

# %% [markdown] slide="slide" notes="Let the plot run, and say nothing for half a minute. Below the pairs it rests for a while; then the second fall: this is when it begins to look back."
# ## Down to the floor
#
# 600 steps of 64 windows. The optimiser is *Muon*; what it is, and whether it is worth it, you measure afterwards. Now and then a `Recording` asks every head where it looks in the sentence of this course.

# %%
predict(
    "Held-back text, 600 steps: how near does it come to the exact floor?",
    {
        "about twice the floor": "That is where models stay that know only pairs of words.",
        "within a few percent": "What is left above the floor are small errors in very many probabilities.",
        "below the floor": "Nobody can, on average, on text that was held back. Whoever does has seen it.",
    },
    right="within a few percent",
)

# %% tags=["nbval-ignore-output"] slide="subslide"
sentence = "a fluffy blue creature roamed the verdant forest . the creature was"
plot = show.LossPlot(floors, title="Your GPT learns the fluffy corpus")
film = Recording(encode(sentence.split(), corpus.vocabulary), gpt, also=plot)
settings = {"steps": 600, "batch_size": 64, "optimiser": "muon", "validate_every": 100}
history = train(gpt, rows, validation=held_back, on_step=film, pieces=own, **settings)
f"on text that was held back: {history.validation[-1][1]:.3f}; the floor: {floor:.3f}"

# %% [markdown]
# After a few dozen steps it is below *pairs of words*: it uses more than the last word already. Then it rests: it knows the grammar, and guesses at the adjectives. The second fall is the recall: it begins to look back, at the right noun.

# %%
above = history.validation[-1][1] / floor - 1
{"tokens seen": f"{history.tokens:,}", "above the floor by less than 3 %": bool(0 < above < 0.03)}

# %% [markdown] slide="subslide" notes="Stop at the pairs of words, and let the room say which heads do something by then. Then step on, until one of them looks at fluffy from was."
# **Play it again**, slowly. Choose a head, and the last `was` as the token that looks. Where is the loss when a head first looks at `fluffy`, `blue` or `creature` from there?

# %% tags=["nbval-ignore-output"]
show.TrainingPlayer(film.losses, film.snapshots, sentence.split(), floors, title="Heads find something to look at")

# %% [markdown] slide="slide"
# ## Ask it
#
# The sentence of this course, and then: *the creature was …*. In lessons 3 and 4 you set the vectors by hand so that `creature` looked at `fluffy` and `blue`. Nobody has set anything here.

# %%
asked = {"… the creature was": sentence, "… fluffy and": f"{sentence} fluffy and"}
asked |= {"… the forest was": sentence.replace("the creature was", "the forest was")}

# %% tags=["nbval-ignore-output"] slide="subslide"
words = ["fluffy", "blue", "verdant", "gentle", "red"]
columns = [corpus.vocabulary[word] for word in words]
with torch.no_grad():
    ids = [torch.tensor([encode(text.split(), corpus.vocabulary)]) for text in asked.values()]
    guesses = torch.stack([gpt(row.to(history.device.kind))[0, -1].softmax(dim=-1)[columns].cpu() for row in ids])
title = "After each noun, that noun's own adjective"
show.heatmap(guesses, asked, words, title, "the text so far", "next word", pattern=True)

# %% [markdown]
# Each row is a text so far, each column a word that might follow. All other words of the language share what is left of a row.

# %%
said = [words[best] for best in guesses.argmax(dim=1)]
{
    "it says": dict(zip(asked, said)),
    "is sure": bool(guesses.amax(dim=1).min() > 0.8),
    "all other words together get less than a tenth": bool((1 - guesses.sum(dim=1)).max() < 0.1),
}

# %% [markdown]
# It binds adjectives to nouns, across a whole sentence, because nothing else gets the loss down that far. In lesson 14 you find the heads that do it. **Change it:** ask for the adjectives of a story of your own (words of the corpus only).

# %% [markdown] slide="slide" notes="The rule of this part: one change, one number. Everything else stays. Otherwise nobody knows what helped."
# ## The ladder: one change, one number
#
# Now real text. Offline every Python has one: a part of its own manual. Here a token is a character. The start is a plain recipe, as nanoGPT's example for a processor has it. Then one change is added at a time, and each keeps those before it.

# %%
import math
import pydoc_data.topics

from course_lib.my_gpt import tokenizer
from course_lib.text import load_text

FILE = None  # the path of a text of your own, in UTF-8
lines = "\n".join(pydoc_data.topics.topics.values()).splitlines()
prose = [line for line in lines if line.strip("*=- ") and not line.lstrip().startswith(("|", "+"))]  # no tables
written = load_text(FILE) if FILE else " ".join(" ".join(prose).split())
letters = tokenizer(written)  # of your functions from lesson 2, where they are done
ids = torch.tensor(letters.encode(written))
learn, keep = ids[: len(ids) * 9 // 10], ids[len(ids) * 9 // 10 :]

# %% [markdown]
# And these are the rungs: settings of `train`, changes of the model, and what it is in words. The first three change how fast a step is; the others, what is learned from it. The changes are in `course_lib/model/modern.py`, a few lines each, with who found them.

# %% slide="skip"
from course_lib.model import modern

START = {"precision": torch.float32, "fused": False, "learning_rate": 2e-3, "device": "cpu"}
RUNGS = {
    "plain start": ({}, [], "AdamW, float32, PyTorch's own attention"),
    "AdamW in one kernel": ({"fused": True}, [], "all weights are moved in a single call"),
    "attention written out": ({}, [modern.with_fast_attention], "two plain products and a masked softmax"),
    "bfloat16": ({"precision": torch.bfloat16}, [], "products of 16-bit numbers, where the chip has them"),
    "Muon": ({"optimiser": "muon"}, [], "another optimiser for the matrices, explained below"),
    "rotary positions": ({}, [modern.with_rotated_heads], "q and k are turned by an angle that grows with the place"),
    "RMS norm": ({}, [modern.with_rms_norm], "the norm divides by the size and subtracts no mean"),
    "ReLU²": ({}, [modern.with_squared_relu], "max(x, 0)² as the bend of the MLP"),
    "look back": ({}, [modern.with_look_back], "each token adds a learned share of the three before it"),
    "silent start": ({}, [modern.with_silent_start], "every update begins as 0"),
    "own head": ({}, [modern.with_own_head], "another table predicts tokens than reads them in"),
    "its rate × 15": ({"learning_rate": 3e-2}, [], "that of AdamW, which moves the tables; Muon's stays"),
}

# %% slide="subslide"
show.Table("Eleven changes", ["change", "what it is"], [(name, said) for name, (_, _, said) in RUNGS.items()][1:])

# %%
predict(
    "Every model sees the same 12 windows at each of 50 steps. Which of these lowers the loss most?",
    {
        "bfloat16": "It makes steps faster, not better: with the same tokens the loss is about the same.",
        "Muon": "Who takes the steps matters more than what the model is made of.",
        "the look back": "Three characters tell a lot. But this model has heads that can look there already.",
    },
    right="Muon",
)

# %% [markdown]
# Now climb: each model is a new one, with one change more than the one before.

# %%
sizes, runs, changes, chosen = GPTConfig(4, 4, 128, 64, len(letters)), {}, [], dict(START)
for name, (new_settings, new_changes, _) in RUNGS.items():
    chosen, changes = chosen | new_settings, changes + new_changes
    torch.manual_seed(11)
    model = GPT(sizes)
    for change in changes:
        model = change(model)
    runs[name] = train(model, learn, steps=50, batch_size=12, warm_up=5, say=None, **chosen)

# %% slide="subslide" tags=["nbval-ignore-output"]
from itertools import pairwise

reached = {name: sum(run.losses[-10:]) / 10 for name, run in runs.items()}
takes_off = {name: reached[before] - reached[name] for before, name in pairwise(reached)}
title = "What each change takes off the loss, with the same tokens"
show.bars([round(drop, 2) for drop in takes_off.values()], list(takes_off), title, y_name="nats per token")

# %% [markdown]
# The last bar is the longest: in only 50 steps, 15 times the rate counts most of all. What holds on every computer:

# %%
{
    "bfloat16 changes less than 0.1": abs(takes_off["bfloat16"]) < 0.1,
    "an own head needs its own rate": takes_off["own head"] < takes_off["its rate × 15"],
    "Muon takes off more than the look back": takes_off["Muon"] > takes_off["look back"],
    "all together more than 0.3": reached["plain start"] - min(reached.values()) > 0.3,
}

# %% [markdown] slide="subslide"
# An own head alone makes it *worse*: it begins as nothing, and learns too slowly at that rate. Only both together gain. One change, one number, and yet the changes depend on each other.
#
# That is what *equal tokens* give. What counts for you is *equal time*: a faster step is more steps. And 50 steps, once, say little. `benchmarks/training.py` climbs the same ladder properly: ten times as many steps, three rounds, medians, the plays of Shakespeare. Here is what it wrote down:

# %% slide="skip" tags=["nbval-ignore-output"]
from course_lib.costs import benchmark_table

show.Table("Each rung keeps those above it", *benchmark_table("Training: the ladder"))

# %% [markdown]
# Read it column by column. Speed comes from attention written out and from bfloat16; Muon and the look back *cost* speed. With equal tokens Muon takes off by far the most. And some famous changes do next to nothing *here*: RMS norm, ReLU², the silent start. Whoever changes everything at once believes in all of them.

# %% [markdown] slide="subslide"
# **Muon** (Jordan et al. 2024) in a sentence: the gradient of a matrix has a few strong directions, and a usual step follows those alone; Muon makes all directions of the step equally strong. It is in `optimisers.py`.
#
# **Attention written out** can be faster than PyTorch's own kernel *here*, for 64 tokens on a processor. On a GPU it is the other way round: there the kernel never writes the table of weights to memory, and memory is what it waits for (lesson 13). That is also why these comparisons ask for the processor.

# %% [markdown] slide="slide"
# ## Real text
#
# All changes together, and 2 heads of 64 instead of 4 of 32: fewer, larger products. 400 steps of 24 windows. On a GPU, take more of everything: more layers, a longer context, a hundred times the steps.

# %% tags=["nbval-ignore-output"] slide="subslide"
torch.manual_seed(11)
writer = modern.modern_gpt(GPTConfig(4, 2, 128, 64, len(letters)))
plot = show.LossPlot({"knows nothing:": math.log(len(letters))}, title="A GPT learns to spell from Python's manual")
reading = {"steps": 400, "batch_size": 24, "learning_rate": 3e-2, "warm_up": 4, "optimiser": "muon"}
report = train(writer, learn, validation=keep[:20_000], validate_every=200, on_step=plot, **reading)

# %% tags=["nbval-ignore-output"]
import textwrap

from course_lib.model import generate

begin = torch.tensor([letters.encode("The ")], device=report.device.kind)
dice = torch.Generator().manual_seed(3)
sample = letters.decode(generate(writer, begin, 400, temperature=0.6, generator=dice, cached=False)[0].tolist())
print(textwrap.fill(sample, 100))

# %% [markdown]
# It has seen nothing but characters, and nobody told it what a word is. Is this readable? Count: how many of its words stand in the manual? (`temperature` and `cached`: lesson 12.)

# %%
import re

known = set(re.findall(r"[a-z]{3,}", written.lower()))
words = re.findall(r"[a-z]{3,}", sample.lower())[1:-1]
share = sum(word in known for word in words) / len(words)
{"nine of ten of its words stand in the manual": share > 0.9, "better than 2 nats": report.validation[-1][1] < 2}

# %% [markdown]
# How one lets it write, and what the temperature does, is lesson 12.
#
# **Change it:** give `FILE` a text of your own, a novel, your own letters (nothing leaves this computer), and run from that cell on. `python -m course_lib fetch shakespeare` gets the plays.

# %% [markdown] slide="slide" notes="Pull the plug on the projector, if you dare. Otherwise let them press the stop button in the middle of the long run, and run the cell again."
# ## Stop, lose, go on
#
# Training takes minutes here, and months for a large model. Power fails, and somebody needs the computer. So from time to time everything that a run needs is written into one file, a [checkpoint](../GLOSSARY.md#checkpoint).

# %%
predict(
    "A file holds all weights, and nothing else. You load them and go on. Is the curve the one of an undisturbed run?",
    {
        "yes, the weights are the model": "They are the model, but not the run. The optimiser would begin without its running means, the schedule at step 0, and the dice would give other batches.",
        "no, three more things are needed": "The optimiser's memory; the step, for the schedule; the dice, so that the same batches follow.",
        "no, it also needs the batches so far": "They have done their work. But which ones come next must be known.",
    },
    right="no, three more things are needed",
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
from course_lib.text import FluffyCorpus
from course_lib.model import GPT, GPTConfig
from course_lib.train import train
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
# A full disk, a damaged file, a file of another run: each gives one sentence, and the old file stays as it is. And the **stop button** of this page ends a run after its current step. The model keeps what it has learned, and `train` says how far it got:


# %%
def press_stop(history):
    if history.step == 25:
        raise KeyboardInterrupt  # what the stop button sends


stopped = small_run(on_step=press_stop)

# %% [markdown] slide="slide"
# ## When memory is too small
#
# On a GPU the usual accident is *out of memory*: a batch is too large. The gradient of a batch is the mean of the gradients of equal parts, so it can go through in parts, one after the other. Here is a model that pretends to have room for 10 windows only.


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
# | training sets the entries of $W_Q, W_K, V_\downarrow, V_\uparrow$ | `train(gpt, …)`: all of them, at every step |
# | $W \leftarrow W - \eta\, g$ | AdamW: $g$ divided by its usual size; Muon: by the nearest matrix that is equally strong in all directions |
# | $\eta_t$, the schedule | `learning_rate_at(step, steps, peak, warm_up)` |
# | $g \leftarrow g \cdot \min(1, c / \lVert g \rVert)$ | `clip_gradients(parameters, largest)` |
#
# The video takes the trained matrices as given. What stands between random numbers and those is this lesson, a larger text, and months on thousands of GPUs.

# %% [markdown] slide="slide"
# ## What to take away
#
# 1. One change, one number: at equal tokens *and* at equal seconds. Otherwise nobody knows what helped.
# 2. The rate rises, then falls to nothing. Who takes the steps (here Muon) mattered more than any part of the model, and some famous changes did nothing here.
# 3. A run is its weights, the optimiser's memory, the dice and the step. With all four in one whole file it can die at any time.
#
# **Now you:** the [exercise sheet](../exercises/11_train_your_gpt.ipynb), four functions, about 35 minutes.
