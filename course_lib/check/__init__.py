"""What a learner calls, and nothing else: check(f), hint(f), draw(f), replay(), predict(…), progress()."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "commands": ["check", "draw", "hint", "progress", "progress_text", "replay"],
        "prediction": ["predict"],
    },
)
