"""One set of names and versions everywhere, for all three systems; and tests that cannot leave this computer."""

import ast
import os
import re
import socket
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import course_lib

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BASE = [Requirement(line) for line in PROJECT["dependencies"]]
EXTRAS = {extra: [Requirement(line) for line in lines] for extra, lines in PROJECT["optional-dependencies"].items()}
TEACH, HUB, SETUP = EXTRAS["teach"], EXTRAS["hub"], EXTRAS["setup"]
TEST = TEACH + [need for need in EXTRAS["test"] if need.name != PROJECT["name"]]
SYSTEMS = {
    "linux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux", "platform_machine": "x86_64"},
    "macos": {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin", "platform_machine": "arm64"},
    "windows": {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows", "platform_machine": "AMD64"},
}
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
CONDA_CALLS_IT = {"torch": "pytorch"}
COMES_WITH = {
    "jupyter_client": "ipykernel",
    "jupyter_server": "jupyterlab",
    "execnet": "pytest-xdist",
    "tokenizers": "transformers",
    "psutil": "ipykernel",
}


def constraint_lines():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


def pins(system, python):
    """Name -> version that constraints.txt gives to one system and Python."""
    environment = {**SYSTEMS[system], "python_version": python, "python_full_version": python + ".5", "extra": ""}
    found = {}
    for line in constraint_lines():
        limit = Requirement(line)
        if limit.marker is None or limit.marker.evaluate(environment):
            name = canonicalize_name(limit.name)
            assert name not in found, f"{name} is pinned twice for Python {python} on {system}"
            found[name] = Version(str(limit.specifier).removeprefix("=="))
    return found


def needed_by(requirements, environment, seen):
    """Every package that these requirements bring with them, as far as the packages that are installed here tell."""
    for requirement in requirements:
        extras = ("", *environment["extras"])
        if requirement.marker and not any(
            requirement.marker.evaluate({**environment, "extra": name}) for name in extras
        ):
            continue
        key = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if key in seen:
            continue
        seen.add(key)
        try:
            lines = metadata.requires(requirement.name) or []
        except metadata.PackageNotFoundError:
            continue  # one for another system
        needed_by(map(Requirement, lines), {**environment, "extras": requirement.extras}, seen)
    return {name for name, _ in seen}


def test_a_constraint_is_one_exact_version_for_every_index():
    exact = re.compile(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*( ; .+)?")
    assert [line for line in constraint_lines() if not exact.fullmatch(line)] == []


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_asked_for_is_pinned_within_its_range(system, python):
    pinned = pins(system, python)
    assert [
        str(need) for need in BASE + TEST + SETUP if pinned[canonicalize_name(need.name)] not in need.specifier
    ] == []


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("system", SYSTEMS)
def test_everything_that_comes_along_is_pinned_too(system, python):
    environment = {**SYSTEMS[system], "python_version": python, "python_full_version": python + ".5", "extras": ()}
    environment |= {"platform_python_implementation": "CPython", "implementation_name": "cpython"}
    assert needed_by(BASE + TEST + SETUP, environment, set()) - set(pins(system, python)) == set()


def test_what_is_installed_here_is_what_is_pinned():
    here = {"linux": "linux", "darwin": "macos", "win32": "windows"}[sys.platform]
    pinned = pins(here, f"{sys.version_info.major}.{sys.version_info.minor}")
    installed = {canonicalize_name(dist.name): Version(dist.version) for dist in metadata.distributions() if dist.name}
    differ = {
        name: str(installed[name])
        for name in pinned.keys() & installed.keys()
        if installed[name].public != str(pinned[name])
    }
    assert differ == {}


def test_conda_gets_the_same_names_and_versions():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *by_conda, by_pip = environment["dependencies"]
    python = next(line for line in by_conda if line.startswith("python "))
    assert f">={PROJECT['requires-python'].removeprefix('>=')}," in python
    given = dict(line.split(" =") for line in by_conda if " =" in line and line != python)
    pinned = pins("linux", PYTHONS[0])
    wanted = {canonicalize_name(need.name): str(pinned[canonicalize_name(need.name)]) for need in BASE}
    assert given == {CONDA_CALLS_IT.get(name, name): version for name, version in wanted.items()}
    assert by_pip["pip"] == ["-e ."]
    assert environment["name"] == PROJECT["name"]


def imports_of(path):
    """The packages from outside the standard library that a file imports anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module]
        yield from (name.partition(".")[0] for name in names)


@pytest.mark.parametrize(("folder", "asked"), [("course_lib", BASE + TEACH + HUB), ("tests", BASE + TEST + HUB)])
def test_what_is_imported_is_asked_for(folder, asked):
    assert_imports_are_asked_for((ROOT / folder).rglob("*.py"), asked)


def test_learners_get_what_they_import_without_the_instructors_part():
    handed_out = [ROOT / "course_lib" / "teach" / name for name in ("slides.py", "render.py")]
    assert_imports_are_asked_for(set((ROOT / "course_lib").rglob("*.py")) - set(handed_out), BASE + HUB)


def test_the_tests_need_what_instructors_need():
    assert f"{PROJECT['name']}[teach]" in PROJECT["optional-dependencies"]["test"]


def assert_imports_are_asked_for(paths, asked):
    ours = {"course_lib", "tests", "tools", "benchmarks"}
    declared = {canonicalize_name(need.name) for need in asked}
    providers = metadata.packages_distributions()
    for path in paths:
        for name in set(imports_of(path)) - sys.stdlib_module_names - ours:
            given_by = {canonicalize_name(dist) for dist in [*providers.get(name, [name]), COMES_WITH.get(name, name)]}
            assert given_by & declared, (
                f"{path.relative_to(ROOT)} imports {name}, which pyproject.toml does not ask for there"
            )


def test_one_version_number():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == course_lib.__version__
    assert f"\n## {course_lib.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


# --- skipped tests ----------------------------------------------------------------------------------------------------


def skips():
    """Where tests/ skips or expects a failure: file::function, or the file alone at module level."""
    for path in sorted((ROOT / "tests").rglob("*.py")):
        file = path.relative_to(ROOT / "tests").as_posix()
        for part in ast.parse(path.read_text(encoding="utf-8")).body:
            words = {node.attr for node in ast.walk(part) if isinstance(node, ast.Attribute)}
            if words & {"skip", "skipif", "xfail", "importorskip"}:
                yield f"{file}::{part.name}" if isinstance(part, ast.FunctionDef) else file


def test_every_skipped_test_is_in_quarantine_with_its_reason():
    rows = re.findall(
        r"^\| `(.+?)` \|(.+)\|$", (ROOT / "tests" / "QUARANTINE.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert {name for name, _ in rows} == set(skips())
    assert all(cell.strip() for _, rest in rows for cell in rest.split("|"))


# --- no way out -------------------------------------------------------------------------------------------------------

FAR = "192.0.2.1"  # an address that belongs to nobody
TRY_TO_LEAVE = f"""
import socket
for leave in (lambda: socket.create_connection(({FAR!r}, 80), 1), lambda: socket.getaddrinfo("example.org", 80)):
    try:
        leave()
    except RuntimeError as blocked:
        print(type(blocked).__name__)
"""


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
@pytest.mark.parametrize("door", ["connect", "connect_ex"])
def test_no_socket_leaves_this_computer(door, kind):
    with socket.socket(socket.AF_INET, kind) as way_out, pytest.raises(RuntimeError, match="without a network"):
        getattr(way_out, door)((FAR, 80))


def test_no_name_is_looked_up_outside():
    with pytest.raises(RuntimeError, match="example"):
        socket.getaddrinfo("example.org", 443)


def test_loopback_stays_open():
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as client:
        assert client.getpeername() == server.getsockname()


def test_pythons_that_tests_start_cannot_leave_either():
    done = subprocess.run([sys.executable, "-c", TRY_TO_LEAVE], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["NetworkBlocked"] * 2


def test_kernels_cannot_leave_either():
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(TRY_TO_LEAVE)])
    NotebookClient(notebook, kernel_name="python3", timeout=60).execute()
    assert notebook.cells[0].outputs[0].text.split() == ["NetworkBlocked"] * 2


def test_the_learners_work_is_not_touched():
    home = Path(os.environ["COURSE_HOME"])
    assert home.is_dir()
    assert not home.is_relative_to(ROOT)
