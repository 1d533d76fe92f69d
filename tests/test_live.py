"""The live plot: it draws what happened, seldom enough, with words; outside of a notebook it prints lines."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from course_lib.show.figures import loss_plot as live


def history(step, steps=100):
    losses = list(np.linspace(4, 1, steps)[:step])
    return SimpleNamespace(
        losses=losses, step=step, steps=steps, seconds=step / 10, tokens_per_second=12345.6, stopped=""
    )


@pytest.fixture
def notebook(monkeypatch):
    """A front end that keeps what it is shown, and a clock that is set by hand."""
    seen, clock = [], SimpleNamespace(now=0.0)

    def display(bundle, raw, display_id):
        seen.append(("new", bundle))
        return SimpleNamespace(update=lambda bundle, raw: seen.append(("update", bundle)))

    monkeypatch.setattr(live, "in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", display)
    monkeypatch.setattr(live.time, "perf_counter", lambda: clock.now)
    return seen, clock


def test_outside_of_a_notebook_a_line_for_each_tenth(capsys):
    plot = live.LossPlot({"floor": 1.0})
    for step in range(1, 101):
        plot(history(step))
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 10
    assert said[4] == "step 50 of 100 · loss 2.80 · 12,346 tokens/s · 5 s"


def test_one_picture_that_is_redrawn_about_every_second(notebook):
    seen, clock = notebook
    plot = live.LossPlot({"floor": 1.0})
    for step in range(1, 101):
        clock.now += 0.1
        plot(history(step))
    assert [kind for kind, _ in seen] == ["new"] + ["update"] * (len(seen) - 1)
    assert 8 <= len(seen) <= 11
    assert "tokens/s" in seen[0][1]["text/html"]
    assert "<pre" not in seen[-1][1]["text/html"], "the bar goes when the run is over"
    alt = re.search(r'alt="([^"]+)"', seen[-1][1]["text/html"])[1]
    assert "marks floor at 1" in alt
    assert "ends at 1.0" in alt


def test_slow_drawing_takes_a_small_share_of_the_time(notebook, monkeypatch):
    seen, clock = notebook
    plot = live.LossPlot()
    draw = plot._draw

    def slow(*given):
        clock.now += 0.5
        draw(*given)

    monkeypatch.setattr(plot, "_draw", slow)
    for step in range(1, 1001):
        clock.now += 0.1  # 100 seconds of training
        plot(history(step, 1000))
    assert len(seen) * 0.5 <= 0.06 * 100 + 1


@pytest.mark.parametrize("n", [1, 2, 59, 60, 61, 119, 120, 1000])
def test_stretches_hold_every_loss_once(n):
    losses = np.random.default_rng(n).random(n)
    middles, means = live.in_stretches(losses)
    assert len(means) == len(middles) <= live.POINTS
    assert middles[0] >= 0
    assert middles[-1] <= n - 1
    assert (np.diff(middles) > 0).all()
    if n <= 60:
        np.testing.assert_allclose(means, losses)


def test_the_bar_is_tqdms():
    said = live.bar(history(25))
    assert re.match(r" 25%\|.+\| 25/100 \[00:02<00:07", said)
    assert "loss 3.56, 12,346 tokens/s" in said
