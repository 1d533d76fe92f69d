"""Do the checks see every slip of the pen? Right answers, changed in one place, are judged twice: by the check, and by an oracle.

python -m tests.mutants            every one-edit variant of the bank's right answers, to all exercises
python -m tests.mutants softmax    to some of them

The oracle compares a variant with the reference on inputs that the check never sees: drawn by the same maker with other dice. Listed are
variants that are wrong and accepted, and those that no input of the oracle's tells from the right ones and the check rejects (a fixed case may
know better: read them). A sample of them is a test (test_mutants.py).
"""

import ast
import contextlib
import copy
import inspect
import io
import itertools
import linecache
import sys
import textwrap
import warnings
import zlib
from dataclasses import dataclass

import numpy as np
import torch  # noqa: F401, before any clock starts

from course_lib.judge.attempt import attempt, call, given
from course_lib.judge.compare import Raised, same
from course_lib.judge.engine import Slip
from course_lib.judge.guard import guarded
from course_lib.judge.inputs import STYLES, USUAL, Draw
from course_lib.mistakes import find
from tests import bank

DRAWS = 60
SECONDS = 2.0
OTHER = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Div, ast.Pow: ast.Mult,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.MatMult: ast.Mult,
}  # fmt: skip
SISTERS = {
    "max": "min", "min": "max", "sum": "mean", "mean": "sum", "argmax": "argmin", "argmin": "argmax", "exp": "exp2", "sqrt": "square",
    "log": "log2", "zeros": "ones", "ones": "zeros", "any": "all", "all": "any", "tril": "triu", "triu": "tril", "append": "insert",
    "maximum": "minimum", "minimum": "maximum", "vstack": "hstack", "hstack": "vstack", "int": "float", "cumsum": "cumprod", "abs": "float",
}  # fmt: skip


# ---- variants ----------------------------------------------------------------------------------------------------------


def variants(source):
    """Every source that differs from this one in one place, once."""
    tree, seen = ast.parse(source), {ast.unparse(ast.parse(source))}
    for number in range(sum(1 for _ in ast.walk(tree))):
        for way in itertools.count():
            changed = ast.parse(source)
            node = next(itertools.islice(ast.walk(changed), number, None))
            ways = list(edits(node, changed))
            if way >= len(ways):
                break
            ways[way]()
            with contextlib.suppress(Exception):
                text = ast.unparse(ast.fix_missing_locations(changed))
                if text not in seen:
                    seen.add(text)
                    yield text


