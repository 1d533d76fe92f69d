"""The map of the course: every exercise done, tried or open, as text, as a table, and in a notebook as a view that follows the checks."""

import html
import re
import weakref
from pathlib import Path

from course_lib.disk import ROOT
from course_lib.judge import WRONG, Card, Still, in_notebook, stop_with
from course_lib.mistakes import find
from course_lib.my_gpt import record, saved

OPEN = "open"
MARKS = {record.DONE: ("✓", "#1a7f37"), record.TRIED: ("✗", "#b3261e"), OPEN: ("○", "#5f6368")}
_shown = weakref.WeakSet()  # the views of this kernel: a check that passes moves them


class Overview:
    """What a learner has done, lesson by lesson; or in one lesson ("05"), and then without the guesses, which are the whole course's."""

    def __init__(self, lesson=None):
        self.lesson = None if lesson is None else number_of(lesson)
        found, self.note = record.read()
        guesses, kept = [] if self.lesson else list(found["predictions"].values()), saved()
        self.guesses = [sum(guess.get("right") is True for guess in guesses), len(guesses)]
        self.exercises = []
        for name, lesson in exercises_of(self.lesson):
            entry = found["exercises"].get(name, {})
            state = entry.get("state") if entry.get("state") in MARKS else OPEN
            self.exercises.append(
                {
                    "name": name,
                    "lesson": lesson,
                    "state": state,
                    "day": str(entry.get("day", "")),
                    "tries": _count(entry.get("tries")),
                    "hints": _count(entry.get("hints")),
                    "kept": f"my_gpt/{name}.py" if name in kept else "",
                }
            )

    def by_lesson(self):
        """{lesson: [(name, state)]}, in order."""
        lessons = {}
        for one in self.exercises:
            lessons.setdefault(one["lesson"], []).append((one["name"], one["state"]))
        return lessons

    def summary(self):
        states, (right, guessed) = [one["state"] for one in self.exercises], self.guesses
        where = f" of lesson {int(self.lesson)}" if self.lesson else ""
        said = f"{states.count(record.DONE)} of {len(states)} exercises{where} done."
        if guessed:
            said += f" {right} of {guessed} predictions right."
        return f"{said} {self.note}".strip()

    def __str__(self):
        rows = [
            f"Lesson {number}   " + "   ".join(f"{MARKS[state][0]} {name}" for name, state in lesson)
            for number, lesson in self.by_lesson().items()
        ]
        return "\n".join([*rows, self.summary(), "✓ done   ✗ tried, not right yet   ○ open"])

    def table(self):
        """The map where nothing can be clicked, as text and as HTML."""

        def entry(name, state):
            mark, colour = MARKS[state]
            style = f"border:1px solid {colour};border-radius:4px;padding:.1em .5em;margin:.1em;display:inline-block"
            return f'<span style="{style}"><b title="{state}">{mark}</b> <code>{html.escape(name)}</code> <small>{state}</small></span>'

        titles = {lesson["number"]: f" {lesson['title']}".rstrip() for lesson in lessons(self.lesson)}
        rows = "".join(
            f'<tr><th scope="row" style="text-align:left;white-space:nowrap">Lesson {int(number)}{html.escape(titles[number])}</th>'
            f'<td style="text-align:left">{" ".join(entry(*one) for one in lesson)}</td></tr>'
            for number, lesson in self.by_lesson().items()
        )
        caption = f'<caption style="text-align:left">{html.escape(self.summary())}</caption>'
        return Still(str(self), f"<table>{caption}<tbody>{rows}</tbody></table>")

    def widget(self):
        """The same as a view that can be walked through; it follows the checks and predictions of its kernel."""
        from course_lib.show import ProgressMap

        def look():
            now = Overview(self.lesson)
            return {"exercises": now.exercises, "guesses": now.guesses, "note": now.note}

        view = ProgressMap(lessons(self.lesson), look, twin=lambda: Overview(self.lesson).table(), note=self.note)
        _shown.add(view)
        return view

    def _repr_mimebundle_(self, **_):
        return (self.widget() if in_notebook() else self.table())._repr_mimebundle_()


def look_again():
    """Bring every map that this kernel shows up to date."""
    for view in list(_shown):
        view.look_again()


def number_of(lesson):
    """ "05" for "05", "5" or 5; raises NotYet if there is no such lesson with exercises."""
    known = sorted(set(find.tables().values()))
    number = str(lesson).zfill(2)
    if number not in known:
        said = f"There is no lesson {lesson!r} with exercises: progress({known[-1]!r}) shows the last one, progress() shows all."
        stop_with(Card(WRONG, "", [said]))
    return number


def exercises_of(lesson=None):
    """[(name, lesson)] of every exercise in one lesson's table, or in all of them, in order."""
    if lesson:
        return [(name, lesson) for name in find.lesson(lesson)]
    return sorted(find.tables().items(), key=lambda each: each[1])


def lessons(only=None):
    """[{number, title, sheet, notebook}] of the lessons that have exercises, or of one.

    The title is that of the lesson's page, as far as a colon; "" without the sources. A lesson alone has none: it stands on its own page.
    """
    found = []
    for number in [only] if only else sorted(set(find.tables().values())):
        sheet = next(ROOT.glob(f"exercises/{number}_*.ipynb"), Path(number))
        paths = {"sheet": f"exercises/{sheet.stem}.ipynb", "notebook": f"notebooks/{sheet.stem}.ipynb"}
        found.append({"number": number, "title": "" if only else _title(sheet.stem), **paths})
    return found


def _title(name):
    source = ROOT / "source" / f"{name}.py"
    title = re.search(r"^# # (.+)$", source.read_text(encoding="utf-8"), re.M) if source.exists() else None
    return title[1].split(":")[0] if title else ""


def _count(value):
    return value if isinstance(value, int) and value > 0 else 0
