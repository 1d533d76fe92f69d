"""One file my_gpt.py out of the learner's own functions: each is tried in it first, and where one does not fit, the course's does its part."""

import re
from pathlib import Path
from typing import NamedTuple

from course_lib.disk import home, write_whole
from course_lib.judge import guarded_apart, sentence

from . import exported, exported_trial, one_file
from .exported import Choice
from .kept_files import read, yours
from .pieces import PIECES
from .trial import Misfit

SECONDS = 20.0  # for one function in all its forms
NAME = "my_gpt.py"


class NotExported(Exception):
    """Why there is no file, and what to do, in a sentence."""


class Exported(NamedTuple):
    """What was written: where, and whose each function in it is, {name: Choice}."""

    path: Path
    choices: dict

    def __str__(self):
        mine = [name for name, choice in self.choices.items() if choice.own]
        if mine:
            whose = f"{len(mine)} of your functions are in it."
        else:
            whose = "All its functions are the course's: nothing of yours that fits is kept in my_gpt/ yet."
        lines = [f"Written: {self.path}, {len(self.path.read_text(encoding='utf-8').splitlines())} lines. {whose}"]
        lines += [f"✗ {name}: the course's. {choice.why}" for name, choice in self.choices.items() if choice.why]
        return "\n".join([*lines, f"Try it: python {self.path.name} train, and then: python {self.path.name} write"])


def export_my_gpt(out=None, folder=None):
    """Write my_gpt.py (or the file `out`) out of the functions in my_gpt/; returns Exported. Nothing is ever overwritten.

    Raises NotExported if it can't be written.
    """
    path = _free(Path(out or NAME))
    choices = chosen(folder or home())
    try:
        write_whole(path, exported.text(choices))
    except OSError as error:
        why = error.strerror or error
        raise NotExported(f"{path} can't be written ({why}). Choose another place: --out some/folder/{NAME}") from None
    return Exported(path, choices)


def _free(path):
    """The path, or the next one with a number that is not there yet."""
    if path.is_dir():
        path = path / NAME
    if path.suffix != ".py":
        raise NotExported(f"{path} is no name for a Python file. It ends in .py, for example: --out {path}.py")
    paths = [path, *(path.with_stem(f"{path.stem}_{number}") for number in range(2, 1000))]
    return next(path for path in paths if not (path.exists() or path.is_symlink()))


# ---- which functions fit, and how ------------------------------------------------------------------------------------


def chosen(folder):
    """{name: Choice} for every piece: the learner's where it fits into the file, in the first form in which it does."""
    pieces = exported.frame().pieces
    texts, problems = read(list(pieces), folder)
    choices = {name: Choice(why=problems.get(name, "")) for name in pieces}
    for name, (_, text) in texts.items():
        choices = _with_own(name, text, choices)
    while any(choice.own for choice in choices.values()) and (
        problem := _problem(exported_trial.works_as_a_whole, choices)
    ):
        choices = _without_culprit(choices, problem)
    return choices


def _with_own(name, text, choices):
    """The choices with the learner's function, or with the reason why it does not fit."""
    try:
        file = one_file.without_course(one_file.read(text), exported.frame().pieces)
    except one_file.NotCarried as reason:
        return choices | {name: Choice(why=f"It can't be carried over: {reason}.")}
    nearest, others = (), choices | (_ready_for_arrays(name, file, choices) if file.with_numpy else {})
    for form, version in _versions(name, file):
        found = others | {name: Choice(version, form)}
        problem = _problem(exported_trial.fits, found, name)
        if not problem:
            return found
        natural = form is not None and (form[0] == "arrays") == file.with_numpy
        nearest = max(nearest, (problem.near, natural, len(form or ()), str(problem)))
    return choices | {name: Choice(why=nearest[-1])}


def _versions(name, file):
    """Ways to put a function into the file, (form, File), the plainest first: as it is; for arrays or tensors; for one text at a time."""
    kinds = ("arrays", "tensors") if file.with_numpy else ("tensors", "arrays")
    yield None, file
    yield from (((kind, *axes), file) for axes in dict.fromkeys([(), PIECES[name].axes]) for kind in kinds)
    if file.with_numpy and not PIECES[name].as_tensors:
        yield None, one_file.with_real_numpy(file)  # no gradient needs to pass


def _ready_for_arrays(name, file, choices):
    """Those of the choices that a file for NumPy calls and that could not be called with arrays, changed so that they can."""
    called = [n for n in _called(name, file, choices) if PIECES[n].as_tensors and not choices[n].form]
    rough = [n for n in called if _problem(exported_trial.takes_arrays, choices, n)]
    return {n: Choice(choices[n].own, ("tensors",), choices[n].why) for n in rough}


def _called(name, file, choices):
    """The names of all pieces that a file calls, and of those that these call."""
    pieces, called, parts = exported.frame().pieces, set(), list(file.parts)
    while parts:
        new = {used for part in parts for used in part.uses if used in pieces} - called - {name}
        called |= new
        parts = [p for n in new for p in (choices[n].own.parts if choices[n].own else [pieces[n][1]])]
    return called


def _without_culprit(choices, problem):
    """The choices without the function of the learner's that keeps a whole model from working."""
    mine = [name for name, choice in choices.items() if choice.own]
    why = f"Yours is right on small inputs, but not in a whole model. {problem}"
    without = {name: choices | {name: Choice(why=why)} for name in mine}
    return next(
        (rest for rest in without.values() if not _problem(exported_trial.works_as_a_whole, rest)), without[mine[-1]]
    )


# ---- trials, each in a process of its own ----------------------------------------------------------------------------


def _problem(trial, choices, *name):
    """Why a file of these choices fails a trial, as a Misfit with its sentence, or None; nothing that happens in it is fatal here."""
    text = exported.text(choices, also=name)

    def tried():
        try:
            trial(text, *name)
        except Misfit as misfit:
            cause = misfit.__cause__
            return misfit.near, str(misfit) or (str(cause) if isinstance(cause, Misfit) else sentence(cause))

    found, problem = guarded_apart(tried, SECONDS)
    near, said = found or (0, problem)
    return Misfit(near, yours(_for_a_comment(said))) if said else None


def _for_a_comment(said):
    """A guard's sentence about a line of the file: without its number, since the file isn't written yet, and without PyTorch's advice."""
    if "vmap" in said:
        return "Yours goes through its numbers one by one, which can't be done for many texts at once."
    said = re.sub(r" at line \d+(?: \((`.*?`)\))?", lambda line: f" at {line[1]}" if line[1] else "", said)
    quoted, mark, rest = said.rpartition("`")
    return quoted + mark + rest.partition(". ")[0].rstrip(".") + "." if mark else said
