"""Find an exercise by its function's name; a lesson's table is imported only when one of its exercises is asked for."""

import difflib
import importlib
import re
from functools import cache
from pathlib import Path

from course_lib.judge import Exercise


@cache
def tables():
    """{function name: lesson number} of every exercise, read from the tables' text without importing them, in order."""
    found = {}
    for path in sorted(Path(__file__).parent.glob("lesson_[0-9][0-9].py")):
        for name in re.findall(r"^\w+ = Exercise\(\s*(\w+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            found[name] = path.stem[-2:]
    return found


@cache
def lesson(number):
    """{function name: Exercise} of lesson "NN", in the order of its sheet."""
    module = importlib.import_module(f"{__package__}.lesson_{number}")
    return {entry.name: entry for entry in vars(module).values() if isinstance(entry, Exercise)}


def exercise_named(name):
    """The Exercise of that name, or None."""
    return lesson(tables()[name])[name] if name in tables() else None


def unknown(name):
    """A sentence for a name that no exercise has."""
    close = difflib.get_close_matches(str(name), tables(), n=1)
    if close:
        return f"There is no exercise called `{name}`. Did you mean `{close[0]}`?"
    return f"There is no exercise called `{name}`. A check finds its exercise by the function's name: keep the name that the sheet gives."
