"""The ledger: what every part of a GPT costs in parameters, line by line, from the five sizes of its config.

Two conventions, both honest. `video_ledger` counts as 3Blue1Brown's chapter 6 does: matrices only, and an unembedding of its own.
`code_ledger` counts what a GPT-2 in code holds (Radford et al. 2019): positions, biases and norms too, and one table for both ends.
"""

import math
from dataclasses import dataclass

from course_lib.model import GPTConfig

GPT_2 = GPTConfig(n_layer=12, n_head=12, n_embd=768, context_length=1_024, vocab_size=50_257)
GPT_3 = GPTConfig(n_layer=96, n_head=96, n_embd=12_288, context_length=2_048, vocab_size=50_257)  # Brown et al. (2020)
ATTENTION, MLP, TABLES, SMALL = "attention", "MLP", "tables", "biases and norms"


@dataclass(frozen=True)
class Line:
    """One line: what is counted, the part it belongs to, the shape of one, how many there are, and the lesson that builds it."""

    name: str
    part: str
    shape: tuple
    copies: int
    lesson: str
    joined: int = 1  # so many of them are stored as one matrix

    @property
    def count(self):
        """How many numbers are learned for this line."""
        return math.prod(self.shape) * self.copies

    @property
    def matrices(self):
        """How many matrices this line is stored in."""
        return self.copies // self.joined


@dataclass(frozen=True)
class Ledger:
    """Lines, and their sums."""

    lines: tuple

    @property
    def total(self):
        """The number of parameters."""
        return sum(line.count for line in self.lines)

    @property
    def matrices(self):
        """The number of matrices; biases and norms are vectors, and not counted here."""
        return sum(line.matrices for line in self.lines if line.part != SMALL)

    @property
    def counts(self):
        """{name of a line: its parameters}."""
        return {line.name: line.count for line in self.lines}

    @property
    def parts(self):
        """{part: its parameters}, in the order of the lines."""
        sums = {line.part: 0 for line in self.lines}
        for line in self.lines:
            sums[line.part] += line.count
        return sums

    def upto(self, lesson):
        """The ledger as far as lesson "NN" has filled it."""
        return Ledger(tuple(line for line in self.lines if line.lesson <= lesson))


def _layers(config):
    """The matrices of all blocks: four for each head, and two for each MLP."""
    C, D, L, heads = config.n_embd, config.head_size, config.n_layer, config.n_layer * config.n_head
    neurons = 4 * C  # as model.MLP has it
    return (
        Line("query", ATTENTION, (D, C), heads, "03"),
        Line("key", ATTENTION, (D, C), heads, "03"),
        Line("value-down", ATTENTION, (D, C), heads, "06"),
        Line("value-up", ATTENTION, (C, D), heads, "07", joined=config.n_head),  # together: one output matrix a layer
        Line("up-projection", MLP, (neurons, C), L, "08"),
        Line("down-projection", MLP, (C, neurons), L, "08"),
    )


def video_ledger(config):
    """The Ledger of a GPTConfig as the video counts: matrices only, and a second table for the way out."""
    table = (config.n_embd, config.vocab_size)
    first, last = Line("embedding", TABLES, table, 1, "02"), Line("unembedding", TABLES, table[::-1], 1, "09")
    return Ledger((first, *_layers(config), last))


def code_ledger(config):
    """The Ledger of a GPTConfig as model/gpt.py holds it: positions, biases and norms count, a tied table counts once."""
    C, L = config.n_embd, config.n_layer
    tables = (
        Line("embedding", TABLES, (C, config.vocab_size), 1, "02"),
        Line("positions", TABLES, (C, config.context_length), 1, "02"),
    )
    small = (
        Line("biases of the heads", SMALL, (4, C), L, "08"),  # for q, k, v and the output
        Line("biases of the MLP", SMALL, (5, C), L, "08"),  # for 4 · C neurons, and for the way down
        Line("layer norms", SMALL, (2, C), 2 * L + 1, "08"),  # gain and shift; two in a block, and one at the end
    )
    return Ledger((*tables, *_layers(config), *small))


def fully_connected_parameters(context_length, n_embd):
    """The weights of a single layer that ties every number of a context (T, C) to every number of the next one."""
    return (context_length * n_embd) ** 2
