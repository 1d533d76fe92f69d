# %% [markdown] slide="slide" notes="Begin with the video's confession: its adjective head is made up. Today the class finds a real one, and finds out where the video simplifies."
# # Looking inside: find the head, then switch it off
#
# The video's adjective head is made up, and it says so. Does a trained model have one? After this lesson you can
# - give every head of a model a **score** for a job that you name,
# - **switch a head off**, and see exactly which predictions need it,
# - read what **each layer** would predict, if it were the last,
# - grow an **induction head** in seconds, and say why it needs two layers,
# - say why real heads are harder to read than drawn ones.
#
# *45 minutes · needs lessons [7](07_many_heads.ipynb) and [9](09_whole_gpt_counted.ipynb).*

# %% [markdown] slide="slide"
# ## A model that nobody told about adjectives
#
# This GPT was trained on the fluffy corpus (lesson 6) to guess the next word, and nothing else. It is shipped with the course. A plain GPT that you trained in
# lesson 11 on the same corpus works as well: put it into `model`, and expect other heads. (For so small a model the processor is enough.)

# %%
import numpy as np
import torch

from course_lib import show
from course_lib.check import predict
from course_lib.gpt.corpora import FluffyCorpus
from course_lib.gpt.fluffy import about_fluffy_model, fluffy_model

model, about = fluffy_model(), about_fluffy_model()
{"layers": model.config.n_layer, "heads in each": model.config.n_head, "weights": model.count()} | {
    name: about[name] for name in ("held_out_loss", "entropy_floor")
}

# %% [markdown]
# Its loss on fresh text is close to the [entropy floor](../GLOSSARY.md#entropy-floor). So it must know which adjective belongs to which noun. *Where* does it know that?
# Let it read a story, and keep what is usually thrown away: the patterns of all heads, and the [residual stream](../GLOSSARY.md#residual-stream) after every layer.

# %%
from course_lib.gpt.inside import look_inside
from course_lib.gpt.tokenizers import decode, encode

STORY = "a fluffy blue creature roamed the verdant forest . the creature was fluffy and blue . the forest was verdant ."
story, vocabulary = STORY.split(), FluffyCorpus().vocabulary
ids = torch.tensor([encode(story, vocabulary)])  # (B, T)
inside = look_inside(model, ids)
{"patterns (L, B, H, T, T)": tuple(inside.patterns.shape), "streams (L + 1, B, T, C)": tuple(inside.streams.shape)}

# %% slide="subslide"
show.head_patterns(inside.patterns[:, 0], title="Twelve heads read the same story")

# %% [markdown]
# Each small square is a pattern as in lesson 4: a row is a query, dark is much. Some heads show a few lonely dots, some a step, many a pale blur. None of them
# carries a label. So we go the other way round: name a job, and measure who does it.

# %% [markdown] slide="slide" notes="Let the room vote, and insist on an argument. The first answer is the video's, and nearly everybody takes it."
# ## A job becomes a number
#
# When the story says *the creature was*, the next word is certain: `fluffy`. Something must have carried it there from the first sentence.

# %%
predict(
    "Which token looks at the first fluffy, so that the model can say it again behind was?",
    {
        "creature, just behind it": "The video's head. It would do, if was then looked at creature. You are about to measure it.",
        "was, where the word is needed": "A direct look back, from the very place that has to predict. You are about to measure it.",
        "the second fluffy": "Too late: at that place the word has been said already.",
    },
    right="was, where the word is needed",
)

# %%
from course_lib.gpt.stories import adjective_after_was, own_adjectives

rows = torch.tensor(FluffyCorpus(seed=14).rows(200, model.config.context_length))  # (B, T)
texts = [decode(row, vocabulary) for row in rows.tolist()]
patterns = look_inside(model, rows).patterns  # (L, B, H, T, T)
targets = {
    "noun → its adjectives": torch.tensor(np.array([own_adjectives(text) for text in texts])),
    "was → the adjective": torch.tensor(np.array([adjective_after_was(text) for text in texts])),
}

# %% [markdown] slide="subslide"
# 200 fresh stories. `targets` says for both jobs where a head would have to look: `own_adjectives` from each new noun, `adjective_after_was` from each `was`. A head's **score**
# is the share of the attention that lands there: 0 is nothing, 1 is all of it. For comparison: a head that looks everywhere alike.

# %%
from course_lib.gpt.inside import best_head, share_at

alike = torch.ones_like(patterns[:1]).tril()
alike = alike / alike.sum(-1, keepdim=True)
scores = {job: share_at(patterns, where) for job, where in targets.items()}  # (L, H) each
{
    job: {
        "best head": round(float(scores[job].max()), 2),
        "looks everywhere alike": round(float(share_at(alike, where).max()), 2),
    }
    for job, where in targets.items()
}

# %% slide="subslide"
show.head_map(scores["was → the adjective"], title="How much each head looks from was at the right adjective")

