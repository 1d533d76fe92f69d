"""Small trainings and measurements that a lesson needs to make one point; lessons import the modules by name."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__, submodules=["depth", "induction", "minilm", "moles", "places_or_kinds", "tiny", "tiny_heads"]
)
