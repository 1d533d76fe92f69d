"""One change that makes a wrong function right is the surest witness of what is wrong in it: look for one, and say where it is.

The learner's own code is changed in one place, run on the same inputs, and judged as the answer was. Nothing is said of a change that does
not bring every input right.
"""

import ast
import contextlib
import time
import types

import numpy as np

from .code import Code
from .compare import Raised, WrongForm, same
from .edits import edits, undo
from .limits import memory_limit, no_exits, quiet, state_kept, time_limit
from .tolerance import agree

SECONDS, EACH = 0.5, 0.1  # of computing for the whole search, and for one changed function on one input
PATIENCE = 4  # times as long at most by the clock, on a busy machine


class Program:
    """A function and the helpers of the same notebook that it calls, as one tree that can be changed and made into a function again."""

    def __init__(self, function):
        codes = [code for code in map(Code, [*helpers(function), function]) if code.definition]
        self.codes = codes
        self.whole = bool(codes) and codes[-1].function is function
        self.tree = ast.Module([code.definition for code in codes], [])
        self.name = codes[-1].definition.name if codes else ""
        self.space = dict(getattr(function, "__globals__", {}))
        free = getattr(getattr(function, "__code__", None), "co_freevars", ())
        with contextlib.suppress(ValueError):  # a cell that nobody has filled yet
            self.space |= {
                name: cell.cell_contents for name, cell in zip(free, function.__closure__ or (), strict=True)
            }

    def function(self):
        """The function that the tree says now."""
        space = dict(self.space)
        exec(compile(ast.fix_missing_locations(self.tree), "<a changed copy>", "exec", dont_inherit=True), space)
        return space[self.name]

    def where(self, node):
        """The place of a node, in words: "line 5", or "line 5 of `helper`"."""
        for code in self.codes:
            if any(node is inner for inner in ast.walk(code.definition)):
                helper = "" if code is self.codes[-1] else f" of `{code.definition.name}`"
                return f"line {code.line(node)}{helper}"
        return "one line"


def helpers(function):
    """The functions of the same notebook that a function calls, the innermost first."""
    found, waiting = [], [function]
    while waiting:
        thing = waiting.pop()
        for name in thing.__code__.co_names if isinstance(thing, types.FunctionType) else ():
            other = thing.__globals__.get(name)
            if (
                isinstance(other, types.FunctionType)
                and other.__globals__ is function.__globals__
                and other not in [*found, function]
            ):
                found.append(other)
                waiting.append(other)
    return found[::-1]


def sizes_of(trial, names):
    """[(how it is written, size)] of the inputs of a trial, by the learner's own names: `len(x)`, `x.shape[1]`, a whole number."""
    found = []
    for name, value in zip(names, trial.inputs.values(), strict=False):
        if type(value) is int:
            found.append((name, value))
        shape = getattr(value, "shape", None)
        if shape is not None:
            found += [(f"{name}.shape[{axis}]", int(size)) for axis, size in enumerate(shape)]
        elif isinstance(value, list | tuple | dict | str):
            found.append((f"len({name})", len(value)))
    return found


