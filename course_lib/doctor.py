"""`python -m course_lib doctor`: what the course needs, line by line, with the cure where something is wrong.

Works in a half-broken installation: nothing outside the standard library is imported before it is needed.
"""

import os
import re
import shutil
import sys
import tomllib
import webbrowser
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from course_lib.disk import ROOT

MARKS = {"good": "✓", "wrong": "✗", "open": "○"}
OLDEST = (3, 11)
LEAST_GIGABYTES = 0.5


@dataclass(frozen=True)
class Finding:
    """One line: `state` is "good", "wrong" (needed) or "open" (can wait); `brief` goes into the one-line summary."""

    state: str
    text: str
    cure: str = ""
    brief: str = ""


def main(short=False):
    """Print every finding (short: one line if all is well); return 1 if something needed is wrong, else 0."""
    findings = []
    for finding in examine():
        findings.append(finding)
        if finding.cure or not short:
            print(
                f"{MARKS[finding.state]} {finding.text}" + (f"\n    cure: {finding.cure}" if finding.cure else ""),
                flush=True,
            )
    wrong = sum(finding.state == "wrong" for finding in findings)
    if wrong:
        print(f"\n{wrong} of {len(findings)} {'needs' if wrong == 1 else 'need'} mending: see the cures above.")
    else:
        about = ", ".join(finding.brief for finding in findings if finding.brief)
        print(f"{MARKS['good']} Everything that the course needs is here: {about}.")
    return 1 if wrong else 0


def summary():
    """One line for lesson 00, the same on every machine where all is well; otherwise each thing that is wrong, with its cure."""
    wrong = [finding for finding in examine((python, packages, kernel, disk)) if finding.state == "wrong"]
    if not wrong:
        return f"{MARKS['good']} Everything that the course needs is here."
    return "\n".join(f"{MARKS['wrong']} {finding.text}. Cure: {finding.cure}" for finding in wrong)


def examine(checks=None):
    """Yield the findings of every check; a check that crashes is itself a finding."""
    for check in checks or (python, packages, kernel, disk, device, downloads, browser):
        try:
            found = check()
            yield from [found] if isinstance(found, Finding) else found
        except Exception as error:
            missing = getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
            cure = install_command(missing) if missing else install_command("--force-reinstall -e .")
            yield Finding("wrong", f"{check.__name__} could not be checked: {error}", cure)


def python():
    """This Python: new enough?"""
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST:
        return Finding(
            "wrong",
            f"Python {version}, but 3.11 or newer is needed",
            "install it from python.org, then: python3 course.py",
        )
    return Finding("good", f"Python {version} ({_shown(sys.executable)})", brief=f"Python {version}")


def packages():
    """Every package that pyproject.toml asks for: there, in range, and the version that was tested?"""
    from packaging.requirements import Requirement

    needed = [Requirement(line) for line in project()["dependencies"]]
    tested = pinned()
    findings = [_package(need, tested.get(canonical(need.name))) for need in needed]
    if all(finding.state != "wrong" for finding in findings):
        findings[-1] = Finding(**{**vars(findings[-1]), "brief": f"{len(needed)} packages"})
    return findings


def _package(need, tested):
    cure = install_command(need.name)
    try:
        version = metadata.version(need.name)
    except metadata.PackageNotFoundError:
        return Finding("wrong", f"{need.name} is missing" + (f", tested with {tested}" if tested else ""), cure)
    if not need.specifier.contains(version, prereleases=True):
        return Finding("wrong", f"{need.name} {version} does not fit: it must be {need.specifier}", cure)
    if tested and version.split("+")[0] != tested:
        return Finding("open", f"{need.name} {version} should do; tested with {tested}")
    return Finding("good", f"{need.name} {version}")


def kernel():
    """The kernel `python3` that every notebook asks for: does it run this Python?"""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    cure = f"{_shown(sys.executable)} -m ipykernel install --sys-prefix"
    try:
        program = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Finding("wrong", "Jupyter has no kernel named python3", cure)
    if re.fullmatch(r"python[\d.]*", program) or Path(program).parent == Path(sys.executable).parent:
        return Finding("good", "Jupyter kernel python3 runs this Python")
    return Finding("wrong", f"Jupyter kernel python3 runs another Python: {program}", cure)


def disk():
    """Room and the right to write where the learner's work is kept."""
    home = Path(os.environ.get("COURSE_HOME") or ROOT)
    while not home.exists():
        home = home.parent
    free = shutil.disk_usage(home).free / 1e9
    if not os.access(home, os.W_OK):
        return Finding("wrong", f"{home} cannot be written", "move the course into a folder of your own")
    if free < LEAST_GIGABYTES:
        return Finding("wrong", f"only {free:.1f} GB of disk free", f"free {LEAST_GIGABYTES} GB or more")
    return Finding("good", f"{free:.0f} GB of disk free", brief=f"{free:.0f} GB free")


def device():
    """What PyTorch will compute on; the first lessons do without it."""
    try:
        import torch
    except Exception as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        cure = install_command("--force-reinstall torch")
        if os.name == "nt":
            cure = "install Microsoft's Visual C++ Redistributable (x64), then try again"
        return Finding("open", f"PyTorch does not start ({reason[0]}); lessons 00-07 work without it", cure)
    if torch.cuda.is_available():
        card = torch.cuda.get_device_properties(0)
        name = f"CUDA GPU {card.name}, {card.total_memory / 1e9:.0f} GB"
    elif torch.backends.mps.is_available():
        name = "Apple GPU (MPS)"
    else:
        threads = torch.get_num_threads()
        name = f"CPU with {threads} thread{'s' if threads != 1 else ''}"
    return Finding("good", f"Device: {name} (no lesson needs a GPU)", brief=name)


def downloads():
    """Optional data and models: which were fetched?"""
    from course_lib.fetch import SOURCES, command, fetched

    here, open_still = ([name for name in SOURCES if bool(fetched(name)) == there] for there in (True, False))
    said = [f"{', '.join(here)} fetched"] if here else []
    said += [f"{', '.join(open_still)} can be fetched ({command('NAME')})"] if open_still else []
    return Finding("good" if here else "open", f"Optional downloads: {'; '.join(said)}; the lessons work without them")


def browser():
    """Something that can show JupyterLab."""
    try:
        name = getattr(webbrowser.get(), "name", None)
    except webbrowser.Error:
        return Finding("open", "No browser found: JupyterLab will print an address to open by hand")
    return Finding("good", f"Browser: {Path(name).stem if name else 'the standard one'}")


def install_command(what):
    """The command that installs a package in the tested version into this Python, to be run in the course's folder."""
    limits = "-c constraints.txt " if (ROOT / "constraints.txt").exists() else ""
    return f"{_shown(sys.executable)} -m pip install {limits}{what}"


def project():
    """The [project] table of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pinned():
    """Package -> version in constraints.txt, for this system and Python; names in canonical form."""
    from packaging.requirements import Requirement

    file = ROOT / "constraints.txt"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    limits = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {
        canonical(limit.name): str(limit.specifier)[2:]
        for limit in limits
        if not limit.marker or limit.marker.evaluate()
    }


def canonical(name):
    """A package's name as the index compares it: lower case, runs of - _ . as one -."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _shown(path):
    """A path as short as it can be typed in the course's folder."""
    path = Path(path)
    text = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
    return f'"{text}"' if " " in text else text
