"""The small slips of the pen, backwards: for each place in a learner's code, what might have been meant there.

`edits(tree, sizes)` lists them, the likeliest first. A place is a (container, key) that can be set and set back; nothing is tried out here.
"""

import ast
import itertools
from dataclasses import dataclass

REDUCE = {"sum", "mean", "max", "min", "norm", "amax", "amin", "prod", "std", "var", "any", "all", "logsumexp"}
CUT_OFF = {"int", "round", "around", "floor", "trunc", "rint", "astype", "ceil", "fix"}
NO_SIGN = {"abs", "fabs", "absolute", "maximum", "max", "clip", "clamp", "relu"}
LIKE = {"zeros_like", "empty_like", "full_like", "ones_like"}
PUT_ONE_FOR_ANOTHER = [
    {"max", "min"}, {"sum", "mean", "prod"}, {"argmax", "argmin"}, {"log", "log2", "log10", "log1p"}, {"any", "all"}, {"amax", "amin"},
    {"maximum", "minimum"}, {"tril", "triu"}, {"zeros", "ones"}, {"append", "extend"}, {"vstack", "hstack"}, {"std", "var"}, {"relu", "gelu"},
    {"logical_and", "logical_or"}, {"sqrt", "square"}, {"exp", "expm1", "exp2"}, {"eval", "train"}, {"isqrt", "sqrt"}, {"log2", "sqrt"},
    {"log", "sqrt"}, {"floor", "ceil"}, {"zeros_like", "ones_like"}, {"keys", "values"},
]  # fmt: skip
OPERATORS = {
    ast.Add: (ast.Sub, ast.Mult), ast.Sub: (ast.Add,), ast.Mult: (ast.Div, ast.Add, ast.MatMult),
    ast.Div: (ast.Mult, ast.FloorDiv, ast.Sub), ast.FloorDiv: (ast.Div, ast.Mod), ast.Mod: (ast.FloorDiv, ast.Div), ast.Pow: (ast.Mult,),
    ast.BitXor: (ast.Pow,), ast.MatMult: (ast.Mult,), ast.BitAnd: (ast.BitOr,), ast.BitOr: (ast.BitAnd,),
}  # fmt: skip
COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.Eq, ast.NotEq)
NEGATED = {ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is}


@dataclass
class Edit:
    """One change: of what kind, in which node, and what is set where: [(container, key, new node or list)]."""

    kind: str
    node: ast.AST
    before: str
    after: str
    places: list

    def apply(self):
        """Make the change; returns what undoes it."""
        was = [(container, key, container[key]) for container, key, _ in self.places]
        for container, key, new in self.places:
            container[key] = new
        return was


def undo(was):
    for container, key, old in reversed(was):
        container[key] = old


def called(node):
    """The last name of what a call calls: "sum" for `np.sum(x)` and `x.sum()`."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def constant(value):
    return (
        ast.UnaryOp(ast.USub(), ast.Constant(-value))
        if isinstance(value, int | float) and value < 0
        else ast.Constant(value)
    )


def expression(text):
    return ast.parse(text, mode="eval").body


def number(node):
    """The value of a number that is written out, with its sign, or None."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = number(node.operand)
        return None if value is None else -value
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return node.value
    return None


def plus(node, step):
    """`node + step`, as one would write it."""
    if (value := number(node)) is not None:
        return constant(value + step)
    if isinstance(node, ast.BinOp) and type(node.op) in (ast.Add, ast.Sub) and isinstance(number(node.right), int):
        total = number(node.right) * (1 if isinstance(node.op, ast.Add) else -1) + step
        node = node.left
    else:
        total = step
    if total == 0:
        return node
    return ast.BinOp(node, ast.Add() if total > 0 else ast.Sub(), ast.Constant(abs(total)))


def turned(node):
    """`node.T`, or the node itself if it is one already."""
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return node.value
    return ast.Attribute(node, "T", ast.Load())


def _with_keyword(call, **new):
    keywords = [keyword for keyword in call.keywords if keyword.arg not in new]
    added = [ast.keyword(name, value) for name, value in new.items() if value is not None]
    return ast.Call(call.func, call.args, keywords + added)


