"""The pieces of a learner's GPT, a row each: from the tokenizer through the model and its training to the text that it writes.

To add one, add its row. A row says which function of which lesson it is, what stands in for it, and on which small inputs the two are
compared before the learner's is used. All other exercises are kept in my_gpt/ as well, for the learner to read; nothing more is claimed for them.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from course_lib import model as models
from course_lib import text, train
from course_lib.attention import torch_attention

from . import references

# What a piece is used for; MODEL + TRAINING: for both.
TOKENIZER, MODEL, TRAINING, WRITING = ("tokenizer",), ("model",), ("training",), ("writing",)


@dataclass(frozen=True)
class Piece:
    """One function that a learner's GPT is made of.

    parts: what it is used for. reference: what stands in for it; the smaller pieces that it calls are its arguments after the star.
    inputs(sample) makes its inputs from a Sample. axes: how many axes of each input belong to one text or one head, from the back;
    further ones are a batch; None: not batched. axes_of_one: the same for a function that wants a batch and can be given batches of one.
    masked: it meets -inf. as_tensors: it computes with tensors inside the model, where gradients pass through it; otherwise it is called
    as its exercise calls it. also: other functions that are right. answer(value): what it returns, in the form that is
    needed. changed(inputs): what else is compared, of a function that acts on its inputs.
    """

    name: str
    lesson: str
    parts: tuple
    reference: Callable
    inputs: Callable
    axes: tuple = ()
    axes_of_one: tuple = ()
    masked: bool = False
    as_tensors: bool = True
    also: tuple = ()
    answer: Callable = lambda value: value
    changed: Callable = lambda inputs: ()

    @cached_property
    def calls(self):
        """The names of the smaller pieces that the reference takes: its arguments after the star."""
        parameters = inspect.signature(self.reference).parameters.values()
        return tuple(parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY)

    @cached_property
    def all_calls(self):
        """These names, and those that they call in their turn."""
        return frozenset(self.calls).union(*(PIECES[name].all_calls for name in self.calls))


@dataclass
class Sample:
    """Small inputs as a model would give them: B texts of T tokens, H heads of D columns; numbers collect gradients."""

    B: int
    H: int
    T: int
    D: int
    V: int = 11

    def __post_init__(self):
        self.dice = torch.Generator().manual_seed(self.B + self.T)
        self.C = self.H * self.D
        self.mask = torch_attention.causal_mask(self.T)

    def numbers(self, *shape):
        return torch.randn(*shape, generator=self.dice).requires_grad_()

    def ids(self, *shape):
        return torch.randint(self.V, shape or (self.B, self.T), generator=self.dice)

    def stream(self):
        return self.numbers(self.B, self.T, self.C)

    def head(self):
        """Queries, keys or values (B, H, T, D)."""
        return self.numbers(self.B, self.H, self.T, self.D)

    def masked_scores(self):
        scores = torch.randn(self.B, self.H, self.T, self.T, generator=self.dice)
        return scores.masked_fill(~self.mask, -torch.inf).requires_grad_()

    def logits(self):
        """One row of logits, an array (200,)."""
        return torch.randn(200, generator=self.dice, dtype=torch.float64).numpy()

    def words(self, n=200):
        """A list of n words, some of them often."""
        return [f"w{number % 7}" if number % 3 else f"v{number}" for number in range(n)]

    def vocabulary(self):
        return text.build_vocabulary(self.words())

    def reader(self):
        """A model (B, T) → (B, T, V) that can be trained."""
        model = torch.nn.Sequential(torch.nn.Embedding(self.V, self.C), torch.nn.Linear(self.C, self.V))
        for parameter in model.parameters():
            parameter.data = torch.randn(parameter.shape, generator=self.dice)
        return model

    def gradients(self):
        """A list of parameters, one of them without a gradient."""
        parameters = [torch.nn.Parameter(torch.zeros(n, self.C)) for n in (1, self.T, self.V)]
        for parameter in parameters[1:]:
            parameter.grad = torch.randn(parameter.shape, generator=self.dice)
        return parameters


def _array(probabilities):
    return np.asarray(probabilities, dtype=float)


def _whole_numbers(ids):
    return [int(token) for token in ids]


def _row_of_probabilities(logits, cut, at):
    return cut(torch.as_tensor(logits), at).numpy()


def _greedy(model, ids, n_tokens):
    """The highest logit again and again, each token read once while the text fits the window."""
    ids, cache, unread, start = list(ids), [], list(ids)[-model.context_length :], 0
    for _ in range(n_tokens):
        ids.append(int(model(unread, start, cache)[-1].argmax()))
        fits = len(ids) <= model.context_length
        unread, start, cache = (ids[-1:], len(ids) - 1, cache) if fits else (ids[-model.context_length :], 0, [])
    return ids


ROWS = (
    # ---- text into numbers and back ---------------------------------------------------------------------------------
    Piece(
        "build_vocabulary",
        "02",
        TOKENIZER,
        text.build_vocabulary,
        lambda s: (s.words(),),
        as_tensors=False,
        answer=dict,
    ),
    Piece(
        "encode",
        "02",
        TOKENIZER,
        text.encode,
        lambda s: ([*s.words(), "new"], s.vocabulary()),
        as_tensors=False,
        answer=_whole_numbers,
    ),
    Piece(
        "decode",
        "02",
        TOKENIZER,
        text.decode,
        lambda s: (text.encode(s.words(), s.vocabulary()), s.vocabulary()),
        as_tensors=False,
        answer=list,
    ),
    Piece(
        "most_frequent_pair",
        "02",
        TOKENIZER,
        text.most_frequent_pair,
        lambda s: (s.words(),),
        as_tensors=False,
        answer=tuple,
    ),
    Piece(
        "merge_pair",
        "02",
        TOKENIZER,
        text.merge_pair,
        lambda s: (s.words(), ("w1", "w2")),
        as_tensors=False,
        answer=list,
    ),
    # ---- the model --------------------------------------------------------------------------------------------------
    Piece(
        "embed",
        "02",
        MODEL,
        references.embed,
        lambda s: (s.ids(), s.numbers(s.V, s.C), s.numbers(s.T + 2, s.C)),
        axes=(1, None, None),
    ),
    Piece(
        "attention_scores",
        "03",
        MODEL,
        torch_attention.attention_scores,
        lambda s: (s.head(), s.head()),
        axes=(2, 2),
    ),
    Piece(
        "softmax",
        "04",
        MODEL,
        references.softmax,
        lambda s: (s.masked_scores(),),
        axes=(2,),
        axes_of_one=(1,),
        masked=True,
    ),
    Piece(
        "scale_scores",
        "04",
        MODEL,
        references.scale_scores,
        lambda s: (s.numbers(s.B, s.H, s.T, s.T), s.D),
        axes=(2, None),
    ),
    Piece(
        "attention_pattern",
        "04",
        MODEL,
        references.attention_pattern,
        lambda s: (s.head(), s.head()),
        axes=(2, 2),
    ),
    Piece("causal_mask", "05", MODEL, torch_attention.causal_mask, lambda s: (s.T,), answer=lambda mask: mask.bool()),
    Piece(
        "masked_pattern",
        "05",
        MODEL,
        references.masked_pattern,
        lambda s: (s.head(), s.head(), s.mask),
        axes=(2, 2, None),
        masked=True,
    ),
    Piece("add_to_stream", "06", MODEL, references.add_to_stream, lambda s: (s.stream(), s.stream()), axes=(2, 2)),
    Piece(
        "attend",
        "06",
        MODEL,
        references.attend,
        lambda s: (s.head(), s.head(), s.head(), s.mask),
        axes=(2, 2, 2, None),
        masked=True,
    ),
    Piece("split_heads", "07", MODEL, torch_attention.split_heads, lambda s: (s.stream(), s.H), axes_of_one=(2, None)),
    Piece("merge_heads", "07", MODEL, torch_attention.merge_heads, lambda s: (s.head(),), axes_of_one=(3,)),
    Piece(
        "multi_head_attention",
        "07",
        MODEL,
        references.multi_head_attention,
        lambda s: (s.stream(), *(s.numbers(s.C, s.C) for _ in range(4)), s.H, s.mask),
        axes_of_one=(2, None, None, None, None, None, None),
        masked=True,
    ),
    Piece(
        "layer_norm",
        "08",
        MODEL,
        references.layer_norm,
        lambda s: (s.stream(), s.numbers(s.C), s.numbers(s.C), 1e-5 if s.T > 1 else 0.1),
        axes=(2, None, None, None),
        axes_of_one=(2, None, None, None),
    ),
    Piece(
        "mlp",
        "08",
        MODEL,
        models.mlp,
        lambda s: (
            s.stream(),
            s.numbers(s.C, 4 * s.C),
            s.numbers(4 * s.C),
            s.numbers(4 * s.C, s.C),
            s.numbers(s.C),
        ),
        axes=(2, None, None, None, None),
        axes_of_one=(2, None, None, None, None),
        also=(references.mlp_with_exact_gelu,),
    ),
    Piece(
        "block",
        "08",
        MODEL,
        references.block,
        lambda s: (s.stream(), torch.tanh, lambda x: x.cumsum(1), torch.sin, lambda x: x * x),
    ),
    Piece(
        "gpt_logits",
        "09",
        MODEL,
        references.gpt_logits,
        lambda s: (
            s.ids(),
            s.numbers(s.V, s.C),
            s.numbers(s.T + 2, s.C),
            [torch.sin, torch.tanh, torch.cos],
            lambda x: 2 * x,
        ),
    ),
    # ---- how it is trained ------------------------------------------------------------------------------------------
    Piece(
        "next_token_targets",
        "10",
        MODEL + TRAINING,
        train.next_token_targets,
        lambda s: (s.ids(s.B, s.T + 1),),
        answer=tuple,
    ),
    Piece("cross_entropy", "10", MODEL + TRAINING, train.cross_entropy, lambda s: (s.numbers(s.B, s.T, s.V), s.ids())),
    Piece(
        "train_step",
        "10",
        TRAINING,
        train.train_step,
        lambda s: ((model := s.reader()), torch.optim.SGD(model.parameters(), lr=0.1), s.ids(), s.ids()),
        as_tensors=False,
        answer=float,
        changed=lambda inputs: tuple(inputs[0].parameters()),
    ),
    Piece(
        "get_batch",
        "11",
        TRAINING,
        train.get_batch,
        lambda s: (s.ids(s.V + s.T), s.ids(s.B), s.T),
        answer=tuple,
    ),
    Piece(
        "learning_rate_at",
        "11",
        TRAINING,
        train.learning_rate_at,
        lambda s: (s.B * s.T, 100, 0.01, s.T, 0.001),
        as_tensors=False,
        answer=float,
    ),
    Piece(
        "estimate_loss",
        "11",
        TRAINING,
        train.estimate_loss,
        lambda s: (s.reader(), [(s.ids(), s.ids()), (s.ids(1, s.T), s.ids(1, s.T))]),
        as_tensors=False,
        answer=float,
        changed=lambda inputs: (inputs[0].training,),
    ),
    Piece(
        "clip_gradients",
        "11",
        TRAINING,
        train.clip_gradients,
        lambda s: (s.gradients(), 0.5),
        as_tensors=False,
        answer=float,
        changed=lambda inputs: tuple(p.grad for p in inputs[0][1:]),
    ),
    # ---- how it writes ----------------------------------------------------------------------------------------------
    Piece(
        "sample",
        "12",
        WRITING,
        lambda *inputs: int(models.sample(*inputs)),
        lambda s: (s.logits(), 1 / s.B, 0.3),
        as_tensors=False,
        answer=int,
    ),
    Piece(
        "top_k",
        "12",
        WRITING,
        lambda logits, k: _row_of_probabilities(logits, models.top_k, k),
        lambda s: (s.logits(), 3 * s.B),
        as_tensors=False,
        answer=_array,
    ),
    Piece(
        "top_p",
        "12",
        WRITING,
        lambda logits, p: _row_of_probabilities(logits, models.top_p, p),
        lambda s: (s.logits(), 1 / s.B),
        as_tensors=False,
        answer=_array,
    ),
    Piece(
        "generate_with_cache",
        "12",
        WRITING,
        _greedy,
        lambda s: (models.ToyModel(s.B, vocab_size=s.V, context_length=s.T + 1), [1, 2], 2 * s.T),
        as_tensors=False,
        answer=_whole_numbers,
    ),
)
PIECES = {piece.name: piece for piece in ROWS}


def of_part(part):
    """The names of the pieces of one part, in an order in which a piece only needs those before it."""
    return [piece.name for piece in ROWS if set(part) <= set(piece.parts)]
