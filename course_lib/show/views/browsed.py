"""What HeadBrowser shows, as a picture that does not move."""

import numpy as np

from ..figures.heads import draw_map, draw_pattern
from ..figures.patterns import looks
from ..figures.picture import Picture
from ..figures.style import KEY, VALUE, course_style, new_figure, number, wrapped

SMALL = {"dpi": 100, "colours": 32}  # at most 30 kB in a notebook


def browsed(view):
    """A HeadBrowser's map of scores, the chosen head's pattern, and the next words, as one Picture."""
    off = [tuple(head) for head in view.off]
    layer, head = view.layer, view.head
    name = named(layer, head, view.first)
    with course_style():
        figure = new_figure(max(1.0 * view.n_head, 3.6) + 5.2, 0.85 * view.n_layer + 3.6)
        left, right = figure.subfigures(1, 2, width_ratios=[max(1.0 * view.n_head, 3.6) + 0.4, 4.8])
        upper, lower = left.subplots(2, 1, height_ratios=[0.85 * view.n_layer + 0.4, 1.7])
        draw_map(upper, view.scores, (layer, head), off, view.first)
        upper.set_title(f"Score: {view.job}")
        draw_next(lower, view, off)
        draw_pattern(right.subplots(), view.weights, view.tokens, view.query, f"What {name} looks at")
        figure.suptitle(wrapped(view.title, figure), x=0.02, ha="left", size=13, weight="bold")
        return Picture(figure, words(view, off, name), **SMALL)


def words(view, off, name):
    """The picture in words."""
    token, table = view.tokens[view.query], view.next[view.query]
    gone = "; ".join(named(*one, view.first) for one in off)
    whole, without = (number(loss) for loss in view.losses)
    said = [
        f"{view.title}. Text: “{' '.join(view.tokens)}”",
        f"{view.job}: {name} has {number(view.scores[view.layer, view.head])}, the median head {number(np.median(view.scores))}",
        f"In its pattern {looks(token, view.tokens, view.weights[view.query])}",
        f"After “{token}” come {', '.join(f'{word} {number(p)}' for word, p, _ in table)}",
        f"The text costs {whole} nats per token",
    ]
    if off:
        less = ", ".join(f"{word} {number(p)}" for word, _, p in table)
        said += [f"Switched off: {gone}. Then come {less}, and the text costs {without} nats per token"]
    return ". ".join(said).replace("?.", "?") + "."


def named(layer, head, first=0):
    return f"layer {layer + first}, head {head + first}"


def draw_next(axes, view, off):
    """The likeliest words behind the chosen token as bars: all heads, and below each, hollow, without those that are switched off."""
    table, token = view.next[view.query][::-1], view.tokens[view.query]
    at, thick = np.arange(len(table)), 0.38 if off else 0.6
    axes.barh(at + (thick / 2 if off else 0), [p for _, p, _ in table], thick, color=KEY, label="all heads")
    if off:
        less = [p for *_, p in table]
        axes.barh(at - thick / 2, less, thick, facecolor="white", edgecolor=VALUE, lw=1.5, label="without")
        axes.legend(frameon=False, loc="lower right", fontsize=9)
    for y, (_, p, less) in zip(at, table, strict=True):
        axes.text(
            max(p, less if off else 0) + 0.01, y, number(p) + (f" → {number(less)}" if off else ""), va="center", size=9
        )
    axes.set_yticks(at, [word for word, *_ in table])
    axes.set(xlim=(0, 1.25), xlabel="probability", title=f"What comes after “{token}”?")
    axes.set_xticks([0, 0.5, 1])
