# %% [markdown] slide="slide" notes="Begin with the prompt on the screen and let the room shout the next word. All of them say fluffy: they looked back. Today the model speaks, and we watch how a number becomes a word."
# # Generate: from the last vector to a word
#
# A trained GPT gives scores for what comes next. How does a *text* come out of that? After this lesson you can
# - turn the **last row** of logits into a word, by chance and yet repeatably,
# - say how the **last vector** alone can be enough for the next word,
# - use **temperature**, **top-k** and **top-p**, and measure what they prevent,
# - tell what happens when a text outgrows the **context window**,
# - write with a **cache**: the same text, and far less work.
#
# *40 minutes · needs [lesson 10](10_how_it_learns.ipynb).*

# %% [markdown] slide="slide"
# ## A model that can speak
#
# With the course comes a small GPT that was trained on the fluffy corpus, the made-up language of lesson 6. In lesson 11 you trained one like it; here all start from the same weights, and see the same numbers.

# %%
import numpy as np
import torch

from course_lib import show
from course_lib.check import predict
from course_lib.model import fluffy_model
from course_lib.text import FluffyCorpus, decode, encode

model, corpus = fluffy_model().requires_grad_(False), FluffyCorpus()
vocabulary = corpus.vocabulary
words, window = list(vocabulary), model.config.context_length


def ids_of(text):
    return torch.tensor([encode(text.split(), vocabulary)])  # (B, T)


# %%
model.config

# %% [markdown]
# It reads the beginning of a story and is to go on.

# %%
prompt = "a fluffy blue creature roamed the verdant forest . the creature was"
logits = model(ids_of(prompt))
{"tokens": len(prompt.split()), "logits (B, T, V)": tuple(logits.shape)}

# %% [markdown]
# A row of scores after *every* token, numbered from 0 as the tokens are.

# %%
predict(
    "What is row 3 of the logits a guess at?",
    {
        "token 3": "Token 3 is known by then: this row was made after reading it.",
        "token 4": "It was made after reading the tokens 0 to 3, and guesses the next one.",
        "the next word of the whole text": "For that, the whole text must have been read.",
    },
    right="token 4",
)

# %%
following = torch.softmax(logits[0], dim=-1)  # (T, V)
verbs = [vocabulary[verb] for verb in corpus.kinds["verb"]]
{
    "row 3: any verb": round(float(following[3, verbs].sum()), 3),
    "last row: fluffy": round(float(following[-1, vocabulary["fluffy"]]), 3),
}

# %% [markdown]
# Row 3 has read "a fluffy blue creature" and waits for a verb. We know that token already: in training, it made one example out of many (lesson 5). How the *whole* text goes on is said by the **last row** alone. It is almost sure, and right: the creature of this story *was* brought in as fluffy.

# %% [markdown] slide="slide" notes="Question 15. This is a favourite: one vector of 64 numbers is all that the prediction is made of. Ask where in the network it learned about the fluffy creature."
# ## You asked: how can the last vector hold the whole text?
#
# *"The prediction is made from the last vector alone. How can one vector contain everything before it?"* Take two stories of the same length that end with the same word: their last vectors begin alike.

# %%
other = "a grumpy pink dragon watched the dusty tower . the dragon was"
{"tokens": (len(prompt.split()), len(other.split()))}

# %%
predict(
    "We replace the last vector of the first story by that of the other one: before layer 1, 2 or 3, or after layer 3. Where must we do that for “grumpy” to come out?",
    {
        "anywhere": "Before layer 1 both are the vector of “was” in the same place: nothing is replaced.",
        "only after layer 3": "Until then a layer is left that can look back. It looks at the first story, and finds fluffy there.",
        "nowhere: the rest is still the first story": "After the last layer nobody looks back any more. What is left is this one vector.",
    },
    right="only after layer 3",
)

# %% [markdown]
# `look_inside` hands out the stream: the vector of every token before, between and after the layers.

# %% slide="subslide"
from course_lib.inside import look_inside

ours, theirs = (look_inside(model, ids_of(story)).streams[:, 0, -1] for story in (prompt, other))  # (L + 1, C) each


def with_their_last_vector(layer):
    """The shares after the first story, if before this layer its last vector is replaced by the other story's."""
    stream = look_inside(model, ids_of(prompt)).streams[layer].clone()  # (B, T, C)
    stream[0, -1] = theirs[layer]
    for block in model.blocks[layer:]:
        stream = block(stream)
    return torch.softmax(model.unembed(model.final_norm(stream))[0, -1], dim=-1)


