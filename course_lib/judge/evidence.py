"""The evidence of a failed check in words: the inputs of the case that failed, and the entries in which two answers differ."""

import inspect
from dataclasses import dataclass

import numpy as np

from .compare import Raised, WrongForm, YesNo, same
from .tolerance import agree

FEW = 12  # numbers that are shown one by one
LONGEST = 90  # characters of one value
INPUTS = 240  # characters of all inputs together
DIGITS = (3, 4, 5, 6, 8, 10, 12, 15, 17)  # as many as it takes until two numbers look different
NOTHING = "nothing"  # where an entry is not there at all
LOOKS = {"nan": "NaN", "inf": "∞", "-inf": "-∞"}


# ---- one value ------------------------------------------------------------------------------------------------------


def number(x, digits=3):
    """A number in short: 0.333, 12, 6e-09; NaN and ∞ by their signs."""
    if isinstance(x, bool | np.bool_):
        return str(bool(x))
    if isinstance(x, int | np.integer):
        return str(int(x))
    x = float(x)
    if str(x) in LOOKS:
        return LOOKS[str(x)]
    if x and not 10.0**-digits <= abs(x) < 1e15:
        return f"{x:.{digits}g}"
    text = f"{x:.{digits}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def numbers(x, y):
    """Two numbers in short, with as many digits as it takes to see that they differ; two that agree look alike."""
    if agree(np.float64(x), np.float64(y)):
        return number(y), number(y)
    pairs = ((number(x, digits), number(y, digits)) for digits in DIGITS)
    return next((pair for pair in pairs if pair[0] != pair[1]), (repr(x), repr(y)))


def in_words(value):
    """A short text for a number, a small array or any other value, as it would be typed or read aloud."""
    if isinstance(value, Raised):
        return f"an error ({value.kind})"
    if isinstance(value, WrongForm):
        return "no answer"
    value = as_array(value)
    if isinstance(value, np.ndarray) and value.size > FEW:
        return sized(value)
    if isinstance(value, tuple) and sum(as_array(one).size for one in _arrays_in(value)) > FEW:
        return f"{len(value)} things: {', '.join(map(in_words, value))}"
    if isinstance(value, list) and len(_typed(value)) > LONGEST and isinstance(value[0], list):
        return f"a list with {_count(len(value), 'entry')}"
    return _shortened(value)


def as_array(value):
    """A tensor as an array; anything else stays."""
    return value.detach().cpu().numpy() if hasattr(value, "detach") else value


def _typed(value):
    """A value as it would be typed, its numbers in short."""
    value = as_array(value)
    if callable(value):
        return _function(value)
    if isinstance(value, YesNo):
        return _typed(value.astype(bool).tolist())
    if isinstance(value, np.ndarray):
        return _typed(value.tolist())
    if isinstance(value, float | np.floating | np.integer | np.bool_):
        return number(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_typed, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(_typed, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_typed(key)}: {_typed(entry)}" for key, entry in value.items()) + "}"
    return repr(value)


def _shortened(value):
    """A value as it would be typed; a long list or dictionary is cut between two entries."""
    text = _typed(value)
    if len(text) <= LONGEST:
        return text
    if isinstance(value, dict | list | tuple) and value:
        opened, closed = text[0], text[-1]
        one_by_one = [_typed({k: v})[1:-1] for k, v in value.items()] if isinstance(value, dict) else map(_typed, value)
        shown, room = [], LONGEST - 5
        for entry in one_by_one:
            room -= len(entry) + 2
            if room < 0:
                break
            shown.append(entry)
        if shown:
            return f"{opened}{', '.join(shown)}, …{closed}"
    return _cut(text)


def _cut(text):
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def sized(value):
    """How large an array is: in words up to two axes, else by its shape."""
    thing = "entry" if isinstance(value, YesNo) or value.dtype.kind == "b" else "number"
    if value.ndim == 0:
        return f"one {thing}"
    columns = _count(value.shape[-1], thing)
    if value.ndim == 1:
        return columns if value.size != 1 else f"an array with {columns}"
    return (
        f"a table with {_count(value.shape[0], 'row')} of {columns}"
        if value.ndim == 2
        else f"an array of shape {value.shape}"
    )


