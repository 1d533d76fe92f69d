"""What PyTorch says of shapes, types and gradients, and NumPy of shapes, said again in a learner's words: (pattern, sentence or function)."""

import re

SIZES = r"\[?\(?([\d, x*-]*)\)?\]?"

NO_GRADIENT = "there is no gradient: `.grad` is None until `backward` has run, and stays None for what the loss does not depend on"
WHY_NONE = "Does a function lack its `return`, or was an argument left out?"

RULES = (
    # ---- shapes: products
    (
        r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)",
        "for a product of tables the left one needs as many columns as the right one has rows, and here they are {1} and {2}",
    ),
    (
        r"Expected size for first two dimensions of batch2 tensor to be: \[\d+, (\d+)\] but got: \[\d+, (\d+)\]",
        "for a product of tables the left one needs as many columns as the right one has rows, and here they are {0} and {1}",
    ),
    (
        r"size mismatch, got input \(\d+\), mat \(\d+x(\d+)\), vec \((\d+)\)",
        "for a table times a vector the table needs as many columns as the vector has entries, and here they are {0} and {1}",
    ),
    (
        r"inconsistent tensor size, expected tensor \[(\d+)\] and src \[(\d+)\]",
        "both vectors need equally many entries, and here they are {0} and {1}",
    ),
    (
        r"shapes \(([\d, ]+)\) and \(([\d, ]+)\) not aligned: (\d+) .* != (\d+)",
        "`dot` needs as many columns on the left as rows on the right, and here they are {2} and {3}",
    ),
    (r"(self|mat2|batch\d) must be a (matrix|3D tensor)", lambda found, line: _axes_wanted(found[2] == "matrix")),
    (
        r"(?:vector \+ )?matrix @ vector expected|input must be a matrix|vec must be a vector",
        "`mv` takes one table and one vector. `@` takes more axes, too",
    ),
    # ---- shapes: entry by entry
    (
        r"The size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) at non-singleton dimension (\d+)",
        lambda found, line: _entry_by_entry(found[1], found[2], f"along axis {found[3]}", line),
    ),
    (
        r"operands could not be broadcast together with shapes ((?:\([\d, ]*\) ?)+)",
        lambda found, line: _shapes(re.findall(r"\([\d, ]*\)", found[1]), line),
    ),
    (
        r"operands could not be broadcast together with remapped shapes .*: (\([\d, ]+\))->\S+ (\([\d, ]+\))->",
        "in `einsum` one letter belongs to two different sizes: the tables have shapes {0} and {1}",
    ),
    (
        r"could not broadcast input array from shape (\([\d, ]*\)) into shape (\([\d, ]*\))",
        "something of shape {0} does not fit into a place of shape {1}",
    ),
    (
        r"The expanded size of the tensor \((\d+)\) must match the existing size \((\d+)\).*Target sizes: (\[[\d, ]*\]).*Tensor sizes: (\[[\d, ]*\])",
        "something of shape {3} does not fit into a place of shape {2}",
    ),
    (
        r"shape mismatch: value tensor of shape (\[[\d, ]*\]) cannot be broadcast to indexing result of shape (\[[\d, ]*\])",
        "something of shape {0} does not fit into a place of shape {1}",
    ),
    # ---- shapes: cut anew, put together
    (
        r"shape '(\[[-\d, ]+\])' is invalid for input of size (\d+)",
        "{1} numbers can't be cut into the shape {0}: a shape's sizes multiply to the number of entries",
    ),
    (
        r"cannot reshape array of size (\d+) into shape (\([-\d, ]+\))",
        "{0} numbers can't be cut into the shape {1}: a shape's sizes multiply to the number of entries",
    ),
    (
        "view size is not compatible with input tensor's size and stride",
        "`view` only works on numbers that lie side by side in memory, and these are a slice of a longer table, or axes were swapped. Write `reshape`",
    ),
    (
        r"Sizes of tensors must match except in dimension (\d+)\. Expected size (\d+) but got size (\d+)",
        "to join tensors along axis {0}, all other axes must have equal sizes, and here are {1} and {2}",
    ),
    (
        r"stack expects each tensor to be equal size, but got (\[.*?\]) at entry 0 and (\[.*?\])",
        "`stack` wants equal shapes, and here are {0} and {1}",
    ),
    ("all input arrays must have the same shape", "`stack` wants equal shapes, and these differ"),
    (
        r"all the input arrays must have same number of dimensions, .* has (\d+) dimension.* has (\d+) dimension",
        "to join arrays they need equally many axes, and here are {0} and {1}",
    ),
    (
        r"all the input array dimensions except for the concatenation axis must match exactly, but along dimension (\d+), .* has size (\d+) .* has size (\d+)",
        "to join arrays, all other axes must have equal sizes, and along axis {0} they are {1} and {2}",
    ),
    (
        r"expected sequence of length (\d+) at dim \d+ \(got (\d+)\)",
        "the rows of a table need equal lengths, and here are {0} and {1}",
    ),
    (
        r"Given normalized_shape=(\[[\d, ]+\]), expected input with shape .*, but got input of size(\[[\d, ]+\])",
        "the norm is made for a last axis of size {0}, and the shape here is {1}",
    ),
    # ---- axes and places
    (
        r"Dimension out of range \(expected to be in range of \[-(\d+), -?\d+\], but got (-?\d+)\)",
        lambda found, line: f"there is no axis {found[2]}: the tensor has {_how_many(int(found[1]), 'axis', 'axes')}",
    ),
    (
        r"axis (-?\d+) is out of bounds for array of dimension (\d+)",
        lambda found, line: f"there is no axis {found[1]}: the array has {_how_many(int(found[2]), 'axis', 'axes')}",
    ),
    (
        r"input\.dim\(\) = (\d+) is not equal to len\(dims\) = (\d+)",
        "`permute` wants a number for each axis: here are {0} axes and {1} numbers",
    ),
    ("axes don't match array", "`transpose` wants a number for each axis, and there are more or fewer axes"),
    (
        r"index (-?\d+) is out of bounds for (?:axis|dimension) (\d+) with size (\d+)",
        lambda found, line: (
            f"there is no place {found[1]} along axis {found[2]}: it has {found[3]}{_counted_from_0(int(found[3]))}"
        ),
    ),
    (r"too many indices for (?:tensor|array)", "there are more places in the brackets than the table has axes"),
    (
        "index out of range in self",
        "an id is as large as the table has rows, or larger: the last row is `len(table) - 1`",
    ),
    (r"Target (-?\d+) is out of bounds", "the target id {0} is none of the ids that there are logits for"),
    (
        r"tensors used as indices must be long|only integers, slices .* are valid indices|'indices' to have one of the following scalar types",
        "a place in a table is a whole number, and here is something else. Whole numbers are `long` in PyTorch and `int` in NumPy",
    ),
    # ---- the loss
    (
        r"Expected target size \[(\d+), (\d+)\], got \[(\d+), (\d+)\]",
        "`F.cross_entropy` wants the classes on axis 1, and here the words are on the last axis. Put all places below each other first, or swap the axes",
    ),
    (
        r"Expected input batch_size \((\d+)\) to match target batch_size \((\d+)\)",
        "there must be one target for each row of logits, and here are {0} rows and {1} targets",
    ),
    (
        r"expected target dtype to be Long or Byte, but got (\w+)",
        "targets are ids, whole numbers of the type `long`, and these are {0}",
    ),
    # ---- gradients
    (
        "element 0 of tensors does not require grad",
        "nothing that needs a gradient leads to this number. Does `no_grad`, `detach`, `item` or a new tensor cut it off from the weights?",
    ),
    (
        "grad can be implicitly created only for scalar outputs",
        "`backward` begins at one number, and here are several. Take their mean or their sum first",
    ),
    (
        r"'(?:float|int)' object has no attribute 'backward'",
        "`backward` needs the tensor, and this is a plain number. `.item()` comes after `backward`",
    ),
    (
        r"'NoneType' object has no attribute '(\w+)'",
        lambda found, line: (
            NO_GRADIENT if "grad" in line or found[1] == "zero_" else f"`{found[1]}` is asked of None. {WHY_NONE}"
        ),
    ),
    (r"'NoneType' object is not (?:subscriptable|iterable|callable)", lambda found, line: f"this is None. {WHY_NONE}"),
    (
        "Trying to backward through the graph a second time",
        "`backward` was called twice for one computation. Compute the loss anew before the second call",
    ),
    (
        "leaf Variable that requires grad is being used in an in-place operation",
        "weights that need gradients can't be changed in place while PyTorch keeps track. Do it inside `with torch.no_grad():`, or on a copy",
    ),
    (
        r"Can't call numpy\(\) on Tensor that requires grad",
        "NumPy can't take a tensor that keeps track of gradients. Use torch's own function, or `.detach()` first",
    ),
    # ---- types
    (
        r"expected m1 and m2 to have the same dtype, but got: (.+) != (.+)|expected scalar type (\w+) but found (\w+)",
        lambda found, line: (
            f"both sides need one type of number, and here are {found[1] or found[3]} and {found[2] or found[4]}. `.float()` makes both alike"
        ),
    ),
    (
        "Expected all tensors to be on the same device",
        "the tensors are on different devices. Make new ones with `device=x.device`",
    ),
    (
        r"could not infer output dtype.*Got: (\w+)|mean\(\): input dtype should be|Input dtype must be either a floating point or complex dtype",
        "a mean needs numbers with a point, and these are whole. Write `.float()` first",
    ),
    (
        r"masked_fill_? only supports boolean masks|expected condition to be a (?:boolean|bool) tensor",
        "a mask holds True and False, and this one holds numbers. Compare first, or write `.bool()`",
    ),
    (
        r"(?i)subtract(?:ion)?, the `-` operator,.*(?:bool|not supported)",
        "True and False can't be subtracted. Join them: `a & ~b` is True where a is and b is not",
    ),
    (
        r"(?i)negat(?:ion|ive), the `-` operator,",
        "`-` turns numbers round. To swap True and False, write `~`",
    ),
    (
        r"argument 'input' \(position 1\) must be Tensor, not ([\w.]+)",
        "torch's functions work on tensors, and this is a {0}. Use the one of `math` or of NumPy, or make a tensor of it",
    ),
    (
        r"(\w+)\(\): argument '\w+' \(position \d+\) must be (?:tuple of ints|int), not float|(\w+)\(\) received an invalid .*float",
        lambda found, line: (
            f"`{found[1] or found[2]}` wants whole numbers as sizes, and `/` gives one with a point. Write `//`"
        ),
    ),
    (
        r"(\w+)\(\): argument '(?:tensors|size|normalized_shape)' \(position \d+\) must be tuple of \w+, not (\w+)",
        "`{0}` wants a list or a tuple here, and this is one {1}. Put brackets around it",
    ),
    (
        r"Cannot interpret '(\d+)' as a data type",
        lambda found, line: (
            f"the second argument is the type, and {found[1]} is none. The sizes of a shape stand in brackets: `((rows, columns))`"
        ),
    ),
    (
        r"only one element tensors can be converted|a Tensor with (\d+) elements cannot be converted to Scalar"
        r"|only (?:0-dimensional|length-1|size-1) arrays can be converted to Python scalars",
        "one number is wanted here, and this holds several",
    ),
    (
        "setting an array element with a sequence",
        "one place of an array holds one number, and here are several, or lists of different lengths",
    ),
    (
        r"unsupported operand type\(s\) for [^:]+: '(?:torch\.)?return_types\.(max|min)'",
        "`{0}` along an axis gives two things, values and places. Take `.values`",
    ),
    (
        r"unsupported operand type\(s\) for (?:\*\* or pow\(\)|[^:]+): (?:'NoneType' and|'\w[\w.]*' and 'NoneType')",
        lambda found, line: (
            "one of the two sides is None" + (": not every tensor has a gradient" if "grad" in line else "")
        ),
    ),
    (
        r"unsupported operand type\(s\) for [^:]+: 'list' and|unsupported operand type\(s\) for [^:]+: '\w+' and 'list'",
        "Python's lists can't be computed with entry by entry. Make an array of it, or go through it in a loop",
    ),
    (
        r"'(?:Tensor|numpy\.ndarray|torch\.Size|tuple)' object is not callable",
        "there are round brackets behind a table. A place stands in square ones: `x[0]`",
    ),
    (
        r"'(?:builtin_function_or_method|method)' object is not subscriptable",
        "there are square brackets behind a method. Call it with round ones",
    ),
    (r"'(\w+)' object is not iterable", "a loop goes through several things, and this is one {0}"),
    (
        r"name '(\w+)' is not defined",
        "there is nothing called `{0}` here. Is it misspelt, or made in a cell that has not run?",
    ),
)


