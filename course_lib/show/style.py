"""Colours and type, in one place. Every colour has a letter or a shape beside it: nothing is told by hue alone."""

from contextlib import contextmanager

QUERY, KEY, VALUE = "#7A5200", "#0050E0", "#CC1480"  # on white; distinguishable with every common colour blindness
QUERY_DARK, KEY_DARK, VALUE_DARK = "#F2CC0C", "#4D90FF", "#F0507F"  # the same roles on a dark background
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

    return Figure(figsize=(width, height), layout="constrained")


def number(value):
    """A number as a short text: 3, −0.5, 0.42, 1.2e+05."""
    value = float(value)
    if value != value:
        return "NaN"
    if abs(value) == float("inf"):
        return "∞" if value > 0 else "−∞"
    text = f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 10_000 else f"{value:.1e}"
    return ("0" if text == "-0" else text).replace("-", "−")