class Search:
    """Tries changed copies of a function on its trials, within a time."""

    def __init__(self, found, seconds=SECONDS):
        self.found, self.computed, self.end = found, time.thread_time() + seconds, time.monotonic() + PATIENCE * seconds
        self.program = Program(found.code.function)
        self.trials = sorted(found.trials, key=lambda trial: trial.agrees)  # the wrong ones first

    def late(self):
        """True if the time is used up; computing counts, so that a busy machine finds the same."""
        return time.thread_time() > self.computed or time.monotonic() > self.end

    def outcome(self, function, trial):
        """What a changed function gives on a trial's inputs; an error is an outcome, too."""
        try:
            with time_limit(EACH), np.errstate(all="ignore"):
                return self.found.run(function, trial)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            return Raised(type(error).__name__)

    def agrees(self, function, trial):
        return same(self.outcome(function, trial), trial.wanted)

    def right(self, edit):
        """True if a function changed so is right on every input."""
        was = edit.apply()
        try:
            function = self.program.function()
        except Exception:
            return False
        finally:
            undo(was)
        if not all(not self.late() and self.agrees(function, trial) for trial in self.trials):
            return False
        return not self.found.right or self.found.right(function)

    def outcomes(self, kind, node):
        """The outcomes on all trials after the change of this kind at this node, or None if there is no such change."""
        edit = next(
            (edit for edit in edits(self.program.tree) if edit.kind == kind and _same_place(edit.node, node)), None
        )
        if edit is None or not self.program.whole:
            return None
        was = edit.apply()
        try:
            function = self.program.function()
        finally:
            undo(was)
        with no_exits(), quiet(), state_kept(), memory_limit():
            return [self.outcome(function, trial) for trial in self.found.trials]

    def candidates(self):
        """All single changes of the code as it is now."""
        code = self.program.codes[-1]
        arguments = [argument.arg for argument in code.definition.args.args]
        stored = [node.id for node in code.body if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]
        names = list(dict.fromkeys([*arguments, *stored]))[:10]
        return edits(self.program.tree, sizes_of(self.found.trials[0], arguments), names, arguments[:8])

    def closeness(self, edit):
        """How near the first wrong outcome comes to the right one: an error, a wrong shape, some right entries, all."""
        was = edit.apply()
        try:
            function = self.program.function()
        except Exception:
            return -1.0
        finally:
            undo(was)
        trial = self.trials[0]
        return near(self.outcome(function, trial), trial.wanted)

    def first(self):
        """The one change that brings everything right, as a list; or two, where the first brings the outcome nearer; or []."""
        if not self.program.whole or self.found.run is None or not self.found.wrong:
            return []
        with no_exits(), quiet(), state_kept(), memory_limit():
            nearer, start = [], near(self.trials[0].mine, self.trials[0].wanted)
            for edit in self.candidates():
                if self.late():
                    return []
                come = self.closeness(edit)
                if come == 1 and self.right(edit):
                    return [edit]
                if come > start and edit.kind not in UNLIKELY:
                    nearer.append((come, edit))
            for _, one in sorted(nearer, key=lambda pair: -pair[0])[:FIRST_STEPS]:
                if other := self._second(one):
                    return [one, other]
        return []

    def _second(self, one):
        """A change that brings everything right after another one, or None."""
        written = {id(node) for node in ast.walk(self.program.tree)}
        was = one.apply()
        try:
            for other in self.candidates():
                if self.late():
                    return None
                if (
                    id(other.node) in written
                    and other.kind not in UNLIKELY
                    and self.closeness(other) == 1
                    and self.right(other)
                ):
                    return other
        finally:
            undo(was)
        return None


# what is too often right by chance to be one of two changes
UNLIKELY = {
    "name",
    "number",
    "place",
    "function",
    "names_swapped",
    "one_line_too_many",
    "lines_in_order",
    "arguments",
    "slice",
    "first_only",
}
FIRST_STEPS = 4


def near(mine, wanted):
    """1 if two outcomes agree, else less: 0 for an error, 0.1 for a wrong shape, up to 0.9 for one wrong entry."""
    if same(mine, wanted):
        return 1.0
    if isinstance(mine, Raised | WrongForm) or isinstance(wanted, Raised):
        return 0.0
    if isinstance(wanted, tuple):
        return sum(map(near, mine, wanted)) / len(wanted)
    if isinstance(wanted, np.ndarray):
        return 0.1 if mine.shape != wanted.shape else 0.2 + 0.7 * float(agree(mine, wanted).mean())
    return 0.1


def _same_place(one, other):
    return type(one) is type(other) and (one.lineno, one.col_offset) == (other.lineno, other.col_offset)