def edits(node, tree):
    """What can be changed at a node, as functions that change it."""

    def put(field, value):
        return lambda: setattr(node, field, value)

    match node:
        case ast.Constant(value=bool()):
            yield put("value", not node.value)
        case ast.Constant(value=int() | float()):
            for value in (node.value + 1, node.value - 1, 0, 1, -node.value, node.value * 10, node.value / 10):
                if isinstance(node.value, float) or value == int(value):
                    yield put("value", value if isinstance(node.value, float) else int(value))
        case ast.Constant(value=str()):
            yield put("value", node.value + "s")
        case ast.BinOp():
            yield put("op", OTHER.get(type(node.op), type(node.op))())
            yield lambda: node.__dict__.update(left=node.right, right=node.left)
            yield lambda: node.__dict__.update(op=ast.Add(), right=ast.Constant(0))  # the left side alone
            yield lambda: node.__dict__.update(op=ast.Add(), left=ast.Constant(0))
        case ast.BoolOp():
            yield put("op", OTHER[type(node.op)]())
            yield put("values", node.values[:1] * 2)
        case ast.Compare():
            yield put("ops", [OTHER[type(node.ops[0])](), *node.ops[1:]])
            if len(node.ops) == 1:
                yield lambda: node.__dict__.update(left=node.comparators[0], comparators=[node.left])
        case ast.UnaryOp():
            yield put("op", ast.UAdd() if not isinstance(node.op, ast.Not) else ast.Not())
        case ast.Call():
            for at in range(len(node.keywords)):
                yield put("keywords", node.keywords[:at] + node.keywords[at + 1 :])
            for at in range(len(node.args)):
                yield put("args", node.args[:at] + node.args[at + 1 :])
            if len(node.args) == 2:
                yield put("args", node.args[::-1])
        case ast.Attribute(attr=name) if name == "T":
            yield put("attr", "real")
        case ast.Attribute(attr=name) if name in SISTERS:
            yield put("attr", SISTERS[name])
        case ast.Name(id=name) if isinstance(node.ctx, ast.Load):
            if name in SISTERS:
                yield put("id", SISTERS[name])
            for other in dict.fromkeys(n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id != name):
                if other in {argument.arg for argument in tree.body[0].args.args}:
                    yield put("id", other)
        case ast.Slice():
            for field in ("lower", "upper", "step"):
                if part := getattr(node, field):
                    yield put(field, None)
                    yield put(field, ast.BinOp(part, ast.Add(), ast.Constant(1)))
                    yield put(field, ast.BinOp(part, ast.Sub(), ast.Constant(1)))
            yield put("lower", ast.Constant(1)) if node.lower is None else put("upper", None)
        case ast.arguments() if node.defaults:
            for at, default in enumerate(node.defaults):
                if isinstance(default, ast.Constant) and isinstance(default.value, bool | int | float):
                    value = not default.value if isinstance(default.value, bool) else default.value * 3 + 1
                    yield put("defaults", [*node.defaults[:at], ast.Constant(value), *node.defaults[at + 1 :]])
        case ast.FunctionDef() | ast.For() | ast.While() | ast.If():
            for at, statement in enumerate(node.body):
                if len(node.body) > 1 and not isinstance(statement, ast.Return):
                    yield put("body", node.body[:at] + node.body[at + 1 :])
            if isinstance(node, ast.For | ast.While) and not any(isinstance(n, ast.Break) for n in node.body):
                yield put("body", [*node.body, ast.Break()])
            if isinstance(node, ast.If):
                yield put("test", ast.Constant(True))
                yield put("test", ast.Constant(False))
        case ast.IfExp():
            yield put("test", ast.Constant(True))
            yield put("test", ast.Constant(False))
        case ast.AugAssign():
            yield put("op", OTHER.get(type(node.op), type(node.op))())
        case ast.comprehension():
            yield put("ifs", [])


def function_of(source, space, name):
    """The function that a source defines, with its lines at hand for a message."""
    file = f"<variant {zlib.crc32(source.encode())}>"
    linecache.cache[file] = len(source), None, source.splitlines(True), file
    exec(compile(source, file, "exec"), space)
    return space[name]


# ---- two opinions ------------------------------------------------------------------------------------------------------


def accepts(exercise, function):
    """The check's opinion, without a word about the mistake: is every answer right, nothing left or changed, and every promise kept?"""
    from course_lib.judge.attempt import wrong_form

    if wrong_form(function, exercise.name, exercise.parameters, exercise.defaults):
        return False
    wanted = [exercise.outcome(case) for case in range(len(exercise.cases) + len(exercise.made))]
    run, problem = guarded(lambda: attempt(function, exercise, wanted), SECONDS)
    if problem or not run.attempted or any(not exercise.agrees(case, mine) for case, mine in enumerate(run.outcomes)):
        return False
    return exercise.judge(run, function).ok