def _rounds(call):
    """What a loop's `range` might have been, with the kind of slip."""
    args = call.args
    if called(call) not in ("range", "arange") or not args or len(args) > 3:
        return
    stop, start = (0 if len(args) == 1 else 1), (args[0] if len(args) > 1 else None)
    names = {1: "ends_early", -1: "ends_late"}
    for step in (1, -1):
        yield names[step], ast.Call(call.func, [*args[:stop], plus(args[stop], step), *args[stop + 1 :]], call.keywords)
    if start is None:
        yield "begins_early", ast.Call(call.func, [ast.Constant(1), *args], call.keywords)
    else:
        for step in (1, -1):
            kind = "begins_late" if step < 0 else "begins_early"
            yield kind, ast.Call(call.func, [plus(start, step), *args[1:]], call.keywords)
        if number(start) == 1 and len(args) == 2:
            yield "begins_late", ast.Call(call.func, args[1:], call.keywords)
            yield "begins_late", ast.Call(call.func, [ast.Constant(0), plus(args[1], 1)], call.keywords)


def _calls(call):
    name, args = called(call), call.args
    is_method = isinstance(call.func, ast.Attribute) and getattr(call.func.value, "id", "") not in (
        "np",
        "torch",
        "F",
        "math",
        "numpy",
    )
    inner = call.func.value if is_method else args[0] if args else None
    yield from _rounds(call)
    keywords = {keyword.arg: keyword.value for keyword in call.keywords}
    if name == "len" and len(args) == 1:
        for axis in (1, 2, -1):
            yield "other_size", ast.Subscript(ast.Attribute(args[0], "shape", ast.Load()), constant(axis), ast.Load())
    if inner is not None and name in CUT_OFF:
        yield ("rounded" if name in ("round", "around") else "cut_off"), inner
    if (
        inner is not None
        and name in NO_SIGN
        and (name not in ("max", "maximum") or any(number(arg) == 0 for arg in args))
    ):
        yield "no_sign", next((arg for arg in [inner, *args] if number(arg) is None), inner)
    if "dtype" in keywords:
        yield "dtype", _with_keyword(call, dtype=None)
    elif name in LIKE:
        yield "like", _with_keyword(call, dtype=ast.Name("float", ast.Load()))
    has_axis = "axis" in keywords or "dim" in keywords or (name in REDUCE and len(args) == (1 if is_method else 2))
    if name in REDUCE:
        if has_axis and not {"keepdims", "keepdim"} & set(keywords):
            for word in ("keepdims", "keepdim"):
                yield "keepdims", _with_keyword(call, **{word: ast.Constant(True)})
        if not has_axis:
            for axis in (-1, 0):
                yield "no_axis", _with_keyword(call, axis=constant(axis))
                yield "no_axis", _with_keyword(call, axis=constant(axis), keepdims=ast.Constant(True))
                yield "no_axis", _with_keyword(call, dim=constant(axis))
                yield "no_axis", _with_keyword(call, dim=constant(axis), keepdim=ast.Constant(True))
    for word in {"axis", "dim", "keepdims", "keepdim"} & set(keywords):
        yield f"{word}_given", _with_keyword(call, **{word: None})
    for word in {"axis", "dim"} & set(keywords):
        for axis in (-1, 0, 1, -2, 2):
            if axis != number(keywords[word]):
                yield "axis", _with_keyword(call, **{word: constant(axis)})
    if name in ("reshape", "view") and is_method and (len(args) > 1 or (args and isinstance(args[0], ast.Tuple))):
        yield "reshaped", turned(inner)
        yield "reshaped", expression_of(inner, "swapaxes(-1, -2)")
        yield "reshaped", expression_of(inner, "swapaxes(1, 2)")
        if len(args) in (3, 4):
            for i, j in itertools.combinations(range(len(args)), 2):
                sizes = list(args)
                sizes[i], sizes[j] = sizes[j], sizes[i]
                swapped = ast.Call(call.func, sizes, [])
                yield (
                    "reshaped",
                    ast.Call(ast.Attribute(swapped, "swapaxes", ast.Load()), [constant(i), constant(j)], []),
                )
    if len(args) in (2, 3, 4):
        for i, j in itertools.combinations(range(len(args)), 2):
            other = list(args)
            other[i], other[j] = other[j], other[i]
            yield "arguments", ast.Call(call.func, other, call.keywords)
    for family in PUT_ONE_FOR_ANOTHER:
        for other in family - {name} if name in family else ():
            func = (
                ast.Attribute(call.func.value, other, ast.Load())
                if isinstance(call.func, ast.Attribute)
                else ast.Name(other, ast.Load())
            )
            yield "function", ast.Call(func, args, call.keywords)
    bounds = name in ("maximum", "minimum", "clip") and not is_method
    if inner is not None and (is_method or bounds or len(args) == 1):
        yield "too_much", inner
    if args and name not in ("range", "print"):
        yield "argument_too_many", ast.Call(call.func, args[:-1], call.keywords)
        yield "argument_too_many", ast.Call(call.func, [*args[:-1], ast.Constant(None)], call.keywords)
    for keyword in call.keywords:
        if keyword.arg not in (None, "axis", "dim", "keepdims", "keepdim", "dtype"):
            yield "argument_too_many", _with_keyword(call, **{keyword.arg: None})


