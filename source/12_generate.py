# %% [markdown] slide="slide" notes="Begin with the prompt on the screen and let the room shout the next word. All of them say fluffy: they looked back. Today the model speaks, and we watch how a number becomes a word."
# # Generate: from the last vector to a word
#
# A trained GPT gives scores for what comes next. How does a *text* come out of that? After this lesson you can
# - turn the **last row** of logits into a word, by chance and yet repeatably,
# - say how the **last vector** alone can hold what the whole text has told,
# - use **temperature**, **top-k** and **top-p**, and measure what they prevent,
# - tell what happens when a text outgrows the **context window**,
# - write with a **cache**: the same text, and far less work.
#
# *40 minutes · needs [lesson 10](10_how_it_learns.ipynb).*

# %% [markdown] slide="slide"
# ## A model that can speak
#
# With the course comes a small GPT that was trained on the fluffy corpus, the made-up language of lesson 6. It was made by a script in `tools/`, and in lesson 11 you train a better one.

# %%
import numpy as np
import torch

from course_lib import show
from course_lib.check import predict
from course_lib.gpt.corpora import FluffyCorpus
from course_lib.gpt.fluffy import fluffy_model
from course_lib.gpt.tokenizers import decode, encode

model, vocabulary = fluffy_model().requires_grad_(False), FluffyCorpus().vocabulary
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
# A row of scores after *every* token. In training each of them was used: one text, many examples (lesson 5). For writing, only one counts.

# %%
predict(
    "Which row of logits says how the text goes on?",
    {
        "the first": "That one says what may follow the very first token.",
        "the last": "It says what may come after all tokens. The others are guesses at words that we know already.",
        "the mean of all rows": "The other rows guess at other places of the text.",
    },
    right="the last",
)

# %% slide="subslide"
next_word = torch.softmax(logits[0, -1], dim=-1)  # (V,)
best = next_word.argsort(descending=True)[:5]
names = [words[i] for i in best]
title = f"After “… the creature was” it is sure of “{names[0]}”"
show.bars(next_word[best].numpy().round(2), names, title, y_name="share", highlight=[0])

# %% [markdown]
# Almost sure, and right: the creature of this story *was* brought in as fluffy. The word stands ten tokens back.

# %% [markdown] slide="slide" notes="Question 15. This is a favourite: one vector of 64 numbers is all that the prediction is made of. Ask where in the network it learned about the fluffy creature."
# ## You asked: how can the last vector hold the whole text?
#
# *"The prediction is made from the last vector alone. How can one vector contain everything before it?"* Take two stories that end with the same word.

# %%
other = "a grumpy pink dragon watched the dusty tower . the dragon was"
len(other.split()), len(prompt.split())  # of the same length

# %%
predict(
    "We take the last vector out of the first story, at the very end of the network, and put that of the other story in its place. What is predicted now?",
    {
        "fluffy, as before": "All the rest of the story is still there. But nobody looks at it any more.",
        "grumpy": "Nothing but this one vector reaches the prediction.",
        "a mixture of both": "Nothing of the first story's last vector is left.",
    },
    right="grumpy",
)

# %% [markdown]
# We can do that at any layer. `look_inside` hands out the stream: the vector of every token in front of, between and behind the layers.

# %% slide="subslide"
from course_lib.gpt.inside import look_inside

theirs = look_inside(model, ids_of(other)).streams[:, 0, -1]  # (L + 1, C)


def with_their_last_vector(layer):
    """The shares after the first story, if in front of this layer its last vector is replaced by the other story's."""
    stream = look_inside(model, ids_of(prompt)).streams[layer].clone()  # (B, T, C)
    stream[0, -1] = theirs[layer]
    for block in model.blocks[layer:]:
        stream = block(stream)
    return torch.softmax(model.unembed(model.final_norm(stream))[0, -1], dim=-1)


# %%
patched = [with_their_last_vector(layer) for layer in range(4)]
table = [[round(float(after[vocabulary[word]]), 1) for after in patched] for word in ("fluffy", "grumpy")]
show.heatmap(
    np.array(table),
    ["fluffy", "grumpy"],
    ["before layer 1", "before layer 2", "before layer 3", "after layer 3"],
    title="The last vector of the other story, put in at four places",
    row_name="word",
    column_name="place",
    pattern=True,
)

