"""Random wrong formulas: a name is only given to an answer that really is that mistake, also on inputs that the table does not have."""

import copy

import numpy as np
import pytest

from course_lib.check import find
from course_lib.check.attempt import Run
from course_lib.check.compare import answer, same
from course_lib.check.engine import Slip

FORMULAS = 150  # per exercise: a lesson's family has at least 600

BEFORE = {
    "as it is": lambda x, c: x,
    "negated": lambda x, c: -x,
    "stretched": lambda x, c: c * x,
    "shifted": lambda x, c: x + c,
    "rows rolled": lambda x, c: np.roll(x, 1, axis=0),
    "rows reversed": lambda x, c: x[::-1],
    "columns reversed": lambda x, c: x[..., ::-1],
    "squared": lambda x, c: x * abs(x),
    "made positive": lambda x, c: abs(x),
    "centred": lambda x, c: x - x.mean(),
}
AFTER = {
    **BEFORE,
    "sorted": lambda y, c: np.sort(y, axis=-1),
    "summed up": lambda y, c: np.cumsum(y, axis=-1),
    "bent": lambda y, c: np.tanh(y),
    "power": lambda y, c: np.sign(y) * abs(y) ** c,
    "mixed": lambda y, c: (1 - c / 10) * y + c / 10 * y.mean(),
}


def formula(exercise, rng):
    """A random function made of the reference with zero to two of its mistakes, and changes before and after that nobody listed."""
    mistakes = tuple(rng.choice(list(exercise.says), size=rng.integers(0, 3), replace=False))
    which, before = rng.integers(len(exercise.parameters)), BEFORE[rng.choice(list(BEFORE))]
    after, c = AFTER[rng.choice(list(AFTER))], rng.choice([0.5, 1.3, 2.0, 3.0])

    def function(*inputs):
        inputs = list(copy.deepcopy(inputs))
        if isinstance(inputs[which], np.ndarray) and inputs[which].dtype.kind == "f":
            inputs[which] = before(inputs[which], c)
        value = np.asarray(exercise.reference(*inputs, Slip(mistakes)))
        return after(value, c) if value.ndim and value.dtype.kind == "f" else value

    function.made_of = (mistakes, which, before, after, c)
    return function


def elsewhere(exercise, rng):
    """The cases with other numbers of the same sizes."""
    for case in exercise.cases:
        floats = [isinstance(value, np.ndarray) and value.dtype.kind == "f" for value in case]
        yield [
            v + 0.37 * rng.standard_normal(v.shape) if is_float else copy.deepcopy(v)
            for v, is_float in zip(case, floats, strict=True)
        ]


def outcome(function, inputs):
    with np.errstate(all="ignore"):
        try:
            value = function(*copy.deepcopy(inputs))
            return answer(value, np.asarray(value))
        except Exception:
            return None


def numeric(name):
    exercise = find.exercise_named(name)
    arrays = [isinstance(value, np.ndarray) and value.dtype.kind == "f" for value in exercise.cases[0]]
    return any(arrays) and isinstance(exercise.outcome(0), np.ndarray)


@pytest.mark.parametrize("name", [name for name in find.tables() if numeric(name)])
def test_names_are_true(name):
    exercise = find.exercise_named(name)
    rng = np.random.default_rng(7)
    tried = 0
    while tried < FORMULAS:
        tried += 1
        function = formula(exercise, rng)
        outcomes = [outcome(function, inputs) for inputs in exercise.cases]
        if any(entry is None for entry in outcomes):
            continue
        verdict = exercise.judge(Run(outcomes))
        named = () if verdict.ok else tuple(name for name in verdict.names if name in exercise.says)
        if not verdict.ok and not named:
            continue
        for inputs in elsewhere(exercise, rng):
            theirs = outcome(lambda *given, named=named: exercise.reference(*given, Slip(named)), inputs)
            mine = outcome(function, inputs)
            if theirs is not None and mine is not None and mine.size and np.isfinite(theirs).all():
                assert same(mine, theirs), f"called {named or 'right'}, and is not: {function.made_of}"