def expression_of(inner, text):
    """`inner.text`."""
    call = expression(f"x.{text}")
    call.func.value = inner
    return call


def _operations(node):
    left, op, right = node.left, node.op, node.right
    power = isinstance(left, ast.BinOp) and isinstance(left.op, ast.Pow)
    if isinstance(op, ast.Div) and power and number(left.right) == 1:
        yield "half_power", ast.BinOp(left.left, ast.Pow(), ast.BinOp(left.right, ast.Div(), right))
    if isinstance(op, ast.BitXor):
        yield "caret", ast.BinOp(left, ast.Pow(), right)
    if isinstance(op, ast.FloorDiv):
        yield "cut_off", ast.BinOp(left, ast.Div(), right)
    if isinstance(op, ast.Mult) and isinstance(left, ast.List):
        yield "one_list", _fresh(left, right)
    yield from _brackets(left, op, right)
    for other in OPERATORS.get(type(op), ()):
        yield "operator", ast.BinOp(left, other(), right)
    if type(op) in (ast.Sub, ast.Div, ast.MatMult, ast.Pow, ast.Mod, ast.FloorDiv) and number(left) != 1 != number(
        right
    ):
        yield "order", ast.BinOp(right, op, left)
    if isinstance(op, ast.MatMult):
        yield "not_turned", ast.BinOp(left, op, turned(right))
        yield "not_turned", ast.BinOp(turned(left), op, right)
    yield "too_much", left
    yield "too_much", right
    if isinstance(op, ast.Div | ast.Mult):
        yield "no_root", ast.BinOp(left, op, ast.BinOp(right, ast.Pow(), ast.Constant(0.5)))


def _fresh(left, right):
    """`[row] * n` as n lists of their own."""
    entry = left.elts[0]
    while isinstance(entry, ast.List | ast.BinOp) and isinstance(getattr(entry, "left", None), ast.List):
        break
    return ast.ListComp(
        entry,
        [ast.comprehension(ast.Name("_", ast.Store()), ast.Call(ast.Name("range", ast.Load()), [right], []), [], 0)],
    )


def _brackets(left, op, right):
    """The other ways of reading a row of operations."""
    for inner, outer_is_left in ((left, True), (right, False)):
        if not isinstance(inner, ast.BinOp):
            continue
        a, b = inner.left, inner.right
        if outer_is_left:  # (a ∘ b) • c  ->  a ∘ (b • c)
            yield "brackets", ast.BinOp(a, inner.op, ast.BinOp(b, op, right))
        else:  # c • (a ∘ b)  ->  (c • a) ∘ b
            yield "brackets", ast.BinOp(ast.BinOp(left, op, a), inner.op, b)


def _compares(node):
    if len(node.ops) != 1:
        return
    op, rest = node.ops[0], node.comparators
    for other in COMPARISONS if isinstance(op, COMPARISONS) else ():
        if not isinstance(op, other):
            yield "comparison", ast.Compare(node.left, [other()], rest)
    if isinstance(op, ast.Eq | ast.NotEq) and getattr(rest[0], "value", 0) is None:
        yield "equals_none", ast.Compare(node.left, [ast.Is() if isinstance(op, ast.Eq) else ast.IsNot()], rest)
    if type(op) in NEGATED:
        yield "comparison", ast.Compare(node.left, [NEGATED[type(op)]()], rest)
    if isinstance(op, COMPARISONS):
        for step in (1, -1):
            yield "off_by_one", ast.Compare(node.left, [op], [plus(rest[0], step)])


