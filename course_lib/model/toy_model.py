"""A model with a memory that is small enough to be read at a glance: for exercises on generation, where only the loop counts."""

import numpy as np


class ToyModel:
    """Its logits depend on every token it has seen and on every position, like a GPT's, and on nothing else.

    model(new_ids, start, cache) reads new tokens, the first of them at position `start`, adds each to the list `cache`, and returns a row of
    logits for each, (T_new, V). It raises ValueError for an id or a position that it does not have.
    `tokens_read` counts what it has read.
    """

    def __init__(self, seed=0, vocab_size=7, context_length=6):
        self.context_length, self.tokens_read = context_length, 0
        self.says = np.random.default_rng(seed).normal(size=(vocab_size, context_length, vocab_size))

    def __repr__(self):
        return f"ToyModel(context_length={self.context_length})"

    def __call__(self, new_ids, start, cache):
        if np.ndim(new_ids) != 1:
            raise TypeError(f"new_ids is {new_ids!r}: give a list of ids, such as [3]")
        rows = []
        for position, token in enumerate(new_ids, start):
            if not 0 <= position < self.context_length:
                raise ValueError(f"position {position}: this model has the positions 0 to {self.context_length - 1}")
            if not 0 <= token < len(self.says):
                raise ValueError(f"id {token}: this model has the ids 0 to {len(self.says) - 1}")
            cache.append((int(token), position))
            self.tokens_read += 1
            rows.append(np.sin(sum(self.says[memory] for memory in cache) + self.says[cache[-1]]))
        return np.array(rows)
