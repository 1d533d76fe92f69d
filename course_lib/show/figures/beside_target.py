"""`draw(f)`: what a learner's function returns, beside what it should return."""

from itertools import zip_longest

import numpy as np

from course_lib.judge import agree

from .picture import Picture, Table
from .style import FAINT, INK, QUIET, WRONG, course_style, new_figure, number, wrapped

MOST_ENTRIES, MOST_GRIDS, WIDEST = 400, 4, 11  # entries of an array, grids below each other, inches


def compare(yours, target, name):
    """Two answers side by side, with every entry that differs framed and marked ✗; a table of text for values that are not arrays."""
    together = isinstance(target, tuple) and isinstance(yours, tuple) and len(yours) == len(target)
    pairs = list(zip(yours, target, strict=True)) if together else [(yours, target)]
    if pairs and all(_drawable(value) for pair in pairs for value in pair):
        return _drawing(pairs, name)
    kind = "output" if isinstance(target, tuple) else "entry"
    mine, theirs = _entries(yours), _entries(target)
    if mine is None or theirs is None or not 0 < len(theirs) <= 40:
        mine, theirs, kind = {"": yours}, {"": target}, ""
    rows = [
        (key, _text(mine, key), _text(theirs, key), "✓ the same" if _agree(mine, theirs, key) else "✗ different")
        for key in [*theirs, *(key for key in mine if key not in theirs)]
    ]
    return Table(f"{name}: yours beside the target", (kind, "yours", "target", ""), rows)


def _drawable(value):
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "biuf":
        return False
    return 1 <= value.ndim <= 4 and 0 < value.size <= MOST_ENTRIES


def _entries(value):
    """A tuple, list or dict as {position or key: entry}; None for other values."""
    return dict(enumerate(value)) if isinstance(value, tuple | list) else value if isinstance(value, dict) else None


def _agree(mine, theirs, key):
    return key in mine and key in theirs and _same(mine[key], theirs[key])


def _same(yours, target):
    if type(yours) is type(target) and _entries(target) is not None:
        yours, target = _entries(yours), _entries(target)
        return len(yours) == len(target) and all(_agree(yours, target, key) for key in target)
    try:
        return np.shape(yours) == np.shape(target) and not _differs(yours, target).any()
    except (TypeError, ValueError):
        return type(yours) is type(target) and bool(np.all(yours == target))


def _differs(yours, target):
    return np.asarray(~agree(np.asarray(yours, dtype=float), np.asarray(target, dtype=float)))


def _text(entries, key):
    if key not in entries:
        return "nothing"
    value = entries[key]
    if isinstance(value, np.ndarray) and value.dtype.kind == "b" and value.ndim == 0:
        return str(bool(value))
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf":
        return (
            number(value) if value.ndim == 0 else np.array2string(value, precision=3, suppress_small=True, threshold=60)
        )
    return number(value) if isinstance(value, float | np.floating) else str(value)


def _drawing(pairs, name):
    """Each pair as two grids of numbers, beside each other if there is room, else yours above the target."""
    grids = [grid for n, pair in enumerate(pairs) for grid in _slices(n, len(pairs), *pair)]
    wide = max(_width(mine, theirs) for _, (mine, theirs) in grids[:MOST_GRIDS])
    beside = 2 * wide + 1.2 <= WIDEST
    shapes = [(1, 2) if beside else (2, 1)] * len(grids[:MOST_GRIDS])
    highs = [[len(table) if table is not None else 1 for table in tables] for _, tables in grids[:MOST_GRIDS]]
    inches = [0.4 * high + 0.55 for pair in highs for high in ([max(pair)] if beside else pair)]
    with course_style():
        figure = new_figure(max((2 * wide if beside else wide) + 1.2, 4.8), sum(inches) + 0.6)
        axes = figure.subplots(len(inches), shapes[0][1], squeeze=False, height_ratios=inches)
        figure.get_layout_engine().set(wspace=0.12)
        places = axes if beside else axes.reshape(-1, 2)
        for ((mine_is, theirs_is), (mine, theirs)), (left, right) in zip(grids, places, strict=False):
            differs = _differs(mine, theirs) if _fit(mine, theirs) else None
            _grid(left, mine, theirs, f"yours{mine_is}", differs, framed=True)
            _grid(right, theirs, mine, f"target{theirs_is}", differs, framed=False)
        said, seen = _verdict(pairs), f"{name}: yours beside the target"
        if any(np.asarray(theirs).dtype.kind == "b" for _, theirs in pairs):
            said += " ● is True, ○ is False."
        if len(grids) > MOST_GRIDS:
            said += f" The first {MOST_GRIDS} of {len(grids)} tables are drawn."
        figure.suptitle(wrapped(seen, figure), x=0.02, ha="left", weight="bold", size=12)
        return Picture(figure, f"{seen}. {said} {_first(pairs)}", caption=said)


