"""The GPT, its parts, its relatives, and how it writes text."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["modern"],
    submod_attrs={
        "gpt": ["GPT", "GPTConfig", "Block", "CausalSelfAttention", "MLP"],
        "block": ["and_neuron", "layer_norm", "mlp"],
        "generation": ["Reader", "WritingPieces", "generate", "pick", "sample", "shares", "top_k", "top_p"],
        "gpt2_files": ["NotLoaded", "load_gpt2", "load_words", "save_gpt2"],
        "shipped": ["fluffy_model"],
        "toy_model": ["ToyModel"],
    },
)
