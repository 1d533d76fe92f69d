"""What a learner calls: check(f), hint(f), show(f), predict(…), progress().

    from course_lib.check import check, hint, show

Each lesson's table is in lesson_NN.py: one reference with forks, sentences, inputs and hints per exercise, and nothing to register.
"""

import inspect

from . import engine, find, overview, portfolio, present, record, run_all
from .engine import Exercise
from .overview import Overview
from .predict import predict
from .present import NotYet

__all__ = ["Exercise", "NotYet", "check", "hint", "predict", "progress", "progress_text", "show"]


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
    if verdict.state == engine.NOT_ATTEMPTED:
        present.display(present.Line(verdict.state, verdict.text))
        return
    notes = [record.record_try(exercise.name, verdict.ok)]
    if verdict.ok:
        notes.append(portfolio.save(function, exercise.name))
        overview.look_again()
        present.display(present.Line(verdict.state, verdict.text, " ".join(filter(None, notes))))
        return
    overview.look_again()
    if present.in_notebook() and "values" in verdict.names:
        present.display(_picture(exercise, function))
    run_all.stop_here()
    raise NotYet(" ".join(filter(None, [verdict.text, *notes])))


def hint(function):
    """Show the next of the three hints of an exercise: a question, the tool, the first line."""
    exercise = _exercise(function)
    number = record.next_hint(exercise.name, len(exercise.hints))
    overview.look_again()
    after = (
        ""
        if number < len(exercise.hints)
        else f"(The last one. The whole answer is in solutions/, lesson {find.tables()[exercise.name]}.)"
    )
    present.display(
        present.Line(
            engine.NOT_ATTEMPTED, f"Hint {number} of {len(exercise.hints)}: {exercise.hints[number - 1]}", after
        )
    )


def show(function):
    """Draw what a function returns beside what it should return, for the exercise's first inputs."""
    exercise = _exercise(function)
    picture = _picture(exercise, function)
    if not present.in_notebook():
        print(picture)
        return None
    return picture


def _picture(exercise, function):
    """Yours beside the target, or a line that says why there is nothing to draw."""
    from course_lib.show import compare

    mine, theirs = exercise.first_answers(function)
    if isinstance(mine, str):
        return present.Line(engine.WRONG, mine)
    return compare(mine, theirs, name=exercise.name)


def progress_text():
    """The map of all exercises as plain text: ✓ done, ✗ tried, ○ open."""
    return str(Overview())


def progress():
    """Draw the map of done, tried and open exercises; in a notebook it follows every check of that notebook."""
    present.display(Overview())
