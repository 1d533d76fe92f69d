"""Arrows, bars, lines and points: arrays in, described pictures out."""

import numpy as np

from .picture import Picture
from .style import DASHES, FAINT, INK, KEY, MARKERS, QUERY, QUIET, SERIES, course_style, new_figure, number


def degrees_between(a, b):
    """The angle between two vectors in degrees."""
    return float(np.degrees(np.arctan2(abs(a[0] * b[1] - a[1] * b[0]), a @ b)))


def arrows(vectors, labels, title, angle_between=None):
    """Vectors (N, 2) as arrows from the origin; angle_between=(i, j) marks the angle between two of them."""
    vectors = np.asarray(vectors, dtype=float)
    if vectors.ndim != 2 or vectors.shape[1] != 2 or len(vectors) != len(labels):
        raise ValueError(
            f"arrows needs N vectors of 2 numbers and N labels, not shape {vectors.shape} and {len(labels)} labels"
        )
    reach = np.vstack([vectors, [[0, 0]]])
    low, high = np.floor(reach.min(0)) - 0.6, np.ceil(reach.max(0)) + 0.6
    scale = 5.2 / max(high - low)
    with course_style():
        figure = new_figure(max(3.6, scale * (high - low)[0] + 0.9), max(2.6, scale * (high - low)[1] + 0.9))
        axes = figure.subplots()
        for i, (vector, label) in enumerate(zip(vectors, labels, strict=True)):
            colour = SERIES[i % len(SERIES)]
            axes.annotate(
                "",
                vector,
                (0, 0),
                arrowprops={
                    "arrowstyle": "-|>,head_width=.3,head_length=.6",
                    "lw": 2.5,
                    "color": colour,
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
            )
            away = vector / (np.linalg.norm(vector) or 1) * 14
            axes.annotate(
                label,
                vector,
                away,
                textcoords="offset points",
                color=colour,
                weight="bold",
                ha="center",
                va="center",
                size=13,
            )
        if angle_between is not None:
            _mark_angle(axes, vectors[angle_between[0]], vectors[angle_between[1]])
        axes.axhline(0, color=QUIET, lw=0.8, zorder=0)
        axes.axvline(0, color=QUIET, lw=0.8, zorder=0)
        axes.grid(color=FAINT, lw=0.6, zorder=-1)
        axes.set(
            xlim=(low[0], high[0]),
            ylim=(low[1], high[1]),
            aspect="equal",
            title=title,
            xlabel="first number",
            ylabel="second number",
        )
        axes.locator_params(integer=True)
        ends = ", ".join(
            f"{label} goes to ({number(v[0])}, {number(v[1])})" for label, v in zip(labels, vectors, strict=True)
        )
        angle = ""
        if angle_between is not None:
            i, j = angle_between
            angle = f" The angle between {labels[i]} and {labels[j]} is {degrees_between(vectors[i], vectors[j]):.0f} degrees."
        return Picture(figure, f"{title}. Arrows from the origin: {ends}.{angle}")


def _mark_angle(axes, a, b):
    turns = np.sort(np.unwrap(np.arctan2([a[1], b[1]], [a[0], b[0]])))
    radius = 0.45 * min(np.linalg.norm(a), np.linalg.norm(b))
    along = np.linspace(*turns, 50)
    axes.plot(radius * np.cos(along), radius * np.sin(along), color=INK, lw=1.2)
    middle = turns.mean()
    axes.text(
        1.35 * radius * np.cos(middle),
        1.35 * radius * np.sin(middle),
        f"{degrees_between(a, b):.0f}°",
        ha="center",
        va="center",
    )


def products(a, b, title=None, labels=("a", "b")):
    """The dot product of two vectors (C,) as a picture: one bar for each product, and the running sum on top of them."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape or a.ndim != 1:
        raise ValueError(f"products needs two vectors of equal length, not shapes {a.shape} and {b.shape}")
    each, running = a * b, np.cumsum(a * b)
    title = title or f"{labels[0]} · {labels[1]} = {number(running[-1])}: products, added up from left to right"
    with course_style():
        figure = new_figure(max(5.0, 1.5 * len(a) + 2.4), 3.4)
        axes = figure.subplots()
        starts = np.concatenate([[0], running[:-1]])
        for i, (start, value) in enumerate(zip(starts, each, strict=True)):
            axes.bar(
                i,
                value,
                bottom=start,
                width=0.62,
                color=KEY if value >= 0 else "white",
                edgecolor=KEY if value >= 0 else QUERY,
                lw=1.5,
                hatch=None if value >= 0 else "///",
            )
            inside = abs(value) > 0.12 * max(np.ptp(np.append(running, 0)), 1e-9)
            axes.text(
                i,
                start + value / 2,
                number(value),
                ha="center",
                va="center",
                weight="bold",
                color="white" if value >= 0 and inside else INK,
                bbox=None if value >= 0 else {"fc": "white", "ec": "none", "pad": 1.5},
            )
            axes.plot([i + 0.31, i + 0.69], [start + value] * 2, color=QUIET, lw=1)
        axes.bar(len(a), running[-1], width=0.62, color=INK)
        axes.text(len(a), running[-1] / 2, number(running[-1]), ha="center", va="center", weight="bold", color="white")
        axes.axhline(0, color=INK, lw=0.8)
        names = [f"{number(x)} · {number(y)}" for x, y in zip(a, b, strict=True)]
        axes.set_xticks(range(len(a) + 1), [*names, "sum"])
        axes.set(title=title, ylabel="running sum")
        axes.margins(y=0.12)
        steps = ", ".join(f"{number(x)} times {number(y)} is {number(p)}" for x, y, p in zip(a, b, each, strict=True))
        return Picture(figure, f"{title}. {steps}. The sum is {number(running[-1])}.")


def number_line(values, labels, title, name="dot product"):
    """Labelled values (N,) on one line, so that their order can be seen."""
    values = np.asarray(values, dtype=float)
    if values.shape != (len(labels),):
        raise ValueError(f"{values.size} values but {len(labels)} labels: each value needs one")
    with course_style():
        figure = new_figure(7.2, 2.2)
        axes = figure.subplots()
        axes.axhline(0, color=QUIET, lw=1.2, zorder=0)
        axes.scatter(values, np.zeros_like(values), s=70, color=KEY, zorder=2)
        heights = _spread(values, span=max(np.ptp(values), 1e-9))
        for value, label, height in zip(values, labels, heights, strict=True):
            axes.annotate(
                f"{label}\n{number(value)}",
                (value, 0),
                (0, height),
                textcoords="offset points",
                ha="center",
                va="bottom" if height > 0 else "top",
                arrowprops={"arrowstyle": "-", "color": FAINT},
            )
        axes.set(title=title, xlabel=name, yticks=[], ylim=(-1, 1))
        axes.margins(x=0.1)
        axes.spines["left"].set_visible(False)
        ordered = ", ".join(f"{labels[i]} {number(values[i])}" for i in np.argsort(values, kind="stable"))
        return Picture(figure, f"{title}. From the lowest to the highest: {ordered}.")


def _spread(values, span):
    """Label heights in points, above and below in turn where neighbours are close."""
    heights, last, side = np.zeros(len(values)), -np.inf, 1
    for i in np.argsort(values, kind="stable"):
        side = -side if values[i] - last < 0.12 * span else 1
        heights[i], last = 12 * side, values[i]
    return heights


def bars(values, labels, title, x_name="", y_name="", highlight=()):
    """One labelled bar for each of the values (N,); those at the positions in `highlight` are filled."""
    values = np.asarray(values, dtype=float)
    if values.shape != (len(labels),):
        raise ValueError(f"{values.size} values but {len(labels)} labels: each bar needs one")
    with course_style():
        figure = new_figure(max(4.5, 0.75 * len(values) + 1.6), 3.3)
        axes = figure.subplots()
        filled = [i in set(highlight) or not len(highlight) for i in range(len(values))]
        axes.bar(
            range(len(values)),
            values,
            color=[KEY if fill else "white" for fill in filled],
            edgecolor=KEY,
            lw=1.4,
            width=0.66,
        )
        for i, value in enumerate(values):
            axes.annotate(
                number(value),
                (i, value),
                (0, 4 if value >= 0 else -4),
                textcoords="offset points",
                ha="center",
                va="bottom" if value >= 0 else "top",
                size=10,
            )
        axes.axhline(0, color=INK, lw=0.8)
        axes.set_xticks(
            range(len(values)), labels, rotation=0 if max(map(len, map(str, labels))) < 9 else 35, ha="center"
        )
        axes.set(title=title, xlabel=x_name, ylabel=y_name)
        axes.margins(y=0.15)
        said = ", ".join(f"{label} {number(value)}" for label, value in zip(labels, values, strict=True))
        return Picture(figure, f"{title}. Bars: {said}.")


def lines(series, title, x_name, y_name, x=None, floors=None):
    """Curves {name: values (N,)} over x (N,), each with its own dash and a direct label; floors {name: height} are labelled lines."""
    with course_style():
        figure = new_figure(7.2, 3.8)
        axes = figure.subplots()
        said = []
        for i, (name, values) in enumerate(series.items()):
            values = np.asarray(values, dtype=float)
            at = np.arange(len(values)) if x is None else np.asarray(x, dtype=float)
            if at.shape != values.shape:
                raise ValueError(f"{name!r} has {values.size} values but x has {at.size}: each value needs its x")
            colour, marks = SERIES[i % len(SERIES)], len(values) <= 40
            axes.plot(
                at,
                values,
                color=colour,
                ls=DASHES[i % len(DASHES)],
                lw=2,
                marker=MARKERS[i % len(MARKERS)] if marks else None,
                ms=4,
            )
            axes.annotate(
                name, (at[-1], values[-1]), (7, 0), textcoords="offset points", color=colour, va="center", weight="bold"
            )
            low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
            said.append(
                f"{name} starts at {number(values[0])}, ends at {number(values[-1])}, is lowest with {number(values[low])} at {number(at[low])}"
                f" and highest with {number(values[high])} at {number(at[high])}"
            )
        for name, height in (floors or {}).items():
            axes.axhline(height, color=QUIET, lw=1.2, ls=(0, (2, 2)))
            axes.annotate(
                f"{name} {number(height)}",
                (0.01, height),
                (0, 3),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                ha="left",
                color=QUIET,
                size=10,
                bbox={"fc": "white", "ec": "none", "pad": 0.5, "alpha": 0.8},
            )
            said.append(f"a horizontal line marks {name} at {number(height)}")
        axes.axhline(0, color=QUIET, lw=0.8, zorder=0) if axes.get_ylim()[0] < 0 < axes.get_ylim()[1] else None
        axes.set(title=title, xlabel=x_name, ylabel=y_name)
        axes.grid(axis="y", color=FAINT, lw=0.6)
        return Picture(figure, f"{title}. {x_name} against {y_name}: {'; '.join(said)}.")


def points(xy, labels, title, x_name="", y_name="", groups=None):
    """Labelled points (N, 2); `groups` gives each of them a marker and a colour by its name."""
    xy = np.asarray(xy, dtype=float)
    if xy.shape != (len(labels), 2):
        raise ValueError(
            f"points needs N positions of 2 numbers and N labels, not shape {xy.shape} and {len(labels)} labels"
        )
    groups = list(groups) if groups is not None else ["" for _ in labels]
    kinds = list(dict.fromkeys(groups))
    with course_style():
        figure = new_figure(6.4, 4.6)
        axes = figure.subplots()
        for (x, y), label, group in zip(xy, labels, groups, strict=True):
            i = kinds.index(group)
            axes.scatter(x, y, s=60, color=SERIES[i % len(SERIES)], marker=MARKERS[i % len(MARKERS)], zorder=2)
            axes.annotate(label, (x, y), (7, 4), textcoords="offset points", size=10)
        axes.grid(color=FAINT, lw=0.6)
        axes.margins(0.15)
        axes.set(title=title, xlabel=x_name, ylabel=y_name)
        said = ", ".join(
            f"{label}{f' ({group})' if group else ''} at ({number(x)}, {number(y)})"
            for (x, y), label, group in zip(xy, labels, groups, strict=True)
        )
        return Picture(figure, f"{title}. Points: {said}.")
