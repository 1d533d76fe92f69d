"""TrainingPlayer: a run that was recorded, to be played: the loss against its floors, and every head's pattern as it forms."""

import numpy as np
import traitlets

from ..figures.heads import SMALL, draw_pattern, named
from ..figures.loss_plot import in_stretches
from ..figures.patterns import looks
from ..figures.picture import Picture
from ..figures.plots import name_floors
from ..figures.style import FAINT, KEY, QUIET, course_style, new_figure, number, readable, wrapped
from .pattern_bytes import pack, unpack
from .view import View, front_end

POINTS = 120  # of the curve


class TrainingPlayer(View):
    """Play a recorded run: losses, one a step, and snapshots {steps done: patterns (L, H, T, T)} of one text of T tokens.

    floors: {name: loss} to be drawn as lines. `player.at` is the point of the curve that is shown, 0 … the last; `step` and `loss` are what
    it stands for, `weights` (T, T) the pattern of the chosen `layer` and `head` in the last snapshot up to there. first=1 counts heads from
    1. `labels` replaces words of the view. Raises ValueError for sizes that do not agree.
    """

    _esm, _css = front_end("training_player")
    losses, steps, taken = (traitlets.List().tag(sync=True) for _ in range(3))
    floors = traitlets.List().tag(sync=True)
    tokens = traitlets.List(traitlets.Unicode()).tag(sync=True)
    packed = traitlets.Bytes().tag(sync=True)
    n_layer, n_head, first = (traitlets.Int().tag(sync=True) for _ in range(3))
    at, layer, head, query = (traitlets.Int().tag(sync=True) for _ in range(4))
    playing = traitlets.Bool(False).tag(sync=True)

    def __init__(self, losses, snapshots, tokens, floors=None, title="A run to be played", **state):
        if not len(losses) or not np.isfinite(losses).all():
            raise ValueError("a run to be played needs a finite loss for each of its steps")
        patterns = np.array([snapshots[step] for step in sorted(snapshots)], dtype=float)
        if patterns.ndim != 5 or patterns.shape[-2:] != (len(tokens), len(tokens)) or min(snapshots) != 0:
            raise ValueError(
                f"snapshots need patterns (L, H, {len(tokens)}, {len(tokens)}) for these {len(tokens)} tokens, the first of them at step 0"
            )
        self.title, self._shape = title, patterns.shape
        means = in_stretches(losses, POINTS)[1]
        width = max(-(-len(losses) // POINTS), 1)
        ends = [*range(width, width * len(means), width), len(losses)]
        where = np.unravel_index(patterns[-1].max(-1)[..., -1].argmax(), patterns.shape[1:3])
        at_first = {"at": len(ends), "layer": int(where[0]), "head": int(where[1]), "query": len(tokens) - 1}
        super().__init__(
            losses=np.round(means, 3).tolist(),
            steps=[0, *ends],
            taken=sorted(int(step) for step in snapshots),
            floors=[[str(name), round(float(height), 3)] for name, height in (floors or {}).items()],
            tokens=[readable(token) for token in tokens],
            packed=pack(patterns),
            n_layer=patterns.shape[1],
            n_head=patterns.shape[2],
            **{**at_first, **state},
        )

    @traitlets.validate("at")
    def _within(self, proposal):
        return min(max(proposal.value, 0), max(len(self.steps) - 1, 0)) if self.steps else proposal.value

    @property
    def step(self):
        """How many steps of training are done at the point that is shown."""
        return self.steps[self.at]

    @property
    def loss(self):
        """The mean loss of the steps just before it; NaN at the start."""
        return self.losses[self.at - 1] if self.at else float("nan")

    @property
    def snapshot(self):
        """The patterns (L, H, T, T) of the last snapshot up to there."""
        return self._film[int(np.searchsorted(self.taken, self.step, side="right")) - 1]

    @property
    def last(self):
        """The patterns (L, H, T, T) of the last snapshot of all."""
        return self._film[-1]

    @property
    def _film(self):
        return unpack(self.packed, np.prod(self._shape[:3]), len(self.tokens)).reshape(self._shape)

    @property
    def weights(self):
        """The pattern (T, T) of the chosen head in that snapshot."""
        return self.snapshot[self.layer, self.head]

    def twin(self):
        """The whole curve and the last pattern as a picture that does not move: what is seen on GitHub, in exports, and before the first run."""
        weights = self.last[self.layer, self.head]
        name, floors = named(self.layer, self.head, self.first), dict(self.floors)
        with course_style():
            figure = new_figure(10.4, 4.8)
            left, right = figure.subplots(1, 2, width_ratios=[1.35, 1])
            _draw_loss(left, self.steps[1:], self.losses, floors)
            draw_pattern(right, weights, self.tokens, self.query, f"{name.capitalize()}, in the end")
            figure.suptitle(wrapped(self.title, figure), x=0.02, ha="left", size=13, weight="bold")
            said = [
                f"{self.title}. The loss starts at {number(self.losses[0])} and ends at {number(self.losses[-1])} after {self.steps[-1]:,} steps",
                *(f"a horizontal line marks {name} {number(height)}" for name, height in floors.items()),
            ]
            token = self.tokens[self.query]
            head = f"In the end, in {name}, {looks(token, self.tokens, weights[self.query])}"
            return Picture(figure, f"{'; '.join(said)}. {head}.", **SMALL)


def _draw_loss(axes, steps, losses, floors):
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
