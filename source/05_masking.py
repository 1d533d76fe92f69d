# %% [markdown] slide="slide" notes="Start with a question: you train a model to guess the next word, and it is right every time. Should you be happy? Come back to the answers after the dice."
# # Masking: no looking ahead
#
# A GPT learns by guessing the next token. That only works if it can't see it. After this lesson you can
# - say why **one** text gives as many training examples as it has tokens,
# - hide the future properly, and name two ways that look right and are not,
# - **find a leak** with a probe of three lines,
# - say what the mask does in training, while writing, and in languages that put the adjective after its noun.
#
# *35 minutes · needs lesson [4](04_attention_pattern.ipynb).*

# %% [markdown] slide="slide"
# ## One text, many examples
#
# Cover the sentence with your hand, uncover its beginning, and guess what comes next. That is all a GPT ever practises.

# %%
import numpy as np

from course_lib import show
from course_lib.attention.sentence import TOKENS, E, W_k, W_q
from course_lib.check import predict

# %%
predict(
    "The sentence has 8 tokens, and then a full stop. How many times can a model practise guessing the next token on it?",
    {
        "once, at the end": "Why waste the rest? After “a fluffy blue” there is a next token to be guessed, too.",
        "8 times": "Every token is the end of a beginning, and each beginning has a next token.",
        "36 times": "There are 36 pieces in the sentence that one could cut out. But we always begin at the beginning.",
    },
    right="8 times",
)

# %%
text = [*TOKENS, "."]
{" ".join(text[:i]): text[i] for i in range(1, len(text))}

# %% [markdown]
# Eight exercises in one sentence, and here is the trick: all eight are done **at once**. Attention gives every token a row. Let the row of `blue`
# guess what follows "a fluffy blue", the row of `creature` what follows it, and so on. One pass, eight guesses. A large
# model makes thousands in one pass.
#
# There is one condition. The row of `blue` must not know that `creature` comes next.

# %% [markdown] slide="slide"
# ## Somebody looks ahead
#
# This is where lesson 4 left us.

# %%
predict(
    "The pattern of lesson 4, on the whole sentence. At whom does creature look most?",
    {
        "blue": "It would be, if the sentence ended here.",
        "fluffy": "It stands further away than blue. But is anybody nearer than blue?",
        "verdant": "The last adjective of the sentence. It comes three tokens after creature.",
    },
    right="verdant",
)

# %%
from course_lib.attention import attention_scores, queries_and_keys, scale_scores, softmax

q, k = queries_and_keys(E, W_q, W_k)  # (T, D) each


def scaled_scores(x):
    return scale_scores(attention_scores(*queries_and_keys(x, W_q, W_k)), head_size=4)


scores = scaled_scores(E)  # (T_query, T_key)
creature = TOKENS.index("creature")
show.pattern(softmax(scores), TOKENS, title="No mask: creature looks ahead, at verdant", highlight=creature)

# %% [markdown]
# The creature is getting green, because of a forest that nobody has mentioned yet. A look at a token that comes later is called a
# [leak](../GLOSSARY.md#leak).
#
# Is that so bad? The token is there, after all. Let us see what a leak does to training.

# %% [markdown] slide="slide" notes="Let them bet real coffee on the dice. Then ask: what was the best result you ever got, and did you check it for a leak?"
# ## Too good to be true
#
# Here is a text about which we know everything: 300 throws of a die. Nobody on earth can guess the next throw better than 1 time in 6. Now a head
# whose query asks for one thing only: "the token one place after mine".

# %%
T = 300
throws = np.random.default_rng(3).integers(0, 6, size=T)
faces = np.eye(6)[throws]  # (T, V)
q_next, k_place = 1000 * np.eye(T, k=1), np.eye(T)  # (T, D) each: token i asks for place i + 1

# %%
predict(
    "Each row says the face that it looks at most. How often is that the next throw?",
    {
        "1 time in 6": "That is what an honest player can reach. This one looks at the other side of the card.",
        "about half of the time": "A half-hearted cheat. This one is thorough.",
        "always": "The answer is in the text, and the head goes and reads it.",
    },
    right="always",
)

# %%
from course_lib.attention import attention_pattern, causal_mask, masked_pattern


def hits(weights):
    said = (weights @ faces).round(6).argmax(axis=1)
    return (said[:-1] == throws[1:]).mean()


