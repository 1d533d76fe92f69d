"""course.py on good days and bad ones: a real venv, in which pip, uv, the tests and the course are small fakes."""

import ast
import errno
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace

import pytest

SOURCE = Path(__file__).resolve().parents[1] / "course.py"
# A fake writes down how it was called. NAME_says, NAME_waits (for a file) and NAME_exits tell it what to do; with NAME_at, only
# where that is among its arguments. SHOW names environment variables that it prints.
FAKE = """
import os, sys, time
told = {{key: os.environ.get({name!r} + "_" + key, "") for key in ("at", "says", "waits", "exits")}}
if sys.argv[1:] == ["config", "list"]:
    print(os.environ.get("pip_config", ""))
elif "--version" not in sys.argv:
    call = " ".join([{name!r}, *sys.argv[1:]])
    with open(os.environ["CALLS"], "a", encoding="utf-8") as calls:
        calls.write(call + "\\n")
    print(*(name + "=" + os.environ.get(name, "") for name in os.environ.get("SHOW", "").split()), flush=True)
    if told["at"] in call:
        print(told["says"], flush=True)
        while told["waits"] and not os.path.exists(told["waits"]):
            time.sleep(0.02)
        sys.exit(int(told["exits"] or 0))
"""
INSTALLED = ["pip", "uv", "uv", "course_lib"]  # uv itself; is PyTorch's index there; the course; the doctor


def load(folder):
    """The course.py of a folder as a module."""
    spec = spec_from_file_location("course_under_test", folder / "course.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def pattern(tmp_path_factory):
    """A folder, with a space in its name, that holds course.py, what it installs from, and a .venv with fakes."""
    folder = tmp_path_factory.mktemp("house") / "my course"
    folder.mkdir()
    (folder / "course.py").write_bytes(SOURCE.read_bytes())
    (folder / "pyproject.toml").write_text("[project]\nname = 'toy'\nversion = '1'\n", encoding="utf-8")
    (folder / "constraints.txt").write_text("numpy==2.0\n", encoding="utf-8")
    return folder


@pytest.fixture
def house(pattern, monkeypatch):
    add_fakes(pattern)
    calls = pattern / "calls.txt"
    calls.unlink(missing_ok=True)
    monkeypatch.setenv("CALLS", str(calls))
    return pattern


def add_fakes(folder):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--clear", folder / ".venv"], check=True)
    for name in ("pip", "uv", "tests", "course_lib"):
        package = site_packages(folder) / name
        package.mkdir()
        (package / "__init__.py").touch()
        (package / "__main__.py").write_text(FAKE.format(name=name), encoding="utf-8")


def site_packages(folder):
    return next(path for path in (folder / ".venv").rglob("site-packages") if path.is_dir())


def course(folder, *arguments, **options):
    """Run course.py as a person would, without a terminal: exit code, everything said, and the calls that it made."""
    done = subprocess.run(
        [sys.executable, folder / "course.py", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        cwd=SOURCE.parent,  # where another course_lib stands
        **options,
    )
    assert "Traceback" not in done.stdout
    calls = folder / "calls.txt"
    made = calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []
    calls.unlink(missing_ok=True)
    return SimpleNamespace(code=done.returncode, said=done.stdout, calls=made)


def names(calls):
    return [call.split()[0] for call in calls]


def ready(folder):
    return json.loads((folder / ".venv" / "course.json").read_text(encoding="utf-8"))["ready"]


def test_reads_in_old_pythons_and_needs_nothing_but_the_standard_library():
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 6))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.NamedExpr | ast.Match)]


def test_first_run_installs_checks_and_opens_and_the_second_only_opens(house):
    first, second = course(house), course(house)
    pip = "pip install --no-input --disable-pip-version-check --progress-bar off"
    uv = f"uv pip install --python {load(house).PYTHON} -c {house / '.venv' / 'constraints.txt'} --torch-backend "
    assert [call.replace(uv + "auto", uv + "cpu") for call in first.calls] == [
        f"{pip} --retries 1 --timeout 15 -c constraints.txt uv",
        f"{uv}cpu --reinstall-package torch --dry-run --no-deps torch",
        f"{uv}cpu -e .",
        "course_lib doctor --short",
        "course_lib lab",
    ]
    assert second.calls == ["course_lib lab"]
    assert first.code == second.code == 0


