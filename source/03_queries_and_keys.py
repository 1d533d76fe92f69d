# %% [markdown] slide="slide" notes="Ask the room: you read the word creature. What do you want to know about it, and from whom? Their answer is the query."
# # Queries and keys: who asks, who answers?
#
# A noun wants to know about its adjectives. This lesson turns that wish into two small matrices. After it you can
# - make a **query** and a **key** for every token,
# - compute all **scores** with one product,
# - say why it takes **two** matrices, and not `x @ x.T`,
# - read an attention table in the code's **and** in the video's orientation.
#
# *35 minutes · needs lessons [1](01_dot_product.ipynb) and [2](02_tokens_and_embeddings.ipynb).*

# %% [markdown] slide="slide"
# ## The sentence, with vectors that can be read
#
# Vectors out of a trained model have no labels. These were set by hand, so that every column has a name. Row by row: what is this token?

# %%
import numpy as np

from course_lib import show
from course_lib.attention.sentence import E_WITHOUT_PLACE, FEATURES, TOKENS
from course_lib.check import predict

x = E_WITHOUT_PLACE  # (T, C)
show.heatmap(x, TOKENS, FEATURES, title="What each token is", row_name="token", column_name="feature")

# %% [markdown]
# `fluffy` is an adjective and soft, `creature` a noun and an animal. The last column, `place`, is empty for now: it will say *where* a token
# stands. We come back to it.

# %% [markdown] slide="slide" notes="Let them vote before the run. Nearly everybody expects fluffy or blue."
# ## What the plain dot product finds
#
# At the end of lesson 1 everybody was compared with everybody: `x @ x.T`.

# %%
predict(
    "In x @ x.T, which other token does creature agree with most?",
    {
        "fluffy and blue": "They describe the creature, but they have not a single feature in common with it.",
        "forest": "Another noun. The plain dot product finds what is like me, not what I need.",
        "roamed": "The creature roams, but a verb shares no feature with a noun.",
    },
    right="forest",
)

# %%
creature = TOKENS.index("creature")
show.bars(
    (x @ x.T)[creature],
    TOKENS,
    title="creature · every token: only nouns agree with it",
    x_name="token",
    y_name="dot product",
)

# %% [markdown]
# `creature` agrees with itself and with `forest`. With `fluffy` and `blue`, the two words that it needs, it agrees exactly 0.
#
# So *being alike* is the wrong test. A noun does not look for nouns. It looks for something that **answers its question**.

# %% [markdown] slide="slide" notes="The one sentence to remember: the query is what I look for, the key is what I can be found by."
# ## One token asks, another one answers
#
# Give each token two new, short vectors:
# - a [query](../GLOSSARY.md#query) **q**: what I am looking for. "Any adjectives in front of me?"
# - a [key](../GLOSSARY.md#key) **k**: what I can be found by. "I am an adjective."
#
# Each is made from the token's vector by a matrix. In a trained model these matrices are learned. Here they are set by hand.

# %%
from course_lib.attention.sentence import QUESTIONS, W_k, W_q

q_creature = x[creature] @ W_q  # (D,)
dict(zip(QUESTIONS, q_creature.tolist()))

# %% [markdown]
# Read it aloud: "I am `creature`, and I am looking for an **adjective**." The 1.3 is a slight wish for tokens further to the right. It does
# nothing yet, as nobody has a place.
#
# Now `blue` answers.

# %%
predict(
    "blue is an adjective. At which question is its key large?",
    {
        "noun, because it belongs to one": "That is what blue might ask. The key says what it is itself.",
        "adjective": "A key is an offer: here I am, an adjective.",
        "blue": "There is no such column. Whether blue is blue or green is of no interest to this question.",
    },
    right="adjective",
)

# %%
blue = TOKENS.index("blue")
k_blue = x[blue] @ W_k  # (D,)
show.products(
    q_creature,
    k_blue,
    labels=("q of creature", "k of blue"),
    title=f"creature asks, blue answers: {q_creature @ k_blue:g}",
)

# %% [markdown]
# Their dot product is the [score](../GLOSSARY.md#score): how well does this key answer this query? Question and answer meet in the same column,
# so the product is large. That is all a score is.

# %% [markdown] slide="slide"
# ## A smaller space
#
# The same two matrices serve every token. Stacked as rows, it takes one product each.