def _numbers(node, sizes):
    value = number(node)
    if value is None:
        return
    for text, size in sizes if isinstance(value, int) else ():
        if value > 1 or size == value:
            yield "size_written_in", expression(text)
    near = [-value, 0.0, 1.0, 0.5, 2 * value, value / 2, 1e-5, 1e-8]
    if isinstance(value, int):
        near = [value + 1, value - 1, -value, 0, 1, 2]
    for other in dict.fromkeys(near):
        if other != value:
            yield "number", constant(other)
    if abs(value) >= 10:
        sign = "-" if value < 0 else ""
        yield "not_infinite", expression(f"{sign}float('inf')")


def _places(node, names):
    """x[…] with another place."""
    inside = node.slice
    if isinstance(inside, ast.Slice):
        for field in ("lower", "upper"):
            bound = getattr(inside, field)
            options = (
                [plus(bound, 1), plus(bound, -1), None]
                if bound
                else [ast.Constant(1)]
                if field == "lower"
                else [constant(-1)]
            )
            for option in options:
                new = ast.Slice(inside.lower, inside.upper, inside.step)
                setattr(new, field, option)
                yield "slice", ast.Subscript(node.value, new, node.ctx)
        if inside.step is not None:
            yield "slice", ast.Subscript(node.value, ast.Slice(inside.lower, inside.upper), node.ctx)
    elif isinstance(inside, ast.Tuple):
        if len(inside.elts) == 2:
            yield "place", ast.Subscript(node.value, ast.Tuple(inside.elts[::-1], ast.Load()), node.ctx)
    elif number(inside) is None or isinstance(number(inside), int):
        for step in (1, -1):
            yield "place", ast.Subscript(node.value, plus(inside, step), node.ctx)
    if isinstance(number(inside), int) and isinstance(node.ctx, ast.Load):
        yield from (("place", ast.Subscript(node.value, ast.Name(name, ast.Load()), node.ctx)) for name in names)
    if isinstance(node.ctx, ast.Load) and getattr(node.value, "attr", "") != "shape":
        yield "first_only" if number(inside) == 0 else "too_much", node.value


def alternatives(node, sizes, names):
    """(kind, what may have been meant) for an expression."""
    match node:
        case ast.Call():
            yield from _calls(node)
        case ast.BinOp():
            yield from _operations(node)
        case ast.Compare():
            yield from _compares(node)
        case ast.Subscript():
            yield from _places(node, names)
        case ast.BoolOp():
            yield "operator", ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
            if len(node.values) == 2:
                yield from (("too_much", value) for value in node.values)
        case ast.UnaryOp() if number(node) is None:
            yield "too_much", node.operand
        case ast.IfExp():
            yield "branches", ast.IfExp(node.test, node.orelse, node.body)
            yield from (("special_case", branch) for branch in (node.body, node.orelse))
        case ast.Tuple() if 2 <= len(node.elts) <= 4:
            for i, j in itertools.combinations(range(len(node.elts)), 2):
                other = list(node.elts)
                other[i], other[j] = other[j], other[i]
                yield (
                    "order_of_names" if isinstance(node.ctx, ast.Store) else "order_of_things",
                    ast.Tuple(other, node.ctx),
                )
        case ast.List() if len(node.elts) == 1:
            yield "too_much", node.elts[0]
        case ast.Attribute() if node.attr == "inf":
            yield "sign_of_infinity", ast.UnaryOp(ast.USub(), node)
        case ast.SetComp():
            yield "set_swallows", ast.ListComp(node.elt, node.generators)
        case ast.Attribute() if node.attr == "T":
            yield "turned", node.value
        case ast.Constant() if isinstance(node.value, bool):
            yield "yes_or_no", ast.Constant(not node.value)
        case ast.Name() if isinstance(node.ctx, ast.Load) and node.id in names:
            yield from (("name", ast.Name(other, ast.Load())) for other in names if other != node.id)
    if isinstance(node, ast.Constant | ast.UnaryOp):
        yield from _numbers(node, sizes)


# ---- lines ----------------------------------------------------------------------------------------------------------


