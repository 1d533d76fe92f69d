"""The mathematics of attention: vectors, the pieces in NumPy, the same in PyTorch, and the one sentence of the course."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["hand_set_heads", "numpy_attention", "sentence", "torch_attention"],
    submod_attrs={
        "vectors": ["all_pairs", "cosine_similarity", "dot", "most_similar"],
        "numpy_attention": [
            "add_to_stream",
            "attend",
            "attention_pattern",
            "attention_scores",
            "causal_mask",
            "cross_attention",
            "effective_tokens",
            "leaks",
            "low_rank_value",
            "masked_pattern",
            "merge_heads",
            "multi_head_attention",
            "queries_and_keys",
            "scale_scores",
            "sliding_window_mask",
            "softmax",
            "split_heads",
            "to_video_convention",
            "value_update",
        ],
        "gradients": ["gradient_check", "head_backward", "mean_surprise", "mean_surprise_backward"],
        "efficient": [
            "attention_flops",
            "causal_linear_attention",
            "linear_attention",
            "nothing_seen",
            "positive_features",
            "take_in",
            "tiled_attention",
            "window_pairs",
            "windowed_attention",
        ],
    },
)