{"before layer 1 both last vectors are the same": torch.equal(ours[0], theirs[0])}


# %%
patched = [with_their_last_vector(layer) for layer in range(4)]
table = [[round(float(after[vocabulary[word]]), 1) for after in patched] for word in ("fluffy", "grumpy")]
places = ["before layer 1", "before layer 2", "before layer 3", "after layer 3"]
title = f"Only {places[np.argmax(np.array(table[1]) > 0.5)]} does the other story's vector decide"
show.heatmap(np.array(table), ["fluffy", "grumpy"], places, title, "word", "place", pattern=True)

# %% [markdown]
# Put in before layer 3, the vector of the other story still ends at fluffy; after it, at grumpy. So it was **layer 3's attention** that fetched the adjective, for nothing else in a layer can reach other tokens.
#
# The last vector need not hold the whole text, then. All earlier vectors, with their keys and values, stay where they are, and every new token may look at them again.

# %% [markdown] slide="slide"
# ## Let chance decide
#
# Mostly more than one word is possible. What may come after "a fluffy"? Here are the model's shares, added up for each kind of word.

# %%
logits = model(ids_of("a fluffy"))[0, -1]  # (V,)
groups = {"a colour": corpus.kinds["colour"], "an animal": corpus.kinds["animal"]}
groups["impossible"] = [word for word in words if word not in groups["a colour"] + groups["an animal"]]


def shares_of_groups(temperature):
    each = torch.softmax(logits / temperature, dim=-1)
    return [round(float(sum(each[vocabulary[word]] for word in group)), 2) for group in groups.values()]


# %% slide="subslide"
title = "After “a fluffy”: a colour twice as often as an animal, and nothing else"
show.bars(shares_of_groups(1.0), list(groups), title, y_name="share of all such words", top=1)

# %% [markdown]
# To pick a word by its share, lay the shares of all words side by side on a line from 0 to 1, and throw a dart.

# %%
predict(
    "A thousand darts are thrown after “a fluffy”. How often do they pick the most probable word?",
    {
        "always": "That would be another rule, without a dart: take the best. Here every word has a stretch of its own.",
        "as often as its share says": "Its stretch is as long as its share, and a dart falls anywhere alike.",
        "as often as every other word": "Stretches differ: an impossible word has next to none.",
    },
    right="as often as its share says",
)

# %% slide="subslide"
each = torch.softmax(logits, dim=-1)  # (V,)
ends, best = each.cumsum(dim=-1).numpy(), int(each.argmax())  # where each stretch ends
darts = np.random.default_rng(3).random(1000)
picked = [int((ends > u).argmax()) for u in darts]  # the first end above the dart
{"best": words[best], "its share": round(float(each[best]), 3), "of 1,000 darts": picked.count(best)}

# %% [markdown]
# That is all there is to a pick; you write it as `sample`. The darts come from a generator with a seed, so the same text can be written again. And a text is just this, over and over: read, pick, append.
#
# `generate` does it. It takes its pieces from outside: those that you have passed are used here, and for the others the course's stand in.

# %%
from course_lib.my_gpt import writing_pieces

own = writing_pieces()
own.report.whose(["sample", "generate_with_cache"])

# %%
from course_lib.model import generate


def written(seed):
    """32 words after "a", picked by the darts of this seed."""
    dice = torch.Generator().manual_seed(seed)
    ids = generate(model, ids_of("a"), 32, generator=dice, pieces=own, say=None)  # (B, T)
    return decode(ids[0].tolist(), vocabulary)


{"twice the same": written(12) == written(12), "text": " ".join(written(12))}

# %% [markdown]
# Read it well: which adjectives did the heron have, and which the robin? The text is fluent, and not true to itself. In *this* language that can be proved: the corpus knows exactly what may come next.


# %%
def first_mistake(text):
    """The first impossible word of a text, with what was possible there; None if there is none."""
    for n in range(1, len(text)):
        allowed = list(corpus.probabilities(text[:n]))
        if text[n] not in allowed:
            return {"after": " ".join(text[n - 3 : n]), "it wrote": text[n], "possible": allowed[:5]}


{**first_mistake(written(12)), "of 20 texts without one": sum(first_mistake(written(n)) is None for n in range(20))}

