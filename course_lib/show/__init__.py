"""Arrays in, described pictures out: every function returns a Picture (or a Table) that carries its own words. Nothing here trains.

Views that can be moved are imported when they are asked for: AttentionGrid.
"""

from .compare import compare
from .dot_products import arrows, number_line, products
from .grids import pattern, scores_grid
from .heatmaps import heatmap
from .picture import Picture, Table
from .plots import bars, lines, points

__all__ = [
    "Picture",
    "Table",
    "arrows",
    "bars",
    "compare",
    "heatmap",
    "lines",
    "number_line",
    "pattern",
    "points",
    "products",
    "scores_grid",
]


def __getattr__(name):
    if name == "AttentionGrid":
        from .attention_grid import AttentionGrid

        return AttentionGrid
    raise AttributeError(f"course_lib.show has no {name!r}")
