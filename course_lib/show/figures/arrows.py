"""What a dot product looks like: arrows, their angle and shadow; products that add up; answers on a line."""

import numpy as np

from .labels import CHARACTER, anchor, free_offsets, levels
from .picture import Picture
from .style import FAINT, INK, KEY, QUERY, QUIET, SERIES, VALUE, course_style, listed, new_figure, number, wrapped


def degrees_between(a, b):
    """The angle between two vectors (2,) in degrees."""
    return float(np.degrees(np.arctan2(abs(a[0] * b[1] - a[1] * b[0]), a @ b)))


def arrows(vectors, labels, title, angle_between=None, shadow=None):
    """Vectors (N, 2) as arrows from the origin.

    angle_between=(i, j) marks the angle between two of them; shadow=(i, j) lets the light fall straight on arrow j, and draws the
    shadow of arrow i on it: its length times the length of j is the dot product. Raises ValueError if the sizes do not agree.
    """
    vectors = np.asarray(vectors, dtype=float)
    if vectors.ndim != 2 or vectors.shape[1] != 2 or len(vectors) != len(labels):
        raise ValueError(
            f"arrows needs N vectors of 2 numbers and N labels, not shape {vectors.shape} and {len(labels)} labels"
        )
    low, high, unit = _window(vectors, labels, shadow)
    scale = 5.2 / max(high - low)
    said = ", ".join(
        f"{label} goes to ({number(x)}, {number(y)})" for label, (x, y) in zip(labels, vectors, strict=True)
    )
    alt = [f"{title}. Arrows from the origin: {said}."]
    with course_style():
        figure = new_figure(max(3.6, scale * (high - low)[0] + 0.9), max(2.6, scale * (high - low)[1] + 0.9))
        axes = figure.subplots()
        alt.append(draw_arrows(axes, vectors, labels, 72 * scale, angle_between, shadow))
        axes.set(xlim=(low[0], high[0]), ylim=(low[1], high[1]), title=wrapped(title, figure))
        axes.locator_params(integer=unit >= 1, nbins=9 if unit >= 1 else 6)
        return Picture(figure, " ".join(filter(None, alt)))


def draw_arrows(axes, vectors, labels, points, angle_between=None, shadow=None):
    """Draw vectors (N, 2) as named arrows on axes where 1 is so many points long; returns the shadow and the angle in words."""
    said = [] if shadow is None else [_shadow(axes, vectors, labels, *shadow)]
    for vector, colour in zip(vectors, np.resize(SERIES, len(vectors)), strict=True):
        style = {"arrowstyle": "-|>,head_width=.3,head_length=.6", "lw": 2.5, "color": colour}
        axes.annotate("", vector, (0, 0), arrowprops={**style, "shrinkA": 0, "shrinkB": 0})
    _name_tips(axes, vectors, labels, points)
    if angle_between is not None:
        i, j = angle_between
        _angle(axes, vectors[i], vectors[j])
        degrees = degrees_between(vectors[i], vectors[j])
        said.append(f"The angle between {labels[i]} and {labels[j]} is {degrees:.0f} degrees.")
    axes.axhline(0, color=QUIET, lw=0.8, zorder=0)
    axes.axvline(0, color=QUIET, lw=0.8, zorder=0)
    axes.grid(color=FAINT, lw=0.6, zorder=-1)
    axes.set(aspect="equal", xlabel="first number", ylabel="second number")
    return " ".join(said)


def _window(vectors, labels, shadow):
    """The corners of what is drawn, with room for the names, and the power of ten that it is measured in."""
    ends = [[0, 0], *([_shadow_end(*vectors[list(shadow)])] if shadow else [])]
    reach = np.vstack([vectors, ends])
    longest = abs(reach).max()
    unit = 1.0 if longest == 0 or 1 <= longest <= 20 else 10.0 ** np.floor(np.log10(longest))
    low, high = (np.floor(reach.min(0) / unit) - 0.6) * unit, (np.ceil(reach.max(0) / unit) + 0.6) * unit
    names = [(16 + CHARACTER * 13 * len(str(label))) / 72 * max(high - low) / 5.2 for label in labels]
    sides = np.array([[x - wide, x + wide] for x, wide in zip(vectors[:, 0], names, strict=True)])
    backward, forward = sides[vectors[:, 0] < 0, 0], sides[vectors[:, 0] > 0, 1]
    low[0], high[0] = min([low[0], *backward]), max([high[0], *forward])
    return low, high, unit