found = [hits(attention_pattern(q_next, k_place)), hits(masked_pattern(q_next, k_place, causal_mask(T))), 1 / 6]
names = ["no mask", "future hidden", "the best possible"]
show.bars(found, names, title="Guessing dice: one result is too good", y_name="share of right guesses", highlight=[0])

# %% [markdown]
# A triumph on paper: every throw is right. Then somebody uses the model, the next throw has not been made yet, and it guesses like everybody
# else. It learned to *copy*, and nothing about dice.
#
# Training looks for whatever lowers the loss, and nothing lowers it as much as reading the answer. So remember the feeling: when a result is **too good to be
# true, look for the leak**.

# %% [markdown] slide="slide" notes="Everybody's first idea. Do not laugh at it: let the run do that."
# ## First try: set the future's scores to 0
#
# To show it clearly we take a head that is less sure of itself: the same scores, divided by 4 (the temperature of lesson 4).

# %%
predict(
    "All scores for later tokens are set to 0, and then comes the softmax. How much does a, the first token, still look at later ones?",
    {
        "not at all": "0 sounds like nothing. But softmax takes exp of it first, and exp(0) = 1.",
        "a little, 5 %": "More: seven tokens come after it, and each comes with exp(0) = 1.",
        "about half": "Its own score is 2, and exp(2) is about 7. Seven later tokens with exp(0) = 1 each are a match for that.",
    },
    right="about half",
)

# %%
may_look = causal_mask(len(TOKENS))  # (T_query, T_key)
gentle = scores / 4
with_zeros = softmax(np.where(may_look, gentle, 0))  # (T_query, T_key)
to_later = (with_zeros * ~may_look).sum(axis=1)  # (T,)
show.bars(
    to_later, TOKENS, title="Scores of 0: all but the last still look ahead", y_name="share given to later tokens"
)

# %% [markdown] slide="subslide"
# A score of 0 does not mean "never". It means "indifferent". If all the others are *unwanted*, indifferent even wins:

# %%
dict(zip(["unwanted", "very unwanted", "hidden by a 0"], softmax(np.array([-2.0, -3.0, 0.0])).round(2).tolist()))

# %% [markdown] slide="slide" notes="The second half is the important one: the row of creature is a message from the future."
# ## Second try: softmax first, then erase
#
# So erase the *weights* of later tokens, after the softmax. Then they really are 0.

# %%
predict(
    "The weights of the future are set to 0 after the softmax. What is the sum of the row of creature?",
    {
        "1": "It was 1 before. Then its largest weight, the one for verdant, was erased.",
        "0.32": "0.68 of its attention went to verdant, and is lost. It is left with 0.32.",
        "0": "Its look back at fluffy and blue is still there.",
    },
    right="0.32",
)

# %%
erased = softmax(scores) * may_look
sums = erased.sum(axis=1)  # (T,)
show.bars(
    sums, TOKENS, title="Erased afterwards: rows no longer sum to 1", y_name="sum of the row", highlight=[creature]
)

# %% [markdown]
# Rows that share out less than 1: that can be seen. The second fault can't be seen, it has to be tried. Take
# `verdant` away, and put another `the` in its place. It stands *after* `creature`, so the row of `creature` should not care.

# %% slide="subslide"
E_other = E.copy()
E_other[TOKENS.index("verdant"), :-1] = E[TOKENS.index("the"), :-1]  # everything but its place
rows = {"with verdant later": erased, "without": softmax(scaled_scores(E_other)) * may_look}
{later: dict(zip(TOKENS[1:3], row[creature, 1:3].round(2).tolist())) for later, row in rows.items()}

# %% [markdown]
# It does. To share out 1 the softmax divides by a sum over **all** tokens, and that sum has seen the future. From the size of its own weights
# `creature` could tell whether an adjective is still to come. Erasing afterwards hides who it was, not that somebody was there.

# %% [markdown] slide="subslide"
# *"Then divide each row by its sum once more!"* Not bad: the sum that has seen the future cancels out, and the numbers are right. Until a later token
# scores very high:

# %%
with np.errstate(invalid="ignore"):
    weights = softmax(np.array([[1.0, 2.0, 800.0]])) * [1, 1, 0]  # the third token is still to come
    shared_again = weights / weights.sum()
{"erased": weights.tolist(), "divided again": shared_again.tolist()}

