"""What a function's source says: the second witness beside its numbers, for sentences that must be true of the code itself."""

import ast
import inspect
import re
import textwrap
from functools import cached_property

LOOPS = (ast.For, ast.While)
FUNCTIONS = (ast.FunctionDef, ast.Lambda, ast.ClassDef)


class Code:
    """A function's source; `known` is False where there is none to read, and then nothing may be concluded from it."""

    def __init__(self, function):
        self.function, self.first_line = function, 1
        try:
            lines, self.first_line = inspect.getsourcelines(function)
            self.tree = ast.parse(textwrap.dedent("".join(lines)))
        except Exception:
            self.tree = None

    @property
    def known(self):
        return self.tree is not None

    @cached_property
    def text(self):
        """The source without comments and docstrings, in one way of writing."""
        return ast.unparse(_without_docstrings(self.tree)) if self.known else ""

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

    @cached_property
    def definition(self):
        """The `def` of the function, or None."""
        defined = [node for node in self.tree.body if isinstance(node, ast.FunctionDef)] if self.known else []
        return defined[0] if defined else None

    @cached_property
    def body(self):
        """Every node of the function itself, without what stands inside functions within it."""
        return list(_own(self.definition)) if self.definition else []

    def all_of(self, *kinds):
        """The nodes of these kinds in the function itself."""
        return [node for node in self.body if isinstance(node, kinds)]

    def line(self, node):
        """The number of a node's line, as the notebook counts it."""
        return self.first_line + node.lineno - 1


def _without_docstrings(tree):
    """The same tree, in which a text that stands alone is a `pass`."""
    tree = ast.parse(ast.unparse(tree))
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if (
            isinstance(body, list)
            and isinstance(node, ast.FunctionDef | ast.ClassDef)
            and ast.get_docstring(node) is not None
        ):
            node.body = body[1:] or [ast.Pass()]
    return ast.fix_missing_locations(tree)


def _own(node):
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, FUNCTIONS):
            yield from _own(child)


def always_returns(lines):
    """True if these lines end the function whatever happens in them."""
    for line in lines:
        if isinstance(line, ast.Return):
            return True
        if isinstance(line, ast.If) and always_returns(line.body) and always_returns(line.orelse):
            return True
        if isinstance(line, ast.With) and always_returns(line.body):
            return True
        if any(isinstance(inner, ast.Continue | ast.Break | ast.Raise) for inner in ast.walk(line)):
            return False
    return False
