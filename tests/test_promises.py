"""`python3 course.py test --list` names every promise once, with the tests that hold it."""

import subprocess
import sys

import pytest

from tests import promises
from tests.conftest import ROOT

FILES = [path for audience in promises.PROMISED for path in promises.files(audience)]


def test_every_test_file_is_in_the_list_once():
    assert sorted(FILES) == sorted((ROOT / "tests").rglob("test_*.py")), "add it in tests/promises.py"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_promise_is_a_sentence_and_somebody_holds_it(path):
    said = promises.promise(path)
    assert said.endswith((".", ")")), f"{path.name} begins with no sentence"
    assert 5 <= len(said.split()) <= 40, said
    assert promises.tests(path)


def test_the_list_names_every_test_file_below_its_promise():
    done = subprocess.run(
        [sys.executable, "-m", "tests", "--list"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout == promises.as_text() + "\n"
    said = " ".join(done.stdout.split())
    for path in FILES:
        held = f"{promises.promise(path)} held by {path.relative_to(ROOT).as_posix()}: "
        assert said.count(held) == 1
        for test in promises.tests(path):
            assert f"- {promises.sentence(test)}" in said.partition(held)[2]


def test_a_test_is_told_by_its_docstring_or_else_by_its_name():
    tree = promises.ast.parse('def test_it_holds(): pass\ndef test_x(): """No pair is lost: none. Never."""')
    assert [promises.sentence(test) for test in tree.body] == ["It holds.", "No pair is lost."]
