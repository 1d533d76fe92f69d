"""CONTRIBUTING's map of the library: every file is on it, and says what it is in half a line."""

import pytest

from tests.conftest import ROOT
from tools import library_map as maker

LONGEST = 160


def test_the_map_in_contributing_is_what_the_files_say():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert text == maker.with_map(text, maker.library_map()), "run: python tools/library_map.py"


def test_every_file_says_what_it_is_in_one_short_sentence():
    long = {
        path.name: sentence
        for path in (ROOT / "course_lib").rglob("*.py")
        if len(sentence := maker.first_sentence(path)) > LONGEST
    }
    assert long == {}


def test_a_new_file_is_missed(tmp_path):
    library = tmp_path / "course_lib"
    (library / "attic").mkdir(parents=True)
    (library / "__init__.py").write_text('WINGS = ("attic",)\n', encoding="utf-8")
    (library / "attic" / "__init__.py").write_text('"""What is old."""\n', encoding="utf-8")
    before = maker.library_map(tmp_path)
    (library / "attic" / "trunk.py").write_text('"""A trunk. It is locked."""\n', encoding="utf-8")
    assert maker.library_map(tmp_path) == f"{before}\n\n- `trunk.py` A trunk."


def test_a_file_that_says_nothing_is_named(tmp_path):
    path = tmp_path / "silent.py"
    path.write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"silent\.py has no docstring"):
        maker.first_sentence(path)


def test_lost_marks_are_said():
    with pytest.raises(ValueError, match="has lost the marks"):
        maker.with_map("# Contributing\n", "map")
