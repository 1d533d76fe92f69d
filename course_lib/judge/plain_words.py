"""What NumPy, torch and Python say when something does not fit, in a learner's words."""

import re

from .plain_torch import said_plainly

COMPARED = r"[<>]=?|[!=]="

# (what Python or NumPy says, what a learner reads: {1}, {2} are the groups)
SAID = (
    (
        r"mismatch in its core dimension .*\(size (\d+) is different from (\d+)\)",
        "for `@` the left table needs as many columns as the right one has rows, and here they are {2} and {1}",
    ),
    (
        "matmul: Input operand . does not have enough dimensions",
        "`@` multiplies tables and vectors, and here is a single number. Write `*`",
    ),
    (
        "inhomogeneous shape",
        "arrays of different shapes don't make one table. Go through the list, and compute with one array after the other",
    ),
    (
        "(?:slice|list) indices must be integers.*(?:not float|None or)",
        "a place in a table is a whole number; {whole}",
    ),
    (
        r"'(?:numpy\.)?float(?:64)?' object cannot be interpreted as an integer|expected a sequence of integers or a single integer",
        "a whole number is wanted here; {whole}",
    ),
    (r"ufunc 'bitwise_xor'|operand type\(s\) for \^", "`^` is no power in Python. Write `**`"),
    (
        "bad operand type for unary ~: 'float'|ufunc 'invert'",
        "`~` turns True and False round, and here are numbers. Compare first: `x > 0`",
    ),
    (
        "can't multiply sequence by non-int|can only concatenate list",
        "a list does not compute entry by entry. Make an array of it: `np.array(…)`",
    ),
    (
        "'(?:list|dict)' object is not callable",
        "round brackets call a function, and this is none. A place stands in square ones: `x[0]`",
    ),
    (
        r"'(?:numpy\.)?(?:int|float)(?:64)?' object is not callable",
        "round brackets call a function, and here is a number. Is a `*` missing, or are brackets too many?",
    ),
    (
        r"cannot access local variable '(\w+)'",
        "`{1}` has no value yet. Is it set only in a branch or a loop that did not run?",
    ),
    (
        r"zero-size array to reduction|(?:max|min)\(\) (?:arg|iterable argument) is (?:an )?empty",
        "there is nothing here to take the largest or smallest of",
    ),
    (
        r"object of type '(?:int|float|numpy\.float64)' has no len|len\(\) of unsized object",
        "a single number has no length",
    ),
    (r"too many values to unpack \(expected (\d+)", "there are more things than the {1} names before the `=`"),
    (
        r"not enough values to unpack \(expected (\d+), got (\d+)\)",
        "there are {1} names before the `=`, and {2} to put in",
    ),
    (r"unhashable type: '(?:list|numpy\.ndarray)'", "a list can't be a key. Make a tuple of it: `tuple(…)`"),
)


def in_plain_words(text, line=""):
    """A message as a learner would say it; `line` is the learner's own line, which tells what was meant."""
    if re.search("truth value of an array|Boolean value of Tensor", text, re.IGNORECASE):
        return _one_answer(line)
    whole = (
        "`/` gives a number with a point. Write `//`"
        if re.search("(?<!/)/(?!/)", line)
        else "`/` gives one with a point, `//` does not"
    )
    for pattern, plain in SAID:
        if found := re.search(pattern, text):
            return plain.format(text, *found.groups(), whole=whole)
    return said_plainly(text, line)


def _one_answer(line):
    """Python wanted one yes or no, and got a whole table of them."""
    if re.search(r"\b(and|or)\b", line):
        return (
            "`and` and `or` want one yes or no on each side, and here is a whole table. "
            "Join tables by `&` or `|`, with brackets around each comparison"
        )
    if re.search(r"[!=]= *None", line):
        return "`== None` compares entry by entry. Ask `is None` or `is not None` whether there is a table at all"
    if "&" in line or "|" in line:
        return "`&` and `|` come before `<` and `==`. Put brackets around each comparison: `(a <= b) & (c < d)`"
    if re.search(r"\b(if|while|assert|not)\b", line) and not re.search(COMPARED, line):
        return (
            "this asks a whole table for one yes or no. Ask `… is not None` whether there is a table at all, "
            "or let `np.where` choose entry by entry"
        )
    if len(re.findall(COMPARED, line)) > 1:
        return "a chain such as `a < b <= c` asks for one yes or no. For tables write `(a < b) & (b <= c)`"
    return (
        "this asks a whole table for one yes or no. Say which: `.any()`, `.all()` or `np.allclose`; "
        "or let `np.where` choose entry by entry"
    )
