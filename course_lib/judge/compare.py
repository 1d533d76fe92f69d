"""Are two answers the same? Numbers within a tolerance, everything else exactly; nothing that a learner can rebind decides."""

from contextlib import contextmanager
from dataclasses import dataclass
from operator import is_

import numpy as np

from .tolerance import agree

LARGEST = 1_000_000  # numbers; no exercise returns more


@dataclass(frozen=True)
class Raised:
    """The outcome of a call that ended in an exception: its type's name, a sentence for the learner, and the types that it belongs to."""

    kind: str
    sentence: str = ""
    kinds: tuple = ()

    @classmethod
    def of(cls, error, sentence=""):
        """The outcome of a call that ended in this exception; one of a class of one's own is also one of the class above it."""
        above = type(error).__mro__[: type(error).__mro__.index(Exception)]
        return cls(type(error).__name__, sentence, tuple(kind.__name__ for kind in above))


@dataclass(frozen=True)
class WrongForm:
    """The outcome of a call that returned something that is not an answer at all: a sentence that says what is wrong."""

    sentence: str


class Pristine:
    """Remembers modules as they are now, so that `np.exp = None` in a notebook can't change what the reference computes."""

    def __init__(self, *modules):
        self.before = {module: dict(vars(module)) for module in modules}

    @contextmanager
    def __call__(self):
        changed = [
            (module, name, vars(module).get(name), value)
            for module, names in self.before.items()
            if not all(map(is_, map(vars(module).get, names), names.values()))  # quick: this is asked for each outcome
            for name, value in names.items()
            if vars(module).get(name) is not value
        ]
        for module, name, _, value in changed:
            setattr(module, name, value)
        try:
            yield
        finally:
            for module, name, rebound, _ in changed:
                setattr(module, name, rebound)


pristine = Pristine(np, np.linalg, np.random)


def plain(value):
    """The value as plain Python: tuples and arrays become lists, NumPy's numbers become Python's; other things stay."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, dict):
        return {plain(key) if not isinstance(key, tuple) else key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value


def is_numeric(value):
    return isinstance(value, bool | int | float | np.ndarray | np.generic) or hasattr(value, "detach")


@pristine()
def answer(value, wanted):
    """The learner's value in the form that the reference returns (a float array, a tuple of them, or plain Python), or WrongForm."""
    if value is None:
        return WrongForm("Your function returned None. Is there a `return` line, and is it reached?")
    if hasattr(value, "__next__"):
        return WrongForm(
            f"Your function returned a {type(value).__name__}, which gives its entries only once. Put `list(…)` around it."
        )
    if isinstance(wanted, tuple):
        return _tuple(value, wanted)
    if is_numeric(wanted):
        return _array(value, np.shape(wanted))
    try:
        return plain(value)
    except Exception as error:
        return WrongForm(
            f"Your function returned a {type(value).__name__} that can't be read ({type(error).__name__})."
        )


def _tuple(value, wanted):
    if not isinstance(value, tuple | list) and np.shape(value)[:1] == (len(wanted),):
        value = list(value)  # `a, b, c = table` would do as well
    if not isinstance(value, tuple | list) or len(value) != len(wanted):
        got = f"{len(value)} things" if isinstance(value, tuple | list) else f"one {type(value).__name__}"
        return WrongForm(f"Your function returned {got}; it should return {len(wanted)} things, separated by commas.")
    parts = tuple(answer(mine, theirs) for mine, theirs in zip(value, wanted, strict=True))
    return next((part for part in parts if isinstance(part, WrongForm)), parts)


def _array(value, shape):
    if isinstance(value, tuple) and any(np.ndim(part) for part in value if is_numeric(part)):
        return WrongForm(f"Your function returned {len(value)} things; return the result alone.")
    if getattr(value, "size", None) is not None and not callable(value.size) and value.size > LARGEST:
        return WrongForm(f"Your output has shape {tuple(value.shape)}; it should have shape {shape}.")
    try:
        if isinstance(value, str | bytes):
            raise TypeError
        if hasattr(value, "detach"):
            value = value.detach().cpu().double().numpy()
        if isinstance(value, list | tuple):
            value = plain(value)
        return np.array(value, dtype=np.float64)
    except Exception:
        return WrongForm(_no_numbers(value, "a number" if shape == () else "an array of numbers"))


def _no_numbers(value, wanted):
    """A sentence on a value that can't be read as numbers."""
    if isinstance(value, list) and len({len(row) for row in value if isinstance(row, list)}) > 1:
        return "The rows of your table have different lengths. Give each row as many entries as there are columns."
    if isinstance(value, np.ndarray) and value.dtype.kind in "US":
        return f"Your function returned an array of texts, not {wanted}. Leave out the quotation marks."
    return (
        f"Your function returned {'an' if isinstance(value, np.ndarray) else 'a'} {type(value).__name__}, not {wanted}."
    )