def test_what_it_does_not_know_goes_to_the_course_with_its_exit_code(house, monkeypatch):
    course(house)
    monkeypatch.setenv("course_lib_exits", "7")
    done = course(house, "fetch", "a b", "--out=x")
    assert (done.code, done.calls) == (7, ["course_lib fetch a b --out=x"])


def test_the_doctor_is_not_asked_twice(house):
    assert course(house, "doctor").calls[3:] == ["course_lib doctor"]


def test_the_tests_have_a_mark_of_their_own(house):
    course(house)
    first = course(house, "test", "-q", "tests/test_x.py")
    assert first.calls[2].endswith("-e .[test]")
    assert first.calls[-1] == "tests -q tests/test_x.py"
    assert names(course(house, "test").calls) == ["tests"]
    assert names(course(house).calls) == ["course_lib"]


@pytest.mark.parametrize("command", ["slides 01 --out x", "slides --out=x 01", "grade folder"])
def test_what_only_instructors_need_is_installed_when_it_is_asked_for(house, command):
    course(house)
    assert names(course(house, "slides", "01").calls) == ["course_lib"]
    first = course(house, *command.split())
    assert first.calls[2].endswith("-e .[teach]")
    assert first.calls[-1] == "course_lib " + command
    assert course(house, *command.split()).calls == ["course_lib " + command]
    assert names(course(house).calls) == ["course_lib"]


@pytest.mark.parametrize("command", ["lab", "slides 01 --out x"])
def test_installing_for_the_tests_installs_the_course_and_the_instructors_part_too(house, command):
    course(house, "test")
    assert names(course(house, *command.split()).calls) == ["course_lib"]


def test_new_versions_are_installed(house):
    course(house, "test")
    with (house / "constraints.txt").open("a", encoding="utf-8") as constraints:
        constraints.write("torch==2.0\n")
    assert names(course(house).calls) == [*INSTALLED, "course_lib"]
    assert names(course(house, "test").calls) == [*INSTALLED, "tests"]


def test_nothing_counts_until_the_doctor_is_content(house, monkeypatch):
    monkeypatch.setenv("course_lib_exits", "1")
    done = course(house)
    assert done.code == 1
    assert names(done.calls) == INSTALLED, "the notebook is not opened"
    assert ready(house) == {}


SAID = {
    "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device": "the disk is full",
    "WARNING: Retrying after connection broken by 'NewConnectionError(...: Failed to establish a new connection: "
    "[Errno -3] Temporary failure in name resolution')'\nERROR: No matching distribution found for torch": "internet",
    "ReadTimeoutError: Read timed out.": "internet",
    "ProxyError('Cannot connect to proxy.', OSError('Tunnel connection failed: 407'))": "HTTPS_PROXY",
    "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate'))": "clock",
    "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '.venv'": "may not be written",
    "OSError: [WinError 32] The process cannot access the file because it is being used by another process": "in use",
    "HINT: This error might have occurred as this system does not have Windows Long Path support enabled.": "too long",
    "ERROR: No matching distribution found for torch==2.13.0": "64-bit Python",
    "Collecting numpy\nERROR: something that nobody foresaw": "something that nobody foresaw",
    "Installing collected packages: numpy, torch": "it was ended in the middle",
}


@pytest.mark.parametrize(("said", "told"), SAID.items(), ids=list(SAID.values()))
def test_a_failing_pip_is_one_sentence_and_the_next_run_tries_again(house, monkeypatch, said, told):
    monkeypatch.setenv("pip_says", said)
    monkeypatch.setenv("pip_exits", "1")
    done = course(house)
    told_lines = [line for line in done.said.splitlines() if line.startswith("course.py: ")]
    assert done.code == 1
    assert len(told_lines) == 1
    assert told in told_lines[0]
    assert said.splitlines()[0] in (house / ".venv" / "install.log").read_text(encoding="utf-8")
    assert ready(house) == {}
    monkeypatch.setenv("pip_exits", "0")
    assert names(course(house).calls) == [*INSTALLED, "course_lib"]


