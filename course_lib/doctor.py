"""`python -m course_lib doctor`: what the course needs, line by line, with the cure where something is wrong.

Works in a half-broken installation, and where the library was installed without the lessons: nothing outside the standard
library is imported before it is needed.
"""

import os
import re
import shutil
import subprocess
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
NAME = "attention-by-hand"
GET_IT = "get the repository (git clone, or download it), and in its folder: python3 course.py"


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
        what = "course" if in_repository() else "library"
        print(f"{MARKS['good']} Everything that the {what} needs is here: {about}.")
    return 1 if wrong else 0


def summary():
    """One line for lesson 00, the same on every machine where all is well; otherwise each thing that is wrong, with its cure."""
    wrong = [finding for finding in examine((python, packages, kernel, disk)) if finding.state == "wrong"]
    if not wrong:
        return f"{MARKS['good']} Everything that the course needs is here."
    return "\n".join(f"{MARKS['wrong']} {finding.text}. Cure: {finding.cure}" for finding in wrong)


def examine(checks=None):
    """Yield the findings of every check; a check that crashes is itself a finding."""
    for check in checks or (python, lessons, packages, kernel, disk, device, downloads, browser):
        try:
            found = check()
            yield from [found] if isinstance(found, Finding) else found
        except Exception as error:
            missing = getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
            whole = install_command("--force-reinstall -e .") if in_repository() else GET_IT
            cure = install_command(missing) if missing else whole
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


def lessons():
    """The notebooks: not there if only the library was installed."""
    return [] if in_repository() else [Finding("open", "The library is here, the lessons are not", GET_IT)]


def packages():
    """Every package that the course needs: there, in range, and the version that was tested?"""
    needs, tested = needed(), pinned()
    findings = [_package(need, tested.get(canonical(need.name))) for need in needs]
    if all(finding.state != "wrong" for finding in findings):
        findings[-1] = Finding(**{**vars(findings[-1]), "brief": f"{len(needs)} packages"})
    return findings


def needed():
    """What every learner needs, as Requirements, without the extras.

    The installed package says it; in the repository pyproject.toml does, since that may be newer (after a `git pull`).
    """
    from packaging.requirements import Requirement

    lines = project()["dependencies"] if in_repository() else metadata.requires(NAME)
    needs = [Requirement(line) for line in lines]
    return [need for need in needs if not need.marker or need.marker.evaluate({"extra": ""})]


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
    home = Path(os.environ.get("COURSE_HOME") or (ROOT if in_repository() else Path.cwd()))
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
        build = _other_build((card.major, card.minor), torch)
        if build:
            why = f"it has no code for compute capability {card.major}.{card.minor}"
            return _idle_card(card.name, why, torch_command(build), f"{card.name}, not used")
        name = f"CUDA GPU {card.name}, {card.total_memory / 1e9:.0f} GB"
    elif torch.backends.mps.is_available():
        name = "Apple GPU (MPS)"
    else:
        threads = torch.get_num_threads()
        name = f"CPU with {threads} thread{'s' if threads != 1 else ''}"
        card = _nvidia_card()
        if card and torch.version.cuda:
            why = f"its CUDA {torch.version.cuda} wants a newer driver"
            return _idle_card(card, why, f"update the card's driver, or: {torch_command('auto')}", name)
        if card:
            return _idle_card(card, "it was built without CUDA", torch_command("auto"), name)
    return Finding("good", f"Device: {name} (no lesson needs a GPU)", brief=name)


def _idle_card(card, why, cure, brief):
    text = f"Device: {card} is here, but this PyTorch cannot use it: {why} (no lesson needs a GPU)"
    return Finding("open", text, cure, brief)


def _other_build(capability, torch):
    """The build of PyTorch for a card of this compute capability, such as (7, 5), if this one is not; else None.

    Code for sm_80 runs on 8.0 to 8.9, code for compute_80 (which the driver translates) on 8.0 and all later ones.
    """
    found = re.findall(r"\b(sm|compute)_(\d+)(\d)\b", " ".join(torch.cuda.get_arch_list()))
    made_for = [(kind, (int(major), int(minor))) for kind, major, minor in found]
    runs = any(lowest <= capability and (kind == "compute" or lowest[0] == capability[0]) for kind, lowest in made_for)
    if runs or not made_for:  # none: AMD's build counts otherwise
        return None
    if capability > min(lowest for _, lowest in made_for):
        return "auto"
    return "cpu" if torch.version.cuda.startswith("12.6") else "cu126"  # the oldest CUDA that is still built for


def _nvidia_card():
    """The name of the first NVIDIA card, as its driver gives it; None if there is none, or if it is hidden on purpose."""
    tool = shutil.which("nvidia-smi")
    if not tool or os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1"):
        return None
    try:
        asked = [tool, "--query-gpu=name", "--format=csv,noheader"]
        done = subprocess.run(asked, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip().splitlines()[0] if done.returncode == 0 and done.stdout.strip() else None


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


def torch_command(build):
    """The command that brings another build of PyTorch into this Python."""
    if Path(sys.prefix) == ROOT / ".venv":
        return f"{'py' if os.name == 'nt' else 'python3'} course.py --torch {build}"
    python, tested = _shown(sys.executable), pinned().get("torch")
    torch = f"torch=={tested}" if tested else "torch"
    uv = f"{python} -m uv pip install --python {python} --torch-backend {build} --reinstall-package torch {torch}"
    return f"{python} -m pip install uv, then {uv}"


def in_repository():
    """True in the course's folder, where the lessons are; False where only the library was installed."""
    return (ROOT / "course.py").exists()


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
