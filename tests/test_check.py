"""check, hint, draw, replay, progress and the portfolio, as a learner meets them."""

import html
import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from course_lib.check import replaying
from course_lib.check.commands import check, draw, hint, progress, progress_text, replay
from course_lib.check.how_far import Overview, lessons
from course_lib.check.prediction import predict
from course_lib.judge import failing_case
from course_lib.judge.present import COLOURS, MARKS, WRONG, Card, NotYet
from course_lib.mistakes import find
from course_lib.my_gpt import keep as portfolio
from course_lib.my_gpt import record
from tests.conftest import ROOT

RIGHT = "def dot(a, b):\n    return a @ b\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "my_gpt"))
    monkeypatch.delenv("COURSE_RECORD", raising=False)
    return tmp_path / "my_gpt"


@pytest.fixture(autouse=True)
def fresh_kernel(monkeypatch):
    """No check has failed yet."""
    monkeypatch.setattr(replaying, "_failed", {})
    monkeypatch.setattr(replaying, "_put", {})


@pytest.fixture
def cell(tmp_path):
    """Run source text as a notebook's cell would run: its lines can be found again."""
    count = iter(range(100))

    def run(text, space=None):
        path = tmp_path / f"cell_{next(count)}.py"
        path.write_text(text, encoding="utf-8")
        space = {"__name__": "__main__"} if space is None else space
        exec(compile(text, str(path), "exec"), space)
        return space

    return run


def recorded(folder):
    return json.loads((folder / "progress.json").read_text(encoding="utf-8"))


def test_right_answer(folder, cell, capsys):
    check(cell(RIGHT)["dot"])
    assert "✓ dot: right." in capsys.readouterr().out
    assert recorded(folder)["exercises"]["dot"]["state"] == "done"
    assert (folder / "dot.py").exists()


def test_wrong_answer_stops_with_one_line(folder, cell):
    with pytest.raises(NotYet) as stop:
        check(cell("def dot(a, b):\n    return a * b\n")["dot"])
    assert find.exercise_named("dot").says["no_sum"].split(" ⇒ ")[0] in str(stop.value)
    assert len(stop.value._render_traceback_()) == 1
    entry = recorded(folder)["exercises"]["dot"]
    assert (entry["state"], entry["tries"], entry["kind"]) == ("tried", 1, ["no_sum"])
    assert not (folder / "dot.py").exists()


def test_done_stays_done(folder, cell):
    check(cell(RIGHT)["dot"])
    with pytest.raises(NotYet):
        check(cell("def dot(a, b):\n    return 0\n")["dot"])
    entry = recorded(folder)["exercises"]["dot"]
    assert (entry["state"], entry["tries"]) == ("done", 2)


def test_a_stub_does_not_stop_run_all_and_counts_nothing(folder, cell, capsys):
    check(cell("def dot(a, b):\n    raise NotImplementedError\n")["dot"])
    assert "○ dot: not attempted" in capsys.readouterr().out
    assert not (folder / "progress.json").exists()


def test_found_by_the_name_of_the_variable(folder, cell, capsys):
    cell("from course_lib.check import check\nimport numpy as np\ndot = np.dot\ncheck(dot)\n")
    cell("from course_lib.check import check\ndot = lambda a, b: a @ b\ncheck(dot)\n")
    assert capsys.readouterr().out.count("✓ dot") == 2


def test_unknown_name_is_answered_with_a_suggestion(folder, cell):
    with pytest.raises(NotYet, match="Did you mean `all_pairs`"):
        check(cell("def all_pair(x):\n    return x\n")["all_pair"])


def test_three_hints_then_the_last_again(folder, capsys):
    for _ in range(4):
        hint("dot")
    said = capsys.readouterr().out
    assert [f"Hint {n} of 3" in said for n in (1, 2, 3)] == [True] * 3
    assert said.count("Hint 3 of 3") == 2
    assert recorded(folder)["exercises"]["dot"]["hints"] == 3


def test_show_draws_yours_beside_the_target(folder, cell, capsys):
    draw(cell("def all_pairs(x):\n    return x.T @ x\n")["all_pairs"])
    draw(cell("def all_pairs(x):\n    return x @ x.T + 1\n")["all_pairs"])
    draw(cell("def dot(a, b):\n    return missing\n")["dot"])
    assert "NameError" in capsys.readouterr().out


