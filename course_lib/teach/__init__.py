"""The instructor's side: JupyterLab with the course's settings, slides to show and slides to hand out."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submod_attrs={"lab": ["start"], "slides": ["export", "run_live"], "problem": ["TeachError"]}
)
