"""What goes wrong everywhere, in any exercise: asked when no listed mistake fits. Each sentence is true by what was seen, or is not said.

`degenerate` is asked first of all, then `detect`, and `in_common` when nothing else explains the answers. A sentence is "What is wrong. ⇒
What to do." What is read in the source alone is never said: it must have been seen in the numbers, too, or a changed copy of the learner's
code must have come out right.
"""

import ast
import inspect
from dataclasses import dataclass, field

import numpy as np

from .attempt import Run, call, given
from .code import LOOPS, Code, always_returns
from .compare import Raised, WrongForm, answer, only_nan, same, unchanged
from .edits import called
from .evidence import in_words
from .guard import guarded
from .in_the_numbers import in_the_numbers
from .limits import no_exits, quiet, state_kept
from .repairs import Search, repair
from .where_right import where_right


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
    right: function -> True if it passes the whole check. more: () -> more trials, with made inputs. All may be missing; then nothing is tried out.
    """

    code: Code
    name: str
    parameters: tuple
    defaults: dict
    trials: list = field(default_factory=list)
    run: object = None
    right: object = None
    more: object = None

    @property
    def wrong(self):
        return [trial for trial in self.trials if not trial.agrees]


# ---- answers that are none ------------------------------------------------------------------------------------------


def degenerate(trials):
    """(name, sentence) if the function answers without doing anything: one constant, the same each time, an argument as it is."""
    wanted = [trial for trial in trials if not isinstance(trial.wanted, Raised)]
    said = [trial for trial in wanted if not isinstance(trial.mine, Raised | WrongForm)]
    if (
        not said
        or len(said) < len(wanted)
        or all(trial.agrees for trial in trials)
        or all(only_nan(trial.mine) for trial in said)
    ):
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


# ---- what the source says, and the outcome with it ------------------------------------------------------------------

ENDS_IN_NONE = {
    "append",
    "extend",
    "insert",
    "sort",
    "reverse",
    "update",
    "shuffle",
    "remove",
    "clear",
    "fill",
    "backward",
    "step",
    "zero_grad",
}


def returns_none(found):
    """Nothing is returned: printed instead, no `return` at all, or the `return` of something that returns nothing."""
    mine = [trial.mine for trial in found.trials if not isinstance(trial.mine, Raised)]
    if (
        not mine
        or not all(isinstance(outcome, WrongForm) and "returned None" in outcome.sentence for outcome in mine)
        or not found.code.definition
    ):
        return None
    returns = [node for node in found.code.all_of(ast.Return) if node.value is not None]
    if not returns:
        if any(called(node) == "print" for node in found.code.all_of(ast.Call)):
            return (
                "printed",
                "You print the result, and return nothing, so nobody can go on with it. ⇒ Write `return` in place of `print`.",
            )
        return (
            "no_return",
            "There is no `return` in your function, so it gives None back. ⇒ End with `return` and the result.",
        )
    for node in returns:
        if isinstance(node.value, ast.Call) and called(node.value) in ENDS_IN_NONE:
            word = called(node.value)
            return (
                "returns_nothing",
                f"`{word}` changes what it is called on, and gives back None: that is what you return. ⇒ Call it first, then return.",
            )
        if isinstance(node.value, ast.Call) and called(node.value) == "print":
            return "printed", "You return what `print` gives back, and that is None. ⇒ Return the result itself."
    return None


def returns_no_result(found):
    """The function itself, or a method without brackets, is returned."""
    if (
        not found.wrong
        or not all(isinstance(trial.mine, WrongForm) for trial in found.wrong)
        or not found.code.definition
    ):
        return None
    words = "function", "method"
    if not all(any(word in trial.mine.sentence for word in words) for trial in found.wrong):
        return None
    for node in found.code.all_of(ast.Return):
        if isinstance(node.value, ast.Name) and node.value.id == found.name:
            return (
                "returns_itself",
                f"You return the function `{found.name}` itself. ⇒ Return the name of what you have computed.",
            )
        if isinstance(node.value, ast.Attribute):
            text = ast.unparse(node.value)
            return (
                "no_brackets",
                f"`{text}` without brackets is the method itself, and nothing is computed. ⇒ Write `{text}()`.",
            )
    return None


def return_in_loop(found):
    """Every round of a loop ends in a `return`, so there is only one; after a move to below the loop the results are others."""
    for loop in found.code.all_of(*LOOPS):
        if not always_returns(loop.body):
            continue
        last = next(node for node in ast.walk(loop) if isinstance(node, ast.Return))
        if found.run is not None and not _moved_matters(found, last):
            continue
        line = found.code.line(last)
        return (
            "return_in_loop",
            f"The `return` in line {line} is inside the loop, so the function ends in its first round. ⇒ Move it to below the loop.",
        )
    return None


def _moved_matters(found, last):
    """True if the loop has more than one round to make: the function goes on to something else when the `return` comes below the loop."""
    tried = Search(found).outcomes("return_in_loop", last)
    return tried is None or any(not same(other, trial.mine) for other, trial in zip(tried, found.trials, strict=True))


def default_differs(found):
    """An argument has no default, or another one than the sheet says, and the calls without it are wrong."""
    try:
        given = inspect.signature(found.code.function).parameters
    except (TypeError, ValueError):
        return None
    for name, wanted in found.defaults.items():
        without = [trial for trial in found.trials if name not in trial.inputs]
        if name not in given or not without or any(trial.agrees for trial in without):
            continue
        mine = given[name].default
        if mine is inspect.Parameter.empty:
            return (
                "no_default",
                f"Called without `{name}`, your function can't work: it has no default. ⇒ Write `{name}={wanted!r}` in the first line.",
            )
        if mine is not wanted and mine != wanted:
            text = f"Your `{name}` is {mine!r} if nobody says otherwise; the sheet wants another default."
            return "other_default", f"{text} ⇒ Write `{name}={wanted!r}` in the first line."
    return None


def infinity_times_zero(found):
    """NaN came out, and infinity is multiplied by something that may be 0."""
    if not any((row := numbers(trial.mine)) is not None and np.isnan(row).any() for trial in found.wrong):
        return None
    for node in found.code.all_of(ast.BinOp):
        if isinstance(node.op, ast.Mult) and any("inf" in ast.unparse(side) for side in (node.left, node.right)):
            text = (
                f"`{ast.unparse(node)}` in line {found.code.line(node)} is NaN (not a number) where infinity meets 0."
            )
            return "infinity_times_zero", f"{text} ⇒ Choose instead of multiplying: `np.where` or `masked_fill`."
    return None


def returns_the_error(found):
    """An error is returned where it should be raised."""
    wanted = [trial for trial in found.wrong if isinstance(trial.wanted, Raised)]
    for node in (
        found.code.all_of(ast.Return) if wanted and not any(isinstance(trial.mine, Raised) for trial in wanted) else ()
    ):
        if isinstance(node.value, ast.Call) and called(node.value).endswith(("Error", "Exception")):
            return (
                "error_returned",
                f"You return the {called(node.value)} as if it were a result, so nothing stops. ⇒ Write `raise` in place of `return`.",
            )
    return None


def from_the_notebook(found):
    """A variable of the notebook is read, which is neither an argument nor a function nor a constant in capitals."""
    function = found.code.function
    if not inspect.isfunction(function) or not found.code.known:
        return None
    bound = set(function.__code__.co_varnames) | set(function.__code__.co_cellvars)
    for node in found.code.all_of(ast.Name):
        value = function.__globals__.get(node.id)
        data = isinstance(value, np.ndarray | int | float | list | dict | tuple) or type(value).__module__ == "torch"
        if isinstance(node.ctx, ast.Load) and node.id not in bound and data and not node.id.isupper():
            text = f"Your function reads `{node.id}` in line {found.code.line(node)} from the notebook: it is none of its arguments."
            return "from_the_notebook", f"{text} ⇒ Use {' and '.join(f'`{name}`' for name in found.parameters[:3])}."
    return None


def unused_argument(found):
    """An argument of the exercise that the code never reads."""
    if not found.code.definition:
        return None
    mine = [argument.arg for argument in found.code.definition.args.args]
    read = {
        node.id
        for node in ast.walk(found.code.definition)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    for name in mine[: len(found.parameters)]:
        if name not in read and "locals" not in read:
            return "unused_argument", f"Your function never uses its argument `{name}`. ⇒ Where must it come in?"
    return None


def fixed_places(found):
    """Places 0, 1, … are written out one by one, and inputs with more of them come out wrong."""
    for name, n in _written_places(found.code).items():
        for parameter in found.parameters:
            shapes = [getattr(trial.inputs.get(parameter), "shape", ()) for trial in found.trials]
            for axis in range(min(map(len, shapes), default=0)):
                if all((shape[axis] <= n) == trial.agrees for shape, trial in zip(shapes, found.trials, strict=True)):
                    places = " and ".join(map(str, range(n))) if n < 4 else f"0 to {n - 1}"
                    text = f"Of `{name}` you only use the places {places}, written out one by one. What comes after them is left out."
                    return "fixed_places", f"{text} ⇒ Go through all of them."
    return None


def _written_places(code):
    """{name: n} of the variables that are only used at the places 0 to n − 1, written as numbers."""
    places, uses = {}, {}
    for node in ast.walk(code.definition) if code.definition else ():
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            uses[node.id] = uses.get(node.id, 0) + 1
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            inside = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            written = [entry.value for entry in inside if isinstance(entry, ast.Constant) and type(entry.value) is int]
            if len(written) == 1:
                places.setdefault(node.value.id, []).append(written[0])
    return {
        name: max(found) + 1
        for name, found in places.items()
        if len(found) == uses[name] and len(found) > 1 and set(found) == set(range(max(found) + 1)) and max(found) > 0
    }


def only_the_example(found):
    """Right for the first inputs, for their sizes, or for one text only, and wrong for all others."""
    fixed = [trial for trial in found.trials if not trial.style]
    if len(fixed) < 3 or not fixed[0].agrees or not found.wrong:
        return None
    sizes = [_all_sizes(trial) for trial in fixed]
    like_the_first = all(trial.agrees == (size == sizes[0]) for trial, size in zip(fixed, sizes, strict=True))
    written = {
        node.value for node in found.code.all_of(ast.Constant) if type(node.value) is int and node.value > 1
    } & set(sizes[0])
    if like_the_first and written:
        look = f"Is the {' or the '.join(map(str, sorted(written)))} in your code one of them?"
        return "sizes_written_in", f"Right for the sizes of the example on the sheet, wrong for all others. ⇒ {look}"
    for name in found.parameters:
        shapes = [getattr(trial.inputs.get(name), "shape", ()) for trial in fixed]
        if all(len(shape) > 1 and (shape[0] == 1) == trial.agrees for shape, trial in zip(shapes, fixed, strict=True)):
            what = "one text" if all(len(shape) > 2 for shape in shapes) else "one row"
            look = "Which line takes only the first, `[0]`, or counts on there being one?"
            return "one_only", f"Right where `{name}` holds {what}, wrong where it holds more. ⇒ {look}"
    if not any(trial.agrees for trial in fixed[1:]):
        look = "Is something of the example written into your code?"
        return "only_the_example", f"Right for the example on the sheet, wrong for all other inputs. ⇒ {look}"
    return None


def _all_sizes(trial):
    """Every size of a trial's inputs, in a row."""
    found = []
    for value in trial.inputs.values():
        shape = getattr(value, "shape", None)
        if shape is not None:
            found += map(int, shape)
        elif isinstance(value, list | tuple | dict):
            found.append(len(value))
        elif type(value) is int:
            found.append(value)
    return found


