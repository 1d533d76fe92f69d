"""What a notebook's outputs were made from: every file of the library that its kernel ran or opened, by a hash of its content.

The builder writes this into the notebook's metadata, and so `--check` can prove on any clone that the outputs belong to this library:

    "made_from": {"files": {"constraints.txt": "1f0c…", "course_lib/__init__.py": "83ab…", …}, "library": "77d0…"}

A hash is one of all bytes (only line ends don't count): a changed comment makes a notebook stale, for it may show that source text.
"""

import hashlib
import json
import re
from pathlib import Path

FOLDERS = ("course_lib", "benchmarks")  # what a lesson can be made from, besides the files at the repository's top
ALWAYS = ("constraints.txt",)  # the versions of everything else
TABLE = re.compile(r"course_lib/mistakes/lesson_\d\d\.py")
ABSENT = "absent"


class Files:
    """The repository's files by name ("course_lib/disk.py"), each read once."""

    def __init__(self, root):
        self.root, self.known = Path(root), {}

    def hash(self, name):
        """Ten hex digits of a file's content, or "absent"."""
        if name not in self.known:
            path = self.root / name
            self.known[name] = _hash(path.read_bytes()) if path.is_file() else ABSENT
        return self.known[name]

    def read_all(self):
        """Read the whole library now: a file that somebody edits while a notebook runs is not the one that was loaded. Returns self."""
        for path in [path for folder in FOLDERS for path in (self.root / folder).rglob("*")]:
            if counts(name := path.relative_to(self.root).as_posix()):
                self.hash(name)
        return self

    def moved(self, notebook):
        """The names of the files that are not what this notebook was made from; None if it does not say what it was made from."""
        made_from = notebook.metadata.get("made_from", {})
        files = made_from.get("files", {})
        if not files or made_from.get("library") != joint(files):
            return None
        return [name for name, known in files.items() if self.hash(name) != known]


def _hash(data):
    if b"\0" not in data:  # text, as git sees it
        data = data.replace(b"\r\n", b"\n")
    return hashlib.sha256(data).hexdigest()[:10]


def joint(files):
    """One hash of {name: hash}."""
    return hashlib.sha256(json.dumps(files, sort_keys=True).encode()).hexdigest()[:16]


def counts(name):
    """True for a file that belongs to the library, or lies at the repository's top."""
    top, *inner = name.split("/")
    return "__pycache__" not in inner and (not inner or top in FOLDERS)


def witnessed(lines, root):
    """The names of the files that count, from a witness's "run PATH" and "open PATH".

    A table of mistakes counts where it was run. Every check reads the text of all of them, but only to find the one that has its exercise's name.
    """
    if "watching" not in lines:
        raise SystemExit("The kernel did not say which files it reads: is another program setting PYTHONPATH for it?")
    names = set()
    for line in lines:
        how, _, path = line.partition(" ")
        if path and Path(path).is_relative_to(root):
            name = Path(path).relative_to(root).as_posix()
            if counts(name) and (how == "run" or not TABLE.fullmatch(name)):
                names.add(name)
    return names


def made_from(names, before):
    """The metadata for a notebook that was made from the files of these names; `before`: Files that were read before it was executed."""
    files = {name: before.hash(name) for name in sorted({*names, *ALWAYS})}
    return {"files": files, "library": joint(files)}
