"""The heart: an exercise is a reference with named forks, and a sentence for each name.

The learner's function runs on a few small inputs, and if all is well there on many more that a maker draws. If an answer differs from the
reference's, it is compared with the reference under the listed mistakes: equal on all inputs means that this is what the learner did.
"""

import contextlib
import copy
import inspect
import itertools
import warnings
from functools import cached_property

import numpy as np

from . import diagnosis
from .attempt import attempt, call, given, in_a_row, is_empty, wrong_form
from .code import Code
from .compare import Raised, WrongForm, answer, only_nan, pristine, same
from .evidence import first_difference, in_words, with_inputs, wrong_shape
from .guard import SECONDS, guarded, guarded_apart
from .inputs import USUAL, made
from .limits import state_kept
from .needs import import_all_that
from .tolerance import agree
from .verdict import NOT_ATTEMPTED, RIGHT, WRONG, Failure, Verdict


class Slip:
    """`slip(right, name=wrong, …)` is `right`, or `wrong` where the mistake of that name is switched on; functions are called."""

    def __init__(self, on=()):
        self.on, self.names, self.places = frozenset(on), {}, set()

    def __call__(self, right, **wrong):
        self.names.update(dict.fromkeys(wrong))
        self.places.add(tuple(wrong))
        chosen = next((wrong[name] for name in wrong if name in self.on), right)
        return chosen() if callable(chosen) else chosen