def test_solution_sheets_are_not_recorded(folder, cell, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_RECORD", "no")
    check(cell(RIGHT)["dot"])
    assert "✓" in capsys.readouterr().out
    assert not folder.exists()


# ---- one step at a time --------------------------------------------------------------------------------------------

NO_SUM, ADDED = "def dot(a, b):\n    return a * b\n", "def dot(a, b):\n    return sum(a) + sum(b)\n"
SAYS = {"no_sum": "The products stand side by side. ⇒ Add them up.", "plus": "You added. ⇒ Multiply pair by pair."}


@pytest.fixture
def two_steps(monkeypatch):
    """Sentences with a cure for two mistakes of dot."""
    for name, text in SAYS.items():
        monkeypatch.setitem(find.exercise_named("dot").says, name, text)


def said_by(function):
    with pytest.raises(NotYet) as stop:
        check(function)
    return str(stop.value)


def restart_kernel():
    replaying._failed.clear()


@pytest.mark.usefixtures("two_steps", "folder")
@pytest.mark.parametrize("between", [lambda: None, restart_kernel])
def test_the_cure_is_said_when_an_answer_fails_in_the_same_way_again(cell, between):
    dot = cell(NO_SUM)["dot"]
    first = said_by(dot)
    assert "The products stand side by side." in first
    assert "Add them up" not in first
    between()
    again = said_by(dot)
    assert "The products stand side by side. Add them up." in again
    assert "⇒" not in first + again


@pytest.mark.usefixtures("two_steps", "folder")
def test_another_mistake_or_a_right_answer_in_between_begins_anew(cell):
    dot = cell(NO_SUM)["dot"]
    said_by(dot)
    said_by(cell("def dot(a, b):\n    return 0.5 * (a @ b) + 7\n")["dot"])
    assert "Add them up" not in said_by(dot)
    check(cell(RIGHT)["dot"])
    assert "Add them up" not in said_by(dot)
    assert "Add them up" in said_by(dot)


@pytest.mark.usefixtures("two_steps")
@pytest.mark.parametrize(
    "damage", ["{", '{"exercises": {"dot": {"kind": 3, "cure": [], "tries": "x"}}, "predictions": {}}']
)
def test_with_a_damaged_record_every_failure_is_the_first(folder, cell, damage):
    dot = cell(NO_SUM)["dot"]
    said_by(dot)
    (folder / "progress.json").write_text(damage, encoding="utf-8")
    assert "Add them up" not in said_by(dot)
    assert "Add them up" in said_by(dot)


@pytest.mark.usefixtures("two_steps", "folder")
@pytest.mark.parametrize("between", [lambda: None, restart_kernel])
def test_a_hint_after_a_failure_says_the_cure_first_and_once(cell, capsys, between):
    said_by(cell(NO_SUM)["dot"])
    between()
    hint("dot")
    assert capsys.readouterr().out.strip() == "→ dot: what to do. Add them up."
    for number in (1, 2):
        hint("dot")
        assert f"Hint {number} of 3" in capsys.readouterr().out
    assert "Add them up" in said_by(cell(NO_SUM)["dot"])
    hint("dot")
    assert "Hint 3 of 3" in capsys.readouterr().out, "the check has just said the cure"


@pytest.mark.usefixtures("two_steps")
def test_without_a_record_a_hint_still_says_the_cure(folder, cell, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_RECORD", "no")
    said_by(cell(NO_SUM)["dot"])
    hint("dot")
    hint("dot")
    assert re.findall("Add them up|Hint 1 of 3", capsys.readouterr().out) == ["Add them up", "Hint 1 of 3"]
    assert not folder.exists()


# ---- the failing case ------------------------------------------------------------------------------------------------

ONE_AXIS = "import numpy as np\ndef double(x):\n    return 2 * x if np.ndim(x) < 2 else 2 * x + 5 * np.sin(x + 0.1)\n"


def first_with_two_axes():
    """The first of double's inputs that ONE_AXIS gets wrong."""
    exercise = find.exercise_named("double")
    inputs = (exercise.inputs(case)[0] for case in range(len(exercise.cases) + len(exercise.made)))
    return next(x for x in inputs if np.ndim(x) > 1)


@pytest.mark.usefixtures("folder")
def test_the_failing_inputs_are_put_under_the_names_of_the_parameters(cell, capsys):
    space, x = cell(ONE_AXIS), first_with_two_axes()
    said = said_by(space["double"])
    assert f"x {x.shape} = [[" in said
    cell("from course_lib.check import replay\nreplay()\n", space)
    shown = capsys.readouterr().out
    assert "Call it with `double(x)`." in shown
    assert f"x {x.shape} = [[" in shown
    assert "expected:\n[[" in shown
    np.testing.assert_array_equal(space["x"], x)
    assert not np.allclose(space["double"](space["x"]), 2 * x)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def double(x):\n    return 2 * x[:1]\n", "; expected 3 numbers."),
        ("def double(x):\n    pass\n    print(x)\n", " With x = [1, 5, -3]: expected [2, 10, -6]."),
        ("def double(x):\n    return missing\n", " With x = [1, 5, -3]: expected [2, 10, -6]."),
        ("def double(x):\n    return x + 2\n", "With x = [1, 5, -3]: you returned [3, 7, -1]; expected [2, 10, -6]."),
        (
            "def double(x):\n    return x * 5 - x ** 2\n",
            "With x = [1, 5, -3]: you returned [4, 0, -24]; expected [2, 10, -6].",
        ),
        (
            "def add_to_stream(x, update):\n    return x + update\n",
            "you returned [[11, 22], [13, 24], [15, 26]]; expected an error (ValueError).",
        ),
        (
            "def add_to_stream(x, update):\n    assert x.shape == update.shape\n    return x + update\n",
            "update (1, 2) = [[10, 20]]: expected an error (ValueError).",
        ),
    ],
)
@pytest.mark.usefixtures("folder")
def test_every_failure_shows_its_inputs_and_what_is_expected_once(cell, text, said):
    space = cell(text)
    words = said_by(space.get("double") or space["add_to_stream"])
    assert said in words
    assert words.count("xpected ") <= 1


