"""Write notebooks/, exercises/ and solutions/ from the plain Python files in source/, the only place to edit a lesson.

    python tools/build_notebooks.py             write what changed, and execute what is stale
    python tools/build_notebooks.py 01 --all    only lesson 01, executed again even if nothing changed
    python tools/build_notebooks.py --check     exit 1 if a committed notebook is not what source/ and this library give

A notebook is stale when its code is not the one in source/, or when a file that it was made from has changed (made_from.py).
from_source.py says what may be written in source/.
"""

import argparse
import sys
from pathlib import Path

import nbformat

from course_lib.disk import write_whole
from tools.execute import NotExecuted, execute
from tools.from_source import SHEETS, build, identity, sources
from tools.made_from import Files
from tools.paginate import paginate

ROOT = Path(__file__).resolve().parents[1]
COMMAND = "python tools/build_notebooks.py"
OTHER_TEXT = "its text has changed in source/"
UNKNOWN = "what they were made from is not known (an older builder wrote them)"


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def code_of(notebook):
    return [cell.source for cell in code_cells(notebook)]


def outline(notebook):
    """Everything of a notebook but what its execution gave."""
    cells = [(cell.cell_type, cell.get("id"), cell.source, cell.metadata) for cell in notebook.cells]
    ran = [cell.get("execution_count") for cell in code_cells(notebook)]
    return cells, ran, {key: value for key, value in notebook.metadata.items() if key != "made_from"}


def answered(committed):
    """True if somebody has worked in this sheet: a code cell is not what its id says, or is new."""
    filled = [cell for cell in code_cells(committed) if cell.source.strip()]
    return any(identity(cell) != cell.get("id", "").split("-")[0] for cell in filled)


def carry_outputs(old, new):
    """What the execution of the old notebook gave, moved to a new one with the same code."""
    for before, cell in zip(code_cells(old), code_cells(new), strict=True):
        cell.outputs, cell.execution_count = before.outputs, before.execution_count
    if "made_from" in old.metadata:
        new.metadata["made_from"] = old.metadata["made_from"]


def why_stale(old, new, files):
    """Why the outputs of a committed notebook are not those of the new one, as a list of reasons; [] if they are."""
    if old is None:
        return ["it is new"]
    if code_of(old) != code_of(new):
        return ["its code has changed"]
    if not all(cell.execution_count for cell in code_cells(old) if cell.source.strip()):
        return ["a cell was never executed"]
    moved = files.moved(old)
    return [UNKNOWN] if moved is None else [f"{name} has changed" for name in moved]


def read(path):
    """A notebook, or None if there is no such file; not held against the format's schema, which would take most of the time."""
    try:
        return nbformat.v4.reads_json(path.read_text(encoding="utf-8")) if path.exists() else None
    except ValueError as error:
        name = f"{path.parent.name}/{path.name}"
        raise SystemExit(
            f"{name} is no notebook ({error}). Is it half-merged? Delete it, and run: {COMMAND} {path.name[:2]}"
        ) from None


def notebooks_of(root, source):
    """(folder, path, notebook without outputs) of each notebook that one source file gives."""
    for folder, built in build(root, source).items():
        yield folder, root / folder / f"{source.stem.removesuffix('_exercises')}.ipynb", built


def write(root, source, again, force):
    """Build one source file; gives a sentence for each notebook that was written or refused."""
    for folder, path, built in notebooks_of(root, source):
        name, old, why = f"{folder}/{path.name}", read(path), []
        if folder == "exercises":
            if old and answered(old) and outline(old) != outline(built):
                if not force:
                    yield f"kept {name}: it has somebody's answers (--force writes it and keeps them as {path.name}.bak)"
                    continue
                write_whole(path.with_suffix(".ipynb.bak"), path.read_bytes())
        else:
            why = ["you asked for it"] if again else why_stale(old, built, Files(root))
            if why:
                try:
                    execute(built, folder, root)
                except NotExecuted as problem:
                    raise NotExecuted(f"{name} was not written. It stopped in {problem}") from problem
            else:
                carry_outputs(old, built)
        if folder == "notebooks":
            paginate(built.cells)
        nbformat.validate(built)
        text = (nbformat.writes(built, version=4) + "\n").encode("utf-8")
        if why or not path.exists() or path.read_bytes() != text:
            write_whole(path, text)
            yield f"wrote {name}" + (f", executed because {_short(why)}" if why else "")


def _short(reasons):
    return reasons[0] + (f", and {len(reasons) - 1} more" if len(reasons) > 1 else "")


def problems(root, sources_to_check):
    """{what is wrong: [notebooks]} of the committed notebooks of some source files."""
    found, files = {}, Files(root)
    for source in sources_to_check:
        for folder, path, built in notebooks_of(root, source):
            for problem in wrong_with(read(path), built, folder, files):
                found.setdefault(problem, []).append(f"{folder}/{path.name}")
    return found


def wrong_with(committed, built, folder, files):
    """Why a committed notebook is not the one that would be built, as a list; [] if it is, or if it is a sheet that somebody has answered."""
    if committed is None:
        return ["it is new"]
    if folder == "exercises":
        return [] if answered(committed) or outline(committed) == outline(built) else [OTHER_TEXT]
    if why := why_stale(committed, built, files):
        return why
    carry_outputs(committed, built)
    if folder == "notebooks":
        paginate(built.cells)
    return [] if outline(committed) == outline(built) else [OTHER_TEXT]


def orphans(root):
    """Notebooks that no lesson in source/ gives."""
    known = {f"{name}.ipynb" for name in sources(root)}
    paths = [path for folder in ("notebooks", *SHEETS) for path in sorted((root / folder).glob("*.ipynb"))]
    return [f"{path.parent.name}/{path.name}" for path in paths if path.name not in known]


def check(root, sources_to_check):
    """Print what is out of date, by reason, and the command that mends it; returns the exit code."""
    stale, without_source = problems(root, sources_to_check), orphans(root)
    for reason, names in stale.items():
        print(f"{reason}. Out of date: {_by_folder(names)}")
    if stale:
        lessons = sorted({name.split("/")[1][:2] for names in stale.values() for name in names})
        print(f"run: {COMMAND} {' '.join(lessons)}")
    if without_source:
        print("has no source, delete it:", ", ".join(without_source))
    return 1 if stale or without_source else 0


def _by_folder(names):
    """ "notebooks 05 07, solutions 05" for the notebooks of these names."""
    numbers = {}
    for folder, file in (name.split("/") for name in names):
        numbers.setdefault(folder, []).append(file[:2])
    return ", ".join(" ".join([folder, *numbers[folder]]) for folder in sorted(numbers))


def main(arguments=None, root=ROOT):
    root = Path(root).resolve()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lessons", nargs="*", help="lesson numbers (default: all)")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a notebook is out of date")
    parser.add_argument("--all", action="store_true", help="execute again, stale or not")
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
        return check(root, chosen)
    failed = 0
    for source in chosen:
        try:
            for line in write(root, source, options.all, options.force):
                print(line, flush=True)
        except NotExecuted as problem:  # the others are built all the same
            failed = 1
            print(problem, file=sys.stderr, flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main())
