"""A check leaves nothing behind: the libraries' switches, models and random numbers are as before, and what a function changed is said."""

import importlib
import random
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
import torch

from course_lib.judge.limits import TooSlow, state_kept, time_limit
from course_lib.judge.needs import import_all_that, imports_of
from course_lib.judge.world import World, world_kept
from course_lib.mistakes import find
from tests.conftest import ROOT


def model():
    return torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Dropout(), torch.nn.Linear(3, 2))


# what is done to a model, to a tensor and to the libraries: what must be said
CHANGES = {
    "grad mode": (lambda m, x: torch.set_grad_enabled(False), "gradients are switched off"),
    "default dtype": (lambda m, x: torch.set_default_dtype(torch.float64), "new tensors are now float64"),
    "threads": (lambda m, x: torch.set_num_threads(torch.get_num_threads() + 1), "threads"),
    "NumPy's errors": (lambda m, x: np.seterr(all="raise"), "`np.seterr`"),
    "NumPy's printing": (lambda m, x: np.set_printoptions(precision=2), "`np.set_printoptions`"),
    "torch's printing": (lambda m, x: torch.set_printoptions(precision=2), "`torch.set_printoptions`"),
    "warnings": (lambda m, x: warnings.simplefilter("error"), "warnings"),
    "eval mode": (lambda m, x: m.eval(), "`model` is left in eval mode"),
    "eval mode of a child": (lambda m, x: m[1].eval(), "a part of `model` is left in eval mode"),
    "frozen weights": (lambda m, x: m.requires_grad_(False), "weights of `model` are frozen"),
    "one frozen weight": (lambda m, x: m[0].weight.requires_grad_(False), "weights of `model` are frozen"),
    "a tensor that asks for gradients": (lambda m, x: x.requires_grad_(), "`x` now asks for gradients"),
}


@pytest.fixture
def as_it_was():
    """What the tests change is put back by hand, whatever the code under test does."""
    with warnings.catch_warnings():
        errors, printing, threads = np.geterr(), np.get_printoptions(), torch.get_num_threads()
        yield
    torch.set_grad_enabled(True)
    torch.set_default_dtype(torch.float32)
    torch.set_num_threads(threads)
    torch.set_printoptions(profile="default")
    np.seterr(**errors)
    np.set_printoptions(**printing)


@pytest.mark.usefixtures("as_it_was")
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_said_and_put_back(change):
    act, words = CHANGES[change]
    m, x = model(), torch.ones(3)
    before = World({"model": m, "x": x})
    with world_kept({"model": m, "x": x}) as found:
        act(m, x)
    assert words in " ".join(found)
    assert len(found) == 1
    assert before.changes() == []


@pytest.mark.usefixtures("as_it_was")
def test_models_are_found_wherever_an_input_holds_them():
    m, y = model(), torch.ones(2)
    optimiser = torch.optim.SGD(m.parameters(), lr=0.1)
    inputs = {"pair": [("name", {"deep": m})], "optimiser": optimiser, "f": lambda x: x + y}
    with world_kept(inputs) as found:
        m[1].eval()
        y.requires_grad_()
    assert found == ["a part of `pair` is left in eval mode", "`f` now asks for gradients (`requires_grad`)"]
    assert m[1].training
    assert not y.requires_grad
    with world_kept({"optimiser": optimiser}) as found:
        optimiser.param_groups[0]["params"][0].requires_grad_(False)
    assert found == ["`optimiser` no longer asks for gradients (`requires_grad`)"]


def test_nothing_is_said_where_nothing_changed():
    m = model()
    with world_kept({"model": m, "x": np.ones(3), "n": 3, "f": np.exp, "text": "the"}) as found:
        with torch.no_grad():
            m.eval()(torch.ones(1, 2))
        m.train()
        with np.errstate(all="ignore"):
            np.log(np.zeros(1))
    assert found == []


@pytest.mark.usefixtures("as_it_was")
def test_random_numbers_and_switches_are_kept():
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    wanted = random.random(), np.random.rand(), float(torch.rand(1))
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    with state_kept():
        random.seed(5), np.random.rand(3), torch.manual_seed(7)
        torch.set_grad_enabled(False)
        np.seterr(all="raise")
        assert torch.get_num_threads() == 1
    assert (random.random(), np.random.rand(), float(torch.rand(1))) == wanted
    assert torch.is_grad_enabled()
    assert np.geterr()["divide"] == "warn"


def test_an_error_inside_keeps_it_too():
    def fails():
        with state_kept():
            torch.set_grad_enabled(False)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails()
    assert torch.is_grad_enabled()


# ---- in a check -----------------------------------------------------------------------------------------------------


def switches_off(x):
    torch.set_grad_enabled(False)
    return 2 * x


def switches_off_for_a_while(x):
    with torch.no_grad():
        return 2 * x


def test_a_right_answer_that_leaves_something_behind_is_told_so():
    double = find.exercise_named("double")
    for _ in range(2):
        verdict = double.check(switches_off)
        assert verdict.names == ("left_behind",)
        assert "gradients are switched off" in verdict.text
        assert torch.is_grad_enabled()
    assert double.check(switches_off_for_a_while).ok


# ---- imports --------------------------------------------------------------------------------------------------------


def imports_in_a_helper(x):
    def inner(y):
        from json import tool

        return tool, y

    return helper(inner(x))


def helper(x):
    import colorsys
    import xml.dom.minidom

    return colorsys, xml, x


def test_what_a_function_and_its_helpers_import_is_known_beforehand():
    found = dict(imports_of(imports_in_a_helper))
    assert {"json", "colorsys", "xml.dom.minidom"} <= set(found)
    assert found["json"] == ["tool"]
    sys.modules.pop("colorsys", None)
    import_all_that(imports_in_a_helper)
    assert {"colorsys", "json.tool", "xml.dom.minidom"} <= set(sys.modules)


def test_a_module_that_does_not_exist_is_left_to_the_function():
    space = {}
    exec("def asks_for_nothing():\n    import there_is_no_such_module", space)
    import_all_that(space["asks_for_nothing"])


def endless():
    with time_limit(0.2):
        while True:
            pass


@pytest.mark.skipif(
    not hasattr(__import__("signal"), "setitimer"), reason="only a timer signal can cut an import in half"
)
def test_an_import_is_not_cut_in_half(tmp_path, monkeypatch):
    """A slow import inside the limit ends, and its time does not count; what comes after it is limited as before."""
    (tmp_path / "slow_to_load.py").write_text("import time\ntime.sleep(0.5)\nwhole = True\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with time_limit(0.2):
        slow = importlib.import_module("slow_to_load")
    assert slow.whole
    start = time.monotonic()
    with pytest.raises(TooSlow):
        endless()
    assert time.monotonic() - start < 2


def test_a_check_that_itself_runs_in_an_import_still_ends(tmp_path):
    """A sheet that is imported as a module is no import in the sense of the limit."""
    lines = "from course_lib.judge.guard import guarded\ndef endless():\n    while True: pass\nprint(guarded(endless, 0.3)[1])\n"
    (tmp_path / "sheet.py").write_text(lines, encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-c", "import sheet"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=True,
        env={"PYTHONPATH": f"{ROOT}:{tmp_path}", "PATH": ""},
    )  # fmt: skip
    assert "still running" in run.stdout
