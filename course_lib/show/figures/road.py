"""The residual stream as a road: how wide it is, and what is added at every exit."""

import numpy as np

from .picture import Picture
from .style import INK, KEY, QUERY, QUIET, course_style, new_figure, number, wrapped

TALLEST = 2.0  # half the width of the road where it is widest, in units of the picture


def road(sizes, updates, title):
    """The stream's size before the first exit and after each one (N + 1,), and the size of what each exit adds (N,).

    Exits take turns: attention above the road, MLP below it. Raises ValueError if the numbers do not fit together.
    """
    sizes, updates = np.asarray(sizes, dtype=float), np.asarray(updates, dtype=float)
    if sizes.shape != (len(updates) + 1,) or len(updates) % 2 or not len(updates):
        raise ValueError(
            f"{sizes.size} sizes and {updates.size} updates: two updates a block, and one size more than updates"
        )
    half = TALLEST * sizes / max(sizes.max(), updates.max(), 1e-12)
    thick = half.max() * updates / max(sizes.max(), 1e-12)
    with course_style():
        figure = new_figure(min(0.82 * len(updates) + 1.4, 12.5), 4.2)
        axes = figure.subplots()
        x = np.linspace(0, len(updates), 20 * len(updates) + 1)
        edge = _edge(x, half)
        axes.fill_between(x, -edge, edge, color=KEY, alpha=0.16, lw=0)
        axes.plot(x, edge, x, -edge, color=KEY, lw=1.2)
        for i, update in enumerate(updates):
            _exit(axes, i, half, thick[i], update)
        for i, size in enumerate(sizes):
            place = {"ha": "center", "va": "center", "size": 9.5, "color": INK, "weight": "bold"}
            axes.text(
                i, 0, number(round(size, 1)), **place, bbox={"fc": "white", "ec": "none", "pad": 1, "alpha": 0.75}
            )
        for block in range(len(updates) // 2):
            axes.text(2 * block + 1, -TALLEST - 2.25, f"block {block + 1}", ha="center", size=10, color=QUIET)
            if block:
                axes.axvline(2 * block, color=QUIET, lw=0.8, ls=(0, (2, 3)), zorder=0)
        axes.set(xlim=(-0.4, len(updates) + 0.4), ylim=(-TALLEST - 2.5, TALLEST + 2.0), yticks=[], xticks=[])
        axes.spines[:].set_visible(False)
        axes.set_xlabel("along the road, from the embeddings to the prediction")
        axes.set_ylabel("width: size of the vectors")
        axes.set_title(wrapped(title, figure))
        return Picture(figure, f"{title}. {_in_words(sizes, updates)}")


def _edge(x, half):
    """Half the road's width along x: constant between exits, with a smooth step where an update comes in."""
    i = np.minimum(x.astype(int), len(half) - 2)
    share = np.clip((x - i - 0.5) / 0.4, 0, 1)
    return half[i] + (half[i + 1] - half[i]) * share**2 * (3 - 2 * share)


def _exit(axes, i, half, thick, update):
    """A side road that leaves the road behind station i, passes its part, and comes back before the next station."""
    side = -1 if i % 2 else 1
    turn = np.linspace(0, np.pi, 60)
    x, y = i + 0.5 - 0.33 * np.cos(turn), np.interp(turn, [0, np.pi], [half[i], half[i + 1]]) + 0.85 * np.sin(turn)
    colour = QUERY if i % 2 else KEY
    axes.plot(x, side * y, color=colour, lw=1 + 9 * thick / TALLEST, solid_capstyle="butt", alpha=0.85)
    axes.plot(x[-1], side * (y[-1] + 0.1), marker="v" if side > 0 else "^", color=colour, ms=6 + 7 * thick / TALLEST)
    name = "MLP" if i % 2 else "attention"
    words = {"ha": "center", "va": "bottom" if side > 0 else "top", "size": 9, "color": colour, "weight": "bold"}
    axes.text(i + 0.5, side * (y.max() + 0.18), f"{name}\n+{number(round(update, 1))}", **words)


def _in_words(sizes, updates):
    said = [
        f"block {i // 2 + 1}: attention adds {number(round(updates[i], 1))}, MLP adds {number(round(updates[i + 1], 1))},"
        f" size {number(round(sizes[i + 2], 1))}"
        for i in range(0, len(updates), 2)
    ]
    return f"The stream starts with size {number(round(sizes[0], 1))}; {'; '.join(said)}."