# %% [markdown]
# Before layer 1 the two vectors are alike: both stories end with "was", and the vector knows nothing else yet. Look where the prediction jumps to the other story: in the layer before that jump, **attention
# brought the adjective in**, for nothing else in a layer can reach other tokens. The last vector never holds the *whole* text, only what this one prediction needs. All earlier vectors, with their keys and values, stay where they are,
# and every new token may look at them again.

# %% [markdown] slide="slide"
# ## Let chance decide
#
# Mostly more than one word is possible. After "a fluffy" this language goes on with a colour two times out of three, and with an animal otherwise. Here are the model's shares, added up for each kind of word.

# %%
logits = model(ids_of("a fluffy"))[0, -1]  # (V,)
kinds = FluffyCorpus().kinds
groups = {"a colour": kinds["colour"], "an animal": kinds["animal"]}
groups["impossible"] = [word for word in words if word not in groups["a colour"] + groups["an animal"]]


def shares_of_groups(temperature):
    each = torch.softmax(logits / temperature, dim=-1)
    return [round(float(sum(each[vocabulary[word]] for word in group)), 2) for group in groups.values()]


# %% slide="subslide"
show.bars(
    shares_of_groups(1.0),
    list(groups),
    title="After “a fluffy”, the model knows the grammar",
    y_name="share of all such words",
)

# %% [markdown]
# To pick a word by its share, lay all shares side by side on a line from 0 to 1, and throw a dart.

# %%
predict(
    "The shares of the ids 0, 1, 2 are 0.2, 0.5, 0.3, and the dart falls on u = 0.65. Which id is picked?",
    {
        "id 0": "Its stretch goes from 0 to 0.2.",
        "id 1": "Its stretch goes from 0.2 to 0.7.",
        "id 2": "Its stretch begins at 0.7.",
    },
    right="id 1",
)

# %% slide="subslide"
ends = np.cumsum([0.2, 0.5, 0.3])
{"right ends": ends.round(2).tolist(), "first end above 0.65": int((ends > 0.65).argmax())}

# %% [markdown]
# That is all of `sample`. The dart's number comes from a generator with a seed, so the same text can be written again. And a text is just this, over and over: read, pick, append.

# %%
from course_lib.gpt.generation import generate

written = generate(model, ids_of("a"), 32, generator=torch.Generator().manual_seed(12))
" ".join(decode(written[0].tolist(), vocabulary))

# %% [markdown]
# **Change it:** take other seeds. Do the adjectives that a story says again belong to the right nouns?

# %% [markdown] slide="slide"
# ## Temperature
#
# Divide the logits by a number before the softmax. You know it from lesson 4.

# %%
predict(
    "The temperature goes towards 0. How does the model write?",
    {
        "at random": "That is where a very high temperature leads: all shares alike.",
        "always the most probable word": "Differences grow without end, and the highest logit takes all.",
        "not at all": "Dividing by exactly 0 is impossible, so temperature 0 is defined as this limit.",
    },
    right="always the most probable word",
)

# %% slide="subslide"
temperatures = [0.2, 1.0, 2.0, 4.0]
show.heatmap(
    np.array([shares_of_groups(t) for t in temperatures]),
    [f"temperature {t:g}" for t in temperatures],
    list(groups),
    title="The hotter, the more even",
    row_name="temperature",
    column_name="kind of next word",
    pattern=True,
)

# %% [markdown]
# Cold writing is safe and dull, and hot writing is free and wrong. How wrong? In *this* language it can be measured: the corpus knows exactly what may come next.

# %% [markdown] slide="slide" notes="This is the experiment that only a made-up language allows. In English one argues whether a sentence is nonsense; here one counts."
# ## How often would it say the impossible?
#
# We let the model read new texts, and at each place add up the shares of all words that cannot come there.

# %%
texts = FluffyCorpus(seed=99).rows(30, 48)  # (B, T)