# kind: (what is wrong, what to do); {where}, {before} and {after} are filled in
SENTENCES = {
    "remembers": ("`{before}` in {where} is made once, and then remembers every call.", "Make it inside the function."),
    "return_in_loop": (
        "The `return` in {where} is inside the loop, so the function ends in its first round.",
        "Move it to the left, below the loop.",
    ),
    "printed": (
        "You print the result, and return nothing: it is right, but nobody gets it.",
        "Write `return` in place of `print`.",
    ),
    "no_return": ("What you compute is right, but it is never returned.", "End with `{after}`."),
    "half_power": (
        "`{before}` in {where} is read as a power of 1, divided by 2.",
        "Put brackets around the exponent: `** (1 / 2)`, or write `** 0.5`.",
    ),
    "caret": ("`^` in {where} is no power in Python.", "Write `**`."),
    "one_list": (
        "`{before}` in {where} is one and the same row several times: who changes one changes all.",
        "Make a new row in each round.",
    ),
    "ends_early": ("The loop in {where} ends one step too early: `{before}`.", "Write `{after}`."),
    "begins_late": ("The loop in {where} begins one step too late: `{before}`.", "Write `{after}`."),
    "ends_late": ("The loop in {where} ends one step too late: `{before}`.", "Write `{after}`."),
    "begins_early": ("The loop in {where} begins one step too early: `{before}`.", "Write `{after}`."),
    "dtype": ("The type that you ask for in {where}, `{before}`, can't hold the results.", "Leave out the `dtype`."),
    "cut_off": ("`{before}` in {where} cuts off what comes after the point.", "Keep it: `{after}`."),
    "like": (
        "`{before}` in {where} takes its type from the input: for whole numbers it cuts off what comes after the point.",
        "Add `dtype=float`.",
    ),
    "no_sign": ("`{before}` in {where} loses negative numbers, and they are needed.", "Leave it out: `{after}`."),
    "keepdims": (
        "`{before}` in {where} loses an axis, so the rows and the results no longer fit together.",
        "Keep it, with `keepdims=True`.",
    ),
    "reshaped": (
        "`{before}` in {where} only cuts the numbers anew, in the order in which they stand; it swaps no axes.",
        "Write `{after}`.",
    ),
    "size_written_in": (
        "The {before} in {where} is written into your code, but it depends on the input.",
        "Take it from there: `{after}`.",
    ),
    "rounded": ("`{before}` in {where} rounds, and the digits are needed.", "Keep them: `{after}`."),
    "equals_none": (
        "`{before}` in {where} compares entry by entry.",
        "Ask whether there is anything at all: `{after}`.",
    ),
    "set_swallows": (
        "`{before}` in {where} is a set: what comes twice counts once.",
        "Square brackets make a list, which keeps all.",
    ),
    "special_case": ("The special case in {where} is wrong: `{before}`. Without it all is right.", "Leave it out."),
    "argument_too_many": ("All is right but what you hand on in {where}: `{before}`.", "Write `{after}`."),
    "first_only": (
        "`{before}` in {where} takes the first one only, and leaves the others out.",
        "Use all of `{after}`.",
    ),
    "not_turned": ("In {where} one of the two tables must be turned on its side: `{before}`.", "Write `{after}`."),
    "turned": (
        "All is right but one thing in {where}: `{before}` turns the table, and it should stay as it is.",
        "Leave out the `.T`.",
    ),
    "one_line_too_many": ("Without {where}, `{before}`, your function is right.", "What was it for? Leave it out."),
    "too_much": ("There is one step too many in {where}: `{before}`.", "Keep only `{after}`."),
    "condition": ("The condition in {where} is one too many: `{before}`.", "Do it in any case."),
    "in_the_loop": ("{Where} is inside the loop and belongs after it: `{before}`.", "Move it to the left."),
    "after_the_loop": ("{Where} comes after the loop and belongs inside it: `{before}`.", "Move it to the right."),
    "in_the_condition": ("{Where} depends on the `if` above it, and should not: `{before}`.", "Move it to the left."),
    "after_the_condition": (
        "{Where} is done in any case, and should only be done where the `if` above it holds: `{before}`.",
        "Move it to the right.",
    ),
    "names_swapped": ("All is right, but `{before}` have changed places.", "Swap them wherever you use them."),
    "order_of_names": ("The names in {where} are in the wrong order: `{before}`.", "Write `{after}`."),
    "order_of_things": ("All is right but the order in {where}: `{before}`.", "Write `{after}`."),
    "other_size": ("All is right but the size in {where}: `{before}` is another axis.", "Write `{after}`."),
    "left_too_soon": ("The `{before}` in {where} leaves the loop too soon.", "Take it out."),
    "kept_adding": ("{Where} goes on from what was there before: `{before}`.", "Begin anew there, with `=`."),
    "written_over": ("In {where} each round writes over what was there before: `{before}`.", "Write `{after}`."),
    "lines_in_order": ("{Where}, `{before}`, comes too early.", "Put it after the line that follows."),
    "branches": ("The two branches in {where} have changed places: `{before}`.", "Swap them."),
    "comparison": (
        "All is right but the comparison in {where}: `{before}`.",
        "Which way round is it, and what if both sides are equal? {try_this}",
    ),
    "off_by_one": ("The limit in {where} is off by one: `{before}`.", "Write `{after}`."),
    "not_infinite": (
        "All is right but the limit in {where}, `{before}`: a number may be beyond it.",
        "Write `{after}`.",
    ),
    "sign_of_infinity": ("Infinity in {where} has the wrong sign: `{before}`.", "Write `{after}`."),
    "axis": ("All is right but the axis in {where}: `{before}`.", "Write `{after}`."),
    "no_axis": ("`{before}` in {where} goes over the whole table, not over each row or column.", "Write `{after}`."),
}
USUAL = ("All is right but one thing in {where}: `{before}`.", "{try_this}")


