"""All heads of a model at once: a map of their scores, a row for each layer, and their patterns as small pictures."""

import numpy as np

from .picture import Picture
from .style import FAINT, INK, KEY, QUERY, QUIET, course_style, listed, new_figure, number, wrapped

SMALL = {"dpi": 100, "colours": 32}  # a Picture of many heads then takes at most 30 kB in a notebook


def head_map(scores, title, score_name="score", most=3):
    """A number for each head, scores (L, H), as circles whose area is the size: filled is positive, hollow is negative; the largest is framed."""
    scores = np.asarray(scores, dtype=float)
    if scores.ndim != 2:
        raise ValueError(f"scores has shape {scores.shape}: a head map needs (n_layer, n_head)")
    L, H = scores.shape
    best = np.unravel_index(scores.argmax(), scores.shape)
    with course_style():
        figure = new_figure(max(1.15 * H + 1.3, 4.6), 0.95 * L + 1.3)
        axes = figure.subplots()
        draw_map(axes, scores, framed=best)
        axes.set_title(wrapped(title, figure, beside=1.0))
        order = np.argsort(-scores, axis=None, kind="stable")[:most]
        said = listed([f"{_name(i, H)} {number(scores.flat[i])}" for i in order])
        rest = np.median(scores)
        return Picture(
            figure,
            f"{title}. {L} layers by {H} heads, {score_name}. Largest: {said}; the median head has {number(rest)}.",
        )


def head_patterns(patterns, title, mark=None):
    """The patterns (L, H, T, T) of all heads as small pictures: a row is a query, dark is much; `mark` frames one (layer, head)."""
    patterns = np.asarray(patterns, dtype=float)
    if patterns.ndim != 4:
        raise ValueError(f"patterns has shape {patterns.shape}: it needs (n_layer, n_head, T, T)")
    L, H, T, _ = patterns.shape
    with course_style():
        figure = new_figure(1.75 * H + 0.7, 1.85 * L + 0.9)
        grid = figure.subplots(L, H, squeeze=False)
        for (layer, head), axes in np.ndenumerate(grid):
            draw_mini(axes, patterns[layer, head], framed=(layer, head) == mark)
            if layer == 0:
                axes.set_title(f"head {head}", size=10, weight="normal", loc="center", pad=4)
            if head == 0:
                axes.set_ylabel(f"layer {layer}", size=10, color=INK)
        figure.supxlabel("in each: key, who is looked at", size=9.5, color=QUIET)
        figure.supylabel("in each: query, who looks", size=9.5, color=QUIET)
        figure.suptitle(wrapped(title, figure), weight="bold", size=12, x=0.02, ha="left")
        said = [f"{_name(i, H)} looks {_habit(pattern)}" for i, pattern in enumerate(patterns.reshape(-1, T, T))]
        framed = f" Framed: layer {mark[0]}, head {mark[1]}." if mark else ""
        return Picture(figure, f"{title}. {L} layers by {H} heads, {T} tokens. {'; '.join(said)}.{framed}")


def draw_map(axes, scores, framed, off=(), first=0):
    """Scores (L, H) on these axes as circles with their numbers, layer 0 on top; one (layer, head) is framed, those in `off` are crossed out."""
    (L, H), top = scores.shape, max(abs(scores).max(), 1e-12)
    for edge in np.arange(-0.5, H):
        axes.plot([edge, edge], [-0.5, L - 0.5], color=FAINT, lw=0.7, zorder=0)
    for edge in np.arange(-0.5, L):
        axes.plot([-0.5, H - 0.5], [edge, edge], color=FAINT, lw=0.7, zorder=0)
    axes.set(xlim=(-0.55, H - 0.45), ylim=(L - 0.45, -0.55))
    axes.set_xticks(range(H), [f"head {head + first}" for head in range(H)])
    axes.set_yticks(range(L), [f"layer {layer + first}" for layer in range(L)])
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    for (layer, head), score in np.ndenumerate(scores):
        colour = KEY if score > 0 else "white"
        axes.scatter(head, layer - 0.1, s=900 * abs(score) / top, facecolor=colour, edgecolor=KEY, lw=1.3, zorder=2)
        words = {"ha": "center", "va": "center", "size": 9.5, "zorder": 3, "textcoords": "offset points"}
        box = {"fc": "white", "ec": "none", "pad": 0.4, "alpha": 0.85}
        axes.annotate(number(score), (head, layer), (0, -20), bbox=box, **words)
    for layer, head in off:
        axes.plot(head, layer - 0.1, marker="x", color=INK, ms=26, mew=2, zorder=3)
    axes.add_patch(_frame(framed[1], framed[0]))


def draw_pattern(axes, weights, tokens, query, title, orientation="code", inches=3.1):
    """A pattern (T, T) of many tokens as circles by size without numbers, on axes about so many inches high, the chosen query in its colour."""
    T, code = len(tokens), orientation == "code"
    i, j = np.nonzero(weights >= 0.02)
    cell = inches / T * 72  # in points
    for where, colour in ((i != query, "#8A8A8A"), (i == query, QUERY)):
        x, y = (j[where], i[where]) if code else (i[where], j[where])
        axes.scatter(x, y, s=0.8 * cell**2 * weights[i[where], j[where]], color=colour, lw=0)
    size = min(10, cell + 1)
    axes.set(xlim=(-0.6, T - 0.4), ylim=(T - 0.4, -0.6), aspect="equal")
    axes.set_xticks(
        range(T), tokens, size=size, color=KEY if code else QUERY, rotation=60, ha="left", rotation_mode="anchor"
    )
    axes.set_yticks(range(T), tokens, size=size, color=QUERY if code else KEY)
    (axes.get_yticklabels() if code else axes.get_xticklabels())[query].set_weight("bold")
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.tick_params(length=0, pad=2)
    axes.spines[:].set(visible=True, color=FAINT)
    names = ("key: who is looked at", KEY), ("query: who looks", QUERY)
    axes.set_xlabel(names[not code][0], color=names[not code][1])
    axes.set_ylabel(names[code][0], color=names[code][1])
    axes.set_title(title)


def draw_mini(axes, weights, framed=False):
    """A pattern (T, T) on these axes as a small picture: a row is a query, dark is much."""
    axes.imshow(weights, cmap="Blues", vmin=0, vmax=1, interpolation="nearest")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set(visible=True, color=INK if framed else FAINT, lw=2.5 if framed else 1)


def named(layer, head, first=0):
    """A head in words; its layer and its number are counted from `first`."""
    return f"layer {layer + first}, head {head + first}"


def _frame(x, y):
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.47, y - 0.47), 0.94, 0.94, fill=False, ec=INK, lw=2.2, zorder=4)


def _name(i, H):
    return f"layer {i // H} head {i % H}"


def _habit(pattern):
    """Where a head looks most, in words: the mean weight on the token itself, the one in front, and the first."""
    T = len(pattern)
    places = {
        "at itself": np.diagonal(pattern).mean(),
        "one back": np.diagonal(pattern, -1).mean() if T > 1 else 0,
        "at the first token": pattern[:, 0].mean(),
    }
    habit = max(places, key=places.get)
    return f"most {habit} ({number(places[habit])})" if places[habit] >= 0.2 else "elsewhere or all around"
