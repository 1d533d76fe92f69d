"""Arrays in, described pictures out (figures/), and the same to be moved (views/). Nothing here trains."""

import lazy_loader

# Those that can be moved, by the module in views/ that holds each.
VIEWS = {
    "AttentionGrid": "attention_grid",
    "Choice": "choice",
    "DotProduct": "dot_product",
    "HeadBrowser": "head_browser",
    "LedgerSliders": "ledger_sliders",
    "ProgressMap": "progress_map",
    "QueryKeyEditor": "query_key_editor",
    "TrainingPlayer": "training_player",
}

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "figures.arrows": ["arrows", "number_line", "products"],
        "figures.beside_target": ["compare"],
        "figures.heads": ["head_map", "head_patterns"],
        "figures.heatmaps": ["heatmap"],
        "figures.ledger": ["ledger"],
        "figures.loss_plot": ["LossPlot"],
        "figures.patterns": ["pattern", "scores_grid"],
        "figures.picture": ["Picture", "Table"],
        "figures.plots": ["bars", "lines", "points"],
        "figures.road": ["road"],
        "figures.shards": ["dealt"],
    }
    | {f"views.{module}": [name] for name, module in VIEWS.items()},
)
