"""Executes trailing shape comments: `scores = q @ k.T  # (T_query, T_key)` must be true of the arrays that pass by.

Within one call (or one notebook) an axis name stands for one size: two different sizes for `T`, or another number of axes, are wrong.
"""

import re
import sys

COMMENT = re.compile(r"^\s*([A-Za-z_]\w*(?:, *[A-Za-z_]\w*)*) = .*#\s*(?:each )?\(([\w, …]*)\)")


class ShapeComments:
    """Watches frames whose file `wants(filename)`, with `line(filename, number)` as their source; `wrong` and `seen` fill up."""

    def __init__(self, wants, line):
        self.wants, self.line, self.wrong, self.seen = wants, line, [], set()

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
                self.compare(frame, last[0], sizes)
            last[0] = frame.f_lineno
            return step

        return step

    def compare(self, frame, number, sizes):
        text = self.line(frame.f_code.co_filename, number)
        match = COMMENT.match(text)
        if not match:
            return
        axes = [axis.strip() for axis in match[2].split(",") if axis.strip()]
        for name in match[1].replace(" ", "").split(","):
            value = frame.f_locals.get(name)
            if not hasattr(value, "shape"):
                continue
            self.seen.add((frame.f_code.co_filename, number))
            if not fits(tuple(value.shape), axes, sizes):
                self.wrong.append(f"{name} has shape {tuple(value.shape)}: {text.strip()}")


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
