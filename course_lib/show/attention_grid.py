"""AttentionGrid: one head's pattern that can be moved: temperature, mask off / before / after the softmax, code or video orientation."""

import numpy as np
import traitlets

from .grids import pattern
from .view import View, esm

MASKS = ("none", "before", "after")


def grid_weights(scores, temperature=1.0, mask="none"):
    """The view's arithmetic: weights (T, T) from scaled scores (T, T), with the mask off, before or after the softmax."""
    scores = np.asarray(scores, dtype=float) / temperature
    may_look = np.tri(len(scores), dtype=bool)
    if mask == "before":
        scores = np.where(may_look, scores, -np.inf)
    exps = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = exps / exps.sum(axis=1, keepdims=True)
    return np.where(may_look, weights, 0) if mask == "after" else weights


class AttentionGrid(View):
    """A pattern to move, from tokens (T) and scores (T, T) = q @ k.T / √D; `grid.weights` is what it shows now.

    mask: "none", "before" or "after" the softmax. view: "code" (a row is a query) or "video" (a column is a query). `labels` replaces
    words of the view, for other languages. Raises ValueError if the sizes do not agree.
    """

    _esm = esm("attention_grid.js")
    tokens = traitlets.List(traitlets.Unicode()).tag(sync=True)
    scores = traitlets.List().tag(sync=True)
    temperature = traitlets.Float(1.0, min=0.1, max=10.0).tag(sync=True)
    mask = traitlets.Enum(MASKS, "none").tag(sync=True)
    view = traitlets.Enum(("code", "video"), "code").tag(sync=True)
    numbers = traitlets.Bool(True).tag(sync=True)
    query = traitlets.Int(0).tag(sync=True)

    def __init__(self, tokens, scores, title="Attention pattern", **state):
        scores = np.asarray(scores, dtype=float)
        if scores.shape != (len(tokens), len(tokens)):
            raise ValueError(
                f"scores has shape {scores.shape}; {len(tokens)} tokens need ({len(tokens)}, {len(tokens)}): a row per query"
            )
        if not np.isfinite(scores).all():
            raise ValueError("scores must be finite: leave the mask to the view")
        self.title = title
        super().__init__(tokens=list(tokens), scores=scores.tolist(), **state)

    @property
    def weights(self):
        """The weights (T, T) that the view shows now."""
        return grid_weights(self.scores, self.temperature, self.mask)

    def twin(self):
        """The same as a picture that does not move: what is seen on GitHub, in exports, and before the first run."""
        may_look = None if self.mask == "none" else np.tri(len(self.tokens), dtype=bool)
        state = f"temperature {self.temperature:g}, mask {'off' if self.mask == 'none' else self.mask + ' the softmax'}"
        title = f"{self.title} ({state})"
        return pattern(self.weights, self.tokens, title=title, view=self.view, may_look=may_look, numbers=self.numbers)
