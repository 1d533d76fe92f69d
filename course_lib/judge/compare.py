"""Are two answers the same? Numbers within a tolerance, everything else exactly; nothing that a learner can rebind decides."""

from contextlib import contextmanager
from dataclasses import dataclass
from operator import is_
from types import SimpleNamespace

import numpy

from .tolerance import agree

np = SimpleNamespace(**vars(numpy))  # NumPy as it is now: `np.array = None` in a notebook changes nothing here

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


class YesNo(np.ndarray):
    """Numbers 1 and 0 that were True and False, and are shown as such."""


class Pristine:
    """Remembers modules as they are now, so that `np.exp = None` in a notebook can't change what the reference computes."""

    def __init__(self, *modules):
        self.before, self.inside = {module: dict(vars(module)) for module in modules}, False

    @contextmanager
    def __call__(self):
        if self.inside:
            yield
            return
        changed = [
            (module, name, vars(module).get(name), value)
            for module, names in self.before.items()
            if not all(map(is_, map(vars(module).get, names), names.values()))  # quick: this is asked for each outcome
            for name, value in names.items()
            if vars(module).get(name) is not value
        ]
        for module, name, _, value in changed:
            setattr(module, name, value)
        self.inside = True
        try:
            yield
        finally:
            self.inside = False
            for module, name, rebound, _ in changed:
                setattr(module, name, rebound)


pristine = Pristine(numpy, numpy.linalg, numpy.random)


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
    numbers = all(is_numeric(part) and not np.ndim(part) for part in wanted)
    if not isinstance(value, tuple | list) and np.shape(value)[:1] == (len(wanted),):
        value = list(value)  # `a, b, c = table` would do as well
    if not isinstance(value, tuple | list) or len(value) != len(wanted):
        arrays = all(is_numeric(part) and np.ndim(part) for part in wanted)
        things = "numbers" if numbers else "arrays" if arrays else "things"
        return WrongForm(f"Your function returned {_how_many(value)}; it should return {len(wanted)} {things}.")
    parts = tuple(answer(mine, theirs) for mine, theirs in zip(value, wanted, strict=True))
    return next((part for part in parts if isinstance(part, WrongForm)), parts)


def _how_many(value):
    """How many things a value is, in words: "3 things", "a list with 1 entry", "one array"."""
    if isinstance(value, tuple) and len(value) > 1:
        return f"{len(value)} things"
    if isinstance(value, list | tuple):
        return f"a {type(value).__name__} with {len(value)} {'entry' if len(value) == 1 else 'entries'}"
    if is_numeric(value):
        return "one array" if np.ndim(value) else "one number"
    return f"one {type(value).__name__}"


def _array(value, shape):
    if isinstance(value, tuple) and any(np.ndim(part) for part in value if is_numeric(part)):
        if len(value) == 1:
            return WrongForm("Your function returned a tuple. Is there a comma behind the result? Return it alone.")
        return WrongForm(f"Your function returned {len(value)} things; return the result alone.")
    if getattr(value, "size", None) is not None and not callable(value.size) and value.size > LARGEST:
        return WrongForm(f"Your output holds {value.size:,} numbers; it should hold {int(np.prod(shape))}.")
    try:
        if isinstance(value, str | bytes):
            raise TypeError
        if hasattr(value, "detach"):
            value = value.detach().cpu()
            value = value.double().numpy() if value.is_floating_point() else value.numpy()
        if isinstance(value, list | tuple):
            value = plain(value)
        value = np.asarray(value)
        if value.dtype == object and None in value.ravel().tolist():
            raise TypeError
        numbers = np.array(value, dtype=np.float64)
        return numbers.view(YesNo) if value.dtype == bool else numbers
    except Exception:
        return WrongForm(_no_numbers(value, "a number" if shape == () else "an array of numbers"))


def _no_numbers(value, wanted):
    """A sentence on a value that can't be read as numbers."""
    if isinstance(value, list) and len({len(row) for row in value if isinstance(row, list)}) > 1:
        return "The rows of your table have different lengths. Give each row as many entries as there are columns."
    inside = _kinds_inside(value)
    if inside & {str, np.str_}:
        return f"Your function returned texts, not {wanted}. Leave out the quotation marks."
    if type(None) in inside:
        return f"There is a None in what your function returned, and {wanted} is wanted. Is an entry never filled, or a `return` missing?"
    kind = type(value).__name__
    return f"Your function returned {'an' if kind[0] in 'aeiou' else 'a'} {kind}, not {wanted}."


def _kinds_inside(value):
    """The types of the entries of a list or an array, however deep it is."""
    entries = value.flat if isinstance(value, np.ndarray) else value if isinstance(value, list) else ()
    return {kind for entry in entries for kind in (_kinds_inside(entry) if isinstance(entry, list) else {type(entry)})}


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