@pytest.mark.usefixtures("folder")
def test_a_replay_replaces_nothing_but_what_a_replay_put_there(cell, capsys):
    space = cell(ONE_AXIS)
    said_by(space["double"])
    cell("from course_lib.check import replay\nx = 'mine'\nreplay()\nreplay()\n", space)
    assert space["x"] == "mine"
    np.testing.assert_array_equal(space["x_"], first_with_two_axes())
    assert "x__" not in space
    shown = capsys.readouterr().out
    assert "Call it with `double(x_)`." in shown
    assert "`x` was taken already" in shown
    cell("x_ = 'mine, too'\nreplay()\n", space)
    assert (space["x"], space["x_"]) == ("mine", "mine, too")
    np.testing.assert_array_equal(space["x__"], first_with_two_axes())


@pytest.mark.usefixtures("folder")
def test_a_replayed_input_that_was_changed_comes_back_as_it_was(cell):
    space = cell(ONE_AXIS)
    said_by(space["double"])
    cell("from course_lib.check import replay\nreplay()\nx *= 0\nreplay()\n", space)
    assert space["x"].any()


@pytest.mark.usefixtures("folder")
def test_the_last_failure_is_replayed_and_none_when_all_is_right(cell, capsys):
    replay()
    assert "Nothing to replay" in capsys.readouterr().out
    space = cell(ONE_AXIS)
    said_by(space["double"])
    said_by(cell(ADDED)["dot"])
    replay()
    assert "dot(a, b)" in capsys.readouterr().out
    check(cell(RIGHT)["dot"])
    replay()
    assert "double(x" in capsys.readouterr().out
    check(cell("def double(x):\n    return 2 * x\n")["double"])
    replay()
    assert "Nothing to replay" in capsys.readouterr().out
    for name in ("x", "a", "b"):
        globals().pop(name, None)


