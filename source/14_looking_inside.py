# %% [markdown] slide="slide" notes="Begin with the video's confession: its adjective head is made up. Today the class finds a real one, and finds out where the video simplifies."
# # Looking inside: find the head, then switch it off
#
# The video's adjective head is made up, and it says so. Does a trained model have one? After this lesson you can
# - give every head of a model a **score** for a job that you name,
# - **switch a head off**, and see exactly which predictions need it,
# - read what **each layer** would predict, if it were the last,
# - grow an **induction head** in seconds, and say what it is made of,
# - say why real heads are harder to read than drawn ones.
#
# *45 minutes · needs lessons [7](07_many_heads.ipynb) and [9](09_whole_gpt_counted.ipynb).*

# %% [markdown] slide="slide"
# ## A model that nobody told about adjectives
#
# This GPT was trained on the fluffy corpus (lesson 6) to guess the next word, and nothing else. It is shipped with the course. It moves to your GPU, if there is one; for so small a
# model the processor is enough.
#
# One thing was chosen so that there is something to see: the optimiser. With Muon for all its matrices the model learns faster still, but then many heads share every job. With Adam for the attention, few do.

# %%
import numpy as np
import torch

from course_lib import show
from course_lib.check import predict
from course_lib.model import fluffy_model
from course_lib.text import FluffyCorpus, decode, encode
from course_lib.train import choose_device

device = choose_device().kind
model, vocabulary = fluffy_model().to(device), FluffyCorpus().vocabulary
{"layers": model.config.n_layer, "heads in each": model.config.n_head, "weights": model.count()}

# %%
from course_lib.inside import token_losses

T, floor = model.config.context_length, FluffyCorpus().entropy_floor(model.config.context_length - 1)
rows, fresh = (torch.tensor(FluffyCorpus(seed=seed).rows(200, T)) for seed in (14, 15))  # (B, T) each
complete = token_losses(model, fresh)  # (B, T_predicted)
{"its loss": round(float(complete.mean()), 2), "the entropy floor": round(float(floor), 2)}

# %% [markdown] slide="subslide"
# `rows` are 200 stories to find heads in, `fresh` are 200 others, to test what we have found. The loss is close to the [entropy floor](../GLOSSARY.md#entropy-floor). So the model must know which adjective belongs to which noun. *Where* does it know that?
# Let it read a story, and keep what is usually thrown away: the patterns of all heads, and the [residual stream](../GLOSSARY.md#residual-stream) after every layer.

# %%
from course_lib.inside import look_inside

STORY = "a fluffy blue creature roamed the verdant forest . the creature was fluffy and blue . the forest was verdant ."
story = STORY.split()
ids = torch.tensor([encode(story, vocabulary)])  # (B, T)
inside = look_inside(model, ids)
{"patterns (L, B, H, T, T)": tuple(inside.patterns.shape), "streams (L + 1, B, T, C)": tuple(inside.streams.shape)}

# %% slide="subslide"
show.head_patterns(inside.patterns[:, 0], title="All heads read the same story")

# %% [markdown]
# Each small square is a pattern as in lesson 4: a row is a query, dark is much. Some heads show a few lonely dots, some a step, many a pale blur. A dark first column is common in real models, too: every row has to share out
# exactly 1, and a head that finds nothing gives it to the first token.
#
# None of them carries a label. So we go the other way round: name a job, and measure who does it.

# %% [markdown] slide="slide" notes="Let the room vote, and insist on an argument. The first answer is the video's, and nearly everybody takes it."
# ## A job becomes a number
#
# When the story says *the creature was*, the next word is certain: `fluffy`. Something must have carried it there from the first sentence.

# %%
predict(
    "After was, the model has to say fluffy again. Which look at the first fluffy does it need?",
    {
        "that of creature, close to it": "The video's head. It would do, if was then looked at creature. You are about to measure it.",
        "that of was, where the word is needed": "A direct look back, from the very place that has to predict. You are about to measure it.",
        "that of the second fluffy": "Too late: at that place the word has been said already.",
    },
    right="that of was, where the word is needed",
)

# %%
from course_lib.text import adjective_after_was, adjectives_of_story, own_adjectives

texts = [decode(row, vocabulary) for row in rows.tolist()]
patterns = look_inside(model, rows).patterns  # (L, B, H, T, T)
targets = {
    "noun → its adjectives": torch.tensor(np.array([own_adjectives(text) for text in texts])),
    "was → the adjective": torch.tensor(np.array([adjective_after_was(text) for text in texts])),
}

