"""Starts JupyterLab for the course: on loopback only, offline, with the course's settings on top of the user's own."""

import contextlib
import importlib.util
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from course_lib.disk import ROOT

from .problem import NO_LESSONS, TeachError

SETTINGS = Path(__file__).with_name("settings") / "lab"
EXTENSIONS = Path(__file__).with_name("labextension")
FIRST_PORT = 8888


def start(notebook="notebooks/00_start_here.ipynb", open_browser=True, port=None, extra=(), root=ROOT):
    """Run JupyterLab at a notebook of the course until Ctrl-C; return its exit code; raises TeachError."""
    free = free_port(port or FIRST_PORT)
    if port and free != port:
        print(f"Port {port} is taken by another program, so this is port {free}.", flush=True)
    return run(command(notebook, root=root, port=free, open_browser=open_browser, extra=extra), root)


def command(
    notebook, *, root=ROOT, port=FIRST_PORT, open_browser=True, settings=SETTINGS, workspace="course", extra=()
):
    """The command line that opens `notebook` (a path inside `root`) in JupyterLab; raises TeachError with the cure."""
    if not (Path(root) / "notebooks").is_dir():
        raise TeachError(NO_LESSONS)
    if importlib.util.find_spec("jupyterlab") is None:
        raise TeachError("JupyterLab is not installed in this Python. `python3 course.py` installs it with all else.")
    if not (Path(root) / notebook).is_file():
        raise TeachError(
            f"There is no notebook {notebook} in {root}. `python3 course.py` starts at notebooks/00_start_here.ipynb."
        )
    line = [
        *(sys.executable, "-m", "jupyterlab"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        f"--ServerApp.root_dir={root}",
        "--ServerApp.answer_yes=True",  # Ctrl-C ends it without a question
        f"--ServerApp.open_browser={open_browser}",
        "--Application.log_level=WARN",
        # A workspace of the course's own: tabs left open by other work would be looked for here, and not be found.
        f"--LabApp.default_url=/lab/workspaces/{workspace}/tree/{Path(notebook).as_posix()}",
        f"--LabApp.app_settings_dir={settings}",
        f"--LabApp.extra_labextensions_path={EXTENSIONS}",
        "--ContentsManager.pre_save_hook=course_lib.teach.saving.keep_twins",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",  # the other one asks PyPI
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:  # inside a container
        line.append("--allow-root")
    return [*line, *extra]


def run(line, root=ROOT):
    """Run a command of this module until it ends or Ctrl-C ends it; return its exit code (0 after Ctrl-C)."""
    print("JupyterLab opens in your browser. Come back here and press Ctrl-C when you are done.", flush=True)
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    server = subprocess.Popen(line, cwd=root)
    try:
        return server.wait()
    except KeyboardInterrupt:  # the same key has reached the server, which is stopping its kernels
        with contextlib.suppress(KeyboardInterrupt, subprocess.TimeoutExpired):
            server.wait(timeout=15)
        return 0
    finally:
        if server.poll() is None:
            server.terminate()
            server.wait()
        signal.signal(signal.SIGTERM, before)


def free_port(wanted=FIRST_PORT):
    """`wanted` if nobody on this machine listens there, else any free port of loopback."""
    for port in (wanted, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            if os.name != "nt":  # there it would share a port that is in use
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except (OSError, OverflowError):
                continue
            return probe.getsockname()[1]
    raise TeachError("No port of 127.0.0.1 is free, so JupyterLab cannot start; end another program and try again.")