# %% [markdown]
# The future took everything, the rest is 0, and 0/0 is `nan` (not a number). The cure must come *before* the softmax.

# %% [markdown] slide="slide" notes="Read the one line of code aloud, as a sentence: where it may look, the scores, elsewhere minus infinity."
# ## The right way: −∞ before the softmax
#
# Which score becomes exactly 0 under exp? Only one.

# %%
np.exp([0.0, -1.0, -5.0, -np.inf]).round(3).tolist()

# %% [markdown]
# The [causal mask](../GLOSSARY.md#causal-mask) says who may look at whom: everybody at itself and at earlier tokens. Our masks are called `may_look`, and
# `True` means: may look.

# %%
hidden = np.where(may_look, scores, -np.inf)  # (T_query, T_key)
show.pattern(softmax(hidden), TOKENS, title="Masked: nobody looks ahead, and every row sums to 1", may_look=may_look)

# %% [markdown] slide="subslide" notes="Switch between after and before a few times, and point at the sums. This is the whole lesson in one control."
# **Change it:** here is the mask *after* the softmax once more. Move it to *before*, and watch the sums at the side.

# %%
show.AttentionGrid(TOKENS, scores, title="The mask, to be moved", mask="after", query=TOKENS.index("creature"))

# %% [markdown] slide="subslide"
# There they are, 0.42 and 0.58. `creature` looks at its own two adjectives, and the softmax shares out 1 among those that are allowed. Nothing is
# left over, because the hidden tokens were never part of the sum.
#
# The first row is a little lonely: `a` has nobody but itself. Could one hide the diagonal as well?

# %%
predict(
    "A stricter mask, in which a token may not even look at itself. What happens in the first row?",
    {
        "all weights are 0": "A softmax can't say “nobody”: it divides by a sum, and this sum is 0.",
        "0/0, not a number": "exp(−∞) = 0 everywhere, the sum is 0, and 0/0 has no value.",
        "it looks at everybody equally": "exp(−∞) is 0 for everybody. There is nothing to share out.",
    },
    right="0/0, not a number",
)

# %%
nobody = np.exp(np.full(8, -np.inf))
with np.errstate(invalid="ignore"):
    shares = nobody / nobody.sum()
shares.tolist()

# %% [markdown]
# One `nan` soon makes everything `nan`, and the model is lost. So the diagonal always stays. (Our own `softmax` refuses such a row, with a
# sentence that says why.)

# %% [markdown] slide="slide" notes="If they take home one tool today, let it be this probe. It works on any model, also on one that somebody else wrote."
# ## Find the leak
#
# A mask can be wrong in many ways, and most can't be seen in a picture. But there is a test that needs no picture: **change the future, and look
# whether the past moves.** In the exercises you write it: `leaks(f, x, position)` puts random numbers in place of everything after `position`, calls
# `f` again, and compares the rows up to there.
#
# Each of these heads gives every token the mixture of what it looks at: `pattern @ x`. (What should really be mixed is lesson 6.)

# %%
predict(
    "Five heads are probed after creature. How many leak?",
    {
        "only the one without a mask": "Zeros, erasing, and a mask that is one column too wide let something through as well.",
        "all but one": "Only −∞ before the softmax, with the right mask, is tight.",
        "none: erased weights are 0": "The weights are 0, but the sum they were divided by knew.",
    },
    right="all but one",
)

# %%
from course_lib.attention import leaks

too_wide = np.tri(8, k=1, dtype=bool)
heads = {
    "no mask": lambda x: softmax(scaled_scores(x)) @ x,
    "zeros before": lambda x: softmax(np.where(may_look, scaled_scores(x), 0)) @ x,
    "erased after": lambda x: (softmax(scaled_scores(x)) * may_look) @ x,
    "one column too wide": lambda x: masked_pattern(*queries_and_keys(x, W_q, W_k), too_wide) @ x,
    "−∞ before": lambda x: masked_pattern(*queries_and_keys(x, W_q, W_k), may_look) @ x,
}
{name: leaks(head, E, position=creature) for name, head in heads.items()}

# %% [markdown] slide="subslide"
# The same probe as a picture: change one token at a time, and measure how far each row moves.


# %%
def moved(head):
    table = np.zeros((8, 8))
    for j in range(8):
        changed = E.copy()
        changed[j] += 0.5
        table[:, j] = abs(head(changed) - head(E)).max(axis=1)
    return table


