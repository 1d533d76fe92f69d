"""What decides a notebook's outputs: its code, what that imports of course_lib, and the pinned versions."""

import ast
import hashlib
import json
import re


def code_of(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def imported(root, code, lesson):
    """Every file of course_lib that this code imports, directly or not."""
    found, todo = set(), [code, f"import course_lib.check.lesson_{lesson}"]
    while todo:
        for node in ast.walk(
            ast.parse("\n".join(line for line in todo.pop().splitlines() if not line.lstrip().startswith(("%", "!"))))
        ):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("course_lib"):
                names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            for name in names:
                base = root / name.replace(".", "/")
                new = {path for path in (base.with_suffix(".py"), base / "__init__.py") if path.exists()} - found
                for path in new:
                    found.add(path)
                    package = ".".join(path.parent.relative_to(root).parts)
                    text = re.sub(r"from \.(?=\w)", f"from {package}.", path.read_text(encoding="utf-8"))
                    todo.append(re.sub(r"from \. import", f"from {package} import", text))
    return found


def digest(root, built, name):
    """A hash of all that decides a notebook's outputs: its code, what it imports of course_lib, and the pinned versions."""
    files = imported(root, "\n".join(code_of(built)), name[:2]) | {root / "constraints.txt"}
    text = "\n".join(code_of(built)) + "".join(
        path.read_text(encoding="utf-8") for path in sorted(files) if path.exists()
    )
    return hashlib.sha256(text.encode()).hexdigest()


class Remembered:
    """What each notebook was executed from last time on this machine (.build/, not committed)."""

    def __init__(self, root):
        self.path = root / ".build" / "inputs.json"
        self.known = json.loads(self.path.read_text(encoding="utf-8")) if self.path.exists() else {}

    def keep(self, key, value):
        self.known[key] = value
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text(json.dumps(self.known, indent=1), encoding="utf-8")
