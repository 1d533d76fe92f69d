"""Which wing of course_lib may import which, by its face, and what stays unloaded until it is needed."""

import ast
import graphlib
import importlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from course_lib import WINGS

ROOT = Path(__file__).resolve().parents[1]
LIBRARY = ROOT / "course_lib"
MODULES = sorted(LIBRARY.rglob("*.py"))
FILES = {path.stem for path in LIBRARY.glob("*.py")}  # wings of one file, without a face

# What a part may import from outside the standard library, where that is limited.
ONLY = {"__init__": set(), "disk": set(), "attention": {"numpy", "torch"}}
MAY_LOAD_TORCH = {"attention", "text", "model", "inside", "costs", "train", "team", "experiments", "my_gpt"}
LESSONS = sorted((ROOT / "source").glob("[0-9]*.py"))
FIRST_LESSONS = [path for path in LESSONS if path.name < "08"]


def wing_of(path):
    """The wing that a file belongs to; "__init__" for the library's own."""
    return path.relative_to(LIBRARY).with_suffix("").parts[0]


def is_face(path):
    return path.name == "__init__.py" or path.parent == LIBRARY


def offered(wing):
    """The names that a wing's face offers."""
    return set(getattr(importlib.import_module(f"course_lib.{wing}"), "__all__", ()))


def from_course(tree):
    """(module, names) of every absolute import from course_lib."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level and (node.module or "").startswith("course_lib"):
            yield node.module, [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names if alias.name.startswith("course_lib"))


def behind_a_face(module, names):
    """Why an import is not one from a face, or None: course_lib.WING, or a file that the face of WING offers by its name."""
    _, *parts = module.split(".")
    if len(parts) > 1 and (len(parts) > 2 or parts[1] not in offered(parts[0])):
        return f"{module} is behind the face of {parts[0]}: offer {', '.join(names)} there"
    if len(parts) == 1 and parts[0] not in FILES:
        missing = [name for name in names if name not in offered(parts[0])]
        return f"the face of {parts[0]} does not offer {', '.join(missing)}" if missing else None
    return None


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


def test_every_wing_stands_in_the_list_once():
    found = {wing_of(path) for path in MODULES} - {"__init__"}
    assert found == set(WINGS)
    assert len(WINGS) == len(found)


def test_no_import_runs_up():
    up = []
    for path in MODULES:
        above = WINGS[: WINGS.index(wing_of(path))] if wing_of(path) in WINGS else ()
        named = {name.split(".")[1] for name in imports(parse(path), path) if name.startswith("course_lib.")}
        up += [f"{path.relative_to(ROOT)} imports {name}" for name in named & set(WINGS) - {wing_of(path), *above}]
    assert up == []


def test_no_two_files_import_each_other_at_their_top():
    """A circle would make it matter which of them is asked for first."""
    graph = {}
    for path in MODULES:
        name = ".".join(("course_lib", *path.relative_to(LIBRARY).with_suffix("").parts)).removesuffix(".__init__")
        graph[name] = set(imports(at_import(parse(path)), path))
    for name in graph:
        graph[name] = {other for other in graph[name] if other in graph and other != name}
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, with the circle


def test_wings_import_from_each_other_by_their_faces():
    wrong = [
        f"{path.relative_to(ROOT)}: {problem}"
        for path in MODULES
        for module, names in from_course(parse(path))
        if (problem := behind_a_face(module, names)) or module.split(".")[1:2] == [wing_of(path)]
    ]
    assert wrong == []


def test_lessons_import_from_faces_alone():
    wrong = []
    for path in LESSONS:
        lines = re.sub(r"^# (?=from course_lib)", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        found = re.findall(r"^ *from (course_lib[\w.]*) import ([\w, ]+?)(?: as \w+)?(?: *#.*)?$", lines, re.MULTILINE)
        wrong += [
            f"{path.name}: {problem}"
            for module, names in found
            if (problem := behind_a_face(module, names.split(", ")))
        ]
    assert wrong == []


@pytest.mark.parametrize("wing", [wing for wing in WINGS if wing not in FILES])
def test_a_face_offers_only_what_is_there(wing):
    face = importlib.import_module(f"course_lib.{wing}")
    assert [name for name in face.__all__ if not hasattr(face, name)] == []


def test_a_lesson_in_numpy_has_names_of_the_mathematics_only_from_numpy():
    """Names that stand twice, for arrays and for tensors, come from the face for arrays."""
    import course_lib.attention as face

    assert face.attend.__module__ == "course_lib.attention.numpy_attention"


def test_the_mathematics_needs_numpy_or_torch_and_nothing_else():
    for path in MODULES:
        named = {name.partition(".")[0] for name in imports(parse(path), path)}
        outside = named - sys.stdlib_module_names - {"course_lib"}
        if is_face(path):
            outside -= {"lazy_loader"}
        assert outside <= ONLY.get(wing_of(path), outside), path


def test_torch_is_loaded_at_import_only_by_what_computes_with_it():
    loads = {wing_of(path) for path in MODULES if "torch" in set(imports(at_import(parse(path)), path))}
    assert loads <= MAY_LOAD_TORCH


def test_pictures_never_train():
    trains = {"course_lib.train", "course_lib.team", "course_lib.experiments"}
    for path in (LIBRARY / "show").rglob("*.py"):
        assert not trains & set(imports(parse(path), path)), path


def test_the_first_lessons_do_without_torch():
    for path in FIRST_LESSONS:
        assert not re.search(r"^\s*(import|from)\s+torch\b", path.read_text(encoding="utf-8"), re.MULTILINE), path


def test_importing_the_course_loads_nothing_heavy():
    loaded = loaded_by("import course_lib")
    assert "course_lib" in loaded
    assert loaded - {"course_lib", "sitecustomize"} <= loaded_by("")


@pytest.mark.parametrize(
    "module",
    [
        "attention.numpy_attention",
        "text.word_vectors",
        "show.figures.patterns",
        "check.commands",
        "teach.lab",
        "teach.slides",
        "doctor",
    ],
)
def test_a_module_of_the_first_lessons_does_not_load_torch(module):
    assert not {"torch", "pandas", "transformers"} & loaded_by(f"import course_lib.{module}")


def test_a_check_does_not_load_torch_or_matplotlib():
    code = "from course_lib.check import check\ndef dot(a, b): return sum(x * y for x, y in zip(a, b))\ncheck(dot)"
    assert not {"torch", "matplotlib"} & loaded_by(code)