# %% [markdown]
# The model is wrong here: it binds the robin's adjective to the heron. About every second text of this length has such a mistake somewhere.
#
# **Change it:** `first_mistake(written(…))` with other seeds. Where do mistakes happen?

# %% [markdown] slide="slide"
# ## Temperature
#
# Divide the logits by a number before the softmax. You know it from lesson 4: towards 0, the best word takes all.

# %%
predict(
    "After “a fluffy”, at temperature 4: which is likelier, a colour or an animal?",
    {
        "a colour": "So it is at temperature 1. Heat makes *words* more alike, and there are more animals than colours.",
        "an animal": "Word by word the shares become alike, and there are more animals than colours.",
        "both are alike": "Their *words* become alike. A group then gets what its number of words gives.",
    },
    right="an animal",
)

# %% slide="subslide"
temperatures = [0.2, 1.0, 2.0, 4.0]
by_number = [round(len(group) / len(words), 2) for group in groups.values()]  # every word alike
show.heatmap(
    np.array([*map(shares_of_groups, temperatures), by_number]),
    [*(f"{t:g}" for t in temperatures), "∞"],
    [f"{name} ({len(group)})" for name, group in groups.items()],
    title="Hot: the share goes to the larger groups",
    row_name="temperature",
    column_name="kind of next word, and how many there are",
    pattern=True,
)

# %% [markdown]
# In the heat every word becomes equally likely, so a kind gets what its number of words gives (last row): animals overtake colours, and most words are impossible here. Cold writing is safe and dull, hot writing is free and wrong. How wrong?

# %% [markdown] slide="slide" notes="This is the experiment that only a made-up language allows. In English one argues whether a sentence is nonsense; here one counts."
# ## How often would it say the impossible?
#
# We let the model read new texts, and at each place add up the shares of all words that cannot come there.


# %%
def possible(row):
    """Which words can come after each token of a text but the last: (T - 1, V) bool."""
    tokens = decode(row.tolist(), vocabulary)
    following = (corpus.probabilities(tokens[:n]) for n in range(1, len(tokens)))
    return torch.tensor([[word in choices for word in words] for choices in following])


# %%
texts = FluffyCorpus(seed=99).rows(30, 48)  # (B, T)
all_logits = model(torch.tensor(texts[:, :-1]))  # (B, T_read, V)
impossible = ~torch.stack([possible(row) for row in texts])  # (B, T_read, V)

# %% [markdown]
# A high temperature feeds the *tail*: a hundred words with next to nothing each. Two cuts are common. [**Top-k**](../GLOSSARY.md#top-k) keeps the k best.
# [**Top-p**](../GLOSSARY.md#top-p) keeps the fewest that have a share of p together: many where much is possible, a single one where the model is sure.

# %%
predict(
    "At temperature 3, only the 12 best words may be picked. Does the model stop saying impossible things?",
    {
        "yes, completely": "Where only one word is possible, all the others among the 12 are still in the race.",
        "less than half as often": "The tail is cut. What the model wrongly believes stays.",
        "no, nothing changes": "So it is at temperature 1, where the tail is thin. In the heat most nonsense comes from the tail.",
    },
    right="less than half as often",
)

# %%
from course_lib.model import shares, top_k, top_p

cuts = {"all words": shares, "top-k, 12": lambda x: top_k(x, 12), "top-p, 0.9": lambda x: top_p(x, 0.9)}


def nonsense(cut, temperature):
    """How many of 100 words, picked from what a cut leaves, would be impossible."""
    return round(100 * float((cut(all_logits / temperature) * impossible).sum(dim=-1).mean()), 1)


# %% slide="subslide"
temperatures = [0.25, 0.5, 1.0, 1.5, 2.0, 3.0]
show.lines(
    {name: [nonsense(cut, t) for t in temperatures] for name, cut in cuts.items()},
    x=temperatures,
    title="The cuts take away the tail, which a high temperature feeds",
    x_name="temperature",
    y_name="impossible words in 100",
)

# %% [markdown]
# The cuts help where it is hot, and hardly at all at temperature 1 or below. What is left there is not bad luck, but what the model *believes*. What is it wrong about?

# %%
cold = shares(all_logits / 0.25) * impossible  # (B, T_read, V)
parts = {word: float(cold[texts[:, :-1] == vocabulary[word]].sum() / cold.sum()) for word in ("was", "the", "a")}
row, place, wrong = (cold > 0.9).nonzero()[0].tolist()  # the first of which it is very sure
{
    "parts of it, by the word before": {word: round(part, 2) for word, part in parts.items()},
    "an example": " ".join([*decode(texts[row, : place + 1].tolist(), vocabulary), "→", words[wrong]]),
}

