"""The commands: `python -m course_lib doctor | lab | slides NN | progress | export | fetch NAME`; each imports what it needs when it runs."""

import codecs
import os
import sys
from pathlib import Path
from typing import Annotated

from course_lib import doctor as the_doctor

PLAIN = {"✓": "[ok]", "✗": "[!!]", "○": "[--]", "→": "->", "…": "...", "─": "-", "×": "x", "·": "*"}


def plain_marks(error):
    """An encoding-error handler that writes ✓ as [ok] and so on where a terminal has no such letters."""
    text = error.object[error.start : error.end]
    return "".join(PLAIN.get(letter, "?") for letter in text), error.end


codecs.register_error("plain_marks", plain_marks)
for stream in (sys.stdout, sys.stderr):
    stream.reconfigure(errors="plain_marks")

try:
    import typer
except ModuleNotFoundError as missing:  # a half-made installation: the doctor works all the same, and names the cure
    print(f"{missing.name} is missing, so only the doctor can speak:\n")
    sys.exit(the_doctor.main())

app = typer.Typer(
    help="The course's own commands.", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
Port = Annotated[int | None, typer.Option(help="Port on this computer; a free one is found if it is taken.")]
Browser = Annotated[bool, typer.Option("--browser/--no-browser", help="Open a browser window.")]


@app.command()
def doctor(short: Annotated[bool, typer.Option("--short", help="One line if all is well.")] = False):
    """Say what is there, what is missing, and the cure."""
    raise typer.Exit(the_doctor.main(short=short))


@app.command()
def lab(
    notebook: Annotated[str, typer.Argument(help="A notebook of the course.")] = "notebooks/00_start_here.ipynb",
    port: Port = None,
    browser: Browser = True,
):
    """Open the course in JupyterLab."""
    from course_lib.teach import start

    raise typer.Exit(start(notebook, port=port, open_browser=browser))


@app.command()
def slides(
    lesson: Annotated[str, typer.Argument(help="A lesson's number, such as 01.")],
    out: Annotated[Path | None, typer.Option(help="Write a deck that works offline into this folder instead.")] = None,
    port: Port = None,
    browser: Browser = True,
):
    """Show a lesson as a running deck, or write it as a page to hand out."""
    from course_lib.teach import export, run_live

    if out is None:
        raise typer.Exit(run_live(lesson, port=port, open_browser=browser))
    print(f"Slides written: {export(lesson, out)}")


@app.command()
def progress():
    """Print which exercises are done, tried and open."""
    from course_lib.check import progress_text

    print(progress_text())


@app.command()
def export(
    out: Annotated[
        Path | None, typer.Option(help="The file to write, or a folder for it; nothing is overwritten.")
    ] = None,
):
    """Write my_gpt.py: one file, made of your own functions, that trains and writes text without the course."""
    from course_lib import my_gpt

    print("Trying each of your functions in a file of its own …", flush=True)
    try:
        print(my_gpt.export_my_gpt(out))
    except my_gpt.NotExported as problem:
        print(f"✗ {problem}")
        raise typer.Exit(1) from None


@app.command()
def fetch(
    name: Annotated[str | None, typer.Argument(help="What to fetch; without it, all there is is listed.")] = None,
):
    """Fetch optional data or a real model, once; no lesson needs one."""
    from course_lib import fetch as fetching

    if name is None:
        for known, source in fetching.SOURCES.items():
            state = "✓ is there" if fetching.fetched(known) else f"○ {source.megabytes} MB"
            print(f"{known:12} {state:10}  {source.about}")
        return
    if name in fetching.SOURCES and not fetching.fetched(name):
        print(f"Fetching {fetching.SOURCES[name].about} …", flush=True)
    try:
        print(f"✓ {name} is there: {fetching.fetch(name)}")
    except fetching.NotFetched as problem:
        print(f"✗ {problem}")
        raise typer.Exit(1) from None


def main():
    """Run a command; whatever goes wrong is told in one sentence (all of it with COURSE_DEBUG=1)."""
    try:
        app(prog_name="python -m course_lib")
    except Exception as error:
        if os.environ.get("COURSE_DEBUG"):
            raise
        said = str(error).strip().splitlines() or ["no reason given"]
        sys.exit(f"{type(error).__name__}: {said[0]}  (`python -m course_lib doctor` looks for the cause.)")


if __name__ == "__main__":
    main()
