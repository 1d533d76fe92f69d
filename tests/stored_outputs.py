"""Does a notebook still give what it stores? nbval's own comparison, and every shape comment executed on the way.

A notebook is run once: the lessons in JupyterLab, where there is a browser (`compare`), everything else by nbval in a fresh kernel (`run`).
nbval's command line would start one more pytest for each notebook; only the kernel has to be new.
"""

import json
import re

import nbformat
from nbval.plugin import IPyNbFile, NbCellError, coalesce_streams

from tests import shape_comments
from tests.conftest import ROOT


class Notebook(IPyNbFile):
    """A notebook's cells as nbval runs them, with this suite's rules for what may differ."""

    def get_sanitize_files(self):
        return [ROOT / "tests" / "sanitize.cfg"]


def run(path, session, told):
    """Run a notebook in a fresh kernel: (nbval's report of each cell that fails or differs, what the shape comments saw, kept in the file `told`)."""
    notebook = Notebook.from_parent(session, path=path)
    cells, found = list(notebook.collect()), []
    notebook.setup()
    try:
        silently(notebook.kernel, shape_comments.BEGIN)
        for cell in cells:
            try:
                cell.runtest()
            except NbCellError as error:
                found.append(report(cell, error))
            if notebook.timed_out:
                return found, {}
        silently(notebook.kernel, shape_comments.tell(told))
    finally:
        notebook.teardown()
    return found, read(told)


def silently(kernel, code):
    """Run code in nbval's kernel as if nothing had been run."""
    message = kernel.kc.execute(code, silent=True)
    kernel.await_reply(message, timeout=60)
    kernel.await_idle(message, 60)


def read(told):
    return json.loads(told.read_text(encoding="utf-8"))


def compare(path, session, outputs):
    """nbval's report of each cell that stores something else than it gave elsewhere; `outputs`: a list of outputs for each code cell."""
    notebook = Notebook.from_parent(session, path=path)
    notebook.setup_sanitize_files()
    found = []
    for cell, given in zip(notebook.collect(), outputs, strict=True):
        mine = coalesce_streams([nbformat.from_dict(output) for output in given])
        if cell.options["check"] and not cell.compare_outputs(mine, coalesce_streams(cell.cell.outputs)):
            found.append(
                f"cell {cell.cell_num}: Cell outputs differ\n{cell.cell.source}\n"
                + "\n".join(cell.comparison_traceback)
            )
    return found


def report(cell, error):
    parts = [f"cell {error.cell_num}: {error}", error.source, error.inner_traceback]
    return "\n".join(str(part) for part in parts if part)


def has_shape_comments(path):
    """True if a cell of this notebook has a comment that says a shape."""
    cells = (cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code")
    return any(re.search(r" = .*# \(", cell.source) for cell in cells)


def shapes_are_true(path, told):
    """Fail if a shape comment of a notebook was wrong, or if none of them was executed."""
    assert told["wrong"] == []
    assert told["seen"] or not has_shape_comments(path)
