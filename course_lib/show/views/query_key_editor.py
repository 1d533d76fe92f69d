"""QueryKeyEditor: W_q and W_k as numbers to type over; every query, key and score follows, and so does the asymmetry."""

import numpy as np
import traitlets

from course_lib.attention import sentence

from ..figures.heatmaps import draw_cells
from ..figures.labels import name_ticks
from ..figures.picture import Picture
from ..figures.style import INK, KEY, QUERY, course_style, new_figure, number, readable
from .view import View, front_end

KINDS = ("article", "adjective", "noun", "verb")
ASKED = ("adjective", "noun", "article")


def query_key_scores(x, W_q, W_k):
    """The view's arithmetic: q (T, D), k (T, D) and scores (T, T) from x (T, C) and the two matrices (C, D)."""
    x, W_q, W_k = (np.asarray(table, dtype=float) for table in (x, W_q, W_k))
    q, k = x @ W_q, x @ W_k
    return q, k, q @ k.T


def one_sided(scores):
    """How many pairs of tokens score differently in the two directions, and how many pairs there are, in scores (T, T)."""
    pairs = np.triu_indices(len(scores), 1)
    return int((np.abs(scores - scores.T)[pairs] > 1e-9).sum()), len(pairs[0])


class QueryKeyEditor(View):
    """The two matrices of a head to type over; `view.W_q`, `view.W_k`, `view.q`, `view.k` and `view.scores` are what it shows now.

    Without arguments: the sentence, its kinds of word as features (T = 8, C = 4, D = 3). x (T, C), W_q and W_k (C, D) may be your own, with names
    for T tokens, C features and D questions. `labels` replaces words of the view. Raises ValueError if the sizes do not agree.
    """

    _esm, _css = front_end("query_key_editor")
    tokens = traitlets.List(traitlets.Unicode()).tag(sync=True)
    features = traitlets.List(traitlets.Unicode()).tag(sync=True)
    questions = traitlets.List(traitlets.Unicode()).tag(sync=True)
    x = traitlets.List().tag(sync=True)
    weights = traitlets.Dict().tag(sync=True)  # {"q": W_q, "k": W_k}: together, so that a swap is one change
    start = traitlets.Dict().tag(sync=True)
    selected = traitlets.List(traitlets.Int(), [0, 0]).tag(sync=True)  # query, key

    def __init__(self, tokens=None, x=None, W_q=None, W_k=None, features=KINDS, questions=ASKED, **state):
        rows, columns = [sentence.FEATURES.index(f) for f in KINDS], [sentence.QUESTIONS.index(q) for q in ASKED]
        tokens = list(sentence.TOKENS if tokens is None else tokens)
        x = sentence.E_WITHOUT_PLACE[:, rows] if x is None else x
        weights = {
            "q": sentence.W_q[np.ix_(rows, columns)] if W_q is None else W_q,
            "k": sentence.W_k[np.ix_(rows, columns)] if W_k is None else W_k,
        }
        sizes = {"T": len(tokens), "C": len(features), "D": len(questions)}
        x = _table("x", x, ("T", "C"), sizes)
        weights = {name: _table(f"W_{name}", table, ("C", "D"), sizes) for name, table in weights.items()}
        chosen = ("creature", "blue") if {"creature", "blue"} <= set(tokens) else (tokens[-1], tokens[0])
        state.setdefault("selected", [tokens.index(token) for token in chosen])
        names = {"tokens": tokens, "features": list(features), "questions": list(questions)}
        super().__init__(x=x, weights=weights, start=weights, **names, **state)

    @property
    def W_q(self):
        """What each feature asks for (C, D)."""
        return np.array(self.weights["q"], dtype=float)

    @property
    def W_k(self):
        """What each feature can be found by (C, D)."""
        return np.array(self.weights["k"], dtype=float)

    @property
    def q(self):
        """The queries (T, D)."""
        return query_key_scores(self.x, self.W_q, self.W_k)[0]

    @property
    def k(self):
        """The keys (T, D)."""
        return query_key_scores(self.x, self.W_q, self.W_k)[1]

    @property
    def scores(self):
        """The scores (T_query, T_key)."""
        return query_key_scores(self.x, self.W_q, self.W_k)[2]

    def twin(self):
        """The same as a picture that does not move: what is seen on GitHub, in exports, and before the first run."""
        tokens, features, questions = ([readable(name) for name in names] for names in self._names())
        q, k, scores = query_key_scores(self.x, self.W_q, self.W_k)
        many, wide, asked = len(tokens), len(features), len(questions)
        differ, pairs = one_sided(scores)
        title = f"x, W_q and W_k give every score: {differ} of {pairs} pairs score differently in the two directions"
        with course_style():
            figure = new_figure(0.42 * (wide + 2 * asked + many) + 3.4, 0.34 * (wide + many) + 2.9)
            panels = figure.subplot_mosaic(
                [["space", "W_q", "W_k", "rest"], ["x", "q", "k", "scores"]],
                width_ratios=[wide, asked, asked, many],
                height_ratios=[wide, many],
            )
            for name in ("space", "rest"):
                panels[name].set_axis_off()
            _panel(panels["W_q"], self.W_q, features, questions, "W_q", QUERY)
            _panel(panels["W_k"], self.W_k, [], questions, "W_k", KEY)
            _panel(panels["x"], np.array(self.x, dtype=float), tokens, features, "x", INK)
            _panel(panels["q"], q, [], [], "q = x @ W_q", QUERY)
            _panel(panels["k"], k, [], [], "k = x @ W_k", KEY)
            _panel(panels["scores"], scores, [], tokens, "q @ k.T: a row asks a column", KEY)
            figure.suptitle(title, x=0.01, ha="left", size=12, weight="bold")
            return Picture(figure, f"{title}. {self._in_words(scores, tokens, features, questions)}", colours=64)

    def _names(self):
        return self.tokens, self.features, self.questions

    def _in_words(self, scores, tokens, features, questions):
        """Both matrices where they are not 0, and the two directions of the chosen pair."""
        said = []
        for name, table in (("W_q", self.W_q), ("W_k", self.W_k)):
            set_ = [f"{features[i]} to {questions[j]} {number(table[i, j])}" for i, j in np.argwhere(table)]
            said.append(f"{name}: {', '.join(set_) or 'all 0'}.")
        i, j = self.selected
        there, back = number(scores[i, j]), number(scores[j, i])
        return " ".join([*said, f"{tokens[i]} asks {tokens[j]}: {there}; {tokens[j]} asks {tokens[i]}: {back}."])


def _table(name, table, axes, sizes):
    """A table as lists of floats, or a ValueError that says which size it should have."""
    table, wanted = np.asarray(table, dtype=float), tuple(sizes[axis] for axis in axes)
    if table.shape != wanted:
        needed = f"{sizes['T']} tokens, {sizes['C']} features, {sizes['D']} questions"
        raise ValueError(f"{name} has shape {table.shape}, but {needed} need ({axes[0]}, {axes[1]}) = {wanted}")
    if not np.isfinite(table).all():
        raise ValueError(f"{name} must hold finite numbers")
    return table.tolist()


def _panel(axes, matrix, rows, columns, title, colour):
    """One table of the twin, named on top and on the left, as far as its neighbours do not name it already."""
    draw_cells(axes, matrix, max(abs(matrix).max(), 1e-12))
    name_ticks(axes, rows or [""] * len(matrix), columns or [""] * matrix.shape[1], "", "", INK, INK)
    axes.set_xlabel(title, color=colour, weight="bold")
    axes.xaxis.set_label_position("bottom")