def _name_tips(axes, vectors, labels, points):
    """Each arrow's name beyond its tip, turned aside where another name or tip stands."""
    turns = np.radians([0, 35, -35, 70, -70])
    angles = np.arctan2(vectors[:, 1], vectors[:, 0])
    ways = [[(11 * np.cos(angle + turn), 11 * np.sin(angle + turn)) for turn in turns] for angle in angles]
    for i, offset in enumerate(free_offsets(vectors * points, labels, 13, ways)):
        words = {"color": SERIES[i % len(SERIES)], "weight": "bold", "size": 13, **anchor(*offset)}
        axes.annotate(str(labels[i]), vectors[i], offset, textcoords="offset points", **words)


def _angle(axes, a, b):
    turns = np.sort(np.unwrap(np.arctan2([a[1], b[1]], [a[0], b[0]])))
    radius, middle = 0.45 * min(np.linalg.norm(a), np.linalg.norm(b)), turns.mean()
    along = np.linspace(*turns, 50)
    axes.plot(radius * np.cos(along), radius * np.sin(along), color=INK, lw=1.2)
    tip, offset = radius * np.array([np.cos(middle), np.sin(middle)]), 5 * np.array([np.cos(middle), np.sin(middle)])
    place = {"textcoords": "offset points", "bbox": {"fc": "white", "ec": "none", "pad": 0.6}, **anchor(*offset)}
    axes.annotate(f"{degrees_between(a, b):.0f}°", tip, offset, **place)


def _shadow_end(a, b):
    """Where the light that falls straight on the line of b puts the tip of a."""
    return a @ b / (b @ b or 1.0) * b


def _shadow(axes, vectors, labels, i, j):
    """Draw the shadow of arrow i on the line of arrow j; returns it in words."""
    a, b = vectors[i], vectors[j]
    length = np.linalg.norm(b)
    if not length:
        raise ValueError(f"{labels[j]} has length 0: nothing can throw a shadow on it")
    shade, end = a @ b / length, _shadow_end(a, b)  # signed: negative if it falls behind the origin
    axes.plot(*zip(a, end, strict=True), color=INK, lw=1.2, ls=(0, (3, 3)), zorder=1)
    axes.plot(*zip((0, 0), end, strict=True), color=VALUE, lw=9, alpha=0.28, solid_capstyle="butt", zorder=1)
    beside = np.array([-b[1], b[0]]) / length
    offset = 15 * (-beside if a @ beside > 0 else beside)
    words = {"textcoords": "offset points", "color": VALUE, **anchor(*offset)}
    axes.annotate(f"shadow {number(shade)}", end / 2, offset, bbox={"fc": "white", "ec": "none", "pad": 0.6}, **words)
    behind = " (it falls behind the origin, so it counts as negative)" if shade < 0 else ""
    return (
        f"The shadow of {labels[i]} on {labels[j]} is {number(shade)} long{behind}; "
        f"times the length of {labels[j]}, {number(length)}, it is the dot product, {number(a @ b)}."
    )


def products(a, b, title=None, labels=("a", "b")):
    """The dot product of two vectors (C,) as a picture: one bar for each product, and the running sum on top of them."""
    a, b = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    if a.shape != b.shape or a.ndim != 1 or not a.size:
        raise ValueError(f"products needs two vectors of equal length, not shapes {a.shape} and {b.shape}")
    each, total = a * b, (a * b).sum()
    title = title or f"{labels[0]} · {labels[1]} = {number(total)}: products, added up from left to right"
    few = len(a) <= 12
    with course_style():
        figure = new_figure(min(max(5.0, 1.5 * len(a) + 2.4), 11), 3.4)
        axes = figure.subplots()
        draw_products(axes, a, b, few)
        axes.set(
            title=wrapped(title, figure), ylabel="running sum", xlabel="" if few else f"{len(a)} products, in order"
        )
        steps = [f"{number(x)} times {number(y)} is {number(p)}" for x, y, p in zip(a, b, each, strict=True)]
        return Picture(figure, f"{title}. {listed(steps, 12)}. The sum is {number(total)}.")


