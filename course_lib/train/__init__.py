"""The training loop, its pieces, the device it runs on, and checkpoints."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "loop": ["Settings", "train"],
        "step": ["Run"],
        "pieces": [
            "TrainingPieces",
            "clip_gradients",
            "cosine_rate_at",
            "cross_entropy",
            "estimate_loss",
            "get_batch",
            "learning_rate_at",
            "next_token_loss",
            "next_token_targets",
            "train_step",
        ],
        "device": ["choose_device", "work_of"],
        "checkpoints": ["CheckpointError", "read_checkpoint", "write_checkpoint"],
        "recording": ["Recording"],
    },
)
