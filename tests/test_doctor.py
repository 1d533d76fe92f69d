"""`python -m course_lib doctor` names what is wrong and the cure; the other commands fail in one sentence."""

import json
import os
import re
import shutil
import subprocess
import sys
import webbrowser
from importlib import metadata
from types import SimpleNamespace

import pytest

from course_lib import doctor


def state_and_text(finding):
    return finding.state, finding.text


def command(*arguments, cwd=doctor.ROOT, **environment):
    """Run `python -m course_lib …` as in a terminal that knows UTF-8 only, unless told otherwise."""
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8", **environment}
    line = [sys.executable, "-m", "course_lib", *arguments]
    encoding = environment["PYTHONIOENCODING"]
    return subprocess.run(line, capture_output=True, encoding=encoding, env=environment, cwd=cwd)


def all_is_well():
    return iter(
        [doctor.Finding("good", "Python 3.12", brief="Python 3.12"), doctor.Finding("open", "Optional downloads")]
    )


def test_all_is_well_in_this_environment(capsys):
    code = doctor.main()
    said = capsys.readouterr().out
    assert code == 0, said
    assert "✗" not in said
    packages = [re.split("[<>=]", need)[0] for need in doctor.project()["dependencies"]]
    for word in (*packages, "Python 3", "kernel python3", "GB of disk free", "Device:", "downloads", "rowser"):
        assert word in said


def test_short_is_one_line_if_all_is_well(capsys, monkeypatch):
    monkeypatch.setattr(doctor, "examine", all_is_well)
    assert doctor.main(short=True) == 0
    assert capsys.readouterr().out == "✓ Everything that the course needs is here: Python 3.12.\n"


def test_short_shows_only_what_is_wrong_with_its_cure(capsys, monkeypatch):
    sick = [*all_is_well(), doctor.Finding("wrong", "numpy is missing", "install numpy")]
    monkeypatch.setattr(doctor, "examine", lambda: iter(sick))
    assert doctor.main(short=True) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["✗ numpy is missing", "    cure: install numpy"]
    assert "1 of 3 needs mending" in lines[-1]


def test_a_missing_package_is_found_with_its_cure(monkeypatch):
    real = metadata.version

    def version(name):
        if name == "anywidget":
            raise metadata.PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(doctor.metadata, "version", version)
    (missing,) = [finding for finding in doctor.packages() if finding.state == "wrong"]
    assert missing.text.startswith("anywidget is missing, tested with ")
    assert missing.cure.endswith("-m pip install -c constraints.txt anywidget")


@pytest.mark.parametrize(
    ("version", "state", "says"),
    [
        ("2.4.6", "good", "numpy 2.4.6"),
        ("2.4.6+local", "good", "numpy 2.4.6+local"),
        ("2.5.0", "open", "tested with 2.4.6"),
        ("1.26.4", "wrong", "does not fit: it must be "),
        ("3.0.0", "wrong", "does not fit: it must be "),
    ],
)
def test_a_version_is_compared_with_the_range_and_with_what_was_tested(monkeypatch, version, state, says):
    from packaging.requirements import Requirement

    monkeypatch.setattr(doctor.metadata, "version", lambda name: version)
    finding = doctor._package(Requirement("numpy>=2.0,<3"), "2.4.6")
    assert finding.state == state
    assert says in finding.text
    assert bool(finding.cure) == (state == "wrong")


def only_the_library(monkeypatch, tmp_path):
    """As if the wheel were installed here: no course.py, no pyproject.toml, no constraints beside the library."""
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: ["numpy>=2.0,<3", 'sphinx>=7; extra == "teach"'])


def test_without_the_repository_the_installed_package_says_what_is_needed(monkeypatch, tmp_path):
    only_the_library(monkeypatch, tmp_path)
    (finding,) = doctor.packages()
    assert (finding.state, finding.brief) == ("good", "1 packages")
    assert finding.text.startswith("numpy ")


def test_in_the_repository_pyproject_says_it_even_if_what_is_installed_is_older(monkeypatch):
    monkeypatch.setattr(doctor.metadata, "requires", lambda name: [])
    assert {need.name for need in doctor.needed()} >= {"numpy", "torch", "jupyterlab"}


def test_a_library_without_lessons_is_told_and_can_wait(monkeypatch, tmp_path, capsys):
    assert doctor.lessons() == []
    only_the_library(monkeypatch, tmp_path)
    (finding,) = doctor.lessons()
    assert state_and_text(finding) == ("open", "The library is here, the lessons are not")
    assert finding.cure == doctor.GET_IT
    assert doctor.main() == 0
    said = capsys.readouterr().out
    assert finding.text in said
    assert "Everything that the library needs is here" in said


def test_without_the_repository_no_cure_needs_it(monkeypatch, tmp_path):
    only_the_library(monkeypatch, tmp_path)

    def kernel():
        raise OSError("broken")

    (finding,) = doctor.examine([kernel])
    assert finding.cure == doctor.GET_IT
    assert doctor.install_command("numpy").endswith("-m pip install numpy")


def test_without_the_repository_the_work_will_be_in_this_folder(monkeypatch, tmp_path):
    only_the_library(monkeypatch, tmp_path / "site-packages")
    monkeypatch.delenv("COURSE_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    looked = []
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: looked.append(path) or SimpleNamespace(free=1e11))
    doctor.disk()
    assert looked == [tmp_path]


@pytest.mark.slow
def test_a_real_wheel_says_that_the_lessons_are_missing(tmp_path):
    """What a wheel holds, unpacked in an empty folder: the library and its metadata, which stand in for an installation."""
    site = tmp_path / "site-packages"
    shutil.copytree(doctor.ROOT / "course_lib", site / "course_lib", ignore=shutil.ignore_patterns("__pycache__"))
    info = site / "attention_by_hand-1.0.dist-info"
    info.mkdir()
    needs = "".join(f"Requires-Dist: {line}\n" for line in metadata.requires(doctor.NAME))
    (info / "METADATA").write_text(
        f"Metadata-Version: 2.4\nName: {doctor.NAME}\nVersion: 1.0\n{needs}", encoding="utf-8"
    )
    path = os.pathsep.join([str(site), os.environ["PYTHONPATH"]])
    checked = command("doctor", PYTHONPATH=path, cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
    assert "○ The library is here, the lessons are not\n    cure: get the repository" in checked.stdout
    assert "✗" not in checked.stdout
    for words in (["lab", "--no-browser"], ["slides", "01"], ["slides", "01", "--out", str(tmp_path)]):
        done = command(*words, PYTHONPATH=path, cwd=tmp_path)
        assert done.returncode == 1
        assert done.stderr.startswith("The library is here, the lessons are not: get the repository")


def test_the_pins_are_those_of_this_system():
    assert doctor.pinned()["torch"].count(".") == 2
    assert ("pywinpty" in doctor.pinned()) == (os.name == "nt")
    assert doctor.canonical("Ruamel.YAML_x") == "ruamel-yaml-x"


@pytest.mark.parametrize(
    ("program", "state"),
    [("python", "good"), ("python3.12", "good"), (sys.executable, "good"), ("/opt/another/bin/python", "wrong")],
)
def test_a_kernel_of_another_python_is_found(monkeypatch, program, state):
    from jupyter_client.kernelspec import KernelSpecManager

    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", lambda self, name: SimpleNamespace(argv=[program]))
    finding = doctor.kernel()
    assert finding.state == state
    assert ("ipykernel install --sys-prefix" in finding.cure) == (state == "wrong")


def test_a_missing_kernel_is_found(monkeypatch):
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    def get_kernel_spec(self, name):
        raise NoSuchKernel(name)

    monkeypatch.setattr(KernelSpecManager, "get_kernel_spec", get_kernel_spec)
    assert state_and_text(doctor.kernel()) == ("wrong", "Jupyter has no kernel named python3")


def test_a_full_disk_is_found(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: SimpleNamespace(free=2e8))
    assert state_and_text(doctor.disk()) == ("wrong", "only 0.2 GB of disk free")


def test_a_folder_that_cannot_be_written_is_found(monkeypatch):
    monkeypatch.setattr(doctor.os, "access", lambda path, mode: False)
    assert doctor.disk().state == "wrong"


def test_the_disk_is_looked_at_where_the_work_will_be(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_HOME", str(tmp_path / "not" / "made" / "yet"))
    looked = []
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: looked.append(path) or SimpleNamespace(free=1e11))
    doctor.disk()
    assert looked == [tmp_path]


def test_a_torch_that_does_not_start_can_wait_and_has_a_cure(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    finding = doctor.device()
    assert finding.state == "open"
    assert "lessons 00-07 work without it" in finding.text
    assert finding.cure


# --- a card that this PyTorch cannot use ------------------------------------------------------------------------------


def computer(monkeypatch, *, cuda, card, capability=None, made_for=()):
    """A computer with a card (a name or None) and a PyTorch for this CUDA (or None); capability: the card works in it."""
    torch = pytest.importorskip("torch")
    properties = SimpleNamespace(
        name=card, total_memory=8e9, major=(capability or [0])[0], minor=(capability or [0])[-1]
    )
    monkeypatch.setattr(torch.cuda, "is_available", lambda: capability is not None)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda number: properties)
    monkeypatch.setattr(torch.cuda, "get_arch_list", lambda: list(made_for))
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(torch.version, "cuda", cuda)
    monkeypatch.setattr(doctor, "_nvidia_card", lambda: card)
    monkeypatch.setattr(doctor.sys, "prefix", str(doctor.ROOT / ".venv"))
    return doctor.device()


def test_a_card_beside_a_pytorch_without_cuda_has_a_line_that_mends_it(monkeypatch):
    found = computer(monkeypatch, cuda=None, card="GeForce RTX 4060")
    assert found.state == "open"
    assert "GeForce RTX 4060 is here, but this PyTorch cannot use it: it was built without CUDA" in found.text
    assert found.cure == f"{'py' if os.name == 'nt' else 'python3'} course.py --torch auto"
    assert found.brief.startswith("CPU with ")


def test_a_driver_that_is_too_old_has_a_cure(monkeypatch):
    found = computer(monkeypatch, cuda="13.0", card="Tesla T4")
    assert "its CUDA 13.0 wants a newer driver" in found.text
    assert found.cure.startswith("update the card's driver, or: ")


@pytest.mark.parametrize(
    ("capability", "cuda", "made_for", "build"),
    [
        ((8, 9), "13.0", ["sm_75", "sm_80", "sm_90"], None),
        ((9, 0), "13.0", ["sm_80", "compute_80"], None),
        ((9, 0), "13.0", [], None),
        ((6, 1), "13.0", ["sm_75", "sm_80", "compute_120"], "cu126"),
        ((7, 0), "13.0", ["sm_75", "sm_80"], "cu126"),
        ((3, 5), "12.6", ["sm_50", "sm_90"], "cpu"),
        ((12, 0), "12.6", ["sm_50", "sm_90", "sm_90a"], "auto"),
    ],
)
def test_a_card_that_this_pytorch_has_no_code_for_is_told_another_build(monkeypatch, capability, cuda, made_for, build):
    found = computer(monkeypatch, cuda=cuda, card="A card", capability=capability, made_for=made_for)
    assert found.state == ("open" if build else "good")
    assert found.cure.endswith(f"--torch {build}") if build else found.cure == ""


def test_without_a_card_the_processor_is_good(monkeypatch):
    assert computer(monkeypatch, cuda=None, card=None).state == "good"


def test_in_an_environment_of_ones_own_the_line_is_for_that(monkeypatch):
    monkeypatch.setattr(doctor.sys, "prefix", "/elsewhere")
    line = doctor.torch_command("auto")
    assert "course.py" not in line
    assert f"--torch-backend auto --reinstall-package torch torch=={doctor.pinned()['torch']}" in line


@pytest.mark.parametrize(
    ("says", "exits", "hidden", "card"),
    [
        ("NVIDIA H200\nNVIDIA H200\n", 0, None, "NVIDIA H200"),
        ("NVIDIA H200\n", 0, "-1", None),
        ("NVIDIA H200\n", 0, "", None),
        ("NVIDIA H200\n", 0, "0", "NVIDIA H200"),
        ("No devices were found\n", 6, None, None),
        ("", 0, None, None),
    ],
)
def test_a_card_is_what_its_driver_names(monkeypatch, says, exits, hidden, card):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if hidden is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", hidden)
    monkeypatch.setattr(doctor.shutil, "which", lambda name: name)
    done = SimpleNamespace(returncode=exits, stdout=says)
    monkeypatch.setattr(doctor.subprocess, "run", lambda *line, **options: done)
    assert doctor._nvidia_card() == card


@pytest.mark.parametrize("error", [OSError("no such program"), subprocess.TimeoutExpired("nvidia-smi", 10)])
def test_a_driver_that_does_not_answer_is_no_card(monkeypatch, error):
    def run(*line, **options):
        raise error

    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(doctor.shutil, "which", lambda name: name)
    monkeypatch.setattr(doctor.subprocess, "run", run)
    assert doctor._nvidia_card() is None


def test_no_browser_can_wait(monkeypatch):
    def nothing():
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(doctor.webbrowser, "get", nothing)
    assert doctor.browser().state == "open"


def test_a_check_that_crashes_is_a_finding_not_a_traceback(monkeypatch):
    def disk():
        raise ModuleNotFoundError("No module named 'packaging'", name="packaging")

    monkeypatch.setattr(doctor, "disk", disk)
    found = [finding for finding in doctor.examine() if finding.state == "wrong"]
    assert [state_and_text(finding) for finding in found] == [
        ("wrong", "disk could not be checked: No module named 'packaging'")
    ]
    assert found[0].cure.endswith("pip install -c constraints.txt packaging")


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "cp437"])
def test_terminals_without_our_marks_get_plain_ones(encoding):
    done = command("progress", PYTHONIOENCODING=encoding)
    assert done.returncode == 0, done.stderr
    assert "[--]" in done.stdout


def test_without_typer_the_doctor_speaks_all_the_same(tmp_path):
    (tmp_path / "typer.py").write_text(
        "raise ModuleNotFoundError('No module named typer', name='typer')", encoding="utf-8"
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = command("lab", PYTHONPATH=path, PYTHONIOENCODING="ascii")
    assert "typer is missing" in done.stdout
    assert "[ok] Python 3" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["slides", "77"], "There is no lesson 77"),
        (["lab", "notebooks/77_nothing.ipynb", "--no-browser"], "There is no notebook notebooks/77_nothing.ipynb"),
        (["dance"], "No such command"),
    ],
)
def test_a_command_that_fails_says_why_without_a_traceback(arguments, says):
    done = command(*arguments)
    assert done.returncode != 0
    assert says in " ".join((done.stdout + done.stderr).split())
    assert "Traceback" not in done.stdout + done.stderr


def test_an_unforeseen_error_is_one_sentence(monkeypatch):
    from course_lib import __main__ as commands

    def broken(**options):
        raise json.JSONDecodeError("Expecting value", "{", 1)

    monkeypatch.setattr(commands, "app", broken)
    monkeypatch.delenv("COURSE_DEBUG", raising=False)
    with pytest.raises(SystemExit, match=r"^JSONDecodeError: Expecting value.* looks for the cause"):
        commands.main()


def test_what_a_command_is_given_arrives(monkeypatch, tmp_path, capsys):
    from course_lib import __main__ as commands
    from course_lib import teach

    given = []
    monkeypatch.setattr(teach, "start", lambda *got, **named: given.append((got, named)))
    monkeypatch.setattr(teach, "run_live", lambda *got, **named: given.append((got, named)))
    monkeypatch.setattr(teach, "export", lambda *got: given.append((got, {})) or tmp_path / "deck.html")
    for line in (["lab", "--no-browser"], ["slides", "01", "--port", "9000"], ["slides", "01", "--out", str(tmp_path)]):
        monkeypatch.setattr(sys, "argv", ["course_lib", *line])
        with pytest.raises(SystemExit):
            commands.main()
    assert given == [
        (("notebooks/00_start_here.ipynb",), {"port": None, "open_browser": False}),
        (("01",), {"port": 9000, "open_browser": True}),
        (("01", tmp_path), {}),
    ]
    assert "deck.html" in capsys.readouterr().out