# %% [markdown] slide="subslide"
# `targets` says for both jobs where a head would have to look: `own_adjectives` from each new noun, `adjective_after_was` from each `was`. A head's **score**
# is the share of the attention that lands there: 0 is nothing, 1 is all of it. For comparison, two who do not know *whose*: one looks at everything alike, the other at all adjectives of the story alike.

# %%
from course_lib.inside import best_head, share_at

of_story = torch.tensor(np.array([adjectives_of_story(text) for text in texts]))  # (B, T, T)
guesses = {"all tokens alike": torch.ones_like(of_story).tril(), "all adjectives of the story alike": of_story}
scores = {job: share_at(patterns, goal) for job, goal in targets.items()}  # (L, H) each
shares = {f"{job}: best head": scores[job].max() for job in targets}
for name, looks in guesses.items():
    alike = looks / looks.sum(-1, keepdim=True).clamp(min=1)  # (B, T, T)
    shares[f"was → the adjective: {name}"] = share_at(alike[:, None], targets["was → the adjective"])
{name: round(float(share), 2) for name, share in shares.items()}

# %% slide="subslide"
show.head_map(scores["was → the adjective"], title="How much each head looks from “was” at the right adjective")

# %% [markdown]
# From `was`, two heads of the last layer look at little else, and they nearly tie. They do much better than somebody who only knows what an adjective is: they must know the one of the noun in front of `was`.
#
# The video's job has a head, too: there is one that gives half of its attention from a noun to its adjectives. Both ways would work, and the numbers say that this model has a bit of the one and much of
# the other. Which of them does it *need*? Looking is not yet proof.

# %% [markdown] slide="slide"
# ## See it look
#
# Here is the best head on our story, from the places where an adjective comes next.

# %%
layer, head = best_head(scores["was → the adjective"])
was, so_far = story.index("was"), story.index("and") + 1
weights = inside.patterns[layer, 0, head][[was, was + 2], :so_far]  # (T_query, T_key)
seen = [story[i] for i in weights.argmax(-1)]
title = f"Layer {layer}, head {head}: from “was” to “{seen[0]}”, and then from “and” to “{seen[1]}”"
show.pattern(weights, ["creature was", "fluffy and"], title, keys=story[:so_far])

# %% [markdown] slide="subslide"
# **Change it:** choose another head, another text, a temperature. The view wants scores. Our patterns are weights already, and their logarithm will do: softmax undoes it.

# %%
layer, head = best_head(scores["was → the adjective"])
short = "a fluffy bear found the verdant cave . the bear was".split()
weights = look_inside(model, torch.tensor([encode(short, vocabulary)])).patterns[layer, 0, head]  # (T, T)
show.AttentionGrid(
    short, weights.clamp(min=1e-9).log(), title=f"Layer {layer}, head {head}", mask="before", query=len(short) - 1
)

# %% [markdown] slide="slide" notes="Stress the difference: a pattern is an observation. Switching off is an experiment."
# ## Switch it off
#
# A pattern shows where a head looks. Whether the model *needs* it is another question, and it has a test: [ablation](../GLOSSARY.md#ablation). Set the head's columns to 0 just before `W_o`, so that it adds
# nothing to the stream, and measure the loss again, separately for every kind of word.

# %%
predict(
    "The best adjective head is switched off. Which predictions get worse?",
    {
        "all of them a bit": "A head is a small part, and most words do not need this one.",
        "recalled adjectives, hardly anything else": "The one job that needs it. The others have their own heads.",
        "none: other heads step in": "Another one does the same job, as you will see. It is not enough.",
    },
    right="recalled adjectives, hardly anything else",
)

# %%
from course_lib.inside import switched_off, token_losses
from course_lib.text import ROLES, roles

role = np.array([roles(decode(row, vocabulary)) for row in fresh.tolist()])[:, 1:]  # (B, T_predicted)
where = {name: torch.tensor(role == name) for name in ROLES}
recalled, after_was = where.pop("recalled adjective"), fresh[:, :-1] == vocabulary["was"]
where |= {"adjective after “was”": recalled & after_was, "adjective after “and”": recalled & ~after_was}
with switched_off(model, (layer, head)):
    without = token_losses(model, fresh)
rise = [float((without - complete)[places].mean()) for places in where.values()]

# %% slide="subslide"
title = f"What is lost without layer {layer}, head {head}"
show.bars(rise, list(where), title, y_name="rise of the loss (nats)", highlight=[5, 6])

