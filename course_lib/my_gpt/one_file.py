"""Functions of many small files in one file: what each file defines and imports, with one meaning for each name, and nothing twice."""

import ast
import importlib.util
import re
import sys
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from .learners_file import MOVED

NUMPY = "torch._numpy"  # PyTorch's own NumPy: its arrays carry gradients


class NotCarried(Exception):
    """Why a file cannot be carried over, in a sentence."""


@dataclass(frozen=True)
class Import:
    """A name for a module, or for something in it."""

    name: str
    module: str
    entry: str = ""

    def __str__(self):
        known_as = f" as {self.name}" if self.name != (self.entry or self.module) else ""
        return f"from {self.module} import {self.entry}{known_as}" if self.entry else f"import {self.module}{known_as}"

    @property
    def of_course(self):
        return self.module.partition(".")[0] == "course_lib"


@dataclass(frozen=True)
class Part:
    """A statement at the left margin, with the comments above it; `name` is what it defines, or ""."""

    name: str
    text: str

    @property
    def uses(self):
        """The names that it uses, of those that it does not define within itself."""
        return {name for name, *_ in _uses(self.text)}

    def renamed(self, names):
        """The same with other names for what is defined outside of it (and for itself)."""
        lines = self.text.splitlines()
        places = [use for use in _uses(self.text, defined=True) if use[0] in names]
        for name, line, column in sorted(places, key=lambda use: use[1:], reverse=True):
            row = lines[line - 1].encode()
            lines[line - 1] = (row[:column] + names[name].encode() + row[column + len(name.encode()) :]).decode()
        return Part(names.get(self.name, self.name), "\n".join(lines))


@dataclass
class File:
    """What a file imports and defines, in its order."""

    imports: list = field(default_factory=list)
    parts: list = field(default_factory=list)

    @property
    def with_numpy(self):
        return any(entry.module.startswith(NUMPY) for entry in self.imports)


def read(text, package=""):
    """The File of a source text; raises NotCarried if there is more in it than imports and definitions."""
    found, lines, end = File(), text.splitlines(), 0
    for node in ast.parse(text).body:
        start = min([node.lineno, *(decorator.lineno for decorator in getattr(node, "decorator_list", ()))]) - 1
        while start > end and lines[start - 1].startswith("#"):
            start -= 1
        end = node.end_lineno
        if isinstance(node, ast.Import | ast.ImportFrom):
            found.imports += _imports(node, package)
        elif not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):  # or a docstring
            found.parts.append(Part(_name(node), "\n".join(lines[start:end])))
    return found


def _name(node):
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return node.name
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    if isinstance(node, ast.Assign | ast.AnnAssign) and len(targets) == 1 and isinstance(targets[0], ast.Name):
        return targets[0].id
    raise NotCarried(f"besides functions, there is `{ast.unparse(node).splitlines()[0][:60]}` in it")


def _imports(node, package):
    for alias in node.names:
        if alias.name == "*":
            raise NotCarried("it imports `*`; name what it needs")
        module = alias.name if isinstance(node, ast.Import) else (node.module or "")
        if getattr(node, "level", 0):
            module = importlib.util.resolve_name("." * node.level + module, package)
        module = MOVED.get(module, module)
        module, name = re.sub(r"^numpy\b", NUMPY, module), alias.asname or alias.name
        if isinstance(node, ast.ImportFrom):
            yield Import(name, module, alias.name)
        elif module.startswith(NUMPY):
            yield Import(alias.asname or "numpy", module if alias.asname else NUMPY)
        elif alias.asname and "." in module:
            yield Import(name, *module.rsplit(".", 1))  # import a.b as c: the same as from a import b as c
        else:
            yield Import(name, module)


# ---- which names a statement uses ------------------------------------------------------------------------------------


@cache
def _uses(text, defined=False):
    """(name, line, column in bytes) of every name that is not local; `defined`: of those too that it defines at the left margin."""
    found = []

    def visit(node, local):
        if isinstance(node, ast.Name):
            if node.id not in local and (defined or isinstance(node.ctx, ast.Load)):
                found.append((node.id, node.lineno, node.col_offset))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
            if defined and not isinstance(node, ast.Lambda) and node.name not in local:
                column = node.col_offset + (6 if isinstance(node, ast.ClassDef) else 4)
                found.append((node.name, node.lineno, column))
            body = node.body if isinstance(node.body, list) else [node.body]
            outside = [child for child in ast.iter_child_nodes(node) if child not in body]
            for child in outside:
                visit(child, local)
            for child in body:
                visit(child, local | _local(node))
        else:
            for child in ast.iter_child_nodes(node):
                visit(child, local)

    visit(ast.parse(text), frozenset())
    return found