def draw_products(axes, a, b, few=True):
    """Draw on axes a bar for each product of a and b (C,), each beginning where the one before ends, and their sum."""
    each, running = a * b, np.cumsum(a * b)
    starts = np.concatenate([[0], running[:-1]])
    low, high = min(running.min(), 0), max(running.max(), 0)
    reach = (high - low) or 1.0
    for i, (start, value) in enumerate(zip(starts, each, strict=True)):
        look = (
            {"color": KEY, "edgecolor": KEY} if value >= 0 else {"color": "white", "edgecolor": QUERY, "hatch": "///"}
        )
        axes.bar(i, value, bottom=start, width=0.62, lw=1.5 if few else 0.8, **look)
        axes.plot([i + 0.31, i + 0.69], [start + value] * 2, color=QUIET, lw=1)
        if few:
            _on_bar(axes, i, start, value, reach, "white" if value >= 0 else INK)
    axes.bar(len(a), running[-1], width=0.62, color=INK)
    _on_bar(axes, len(a), 0, running[-1], reach if few else np.inf, "white")
    axes.axhline(0, color=INK, lw=0.8)
    between = " · " if len(a) <= 6 else "\n· "
    names = [f"{number(x)}{between}{number(y)}" for x, y in zip(a, b, strict=True)]
    axes.set_xticks([*range(len(a)), len(a)] if few else [len(a)], [*names, "sum"] if few else ["sum"])
    axes.set_ylim(low - (0.12 * reach if low < 0 else 0), high + 0.12 * reach)


def _on_bar(axes, place, start, value, reach, colour):
    """A bar's number inside it, or above it (below it, if it is negative) where the bar is too low for that."""
    box = {"fc": "white", "ec": "none", "pad": 1.5} if colour == INK else None
    if abs(value) > 0.12 * reach:
        axes.text(
            place, start + value / 2, number(value), ha="center", va="center", weight="bold", color=colour, bbox=box
        )
        return
    words = {"textcoords": "offset points", "ha": "center", "weight": "bold", "color": INK}
    end, up = start + value, value >= 0
    axes.annotate(number(value), (place, end), (0, 4 if up else -4), va="bottom" if up else "top", **words)


def number_line(values, labels, title, name="dot product"):
    """Labelled values (N,) on one line, so that their order can be seen."""
    values = np.asarray(values, dtype=float)
    if values.shape != (len(labels),):
        raise ValueError(f"{values.size} values but {len(labels)} labels: each value needs one")
    words = [f"{label}\n{number(value)}" for label, value in zip(labels, values, strict=True)]
    widths = [CHARACTER * 11 * max(map(len, text.split("\n"))) + 4 for text in words]  # points
    points = 6.4 * 72 / ((np.ptp(values) or 1.0) * 1.2)  # of the line, per unit
    level = levels(values * points, np.array(widths))  # 0 above, 1 below, 2 higher above, …
    rows = max(level.max(initial=0) + 1, 2)
    with course_style():
        figure = new_figure(7.2, 2.2 + 0.45 * (rows - 2))
        axes = figure.subplots()
        axes.axhline(0, color=QUIET, lw=1.2, zorder=1)
        axes.scatter(values, np.zeros_like(values), s=70, color=KEY, zorder=3)
        for value, text, place in zip(values, words, level, strict=True):
            height = (12 + 34 * (place // 2)) * (-1 if place % 2 else 1)
            beside = {"ha": "center", "va": "top" if place % 2 else "bottom", "linespacing": 1.1}
            beside |= {"zorder": 2 - 0.01 * place, "bbox": {"fc": "white", "ec": "none", "pad": 0.5}}
            line = {"arrowstyle": "-", "color": FAINT, "lw": 1.2, "shrinkA": 0, "shrinkB": 0}
            axes.annotate(text, (value, 0), (0, height), textcoords="offset points", arrowprops=line, **beside)
        above, below = (rows + 1) // 2, rows // 2
        axes.set(title=wrapped(title, figure), xlabel=name, yticks=[], ylim=(-below - 0.15, above + 0.15))
        axes.margins(x=0.1)
        axes.spines["left"].set_visible(False)
        ordered = [f"{labels[i]} {number(values[i])}" for i in np.argsort(values, kind="stable")]
        return Picture(figure, f"{title}. From the lowest to the highest: {listed(ordered)}.")
