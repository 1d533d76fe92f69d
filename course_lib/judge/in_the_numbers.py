"""How wrong results differ from the right ones: by one factor, without their signs, turned, shifted, right but for the last row.

Every sentence says only what the numbers of all wrong trials show; what the code did to get there is left to a question.
"""

import numpy as np

from .compare import Raised, WrongForm, same
from .evidence import in_words
from .tolerance import agree


def equal(mine, theirs):
    return mine.shape == theirs.shape and bool(agree(mine, theirs).all())


def arrays(trials):
    """[(mine, wanted)] of trials whose outcomes are arrays, or of the one part of a tuple that is wrong in all of them; [] if there is none."""
    if all(isinstance(trial.mine, np.ndarray) and isinstance(trial.wanted, np.ndarray) for trial in trials):
        return [(trial.mine, trial.wanted) for trial in trials]
    tuples = [(trial.mine, trial.wanted) for trial in trials]
    if not all(
        isinstance(mine, tuple) and isinstance(wanted, tuple) and len(mine) == len(wanted) for mine, wanted in tuples
    ):
        return []
    wrong = {
        place for mine, wanted in tuples for place, pair in enumerate(zip(mine, wanted, strict=True)) if not same(*pair)
    }
    if len(wrong) != 1:
        return []
    place = wrong.pop()
    pairs = [(mine[place], wanted[place]) for mine, wanted in tuples]
    return pairs if all(isinstance(side, np.ndarray) for pair in pairs for side in pair) else []


def telling(pairs):
    """True if there are enough different numbers in the wanted results that agreement is no accident."""
    return len({round(float(value), 6) for _, wanted in pairs for value in wanted.ravel()[:50]} - {0.0}) >= 3


SQUEEZED = "Does a `squeeze`, or a place such as `[0]`, take it away?"


def _only_axes_of_one(mine, wanted):
    """True if two arrays differ in nothing but axes of size 1."""
    return (
        mine.shape != wanted.shape
        and mine.squeeze().shape == wanted.squeeze().shape
        and equal(mine.ravel(), wanted.ravel())
    )


def by_shape(pairs):
    """What is to be said if the numbers are right and only their arrangement is not."""
    if all(_only_axes_of_one(mine, wanted) for mine, wanted in pairs):
        if all(mine.ndim > wanted.ndim for mine, wanted in pairs):
            return (
                "axis_of_one",
                "The numbers are right, but there is one axis too many, of size 1. ⇒ Take it away, for example by a place `[0]`.",
            )
        if all(mine.ndim < wanted.ndim for mine, wanted in pairs):
            return "no_axis_of_one", f"The numbers are right, but an axis of size 1 is missing. ⇒ {SQUEEZED}"
    for one, other in ((-1, -2), (0, 1), (1, 2)):
        if all(max(one, other) < wanted.ndim and mine.ndim == wanted.ndim >= 2 for mine, wanted in pairs) and all(
            equal(np.swapaxes(mine, one, other), wanted) for mine, wanted in pairs
        ):
            if all(wanted.ndim == 2 for _, wanted in pairs):
                return (
                    "turned_result",
                    "Your numbers are right, but the table lies on its side: rows are columns. ⇒ Turn it: `.T`.",
                )
            return (
                "axes_swapped",
                f"Your numbers are right, but axes {one} and {other} have changed places. ⇒ Swap them: `swapaxes({one}, {other})`.",
            )
    return None


def by_part(pairs):
    """What is to be said if a part of what is wanted came back, or a sum of it."""
    if not all(wanted.ndim >= 1 and len(wanted) > 1 for _, wanted in pairs):
        return None
    parts = {
        "first_part": ("only the first of", lambda wanted: wanted[0], lambda wanted: wanted[:1]),
        "last_part": ("only the last of", lambda wanted: wanted[-1], lambda wanted: wanted[-1:]),
        "without_last": ("all but the last of", lambda wanted: wanted[:-1], None),
        "without_first": ("all but the first of", lambda wanted: wanted[1:], None),
    }
    for name, (words, *cuts) in parts.items():
        if all(any(cut and equal(mine, cut(wanted)) for cut in cuts) for mine, wanted in pairs):
            things = "rows" if all(wanted.ndim == 2 for _, wanted in pairs) else "entries"
            return (
                name,
                f"You return {words} the {things} that are wanted, and it is right. ⇒ Is it the `return`, a range or a place such as `[0]`?",
            )
    if all(wanted.ndim == 2 and equal(mine.ravel(), wanted.diagonal()) for mine, wanted in pairs):
        return (
            "diagonal_only",
            "You return the diagonal only: each row meets itself, and no other. ⇒ Two loops meet every pair; `zip` does not.",
        )
    for name, total in {"added_up": np.sum, "averaged": np.mean}.items():
        for axis in (None, 0, -1):
            if all(equal(mine, np.asarray(total(wanted, axis=axis))) for mine, wanted in pairs):
                verb = "sum" if total is np.sum else "mean"
                return (
                    name,
                    f"What you return is the {verb} of the numbers that are wanted: one step too many. ⇒ Return them as they are.",
                )
    return None