# %%
predict(
    "x has 8 rows (tokens) and 12 columns (features), W_q has 12 rows and 4 columns. What shape is x @ W_q?",
    {
        "(8, 12)": "The 12 features are what is summed over: they are gone afterwards.",
        "(8, 4)": "Still one row for each token, but only 4 numbers in it: one for each question.",
        "(4, 8)": "That is the video's table, in which a token is a column. In code a token is a row.",
    },
    right="(8, 4)",
)

# %%
q = x @ W_q  # (T, D)
k = x @ W_k  # (T, D)
show.heatmap(
    k, TOKENS, QUESTIONS, title="The keys: what each token can be found by", row_name="token", column_name="question"
)

# %% [markdown]
# *soft*, *green*, *animal* and *large* are gone. For this question they don't matter, and q and k live in a smaller space. Its size D is called
# the [head size](../GLOSSARY.md#head-size): one pair of matrices belongs to one [attention head](../GLOSSARY.md#attention-head).
#
# How small is small in the model of the video?

# %%
n_embd, head_size = 12_288, 128  # GPT-3
{"features": n_embd, "numbers in a query": head_size, "weights in W_q": f"{n_embd * head_size:,}"}

# %% [markdown] slide="slide" notes="Point with the finger: start at a row, that is who looks. Go along it. Read one row aloud as a sentence."
# ## Everybody asks everybody
#
# All scores at once: every row of `q` with every row of `k`.

# %%
predict(
    "q and k both have shape (8, 4). Which product holds the score of every query with every key?",
    {
        "q * k": "That multiplies entry by entry: each token would only meet itself.",
        "q @ k": "Rows of q have 4 entries, columns of k have 8: they don't fit together.",
        "q @ k.T": "k.T makes the keys columns; row i, column j is then query i with key j.",
    },
    right="q @ k.T",
)

# %% slide="subslide"
scores = q @ k.T  # (T_query, T_key)
show.scores_grid(scores, TOKENS, title="Who finds whom: nouns find adjectives, the verb finds nouns")

# %% [markdown]
# A row is somebody who asks. Go along the row of `creature`: it finds `fluffy` and `blue`. And `verdant` too, which describes the forest! The
# score knows what kind of word is wanted, nothing more.
#
# `roamed` looks for nouns: who roamed, and where? Adjectives and articles have little to ask. They look for an article.

# %% [markdown] slide="slide" notes="A table that a person can set by hand is a rare thing: let somebody propose another question, and type it in."
# ## Another matrix, another question
#
# Nothing in the machine says *adjective*. That is only what `W_q` asks for. Let nouns ask for nouns instead, and leave the keys alone.

# %%
W_q_other = W_q.copy()
W_q_other[FEATURES.index("noun")] = [0, 4, 0, 1.3]  # adjective, noun, article, place
other_scores = (x @ W_q_other) @ k.T  # (T_query, T_key)
{token: score for token, score in zip(TOKENS, other_scores[creature].tolist()) if score}

# %% [markdown]
# The same sentence, the same keys, and `creature` now finds nouns, itself among them. A head is a question. GPT-3 asks 96 of
# them side by side (lesson 7), and has learned which ones pay (lesson 10).
#
# **Change it:** let verbs ask for articles.

# %% [markdown] slide="slide"
# ## Why two matrices?
#
# Because asking is not the same as being asked.

# %%
predict(
    "creature asks blue, and scores 16. What is the score of blue asking creature?",
    {
        "16 as well": "In x @ x.T both directions would score alike. But blue asks its own question, and creature answers with its own key.",
        "−16": "Nothing turns a sign around here. blue simply asks something else.",
        "0": "blue asks for an article, and creature is none.",
    },
    right="0",
)

# %%
{
    "creature asks blue": float(scores[creature, blue]),
    "blue asks creature": float(scores[blue, creature]),
    "x @ x.T is symmetric": np.allclose(x @ x.T, (x @ x.T).T),
    "q @ k.T is symmetric": np.allclose(scores, scores.T),
}

# %% [markdown]
# With `W_q = W_k` the table would be symmetric again: whoever looks at somebody would be looked at by them. Language is not like that.

# %% slide="subslide"
with_one_matrix = (x @ W_k) @ (x @ W_k).T  # (T_query, T_key)
show.scores_grid(with_one_matrix, TOKENS, title="With one matrix for both, like finds like again")