# What uv 0.13 really said, without its tail of causes.
UV_SAID = {
    "error: Failed to install: numpy-2.4.6.whl\n  cause: Failed to copy to `libopenblas.so`\n  cause: failed to copy file "
    "from a to b: No space left on device (os error 28)": "the disk is full",
    "error: Request failed after 3 retries in 11.1s\n  cause: client error (Connect)\n  cause: dns error\n  cause: failed to "
    "lookup address information: Name or service not known": "internet",
    "error: Request failed after 1 retry in 11.7s\n  cause: client error (Connect)\n  cause: operation timed out": "internet",
    "  cause: client error (Connect)\n  cause: tcp connect error\n  cause: Connection refused (os error 111)": "internet",
    "  cause: client error (Connect)\n  cause: tunnel error: proxy authorization required": "HTTPS_PROXY",
    "  cause: error sending request for url (https://127.0.0.1/simple/)\n  cause: client error (Connect)\n  cause: invalid peer "
    "certificate: UnknownIssuer": "clock",
    "error: failed to create directory `.venv/lib`: Permission denied (os error 13)": "may not be written",
    "error: No solution found when resolving dependencies\n  cause: Because there is no version of torch==2.13.0 and you "
    "require torch==2.13.0, we can conclude that your requirements are unsatisfiable.": "64-bit Python",
}


@pytest.mark.parametrize(
    ("said", "told"), UV_SAID.items(), ids=[f"{i} {told}" for i, told in enumerate(UV_SAID.values())]
)
def test_a_failing_uv_is_one_sentence_too(house, monkeypatch, said, told):
    monkeypatch.setenv("uv_at", "-e .")
    monkeypatch.setenv("uv_says", said)
    monkeypatch.setenv("uv_exits", "2")
    done = course(house)
    assert done.code == 1
    assert re.findall("^course.py: .*$", done.said, re.MULTILINE) == [
        next(line for line in done.said.splitlines() if told in line)
    ]
    assert "What uv said" in done.said
    assert names(done.calls) == ["pip", "uv", "uv"], "pip would meet the same"
    assert ready(house) == {}


# --- the PyTorch for this computer ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "where", "why", "calls"),
    [
        ("pip", "txt uv", "uv cannot be had here", ["pip", "pip"]),
        ("uv", "--dry-run", "PyTorch's own index is out of reach", ["pip", "uv", "pip"]),
        ("uv", "-e .", "uv failed", ["pip", "uv", "uv", "pip"]),
    ],
)
def test_where_uv_cannot_do_it_plain_pip_does_with_one_sentence(house, monkeypatch, who, where, why, calls):
    monkeypatch.setenv(who + "_at", where)
    monkeypatch.setenv(who + "_exits", "1")
    done = course(house)
    assert done.code == 0
    assert names(done.calls) == [*calls, "course_lib", "course_lib"]
    assert done.calls[-3].endswith("-c constraints.txt -e .")
    assert f"Plain pip goes on, with PyPI's PyTorch (on Linux up to 5 GB): {why}.\n" in done.said
    assert course(house).calls == ["course_lib lab"]


def asked_for(calls):
    """The builds of PyTorch that uv was asked for, with a ! where it replaces the one that is there."""
    installs = [call for call in calls if call.startswith("uv pip install") and "--dry-run" not in call]
    return [re.search("backend (.+?) ", call)[1] + "!" * ("--reinstall-package torch" in call) for call in installs]


def test_a_build_that_was_chosen_is_remembered_and_another_one_takes_its_place(house):
    course(house)
    assert asked_for(course(house, "--torch", "cpu", "lab").calls) == ["cpu!"]
    assert course(house, "lab", "--torch=cpu").calls == ["course_lib lab"]
    assert course(house).calls == ["course_lib lab"]
    tested = course(house, "test", "--torch", "cpu", "-q")
    assert asked_for(tested.calls) == ["cpu"]
    assert tested.calls[-1] == "tests -q"
    assert asked_for(course(house, "--torch", "cu128").calls) == ["cu128!"]
    (house / "constraints.txt").write_text("numpy==2.1\n", encoding="utf-8")
    assert asked_for(course(house).calls) == ["cu128"]
    assert asked_for(course(house, "--torch", "auto").calls) in (["cpu!"], ["auto!"])
    assert asked_for(course(house, "--torch", "auto").calls) in (["cpu!"], ["auto!"]), "a card may have been put in"
    assert course(house).calls == ["course_lib lab"]


