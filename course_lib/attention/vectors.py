"""Lesson 01: the dot product, and what is built from it. Rows are vectors; NumPy only."""

import numpy as np


def dot(a, b):
    """The dot product of two vectors (C,): multiply entry by entry and add up; raises ValueError if their lengths differ."""
    if np.shape(a) != np.shape(b):
        raise ValueError(
            f"a has shape {np.shape(a)} and b has shape {np.shape(b)}: a dot product needs two vectors of equal length"
        )
    return sum(x * y for x, y in zip(a, b, strict=True))


def cosine_similarity(a, b):
    """The cosine of the angle between two vectors (C,), from -1 to 1; a vector of length 0 has none and gives NaN."""
    return dot(a, b) / np.sqrt(dot(a, a) * dot(b, b))


def most_similar(index, vectors):
    """The position of the row of `vectors` (N, C) whose cosine with row `index` is largest, other than `index` itself."""
    similarities = np.array([cosine_similarity(vectors[index], vector) for vector in vectors])  # (N,)
    similarities[index] = -np.inf  # everybody is most similar to itself
    return np.argmax(similarities)


def all_pairs(x):
    """Every row of `x` (T, C) with every row: a table (T, T) of dot products."""
    return x @ x.T
