"""What NumPy, torch and Python say when something does not fit, in a learner's words."""

import re

COMPARED = r"[<>]=?|[!=]="

# (what is said, what a learner reads: {1}, {2} are the groups)
SAID = (
    (
        r"mismatch in its core dimension .*\(size (\d+) is different from (\d+)\)",
        "for `@` the left table needs as many columns as the right one has rows, and here they are {2} and {1}",
    ),
    (
        r"shapes \(([\d,]+)\) and \(([\d,]+)\) not aligned: (\d+) .*!= (\d+)",
        "the shapes ({1}) and ({2}) don't fit: the left one needs as many columns as the right one has rows, and here they are {3} and {4}",
    ),
    (
        r"matmul: Input operand \d does not have enough dimensions",
        "`@` multiplies tables and vectors, and here is a single number. Write `*`",
    ),
    (
        r"could not be broadcast together with shapes? (\(.+?\)) (\(.+?\))(?:\s|$)",
        "the shapes {1} and {2} don't fit entry by entry: compared from the right, two sizes must be equal, or one of them 1",
    ),
    (
        r"could not broadcast input array from shape (\(.+\)) into shape (\(.+\))",
        "something of shape {1} does not fit into a place of shape {2}",
    ),
    (r"cannot reshape array of size (\d+) into shape (\(.+\))", "{1} numbers don't fill the shape {2}"),
    (
        "inhomogeneous shape",
        "arrays of different shapes don't make one table. Go through the list, and compute with one array after the other",
    ),
    ("setting an array element with a sequence", "a whole list does not fit into the place of one number"),
    (
        r"all the input array dimensions .*must match exactly",
        "arrays that are joined must have the same size along every other axis",
    ),
    (
        r"index (-?\d+) is out of bounds for axis (\d+) with size (\d+)",
        "there is no place {1} along axis {2}: it has {3}, counted from 0",
    ),
    (
        r"too many indices for array: array is (\d+)-dimensional, but (\d+) were indexed",
        "{2} indices are too many for this array: it has {1}",
    ),
    (
        r"axis (-?\d+) is out of bounds for array of dimension (\d+)",
        "there is no axis {1}: the array has {2}, counted from 0",
    ),
    (
        r"(?:slice|list) indices must be integers.*(?:not float|None or)|only integers, slices .* are valid indices",
        "a place in a table is a whole number; {whole}",
    ),
    (
        r"'(?:numpy\.)?float(?:64)?' object cannot be interpreted as an integer|expected a sequence of integers or a single integer",
        "a whole number is wanted here; {whole}",
    ),
    (
        r"numpy boolean subtract",
        "`-` does not work between tables of True and False. For “this, and not that” write `this & ~that`",
    ),
    (r"numpy boolean negative", "`-` does not turn True into False. Write `~`, or `not` for a single one"),
    (r"bitwise_xor|operand type\(s\) for \^", "`^` is no power in Python. Write `**`"),
    (
        r"bad operand type for unary ~: 'float'|ufunc 'invert'",
        "`~` turns True and False round, and here are numbers. Compare first: `x > 0`",
    ),
    (
        r"operand type\(s\) for .*(?:: 'NoneType' and|and 'NoneType')",
        "one side is None. Is a `return` missing, or was nothing put in yet?",
    ),
    (
        "'NoneType' object is not (?:subscriptable|iterable|callable)",
        "this is None. Is a `return` missing, or was nothing put in yet?",
    ),
    (
        r"'NoneType' object has no attribute '(\w+)'",
        "what stands before `.{1}` is None. Is a `return` missing, or was nothing put in yet?",
    ),
    (
        r"operand type\(s\) for .*(?:: 'list' and|and 'list')|can't multiply sequence by non-int|can only concatenate list",
        "a list does not compute entry by entry. Make an array of it: `np.array(…)`",
    ),
    (
        "'(?:numpy.ndarray|list|tuple|dict)' object is not callable",
        "round brackets call a function, and this is none. For an entry write square ones: `x[i]`",
    ),
    (
        "cannot access local variable '(\\w+)'",
        "`{1}` has no value yet. Is it set only in a branch or a loop that did not run?",
    ),
    (
        "zero-size array to reduction|(?:max|min)\\(\\) (?:arg|iterable argument) is (?:an )?empty",
        "there is nothing here to take the largest or smallest of",
    ),
    (
        r"'(?:numpy\.)?(?:int|float)(?:64)?' object is not iterable",
        "here is a single number, and a loop or a sum wants several. All places up to n are `range(n)`",
    ),
    (
        r"'(?:numpy\.)?(?:int|float)(?:64)?' object is not callable",
        "round brackets call a function, and here is a number. Is a `*` missing, or are brackets too many?",
    ),
    (
        r"object of type '(?:int|float|numpy\.float64)' has no len|len\(\) of unsized object",
        "a single number has no length",
    ),
    ("axes don't match array", "name every axis of the array once, and no others"),
    (r"too many values to unpack \(expected (\d+)", "there are more things than the {1} names before the `=`"),
    (
        r"not enough values to unpack \(expected (\d+), got (\d+)\)",
        "there are {1} names before the `=`, and {2} to put in",
    ),
    ("unhashable type: '(?:list|numpy.ndarray)'", "a list can't be a key. Make a tuple of it: `tuple(…)`"),
)


def in_plain_words(text, line=""):
    """A message as a learner would say it; `line` is the learner's own line, which tells what was meant."""
    if re.search("truth value of an array|Boolean value of Tensor", text, re.IGNORECASE):
        return _one_answer(line)
    whole = (
        "`/` gives a number with a point. Write `//`" if "/" in line else "`/` gives one with a point, `//` does not"
    )
    for pattern, plain in SAID:
        if found := re.search(pattern, text):
            return plain.format(text, *map(_spaced, found.groups()), whole=whole)
    return text


def _spaced(shape):
    """NumPy's "(2,3)" as Python shows it."""
    return shape and shape.replace(",", ", ").replace(", )", ",)").replace("newaxis", "-1")


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
