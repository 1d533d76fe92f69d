"""From the files in my_gpt/ to functions that can be used: each must still be what passed its check, and fit."""

from course_lib.judge import NOT_ATTEMPTED, guarded, guarded_apart, sentence
from course_lib.mistakes import exercise_named

from .learners_file import run_file
from .own_pieces import Pieces
from .pieces import PIECES
from .trial import Misfit, fit
from .trial_as_is import fit_as_is

SECONDS = 10.0  # for one file, import and trials together; a good one takes a fraction of a second
LONGEST = 200_000  # bytes


def read(names, folder):
    """({name: (path, text)} of the pieces whose file can be read and still passes its check, {name: why not})."""
    texts, problems = {}, {}
    for name in names:
        path = folder / f"{name}.py"
        if not path.is_symlink() and not path.exists():
            continue
        try:
            if not path.is_file() or path.stat().st_size > LONGEST:
                raise OSError("it is no text file of a usual size")
            texts[name] = path, path.read_text(encoding="utf-8")
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or error
            problems[name] = f"my_gpt/{name}.py can't be read: {reason}."
    passed, problem = guarded_apart(lambda: {name: _checked(name, *texts[name]) for name in texts}, SECONDS)
    for name in list(texts):
        said, problem = (
            (passed[name], None) if passed else guarded_apart(lambda n=name: _checked(n, *texts[n]), SECONDS)
        )
        if said or problem:
            problems[name] = said or yours(problem)
            del texts[name]
    return texts, problems


def _checked(name, path, text):
    """Why the file is not what passed its check, in a sentence; or an empty one."""
    space, problem = guarded(lambda: run_file(text, name, path), SECONDS / 3)
    if problem:
        return yours(problem)
    if not callable(space.get(name)):
        return f"my_gpt/{name}.py no longer defines `{name}`."
    exercise = exercise_named(name)
    verdict = exercise.check(space[name]) if exercise else None
    if verdict is None or verdict.ok:
        return ""
    if verdict.state == NOT_ATTEMPTED:
        return f"my_gpt/{name}.py has no code any more."
    return " ".join(["Yours no longer passes its check.", *(text for _, text in verdict.said)])


def yours(problem):
    """A guard's sentence, as one about a piece."""
    return problem.replace("Your function", "Yours")


def fit_all(texts, problems):
    """(Pieces with all that fit, smallest first, so that the larger ones can call them; how each is called); `problems` gets why others don't."""
    mine, manners, called = {}, {}, set()
    for name, (path, text) in texts.items():
        course = Pieces(mine, called).for_files() if PIECES[name].as_tensors else None
        found, problem = guarded(lambda n=name, t=text, c=course, p=path: _fitted(n, t, c, p), SECONDS)
        if problem is None and not isinstance(found, str):
            mine[name], manners[name] = found
        else:
            problems[name] = yours(problem or found)
    return Pieces(mine, called), manners


def _fitted(name, text, course, path):
    try:
        return fit(name, text, course, path) if course else (fit_as_is(name, text, path), "")
    except Misfit as misfit:
        return str(misfit) or sentence(misfit.__cause__)