# %%
show.heatmap(
    moved(heads["erased after"]),
    TOKENS,
    TOKENS,
    title="Erased after the softmax: the upper half moves, too",
    row_name="row",
    column_name="changed token",
)

# %% [markdown] slide="subslide"
# Look at the upper right half. `creature` moves when `verdant` is changed, and `roamed` when `forest` is: both know what comes later. How far does
# an earlier row move at most, in each of the five heads?

# %%
{name: f"{np.triu(moved(head), k=1).max():.1g}" for name, head in heads.items()}

# %% [markdown]
# Only the last one stands still, and exactly: whatever happens later, an earlier row does not move. A tiny movement is a leak as well, training finds it.
# **Change it:** draw another head, `heads["no mask"]` or `heads["−∞ before"]`, in the picture above.

# %% [markdown] slide="slide" notes="Draw the sentence growing word by word on the board; each new word adds one row and one column, and no old number changes."
# ## You asked: is the mask only for training?
#
# *"While the model writes, the future is not there anyway. So is the mask only needed in training?"* Let us write the sentence token by token, without
# any mask, and keep an eye on the row of `creature`.

# %%
predict(
    "The text grows from 4 to 8 tokens. No mask. Does the row of creature stay as it was?",
    {
        "yes, the past is past": "Only with a mask. Without one, each new token is a new key to look at.",
        "it changes when verdant is written": "A new adjective, and creature turns around to look at it.",
        "it changes with every new token": "Slightly it does. But articles and verbs are hardly of interest to a noun.",
    },
    right="it changes when verdant is written",
)


# %%
def creature_row(length, may_look=None):
    seen = q[:length], k[:length]
    pattern = attention_pattern(*seen) if may_look is None else masked_pattern(*seen, may_look[:length, :length])
    return np.append(pattern[creature], np.zeros(8 - length))


lengths = range(4, 9)
show.heatmap(
    np.array([creature_row(length) for length in lengths]),
    [f"{length} tokens: … {TOKENS[length - 1]}" for length in lengths],
    TOKENS,
    title="No mask: creature changes its mind",
    row_name="text",
    column_name="token",
    pattern=True,
)

# %% [markdown]
# Then the model would use one pattern in training, where it sees whole texts, and others while writing. Next, the same *with* the mask. On the one
# side all 8 tokens in one pass. On the other side one token after the other, keeping only the newest row:

# %%
one_pass = masked_pattern(q, k, may_look)  # (T_query, T_key)
step_by_step = np.zeros((8, 8))
for t in range(1, 9):
    step_by_step[t - 1, :t] = masked_pattern(q[:t], k[:t], causal_mask(t))[-1]
{"largest difference": round(float(abs(one_pass - step_by_step).max()), 12)}

# %% [markdown]
# None at all. That is what a mask is for: **one pass over a text gives what writing it would have given.** So it belongs to both. While writing it
# has a second advantage: old rows never change, and need not be computed again (lesson 12).
#
# And when nothing is to be written?

# %% [markdown] slide="slide" notes="Read the story aloud with a cough at the blank, and let the room fill it in. When did they know it? Only when you went on reading."
# ## Who only reads needs no mask
#
# An [encoder](../GLOSSARY.md#encoder) such as BERT (Devlin et al. 2018) reads a finished text, and practises on another game: some words are
# hidden, and it fills in the blanks. Here is a blank, `?`. Its query has two parts: *are you an adjective?*, and *were you said of my noun?*, that is, does the noun stand two places before you, as in
# "forest was verdant"? (That its noun is `forest`, each reader is told.)

# %%
from course_lib.text import KINDS, FluffyCorpus


def fill_in(story, blank, reads_on):
    is_adjective = [word in KINDS["quality"] + KINDS["colour"] for word in story]
    is_said_of_it = [word == story[blank + 1] for word in ["", "", *story[:-2]]]  # two places before
    k_story = np.array([is_adjective, is_said_of_it], dtype=float).T  # (T, D)
    may_see = causal_mask(len(story)) | reads_on
    return masked_pattern(np.array([[9.0, 9.0]]), k_story, may_see[[blank]])[0]


