"""The wrong-answer bank: further answers, in the styles that learners really use. It grows with every exercise.

@right                   must be accepted
@wrong("no_sum")         must be rejected with exactly these names
@wrong()                 must be rejected without the name of a listed mistake (a probe's name or evidence is fine)
"""

import importlib
from functools import cache
from pathlib import Path

COLLECTED = []


def right(function):
    COLLECTED.append((function, None))
    return function


def wrong(*names):
    def keep(function):
        COLLECTED.append((function, names))
        return function

    return keep


@cache
def of_lesson(number):
    """[(function, None or the names it must earn)] of one lesson's bank, which is imported when it is asked for."""
    module = importlib.import_module(f"tests.bank.lesson_{number}")
    return [entry for entry in COLLECTED if entry[0].__module__ == module.__name__]


def load():
    """[(lesson, function, None or the names it must earn)] of every lesson's bank."""
    numbers = [path.stem[-2:] for path in sorted(Path(__file__).parent.glob("lesson_*.py"))]
    return [(number, *entry) for number in numbers for entry in of_lesson(number)]
