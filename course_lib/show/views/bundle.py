"""One script and one style sheet from a view's own files: editors, node and tsc read them as they are, a widget needs one of each."""

import re
from pathlib import Path

HERE = Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]*\} from "(\./[\w/]+\.js)";\n', re.M)
EXPORT = re.compile(r"^export (?!default)", re.M)


def modules(path):
    """The files that a script is made of, each once and after those that it imports; the script itself is the last."""
    path = Path(path).resolve()
    parts = [part for target in IMPORT.findall(_text(path)) for part in modules(path.parent / target)]
    return [*dict.fromkeys(parts), path]


def script(name):
    """The whole script of a view: what it imports stands in front of it, so that nothing is imported; only the view itself exports."""
    *parts, own = [IMPORT.sub("", _text(path)) for path in modules(HERE / f"{name}.js")]
    return "\n".join([*(EXPORT.sub("", part) for part in parts), own])


def style(name):
    """The whole style sheet of a view: a module NAME.js that has a look of its own has a NAME.css beside it."""
    sheets = [path.with_suffix(".css") for path in modules(HERE / f"{name}.js")]
    return "\n".join(_text(sheet) for sheet in sheets if sheet.exists())


def _text(path):
    return path.read_text(encoding="utf-8")