def possible(row):
    """Which words can come after each token of a text but the last: (T - 1, V) bool."""
    tokens, corpus = decode(row.tolist(), vocabulary), FluffyCorpus()
    following = [corpus.probabilities(tokens[:n]) for n in range(1, len(tokens))]
    return torch.tensor([[word in choices for word in words] for choices in following])


# %%
all_logits = model(torch.tensor(texts[:, :-1]))  # (B, T, V)
impossible = ~torch.stack([possible(row) for row in texts])  # (B, T, V)


def nonsense(cut, temperature):
    return round(100 * float((cut(all_logits / temperature) * impossible).sum(dim=-1).mean()))


# %% [markdown]
# A high temperature feeds the *tail*: a hundred words with next to nothing each. Two cuts are common. [**Top-k**](../GLOSSARY.md#top-k) keeps the k best.
# [**Top-p**](../GLOSSARY.md#top-p) keeps the fewest that have a share of p together: many where much is possible, a single one where the model is sure.

# %%
predict(
    "If only the 12 best words may be picked, does the model stop saying impossible things?",
    {
        "yes, completely": "Where only one word is possible, eleven others are still in the race.",
        "much less, but not completely": "The tail is cut. What the model wrongly believes stays.",
        "no, nothing changes": "In the heat most nonsense comes from the tail, and that is cut.",
    },
    right="much less, but not completely",
)

# %% slide="subslide"
from course_lib.gpt.generation import shares, top_k, top_p

cuts = {"all words": shares, "top-k, 12": lambda x: top_k(x, 12), "top-p, 0.9": lambda x: top_p(x, 0.9)}
temperatures = [0.25, 0.5, 1.0, 1.5, 2.0, 3.0]
show.lines(
    {name: [nonsense(cut, t) for t in temperatures] for name, cut in cuts.items()},
    x=temperatures,
    title="The cuts take away the tail, which a high temperature feeds",
    x_name="temperature",
    y_name="impossible words in 100",
)

# %% [markdown]
# The cuts help most where it is hot. What is left even in the cold is no bad luck, but what the model *believes*, such as a noun that did not occur in this story. No way of sampling mends that, only better training (lesson 11).
#
# And how do the two cuts differ?

# %% slide="subslide"
sure = model(ids_of(prompt))[0, -1]  # (V,)
{
    name: {"after “the creature was”": int((cut(sure) > 0).sum()), "after “a fluffy”": int((cut(logits) > 0).sum())}
    for name, cut in cuts.items()
}

# %% [markdown]
# After "the creature was" a single word is right, and top-k keeps eleven wrong ones. After "a fluffy" there are 40 good words, and top-k throws most of them away. Top-p fits itself to the place.

# %% [markdown] slide="slide" notes="Question 14, second half. Draw the window as a frame of paper that is pushed along the text."
# ## You asked: what if the text outgrows the window?
#
# This model has vectors for 48 positions: that is its [context window](../GLOSSARY.md#context-window). Of a longer text it sees the last 48 tokens. Let a story begin, put other stories in between, and then ask.

# %%
first = "a fluffy blue creature roamed the verdant forest . "
filler = "a sleepy fox loved the golden bridge . the fox was sleepy . the bridge was golden . "
long_texts = [ids_of(first + n * filler + "the creature was") for n in range(4)]
[text.shape[1] for text in long_texts]

# %%
predict(
    "With three other stories in between, the text has 66 tokens. How sure is the model of fluffy then?",
    {
        "as sure as before": "It keeps nothing in mind between two readings: what it doesn't see does not exist.",
        "not at all": "It sees the last 48 tokens, and fluffy is not among them.",
        "half as sure": "There is nothing left that it could be half sure from.",
    },
    right="not at all",
)


# %% slide="subslide"
def sure_of_fluffy(text):
    return round(float(torch.softmax(model(text[:, -window:])[0, -1], dim=-1)[vocabulary["fluffy"]]), 1)


names = [f"{text.shape[1]} tokens" for text in long_texts]
show.bars(
    [sure_of_fluffy(text) for text in long_texts],
    names,
    "“The creature was …”: fluffy is lost before it leaves the window",
    y_name="share of fluffy",
)

# %% [markdown]
# Beyond the window it is gone, completely. But look at 48 tokens: there `fluffy` is just inside, and lost all the same. Why? How far back do stories ask?