def sentence(edit, where):
    """The sentence of a change that makes everything right."""
    before, after = _short(edit.before, 60), _short(edit.after, 60)
    wrong, cure = SENTENCES.get(edit.kind, USUAL)
    words = dict(where=where, Where=where[0].upper() + where[1:], before=before, after=after)
    words["try_this"] = f"Write `{after}`." if after else "Turn it round."
    return f"{wrong.format(**words)} ⇒ {cure.format(**words)}"


def repair(found, seconds=SECONDS):
    """(name, sentence) of the one change, or the two, that make a learner's function right, or None."""
    search = Search(found, seconds)
    found_edits = search.first()
    if len(found_edits) == 1:
        return found_edits[0].kind, sentence(found_edits[0], search.program.where(found_edits[0].node))
    if len(found_edits) == 2:
        return "two_slips", _two_sentences(*found_edits, search.program.where)
    return None


def _two_sentences(one, other, where):
    """The sentence of two changes that make everything right together."""
    if (other.node.lineno, other.node.col_offset) < (one.node.lineno, one.node.col_offset):
        one, other = other, one
    places = [where(edit.node) for edit in (one, other)]
    first, second = (f"`{_short(edit.before, 40)}`" for edit in (one, other))
    if places[0] == places[1]:
        return _two(f"{first} and {second} in {places[0]}", one, other)
    return _two(f"{first} in {places[0]} and {second} in {places[1]}", one, other)


def _two(both, one, other):
    one_cure, other_cure = (_in_two_words(edit) for edit in (one, other))
    return (
        f"Two things are wrong, and the rest is right: {both}. ⇒ {one_cure[0].upper()}{one_cure[1:]}, and {other_cure}."
    )


def _in_two_words(edit):
    """What to do about one of two slips, short."""
    if edit.kind == "too_much" or not edit.after:
        return f"{'leave out' if edit.kind == 'too_much' else 'think again about'} `{_short(edit.before, 40)}`"
    return f"write `{_short(edit.after, 40)}`"


def _short(text, most):
    return text if len(text) <= most else text[: most - 1] + "…"