class Exercise:
    """One exercise: `reference(*inputs, slip)`, the inputs, a sentence for each mistake, three hints, and probes for what nobody foresaw.

    cases: tuples of inputs (the first is shown to learners: keep it small), or a function that makes the list when it is first needed
    (where a case holds torch's objects); a case may leave out the last inputs if they have `defaults`. says: {mistake: "what is wrong ⇒ what
    to do"}. hints: a question, the tool, the first line. makes: (draw) -> inputs, for the many inputs that nobody wrote down (see inputs.py),
    `tries` of them; unfit: {style: why it can't be}. true_if: {mistake: test(code)}, the sentences that the source must bear out; alone: the mistakes whose
    sentence is not true beside a second mistake; only_nan: those that may be named where all they give is NaN. steps:
    {step: its mistakes}, in order, so that a check can say which steps are right. probes: (name, sentence, test) where `test(f)` is True
    if all is well, asked when no name fits; promises: the same, asked when every answer is right. tensors: True passes float32 tensors
    instead of arrays. reads: (value, inputs) -> what is compared, for a function that acts on its inputs; may_change names those. The
    reference's own value is read the same way. calls: how often in a row it is called with the same inputs (`reads` then gets all
    values). parts: what each compared thing is, in words.
    """

    def __init__(
        self, reference, *, cases, says, hints, makes=None, tries=30, unfit=None, defaults=None, true_if=None, alone=(), only_nan=(),
        steps=None,         probes=(), promises=(), tensors=False, seconds=SECONDS, reads=None, may_change=(), calls=1, parts=(),
    ):  # fmt: skip
        self.reference, self._cases, self.says, self.hints = reference, cases, dict(says), tuple(hints)
        self.makes, self.tries, self.unfit, self.defaults = makes, tries, dict(unfit or {}), dict(defaults or {})
        self.true_if, self.alone, self.only_nan = dict(true_if or {}), frozenset(alone), frozenset(only_nan)
        self.steps, self.promises = dict(steps or {}), tuple(promises)
        self.probes, self.tensors, self.seconds = tuple(probes), tensors, seconds
        self.reads, self.may_change, self.calls, self.parts = reads, tuple(may_change), calls, tuple(parts)
        self.name = reference.__name__
        self.parameters = tuple(inspect.signature(reference).parameters)[:-1]
        self._memo, self._by_shape = {}, {}

    @cached_property
    def cases(self):
        """The inputs, as a list of tuples."""
        if not callable(self._cases):
            return list(self._cases)
        with state_kept():
            return list(self._cases())

    @cached_property
    def made(self):
        """The inputs that the maker draws, as [(style, tuple)]; the same each time."""
        if self.makes is None:
            return []
        with state_kept():
            return made(self.makes, self.name, self.tries, self.unfit, self.tensors)

    @cached_property
    def made_for_tensors(self):
        """The same for a function that works with torch only: whole numbers have a point there, as torch's functions want them."""
        with state_kept():
            return made(self.makes, self.name, self.tries, self.unfit, tensors=True)

    def inputs(self, case, tensors=False):
        """The inputs of a case: those that were written down come first, then those that were made."""
        if case < len(self.cases):
            return self.cases[case]
        return (self.made_for_tensors if tensors else self.made)[case - len(self.cases)][1]

    def style(self, case):
        """The style of a case that was made, or ""."""
        return "" if case < len(self.cases) else self.made[case - len(self.cases)][0]

    @cached_property
    def places(self):
        """The mistakes that stand at one and the same place of the reference, as a set of tuples: of those, only one can be made."""
        slip = Slip()
        for inputs in self.cases:
            with contextlib.suppress(Exception), np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.reference(
                    *copy.deepcopy(inputs), *self.left_out(inputs), slip
                )  # some inputs are there to be refused
        return slip.places

    def left_out(self, inputs):
        """The defaults of the inputs that a case leaves out."""
        return [self.defaults[name] for name in self.parameters[len(inputs) :]]

    # ---- the reference and its forks -------------------------------------------------------------------------------

    def outcome(self, case, mistakes=()):
        """The reference's answer on case number `case` with these mistakes switched on."""
        key = case, mistakes
        if key not in self._memo:
            with pristine(), np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a fork may do what NumPy warns of
                try:
                    inputs = copy.deepcopy(self.inputs(case))
                    value = in_a_row(self.reference, (*inputs, *self.left_out(inputs), Slip(mistakes)), self.calls)
                    value = self.reads(value, inputs) if self.reads else value
                    form = answer(value, self.outcome(case) if mistakes else value)  # as a learner's answer is read
                    self._memo[key] = answer(value, value) if isinstance(form, WrongForm) else form
                except Exception as error:
                    self._memo[key] = Raised.of(error)
        return self._memo[key]

    def agrees(self, case, mine, mistakes=()):
        """True if an outcome is what the reference gives on this case under exactly these mistakes."""
        return same(mine, self.outcome(case, mistakes))

    def fits(self, outcomes, mistakes=()):
        """True if these outcomes are what the reference gives under exactly these mistakes, on every case."""
        return all(self.agrees(case, mine, mistakes) for case, mine in enumerate(outcomes))

    @cached_property
    def pairs(self):
        """Every two mistakes that can be made together, and be told together."""
        apart = ({one, other} for place in self.places for one, other in itertools.combinations(place, 2))
        never = set(map(frozenset, apart))
        names = [name for name in self.says if name not in self.alone]
        return [two for two in itertools.combinations(names, 2) if frozenset(two) not in never]

    def pairs_that_give(self, case, mine):
        """Those of the pairs under which the reference gives this outcome on a case; tables of numbers are compared all at once."""
        if case not in self._by_shape:
            groups = {}
            for two in self.pairs:
                groups.setdefault(getattr(self.outcome(case, two), "shape", None), []).append(two)
            tables = {
                shape: np.array([self.outcome(case, two) for two in group])
                for shape, group in groups.items()
                if shape is not None
            }
            self._by_shape[case] = groups, tables
        groups, tables = self._by_shape[case]
        shape = getattr(mine, "shape", None)
        if shape is None:
            return [two for two in groups.get(None, ()) if self.agrees(case, mine, two)]
        if shape not in tables:
            return []
        equal = agree(mine, tables[shape]).reshape(len(tables[shape]), -1).all(axis=1)
        return [groups[shape][number] for number in np.flatnonzero(equal)]

    def diagnose(self, outcomes):
        """The names of the one or two mistakes that explain the outcomes, or ()."""
        return diagnosis.single(self, outcomes) or diagnosis.pair(self, outcomes)

    # ---- the check -------------------------------------------------------------------------------------------------

    def check(self, function, apart=False):
        """The Verdict on a learner's function; apart=True runs it in a process of its own (grading)."""
        if problem := wrong_form(function, self.name, self.parameters, self.defaults):
            return self._wrong(("form", problem))
        if is_empty(function):
            return Verdict(self.name, NOT_ATTEMPTED)
        import_all_that(function)
        with state_kept():
            wanted = [self.outcome(case) for case in range(len(self.cases) + len(self.made))]
            run, problem = (guarded_apart if apart else guarded)(lambda: attempt(function, self, wanted), self.seconds)
            if problem:
                return self._wrong(("stopped", problem))
            return self.judge(run, function)

    @pristine()
    def judge(self, run, function=None):
        """The Verdict on a Run; the function, if it is there, is asked by the promises and the probes, and its source is read."""
        if not run.attempted:
            return Verdict(self.name, NOT_ATTEMPTED)
        said = []
        if run.changed:
            text = f"Your function changes its input `{run.changed}` in place. ⇒ Work on a copy, and leave the input as it was."
            said = [("mutates_input", text)]
        left = (
            [("left_behind", f"Your function leaves something behind: {' and '.join(run.left)}. ⇒ {run.cure}")]
            if run.left
            else []
        )
        wrong = next((case for case, mine in enumerate(run.outcomes) if not self.agrees(case, mine)), None)
        if wrong is None:
            return self._all_agree(run, function, [*said, *left])
        code = Code(function) if function else None
        fixed = run.outcomes[: len(self.cases)]
        if names := diagnosis.single(self, fixed, code):
            whole = self.confirmed(run.outcomes, names)
            text = self.says[names[0]] if whole else diagnosis.NEARLY + self.says[names[0]]
            return self._wrong(
                (names[0], text), *said, case=wrong, run=run, right=self._other_steps(names[0]) if whole else ""
            )
        if run.unstable:
            return self._wrong(self._unstable(), *said, *left, case=wrong, run=run)
        found = diagnosis.detected(self, run.outcomes, function)
        if found and found[0] not in diagnosis.LOOSE:
            return self._wrong(found, *said, *left, case=wrong, run=run)
        if (names := diagnosis.pair(self, fixed, code)) and self.confirmed(run.outcomes, names):
            return self._wrong(*((name, self.says[name]) for name in names), *said, case=wrong, run=run)
        if found:
            return self._wrong(found, *said, *left, case=wrong, run=run)
        if names := diagnosis.nearly(self, run.outcomes, code):
            return self._wrong((names[0], diagnosis.NEARLY + self.says[names[0]]), *said, case=wrong, run=run)
        return self._unnamed(run, wrong, function, [*said, *left])

    def _all_agree(self, run, function, said):
        """Every answer is right: what remains are the promises that no answer shows, and what was left behind."""
        if run.unstable:
            return self._wrong(self._unstable(), *said)
        for name, text, test in self.promises if function else ():
            kept, problem = guarded(lambda test=test: bool(test(function)), self.seconds)
            if not kept and not (problem and "still running" in problem):  # a slow function is not a wrong one
                said = [*said, (name, text)]
        return self._wrong(*said) if said else Verdict(self.name, RIGHT)

    @staticmethod
    def _unstable():
        text = "The same inputs gave two different answers. Is there something random in your function, or does it remember earlier calls?"
        return "unstable", text

    def confirmed(self, outcomes, mistakes):
        """True if these mistakes explain the usual ones of the made inputs as well: with more numbers a name is no accident."""
        usual = (case for case in range(len(self.cases), len(outcomes)) if self.style(case) == USUAL)
        return all(self.agrees(case, outcomes[case], mistakes) for case in usual)

    def _other_steps(self, name):
        """Which steps are right, if the one that this mistake belongs to is known."""
        others = [step for step, mistakes in self.steps.items() if name not in mistakes]
        if not others or len(others) == len(self.steps):
            return ""
        text = others[0] if len(others) == 1 else f"{', '.join(others[:-1])} and {others[-1]}"
        plural = len(others) > 1 or others[0].endswith("s")
        return f"{text[0].upper()}{text[1:]} {'are' if plural else 'is'} right."

    def _unnamed(self, run, wrong, function, said):
        """No listed mistake fits: say the most useful true thing, with the smallest evidence."""
        mine, theirs = run.outcomes[wrong], self.outcome(wrong)
        if isinstance(mine, WrongForm) and not isinstance(theirs, Raised):
            return self._wrong(("form", mine.sentence), *said, case=wrong, run=run)
        found = diagnosis.in_common(self, run.outcomes, function)
        common = [found] if found else []
        if isinstance(mine, Raised):
            should = f" Here a {theirs.kind} is wanted." if isinstance(theirs, Raised) else ""
            return self._wrong(("raised", mine.sentence + should), *common, *said, case=wrong, run=run)
        if isinstance(theirs, Raised):
            instead = "did not" if isinstance(mine, WrongForm) else f"returned {in_words(mine)}"
            text = f"This input should raise a {theirs.kind}, and your function {instead}."
            return self._wrong(("no_error", text), *common, *said, case=wrong, run=run)
        if text := wrong_shape(mine, theirs, self.parts):
            return self._wrong(("shape", text), *common, *said, case=wrong, run=run)
        if all(map(only_nan, run.outcomes)):
            text = "Every number is NaN (not a number). Look for 0/0, ∞ − ∞ or 0·∞, and for a row that has nothing left to share out."
            return self._wrong(("nan", text), *said, case=wrong, run=run)
        for name, text, test in self.probes if function else ():
            if guarded(lambda test=test: bool(test(function)), self.seconds) == (False, None):
                said = [*said, (name, text)]
        said = said or common or [("values", "The values are not right.")]
        return self._wrong(*said, case=wrong, run=run)

    def _wrong(self, *said, case=None, run=None, right=""):
        """A Verdict that an answer is wrong, with the case that shows it, if there is one."""
        if case is None:
            return Verdict(self.name, WRONG, tuple(said))
        mine, theirs = run.outcomes[case], self.outcome(case)
        inputs = dict(zip(self.parameters, copy.deepcopy(self.inputs(case)), strict=False))
        differ = (
            not isinstance(mine, Raised | WrongForm) and not isinstance(theirs, Raised) and "shape" not in dict(said)
        )
        evidence = with_inputs(inputs, first_difference(mine, theirs, self.parts) if differ else "")
        evidence = evidence if not set(dict(said)) & {*self.says, "form"} else ""
        return Verdict(self.name, WRONG, tuple(said), evidence, right, Failure(inputs, mine, theirs, self.parts))

    # ---- for show and for authors -----------------------------------------------------------------------------------

    def first_answers(self, function):
        """(the learner's answer, the right one) on the first inputs; the learner's is a sentence if there is no answer to draw."""
        wanted = self.outcome(0)
        if problem := wrong_form(function, self.name, self.parameters, self.defaults):
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
        names = {name for place in self.places for name in place}
        problems = [f"{self.name}: the fork {name} has no sentence" for name in sorted(names) if name not in self.says]
        problems += [f"{self.name}: the sentence {name} has no fork" for name in self.says if name not in names]
        groups = [(), *((name,) for name in self.says)]
        answers = {group: [self.outcome(case, group) for case in range(len(self.cases))] for group in groups}
        for one, other in itertools.combinations(groups, 2):
            if all(map(same, answers[one], answers[other])):
                problems.append(f"{self.name}: no input tells {one or 'the truth'} from {other}")
        problems += [
            f"{self.name}: {group[0]} is nothing but NaN where it shows"
            for group in groups[1:]
            if not diagnosis.shows(self, answers[group], group)
        ]
        for case in range(len(self.cases), len(self.cases) + len(self.made)):
            outcome = self.outcome(case)
            if isinstance(outcome, Raised) or only_nan(outcome):
                problems.append(f"{self.name}: the reference has no answer to the made input {self.inputs(case)}")
        if len(self.hints) != 3:
            problems.append(f"{self.name}: three hints are wanted, not {len(self.hints)}")
        return problems
