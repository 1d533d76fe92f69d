"""The library behind the lessons: what you build by hand, once more, to import ever after.

It is built in wings; CONTRIBUTING.md has a map of them. A lesson imports from a wing's face, its `__init__`: `from course_lib.model import GPT`.

Axes, always in this order and under these letters:

    B   batch              texts at once
    H   head               heads of attention
    T   token              positions in a text; T_query and T_key where they differ
    C   n_embd             width of the model, C = H * D
    D   head_size          width of one head
    V   vocab_size         tokens in the vocabulary

Importing `course_lib` alone imports nothing heavy; `python -m course_lib` lists the commands.
"""

__version__ = "0.2.0"

# Every wing, lowest first: a wing imports only from faces of wings that stand above it in this list (a test reads it).
WINGS = (
    "disk",
    "fetch",
    "attention",
    "text",
    "judge",
    "model",
    "inside",
    "costs",
    "train",
    "team",
    "experiments",
    "mistakes",
    "my_gpt",
    "show",
    "check",
    "teach",
    "doctor",
    "__main__",
)
