"""What a check says: the verdict, in two steps (what is wrong, and what to do about it), and the failing case to replay."""

from dataclasses import dataclass

RIGHT, WRONG, NOT_ATTEMPTED = "right", "wrong", "not attempted"
THEN = " ⇒ "  # in a sentence of a table: what is wrong ⇒ what to do


@dataclass(frozen=True, eq=False)
class Failure:
    """A case on which an answer was wrong: its inputs by parameter, as given; what came, and what is right, as they are compared."""

    inputs: dict
    mine: object
    wanted: object
    parts: tuple = ()


@dataclass(frozen=True)
class Verdict:
    """A state, what is right so far, the sentences with the names of their mistakes, and the smallest evidence."""

    exercise: str
    state: str
    said: tuple = ()
    evidence: str = ""
    right_so_far: str = ""
    replayable: Failure | None = None

    @property
    def ok(self):
        return self.state == RIGHT

    @property
    def names(self):
        return tuple(name for name, _ in self.said)

    @property
    def cures(self):
        """What to do, for each sentence that says so."""
        return tuple(text.split(THEN, 1)[1] for _, text in self.said if THEN in text)

    @property
    def text(self):
        """The verdict as plain text, without a mark and without the cures."""
        if self.state == RIGHT:
            return f"{self.exercise}: right."
        if self.state == NOT_ATTEMPTED:
            return f"{self.exercise}: not attempted yet. Replace `raise NotImplementedError` by your code."
        words = [self.right_so_far, *(text.split(THEN, 1)[0] for _, text in self.said), self.evidence]
        return f"{self.exercise}: not yet. " + " ".join(filter(None, words))