# %% [markdown]
# Two heads of the last layer do little else, and nearly tie. They must know not just *some* adjective, but the one of the noun in front of `was`.
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
title = f"Layer {layer}, head {head}: from was to fluffy, and then from and to blue"
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
        "none: other heads step in": "Some do, as you will see. They do not make up for all of it.",
    },
    right="recalled adjectives, hardly anything else",
)

# %%
from course_lib.gpt.inside import switched_off, token_losses
from course_lib.gpt.stories import ROLES, roles

role = np.array([roles(text) for text in texts])[:, 1:]  # (B, T_predicted)
complete = token_losses(model, rows)
with switched_off(model, (layer, head)):
    without = token_losses(model, rows)
rise = [float((without - complete)[torch.tensor(role == name)].mean()) for name in ROLES]

# %% slide="subslide"
title = f"What is lost without layer {layer}, head {head}"
show.bars(rise, ROLES, title, y_name="rise of the loss (nats)", highlight=[ROLES.index("recalled adjective")])

# %% [markdown]
# New adjectives, new nouns, verbs and small words are predicted as before: what a head does not do cannot get lost. Recalled nouns suffer a little, so it helps there as well. What it *does* can be said in one sentence, and now that is a finding, not a
# drawing.
#
# `switched_off` is your `ablate_head` of the exercises, hung into the model by a hook of PyTorch's, and taken out again at the end of the `with`.

# %% [markdown] slide="slide"
# ## Switch off each of them
#
# One head was chosen because it *looks* right. Now ask the other way round: for each of the heads, how much does the loss on recalled adjectives rise without it?

# %%
predict(
    "Is the head with the best score also the one whose loss hurts most?",
    {
        "yes, score and effect must agree": "The score asks one question. A head may be needed for a job that you did not ask for.",
        "no, another one hurts more": "Somebody has to do the work before. The map shows who.",
        "all heads hurt alike": "Most of them do nothing at all for this job.",
    },
    right="no, another one hurts more",
)

# %%
from course_lib.gpt.inside import rise_without_each_head

recalled = torch.tensor(role == "recalled adjective")  # (B, T_predicted)
rises = rise_without_each_head(model, rows, recalled)  # (L, H)
show.head_map(rises, title="How much recalled adjectives lose without each head (nats)", score_name="rise of the loss")

# %% [markdown]
# The head that hurts most stands in an *earlier* layer. What does it look at? And how much is the video's head missed, the one that looks from nouns at their adjectives?

# %% slide="subslide"
from course_lib.gpt.stories import noun_before_was

targets["was → its noun"] = torch.tensor(np.array([noun_before_was(text) for text in texts]))
measured = {job: share_at(patterns, where) for job, where in targets.items()} | {"rise": rises}  # (L, H) each
wanted = {"hurts most": best_head(rises), "the video's": best_head(measured["noun → its adjectives"])}
{
    f"{name}: layer {which[0]}, head {which[1]}": {
        job: round(float(table[which]), 2) for job, table in measured.items()
    }
    for name, which in wanted.items()
}

# %% [markdown]
# The head that hurts most does not look at an adjective at all. From `was` it looks at the noun, one token back (in the first figure it is the one with the steps). Without it, `was` does not know *whose* adjective to fetch. So the job has two steps in two
# layers: **whose?**, then **which one?** Heads that work in a chain like this are called a [circuit](../GLOSSARY.md#circuit).
#
# And the head that looks like the video's is hardly missed. A score finds only what you asked for. An ablation finds what is needed, and does not say for what. You want both.

# %% [markdown] slide="subslide" notes="Do it live: first the head of the first step, then that of the second. Let the room say beforehand which words will come. Then take a text from the room."
# **Change it:** both, for every head, with a text of your own. Here the last `was` asks, and the answer is `verdant`. Switch off the head that hurts most: *whose* adjective does the model say now? Switch it on
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
# More than one head looks at the adjective. Switch off the best ones one by one, and then together.

# %%
order = scores["was → the adjective"].flatten().argsort(descending=True)[:3].tolist()
helpers = [divmod(i, model.config.n_head) for i in order]
names = [f"{layer}.{head}" for layer, head in helpers]
missed = {f"only {name}": float(rises[which]) for name, which in zip(names, helpers)}
for n in (2, 3):
    with switched_off(model, *helpers[:n]):
        loss = token_losses(model, rows)
    missed["+".join(names[:n])] = float((loss - complete)[recalled].mean())

# %% slide="subslide"
title = "Heads (layer.head) stand in for each other: together they are missed more"
show.bars(list(missed.values()), list(missed), title, y_name="rise of the loss (nats)", highlight=[3, 4])

# %% [markdown]
# Add the first two bars, and compare with the fourth. One missing helper is partly made up for by the other, so switching off one head at a time makes each look *less* important than the pair is. That is
# one of three reasons why trained heads are hard to read:
#
# - **a job has several heads**, as here: backups;
# - **a head has several jobs**: many of ours do a bit of everything (look at their pale squares);
# - **a job takes several steps**, and what a head looks at has been changed by the heads before it.
#
# GPT-3 has 96 layers of 96 heads. The video's clean example is right about the *mechanism*, and kind about the mess.

