"""The map of the course: every exercise done, tried or open, as text and as a table."""

import html

from . import find, record

MARKS = {
    record.DONE: ("✓", "done", "#1a7f37"),
    record.TRIED: ("✗", "tried", "#b3261e"),
    None: ("○", "open", "#5f6368"),
}


class Overview:
    """What a learner has done, lesson by lesson."""

    def __init__(self):
        found, self.note = record.read()
        self.guesses = list(found["predictions"].values())
        self.lessons = {}
        for name, number in find.tables().items():
            state = found["exercises"].get(name, {}).get("state")
            self.lessons.setdefault(number, []).append((name, state if state in MARKS else None))

    def summary(self):
        states = [state for lesson in self.lessons.values() for _, state in lesson]
        right = sum(guess.get("right") is True for guess in self.guesses)
        said = f"{states.count(record.DONE)} of {len(states)} exercises done."
        if self.guesses:
            said += f" {right} of {len(self.guesses)} predictions right."
        return f"{said} {self.note}".strip()

    def __str__(self):
        rows = [
            f"Lesson {number}   " + "   ".join(f"{MARKS[state][0]} {name}" for name, state in lesson)
            for number, lesson in sorted(self.lessons.items())
        ]
        return "\n".join([*rows, self.summary(), "✓ done   ✗ tried, not right yet   ○ open"])

    def _repr_mimebundle_(self, **_):
        def entry(name, state):
            mark, word, colour = MARKS[state]
            style = f"border:1px solid {colour};border-radius:4px;padding:.1em .5em;margin:.1em;display:inline-block"
            return f'<span style="{style}"><b title="{word}">{mark}</b> <code>{html.escape(name)}</code> <small>{word}</small></span>'

        rows = "".join(
            f'<tr><th scope="row" style="text-align:left;white-space:nowrap">Lesson {number}</th>'
            f'<td style="text-align:left">{" ".join(entry(*one) for one in lesson)}</td></tr>'
            for number, lesson in sorted(self.lessons.items())
        )
        caption = f'<caption style="text-align:left">{html.escape(self.summary())}</caption>'
        return {"text/plain": str(self), "text/html": f"<table>{caption}<tbody>{rows}</tbody></table>"}
