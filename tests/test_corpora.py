"""The fluffy corpus: its exact numbers against counting, against spelling out every story, and against a sum by hand."""

from collections import Counter
from itertools import pairwise
from math import exp, log
from random import Random

import numpy as np
import pytest

from course_lib.text import fluffy_language as corpora
from course_lib.text.fluffy_language import KINDS, SMALL_WORDS, FluffyCorpus, load_text
from course_lib.text.tokens import decode

LANGUAGES = {
    "whole": {},
    "adjective after": {"adjective_after": True},
    "small": {"words_per_kind": 6, "third_noun": 0},
    "smallest, three nouns, adjective after": {"words_per_kind": 3, "third_noun": 1, "adjective_after": True},
}
each_language = pytest.mark.parametrize("options", LANGUAGES.values(), ids=LANGUAGES)

TALE = "a fluffy blue creature roamed the verdant forest . the creature was fluffy and blue . the forest was verdant ."


def counted_entropy(runs):
    """The entropy of things as they were counted."""
    counts = np.array(list(Counter(runs).values()))
    return log(counts.sum()) - (counts * np.log(counts)).sum() / counts.sum()


# ---- the words and the stories --------------------------------------------------------------------------------------


def test_every_word_has_one_kind_and_no_article_goes_wrong():
    words = [*SMALL_WORDS, *(word for words in KINDS.values() for word in words)]
    assert len(words) == len(set(words))
    assert 100 <= len(FluffyCorpus().vocabulary) <= 150
    behind_a = [*KINDS["animal"], *KINDS["quality"], *KINDS["colour"]]
    assert not [word for word in behind_a if word[0] in "aeiou"], "it would have to be 'an'"


def test_a_seed_always_tells_the_same_stories():
    corpus = FluffyCorpus(5)
    stories = corpus.stories(40)
    assert stories == corpus.stories(40) == FluffyCorpus(5).stories(40) != FluffyCorpus(6).stories(40)
    assert corpus.stories(3) == stories[:3]
    text = [token for story in stories for token in story]
    assert corpus.tokens(500) == text[:500]


def read_by_a_stranger(story, adjective_after):
    """What a person would take down of a story: {noun: adjectives} as brought in, and as recalled."""
    kind = {word: kind for kind, words in KINDS.items() for word in words}
    brought_in, recalled = {}, {}
    for sentence in " ".join(story).strip(" .").split(" . "):
        words = sentence.split()
        adjectives = [word for word in words if kind.get(word) in ("quality", "colour")]
        nouns = [word for word in words if kind.get(word) in ("animal", "place")]
        if "was" in words:
            recalled[nouns[0]] = adjectives
            continue
        verb = next(i for i, word in enumerate(words) if kind.get(word) == "verb")
        for part in (words[:verb], words[verb + 1 :]):
            noun = next(word for word in part if word in nouns)
            own = part[part.index(noun) + 1 :] if adjective_after else part[1 : part.index(noun)]
            if noun not in brought_in:
                brought_in[noun] = own
    return brought_in, recalled


@each_language
def test_the_recall_says_what_was_told(options):
    for story in FluffyCorpus(1, **options).stories(300):
        brought_in, recalled = read_by_a_stranger(story, options.get("adjective_after", False))
        assert brought_in == recalled
        adjectives = [adjective for own in brought_in.values() for adjective in own]
        assert all(brought_in.values())
        assert len(adjectives) == len(set(adjectives))


def test_every_number_of_nouns_and_every_order_comes():
    orders = Counter()
    for story in FluffyCorpus(2).stories(2000):
        brought_in, recalled = read_by_a_stranger(story, False)
        orders[tuple(list(brought_in).index(noun) for noun in recalled)] += 1
    assert len(orders) == 2 + 6
    assert all(abs(n - 500) < 100 for order, n in orders.items() if len(order) == 2)
    assert all(abs(n - 2000 / 12) < 60 for order, n in orders.items() if len(order) == 3)


# ---- probabilities --------------------------------------------------------------------------------------------------


@each_language
def test_probabilities_are_whole_and_allow_what_comes(options):
    corpus = FluffyCorpus(3, **options)
    text = corpus.tokens(120)
    logs = corpus.log_probabilities(text)
    for position, token in enumerate(text):
        chances = corpus.probabilities(text[:position])
        assert sum(chances.values()) == pytest.approx(1, abs=1e-12)
        assert min(chances.values()) > 0
        assert set(chances) <= set(corpus.vocabulary)
        assert log(chances[token]) == pytest.approx(logs[position], abs=1e-12)


def test_the_tale_of_the_creature_by_hand():
    fluffy, blue, creature, roamed = 3 / 4 / 24, 2 / 3 / 16, 1 / 24, 1 / 16
    verdant, forest = 1 / 4 / 15, 1 / 16  # blue is taken
    no_third_noun, creature_first = 1 / 2, 1 / 2
    by_hand = fluffy * blue * creature * roamed * verdant * forest * no_third_noun * creature_first
    logs = FluffyCorpus().log_probabilities(TALE.split())
    assert len(logs) == len(TALE.split())
    assert exp(logs.sum()) == pytest.approx(by_hand, rel=1e-12)


def test_the_tale_with_its_adjectives_behind():
    tale = TALE.replace("fluffy blue creature", "creature fluffy blue").replace("verdant forest", "forest verdant")
    behind = FluffyCorpus(adjective_after=True).log_probabilities(tale.split())
    assert behind.sum() == pytest.approx(FluffyCorpus().log_probabilities(TALE.split()).sum(), abs=1e-12)


