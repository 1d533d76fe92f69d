"""Cut a built lesson into slides that a back row can read: a cell that no longer fits begins a new one, and so does an answer.

Authors mark where a slide must begin (slide="slide" or "subslide"); everything between is cut here, by estimated heights on a
slide of 1280 x 720 with letters of 26 pixels. A test walks every deck in a browser and holds the estimate to account.
"""

import re

ROOM = 650  # pixels: a slide without its margins, with letters that may shrink a little
CHARACTERS, LINE = 82, 38  # of text
CODE_CHARACTERS, CODE_LINE = 88, 31
PICTURE = 270  # it takes the room that is left, and at least this
LEAD_IN = 170  # a text as short as this belongs to the cell that it introduces


def paginate(cells):
    """Mark, in place, where a new subslide begins; cells that carry a mark keep it."""
    room, on_slide = ROOM, []
    for cell in cells:
        kind = cell.metadata.get("slideshow", {}).get("slide_type")
        if kind == "skip":
            continue
        if kind in ("slide", "subslide"):
            on_slide = []
        elif on_slide and (is_question(on_slide[-1]) or height(cell) > room):
            first = on_slide[-1]
            if len(on_slide) > 1 and introduces(first, cell) and not is_question(on_slide[-2]):
                begin(first)
                on_slide = [first]
            else:
                begin(cell)
                on_slide = []
        on_slide.append(cell)
        room = ROOM - sum(map(height, on_slide))


def begin(cell):
    cell.metadata["slideshow"] = {"slide_type": "subslide"}


def is_question(cell):
    """A prediction: what comes after it is the answer, and must not be on the screen yet."""
    return cell.source.startswith("predict(")


def introduces(text, cell):
    marked = "slideshow" in text.metadata
    return text.cell_type == "markdown" and not marked and height(text) <= LEAD_IN and cell.cell_type == "code"


def height(cell):
    """The pixels that a cell takes, roughly."""
    if cell.cell_type == "markdown":
        return sum(map(_block, re.split(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) |\|)", cell.source)))
    shown = sum(map(_output, cell.get("outputs", [])))
    return 20 + shown + (0 if is_question(cell) else _lines(cell.source, CODE_CHARACTERS) * CODE_LINE + 30)


def _lines(text, width):
    return sum(1 + len(line) // width for line in text.splitlines())


def _block(text):
    text = re.sub(r"\]\([^)]*\)|[*`]", "", text.strip())
    if text.startswith("#"):
        return 75
    if text.startswith("|"):
        return 52
    if text.startswith("$$"):
        return 95
    return _lines(text.replace("\n", " "), CHARACTERS) * LINE + 14


def _output(output):
    data = output.get("data", {})
    page = data.get("text/html", "")
    if "<img" in page:
        return PICTURE
    if "<details>" in page:  # a prediction
        return 110 + 45 * page.count("<li>")
    if "<tr>" in page:
        return 50 * page.count("<tr>")
    return 16 + CODE_LINE * _lines(output.get("text", "") or data.get("text/plain", "") or " ", CODE_CHARACTERS)
