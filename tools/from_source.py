"""From a plain Python file in source/ to notebooks without outputs: a lesson, or a sheet and its solutions.

A cell's line may carry slide="slide" (subslide, fragment, skip) and notes="for the speaker". In a sheet, code between ### BEGIN SOLUTION
and ### END SOLUTION is the answer: it becomes a stub in exercises/ and stays in solutions/.
"""

import copy
import hashlib
import re

import jupytext
import nbformat

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
SOLUTION = re.compile(r"^(?P<margin>[ \t]*)### BEGIN SOLUTION\n.*?### END SOLUTION[ \t]*$", re.DOTALL | re.MULTILINE)
SHEETS = {"exercises": "Exercises", "solutions": "Solutions"}
MARKER = re.compile(r"^[ \t]*### (BEGIN|END) SOLUTION[ \t]*\n?", re.MULTILINE)
NOT_RECORDED = (
    'import os\n\nos.environ["COURSE_RECORD"] = "no"  # this is the solution sheet: passing here is not your progress'
)


def stub(match):
    margin = match["margin"]
    return f"{margin}# your code here\n{margin}raise NotImplementedError"


def identity(cell):
    """A cell's id: a hash of its source, so that an edit changes one id and an insertion none, and an edited cell can be told."""
    return hashlib.sha1(f"{cell.cell_type}{cell.source}".encode()).hexdigest()[:10]


def markdown(text):
    return nbformat.v4.new_markdown_cell(text, metadata={"slideshow": {"slide_type": "skip"}})


def sources(root):
    """{"01_dot_product": True if it has an exercise sheet} of every lesson in source/, in order."""
    names = sorted(
        path.stem for path in (root / "source").glob("[0-9][0-9]_*.py") if not path.stem.endswith("_exercises")
    )
    return {name: (root / "source" / f"{name}_exercises.py").exists() for name in names}


def first_cell(root, name, folder):
    """Where this notebook comes from, and the way to its neighbours."""
    lessons = sources(root)
    order = list(lessons)
    if name not in order:
        raise SystemExit(f"source/{name}_exercises.py has no lesson: source/{name}.py is not there")
    place = order.index(name)
    links = [f"[◀ Lesson {order[place - 1][:2]}](../notebooks/{order[place - 1]}.ipynb)"] if place else []
    if folder != "notebooks":
        links.append(f"[Lesson {name[:2]}](../notebooks/{name}.ipynb)")
    if lessons[name]:
        links += [
            f"[{label}](../{to}/{name}.ipynb)" for to, label in SHEETS.items() if to != folder and folder != "notebooks"
        ]
        links += [f"[Exercises](../exercises/{name}.ipynb)"] if folder == "notebooks" else []
    if place + 1 < len(order):
        links.append(f"[Lesson {order[place + 1][:2]} ▶](../notebooks/{order[place + 1]}.ipynb)")
    source = f"source/{name}{'' if folder == 'notebooks' else '_exercises'}.py"
    return markdown(" · ".join(links) + f"\n\n<small>Generated from {source}: edit that file, not this one.</small>")


def build(root, source):
    """{folder: notebook without outputs} for one source file."""
    sheet = source.stem.endswith("_exercises")
    name = source.stem.removesuffix("_exercises")
    cells = jupytext.read(source, fmt="py:percent").cells
    edits = {"exercises": lambda s: SOLUTION.sub(stub, s), "solutions": lambda s: MARKER.sub("", s)}
    return {
        folder: notebook(root, cells, name, folder, edits.get(folder)) for folder in (edits if sheet else ["notebooks"])
    }


def notebook(root, cells, name, folder, edit):
    """One notebook: the cells for this folder, with ids, slide types, notes and protection."""
    cells = [
        copy.deepcopy(cell)
        for cell in cells
        if folder == "solutions" or "solution" not in cell.metadata.get("tags", [])
    ]
    for cell in cells:
        if edit and cell.cell_type == "code":
            cell.source = edit(cell.source)
        if "SOLUTION" in cell.source and "###" in cell.source:
            raise SystemExit(
                f"source of {folder}/{name}: ### BEGIN SOLUTION and ### END SOLUTION do not match in\n{cell.source}"
            )
        cell.metadata = metadata(cell, folder)
    if folder == "solutions":
        at = next(i for i, cell in enumerate(cells) if cell.cell_type == "code")
        cells.insert(at, nbformat.v4.new_code_cell(NOT_RECORDED))
    cells.insert(0, first_cell(root, name, folder))
    seen = {}
    for cell in cells:
        key = identity(cell)
        seen[key] = seen.get(key, 0) + 1
        cell.id = key if seen[key] == 1 else f"{key}-{seen[key]}"
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})


def metadata(cell, folder):
    """What the front ends read: slide type, speaker notes, hidden source of predictions, and check cells that can't be deleted."""
    given, data = cell.metadata, {}
    if tags := [tag for tag in given.get("tags", []) if tag != "solution"]:
        data["tags"] = tags
    if "slide" in given:
        data["slideshow"] = {"slide_type": given["slide"]}
    if "notes" in given:
        data["notes"] = given["notes"]
    if cell.cell_type == "code" and cell.source.startswith("predict("):
        data["jupyter"] = {"source_hidden": True}
    if cell.cell_type == "code" and cell.source.rpartition("\n")[2].startswith("progress("):
        data["tags"] = ["nbval-ignore-output"]  # the map shows what a learner has done
    if folder == "exercises" and cell.cell_type == "code" and cell.source.startswith("check("):
        data |= {"editable": False, "deletable": False}
    return nbformat.from_dict(data)