def _blocks(tree):
    """(the node that holds it, the lines) of every block."""
    for node in ast.walk(tree):
        for field in ("body", "orelse"):
            lines = getattr(node, field, None)
            if isinstance(lines, list) and lines and isinstance(lines[0], ast.stmt):
                yield node, field, lines


def _whole(block, new):
    """The change of a block's lines."""
    node, field, _ = block
    return [(vars(node), field, new or [ast.Pass()])]


def line_edits(tree):
    """Changes of whole lines: moved out of a loop or into it, left out, in another order, other branches."""
    for block in list(_blocks(tree)):
        owner, _, lines = block
        if isinstance(owner, ast.Module):
            continue
        for place, line in enumerate(lines):
            before, after = lines[:place], lines[place + 1 :]
            text = ast.unparse(line).splitlines()[0]
            if isinstance(line, ast.For | ast.While) and line.body:
                last, rest = line.body[-1], line.body[:-1] or [ast.Pass()]
                if not isinstance(last, ast.Return):
                    moved = [(vars(line), "body", rest), *_whole(block, [*before, line, last, *after])]
                    yield Edit("in_the_loop", last, ast.unparse(last).splitlines()[0], "", moved)
                if after and not isinstance(after[0], ast.Return):
                    moved = [(vars(line), "body", [*line.body, after[0]]), *_whole(block, [*before, line, *after[1:]])]
                    yield Edit("after_the_loop", after[0], ast.unparse(after[0]).splitlines()[0], "", moved)
            if isinstance(line, ast.If) and after and not isinstance(after[0], ast.Return):
                moved = [(vars(line), "body", [*line.body, after[0]]), *_whole(block, [*before, line, *after[1:]])]
                yield Edit("after_the_condition", after[0], ast.unparse(after[0]).splitlines()[0], "", moved)
            if isinstance(line, ast.If) and not line.orelse and len(line.body) > 1:
                last = line.body[-1]
                moved = [(vars(line), "body", line.body[:-1]), *_whole(block, [*before, line, last, *after])]
                yield Edit("in_the_condition", last, ast.unparse(last).splitlines()[0], "", moved)
            if isinstance(line, ast.If):
                yield Edit("condition", line, ast.unparse(line.test), "", _whole(block, [*before, *line.body, *after]))
                yield Edit(
                    "special_case",
                    line,
                    f"if {ast.unparse(line.test)}",
                    "",
                    _whole(block, [*before, *line.orelse, *after]),
                )
                if line.orelse:
                    yield Edit(
                        "branches",
                        line,
                        ast.unparse(line.test),
                        "",
                        [(vars(line), "body", line.orelse), (vars(line), "orelse", line.body)],
                    )
                elif not isinstance(line.test, ast.Compare):
                    yield Edit(
                        "comparison",
                        line,
                        ast.unparse(line.test),
                        "",
                        [(vars(line), "test", ast.UnaryOp(ast.Not(), line.test))],
                    )
            if (
                isinstance(line, ast.Expr)
                and isinstance(line.value, ast.Call)
                and called(line.value) == "print"
                and line.value.args
            ):
                yield Edit("printed", line, text, "", _whole(block, [*before, ast.Return(line.value.args[0]), *after]))
            if isinstance(line, ast.AugAssign):
                yield Edit(
                    "kept_adding",
                    line,
                    text,
                    "",
                    _whole(block, [*before, ast.Assign([line.target], line.value), *after]),
                )
                for other in OPERATORS.get(type(line.op), ()):
                    new = ast.AugAssign(line.target, other(), line.value)
                    yield Edit("operator", line, text, ast.unparse(new), _whole(block, [*before, new, *after]))
            if isinstance(line, ast.Assign) and len(line.targets) == 1 and not isinstance(line.targets[0], ast.Tuple):
                for op in (ast.Add, ast.Mult):
                    new = ast.AugAssign(line.targets[0], op(), line.value)
                    yield Edit("written_over", line, text, ast.unparse(new), _whole(block, [*before, new, *after]))
            if isinstance(line, ast.Break | ast.Continue):
                yield Edit("left_too_soon", line, text, "", _whole(block, [*before, ast.Pass(), *after]))
            if not isinstance(line, ast.Return | ast.FunctionDef | ast.Import | ast.ImportFrom | ast.Pass | ast.If):
                yield Edit("one_line_too_many", line, text, "", _whole(block, [*before, *after]))
            if after and not isinstance(after[0], ast.Return) and not isinstance(line, ast.Import | ast.ImportFrom):
                yield Edit("lines_in_order", line, text, "", _whole(block, [*before, after[0], line, *after[1:]]))
        if isinstance(owner, ast.FunctionDef):
            arguments = owner.args
            for argument, default in zip(arguments.args[::-1], arguments.defaults[::-1], strict=False):
                if isinstance(default, ast.List | ast.Dict | ast.Set | ast.Call):
                    fresh = ast.Assign([ast.Name(argument.arg, ast.Store())], default)
                    yield Edit(
                        "remembers",
                        argument,
                        f"{argument.arg}={ast.unparse(default)}",
                        "",
                        _whole(block, [fresh, *lines]),
                    )
        if isinstance(owner, ast.FunctionDef) and not isinstance(lines[-1], ast.Return):
            for name in dict.fromkeys(
                node.id for node in ast.walk(owner) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            ):
                back = ast.Return(ast.Name(name, ast.Load()))
                yield Edit("no_return", lines[-1], name, f"return {name}", _whole(block, [*lines, back]))
            if isinstance(lines[-1], ast.Expr):
                back = ast.Return(lines[-1].value)
                yield Edit(
                    "no_return",
                    lines[-1],
                    ast.unparse(lines[-1]),
                    ast.unparse(back),
                    _whole(block, [*lines[:-1], back]),
                )


