"""Turns notebook cells into HTML that needs no script and no network: formulas as MathML, pictures inside the page."""

import base64
import mimetypes
import re
from html import escape
from pathlib import Path

from latex2mathml.converter import convert
from nbconvert.filters import ansi2html
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from course_lib.disk import ROOT

from .problem import TeachError

FORMATTER = HtmlFormatter(nowrap=True)
PICTURES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif")


def mathml(latex, display="inline"):
    """A LaTeX formula as a <math> element; raises TeachError that quotes what MathML could not be made of."""
    try:
        math = convert(latex.strip(), display=display)
    except Exception as error:
        raise TeachError(
            f"The formula ${latex}$ cannot be shown on a slide ({type(error).__name__}). Write it more simply."
        ) from None
    unknown = re.search(r"\\[A-Za-z]+", math)
    if unknown:
        raise TeachError(f"The formula ${latex}$ cannot be shown on a slide: {unknown.group()} is not known there.")
    return re.sub(
        r"<mo(?![^>]*fence)[^>]*>(&#x0007C;|&#x02016;)</mo>",
        r'<mo lspace="0" rspace="0" stretchy="false">\1</mo>',
        math,
    )


class Renderer(IPythonRenderer):
    """Markdown to HTML: MathML for formulas, pictures embedded, links only where they lead out of the repository."""

    def __init__(self, folder, attachments=None):
        super().__init__(escape=False, embed_images=True, exclude_anchor_links=True, attachments=attachments)
        self.folder = Path(folder)

    def inline_math(self, body):
        return mathml(body)

    def block_math(self, body):
        return mathml(body, "block")

    def latex_environment(self, name, body):
        return mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", "block")

    def link(self, text, url, title=None):
        return super().link(text, url, title) if re.match(r"https?:", url) else text

    def _src_to_base64(self, src):
        if src.startswith("data:"):
            return src
        path = (self.folder / src).resolve()
        if "://" in src or not path.is_relative_to(ROOT) or not path.is_file():
            raise TeachError(f"The picture {src} is not a file of this course, so a slide cannot hold it.")
        kind = mimetypes.guess_type(path)[0]
        return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode('ascii')}"


def cell_html(cell, folder):
    """One cell as HTML: rendered markdown, or highlighted code with its stored outputs below."""
    if cell.cell_type == "markdown":
        return words_html(cell.source, folder, cell.get("attachments"))
    if cell.cell_type != "code":
        return f"<pre>{escape(cell.source)}</pre>"
    hidden = cell.metadata.get("jupyter", {})
    code = highlight(cell.source, PythonLexer(), FORMATTER).rstrip()
    parts = [] if hidden.get("source_hidden") else [f'<pre class="code" tabindex="-1"><code>{code}</code></pre>']
    if not hidden.get("outputs_hidden"):
        parts += [output_html(output, folder) for output in cell.outputs]
    return "\n".join(part for part in parts if part)


def words_html(text, folder, attachments=None):
    """Markdown as HTML; pictures are looked for in `folder`."""
    return MarkdownWithMath(Renderer(folder, attachments)).render(text)


def output_html(output, folder):
    """One stored output as HTML; widgets are left out, for their static twin stands beside them."""
    if output.output_type == "stream":
        return f'<pre class="printed">{ansi2html(output.text.rstrip())}</pre>'
    if output.output_type == "error":
        return f'<pre class="printed">{ansi2html(chr(10).join(output.traceback))}</pre>'
    data = output.data
    if "application/vnd.jupyter.widget-view+json" in data and "text/html" not in data:
        return ""
    if "text/html" in data:
        return f'<div class="output">{data["text/html"]}</div>'
    if "text/markdown" in data:
        return f'<div class="output">{words_html(data["text/markdown"], folder)}</div>'
    if "text/latex" in data:
        return f'<div class="output">{mathml(data["text/latex"].strip().strip("$"), "block")}</div>'
    for kind in PICTURES:
        if kind in data:
            return _picture(kind, data)
    return f'<pre class="printed">{ansi2html(data.get("text/plain", ""))}</pre>'


def _picture(kind, data):
    raw = data[kind]
    inside = base64.b64encode(raw.encode("utf-8")).decode("ascii") if kind.endswith("xml") else raw.replace("\n", "")
    return f'<figure><img alt="{escape(data.get("text/plain", ""))}" src="data:{kind};base64,{inside}"></figure>'