# %%
predict(
    "“a fluffy creature roamed the ? forest . the forest was verdant” Who can fill in the blank?",
    {
        "only who reads on": "What gives the word away stands after the blank, and a causal mask hides it.",
        "only who may not look ahead": "So far this reader has met one adjective, fluffy, and it belongs to the creature.",
        "both": "Before the blank, nothing says what the forest is like.",
    },
    right="only who reads on",
)

# %% slide="subslide"
story = "a fluffy creature roamed the ? forest . the forest was verdant".split()
readers = {"causal mask": False, "no mask": True}
show.pattern(
    [fill_in(story, story.index("?"), reads_on) for reads_on in readers.values()],
    [f"?, {name}" for name in readers],
    keys=story,
    may_look=np.array([np.arange(len(story)) <= story.index("?"), np.ones(len(story), dtype=bool)]),
    title="The blank finds its word only if it may read on",
)

# %% [markdown]
# One story proves little. So here are some hundred from the fluffy corpus (lesson 6 tells more about it), each with a blank before the name of its place. How
# often does the blank look most at the hidden word, where it is said later?

# %%
blanks = []
for tokens in FluffyCorpus(seed=5, third_noun=0).stories(500):
    blank = tokens.index("the") + 1
    if tokens[blank + 2] == ".":  # the place has exactly one adjective
        blanks.append(([*tokens[:blank], "?", *tokens[blank + 1 :]], blank, tokens[blank]))

# %%
filled = {}
for name, reads_on in readers.items():
    filled[name] = sum(text[fill_in(text, blank, reads_on).argmax()] == word for text, blank, word in blanks)
{"blanks": len(blanks), **filled}

# %% [markdown]
# Reading on is no leak here. The hidden word itself is gone from the text, nobody can copy it: what is found, is found in what follows. So an encoder leaves the mask out, in
# training and in use.
#
# The price: such a model can't write. Its rows change with every new word, as the row of `creature` did above.

# %% [markdown] slide="slide" notes="If somebody in the room speaks Spanish, French or Arabic, let them say the sentence in their language first."
# ## You asked: what if the adjective comes after its noun?
#
# *"A later word can't change an earlier one. How does that work in Spanish?"* Let us speak English with a Spanish word order: `a creature fluffy blue
# roamed the forest verdant`. The same words, the same head, the same mask.

# %%
from course_lib.attention.sentence import E_WITHOUT_PLACE, PLACES

order = [0, 3, 1, 2, 4, 5, 7, 6]
tokens_after = [TOKENS[i] for i in order]
E_after = E_WITHOUT_PLACE[order] + PLACES  # (T, C)
" ".join(tokens_after)

# %%
predict(
    "Nouns still ask for adjectives, and the mask is on. At whom does creature look now?",
    {
        "fluffy and blue": "They come later now, and the mask hides them.",
        "nobody": "It must share out 1 among those that it may look at.",
        "a and itself": "None of them is an adjective. But somebody has to get the 1.",
    },
    right="a and itself",
)

# %%
weights_after = masked_pattern(E_after @ W_q, E_after @ W_k, may_look)  # (T_query, T_key)
dict(zip(tokens_after[:4], weights_after[1, :4].round(2).tolist()))

# %% [markdown]
# Indeed: nothing flows back to `creature`. It stays a creature of no colour, and no mask in the world can mend that.
#
# But the question can be turned around. Here the *adjectives* ask for nouns, and the verb asks for adjectives. (In a trained model nobody sets
# this: training on Spanish would find it.)

# %%
from course_lib.attention.sentence import FEATURES

article, adjective, noun, verb = (FEATURES.index(kind) for kind in ("article", "adjective", "noun", "verb"))
W_q_after = W_q.copy()
# nouns ask for articles now, adjectives for nouns, verbs for adjectives
W_q_after[[noun, adjective, verb]] = W_q[[article, verb, noun]]
weights_collected = masked_pattern(E_after @ W_q_after, E_after @ W_k, may_look)  # (T_query, T_key)
show.pattern(
    weights_collected, tokens_after, title="The later token collects: blue finds its creature", may_look=may_look
)

# %% [markdown]
# Now `fluffy` and `blue` look at `creature`, `verdant` looks at `forest`, and `roamed` looks at the two adjectives. The later token collects: `blue`
# becomes *the blue creature*. Who collects differs from language to language. That something after it collects is enough.
#
# Is it enough to go on with the text?

