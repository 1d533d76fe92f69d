"""Where the parameters of a model sit: a ledger as bars."""

from .picture import Picture
from .style import FAINT, INK, KEY, QUIET, VALUE, course_style, new_figure, wrapped

LOOKS = {"attention": (KEY, ""), "MLP": (VALUE, "///"), "tables": (QUIET, "..."), "biases and norms": (INK, "")}


def ledger(ledger, title):
    """The lines of a Ledger (costs/ledger.py) as bars, each with its shape, its number of copies and its count."""
    lines = ledger.lines
    if not lines:
        raise ValueError("the ledger has no lines yet: nothing to draw")
    with course_style():
        figure = new_figure(9.2, 0.5 * len(lines) + 1.5)
        axes = figure.subplots()
        shares = {part: f"{part} {share(count, ledger.total)}" for part, count in ledger.parts.items()}
        top = max(line.count for line in lines)
        for place, line in enumerate(lines):
            colour, hatch = LOOKS[line.part]
            label = shares.pop(line.part, None)
            look = {"fc": colour if not hatch else "white", "ec": colour, "hatch": hatch, "lw": 1.2}
            axes.barh(place, line.count, height=0.62, label=label, **look)
            axes.annotate(f"{line.count:,}", (line.count, place), (6, 0), textcoords="offset points", va="center")
        axes.set_yticks(range(len(lines)), [f"{line.name}\n{size(line)}" for line in lines], size=9.5)
        axes.set(xlim=(0, 1.32 * top), ylim=(len(lines) - 0.4, -0.6), xlabel="parameters", ylabel="line of the ledger")
        unit, word = next((u, w) for u, w in ((1e9, " billion"), (1e6, " million"), (1, "")) if top >= u or u == 1)
        axes.xaxis.set_major_formatter(lambda value, _: f"{value / unit:g}{word if value else ''}")
        axes.locator_params(axis="x", nbins=5)
        axes.grid(axis="x", color=FAINT, lw=0.6)
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)
        figure.legend(frameon=False, loc="outside lower center", ncols=4)
        axes.set_title(wrapped(title, figure, beside=2.2))
        return Picture(figure, f"{title}. {in_words(ledger)}")


def size(line):
    """The shape of one, and how many there are: "128 × 12,288, 9,216 times"."""
    times = f", {line.copies:,} times" if line.copies > 1 else ""
    return " × ".join(f"{n:,}" for n in line.shape) + times


def share(count, total):
    """A part of a whole in per cent; a part that is nearly nothing is not called nothing."""
    percent = 100 * count / total
    return f"{percent:.0f} %" if percent >= 1 or not count else f"{percent:.1g} %"


def in_words(ledger):
    """The whole ledger as one text."""
    parts = ", ".join(f"{part} {share(count, ledger.total)}" for part, count in ledger.parts.items())
    lines = "; ".join(f"{line.name}, {size(line)}: {line.count:,}" for line in ledger.lines)
    return f"{ledger.total:,} parameters in {ledger.matrices:,} matrices. Shares: {parts}. Lines: {lines}."
