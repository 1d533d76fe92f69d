"""How long a learner waits: imports, the first check, and warm checks of every answer in tests/bank.

    python benchmarks/imports_and_checks.py

Prints one line per number beside its limit, and exits with 1 if a limit is broken. Not a test: clocks do not belong there.
"""

import contextlib
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time

ANSWER = "def dot(a, b):\n    return sum(x * y for x, y in zip(a, b{}))\n"
ASKED = """
import contextlib, io, time
from course_lib.check import check
import numpy
{answer}
start = time.perf_counter()
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit, Exception):
    check(dot)
print(time.perf_counter() - start)
"""


def seconds_of(code, times=5):
    """Median seconds that a new Python takes for some code."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def imports():
    """(what, seconds, limit) of imports, without the start of Python itself."""
    empty = seconds_of("pass")
    for module, limit in (
        ("course_lib", 0.3),
        ("course_lib.check", None),
        ("course_lib.show", None),
        ("course_lib.text.word_vectors", None),
    ):
        yield f"import {module}", seconds_of(f"import {module}") - empty, limit


def first_checks():
    """(what, seconds, limit) of the first check in a new Python."""
    for kind, change in (("right", ""), ("wrong", "[1:]")):
        code = ASKED.format(answer=ANSWER.format(change))
        runs = [
            subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True) for _ in range(5)
        ]
        yield f"first check, {kind}", statistics.median(float(run.stdout) for run in runs), 0.050


def warm_checks(times=20):
    """(what, seconds, limit) of check(f) as a learner calls it, each answer of the bank the second time and later."""
    from course_lib.check.commands import check
    from course_lib.judge.present import NotYet
    from tests import bank

    medians = {}
    for _, function, names in bank.load():
        taken = []
        for _ in range(times + 1):
            start = time.perf_counter()
            with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(NotYet):
                check(function)
            taken.append(time.perf_counter() - start)
        kind = "right" if names is None else "wrong"
        medians.setdefault((function.__name__, kind), []).append(statistics.median(taken[1:]))
    for (name, kind), seconds in medians.items():
        yield f"warm check of {name}, {kind} (median of {len(seconds)} answers)", statistics.median(seconds), None
        yield "    the slowest of them", max(seconds), 0.005


def main():
    broken = 0
    with tempfile.TemporaryDirectory() as home:
        os.environ["COURSE_HOME"] = home
        for measure in (imports, first_checks, warm_checks):
            for what, seconds, limit in measure():
                too_slow = limit is not None and seconds > limit
                broken += too_slow
                beside = f"   limit {limit * 1e3:g} ms" if limit else ""
                print(f"{what:<64} {seconds * 1e3:8.1f} ms{beside}{'   TOO SLOW' if too_slow else ''}", flush=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