def _rows_wrong(mine, wanted, axis):
    """The places along an axis where something is wrong."""
    bad = ~agree(mine, wanted)
    return set(np.nonzero(bad.any(tuple(other for other in range(bad.ndim) if other != axis % bad.ndim)))[0].tolist())


def by_place(pairs):
    """What is to be said if only the first or the last row, column or entry is wrong, in every wrong trial."""
    if not all(mine.shape == wanted.shape and wanted.ndim for mine, wanted in pairs):
        return None
    ndim = min(wanted.ndim for _, wanted in pairs)
    for axis, thing in (
        ((-1, "entry"),) if ndim == 1 else ((-2, "row"), (-1, "column"), (-3, "block")[:2] if ndim > 2 else (-2, "row"))
    ):
        sizes = [wanted.shape[axis] for _, wanted in pairs]
        wrong = [_rows_wrong(mine, wanted, axis) for mine, wanted in pairs]
        if max(sizes) < 3:
            continue
        for name, place in (("last", -1), ("first", 0)):
            if all(bad == {place % size} for bad, size in zip(wrong, sizes, strict=True)):
                many = {"entry": "entries"}.get(thing, thing + "s")
                question = "end one step too early" if name == "last" else "begin one step too late"
                return (
                    f"{name}_{thing}",
                    f"Only the {name} {thing} is wrong; all other {many} are right. ⇒ Does a loop or a slice {question}?",
                )
        if all(bad == set(range(1, size)) for bad, size in zip(wrong, sizes, strict=True)):
            return (
                f"only_first_{thing}",
                f"Only the first {thing} is right; all others are wrong. ⇒ Do you use place 0 for all of them, or leave a loop too soon?",
            )
    return None


def _softmax(x):
    e = np.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)


CHANGES = {
    "sign_turned": (
        lambda y: -y,
        "Your numbers are right, but with the opposite sign.",
        "What is subtracted from what, or multiplied by −1?",
    ),
    "signs_lost": (
        abs,
        "Your numbers are right, but they have lost their minus signs.",
        "Is there an `abs`, a square or a root in your code?",
    ),
    "negatives_are_zero": (
        lambda y: np.maximum(y, 0),
        "Where the result is negative you return 0; the rest is right.",
        "Is there a `maximum`, a `clip` or a `relu` in your code?",
    ),
    "whole_numbers": (
        np.trunc,
        "Your numbers are right, but everything after the point is cut off.",
        "Is there an `int`, a `//` or an array of whole numbers in your code?",
    ),
    "floored": (np.floor, "Your numbers are rounded down to whole ones.", "Is there a `//` or a `floor` in your code?"),
    "rounded": (np.round, "Your numbers are rounded to whole ones.", "Keep what comes after the point."),
    "rounded_1": (
        lambda y: np.round(y, 1),
        "Your numbers are rounded to one digit after the point.",
        "Keep all digits.",
    ),
    "rounded_2": (
        lambda y: np.round(y, 2),
        "Your numbers are rounded to two digits after the point.",
        "Keep all digits.",
    ),
    "yes_for_no": (
        lambda y: 1 - y if np.isin(y, (0, 1)).all() else y * np.nan,
        "True and False have changed places, everywhere.",
        "Turn the comparison round.",
    ),
    "one_minus": (lambda y: 1 - y, "You return 1 minus what is wanted.", "Leave out the difference to 1."),
    "reversed": (lambda y: y[::-1], "Your numbers are right, but in reverse order.", "Begin at the other end."),
    "columns_reversed": (
        lambda y: y[..., ::-1],
        "Each row is right, but in reverse order.",
        "Begin at the other end of a row.",
    ),
    "one_place_on": (
        lambda y: np.roll(y, 1, 0),
        "Your numbers are right, but each is one place too far on, and the last comes first.",
        "Is a place off by one?",
    ),
    "one_place_back": (
        lambda y: np.roll(y, -1, 0),
        "Your numbers are right, but each is one place too early, and the first comes last.",
        "Is a place off by one?",
    ),
    "columns_on": (
        lambda y: np.roll(y, 1, -1),
        "Each row is right, but shifted by one place to the right.",
        "Is a place off by one?",
    ),
    "columns_back": (
        lambda y: np.roll(y, -1, -1),
        "Each row is right, but shifted by one place to the left.",
        "Is a place off by one?",
    ),
    "in_order": (
        lambda y: np.sort(y, -1),
        "Your numbers are right, but sorted.",
        "Leave them in the order of the input.",
    ),
    "root": (np.sqrt, "You return the square root of what is wanted.", "Leave the root out."),
    "squared": (
        np.square,
        "You return the square of what is wanted.",
        "Is a root missing, or something squared twice?",
    ),
    "exponential": (np.exp, "You return e to the power of what is wanted.", "Is a logarithm missing?"),
    "logarithm": (np.log, "You return the logarithm of what is wanted.", "Leave the logarithm out."),
    "inverse": (lambda y: 1 / y, "You return 1 divided by what is wanted.", "What is divided by what?"),
    "softmaxed": (
        _softmax,
        "You return the softmax of what is wanted: one step too many.",
        "Return the numbers before it.",
    ),
    "running_sum": (
        lambda y: np.cumsum(y, -1),
        "You return running sums: each number is added to those before it.",
        "Is the total set back to 0 where a new one begins?",
    ),
    "running_sum_down": (
        lambda y: np.cumsum(y, 0),
        "You return running sums: each row is added to those before it.",
        "Is the total set back to 0 where a new row begins?",
    ),
}


