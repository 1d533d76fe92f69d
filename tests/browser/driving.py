"""Drives JupyterLab in a real browser: start it, open a notebook, run it, type into its cells, read what it says.

Cells are found by a piece of their source, never by their number, so that a lesson can be rearranged.
"""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "loopback"
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "msedge",
)
# No sandbox: containers cannot give one, and the only pages opened are ours. The rest keeps the browser itself quiet.
SWITCHES = [
    *("--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-quic", "--disable-default-apps"),
]
FOR_TESTS = ["--LabApp.expose_app_in_browser=True"]  # the one difference to what a learner starts
KERNEL_IDLE = (
    "() => window.jupyterapp?.shell.currentWidget?.context?.sessionContext?.session?.kernel?.status === 'idle'"
)
ALL_RAN = """() => {
    const cells = [...window.jupyterapp.shell.currentWidget.content.model.cells]
        .filter((cell) => cell.type === 'code' && cell.sharedModel.getSource());
    const stopped = (cell) => !(cell.getMetadata('tags') ?? []).includes('raises-exception')
        && cell.outputs.toJSON().some((output) => output.output_type === 'error');
    return cells.every((cell) => cell.executionCount !== null) || cells.some(stopped);
}"""
LISTEN = """() => {
    const { kernel } = window.jupyterapp.shell.currentWidget.context.sessionContext.session;
    if (kernel.unanswered) return;
    kernel.unanswered = new Set();
    kernel.anyMessage.connect((_, { msg, direction }) => {
        if (direction === 'send' && msg.channel === 'shell') kernel.unanswered.add(msg.header.msg_id);
        if (msg.header.msg_type === 'status' && msg.content.execution_state === 'idle')
            kernel.unanswered.delete(msg.parent_header.msg_id);
    });
}"""
ALL_ANSWERED = "() => !window.jupyterapp.shell.currentWidget.context.sessionContext.session.kernel.unanswered.size"
RUN_SILENTLY = """async (code) => {
    const { kernel } = window.jupyterapp.shell.currentWidget.context.sessionContext.session;
    const reply = await kernel.requestExecute({ code, silent: true, store_history: false }).done;
    return reply.content.evalue ?? '';
}"""
COMMAND = "async (command) => { await window.jupyterapp.commands.execute(command) }"
CURRENT = "() => window.jupyterapp?.shell.currentWidget?.context?.path"
CLOSE_ALL_TABS = """async () => {
    for (const tab of [...window.jupyterapp.shell.widgets('main')]) {
        await tab.context?.sessionContext?.shutdown();
        tab.dispose();  // what is not saved is lost, and nobody is asked
    }
}"""
OPEN = """async ([path, kernelPreference]) => {
    await window.jupyterapp.restored;
    await window.jupyterapp.commands.execute("docmanager:open", { path, factory: "Notebook", kernelPreference });
}"""
NO_KERNEL = {"shouldStart": False, "canStart": False, "autoStartDefault": False}
NOTHING_RUNS = "() => ![...window.jupyterapp.shell.currentWidget.content.widgets].some((cell) => cell.prompt === '*')"


