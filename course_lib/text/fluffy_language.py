"""The fluffy corpus: short stories in a made-up language in which every probability is known.

A story brings in two or three nouns with their adjectives, and then recalls each of them, in any order:

    a fluffy blue creature roamed the verdant forest . the forest was verdant . the creature was fluffy and blue .

At the first mention adjectives are drawn independently: nobody can foresee them. In the recall they are certain, but only for a
reader who kept track of which adjective belongs to which noun. So the best possible loss, the **entropy floor**, is known
exactly, and a model that does not bind adjectives to nouns cannot reach it.
"""

from collections import Counter
from contextlib import suppress
from functools import cached_property
from itertools import islice
from math import log
from pathlib import Path
from random import Random

import numpy as np

from .tokens import build_vocabulary, encode

KINDS = {
    "animal": "creature fox bear hare mole badger heron dragon lynx goat turtle swallow "
    "raven wolf mouse beetle pony toad robin swan moose squirrel hedgehog ferret",
    "place": "forest river castle garden village tower cave meadow "
    "harbour island desert bridge library valley lighthouse mountain",
    "quality": "fluffy tiny gentle sleepy brave quiet plump curious shy proud hungry noisy "
    "young cheerful lonely lazy wise fierce polite grumpy dusty warm huge clever",
    "colour": "blue verdant golden red white silver purple black "
    "grey crimson yellow pink brown scarlet turquoise copper",
    "verb": "roamed explored watched painted left followed visited crossed "
    "found loved guarded circled entered reached searched remembered",
}
KINDS = {kind: tuple(words.split()) for kind, words in KINDS.items()}
SMALL_WORDS = ("a", "the", "was", "and", ".")
# The chances the language is made of: a noun's first adjective is a quality; a colour follows a quality; a story has a third noun.
QUALITY, COLOUR_TOO, THIRD_NOUN = 3 / 4, 2 / 3, 1 / 2


