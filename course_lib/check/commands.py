"""check(f), hint(f), draw(f), replay() and progress(): what a learner types on a sheet."""

import inspect

from course_lib.judge import HINT, NOT_ATTEMPTED, RIGHT, WRONG, Card, display, failing_case, in_notebook, stop_with
from course_lib.mistakes import find
from course_lib.my_gpt import record, save

from . import how_far, replaying
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
        stop_with(Card(WRONG, "", [find.unknown(readable[0] if readable else "this")]))
    return found


def check(function):
    """Check a function against its exercise: what is right, or what is wrong, and the second time what to do; a wrong one raises NotYet."""
    exercise = _exercise(function)
    verdict = exercise.check(function)
    if verdict.state == NOT_ATTEMPTED:
        head, _, text = verdict.text.partition(". ")
        display(Card(NOT_ATTEMPTED, f"{head}.", [text]))
    elif verdict.ok:
        replaying.forget(exercise.name)
        notes = [record.record_try(exercise.name, True), save(function, exercise.name)]
        how_far.look_again()
        display(Card(RIGHT, verdict.text, note=" ".join(filter(None, notes))))
    else:
        _not_yet(exercise, verdict)


def _not_yet(exercise, verdict):
    """Show what is wrong with the evidence, and what to do about it if the last try failed in the same way; then raise NotYet."""
    failed = replaying.keep(exercise, verdict)
    note, again = record.record_failure(exercise.name, verdict.names, failed.cure)
    cure = replaying.take_cure(exercise.name) if again else ""
    how_far.look_again()
    drawn = in_notebook() and failing_case.worth_a_picture(exercise, verdict)
    picture = replaying.drawing(exercise, failed.case.mine, failed.case.wanted) if drawn else None
    stop_here()
    stop_with(replaying.card(failed, cure, note), picture)


def hint(function):
    """Say what to do about the last failure; after that, and without one, the next of the three hints: a question, the tool, the first line."""
    exercise = _exercise(function)
    cures = replaying.take_cure(exercise.name), record.take_cure(exercise.name)
    if any(cures):
        display(Card(HINT, f"{exercise.name}: what to do.", [cures[0] or cures[1]]))
        return
    number, last = record.next_hint(exercise.name, len(exercise.hints)), len(exercise.hints)
    how_far.look_again()
    after = f"(The last one. The whole answer is in solutions/, lesson {find.tables()[exercise.name]}.)"
    display(Card(HINT, f"Hint {number} of {last}:", [exercise.hints[number - 1]], note=after if number == last else ""))


def draw(function):
    """Draw what a function returns beside what it should return: for the case on which its last check failed, else for the first inputs."""
    exercise = _exercise(function)
    picture = replaying.picture(exercise, function)
    if not in_notebook():
        print(picture)
        return None
    return picture


def replay():
    """Put the inputs of the last failed check into the caller's notebook, under the names of the parameters, and say how to call the function."""
    display(replaying.replay(inspect.currentframe().f_back.f_globals))


def progress_text():
    """The map of all exercises as plain text: ✓ done, ✗ tried, ○ open."""
    return str(how_far.Overview())


def progress(lesson=None):
    """Draw the map of done, tried and open exercises, of one lesson ("05") or of all; in a notebook it follows every check of that notebook.

    Raises NotYet for a lesson that has no exercises.
    """
    display(how_far.Overview(lesson))