def _returns_in_loops(tree):
    """A `return` that ends a round of a loop, moved below the loop; out of several loops, below the outermost first."""
    for block in list(_blocks(tree)):
        _, _, lines = block
        for place, loop in enumerate(lines):
            for inner in ast.walk(loop) if isinstance(loop, ast.For | ast.While) else ():
                for field in ("body", "orelse"):
                    body = getattr(inner, field, None)
                    if isinstance(body, list) and body and isinstance(body[-1], ast.Return):
                        moved = [(vars(inner), field, body[:-1] or [ast.Pass()])]
                        moved += _whole(block, [*lines[: place + 1], body[-1], *lines[place + 1 :]])
                        yield Edit("return_in_loop", body[-1], ast.unparse(body[-1]), "", moved)


def _swapped_names(tree, names):
    """Two arguments that have changed places wherever they are used."""
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    for one, other in itertools.combinations(names, 2):
        pair = {one: other, other: one}
        places = [(vars(node), "id", pair[node.id]) for node in uses if node.id in pair]
        if {new for _, _, new in places} == {one, other}:
            first = next(node for node in uses if node.id in pair)
            yield Edit("names_swapped", first, f"{one}` and `{other}", "", places)


def _conditions(tree):
    """A comprehension without its condition."""
    for node in ast.walk(tree):
        if isinstance(node, ast.comprehension) and node.ifs:
            yield Edit("condition", node.ifs[0], ast.unparse(node.ifs[0]), "", [(vars(node), "ifs", [])])


def _spots(tree):
    """(container, key, node) of every expression."""
    for parent in ast.walk(tree):
        if isinstance(parent, ast.JoinedStr | ast.Import | ast.ImportFrom):
            continue
        for field, value in ast.iter_fields(parent):
            if isinstance(value, list):
                yield from ((value, place, child) for place, child in enumerate(value) if isinstance(child, ast.expr))
            elif isinstance(value, ast.expr):
                yield vars(parent), field, value


SIGNS = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**", ast.MatMult: "@", ast.BitAnd: "&",
    ast.BitOr: "|", ast.BitXor: "^", ast.And: "and", ast.Or: "or",
}  # fmt: skip


KEYWORDS = ("axis", "axis_given", "dim_given", "keepdims_given", "keepdim_given")


def _other_keywords(node, new):
    """The keywords of a call that the new one has not, as they are written."""
    stay = {ast.unparse(keyword) for keyword in new.keywords}
    return ", ".join(text for text in map(ast.unparse, node.keywords) if text not in stay)


def _cure(kind, node, new):
    """What should stand there instead, as it is written."""
    text = ast.unparse(new)
    return _other_keywords(new, node) or text if kind == "axis" else text