# %% [markdown]
# *New* words are predicted as before, and so are verbs and small words (`a`, `the`, `was`, `and`, `.`): what a head does not do cannot get lost. *Recalled* is what the story has said before and now says again. So the job of this head, in one sentence: **it fetches what the story has said**, above all
# the adjective that follows `was`, and some nouns. That is now a finding, not a drawing: the head was chosen on 200 stories, and tested on 200 others.
#
# `switched_off` is your `ablate_head` of the exercises, hung into the model by a hook of PyTorch's, and taken out again at the end of the `with`.

# %% [markdown] slide="slide"
# ## Switch off each of them
#
# One head was chosen because it *looks* right. Now ask the other way round: for each of the heads, how much does the loss rise without it, at the place where the score was taken, after `was`?

# %%
predict(
    "Is the head with the best score also the one whose absence hurts most?",
    {
        "yes, score and effect must agree": "The score asks one question. A head may be needed for a job that you did not ask for.",
        "no, another one is missed more": "Somebody has to do the work before. The map shows who.",
        "all heads are missed alike": "Most of them do nothing at all for this job.",
    },
    right="no, another one is missed more",
)

# %%
from course_lib.inside import best_heads, rise_without_each_head

rises = rise_without_each_head(model, fresh, after_was)  # (L, H)
first, (best, next_best) = best_head(rises), best_heads(scores["was → the adjective"], 2)
show.head_map(
    rises, title="How much the adjective after “was” loses without each head (nats)", score_name="rise of the loss"
)

# %% [markdown]
# The head that is missed most stands in an *earlier* layer. What does it look at? And the two with the best scores, and the video's, which looks from nouns at their adjectives? One thing more: a 0 is nothing
# that later layers have ever seen. It is kinder to put in what the head gives *on average*.

# %%
from course_lib.inside import mean_outputs
from course_lib.text import noun_before_was

targets["was → its noun"] = torch.tensor(np.array([noun_before_was(text) for text in texts]))
kinder = rise_without_each_head(model, fresh, after_was, instead=mean_outputs(model, rows))  # (L, H)
measured = {job: share_at(patterns, goal) for job, goal in targets.items()} | {"rise": rises, "rise (mean)": kinder}


# %% slide="subslide"
wanted = {"missed most": first, "best score": best, "next best": next_best}
wanted["the video's"] = best_head(scores["noun → its adjectives"])
lines = [
    [name, f"{layer}.{head}", *(f"{table[layer, head]:.2f}" for table in measured.values())]
    for name, (layer, head) in wanted.items()
]
title = f"Who looks, and who is missed? (A blind guess costs {np.log(len(vocabulary)):.2f})"
show.Table(title, ["", "layer.head", *measured], lines)

# %% [markdown]
# The head that is missed most does not look at an adjective at all. From `was` it looks at the noun, one token back (in the first figure it is the one with the steps; the words after `was` look there, too). Without it the loss rises by more than a blind guess costs: the model is
# *sure of a wrong word*. Zeros or means, the order is the same.
#
# The two best scores are alike, and one of these heads is missed three times as much: a score does not see *what* is fetched. The video's is hardly missed, for this word. And layer 0, head 0? A pale blur, but missed. We do not know its job.

# %% [markdown] slide="subslide" notes="Ask before the run: which of the two numbers will fall? The second head still wants an adjective; it no longer knows whose."
# So perhaps the job has two steps in two layers: **whose?**, then **which one?** Heads that work in a chain like this are called a [circuit](../GLOSSARY.md#circuit). If it is one, the second head must go wrong when the first is switched off. Where does it look then?

# %%
with switched_off(model, first):
    alone = look_inside(model, rows).patterns  # (L, B, H, T, T)
goals = {"the right adjective": targets["was → the adjective"], "any adjective of the story": of_story}
{
    name: {goal: round(float(share_at(seen, where)[best]), 2) for goal, where in goals.items()}
    for name, seen in {"the whole model": patterns, "without the first head": alone}.items()
}

# %% [markdown]
# It is one. The second head still looks at adjectives of the story, but hardly knows *whose*: that is not far from looking at all of them alike.
#
# A score finds only what you asked for. An ablation finds what is needed, and does not say for what. You want both.

# %% [markdown] slide="subslide" notes="Do it live: first the head of the first step, then that of the second. Let the room say beforehand which words will come. Then take a text from the room."
# **Change it:** score and ablation, for every head, with a text of your own. Here the last `was` asks, and the answer is `verdant`. Switch off the head that is missed most: *whose* adjective does the model say now? Switch it on
# again, go to the first `was`, and find the head of layer 2 without which the model says an adjective that is *nobody's*.
#
# A click or Enter shows a head, and the arrow keys move. Words that the model has never seen are named.

# %% slide="subslide"
last_was = len(story) - 1 - story[::-1].index("was")
title = "Who looks, and who is needed?"
show.HeadBrowser(model, vocabulary, STORY, measured, title, job="rise", query=last_was)

