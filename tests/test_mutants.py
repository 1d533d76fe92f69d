"""Nothing wrong is accepted: not nothing at all, and no one-edit variant of a right answer (a sample; tests/mutants.py has them all)."""

import numpy as np
import pytest

from course_lib.mistakes import find
from tests import mutants

SAMPLE = 4  # variants of each exercise; all of them: python -m tests.mutants
MADE = [name for name in find.tables() if find.exercise_named(name).makes]


def zeros(*inputs):
    """Zeros of the shape of the first input that has one."""
    return np.zeros(next((np.shape(value) for value in inputs if np.ndim(value)), ()))


NOTHING = {
    "the stub": lambda *inputs: ...,
    "None": lambda *inputs: None,
    "the first argument": lambda *inputs: inputs[0],
    "the last argument": lambda *inputs: inputs[-1],
    "zeros": zeros,
    "ones": lambda *inputs: zeros(*inputs) + 1,
    "0": lambda *inputs: 0,
    "1": lambda *inputs: 1,
    "False": lambda *inputs: False,
    "True": lambda *inputs: True,
    "[]": lambda *inputs: [],
    "an empty text": lambda *inputs: "",
    "{}": lambda *inputs: {},
}


@pytest.mark.parametrize("name", find.tables())
def test_nothing_is_given_for_nothing(name):
    exercise = find.exercise_named(name)
    assert [what for what, function in NOTHING.items() if mutants.accepts(exercise, function)] == []


def test_variants_differ_in_one_place():
    source = "def f(x, axis=-1):\n    return x.sum(axis=axis, keepdims=True) / 2"
    found = list(mutants.variants(source))
    assert len(found) == len(set(found))
    for text in (
        "def f(x, axis=-1):\n    return x.sum(keepdims=True) / 2",
        "def f(x, axis=-1):\n    return x.sum(axis=axis, keepdims=False) / 2",
        "def f(x, axis=-1):\n    return x.mean(axis=axis, keepdims=True) / 2",
        "def f(x, axis=-1):\n    return 2 / x.sum(axis=axis, keepdims=True)",
        "def f(x, axis=-1):\n    return x.sum(axis=axis, keepdims=True) / 3",
    ):
        assert text in found


def test_the_oracle_is_no_rubber_stamp():
    oracle = mutants.Oracle(find.exercise_named("dot"))
    assert oracle.accepts(lambda a, b: sum(x * y for x, y in zip(a, b, strict=True)))
    assert not oracle.accepts(lambda a, b: abs(a @ b))


@pytest.mark.parametrize("name", MADE)
def test_right_answers_are_right_on_other_inputs_too(name):
    """The bank's right answers are, on inputs that neither they nor the check were written for."""
    oracle = mutants.Oracle(find.exercise_named(name))
    assert [
        text
        for text, space in mutants.right_answers(name)
        if not oracle.accepts(mutants.function_of(text, dict(space), name))
    ] == []


@pytest.mark.parametrize("name", MADE)
def test_no_wrong_variant_is_accepted(name):
    texts = sum(1 for source, _ in mutants.right_answers(name) for _ in mutants.variants(source))
    report = mutants.judge(name, every=max(1, texts // SAMPLE))
    assert report.judged >= min(SAMPLE, texts) // 2
    assert report.accepted == ()
