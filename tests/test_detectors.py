"""What goes wrong everywhere is seen in any exercise, and only what is true of the code and of its numbers is said."""

import ast
import copy
import inspect
import linecache
import re

import numpy as np
import pytest

from course_lib.judge.code import Code, always_returns
from course_lib.judge.compare import Raised, WrongForm, answer, same
from course_lib.judge.detectors import STYLE_WORDS, Found, Trial, by_style, degenerate, detect, in_common
from course_lib.judge.edits import ORDER, edits
from course_lib.judge.in_the_numbers import CHANGES
from course_lib.judge.inputs import STYLES
from course_lib.judge.repairs import SENTENCES, USUAL, helpers

RNG = np.random.default_rng(0)
TABLES = [(RNG.normal(size=shape).round(2) * 3,) for shape in ((3, 2), (4, 5), (2, 3), (1, 4), (5, 2), (3, 3))]
VECTORS = [(RNG.normal(size=n).round(2) * 3,) for n in (3, 5, 2, 6, 4, 1)]
PAIRS = [(RNG.normal(size=n).round(2), RNG.normal(size=n).round(2)) for n in (3, 5, 4, 6)]
PRODUCTS = [
    (RNG.normal(size=(n, d)), RNG.normal(size=(m, d)))
    for n, m, d in ((2, 3, 3), (4, 2, 5), (3, 3, 2), (1, 4, 2), (5, 1, 3))
]
SIZES = [(n,) for n in (3, 1, 5, 2, 6, 4)]

# a job: (the right function, its inputs)
JOBS = {
    "doubled": (lambda x: 2 * x, VECTORS),
    "halves": (lambda x: x / 2, VECTORS),
    "total": (lambda x: x.sum(), VECTORS),
    "product": (lambda a, b: a @ b, PAIRS),
    "turned": (lambda x: x.T, TABLES),
    "pairs": (lambda x: x @ x.T, TABLES),
    "sum_of_rows": (lambda x: x.sum(axis=1), TABLES),
    "shares": (lambda x: abs(x) / abs(x).sum(axis=-1, keepdims=True), TABLES),
    "scores": (lambda q, k: q @ k.T / q.shape[1] ** 0.5, PRODUCTS),
    "sum": (
        lambda x: x.sum(),
        [(np.array(x),) for x in ([1.5, 2.0, 1.5], [1.0, 2.5], [3.0, 3.0, 3.0, 1.0], [4.5], [2.0, 2.0])],
    ),
    "mask": (lambda T: np.tri(T, dtype=bool), SIZES),
    "square": (lambda x: x**2, VECTORS),
    "words": (
        lambda tokens: [token.upper() for token in tokens],
        [(["a", "b", "a"],), (["c", "d"],), (["e"],), (["b", "b", "a", "c"],)],
    ),
    "near_power": (lambda x: (x + 1) ** 2, [(3,), (4,), (10,)]),
}

NESTED = """
def f(T):
    m = np.zeros((T, T))
    for i in range(T):
        for j in range(i + 1):
            m[i, j] = 1
            return m
"""
ONE_ROW = """
def f(T):
    m = [[False] * T] * T
    for i in range(T):
        for j in range(i + 1):
            m[i][j] = True
    return m
"""

