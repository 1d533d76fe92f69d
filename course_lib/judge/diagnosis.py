"""Which mistake is it? Numbers name it, more numbers confirm it, and the source may object: a sentence is said only if all three agree.

In this order: one listed mistake that explains every answer; a degenerate answer (all zeros, the input itself); what the source shows; two listed
mistakes together; one listed mistake that explains nearly everything, with a hedge; what the failing inputs have in common.
"""

import itertools

from . import detectors
from .compare import Raised, only_nan

LOOSE = {
    "name",
    "argument_too_many",
}  # of the detectors' sentences, those that say where and not what: two listed mistakes say more
NEARLY = "This explains most of your answers, though not all: "


def single(exercise, outcomes, code=None):
    """The one mistake, as (name,), that explains every outcome, or ()."""
    fitting = (
        name for name in exercise.says if exercise.fits(outcomes, (name,)) and shows(exercise, outcomes, (name,))
    )
    return next(((name,) for name in fitting if true_of(exercise, name, code)), ())


def pair(exercise, outcomes, code=None):
    """The two mistakes that explain every outcome together, or (); never one whose sentence is true only `alone`."""
    telling = (
        case
        for case, mine in enumerate(outcomes)
        if not exercise.agrees(case, mine) and not isinstance(mine, Raised) and not only_nan(mine)
    )
    case = next(telling, None)
    if case is None:
        return ()  # pairs that raise or end in NaN everywhere are guesses
    likely = (two for two in exercise.pairs_that_give(case, outcomes[case]) if exercise.fits(outcomes, two))
    return next((two for two in likely if all(true_of(exercise, name, code) for name in two)), ())


def nearly(exercise, outcomes, code=None):
    """The one mistake, as (name,), that explains every wrong outcome, though a few of the right ones are not its, or ()."""
    wrong = [case for case, mine in enumerate(outcomes) if not exercise.agrees(case, mine)]
    if len(wrong) < 2 or all(isinstance(outcomes[case], Raised) for case in wrong):
        return ()
    for name in exercise.says:
        strange = [case for case, mine in enumerate(outcomes) if not exercise.agrees(case, mine, (name,))]
        few = len(strange) <= min(2, len(wrong) - 1) and not set(strange) & set(wrong)
        if few and shows(exercise, outcomes, (name,)) and true_of(exercise, name, code):
            return (name,)
    return ()


def shows(exercise, outcomes, mistakes):
    """True if some wrong answer, that is more than only NaN, is just what these mistakes give.

    NaN and nothing else is enough for a mistake of which the table says so (`only_nan`), if other answers are right.
    """
    enough = set(mistakes) <= exercise.only_nan and any(map(exercise.agrees, itertools.count(), outcomes))
    return any(
        exercise.agrees(case, mine, mistakes) and not exercise.agrees(case, mine) and (enough or not only_nan(mine))
        for case, mine in enumerate(outcomes)
    )


def true_of(exercise, name, code):
    """False if the learner's source says that the sentence of this name is not true of it."""
    test = exercise.true_if.get(name)
    if test is None or code is None or not code.known:
        return True
    try:
        return bool(test(code))
    except Exception:  # code of a form that nobody thought of supports no sentence
        return False


def detected(exercise, outcomes, function):
    """(name, sentence) of what happens everywhere and not only in this exercise, or None."""
    return detectors.detected(exercise, outcomes, function) if function else None


def in_common(exercise, outcomes, function):
    """(name, sentence) of what the failing inputs have in common, or None."""
    return detectors.in_common(detectors.found_in(exercise, outcomes, function)) if function else None
