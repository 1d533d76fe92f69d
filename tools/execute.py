"""Run a notebook in a kernel that is watched, and keep only those outputs that mean something without a kernel."""

import os
import tempfile
from pathlib import Path

from tools.made_from import Files, made_from, witnessed

SECONDS = 600  # for one cell: the longest takes about 40 on two quiet cores, and many times that on busy ones


class NotExecuted(Exception):
    """A notebook stopped in the middle; the message says where and why."""


WITNESS = Path(__file__).with_name("witness")


def execute(built, folder, root):
    """Run a notebook where it lives, with a learner's folder of its own, and write into its metadata what it was made from."""
    import nbclient  # here, for it is slow to import, and --check executes nothing
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    (root / folder).mkdir(exist_ok=True)
    before = Files(root).read_all()
    with tempfile.TemporaryDirectory() as home:
        log = Path(home, "witness.txt")
        client = nbclient.NotebookClient(
            built,
            timeout=SECONDS,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": str(root / folder)}},
        )
        try:
            client.execute(env=_environment(root, home, log))
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as problem:
            raise NotExecuted(f"{_where(built)}: {problem}") from problem
        lines = log.read_text(encoding="utf-8", errors="surrogateescape").splitlines() if log.exists() else []
    built.metadata["made_from"] = made_from(witnessed(lines, root), before)
    built.metadata.pop("widgets", None)
    built.metadata["language_info"] = {"name": "python"}
    for cell in built.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)


def _where(built):
    """The cell in which a run ended, by its place and its first line: the last that a kernel began."""
    begun = [(number, cell) for number, cell in enumerate(built.cells) if cell.get("execution_count")]
    if not begun:
        return "its first cell"
    number, cell = begun[-1]
    return f"cell {number}, “{(cell.source.splitlines() or [''])[0]}”"


def _environment(root, home, log):
    """Nothing of the author's own: an empty my_gpt/, nothing fetched, this repository's library, and the witness."""
    path = [str(WITNESS), str(root), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {
        **os.environ,
        "COURSE_HOME": os.path.join(home, "my_gpt"),
        "COURSE_DOWNLOADS": os.path.join(home, "nothing_fetched"),
        "COURSE_WITNESS": str(log),
        "COURSE_WITNESS_ROOT": str(root),
        "PYTHONPATH": os.pathsep.join(path),
    }
