"""Arrays in, described pictures out: every function returns a Picture (or a Table) that carries its own words. Nothing here trains."""

from .compare import compare
from .grids import heatmap, pattern, scores_grid
from .picture import Picture, Table
from .plots import arrows, bars, lines, number_line, points, products

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
