"""benchmarks/RESULTS.md: one section for each benchmark, with the machine and the date; writing one leaves the others as they are."""

import argparse
import os
import platform
import re
from datetime import date
from pathlib import Path

from course_lib.disk import write_whole

RESULTS = Path(__file__).with_name("RESULTS.md")
TITLE = "# Results\n\nMeasured by the programs in this folder. Another computer gives other seconds; ratios travel better.\n"


def parser_for(about):
    """A parser of the command line for a benchmark that is about this, with `--write`."""
    made = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--write", action="store_true", help="put the table into benchmarks/RESULTS.md")
    return made


def machine():
    """The processor, its cores, and the versions that were used, in a line."""
    import torch

    name = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
        name = found[1] if found else name
    return f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}, torch {torch.__version__}"


def write_section(heading, text, path=RESULTS):
    """Put a section `## heading` into the file in place of an older one of that heading."""
    old = path.read_text(encoding="utf-8") if path.exists() else TITLE
    head, *sections = re.split(r"^(?=## )", old, flags=re.MULTILINE)
    sections = [section for section in sections if section.splitlines()[0] != f"## {heading}"]
    sections.append(f"## {heading}\n\n{machine()}. {date.today().isoformat()}.\n\n{text.strip()}\n")
    write_whole(path, "\n".join(part.strip() + "\n" for part in [head, *sorted(sections)]))
