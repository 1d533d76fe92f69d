"""The last failed check of each exercise: its card, its picture, and its inputs to try by hand."""

from dataclasses import dataclass

import numpy as np

from course_lib.judge import HINT, WRONG, Card, guarded
from course_lib.judge.attempt import call, given
from course_lib.judge.compare import Raised, WrongForm, YesNo
from course_lib.judge.evidence import described, difference, first_difference, in_words, rows, whole, with_inputs
from course_lib.judge.verdict import THEN


@dataclass
class Failed:
    """An exercise and the verdict on its last try; whether the cure was told."""

    exercise: object
    verdict: object
    told: bool = False

    @property
    def case(self):
        """The case that failed (a Failure), or None."""
        return self.verdict.replayable

    @property
    def problems(self):
        """What is right and what is wrong, in words."""
        return " ".join(
            filter(None, [self.verdict.right_so_far, *(text.split(THEN)[0] for _, text in self.verdict.said)])
        )

    @property
    def cure(self):
        """What to do about it, or ""."""
        return " ".join(self.verdict.cures)


_failed = {}  # {name of the exercise: Failed}, the latest last; of this kernel
_put = {}  # {name: value}: what a replay put into a notebook, and may replace


def keep(exercise, verdict):
    """Remember a failed check, and return it as a Failed."""
    _failed.pop(exercise.name, None)
    _failed[exercise.name] = Failed(exercise, verdict)
    return _failed[exercise.name]


def forget(name):
    """The exercise is right now."""
    _failed.pop(name, None)


def take_cure(name):
    """What to do about the last failure in this kernel, if it was not said yet, or ""; from now on it was."""
    found = _failed.get(name)
    if found is None or found.told:
        return ""
    found.told = True
    return found.cure


# ---- the card --------------------------------------------------------------------------------------------------------


def card(failed, cure="", note=""):
    """The card of a failed check: what is wrong, the evidence, and the cure, if it is time for it."""
    case, table, evidence = failed.case, [], failed.verdict.evidence
    if case:
        comparable = not isinstance(case.mine, Raised | WrongForm)
        table = rows(case.inputs, difference(case.mine, case.wanted, case.parts) if comparable else None)
        said = first_difference(case.mine, case.wanted, case.parts) if comparable else ""
        evidence = evidence or with_inputs(case.inputs, said)
    return Card(WRONG, f"{failed.exercise.name}: not yet.", [failed.problems, cure], evidence, table, note)


# ---- the picture -----------------------------------------------------------------------------------------------------


def answers(exercise, function):
    """(the learner's answer, the right one) on the case of the last failed check, else on the first inputs."""
    case = _failed[exercise.name].case if exercise.name in _failed else None
    if case is None:
        return exercise.first_answers(function)
    inputs = given(tuple(case.inputs.values()), exercise.tensors)
    run = lambda: call(function, inputs, case.wanted, exercise.reads, calls=exercise.calls)  # noqa: E731
    mine, problem = guarded(run, exercise.seconds)
    return problem or mine, case.wanted


def picture(exercise, mine, wanted):
    """Yours beside the target, or a card that says why there is nothing to draw."""
    from course_lib.show import compare

    mine = getattr(mine, "sentence", mine)
    if isinstance(mine, str) and not isinstance(wanted, str):
        return Card(WRONG, f"{exercise.name}: nothing to draw.", [mine])
    if isinstance(wanted, Raised):
        return Card(WRONG, f"{exercise.name}: expected {in_words(wanted)}; you returned {in_words(mine)}.")
    sides = [_named(exercise, side) for side in (mine, wanted)]
    return compare(*sides, name=exercise.name)


def _named(exercise, side):
    """An answer as it is drawn: with the names of its parts, and True and False as such."""
    if isinstance(side, tuple):
        side = tuple(_drawn(part) for part in side)
        return dict(zip(exercise.parts, side, strict=True)) if exercise.parts else side
    return _drawn(side)


def _drawn(value):
    return np.asarray(value).astype(bool) if isinstance(value, YesNo) else value


# ---- the inputs ------------------------------------------------------------------------------------------------------


def replay(space):
    """Put the inputs of the last failed check into `space`; a card that says which names they have, how to call the function, and what is expected.

    A name that holds something else than a former replay's input is left alone: the input then has a `_` after its name.
    """
    found = next((one for one in reversed(_failed.values()) if one.case), None)
    if found is None:
        return Card(
            HINT,
            "Nothing to replay.",
            ["No check has failed in this notebook since it was started. Run `check` first."],
        )
    exercise, case = found.exercise, found.case
    values = given(tuple(case.inputs.values()), exercise.tensors)
    names = {}
    for parameter, value in zip(case.inputs, values, strict=True):
        name = parameter
        while name in space and not (name in _put and space[name] is _put[name]):
            name += "_"
        names[parameter], space[name], _put[name] = name, value, value
    shown = dict(zip(names.values(), values, strict=True))
    taken = [f"`{name}`" for name, used in names.items() if name != used]
    left = (
        f"{' and '.join(taken)} {'was' if len(taken) == 1 else 'were'} taken already, so the input has a `_` after its name."
        if taken
        else ""
    )
    calls = f"{exercise.calls} times in a row" if exercise.calls > 1 else ""
    line = f"Call it {calls} with `{exercise.name}({', '.join(shown)})`.".replace("  ", " ")
    expected = _expected(case)
    lines = [described(*each) for each in shown.items()]
    for what, where, value in expected:
        between = "\n" if "\n" in value else " "
        lines.append(f"{what}{' ' if where else ''}{where}:{between}{value}")
    return Card(
        HINT, f"{exercise.name}: the inputs of the check that failed.", [line, left], "\n" + "\n".join(lines), rows(shown) + expected
    )  # fmt: skip


def _expected(case):
    """What is expected, whole, as rows: a row for each part, if there are parts."""
    if case.parts and isinstance(case.wanted, tuple):
        pairs = zip(case.parts, case.wanted, strict=True)
        return [("expected", f"({part[:1].lower()}{part[1:]})", whole(value)) for part, value in pairs]
    return [("expected", "", whole(case.wanted))]