def find_browser():
    """The path of a Chromium on this machine, or None."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def can_drive():
    """True if there is a browser, and Playwright to drive it."""
    return bool(find_browser() and importlib.util.find_spec("playwright"))


@contextlib.contextmanager
def served(line, folder, ready_after=60):
    """Run a JupyterLab command line with every folder of Jupyter's inside `folder`; end it afterwards."""
    log = folder / "lab.log"
    with log.open("w", encoding="utf-8") as out:
        process = subprocess.Popen(line, env=quiet_environment(folder), stdout=out, stderr=out, cwd=folder)
        try:
            _wait_until_it_answers(process, _port(line), log, ready_after)
            yield
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def quiet_environment(folder):
    """This environment without anything of the user's own: settings, workspaces, history, progress are in `folder`."""
    homes = {
        **{"JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime"},
        **{"JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "IPYTHONDIR": "ipython"},
        **{"COURSE_HOME": "my_gpt", "MPLCONFIGDIR": "matplotlib"},
    }
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {
        **os.environ,
        **{name: str(folder / home) for name, home in homes.items()},
        "JUPYTER_TOKEN": TOKEN,
        "PYTHONPATH": path,
    }


def _port(line):
    return next(part.split("=")[1] for part in line if part.startswith("--ServerApp.port="))


def _wait_until_it_answers(process, port, log, seconds):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token={TOKEN}", timeout=1).close()
            return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab does not answer on port {port}:\n{log.read_text(encoding='utf-8')[-3000:]}")


@dataclass
class Watch:
    """What a page asked for and complained about."""

    requests: list = field(default_factory=list)
    errors: list = field(default_factory=list)

    def clear(self):
        """Forget what was seen up to now."""
        self.requests.clear()
        self.errors.clear()

    def outside(self):
        """The requests that left this machine."""
        inside = ("http://127.0.0.1:", "ws://127.0.0.1:", "file:", "data:", "blob:", "about:")
        return [url for url in self.requests if not url.startswith(inside)]


def watch(context):
    """Record every request, console error and uncaught exception of every page of a browser context."""
    seen = Watch()
    context.on("request", lambda request: seen.requests.append(request.url))
    context.on("console", lambda message: seen.errors.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: seen.errors.append(f"uncaught: {error.error}"))
    context.on("page", lambda page: page.on("websocket", lambda socket: seen.requests.append(socket.url)))
    return seen


def open_notebook(page, url, path, kernel=True):
    """Open a notebook (its path inside the server's folder) from its file, as the only tab, and wait until its new kernel is ready.

    JupyterLab is loaded if it is not there yet: from test to test only the tab changes, which is faster by seconds.
    """
    if page.url.startswith(f"{url}/lab") and page.evaluate("() => Boolean(window.jupyterapp)"):
        page.evaluate(CLOSE_ALL_TABS)
        page.evaluate(OPEN, [path, {} if kernel else NO_KERNEL])
    else:
        page.goto(f"{url}/lab/workspaces/test/tree/{path}?token={TOKEN}&reset")
    wait_for_notebook(page, kernel)
    assert page.evaluate(CURRENT) == path


def wait_for_notebook(page, kernel=True):
    """Wait until the current tab is a notebook, with all its cells, whose kernel is ready (or that has none)."""
    page.wait_for_selector(".jp-Notebook .jp-Cell", state="attached", timeout=60_000)
    page.wait_for_function("() => window.jupyterapp?.shell.currentWidget?.content?.widgets?.length", timeout=60_000)
    if kernel:
        page.wait_for_function(KERNEL_IDLE, timeout=60_000)
        page.evaluate(LISTEN)


def run_all(page, timeout=120, meanwhile=None):
    """Run every cell from the top and wait until the last one is done or one has failed; `meanwhile()` is called as soon as they run."""
    page.evaluate(COMMAND, "notebook:clear-all-cell-outputs")  # nothing stored counts as run
    if meanwhile:
        page.evaluate("() => { window.jupyterapp.commands.execute('notebook:run-all-cells') }")
        meanwhile()
    else:
        page.evaluate(COMMAND, "notebook:run-all-cells")
    page.wait_for_function(ALL_RAN, timeout=timeout * 1000)
    page.wait_for_function(NOTHING_RUNS, timeout=timeout * 1000)
    page.wait_for_function(KERNEL_IDLE, timeout=timeout * 1000)


def run_silently(page, code):
    """Run code in the current notebook's kernel as if nothing had been run."""
    failed = page.evaluate(RUN_SILENTLY, code)
    assert not failed, failed


def cells(page):
    """The cells of the current notebook: [{id, type, source, slide_type, executed, failed}, …]."""
    return page.evaluate(
        """() => [...window.jupyterapp.shell.currentWidget.content.model.cells].map((cell) => ({
            id: cell.id, type: cell.type, source: cell.sharedModel.getSource(),
            slide_type: cell.getMetadata('slideshow')?.slide_type ?? '-',
            executed: cell.executionCount ?? null,
            failed: cell.type === 'code' && cell.outputs.toJSON().some((output) => output.output_type === 'error'),
        }))"""
    )


def cell_with(page, text):
    """The one cell whose source contains `text`, as a locator; says which cells there are if it is not exactly one."""
    found = [index for index, cell in enumerate(cells(page)) if text in cell["source"]]
    if len(found) != 1:
        raise LookupError(
            f"{len(found)} cells contain {text!r}: " + " | ".join(cell["source"][:40] for cell in cells(page))
        )
    return page.locator(".jp-Notebook:visible .jp-Cell").nth(found[0])


def type_into_cell(page, text, code):
    """Replace the cell that contains `text` by typing `code`, key by key, as a learner does."""
    cell = cell_with(page, text)
    number = next(each["id"] for each in cells(page) if text in each["source"])
    cell.locator(".cm-content").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.press("Delete")
    for line_number, line in enumerate(code.splitlines()):
        if line_number:
            page.keyboard.press("Enter")
            page.keyboard.press("Shift+Home")  # the editor's own indent, if any
            page.keyboard.press("Backspace")
        page.keyboard.type(line)
    typed = next(each["source"] for each in cells(page) if each["id"] == number)
    assert typed == code, f"the editor made something else of it:\n{typed}"


def run_cell(page, text, timeout=60):
    """Run the cell that contains `text` with Ctrl-Enter and return everything that it shows, as a learner reads it.

    First the kernel has answered what was sent before: a view sends its next change only after the answer to the last.
    """
    page.wait_for_function(ALL_ANSWERED, timeout=timeout * 1000)
    cell = cell_with(page, text)
    cell.click()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    page.wait_for_function(NOTHING_RUNS, timeout=timeout * 1000)
    page.wait_for_function(KERNEL_IDLE, timeout=timeout * 1000)
    return output_of(page, text)


def output_of(page, text):
    """The text below the cell that contains `text`."""
    area = cell_with(page, text).locator(".jp-Cell-outputArea")
    return area.inner_text().strip() if area.count() else ""


def failed_cells(page):
    """The sources of the cells that ended in an error."""
    return [cell["source"] for cell in cells(page) if cell["failed"]]


def copy_notebooks(root, target):
    """Copy the notebooks of `root` to `target`, so that saving them changes nothing here."""
    for folder in ("notebooks", "exercises"):
        shutil.copytree(root / folder, target / folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    return target
