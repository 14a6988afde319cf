"""Shares as whole rows."""

from __future__ import annotations

import numpy as np


def whole_rows(shares: np.ndarray, rows: int) -> np.ndarray:
    """`shares` (L,) of `rows` as whole numbers that sum to `rows`: largest remainders, the lower code first on a tie.

    >>> whole_rows(np.array([0.5, 0.25, 0.25]), 10)
    array([5, 3, 2])
    """
    wanted = np.round(shares * rows, 6)
    floor = np.floor(wanted).astype(np.int64)
    left = rows - int(floor.sum())
    floor[np.argsort(floor - wanted, kind="stable")[:left]] += 1
    return floor


def running_rows(shares: np.ndarray, rows: int) -> np.ndarray:
    """`shares` (L,) of `rows` as whole numbers that sum to `rows`, so that neighbours together are within a row too.

    >>> running_rows(np.array([0.14, 0.14, 0.14, 0.58]), 10)
    array([1, 2, 1, 6])
    """
    ends = np.floor(np.round(np.cumsum(shares) * rows, 6) + 0.5).astype(np.int64)
    ends[-1] = rows
    return np.diff(ends, prepend=0)


def event_rows(rate: float, rows: int) -> int:
    """The whole number of `rows` in which an event of this rate is true: the nearest, the lower one on a tie.

    >>> event_rows(0.001, 50_000)
    50
    """
    return int(whole_rows(np.array([1.0 - rate, rate]), rows)[1])
