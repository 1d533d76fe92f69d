"""Executes trailing shape comments: `scores = q @ k.T  # (T_query, T_key)` must be true of the arrays that pass by.

Within one call (or one cell) an axis name stands for one size: two different sizes for `T`, or another number of axes, are wrong.
A notebook's comments are executed where the notebook is run anyway: BEGIN, run in its kernel, puts the comparisons into each cell that follows,
and `tell(file)` writes down what they saw.
"""

import ast
import json
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

COMMENT = re.compile(r"^\s*([A-Za-z_]\w*(?:, *[A-Za-z_]\w*)*) = .*#\s*(?:each )?\(([\w, …]*)\)")


class Comparisons:
    """What was seen of shape comments, as (file, line), and what was wrong."""

    def __init__(self):
        self.wrong, self.seen = [], set()

    def compare(self, file, number, line, sizes, values):
        """Compare a line's comment with {name: value} of what it has assigned; `sizes` are those of the axes so far."""
        axes = [axis.strip() for axis in COMMENT.match(line)[2].split(",") if axis.strip()]
        for name, value in values.items():
            if not hasattr(value, "shape"):
                continue
            self.seen.add((file, number))
            if not fits(tuple(value.shape), axes, sizes):
                self.wrong.append(f"{name} has shape {tuple(value.shape)}: {line.strip()}")


class ShapeComments(Comparisons):
    """Watches frames whose file `wants(filename)`, with `line(filename, number)` as their source: for modules that are imported."""

    def __init__(self, wants, line):
        super().__init__()
        self.wants, self.line = wants, line

    def __enter__(self):
        self.before = sys.gettrace()
        sys.settrace(self._call)
        return self

    def __exit__(self, *_):
        sys.settrace(self.before)

    def _call(self, frame, event, _):
        if not self.wants(frame.f_code.co_filename):
            return None
        sizes, last = {}, [None]

        def step(frame, event, _):
            if last[0] is not None and event in ("line", "return"):
                self._look(frame, last[0], sizes)
            last[0] = frame.f_lineno
            return step

        return step

    def _look(self, frame, number, sizes):
        file = frame.f_code.co_filename
        line = self.line(file, number)
        if COMMENT.match(line):
            self.compare(file, number, line, sizes, {name: frame.f_locals.get(name) for name in assigned(line)})


class Cells(Comparisons):
    """Runs source code with a comparison behind each line that has a shape comment: quicker than watching, as nothing else is slower."""

    def run(self, source, file, space):
        """Execute source code, which is called `file`, in a namespace."""
        lines = source.splitlines()
        of_file = space.setdefault("_compare_shapes", {})
        of_file[file] = lambda number, *rest: self.compare(file, number, lines[number - 1], *rest)
        tree = Compared(file, lines).visit(ast.parse(source))
        exec(compile(ast.fix_missing_locations(tree), file, "exec"), space)


class Kernel(Cells):
    """The same for every cell that a kernel runs; each cell is a file of its own."""

    def __init__(self, shell):
        super().__init__()
        self.shell, self.lines, self.number = shell, [], 0
        self.of_file = shell.user_ns.setdefault("_compare_shapes", {})
        shell.input_transformers_post.append(self.keep_lines)
        shell.ast_transformers.append(self)

    def keep_lines(self, lines):
        self.lines = "".join(lines).splitlines()
        return lines

    def visit(self, tree):
        """Called by IPython with each cell's tree."""
        file, lines = f"cell {self.number}", self.lines
        self.number += 1
        self.of_file[file] = lambda number, *rest: self.compare(file, number, lines[number - 1], *rest)
        return ast.fix_missing_locations(Compared(file, lines).visit(tree))

    def tell(self, file):
        """Write what was wrong, and how many comments were seen, to a file."""
        Path(file).write_text(json.dumps({"wrong": self.wrong, "seen": len(self.seen)}), encoding="utf-8")


def begin(shell):
    """Compare from the next cell on."""
    shell.shape_comments = Kernel(shell)


# no name of a lesson is touched
BEGIN = f"""
__import__("sys").path.append({str(ROOT)!r})
__import__("tests.shape_comments", fromlist=["begin"]).begin(get_ipython())
"""


def tell(file):
    """What to run in the kernel at the end, so that `file` says what was seen."""
    return f"get_ipython().shape_comments.tell({str(file)!r})"


class Compared(ast.NodeTransformer):
    """Puts a comparison behind each assignment with a shape comment, and fresh sizes at the beginning of each call."""

    def __init__(self, file, lines):
        self.file, self.lines = file, lines

    def visit_Assign(self, node):
        line = self.lines[node.lineno - 1]
        if not COMMENT.match(line):
            return node
        values = ", ".join(f"{name!r}: {name}" for name in assigned(line))
        comparison = ast.parse(f"_compare_shapes[{self.file!r}]({node.lineno}, _sizes, {{{values}}})").body[0]
        return [node, ast.copy_location(comparison, node)]

    def visit_Module(self, node):
        self.generic_visit(node)
        documented = ast.get_docstring(node, clean=False) is not None
        node.body.insert(1 if documented else 0, ast.parse("_sizes = {}").body[0])
        return node

    visit_FunctionDef = visit_Module


def assigned(line):
    """The names that a line with a shape comment assigns."""
    return COMMENT.match(line)[1].replace(" ", "").split(",")


def fits(shape, axes, sizes):
    """Does the shape fit the axis names, given the sizes that those names have so far?"""
    if axes and axes[0] == "…":
        axes = axes[1:]
        shape = shape[len(shape) - len(axes) :]
    if len(shape) != len(axes):
        return False
    return all(
        int(axis) == size if axis.isdigit() else sizes.setdefault(axis, size) == size
        for axis, size in zip(axes, shape, strict=True)
    )
