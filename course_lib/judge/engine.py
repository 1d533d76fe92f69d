"""The heart: an exercise is a reference with named forks, and a sentence for each name.

The learner's function runs on a few small inputs. If an answer differs from the reference's, it is compared with the reference under
every single mistake, then under every pair of them: equal on all inputs means that this is what the learner did, and the sentence says so.
"""

import contextlib
import copy
import inspect
import itertools
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from .attempt import attempt, call, given, import_what_it_needs, in_a_row, is_empty, wrong_form
from .compare import Raised, WrongForm, answer, first_difference, in_words, only_nan, pristine, same
from .guard import SECONDS, guarded, guarded_apart
from .limits import state_kept

RIGHT, WRONG, NOT_ATTEMPTED = "right", "wrong", "not attempted"


class Slip:
    """`slip(right, name=wrong, …)` is `right`, or `wrong` where the mistake of that name is switched on; functions are called."""

    def __init__(self, on=()):
        self.on, self.names = frozenset(on), {}

    def __call__(self, right, **wrong):
        self.names.update(dict.fromkeys(wrong))
        chosen = next((wrong[name] for name in wrong if name in self.on), right)
        return chosen() if callable(chosen) else chosen


@dataclass(frozen=True)
class Verdict:
    """What a check says: a state, the sentences with the names of their mistakes, and the smallest evidence."""

    exercise: str
    state: str
    said: tuple = ()
    evidence: str = ""

    @property
    def ok(self):
        return self.state == RIGHT

    @property
    def names(self):
        return tuple(name for name, _ in self.said)

    @property
    def text(self):
        """The verdict as plain text, without a mark."""
        if self.state == RIGHT:
            return f"{self.exercise}: right."
        if self.state == NOT_ATTEMPTED:
            return f"{self.exercise}: not attempted yet. Replace `raise NotImplementedError` by your code."
        words = [text for _, text in self.said] + ([self.evidence] if self.evidence else [])
        return f"{self.exercise}: not yet. " + " ".join(words)


