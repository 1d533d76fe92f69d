"""Whatever a learner's function does, a check answers in one plain sentence, and the process is as it was."""

import io
import os
import sys
import threading

import numpy as np
import pytest

from course_lib.judge import engine
from course_lib.mistakes import find


def endless(a, b):
    while True:
        pass


def leaves(a, b):
    sys.exit(0)


def leaves_at_once(a, b):
    os._exit(0)


def kills_itself(a, b):
    os.kill(os.getpid(), 9)


def ten_gigabytes(a, b):
    return np.ones(10 * 2**30 // 8)[0]


def hundred_megabytes_of_prints(a, b):
    for _ in range(100_000):
        print("x" * 1_000)
    return a @ b


def calls_itself(a, b):
    return calls_itself(a, b)


def asks(a, b):
    return float(input("a · b? "))


def none(a, b):
    a @ b


def wrong_shape(a, b):
    return np.outer(a, b)[:1]


def not_a_number(a, b):
    return np.nan


def swallows(a, b):
    try:
        while True:
            pass
    except Exception:
        return 0


class Treacherous:
    def __array__(self, *_, **__):
        raise RuntimeError("no")


def treacherous(a, b):
    return Treacherous()


def string(a, b):
    return "8"


def pair(a, b):
    return a @ b, a


def unknown_name(a, b):
    return aa @ b  # noqa: F821


EXPECTED = {
    endless: ("stopped", "still running"),
    leaves: ("stopped", "end Python"),
    leaves_at_once: ("stopped", "end Python"),
    hundred_megabytes_of_prints: ("stopped", "printed more than"),
    calls_itself: ("stopped", "calls itself"),
    asks: ("stopped", "input()"),
    none: ("no_return", "None"),
    wrong_shape: ("shape", "expected one number"),
    not_a_number: ("nan", "NaN"),
    swallows: ("stopped", "still running"),
    treacherous: ("form", "Treacherous"),
    string: ("form", "str"),
    pair: ("form", "2 things"),
    unknown_name: ("raised", "NameError"),
}


@pytest.fixture
def dot():
    exercise = find.exercise_named("dot")
    quick = engine.Exercise(
        exercise.reference, cases=exercise.cases, says=exercise.says, hints=exercise.hints, seconds=0.5
    )
    return quick


@pytest.mark.parametrize("apart", [False, True], ids=["inside", "apart"])
@pytest.mark.parametrize("function", EXPECTED, ids=lambda f: f.__name__)
def test_one_plain_sentence(dot, function, apart, capfd):
    name, words = EXPECTED[function]
    dot.seconds = 0.5 if words == "still running" else 10  # only what never ends should meet the limit
    verdict = dot.check(function, apart=apart)
    assert verdict.state == "wrong"
    assert name in verdict.names
    assert words in verdict.text
    assert "Traceback" not in verdict.text
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can limit a process's memory")
@pytest.mark.parametrize("apart", [False, True], ids=["inside", "apart"])
def test_memory(dot, apart):
    assert "more memory" in dot.check(ten_gigabytes, apart=apart).text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_killed_process_is_survived(dot):
    assert "ended the whole Python process" in dot.check(kills_itself, apart=True).text


def test_the_sentence_has_the_learners_line(dot):
    assert "`return aa @ b" in dot.check(unknown_name).text


def test_time_limit_in_a_thread(dot):
    """Where no signal can be used (Windows, or another thread than the first) the limit holds too."""
    said = []
    worker = threading.Thread(target=lambda: said.append(dot.check(endless).text))
    worker.start()
    worker.join(20)
    assert said
    assert "still running" in said[0]


def test_nothing_is_left_behind(dot):
    import random
    import signal

    def before_and_after():
        limits = signal.getitimer(signal.ITIMER_REAL)[0] if hasattr(signal, "setitimer") else 0
        return (os._exit, input, sys.stdout, random.getstate(), str(np.random.get_state()), limits)

    def throws_dice(a, b):
        random.random()
        np.random.rand()
        return a @ b

    before = before_and_after()
    for function in (throws_dice, endless, leaves_at_once, asks):
        dot.check(function)
    assert before_and_after() == before


@pytest.mark.usefixtures("two_threads")
def test_torch_keeps_its_threads_and_its_dice(dot):
    torch = pytest.importorskip("torch")
    threads, dice = torch.get_num_threads(), torch.get_rng_state()
    inside = []

    def with_torch(a, b):
        inside.append(torch.get_num_threads())
        torch.rand(3)
        return torch.tensor(a) @ torch.tensor(b)

    assert dot.check(with_torch).ok
    assert set(inside) == {1}
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), dice)