def test_pypis_build_comes_by_plain_pip(house):
    course(house)
    pip = "pip install --no-input --disable-pip-version-check --progress-bar off -c constraints.txt"
    changed = course(house, "--torch", "pypi").calls
    assert changed[:2] == [f"{pip} --force-reinstall --no-deps torch", f"{pip} -e ."]
    assert course(house, "test").calls[0] == f"{pip} -e .[test]"


@pytest.mark.parametrize(
    ("said", "why"), [("error: No solution found", "has no such build"), ("dns error", "is out of reach")]
)
def test_a_build_that_cannot_be_had_is_not_replaced_by_another(house, monkeypatch, said, why):
    course(house)
    monkeypatch.setenv("uv_at", "--dry-run")
    monkeypatch.setenv("uv_says", said)
    monkeypatch.setenv("uv_exits", "1")
    done = course(house, "--torch", "cu128")
    assert done.code == 1
    assert names(done.calls) == ["pip", "uv"]
    assert (
        f"course.py: the PyTorch for cu128 was not installed: PyTorch's own index {why}. "
        "--torch auto takes what can be had.\n"
    ) in done.said
    assert course(house).code == 0, "the choice before it still holds"


@pytest.mark.parametrize("words", [["--torch"], ["--torch", "gpu"], ["--torch=cu"], ["lab", "--torch", "cpu; rm"]])
def test_a_build_that_does_not_exist_is_told_before_anything_is_done(house, words):
    done = course(house, *words)
    assert done.code == 1
    assert done.calls == []
    assert "--torch takes auto, cpu, pypi, or a build for a card" in done.said


def test_without_a_card_that_the_course_can_use_the_small_build_is_taken(tmp_path, monkeypatch):
    module = load(SOURCE.parent)
    monkeypatch.setattr(module, "DRIVERS", (tmp_path / "driver",))
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    assert [module.backend(torch) for torch in ("auto", "cu126")] == ["cpu", "cu126"]
    monkeypatch.setattr(module.shutil, "which", lambda name: name if name == "nvidia-smi" else None)
    assert module.backend("auto") == "auto"
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    (tmp_path / "driver").touch()
    assert module.backend("auto") == "auto"


def test_a_build_brings_the_cuda_that_it_needs_and_not_the_one_of_pypis_build(house):
    pins = "numpy==2.0\nnvidia-cublas==13.1 ; sys_platform == 'linux'\ncuda-toolkit==13.0\ntriton==3.7\ntyper==0.29\n"
    (house / "constraints.txt").write_text(pins, encoding="utf-8")
    course(house)
    assert (house / ".venv" / "constraints.txt").read_text(encoding="utf-8") == "numpy==2.0\ntyper==0.29\n"


def test_what_only_another_build_needed_is_removed(house):
    for name in ("torch-2.0+cpu", "nvidia_cublas-13.1", "triton-3.7", "numpy-2.0"):
        info = site_packages(house) / f"{name}.dist-info"
        info.mkdir()
        (info / "RECORD").touch()
    assert not [call for call in course(house).calls if "uninstall" in call], "only with a build that was asked for"
    (removed,) = [call for call in course(house, "--torch", "cpu").calls if "uninstall" in call]
    assert set(removed.split(str(load(house).PYTHON))[1].split()) == {"nvidia_cublas", "triton"}