def _count(n, thing):
    return f"{n} {thing if n == 1 else thing.replace('entry', 'entrie') + 's'}"


# ---- two answers ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Difference:
    """Where two answers differ first ("" for the whole answer), and what stands there in each."""

    where: str
    yours: str
    expected: str

    def sentence(self, said="you returned"):
        """In one sentence; `said` introduces the learner's answer."""
        if self.yours == NOTHING:
            return f"{self.where} is missing; expected {self.expected}."
        if self.expected == NOTHING:
            return f"{self.where}: {said} {self.yours}, and there should be no such entry."
        text = f"{said} {self.yours}; expected {self.expected}."
        return f"{self.where}: {text}" if self.where else text[0].upper() + text[1:]


def difference(mine, theirs, parts=()):
    """The first place where two answers (from compare.answer) differ, or None; parts: what each of several compared things is."""
    if same(mine, theirs):
        return None
    if isinstance(mine, Raised | WrongForm) or isinstance(theirs, Raised | WrongForm):
        return Difference("", in_words(mine), in_words(theirs))
    if isinstance(theirs, tuple):
        return _of_several(mine, theirs, parts)
    if isinstance(theirs, np.ndarray):
        return _of_arrays(mine, theirs)
    return _of_plain_values(mine, theirs)


def first_difference(mine, theirs, parts=()):
    """One sentence on the first place where two answers differ; "" if they don't."""
    found = difference(mine, theirs, parts)
    if found is None:
        return ""
    if parts and isinstance(theirs, tuple):
        part, _, place = found.where.partition(": ")
        return f"{part} differ. {Difference(place, found.yours, found.expected).sentence('yours')}"
    return found.sentence()


def wrong_shape(mine, theirs, parts=()):
    """A sentence if an array, alone or among several (called as in `parts`), does not have the shape that it should have, else ""."""
    if isinstance(mine, tuple) and isinstance(theirs, tuple) and len(mine) == len(theirs):
        for place, pair in enumerate(zip(mine, theirs, strict=True)):
            if said := wrong_shape(*pair):
                if parts:
                    return f"{parts[place]}: {said.removeprefix('You returned ').removeprefix('Your output has ')}"
                return f"Output {place + 1} of {len(theirs)}: {said[0].lower()}{said[1:]}"
        return ""
    if not (isinstance(mine, np.ndarray) and isinstance(theirs, np.ndarray)) or mine.shape == theirs.shape:
        return ""
    if max(mine.ndim, theirs.ndim) <= 2:
        return f"You returned {sized(mine)}; expected {sized(theirs)}."
    return f"Your output has shape {mine.shape}; it should have shape {theirs.shape}."


def _of_several(mine, theirs, parts):
    place = next(i for i, pair in enumerate(zip(mine, theirs, strict=True)) if not same(*pair))
    if not parts and all(isinstance(part, np.ndarray) and not part.ndim for part in (*mine, *theirs)):
        pairs = [numbers(*pair) for pair in zip(mine, theirs, strict=True)]
        return Difference("", *(f"({', '.join(side)})" for side in zip(*pairs, strict=True)))
    found = difference(mine[place], theirs[place])
    part = parts[place] if parts else f"Output {place + 1} of {len(theirs)}"
    inner = found.where[:1].lower() + found.where[1:] if not parts else found.where
    between = ", " if not parts else ": "
    return Difference(f"{part}{between}{inner}" if inner else part, found.yours, found.expected)


def _of_arrays(mine, theirs):
    if not isinstance(mine, np.ndarray) or mine.shape != theirs.shape:
        return Difference("", sized(mine) if isinstance(mine, np.ndarray) else in_words(mine), sized(theirs))
    if theirs.ndim == 0:
        return Difference("", *_texts(mine, theirs))
    wrong = ~agree(np.asarray(mine), np.asarray(theirs))
    row = tuple(map(int, np.argwhere(wrong.any(-1))[0])) if theirs.ndim > 1 else ()
    if theirs.shape[-1] <= FEW:
        where = {0: "", 1: f"Row {row[0]}"}.get(len(row), f"Row {list(row)}") if row else ""
        return Difference(where, *_rows(mine[row], theirs[row]))
    entry = int(np.argmax(wrong[row]))
    where = {0: f"Entry {entry}", 1: f"Row {row[0] if row else 0}, entry {entry}"}
    at = (*row, entry)
    return Difference(where.get(len(row), f"Entry {list(at)}"), *_texts(mine[at], theirs[at], mine, theirs))


