"""What it takes: parameters counted, seconds and bytes measured, days estimated."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "ledger": ["GPT_2", "GPT_3", "code_ledger", "fully_connected_parameters", "video_ledger"],
        "budgets": [
            "GPUS",
            "MODELS",
            "PUBLISHED",
            "TOKENS",
            "activation_bytes",
            "gpus_to_hold",
            "memory_budget",
            "parameters",
            "parameters_of",
            "training_days",
            "training_flops",
        ],
        "measure": ["exponent", "peak_bytes", "seconds"],
        "benchmark_table": ["benchmark_table"],
    },
)