def _slices(n, outputs, mine, theirs):
    """Two arrays as pairs of labels and pairs of tables: one for each slice along all axes but the last two."""
    sides = []
    for value in (mine, theirs):
        tables = value.reshape(-1, *((1, len(value)) if value.ndim == 1 else value.shape[-2:]))
        places = [list(place) for place in np.ndindex(value.shape[:-2])] if value.ndim > 2 else [""]
        sides.append(
            [
                (f", output {n + 1}{place}" if outputs > 1 else str(place), table)
                for place, table in zip(places, tables, strict=True)
            ]
        )
    for pair in zip_longest(*sides, fillvalue=("", None)):
        yield tuple(zip(*pair, strict=True))


def _fit(mine, theirs):
    return mine is not None and theirs is not None and mine.shape == theirs.shape


def _width(mine, theirs):
    """Inches that a table needs."""
    tables = [table for table in (mine, theirs) if table is not None]
    others = tables[::-1] if _fit(mine, theirs) else [np.full(table.shape, np.nan) for table in tables]
    pairs = [
        pair for table, other in zip(tables, others, strict=True) for pair in zip(table.flat, other.flat, strict=True)
    ]
    longest = max(len(_entry(*pair)) for pair in pairs)
    return max(table.shape[1] for table in tables) * (0.34 + 0.088 * longest)


def _grid(axes, table, other, title, differs, framed):
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0, labelsize=8.5, labelcolor=QUIET, pad=2)
    axes.set(xticks=[], yticks=[])
    if table is None:
        return
    axes.set_title(title, size=11, weight="normal", pad=5)
    rows, columns = table.shape
    axes.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -0.5), xticks=range(columns))
    axes.xaxis.tick_bottom()
    axes.set_yticks(range(rows) if rows > 1 else [])
    for (i, j), value in np.ndenumerate(table):
        differ = differs is not None and differs[i, j]
        bad = differ and framed
        corner = (j - 0.47, i - 0.44)
        look = (
            {"fc": "#FDECEA", "ec": WRONG, "lw": 1.8, "zorder": 2} if bad else {"fc": "white", "ec": FAINT, "lw": 0.8}
        )
        axes.add_patch(_rectangle(corner, look))
        text = _entry(value, other[i, j] if differ else None)
        colour = {"color": WRONG, "weight": "bold"} if bad else {"color": INK}
        axes.text(j, i, ("✗ " if bad else "") + text, ha="center", va="center", size=9.5, zorder=3, **colour)


def _rectangle(corner, look):
    from matplotlib.patches import Rectangle

    return Rectangle(corner, 0.94, 0.88, **look)


def _entry(value, other=None):
    """An entry in short, with more digits where two that differ would look the same."""
    if isinstance(value, np.bool_):
        return "●" if value else "○"
    text = number(value)
    if other is None or text != number(other) or value == other:
        return text
    longer = f"{value:.4f}".rstrip("0").rstrip(".") if abs(value) < 10_000 else f"{value:.8g}"
    return "0" if longer == "-0" else longer.replace("-", "−")


def _verdict(pairs):
    for mine, theirs in pairs:
        if mine.shape != theirs.shape:
            return f"Yours has shape {mine.shape}, the target {theirs.shape}."
    wrong = sum(int(_differs(*pair).sum()) for pair in pairs)
    total = sum(theirs.size for _, theirs in pairs)
    return "Every entry agrees." if not wrong else f"{wrong} of {total} entries differ, framed and marked ✗."


def _first(pairs):
    """The first difference in words, or how the target begins."""
    for mine, theirs in pairs:
        if mine.shape == theirs.shape and _differs(mine, theirs).any():
            at = tuple(int(i) for i in np.argwhere(_differs(mine, theirs))[0])
            place = {1: "at position {}", 2: "in row {}, column {}"}.get(len(at), f"at {list(at)}").format(*at)
            yours, target = _entry(mine[at], theirs[at]), _entry(theirs[at], mine[at])
            return f"First difference {place}: yours {yours}, target {target}."
    return f"The target begins with {_entry(pairs[0][1].flat[0])}."
