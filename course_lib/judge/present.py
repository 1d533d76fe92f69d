"""How a verdict looks: one line with a mark, a word and a colour, in a notebook and in a terminal."""

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
}  # ≥ 4.5:1 on white; the mark says the same
ANSI = {RIGHT: "32", WRONG: "31", NOT_ATTEMPTED: "90"}


def inline(text):
    """A sentence as HTML: everything escaped, and `code` in backticks set as code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


class NotYet(Exception):
    """A check that failed: it stops Run All, and shows its one line instead of a traceback."""

    def _render_traceback_(self):
        return [f"\x1b[1;{ANSI[WRONG]}m{MARKS[WRONG]}\x1b[0m {self}"]


class Line:
    """One line of feedback; a notebook shows it coloured, everything else as text."""

    def __init__(self, state, text, extra=""):
        self.state, self.text, self.extra = state, text, extra

    def __str__(self):
        return f"{MARKS[self.state]} {self.text}" + (f" {self.extra}" if self.extra else "")

    def _repr_mimebundle_(self, **_):
        colour = COLOURS[self.state]
        style = f"border-left:5px solid {colour};padding:.35em .8em;margin:.2em 0;font-size:1.05em"
        mark = f'<b style="color:{colour};background:#fff;padding:0 .25em;border-radius:3px">{MARKS[self.state]}</b>'
        extra = f' <span style="opacity:.75">{inline(self.extra)}</span>' if self.extra else ""
        return {
            "text/plain": str(self),
            "text/html": f'<div style="{style}">{mark} {inline(self.text)}{extra}</div>',
        }


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
    """Show a Line, a Picture or HTML: richly in a notebook, as text elsewhere."""
    if in_notebook():
        from IPython.display import display as show_it

        show_it(thing)
    else:
        print(thing)
