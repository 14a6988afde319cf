"""Shares that splicing must not lose: which of the rows that were given another value go back to their own.

Rows begin as the projection weighs them. A chain of conditional draws drifts from that where real rows are too few to
know the conditions well, and what nobody set would not have the shares it was promised to keep.
"""

from __future__ import annotations

import numpy as np

from trimtab.core.projection.projection import Projection

SLACK = 0.4
"""What chance alone would do to the rows of a bin, times this, is let be: rows that go back are nearer to real ones."""

WEIGHT_CLASSES = 6
"""Classes of about equal weight in which every factor keeps its shares: what the weights undo has them too."""

ROUNDS = 10
"""Rounds at most in which rows go back, until all bins have about as many as they began with."""


def weight_classes(projection: Projection) -> np.ndarray:
    """(C,) cells of about the same weight as one of few classes, of about equal shares."""
    shares = projection.shares
    weight = np.divide(projection.cells.mass, shares, out=np.zeros(len(shares)), where=shares > 0)
    order = np.argsort(weight, kind="stable")
    ends = np.cumsum(shares[order])
    found = np.empty(len(shares), dtype=np.int64)
    found[order] = np.floor((ends - shares[order] / 2) / ends[-1] * WEIGHT_CLASSES).clip(0, WEIGHT_CLASSES - 1)
    return np.asarray(np.unique(found, return_inverse=True)[1])


def rows_going_back(before: np.ndarray, drawn: np.ndarray, changed: np.ndarray, size: int) -> np.ndarray:
    """(m,) whether each row goes back from the bin it was `drawn` (m,) into to the one it had `before` (m,).

    Only rows that were `changed` (m,) can. Bins are numbers below `size`. Afterwards each bin has about as many rows as
    before.
    """
    back = np.zeros(len(before), dtype=bool)
    slack = np.floor(SLACK * np.sqrt(np.bincount(before, minlength=size))).astype(np.int64)
    # Rows that stay in their bin take no part; numbers of 16 bits are sorted by counting them.
    small = np.uint16 if size <= 2**16 else np.int64
    moved = np.flatnonzero(changed & (before != drawn))
    left, came = before[moved].astype(small), drawn[moved].astype(small)
    for turn in range(ROUNDS):
        won = np.bincount(came, minlength=size) - np.bincount(left, minlength=size)
        won = np.sign(won) * np.maximum(np.abs(won) - slack, 0)
        if not (won < 0).any():
            break
        # Straight from a bin that won; in every second turn from any, which then is short of it itself.
        straight = turn % 2 == 0
        short = won[left] < 0
        rows = np.flatnonzero(short & (won[came] > 0) if straight else short)
        rows = rows[_number_in_group(left[rows]) < -won[left[rows]]]
        if straight:
            rows = rows[_number_in_group(came[rows]) < won[came[rows]]]
        back[moved[rows]] = True
        stays = np.ones(len(moved), dtype=bool)
        stays[rows] = False
        moved, left, came = moved[stays], left[stays], came[stays]
    return back


def _number_in_group(group: np.ndarray) -> np.ndarray:
    """(m,) how many entries before each one have the same number."""
    order = np.argsort(group, kind="stable")
    ordered = group[order]
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if len(group) else np.empty(0, np.int64)
    number = np.empty(len(group), dtype=np.int64)
    number[order] = np.arange(len(group)) - np.repeat(first, np.diff(np.append(first, len(group))))
    return number