class Exercise:
    """One exercise: `reference(*inputs, slip)`, the inputs, a sentence for each mistake, three hints, and probes for what nobody foresaw.

    cases: tuples of inputs (the first is shown to learners: keep it small), or a function that makes the list when it is first needed
    (where a case holds torch's objects). says: {mistake: sentence}. hints: a question, the tool, the first line. probes: (name, sentence,
    test) where `test(f)` is True if all is well. tensors: True passes float32 tensors instead of arrays. reads: (value, inputs) -> what is
    compared, for a function that acts on its inputs; may_change names those. The reference's own value is read the same way. calls: how
    often in a row it is called with the same inputs (`reads` then gets all values). parts: what each compared thing is, in words.
    """

    def __init__(
        self, reference, *, cases, says, hints, probes=(), tensors=False, seconds=SECONDS, reads=None, may_change=(), calls=1, parts=(),
        makes=None, tries=30, unfit=None, defaults=None, true_if=None, steps=None, promises=(),
    ):  # fmt: skip
        self.reference, self._cases, self.says, self.hints = reference, cases, dict(says), tuple(hints)
        self.probes, self.tensors, self.seconds = tuple(probes), tensors, seconds
        self.reads, self.may_change, self.calls, self.parts = reads, tuple(may_change), calls, tuple(parts)
        self.name = reference.__name__
        self.makes, self.tries, self.unfit, self.defaults = makes, tries, dict(unfit or {}), dict(defaults or {})
        self.true_if, self.steps, self.promises = dict(true_if or {}), dict(steps or {}), tuple(promises)
        self.parameters = tuple(inspect.signature(reference).parameters)[:-1]
        self._memo = {}

    @cached_property
    def cases(self):
        """The inputs, as a list of tuples."""
        if not callable(self._cases):
            return list(self._cases)
        with state_kept():
            return list(self._cases())

    # ---- the reference and its forks -------------------------------------------------------------------------------

    def outcome(self, case, mistakes=()):
        """The reference's answer on case number `case` with these mistakes switched on."""
        key = case, mistakes
        if key not in self._memo:
            with pristine(), np.errstate(all="ignore"):
                try:
                    inputs = copy.deepcopy(self.cases[case])
                    value = in_a_row(self.reference, (*inputs, Slip(mistakes)), self.calls)
                    value = self.reads(value, inputs) if self.reads else value
                    form = answer(value, self.outcome(case) if mistakes else value)  # as a learner's answer is read
                    self._memo[key] = answer(value, value) if isinstance(form, WrongForm) else form
                except Exception as error:
                    self._memo[key] = Raised(type(error).__name__)
        return self._memo[key]

    def fits(self, outcomes, mistakes=()):
        """True if these outcomes are what the reference gives under exactly these mistakes, on every case."""
        return all(same(mine, self.outcome(case, mistakes)) for case, mine in enumerate(outcomes))

    def diagnose(self, outcomes):
        """The names of the one or two mistakes that explain the outcomes, or ()."""
        if all(map(only_nan, outcomes)):
            return ()  # too many mistakes end in NaN everywhere: a name would be a guess
        raised = all(isinstance(outcome, Raised) for outcome in outcomes)  # pairs that raise everywhere are guesses too
        pairs = () if raised else itertools.combinations(self.says, 2)
        groups = itertools.chain(((name,) for name in self.says), pairs)
        return next((group for group in groups if self.fits(outcomes, group)), ())

    # ---- the check -------------------------------------------------------------------------------------------------

    def check(self, function, apart=False):
        """The Verdict on a learner's function; apart=True runs it in a process of its own (grading)."""
        if problem := wrong_form(function, self.name, self.parameters):
            return self._wrong(("form", problem))
        if is_empty(function):
            return Verdict(self.name, NOT_ATTEMPTED)
        import_what_it_needs(function)
        with state_kept():
            wanted = [self.outcome(case) for case in range(len(self.cases))]
            run, problem = (guarded_apart if apart else guarded)(lambda: attempt(function, self, wanted), self.seconds)
            if problem:
                return self._wrong(("stopped", problem))
            return self.judge(run, function)

    @pristine()
    def judge(self, run, function=None):
        """The Verdict on a Run; the function, if it is there, is asked by the probes too."""
        if not run.attempted:
            return Verdict(self.name, NOT_ATTEMPTED)
        said = []
        if run.changed:
            text = f"Your function changes its input `{run.changed}` in place. Work on a copy, and leave the input as it was."
            said = [("mutates_input", text)]
        if self.fits(run.outcomes):
            return self._wrong(*said) if said else Verdict(self.name, RIGHT)
        if names := self.diagnose(run.outcomes):
            return self._wrong(*((name, self.says[name]) for name in names), *said)
        return self._unnamed(run, function, said)

    def _unnamed(self, run, function, said):
        """No listed mistake fits: say the most useful true thing, with the smallest evidence."""
        wrong = next(case for case, mine in enumerate(run.outcomes) if not same(mine, self.outcome(case)))
        mine, theirs = run.outcomes[wrong], self.outcome(wrong)
        if isinstance(mine, Raised):
            return self._wrong(("raised", mine.sentence), *said, evidence=self._inputs(wrong))
        if isinstance(theirs, Raised):
            instead = "did not" if isinstance(mine, WrongForm) else f"returned {in_words(mine)}"
            text = f"This input should raise a {theirs.kind}, and your function {instead}."
            return self._wrong(("no_error", text), *said, evidence=self._inputs(wrong))
        if isinstance(mine, WrongForm):
            return self._wrong(("form", mine.sentence), *said)
        if run.unstable:
            text = "The same inputs gave two different answers. Is there something random in your function, or does it remember earlier calls?"
            return self._wrong(("unstable", text), *said)
        if isinstance(theirs, np.ndarray) and mine.shape != theirs.shape:
            text = f"Your output has shape {mine.shape}; it should have shape {theirs.shape}."
            return self._wrong(("shape", text), *said, evidence=self._inputs(wrong))
        if all(map(only_nan, run.outcomes)):
            text = "Every number is NaN (not a number). Look for 0/0, ∞ − ∞ or 0·∞, and for a row that has nothing left to share out."
            return self._wrong(("nan", text), *said)
        for name, text, test in self.probes if function else ():
            if guarded(lambda test=test: bool(test(function)), self.seconds) == (False, None):
                said = [*said, (name, text)]
        said = said or [("values", "The values are not right.")]
        return self._wrong(*said, evidence=f"{self._inputs(wrong)} {self._difference(mine, theirs)}".strip())

    def _difference(self, mine, theirs):
        """The first place where two answers differ, in words; with `parts`, what differs is not what was returned."""
        if not self.parts:
            return first_difference(mine, theirs)
        part = next(i for i, pair in enumerate(zip(mine, theirs, strict=True)) if not same(*pair))
        text = (
            first_difference(mine[part], theirs[part]).replace("you returned", "yours").replace("You returned", "Yours")
        )
        return f"{self.parts[part]} differ. {text[0].upper()}{text[1:]}"

    def _wrong(self, *said, evidence=""):
        return Verdict(self.name, WRONG, tuple(said), evidence)

    def _inputs(self, case):
        """The inputs of a case in words, if they are small enough to read."""
        shown = [
            f"{name} = {in_words(np.asarray(value) if isinstance(value, np.ndarray) else value)}"
            for name, value in zip(self.parameters, self.cases[case], strict=True)
        ]
        text = ", ".join(shown)
        return (
            f"With {text}:"
            if len(text) <= 160 and "array of shape" not in text
            else f"(Test {case + 1} of {len(self.cases)}.)"
        )

    # ---- for show and for authors -----------------------------------------------------------------------------------

    def first_answers(self, function):
        """(the learner's answer, the right one) on the first inputs; the learner's is a sentence if there is no answer to draw."""
        wanted = self.outcome(0)
        if problem := wrong_form(function, self.name, self.parameters):
            return problem, wanted
        mine, problem = guarded(
            lambda: call(function, given(self.cases[0], self.tensors), wanted, self.reads, calls=self.calls),
            self.seconds,
        )
        if self.parts and isinstance(mine, tuple):
            mine, wanted = (dict(zip(self.parts, side, strict=True)) for side in (mine, wanted))
        return problem or getattr(mine, "sentence", mine), wanted

    def selftest(self):
        """What is wrong with the table, as sentences: mistakes that no input shows, that look alike, or that have no fork or no sentence."""
        slip = Slip()
        for inputs in self.cases:
            with contextlib.suppress(Exception):  # some inputs are there to be refused
                self.reference(*copy.deepcopy(inputs), slip)
        problems = [f"{self.name}: the fork {name} has no sentence" for name in slip.names if name not in self.says]
        problems += [f"{self.name}: the sentence {name} has no fork" for name in self.says if name not in slip.names]
        groups = [(), *((name,) for name in self.says)]
        answers = {group: [self.outcome(case, group) for case in range(len(self.cases))] for group in groups}
        for one, other in itertools.combinations(groups, 2):
            if all(map(same, answers[one], answers[other])):
                problems.append(f"{self.name}: no input tells {one or 'the truth'} from {other}")
        problems += [
            f"{self.name}: {group[0]} is NaN everywhere" for group in groups[1:] if all(map(only_nan, answers[group]))
        ]
        if len(self.hints) != 3:
            problems.append(f"{self.name}: three hints are wanted, not {len(self.hints)}")
        return problems
