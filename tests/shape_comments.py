"""Executes trailing shape comments: `scores = q @ k.T  # (T_query, T_key)` must be true of the arrays that pass by.

Within one call (or one cell) an axis name stands for one size: two different sizes for `T`, or another number of axes, are wrong.
The code runs as it is, with one call more behind each line that has such a comment.
"""

import ast
import re

COMMENT = re.compile(r"^\s*([A-Za-z_]\w*(?:, *[A-Za-z_]\w*)*) = .*#\s*(?:each )?\(([\w, …]*)\)")


class ShapeComments:
    """Runs code and compares its shape comments; `wrong` and `seen` fill up."""

    def __init__(self):
        self.wrong, self.seen, self.lines = [], set(), {}

    def run(self, source, file, space):
        """Execute source code, which is called `file`, in a namespace."""
        self.lines[file] = source.splitlines()
        space["_compare_shapes"] = self.compare
        tree = Compared(file, self.lines[file]).visit(ast.parse(source))
        exec(compile(ast.fix_missing_locations(tree), file, "exec"), space)

    def compare(self, file, number, sizes, values):
        line = self.lines[file][number - 1]
        axes = [axis.strip() for axis in COMMENT.match(line)[2].split(",") if axis.strip()]
        for name, value in values.items():
            if not hasattr(value, "shape"):
                continue
            self.seen.add((file, number))
            if not fits(tuple(value.shape), axes, sizes):
                self.wrong.append(f"{name} has shape {tuple(value.shape)}: {line.strip()}")


class Compared(ast.NodeTransformer):
    """Puts a comparison behind each assignment with a shape comment, and fresh sizes at the beginning of each call."""

    def __init__(self, file, lines):
        self.file, self.lines = file, lines

    def visit_Assign(self, node):
        comment = COMMENT.match(self.lines[node.lineno - 1])
        if not comment:
            return node
        values = ", ".join(f"{name!r}: {name}" for name in re.findall(r"\w+", comment[1]))
        return [node, *ast.parse(f"_compare_shapes({self.file!r}, {node.lineno}, _sizes, {{{values}}})").body]

    def visit_Module(self, node):
        self.generic_visit(node)
        documented = ast.get_docstring(node, clean=False) is not None
        node.body.insert(1 if documented else 0, ast.parse("_sizes = {}").body[0])
        return node

    visit_FunctionDef = visit_Module


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
