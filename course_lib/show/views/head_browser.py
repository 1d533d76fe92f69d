"""HeadBrowser: every head of a model with its score; choose one to see its pattern, switch heads off, type another text."""

import numpy as np
import traitlets

from ..figures.heads import SMALL, draw_map, draw_pattern, named
from ..figures.patterns import looks
from ..figures.picture import Picture
from ..figures.style import KEY, VALUE, course_style, new_figure, number, readable, wrapped
from .pattern_bytes import pack
from .view import View, front_end

KNOWN = 300  # words of the vocabulary that are listed


class HeadBrowser(View):
    """A model's heads to browse while it reads a text of its vocabulary {token: id}.

    scores: (L, H), or {name: (L, H)} to choose from. `browser.layer`, `head` and `query` are what is chosen, `weights` (T, T) is the pattern that
    is shown, `patterns` (L, H, T, T) are all, `off` lists the [layer, head] that are switched off, `losses` the text's loss with all heads and
    without those. `cut` makes tokens of a text that is typed (words, if not given; `list` makes characters). first=1 counts heads from 1.
    `labels` replaces words of the view. Raises ValueError for scores that do not fit and for a text that the model can't read.
    """

    _esm, _css = front_end("head_browser")
    n_layer, n_head, first = (traitlets.Int().tag(sync=True) for _ in range(3))
    text = traitlets.Unicode().tag(sync=True)
    tokens = traitlets.List(traitlets.Unicode()).tag(sync=True)
    packed = traitlets.Bytes().tag(sync=True)
    jobs = traitlets.Dict().tag(sync=True)
    job = traitlets.Unicode().tag(sync=True)
    layer, head, query = (traitlets.Int().tag(sync=True) for _ in range(3))
    off = traitlets.List().tag(sync=True)
    losses = traitlets.List().tag(sync=True)
    next = traitlets.List().tag(sync=True)
    problem = traitlets.Dict().tag(sync=True)
    known = traitlets.List().tag(sync=True)
    vocabulary_size = traitlets.Int().tag(sync=True)
    answered = traitlets.Int().tag(sync=True)

    def __init__(self, model, vocabulary, text, scores, title="The heads of a model", cut=None, **state):
        from course_lib.inside import reading

        config = model.config
        jobs = dict(scores) if isinstance(scores, dict) else {"score": scores}
        for name, table in jobs.items():
            if np.shape(table) != (config.n_layer, config.n_head):
                raise ValueError(
                    f"the scores {name!r} have shape {tuple(np.shape(table))}: {config.n_layer} layers of {config.n_head} heads need one number each"
                )
        self.title, self._model, self._vocabulary, self._reading = title, model, dict(vocabulary), reading
        self._words = {number: readable(token) for token, number in self._vocabulary.items()}
        self._cut = cut or (lambda text: reading.cut(text, self._vocabulary))
        self.patterns = None
        job = state.pop("job", next(iter(jobs)))
        best = np.unravel_index(np.asarray(jobs[job]).argmax(), (config.n_layer, config.n_head))
        super().__init__(
            n_layer=config.n_layer,
            n_head=config.n_head,
            jobs={name: np.round(np.asarray(table, dtype=float), 5).tolist() for name, table in jobs.items()},
            known=list(self._words.values())[:KNOWN],
            vocabulary_size=len(self._words),
            job=job,
            **{"layer": int(best[0]), "head": int(best[1]), "text": text, **state},
        )
        self._read_text()
        if self.problem:
            raise ValueError(reading.in_words(self.problem))
        self.query = state.get("query", len(self.tokens) - 1)
        self.observe(self._read_text, "text")
        self.observe(self._read_again, "off")

    def _read_text(self, _=None):
        tokens = self._cut(self.text)
        problem = self._reading.why_not(tokens, self._vocabulary, self._model.config.context_length)
        if problem:  # the last text that could be read stays
            self.problem = problem
            self.answered += 1
            return
        self._ids = [self._vocabulary[token] for token in tokens]
        self._whole = self._reading.read(self._model, self._ids)
        self._read_again(tokens=[readable(token) for token in tokens])

    def _read_again(self, _=None, tokens=None):
        off = [(int(layer), int(head)) for layer, head in self.off]
        now = self._reading.read(self._model, self._ids, off) if off else self._whole
        self.patterns = now.patterns
        with self.hold_sync():
            if tokens is not None:
                self.problem, self.tokens, self.query = {}, tokens, len(tokens) - 1
            self.packed = pack(now.patterns)
            self.losses = [round(loss, 4) if loss == loss else 0.0 for loss in (self._whole.loss, now.loss)]
            self.next = self._reading.likeliest(self._whole.p, now.p, self._words)
            self.answered += 1

    @property
    def weights(self):
        """The pattern (T, T) of the chosen head, as the model with its switched off heads computes it."""
        return self.patterns[self.layer, self.head]

    @property
    def scores(self):
        """The chosen scores (L, H)."""
        return np.array(self.jobs[self.job])

    def twin(self):
        """The same as a picture that does not move: what is seen on GitHub, in exports, and before the first run."""
        off = [tuple(head) for head in self.off]
        layer, head = self.layer, self.head
        name = named(layer, head, self.first)
        with course_style():
            figure = new_figure(max(1.0 * self.n_head, 3.6) + 5.2, 0.85 * self.n_layer + 3.6)
            left, right = figure.subfigures(1, 2, width_ratios=[max(1.0 * self.n_head, 3.6) + 0.4, 4.8])
            upper, lower = left.subplots(2, 1, height_ratios=[0.85 * self.n_layer + 0.4, 1.7])
            draw_map(upper, self.scores, (layer, head), off, self.first)
            upper.set_title(f"Score: {self.job}")
            _draw_next(lower, self.tokens[self.query], self.next[self.query], bool(off))
            draw_pattern(right.subplots(), self.weights, self.tokens, self.query, f"What {name} looks at")
            figure.suptitle(wrapped(self.title, figure), x=0.02, ha="left", size=13, weight="bold")
            return Picture(figure, self._in_words(off, name), **SMALL)

    def _in_words(self, off, name):
        """The twin in words: what is chosen, what is likely next, and what it costs to switch heads off."""
        token, table = self.tokens[self.query], self.next[self.query]
        gone = "; ".join(named(*one, self.first) for one in off)
        whole, without = (number(loss) for loss in self.losses)
        said = [
            f"{self.title}. Text: “{' '.join(self.tokens)}”",
            f"{self.job}: {name} has {number(self.scores[self.layer, self.head])}, the median head {number(np.median(self.scores))}",
            f"In its pattern {looks(token, self.tokens, self.weights[self.query])}",
            f"After “{token}” come {', '.join(f'{word} {number(p)}' for word, p, _ in table)}",
            f"The text costs {whole} nats per token",
        ]
        if off:
            less = ", ".join(f"{word} {number(p)}" for word, _, p in table)
            said += [f"Switched off: {gone}. Then come {less}, and the text costs {without} nats per token"]
        return ". ".join(said).replace("?.", "?") + "."


def _draw_next(axes, token, table, off):
    """The words [(word, p, p without)] that are likely after a token as bars: filled with all heads, hollow without those that are off."""
    table = table[::-1]
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