# name of the job, what is said, a natural wrong answer
ANSWERS = [
    ("doubled", "return_in_loop", "def f(x):\n    out = []\n    for v in x:\n        out.append(2 * v)\n        return np.array(out)\n"),
    ("doubled", "return_in_loop", "def f(x):\n    for v in x:\n        return 2 * v\n"),
    ("mask", "return_in_loop", NESTED),
    ("doubled", "ends_early", "def f(x):\n    y = x.copy()\n    for i in range(len(x) - 1):\n        y[i] = 2 * x[i]\n    return y\n"),
    ("doubled", "begins_late", "def f(x):\n    y = x.copy()\n    for i in range(1, len(x)):\n        y[i] = 2 * x[i]\n    return y\n"),
    ("total", "size_written_in", "def f(x):\n    total = 0\n    for i in range(3):\n        total += x[i] if i < len(x) else 0\n    return total\n"),
    ("doubled", "dtype", "def f(x):\n    y = np.zeros(len(x), dtype=int)\n    for i in range(len(x)):\n        y[i] = 2 * x[i]\n    return y\n"),
    ("halves", "cut_off", "def f(x):\n    return x // 2\n"),
    ("halves", "cut_off", "def f(x):\n    return [int(v) / 2 for v in x]\n"),
    ("halves", "rounded", "def f(x):\n    return [round(v / 2) for v in x]\n"),
    ("product", "no_sign", "def f(a, b):\n    return sum(abs(x * y) for x, y in zip(a, b))\n"),
    ("scores", "half_power", "def f(q, k):\n    return q @ k.T / (q.shape[1] ** 1 / 2)\n"),
    ("near_power", "caret", "def f(x):\n    return (x + 1) ^ 2\n"),
    ("shares", "keepdims", "def f(x):\n    return abs(x) / abs(x).sum(axis=-1)\n"),
    ("shares", "keepdims", "def f(x):\n    total = abs(x).sum(-1)\n    return abs(x) / total\n"),
    ("turned", "reshaped", "def f(x):\n    return x.reshape(x.shape[1], x.shape[0])\n"),
    ("doubled", "printed", "def f(x):\n    print(2 * x)\n"),
    ("doubled", "no_return", "def f(x):\n    y = 2 * x\n"),
    ("words", "returns_nothing", "def f(tokens):\n    out = []\n    return out.append(tokens)\n"),
    ("total", "no_brackets", "def f(x):\n    return x.sum\n"),
    ("total", "returns_itself", "def f(x):\n    total = x.sum()\n    return f\n"),
    ("mask", "one_list", ONE_ROW),
    ("words", "remembers", "def f(tokens, out=[]):\n    for token in tokens:\n        out.append(token.upper())\n    return list(out)\n"),
    ("sum", "set_swallows", "def f(x):\n    return sum({v * 1 for v in x})\n"),
    ("words", "list_reversed", "def f(tokens):\n    out = []\n    for token in tokens:\n        out.insert(0, token.upper())\n    return out\n"),
    ("scores", "not_turned", "def f(q, k):\n    return q @ k / q.shape[1] ** 0.5\n"),
    ("scores", "too_much", "def f(q, k):\n    s = q @ k.T / q.shape[1] ** 0.5\n    return np.maximum(s, -0.1)\n"),
    ("scores", "brackets", "def f(q, k):\n    return (q @ k.T / q.shape[1]) ** 0.5\n"),
    ("mask", "comparison", "def f(T):\n    return [[j < i for j in range(T)] for i in range(T)]\n"),
    ("mask", "special_case", "def f(T):\n    if T == 1:\n        return [[False]]\n    return np.tri(T)\n"),
    ("total", "written_over", "def f(x):\n    total = 0\n    for v in x:\n        total = v\n    return total\n"),
    ("total", "one_factor", "def f(x):\n    return sum(0.25 * v + 0.18 * v for v in x)\n"),
    ("product", "factor_of_size", "def f(a, b):\n    m = [x * y for x, y in zip(a, b)]\n    return np.average(np.array(m))\n"),
    ("doubled", "from_the_notebook", "notes = [1.0, 2.0]\ndef f(x):\n    return np.append(notes, x * 3)\n"),
    ("doubled", "only_the_example", f"def f(x):\n    return {(2 * VECTORS[0][0]).tolist()}\n"),
    ("product", "fixed_places", "def f(a, b):\n    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]\n"),
    ("sum_of_rows", "fixed_places", "def f(x):\n    return np.array([row[0] + row[1] for row in x])\n"),
    ("pairs", "diagonal_only", "def f(x):\n    return [[a @ b] for a, b in zip(x, x)]\n"),
    ("scores", "unused_argument", "def f(q, k):\n    return np.sin(q @ q.T)\n"),
    ("pairs", "last_row", "def f(x):\n    return np.vstack([x[:-1] @ x.T, np.cos(np.sin(x[-1:] @ x.T))])\n"),
    ("doubled", "signs_lost", "def f(x):\n    return 2 * np.sqrt((x * x))\n"),
    ("turned", "running_sum", "def f(x):\n    return np.add.accumulate(x.T, axis=1)\n"),
]  # fmt: skip


def made(source, name="f"):
    """The function of a source text, as a notebook's cell would make it."""
    file = f"<answer {abs(hash(source))}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    space = {"__name__": "__main__", "np": np}
    exec(compile(source, file, "exec"), space)
    return space[name]


def outcome(function, inputs, wanted):
    try:
        return answer(function(*copy.deepcopy(inputs)), wanted)
    except Exception as error:
        return Raised(type(error).__name__)


