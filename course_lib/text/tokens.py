"""Lesson 02: text into tokens, tokens into numbers, numbers into vectors. Plain Python, and NumPy for the vectors."""

from collections import Counter
from itertools import pairwise

import numpy as np

UNKNOWN = "<unk>"


def build_vocabulary(tokens):
    """{token: id} for a list of tokens: `<unk>` is 0, the others follow in the order in which they first appear."""
    _must_be_a_list(tokens)
    return {token: number for number, token in enumerate(dict.fromkeys([UNKNOWN, *tokens]))}


def encode(tokens, vocabulary):
    """The ids of a list of tokens, as a list; a token that is not in the vocabulary gets the id of `<unk>`."""
    _must_be_a_list(tokens)
    return [vocabulary.get(token, vocabulary[UNKNOWN]) for token in tokens]


def decode(ids, vocabulary):
    """The tokens of a list of ids, as a list; raises ValueError for an id that no token has."""
    tokens = {number: token for token, number in vocabulary.items()}
    for number in ids:
        if number not in tokens:
            raise ValueError(f"no token has the id {number}: the ids of this vocabulary are 0 to {len(tokens) - 1}")
    return [tokens[number] for number in ids]


def most_frequent_pair(tokens):
    """The pair of neighbours that occurs most often, as a tuple; of equally frequent ones, the pair that appears first.

    Every two neighbours count, overlapping ones too: `a a a` holds the pair (a, a) twice. Raises ValueError below 2 tokens.
    """
    _must_be_a_list(tokens)
    if len(tokens) < 2:
        raise ValueError(f"a pair needs 2 tokens, and there are only {len(tokens)}: {list(tokens)}")
    return Counter(pairwise(tokens)).most_common(1)[0][0]


def merge_pair(tokens, pair):
    """A new list in which each occurrence of the pair is glued together, from left to right: `a a a` becomes `aa a`."""
    _must_be_a_list(tokens)
    merged = []
    for token in tokens:
        if merged and (merged[-1], token) == tuple(pair):
            merged[-1] += token  # now longer than pair[0], so it cannot be glued a second time
        else:
            merged.append(token)
    return merged


def learn_merges(tokens, n_merges):
    """Byte-pair encoding: merge the most frequent pair, up to n_merges times; returns (the pairs in order, the tokens left).

    Stops early when no pair occurs twice. Sennrich, Haddow and Birch (2016), "Neural Machine Translation of Rare Words with
    Subword Units". `learn_merges(list("low lower lowest"), 2)` begins with ("l", "o") and ("lo", "w").
    """
    merges, tokens = [], list(tokens)
    while len(merges) < n_merges and any(count > 1 for count in Counter(pairwise(tokens)).values()):
        merges.append(most_frequent_pair(tokens))
        tokens = merge_pair(tokens, merges[-1])
    return merges, tokens


def apply_merges(tokens, merges):
    """New text cut with merges that were learned before: each pair is merged in the order in which it was learned."""
    for pair in merges:
        tokens = merge_pair(tokens, pair)
    return tokens


def embed(ids, token_table, position_table):
    """The vectors (..., T, C) of ids (..., T): each token's row of token_table (V, C) plus its place's row of position_table.

    position_table is (context_length, C); raises ValueError for a text that is longer, for unknown ids and for unequal widths.
    """
    ids = np.asarray(ids, dtype=int)  # (..., T)
    _must_fit(ids, token_table, position_table)
    return token_table[ids] + position_table[: ids.shape[-1]]  # (..., T, C)


def _must_be_a_list(tokens):
    if isinstance(tokens, str):
        raise ValueError(
            "tokens is one string: cut it up first, with text.split() for words or list(text) for characters"
        )


def _must_fit(ids, token_table, position_table):
    if token_table.shape[-1] != position_table.shape[-1]:
        raise ValueError(
            f"a token's vector has {token_table.shape[-1]} entries but a position's has {position_table.shape[-1]}: "
            "they are added, so both need n_embd entries"
        )
    if ids.shape[-1] > len(position_table):
        raise ValueError(
            f"the text has {ids.shape[-1]} tokens, but there are only {len(position_table)} positions (the context window): "
            "cut the text"
        )
    if ids.size and not (ids.min() >= 0 and ids.max() < len(token_table)):
        raise ValueError(
            f"ids run from {ids.min()} to {ids.max()}, but token_table has the rows 0 to {len(token_table) - 1}"
        )
