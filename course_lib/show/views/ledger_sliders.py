"""LedgerSliders: the five sizes of a GPT as sliders, and what every line of its ledger then costs."""

import traitlets

from ..figures.ledger import ledger as picture_of
from ..figures.ledger import share, size
from .view import View, front_end

CHOICES = {
    "n_layer": (1, 2, 4, 6, 12, 24, 36, 48, 72, 96, 120),
    "n_head": (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96),  # each of them divides each of the widths
    "n_embd": (192, 384, 768, 1_536, 3_072, 6_144, 12_288, 24_576),
    "context_length": (64, 256, 1_024, 2_048, 8_192, 32_768, 131_072),
    "vocab_size": (256, 1_000, 10_000, 50_257, 100_000, 200_000),
}
CLASSES = {"biases and norms": "small"}  # names of parts that are no name in a style sheet


class LedgerSliders(View):
    """Sliders for a GPTConfig's sizes; `sliders.config` and `sliders.ledger` are what they show now, `counted` is "video" or "code".

    `labels` replaces words of the view, for other languages. Raises ValueError for sizes that make no GPT.
    """

    _esm, _css = front_end("ledger_sliders")
    n_layer = traitlets.Int(96).tag(sync=True)
    n_head = traitlets.Int(96).tag(sync=True)
    n_embd = traitlets.Int(12_288).tag(sync=True)
    context_length = traitlets.Int(2_048).tag(sync=True)
    vocab_size = traitlets.Int(50_257).tag(sync=True)
    counted = traitlets.Enum(("video", "code"), "video").tag(sync=True)
    choices = traitlets.Dict().tag(sync=True)
    lines = traitlets.List().tag(sync=True)
    total = traitlets.Unicode().tag(sync=True)
    sentence = traitlets.Unicode().tag(sync=True)

    def __init__(self, **state):
        sizes = {name: state.get(name, getattr(type(self), name).default_value) for name in CHOICES}
        choices = {name: sorted({*values, sizes[name]}) for name, values in CHOICES.items()}
        super().__init__(choices=choices, **state)
        self._count()
        self.observe(self._count, [*CHOICES, "counted"])

    @property
    def config(self):
        """The GPTConfig that the sliders show now."""
        from course_lib.model import GPTConfig

        return GPTConfig(**{name: getattr(self, name) for name in CHOICES})

    @property
    def ledger(self):
        """The Ledger of these sizes."""
        from course_lib.costs import code_ledger, video_ledger

        return {"video": video_ledger, "code": code_ledger}[self.counted](self.config)

    def _count(self, moved=None):
        try:
            now = self.ledger
        except ValueError as error:  # sizes that make no GPT: say why, and keep the last table
            if moved is None:
                raise
            self.sentence = f"{error}."
            return
        parts = [f"{part} {share(count, now.total)}" for part, count in now.parts.items()]
        with self.hold_sync():
            self.total = f"{now.total:,}"
            self.sentence = f"{now.total:,} parameters in {now.matrices:,} matrices: {', '.join(parts)}."
            self.lines = [
                {
                    "name": line.name,
                    "look": CLASSES.get(line.part, line.part),
                    "size": size(line),
                    "count": float(line.count),
                    "shown": f"{line.count:,}",
                }
                for line in now.lines
            ]

    def twin(self):
        """The same as a picture that does not move: what is seen on GitHub, in exports, and before the first run."""
        c = self.config
        title = f"{self.total} parameters: {c.n_layer} layers of {c.n_head} heads, width {c.n_embd:,}, counted as the {self.counted} does"
        return picture_of(self.ledger, title)
