"""The last failed check of each exercise: its card, its picture, and its inputs to try by hand."""

from dataclasses import dataclass

from course_lib.judge import HINT, THEN, WRONG, Card, failing_case


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
    evidence, table = failing_case.evidence_of(failed.verdict) if failed.case else (failed.verdict.evidence, ())
    return Card(WRONG, f"{failed.exercise.name}: not yet.", [failed.problems, cure], evidence, table, note)


# ---- the picture -----------------------------------------------------------------------------------------------------


def picture(exercise, function):
    """What a function returns beside what it should, on the case of its last failed check, else on the first inputs."""
    case = _failed[exercise.name].case if exercise.name in _failed else None
    return drawing(exercise, *failing_case.answers(exercise, function, case))


def drawing(exercise, mine, wanted):
    """Yours beside the target, or a card that says why there is nothing to draw."""
    from course_lib.show import compare

    yours, target, problem = failing_case.drawable(exercise, mine, wanted)
    return (
        Card(WRONG, f"{exercise.name}: nothing to draw.", [problem])
        if problem
        else compare(yours, target, name=exercise.name)
    )


# ---- the inputs ------------------------------------------------------------------------------------------------------


def replay(space):
    """Put the inputs of the last failed check into `space`; a card that says which names they have, how to call the function, and what is expected.

    A name that holds something else than a former replay's input is left alone: the input then has a `_` after its name.
    """
    found = next(reversed(_failed.values()), None)
    if found is None or found.case is None:
        why = (
            "No single input shows what is wrong." if found else "No check has failed since this notebook was started."
        )
        return Card(HINT, "Nothing to replay.", [why])
    exercise, inputs = found.exercise, failing_case.inputs_of(found.exercise, found.case)
    shown = {_put_into(space, name, value): value for name, value in inputs.items()}
    taken = [f"`{name}`" for name, used in zip(inputs, shown, strict=True) if name != used]
    verb = "was" if len(taken) == 1 else "were"
    left = f"{' and '.join(taken)} {verb} taken already, so the input has a `_` after its name." if taken else ""
    often = f" {exercise.calls} times in a row" if exercise.calls > 1 else ""
    line = f"Call it{often} with `{exercise.name}({', '.join(shown)})`."
    lines, table = failing_case.inputs_and_expected(shown, found.case)
    head = f"{exercise.name}: the inputs of the check that failed."
    return Card(HINT, head, [line, left], "\n" + "\n".join(lines), table)


def _put_into(space, name, value):
    """Put a value under this name, or with a `_` after it where the name is taken; returns the name."""
    while name in space and not (name in _put and space[name] is _put[name]):
        name += "_"
    space[name] = _put[name] = value
    return name