# %%
def how_far_back(story):
    """How many tokens back each recalled noun ("the creature was") was first mentioned."""
    return [at - story.index(story[at - 1]) for at, word in enumerate(story) if word == "was"]


# %%
stories = FluffyCorpus(seed=1).stories(2000)
{
    "farthest in 2,000 stories": max(d for story in stories for d in how_far_back(story)),
    "in our texts": [t.shape[1] - 1 - prompt.split().index("creature") for t in long_texts],
}

# %% [markdown]
# While it was trained, nobody ever asked it as far back as our third text does. A window is what a model *can* look at; what it *does* with it, it has learned.

# %% [markdown] slide="slide" notes="Count on the board: to write 100 tokens without a cache you push 1 + 2 + ... + 100 token vectors through the model."
# ## Do nothing twice: the KV cache
#
# To write the next token, the loop so far sends the whole text through the model again.

# %%
predict(
    "The text has 10 tokens, and one more was just picked. Which vectors of the first 10 have changed by it?",
    {
        "all": "Information flows from earlier to later tokens only: that is what the mask is for.",
        "only the last one": "It cannot see the new token either.",
        "none": "They can't look ahead. So their keys and values are what they were: keep them.",
    },
    right="none",
)

# %% [markdown]
# The mask makes it possible. Keep the keys and values of all tokens so far in every layer, a [KV cache](../GLOSSARY.md#kv-cache), and send **only the new token** through. Its query looks at all the kept keys.

# %%
from course_lib.gpt.generation import Reader

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
# The same logits. And how many tokens went through the model for each new one?

# %% slide="subslide"
show.lines(
    {name: np.diff(total) for name, total in totals.items()},
    x=np.arange(12, 60),
    title=f"With a cache each token is read once, until {window} tokens fill the window",
    x_name="tokens of the text so far",
    y_name="tokens read in this step",
)

# %% [markdown]
# After the prompt, one token a step. When the window is full, it **slides**: all *positions* shift by one, so all vectors change, and the cache is worth nothing. It is made anew for each token. (Positions
# that are told by turning queries and keys, as in lesson 11, avoid a part of that.)
#
# How much faster is it here?

# %% tags=["nbval-ignore-output"]
from course_lib.gpt.cost import seconds

with_cache = seconds(generate, model, ids_of("a"), 47)
without = seconds(lambda: generate(model, ids_of("a"), 47, cached=False))
print(f"47 tokens: {without / with_cache:.1f} times as fast with a cache")

# %% [markdown]
# This model is so small that much of the time goes into everything but its products. Larger models and longer texts gain more: `python benchmarks/generation.py` measures it.

# %% [markdown] slide="subslide"
# The price is memory: two vectors of width C for every token, in every layer. For GPT-3, with two bytes a number:

# %%
per_token = 2 * 96 * 12288 * 2  # keys and values, layers, width, bytes
{"one token": f"{per_token / 1e6:.1f} MB", "a full window of 2,048": f"{2048 * per_token / 1e9:.1f} GB"}

# %% [markdown]
# That is why long contexts are dear, and why newer models let several heads share one set of keys and values.

# %% [markdown] slide="skip"
# ## In the video's notation
#
# | | video: a token is a column | code: a token is a row |
# |---|---|---|
# | what predicts | the last column, times $W_U$ | `logits[:, -1]` |
# | temperature | $e^{x_n / T}$ over the sum of them | `softmax(logits / temperature)` |
# | cache | columns of K and V of earlier tokens | rows of `k` and `v` |
# | a new token | one new column of Q, K, V | one new row |
#
# The video shows the softmax with a temperature in the chapter before, with the same T that we use for the number of tokens.

# %% [markdown] slide="slide"
# ## What to take away
#
# 1. Only the last row of logits is used, made of the last vector. Attention has brought into it what it needs.
# 2. Temperature, top-k and top-p decide what chance may pick. The long tail is what makes a model talk nonsense.
# 3. The mask keeps earlier vectors as they are, so keys and values are cached: each token is read once. Outside of the window, nothing exists.
#
# **Now you:** the [exercise sheet](../exercises/12_generate.ipynb), four functions, about 40 minutes.
