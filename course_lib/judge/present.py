"""How a verdict looks: a card with a mark, words and evidence in a notebook, the same words as text everywhere else."""

import html
import re
import sys

from .verdict import NOT_ATTEMPTED, RIGHT, WRONG

HINT = "hint"
MARKS = {RIGHT: "✓", WRONG: "✗", NOT_ATTEMPTED: "○", HINT: "→"}
COLOURS = {
    RIGHT: "#1a7f37",
    WRONG: "#b3261e",
    NOT_ATTEMPTED: "#5f6368",
    HINT: "#0050e0",
}  # ≥ 4.5:1 with white, so the mark is white on a field of its colour, in both themes; the mark says the same
EDGES = {
    RIGHT: "--jp-success-color1",
    WRONG: "--jp-error-color1",
    NOT_ATTEMPTED: "--jp-border-color0",
    HINT: "--jp-info-color1",
}  # the theme's own colour at the left edge of a card
ANSI = {RIGHT: "32", WRONG: "31", NOT_ATTEMPTED: "90"}
CARD = (
    "border:1px solid var(--jp-border-color1,#bdbdbd);border-left:5px solid var({edge},{colour});border-radius:4px;"
    "padding:.5em .9em;margin:.2em 0;line-height:1.5;word-break:normal;overflow-wrap:break-word"
)
MARK = "background:{colour};color:#fff;border-radius:3px;padding:.05em .4em;margin-right:.3em"
STOPS = "Run All stops here."


def inline(text):
    """A sentence as HTML: everything escaped, `code` in backticks set as code, *this* stressed."""
    words = html.escape(text).split("`")
    if len(words) % 2 == 0:  # a backtick without a partner is one
        words[-2:] = ["`".join(words[-2:])]
    stressed = (re.sub(r"(?<![\w*])\*([^\s*](?:[^*]*[^\s*])?)\*(?![\w*])", r"<em>\1</em>", part) for part in words[::2])
    pieces = [*words]
    pieces[::2] = stressed
    pieces[1::2] = (f"<code>{code}</code>" for code in words[1::2])
    return "".join(pieces)


class NotYet(Exception):
    """A check that failed: it stops Run All, and shows one line instead of a traceback; `shown`: a card has said it all."""

    def __init__(self, text, shown=False):
        super().__init__(text)
        self.shown = shown

    def _render_traceback_(self):
        return [STOPS] if self.shown else [f"\x1b[1;{ANSI[WRONG]}m{MARKS[WRONG]}\x1b[0m {self}"]


class Card:
    """A mark, a heading ("" for none), paragraphs and a note; the evidence is a sentence, or in a notebook `rows` of (what, where, value)."""

    def __init__(self, state, head, paragraphs=(), evidence="", rows=(), note=""):
        self.state, self.head, self.evidence, self.note = state, head, evidence, note
        self.paragraphs, self.rows = tuple(filter(None, paragraphs)), tuple(rows)

    @property
    def text(self):
        """All words, without the mark."""
        return " ".join(filter(None, [self.head, *self.paragraphs, self.evidence, self.note])).replace(" \n", "\n")

    def __str__(self):
        return f"{MARKS[self.state]} {self.text}"

    def _repr_mimebundle_(self, **_):
        colour = COLOURS[self.state]
        said = ([f"<b>{inline(self.head)}</b>"] if self.head else []) + [inline(text) for text in self.paragraphs]
        parts = [f'<b style="{MARK.format(colour=colour)}">{MARKS[self.state]}</b> {said[0]}']
        parts += [f'<div style="margin-top:.35em">{text}</div>' for text in said[1:]]
        if self.rows:
            parts.append(self._table())
        elif self.evidence:
            parts.append(f'<div style="margin-top:.35em">{inline(self.evidence)}</div>')
        if self.note:
            parts.append(f'<div style="margin-top:.35em"><small>{inline(self.note)}</small></div>')
        style = CARD.format(colour=colour, edge=EDGES[self.state])
        return {"text/plain": str(self), "text/html": f'<div class="check-card" style="{style}">{"".join(parts)}</div>'}

    def _table(self):
        left = "text-align:left;vertical-align:top;padding:.1em .8em .1em 0"
        lines = []
        for what, where, value in self.rows:
            place = f' <span style="font-weight:normal">{html.escape(where)}</span>' if where else ""
            short, wrap = ";white-space:nowrap" * (len(what + where) <= 30), ";white-space:pre-wrap" * ("\n" in value)
            content = f"<code>{html.escape(value)}</code>" if value else ""
            lines.append(
                f'<tr style="background:none"><th scope="row" style="{left}{short}">{html.escape(what)}{place}</th>'
                f'<td style="{left}{wrap}">{content}</td></tr>'
            )
        return f'<table style="margin:.35em 0 0">{"".join(lines)}</table>'


class Still:
    """A text and its HTML, as a cell shows them where nothing can be clicked."""

    def __init__(self, text, html):
        self.text, self.html = text, html

    def __str__(self):
        return self.text

    def _repr_mimebundle_(self, **_):
        return {"text/plain": self.text, "text/html": self.html}


def in_notebook():
    """True if a front end that can show rich output listens."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return shell is not None and hasattr(shell, "kernel")


def display(thing):
    """Show a Card, a Picture or HTML: richly in a notebook, as text elsewhere."""
    if in_notebook():
        from IPython.display import display as show_it

        show_it(thing)
    else:
        print(thing)


def stop_with(card, picture=None):
    """Raise NotYet with a card's words; a notebook shows the card and the picture first."""
    shown = in_notebook()
    if shown:
        for thing in filter(None, [card, picture]):
            display(thing)
    raise NotYet(card.text, shown) from None