def _quote(kind, node, new):
    """What is wrong about a node, as it is written: the step that is too much, without what should stay."""
    if kind == "dtype":
        return next(f"dtype={ast.unparse(keyword.value)}" for keyword in node.keywords if keyword.arg == "dtype")
    if kind == "special_case" and isinstance(node, ast.IfExp):
        return f"if {ast.unparse(node.test)}"
    if kind in KEYWORDS:
        return _other_keywords(node, new) or ast.unparse(node)
    if kind == "too_much" and isinstance(node, ast.UnaryOp):
        return {ast.Not: "not", ast.USub: "-", ast.Invert: "~"}.get(type(node.op), "+")
    if kind != "too_much":
        return ast.unparse(node)
    sides = [node.left, node.right] if isinstance(node, ast.BinOp) else getattr(node, "values", None)
    if isinstance(node, ast.BinOp | ast.BoolOp) and any(side is new for side in sides):
        dropped = next(side for side in sides if side is not new)
        text = ast.unparse(dropped)
        text = f"({text})" if isinstance(dropped, ast.Compare | ast.BinOp | ast.BoolOp) else text
        sign = SIGNS.get(type(node.op), "")
        return f"{text} {sign}" if dropped is sides[0] else f"{sign} {text}"
    if isinstance(node, ast.Call):
        inside = ["…" if arg is new else ast.unparse(arg) for arg in node.args] + list(map(ast.unparse, node.keywords))
        if "…" in inside:
            return f"{ast.unparse(node.func)}({', '.join(inside)})"
        return f".{called(node)}({', '.join(inside)})"
    if isinstance(node, ast.Subscript):
        return f"[{ast.unparse(node.slice)}]"
    return ast.unparse(node)


# the order in which they are tried: what is common and says most comes first
ORDER = (
    "remembers", "return_in_loop", "printed", "no_return", "half_power", "caret", "one_list", "equals_none", "set_swallows", "ends_early", "begins_late",
    "dtype", "cut_off", "rounded", "like", "no_sign", "keepdims", "reshaped", "size_written_in", "first_only", "turned", "not_turned", "axis",
    "no_axis", "axis_given", "dim_given", "keepdims_given", "keepdim_given", "special_case", "condition", "argument_too_many", "too_much",
    "comparison", "off_by_one", "ends_late", "begins_early", "order", "brackets", "operator", "yes_or_no", "branches", "arguments",
    "not_infinite", "sign_of_infinity", "no_root", "slice", "place", "function", "number", "in_the_loop", "after_the_loop", "in_the_condition",
    "after_the_condition", "left_too_soon", "kept_adding", "written_over", "order_of_names", "order_of_things", "other_size", "names_swapped",
    "name", "lines_in_order", "one_line_too_many",
)  # fmt: skip


# slips that are made in several places at once
ONE_SLIP = {kind: "whole numbers" for kind in ("dtype", "cut_off", "rounded", "like")} | {
    "no_sign": "no sign",
    "first_only": "first only",
}


def edits(tree, sizes=(), names=(), arguments=()):
    """Every single change of the code, and the same change everywhere at once, the likeliest first."""
    found = [*_returns_in_loops(tree), *line_edits(tree), *_conditions(tree), *_swapped_names(tree.body[-1], arguments)]
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for container, key, node in _spots(tree):
        for kind, new in alternatives(node, sizes, names):
            if kind == "too_much" and id(node) in alone:
                continue
            ctx = getattr(node, "ctx", None)
            if isinstance(ctx, ast.Store | ast.Del) and not isinstance(new, ast.Subscript | ast.Tuple):
                continue
            found.append(Edit(kind, node, _quote(kind, node, new), _cure(kind, node, new), [(container, key, new)]))
    together = {}
    for edit in found:
        a_call = edit.kind == "too_much" and edit.before.endswith(")")  # the same function around different things
        key = ONE_SLIP.get(edit.kind) or (edit.kind, edit.before, "" if a_call else edit.after)
        together.setdefault(key, []).append(edit)
    for same in together.values():
        spots = [(id(container), key) for edit in same for container, key, _ in edit.places]
        if len(same) > 1 and len(set(spots)) == len(spots) and same[0].kind not in ("name", "number"):
            places = [place for edit in same for place in edit.places]
            found.append(Edit(same[0].kind, same[0].node, same[0].before, same[0].after, places))
    return sorted(found, key=lambda edit: ORDER.index(edit.kind))