@dataclass
class Oracle:
    """Inputs from the same maker with other dice, and the reference's answers to them."""

    exercise: object

    def __post_init__(self):
        exercise, self.trials, asked = self.exercise, [], set()
        styles = [USUAL] * DRAWS + [style for style in STYLES if style not in exercise.unfit] * 4
        for number, style in enumerate(styles):
            if style != USUAL and not STYLES[style][0] & asked:
                continue
            draws = [
                Draw(style, [77, zlib.crc32(exercise.name.encode()), number], way) for way in (exercise.tensors, True)
            ]
            inputs, for_tensors = (tuple(exercise.makes(draw)) for draw in draws)
            asked |= draws[0].asked
            wanted = self.reference(inputs)
            if not isinstance(wanted, Raised):
                self.trials.append((inputs, for_tensors, wanted))

    def reference(self, inputs):
        exercise = self.exercise
        left_out = [exercise.defaults[name] for name in exercise.parameters[len(inputs) :]]
        slip = Slip()
        return outcome(lambda *given: exercise.reference(*given, *left_out, slip), exercise, inputs, None)

    def accepts(self, function):
        """True if a function gives the reference's answer on every input, with arrays or with tensors."""
        ways = (True,) if self.exercise.tensors else (False, True)
        return any(guarded(lambda way=way: self.all_right(function, way), SECONDS)[0] for way in ways)

    def all_right(self, function, tensors):
        return all(
            same(outcome(function, self.exercise, for_tensors if tensors else inputs, wanted, tensors), wanted)
            for inputs, for_tensors, wanted in self.trials
        )


def outcome(function, exercise, inputs, wanted, tensors=False):
    """What a function gives on inputs, read as the check reads it."""
    from course_lib.judge.attempt import Run
    from course_lib.judge.compare import answer

    inputs = copy.deepcopy(inputs)
    with np.errstate(all="ignore"):
        if wanted is None:
            values = [function(*inputs) for _ in range(exercise.calls)]
            value = values if exercise.calls > 1 else values[0]
            value = exercise.reads(value, inputs) if exercise.reads else value
            return answer(value, value)
        return call(function, given(inputs, tensors), wanted, exercise.reads, Run(), exercise.calls)


# ---- all of them -------------------------------------------------------------------------------------------------------


def right_answers(name):
    """[(source, the names that it finds around it)] of the bank's right answers to an exercise that stand alone."""
    found = []
    for function, names in bank.of_lesson(find.tables()[name]):
        if names is None and function.__name__ == name and inspect.isfunction(function) and not function.__closure__:
            with contextlib.suppress(OSError, SyntaxError):
                source = textwrap.dedent(inspect.getsource(function))
                tree = ast.parse(source)
                if isinstance(tree.body[0], ast.FunctionDef):
                    tree.body[0].decorator_list = []
                    found.append((ast.unparse(tree), function.__globals__))
    return found


@dataclass
class Report:
    """How many variants of one exercise were judged, and where the two opinions differ."""

    name: str
    judged: int = 0
    accepted: tuple = ()
    rejected: tuple = ()


def judge(name, every=1, offset=0):
    """The Report on an exercise; `every`: only each so-many-th variant, from `offset` on."""
    exercise = find.exercise_named(name)
    oracle, accepted, rejected, judged = Oracle(exercise), [], [], 0
    texts = ((text, space) for source, space in right_answers(name) for text in variants(source))
    for text, space in itertools.islice(texts, offset, None, every):
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            try:
                function = function_of(text, dict(space), name)
            except Exception:
                continue
            judged += 1
            mine, theirs = accepts(exercise, function), oracle.accepts(function)
        if mine and not theirs:
            accepted.append(text)
        if theirs and not mine:
            rejected.append(text)
    return Report(name, judged, tuple(accepted), tuple(rejected))


def main(names):
    total = 0
    for name in names or find.tables():
        if find.exercise_named(name).makes is None:
            print(f"{name}: no maker, so there is no oracle")
            continue
        report = judge(name)
        total += report.judged
        print(
            f"{name}: {report.judged} variants, {len(report.accepted)} wrong ones accepted, {len(report.rejected)} to read"
        )
        for word, texts in (("ACCEPTED", report.accepted), ("REJECTED", report.rejected)):
            for text in texts:
                print(f"  {word}\n" + textwrap.indent(text, "    "))
    print(f"{total} variants")


if __name__ == "__main__":
    main(sys.argv[1:])
