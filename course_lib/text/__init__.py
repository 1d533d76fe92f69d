"""What a model reads: tokens, the fluffy language with its exact entropy, what each word of a story is, and real word vectors."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["word_vectors"],
    submod_attrs={
        "tokens": [
            "apply_merges",
            "build_vocabulary",
            "decode",
            "embed",
            "encode",
            "learn_merges",
            "merge_pair",
            "most_frequent_pair",
        ],
        "fluffy_language": ["KINDS", "SMALL_WORDS", "FluffyCorpus", "load_text"],
        "story_roles": [
            "ROLES",
            "adjective_after_was",
            "adjectives_of_story",
            "noun_before_was",
            "own_adjectives",
            "roles",
        ],
    },
)
