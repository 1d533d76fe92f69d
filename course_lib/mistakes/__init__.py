"""The tables: for each exercise its reference with forks, sentences, hints and inputs. Content, not machinery."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submodules=["find"], submod_attrs={"find": ["exercise_named"]}
)
