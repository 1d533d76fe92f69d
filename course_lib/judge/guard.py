"""Run a learner's code within limits of time, memory and output, and turn whatever happens into one plain sentence."""

import contextlib
import linecache
import os
import pickle
import select
import signal
import sys
import sysconfig
import time
import traceback
import warnings

from .limits import (
    CHARACTERS,
    AsksForInput,
    Ended,
    TooMuchPrinted,
    TooSlow,
    memory_limit,
    no_exits,
    quiet,
    state_kept,
    time_limit,
)
from .plain_words import in_plain_words

SECONDS = 5.0
LIBRARIES = tuple(
    os.path.realpath(path)
    for path in {
        os.path.dirname(os.path.dirname(__file__)),
        *sysconfig.get_paths().values(),
        os.path.dirname(os.__file__),
    }
    if path and os.path.isabs(path) and not path.endswith(("bin", "Scripts")) and path != sys.prefix
)


def guarded(job, seconds=SECONDS):
    """Return (job(), None), or (None, sentence) if it failed, hung, printed without end or asked for too much; never raises or prints."""
    try:
        with contextlib.ExitStack() as stack:
            for limit in (no_exits, quiet, state_kept, memory_limit):
                stack.enter_context(limit())
            stack.enter_context(time_limit(seconds))
            return job(), None
    except BaseException as error:
        return None, sentence(error, seconds)


def sentence(error, seconds=SECONDS):
    """What happened, in one sentence, with the learner's own line."""
    where = _where(error)
    kinds = {
        TooSlow: f"Your function was still running after {seconds:g} seconds{where}. Is there a loop that never ends?",
        TooMuchPrinted: f"Your function printed more than {CHARACTERS:,} characters{where}. Take the print out of the loop.",
        AsksForInput: f"Your function calls input(){where}. Use its arguments instead: a check can't type.",
        Ended: f"Your function tried to end Python itself{where}. Use `return` to leave a function.",
        SystemExit: f"Your function tried to end Python itself{where}. Use `return` to leave a function.",
        KeyboardInterrupt: "Interrupted before the check was done. Run it again.",
        RecursionError: f"Your function calls itself without end{where}.",
        MemoryError: f"Your function asked for more memory than there is{where}. How large is the array that it makes?",
    }
    for kind, text in kinds.items():
        if isinstance(error, kind):
            return text
    try:
        text = (str(error).splitlines() or [""])[0][:200]
    except Exception:
        text = ""
    text = in_plain_words(text, (learners_frame(error) or (0, ""))[1]).rstrip(" .:")
    end = "" if text.endswith(("?", "!")) else "."
    return f"Your function raised {type(error).__name__}{where}{': ' + text if text else ''}{end}"


def learners_frame(error):
    """(line number, source line) of the last frame that is the learner's own, or None."""
    mine = None
    for frame, number in traceback.walk_tb(getattr(error, "__traceback__", None)):
        name = frame.f_code.co_filename
        if not name.startswith("<frozen") and not os.path.realpath(name).startswith(LIBRARIES):
            mine = number, linecache.getline(name, number).strip()
    return mine


def _where(error):
    found = learners_frame(error)
    if not found:
        return ""
    number, line = found
    return f" at line {number}" + (f" (`{line}`)" if line else "")


def guarded_apart(job, seconds=SECONDS):
    """Like `guarded`, in a forked child process, which nothing survives: not even a crash. Where there is no fork: `guarded`."""
    if not hasattr(os, "fork"):
        return guarded(job, seconds)
    receive, send = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Python warns about forking with threads; the child uses none of them
        child = os.fork()
    if child == 0:
        os.close(receive)
        _child(job, seconds, send)
    os.close(send)
    data, late = _read_all(receive, time.monotonic() + seconds + 1)
    os.close(receive)
    if late:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    if late:
        return None, sentence(TooSlow(), seconds)
    try:
        return pickle.loads(data)
    except Exception:
        return None, "Your function ended the whole Python process (a crash, or far too much memory)."


def _child(job, seconds, send):
    leave = os._exit
    try:
        if "torch" in sys.modules:
            sys.modules["torch"].set_num_threads(
                1
            )  # first of all: a forked child hangs in torch's thread pool otherwise
        nothing = os.open(os.devnull, os.O_RDWR)
        for standard in (0, 1, 2):
            os.dup2(nothing, standard)
        with os.fdopen(send, "wb") as file:
            file.write(pickle.dumps(guarded(job, seconds)))
    finally:
        leave(0)


def _read_all(receive, end):
    data = b""
    while (left := end - time.monotonic()) > 0 and select.select([receive], [], [], left)[0]:
        chunk = os.read(receive, 1 << 20)
        if not chunk:
            return data, False
        data += chunk
    return data, True
