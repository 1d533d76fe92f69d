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


@cache  # answers are collected when a bank is imported, and that happens once
def load():
    """[(lesson, function, None or the names it must earn)] of every lesson's bank."""
    entries = []
    for path in sorted(Path(__file__).parent.glob("lesson_*.py")):
        COLLECTED.clear()
        importlib.import_module(f"tests.bank.{path.stem}")
        entries += [(path.stem[-2:], function, names) for function, names in COLLECTED]
    return entries
