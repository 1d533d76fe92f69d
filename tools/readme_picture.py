"""Draw docs/attention_pattern.png, the README's picture, from the sentence's own vectors: python tools/readme_picture.py"""

from pathlib import Path

from course_lib import show
from course_lib.attention import sentence
from course_lib.attention.numpy_attention import causal_mask, masked_pattern, queries_and_keys

TARGET = Path(__file__).resolve().parents[1] / "docs" / "attention_pattern.png"


def picture():
    may_look = causal_mask(len(sentence.TOKENS))
    weights = masked_pattern(*queries_and_keys(sentence.E, sentence.W_q, sentence.W_k), may_look)
    return show.pattern(
        weights, sentence.TOKENS, title="Who looks at whom: nouns look at their adjectives", may_look=may_look
    )


if __name__ == "__main__":
    TARGET.parent.mkdir(exist_ok=True)
    print("wrote", picture().save(TARGET))