@pytest.mark.usefixtures("folder")
def test_inputs_of_torch_are_replayed_as_the_function_gets_them(cell, capsys):
    import torch

    space = cell("def layer_norm(x, gain, shift, eps=1e-5):\n    return x * gain + shift\n")
    said_by(space["layer_norm"])
    cell("from course_lib.check import replay\nreplay()\n", space)
    assert isinstance(space["x"], torch.Tensor)
    assert space["x"].dtype == torch.float32


@pytest.mark.usefixtures("folder")
def test_the_picture_is_of_the_case_that_failed_and_of_the_function_as_it_is_now(cell, capsys):
    draw(cell(ONE_AXIS)["double"])
    assert "Every entry agrees" in capsys.readouterr().out, "nothing has failed: the first inputs are drawn"
    said_by(cell(ONE_AXIS)["double"])
    draw(cell(ONE_AXIS)["double"])
    assert f"of {first_with_two_axes().size} entries differ" in capsys.readouterr().out
    draw(cell("def double(x):\n    return 2 * x\n")["double"])
    assert "Every entry agrees" in capsys.readouterr().out


@pytest.mark.usefixtures("folder")
def test_yes_and_no_are_drawn_as_such(cell, capsys):
    mask = cell("import numpy as np\ndef causal_mask(T):\n    return np.tri(T, dtype=bool) & (np.arange(T) != 2)\n")[
        "causal_mask"
    ]
    assert "[True, True, False]; expected [True, True, True]" in said_by(mask)
    draw(mask)
    assert "● is True" in capsys.readouterr().out


# ---- the card --------------------------------------------------------------------------------------------------------


def card(**more):
    return Card(WRONG, "dot: not yet.", ["Look at `a * b`: *two* <b>."], **more)


def test_a_card_says_the_same_in_text_and_in_a_notebook():
    bundle = card(evidence="With n = 2: you returned 3.", note="Saved.")._repr_mimebundle_()
    assert bundle["text/plain"] == "✗ dot: not yet. Look at `a * b`: *two* <b>. With n = 2: you returned 3. Saved."
    words = html.unescape(re.sub("<[^>]+>", "", bundle["text/html"].replace("<div", " <div"))).split()
    assert words == bundle["text/plain"].replace("`", "").replace("*two*", "two").split()
    assert "<code>a * b</code>" in bundle["text/html"]
    assert "<em>two</em>" in bundle["text/html"]


def test_evidence_is_a_table_with_the_same_values():
    rows = [("x", "(1, 2)", "[[1, '<b>']]"), ("yours", "row 0", "3")]
    bundle = card(evidence="With x (1, 2) = [[1, '<b>']]: you returned 3.", rows=rows)._repr_mimebundle_()
    assert "With x" not in bundle["text/html"]
    assert bundle["text/html"].count('<th scope="row"') == 2
    assert "<code" in bundle["text/html"]
    assert html.escape("[[1, '<b>']]") in bundle["text/html"]


