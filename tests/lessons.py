"""pytest --lesson 05: only the tests that concern lesson 05.

A test concerns a lesson if one of its parameters names it (05, 05_masking, the path of its notebook, one of its exercises, a view
that it shows), or if its file is about a module of course_lib that the lesson imports (ABOUT).
"""

import re
from functools import cache
from pathlib import Path

import pytest

from course_lib.mistakes import find
from course_lib.show import VIEWS
from tests import subject
from tests.conftest import ROOT

SOURCES = sorted((ROOT / "source").glob("[0-9][0-9]_*.py"))
LESSONS = {path.name[:2]: path.stem for path in SOURCES if not path.stem.endswith("_exercises")}

# What of the subject, or which views, each of these files tests; a test asks that every module that a lesson imports stands here.
ABOUT = {
    "test_assemble.py": {"my_gpt.assembly"},
    "test_bank.py": {"model.toy_model"},  # what lesson 12's exercises are tried on
    "test_benchmark_results.py": {"costs.benchmark_table"},
    "test_block.py": {"model.block", "experiments.depth"},
    "test_checkpoints.py": {"train.checkpoints"},
    "test_corpora.py": {"text.fluffy_language"},
    "test_dot_product.py": {"DotProduct"},
    "test_distributed.py": {"team.launch", "team.program", "team.sharding", "costs.budgets"},
    "test_efficient.py": {"attention.efficient", "costs.measure"},
    "test_generation.py": {"model.generation"},
    "test_gradients.py": {"attention.gradients"},
    "test_head_views.py": {"HeadBrowser", "TrainingPlayer"},
    "test_hand_set_heads.py": {"attention.hand_set_heads"},
    "test_inside.py": {"inside.look", "text.story_roles", "model.shipped", "experiments.induction"},
    "test_ledger.py": {"costs.ledger"},
    "test_ledger_sliders.py": {"LedgerSliders"},
    "test_minilm.py": {"experiments.minilm", "experiments.moles"},
    "test_model.py": {"model.gpt", "attention.torch_attention"},
    "test_modern.py": {"model.modern"},
    "test_numpy_attention.py": {"attention.numpy_attention"},
    "test_optimisers.py": {"train.optimisers"},
    "test_own_function.py": {"my_gpt.keep"},
    "test_own_runs.py": {"my_gpt.runs", "my_gpt.own_tokenizer"},
    "test_places.py": {"experiments.places_or_kinds"},
    "test_pretrained.py": {"model.gpt2_files"},
    "test_query_key_editor.py": {"QueryKeyEditor"},
    "test_sentence.py": {"attention.sentence"},
    "test_tiny.py": {"experiments.tiny"},
    "test_tiny_heads.py": {"experiments.tiny_heads"},
    "test_tokenizers.py": {"text.tokens"},
    "test_training.py": {"train.loop", "train.pieces", "train.step", "train.device", "train.recording"},
    "test_vectors.py": {"attention.vectors"},
    "test_words.py": {"text.word_vectors"},
}
# The files with such parameters; the others need not be imported for one lesson. A test compares.
WITH_PARAMETERS = {
    "test_bank.py",
    "test_build.py",
    "test_check.py",
    "test_deck.py",
    "test_doctor.py",
    "test_export.py",
    "test_lessons.py",
    "test_inputs.py",
    "test_moved_by_hand.py",
    "test_mutants.py",
    "test_no_false_names.py",
    "test_notebooks.py",
    "test_old_files.py",
    "test_own_runs.py",
    "test_pieces.py",
    "test_readme.py",
    "test_show.py",
    "test_slides.py",
    "test_views.py",
}


def pytest_addoption(parser):
    parser.addoption("--lesson", action="append", default=[], metavar="NN", help="only what concerns this lesson")


def pytest_configure(config):
    for number in config.option.lesson:
        if number not in LESSONS:
            raise pytest.UsageError(f"There is no lesson {number}. The lessons are {', '.join(LESSONS)}.")


def pytest_ignore_collect(collection_path, config):
    chosen, name = set(config.option.lesson), collection_path.name
    if chosen and name.startswith("test_") and name not in WITH_PARAMETERS and not chosen & by_module(name):
        return True  # not imported at all, which takes seconds for some
    return None


def pytest_collection_modifyitems(config, items):
    chosen = set(config.option.lesson)
    if not chosen:
        return
    kept = [item for item in items if chosen & concerned(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def concerned(item):
    """The numbers of the lessons that a test is about."""
    return by_parameters(item) or by_module(item.path.name)


def by_parameters(item):
    values = item.callspec.params.values() if hasattr(item, "callspec") else ()
    names = [value.__name__ if isinstance(value, type) else value for value in values]
    return {lesson for name in names if isinstance(name, str | Path) for lesson in named_by(str(name))}


@cache
def named_by(value):
    """The lessons that a test's parameter names."""
    if value in find.tables():
        return {find.tables()[value]}
    if value in VIEWS:
        return {number for number in LESSONS if value in shown_by(number)}
    number = re.fullmatch(r"(?:.*[/\\])?(\d\d)(?:_\w+)?(?:\.\w+)?", value)
    return {number[1]} & LESSONS.keys() if number else set()


@cache
def by_module(name):
    """The lessons that import one of the modules that a test file is about."""
    about = ABOUT.get(name, set())
    return {number for number in LESSONS if about & (subject.used_by(number) | shown_by(number))}


@cache
def shown_by(number):
    """The views that a lesson shows."""
    source = (ROOT / "source" / f"{LESSONS[number]}.py").read_text(encoding="utf-8")
    return frozenset(view for view in VIEWS if re.search(rf"\b{view}\(", source))