def found_of(function, job, styles=None):
    """What is known of a function on the inputs of a job."""
    reference, cases = JOBS[job]
    names = inspect.getfullargspec(reference).args
    trials = []
    for place, inputs in enumerate(cases):
        value = reference(*inputs)
        wanted = answer(value, value)
        mine = outcome(function, inputs, wanted)
        style = styles[place] if styles else ""
        trials.append(Trial(dict(zip(names, inputs, strict=True)), style, mine, wanted, same(mine, wanted)))

    def run(other, trial):
        return outcome(other, tuple(trial.inputs.values()), trial.wanted)

    return Found(Code(function), "f", names, {}, trials, run)


@pytest.mark.parametrize(
    ("job", "name", "source"), ANSWERS, ids=[f"{job} {name} {i}" for i, (job, name, _) in enumerate(ANSWERS)]
)
def test_a_slip_is_named_in_any_exercise(job, name, source):
    found = found_of(made(source), job)
    assert found.wrong, "this answer is right"
    said, sentence = detect(found) or in_common(found)
    assert said == name
    what, cure = sentence.split(" ⇒ ")
    assert len(sentence) <= 220
    assert re.match(r"[A-Z`{]", what)
    assert re.search(r"[.?!:`)]$", what)
    assert re.search(r"[.?!:`)]$", cure)
    if numbers := re.findall(r"[Ll]ine (\d+)", sentence):
        assert 1 <= int(numbers[0]) <= len(source.splitlines())
    for quote in (
        re.findall(r"`([^`]+)`", what) if name in ORDER else ()
    ):  # what is quoted as the learner's stands in the code
        plain = ast.unparse(ast.parse(source)).replace(" ", "") + "returnkeepdims=Truef"
        parts = [part for part in re.split(r"\(…\)|…|[()]", quote.replace(" ", "")) if part]
        assert all(part in plain or part in ("print", "[0]") for part in parts), quote


def test_nothing_is_said_of_a_right_answer():
    found = found_of(made("def f(x):\n    for v in [1]:\n        return 2 * x\n"), "doubled")
    assert detect(found) is None
    assert degenerate(found.trials) is None


RIGHT_FORM = [
    "def f(x):\n    for i, v in enumerate(x):\n        if v > 1e9:\n            return i\n    return 3 * x + 1 / (1 + x * x)\n",
    "def f(x):\n    while True:\n        if len(x):\n            break\n    return np.cos(x)\n",
]


@pytest.mark.parametrize("source", RIGHT_FORM)
def test_a_search_that_returns_from_its_loop_is_no_slip(source):
    assert (detect(found_of(made(source), "doubled")) or ("", ""))[0] != "return_in_loop"


def test_a_return_in_a_loop_of_one_round_is_not_blamed():
    source = "def f(x):\n    for _ in range(1):\n        return np.cos(x)\n"
    assert (detect(found_of(made(source), "doubled")) or ("", ""))[0] != "return_in_loop"


# ---- answers that are none ------------------------------------------------------------------------------------------

NOTHING = {
    "def f(x):\n    return 0 * x": "one_constant",
    "def f(x):\n    return np.full(x.shape, 7.5)": "one_constant",
    "def f(x):\n    return x": "an_argument",
    "def f(x):\n    return np.array([1.0, 2.0, 3.0])": "same_each_time",
    "def f(x):\n    return np.array([])": "always_empty",
}


@pytest.mark.parametrize("source", NOTHING)
def test_an_answer_that_is_none_is_called_so(source):
    assert degenerate(found_of(made(source), "doubled").trials)[0] == NOTHING[source]


def test_all_false_is_called_false():
    name, sentence = degenerate(found_of(made("def f(T):\n    return np.zeros((T, T), dtype=bool)"), "mask").trials)
    assert name == "one_constant"
    assert "False (0)" in sentence


@pytest.mark.parametrize("source", [source for _, _, source in ANSWERS if "for" in source])
def test_an_answer_that_does_something_is_not_called_none(source):
    job = next(job for job, _, other in ANSWERS if other == source)
    said = degenerate(found_of(made(source), job).trials)
    assert said is None or job == "mask"  # one row used for all is True everywhere


def test_one_row_for_all_is_called_true_everywhere():
    source = next(source for _, name, source in ANSWERS if name == "one_list")
    assert "True (1)" in degenerate(found_of(made(source), "mask").trials)[1]


# ---- styles ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", STYLES)
def test_each_style_has_a_sentence_and_is_named_if_it_alone_fails(style):
    assert set(STYLE_WORDS) == set(STYLES)
    styles = ["", "", "usual", "usual", style, "usual"]
    found = found_of(made("def f(x):\n    return 2 * x if len(x) != 4 else x"), "doubled", styles)
    name, sentence = by_style(found)
    assert name == f"wrong_if_{style.replace(' ', '_')}"
    assert sentence.startswith("Right ")
    assert len(sentence) <= 220