# %% [markdown] slide="subslide" notes="Ask before the swap: what will creature find now? Then press the button."
# **Change it:** all the numbers in one place, with the four kinds of word as features. Each matrix stands above what it makes.
# - Swap `W_q` and `W_k`. Who asks whom now?
# - Give one matrix to both. What does the verdict below the table say?
# - Let verbs ask for adjectives as well: type a 4.

# %%
head = show.QueryKeyEditor()
head

# %% [markdown] slide="subslide"
# Put the two matrices together, and the score is $x_i\,(W_q W_k^T)\,x_j^T$. The middle part is one table: which feature asks for which. Its corner
# for the four kinds of word:

# %%
asks = W_q @ W_k.T  # (C, C)
kinds = [FEATURES.index(name) for name in ("article", "adjective", "noun", "verb")]
show.heatmap(
    asks[np.ix_(kinds, kinds)],
    [FEATURES[i] for i in kinds],
    [FEATURES[i] for i in kinds],
    title="W_q @ W_k.T: who asks for whom",
    row_name="asking feature",
    column_name="wanted feature",
)

# %% [markdown]
# Why then not learn this one big table? Because of its size: C · C weights, against 2 · C · D for the two thin ones. The price is that they
# can hold at most D independent questions (the *rank* of the table). Ours, with D = 4, holds three: nobody asks for a place alone, it is only a wish
# beside the other questions.

# %%
{
    "one big table": f"{n_embd**2:,}",
    "two thin ones": f"{2 * n_embd * head_size:,}",
    "rank here": int(np.linalg.matrix_rank(asks)),
}

# %% [markdown] slide="slide" notes="This is where 0.42 and 0.58 come from. The difference of 0.65 will become that ratio in the next lesson."
# ## Where does a token stand?
#
# `fluffy` and `blue` score 16 each, whatever the order of the words. Now add to each vector its place: 0, 1, 2, … in the column that was empty.

# %%
predict(
    "Keys now also say how far to the right a token stands, and queries like that a little. Whom does creature score highest?",
    {
        "blue": "It stands nearest. But is it the last adjective of the sentence?",
        "fluffy": "It stands further to the left than blue, so it scores a little lower.",
        "verdant": "The last adjective of all. Nothing yet tells creature that it should only look back.",
    },
    right="verdant",
)

# %%
from course_lib.attention import attention_scores, queries_and_keys
from course_lib.attention.sentence import E

q_placed, k_placed = queries_and_keys(E, W_q, W_k)  # (T, D) each
placed_scores = attention_scores(q_placed, k_placed)  # (T_query, T_key)
show.scores_grid(
    placed_scores,
    TOKENS,
    title="With places: the later of two good answers scores a little higher",
    highlight=creature,
)

# %% [markdown]
# Both functions are the ones that you write in the exercises. Look at the row of `creature`:

# %%
{token: round(score, 2) for token, score in zip(TOKENS, placed_scores[creature].tolist())}

# %% [markdown]
# `blue` is ahead of `fluffy` by 0.65: remember this number, [lesson 4](04_attention_pattern.ipynb) makes 0.42 and 0.58 out of it. And `verdant`
# wins, which is nonsense: the word that describes the forest has not even been written when `creature` is. Lesson 5 puts a stop to that.

# %% [markdown] slide="slide" notes="Both pictures are right. The thing to check in any paper: which side shares out 1?"
# ## You asked: should it not be KᵀQ?
#
# *"The picture has a query in each column. Then the table is KᵀQ. Why does the formula say QKᵀ?"* Well seen. Calculate both.

# %%
predict(
    "Write each token as a column, as the video does: Q = W_qᵀ xᵀ and K = W_kᵀ xᵀ. How does KᵀQ differ from our q @ k.T?",
    {
        "other numbers": "The same dot products: each query still meets each key once.",
        "it is turned on its side": "Row and column change places, and no number changes.",
        "not at all": "Nearly: the same numbers, but a query is now a column.",
    },
    right="it is turned on its side",
)

# %%
Q, K = W_q.T @ E.T, W_k.T @ E.T  # tokens are columns
{
    "K.T @ Q equals q @ k.T": np.allclose(K.T @ Q, placed_scores),
    "K.T @ Q equals (q @ k.T).T": np.allclose(K.T @ Q, placed_scores.T),
}

