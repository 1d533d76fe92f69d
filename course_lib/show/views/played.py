"""What TrainingPlayer shows at the end of its run, as a picture that does not move."""

import numpy as np

from ..figures.heads import draw_pattern
from ..figures.patterns import looks
from ..figures.picture import Picture
from ..figures.plots import name_floors
from ..figures.style import FAINT, KEY, QUIET, course_style, new_figure, number, wrapped
from .browsed import SMALL, named


def played(view):
    """A TrainingPlayer's whole curve against its floors, and the chosen head's pattern in the last snapshot, as one Picture."""
    weights = view.last[view.layer, view.head]
    name, floors = named(view.layer, view.head, view.first), dict(view.floors)
    with course_style():
        figure = new_figure(10.4, 4.8)
        left, right = figure.subplots(1, 2, width_ratios=[1.35, 1])
        draw_loss(left, view.steps[1:], view.losses, floors)
        draw_pattern(right, weights, view.tokens, view.query, f"{name.capitalize()}, in the end")
        figure.suptitle(wrapped(view.title, figure), x=0.02, ha="left", size=13, weight="bold")
        said = [
            f"{view.title}. The loss starts at {number(view.losses[0])} and ends at {number(view.losses[-1])} after {view.steps[-1]:,} steps",
            *(f"a horizontal line marks {name} {number(height)}" for name, height in floors.items()),
        ]
        token = view.tokens[view.query]
        head = f"In the end, in {name}, {looks(token, view.tokens, weights[view.query])}"
        return Picture(figure, f"{'; '.join(said)}. {head}.", **SMALL)


def draw_loss(axes, steps, losses, floors):
    """The curve of the losses (N,) at these steps, and its floors as labelled lines."""
    axes.plot(steps, losses, color=KEY, lw=2)
    for height in floors.values():
        axes.axhline(height, color=QUIET, lw=1.2, ls=(0, (2, 2)))
    axes.set(
        xlabel="training step",
        ylabel="loss (nats per token)",
        title="The loss and its floors" if floors else "The loss",
    )
    axes.grid(axis="y", color=FAINT, lw=0.6)
    low, high = axes.get_ylim()
    name_floors(axes, {"loss": (steps, np.array(losses))}, floors, 3.2 * 72 / (high - low))
