"""AttentionGrid: patterns that can be moved: temperature, mask off / before / after the softmax, code or video orientation, several heads."""

import numpy as np
import traitlets

from course_lib.attention import causal_mask, softmax

from ..figures.heads import draw_mini, draw_pattern
from ..figures.patterns import looks, pattern
from ..figures.picture import Picture
from ..figures.style import course_style, new_figure, readable, wrapped
from .view import View, front_end

MASKS = ("none", "before", "after")
MANY = 16  # tokens; beyond, the twin is drawn without numbers


def grid_weights(scores, temperature=1.0, mask="none"):
    """The view's arithmetic: weights (…, T, T) from scaled scores (…, T, T), with the mask off, before or after the softmax."""
    scores = np.asarray(scores, dtype=float) / temperature
    may_look = causal_mask(scores.shape[-1])
    weights = softmax(np.where(may_look, scores, -np.inf) if mask == "before" else scores)
    return np.where(may_look, weights, 0) if mask == "after" else weights


class AttentionGrid(View):
    """Patterns to move, from tokens (T) and scores (T, T) or (H, T, T) = q @ k.T / √D; `grid.weights` (T, T) is what it shows now.

    mask: "none", "before" or "after" the softmax. orientation: "code" (a row is a query) or "video" (a column is a query). Of several heads, `head` is
    the one that is shown, −1 the average of those that are on; `off` lists those that are switched off, `patterns` (H, T, T) are all; `heads`
    are their names. `labels` replaces words of the view, for other languages. Raises ValueError if the sizes do not agree.
    """

    _esm, _css = front_end("attention_grid")
    tokens = traitlets.List(traitlets.Unicode()).tag(sync=True)
    scores = traitlets.List().tag(sync=True)
    temperature = traitlets.Float(1.0, min=0.1, max=10.0).tag(sync=True)
    mask = traitlets.Enum(MASKS, "none").tag(sync=True)
    orientation = traitlets.Enum(("code", "video"), "code").tag(sync=True)
    numbers = traitlets.Bool(True).tag(sync=True)
    query = traitlets.Int(0).tag(sync=True)
    head = traitlets.Int(0, min=-1).tag(sync=True)
    off = traitlets.List(traitlets.Int()).tag(sync=True)
    heads = traitlets.List(traitlets.Unicode()).tag(sync=True)

    def __init__(self, tokens, scores, title="Attention pattern", heads=None, **state):
        scores = np.asarray(scores, dtype=float)
        T, several = len(tokens), scores.ndim == 3
        if scores.shape[-2:] != (T, T) or scores.ndim not in (2, 3) or not scores.size:
            raise ValueError(
                f"scores has shape {scores.shape}; {T} tokens need ({T}, {T}), or (H, {T}, {T}) for several heads: a row per query"
            )
        if not np.isfinite(scores).all():
            raise ValueError("scores must be finite: leave the mask to the view")
        names = [str(name) for name in heads] if heads is not None else [f"head {n}" for n in range(len(scores))]
        if several and len(names) != len(scores):
            raise ValueError(f"there are {len(scores)} heads but {len(names)} names: each head needs one")
        self.title = title
        super().__init__(tokens=list(tokens), scores=scores.tolist(), heads=names if several else [], **state)

    @property
    def patterns(self):
        """The patterns (H, T, T) of all heads; that of a head which is switched off is 0."""
        patterns = grid_weights(self.scores, self.temperature, self.mask)
        patterns = patterns if patterns.ndim == 3 else patterns[None]
        on = [not self.heads or head not in self.off for head in range(len(patterns))]
        return patterns * np.reshape(on, (-1, 1, 1))

    @property
    def weights(self):
        """The weights (T, T) that the view shows now: of one head, or the average of those that are on."""
        if not self.heads or self.head >= 0:
            return self.patterns[self.head if self.heads else 0]
        return self.patterns.sum(0) / max(len(self.heads) - len(set(self.off)), 1)

    def twin(self):
        """The same as a picture that does not move: what is seen on GitHub, in exports, and before the first run."""
        may_look = None if self.mask == "none" else causal_mask(len(self.tokens))
        state = f"temperature {self.temperature:g}, mask {'off' if self.mask == 'none' else self.mask + ' the softmax'}"
        title = f"{self.title} ({state})"
        if self.heads or len(self.tokens) > MANY:
            return self._large_twin(title)
        return pattern(
            self.weights,
            self.tokens,
            title=title,
            orientation=self.orientation,
            may_look=may_look,
            numbers=self.numbers,
        )

    def _large_twin(self, title):
        """The chosen pattern without numbers, and beside it a small picture of each head."""
        tokens, weights, patterns = [readable(token) for token in self.tokens], self.weights, self.patterns
        H, chosen = len(self.heads), self._name(self.head) if self.heads else ""
        columns, side = -(-H // 4), max(3.1, 0.12 * len(tokens))
        with course_style():
            figure = new_figure(side + 2.1 + 1.5 * columns, side + 2.3)
            left, *right = figure.subfigures(
                1, 2 if H else 1, width_ratios=[side + 2.1, 1.5 * columns][: 2 if H else 1], squeeze=False
            )[0]
            draw_pattern(left.subplots(), weights, tokens, self.query, chosen, self.orientation, side)
            for n, axes in enumerate(right[0].subplots(-(-H // columns), columns, squeeze=False).flat if H else ()):
                axes.set_visible(n < H)
                if n < H:
                    draw_mini(axes, patterns[n], framed=n == self.head)
                    axes.set_title(self._name(n), size=9, weight="normal", loc="center", pad=3)
            figure.suptitle(wrapped(title, figure), x=0.02, ha="left", size=13, weight="bold")
            shown = f"{chosen}: " if chosen else ""
            said = [f"{title}. {shown}{looks(tokens[self.query], tokens, weights[self.query])}"]
            said += [f"{self._name(n)}: {looks(tokens[self.query], tokens, patterns[n][self.query])}" for n in range(H)]
            kind = "row" if self.orientation == "code" else "column"
            return Picture(figure, f"{'. '.join(said)}. A {kind} is a query.", dpi=112, colours=32)

    def _name(self, n):
        return "all, averaged" if n < 0 else self.heads[n] + (" (switched off)" if n in self.off else "")
