"""Numbering the combinations of several codes that occur."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def group_rows(codes: Sequence[np.ndarray], sizes: Sequence[int], rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Number the combinations of `codes` that occur, in lexicographic order.

    Returns (rows,) the group of every row, and (groups,) the first row of every group.
    """
    key, size = np.zeros(rows, dtype=np.int64), 1
    for code, levels in zip(codes, sizes, strict=True):
        if size * levels > 2**62:
            found, key = np.unique(key, return_inverse=True)
            size = len(found)
        key, size = key * levels + code.astype(np.int64), size * levels
    if size <= 8 * rows + 1024:
        seen = np.bincount(key, minlength=size) > 0
        group = (np.cumsum(seen) - 1)[key]
        first = np.empty(int(seen.sum()), dtype=np.int64)
        first[group[::-1]] = np.arange(rows)[::-1]
        return group, first
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    return group, first
