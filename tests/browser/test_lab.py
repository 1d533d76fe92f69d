"""JupyterLab in a real browser, as a learner meets it."""

import re

from course_lib.mistakes import find
from tests.browser import driving, views

WRONG_DOT = "def dot(a, b):\n    return np.asarray(a) * np.asarray(b)"
RIGHT_DOT = "def dot(a, b):\n    total = 0\n    for x, y in zip(a, b):\n        total += x * y\n    return total"


def test_the_course_opens_at_lesson_00_without_any_pop_up(lab, page):
    url, _ = lab
    page.goto(f"{url}/?token={driving.TOKEN}")
    driving.wait_for_notebook(page)
    assert page.evaluate("window.jupyterapp.shell.currentWidget.context.path") == "notebooks/00_start_here.ipynb"
    page.wait_for_timeout(1500)  # the news would ask now
    assert page.locator(".Toastify__toast, .jp-Dialog").all_inner_texts() == []


def test_a_prediction_is_a_choice_that_answers(lab, page):
    url, _ = lab
    driving.open_notebook(page, url, "notebooks/01_dot_product.ipynb")
    driving.run_all(page)
    question = driving.cell_with(page, "What is their dot product?")
    question.get_by_label("[6, 2]").check()
    question.get_by_text("One step is missing").wait_for()
    question.get_by_label("8", exact=True).check()
    question.get_by_text("Yes. 3 · 2 + 1 · 2 = 6 + 2.").wait_for()
    question.get_by_label("8", exact=True).focus()
    page.keyboard.press("ArrowDown")
    question.get_by_role("status").get_by_text("That adds up each vector first").wait_for()
    assert question.get_by_role("group", name="Predict: a = [3, 1] and b = [2, 2].").count() == 1
    views.no_key_gets_out(page, question.get_by_role("radio").all())


def test_the_sheet_names_a_wrong_answer_and_accepts_a_right_one(lab, page):
    url, folder = lab
    driving.open_notebook(page, url, "exercises/01_dot_product.ipynb")
    driving.run_all(page)
    assert driving.output_of(page, "check(dot)").startswith("○ dot: not attempted")

    driving.type_into_cell(page, "def dot(", WRONG_DOT)
    assert driving.run_cell(page, "def dot(") == ""
    said = driving.run_cell(page, "check(dot)")
    assert said.startswith("✗ ")
    assert find.exercise_named("dot").says["no_sum"].split(" ⇒ ")[0] in said
    assert "Traceback" not in said
    assert "engine.py" not in said

    driving.type_into_cell(page, "def dot(", RIGHT_DOT)
    driving.run_cell(page, "def dot(")
    said = driving.run_cell(page, "check(dot)")
    assert said.startswith("✓ ")
    assert "✗" not in said
    assert (folder / "my_gpt" / "dot.py").read_text(encoding="utf-8").rstrip().endswith(RIGHT_DOT)
    assert "✓ dot" in driving.run_cell(page, "progress()")


def test_run_all_stops_at_a_wrong_answer_and_shows_a_card_and_one_line(lab, page):
    url, _ = lab
    driving.open_notebook(page, url, "exercises/01_dot_product.ipynb")
    driving.type_into_cell(page, "def dot(", WRONG_DOT)
    driving.run_all(page)
    assert driving.failed_cells(page) == ["check(dot)"]
    said = driving.output_of(page, "check(dot)")
    assert said.startswith("✗ ")
    assert said.splitlines()[-1] == "Run All stops here."
    assert not any(word in said for word in ("Traceback", "NotYet", "`"))
    assert driving.output_of(page, "progress()") == ""  # nothing behind it ran

    driving.type_into_cell(page, "def dot(", RIGHT_DOT)
    driving.run_all(page)  # and a mended answer is not held up
    assert driving.failed_cells(page) == []
    assert driving.output_of(page, "check(dot)").startswith("✓ ")
    assert "✓ dot" in driving.output_of(page, "progress()")


TRAINING = """
from course_lib import show
from course_lib.model import GPT, GPTConfig
from course_lib.train import train
model = GPT(GPTConfig(n_layer=1, n_head=2, n_embd=16, context_length=8, vocab_size=5))
plot = show.LossPlot(title="A GPT learns to count")
report = train(model, [0, 1, 2, 3, 4] * 50, steps=100_000, batch_size=4, device="cpu", on_step=plot)
"""


def test_the_stop_button_ends_a_training_and_the_notebook_goes_on(lab, page):
    """What the model has learned is kept, and Run All runs what comes after."""
    url, folder = lab
    driving.open_notebook(page, url, views.notebook_with(folder, "stopped", TRAINING, "len(report.losses) > 0"))

    def press_stop():
        cell = driving.cell_with(page, "report = train(model")
        cell.get_by_role("status").filter(has_text=re.compile(r"\d+/100000 ")).wait_for(timeout=60_000)
        page.get_by_role("button", name=re.compile("^Interrupt the kernel")).click()
        cell.get_by_text(
            re.compile(r"Stopped after \d+ of 100000 steps: the model keeps what it has learned")
        ).wait_for()

    driving.run_all(page, meanwhile=press_stop)
    assert driving.failed_cells(page) == []
    assert driving.output_of(page, "len(report.losses)").endswith("True")
