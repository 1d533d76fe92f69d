"""A table of numbers as shaded cells."""

import numpy as np

from .labels import name_ticks
from .picture import Picture
from .style import INK, course_style, inside, new_figure, number, readable, wrapped


def heatmap(matrix, rows, columns, title, row_name="row", column_name="column", numbers=True, pattern=False):
    """A matrix (R, C) as shaded cells with their numbers; pattern=True fixes the shades to 0 … 1.

    Without numbers (and beyond 16 columns, where they would not fit) a scale stands beside the cells, and − marks what is negative.
    Raises ValueError if the sizes do not agree.
    """
    matrix = np.asarray(matrix, dtype=float)
    if matrix.shape != (len(rows), len(columns)):
        raise ValueError(
            f"the matrix has shape {matrix.shape}, but there are {len(rows)} row and {len(columns)} column labels"
        )
    rows, columns = [readable(name) for name in rows], [readable(name) for name in columns]
    top = 1.0 if pattern else max(abs(matrix[np.isfinite(matrix)]).max(initial=0), 1e-12)
    numbers = numbers and len(columns) <= 16
    with course_style():
        size = min(0.62 * len(columns), 9.6) + 1.9, min(0.5 * len(rows), 8.0) + 1.5
        figure = new_figure(size[0] + (0 if numbers else 0.8), size[1])
        axes = figure.subplots()
        image = draw_cells(axes, matrix, top, numbers)
        if not numbers:
            figure.colorbar(image, ax=axes, shrink=0.85, pad=0.02).outline.set_visible(False)
        name_ticks(axes, rows, columns, row_name, column_name, INK, INK)
        axes.set_title(wrapped(title, figure, beside=max(1.0, 0.5 + 0.085 * max(map(len, rows)))))
        sizes = f"{_many(len(rows), row_name, 'rows')} by {_many(len(columns), column_name, 'columns')}"
        return Picture(figure, f"{title}. {sizes}. {_extremes(matrix, rows, columns)}{_halves(matrix, rows, columns)}")


def draw_cells(axes, matrix, top, numbers=True):
    """Draw a matrix (R, C) on axes as shaded cells, `top` the darkest; with numbers, or − for what is negative; returns the image."""
    diverging = (matrix[np.isfinite(matrix)] < 0).any()
    shades = {"cmap": "PuOr" if diverging else "Blues", "vmin": -top if diverging else 0, "vmax": top}
    image = axes.imshow(np.ma.masked_invalid(matrix), aspect="auto", **shades)
    for (i, j), value in np.ndenumerate(matrix):
        text = _entry(value, top) if numbers else "−" if value < -0.02 * top else ""
        inside(axes.text(j, i, text, ha="center", va="center", size=9, color=_ink(image, value)))
    return image


def _entry(value, top):
    if abs(value) >= 100 and np.isfinite(value):
        return f"{value:.0f}".replace("-", "−")
    return number(round(value, 1 if top > 10 else 2))


def _ink(image, value):
    """The colour that can be read on a value's shade."""
    shade = image.cmap(image.norm(value))[:3] if np.isfinite(value) else (1, 1, 1)
    return INK if 0.2126 * shade[0] + 0.7152 * shade[1] + 0.0722 * shade[2] > 0.45 else "white"


def _many(count, name, kind):
    """How many there are, in words: "3 heads", "2 queries", and for a name of several words "4 rows (the text so far)"."""
    if " " in name:
        return f"{count} {kind} ({name})"
    return f"{count} {name[:-1]}ies" if name.endswith("y") and name[-2:-1] not in tuple("aeiou") else f"{count} {name}s"


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


def _halves(matrix, rows, columns):
    """What stands above and below the diagonal, in words, where a table's rows and columns are the same and its halves are not."""
    if list(rows) != list(columns) or len(rows) < 3 or np.array_equal(matrix, matrix.T, equal_nan=True):
        return ""
    upper = np.triu(np.ones(matrix.shape, dtype=bool), 1)
    return "".join(
        f" {side} the diagonal {_span(matrix[half])}." for side, half in {"Above": upper, "Below": upper.T}.items()
    )


def _span(values):
    low, high = number(values.min()), number(values.max())
    return f"all is {low}" if low == high else f"there is {low} to {high}"
