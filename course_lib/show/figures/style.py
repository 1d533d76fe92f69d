"""Colours and type, in one place. Every colour has a letter or a shape beside it: nothing is told by hue alone."""

import textwrap
from contextlib import contextmanager

QUERY, KEY, VALUE = "#7A5200", "#0050E0", "#CC1480"  # on white; distinguishable with every common colour blindness
INK, QUIET, FAINT = "#1C1C1C", "#5F6368", "#DADCE0"
RIGHT, WRONG = "#1A7F37", "#B3261E"
SERIES = (KEY, QUERY, VALUE, "#3C3C3C", "#00796B", "#8A3FFC")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P")

RC = {
    "font.family": "DejaVu Sans",
    "font.size": 11,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "text.color": INK,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "svg.hashsalt": "course",
    "text.parse_math": False,  # a token may be "$"
}


@contextmanager
def course_style():
    """The course's look for figures that are made inside; nothing global stays changed."""
    import matplotlib

    base = {name: value for name, value in matplotlib.rcParamsDefault.items() if not name.startswith("backend")}
    with matplotlib.rc_context({**base, **RC}):
        yield


def new_figure(width, height):
    """A Figure of this size in inches, without pyplot and its global list of figures."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.1, h_pad=0.1)
    return figure


def inside(artist):
    """An artist that lies within its axes: it need not be measured, twice, to make room for it. Returns the artist."""
    artist.set_in_layout(False)
    return artist


def wrapped(title, figure, beside=0.6):
    """The title in as many lines as it takes to stand above the axes, which begin so many inches from the left."""
    return textwrap.fill(title, max(16, int((figure.get_figwidth() - beside) / 0.095)))


def listed(parts, most=24):
    """Parts as one text, for the ear: at most so many of them, and how many more there are."""
    more = len(parts) - most
    return ", ".join(parts) if more <= 0 else f"{', '.join(parts[:most])} and {more} more"


def readable(token):
    """A token as a label: line breaks, and spaces at its ends, can be seen."""
    text = str(token).replace("\n", "↵").replace("\t", "⇥")
    body = text.strip(" ")
    left = len(text) - len(text.lstrip(" "))
    return "␣" * left + body + "␣" * (len(text) - left - len(body))


def number(value):
    """A number as a short text: 3, −0.5, 0.42, 1.2e+05."""
    value = float(value)
    if value != value:
        return "NaN"
    if abs(value) == float("inf"):
        return "∞" if value > 0 else "−∞"
    text = f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 10_000 else f"{value:.1e}"
    return ("0" if text == "-0" else text).replace("-", "−")
