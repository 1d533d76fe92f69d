"""What the course promises, to whom, and which tests hold it: the first sentence of each test file, and the names of its tests.

The words stand where the tests are; only who is promised what is said here.
"""

import ast
import re
import textwrap
from functools import cache

from tests.conftest import ROOT

PROMISED = {
    "To the learner": """
        test_readme test_course_py test_doctor browser/test_lab test_notebooks browser/test_lessons test_glossary test_own_function
        test_check test_bank test_experts test_no_false_names test_detectors test_left_behind test_engine_with_tensors test_guard test_plain_words
        test_run_all test_evidence test_mutants test_inputs
        test_assemble test_learners_code test_own_runs test_old_files test_export test_fetch test_show test_live
        test_views test_moved_by_hand test_head_views browser/test_views browser/test_dot_product browser/test_query_key_editor
        browser/test_head_views browser/test_ledger_sliders browser/test_progress_map browser/test_accessibility
        """,
    "About the mathematics": """
        test_vectors test_tokenizers test_words test_corpora test_sentence test_numpy_attention test_hand_set_heads test_gradients
        test_efficient test_block test_model test_modern test_generation test_pretrained test_ledger test_inside
        test_tiny test_tiny_heads test_places test_minilm
        """,
    "To the owner of a GPU or a cluster": """
        test_training test_checkpoints test_optimisers test_other_device test_distributed test_benchmark_results
        """,
    "To the instructor": "test_lab test_slides slides/test_deck",
    "To whoever works on the course": """
        test_build test_freshness test_import_arrows test_library_map test_pieces test_shape_comments test_environment test_lesson_choice
        test_promises test_issue_templates
        """,
}


def files(audience):
    return [ROOT / "tests" / f"{name}.py" for name in PROMISED[audience].split()]


@cache
def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def promise(path):
    """What a test file promises: the first paragraph of its docstring."""
    return " ".join((ast.get_docstring(parsed(path)) or "").split("\n\n")[0].split())


def tests(path):
    return [node for node in parsed(path).body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]


def sentence(test):
    """A test in words: the first sentence of its docstring, or else its name."""
    said = ast.get_docstring(test) or test.name.removeprefix("test_").replace("_", " ")
    first = re.split(r"(?<=[.:;]) |(?<=\.)\n|\n\n", said)[0].strip().rstrip(".:;")
    return f"{first[:1].upper()}{first[1:]}."


def as_text():
    """The whole list, audience by audience."""
    lines = []
    for audience in PROMISED:
        lines += [audience, "=" * len(audience), ""]
        for path in files(audience):
            lines += [*textwrap.wrap(promise(path), 110), f"  held by {path.relative_to(ROOT).as_posix()}:"]
            for test in tests(path):
                lines += textwrap.wrap(sentence(test), 110, initial_indent="  - ", subsequent_indent="    ")
            lines.append("")
    return "\n".join(lines).rstrip()
