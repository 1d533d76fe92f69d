"""What the programs in benchmarks/ wrote down, for lessons that quote it."""

from course_lib.disk import ROOT

RESULTS = ROOT / "benchmarks" / "RESULTS.md"


def benchmark_table(heading, path=RESULTS):
    """(names of the columns, rows) of the table in the section of that heading, all as text; raises ValueError if it is not there."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    section = next((part for part in text.split("\n## ") if part.splitlines()[:1] == [heading]), "")
    lines = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("|")]
    if len(lines) < 3:
        raise ValueError(
            f"benchmarks/RESULTS.md has no table “{heading}”: the programs in benchmarks/ write it, with --write"
        )
    return lines[0], lines[2:]
