"""Notes which of the repository's files a Python runs or opens, for the builder of the notebooks.

Python imports a module of this name when it starts. The builder puts this folder on the kernel's PYTHONPATH, so the kernel obeys, and every
process that a cell starts. COURSE_WITNESS is the file to write to, a line for each file, and COURSE_WITNESS_ROOT is the repository.
"""

import os
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec


def watch(log, root):
    """From now on append "run PATH" or "open PATH" to the file `log`, once for each file below the folder `root`."""
    noted, below = set(), os.path.join(root, "")

    def note(how, path):
        path = os.path.abspath(path)
        if path.startswith(below) and (how, path) not in noted:
            noted.add((how, path))
            write(log, f"{how} {path}\n")

    def hook(event, arguments):
        if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            note("open", os.fsdecode(arguments[0]))
        elif event == "exec" and hasattr(arguments[0], "co_filename"):  # also a module whose bytecode was cached
            note("run", arguments[0].co_filename)

    write(log, "watching\n")
    sys.addaudithook(hook)


def write(log, line):
    """Append one line in one go: several processes write to the same file."""
    handle = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.write(handle, line.encode("utf-8", "surrogateescape"))
    finally:
        os.close(handle)


def run_the_next():
    """Run the sitecustomize that this one hides, if there is one further down the path."""
    here = os.path.dirname(os.path.abspath(__file__))
    spec = PathFinder.find_spec("sitecustomize", [path for path in sys.path if os.path.abspath(path) != here])
    if spec and spec.loader:
        spec.loader.exec_module(module_from_spec(spec))


if "COURSE_WITNESS" in os.environ:
    watch(os.environ["COURSE_WITNESS"], os.environ["COURSE_WITNESS_ROOT"])
run_the_next()
