"""The subject of the course in course_lib: the wings that lessons are about, not the machinery that checks, draws and teaches."""

import ast
import re
from functools import cache

from tests.conftest import ROOT

WINGS = ("attention", "text", "model", "inside", "costs", "train", "team", "experiments", "my_gpt")
LIBRARY = ROOT / "course_lib"


def files():
    """Every module file of these wings; not their faces, nor the frame of the file that a learner exports (test_export.py runs it)."""
    found = [path for wing in WINGS for path in sorted((LIBRARY / wing).glob("[!_]*.py"))]
    return [path for path in found if path.name != "exported_frame.py"]


def modules():
    """The same as names to import: "course_lib.attention.efficient"."""
    return [f"course_lib.{path.parent.name}.{path.stem}" for path in files()]


@cache
def homes(wing):
    """{name: module of the wing} of what its face offers, read from the face's text: nothing is imported."""
    tree = ast.parse((LIBRARY / wing / "__init__.py").read_text(encoding="utf-8"))
    offered = [node.value for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg == "submod_attrs"]
    tables = [ast.literal_eval(value) for value in offered]
    return {name: module for table in tables for module, names in table.items() for name in names}


@cache
def used_by(lesson):
    """{"attention.sentence", …}: the subject's modules from which a lesson and its sheet import, also in lines to be uncommented."""
    found = set()
    for path in (ROOT / "source").glob(f"{lesson}_*.py"):
        imports = re.findall(
            r"^ *(?:# )?from course_lib\.(\w+)(?:\.(\w+))? import ([\w, ]+)", path.read_text(encoding="utf-8"), re.M
        )
        for wing, module, names in imports:
            if wing in WINGS:
                plain = [name.split(" as ")[0].strip() for name in names.split(",")]
                found |= {f"{wing}.{module or homes(wing).get(name, name)}" for name in plain}
    return frozenset(found)