# %% [markdown]
# Most of it follows "was", as in the text about the heron: the model gives one animal the adjectives of another. No way of sampling mends a wrong belief, only better training does (lesson 11).
#
# And how do the two cuts differ? Count the words that they keep, beside those that are possible.

# %% slide="subslide"
beginnings = {"after “the creature was”": prompt, "after “a fluffy”": "a fluffy"}
{
    after_what: {"possible": len(corpus.probabilities(text.split()))}
    | {name: int((cut(model(ids_of(text))[0, -1]) > 0).sum()) for name, cut in cuts.items()}
    for after_what, text in beginnings.items()
}

# %% [markdown]
# Top-k keeps 12 in both places: too many in the first, where one word is right, and far too few in the second. Top-p fits itself to the place. But in great heat the fewest words that reach 0.9 are many: then top-k cuts harder, as the figure shows.

# %% [markdown] slide="slide" notes="Question 14, second half. Draw the window as a frame of paper that is pushed along the text."
# ## You asked: what if the text outgrows the window?
#
# This model has a vector for each place in its [context window](../GLOSSARY.md#context-window), and no further ones (`context_length` above). Of a longer text it sees the end. We let our story begin, put a part of another one in between, and then ask. That is unfair, for in this language no story is ever taken up again. But whoever looks back could answer.

# %%
first, question = prompt.split()[:9], prompt.split()[9:]
animals, stories = set(corpus.kinds["animal"]), FluffyCorpus(seed=1).stories(400)


def share_of_fluffy(n_animals, n_between):
    """The mean share of fluffy if so many words of another story, with so many animals, stand in between."""
    parts = [story[:n_between] for story in stories if not {"creature", "fluffy"} & set(story)]
    parts = [part for part in parts if len(part) == n_between and [".", *part][-1] == "."]
    parts = [part for part in parts if len(animals & set(part)) == n_animals]
    ids = torch.tensor([encode([*first, *part, *question], vocabulary) for part in parts])  # (B, T)
    return float(torch.softmax(model(ids[:, -window:])[:, -1], dim=-1)[:, vocabulary["fluffy"]].mean())


# %%
predict(
    "With 36 words in between, the text just fills the window: fluffy is the second word that the model sees. How sure is it of fluffy?",
    {
        "as sure as with nothing in between": "It may look there. But does it find the word?",
        "hardly at all": "It may look there, and yet it does not find the word.",
        "not at all: it cannot see it": "It can. The text has just as many tokens as the window has places.",
    },
    right="hardly at all",
)

# %% slide="subslide"
trials = [(0, 0), (1, 24), (2, 24), (2, 36), (2, 39)]  # animals and words in between
sure = [round(share_of_fluffy(*trial), 1) for trial in trials]
between = ["nothing", *(f"{n_animals} in {n_words}" for n_animals, n_words in trials[1:])]
title, x_name = (
    "Two more animals, and fluffy is lost long before it leaves the window",
    "animals in so many words in between",
)
show.bars(sure, between, title, x_name, y_name="share of fluffy", top=1.1)

# %% [markdown]
# With 39 words in between, fluffy is outside of the window and gone, completely. But look at the two bars with 24: equally far back, and only one of them is lost. So the distance is not to blame. What differs is the second *animal*. How many animals does a story have?

# %%
{f"most animals in one of {len(stories)} stories": max(len(animals & set(story)) for story in stories)}

# %% [markdown]
# With the creature, that makes one more than any story has. While it was trained, nobody ever asked the model to keep three apart. A window is what a model *can* look at; what it *does* with it, it has learned.

# %% [markdown] slide="slide" notes="Count on the board: to write 100 tokens without a cache you push 1 + 2 + ... + 100 token vectors through the model."
# ## Do nothing twice: the KV cache
#
# A loop that keeps nothing sends the whole text through the model again for every new token.

# %%
predict(
    "The text has 10 tokens, and one more was just picked. Whose vectors, among the first 10 tokens, does the new one change?",
    {
        "those of all": "Information flows from earlier to later tokens only: that is what the mask is for.",
        "only the last one's": "It cannot see the new token either.",
        "nobody's": "They can't look ahead. So their keys and values are what they were: keep them.",
    },
    right="nobody's",
)