def test_what_is_recalled_is_certain():
    corpus = FluffyCorpus(4)
    text = corpus.tokens(3000)
    logs = corpus.log_probabilities(text)
    recalled = [i for i in range(1, len(text)) if text[i - 1] in ("was", "and")]
    assert len(recalled) > 300
    assert np.allclose(logs[recalled], 0)
    assert logs[[i for i, token in enumerate(text) if token in KINDS["verb"]]] == pytest.approx(log(1 / 16))


@pytest.mark.parametrize("tale", ["a fluffy fox slept", "the", TALE.replace("was verdant", "was blue")])
def test_what_cannot_be_is_said(tale):
    corpus = FluffyCorpus()
    with pytest.raises(ValueError, match="cannot come after"):
        corpus.log_probabilities(tale.split())
    with pytest.raises(ValueError, match="cannot come after"):
        corpus.probabilities(tale.split())


@pytest.mark.parametrize(
    "prefix", ["", "a", "a fluffy", TALE[: TALE.index("forest")], TALE[: TALE.index("the creature")]]
)
def test_what_is_drawn_has_these_probabilities(prefix):
    """Chi-square: many continuations of one beginning, counted."""
    corpus = FluffyCorpus(7)
    prefix = prefix.split()
    chances = corpus.probabilities(prefix)
    if prefix[1:]:  # rare beginnings: draw only the next token, many times
        random, (*_, choices) = Random(7), corpus._choices(prefix)
        drawn = Counter(corpora._picked(choices, random.random()) for _ in range(20_000))
    else:
        drawn = Counter(story[len(prefix)] for story in corpus.stories(20_000))
    assert set(drawn) == set(chances)
    chi_square = sum((drawn[word] - 20_000 * chance) ** 2 / (20_000 * chance) for word, chance in chances.items())
    freedom = len(chances) - 1
    assert chi_square < freedom + 5 * (2 * max(freedom, 1)) ** 0.5


# ---- entropies ------------------------------------------------------------------------------------------------------


def every_story(corpus):
    """(probability, length) of every story of a small language, spelled out word by word, without the library's shortcut."""
    unfinished = [(1.0, [])]
    while unfinished:
        chance, tokens = unfinished.pop()
        nouns = [word for word in tokens if word in corpus.kinds["animal"] or word in corpus.kinds["place"]]
        if tokens and len(nouns) == 4 and tokens[-1] == ".":  # two nouns, each named twice
            yield chance, len(tokens)
            continue
        unfinished += [(chance * p, [*tokens, word]) for word, p in corpus.probabilities(tokens).items()]


@pytest.mark.parametrize("adjective_after", [False, True])
def test_the_floor_is_the_entropy_of_all_stories(adjective_after):
    corpus = FluffyCorpus(words_per_kind=3, third_noun=0, adjective_after=adjective_after)
    chances, lengths = map(np.array, zip(*every_story(corpus), strict=True))
    assert chances.sum() == pytest.approx(1, abs=1e-9)
    assert -(chances * np.log(chances)).sum() / (chances * lengths).sum() == pytest.approx(
        corpus.entropy_floor(), abs=1e-9
    )


@each_language
def test_the_floor_is_what_is_counted(options):
    corpus = FluffyCorpus(8, **options)
    stories = corpus.stories(3000)
    losses = np.array([-corpus.log_probabilities(story).sum() for story in stories])
    lengths = np.array([len(story) for story in stories])
    floor = corpus.entropy_floor()
    error = (losses - floor * lengths).std() / len(stories) ** 0.5 / lengths.mean()  # of a ratio
    assert error < 0.005
    assert losses.sum() / lengths.sum() == pytest.approx(floor, abs=4 * error)


@each_language
@pytest.mark.parametrize("length", [1, 12, 40])
def test_the_floor_of_rows_is_what_is_counted(options, length):
    corpus = FluffyCorpus(9, **options)
    rows = corpus.rows(1500, length + 1)
    assert rows.shape == (1500, length + 1)
    texts = [decode(row, corpus.vocabulary) for row in rows]
    losses = np.array([-corpus.log_probabilities(text)[1:].mean() for text in texts])
    assert losses.mean() == pytest.approx(corpus.entropy_floor(length), abs=4 * losses.std() / len(rows) ** 0.5 + 1e-9)


@each_language
def test_simpler_readers_lose_more_exactly_this_much(options):
    corpus = FluffyCorpus(10, **options)
    text = corpus.tokens(300_000)
    ones, pairs = counted_entropy(text), counted_entropy(pairwise(text))
    assert corpus.unigram_entropy() == pytest.approx(ones, abs=0.005)
    assert corpus.bigram_entropy() == pytest.approx(pairs - ones, abs=0.01)
    assert corpus.entropy_floor() < corpus.bigram_entropy() < corpus.unigram_entropy() < log(len(corpus.vocabulary))


@pytest.mark.parametrize("third_noun", [0, 0.5, 1])
def test_the_place_of_the_adjective_does_not_move_the_floor(third_noun):
    floors = [FluffyCorpus(third_noun=third_noun, adjective_after=after).entropy_floor() for after in (False, True)]
    assert floors[0] == pytest.approx(floors[1], abs=1e-12)


# ---- manners --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "said"), [({"words_per_kind": 2}, "at least 3"), ({"third_noun": 2}, "from 0 to 1")]
)
def test_impossible_languages_are_refused(options, said):
    with pytest.raises(ValueError, match=said):
        FluffyCorpus(**options)


def test_a_text_file_of_any_system(tmp_path):
    path = tmp_path / "text.txt"
    path.write_bytes("\ufeffgrün\r\nblau\n".encode())
    assert load_text(path) == "grün\nblau\n"
