"""Slides of a lesson: live in JupyterLab (`run_live`), or as a page to hand out that works offline (`export`)."""

import importlib.util
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.disk import ROOT, write_whole

from . import lab
from .problem import NO_LESSONS, TeachError

HERE = Path(__file__).parent
SLIDE_SETTINGS = HERE / "settings" / "slides" / "overrides.json"
MADE_BY = "course_lib.teach.slides"  # every file of a hand-out says this, and only such files are ever replaced
FILES = "slides_files"  # the folder beside the page
KEYS = "Keys: Space next, Shift-Space back, Shift-Enter run, S speaker's notes, F11 full screen, Esc leave the slides."
NEEDS = ("jinja2", "latex2mathml", "nbconvert", "nbformat", "pygments", "sphinx_revealjs")  # of the extra `teach`
REVEAL = ("dist/reset.css", "dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js", "LICENSE")


@dataclass
class Page:
    """One slide: its cells in steps (the first is there at once, each further one is a fragment), and its notes.

    A note is markdown text: the metadata `notes` of a cell of the slide, or a whole cell of the slide type notes.
    """

    steps: list = field(default_factory=lambda: [[]])
    notes: list = field(default_factory=list)

    @property
    def heading(self):
        """The words of the slide's first heading, without markup; "" if it has none."""
        for cell in (cell for step in self.steps for cell in step):
            match = re.search(r"^#+ (.+)$", cell.source, re.MULTILINE) if cell.cell_type == "markdown" else None
            if match:
                return re.sub(r"[*_`$]", "", match.group(1)).strip()
        return ""


def lesson_path(number, root=ROOT):
    """The notebook of a lesson, by its number ("1", "01" or 1); raises TeachError that names the lessons there are, or says that none were installed."""
    if not (Path(root) / "notebooks").is_dir():
        raise TeachError(NO_LESSONS)
    there = {path.name[:2]: path for path in sorted((Path(root) / "notebooks").glob("[0-9][0-9]_*.ipynb"))}
    wanted = str(number).strip().zfill(2)
    if wanted not in there:
        raise TeachError(f"There is no lesson {number}; there are {', '.join(there) or 'none yet'}.")
    return there[wanted]


def pages(notebook):
    """The slides of a notebook in order, cut by its metadata as JupyterLab's deck cuts them: a list of Page."""
    found = []
    for cell in notebook.cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type") or "-"
        if kind == "skip":
            continue
        if kind == "notes":
            if found:
                found[-1].notes.append(cell.source)
            continue
        if kind in ("slide", "subslide") or not found:
            found.append(Page())
        if kind == "fragment":
            found[-1].steps.append([])
        found[-1].steps[-1].append(cell)
        found[-1].notes += filter(None, [cell.metadata.get("notes")])
    return found


# --- live -------------------------------------------------------------------------------------------------------------


def run_live(number, open_browser=True, port=None, root=ROOT):
    """Show a lesson as a running deck in JupyterLab until Ctrl-C; return its exit code. Nothing is remembered."""
    free = lab.free_port(port or lab.FIRST_PORT)
    with tempfile.TemporaryDirectory(prefix="course_slides_", ignore_cleanup_errors=True) as folder:
        line = live_command(number, folder, root=root, port=free, open_browser=open_browser)
        print(KEYS)
        return lab.run(line, root)


def live_command(number, folder, *, root=ROOT, port=lab.FIRST_PORT, open_browser=True, extra=()):
    """The command line that opens a lesson as a running deck, with settings and workspace kept in `folder` only."""
    folder = Path(folder)
    settings = folder / "settings"
    (settings / "overrides.d").mkdir(parents=True)
    shutil.copyfile(lab.SETTINGS / "overrides.json", settings / "overrides.d" / "lab.json")
    shutil.copyfile(SLIDE_SETTINGS, settings / "overrides.json")
    mine = _user_settings()  # a copy: "a deck is running" must not be remembered for the next ordinary start
    if mine.is_dir():
        shutil.copytree(mine, folder / "user", ignore=shutil.ignore_patterns("jupyterlab-slideshow"))
    notebook = lesson_path(number, root).relative_to(root)
    own = (f"--LabApp.user_settings_dir={folder / 'user'}", f"--LabApp.workspaces_dir={folder / 'workspaces'}")
    return lab.command(
        notebook,
        root=root,
        port=port,
        open_browser=open_browser,
        settings=settings,
        workspace="slides",
        extra=(*own, *extra),
    )


