"""A learner's function, tried on an exercise's inputs: what it returns, raises, changes; whether it is written at all."""

import ast
import copy
import inspect
import re
import sys
import textwrap
import time
from dataclasses import dataclass, field

import numpy as np

from .compare import Raised, WrongForm, answer, pristine, same, unchanged
from .guard import learners_frame, sentence
from .world import world_kept

# what a function raises that wants tensors and gets arrays (ValueError: arrays transpose by all axes, tensors by two)
TORCH_ONLY = {"TypeError", "AttributeError", "RuntimeError", "ValueError"}


@dataclass
class Run:
    """What a function did: its outcomes on all cases, the input that it changed, what it left behind, whether two calls differed, whether it is written."""

    outcomes: list = field(default_factory=list)
    changed: str = ""
    left: tuple = ()
    cure: str = "Put it back as it was before you return."
    unstable: bool = False
    attempted: bool = True


def wrong_form(function, name, parameters, defaults):
    """A sentence if this can't be called with these parameters, or without those that have a default; else ""."""
    if not callable(function):
        kind = type(function).__name__
        return f"`{name}` is not a function any more, it is a {kind}. Run the cell that defines it again."
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return ""
    try:
        signature.bind(*parameters)
    except TypeError:
        return f"Your function takes ({', '.join(signature.parameters)}); it should take ({', '.join(parameters)})."
    try:
        signature.bind(*(parameter for parameter in parameters if parameter not in defaults))
    except TypeError:
        wanted = ", ".join(f"{name}={value!r}" for name, value in defaults.items())
        return f"Your function can't be called without `{'`, `'.join(defaults)}`. On the sheet it may be left out: `{wanted}`."
    return ""


def is_empty(function):
    """True if the body is only `...` or `pass` (and perhaps a docstring)."""
    try:
        body = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0].body
    except Exception:
        return False
    constants = (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant) for line in body)
    return all(isinstance(line, ast.Pass) or constant for line, constant in zip(body, constants, strict=True))


def given(inputs, tensors):
    """Fresh copies of a case's inputs, as they are or with torch's tensors in place of arrays; what belongs together stays together."""
    return [tensor(value) if tensors else value for value in copy.deepcopy(inputs)]


def tensor(value):
    """An array as a tensor of the kind that torch makes by itself: float32 for numbers with a point."""
    if isinstance(value, np.ndarray):
        import torch

        made = torch.from_numpy(value)
        return made.float() if made.is_floating_point() else made
    return value


def attempt(function, exercise, wanted):
    """Call the function on every case: with arrays, and if it can only work with torch's tensors, with those. Returns a Run."""
    run = _attempt(function, exercise, wanted, exercise.tensors)
    if (
        not exercise.tensors
        and "torch" in sys.modules
        and any(getattr(o, "kind", None) in TORCH_ONLY for o in run.outcomes)
    ):
        again = _attempt(function, exercise, wanted, True)
        if not any(isinstance(outcome, Raised) for outcome in again.outcomes):
            return again
    return run


def _attempt(function, exercise, wanted, tensors):
    """A Run on all cases, with what the function leaves behind."""
    with world_kept() as left:
        run = _on_all_cases(function, exercise, wanted, tensors)
    run.left = tuple(dict.fromkeys([*run.left, *left]))
    return run


def _on_all_cases(function, exercise, wanted, tensors):
    """The cases that were written down, the largest of them three times more, and those that were made, while there is time."""
    run, end = Run(), time.monotonic() + exercise.seconds / 3
    written = len(exercise.cases)
    for case, want in enumerate(wanted):
        if case >= written and (time.monotonic() > end or all(isinstance(o, Raised) for o in run.outcomes)):
            break  # a slow function is not a wrong one
        inputs = exercise.inputs(case, tensors)
        mine = given(inputs, tensors)
        with world_kept(dict(zip(exercise.parameters, mine, strict=False)), quick=True) as left:
            outcome = call(function, mine, want, exercise.reads, run, exercise.calls)
        if exercise.style(case) == "whole" and _torch_wants_points(outcome):
            mine = given(tuple(map(with_points, inputs)), tensors)
            outcome = call(function, mine, want, exercise.reads, run, exercise.calls)
        run.outcomes.append(outcome)
        if not isinstance(outcome, Raised):  # who fails on the way has no time to put things back
            run.left = tuple(dict.fromkeys([*run.left, *left]))
        if not run.attempted:
            return run
        triples = zip(exercise.parameters, mine, inputs, strict=False)
        watched = [triple for triple in triples if triple[0] not in exercise.may_change]
        run.changed = run.changed or next((name for name, now, was in watched if not unchanged(now, was)), "")
    for case in (0, *[max(range(written), key=lambda case: size(exercise.cases[case]))] * 3):
        again = call(function, given(exercise.cases[case], tensors), wanted[case], exercise.reads, run, exercise.calls)
        with pristine():
            run.unstable |= not same(again, run.outcomes[case]) and not isinstance(again, WrongForm)
    return run


def _torch_wants_points(outcome):
    """True if torch refused whole numbers, as it does where NumPy does not: a right answer written with torch is no wrong one."""
    return isinstance(outcome, Raised) and re.search(r"\bLong\b|floating point", outcome.sentence) is not None


def with_points(value):
    """An array of whole numbers as one of numbers with a point; other things stay."""
    return value.astype(float) if isinstance(value, np.ndarray) and value.dtype.kind == "i" else value


def size(value):
    """How much there is in an input: numbers in arrays, characters in texts."""
    if isinstance(value, tuple | list | dict):
        return sum(map(size, value.values() if isinstance(value, dict) else value))
    return len(value) if isinstance(value, str) else int(np.prod(getattr(value, "shape", ())))


def in_a_row(function, inputs, calls):
    """What the function returns for the same inputs: one value, or the list of all values of several calls in a row."""
    values = [function(*inputs) for _ in range(calls)]
    return values[0] if calls == 1 else values


def call(function, inputs, want, reads=None, run=None, calls=1):
    """What a call gives, as an answer that can be compared: `reads(value, inputs)` if there is one, else the value."""
    try:
        value = in_a_row(function, inputs, calls)
    except NotImplementedError as error:
        if run is None:
            raise
        run.attempted = not _is_stub(error)
        return Raised.of(error, sentence(error))
    except (MemoryError, RecursionError):
        raise  # it takes its time, and would do so on every input
    except Exception as error:
        if run is None:
            raise
        return Raised.of(error, sentence(error))
    return answer(reads(value, inputs) if reads else value, want)


def _is_stub(error):
    """True if the learner's own code raised this, with no message: the stub that a sheet begins with."""
    last = error.__traceback__
    while last.tb_next:
        last = last.tb_next
    frame = learners_frame(error)
    return not str(error) and frame is not None and frame[0] == last.tb_lineno and ("raise" in frame[1] or not frame[1])
