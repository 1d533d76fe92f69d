"""The case on which a check failed, once more: its evidence, its inputs to try by hand, and two answers to draw."""

import numpy as np

from .attempt import call, given
from .compare import Raised, WrongForm, YesNo
from .evidence import (
    Difference,
    described,
    difference,
    first_difference,
    in_words,
    rows,
    whole,
    with_inputs,
    wrong_shape,
)
from .guard import guarded


def evidence_of(verdict):
    """(a sentence, the same as rows of (what, where, value)): the inputs, and the first place where yours and what is expected differ."""
    case = verdict.replayable
    raised, answered = isinstance(case.wanted, Raised), not isinstance(case.mine, Raised | WrongForm)
    if {"shape", "no_error"} & set(verdict.names) or (raised and "raised" in verdict.names):
        found, said = None, ""  # the verdict's own sentence has said it
    elif answered:
        found = difference(case.mine, case.wanted, case.parts)
        said = first_difference(case.mine, case.wanted, case.parts)
    else:
        found = Difference("", "", in_words(case.wanted))
        said = f"Expected {found.expected}."
    return with_inputs(case.inputs, said), rows(case.inputs, found)


def inputs_of(exercise, case):
    """{parameter: value}: fresh inputs, as the learner's function gets them."""
    return dict(zip(case.inputs, given(tuple(case.inputs.values()), exercise.tensors), strict=True))


def inputs_and_expected(inputs, case):
    """(lines, the same as rows): each input, and what is expected, whole; a row for each part, if there are parts."""
    named = case.parts and isinstance(case.wanted, tuple)
    parts = zip(case.parts, case.wanted, strict=True) if named else [("", case.wanted)]
    expected = [("expected", f"({part[0].lower()}{part[1:]})" if part else "", whole(value)) for part, value in parts]
    lines = [described(name, value) for name, value in inputs.items()]
    for what, part, value in expected:
        between = "\n" if "\n" in value else " "
        lines.append(f"{' '.join(filter(None, [what, part]))}:{between}{value}")
    return lines, rows(inputs) + expected


def answers(exercise, function, case=None):
    """(what a function returns, what it should) on a case, else on the first inputs."""
    if case is None:
        return exercise.first_answers(function)
    inputs = list(inputs_of(exercise, case).values())
    mine, problem = guarded(
        lambda: call(function, inputs, case.wanted, exercise.reads, calls=exercise.calls), exercise.seconds
    )
    return problem or mine, case.wanted


def worth_a_picture(exercise, verdict):
    """True if no listed sentence says what is wrong, and a drawing shows more than the evidence does: tables of one shape, or a dictionary."""
    case = verdict.replayable
    if case is None or set(verdict.names) & set(exercise.says) or difference(case.mine, case.wanted) is None:
        return False
    if any(isinstance(side, Raised | WrongForm) for side in (case.mine, case.wanted)) or wrong_shape(
        case.mine, case.wanted
    ):
        return False
    parts = case.wanted if isinstance(case.wanted, tuple) else (case.wanted,)
    return any(isinstance(part, dict) or (isinstance(part, np.ndarray) and part.size > 1) for part in parts)


def drawable(exercise, mine, wanted):
    """(yours, the target, "") as they are drawn, True and False as such and parts by their names; or (None, None, why not)."""
    if isinstance(wanted, Raised):
        return None, None, f"Expected is {in_words(wanted)}; you returned {in_words(mine)}."
    if isinstance(mine, Raised | WrongForm):
        return None, None, mine.sentence
    if isinstance(mine, str) and not isinstance(wanted, str):
        return None, None, mine
    return _drawn(exercise, mine), _drawn(exercise, wanted), ""


def _drawn(exercise, value):
    if isinstance(value, tuple):
        parts = tuple(_drawn(exercise, part) for part in value)
        return dict(zip(exercise.parts, parts, strict=True)) if exercise.parts else parts
    return np.asarray(value).astype(bool) if isinstance(value, YesNo) else value
