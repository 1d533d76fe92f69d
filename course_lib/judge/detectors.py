"""What goes wrong everywhere, in any exercise: asked when no listed mistake fits. Each sentence is true by what was seen, or is not said.

`degenerate` is asked first of all, `detect` last. A sentence is "What is wrong. ⇒ What to do." What is read in the source alone is never
said: it must have been seen in the numbers, too, or a changed copy of the learner's code must have come out right.
"""

from dataclasses import dataclass, field

import numpy as np

from .code import Code
from .compare import Raised, WrongForm, answer, in_words, same


@dataclass(frozen=True)
class Trial:
    """One call: the inputs by name (those left out are not there), the style of made inputs ("" for a fixed case), and both outcomes."""

    inputs: dict
    style: str
    mine: object
    wanted: object
    agrees: bool


@dataclass(frozen=True)
class Found:
    """What is known of a learner's wrong function.

    run: (another function, trial) -> the outcome of that function on the trial's inputs, read as the learner's own was; it may raise.
    right: function -> True if it passes the whole check. Both may be missing; then nothing is tried out.
    """

    code: Code
    name: str
    parameters: tuple
    defaults: dict
    trials: list = field(default_factory=list)
    run: object = None
    right: object = None

    @property
    def wrong(self):
        return [trial for trial in self.trials if not trial.agrees]


# ---- answers that are none ------------------------------------------------------------------------------------------


def degenerate(trials):
    """(name, sentence) if the function answers without doing anything: one constant, the same each time, an argument as it is."""
    wanted = [trial for trial in trials if not isinstance(trial.wanted, Raised)]
    said = [trial for trial in wanted if not isinstance(trial.mine, Raised | WrongForm)]
    if not said or len(said) < len(wanted) or all(trial.agrees for trial in trials):
        return None
    return _constant(said) or _argument(said) or _same_each_time(said)


def numbers(outcome):
    """All numbers of an outcome in one row, or None if it holds something else."""
    parts = outcome if isinstance(outcome, tuple) else (outcome,)
    if not all(isinstance(part, np.ndarray) for part in parts):
        return None
    return np.concatenate([part.ravel() for part in parts]) if parts else None


def _constant(trials):
    mine, wanted = ([numbers(getattr(trial, side)) for trial in trials] for side in ("mine", "wanted"))
    if any(row is None for row in mine):
        empty = all(not isinstance(trial.mine, np.ndarray) and trial.mine in ([], {}, "") for trial in trials)
        if empty and any(trial.wanted != trial.mine for trial in trials):
            return (
                "always_empty",
                f"You return `{trials[0].mine!r}` on every input. ⇒ Does what you compute from the input reach the `return`?",
            )
        return None
    row = np.concatenate(mine)
    if not row.size:
        return (
            "always_empty",
            "You return nothing: an array without an entry, on every input. ⇒ Does what you compute from the input reach the `return`?",
        )
    if not (row == row[0]).all() or (len(trials) == 1 and row.size == 1):
        return None
    yes_or_no = all(other is not None and np.isin(other, (0, 1)).all() for other in wanted)
    value = {0: "False (0)", 1: "True (1)"}.get(row[0], in_words(row[0])) if yes_or_no else in_words(row[0])
    alone = all(other.size == 1 for other in mine)
    cure = "Does what you compute from the input reach the `return`?"
    if alone:
        return "one_constant", f"Your function returns {value} on every input. ⇒ {cure}"
    return "one_constant", f"Every entry that you return is {value}, on every input. ⇒ {cure}"


def as_answer(value, like):
    """An input in the form in which answers are compared."""
    try:
        return answer(value, like)
    except Exception:
        return WrongForm("")


def _argument(trials):
    if len(trials) < 3 and not any(
        len(str(trial.mine)) > 8 for trial in trials
    ):  # one or two numbers may be equal by chance
        return None
    for name in trials[0].inputs:
        if all(
            name in trial.inputs and same(as_answer(trial.inputs[name], trial.mine), trial.mine) for trial in trials
        ):
            return (
                "an_argument",
                f"What you return equals the argument `{name}`, on every input. ⇒ Do what is asked for before you return it.",
            )
    return None


def _same_each_time(trials):
    first = trials[0].mine
    if len(trials) < 3 or not all(same(trial.mine, first) for trial in trials):
        return None
    if all(same(trial.wanted, trials[0].wanted) for trial in trials):
        return None
    text = "Your function returns the same on every input. ⇒ Compute the result from the arguments."
    return "same_each_time", text


# ---- right for most inputs, wrong for one kind ----------------------------------------------------------------------

# style: (right where, wrong where, what to look for)
STYLE_WORDS = {
    "whole": (
        "for numbers with a point",
        "for whole numbers",
        "Does an array take its type from the input, as `zeros_like` does? Then it cuts off what comes after the point.",
    ),
    "zeros": (
        "elsewhere",
        "where every number is 0",
        "Do you divide by something that is 0 there, or does a 0 count as nothing?",
    ),
    "negative": ("elsewhere", "where every number is negative", "Does a search for the largest begin with 0?"),
    "positive": ("elsewhere", "where every number is positive", "Does a search for the smallest begin with 0?"),
    "ties": (
        "elsewhere",
        "where the same number comes several times",
        "Is something looked up by its value, or do equal ones count as one?",
    ),
    "parallel": (
        "elsewhere",
        "where all rows point the same way",
        "Is a row that is like another left out, or looked up by what it holds?",
    ),
    "large": (
        "for numbers near 1",
        "for numbers in the thousands",
        "Does an `exp` overflow, or is something like −1000 used as if nothing were smaller?",
    ),
    "tiny": (
        "for numbers near 1",
        "for numbers near 0.000001",
        "Do you add a small number, round, or leave out what is almost 0?",
    ),
    "smallest": (
        "for other sizes",
        "for the smallest sizes that are allowed",
        "Does `squeeze` drop an axis of size 1, or does a loop or a slice need at least two?",
    ),
    "largest": ("for small sizes", "for large ones", "Is a size, or a limit, written into your code?"),
    "capitals": (
        "for plain words",
        "where there are capitals, digits or punctuation",
        "Do you change tokens, or leave some out? Take each one as it is.",
    ),
    "repeats": (
        "elsewhere",
        "where everything comes more than once",
        "Is something looked up by its value (`index`), or does a set swallow the second one?",
    ),
    "last place": (
        "elsewhere",
        "at the last place that is allowed",
        "Does a range, a slice or a comparison end one too early?",
    ),
}


def by_style(found):
    """The sentence of a style, if all made inputs that fail are of that one style and every other input comes out right."""
    styles = {trial.style for trial in found.wrong}
    if len(styles) != 1 or not styles <= set(STYLE_WORDS) or len(found.trials) < 3:
        return None
    right, wrong, look = STYLE_WORDS[style := styles.pop()]
    return f"wrong_if_{style.replace(' ', '_')}", f"Right {right}, wrong {wrong}. ⇒ {look}"


# ---- all of them ----------------------------------------------------------------------------------------------------


def detect(found):
    """(name, sentence) of what is seen in a wrong answer that no listed mistake explains, or None."""
    return by_style(found)
