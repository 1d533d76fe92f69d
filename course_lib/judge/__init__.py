"""Is an answer right, and if not, which mistake is it? Knows no lesson, no notebook and no file of the learner's."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["failing_case"],
    submod_attrs={
        "engine": ["Exercise", "Slip"],
        "inputs": ["USUAL"],
        "verdict": ["NOT_ATTEMPTED", "RIGHT", "THEN", "WRONG", "Failure", "Verdict"],
        "attempt": ["tensor"],
        "guard": ["guarded", "guarded_apart", "sentence"],
        "present": [
            "COLOURS",
            "HINT",
            "MARKS",
            "Card",
            "NotYet",
            "Still",
            "display",
            "in_notebook",
            "inline",
            "stop_with",
        ],
        "tolerance": ["agree"],
    },
)
