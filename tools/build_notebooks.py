"""Write notebooks/, exercises/ and solutions/ from the plain Python files in source/, the only place to edit a lesson.

    python tools/build_notebooks.py             write what changed, and execute it
    python tools/build_notebooks.py 01 --all    only lesson 01, executed again even if nothing changed
    python tools/build_notebooks.py --check     exit 1 if the committed notebooks are not what source/ builds

In source/, a cell's line may carry slide="slide" (subslide, fragment, skip) and notes="for the speaker". In a sheet, code between
### BEGIN SOLUTION and ### END SOLUTION is the answer: it becomes a stub in exercises/ and stays in solutions/.
"""

import argparse
import copy
import hashlib
import os
import re
import sys
import tempfile
from pathlib import Path

import jupytext
import nbclient
import nbformat
from notebook_inputs import Remembered, code_of, digest
from paginate import paginate

ROOT = Path(__file__).resolve().parents[1]
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
SOLUTION = re.compile(r"^(?P<margin>[ \t]*)### BEGIN SOLUTION\n.*?### END SOLUTION[ \t]*$", re.DOTALL | re.MULTILINE)
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


SHEETS = {"exercises": "Exercises", "solutions": "Solutions"}


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
    built = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})
    nbformat.validate(built)
    return built


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
    if cell.cell_type == "code" and cell.source.splitlines()[-1:] == ["progress()"]:
        data["tags"] = ["nbval-ignore-output"]  # the map grows with the course
    if folder == "exercises" and cell.cell_type == "code" and cell.source.startswith("check("):
        data |= {"editable": False, "deletable": False}
    return nbformat.from_dict(data)


def execute(built, folder, root):
    """Run a notebook where it lives, with a learner's folder of its own, and keep only outputs that mean something without a kernel."""
    (root / folder).mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        environment = {
            **os.environ,
            "COURSE_HOME": home,
            "COURSE_DOWNLOADS": os.path.join(home, "nothing_fetched"),
            "PYTHONPATH": os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")]),
        }
        client = nbclient.NotebookClient(
            built,
            timeout=300,
            kernel_name="python3",
            record_timing=False,
            resources={"metadata": {"path": str(root / folder)}},
        )
        client.execute(env=environment)
    built.metadata.pop("widgets", None)
    built.metadata["language_info"] = {"name": "python"}
    for cell in built.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)


def bare(notebook):
    """A notebook's text without outputs."""
    notebook = copy.deepcopy(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nbformat.writes(notebook, version=4) + "\n"


def answered(committed):
    """True if somebody has worked in this sheet: a code cell is not what its id says, or is new."""
    code = [cell for cell in committed.cells if cell.cell_type == "code" and cell.source.strip()]
    return any(identity(cell) != cell.get("id", "").split("-")[0] for cell in code)


def carry_outputs(old, new):
    """The outputs of an executed notebook, moved to one with the same code."""
    done = iter([cell for cell in old.cells if cell.cell_type == "code"])
    for cell in new.cells:
        if cell.cell_type == "code":
            before = next(done)
            cell.outputs, cell.execution_count = before.outputs, before.execution_count


def write(root, source, again, force):
    """Build one source file; returns a sentence per notebook that was written or refused."""
    said, memory = [], Remembered(root)
    for folder, built in build(root, source).items():
        path = root / folder / f"{source.stem.removesuffix('_exercises')}.ipynb"
        key = f"{folder}/{path.name}"
        old = nbformat.read(path, 4) if path.exists() else None
        if folder == "exercises":
            if old and answered(old) and bare(old) != bare(built):
                if not force:
                    said.append(
                        f"kept {key}: it has somebody's answers (--force writes it and keeps them as {path.name}.bak)"
                    )
                    continue
                path.with_suffix(".ipynb.bak").write_bytes(path.read_bytes())
        else:
            inputs = digest(root, built, path.name)
            same_code = old is not None and code_of(old) == code_of(built)
            if same_code and not again and memory.known.get(key, inputs) == inputs:
                carry_outputs(old, built)
            else:
                execute(built, folder, root)
            memory.keep(key, inputs)
        if folder == "notebooks":
            paginate(built.cells)
        text = nbformat.writes(built, version=4) + "\n"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(exist_ok=True)
            temporary = path.with_suffix(".ipynb.new")
            temporary.write_text(text, encoding="utf-8", newline="\n")
            os.replace(temporary, path)
            said.append(f"wrote {key}")
    return said


def stale(root, source):
    """The notebooks of one source file that are not what it builds."""
    for folder, built in build(root, source).items():
        path = root / folder / f"{source.stem.removesuffix('_exercises')}.ipynb"
        committed = nbformat.read(path, 4) if path.exists() else None
        if committed and folder == "exercises" and answered(committed):
            continue  # a learner's own sheet
        if committed and folder == "notebooks" and code_of(committed) == code_of(built):
            carry_outputs(committed, built)
            paginate(built.cells)
        if committed is None or bare(committed) != bare(built):
            yield f"{folder}/{path.name}"


def main(arguments=None, root=ROOT):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lessons", nargs="*", help="lesson numbers (default: all)")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if a committed notebook is out of date"
    )
    parser.add_argument("--all", action="store_true", help="execute again, changed or not")
    parser.add_argument(
        "--force", action="store_true", help="write a sheet although it has answers (they are kept in a .bak file)"
    )
    options = parser.parse_args(arguments)
    chosen = [
        path
        for path in sorted((root / "source").glob("[0-9]*.py"))
        if not options.lessons or path.name[:2] in options.lessons
    ]
    if options.check:
        old = [name for source in chosen for name in stale(root, source)]
        known = {f"{name}.ipynb" for name in sources(root)}
        orphans = [
            f"{folder}/{path.name}"
            for folder in ("notebooks", *SHEETS)
            for path in sorted((root / folder).glob("*.ipynb"))
        ]
        orphans = [name for name in orphans if name.split("/")[1] not in known]
        if orphans:
            print("has no source, delete it:", ", ".join(orphans))
        if old:
            print("out of date:", ", ".join(old), "\nrun: python tools/build_notebooks.py")
        return 1 if old or orphans else 0
    for source in chosen:
        for line in write(root, source, options.all, options.force):
            print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
