"""Where words go in a picture: beside what they name, and apart from each other."""

import itertools

import numpy as np

CHARACTER = 0.66  # the width of a character of bold DejaVu Sans, in font sizes, on average


def apart(heights, gap):
    """The heights (N,) nearest to the given ones that keep a gap: neighbours that would overlap are pooled around their middle."""
    order = np.argsort(heights, kind="stable")
    blocks = []  # [mean, how many], rising
    for height in np.asarray(heights, dtype=float)[order] - gap * np.arange(len(order)):
        blocks.append([height, 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (low, many), (high, more) = blocks[-2:]
            blocks[-2:] = [[(low * many + high * more) / (many + more), many + more]]
    moved = np.empty(len(order))
    moved[order] = np.repeat([mean for mean, _ in blocks], [many for _, many in blocks]) + gap * np.arange(len(order))
    return moved


def anchor(x, y):
    """How a label is aligned that stands in this direction of what it names."""
    reach = np.hypot(x, y) or 1.0
    across = "left" if x > 0.35 * reach else "right" if x < -0.35 * reach else "center"
    upright = "bottom" if y > 0.7 * reach else "top" if y < -0.7 * reach else "center"
    return {"ha": across, "va": upright}


def free_offsets(at, texts, size, ways, taken=()):
    """For texts at positions (N, 2) in points: for each the first of its ways [(x, y), …] whose text covers no other text and no
    position in `taken`; if there is none, the one that covers least."""
    boxes = [(x - 4, y - 4, x + 4, y + 4) for x, y in [*at, *taken]]
    chosen = []
    for (x, y), text, offsets in zip(at, texts, ways, strict=True):
        tried = [_box(x, y, offset, text, size) for offset in offsets]
        best = min(range(len(tried)), key=lambda i: sum(_overlap(tried[i], box) for box in boxes))
        chosen.append(offsets[best])
        boxes.append(tried[best])
    return chosen


def levels(values, widths):
    """A level 0, 1, 2, … for each of the labels centred on values (N,), so that those on one level do not touch."""
    chosen, ends = np.zeros(len(values), dtype=int), {}
    for i in np.argsort(values, kind="stable"):
        left = values[i] - widths[i] / 2
        chosen[i] = next(level for level in itertools.count() if ends.get(level, -np.inf) <= left)
        ends[chosen[i]] = values[i] + widths[i] / 2
    return chosen


def name_ticks(axes, rows, columns, row_name, column_name, row_colour, column_colour):
    """Name the rows and columns of a table, whose first row is on top."""
    slanted = max(len(name) for name in columns) > 4
    turned = {"rotation": 38, "ha": "left", "rotation_mode": "anchor"} if slanted else {}
    axes.set_xticks(range(len(columns)), columns, color=column_colour, **turned)
    axes.set_yticks(range(len(rows)), rows, color=row_colour)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xlabel(column_name, color=column_colour, labelpad=8)
    axes.set_ylabel(row_name, color=row_colour, labelpad=6)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _box(x, y, offset, text, size):
    wide, high = CHARACTER * size * len(str(text)), 1.25 * size
    aligned = anchor(*offset)
    left = x + offset[0] - {"left": 0, "center": wide / 2, "right": wide}[aligned["ha"]]
    low = y + offset[1] - {"bottom": 0, "center": high / 2, "top": high}[aligned["va"]]
    return left, low, left + wide, low + high


def _overlap(one, other):
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0) * max(high, 0)
