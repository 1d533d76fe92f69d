"""The learner's functions in the places of the references: one way to ask for a piece by its name, whosever it is."""

from functools import partial

from .numpy_on_torch import for_both
from .pieces import PIECES


class Pieces:
    """The learner's functions of tensors by name, `mine`, and for all other names a reference that stands in.

    `called` collects the names of the learner's functions that were in use; give several Pieces the same set to let them share it.
    """

    def __init__(self, mine=(), called=None):
        self.mine, self.called, self._made = dict(mine), set() if called is None else called, {}

    def __deepcopy__(self, memo):
        return self  # functions: a copy of a model has the same ones

    def __call__(self, name):
        """The function of that name: the learner's, or the reference, which calls the learner's smaller ones."""
        if name not in self._made:
            self._made[name] = self._noted(name) if name in self.mine else self._reference(name)
        return self._made[name]

    def has_any_of(self, *names):
        """True if one of these pieces, or one that they call, is the learner's."""
        return any(not self.mine.keys().isdisjoint({name, *PIECES[name].all_calls}) for name in names)

    def for_files(self):
        """What a learner's file gets when it imports one of these names from the course: callable with arrays and with tensors."""
        return {piece.name: for_both(self(piece.name)) for piece in PIECES.values() if piece.as_tensors}

    def _noted(self, name):
        def called(*inputs, **named):
            self.called.add(name)
            return self.mine[name](*inputs, **named)

        return called

    def _reference(self, name):
        piece = PIECES[name]
        return partial(
            piece.reference, **{smaller: self(smaller) for smaller in piece.calls if self.has_any_of(smaller)}
        )