# %% [markdown]
# The mask makes it possible. Keep the keys and values of all tokens so far in every layer, a [KV cache](../GLOSSARY.md#kv-cache), and send **only the new token** through. Its query looks at all the kept keys.

# %%
from course_lib.model import Reader

text = ids_of(prompt)  # (B, T)
readers = {"without a cache": Reader(model, cached=False), "with a cache": Reader(model)}
totals, differences = {name: [0] for name in readers}, []
for _ in range(48):
    found = [reader.logits(text) for reader in readers.values()]
    differences.append(float(abs(found[0] - found[1]).max()))
    for name, reader in readers.items():
        totals[name].append(reader.tokens_read)
    text = torch.cat([text, found[0].argmax(dim=-1, keepdim=True)], dim=1)
{"largest difference of logits in 48 steps": round(max(differences), 3)}

# %% [markdown]
# Equal up to rounding. And how many tokens went through the model for each new one?

# %% slide="subslide"
show.lines(
    {name: np.diff(total) for name, total in totals.items()},
    x=np.arange(12, 60),
    title=f"With a cache each token is read once, until {window} tokens fill the window",
    x_name="tokens of the text so far",
    y_name="tokens read in this step",
)

# %% [markdown]
# After the prompt, one token a step. When the window is full, it **slides**: all *positions* shift by one, so all vectors change, and the cache is worth nothing. It is rebuilt for each token. (Positions
# that are told by turning queries and keys, as in lesson 11, avoid a part of that.)
#
# How much faster is it here? First for one text, then for 32 at once.

# %% tags=["nbval-ignore-output"]
from course_lib.costs import seconds

torch.set_num_threads(1)  # in so small a model, further threads mostly wait


def times_as_fast(n_texts):
    """How many times as fast the cache makes it to write 47 tokens for so many texts at once."""
    begin = ids_of("a").expand(n_texts, 1)  # (B, T)
    without = seconds(lambda: generate(model, begin, 47, cached=False))
    return round(without / seconds(generate, model, begin, 47), 1)


read = {"without a cache": sum(range(1, 48)), "with a cache": 47}
{"tokens read for each text": read, "times as fast": {n: times_as_fast(n) for n in (1, 32)}}

# %% [markdown]
# For a single text the time gains far less than the work: in so small a model, a step costs much the same for one token as for forty. With many texts at once the products count, and the cache pays. Larger models gain more, too: `python benchmarks/generation.py` measures it.

# %% [markdown] slide="subslide"
# The price is memory: for every token a key and a value in each layer, and all heads together make each of them C wide. For GPT-3 ([lesson 9](09_whole_gpt_counted.ipynb) has its sizes), with two bytes a number:

# %%
from course_lib.costs import GPT_3

per_token = 2 * GPT_3.n_layer * GPT_3.n_embd * 2  # keys and values, layers, width, bytes
full = GPT_3.context_length
{"one token": f"{per_token / 1e6:.1f} MB", f"a full window of {full:,}": f"{full * per_token / 1e9:.1f} GB"}

# %% [markdown]
# That is why long contexts are expensive, and why newer models let several heads share one set of keys and values: [grouped-query attention](../GLOSSARY.md#grouped-query-attention) (Ainslie and others, 2023).

# %% [markdown] slide="skip"
# ## In the video's notation
#
# | | video: a token is a column | code: a token is a row |
# |---|---|---|
# | what predicts | $W_U$ times the last column | `logits[:, -1]` |
# | temperature | $e^{x_n / T}$ over the sum of them | `softmax(logits / temperature)` |
# | cache | columns of K and V of earlier tokens | rows of `k` and `v` |
# | a new token | one new column of Q, K, V | one new row |
#
# The video shows the softmax with a temperature in the chapter before, with the same T that we use for the number of tokens.

# %% [markdown] slide="slide"
# ## What to take away
#
# 1. Only the last row of logits is used, made of the last vector. Attention has brought into it what it needs.
# 2. Temperature, top-k and top-p decide what chance may pick. They cut the tail, which makes nonsense in the heat; wrong beliefs stay.
# 3. The mask keeps earlier vectors as they are, so keys and values are cached: each token is read once. Outside of the window nothing exists, and inside only what was learned counts.
#
# **Now you:** the [exercise sheet](../exercises/12_generate.ipynb), four functions, about 40 minutes.
