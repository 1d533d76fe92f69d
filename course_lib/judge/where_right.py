"""Where is a function right, and where wrong? A simple property of the inputs that parts the two perfectly is worth a sentence.

"Right wherever T_query = T_key, wrong everywhere else" is always true, whatever the code does, and often says where to look.
"""

import itertools
import math

import numpy as np


def properties(inputs, parameters):
    """{(in words where it holds, in words where it does not): True or False} of one trial's inputs, the most telling first."""
    found = {}

    def note(yes, no, value):
        found.setdefault((yes, no), bool(value))

    for name in parameters:
        value = inputs.get(name)
        if name not in inputs:
            note(f"where `{name}` is left out", f"where `{name}` is given", True)
            continue
        note(f"where `{name}` is left out", f"where `{name}` is given", False)
        note(f"where `{name}` is None", f"where `{name}` is given", value is None)
        _of_one(note, name, value)
    shaped = {name: value.shape for name, value in inputs.items() if getattr(value, "shape", ())}
    for (one, first), (other, second) in itertools.combinations(shaped.items(), 2):
        note(
            f"where `{one}` and `{other}` have equally many rows",
            f"where `{one}` and `{other}` have different numbers of rows",
            first[0] == second[0],
        )
        note(
            f"where `{one}` and `{other}` have the same shape",
            f"where `{one}` and `{other}` have different shapes",
            first == second,
        )
    whole = {name: value for name, value in inputs.items() if type(value) is int}
    for (one, first), (other, second) in itertools.permutations(whole.items(), 2):
        note(f"where `{one}` is smaller than `{other}`", f"where `{one}` is at least `{other}`", first < second)
        note(f"where `{one}` equals `{other}`", f"where `{one}` and `{other}` differ", first == second)
    for (one, first), (other, shape) in itertools.product(whole.items(), shaped.items()):
        for axis, size in enumerate(shape):
            if first > 0:
                note(
                    f"where `{one}` divides `{other}.shape[{axis}]`",
                    f"where `{other}.shape[{axis}]` can't be divided evenly by `{one}`",
                    size % first == 0,
                )
            note(
                f"where `{one}` is smaller than `{other}.shape[{axis}]`",
                f"where `{one}` is at least `{other}.shape[{axis}]`",
                first < size,
            )
    return found


def _of_one(note, name, value):
    """The properties of one argument."""
    if type(value) is bool:
        note(f"where `{name}` is True", f"where `{name}` is False", value)
    elif isinstance(value, int | float):
        for number in (0, 1, 2):
            note(f"where `{name}` is {number}", f"where `{name}` is not {number}", value == number)
        note(f"where `{name}` is negative", f"where `{name}` is not negative", value < 0)
        note(f"where `{name}` is even", f"where `{name}` is odd", type(value) is int and value % 2 == 0)
    elif isinstance(value, list | tuple | dict | str):
        note(f"where `{name}` holds at most one", f"where `{name}` holds several", len(value) <= 1)
        if isinstance(value, list | tuple) and all(isinstance(entry, str | int) for entry in value):
            note(
                f"where nothing in `{name}` comes twice",
                f"where something in `{name}` comes several times",
                len(set(value)) == len(value),
            )
            note(f"where `{name}` has an even length", f"where `{name}` has an odd length", len(value) % 2 == 0)
    elif getattr(value, "shape", None) is not None and hasattr(value, "tolist"):
        _of_array(note, name, np.asarray(value.detach() if hasattr(value, "detach") else value))


def _of_array(note, name, x):
    for axes, words in ((1, "one axis"), (2, "two axes"), (3, "three axes")):
        note(f"where `{name}` has {words}", f"where `{name}` does not have {words}", x.ndim == axes)
    if x.ndim >= 3:
        note(f"where `{name}` holds one text only", f"where `{name}` holds several texts", x.shape[0] == 1)
    if x.ndim >= 2:
        note(f"where `{name}` is square", f"where `{name}` is not square", x.shape[-1] == x.shape[-2])
        note(f"where `{name}` has one row", f"where `{name}` has several rows", x.shape[-2] == 1)
        note(f"where `{name}` has two rows", f"where `{name}` does not have two rows", x.shape[-2] == 2)
        note(f"where `{name}` has two columns", f"where `{name}` does not have two columns", x.shape[-1] == 2)
        note(f"where `{name}` has one column", f"where `{name}` has several columns", x.shape[-1] == 1)
    if x.ndim == 1:
        for number, words in ((1, "one entry"), (2, "two entries"), (3, "three entries")):
            note(f"where `{name}` has {words}", f"where `{name}` does not have {words}", len(x) == number)
    if x.dtype.kind in "if" and x.size and np.isfinite(x).all():
        note(
            f"where `{name}` holds whole numbers",
            f"where `{name}` holds numbers with a point",
            (x == np.round(x)).all(),
        )
        note(f"where no number in `{name}` is negative", f"where a number in `{name}` is negative", (x >= 0).all())
        note(f"where no number in `{name}` is 0", f"where a number in `{name}` is 0", (x != 0).all())
        note(
            f"where all numbers in `{name}` differ",
            f"where a number in `{name}` comes several times",
            len(np.unique(x)) == x.size,
        )
        note(
            f"where all numbers in `{name}` are below 50",
            f"where a number in `{name}` is 50 or more",
            abs(x).max() < 50,
        )


def where_right(trials, parameters, more=None):
    """(name, sentence) if a property of the inputs parts the right trials from the wrong ones perfectly, or None.

    Among many properties one may fit by chance: the fewer ways there are to part so many trials, the fewer properties are asked.
    """
    trials = [*trials, *more()] if more else trials
    wrong = sum(not trial.agrees for trial in trials)
    ways = math.comb(len(trials), wrong)
    if not 2 <= wrong <= len(trials) - 2 or ways < 15:
        return None
    tables = [properties(trial.inputs, parameters) for trial in trials]
    for words in tables[0]:
        values = [table.get(words) for table in tables]
        if None in values or len(set(values)) < 2 or (ways < 1000 and any(word in words[0] for word in OF_VALUES)):
            continue
        yes, no = words
        if all(value != trial.agrees for value, trial in zip(values, trials, strict=True)):
            yes, no = no, yes
        elif any(value != trial.agrees for value, trial in zip(values, trials, strict=True)):
            continue
        return "right_where", f"Right {yes}, wrong {no}, in all that was tried. ⇒ {LOOK}"
    return None


OF_VALUES = ("number in", "numbers in", "whole numbers", "even")
LOOK = "Go through your code with such an input in mind: which line does something else there?"
