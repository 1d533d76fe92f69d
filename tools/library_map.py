"""Write the map of the library into CONTRIBUTING.md: every wing, lowest first, and every file with the first sentence of its docstring.

python tools/library_map.py            write it
python tools/library_map.py --check    exit 1 if it is out of date
"""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BEGIN, END = "<!-- map: written by tools/library_map.py -->", "<!-- map ends -->"


def wings(root=ROOT):
    """The names of WINGS in course_lib/__init__.py, lowest first; read, not imported."""
    tree = ast.parse((root / "course_lib" / "__init__.py").read_text(encoding="utf-8"))
    return next(ast.literal_eval(node.value) for node in tree.body if _assigns(node, "WINGS"))


def _assigns(node, name):
    return isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name


def first_sentence(path):
    """What a module says it is, in one sentence; raises ValueError if it says nothing."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    sentence = re.split(r"(?<=[.?!])\s", " ".join(text.split("\n\n")[0].split()), maxsplit=1)[0]
    if not sentence:
        raise ValueError(f"{path} has no docstring: its first sentence says what the file is")
    return sentence


def library_map(root=ROOT):
    """The map as Markdown."""
    lines = []
    for wing in wings(root):
        file, folder = root / "course_lib" / f"{wing}.py", root / "course_lib" / wing
        face = file if file.exists() else folder / "__init__.py"
        lines += ["", f"**`{wing}`** {first_sentence(face)}", ""]
        lines += [
            f"- `{path.relative_to(folder).as_posix()}` {first_sentence(path)}"
            for path in sorted(folder.rglob("*.py"))
            if path.name != "__init__.py"
        ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def with_map(text, new):
    """CONTRIBUTING.md's text with this map between its two marks; raises ValueError if they are not there."""
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"CONTRIBUTING.md has lost the marks of its map: {BEGIN} and {END}")
    return f"{head}{BEGIN}\n\n{new}\n\n{END}{tail}"


def main(arguments):
    path = ROOT / "CONTRIBUTING.md"
    old = path.read_text(encoding="utf-8")
    new = with_map(old, library_map())
    if arguments == ["--check"]:
        if old != new:
            print("CONTRIBUTING.md's map is out of date: run python tools/library_map.py")
        return int(old != new)
    path.write_text(new, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
