"""Bars, curves and points: arrays in, described pictures out."""

import numpy as np

from .labels import anchor, apart, free_offsets
from .picture import Picture
from .style import DASHES, FAINT, INK, KEY, MARKERS, QUIET, SERIES, course_style, listed, new_figure, number, wrapped

WAYS = [(7, 5), (7, -5), (0, 8), (0, -8), (-7, 5), (-7, -5), (9, 15), (9, -15)]  # points around a point


def bars(values, labels, title, x_name="", y_name="", highlight=(), top=None):
    """One labelled bar for each of the values (N,); those at the positions in `highlight` are filled. The axis ends at `top`, if it is given."""
    values = np.asarray(values, dtype=float)
    if values.shape != (len(labels),):
        raise ValueError(f"{values.size} values but {len(labels)} labels: each bar needs one")
    chosen = {int(i) % len(values) for i in highlight}
    with course_style():
        figure = new_figure(min(max(4.5, 0.75 * len(values) + 1.6), 12), 3.3)
        axes = figure.subplots()
        colours = [KEY if i in chosen or not chosen else "white" for i in range(len(values))]
        axes.bar(range(len(values)), values, color=colours, edgecolor=KEY, lw=1.4, width=0.66)
        for i, value in enumerate(values if len(values) <= 24 else []):
            side = {"va": "bottom" if value >= 0 else "top", "ha": "center", "size": 10}
            axes.annotate(number(value), (i, value), (0, 4 if value >= 0 else -4), textcoords="offset points", **side)
        axes.axhline(0, color=INK, lw=0.8)
        slanted = (
            max((len(str(label)) for label in labels), default=0) * len(values) * 0.09 > figure.get_figwidth() - 1.2
        )
        turned = {"rotation": 35, "ha": "right", "rotation_mode": "anchor"} if slanted else {}
        axes.set_xticks(range(len(values)), [str(label) for label in labels], **turned)
        axes.set(title=wrapped(title, figure), xlabel=x_name, ylabel=y_name)
        axes.margins(y=0.15)
        if top is not None:
            axes.set_ylim(top=top)
        marked = f" Filled: {', '.join(str(labels[i]) for i in sorted(chosen))}." if chosen else ""
        said = listed([f"{label} {number(value)}" for label, value in zip(labels, values, strict=True)])
        return Picture(figure, f"{title}. Bars: {said}.{marked}")


def lines(series, title, x_name, y_name, x=None, floors=None, log=False):
    """Curves {name: values (N,)} over x (N,), each with its own dash and a direct label; floors {name: height} are labelled lines.

    log=True gives both axes steps of equal factors, where growth like x**p is a straight line of slope p.
    """
    curves = {}
    for name, values in series.items():
        values = np.asarray(values, dtype=float)
        at = np.arange(len(values)) if x is None else np.asarray(x, dtype=float)
        if at.shape != values.shape:
            raise ValueError(f"{name!r} has {values.size} values but x has {at.size}: each value needs its x")
        curves[name] = at, values
    floors = dict(floors or {})
    with course_style():
        figure = new_figure(7.2, 3.8)
        axes = figure.subplots()
        for i, (at, values) in enumerate(curves.values()):
            marker = MARKERS[i % len(MARKERS)] if len(values) <= 40 else None
            dash, colour = DASHES[i % len(DASHES)], SERIES[i % len(SERIES)]
            axes.plot(at, values, color=colour, ls=dash, lw=2, marker=marker, ms=4)
        for height in floors.values():
            axes.axhline(height, color=QUIET, lw=1.2, ls=(0, (2, 2)))
        if all(np.array_equal(at, np.round(at)) for at, _ in curves.values()):  # steps are counted: no step 2.5
            axes.xaxis.get_major_locator().set_params(integer=True)
        if log:
            axes.loglog(base=2)
            ticks = next(iter(curves.values()))[0]
            axes.set_xticks(ticks, [f"{tick:,g}" if tick < 1e6 else number(tick) for tick in ticks])
            axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}" if 1e3 <= value < 1e6 else f"{value:,.3g}")
        if axes.get_ylim()[0] < 0 < axes.get_ylim()[1]:
            axes.axhline(0, color=QUIET, lw=0.8, zorder=0)
        axes.set(title=wrapped(title, figure), xlabel=x_name, ylabel=y_name)
        axes.grid(axis="y", color=FAINT, lw=0.6)
        height = np.log if log else np.asarray  # of a value on the page
        points = 2.75 * 72 / np.ptp(height(axes.get_ylim()))  # of the axes, per unit of height
        _name_curves(axes, curves, points, height)
        name_floors(axes, curves, floors, points)
        said = [_curve(name, at, values) for name, (at, values) in curves.items()]
        said += [f"a horizontal line marks {name} at {number(height)}" for name, height in floors.items()]
        return Picture(figure, f"{title}. {x_name} against {y_name}: {'; '.join(said)}.")


