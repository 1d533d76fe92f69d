"""Random wrong formulas: a name is only given to an answer that really is that mistake, also on inputs that the table does not have."""

import copy

import numpy as np
import pytest

from course_lib.judge.attempt import Run
from course_lib.judge.compare import answer, same
from course_lib.judge.engine import Slip
from course_lib.mistakes import find

FORMULAS = 1_000  # per family: the exercises of one lesson

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


def complete(exercise, inputs):
    """The inputs with the defaults of those that are left out."""
    return *inputs, *(exercise.defaults[name] for name in exercise.parameters[len(inputs) :])


def formula(exercise, rng):
    """A random function made of the reference with zero to two of its mistakes, and changes before and after that nobody listed."""
    mistakes = tuple(rng.choice(list(exercise.says), size=rng.integers(0, 3), replace=False))
    which, before = rng.integers(len(exercise.parameters)), BEFORE[rng.choice(list(BEFORE))]
    after, c = AFTER[rng.choice(list(AFTER))], rng.choice([0.5, 1.3, 2.0, 3.0])

    def function(*inputs):
        inputs = list(complete(exercise, copy.deepcopy(inputs)))
        if isinstance(inputs[which], np.ndarray) and inputs[which].dtype.kind == "f":
            inputs[which] = before(inputs[which], c)
        value = np.asarray(read(exercise, inputs, exercise.reference(*inputs, Slip(mistakes))))
        return after(value, c) if value.ndim and value.dtype.kind == "f" else value

    function.made_of = (mistakes, which, before, after, c)
    return function


def read(exercise, inputs, value):
    return exercise.reads(value, inputs) if exercise.reads else value


def other_numbers(value, rng):
    """Other numbers of the same kind: shares that sum to 1 stay shares, positive numbers stay positive."""
    moved = value + 0.37 * rng.standard_normal(value.shape)
    if (value < 0).any():
        return moved
    shares = value.ndim > 1 and np.allclose(value.sum(-1), 1)
    return abs(moved) / abs(moved).sum(-1, keepdims=True) if shares else abs(moved)


def elsewhere(exercise, rng):
    """The cases with other numbers of the same sizes."""
    for case in exercise.cases:
        yield [
            other_numbers(value, rng)
            if isinstance(value, np.ndarray) and value.dtype.kind == "f"
            else copy.deepcopy(value)
            for value in case
        ]


def outcome(function, inputs):
    with np.errstate(all="ignore"):
        try:
            value = function(*copy.deepcopy(inputs))
            return answer(value, np.asarray(value))
        except Exception:
            return None


def numeric(name):
    """True if the exercise takes arrays and returns numbers; a yes or no has too little in it for this test."""
    exercise = find.exercise_named(name)
    arrays = [isinstance(value, np.ndarray) and value.dtype.kind == "f" for value in exercise.cases[0]]
    answers = [exercise.outcome(case) for case in range(len(exercise.cases))]
    numbers = [entry for entry in answers if isinstance(entry, np.ndarray)]
    return any(arrays) and bool(numbers) and not all(entry.ndim == 0 and entry in (0, 1) for entry in numbers)


@pytest.mark.parametrize("lesson", sorted(set(find.tables().values())))
def test_names_are_true(lesson):
    family = [name for name in find.lesson(lesson) if numeric(name)]
    for name in family:
        names_are_true(name, FORMULAS / len(family))


def names_are_true(name, formulas):
    exercise = find.exercise_named(name)
    rng = np.random.default_rng(7)
    tried = 0
    while tried < formulas:
        tried += 1
        function = formula(exercise, rng)
        outcomes = [outcome(function, inputs) for inputs in exercise.cases]
        if any(entry is None for entry in outcomes):
            continue
        verdict = exercise.judge(Run(outcomes))
        named = () if verdict.ok else tuple(name for name in verdict.names if name in exercise.says)
        if not verdict.ok and set(named) <= set(function.made_of[0]):
            continue  # no name, or names of mistakes that the formula does have
        for inputs in elsewhere(exercise, rng):
            theirs = outcome(
                lambda *given, named=named: read(
                    exercise, given, exercise.reference(*complete(exercise, given), Slip(named))
                ),
                inputs,
            )
            mine = outcome(function, inputs)
            if theirs is not None and mine is not None and mine.size and np.isfinite(theirs).all():
                assert same(mine, theirs), f"{name} is called {named or 'right'}, and is not: {function.made_of}"
