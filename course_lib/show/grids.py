"""Tables as pictures: numbers that can be read, attention patterns as circles, in the code's or the video's orientation."""

import textwrap

import numpy as np

from .picture import Picture
from .style import FAINT, INK, KEY, QUERY, QUIET, course_style, new_figure, number


def heatmap(matrix, rows, columns, title, row_name="row", column_name="column", numbers=True, pattern=False):
    """A matrix (R, C) as shaded cells with their numbers; pattern=True fixes the shades to 0 … 1."""
    matrix = np.asarray(matrix, dtype=float)
    if matrix.shape != (len(rows), len(columns)):
        raise ValueError(
            f"the matrix has shape {matrix.shape}, but there are {len(rows)} row and {len(columns)} column labels"
        )
    finite = matrix[np.isfinite(matrix)]
    top = 1.0 if pattern else max(abs(finite).max(initial=0), 1e-12)
    diverging = (finite < 0).any()
    with course_style():
        figure = new_figure(0.62 * len(columns) + 1.9, 0.5 * len(rows) + 1.5)
        axes = figure.subplots()
        image = axes.imshow(
            matrix, cmap="PuOr" if diverging else "Blues", vmin=-top if diverging else 0, vmax=top, aspect="auto"
        )
        if numbers:
            for (i, j), value in np.ndenumerate(matrix):
                shade = image.cmap(image.norm(value))[:3] if np.isfinite(value) else (1, 1, 1)
                light = 0.2126 * shade[0] + 0.7152 * shade[1] + 0.0722 * shade[2] > 0.45
                text = (
                    f"{value:.0f}".replace("-", "−")
                    if abs(value) >= 100
                    else number(round(value, 1 if top > 10 else 2))
                )
                axes.text(j, i, text, ha="center", va="center", size=9, color=INK if light else "white")
        _tick_names(axes, rows, columns, row_name, column_name, INK, INK)
        axes.set_title(_broken(title, figure))
        return Picture(
            figure,
            f"{title}. {len(rows)} {row_name}s by {len(columns)} {column_name}s. {_extremes(matrix, rows, columns)}",
        )


def _extremes(matrix, rows, columns):
    """The largest and the smallest entry off the diagonal (if there is one), in words."""
    search = matrix.astype(float).copy()
    if matrix.shape[0] == matrix.shape[1] and list(rows) == list(columns) and len(rows) > 1:
        np.fill_diagonal(search, np.nan)
    if not np.isfinite(search).any():
        return f"The only entries are {', '.join(number(x) for x in matrix.ravel()[:6])}."
    search[~np.isfinite(search)] = np.nan
    high, low = (
        np.unravel_index(np.nanargmax(search), search.shape),
        np.unravel_index(np.nanargmin(search), search.shape),
    )
    off = (
        " off the diagonal"
        if np.isnan(np.diagonal(search)).all() and search.shape[0] > 1 and search.shape[0] == search.shape[1]
        else ""
    )
    return (
        f"Largest{off}: {rows[high[0]]} with {columns[high[1]]}, {number(matrix[high])}; "
        f"smallest: {rows[low[0]]} with {columns[low[1]]}, {number(matrix[low])}."
    )


def _tick_names(axes, rows, columns, row_name, column_name, row_colour, column_colour):
    slanted = max(len(str(name)) for name in columns) > 4
    axes.set_xticks(
        range(len(columns)),
        columns,
        rotation=38 if slanted else 0,
        ha="left" if slanted else "center",
        color=column_colour,
    )
    axes.set_yticks(range(len(rows)), rows, color=row_colour)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xlabel(column_name, color=column_colour)
    axes.set_ylabel(row_name, color=row_colour)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def pattern(weights, tokens, title, view="code", keys=None, may_look=None, highlight=None, numbers=True):
    """An attention pattern (T_query, T_key) as circles whose area is the weight, with the sums that show which side shares out 1.

    view="code": a row is a query. view="video": a column is a query. `keys` are the key tokens if they differ from `tokens`;
    cells where `may_look` is False are crossed out; `highlight` is the position of a query to set off.
    """
    weights = np.asarray(weights, dtype=float)
    keys = list(tokens if keys is None else keys)
    _fits(weights, tokens, keys, view)
    rows, columns, table, hidden = _oriented(weights, list(tokens), keys, view, may_look)
    sums = weights.sum(-1)
    with course_style():
        figure, axes = _grid(rows, columns, title, view)
        for (i, j), weight in np.ndenumerate(table):
            query = i if view == "code" else j
            strong = highlight is None or query == highlight
            if hidden is not None and hidden[i, j]:
                axes.plot(j, i, marker="x", color=QUIET, ms=7, mew=1)
            elif weight > 0.004:
                axes.scatter(j, i - 0.11, s=640 * weight, color=QUERY if strong else "#B9B9B9", lw=0, zorder=2)
            if numbers and (hidden is None or not hidden[i, j]) and weight >= 0.005:
                axes.annotate(
                    f"{weight:.2f}",
                    (j, i),
                    (0, -16),
                    textcoords="offset points",
                    ha="center",
                    va="center",
                    size=8.5,
                    zorder=3,
                    bbox={"fc": "white", "ec": "none", "pad": 0.4, "alpha": 0.85},
                )
        for query, total in enumerate(sums):
            place = (len(columns) - 0.32, query) if view == "code" else (query, len(rows) - 0.32)
            weight = "bold" if abs(total - 1) > 0.005 else "normal"
            axes.text(
                *place,
                f"{total:.2f}",
                ha="left" if view == "code" else "center",
                va="center" if view == "code" else "top",
                size=9,
                weight=weight,
            )
        place = (len(columns) - 0.32, -0.62) if view == "code" else (-0.62, len(rows) - 0.32)
        axes.text(
            *place,
            "sum",
            ha="left" if view == "code" else "right",
            va="bottom" if view == "code" else "top",
            size=9,
            color=QUIET,
        )
        side = "row" if view == "code" else "column"
        even = "Each" if (abs(sums - 1) < 0.005).all() else "Not every"
        said = "; ".join(
            _looks(tokens[i], keys, weights[i]) for i in range(len(tokens)) if highlight is None or i == highlight
        )
        return Picture(figure, f"{title}. {side.capitalize()}s are queries. {said}. {even} {side} sums to 1.")