def same(mine, theirs):
    """True if two answers (from `answer`) agree; NaN agrees with NaN."""
    if isinstance(mine, Raised) or isinstance(theirs, Raised):
        return isinstance(mine, Raised) and isinstance(theirs, Raised) and theirs.kind in (mine.kind, *mine.kinds)
    if isinstance(mine, WrongForm) or isinstance(theirs, WrongForm):
        return False
    if isinstance(theirs, tuple):
        return isinstance(mine, tuple) and len(mine) == len(theirs) and all(map(same, mine, theirs))
    if isinstance(mine, np.ndarray) and isinstance(theirs, np.ndarray):
        return mine.shape == theirs.shape and (identical(mine, theirs) or bool(agree(mine, theirs).all()))
    return type(mine) is type(theirs) and mine == theirs


def identical(mine, theirs):
    """True if two arrays hold the same bits, which is asked first: far quicker, and most often so among forks of one reference."""
    return mine.dtype == theirs.dtype and mine.tobytes() == theirs.tobytes()


def only_nan(outcome):
    parts = outcome if isinstance(outcome, tuple) else (outcome,)
    return all(isinstance(part, np.ndarray) and part.size and bool((part != part).all()) for part in parts)


def unchanged(now, before):
    """True if an input still is what it was before the call."""
    if isinstance(before, np.ndarray):
        if hasattr(now, "detach"):  # a tensor made from it, perhaps with fewer digits
            now, before = now.detach().cpu().numpy(), before.astype(str(now.dtype).removeprefix("torch."))
        now = np.asarray(now)
        return now.shape == before.shape and bool(((now == before) | ((now != now) & (before != before))).all())
    if isinstance(before, list | tuple):
        return len(now) == len(before) and all(map(unchanged, now, before))
    if hasattr(before, "detach"):
        return unchanged(now, before.detach().cpu().numpy())
    return callable(before) or now == before


def in_words(value, digits=3):
    """A short text for a number, a small array or a plain value, as a learner would read it aloud."""
    if isinstance(value, Raised):
        return f"an error ({value.kind})"
    if isinstance(value, tuple):
        return "(" + ", ".join(in_words(part, digits) for part in value) + ")"
    if isinstance(value, np.ndarray):
        if value.ndim == 0:
            return f"{float(value):.{digits}f}".rstrip("0").rstrip(".")
        if value.ndim == 1:
            shown = ", ".join(in_words(entry, digits) for entry in value[:8])
            return f"[{shown}{', …' if len(value) > 8 else ''}]"
        return f"an array of shape {value.shape}"
    if isinstance(value, float | np.floating):
        return in_words(np.asarray(value), digits)
    text = repr(plain(value))
    return text if len(text) <= 100 else text[:97] + "…"


def first_difference(mine, theirs):
    """One sentence on the first place where two answers differ."""
    if isinstance(theirs, tuple):
        number = next(i for i, pair in enumerate(zip(mine, theirs, strict=True)) if not same(*pair))
        return f"Output {number + 1} of {len(theirs)}: " + first_difference(mine[number], theirs[number])
    if isinstance(mine, dict) and isinstance(theirs, dict) and len(repr(theirs)) > 100:  # too long to be read whole
        return _different_entry(mine, theirs)
    if isinstance(theirs, np.ndarray) and mine.shape != theirs.shape:
        return f"your output has shape {mine.shape}; it should have shape {theirs.shape}."
    if not isinstance(theirs, np.ndarray) or theirs.ndim < 2:
        return f"You returned {in_words(mine)}; expected {in_words(theirs)}."
    where = np.argwhere(~agree(mine, theirs).all(-1))[0]
    place = f"Row {where[0]}" if len(where) == 1 else f"Row {[int(i) for i in where]}"
    at = tuple(where)
    return f"{place}: you returned {in_words(mine[at])}; expected {in_words(theirs[at])}."


def _different_entry(mine, theirs):
    """One sentence on the first thing in which two dictionaries differ."""
    if missing := [key for key in theirs if key not in mine]:
        return f"The entry {missing[0]!r} is missing."
    if more := [key for key in mine if key not in theirs]:
        return f"You returned an entry {more[0]!r} that is not asked for."
    key = next(key for key in theirs if mine[key] != theirs[key])
    return f"Entry {key!r}: you returned {in_words(mine[key])}; expected {in_words(theirs[key])}."
