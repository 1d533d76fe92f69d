"""A training run while it runs: the loss against its floors, redrawn now and then, with a progress bar; lines of text outside of a notebook."""

import html
import sys
import time

import numpy as np

from .plots import lines

AT_MOST = 0.05  # the share of the run's time that drawing may take
POINTS = 60  # of the curve


class LossPlot:
    """Call it with a run's history after each step (`train(…, on_step=show.LossPlot(floors))`), and the picture grows.

    floors: {name: loss} to be drawn as lines. The history needs `losses`, `steps`, `step`, `seconds`, `tokens_per_second` and `stopped`.
    In a terminal, and wherever no picture can be shown, a line is printed for every tenth of the run.
    """

    def __init__(self, floors=None, title="The loss while it learns"):
        self.floors, self.title = {name: float(loss) for name, loss in (floors or {}).items()}, title
        self._handle = None
        self._cost, self._last = 0.0, time.perf_counter()

    def __call__(self, history):
        over = history.step >= history.steps
        if not in_notebook():
            tenth = max(history.steps // 10, 1)
            if over or history.step % tenth == 0:
                print(line(history), flush=True)
            return
        now = time.perf_counter()
        if over or now - self._last > max(1.0, self._cost / AT_MOST):
            self._draw(history, over)
            self._last = time.perf_counter()
            self._cost = self._last - now

    def picture(self, history):
        """The curve so far, each point the mean of a stretch of steps."""
        middles, means = in_stretches(history.losses)
        return lines(
            {"loss": means}, self.title, "training step", "loss (nats per token)", x=middles, floors=self.floors
        )

    def _draw(self, history, over):
        from IPython.display import display

        bundle = self.picture(history)._repr_mimebundle_()
        if not over:
            bundle["text/html"] += f'<pre style="margin:0" role="status">{html.escape(bar(history))}</pre>'
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True)
        else:
            self._handle.update(bundle, raw=True)


def in_stretches(losses, points=POINTS):
    """(middles, means) of at most so many stretches of equal length; what is left at the end counts to the last one."""
    losses = np.asarray(losses, dtype=float)
    width = max(-(-len(losses) // points), 1)
    starts = np.arange(0, max(len(losses) - width + 1, 1), width)
    ends = [*starts[1:], len(losses)]
    return (starts + np.array(ends) - 1) / 2, np.array([losses[a:b].mean() for a, b in zip(starts, ends, strict=True)])


def bar(history):
    """How far a run has got, as tqdm draws it: share, steps, seconds gone and to come."""
    from tqdm import tqdm

    after = f"loss {np.mean(history.losses[-20:]):.2f}, {history.tokens_per_second:,.0f} tokens/s"
    return tqdm.format_meter(history.step, history.steps, history.seconds, ncols=92, unit="step", postfix=after)


def line(history):
    """The same as one plain line."""
    return (
        f"step {history.step:,} of {history.steps:,} · loss {np.mean(history.losses[-20:]):.2f} ·"
        f" {history.tokens_per_second:,.0f} tokens/s · {history.seconds:.0f} s"
    )


def in_notebook():
    """True if a front end that can show pictures listens."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    return shell is not None and hasattr(shell, "kernel")