@pytest.mark.parametrize("state", MARKS)
def test_every_mark_is_legible_on_its_field(state):
    """White on each colour: at least 4.5 to 1, whatever the theme is."""
    channels = [int(COLOURS[state][at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = np.dot([0.2126, 0.7152, 0.0722], linear)
    assert 1.05 / (luminance + 0.05) >= 4.5
    made = Card(state, "x.")._repr_mimebundle_()["text/html"]
    assert f"background:{COLOURS[state]};color:#fff" in made
    assert f">{MARKS[state]}</b>" in made


def test_in_a_notebook_the_card_comes_before_the_error_and_the_error_is_one_line(folder, cell, monkeypatch):
    from course_lib.check import commands
    from course_lib.judge import present

    shown = []
    monkeypatch.setattr(present, "in_notebook", lambda: True)
    monkeypatch.setattr(commands, "in_notebook", lambda: True)
    monkeypatch.setattr(present, "display", shown.append)
    with pytest.raises(NotYet) as stop:
        check(cell(ONE_AXIS)["double"])
    assert [type(thing).__name__ for thing in shown] == ["Card", "Picture"]
    assert str(shown[0]) == f"✗ {stop.value}"
    assert "entries differ, framed and marked ✗" in str(shown[1])
    assert stop.value._render_traceback_() == ["Run All stops here."]


@pytest.mark.parametrize(
    ("name", "text", "drawn"),
    [
        ("double", "def double(x):\n    return np.sin(x)\n", True),
        ("double", "def double(x):\n    return x + 2\n", False),  # a sentence says what is wrong
        ("double", "def double(x):\n    return np.sin(x)[:1]\n", False),  # another shape
        ("double", "def double(x):\n    return missing\n", False),
        ("dot", "def dot(a, b):\n    return a @ b + 0.1\n", False),  # one number: the evidence shows it
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_picture_is_drawn_where_it_shows_more_than_the_words(cell, name, text, drawn):
    function = cell("import numpy as np\n" + text)[name]
    exercise = find.exercise_named(name)
    assert failing_case.worth_a_picture(exercise, exercise.check(function)) is drawn


# ---- the progress file ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    ["", "{", "[]", '{"exercises": 3, "predictions": {}}', '{"exercises": {"dot": 1}, "predictions": {}}', "\0\0"],
)
def test_a_damaged_file_is_set_aside(folder, damage):
    folder.mkdir()
    (folder / "progress.json").write_text(damage, encoding="utf-8")
    assert "damaged" in record.record_try("dot", True)
    assert recorded(folder)["exercises"]["dot"]["state"] == "done"
    assert (folder / "progress.damaged-1.json").read_text(encoding="utf-8") == damage


def test_an_unwritable_folder_is_said_and_not_fatal(tmp_path, monkeypatch, cell, capsys):
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "file"))
    check(cell(RIGHT)["dot"])
    said = capsys.readouterr().out
    assert "✓ dot: right." in said
    assert "could not be saved" in said


def test_a_full_disk_leaves_the_old_file(folder, monkeypatch):
    record.record_try("dot", True)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    assert "No space left" in record.record_try("all_pairs", True)
    assert list(recorded(folder)["exercises"]) == ["dot"]
    assert not list(folder.glob(".progress.json.*"))


def test_two_kernels_at_once_lose_nothing(folder):
    code = "from course_lib.my_gpt.record import record_try\nimport sys\nfor n in range(20): record_try(f'{sys.argv[1]}{n}', True)"
    with ThreadPoolExecutor(3) as pool:
        runs = list(pool.map(lambda who: subprocess.run([sys.executable, "-c", code, who], check=True), "abc"))
    assert len(runs) == 3
    assert len(recorded(folder)["exercises"]) == 60


def test_the_map_has_every_exercise(folder):
    record.record_try("dot", True)
    record.record_try("all_pairs", False)
    text = progress_text()
    assert "✓ dot" in text
    assert "✗ all_pairs" in text
    assert all(name in text for name in find.tables())


def test_the_map_as_a_view_follows_checks_hints_and_guesses(folder, cell, capsys):
    view = Overview().widget()
    assert set(view.states.values()) == {"open"}
    check(cell(RIGHT)["dot"])
    with pytest.raises(NotYet):
        check(cell("def all_pairs(X):\n    return X @ X\n")["all_pairs"])
    hint("embed")
    predict("How much?", {"one": "No.", "two": "Yes."}, right="two").choose("two")
    entries = {one["name"]: one for one in view.exercises}
    assert (entries["dot"]["state"], entries["dot"]["kept"], entries["dot"]["tries"]) == ("done", "my_gpt/dot.py", 1)
    assert (entries["all_pairs"]["state"], entries["all_pairs"]["kept"]) == ("tried", "")
    assert (entries["embed"]["state"], entries["embed"]["hints"]) == ("open", 1)
    assert view.guesses == [1, 1]


def test_the_map_says_that_a_damaged_record_was_set_aside(folder):
    folder.mkdir()
    (folder / "progress.json").write_text("{", encoding="utf-8")
    view = Overview().widget()
    assert "was damaged" in view.note
    view.look_again()
    assert view.note == "", "it is said once: the new record is whole"


def test_the_map_names_pages_that_exist_and_its_twin_says_the_same(folder):
    record.record_try("dot", True)
    for lesson in lessons():
        assert (ROOT / lesson["sheet"]).exists()
        assert lesson["title"] in (ROOT / lesson["notebook"]).read_text(encoding="utf-8")
        assert lesson["title"]
    twin = Overview().widget().twin()._repr_mimebundle_()["text/html"]
    assert "1 of" in twin
    assert all(f"<code>{name}</code>" in twin for name in find.tables())
    assert twin.count("<small>done</small>") == 1


@pytest.mark.parametrize("lesson", ["01", "1", 1])
def test_the_map_of_one_lesson_has_its_exercises_alone(folder, lesson, capsys):
    record.record_try("dot", True)
    record.record_try("embed", True)
    predict("How much?", {"one": "No.", "two": "Yes."}, right="two").choose("two")
    progress(lesson)
    text, own = capsys.readouterr().out, list(find.lesson("01"))
    assert f"1 of {len(own)} exercises of lesson 1 done.\n" in text
    assert "predictions" not in text, "those are the whole course's"
    view = Overview(lesson).widget()
    assert list(view.states) == own
    assert view.guesses == [0, 0]
    record.record_try("all_pairs", True)
    view.look_again()
    assert view.states["all_pairs"] == "done"
    assert list(view.states) == own
    twin = view.twin()._repr_mimebundle_()["text/html"]
    assert re.findall("<code>(.+?)</code>", twin) == own
    assert "Lesson 1" in twin


@pytest.mark.parametrize("lesson", ["99", 0.5, "dot"])
def test_a_lesson_that_is_not_there_is_said(folder, lesson):
    with pytest.raises(NotYet, match=r"no lesson .* with exercises: progress\('15'\) shows the last one"):
        progress(lesson)


@pytest.mark.parametrize("entry", [{"state": "half"}, {"state": "done", "tries": "many", "hints": -1, "day": 3}])
def test_the_map_survives_a_record_that_makes_no_sense(folder, entry):
    folder.mkdir()
    found = {"exercises": {"dot": entry}, "predictions": {}}
    (folder / "progress.json").write_text(json.dumps(found), encoding="utf-8")
    dot = next(one for one in Overview().exercises if one["name"] == "dot")
    assert dot["state"] in ("done", "open")
    assert (dot["tries"], dot["hints"]) == (0, 0)
    assert "dot" in str(Overview())


# ---- the portfolio -------------------------------------------------------------------------------------------------

STYLES = {
    "plain": "import numpy as np\ndef dot(a, b):\n    return np.sum(a * b)\n",
    "helpers": "def times(x, y):\n    return x * y\ndef dot(a, b):\n    return sum(times(x, y) for x, y in zip(a, b))\n",
    "constant": "START = 0.0\ndef dot(a, b):\n    return START + a @ b\n",
    "from import": "from numpy import einsum as es\ndef dot(a, b):\n    return es('i,i->', a, b)\n",
    "library": "from course_lib.attention import dot as theirs\ndef dot(a, b):\n    return theirs(a, b)\n",
    "lambda": "dot = lambda a, b: a @ b\n",
    "other name": "def product(a, b):\n    return a @ b\ndot = product\n",
    "inner": "def dot(a, b):\n    def pairs():\n        return zip(a, b)\n    return sum(x * y for x, y in pairs())\n",
    "recursive": "def dot(a, b):\n    return a[0] * b[0] + dot(a[1:], b[1:]) if len(a) else 0.0\n",
}


@pytest.mark.parametrize("style", STYLES)
def test_a_saved_function_runs_alone(folder, cell, style):
    function = cell(STYLES[style])["dot"]
    assert portfolio.save(function, "dot") == "Kept in my_gpt/dot.py."
    space = {}
    exec((folder / "dot.py").read_text(encoding="utf-8"), space)
    assert find.exercise_named("dot").check(space["dot"]).ok


def test_what_can_not_run_alone_is_said(folder, cell):
    made = cell("def make(n):\n    def dot(a, b):\n        return n * (a @ b)\n    return dot\ndot = make(1)\n")["dot"]
    assert "could not be kept" in portfolio.save(made, "dot")
    array = cell("import numpy as np\nONES = np.ones(1)\ndef dot(a, b):\n    return ONES[0] * (a @ b)\n")["dot"]
    assert "`ONES`" in portfolio.save(array, "dot")


def test_an_earlier_answer_is_kept(folder, cell):
    for text in (RIGHT, STYLES["plain"], STYLES["plain"], STYLES["constant"]):
        portfolio.save(cell(text)["dot"], "dot")
    assert "START" in (folder / "dot.py").read_text(encoding="utf-8")
    kept = sorted(path.read_text(encoding="utf-8") for path in (folder / "earlier").glob("dot_*.py"))
    assert len(kept) == 2
    assert any("np.sum" in text for text in kept)


# ---- predictions ---------------------------------------------------------------------------------------------------


def question():
    return predict("Which <b>?", {"one": "because 1.", "two & three": "no."}, right="one")


def test_a_guess_is_recorded_and_explained(folder):
    assert question().choose("two & three").startswith("Not quite")
    assert question().choose("one") == "Yes. because 1."
    assert recorded(folder)["predictions"]["Which <b>?"] == {"first": "two & three", "last": "one", "right": True}
    with pytest.raises(ValueError, match="not one of"):
        question().choose("four")


def test_without_a_front_end_there_is_a_static_list():
    bundle = question()._repr_mimebundle_()
    assert "Which &lt;b&gt;?" in bundle["text/html"]
    assert "two &amp; three" in bundle["text/html"]
    assert "○ one" in bundle["text/plain"]
    assert not any("widget" in kind for kind in bundle)
    assert question().widget().twin()._repr_mimebundle_() == bundle, "and it is what stands in for the choice"


def test_with_a_front_end_choosing_records(folder):
    choice = question().widget()
    assert (sorted(choice.options), choice.guess, choice.said) == (["one", "two & three"], -1, "")
    choice.guess = choice.options.index("two & three")
    assert (choice.mark, choice.said) == ("✗", "Not quite: it is “one”. no.")
    choice.guess = choice.options.index("one")
    assert (choice.mark, choice.said) == ("✓", "Yes. because 1.")
    assert recorded(folder)["predictions"]["Which <b>?"]["right"] is True


def test_the_order_of_the_options_tells_nothing():
    """Always the same for a question, and the right one is about as often first, second and third."""
    orders = []
    for number in range(300):
        asked = predict(f"Question {number}?", {"a": "", "right": "", "b": ""}, right="right")
        assert list(asked.options) == list(predict(asked.question, dict(asked.options), right="right").options)
        orders.append(list(asked.options).index("right"))
    assert min(orders.count(place) for place in range(3)) > 75


def test_the_right_option_must_be_an_option():
    with pytest.raises(ValueError, match="not among"):
        predict("?", {"one": ""}, right="two")


def test_a_mistake_in_another_form_is_named():
    """Where the right answer is plain Python (or an error), a number that a mistake returns is read as the learner's number is."""
    from course_lib.judge.engine import Exercise

    def twice(tokens, slip):
        if not tokens:
            raise ValueError("nothing to double")
        return slip(lambda: tokens + tokens, counted=lambda: 2 * len(tokens), rows=lambda: np.ones((2, len(tokens))))

    says = {"counted": "You counted the tokens; return them.", "rows": "You returned a table."}
    exercise = Exercise(twice, cases=[(["a", "b"],)], says=says, hints=("Which?", "A sum.", "Begin."))
    assert exercise.check(lambda tokens: tokens * 2).ok
    assert exercise.check(lambda tokens: 2 * len(tokens)).names == ("counted",)
    assert exercise.check(lambda tokens: [[1, 1], [1, 1]]).names == ("rows",)
    assert exercise.check(lambda tokens: tokens + tokens[:1]).names == ("last_missing",)


def test_an_iterator_is_told_to_become_a_list():
    verdict = find.exercise_named("dot").check(lambda a, b: (x * y for x, y in zip(a, b, strict=True)))
    assert verdict.names == ("form",)
    assert "`list(…)`" in verdict.text


def test_nothing_returned_where_an_error_should_be_raised_is_told_so():
    def add_to_stream(x, update):
        if x.shape == update.shape:
            return x + update

    verdict = find.exercise_named("add_to_stream").check(add_to_stream)
    assert verdict.names[0] == "no_error"
    assert "should raise a ValueError, and your function did not" in verdict.text