# %% [markdown] slide="subslide"
# So both are right. The paper and all code write tokens as rows, the video draws them as columns. To see which one you are looking at, ask:
# **which side shares out 1?** In lesson 4 each *query* shares out its attention. Here is that table of shares for the first four tokens.

# %%
from course_lib.attention import attention_pattern, to_video_convention

start = TOKENS[:4]
weights = attention_pattern(q_placed[:4], k_placed[:4])  # (T_query, T_key)
show.pattern(weights, start, title="The code's way: a row is a query, rows sum to 1", orientation="code")

# %%
show.pattern(weights, start, title="The video's way: a column is a query, columns sum to 1", orientation="video")

# %% [markdown]
# Find the 0.42 in both. Every pattern in this course can be drawn either way, with `orientation="code"` or `orientation="video"`. The numbers themselves are
# turned by one function, which you will write:

# %%
{
    "sums of the rows, code": weights.sum(axis=1).round(2).tolist(),
    "sums of the columns, video": to_video_convention(weights).sum(axis=0).round(2).tolist(),
}

# %% [markdown]
# Words can be turned, too. Some say "`fluffy` attends to `creature`", meaning that it passes something on. We always say **`creature` looks at
# `fluffy`**: from the query to the key.

# %% [markdown] slide="slide" notes="The point to make: the score changed, the idea of looking softly did not."
# ## You asked: is attention not older than 2017?
#
# It is. In 2014, Bahdanau, Cho and Bengio let a translating network look back at the source sentence while it wrote each word. Their score did not
# multiply query and key. It **added** them and sent the sum through a tiny network: $v \cdot \tanh(q + k + b)$, where v and b are weights (and q
# and k come out of matrices, as here).
#
# Does adding find the same words?

# %%
predict(
    "The same q and k, once scored by adding (2014), once by the dot product (2017). In how many of the 8 rows does the same token win?",
    {
        "in none": "Both reward the same thing: a query and a key that are large in the same place.",
        "in about half": "They are less different than they look. Run it.",
        "in all 8": "tanh(4 + 4 − 6) is near 1, tanh(4 + 0 − 6) near −1: adding, too, can ask for both at once.",
    },
    right="in all 8",
)

# %%
v, b = np.ones(4), -6.0  # set by hand, like everything here
pairs = q_placed[:, None, :] + k_placed[None, :, :]  # (T_query, T_key, D)
additive = np.tanh(pairs + b) @ v  # (T_query, T_key)
winners = zip(TOKENS, additive.argmax(1), placed_scores.argmax(1))
{token: (TOKENS[by_adding], TOKENS[by_dot_product]) for token, by_adding, by_dot_product in winners}

# %% [markdown] slide="subslide"
# Each token, and whom it finds: by adding, and by multiplying. The same answers. What differs is the work in between.

# %%
context_length = 2_048
{
    "numbers in between, our sentence": f"{pairs.size} for {scores.size} scores",
    "the same for one head of GPT-3": f"{context_length**2 * head_size:,} for {context_length**2:,}",
}

# %% [markdown]
# Adding needs a tanh for every query, key *and* column. The dot product is one matrix product, what a graphics card does best. Luong and others
# compared several scores in 2015, the dot product among them. In 2017 Vaswani and others added the division of lesson 4, and left out
# the recurrent network that used to read the text word by word: attention is **all** you need.

# %% [markdown] slide="skip"
# ## In the video's notation
#
# | | video: a token is a column | code: a token is a row |
# |---|---|---|
# | query | $\vec q = W_Q \vec e$ | `q = x @ W_q` |
# | scores | $K^T Q$ | `q @ k.T` |
# | entry (i, j) | key i, query j | query i, key j |
# | sums to 1 (lesson 4) | each column | each row |
#
# $W_Q$ has shape (D, C), ours (C, D). PyTorch keeps the video's: the weight of `nn.Linear(C, D)` has shape (D, C), and is transposed when it is
# used.

# %% [markdown] slide="slide"
# ## What to take away
#
# 1. A query says what a token looks for, a key what it can be found by. Their dot product is the score.
# 2. Two matrices make asking one-sided: `creature` finds `blue`, and `blue` does not find `creature`.
# 3. `q @ k.T` has a query in each row; the video's $K^T Q$ is the same table, turned on its side.
#
# **Now you:** the [exercise sheet](../exercises/03_queries_and_keys.ipynb), three functions, about 15 minutes.
