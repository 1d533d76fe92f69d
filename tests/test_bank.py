"""The wrong-answer bank and the tables: every right answer passes, every mistake earns its own name, nothing else."""

import importlib
import itertools

import pytest

from course_lib.judge.attempt import Run
from course_lib.judge.compare import only_nan, same
from course_lib.judge.engine import Slip
from course_lib.mistakes import find
from tests import bank
from tests.conftest import ROOT

LIBRARY = ROOT / "course_lib"
ENTRIES = bank.load()
NAMES = list(find.tables())


def title(entry):
    lesson, function, names = entry
    return f"{lesson}-{function.__name__}-{'right' if names is None else '+'.join(names) or 'unnamed'}-{function.__code__.co_firstlineno}"


@pytest.mark.parametrize("entry", ENTRIES, ids=title)
def test_answer_from_the_bank(entry):
    _, function, names = entry
    verdict = find.exercise_named(function.__name__).check(function)
    if names is None:
        assert verdict.ok, verdict.text
        return
    assert verdict.state == "wrong", "a wrong answer was accepted"
    listed = find.exercise_named(function.__name__).says
    assert set(verdict.names) == set(names) if names else not set(verdict.names) & set(listed), verdict.text


@pytest.mark.parametrize("name", NAMES)
def test_bank_is_large_enough(name):
    mine = [names for _, function, names in ENTRIES if function.__name__ == name]
    least = 8 if find.tables()[name] in ("00", "01") else 10
    assert sum(names is None for names in mine) >= 6, "at least 6 right answers"
    assert sum(names is not None for names in mine) >= least, f"at least {least} wrong answers"


@pytest.mark.parametrize("name", NAMES)
def test_table_is_sound(name):
    assert find.exercise_named(name).selftest() == []


@pytest.mark.parametrize("name", NAMES)
def test_every_named_mistake_earns_its_own_message_and_no_other(name):
    exercise = find.exercise_named(name)
    assert exercise.check(lambda *inputs: exercise.reference(*inputs, Slip())).ok
    for mistake in exercise.says:
        outcomes = [exercise.outcome(case, (mistake,)) for case in range(len(exercise.cases))]
        assert exercise.judge(Run(outcomes)).names == (mistake,)


@pytest.mark.parametrize("name", NAMES)
def test_two_mistakes_at_once(name):
    """No pair is accepted, and at least 80 % of the distinguishable pairs get both names."""
    exercise = find.exercise_named(name)
    cases = range(len(exercise.cases))
    singles = [[exercise.outcome(case, group) for case in cases] for group in [(), *((one,) for one in exercise.says)]]
    named = told = 0
    for pair in itertools.combinations(exercise.says, 2):
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
def test_the_library_passes_its_own_check(name):
    """Where course_lib has a function of that name, it is a right answer."""
    modules = [*("attention." + path.stem for path in (LIBRARY / "attention").glob("*.py"))]
    modules += ["gpt." + path.stem for path in (LIBRARY / "gpt").glob("*.py")]
    spaces = [vars(importlib.import_module(f"course_lib.{module}".removesuffix(".__init__"))) for module in modules]
    found = {space[name] for space in spaces if name in space}
    for function in {
        f for f in found if "torch.nn" not in getattr(f, "__module__", "")
    }:  # imported under PyTorch's own name
        verdict = find.exercise_named(name).check(function)
        assert verdict.ok, f"{function.__module__}: {verdict.text}"
