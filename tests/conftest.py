"""For every test: the learner's work goes to a temporary folder, nothing was fetched, and nothing leaves this computer."""

import importlib.util
import os
import tempfile
from pathlib import Path

import pytest

from tests.browser.windows import chromium, context, kept_windows, page  # noqa: F401, fixtures for all tests

pytest_plugins = ["tests.lessons"]
ROOT = Path(__file__).resolve().parents[1]
NO_NETWORK = ROOT / "tests" / "no_network"
_home = pytest.StashKey()


def pytest_configure(config):
    folder = tempfile.TemporaryDirectory(prefix="course_home_", ignore_cleanup_errors=True)
    config.stash[_home] = folder
    os.environ["COURSE_HOME"] = folder.name  # before any test module is imported; kernels inherit it
    os.environ["COURSE_DOWNLOADS"] = os.path.join(folder.name, "nothing_fetched")
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # workers with two threads each would wait for each other's core
    paths = [str(NO_NETWORK), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys(paths))
    spec = importlib.util.spec_from_file_location("course_no_network", NO_NETWORK / "sitecustomize.py")
    spec.loader.exec_module(importlib.util.module_from_spec(spec))


def pytest_unconfigure(config):
    config.stash[_home].cleanup()


def pytest_xdist_auto_num_workers():
    """One worker more than there are processors: a test that drives a browser waits for a third of its time."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return processors + 1


def pytest_collection_modifyitems(items):
    for item in items:
        if "chromium" in item.fixturenames:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def repo():
    """The repository's root."""
    return ROOT


@pytest.fixture
def course_home(tmp_path, monkeypatch):
    """A fresh, empty COURSE_HOME for this test alone."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("COURSE_HOME", str(home))
    return home


@pytest.fixture
def two_threads():
    """Torch on two threads, for tests that ask whether they are still there afterwards."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)
