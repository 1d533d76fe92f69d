"""Record a run while it trains: a loss for each step, and now and then all patterns of one text. What show.TrainingPlayer plays."""

import torch

from course_lib.inside import look_inside

FIRST, FACTOR = 10, 1.5  # snapshots at 0, 10, 15, 22, 33 … steps: dense where much happens


class Recording:
    """`losses`, one a step, and `snapshots` {steps done: patterns (L, H, T, T)} of a text of ids (T,); training goes on just as without it.

    Either train(model, …, on_step=Recording(ids, model)), or wrap the function that computes the loss in a loop of your own:
    learn(…, recording.watching(loss_of)). `also` is another on_step, called too.
    """

    def __init__(self, ids, model=None, also=None):
        self.ids, self.model, self.also = torch.as_tensor(ids).reshape(1, -1), model, also  # (B, T)
        self.losses, self._taken, self._next = [], {}, 0
        if model is not None:
            self._look()

    def __call__(self, history):
        """Take note of a step that is done; `history.losses` are all losses up to it."""
        self.losses = list(history.losses)
        self._look()
        if self.also is not None:
            self.also(history)

    def watching(self, loss_of):
        """The same loss_of(model, ids), with this recording looking on."""

        def watched(model, ids):
            self.model = model
            self._look()
            loss = loss_of(model, ids)
            self.losses.append(loss.item())
            return loss

        return watched

    @property
    def snapshots(self):
        """All that were taken, and one of the model as it is now."""
        if self.model is not None and len(self.losses) not in self._taken:
            self._take()
        return dict(sorted(self._taken.items()))

    def _look(self):
        if len(self.losses) >= self._next:
            self._take()
            self._next = max(FIRST, int(self._next * FACTOR), len(self.losses) + 1)

    def _take(self):
        patterns = look_inside(self.model, self.ids.to(next(self.model.parameters()).device)).patterns[:, 0]
        self._taken[len(self.losses)] = patterns.float().cpu().numpy()
