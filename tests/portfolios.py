"""my_gpt/ folders for tests: the bank's right answers and the sheets' own solutions, saved as a learner's passed functions are."""

import inspect
import linecache
import re
import sys
import types
from functools import cache
from pathlib import Path

from course_lib.my_gpt import keep as portfolio
from course_lib.my_gpt.pieces import MODEL, of_part
from tests import bank

ROOT = Path(__file__).resolve().parents[1]


def saved_text(source, name, space, number=0):
    """What portfolio.save would write for this source, run in a notebook whose names are `space`."""
    file = f"/none/{name}_{number}.py"
    linecache.cache[file] = len(source), None, source.splitlines(keepends=True), file
    exec(compile(source, file, "exec"), space)
    return portfolio.source_alone(space[name], name)


@cache
def bank_answers(part=MODEL):
    """[(name, line in the bank, text)] of every right answer that is a piece of this part and can be kept."""
    found = []
    for _, function, names in bank.load():
        name, line = function.__name__, function.__code__.co_firstlineno
        if names is not None or name not in of_part(part):
            continue
        source = inspect.getsource(function)
        space = {key: _of_a_notebook(value) for key, value in vars(sys.modules[function.__module__]).items()}
        try:
            found.append((name, line, saved_text(source[source.index("def ") :], name, space, line)))
        except ValueError:
            continue  # it uses another answer of the bank: no notebook would hold both
    return found


def _of_a_notebook(value):
    if not isinstance(value, types.FunctionType) or not value.__module__.startswith("tests."):
        return value
    mine = types.FunctionType(value.__code__, value.__globals__, value.__name__, value.__defaults__, value.__closure__)
    mine.__module__ = "__main__"
    return mine


def styled(number, part=MODEL):
    """{name: text} of one answer of the bank per piece, the one with this number, so that styles are mixed."""
    answers = {}
    for name, _, text in bank_answers(part):
        answers.setdefault(name, []).append(text)
    return {name: texts[number % len(texts)] for name, texts in answers.items()}


@cache
def solutions(part=MODEL):
    """{name: text} of the sheets' own solutions for the pieces of a part."""
    found = {}
    for path in sorted((ROOT / "source").glob("*_exercises.py")):
        sheet, space = path.read_text(encoding="utf-8"), {"__name__": "__main__"}
        exec("\n".join(re.findall(r"^(?:import|from) .*$", sheet, re.MULTILINE)), space)
        for match in re.finditer(r"^def (\w+)\(.*?### END SOLUTION\n", sheet, re.MULTILINE | re.DOTALL):
            source = re.sub(r" *### (BEGIN|END) SOLUTION\n", "", match[0])
            exec(source, space)
            if match[1] in of_part(part):
                found[match[1]] = saved_text(source, match[1], space)
    return found


def write(folder, texts):
    """Put the files into a folder; returns the folder."""
    folder.mkdir(exist_ok=True, parents=True)
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder
