"""How JupyterLab is started (tests/browser looks at what comes of it)."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import pytest

from course_lib.teach import TeachError, lab, slides
from tests.browser.driving import TOKEN, quiet_environment
from tests.conftest import ROOT


@pytest.fixture
def course(tmp_path):
    root = tmp_path / "a course"
    (root / "notebooks").mkdir(parents=True)
    (root / "notebooks" / "00_start_here.ipynb").write_text(
        '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', encoding="utf-8"
    )
    return root


def test_the_command_keeps_to_loopback_and_asks_nobody(course):
    line = lab.command("notebooks/00_start_here.ipynb", root=course, port=1234)
    assert line[:3] == [sys.executable, "-m", "jupyterlab"]
    for part in (
        "--ServerApp.ip=127.0.0.1",
        "--ServerApp.port=1234",
        "--LabApp.default_url=/lab/workspaces/course/tree/notebooks/00_start_here.ipynb",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ):
        assert part in line
    settings = json.loads((lab.SETTINGS / "overrides.json").read_text(encoding="utf-8"))
    assert settings["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


def test_a_notebook_that_is_not_there_is_one_sentence(course):
    with pytest.raises(
        TeachError, match=r"no notebook notebooks/07\.ipynb in .*starts at notebooks/00_start_here\.ipynb"
    ):
        lab.command("notebooks/07.ipynb", root=course)


def test_without_jupyterlab_the_cure_is_named(course, monkeypatch):
    monkeypatch.setattr(lab.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(TeachError, match=r"not installed.*python3 course\.py"):
        lab.command("notebooks/00_start_here.ipynb", root=course)


def test_a_taken_port_is_replaced_and_told(monkeypatch, capsys):
    started = []
    monkeypatch.setattr(lab, "run", lambda line, root: started.append(line) or 0)
    monkeypatch.setattr(lab, "command", lambda notebook, **options: options["port"])
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        assert lab.start(port=taken) == 0
    assert started[0] != taken
    assert f"Port {taken} is taken" in capsys.readouterr().out


def test_slides_start_as_a_deck_and_leave_the_users_settings_alone(course, tmp_path, monkeypatch):
    mine = tmp_path / "mine"
    (mine / "@jupyterlab" / "apputils-extension").mkdir(parents=True)
    (mine / "@jupyterlab" / "apputils-extension" / "themes.jupyterlab-settings").write_text(
        '{"theme": "JupyterLab Dark"}', encoding="utf-8"
    )
    (mine / "jupyterlab-slideshow").mkdir()
    (mine / "jupyterlab-slideshow" / "plugin.jupyterlab-settings").write_text('{"active": false}', encoding="utf-8")
    monkeypatch.setattr(slides, "_user_settings", lambda: mine)
    folder = tmp_path / "start"
    line = slides.live_command("00", folder, root=course)
    assert f"--LabApp.user_settings_dir={folder / 'user'}" in line
    assert (folder / "user" / "@jupyterlab" / "apputils-extension" / "themes.jupyterlab-settings").is_file()
    assert not (folder / "user" / "jupyterlab-slideshow").exists()
    overrides = json.loads((folder / "settings" / "overrides.json").read_text(encoding="utf-8"))
    assert overrides["jupyterlab-slideshow:plugin"] == {"active": True}
    assert f"--LabApp.app_settings_dir={folder / 'settings'}" in line


@pytest.mark.skipif(os.name == "nt", reason="Ctrl-C cannot be sent to one program there")
@pytest.mark.parametrize("key", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("what", ["lab.start('notebooks/00_start_here.ipynb'", "slides.run_live('00'"])
def test_ctrl_c_ends_everything_in_silence(course, tmp_path, what, key):
    port = lab.free_port(0)
    call = f"{what}, open_browser=False, port={port}, root={str(course)!r})"
    code = f"import sys; from course_lib.teach import lab, slides; sys.exit({call})"
    environment = quiet_environment(tmp_path) | {"TMPDIR": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        **{"cwd": ROOT, "env": environment, "text": True, "start_new_session": True},
        **{"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT},
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/status?token={TOKEN}", process)
        if key == signal.SIGINT:
            os.killpg(process.pid, key)  # a terminal sends it to everybody
        else:
            process.send_signal(key)
        said = process.communicate(timeout=30)[0]
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    assert process.returncode == 0, said
    assert not re.search(r"Traceback|Error|\(y/\[n\]\)", said), said
    assert not list(tmp_path.glob("course_slides_*"))
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status", timeout=2)


def _wait_for(url, process):
    for _ in range(300):
        try:
            urllib.request.urlopen(url, timeout=1).close()
            return
        except OSError:
            assert process.poll() is None, process.communicate()[0]
            time.sleep(0.2)
    raise AssertionError("JupyterLab did not answer within a minute")
