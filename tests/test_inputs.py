"""Every exercise meets every kind of awkward input that its arguments can hold, or says why not."""

import numpy as np
import pytest

from course_lib.judge.inputs import AWKWARD_WORDS, STYLES, USUAL, Draw, made
from course_lib.mistakes import find

NAMES = list(find.tables())
SEEDS = range(12)


def numbers(draw):
    return [np.asarray(value) for method, value in draw.handed_out if method == "numbers" and np.size(value)]


def words(draw):
    return [word for method, value in draw.handed_out if method == "tokens" for word in value]


def rows_are_parallel(table):
    return table.ndim > 1 and table.shape[-2] > 1 and (np.linalg.matrix_rank(table) <= 1).all()


def at_a_bound(x):
    """True if several entries are cut off at the largest number that a maker allows."""
    return (abs(x) == abs(x).max()).sum() > 1


# style: does what was handed out hold it?
HOLDS = {
    "whole": lambda draw: any((x == x.round()).all() for x in numbers(draw)),
    "zeros": lambda draw: any(not x.any() for x in numbers(draw)),
    "negative": lambda draw: any((x < 0).all() for x in numbers(draw)),
    "positive": lambda draw: any((x > 0).all() for x in numbers(draw)),
    "ties": lambda draw: any(
        np.unique(value).size < np.size(value) for method, value in draw.handed_out if method in ("numbers", "ids")
    ),
    "parallel": lambda draw: any(map(rows_are_parallel, numbers(draw))) or all(x.ndim < 2 for x in numbers(draw)),
    "large": lambda draw: any(abs(x).max() > 100 or at_a_bound(x) for x in numbers(draw)),
    "tiny": lambda draw: any(0 < abs(x).max() < 1e-4 for x in numbers(draw)),
    "smallest": lambda draw: True,
    "largest": lambda draw: True,
    "capitals": lambda draw: bool(set(words(draw)) & set(AWKWARD_WORDS)),
    "repeats": lambda draw: len(set(words(draw))) <= 2,
    "last place": lambda draw: True,
}


def asked_for(exercise):
    """Which of draw's methods a maker uses, over some usual inputs."""
    asked = set()
    for seed in SEEDS:
        draw = Draw(USUAL, seed, exercise.tensors)
        exercise.makes(draw)
        asked |= draw.asked
    return asked


def applying(exercise):
    """The styles that change what a maker of this kind draws."""
    asked = asked_for(exercise)
    return [style for style, (methods, _) in STYLES.items() if methods & asked]


@pytest.mark.parametrize("name", NAMES)
def test_each_style_that_applies_is_met_or_excepted_with_a_reason(name):
    exercise = find.exercise_named(name)
    styles = applying(exercise)
    assert {style for style, _ in exercise.made} == {USUAL, *styles} - set(exercise.unfit)
    assert set(exercise.unfit) <= set(styles), "an exception to what does not apply"
    assert all(len(reason) > 15 for reason in exercise.unfit.values())


@pytest.mark.parametrize("name", NAMES)
def test_the_inputs_of_a_style_hold_it(name):
    exercise = find.exercise_named(name)
    for style in set(applying(exercise)) - set(exercise.unfit):
        draws = [Draw(style, seed, exercise.tensors) for seed in SEEDS]
        for draw in draws:
            exercise.makes(draw)
        assert any(map(HOLDS[style], draws)), f"{style} changes nothing"


@pytest.mark.parametrize("name", NAMES)
def test_made_inputs_are_legal_and_the_same_each_time(name):
    exercise = find.exercise_named(name)
    again = made(exercise.makes, exercise.name, exercise.tries, exercise.unfit, exercise.tensors)
    assert [style for style, _ in again] == [style for style, _ in exercise.made]
    assert len(exercise.made) >= 5
    for case in range(len(exercise.cases), len(exercise.cases) + len(exercise.made)):
        assert not hasattr(exercise.outcome(case), "kind"), f"the reference refuses {exercise.inputs(case)}"


@pytest.mark.parametrize("name", NAMES)
def test_each_default_is_left_out_by_a_case(name):
    exercise = find.exercise_named(name)
    shortest = min(len(case) for case in exercise.cases)
    assert shortest == len(exercise.parameters) - len(exercise.defaults)
