"""The limits around a learner's code, each a context manager: time, memory, output, exits, and state that is put back."""

import builtins
import contextlib
import ctypes
import io
import os
import signal
import sys
import threading
import warnings

from .world import dice_kept, world_kept

GIGABYTES, CHARACTERS = 2, 1_000_000


class Stop(BaseException):
    """Ends the learner's code from outside; not an Exception, so that `except Exception` does not catch it."""


class TooSlow(Stop): ...


class TooMuchPrinted(Stop): ...


class AsksForInput(Stop): ...


class Ended(Stop): ...


class Sink(io.TextIOBase):
    """Takes what the learner's function prints, counts it, and keeps nothing."""

    printed = 0

    def write(self, text):
        self.printed += len(text)
        if self.printed > CHARACTERS:
            raise TooMuchPrinted
        return len(text)


def _callers(frame):
    """This frame and all that wait for it."""
    found = set()
    while frame is not None:
        found.add(frame)
        frame = frame.f_back
    return found


def _is_importing(frame, outside):
    """True if an import is under way in this frame or in one that has called it, up to the frames outside the limit."""
    while frame is not None and frame not in outside:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


@contextlib.contextmanager
def time_limit(seconds):
    """Raises TooSlow in the running code: by a timer signal where there is one, else (Windows, threads) from a second thread."""
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        outside = _callers(sys._getframe())

        def ring(_, frame):
            if _is_importing(
                frame, outside
            ):  # half an import breaks a library for good, and is not the function's time: begin anew
                signal.setitimer(signal.ITIMER_REAL, seconds, 0.05)
                return
            raise TooSlow

        before = signal.signal(signal.SIGALRM, ring)
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.05)  # again and again: a bare `except:` may swallow the first
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        return
    target, done = ctypes.c_ulong(threading.get_ident()), threading.Event()

    def watch():
        if not done.wait(seconds):
            ctypes.pythonapi.PyThreadState_SetAsyncExc(target, ctypes.py_object(TooSlow))

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        done.set()


@contextlib.contextmanager
def memory_limit():
    """At most GIGABYTES more than now, where the system can say so (Linux)."""
    try:
        import resource

        with open("/proc/self/statm", encoding="ascii") as file:
            now = int(file.read().split()[0]) * resource.getpagesize()
        before = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (now + (GIGABYTES << 30), before[1]))
    except (ImportError, OSError, ValueError):
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


@contextlib.contextmanager
def quiet():
    """No print, no warning, no question reaches the learner from inside a check."""

    def ask(*_):
        raise AsksForInput

    asked = builtins.input
    builtins.input = ask
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(Sink()), contextlib.redirect_stderr(Sink()):
            warnings.simplefilter("ignore")
            yield
    finally:
        builtins.input = asked


@contextlib.contextmanager
def no_exits():
    """`exit()` in a notebook and `os._exit` would end the kernel: inside a check they only end the function."""

    def end(*_):
        raise Ended

    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    leave, os._exit = os._exit, end
    if shell is not None:
        shell.ask_exit = end
    try:
        yield
    finally:
        os._exit = leave
        if shell is not None:
            del shell.ask_exit


@contextlib.contextmanager
def state_kept():
    """Random numbers and the libraries' switches are after a check what they were before; inside it torch has one thread."""
    with dice_kept(), world_kept():
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(1)
        yield
