"""In a real kernel: a failed check drops the cells of its Run All that arrive late, and nothing that is asked for afterwards."""

import os
from datetime import timedelta

import pytest
from jupyter_client.manager import start_new_kernel
from jupyter_client.session import utcnow

FAIL = "from course_lib.check import check\ndef dot(a, b):\n    return a * b\ncheck(dot)"


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kernel")
    manager, client = start_new_kernel(env={**os.environ, "COURSE_HOME": str(folder), "IPYTHONDIR": str(folder)})
    yield client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel(running):
    """A kernel in which no check has failed: the tests are faster than the people they stand for."""
    assert run(running, "get_ipython().kernel.__dict__.pop('should_handle', None)", later(running)) == "ok"
    return running


def run(client, code, made, stop_on_error=True):
    """Send a cell that was asked for at the time `made`, wait for the reply and return its status."""
    content = {"code": code, "silent": False, "stop_on_error": stop_on_error, "allow_stdin": False}
    message = client.session.msg("execute_request", content)
    message["header"]["date"] = made
    client.shell_channel.send(message)
    return client._recv_reply(message["header"]["msg_id"], timeout=60)["content"]["status"]


def later(kernel, seconds=1):
    """The date of a cell that is asked for when the kernel has dropped what was queued: a fast client could be ahead of that."""
    kernel.kernel_info(reply=True, timeout=60)
    return utcnow() + timedelta(seconds=seconds)


def test_a_cell_of_the_same_run_all_that_comes_late_does_not_run(kernel):
    asked = utcnow()
    assert run(kernel, FAIL, asked) == "error"
    assert [run(kernel, "late = 1", asked + timedelta(milliseconds=n)) for n in (0, 1, 9)] == ["aborted"] * 3
    assert run(kernel, "late", later(kernel)) == "error"  # it is not there


def test_a_cell_that_is_dated_a_little_before_the_one_that_fails_does_not_run_either(kernel):
    """While a check runs, a view's message may be taken for its cell: then the others are older than "it"."""
    asked = utcnow()
    assert run(kernel, FAIL, asked) == "error"
    assert run(kernel, "1", asked - timedelta(milliseconds=40)) == "aborted"


def test_a_cell_whose_request_was_made_just_after_the_failure_does_not_run_either(kernel):
    """A busy browser may be held up between two requests of one Run All, until the check has failed."""
    assert run(kernel, FAIL, utcnow()) == "error"
    assert run(kernel, "1", later(kernel, 0)) == "aborted"


def test_a_cell_that_somebody_asks_for_after_the_failure_runs(kernel):
    assert run(kernel, FAIL, utcnow()) == "error"
    assert run(kernel, "def dot(a, b):\n    return a @ b\ncheck(dot)", later(kernel)) == "ok"


def test_a_front_end_whose_clock_is_slow_is_held_up_for_some_seconds_only(kernel):
    slow = utcnow() - timedelta(minutes=10)
    assert run(kernel, FAIL, slow) == "error"
    assert run(kernel, "1", slow + timedelta(seconds=2)) == "aborted"
    assert run(kernel, "1", slow + timedelta(seconds=6)) == "ok"


def test_a_cell_that_is_meant_to_fail_stops_nothing(kernel):
    asked = utcnow()
    assert run(kernel, FAIL, asked, stop_on_error=False) == "error"
    assert run(kernel, "1", asked) == "ok"


def test_an_error_without_a_check_leaves_the_kernel_as_it_is(kernel):
    asked = utcnow()
    assert run(kernel, "1 / 0", asked) == "error"
    later(kernel)
    assert run(kernel, "1", asked) == "ok"


def test_the_words_stand_on_a_card_and_the_error_below_is_one_line(kernel):
    """What reads no HTML (nbval, a terminal, a screen reader) finds the same words, and so does whoever reads the error alone."""
    said = []
    later(kernel)
    kernel.execute_interactive(
        FAIL, output_hook=lambda message: said.append((message["msg_type"], message["content"])), timeout=60
    )
    card, error = (content for kind, content in said if kind in ("display_data", "error"))
    assert card["data"]["text/plain"] == f"✗ {error['evalue']}"
    assert "check-card" in card["data"]["text/html"]
    assert error["traceback"] == ["Run All stops here."]