def _name_curves(axes, curves, points, height):
    """Each curve's name beside its last finite value, names kept apart."""
    ends = [(at[np.isfinite(values)], values[np.isfinite(values)]) for at, values in curves.values()]
    lasts = np.array([values[-1] if len(values) else 0.0 for _, values in ends])
    moved = apart(height(lasts) * points, gap=14) - height(lasts) * points
    for i, (name, (at, _), last, rise) in enumerate(zip(curves, ends, lasts, moved, strict=True)):
        if len(at):
            words = {"color": SERIES[i % len(SERIES)], "weight": "bold", "va": "center", "annotation_clip": False}
            words["bbox"] = {"fc": "white", "ec": "none", "pad": 1}  # no line runs through a name
            axes.annotate(name, (at[-1], last), (7, rise), textcoords="offset points", **words)


def name_floors(axes, curves, floors, points):
    """Each floor's name on its line, on the side where the curves are farther away; close floors' names stand side by side."""
    used = []
    for name, height in sorted(floors.items(), key=lambda floor: floor[1]):
        room = [
            min((np.nanmin(abs(part - height)) for part in parts if np.isfinite(part).any()), default=np.inf)
            for parts in zip(
                *((v[: max(len(v) // 3, 1)], v[-max(len(v) // 3, 1) :]) for _, v in curves.values()), strict=True
            )
        ] or [1, 0]
        right = room[1] > room[0]
        text = f"{name} {number(height)}"
        close = [wide for side, other, wide in used if side == right and abs(other - height) * points < 15]
        inward = 0.01 + sum(close)
        used.append((right, height, 0.012 * len(text) + 0.03))
        words = {"ha": "right" if right else "left", "color": QUIET, "size": 10}
        words["bbox"] = {"fc": "white", "ec": "none", "pad": 0.5, "alpha": 0.8}
        place = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points"}
        axes.annotate(text, (1 - inward if right else inward, height), (0, 3), **place, **words)


def _curve(name, at, values):
    """One curve in words: where it starts, ends, and is lowest and highest."""
    if not np.isfinite(values).any():
        return f"{name} has no finite value"
    low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
    return (
        f"{name} starts at {number(values[0])}, ends at {number(values[-1])}, is lowest with {number(values[low])} at"
        f" {number(at[low])} and highest with {number(values[high])} at {number(at[high])}"
    )


def points(xy, labels, title, x_name="", y_name="", groups=None):
    """Labelled points (N, 2); `groups` gives each of them a marker and a colour by its name."""
    xy = np.asarray(xy, dtype=float)
    if xy.shape != (len(labels), 2):
        raise ValueError(
            f"points needs N positions of 2 numbers and N labels, not shape {xy.shape} and {len(labels)} labels"
        )
    if groups is not None and len(groups) != len(labels):
        raise ValueError(f"{len(labels)} points but {len(groups)} groups: each point belongs to one")
    groups = [str(group) for group in groups] if groups is not None else ["" for _ in labels]
    kinds = list(dict.fromkeys(groups))
    with course_style():
        figure = new_figure(6.4, 4.6)
        axes = figure.subplots()
        for i, kind in enumerate(kinds):
            look = {"s": 60, "color": SERIES[i % len(SERIES)], "marker": MARKERS[i % len(MARKERS)], "zorder": 2}
            axes.scatter(*xy[[group == kind for group in groups]].T, label=kind, **look)
        axes.margins(0.15)
        spans = np.ptp([axes.get_xlim(), axes.get_ylim()], axis=1)
        at = xy * [5.3 * 72, 3.6 * 72] / spans  # in points on the page
        for i, offset in enumerate(free_offsets(at, labels, 10, [WAYS] * len(xy))):
            axes.annotate(str(labels[i]), xy[i], offset, textcoords="offset points", size=10, **anchor(*offset))
        if len(kinds) > 1:
            axes.legend(frameon=False, loc="upper left", bbox_to_anchor=(0, -0.17), ncols=len(kinds), borderaxespad=0)
        axes.grid(color=FAINT, lw=0.6)
        axes.set(title=wrapped(title, figure), xlabel=x_name, ylabel=y_name)
        said = [
            f"{label}{f' ({group})' if group else ''} at ({number(x)}, {number(y)})"
            for (x, y), label, group in zip(xy, labels, groups, strict=True)
        ]
        return Picture(figure, f"{title}. Points: {listed(said)}.")