# %% [markdown] slide="slide"
# ## What each layer would say
#
# The stream is a road with exits (lesson 8). Behind the last layer stand a norm and the table of tokens, which turn a vector into a prediction. Nothing forbids to put them behind an *earlier* layer. That is the
# [logit lens](../GLOSSARY.md#logit-lens).

# %%
predict(
    "Behind which layer does the model know that fluffy must follow the creature was?",
    {
        "behind layer 0": "Before anything was looked up? Layer 0 knows the last token, and a little of what is around.",
        "step by step: first any adjective, at the end the right one": "First the kind of word, then the word.",
        "only the last layer predicts anything": "The earlier ones do not have to. But they write into the same road, in the same language.",
    },
    right="step by step: first any adjective, at the end the right one",
)

# %%
from course_lib.gpt.inside import logit_lens

logits = logit_lens(inside.streams[:, 0], model.final_norm, model.tokens.weight).detach()  # (L + 1, T, V)
layers = ["before layer 0", *(f"behind layer {layer}" for layer in range(model.config.n_layer))]
at = range(10, 20)
best = [decode(row, vocabulary) for row in logits.argmax(-1).tolist()]

# %% [markdown] slide="subslide"
# A row for each place in the road, and what the model would say there:

# %%
show.Table(
    "What would come next?",
    ["", *(f"… {story[i]}" for i in at)],
    [[name, *(words[i] for i in at)] for name, words in zip(layers, best)],
)

# %% slide="subslide"
right = logits.softmax(-1)[:, torch.arange(len(story) - 1), ids[0, 1:]]  # (L + 1, T_predicted)
steps, title = [f"{story[i]} → {story[i + 1]}" for i in at], "The chance of the right next token, layer by layer"
show.heatmap(right[:, 10:20], layers, steps, title, row_name="stream", column_name="step", pattern=True)

# %% [markdown]
# Before layer 0 the stream holds only the token itself, so the model would say it again: one table reads tokens in and predictions out. Behind layer 0 it mostly knows what *kind* of word comes next. The right adjective
# appears where the head of this lesson has written it. Nothing was decoded that the model does not have: each layer adds its part to one and the same road.

# %% [markdown] slide="slide" notes="Let two learners play it with a shuffled deck of cards, said twice: one knows only the previous card, the other searches."
# ## Grow one yourself: induction heads
#
# Now the best-known circuit of real models. Take a text of random tokens, said twice: `k d w a … k d w a …`. In the first half nobody can guess. In the second one it is easy: find the
# last `k`, and say what came behind it. A head that looks there is an [induction head](../GLOSSARY.md#induction-head).

# %%
predict(
    "Two small models without MLPs train on such texts, one with two layers and one with a single layer. Which learns to go on with the second half?",
    {
        "both": "With one layer, the first d does not know that it stands behind k: nobody has told it.",
        "only the one with two layers": "Layer 0 tells every token who stands in front of it. Layer 1 can then search for that.",
        "neither: the tokens are random": "Within the second half, nothing is random any more.",
    },
    right="only the one with two layers",
)

# %%
from course_lib.gpt.induction import VOCAB_SIZE, grow

two, one = grow(n_layer=2), grow(n_layer=1)
curves = {"two layers": two.losses.round(1), "one layer": one.losses.round(1)}
title = "Only two layers learn to go on with what is repeated"
show.lines(curves, title, "step", "loss (nats)", x=two.steps, floors={"a blind guess": np.log(VOCAB_SIZE)})

# %% [markdown] slide="subslide"
# One layer gets better than a blind guess: it learns which tokens this text is made of, and little more. With two, the loss falls far lower. What has formed inside? Two scores, taken as the training went on: how much the best head of layer 0 looks at the token in front, and how much the
# best head of layer 1 looks at what came next the last time.

# %%
previous, induction = two.previous_token[:, 0].max(-1).round(1), two.induction[:, 1].max(-1).round(1)
curves = {"layer 0: token in front": previous, "layer 1: induction": induction}
title = "Heads for the token in front and induction heads grow together"
show.lines(curves, title, "training step", "score of the best head", x=two.steps)

# %% [markdown]
# Neither is of much use without the other, and they grow at the same time. It is a circuit again, with the two steps of our fluffy model: a first head passes on who stands in front, a second one searches by it. Real language models form such heads early in their
# training, and with them they go on with what the prompt has begun (Olsson et al. 2022, *In-context learning and induction heads*).
#
# One layer cannot do it: its keys are made from a token and its place alone, so no key can say "behind a `k`".

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
# 2. Switch the head off. That says what *needs* it. Score and effect differ: jobs have steps and backups.
# 3. Every layer adds to one road, so a prediction can be read at every exit. Two layers can do what one never can.
#
# **Now you:** the [exercise sheet](../exercises/14_looking_inside.ipynb), four functions, about 30 minutes.