class FluffyCorpus:
    """Stories drawn from a seed, with the exact probability of every token.

    adjective_after=True puts adjectives behind a noun that is brought in: "a creature fluffy blue roamed the forest verdant".
    words_per_kind=6 keeps six animals, six places, …: a language that is learned in seconds; third_noun is the chance of one.
    """

    def __init__(self, seed=0, adjective_after=False, words_per_kind=None, third_noun=THIRD_NOUN):
        if words_per_kind is not None and words_per_kind < 3:
            raise ValueError(f"words_per_kind is {words_per_kind}: a story needs at least 3 words of each kind")
        if not 0 <= third_noun <= 1:
            raise ValueError(f"third_noun is {third_noun}: it is a chance, from 0 to 1")
        self.seed, self.adjective_after, self.third_noun = seed, adjective_after, third_noun
        self.kinds = {kind: words[:words_per_kind] for kind, words in KINDS.items()}
        self.vocabulary = build_vocabulary([*SMALL_WORDS, *(word for words in self.kinds.values() for word in words)])

    # The grammar. Each `yield` hands out the choices for the next token, [(words, chance of these words together), …],
    # words of one entry being equally likely, and is sent the token that was chosen.

    def _story(self):
        nouns = {}  # noun: its adjectives
        yield _just("a")
        yield from self._bring_in("animal", self.kinds["verb"], nouns)
        yield _just("the")
        yield from self._bring_in("place", (".",), nouns)
        if (yield _either("a", self.third_noun, "the")) == "a":
            known = tuple(nouns)
            yield from self._bring_in("animal", self.kinds["verb"], nouns)
            yield _just("the")
            yield [((word,), 1 / 2) for word in known]  # not one entry: an animal and a place are not interchangeable
            yield _just(".")
            yield _just("the")
        yield from self._recall(nouns)

    def _bring_in(self, kind, then, nouns):
        """A new noun with its adjectives, and one of the words `then` that follow."""
        fresh = tuple(word for word in self.kinds[kind] if word not in nouns)
        if self.adjective_after:
            noun = yield [(fresh, 1)]
            nouns[noun], _ = yield from self._adjectives(then, nouns)
        else:
            adjectives, noun = yield from self._adjectives(fresh, nouns)
            nouns[noun] = adjectives
            yield [(then, 1)]

    def _adjectives(self, then, nouns):
        """A quality, a colour, or both in this order, none of them used before, and the word that follows."""
        used = [adjective for adjectives in nouns.values() for adjective in adjectives]
        qualities = tuple(word for word in self.kinds["quality"] if word not in used)
        colours = tuple(word for word in self.kinds["colour"] if word not in used)
        first = yield [(qualities, QUALITY), (colours, 1 - QUALITY)]
        if first in colours:
            return [first], (yield [(then, 1)])
        second = yield [(colours, COLOUR_TOO), (then, 1 - COLOUR_TOO)]
        if second not in colours:
            return [first], second
        return [first, second], (yield [(then, 1)])

    def _recall(self, nouns):
        """Every noun once more, in any order, with the adjectives it had; the first "the" has been said already."""
        waiting = list(nouns)
        while waiting:
            noun = yield [((word,), 1 / len(waiting)) for word in waiting]
            waiting.remove(noun)
            for token in ["was", *" and ".join(nouns[noun]).split(), ".", *["the"][: len(waiting)]]:
                yield _just(token)

    def _endless(self):
        while True:
            yield from self._story()

    def stories(self, n):
        """The first n stories of this seed, each a list of tokens; the same ones at every call."""
        random = Random(self.seed)
        return [list(_drawn(self._story(), random)) for _ in range(n)]

    def tokens(self, n):
        """The first n tokens of the endless text of this seed: story after story, with nothing between them."""
        return list(islice(_drawn(self._endless(), Random(self.seed)), n))

    def rows(self, n, length):
        """Ids (n, length) for training: each row begins with a story of its own and goes on with further ones."""
        random = Random(self.seed)
        texts = (list(islice(_drawn(self._endless(), random), length)) for _ in range(n))
        return np.array([encode(text, self.vocabulary) for text in texts])

    def _choices(self, tokens):
        """The choices before each of the tokens, and after the last one; the text begins with a story."""
        machine, token = self._endless(), None
        for position, upcoming in enumerate([*tokens, None]):
            choices = machine.send(token)
            if upcoming is not None and not any(upcoming in words for words, _ in choices):
                raise ValueError(_impossible(tokens, position, choices))
            yield choices
            token = upcoming

    def probabilities(self, prefix):
        """{word: probability} of what can follow these tokens, which begin with a story; raises ValueError if they cannot occur."""
        *_, choices = self._choices(prefix)
        return {word: chance / len(words) for words, chance in choices for word in words}

    def log_probabilities(self, tokens):
        """The natural logarithm of each token's probability given all before it, (len(tokens),); the text begins with a story."""
        steps = zip(tokens, self._choices(tokens), strict=False)
        return np.array([log(chance / len(w)) for token, step in steps for w, chance in step if token in w])

    @cached_property
    def _courses(self):
        """Every course a story can take, as (chance, tokens, entropy before each token).

        Words of one entry of the choices are equally likely and interchangeable in all that follows, so the first stands for all.
        """
        courses, unfinished = [], [(1.0, (), ())]
        while unfinished:
            chance, tokens, entropies = unfinished.pop()
            choices = _after(self._story(), tokens)
            if choices is None:
                courses.append((chance, tokens, np.array(entropies)))
                continue
            entropy = sum(share * log(len(words) / share) for words, share in choices)
            unfinished += [(chance * share, (*tokens, w[0]), (*entropies, entropy)) for w, share in choices]
        return courses

    def entropy_floor(self, length=None):
        """The mean loss in nats per token of a reader who knows the language and all the text so far: no model can do better.

        Without a length: in endless text, the mean entropy of a story divided by its mean length. With one: over the `length`
        targets of a row that begins with a story, rows[:, 1:], which is what a model trained on such rows can reach.
        """
        if length is None:
            return sum(c * h.sum() for c, _, h in self._courses) / sum(c * len(h) for c, _, h in self._courses)
        begins, entropy = np.eye(1, length + 1)[0], np.zeros(length + 1)  # the chance that a story begins here
        for here in range(length + 1):
            for chance, _, entropies in self._courses:
                part = entropies[: length + 1 - here]
                entropy[here : here + len(part)] += begins[here] * chance * part
                begins[here + len(entropies) : here + len(entropies) + 1] += begins[here] * chance
        return entropy[1:].mean()

    def _run_entropy(self, n):
        """The entropy of n tokens in a row, drawn from anywhere in endless text (n is 1 or 2: no kind meets itself)."""
        kind_of = {word: kind for kind, words in self.kinds.items() for word in words}
        chances = Counter()
        for chance, tokens, _ in self._courses:
            kinds = [kind_of.get(token, token) for token in (*tokens, *"a"[: n - 1])]  # an "a" begins the next story
            for run in zip(*(kinds[i:] for i in range(n)), strict=False):
                chances[run] += chance
        total = chances.total()
        ways = {run: np.prod([len(self.kinds.get(kind, [kind])) for kind in run]) for run in chances}
        return sum(c / total * log(ways[run] * total / c) for run, c in chances.items())

    def unigram_entropy(self):
        """The exact loss in nats per token of a reader who knows only how frequent each word is."""
        return self._run_entropy(1)

    def bigram_entropy(self):
        """The exact loss in nats per token of a reader who knows only which word follows which."""
        return self._run_entropy(2) - self._run_entropy(1)


def load_text(path):
    """The text of a UTF-8 file, with every kind of line end as \\n."""
    return Path(path).read_text(encoding="utf-8-sig")


def _just(word):
    return [((word,), 1)]


def _either(word, chance, other):
    return [choice for choice in [((word,), chance), ((other,), 1 - chance)] if choice[1]]


def _drawn(machine, random):
    """Tokens drawn from a grammar, one after the other."""
    token = None
    with suppress(StopIteration):
        while True:
            token = _picked(machine.send(token), random.random())
            yield token


def _picked(choices, point):
    """The word at a point between 0 and 1, if every word has a stretch as long as its probability."""
    for words, chance in choices:
        if point < chance:
            return words[min(int(point / chance * len(words)), len(words) - 1)]
        point -= chance
    return words[-1]  # by rounding


def _after(machine, tokens):
    """The choices of a grammar after these tokens; None if it has come to its end."""
    try:
        choices = machine.send(None)
        for token in tokens:
            choices = machine.send(token)
    except StopIteration:
        return None
    return choices


def _impossible(tokens, position, choices):
    said = " ".join(tokens[max(position - 8, 0) : position])
    able = [word for words, _ in choices for word in words]
    some = ", ".join(able[:5]) + (", …" if len(able) > 5 else "")
    return f"{tokens[position]!r} cannot come after {said!r} in this language; what can: {some}"
