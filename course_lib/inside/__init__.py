"""Looking into a model: what its heads look at, what happens without them, what it would say half-way."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["reading"],
    submod_attrs={
        "look": [
            "best_head",
            "best_heads",
            "induction_score",
            "logit_lens",
            "look_inside",
            "mean_outputs",
            "previous_token_score",
            "rise_without_each_head",
            "share_at",
            "switched_off",
            "token_leads",
            "token_losses",
        ]
    },
)
