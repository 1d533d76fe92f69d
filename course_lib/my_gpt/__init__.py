"""All about the learner's folder of that name: what is kept there, what was done, and the GPT that is made of it."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach(
    __name__,
    submodules=["record"],
    submod_attrs={
        "assembly": ["assemble"],
        "export": ["NotExported", "export_my_gpt"],
        "keep": ["own_or", "save", "saved"],
        "pieces": ["PIECES", "Piece"],
        "own_tokenizer": ["Tokenizer", "tokenizer"],
        "runs": ["training_pieces", "writing_pieces"],
    },
)