def _local(function):
    """The names that a function has for itself: its arguments, and what it assigns, imports or defines."""
    names, outside = set(), set()
    arguments = getattr(function, "args", None)
    if arguments:
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        names |= {argument.arg for argument in every if argument}
    waiting = list(function.body) if isinstance(function.body, list) else [function.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.Global):
            outside |= set(node.names)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
            continue
        if not isinstance(node, ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return frozenset(names - outside)


# ---- one file for all ------------------------------------------------------------------------------------------------


def without_course(file, pieces):
    """The File with what it imports from course_lib written out in it; `pieces` are there under their names and only called so."""
    ours = [entry for entry in file.imports if entry.of_course]
    known_as = {entry.name: entry.entry for entry in ours if entry.entry in pieces and entry.name != entry.entry}
    parts = [part.renamed(known_as) for part in file.parts]
    imports = [entry for entry in file.imports if not entry.of_course]
    for entry in ours:
        if entry.entry not in pieces:
            lent = _lent(entry, pieces)
            imports += [more for more in lent.imports if more not in imports]
            parts = [*(part for part in lent.parts if part.name not in {own.name for own in parts}), *parts]
    for part in parts:
        for node in ast.walk(ast.parse(part.text)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.startswith("course_lib") for name in names):
                raise NotCarried("it imports from course_lib inside a function; do that at the top of its cell")
    return File(imports, parts)


def _lent(entry, pieces):
    """A function of the course that is no piece, with all that it needs, as a File."""
    spec = importlib.util.find_spec(entry.module)
    value = getattr(importlib.import_module(entry.module), entry.entry, None) if entry.entry else None
    home = getattr(value, "__module__", None)
    if not callable(value) or not home or not spec:
        raise NotCarried(f"it uses `{entry.name}` of course_lib, which is no function")
    source = importlib.import_module(home)
    whole = read(Path(source.__file__).read_text(encoding="utf-8"), home.rpartition(".")[0])
    parts = needed(whole.parts, {value.__name__}, pieces)
    used = set().union(*(part.uses for part in parts))
    imports = [line for line in whole.imports if line.name.partition(".")[0] in used]
    if entry.name != value.__name__:
        parts = [part.renamed({value.__name__: entry.name}) for part in parts]
    return without_course(File(imports, parts), pieces)


def with_real_numpy(file):
    """The File with NumPy itself, under its own name, since `np` is PyTorch's."""
    modules = {entry.name: "numpy" for entry in file.imports if entry.module == NUMPY and not entry.entry}
    imports = [
        replace(
            entry,
            name=modules.get(entry.name, entry.name),
            module=re.sub(f"^{re.escape(NUMPY)}", "numpy", entry.module),
        )
        for entry in file.imports
    ]
    return File(imports, [part.renamed(modules) for part in file.parts])


def needed(parts, names, there=()):
    """The parts that define these names, and all that those use, in their order."""
    names = set(names)
    while True:
        more = set().union(*(part.uses for part in parts if part.name in names)) - names - set(there)
        more &= {part.name for part in parts}
        if not more:
            return [part for part in parts if part.name in names]
        names |= more


def settled(name, file, taken, pieces):
    """The File of piece `name` with names that mean nothing else in `taken` ({name: Part or Import}), which it adds its own to.

    What is there already under the same name and with the same text is left out; what is different gets the name X_of_NAME. A helper that is
    one of the learner's `pieces` ({name: Part}) word for word is that piece.
    """
    others, imports, parts = {}, [], []

    def free(thing):
        new = replace(thing, name=f"{thing.name}_of_{name}") if isinstance(thing, Import) else None
        others[thing.name] = f"{thing.name}_of_{name}"
        return new or thing.renamed(others)

    for entry in file.imports:
        if taken.get(entry.name, entry) != entry:
            entry = free(entry)
        taken[entry.name] = entry
        imports.append(entry)
    for part in file.parts:
        part = part.renamed(others)
        if part.name == name:
            parts.append(part)
            continue
        there = pieces if part.name in pieces else taken
        if there.get(part.name, part) != part:
            part = free(part)
        elif part.name in there:
            continue  # word for word
        taken[part.name] = part
        parts.append(part)
    return File(imports, parts)


def in_order(imports):
    """The lines of all imports, as isort has them: the standard library, a gap, everything else."""

    def rows(entries):
        plain = sorted({str(entry) for entry in entries if not entry.entry}, key=lambda row: row.split()[1])
        return plain + _joined([entry for entry in entries if entry.entry])

    standard = [entry for entry in imports if entry.module.partition(".")[0] in sys.stdlib_module_names]
    groups = [rows(standard), rows([entry for entry in imports if entry not in standard])]
    return "\n\n".join("\n".join(group) for group in groups if group)


def _joined(entries):
    """`from a import b, c`: one line for each module; what has another name here gets a line of its own."""
    rows = {}
    for entry in sorted(set(entries), key=lambda entry: (entry.module, entry.entry, entry.name)):
        own_line = entry.name != entry.entry
        rows.setdefault((entry.module, entry.entry if own_line else ""), []).append(entry)
    lines = []
    for (module, _), group in rows.items():
        lines.append(str(group[0]) if len(group) == 1 else f"from {module} import {', '.join(e.entry for e in group)}")
    return lines
