"""Whose each piece is, and why: in a sentence, as a table, and as text."""

import html
from dataclasses import dataclass

from course_lib.judge import COLOURS, MARKS, NOT_ATTEMPTED, RIGHT, WRONG, inline

from .pieces import PIECES


@dataclass(frozen=True)
class Line:
    """What became of one piece: a verdict's state, and what is to be said."""

    name: str
    state: str
    said: str


class Report:
    """Whose each piece of an assembled GPT is, and why; a line per piece, in a notebook and as text."""

    def __init__(self, lines, of="this GPT"):
        self.lines, self.of = tuple(lines), of

    @property
    def mine(self):
        """The names of the pieces that are the learner's own."""
        return tuple(line.name for line in self.lines if line.state == RIGHT)

    def summary(self):
        count = len(self.mine)
        if count == len(self.lines):
            return f"All {count} pieces of {self.of} are yours."
        return (
            f"{count} of the {len(self.lines)} pieces of {self.of} are yours; for the others the reference stands in."
        )

    def whose(self, names):
        """Whose the pieces of these names are, in a sentence; and one for each of yours that had to stand aside."""
        yours = [name for name in names if name in self.mine]
        others = [name for name in names if name not in self.mine]
        if not others:
            return f"Made of your {_listed(yours)}."
        aside = [f"{line.name}: {line.said}" for line in self.lines if line.name in others and line.state == WRONG]
        stands = f"the course's {_listed(others)} {'stands' if len(others) == 1 else 'stand'} in"
        return " ".join(
            [f"Made of your {_listed(yours)}; {stands}." if yours else f"Not made of yours yet: {stands}.", *aside]
        )

    def __str__(self):
        width = max(len(line.name) for line in self.lines)
        rows = [f"{MARKS[line.state]} {line.name:{width}}  {line.said}" for line in self.lines]
        return "\n".join([self.summary(), *rows])

    def _repr_mimebundle_(self, **_):
        def row(line):
            mark = f'<b style="color:{COLOURS[line.state]}">{MARKS[line.state]}</b>'
            cells = (mark, f"<code>{html.escape(line.name)}</code>", inline(line.said))
            return "<tr>" + "".join(f'<td style="text-align:left">{cell}</td>' for cell in cells) + "</tr>"

        caption = f'<caption style="text-align:left">{html.escape(self.summary())}</caption>'
        return {
            "text/plain": str(self),
            "text/html": f"<table>{caption}<tbody>{''.join(map(row, self.lines))}</tbody></table>",
        }


def line_for(name, mine, problems, manner="", unused=False):
    """What is to be said of one piece: it is theirs, or why a reference stands in."""
    if name in problems:
        return Line(name, WRONG, f"The reference stands in. {problems[name]}")
    if name not in mine:
        return Line(
            name, NOT_ATTEMPTED, f"The reference stands in, until you have done it (lesson {PIECES[name].lesson})."
        )
    how = f", {manner}" if manner else ""
    return Line(name, RIGHT, f"Yours{how}{', right, and not needed: nothing in this GPT calls it' if unused else ''}.")


def _listed(names):
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
