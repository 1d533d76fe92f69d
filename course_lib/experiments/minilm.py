"""A real pretrained encoder, all-MiniLM-L6-v2, in NumPy alone: the attention of lessons 04 to 07, the block of lesson 08, and no mask.

`python3 course.py fetch minilm` brings its weights. The layout is BERT's (Devlin et al. 2018): the norm stands behind each "+".
"""

import json
import math
import re
import unicodedata
from functools import cached_property
from pathlib import Path

import numpy as np

from course_lib.attention import attend, merge_heads, split_heads

EPSILON = 1e-12  # BERT's, in its layer norm
BEGIN, END, UNKNOWN = "[CLS]", "[SEP]", "[UNK]"

_erf = np.vectorize(math.erf, otypes=[float])


class MiniLM:
    """The encoder whose model.safetensors, vocab.txt and config.json are in a folder."""

    def __init__(self, folder):
        from safetensors.numpy import load_file

        folder = Path(folder)
        self.weights = load_file(folder / "model.safetensors")
        self.config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.tokens = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()

    @cached_property
    def vocabulary(self):
        """{token: id}."""
        return {token: number for number, token in enumerate(self.tokens)}

    def pieces(self, text):
        """The tokens of a text, as a list: each word from the left, always the longest piece that the vocabulary holds."""
        letters = unicodedata.normalize("NFD", text.lower())
        plain = "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")  # without accents
        words = re.findall(r"[^\W_]+|[^\w\s]|_", plain)
        return [BEGIN, *(piece for word in words for piece in self._cut(word)), END]

    def _cut(self, word):
        found, start = [], 0
        while start < len(word):
            ends = range(len(word), start, -1)
            longest = next((end for end in ends if ("##" if start else "") + word[start:end] in self.vocabulary), None)
            if longest is None:
                return [UNKNOWN]
            found.append(("##" if start else "") + word[start:longest])
            start = longest
        return found

    def layers(self, tokens):
        """What every token is before the first block and after each: a list of n_layer + 1 arrays (T, C)."""
        places = self.weights["embeddings.position_embeddings.weight"][: len(tokens)]
        if len(places) < len(tokens):
            raise ValueError(f"the text has {len(tokens)} tokens, but the encoder's window holds {len(places)}")
        ids = [self.vocabulary[token] for token in tokens]
        x = self.weights["embeddings.word_embeddings.weight"][ids] + places  # (T, C)
        x = self._norm(x + self.weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        found = [x]
        for number in range(self.config["num_hidden_layers"]):
            found.append(self._block(found[-1], f"encoder.layer.{number}."))
        return found

    def _block(self, x, name):
        q, k, v = (
            split_heads(self._linear(x, f"{name}attention.self.{role}"), self.config["num_attention_heads"])
            for role in ("query", "key", "value")
        )  # (H, T, D) each
        update = self._linear(merge_heads(attend(q, k, v)), f"{name}attention.output.dense")
        x = self._norm(x + update, f"{name}attention.output.LayerNorm")
        hidden = gelu(self._linear(x, f"{name}intermediate.dense"))
        return self._norm(x + self._linear(hidden, f"{name}output.dense"), f"{name}output.LayerNorm")

    def _linear(self, x, name):
        return x @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def _norm(self, x, name):
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + EPSILON)
        return x * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def gelu(x):
    """x times the probability that a standard normal is below x (Hendrycks and Gimpel 2016)."""
    return x * 0.5 * (1 + _erf(x / math.sqrt(2)))
