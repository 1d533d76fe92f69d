"""The one door through which a figure reaches a notebook: a picture that carries its words, <figure><img alt><figcaption>."""

import base64
import html
import io
import warnings
from pathlib import Path

import numpy as np

from .style import course_style

DPI, SHOWN_DPI = 160, 92  # drawn sharper than it is shown


class Picture:
    """A figure with words: `alt` says what a seeing reader takes from it, made from the data; the caption is optional.

    A lower dpi and fewer colours make a smaller file, for large pictures in few colours.
    """

    def __init__(self, figure, alt, caption="", dpi=DPI, colours=256):
        if not alt.strip():
            raise ValueError("a picture needs an alt text: say in words what it shows")
        self.alt, self.caption = " ".join(alt.split()), caption
        self.width = round(figure.get_figwidth() * SHOWN_DPI)
        self.png = _png(figure, dpi, colours)

    def save(self, path):
        """Write the picture as a PNG file; returns the path."""
        Path(path).write_bytes(self.png)
        return Path(path)

    def _repr_mimebundle_(self, **_):
        data = base64.b64encode(self.png).decode("ascii")
        style = f"width:{self.width}px;max-width:100%;background:#fff;border-radius:4px"
        image = f'<img alt="{html.escape(self.alt)}" style="{style}" src="data:image/png;base64,{data}">'
        caption = f"<figcaption>{html.escape(self.caption)}</figcaption>" if self.caption else ""
        return {"text/plain": str(self), "text/html": f'<figure style="margin:.4em 0">{image}{caption}</figure>'}

    def __str__(self):
        return f"[picture] {self.alt}"


def _png(figure, dpi, colours):
    """The figure as PNG bytes of at most so many colours, a third of the usual size; the same figure gives the same bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    small = io.BytesIO()
    with course_style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # a token may be in any script
        figure.set_dpi(dpi)
        canvas = FigureCanvasAgg(figure)
        canvas.draw()  # once; `savefig` draws twice, and compresses what would only be read again
    image = Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")
    image.quantize(colours, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(small, "PNG", optimize=True)
    return small.getvalue()


class Table:
    """The same door for values that are not drawn: a small HTML table with a caption, and its text."""

    def __init__(self, caption, header, rows):
        self.caption, self.header, self.rows = (
            caption,
            [str(cell) for cell in header],
            [[str(cell) for cell in row] for row in rows],
        )
        self.alt = str(self)

    def __str__(self):
        return "\n".join([self.caption, *(" | ".join(row) for row in [self.header, *self.rows])])

    def _repr_mimebundle_(self, **_):
        head = "".join(f'<th scope="col" style="text-align:left">{html.escape(cell)}</th>' for cell in self.header)
        rows = "".join(
            "<tr>" + "".join(f'<td style="text-align:left">{html.escape(cell)}</td>' for cell in row) + "</tr>"
            for row in self.rows
        )
        caption = f'<caption style="text-align:left;font-weight:bold">{html.escape(self.caption)}</caption>'
        return {
            "text/plain": str(self),
            "text/html": f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>",
        }


def with_twin(bundle, twin):
    """A view's mime bundle with the picture that stands in for it where no view can run: before the first run, on GitHub, in exports."""
    data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
    views = {kind: value for kind, value in (data or {}).items() if "widget-view" in kind}
    return {**twin._repr_mimebundle_(), **views}, metadata
