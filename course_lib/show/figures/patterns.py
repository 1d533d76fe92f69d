"""Attention as circles by size: patterns that share out 1, and the raw scores before, in the code's or the video's orientation."""

import numpy as np

from .labels import name_ticks
from .picture import Picture
from .style import FAINT, KEY, QUERY, QUIET, course_style, inside, new_figure, number, readable, wrapped

DIM = "#B9B9B9"  # what is not highlighted


def pattern(weights, tokens, title, orientation="code", keys=None, may_look=None, highlight=None, numbers=True):
    """An attention pattern (T_query, T_key) as circles whose area is the weight, with the sums that show which side shares out 1.

    orientation="code": a row is a query. orientation="video": a column is a query. `keys` are the key tokens if they differ from `tokens`;
    cells where `may_look` is False are crossed out (weight that has leaked there is drawn hollow); `highlight` is the position of a
    query to set off. Raises ValueError if the sizes do not agree.
    """
    weights, tokens, keys, hidden = _read(weights, tokens, keys, orientation, may_look)
    sums, leaks = weights.sum(-1), 0
    with course_style():
        figure, axes = _grid(tokens, keys, title, orientation, sums=True)
        for (i, j), weight in np.ndenumerate(weights):
            place = (j, i) if orientation == "code" else (i, j)
            leak, strong = hidden[i, j] and weight >= 0.005, highlight is None or i == highlight
            leaks += int(leak)
            if hidden[i, j]:
                _cross(axes, *place, lift=0.11 if leak else 0)
            if weight > 0.004 and (leak or not hidden[i, j]):
                _circle(axes, *place, 640 * min(weight, 1.6), not leak, QUERY if strong else DIM)
            if numbers and (leak or not hidden[i, j]) and not 0 <= weight < 0.005:
                _number(axes, *place, "NaN" if np.isnan(weight) else f"{weight:.2f}".replace("-", "−"))
        _sums(axes, sums, len(keys), orientation)
        side = "row" if orientation == "code" else "column"
        even = "Each" if (abs(sums - 1) < 0.005).all() else "Not every"
        shown = range(len(tokens)) if highlight is None else [highlight % len(tokens)]
        said = "; ".join(looks(tokens[i], keys, weights[i]) for i in shown)
        leaked = f" {leaks} hidden cell{'s have' if leaks > 1 else ' has'} weight all the same." if leaks else ""
        return Picture(figure, f"{title}. {side.capitalize()}s are queries. {said}. {even} {side} sums to 1.{leaked}")


def scores_grid(scores, tokens, title, orientation="code", keys=None, may_look=None, highlight=None, numbers=True):
    """Raw scores (T_query, T_key) as circles: the area is the size; filled is positive, hollow is negative.

    The other arguments are those of `pattern`; scores of −∞ are crossed out.
    """
    scores, tokens, keys, hidden = _read(scores, tokens, keys, orientation, may_look)
    hidden = hidden | (scores == -np.inf)
    top = max(abs(scores[np.isfinite(scores)]).max(initial=0), 1e-12)
    with course_style():
        figure, axes = _grid(tokens, keys, title, orientation, sums=False)
        for (i, j), score in np.ndenumerate(scores):
            place, strong = (j, i) if orientation == "code" else (i, j), highlight is None or i == highlight
            if hidden[i, j]:
                _cross(axes, *place)
                continue
            if np.isfinite(score):
                _circle(axes, *place, 560 * abs(score) / top, score > 0, QUERY if strong else DIM)
            if numbers:
                _number(axes, *place, number(score) if abs(score) < 100 else f"{score:.0f}".replace("-", "−"))
        side = "row" if orientation == "code" else "column"
        shown = range(len(tokens)) if highlight is None else [highlight % len(tokens)]
        said = "; ".join(_finds(tokens[i], keys, np.where(hidden[i], -np.inf, scores[i])) for i in shown)
        return Picture(
            figure, f"{title}. {side.capitalize()}s are queries; filled circles are positive. Highest scores: {said}."
        )


