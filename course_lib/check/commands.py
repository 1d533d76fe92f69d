"""check(f), hint(f), draw(f) and progress(): what a learner types on a sheet."""

import inspect

from course_lib.judge import NOT_ATTEMPTED, WRONG, Line, NotYet, display, in_notebook
from course_lib.mistakes import find
from course_lib.my_gpt import record, save

from . import how_far
from .stop_run_all import stop_here


def _exercise(function):
    """The exercise that a function or a name stands for: by its own name, or by the variable that holds it in the caller's cell."""
    names = [function] if isinstance(function, str) else [getattr(function, "__name__", "")]
    if not isinstance(function, str):
        caller = inspect.currentframe().f_back.f_back
        names += [name for name, value in [*caller.f_locals.items(), *caller.f_globals.items()] if value is function]
    found = next((find.exercise_named(name) for name in names if name in find.tables()), None)
    if found is None:
        readable = [name for name in names if name and not name.startswith("<")]
        raise NotYet(find.unknown(readable[0] if readable else "this"))
    return found


def check(function):
    """Check a function against its exercise and say in one line what is right or which mistake it has; a wrong one raises NotYet."""
    exercise = _exercise(function)
    verdict = exercise.check(function)
    if verdict.state == NOT_ATTEMPTED:
        display(Line(verdict.state, verdict.text))
        return
    notes = [record.record_try(exercise.name, verdict.ok)]
    if verdict.ok:
        notes.append(save(function, exercise.name))
        how_far.look_again()
        display(Line(verdict.state, verdict.text, " ".join(filter(None, notes))))
        return
    how_far.look_again()
    if in_notebook() and "values" in verdict.names:
        display(_picture(exercise, function))
    stop_here()
    raise NotYet(" ".join(filter(None, [verdict.text, *notes])))


def hint(function):
    """Show the next of the three hints of an exercise: a question, the tool, the first line."""
    exercise = _exercise(function)
    number = record.next_hint(exercise.name, len(exercise.hints))
    how_far.look_again()
    after = (
        ""
        if number < len(exercise.hints)
        else f"(The last one. The whole answer is in solutions/, lesson {find.tables()[exercise.name]}.)"
    )
    display(Line(NOT_ATTEMPTED, f"Hint {number} of {len(exercise.hints)}: {exercise.hints[number - 1]}", after))


def draw(function):
    """Draw what a function returns beside what it should return, for the exercise's first inputs."""
    exercise = _exercise(function)
    picture = _picture(exercise, function)
    if not in_notebook():
        print(picture)
        return None
    return picture


def _picture(exercise, function):
    """Yours beside the target, or a line that says why there is nothing to draw."""
    from course_lib.show import compare

    mine, theirs = exercise.first_answers(function)
    if isinstance(mine, str):
        return Line(WRONG, mine)
    return compare(mine, theirs, name=exercise.name)


def progress_text():
    """The map of all exercises as plain text: ✓ done, ✗ tried, ○ open."""
    return str(how_far.Overview())


def progress(lesson=None):
    """Draw the map of done, tried and open exercises, of one lesson ("05") or of all; in a notebook it follows every check of that notebook.

    Raises NotYet for a lesson that has no exercises.
    """
    display(how_far.Overview(lesson))
