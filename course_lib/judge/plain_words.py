"""What NumPy, torch and Python say when something does not fit, in a learner's words."""

import re

from .plain_torch import said_plainly

COMPARED = r"[<>]=?|[!=]="


def in_plain_words(text, line=""):
    """A message as a learner would say it; `line` is the learner's own line, which tells what was meant."""
    if re.search("truth value of an array|Boolean value of Tensor", text, re.IGNORECASE):
        return _one_answer(line)
    if sizes := re.search(r"mismatch in its core dimension .*\(size (\d+) is different from (\d+)\)", text):
        return f"for `@` the left table needs as many columns as the right one has rows, and here they are {sizes[2]} and {sizes[1]}"
    if "inhomogeneous shape" in text:
        return "arrays of different shapes don't make one table. Go through the list, and compute with one array after the other"
    if re.search("slice indices must be integers|list indices must be integers.* not float", text):
        return "a place in a table is a whole number, and `/` gives a number with a point. Write `//`"
    if ("bitwise_xor" in text and "^" in line) or "operand type(s) for ^" in text:
        return "`^` is no power in Python. Write `**`"
    if "'float' object cannot be interpreted as an integer" in text and re.search(r"(?<!/)/(?!/)", line):
        return "a whole number is wanted here, and `/` gives a number with a point. Write `//`"
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
