"""What the tests of every view need: a small notebook, the view's own arithmetic, keys that must not get out, and saving without a kernel."""

import json
import urllib.request

import nbformat

from course_lib.show.views.bundle import script
from tests.browser import driving

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
KEYS = "ddxabmyzc"  # in command mode: delete, cut, new cell above and below, to Markdown, to code, undo, copy


def notebook_with(folder, name, *sources):
    """Write a notebook with these code cells beside the lessons; returns its path inside the server's folder."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(
        nbformat.v4.new_notebook(cells=cells, metadata=KERNEL), folder / "course" / "notebooks" / f"{name}.ipynb"
    )
    return f"notebooks/{name}.ipynb"


def opened(lab, page, path, view):
    """Run a notebook from `notebook_with` and return its first view of this CSS class, as it is at the beginning.

    The notebook is opened; or, where it is open as the file has it, only run again, which is faster by seconds.
    """
    url, folder = lab
    written = [cell.source for cell in nbformat.read(folder / "course" / path, 4).cells]
    here = page.evaluate(driving.CURRENT) == path and page.evaluate(driving.KERNEL_IDLE)
    if not here or [cell["source"] for cell in driving.cells(page)] != written:
        driving.open_notebook(page, url, path)
    driving.run_all(page)
    found = page.locator(view).first
    found.wait_for()
    found.scroll_into_view_if_needed()
    return found


def calculate(page, module, function, asked):
    """What an exported function of a module of the views gives in the browser for each list of arguments, to the last digit."""
    got = in_a_blank_page(
        page,
        """async ([source, name, asked]) => {
            const view = await import("data:text/javascript," + encodeURIComponent(source));
            return JSON.stringify(asked.map((one) => view[name](...one)));
        }""",
        [script(module), function, asked],
    )
    return json.loads(got)


def in_a_blank_page(page, script, argument):
    """What a script gives in a page of its own, beside this one."""
    blank = page.context.new_page()
    try:
        return blank.evaluate(script, argument)
    finally:
        blank.close()


def no_key_gets_out(page, controls):
    """Press the notebook's one-letter commands on every one of these controls; afterwards the cells must be the same."""
    before = [(cell["id"], cell["type"]) for cell in driving.cells(page)]
    assert controls, "no control to press keys on"
    for control in controls:
        control.focus()
        for key in KEYS:
            page.keyboard.press(key)
    assert [(cell["id"], cell["type"]) for cell in driving.cells(page)] == before


def reopen_without_kernel(page, url, path):
    """Save the notebook, close it, end its kernel, and open it again without one."""
    page.evaluate("async () => { await window.jupyterapp.shell.currentWidget.context.save() }")
    page.evaluate(driving.CLOSE_ALL_TABS)
    for session in _asked(url, "sessions"):
        _asked(url, f"sessions/{session['id']}", "DELETE")
    driving.open_notebook(page, url, path, kernel=False)
    assert _asked(url, "sessions") == [], "the notebook has a kernel all the same"


def _asked(url, what, method="GET"):
    """The answer of Jupyter's own interface, as Python objects."""
    request = urllib.request.Request(f"{url}/api/{what}?token={driving.TOKEN}", method=method)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.loads(answer.read() or "null")
