"""Run All ends at a failed check, however slow the front end is: a cell that was asked for before the failure does not run.

JupyterLab makes the requests of Run All in one go, each with the time at which it was made, and sends them one by one. After an error ipykernel
drops those that have reached it. On a busy computer the others come a moment later, and would run: ipykernel's setting for this,
`stop_on_error_timeout`, is not read any more in its version 7. So the time that a request carries decides, not the time at which it comes.
A browser that is held up in the middle makes its last requests after the check has failed: a moment more is theirs, too.
"""

import sys
from datetime import UTC, datetime, timedelta

ONE_GO = timedelta(
    seconds=5
)  # cells asked for farther from the failed one are not of its Run All, whatever the clocks say
A_MOMENT = timedelta(seconds=0.5)  # nobody reads a message and asks for a cell sooner


def stop_here():
    """Let the kernel refuse the cells that were asked for before now or in a moment, together with the one that runs; new ones are welcome."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    kernel = getattr(shell, "kernel", None)
    if not all(hasattr(kernel, part) for part in ("get_parent", "should_handle", "session")):
        return  # a kernel of another make: it has its own ways
    running, failed = kernel.get_parent(), datetime.now(UTC)  # the cell; or a message of a view, handled beside it
    made = running.get("header", {}).get("date")
    if not isinstance(made, datetime) or not running["content"].get("stop_on_error", True):
        return  # nobody's request, or a cell that is meant to fail (tag raises-exception)

    def should_handle(stream, message, identities):
        header = message["header"]
        same = made - ONE_GO <= header["date"] < min(failed + A_MOMENT, made + ONE_GO)
        if header["msg_type"] != "execute_request" or not same:
            return type(kernel).should_handle(kernel, stream, message, identities)
        kernel.session.send(stream, "execute_reply", {"status": "aborted"}, parent=message, ident=identities)
        return False

    kernel.should_handle = should_handle
