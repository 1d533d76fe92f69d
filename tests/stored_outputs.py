"""Run a notebook in a fresh kernel and compare what it gives with what it stores: nbval's own run and comparison, in this process.

nbval's command line would start one more pytest for each notebook; only the kernel has to be new.
"""

from nbval.plugin import IPyNbFile, NbCellError

from tests.conftest import ROOT


class Notebook(IPyNbFile):
    """A notebook's cells as nbval runs them, with this suite's rules for what may differ."""

    def get_sanitize_files(self):
        return [ROOT / "tests" / "sanitize.cfg"]


def differences(path, session):
    """nbval's report of each cell of a notebook that fails or gives something else than it stores; none means all is well."""
    notebook = Notebook.from_parent(session, path=path)
    cells, found = list(notebook.collect()), []
    notebook.setup()
    try:
        for cell in cells:
            try:
                cell.runtest()
            except NbCellError as error:
                found.append(report(cell, error))
            if notebook.timed_out:
                break
    finally:
        notebook.teardown()
    return found


def report(cell, error):
    parts = [f"cell {error.cell_num}: {error}", error.source, error.inner_traceback]
    return "\n".join(str(part) for part in parts if part)
