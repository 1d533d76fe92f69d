"""`show(f)`: what a learner's function returns, beside what it should return."""

import numpy as np

from .picture import Picture, Table
from .style import FAINT, INK, WRONG, course_style, new_figure, number


def compare(yours, target, name):
    """Two answers side by side, with every entry that differs framed and marked ✗; a table of text for values that are not arrays."""
    if isinstance(target, tuple):
        pairs = (
            zip(yours, target, strict=True)
            if isinstance(yours, tuple) and len(yours) == len(target)
            else [(yours, target)]
        )
        rows = [(f"output {i + 1}", _text(mine), _text(theirs)) for i, (mine, theirs) in enumerate(pairs)]
        drawn = (
            [
                (mine, theirs)
                for mine, theirs in zip(yours, target, strict=True)
                if _drawable(mine) and _drawable(theirs)
            ]
            if isinstance(yours, tuple)
            else []
        )
        return (
            _drawing(drawn, name)
            if len(drawn) == len(target)
            else Table(f"{name}: yours beside the target", ("", "yours", "target"), rows)
        )
    if _drawable(yours) and _drawable(target):
        return _drawing([(yours, target)], name)
    agree = "✓ the same" if _same(yours, target) else "✗ different"
    return Table(f"{name}: yours beside the target", ("yours", "target", ""), [(_text(yours), _text(target), agree)])


def _drawable(value):
    return isinstance(value, np.ndarray) and 1 <= value.ndim <= 3 and value.size <= 400 and value.size > 0


def _same(yours, target):
    if isinstance(yours, np.ndarray) and isinstance(target, np.ndarray):
        return yours.shape == target.shape and not _differs(yours, target).any()
    return type(yours) is type(target) and yours == target


def _differs(yours, target):
    with np.errstate(all="ignore"):
        near = np.isfinite(target) & (abs(yours - target) <= 1e-4 + 1e-3 * abs(target))
    return ~(near | (yours == target) | ((yours != yours) & (target != target)))


def _text(value):
    if isinstance(value, np.ndarray):
        return (
            number(value) if value.ndim == 0 else np.array2string(value, precision=3, suppress_small=True, threshold=60)
        )
    return str(value)


def _drawing(pairs, name):
    """Each pair as two grids of numbers."""
    slices = [(mine, theirs) for pair in pairs for mine, theirs in _slices(*pair)][:4]
    widths = [max(mine.shape[1], theirs.shape[1]) for mine, theirs in slices]
    heights = [max(mine.shape[0], theirs.shape[0]) for mine, theirs in slices]
    with course_style():
        figure = new_figure(min(12, 2 * 0.72 * max(widths) + 1.6), 0.45 * sum(heights) + 0.75 * len(slices) + 0.5)
        grid = figure.subplots(len(slices), 2, squeeze=False)
        wrong = total = 0
        for (mine, theirs), axes in zip(slices, grid, strict=True):
            differs = _differs(mine, theirs) if mine.shape == theirs.shape else np.ones(mine.shape, bool)
            wrong, total = wrong + int(differs.sum()), total + theirs.size
            _numbers(axes[0], mine, f"yours {_shape(pairs, mine)}", differs)
            _numbers(axes[1], theirs, f"target {_shape(pairs, theirs)}", np.zeros(theirs.shape, bool))
        mine, theirs = pairs[0]
        if mine.shape != theirs.shape:
            verdict = f"Yours has shape {mine.shape}, the target {theirs.shape}"
        else:
            verdict = "Every entry agrees" if wrong == 0 else f"{wrong} of {total} entries differ, framed and marked ✗"
        figure.suptitle(f"{name}: yours beside the target", x=0.01, ha="left", weight="bold", size=12)
        return Picture(figure, f"{name}: yours beside the target. {verdict}. {_first(slices)}", caption=f"{verdict}.")


def _slices(mine, theirs):
    """Two arrays as pairs of tables."""
    tables = [
        value.reshape(-1, *((1, value.shape[0]) if value.ndim == 1 else value.shape[-2:])) for value in (mine, theirs)
    ]
    return list(zip(*tables, strict=False))


def _shape(pairs, table):
    return "" if len(pairs) > 1 else f"{table.shape[0]} × {table.shape[1]}"


def _numbers(axes, table, title, differs):
    axes.set(xlim=(-0.5, table.shape[1] - 0.5), ylim=(table.shape[0] - 0.5, -0.5), xticks=[], yticks=[])
    axes.set_title(title, size=11, weight="normal", pad=6)
    axes.spines[:].set_visible(False)
    for (i, j), value in np.ndenumerate(table):
        bad = differs[i, j]
        box = {
            "boxstyle": "square,pad=0.35",
            "fc": "#FDECEA" if bad else "white",
            "ec": WRONG if bad else FAINT,
            "lw": 1.6 if bad else 0.8,
        }
        axes.text(
            j,
            i,
            ("✗ " if bad else "") + number(value),
            ha="center",
            va="center",
            size=9.5,
            color=WRONG if bad else INK,
            bbox=box,
        )


def _first(slices):
    for mine, theirs in slices:
        if mine.shape == theirs.shape and _differs(mine, theirs).any():
            i, j = np.argwhere(_differs(mine, theirs))[0]
            return (
                f"First difference in row {i}, column {j}: yours {number(mine[i, j])}, target {number(theirs[i, j])}."
            )
    return f"The target begins with {number(slices[0][1].flat[0])}."