def test_rebound_numpy_decides_nothing(monkeypatch):
    """A learner who rebinds NumPy's functions, on purpose or not, can't turn wrong into right or right into wrong."""
    original = find.exercise_named("most_similar")
    exercise = engine.Exercise(original.reference, cases=original.cases, says=original.says, hints=original.hints)
    answers = {x.tobytes(): int(original.outcome(case)) for case, (_, x) in enumerate(original.cases)}
    for name in ("allclose", "array_equal", "isclose", "all"):
        monkeypatch.setattr(np, name, lambda *_, **__: True)
    monkeypatch.setattr(np, "sqrt", lambda x: x * 0 + 1)
    monkeypatch.setattr(np, "argmax", lambda x: 0)
    monkeypatch.setattr(np, "array", lambda *_, **__: 3)
    monkeypatch.setattr(np, "isfinite", lambda x: True)
    monkeypatch.setattr(np, "errstate", None)
    assert not exercise.check(lambda index, vectors: 0).ok
    assert exercise.check(lambda index, vectors: answers[vectors.tobytes()]).ok


def test_an_import_in_the_function_is_not_on_the_clock(dot, tmp_path, monkeypatch):
    (tmp_path / "slow_library.py").write_text("import time\ntime.sleep(1)\nfactor = 1.0\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))

    space = {}
    exec("def imports(a, b):\n    import slow_library\n    return slow_library.factor * (a @ b)", space)
    assert dot.check(space["imports"]).ok


def test_mutated_input_is_named_by_its_parameter(dot):
    def eats(a, b):
        total = a @ b
        b[0] = 0
        return total

    verdict = dot.check(eats)
    assert verdict.names == ("mutates_input",)
    assert "`b`" in verdict.text


def test_right_answers_that_print_or_warn_stay_quiet(dot, capfd):
    def chatty(a, b):
        import warnings

        print("hello")
        warnings.warn("careful", stacklevel=1)
        return a @ b + 0 * np.log(np.zeros(1))[0] if False else a @ b

    assert dot.check(chatty).ok
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "stub",
    [
        "def dot(a, b):\n    # your code here\n    raise NotImplementedError",
        "def dot(a, b):\n    raise NotImplementedError()",
        "def dot(a, b):\n    ...",
        "def dot(a, b):\n    pass",
        'def dot(a, b):\n    """Multiply and add."""',
    ],
)
def test_an_unwritten_stub_is_not_a_failure(dot, stub, tmp_path, monkeypatch):
    path = tmp_path / "sheet.py"
    path.write_text(stub, encoding="utf-8")
    space = {}
    exec(compile(stub, str(path), "exec"), space)
    assert dot.check(space["dot"]).state == "not attempted"


def test_not_implemented_inside_a_library_is_a_failure(dot):
    def half_done(a, b):
        return io.RawIOBase().readinto(bytearray(1)) or 0

    assert dot.check(half_done).state == "wrong"


def test_wrong_parameters_are_said_before_anything_runs(dot):
    assert "it should take (a, b)" in dot.check(lambda a: a).text
    assert "not a function any more" in dot.check(8.0).text
    assert dot.check(lambda a, b, factor=1.0: factor * (a @ b)).ok
    assert dot.check(lambda *both: both[0] @ both[1]).ok
