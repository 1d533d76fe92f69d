"""What a function will import when it runs, found without running it, so that it can be imported before a clock starts."""

import contextlib
import dis
import importlib
import sys
import types


def import_all_that(function):
    """Import what this function imports, and what the functions of the same notebook import that it calls; torch takes seconds."""
    for module, names in imports_of(function):
        with contextlib.suppress(Exception):
            importlib.import_module(module)
            for name in names:
                if not hasattr(sys.modules[module], name):  # asked for, it is loaded, where a package loads lazily
                    importlib.import_module(f"{module}.{name}")


def imports_of(function):
    """[(module, names)] of all that a function imports in its body, or a helper of the same notebook that it calls."""
    found, seen, waiting = [], set(), [function]
    while waiting:
        thing = waiting.pop()
        thing = getattr(thing, "__wrapped__", thing)
        if not isinstance(thing, types.FunctionType) or id(thing) in seen:
            continue
        seen.add(id(thing))
        for code in _codes(thing.__code__):
            found += _imported(code)
            named = [thing.__globals__.get(name) for name in code.co_names]
            waiting += [other for other in named if getattr(other, "__globals__", None) is thing.__globals__]
        waiting += [cell.cell_contents for cell in thing.__closure__ or () if cell != types.CellType()]
    return found


def _codes(code):
    """This code and that of all functions written inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _codes(constant)


def _imported(code):
    """[(module, names)] of `import a.b` and of `from a import b`, where b may be a module too."""
    found = []
    for instruction in dis.get_instructions(code):
        if instruction.opname == "IMPORT_NAME" and instruction.argval:
            found.append((instruction.argval, []))
        if instruction.opname == "IMPORT_FROM" and found:
            found[-1][1].append(instruction.argval)
    return found