# %% [markdown] slide="slide" notes="This is the honest slide. Real models are messier than this one by far."
# ## Why real heads are harder to read than the video's
#
# Two heads fetch the adjective. Switch off one, the other, and both. Count the rise of the loss, and how much the right word's *lead* falls: its logit, less the mean of all logits.

# %%
from course_lib.inside import token_leads

lead = token_leads(model, fresh)  # (B, T_predicted)


def missed(*off):
    with switched_off(model, *off):
        changes = token_losses(model, fresh) - complete, lead - token_leads(model, fresh)
    return np.array([float(change[after_was].mean()) for change in changes])


best_off, next_off, both_off = missed(best), missed(next_best), missed(best, next_best)

# %% slide="subslide"
numbers = {
    "best head": best_off,
    "next best": next_off,
    "both added up": best_off + next_off,
    "both together": both_off,
}
lines = [[name, *(f"{value:.1f}" for value in pair)] for name, pair in numbers.items()]
title = "Together they are missed more than the sum"
show.Table(title, ["switched off", "the loss rises by", "the lead falls by"], lines)

# %% [markdown]
# Both stand in one layer, so neither notices that the other is gone: nobody steps in. Their shares of the lead nearly add up. But a loss is close to 0 as soon as the right word leads *clearly*, no matter how far. So one at a time, each looks less important than it is. Why trained heads are hard to read:
#
# - **a job has several heads**, as here (in ours few, since the optimiser was chosen for that);
# - **a head has several jobs**: the best one fetches adjectives, and nouns as well;
# - **a job takes several steps**, and what a head looks at was changed by heads before it.
#
# GPT-3 has 96 layers of 96 heads.

# %% [markdown] slide="skip"
# **Change it:** a GPT trained as in lesson 11, with Muon for every matrix (half a minute). Add these lines below the cell that makes `model`, and run all again; the sentences of this page tell of the shipped model. How many heads look at the adjective now? Is any of them missed when it alone is off?
#
# ```python
# from course_lib.model import GPT, GPTConfig
# from course_lib.train import train
#
# torch.manual_seed(11)
# model = GPT(GPTConfig(n_layer=2, n_head=4, n_embd=64, context_length=48, vocab_size=len(vocabulary)))
# train(model, torch.tensor(FluffyCorpus().rows(14_000, 49)), steps=600, batch_size=64, optimiser="muon")
# ```

# %% [markdown] slide="slide"
# ## What each layer would say
#
# The stream is a road with exits (lesson 8). After the last layer come a norm and the table of tokens, which turn a vector into a prediction. Nothing stops us from putting them after an *earlier* layer. That is the
# [logit lens](../GLOSSARY.md#logit-lens).

# %%
predict(
    "The creature was … After which layer is fluffy the best guess for the first time?",
    {
        "after layer 0: its heads see the whole story": "They see it. But what have you found out about who fetches the adjective, and in which layer?",
        "in the middle; later layers only make it surer": "By then the model may know whose adjective it wants. Has anybody fetched it?",
        "only after the last layer": "That is where the head works that fetches it.",
    },
    right="only after the last layer",
)

# %%
from course_lib.inside import logit_lens

streams = inside.streams[:, 0].to(device)  # (L + 1, T, C)
logits = logit_lens(streams, model.final_norm, model.tokens.weight).detach().cpu()  # (L + 1, T, V)
layers = ["before layer 0", *(f"after layer {layer}" for layer in range(model.config.n_layer))]
said = [decode(row, vocabulary) for row in logits.argmax(-1).tolist()]

# %% [markdown] slide="subslide"
# A row for each place in the road, and what the model would say there:

# %%
at = range(10, 20)
show.Table(
    "What would come next?",
    ["", *(f"… {story[i]}" for i in at)],
    [[name, *(words[i] for i in at)] for name, words in zip(layers, said)],
)

# %% slide="subslide"
right = logits.softmax(-1)[:, torch.arange(len(story) - 1), ids[0, 1:]]  # (L + 1, T_predicted)
steps, title = [f"{story[i]} → {story[i + 1]}" for i in at], "The chance of the right next token, layer by layer"
show.heatmap(right[:, 10:20], layers, steps, title, row_name="stream", column_name="step", pattern=True)

# %% [markdown]
# Before layer 0 the stream holds only the token itself, so the model would say it again: one table reads tokens in and predictions out. After layer 0 it often knows what *kind* of word comes next. The right adjective
# appears where the head of this lesson has written it.
#
# Do not read too much into the rows between: nobody trained the early layers to be read. After the last `was` one of them says a noun, although the model knows better.

