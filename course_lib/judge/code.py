"""What a function's source says: the second witness beside its numbers, for sentences that must be true of the code itself."""

import ast
import inspect
import re
import textwrap
from functools import cached_property


class Code:
    """A function's source; `known` is False where there is none to read, and then nothing may be concluded from it."""

    def __init__(self, function):
        try:
            self.tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        except Exception:
            self.tree = None

    @property
    def known(self):
        return self.tree is not None

    @cached_property
    def text(self):
        """The source without comments and docstrings, in one way of writing."""
        return ast.unparse(self.tree) if self.known else ""

    @cached_property
    def names(self):
        """Every name, attribute, keyword and called method that stands in the code."""
        found = set()
        for node in ast.walk(self.tree) if self.known else ():
            found |= {
                getattr(node, field) for field in ("id", "attr", "arg") if isinstance(getattr(node, field, None), str)
            }
        return found

    def uses(self, *names):
        """True if one of these names or attributes stands in the code."""
        return bool(self.names & set(names))

    def has(self, pattern):
        """True if a regular expression is found in the text."""
        return re.search(pattern, self.text) is not None