def by_change(pairs):
    """What is to be said if one simple change turns what is wanted into what came back."""
    if not all(mine.shape == wanted.shape for mine, wanted in pairs) or not telling(pairs):
        yes_or_no = all(np.isin(side, (0, 1)).all() for pair in pairs for side in pair) and all(
            m.shape == w.shape for m, w in pairs
        )
        if not yes_or_no or sum(wanted.size for _, wanted in pairs) < 6:
            return None
    for name, (change, wrong, cure) in CHANGES.items():
        with np.errstate(all="ignore"):
            try:
                fits = all(equal(mine, np.asarray(change(wanted), dtype=float)) for mine, wanted in pairs)
            except (ValueError, IndexError, TypeError, np.exceptions.AxisError):
                continue
        if fits:
            return name, f"{wrong} ⇒ {cure}"
    return None


def factors(pairs):
    """For each pair the one factor between mine and wanted, or None if there is none everywhere."""
    found = []
    for mine, wanted in pairs:
        at = np.argmax(abs(wanted)) if wanted.size and mine.shape == wanted.shape else None
        if at is None or not np.isfinite(wanted).all() or wanted.flat[at] == 0:
            return None
        factor = mine.flat[at] / wanted.flat[at]
        if not np.isfinite(factor) or abs(factor) < 1e-9 or not agree(mine / factor, wanted).all():
            return None
        found.append(float(factor))
    return found


def by_factor(pairs, trials):
    """What is to be said if all numbers are too large or too small by one factor, or by a factor that is a size of the input."""
    found = factors(pairs)
    if not found or not telling(pairs) or all(abs(factor - 1) < 1e-3 for factor in found):
        return None
    if max(found) - min(found) <= 1e-3 * abs(found[0]):
        factor = float(f"{found[0]:.3g}")
        if (
            abs(factor) > 1
            and abs(1 / found[0] - round(1 / found[0])) > 1e-3
            and abs(found[0] - round(found[0])) < 1e-3
        ):
            factor = round(found[0])
        return (
            "one_factor",
            f"All your numbers are {in_words(factor)} times the right ones. ⇒ Which step multiplies or divides by something that it should not?",
        )
    for text, sizes in _sizes(trials).items():
        if len(set(sizes)) < 2 or min(sizes) < 1:
            continue
        sizes = np.array(sizes, dtype=float)
        for words, expected in (
            (f"{text} times too large", sizes), (f"{text} times too small", 1 / sizes),
            (f"√{text} times too large", sizes**0.5), (f"√{text} times too small", sizes**-0.5),
        ):  # fmt: skip
            if np.allclose(found, expected, rtol=1e-3):
                return (
                    "factor_of_size",
                    f"All your numbers are too {words.split()[-1]}, by the factor {words.split()[0]}. ⇒ Which step multiplies or divides by it?",
                )
    return None