def scores_grid(scores, tokens, title, view="code", keys=None, may_look=None):
    """Raw scores (T_query, T_key) as circles: the area is the size; filled is positive, hollow is negative."""
    scores = np.asarray(scores, dtype=float)
    keys = list(tokens if keys is None else keys)
    _fits(scores, tokens, keys, view)
    rows, columns, table, hidden = _oriented(scores, list(tokens), keys, view, may_look)
    top = max(abs(table[np.isfinite(table)]).max(initial=0), 1e-12)
    with course_style():
        figure, axes = _grid(rows, columns, title, view)
        for (i, j), score in np.ndenumerate(table):
            if (hidden is not None and hidden[i, j]) or score == -np.inf:
                axes.plot(j, i, marker="x", color=QUIET, ms=7, mew=1)
                continue
            axes.scatter(
                j,
                i - 0.11,
                s=560 * abs(score) / top,
                facecolor=QUERY if score > 0 else "white",
                edgecolor=QUERY,
                lw=1.3,
                zorder=2,
            )
            axes.annotate(
                number(round(score, 2)),
                (j, i),
                (0, -16),
                textcoords="offset points",
                ha="center",
                va="center",
                size=8.5,
                zorder=3,
                bbox={"fc": "white", "ec": "none", "pad": 0.4, "alpha": 0.85},
            )
        side = "row" if view == "code" else "column"
        said = "; ".join(_finds(token, keys, row) for token, row in zip(tokens, scores, strict=True))
        return Picture(
            figure,
            f"{title}. {side.capitalize()}s are queries; filled circles are positive. Highest scores: {said}.",
        )


def _fits(table, tokens, keys, view):
    if table.shape != (len(tokens), len(keys)):
        raise ValueError(f"the table has shape {table.shape}, but there are {len(tokens)} queries and {len(keys)} keys")
    if view not in ("code", "video"):
        raise ValueError(f'view is {view!r}: it must be "code" (a row is a query) or "video" (a column is a query)')


def _oriented(table, tokens, keys, view, may_look):
    hidden = None if may_look is None else ~np.broadcast_to(np.asarray(may_look, dtype=bool), table.shape)
    if view == "code":
        return tokens, keys, table, hidden
    return keys, tokens, table.T, None if hidden is None else hidden.T


def _grid(rows, columns, title, view):
    figure = new_figure(0.72 * len(columns) + 2.3, 0.62 * len(rows) + 1.7)
    axes = figure.subplots()
    for edge in np.arange(-0.5, len(columns)):
        axes.plot([edge, edge], [-0.5, len(rows) - 0.5], color=FAINT, lw=0.7, zorder=0)
    for edge in np.arange(-0.5, len(rows)):
        axes.plot([-0.5, len(columns) - 0.5], [edge, edge], color=FAINT, lw=0.7, zorder=0)
    sums_right, sums_below = (0.25, -0.45) if view == "code" else (-0.45, 0.1)
    axes.set(xlim=(-0.55, len(columns) + sums_right), ylim=(len(rows) + sums_below, -0.55))
    names = ("query: who looks", "key: who is looked at")
    row_name, column_name = names if view == "code" else names[::-1]
    colours = (QUERY, KEY) if view == "code" else (KEY, QUERY)
    _tick_names(axes, rows, columns, row_name, column_name, *colours)
    axes.set_title(_broken(title, figure))
    return figure, axes


def _broken(title, figure):
    """The title in as many lines as it takes to stand above the cells, right of the row names."""
    return textwrap.fill(title, max(16, int((figure.get_figwidth() - 1.1) / 0.105)))


def _finds(token, keys, scores):
    """One query in words: its highest scores, as far as they come near its best."""
    finite = np.where(np.isfinite(scores), scores, -np.inf)
    best = [j for j in np.argsort(-finite, kind="stable")[:3] if finite[j] > 0 and finite[j] >= 0.5 * finite.max()]
    return f"{token} finds " + (", ".join(f"{keys[j]} {number(scores[j])}" for j in best) or "nobody")


def _looks(token, keys, weights):
    """One query in words: where it looks most."""
    best = [j for j in np.argsort(-weights, kind="stable")[:3] if weights[j] >= 0.05]
    return f"{token} looks at " + (", ".join(f"{keys[j]} {weights[j]:.2f}" for j in best) or "nobody")