# ---- all of them ----------------------------------------------------------------------------------------------------


def detected(exercise, outcomes, function):
    """(name, sentence) of what happens everywhere and not only in this exercise, or None."""
    found = found_in(exercise, outcomes, function)
    return degenerate(found.trials) or detect(found)


def found_in(exercise, outcomes, function):
    """What is known of a function: its outcomes on an exercise's inputs, its source, and how to try another one in its place."""
    trials = []
    for case, mine in enumerate(outcomes):
        inputs = dict(zip(exercise.parameters, exercise.inputs(case), strict=False))
        wanted = exercise.outcome(case)
        trials.append(Trial(inputs, exercise.style(case), mine, wanted, same(mine, wanted)))

    def tried(other, trial, tensors):
        inputs = given(tuple(trial.inputs.values()), tensors)
        value = call(other, inputs, trial.wanted, exercise.reads, Run(), exercise.calls)
        names = zip(trial.inputs, inputs, trial.inputs.values(), strict=True)
        kept = all(unchanged(now, was) for name, now, was in names if name not in exercise.may_change)
        return value if kept else WrongForm("The input is changed.")

    with no_exits(), quiet(), state_kept(), np.errstate(all="ignore"):
        takes_arrays = same(tried(function, trials[0], exercise.tensors), trials[0].mine)
    tensors = exercise.tensors or not takes_arrays

    def right(other):
        return all(guarded(lambda test=test: bool(test(other)), 1)[0] is True for _, _, test in exercise.promises)

    code = Code(function)
    return Found(
        code,
        exercise.name,
        exercise.parameters,
        exercise.defaults,
        trials,
        lambda other, trial: tried(other, trial, tensors),
        right,
    )


def detect(found):
    """(name, sentence) of what the source and the numbers of a wrong answer show, or None."""
    if not found.wrong:
        return None
    return (
        returns_none(found)
        or returns_no_result(found)
        or returns_the_error(found)
        or infinity_times_zero(found)
        or return_in_loop(found)
        or default_differs(found)
        or repair(found)
        or fixed_places(found)
        or by_style(found)
        or in_the_numbers(found.trials)
    )


def in_common(found):
    """(name, sentence) of what the failing inputs have in common, or of an input that the code leaves out, or None."""
    if not found.wrong:
        return None
    return (
        only_the_example(found)
        or where_right(found.trials, found.parameters, found.more)
        or from_the_notebook(found)
        or unused_argument(found)
    )
