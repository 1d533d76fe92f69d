"""Run a notebook in a kernel that is watched, and keep only those outputs that mean something without a kernel."""

import os
import tempfile
from pathlib import Path

from tools.made_from import Files, made_from, witnessed

WITNESS = Path(__file__).with_name("witness")


def execute(built, folder, root):
    """Run a notebook where it lives, with a learner's folder of its own, and write into its metadata what it was made from."""
    import nbclient  # here, for it is slow to import, and --check executes nothing

    (root / folder).mkdir(exist_ok=True)
    before = Files(root).read_all()
    with tempfile.TemporaryDirectory() as home:
        log = Path(home, "witness.txt")
        client = nbclient.NotebookClient(
            built,
            timeout=300,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": str(root / folder)}},
        )
        client.execute(env=_environment(root, home, log))
        lines = log.read_text(encoding="utf-8", errors="surrogateescape").splitlines() if log.exists() else []
    built.metadata["made_from"] = made_from(witnessed(lines, root), before)
    built.metadata.pop("widgets", None)
    built.metadata["language_info"] = {"name": "python"}
    for cell in built.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)


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