def said_plainly(text, line=""):
    """A message of PyTorch's or NumPy's in a learner's words, or the same text."""
    for pattern, words in RULES:
        if found := re.search(pattern, text):
            return words(found, line) if callable(words) else words.format(*(group or "" for group in found.groups()))
    return text


def _how_many(number, one, many):
    return f"one {one}" if number == 1 else f"{number} {many}"


def _counted_from_0(size):
    return f", the last is place {size - 1}" if size else ", so there is none"


def _axes_wanted(two):
    if two:
        return "`mm` takes two tables with two axes each. `@` takes more axes, too"
    return "`bmm` takes two stacks of tables, three axes each. `@` takes any number"


def _keep_the_axis(line):
    """A hint, where the learner's own line takes a sum or a largest number along an axis and does not keep the axis."""
    reduces = re.search(r"\b(sum|mean|max|amax|min|norm|std|var)\b", line) and re.search(
        r"\b(axis|dim) *=|\((-?\d|.*, *-?\d)\)", line
    )
    return (
        ". Does a `sum`, `mean` or `max` lose an axis here? `keepdims=True` keeps it"
        if reduces and "keepdim" not in line
        else ""
    )


def _entry_by_entry(one, other, where, line):
    return f"two tables of different sizes, {one} and {other} {where}, can't be put together entry by entry{_keep_the_axis(line)}"


def _shapes(shapes, line):
    shapes = [shape.replace(",", ", ").replace(", )", ",)") for shape in shapes if shape != "()"][:2]
    return f"tables of shapes {' and '.join(shapes)} can't be put together entry by entry{_keep_the_axis(line)}"
