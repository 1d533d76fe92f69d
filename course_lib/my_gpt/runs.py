"""The learner's own functions around the model: what `train` and `generate` are made of, as far as it is in my_gpt/."""

import functools

import numpy as np
import torch

from course_lib.disk import home
from course_lib.judge import sentence
from course_lib.model import WritingPieces
from course_lib.train import TrainingPieces

from .kept_files import fit_all, read, yours
from .pieces import PIECES, TRAINING, WRITING, of_part
from .report import Report, line_for

LOWEST = -1e4  # below the highest logit: exp of it is 0, and it is a number that every right answer can work with


def training_pieces(folder=None, say=print):
    """The TrainingPieces of the functions in my_gpt/ (or another folder), for `train(…, pieces=…)`; the course's stand in. Never fails."""
    mine, report = own_functions(TRAINING, "a training run", folder, say)
    return TrainingPieces(**mine, report=report)


def writing_pieces(folder=None, say=print):
    """The WritingPieces of the functions in my_gpt/ (or another folder), for `generate(…, pieces=…)`; the course's stand in. Never fails."""
    mine, report = own_functions(WRITING, "what writes", folder, say)
    cuts = {name: _by_rows(mine[name]) for name in ("sample", "top_k", "top_p") if name in mine}
    return WritingPieces(**{**mine, **cuts}, report=report)


def own_functions(part, of, folder=None, say=print):
    """({name: function} of one part's pieces that are the learner's and fit, a Report on all of them)."""
    names = of_part(part)
    texts, problems = read(names, folder or home())
    pieces, manners = fit_all(texts, problems)
    report = Report((line_for(name, pieces.mine, problems, manners.get(name)) for name in names), of)
    return {name: _until_it_fails(pieces(name), name, say) for name in pieces.mine}, report


def _until_it_fails(mine, name, say):
    """The learner's function; when it raises something in the middle of a run, the reference takes over, and that is said once."""
    reference, failed = PIECES[name].reference, []

    @functools.wraps(mine)
    def called(*inputs):
        if not failed:
            try:
                return mine(*inputs)
            except (MemoryError, torch.OutOfMemoryError):
                raise  # the run knows what to do
            except Exception as error:
                failed.append(error)
                say(f"The course's {name} goes on from here. {yours(sentence(error))}")
        return reference(*inputs)

    return called


def _by_rows(function):
    """A function of one row of logits, an array (V,), as one of tensors (B, V): lesson 12's form as `generate` needs it."""

    @functools.wraps(function)
    def called(logits, setting, *us):
        rows = logits.double().numpy()  # (B, V)
        rows = np.maximum(rows, rows.max(axis=1, keepdims=True) + LOWEST)  # what was cut is -inf
        more = zip(*(u.tolist() for u in us), strict=True) if us else [()] * len(rows)
        return torch.as_tensor(np.array([function(row, setting, *u) for row, u in zip(rows, more, strict=True)]))

    return called