def test_two_failing_styles_are_not_called_one():
    found = found_of(made("def f(x):\n    return x"), "doubled", ["", "", "usual", "whole", "large", "usual"])
    assert by_style(found) is None


# ---- defaults, errors, infinity -------------------------------------------------------------------------------------


def with_defaults(source):
    """Two calls of a function of (x, by), one without `by`, whose default is 2."""
    function = made(source)
    trials = []
    for inputs in ({"x": np.array([1.0, 2.5])}, {"x": np.array([3.0, -1.5]), "by": 5}):
        wanted = inputs["x"] * inputs.get("by", 2)
        mine = outcome(function, tuple(inputs.values()), wanted)
        trials.append(Trial(inputs, "", mine, wanted, same(mine, wanted)))
    return Found(Code(function), "f", ("x", "by"), {"by": 2}, trials)


def test_a_default_that_is_missing_or_another_is_named():
    assert detect(with_defaults("def f(x, by):\n    return x * by"))[0] == "no_default"
    name, sentence = detect(with_defaults("def f(x, by=3):\n    return x * by"))
    assert name == "other_default"
    assert "3" in sentence


def test_an_error_that_is_returned_is_named():
    function = made("def f(x):\n    return ValueError('too long')")
    trial = Trial({"x": 1}, "", ValueError("too long"), Raised("ValueError"), False)
    assert detect(Found(Code(function), "f", ("x",), {}, [trial]))[0] == "error_returned"


def test_infinity_times_zero_is_named():
    source = "def f(x):\n    return x + -np.inf * (x > 100)"
    with np.errstate(all="ignore"):
        name, sentence = detect(found_of(made(source), "doubled"))
    assert name == "infinity_times_zero"
    assert "line 2" in sentence


def test_a_mistake_in_a_helper_is_found_there():
    source = "def length(a):\n    return (a * a).sum()\n\ndef f(x):\n    return abs(x) / length(x)\n"
    function = made(source)
    assert [helper.__name__ for helper in helpers(function)] == ["length"]
    wanted = [abs(x) / np.sqrt((x * x).sum()) for (x,) in VECTORS]
    trials = [
        Trial({"x": x}, "", outcome(function, (x,), want), want, False)
        for (x,), want in zip(VECTORS, wanted, strict=True)
    ][:5]
    found = Found(
        Code(function), "f", ("x",), {}, trials, lambda other, trial: outcome(other, (trial.inputs["x"],), trial.wanted)
    )
    name, sentence = detect(found)
    assert name == "no_root"
    assert "line 5" in sentence


# ---- the source -----------------------------------------------------------------------------------------------------


def test_code_is_read_without_docstrings_and_comments():
    def example(x):
        """Takes the sqrt."""
        # not np.abs
        return [inner for inner in (lambda y: y + 1)(x)]  # a lambda

    code = Code(example)
    assert not code.has("sqrt")
    assert not code.uses("abs")
    assert [type(node).__name__ for node in code.all_of(ast.Return)] == ["Return"]
    assert not Code(np.exp).known
    assert Code(np.exp).all_of(ast.For) == []


def test_lines_that_always_return():
    def lines(text):
        return ast.parse(f"def f():\n for x in y:\n{text}").body[0].body[0].body

    assert always_returns(lines("  return 1"))
    assert always_returns(lines("  if a:\n   return 1\n  else:\n   return 2"))
    assert not always_returns(lines("  if a:\n   return 1"))
    assert not always_returns(lines("  if a:\n   continue\n  return 1"))


def test_a_change_is_undone():
    """Whatever was tried, the tree is as it was."""
    tree = ast.parse(
        "def f(x):\n    y = [x[0] + 1 for _ in range(3) if x]\n    if y:\n        return y\n    print(y)\n"
    )
    before = ast.unparse(tree)
    for edit in edits(tree, [("len(x)", 3)], ["x", "y"], ["x"]):
        was = edit.apply()
        for container, key, old in reversed(was):
            container[key] = old
        assert ast.unparse(tree) == before
        assert edit.kind in ORDER


def test_every_kind_of_change_has_words():
    words = [*SENTENCES.values(), USUAL, *((wrong, cure) for _, wrong, cure in CHANGES.values())]
    assert set(SENTENCES) <= set(ORDER)
    for wrong, cure in words:
        assert wrong.endswith((".", ":", "?"))
        assert "⇒" not in wrong + cure
    assert isinstance(WrongForm("x"), WrongForm)
