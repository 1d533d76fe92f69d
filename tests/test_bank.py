"""The wrong-answer bank and the tables: every right answer passes, every mistake earns its own name, nothing else."""

import importlib
import itertools
import random
import re
from pathlib import Path

import pytest

from course_lib.judge.attempt import Run
from course_lib.judge.compare import only_nan, same
from course_lib.judge.engine import Slip
from course_lib.mistakes import find
from tests import bank, subject
from tests.conftest import ROOT

NAMES = list(find.tables())
PAIRS = 40  # of each exercise: a table of 60 mistakes has 1,770, and each is compared with all others


def answers(name):
    """[(answer, None or the names it must earn)] of the bank to one exercise."""
    return [entry for entry in bank.of_lesson(find.tables()[name]) if entry[0].__name__ == name]


GENERIC = {"form", "raised", "no_error", "shape", "nan", "values"}


def complaint(function, names):
    """What is wrong with the check's verdict on an answer of the bank; None if it is what the bank says."""
    exercise = find.exercise_named(function.__name__)
    verdict = exercise.check(function)
    if names is None:
        return None if verdict.ok else verdict.text
    if verdict.state != "wrong":
        return f"a wrong answer was not rejected: {verdict.text}"
    earned = set(verdict.names)
    unlisted = (
        set(names) <= GENERIC
    )  # a detector may know more than "the values are not right", if no listed mistake is named
    as_said = earned == set(names) or (unlisted and not earned & set(exercise.says))
    return None if as_said else f"it earned {sorted(earned)}: {verdict.text}"


@pytest.mark.parametrize("name", NAMES)
def test_answers_from_the_bank(name):
    """Each right answer is accepted, and each wrong one rejected with exactly the names that it deserves."""
    failures = []
    for function, names in answers(name):
        if said := complaint(function, names):
            kind = "right" if names is None else "+".join(names) or "unnamed"
            at = function.__code__
            failures.append(f"{Path(at.co_filename).name}:{at.co_firstlineno} ({kind}): {said}")
    assert not failures, "\n".join(failures)


def test_every_answer_belongs_to_an_exercise():
    assert {(lesson, function.__name__) for lesson, function, _ in bank.load()} == {
        (lesson, name) for name, lesson in find.tables().items()
    }


@pytest.mark.parametrize("name", NAMES)
def test_bank_is_large_enough(name):
    mine = [names for _, names in answers(name)]
    least = 8 if find.tables()[name] in ("00", "01") else 10
    assert sum(names is None for names in mine) >= 6, "at least 6 right answers"
    assert sum(names is not None for names in mine) >= least, f"at least {least} wrong answers"


@pytest.mark.parametrize("name", NAMES)
def test_table_is_sound(name):
    assert find.exercise_named(name).selftest() == []


@pytest.mark.parametrize("name", NAMES)
def test_every_named_mistake_earns_its_own_message_and_no_other(name):
    exercise = find.exercise_named(name)

    def right(*inputs):
        left_out = (exercise.defaults[each] for each in exercise.parameters[len(inputs) :])
        return exercise.reference(*inputs, *left_out, Slip())

    assert exercise.check(right).ok
    for mistake in exercise.says:
        outcomes = [exercise.outcome(case, (mistake,)) for case in range(len(exercise.cases))]
        assert exercise.judge(Run(outcomes)).names == (mistake,)


@pytest.mark.parametrize("name", NAMES)
def test_two_mistakes_at_once(name):
    """No pair of a sample is accepted, and at least 80 % of those that can be told apart get both names."""
    exercise = find.exercise_named(name)
    cases = range(len(exercise.cases))
    singles = [[exercise.outcome(case, group) for case in cases] for group in [(), *((one,) for one in exercise.says)]]
    named = told = 0
    pairs = list(itertools.combinations([name for name in exercise.says if name not in exercise.alone], 2))
    for pair in random.Random(name).sample(pairs, min(PAIRS, len(pairs))):
        outcomes = [exercise.outcome(case, pair) for case in cases]
        if any(all(map(same, outcomes, other)) for other in singles) or all(map(only_nan, outcomes)):
            continue  # one mistake hides the other, or nothing is left to tell
        verdict = exercise.judge(Run(outcomes))
        assert not verdict.ok
        told += 1
        named += set(verdict.names) == set(pair)
    assert named >= 0.8 * told


@pytest.mark.parametrize("name", NAMES)
def test_sentences_are_for_learners(name):
    exercise = find.exercise_named(name)
    for text in [*exercise.says.values(), *exercise.hints]:
        assert text[0].isupper() or text[0] in "`∂0123456789"
        assert text.rstrip().endswith((".", "?", "!", ":", "`", ")"))
        assert len(text) <= 220, text
    assert exercise.hints[0].rstrip().endswith("?") or "?" in exercise.hints[0], "the first hint is a question"


@pytest.mark.parametrize("name", NAMES)
def test_the_first_message_says_what_is_wrong_and_not_the_answers_line(name):
    """Every sentence has two steps, and what is said first holds no expression of the sheet's own answer."""
    exercise = find.exercise_named(name)
    (sheet,) = (ROOT / "source").glob(f"{find.tables()[name]}_*_exercises.py")
    answers = re.findall(r"### BEGIN SOLUTION(.*?)### END SOLUTION", sheet.read_text(encoding="utf-8"), re.DOTALL)
    answer = "".join("".join(answers).split())
    for text in [*exercise.says.values(), *(text for _, text, _ in [*exercise.probes, *exercise.promises])]:
        wrong, arrow, cure = text.partition(" ⇒ ")
        assert arrow, f"no next step: {text}"
        assert cure, text
        expressions = [
            "".join(code.split()) for code in re.findall("`([^`]+)`", wrong) if re.search(r"[(\[@*/+=<>-]", code)
        ]
        assert not [code for code in expressions if len(code) >= 14 and code in answer], text


@pytest.mark.parametrize("name", NAMES)
def test_the_library_passes_its_own_check(name):
    """Where course_lib has a function of that name, it is a right answer."""
    spaces = [vars(importlib.import_module(module)) for module in subject.modules()]
    found = {space[name] for space in spaces if name in space}
    for function in {f for f in found if "torch.nn" not in getattr(f, "__module__", "")}:  # PyTorch's own name
        verdict = find.exercise_named(name).check(function)
        assert verdict.ok, f"{function.__module__}: {verdict.text}"
