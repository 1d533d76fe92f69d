"""Arrays in, described pictures out: every function returns a Picture (or a Table) that carries its own words. Nothing here trains.

Views that can be moved are imported when they are asked for: see VIEWS.
"""

from importlib import import_module

from .compare import compare
from .dot_products import arrows, number_line, products
from .grids import pattern, scores_grid
from .heads import head_map, head_patterns
from .heatmaps import heatmap
from .ledgers import ledger
from .live import LossPlot
from .picture import Picture, Table
from .plots import bars, lines, points
from .road import road

__all__ = [
    "LossPlot",
    "Picture",
    "Table",
    "arrows",
    "bars",
    "compare",
    "head_map",
    "head_patterns",
    "heatmap",
    "ledger",
    "lines",
    "number_line",
    "pattern",
    "points",
    "products",
    "road",
    "scores_grid",
]


VIEWS = {  # the module of each view
    "AttentionGrid": "attention_grid",
    "Choice": "choice",
    "DotProduct": "dot_product",
    "HeadBrowser": "head_browser",
    "LedgerSliders": "ledger_sliders",
    "ProgressMap": "progress_map",
    "QueryKeyEditor": "query_key_editor",
    "TrainingPlayer": "training_player",
}


def __getattr__(name):
    if name in VIEWS:
        return getattr(import_module(f".{VIEWS[name]}", __name__), name)
    raise AttributeError(f"course_lib.show has no {name!r}")
