"""Causal patterns as few bytes: what the views of many heads carry, and what an outside reader gets back."""

import numpy as np

ONE = 65_535  # a share of 1


def pack(patterns):
    """Patterns (…, T, T) as bytes: the part on and below the diagonal, row by row, each share of 1 as 16 bits."""
    patterns = np.asarray(patterns, dtype=float)
    rows, columns = np.tril_indices(patterns.shape[-1])
    return np.rint(patterns[..., rows, columns].clip(0, 1) * ONE).astype("<u2").tobytes()


def unpack(data, many, T):
    """The patterns (many, T, T) in these bytes; above the diagonal there is 0."""
    patterns, (rows, columns) = np.zeros((many, T, T)), np.tril_indices(T)
    patterns[:, rows, columns] = np.frombuffer(data, dtype="<u2").reshape(many, len(rows)) / ONE
    return patterns
