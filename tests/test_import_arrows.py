"""Which part of course_lib may import which, and what stays unloaded until it is needed."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "course_lib"
MODULES = sorted(LIBRARY.rglob("*.py"))

# What each part may import of course_lib besides itself.
MAY_IMPORT = {
    "__init__": set(),
    "attention": set(),
    "words": set(),
    "gpt": {"attention", "words"},
    "show": {"attention", "words", "gpt"},
    "check": {"attention", "words", "gpt", "show"},
    "teach": {"attention", "words", "gpt", "show", "check"},
    "doctor": {"gpt"},
    "__main__": {"doctor", "gpt", "check", "teach"},
}
# What a part may import from outside the standard library, where that is limited.
ONLY = {"__init__": set(), "attention": {"numpy", "torch"}, "words": {"numpy"}}
TRAINS = re.compile(r"gpt\.(tiny|training|optimisers|distributed)\b")  # show never does
FIRST_LESSONS = [path for path in sorted((ROOT / "source").glob("0[0-7]_*.py"))]


def part_of(path):
    return path.relative_to(LIBRARY).with_suffix("").parts[0]


def imports(tree, path):
    """Every module that a syntax tree imports, by its full name; names imported from course_lib count as modules."""
    package = ["course_lib", *path.relative_to(LIBRARY).parent.parts]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            full = ".".join([*base, *filter(None, [node.module])])
            yield from (f"{full}.{alias.name}" for alias in node.names) if full == "course_lib" else (full,)


def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def at_import(tree):
    """The tree without the bodies of its functions: what runs when the module is imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = []
    return tree


def loaded_by(code):
    """The packages that are loaded after running code in a new Python."""
    show = "\nimport json, sys; print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    done = subprocess.run([sys.executable, "-c", code + show], capture_output=True, encoding="utf-8", cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_arrows_point_one_way(path):
    part = part_of(path)
    ours = {name.split(".")[1] for name in imports(parse(path), path) if name.startswith("course_lib.")}
    named = {name for name in ours if name in MAY_IMPORT} - {part}
    assert named <= MAY_IMPORT[part], f"{part} may import {sorted(MAY_IMPORT[part]) or 'nothing of course_lib'}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_the_mathematics_needs_numpy_or_torch_and_nothing_else(path):
    outside = {name.partition(".")[0] for name in imports(parse(path), path)} - sys.stdlib_module_names - {"course_lib"}
    assert outside <= ONLY.get(part_of(path), outside)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(LIBRARY).as_posix())
def test_torch_is_loaded_at_import_only_by_the_mathematics(path):
    assert part_of(path) in ("attention", "gpt") or "torch" not in set(imports(at_import(parse(path)), path))


@pytest.mark.parametrize("path", sorted((LIBRARY / "show").rglob("*.py")), ids=lambda path: path.name)
def test_pictures_never_train(path):
    assert not [name for name in imports(parse(path), path) if TRAINS.search(name)]


@pytest.mark.parametrize("path", FIRST_LESSONS, ids=lambda path: path.name)
def test_the_first_lessons_do_without_torch(path):
    assert not re.search(r"^\s*(import|from)\s+torch\b", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_importing_the_course_loads_nothing_heavy():
    loaded = loaded_by("import course_lib")
    assert "course_lib" in loaded
    assert loaded - {"course_lib", "sitecustomize"} <= loaded_by("")


@pytest.mark.parametrize(
    "module", ["attention.vectors", "words", "show", "check", "teach.lab", "teach.slides", "doctor"]
)
def test_a_module_of_the_first_lessons_does_not_load_torch(module):
    assert not {"torch", "pandas", "transformers"} & loaded_by(f"import course_lib.{module}")


def test_a_check_does_not_load_torch_or_matplotlib():
    code = "from course_lib.check import check\ndef dot(a, b): return sum(x * y for x, y in zip(a, b))\ncheck(dot)"
    assert not {"torch", "matplotlib"} & loaded_by(code)