# %% [markdown] slide="slide" notes="This is also the answer for chatbots: the whole conversation has to arrive in the vector of its last token."
# ## You asked: must the last vector hold it all?
#
# *"The next word is predicted from the last vector alone. How can it know the whole text?"* Stop both sentences at `roamed`. Each token adds to itself
# what it looks at (lesson 6 does this properly), twice, as in two layers.

# %%
predict(
    "roamed looks only at creature (English), or only at fluffy and blue (Spanish order). After two rounds, which one knows of something soft and blue that is an animal?",
    {
        "only the English one": "In the other order roamed looks at the adjectives directly, and they have collected the creature.",
        "only the Spanish one": "In English the adjectives went to creature in round one, and came along with it in round two.",
        "both": "What roamed does not look at itself was brought to it by somebody it looks at.",
    },
    right="both",
)


# %%
def after_two_rounds(x, weights):
    once = x + weights @ x
    return once + weights @ once


roamed = TOKENS.index("roamed")  # the same place in both orders
rounds = {
    "before": E_WITHOUT_PLACE,
    "a fluffy blue creature roamed": after_two_rounds(E_WITHOUT_PLACE, one_pass),
    "a creature fluffy blue roamed": after_two_rounds(E_WITHOUT_PLACE[order], weights_collected),
}

# %% slide="subslide"
show.heatmap(
    np.array([x[roamed] for x in rounds.values()]),
    list(rounds),
    FEATURES,
    title="The vector of roamed: the whole story has arrived, in both orders",
    row_name="text",
    column_name="feature",
)

# %% [markdown]
# Something moving, an animal, soft and blue: all of it stands in the vector of `roamed`, the last token, whatever the order. The last one is the only one that may
# look at everybody, so everything has to pass through it.
#
# That is a narrow door. Our vectors have 12 numbers. Real ones have thousands, and about a hundred layers in which to bring in what matters.
# Lesson 12 goes on from this vector to the next word.

# %% [markdown] slide="slide"
# ## Other masks
#
# A mask is only a table of True and False. A [sliding window](../GLOSSARY.md#sliding-window) is stricter than the causal mask: each token sees the last few tokens, itself
# among them.

# %%
predict(
    "With a window of 3, forest sees the, verdant and itself. At whom does it look?",
    {
        "verdant, 0.68": "That was its share while blue and fluffy had theirs. They are out of sight now.",
        "verdant, 1.00": "The only adjective within sight gets everything.",
        "fluffy, blue and verdant": "The first two stand five and six tokens away.",
    },
    right="verdant, 1.00",
)

# %%
from course_lib.attention import sliding_window_mask

window = sliding_window_mask(8, window=3)  # (T_query, T_key)
show.pattern(
    masked_pattern(q, k, window), TOKENS, title="A window of 3: each noun keeps to its own adjectives", may_look=window
)

# %% [markdown]
# Here this even helps: `forest` is no longer a little fluffy. That is luck. With a window of 2 `creature` loses its `fluffy`, and a story that began
# a page ago is out of sight. Windows are used because they are cheap: lesson 13 counts what attention costs.
#
# **Change it:** find the smallest window in which `forest` is a little blue again.

# %% [markdown] slide="skip"
# ## In the video's notation
#
# | | video: a query is a column | code: a query is a row |
# |---|---|---|
# | hidden | lower left, key i > query j | upper right, key j > query i |
# | becomes −∞ | before the softmax of each column | before the softmax of each row |
# | stays | the diagonal | the diagonal |
#
# Mind the sign of a mask when you read other code. In PyTorch, `scaled_dot_product_attention` has True for *may look*, as we have, and
# `nn.MultiheadAttention` has True for *hide*.

# %%
show.pattern(
    one_pass, TOKENS, title="As the video draws it: the lower left is hidden", orientation="video", may_look=may_look
)

# %% [markdown] slide="slide"
# ## What to take away
#
# 1. One text is as many examples as it has tokens, if no row can look ahead. A leak makes results too good to be true.
# 2. −∞ *before* the softmax. A 0 there means "indifferent", and a 0 afterwards comes too late: the sum has seen the future.
# 3. Don't trust a mask, probe it: change the future, and see whether the past moves.
#
# **Now you:** the [exercise sheet](../exercises/05_masking.ipynb), four functions, about 25 minutes.
