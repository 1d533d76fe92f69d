"""What each token of a fluffy text is, and which other token it depends on: the truth that heads are measured against.

A text begins with a story (as the rows of FluffyCorpus do) and may end anywhere.
"""

import numpy as np

from .fluffy_language import KINDS

KIND = {word: kind for kind, words in KINDS.items() for word in words}
ADJECTIVES, NOUNS = ("quality", "colour"), ("animal", "place")
ROLES = ("new adjective", "new noun", "verb", "recalled noun", "recalled adjective", "small word")


def roles(tokens):
    """For each token one of ROLES: recalled is what the story has brought in before and says again."""
    return [role for role, _ in _read(tokens)]


def own_adjectives(tokens):
    """Which adjectives stand in front of each new noun: (T, T) bool, a row for the noun, True at its adjectives."""
    return _table(tokens, "new noun", lambda place: place)


def adjective_after_was(tokens):
    """Where the adjective after each `was` was said first: (T, T) bool, a row for the `was`, which has to predict it."""
    recalled = _table(tokens, "recalled adjective", lambda place: place - 1)
    return recalled & (np.array(tokens) == "was")[:, None]


def noun_before_was(tokens):
    """Which noun stands in front of each `was`: (T, T) bool, a row for the `was`, True one to its left."""
    return np.diag([token == "was" for token in tokens[1:]], -1)


def adjectives_of_story(tokens):
    """Where all adjectives of its story were said first: (T, T) bool, a row for each `was`."""
    table, brought_in = np.zeros((len(tokens), len(tokens)), dtype=bool), []
    for place, role in enumerate(roles(tokens)):
        if role == "new adjective":
            new_story = "was" in tokens[max(brought_in, default=place) : place]
            brought_in = [*([] if new_story else brought_in), place]
        if tokens[place] == "was":
            table[place, brought_in] = True
    return table


def _table(tokens, wanted, row):
    """(T, T) bool: True at the sources of the tokens of one role."""
    table = np.zeros((len(tokens), len(tokens)), dtype=bool)
    for place, (role, sources) in enumerate(_read(tokens)):
        if role == wanted:
            table[row(place), sources] = True
    return table


def _read(tokens):
    """(role, the places it depends on) of each token: a new noun on its adjectives, a recalled adjective on its first mention."""
    read, adjectives, noun, recalling = (
        [],
        {},
        None,
        False,
    )  # adjectives: {noun: the places of its adjectives} of this story
    for place, token in enumerate(tokens):
        kind, before = KIND.get(token), tokens[place - 1] if place else "."
        if token == "a" and before == "." and recalling:
            adjectives, recalling = {}, False  # a new story
        recalling = recalling or token == "was"
        if kind in ADJECTIVES and before in ("was", "and"):
            read.append(("recalled adjective", [p for p in adjectives[noun] if tokens[p] == token]))
        elif kind in NOUNS and token in adjectives:
            noun = token
            read.append(("recalled noun", []))
        elif kind in NOUNS:
            adjectives[token] = [p for p in (place - 2, place - 1) if p >= 0 and KIND.get(tokens[p]) in ADJECTIVES]
            read.append(("new noun", adjectives[token]))
        else:
            read.append(("new adjective" if kind in ADJECTIVES else kind or "small word", []))
    return read
