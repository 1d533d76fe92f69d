"""How long is a first set-up, and how large? uv against pip, in turns, each with an empty cache; and .venv with and without
what only instructors need.

    python benchmarks/setup.py              needs a package index; with 3 rounds about ten minutes
    … --rounds 1 --write                    and into benchmarks/RESULTS.md

Both install the same packages, those of constraints.txt, from where pip's settings say; so both take the same PyTorch, and what
PyTorch's own index saves comes on top. The clock starts when there is an empty .venv; uv's time includes fetching uv.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEADING = "The first set-up"


def set_up(folder, part, with_uv, settings):
    """Seconds that a part of the course takes to come into an empty environment in a folder, and what pip or uv said."""
    subprocess.run([sys.executable, "-m", "venv", folder / ".venv"], check=True)
    python = folder / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    caches = {"PIP_CACHE_DIR": str(folder / "pip cache"), "UV_CACHE_DIR": str(folder / "uv cache")}
    pip = [python, "-m", "pip", "install", "--disable-pip-version-check", "-c", "constraints.txt"]
    uv = [python, "-m", "uv", "pip", "install", "--python", python, "-c", "constraints.txt"]
    said, begun = "", time.perf_counter()
    for line in [[*pip, "uv"], [*uv, "-e", part]] if with_uv else [[*pip, "-e", part]]:
        environment = {**os.environ, **settings, **caches}
        done = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, encoding="utf-8")
        if done.returncode:
            sys.exit(done.stdout + done.stderr)
        said += done.stdout + done.stderr
    return time.perf_counter() - begun, said


def megabytes(folder):
    """What a folder's files hold, each file once."""
    files = {
        (stat.st_dev, stat.st_ino): stat.st_size for stat in map(os.lstat, filter(Path.is_file, folder.rglob("*")))
    }
    return sum(files.values()) / 1e6


def measure(part, with_uv, settings):
    """(seconds, megabytes of .venv, whether PyTorch was a file on this computer) of one set-up."""
    with tempfile.TemporaryDirectory(prefix="course_setup_", ignore_cleanup_errors=True) as folder:
        seconds, said = set_up(Path(folder), part, with_uv, settings)
        return seconds, megabytes(Path(folder) / ".venv"), bool(re.search(r"Processing .*\btorch-.*\.whl", said))


def main():
    import course
    from benchmarks.results import parser_for, write_section

    parser = parser_for(__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    settings, pip, uv = course.for_uv(), [], []
    for _ in range(options.rounds):
        pip.append(measure(".", False, settings))
        uv.append(measure(".", True, settings))
        print(f"pip {pip[-1][0]:.0f} s, uv {uv[-1][0]:.0f} s", flush=True)
    large = measure(".[teach]", False, settings)
    seconds = [statistics.median(run[0] for run in runs) for runs in (pip, uv)]
    ratios = sorted(by_pip[0] / by_uv[0] for by_pip, by_uv in zip(pip, uv, strict=True))
    near = "lay on this computer's disk" if pip[0][2] else "came from the index as well"
    lines = [
        f"Rounds: {options.rounds}, in turns, medians; every run with empty caches, PyTorch for the processor, which {near}.",
        "",
        "| | pip | uv | times as fast |",
        "|---|---|---|---|",
        f"| seconds | {seconds[0]:.0f} | {seconds[1]:.0f} | {statistics.median(ratios):.1f} ({ratios[0]:.1f} to {ratios[-1]:.1f}) |",
        "",
        "| .venv | MB |",
        "|---|---|",
        f"| by pip, with what only instructors need (every learner's before) | {large[1]:,.0f} |",
        f"| by pip | {pip[0][1]:,.0f} |",
        f"| by uv, uv itself included; Python compiles modules when they are first used, pip all at once | {uv[0][1]:,.0f} |",
    ]
    print("\n".join(lines))
    if options.write:
        write_section(HEADING, "\n".join(lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
