"""Whose entry is it? Matrices that are dealt out to several devices."""

import numpy as np

from .picture import Picture
from .style import INK, course_style, new_figure, wrapped

SHADES = ("#FFFFFF", "#BFD4F7", "#0050E0")  # then again; a device's number stands in its part as well


def dealt(owners, title):
    """Matrices {name: the number of the device that holds each entry, (R, C)} side by side, every device's part with its number."""
    owners = {name: np.asarray(matrix) for name, matrix in owners.items()}
    with course_style():
        figure = new_figure(2.1 * len(owners) + 0.5, 3.0)
        panels = figure.subplots(1, len(owners), squeeze=False)[0]
        for axes, (name, matrix) in zip(panels, owners.items(), strict=True):
            blocks = {device: _block(matrix, device) for device in np.unique(matrix)}
            for device, block in blocks.items():
                _part(axes, *block, device)
            axes.set_yticks(*_ends(rows for rows, _ in blocks.values()))
            axes.set_xticks(*_ends(columns for _, columns in blocks.values()))
            axes.set(xlim=(-0.5, matrix.shape[1] - 0.5), ylim=(matrix.shape[0] - 0.5, -0.5), aspect="equal")
            axes.set_title(name, weight="normal", loc="center", pad=6)
            axes.set_xlabel("column")
            axes.spines[:].set_visible(False)
        panels[0].set_ylabel("row")
        figure.suptitle(wrapped(title, figure), weight="bold", size=12, x=0.02, ha="left")
        said = [
            f"{name}: {'; '.join(_in_words(matrix, device) for device in np.unique(matrix))}"
            for name, matrix in owners.items()
        ]
        return Picture(figure, f"{title}. {'. '.join(said)}.")


def _ends(parts):
    """Where each part begins, and where the last one ends: places for ticks, and their names."""
    parts = list(parts)
    places = sorted({part[0] for part in parts} | {max(part[-1] for part in parts)})
    return places, [str(place) for place in places]


def _block(matrix, device):
    """(rows, columns) of a device's part, which is a rectangle; raises ValueError if it is none."""
    rows, columns = (np.unique(places) for places in np.nonzero(matrix == device))
    if (matrix == device).sum() != (np.ptp(rows) + 1) * (np.ptp(columns) + 1):
        raise ValueError(f"what device {device} holds is not one rectangle: deal out neighbouring rows or columns")
    return rows, columns


def _part(axes, rows, columns, device):
    from matplotlib.patches import Rectangle

    shade = SHADES[int(device) % len(SHADES)]
    corner = columns[0] - 0.5, rows[0] - 0.5
    axes.add_patch(Rectangle(corner, len(columns), len(rows), fc=shade, ec=INK, lw=1.2, clip_on=False))
    ink = "white" if shade == SHADES[-1] else INK
    axes.text(columns.mean(), rows.mean(), str(device), ha="center", va="center", size=14, weight="bold", color=ink)


def _in_words(matrix, device):
    """What a device holds of a matrix, in words."""
    parts = [
        f"{name} {places[0]} to {places[-1]}"
        for name, places, many in zip(("rows", "columns"), _block(matrix, device), matrix.shape, strict=True)
        if len(places) < many
    ]
    return f"device {device} has {', '.join(parts) or 'all'}"
