"""Slides in a real browser: live in JupyterLab, and as the page to hand out, both walked with the keyboard."""

import nbformat
import pytest

from course_lib.teach import lab as teach_lab
from course_lib.teach import slides
from tests.browser import driving
from tests.conftest import ROOT

LESSONS = [path.name[:2] for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
SMALLEST = 0.8  # letters are 27 px on a slide 1280 wide; below 0.8 of that the back row cannot read them

LIVE_STATE = """() => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    const page = notebook.node.querySelector('.jp-WindowedPanel-viewport');
    return {
        id: notebook.activeCell.model.id,
        number: document.body.dataset.courseSlide,
        size: parseFloat(page.style.getPropertyValue('--course-fit')),
        cut_off: page.scrollHeight - page.clientHeight,
        seen: [...notebook.widgets].filter((cell) => {
            const shown = cell.hasClass('jp-deck-mod-onscreen') && cell.hasClass('jp-deck-mod-visible');
            return shown && cell.node.getBoundingClientRect().height > 0;
        }).map((cell) => cell.model.id),
    };
}"""

ONCE_AT_REST = f"""(before) => new Promise((tell) => {{
    const end = Date.now() + 10_000;
    const look = () => {{
        const shown = document.body.dataset.courseCell;
        const active = window.jupyterapp.shell.currentWidget.content.activeCell?.model.id;
        if (shown === active && shown !== before) tell(({LIVE_STATE})());
        else if (Date.now() > end) tell(null);
        else setTimeout(look, 5);
    }};
    look();
}})"""
HAND_OUT_STATE = """() => {
    const page = Reveal.getCurrentSlide().querySelector('.page');
    return [parseFloat(page.style.getPropertyValue('--fit')), page.scrollHeight - page.clientHeight];
}"""


@pytest.fixture(scope="module")
def deck(kept_windows, tmp_path_factory):
    """The server of `python -m course_lib slides 01`, on a copy of the notebooks: its address and working folder."""
    folder = tmp_path_factory.mktemp("slides")
    root = driving.copy_notebooks(driving.ROOT, folder / "course")
    port = teach_lab.free_port(0)
    options = {"root": root, "port": port, "open_browser": False, "extra": driving.FOR_TESTS}
    with driving.served(slides.live_command("01", folder / "deck", **options), folder):
        yield f"http://127.0.0.1:{port}", folder
        for page in kept_windows:
            page.goto("about:blank")  # nobody may ask this server when it is gone


def open_deck(page, url):
    """Go where the command sends the browser, and wait until the deck runs."""
    page.goto(f"{url}/?token={driving.TOKEN}")
    wait_for_deck(page)


def load_lesson(page, url, number):
    """Load a lesson as a running deck."""
    notebook = f"notebooks/{slides.lesson_path(number).name}"
    page.goto(f"{url}/lab/workspaces/{number}/tree/{notebook}?token={driving.TOKEN}&reset")
    wait_for_deck(page)


def wait_for_deck(page):
    driving.wait_for_notebook(page)
    page.wait_for_selector("body[data-course-slide]", state="attached")
    assert state(page), "the deck does not come to rest"


def state(page):
    """What is on the screen, once it has come to rest."""
    return page.evaluate(ONCE_AT_REST)


def press(page, key, before=None):
    """Press a key that goes to another cell than it is on before, wait until the deck is there, and return the new state."""
    before = before or state(page)
    page.keyboard.press(key)
    now = page.evaluate(ONCE_AT_REST, before["id"])
    assert now, f"{key} does nothing on slide {before['number']}"
    return now


def walk_to(page, there, key, steps=100):
    """Press a key until `there(state)`."""
    now = state(page)
    for _ in range(steps):
        if there(now):
            return
        now = press(page, key, now)
    raise AssertionError(f"not reached in {steps} steps")


def lesson(number):
    return nbformat.read(slides.lesson_path(number), as_version=4)


def shown(number):
    """[[ids of the cells of a slide, in order], …] from the notebook's metadata alone."""
    return [[cell.id for step in page.steps for cell in step] for page in slides.pages(lesson(number))]


def crowded(size, cut_off):
    return size < SMALLEST - 0.001 or cut_off > 1


def test_the_command_opens_its_lesson_as_a_running_deck(deck, page):
    open_deck(page, deck[0])
    assert page.evaluate("window.jupyterapp.shell.currentWidget.context.path") == "notebooks/01_dot_product.ipynb"
    assert page.evaluate("document.body.dataset.jpDeckMode") == "presenting"
    assert page.locator(".Toastify__toast, .jp-Dialog").all_inner_texts() == []
    now = state(page)
    assert (now["number"], now["seen"]) == (f"1 / {len(shown('01'))}", shown("01")[0])


@pytest.mark.parametrize("number", LESSONS)
def test_the_live_deck_is_walked_by_keyboard(deck, page, number):
    load_lesson(page, deck[0], number)
    each = shown(number)
    walk = [(at, cell) for at, ids in enumerate(each, 1) for cell in ids]
    now, full = state(page), {}
    for step, (at, cell) in enumerate(walk):
        if step:
            now = press(page, "Space", now)
        assert (now["number"].split(" · ")[0], now["id"]) == (f"{at} / {len(each)}", cell)
        assert cell in now["seen"], "the cell is not to be seen"
        assert set(now["seen"]) <= set(each[at - 1]), "a cell of another slide is to be seen"
        if crowded(now["size"], now["cut_off"]):
            full[at] = (now["size"], now["cut_off"])
    assert press(page, "PageUp")["id"] == walk[-2][1]
    assert full == {}, "{slide: (size of letters, pixels cut off)}: make a subslide, or skip a cell"


def test_shift_enter_runs_the_cell_and_stays(deck, page):
    open_deck(page, deck[0])
    code = next(cell.id for cell in lesson("01").cells if cell.cell_type == "code")
    walk_to(page, lambda now: now["id"] == code, "PageDown")
    page.keyboard.press("Shift+Enter")
    page.wait_for_function(driving.NOTHING_RUNS)
    page.wait_for_function(driving.KERNEL_IDLE)
    assert next(cell for cell in driving.cells(page) if cell["id"] == code)["executed"] == 1
    assert state(page)["id"] == code


VIEWS = {"03": ("show.QueryKeyEditor()", ".qk"), "05": ('mask="after", query', ".ag")}  # the tallest ones


@pytest.mark.parametrize("number", VIEWS)
def test_a_view_that_was_run_fits_its_slide_and_moves(deck, page, number):
    code, kind = VIEWS[number]
    load_lesson(page, deck[0], number)
    cell = next(cell.id for cell in lesson(number).cells if cell.cell_type == "code" and code in cell.source)
    walk_to(page, lambda now: now["id"] == cell, "Space")
    for name in ("notebook:run-all-above", "notebook:run-cell"):
        page.evaluate(driving.COMMAND, name)
    view = page.locator(f".jp-deck-mod-onscreen {kind}")
    view.wait_for()
    page.wait_for_function(f"() => ({LIVE_STATE})().cut_off <= 1")
    bottom = page.evaluate("innerHeight") - 44  # where the number of the slide stands
    for part in (view, page.locator(".jp-deck-mod-onscreen").first):
        assert 0 <= part.bounding_box()["y"] < part.bounding_box()["y"] + part.bounding_box()["height"] <= bottom
    if number == "03":
        view.locator("td[data-score='4,3']").click()
        assert view.locator("p[aria-live]").first.inner_text().startswith("roamed asks creature: ")
    else:
        view.get_by_label("Causal mask").select_option("before")
        assert set(view.locator("td[data-sum]").all_inner_texts()) == {"1.00"}


def test_the_speaker_sees_notes_in_a_window_of_their_own(deck, page):
    open_deck(page, deck[0])
    each = slides.pages(lesson("01"))
    at = [at for at, slide in enumerate(each) if slide.notes][1]
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    walk_to(page, lambda now: now["number"].startswith(f"{at + 1} /"), "Space")
    assert opened.value.locator("#where").inner_text() == f"Slide {at + 1} of {len(each)}"
    words = plain(opened.value.locator("main").inner_text())
    assert plain(each[at].notes[0]) in words
    assert words not in plain(page.locator("body").inner_text()), "the audience reads the notes"


def test_escape_leaves_the_slides_and_nothing_is_remembered(deck, page):
    url, folder = deck
    open_deck(page, url)
    page.keyboard.press("Escape")
    page.wait_for_selector("body:not([data-jp-deck-mode]):not([data-course-slide])", state="attached")
    page.wait_for_timeout(500)
    mine = folder / "settings"  # where JupyterLab keeps this user's own settings
    assert not list(mine.rglob("*slideshow*"))
    assert list((folder / "deck" / "user").rglob("*slideshow*")), "it is remembered in the folder that goes away"
    page.evaluate("async () => { await window.jupyterapp.commands.execute('deck:start') }")  # for the other tests
    wait_for_deck(page)


@pytest.mark.parametrize("cell", [0, -1])  # the links above and below a lesson are on no slide
def test_slides_can_be_started_from_any_cell(deck, page, cell):
    open_deck(page, deck[0])
    page.evaluate(driving.COMMAND, "deck:stop")
    page.evaluate(
        """(index) => {
            const { content } = window.jupyterapp.shell.currentWidget;
            content.activeCellIndex = index < 0 ? content.widgets.length + index : index;
        }""",
        cell,
    )
    page.evaluate(driving.COMMAND, "deck:start")
    wait_for_deck(page)
    assert state(page)["id"] == shown("01")[cell][cell]


@pytest.mark.parametrize("number", LESSONS)
def test_the_hand_out_is_walked_by_keyboard_offline(number, context, tmp_path):
    context.set_offline(True)
    page = context.new_page()
    expected = slides.pages(lesson(number))
    page.goto(slides.export(number, tmp_path).as_uri())
    page.wait_for_function("Reveal.isReady()")
    full = {}
    for at, slide in enumerate(expected):
        for step in range(len(slide.steps)):
            assert page.evaluate("(() => { const { h, f } = Reveal.getIndices(); return [h, f ?? -1] })()") == [
                at,
                step - 1,
            ]
            size, cut_off = page.evaluate(HAND_OUT_STATE)
            if crowded(size, cut_off):
                full[at + 1] = (round(size, 2), cut_off)
            page.keyboard.press("ArrowRight")
    assert page.evaluate("Reveal.isLastSlide()")
    assert full == {}, "{slide: (size of letters, pixels cut off)}: make a subslide, or skip a cell"
    for image in page.locator("img").all():
        assert image.get_attribute("alt")
        assert image.evaluate("image => image.naturalWidth > 0")


def test_formulas_of_a_hand_out_are_drawn_without_a_script(context, tmp_path):
    context.set_offline(True)
    page = context.new_page()
    page.goto(slides.export("01", tmp_path).as_uri())
    page.wait_for_function("Reveal.isReady()")
    formula = page.locator("math[display=block]").first
    number = formula.evaluate(
        "formula => [...document.querySelectorAll('.slides > section')].indexOf(formula.closest('section'))"
    )
    page.evaluate("number => Reveal.slide(number)", number)
    box = formula.bounding_box()
    assert box["width"] > 100
    assert box["height"] > 20
    assert "\\" not in formula.text_content()


def test_the_hand_out_shows_notes_to_the_speaker(context, tmp_path):
    context.set_offline(True)
    page = context.new_page()
    expected = slides.pages(lesson("01"))
    at = next(at for at, slide in enumerate(expected) if slide.notes)
    page.goto(slides.export("01", tmp_path).as_uri() + f"#/{at}")
    page.wait_for_function("Reveal.isReady()")
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    opened.value.wait_for_function("document.querySelector('.speaker-controls-notes .value')?.innerText.length > 10")
    words = opened.value.locator(".speaker-controls-notes .value").inner_text()
    assert plain(expected[at].notes[0])[:60] in plain(words)


def plain(text):
    return " ".join("".join(letter for letter in text if letter not in "*_`$").split())