def _read(table, tokens, keys, orientation, may_look):
    """The arguments, checked: the table as floats, the tokens to be read, and what is hidden (T_query, T_key)."""
    table = np.asarray(table, dtype=float)
    tokens = [readable(token) for token in tokens]
    keys = tokens if keys is None else [readable(key) for key in keys]
    if table.shape != (len(tokens), len(keys)):
        raise ValueError(f"the table has shape {table.shape}, but there are {len(tokens)} queries and {len(keys)} keys")
    if orientation not in ("code", "video"):
        raise ValueError(
            f'orientation is {orientation!r}: it must be "code" (a row is a query) or "video" (a column is a query)'
        )
    hidden = np.zeros(table.shape, dtype=bool)
    if may_look is not None:
        if np.shape(may_look)[-2:] not in (table.shape, (1, table.shape[1])):
            raise ValueError(
                f"may_look has shape {np.shape(may_look)}, but the table {table.shape}: they must be equal"
            )
        hidden |= ~np.asarray(may_look, dtype=bool)
    return table, tokens, keys, hidden


def _grid(tokens, keys, title, orientation, sums):
    """An empty grid with its names, and room for the sums on the side of the queries."""
    rows, columns = (tokens, keys) if orientation == "code" else (keys, tokens)
    right, below = (0.8 if sums else 0, 0) if orientation == "code" else (0, 0.55 if sums else 0)
    figure = new_figure(0.72 * len(columns) + 2.3, 0.62 * (len(rows) + below) + 1.75)
    axes = figure.subplots()
    for edge in np.arange(-0.5, len(columns)):
        inside(*axes.plot([edge, edge], [-0.5, len(rows) - 0.5], color=FAINT, lw=0.7, zorder=0))
    for edge in np.arange(-0.5, len(rows)):
        inside(*axes.plot([-0.5, len(columns) - 0.5], [edge, edge], color=FAINT, lw=0.7, zorder=0))
    axes.set(xlim=(-0.55, len(columns) - 0.45 + right), ylim=(len(rows) - 0.45 + below, -0.55))
    names = ("query: who looks", "key: who is looked at")
    row_name, column_name = names if orientation == "code" else names[::-1]
    name_ticks(axes, rows, columns, row_name, column_name, *((QUERY, KEY) if orientation == "code" else (KEY, QUERY)))
    axes.set_title(wrapped(title, figure, beside=1.0))
    return figure, axes


def _circle(axes, x, y, area, filled, colour):
    face = colour if filled else "white"
    inside(axes.scatter(x, y - 0.11, s=area, facecolor=face, edgecolor=colour, lw=1.3, zorder=2))


def _cross(axes, x, y, lift=0.0):
    inside(*axes.plot(x, y - lift, marker="x", color=QUIET, ms=7, mew=1, zorder=3))


def _number(axes, x, y, text):
    box = {"fc": "white", "ec": "none", "pad": 0.4, "alpha": 0.85}
    place = {"textcoords": "offset points", "ha": "center", "va": "center"}
    inside(axes.annotate(text, (x, y), (0, -16), size=8.5, zorder=3, bbox=box, **place))


def _sums(axes, sums, many, orientation):
    """What each query gives away, beside its row or under its column; in bold where it is not 1."""
    end = many - 0.32
    aligned = {"ha": "left", "va": "center"} if orientation == "code" else {"ha": "center", "va": "top"}
    for query, total in enumerate(sums):
        place = (end, query) if orientation == "code" else (query, end)
        weight = "normal" if abs(total - 1) <= 0.005 else "bold"
        text = "NaN" if np.isnan(total) else f"{total:.2f}"
        axes.text(*place, text, size=9, weight=weight, **aligned)
    place = (end, -0.62) if orientation == "code" else (-0.62, end)
    aligned = {"ha": "left", "va": "bottom"} if orientation == "code" else {"ha": "right", "va": "top"}
    axes.text(*place, "sum", size=9, color=QUIET, **aligned)


def _finds(token, keys, scores):
    """One query in words: its highest scores, as far as they come near its best."""
    finite = np.where(np.isfinite(scores), scores, -np.inf)
    best = [j for j in np.argsort(-finite, kind="stable")[:3] if finite[j] > 0 and finite[j] >= 0.5 * finite.max()]
    return f"{token} finds " + (", ".join(f"{keys[j]} {number(scores[j])}" for j in best) or "nobody")


def looks(token, keys, weights):
    """One query in words: where it looks most."""
    if np.isnan(weights).any():
        return f"{token} has weights that are NaN"
    best = [j for j in np.argsort(-weights, kind="stable") if weights[j] >= 0.05]
    alike = sum(weights[j] >= weights[best[0]] - 0.005 for j in best)
    if alike > 3:
        return f"{token} looks at {alike} tokens alike, {weights[best[0]]:.2f} each"
    return f"{token} looks at " + (", ".join(f"{keys[j]} {weights[j]:.2f}" for j in best[:3]) or "nobody")
