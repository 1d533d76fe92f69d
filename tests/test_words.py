"""The shipped word vectors, and the tool that cut them."""

import hashlib
import sys

import numpy as np
import pytest

from course_lib import words
from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "tools"))
import cut_word_vectors as tool

SHIPPED = {
    "glove_vectors.npy": "9372f3c7255d331063c978986e488731d91b37c2613fc0a4e27ebd7a83f32402",
    "glove_words.txt": "e7e28cbdca2a926661f0b44ee39ec91c721a4a16fc658e8b3436a498b11d01f0",
}


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_files_are_the_ones_that_were_cut(name):
    assert hashlib.sha256((ROOT / "course_lib" / "words" / name).read_bytes()).hexdigest() == SHIPPED[name]


def test_all_words_of_the_lessons_are_there():
    glove = words.load()
    assert all(word in glove for word in tool.LESSONS_NEED)
    assert glove.vectors.shape == (len(glove), 50)
    assert len(set(glove.words)) == len(glove)
    assert np.isfinite(glove.vectors).all()


def test_no_word_that_was_left_out():
    left_out = set((ROOT / "tools" / "left_out_words.txt").read_text(encoding="utf-8").split())
    assert not {tool.hashed(word) for word in words.load().words} & left_out


def test_nearest_agrees_with_a_plain_sort():
    glove = words.load()
    vector = glove["creature"]
    unit = glove.vectors / np.linalg.norm(glove.vectors, axis=1, keepdims=True)
    order = np.argsort(-(unit @ (vector / np.linalg.norm(vector))))
    assert list(glove.nearest(vector, n=10)) == [glove.words[i] for i in order[:10]]
    assert next(iter(glove.nearest(vector, n=1))) == "creature"
    assert "creature" not in glove.nearest(vector, n=5, leave_out=["creature"])


def test_a_vector_can_be_changed_without_harm():
    glove = words.load()
    vector = glove["cat"]
    vector += 1
    assert not np.array_equal(vector, glove["cat"])


def test_errors_say_what_to_do():
    glove = words.load()
    with pytest.raises(KeyError, match="small letters"):
        glove["Paris"]
    with pytest.raises(KeyError, match="creature"):
        glove["creatura"]
    with pytest.raises(ValueError, match=r"\(3,\).*\(50,\)"):
        glove.nearest(np.ones(3))
    with pytest.raises(ValueError, match="no direction"):
        glove.nearest(np.zeros(50))


def test_cutting_keeps_what_it_should(tmp_path):
    vocabulary = ["the", ",", "Paris", "nasty", *tool.LESSONS_NEED[::-1], "well-known", "rare", "rarer"]
    vocabulary = list(dict.fromkeys(vocabulary))
    vectors = np.arange(len(vocabulary) * 50, dtype=np.float32).reshape(-1, 50) / 100
    left_out = {tool.hashed("nasty")}
    for _ in range(2):
        tool.cut(vocabulary, vectors, left_out, tmp_path, most=len(tool.LESSONS_NEED) + 2)
        cut = words.WordVectors(
            (tmp_path / "glove_words.txt").read_text(encoding="utf-8").split(), np.load(tmp_path / "glove_vectors.npy")
        )
    assert "well-known" in cut
    assert not {"nasty", ",", "Paris", "rarer"} & set(cut.words)
    np.testing.assert_allclose(cut["creature"], vectors[vocabulary.index("creature")], rtol=1e-3)


def test_another_file_is_refused(tmp_path):
    (tmp_path / "other.whl").write_bytes(b"not it")
    with pytest.raises(SystemExit, match="sha256"):
        tool.read_wheel(tmp_path / "other.whl")
