"""A tokenizer out of the learner's own functions of lesson 02."""

from itertools import pairwise

from .pieces import PIECES, TOKENIZER
from .runs import own_functions

STRETCH = (
    1000  # characters: a text is cut into stretches, so that a function that slows down with its input stays quick
)


class Tokenizer:
    """Text into ids and back: letters, glued together by learned merges, and numbered. `report` says whose each piece is."""

    def __init__(self, text, merges, pieces, report):
        self.pieces, self.report = pieces, report
        self.merges = self._learned(text[: 20 * STRETCH], merges)
        self.vocabulary = pieces["build_vocabulary"](sorted({*text, *self.tokens(text)}))

    def __len__(self):
        return len(self.vocabulary)

    def tokens(self, text):
        """The tokens of a text, as a list."""
        found = []
        for start in range(0, len(text), STRETCH):
            stretch = list(text[start : start + STRETCH])
            for pair in self.merges:
                stretch = self.pieces["merge_pair"](stretch, pair)
            found += stretch
        return found

    def encode(self, text):
        """The ids of a text, as a list; what the vocabulary does not hold is `<unk>`."""
        tokens = self.tokens(text)
        parts = [tokens[start : start + STRETCH] for start in range(0, len(tokens), STRETCH)]
        return [token for part in parts for token in self.pieces["encode"](part, self.vocabulary)]

    def decode(self, ids):
        """The text of a list of ids."""
        return "".join(self.pieces["decode"](list(ids), self.vocabulary))

    def _learned(self, text, n):
        """At most n pairs, the most frequent one of the beginning of the text each time; none that occurs only once."""
        merges, tokens = [], list(text)
        while len(merges) < n:
            pair = self.pieces["most_frequent_pair"](tokens)
            if list(pairwise(tokens)).count(pair) < 2:
                break
            merges.append(pair)
            tokens = self.pieces["merge_pair"](tokens, pair)
        return merges


def tokenizer(text, merges=0, folder=None, say=print):
    """A Tokenizer for a text, made of the functions in my_gpt/ (or another folder); the course's stand in. Never fails, and says whose it is.

    merges: how many pairs to glue together, learned from the first 20,000 characters; without any, a token is a character.
    """
    mine, report = own_functions(TOKENIZER, "this tokenizer", folder, say)
    pieces = {name: mine.get(name, piece.reference) for name, piece in PIECES.items() if piece.parts == TOKENIZER}
    used = ["build_vocabulary", "encode", "decode", *["most_frequent_pair", "merge_pair"] * bool(merges)]
    say(report.whose(used))
    return Tokenizer(text, merges, pieces, report)
