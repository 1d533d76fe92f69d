"""The experts' bank: mistakes that really happened in published code, each written anew by us as an answer to an exercise.

@happened("owner/project", 12, 2026, "what went wrong, in one sentence", unnoticed="why nobody noticed", names={"no_sum"})

The function below it is our own code, with the same mistake in it; its line ends in `# here`. `names` are the sentences that are
true of it: a check must say one of them. The number is that of an issue or a pull request (GitHub finds both under /issues/).
"""

import importlib
import inspect
import textwrap
from dataclasses import dataclass
from functools import cache
from pathlib import Path

COLLECTED = []
MARK = "# here"


@dataclass(frozen=True)
class Case:
    """One mistake that happened: our answer that makes it, where it happened, and the names that a check may give it."""

    answer: object
    project: str
    number: int
    year: int
    what: str
    unnoticed: str
    names: frozenset

    @property
    def place(self):
        """Project and number, as one writes it."""
        return f"{self.project} #{self.number}"

    @property
    def address(self):
        return f"https://github.com/{self.project}/issues/{self.number}"

    @property
    def topic(self):
        """The file that the case is in."""
        return self.answer.__module__.rpartition(".")[2]

    @property
    def marked(self):
        """The line, or the lines, of our code that hold the mistake."""
        lines = [line for line in inspect.getsource(self.answer).splitlines() if line.endswith(MARK)]
        return textwrap.dedent("\n".join(line.removesuffix(MARK).rstrip() for line in lines))


def happened(project, number, year, what, *, unnoticed, names):
    def keep(function):
        COLLECTED.append(Case(function, project, number, year, what, unnoticed, frozenset(names)))
        return function

    return keep


TOPICS = ("masks", "scaling", "heads", "norm", "cache", "sampling", "training", "counting")


@cache
def load():
    """Every case, topic by topic."""
    found = []
    for topic in TOPICS:
        module = importlib.import_module(f"{__name__}.{topic}")
        found += [case for case in COLLECTED if case.answer.__module__ == module.__name__]
    return tuple(found)


def forgotten():
    """Files of this folder that no topic names."""
    return {path.stem for path in Path(__file__).parent.glob("*.py")} - {"__init__", *TOPICS}