# %% [markdown] slide="slide" notes="Let two learners play it with a shuffled deck of cards, said twice: one knows only the previous card, the other searches."
# ## Grow one yourself: induction heads
#
# Now the best-known circuit of real models. Take some random tokens, all different, and say them again and again: `k d w a k d w a k …`. The first time nobody can guess. From then on it is easy: find the
# last `k`, and say what came after it. A head that looks there is an [induction head](../GLOSSARY.md#induction-head). (Each text repeats 4 to 16 tokens, so that it does not help to count back always as far.)

# %%
predict(
    "Two small models without MLPs train on such texts, one with two layers and one with a single layer. Which learns to go on with what is repeated?",
    {
        "both": "With one layer, the first d does not know that it stands after k: nobody has told it.",
        "only the one with two layers": "Layer 0 tells every token who stands in front of it. Layer 1 can then search for that.",
        "neither: the tokens are random": "The first time they are. From the second time on, nothing is random any more.",
    },
    right="only the one with two layers",
)

# %% tags=["nbval-ignore-output"] slide="subslide"
from course_lib.experiments.induction import PERIOD, VOCAB_SIZE, grow

two, one = grow(n_layer=2), grow(n_layer=1)
curves, title = (
    {"two layers": two.losses, "one layer": one.losses},
    "Only two layers learn to go on with what is repeated",
)
left = np.log(np.arange(1, PERIOD)).mean()
knows = {"knows nothing:": np.log(VOCAB_SIZE), "its tokens:": np.log(PERIOD), "who is left:": left}
show.lines(curves, title, "training step", "loss (nats)", x=two.steps, floors=knows)

# %% [markdown] slide="subslide"
# Measured on texts of 16 tokens, said twice. The dotted lines are guesses: among all 32 tokens, among the 16 of this text, among those that have not come again yet. One layer ends between the last two: it knows the tokens, and has an idea which are left. With two, the loss falls far lower: that model knows the *order*. What has formed inside? How much does the best head of layer 0 look at the token in front, and the
# best head of layer 1 at what came next the last time?

# %% tags=["nbval-ignore-output"]
previous, induction = two.previous_token[:, 0].max(-1), two.induction[:, 1].max(-1)
curves = {"layer 0: token in front": previous, "layer 1: induction": induction}
title = "Heads for the token in front and induction heads grow together"
show.lines(curves, title, "training step", "score of the best head", x=two.steps)

# %% [markdown]
# They grow at the same time. Is it a circuit again? The same test as before: switch off the two heads of layer 0 that look most at the token in front, and see what becomes of the induction heads.

# %%
from course_lib.experiments.induction import measure

in_front = [(0, int(head)) for head in two.previous_token[-1, 0].argsort()[-2:]]
with switched_off(two.model, *in_front):
    loss, _, induction = measure(two.model)
{
    "two layers end lower by more than 1 nat": bool(two.losses[-1] < one.losses[-1] - 1),
    "induction scores fall below half": bool(induction[1].max() < two.induction[-1, 1].max() / 2),
    "and the loss rises above that of one layer": bool(loss > one.losses[-1]),
}

# %% [markdown]
# A first head passes on who stands in front, a second one searches by it. Real language models form such heads early in their
# training, and with them they go on with what the prompt has begun (Olsson et al. 2022, *In-context learning and induction heads*).
#
# One layer cannot do it: its keys are made from a token and its place alone, so no key can say "after a `k`".

# %% [markdown] slide="skip"
# ## In the video's notation
#
# | | video | here |
# |---|---|---|
# | "fluffy attends to creature" | key → query | `creature` looks at `fluffy`: `patterns[layer, 0, head, creature, fluffy]` |
# | switch a head off | leave its $\Delta E$ out of the sum | columns h·D … (h + 1)·D of the merged heads are 0 |
# | logit lens | unembed an early $\vec{E}_i$ | `final_norm(stream) @ token_table.T` |
# | layer 0 | the first attention block | `model.blocks[0]` |
#
# The video's adjectives write into the noun. In our model, mostly, the place that needs them reads them. Both are sums of $\Delta E$.

# %% [markdown] slide="slide"
# ## What to take away
#
# 1. Name a job, turn it into targets, and every head gets a score. That says who *looks*.
# 2. Switch the head off. That says what *needs* it. Score and effect differ: a job has steps, and heads share it.
# 3. Every layer adds to one road, so a prediction can be read at every exit. Two layers do what one cannot.
#
# **Now you:** the [exercise sheet](../exercises/14_looking_inside.ipynb), four functions, about 30 minutes.