def _rows(mine, theirs):
    """Two rows of numbers as two texts, in which what differs looks different."""
    pairs = [_texts(x, y, mine, theirs) for x, y in zip(np.asarray(mine), np.asarray(theirs), strict=True)]
    return tuple(f"[{', '.join(side)}]" for side in zip(*pairs, strict=True))


def _texts(x, y, mine=None, theirs=None):
    """Two numbers as two texts; True and False where the array that they come from held those."""
    texts = numbers(x, y)
    sides = zip((x, y), (x if mine is None else mine, y if theirs is None else theirs), texts, strict=True)
    return tuple(str(bool(one)) if isinstance(array, YesNo) else text for one, array, text in sides)


def _of_plain_values(mine, theirs, where=""):
    """The first place where two plain values differ; both whole, if they are short enough."""
    long = max(len(_typed(mine)), len(_typed(theirs))) > LONGEST
    if long and isinstance(mine, str) and isinstance(theirs, str):
        return Difference(where, *_around(mine, theirs))
    if long and type(mine) is type(theirs) and isinstance(mine, list | dict):
        yours, expected = (dict(enumerate(side)) if isinstance(side, list) else side for side in (mine, theirs))
        place = next((key for key in [*expected, *yours] if not _there_alike(key, yours, expected)), None)
        if place is not None:
            where = f"{where}, entry {place!r}" if where else f"Entry {place!r}"
            if place in yours and place in expected:
                return _of_plain_values(yours[place], expected[place], where)
            sides = [_shortened(side[place]) if place in side else NOTHING for side in (yours, expected)]
            return Difference(where, *sides)
    return Difference(where, *_unlike(mine, theirs))


def _there_alike(key, mine, theirs):
    return key in mine and key in theirs and mine[key] == theirs[key]


def _unlike(mine, theirs):
    """Two plain values as two texts that differ: more digits, or what kind of thing each is, if it takes that."""
    yours, expected = _shortened(mine), _shortened(theirs)
    if yours == expected:
        yours, expected = repr(mine), repr(theirs)
    if yours == expected:
        yours, expected = (f"{text} ({_a(type(it).__name__)})" for text, it in ((yours, mine), (expected, theirs)))
    return yours, expected


