"""my_gpt/: every function that passed its check, as a file of its own that runs alone. Lesson 11 builds a GPT from them."""

import builtins
import importlib
import inspect
import sys
import types

from course_lib.disk import home, write_whole
from course_lib.judge import guarded
from course_lib.mistakes import exercise_named

from . import record
from .learners_file import run_file


def save(function, name):
    """Write the function's source, with all it needs, to my_gpt/<name>.py; return a sentence on what was kept or why it could not be."""
    if not record.recording():
        return ""
    try:
        text = source_alone(function, name)
    except (ValueError, OSError, TypeError) as error:
        return f"It could not be kept in my_gpt ({error})."
    path = home() / f"{name}.py"
    try:
        if path.exists():
            if path.read_text(encoding="utf-8") == text:
                return f"Kept in my_gpt/{name}.py."
            _keep_earlier(path)
        write_whole(path, text)
    except (OSError, UnicodeError) as error:
        return f"It could not be kept in my_gpt ({getattr(error, 'strerror', None) or error})."
    return f"Kept in my_gpt/{name}.py."


def _keep_earlier(path):
    """The earlier answer moves to my_gpt/earlier/: a learner's work is never overwritten."""
    folder = path.parent / "earlier"
    folder.mkdir(exist_ok=True)
    number = next(n for n in range(1, 100_000) if not (folder / f"{path.stem}_{n}.py").exists())
    path.replace(folder / f"{path.stem}_{number}.py")


def source_alone(function, name):
    """Source text that defines `name` and everything it uses, proven by running it; raises ValueError with a reason."""
    seen, parts, imports = set(), [], set()
    _collect(function, name, seen, parts, imports)
    text = "\n".join(sorted(imports)) + ("\n\n\n" if imports else "") + "\n\n\n".join(parts) + "\n"
    text = f'"""My {name}: it passed its check."""\n\n{text}'
    try:
        space = run_file(text, name, f"<my {name}>")
    except Exception as error:
        raise ValueError(f"its source does not run alone: {type(error).__name__}: {error}") from None
    if name not in space:
        raise ValueError("its source could not be found whole; write it with `def` at the left margin of a cell")
    exercise = exercise_named(name)
    if exercise is not None and not exercise.check(space[name]).ok:
        raise ValueError("alone, without the rest of your notebook, it gives other answers")
    return text


def _collect(value, name, seen, parts, imports):
    """Add the definition of `name` and, first, those of all names that it uses."""
    if name in seen:
        return
    seen.add(name)
    if isinstance(value, types.ModuleType):
        imports.add(f"import {value.__name__}" + (f" as {name}" if name != value.__name__ else ""))
    elif _importable(value):
        original = value.__name__
        imports.add(f"from {_face(value)} import {original}" + (f" as {name}" if name != original else ""))
    elif isinstance(value, types.FunctionType):
        if value.__closure__:
            raise ValueError("it was made inside another function; define it at the left margin of a cell")
        for used in sorted(_names_in(value.__code__)):
            if used in value.__globals__ and used != name:
                _collect(value.__globals__[used], used, seen, parts, imports)
        parts.append(_definition(value, name))
    elif isinstance(value, type):
        parts.append(inspect.getsource(value).rstrip())
    elif isinstance(value, bool | int | float | str | tuple | list | dict | type(None)) and len(repr(value)) < 10_000:
        parts.append(f"{name} = {value!r}")
    else:
        raise ValueError(
            f"it uses `{name}`, a {type(value).__name__} of your notebook; make that an argument or a plain number"
        )


def _definition(function, name):
    source = inspect.cleandoc("\n" + inspect.getsource(function)).rstrip()
    lines = source.splitlines()
    if function.__name__ == "<lambda>":
        start = next((i for i, line in enumerate(lines) if line.replace(" ", "").startswith(f"{name}=lambda")), None)
        if start is None:
            raise ValueError("it is a lambda; write it with `def`")
        return "\n".join(lines[start:])
    return source if function.__name__ == name else f"{source}\n\n\n{name} = {function.__name__}"


def _importable(value):
    """True for things that live in a library rather than in the notebook."""
    module = getattr(value, "__module__", None)
    if not isinstance(value, types.FunctionType | types.BuiltinFunctionType | type) and not hasattr(value, "__name__"):
        return False
    return (
        isinstance(module, str)
        and module not in ("__main__", "builtins")
        and not module.startswith("my_gpt")
        and _has(module, value)
    )


def _has(module, value):
    return getattr(sys.modules.get(module), getattr(value, "__name__", ""), None) is value


def _face(value):
    """The module to import a value from: for what is the course's, its wing, if that offers it under its name."""
    parts = value.__module__.split(".")
    wing = ".".join(parts[:2])
    if parts[0] != "course_lib" or value.__name__ not in dir(importlib.import_module(wing)):
        return value.__module__
    return wing if getattr(sys.modules[wing], value.__name__) is value else value.__module__


def _names_in(code):
    """Every global name that a code object may use, also in its inner functions."""
    names = {name for name in code.co_names if name not in vars(builtins)}
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            names |= _names_in(constant)
    return names


def saved():
    """{name: path} of every function in my_gpt/."""
    return {path.stem: path for path in sorted(home().glob("*.py"))}


def own_or(reference, *inputs, most=1.0):
    """(function, sentence): the learner's own saved function in place of the reference, for lessons that measure it, and which it is.

    The reference stands in if none is saved, if it no longer passes its check, or if it takes more than `most` seconds for these inputs.
    """
    name = reference.__name__
    path = saved().get(name)
    if path is None:
        return reference, f"The course's {name} is used; yours, once it has passed its check."
    space, problem = guarded(lambda: run_file(path.read_text(encoding="utf-8"), name, path))
    mine = (space or {}).get(name)
    if problem or not callable(mine) or not exercise_named(name).check(mine).ok:
        return reference, f"The course's {name} is used: yours, in my_gpt/{name}.py, no longer passes its check."
    if guarded(lambda: mine(*inputs), most)[1]:
        return (
            reference,
            f"The course's {name} is used: yours is right, and takes too long for inputs as large as these.",
        )
    return mine, f"Your own {name} is used, from my_gpt/{name}.py."