def test_uv_is_told_what_pip_knows(house, monkeypatch):
    for name in ("UV_DEFAULT_INDEX", "UV_FIND_LINKS", "UV_HTTP_RETRIES", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("UV_INDEX", "mine")
    monkeypatch.setenv("SHOW", "UV_DEFAULT_INDEX UV_INDEX UV_FIND_LINKS SSL_CERT_FILE UV_SYSTEM_CERTS UV_HTTP_RETRIES")
    settings = [
        ":env:.index-url='http://127.0.0.1:9/env'",
        "global.cert='C:\\\\certs\\\\all.pem'",
        "global.extra-index-url='http://127.0.0.1:9/more'",
        "global.index-url='http://127.0.0.1:9/global'",
        "global.timeout='60'",
        "install.find-links='\\n/a\\n/b'",
    ]
    monkeypatch.setenv("pip_config", "\n".join(settings))
    course(house)
    said = (house / ".venv" / "install.log").read_text(encoding="utf-8").split("\n")
    told = "UV_DEFAULT_INDEX=http://127.0.0.1:9/env UV_INDEX=mine UV_FIND_LINKS=/a,/b SSL_CERT_FILE=C:\\certs\\all.pem UV_SYSTEM_CERTS=1"
    assert [line for line in said if line.startswith(told)] == [f"{told} UV_HTTP_RETRIES=1", f"{told} UV_HTTP_RETRIES="]


def test_what_is_fetched_is_shown_of_pip_and_of_uv(monkeypatch, capsys):
    module = load(SOURCE.parent)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    lines = ["Collecting numpy<3 (from x)", "  Downloading numpy-2.whl", "Installing collected packages: numpy"]
    lines += [
        "Resolved 2 packages in 3s",
        "Downloading torch (180.5MiB)",
        " Downloaded torch",
        "Prepared 2 packages in 5s",
    ]
    module.follow([sys.executable, "-c", "print(" + repr("\n".join(lines)) + ")"])
    shown = [part.strip() for part in capsys.readouterr().out.split("\r") if part.strip()]
    assert shown == ["fetching numpy", "putting everything in place", "fetching torch", "putting everything in place"]


# --- two at once ------------------------------------------------------------------------------------------------------


def started(house, *arguments):
    line = [sys.executable, house / "course.py", *arguments]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")


def wait_for(path, process):
    while not path.exists():
        assert process.poll() is None
        time.sleep(0.02)


@pytest.mark.parametrize("killed", [False, True], ids=["finishes", "is killed"])
def test_a_second_set_up_waits_until_the_first(house, monkeypatch, tmp_path, killed):
    go_on = tmp_path / "go on"
    monkeypatch.setenv("uv_waits", str(go_on))
    first = started(house, "progress")
    wait_for(house / "calls.txt", first)
    second = started(house, "doctor")
    end = threading.Timer(60, second.kill)  # if it waits for ever, it says nothing, and the test fails
    end.start()
    assert second.stdout.readline() == "Another set-up of this course is running; waiting until it has finished ...\n"
    if killed:
        first.kill()
        first.wait()
        assert second.stdout.readline() == "Installing the course: a few minutes, once ...\n"
    go_on.touch()
    said = [process.communicate(timeout=60)[0] for process in (first, second)]
    end.cancel()
    assert second.returncode == 0
    assert first.returncode == 0 or killed
    assert ("Installing" in said[0]) or killed
    assert "Installing" not in said[1], "what the first has done is not done again"
    calls = (house / "calls.txt").read_text(encoding="utf-8").splitlines()
    assert sum(call.endswith("-e .") for call in calls) == 1
    assert calls.count("course_lib doctor") == 1


def test_where_a_disk_knows_no_locks_the_set_up_goes_on(monkeypatch, tmp_path):
    module = load(SOURCE.parent)

    def refuse(*arguments):
        raise OSError(errno.ENOLCK, "No locks available")

    system, lock = (module.msvcrt, "locking") if os.name == "nt" else (module.fcntl, "flock")
    monkeypatch.setattr(system, lock, refuse)
    with (tmp_path / "lock").open("a+b") as file:
        assert module.locked(file)


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one process on Windows")
def test_after_ctrl_c_the_next_run_goes_on_and_replaces_what_was_cut_off(house, monkeypatch):
    whole, cut_off = site_packages(house) / "whole-1.dist-info", site_packages(house) / "cut-1.dist-info"
    for info in (whole, cut_off):
        info.mkdir()
        (info / "METADATA").touch()
    (whole / "RECORD").touch()
    monkeypatch.setenv("pip_waits", str(house / "never"))
    running = started(house)
    wait_for(house / "calls.txt", running)
    time.sleep(1)  # until it waits for pip: a terminal's Ctrl-C reaches both, this signal only the parent
    running.send_signal(signal.SIGINT)
    said, _ = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "Traceback" not in said
    assert "goes on from here" in said
    assert ready(house) == {}
    assert whole.exists()
    assert not cut_off.exists()
    (house / "calls.txt").unlink()
    monkeypatch.delenv("pip_waits")
    assert names(course(house).calls) == [*INSTALLED, "course_lib"]


def test_a_damaged_state_file_means_installing_again(house):
    course(house)
    (house / ".venv" / "course.json").write_text('{"root": ', encoding="utf-8")
    assert names(course(house).calls) == [*INSTALLED, "course_lib"]


@pytest.mark.parametrize(
    "what", ["copied from another folder", "made by another Python", "its Python is gone", "no pip in it"]
)
def test_a_venv_that_cannot_be_right_is_made_anew(house, monkeypatch, what):
    course(house)
    state = house / ".venv" / "course.json"
    there = json.loads(state.read_text(encoding="utf-8"))
    module = load(house)
    if what == "its Python is gone":
        module.PYTHON.unlink()
    elif what == "no pip in it":
        state.unlink()
        (site_packages(house) / "pip" / "__main__.py").write_text("raise SystemExit(1)", encoding="utf-8")
    else:
        there.update({"root": "/elsewhere"} if "folder" in what else {"python": "3.10"})
        state.write_text(json.dumps(there), encoding="utf-8")
    made = []
    monkeypatch.setattr(module, "make_venv", lambda: (made.append(True), add_fakes(house)))
    monkeypatch.setattr(module, "run", lambda *arguments: 0)
    assert module.main([]) == 0
    assert made == [True]
    assert set(ready(house)) == {"course"}


def test_a_venv_made_by_hand_is_taken_over_as_it_is(house, monkeypatch):
    module = load(house)
    monkeypatch.setattr(module, "make_venv", lambda: pytest.fail("would throw away what is there"))
    monkeypatch.setattr(module, "run", lambda *arguments: 0)
    assert module.main([]) == 0


@pytest.mark.slow
def test_without_a_network_a_real_venv_and_a_real_pip_end_in_one_sentence(tmp_path, pattern):
    folder = tmp_path / "off line"
    folder.mkdir()
    for name in ("course.py", "pyproject.toml", "constraints.txt"):
        (folder / name).write_bytes((pattern / name).read_bytes())
    nowhere = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHONPATH"))}
    nowhere |= {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "1"}
    done = course(folder, env=nowhere)
    assert done.code == 1
    assert "the internet was out of reach. Connect this computer, then run this again." in done.said
    assert ready(folder) == {}


def test_an_old_python_is_told_which_to_take(monkeypatch):
    module = load(SOURCE.parent)
    monkeypatch.setattr(module.sys, "version_info", (3, 9, 1))
    monkeypatch.setattr(module.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match=r"3\.11 or newer is needed.* Install it from python\.org"):
        module.check_python()
    monkeypatch.setattr(module.shutil, "which", lambda name: name)
    monkeypatch.setattr(module, "quiet", lambda command: "" if "3.12" in " ".join(command) else None)
    with pytest.raises(SystemExit, match=r"You have one: \S*( -)?3\.12 course\.py"):
        module.check_python()


def test_a_python_that_cannot_make_a_venv_is_told_the_package(monkeypatch):
    module = load(SOURCE.parent)
    monkeypatch.setattr(module.sys, "prefix", "/usr")
    monkeypatch.setattr(module.importlib.util, "find_spec", lambda name: None if name == "ensurepip" else True)
    with pytest.raises(SystemExit, match="apt install python3-venv"):
        module.make_venv()


def test_a_venv_is_not_made_anew_from_inside(monkeypatch):
    module = load(SOURCE.parent)
    monkeypatch.setattr(module.sys, "prefix", str(module.VENV))
    with pytest.raises(SystemExit, match="Type  deactivate  first"):
        module.make_venv()


def test_a_full_disk_is_told_before_anything_is_made(tmp_path, monkeypatch):
    module = load(SOURCE.parent)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module.sys, "prefix", "/usr")
    monkeypatch.setattr(module.shutil, "disk_usage", lambda path: SimpleNamespace(free=1e9))
    with pytest.raises(SystemExit, match="Free about 3 GB"):
        module.make_venv()
    assert not (tmp_path / ".venv").exists()


def test_a_folder_that_cannot_be_written_is_one_sentence(monkeypatch, capsys):
    module = load(SOURCE.parent)

    def set_up(*arguments, **options):
        raise PermissionError(13, "Permission denied", str(module.STATE))

    monkeypatch.setattr(module, "set_up", set_up)
    with pytest.raises(SystemExit, match="may not be written"):
        module.main([])