def _user_settings():
    from jupyterlab.commands import get_user_settings_dir

    return Path(get_user_settings_dir())


# --- to hand out ------------------------------------------------------------------------------------------------------


def export(number, out_dir, root=ROOT):
    """Write a lesson as an HTML deck that needs no network, with reveal.js beside it, and return its path.

    Raises TeachError for an unknown lesson, missing packages, a folder that cannot be written, and a file there that
    we did not make.
    """
    out = Path(out_dir)
    path = lesson_path(number, root)
    if not all(importlib.util.find_spec(name) for name in NEEDS):
        raise TeachError(
            f"Slides to hand out need the instructor's packages: `python3 course.py slides {number} --out {out}` installs "
            'them first; in an environment of your own, `python -m pip install -c constraints.txt -e ".[teach]"` does.'
        )
    page, files = out / f"{path.stem}.html", out / FILES
    html = _deck(path)
    try:
        _check_free(page, files)
        files.mkdir(parents=True, exist_ok=True)
        write_whole(
            files / "README.txt", f"Made by {MADE_BY}: reveal.js, its licence, and the look of the slides.\n".encode()
        )
        for source in _assets():
            write_whole(files / _name(source), source.read_bytes())
        write_whole(page, html.encode())
    except OSError as error:
        raise TeachError(f"The slides cannot be written to {out}: {error.strerror}. Choose another folder.") from None
    return page


def _deck(path):
    """The HTML page of the notebook at `path`."""
    import jinja2
    import nbformat

    from . import render

    slides = pages(nbformat.read(path, as_version=4))
    if not slides:
        raise TeachError(f"{path.name} has no slides: every cell is marked skip or notes.")
    files = jinja2.FileSystemLoader(HERE / "templates")
    template = jinja2.Environment(loader=files, trim_blocks=True, lstrip_blocks=True).get_template("deck.html.j2")
    return template.render(
        title=f"{path.name[:2]} {next((page.heading for page in slides if page.heading), path.stem)}",
        slides=slides,
        html=lambda cell: render.cell_html(cell, path.parent),
        words=lambda text: render.words_html(text, path.parent),
        made_by=MADE_BY,
        files=FILES,
    )


def _assets():
    """The files that a deck needs beside it: reveal.js out of an installed package, and our own style and script."""
    reveal = Path(importlib.util.find_spec("sphinx_revealjs").origin).parent / "_static" / "revealjs"
    missing = [name for name in REVEAL if not (reveal / name).is_file()]
    if missing:
        raise TeachError(
            f"This sphinx-revealjs has no {missing[0]}. `python -m pip install -c constraints.txt sphinx-revealjs` brings "
            "the version that was tested."
        )
    return [*(reveal / name for name in REVEAL), HERE / "templates" / "deck.css", HERE / "templates" / "deck.js"]


def _name(source):
    return "reveal_LICENSE.txt" if source.name == "LICENSE" else source.name


def _check_free(page, files):
    """Raise TeachError if the page or the folder beside it is somebody else's: only what says MADE_BY is replaced."""
    mark = files / "README.txt"
    taken = [page] if page.exists() and not _ours(page) else []
    if files.exists() and not (files.is_dir() and (_ours(mark) or not any(files.iterdir()))):
        taken.append(files)
    if taken:
        raise TeachError(
            f"{taken[0]} is there already and was not made by this command, so it stays. Choose another folder."
        )


def _ours(path):
    return path.is_file() and MADE_BY.encode() in path.read_bytes()
