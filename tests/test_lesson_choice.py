"""`python3 course.py test 05` runs everything that concerns lesson 05, and little else."""

from types import SimpleNamespace

import pytest

from course_lib.mistakes import find
from course_lib.show import VIEWS
from tests import lessons, subject
from tests.__main__ import pytest_arguments
from tests.conftest import ROOT

EVERY = ["-n", "auto", "--dist", "worksteal"]


def item(file, *values):
    """A test of a file, with these values of its parameters."""
    call = {"callspec": SimpleNamespace(params=dict(enumerate(values)))} if values else {}
    return SimpleNamespace(path=ROOT / "tests" / file, **call)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], []),
        (["05"], ["--lesson", "05"]),
        (["5", "11", "-x"], ["--lesson", "05", "--lesson", "11", "-x"]),
        (["tests/browser", "-k", "map"], ["tests/browser", "-k", "map"]),
        (["-n", "1", "--maxfail", "10"], ["-n", "1", "--maxfail", "10"]),
        (["05", "-n", "1"], ["--lesson", "05", "-n", "1"]),
        (["05", "tests/test_bank.py"], ["--lesson", "05", "tests/test_bank.py"]),
    ],
)
def test_a_number_is_a_lesson_and_the_rest_goes_to_pytest(words, told):
    assert pytest_arguments(words) == [*EVERY, *told]


@pytest.mark.parametrize(
    ("file", "value", "concerned"),
    [
        ("test_notebooks.py", ROOT / "notebooks" / "05_masking.ipynb", {"05"}),
        ("test_slides.py", "05_masking", {"05"}),
        ("slides/test_deck.py", "11", {"11"}),
        ("test_bank.py", "causal_mask", {find.tables()["causal_mask"]}),
        ("test_environment.py", "no_such_exercise", set()),
        ("test_environment.py", "99", set()),
    ],
)
def test_a_parameter_may_name_its_lesson(file, value, concerned):
    assert lessons.concerned(item(file, value)) == concerned


def test_a_view_concerns_the_lessons_that_show_it():
    assert "05" in lessons.concerned(item("test_moved_by_hand.py", "AttentionGrid"))
    assert lessons.concerned(item("test_show.py", "DotProduct")) == {"01"}
    assert lessons.concerned(item("browser/test_dot_product.py")) == {"01"}


def test_a_file_about_a_module_concerns_the_lessons_that_import_it():
    assert lessons.concerned(item("test_sentence.py")) >= {"03", "04", "05"}
    assert lessons.concerned(item("test_hand_set_heads.py")) == {"07", "15"}
    assert lessons.concerned(item("test_environment.py")) == set()


def test_files_whose_parameters_name_lessons_are_known(request):
    here = {each.path.name for each in request.session.items if lessons.by_parameters(each)}
    assert here - {"test_lesson_choice.py"} <= lessons.WITH_PARAMETERS, (
        "add them in tests/lessons.py, or test 05 leaves them out"
    )


@pytest.mark.parametrize("name", ["test_environment.py", "test_bank.py", "test_sentence.py", "bank", "conftest.py"])
def test_a_file_that_cannot_concern_the_lesson_is_not_even_imported(name):
    config = SimpleNamespace(option=SimpleNamespace(lesson=["05"]))
    ignored = lessons.pytest_ignore_collect(ROOT / "tests" / name, config)
    assert ignored == (True if name == "test_environment.py" else None)


@pytest.mark.parametrize("number", lessons.LESSONS)
def test_every_module_that_a_lesson_imports_has_a_test_file(number):
    missing = subject.used_by(number) - set().union(*lessons.ABOUT.values())
    assert not missing, f"say in ABOUT of tests/lessons.py which file tests {missing}"


def test_what_the_table_names_is_there():
    there = {path.name for path in (ROOT / "tests").rglob("test_*.py")}
    assert lessons.WITH_PARAMETERS | set(lessons.ABOUT) <= there
    known = {module.removeprefix("course_lib.") for module in subject.modules()}
    assert set().union(*lessons.ABOUT.values()) <= known | set(VIEWS)


def test_the_subject_is_read_from_faces_and_from_modules():
    assert subject.homes("attention")["causal_mask"] == "numpy_attention"
    assert {"attention.numpy_attention", "attention.sentence", "text.fluffy_language"} <= subject.used_by("05")


def test_a_lesson_that_is_not_there_is_one_sentence():
    config = SimpleNamespace(option=SimpleNamespace(lesson=["05", "77"]))
    with pytest.raises(pytest.UsageError, match=r"There is no lesson 77\. The lessons are 00, 01, .*, 15"):
        lessons.pytest_configure(config)


def test_only_what_concerns_the_chosen_lessons_is_kept():
    gone, every = [], [item("test_bank.py", name) for name in ("causal_mask", "softmax", "dot")]
    hook = SimpleNamespace(pytest_deselected=lambda items: gone.extend(items))
    left = [*every, item("test_environment.py")]
    lessons.pytest_collection_modifyitems(SimpleNamespace(option=SimpleNamespace(lesson=["05", "01"]), hook=hook), left)
    assert left == [every[0], every[2]]
    assert gone == [every[1], item("test_environment.py")]