def _around(mine, theirs, room=40):
    """The pieces of two long texts around the first letter that differs."""
    first = next((i for i, pair in enumerate(zip(mine, theirs, strict=False)) if len(set(pair)) > 1), None)
    start = max(0, (min(len(mine), len(theirs)) if first is None else first) - room // 2)
    return tuple(
        f"{'…' if start else ''}{text[start : start + room]!r}{'…' if len(text) > start + room else ''}"
        for text in (mine, theirs)
    )


# ---- the inputs ------------------------------------------------------------------------------------------------------


def inputs_in_words(inputs):
    """{parameter: value} as one phrase: shapes always, values where they are small, so "q (2, 3), n_head = 4"."""
    for longest in (2 * LONGEST, 0):
        shown = [described(name, value, longest) for name, value in inputs.items()]
        if sum(len(text) + 2 for text in shown) <= INPUTS:
            break
    return ", ".join(shown)


def with_inputs(inputs, said=""):
    """A sentence on what happened, with the inputs; on the inputs alone, if there is nothing more to say."""
    phrase = inputs_in_words(inputs)
    if not phrase:
        return said
    if said.startswith(("You ", "Expected ")):
        return f"With {phrase}: {said[0].lower()}{said[1:]}"
    return f"{said} That was with {phrase}.".strip()


def whole(value, most=200):
    """A value as it is, row by row; its size, if it holds more than `most` numbers."""
    value = as_array(value)
    if not isinstance(value, np.ndarray) or not value.ndim:
        return in_words(value)
    if value.size > most:
        return sized(value)
    value = value.astype(bool) if isinstance(value, YesNo) else np.asarray(value)
    return np.array2string(value, separator=", ", formatter={"all": number})


def rows(inputs, found=None):
    """The evidence as a table of [(what, how large or where, its value)]: the inputs, and what differs (a Difference)."""
    table = [(name, *_size_and_content(value)) for name, value in inputs.items()]
    table = [(name, size, content if len(content) <= 2 * LONGEST or not size else "") for name, size, content in table]
    if found:
        where = found.where[:1].lower() + found.where[1:]
        table += [row for row in (("yours", where, found.yours), ("expected", where, found.expected)) if row[2]]
    return table


def described(name, value, longest=LONGEST):
    """One input in words: what it is called, how large it is, and what it holds if that takes at most `longest` characters."""
    size, content = _size_and_content(value)
    text = " ".join(filter(None, [name, size]))
    return f"{text} = {content}" if content and (len(content) <= longest or not size) else text


def _size_and_content(value):
    """(how large or what it is, what it holds): one of both may be empty."""
    if _of_torch(value, "Module"):
        count = sum(p.numel() for p in value.parameters())
        return f"({type(value).__name__}, {_count(count, 'parameter')})", ""
    if callable(value):
        return f"({_function(value)})", ""
    if hasattr(value, "shape") and hasattr(value, "ndim"):
        return _array_input(value)
    if _arrays_in(value):
        return _arrays_input(value)
    if isinstance(value, str | list | tuple | dict):
        text, cut = _typed(value), _shortened(value)
        things = {str: "character", dict: "entry"}.get(type(value), "entry")
        return ("", text) if text == cut else (f"({_count(len(value), things)})", cut)
    text = _typed(value)
    return ("", text) if len(text) <= LONGEST and " at 0x" not in text else (f"({type(value).__name__})", "")


def _function(value):
    """What a function is, in words: by its own repr, its docstring, or its name."""
    if type(value).__repr__ is not object.__repr__ and " at 0x" not in repr(value) and not inspect.isbuiltin(value):
        return _cut(repr(value).strip("<>"))
    said = (value.__doc__ or "").split("\n")[0].rstrip(".") if inspect.isfunction(value) else ""
    if said and len(said) <= LONGEST:
        return said[0].lower() + said[1:]
    called = getattr(value, "__name__", type(value).__name__)
    return "a function" if called.startswith(("<", "_")) else called


def _array_input(value):
    array = as_array(value)
    content = _typed(array) + _gradient(value) if array.size <= FEW else ""
    if array.ndim == 1:
        return "" if content else f"({_count(len(array), 'number')})", content
    return str(array.shape) if array.ndim else "", content


def _gradient(value):
    """What a tensor's gradient is, if it has one."""
    grad = getattr(value, "grad", None) if getattr(value, "is_leaf", False) else None
    return "" if grad is None else f" with the gradient {_typed(grad)}"


def _arrays_input(value):
    arrays = _arrays_in(value)
    small = sum(as_array(one).size for one in arrays) <= FEW
    grads = [one.grad for one in arrays if getattr(one, "is_leaf", False)]
    size, content = _shapes(value), _typed(value) if small else ""
    if any(grad is not None for grad in grads):
        without = [str(place) for place, grad in enumerate(grads) if grad is None]
        content += f", gradients {_typed(grads)}" if small else ""
        size += f", no gradient at place {' and '.join(without)}" if without and not small else ""
    return f"({size})", content


def _shapes(value):
    """The shapes in a list of arrays, or of lists of arrays."""
    shapes = [f"[{_shapes(one)}]" if isinstance(one, list | tuple) else _shape(one) for one in value]
    return f"{len(shapes)} × {shapes[0]}" if len(set(shapes)) == 1 and len(shapes) > 1 else ", ".join(shapes)


def _shape(one):
    return str(tuple(one.shape)) if hasattr(one, "shape") else _typed(one)


def _arrays_in(value):
    """All arrays and tensors in a list of them, or in a list of lists."""
    if getattr(value, "ndim", 0):
        return [value]
    return [one for entry in value for one in _arrays_in(entry)] if isinstance(value, list | tuple) else []


def _of_torch(value, kind):
    return any(c.__name__ == kind and c.__module__.startswith("torch.") for c in type(value).__mro__)


def _a(name):
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"