def _sizes(trials):
    """{how it is written: [its value in each trial]} of the sizes and whole numbers among the inputs."""
    found = {}
    for name, value in trials[0].inputs.items():
        if type(value) is int:
            found[f"`{name}`"] = [trial.inputs.get(name, 0) for trial in trials]
        for axis in range(getattr(value, "ndim", 0)):
            shapes = [getattr(trial.inputs.get(name), "shape", ()) for trial in trials]
            found[f"`{name}.shape[{axis}]`"] = [shape[axis] if axis < len(shape) else 0 for shape in shapes]
    return found


def by_offset(pairs):
    """What is to be said if all numbers are off by one and the same amount."""
    if not all(
        mine.shape == wanted.shape and wanted.size and np.isfinite(wanted).all() for mine, wanted in pairs
    ) or not telling(pairs):
        return None
    by = float((pairs[0][0] - pairs[0][1]).flat[0])
    if not np.isfinite(by) or abs(by) < 2e-3 or not all(equal(mine - by, wanted) for mine, wanted in pairs):
        return None
    return (
        "one_offset",
        f"All your numbers are too {'large' if by > 0 else 'small'} by {in_words(abs(by))}. ⇒ Where is that added or left out?",
    )


def by_nan(pairs):
    """What is to be said if every number that is there is right, and the others are NaN or infinite."""
    if not all(mine.shape == wanted.shape for mine, wanted in pairs):
        return None
    bad = [~agree(mine, wanted) for mine, wanted in pairs]
    if all(np.isnan(mine[where]).all() for (mine, _), where in zip(pairs, bad, strict=True)) and not all(
        where.all() for where in bad
    ):
        return (
            "some_nan",
            "Some of your numbers are NaN (not a number); all others are right. ⇒ Look for 0/0, ∞ − ∞, 0·∞, or the root or logarithm of a negative number.",
        )
    return None


def by_list(trials):
    """What is to be said of lists that hold the right things in the wrong order, or not all of them."""
    pairs = [(trial.mine, trial.wanted) for trial in trials]
    if not all(isinstance(mine, list) and isinstance(wanted, list) for mine, wanted in pairs):
        return None
    if not any(len(wanted) > 2 for _, wanted in pairs):
        return None
    changes = {
        "list_reversed": (
            lambda wanted: wanted[::-1],
            "Your list is right, but in reverse order.",
            "Begin at the other end.",
        ),
        "last_missing": (
            lambda wanted: wanted[:-1],
            "Your list is right, but the last one is missing.",
            "Does the loop end one step too early, or is something added only when the next one comes?",
        ),
        "first_missing": (
            lambda wanted: wanted[1:],
            "Your list is right, but the first one is missing.",
            "Does the loop begin one step too late?",
        ),
        "only_first": (
            lambda wanted: wanted[:1],
            "Only the first one is in your list.",
            "Is the `return` inside the loop?",
        ),
        "each_once": (
            lambda wanted: list(dict.fromkeys(map(str, wanted))),
            "What comes several times is only once in your list.",
            "Keep each one, however often it comes.",
        ),
        "list_sorted": (
            lambda wanted: sorted(wanted),
            "Your list is right, but sorted.",
            "Keep the order of the input.",
        ),
    }
    for name, (change, wrong, cure) in changes.items():
        try:
            if all((list(map(str, mine)) if name == "each_once" else mine) == change(wanted) for mine, wanted in pairs):
                return name, f"{wrong} ⇒ {cure}"
        except TypeError:
            continue
    return None


def in_the_numbers(trials):
    """(name, sentence) of how the wrong outcomes among these trials differ from the right ones, or None.

    What is said of all numbers must hold where the answer is right, too: the half of nothing is nothing, and 7 is 7 without its sign.
    """
    wrong = [trial for trial in trials if not trial.agrees]
    if not wrong or any(
        isinstance(trial.mine, Raised | WrongForm) or isinstance(trial.wanted, Raised) for trial in wrong
    ):
        return None
    pairs = arrays(wrong)
    if not pairs:
        return by_list(wrong)
    if any(np.isnan(mine).all() and mine.size for mine, _ in pairs):
        return None
    everywhere = [
        trial for trial in trials if not isinstance(trial.mine, Raised) and not isinstance(trial.wanted, Raised)
    ]
    all_pairs = arrays(everywhere)
    if found := by_shape(pairs) or by_nan(pairs) or by_part(pairs):
        return found
    if len(all_pairs) == len(everywhere):
        found = by_change(all_pairs) or by_factor(all_pairs, everywhere) or by_offset(all_pairs)
    return found or by_place(pairs)
