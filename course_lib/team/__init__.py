"""The same run by several processes."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "launch": ["TeamFailed", "torchrun"],
        "program": ["TeamRun", "example"],
        "sharding": ["average_gradients", "shard_heads"],
    },
)
