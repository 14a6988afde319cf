"""What a supplement must bring so that the source and it together meet the shares that were asked for.

With n_j rows of the source in code j, N of source and supplement together and shares p_j, a supplement of m rows needs
the shares (N p_j - n_j) / m. None may be negative: rows of the source can't be taken away.
"""

from __future__ import annotations

import math

import numpy as np

ROUNDING = 1e-9
"""Relative error of a quotient of floats: 700 / 0.4 must not become 1751 rows."""


def residual(counts: np.ndarray, shares: np.ndarray, rows: int) -> np.ndarray:
    """(L,) shares of a supplement of `rows` rows; negative where the source alone has too many.

    `counts` (L,) are the source's rows per code, `shares` (L,) those of source and supplement together, summing to 1.
    The result sums to 1 too. Raises ValueError unless `rows` is at least 1.

    >>> residual(np.array([30, 10]), np.array([0.5, 0.5]), 40)
    array([0.25, 0.75])
    """
    if rows < 1:
        raise ValueError(f"a supplement has at least 1 row, got {rows}")
    total = float(np.sum(counts)) + rows
    return np.asarray((total * shares - counts) / rows)


def smallest_supplement(counts: np.ndarray, shares: np.ndarray) -> tuple[int | None, int]:
    """The fewest rows with which no residual share is negative, and the code that binds.

    It takes N >= max n_j / p_j rows in all; whole rows for each code then exist too, because n_j is whole. None if a
    code has rows, but is asked for in none: no supplement mends that. `counts` and `shares` as in `residual`.

    >>> smallest_supplement(np.array([30, 10]), np.array([0.5, 0.5]))
    (20, 0)
    """
    counts, shares = np.asarray(counts), np.asarray(shares, dtype=np.float64)
    never = np.where(shares > 0, 0, counts)
    if never.any():
        return None, int(never.argmax())
    ratio = _ratio(counts, shares, idle=0.0)
    binding = int(ratio.argmax())
    total = math.ceil(ratio[binding] * (1 - ROUNDING))
    return max(0, total - int(counts.sum())), binding


def closest_mix(counts: np.ndarray, shares: np.ndarray, rows: int) -> np.ndarray:
    """(L,) rows per code, not rounded, summing to `rows`: the supplement that comes closest to `shares`.

    s_j = max(0, λ p_j - n_j), with λ such that the sum is right, minimises every f-divergence between what source and
    supplement have together and the shares (the Karush-Kuhn-Tucker conditions are the same for each). Where `residual`
    is not negative, it is `residual` times `rows`. Raises ValueError if `rows` is negative or no share is positive.

    >>> closest_mix(np.array([30, 10]), np.array([0.5, 0.5]), 10)
    array([ 0., 10.])
    """
    counts, shares = np.asarray(counts, dtype=np.float64), np.asarray(shares, dtype=np.float64)
    if rows < 0:
        raise ValueError(f"rows must not be negative, got {rows}")
    if not (shares > 0).any():
        raise ValueError("some share must be more than 0")
    ratio = _ratio(counts, shares, idle=np.inf)
    order = np.argsort(ratio, kind="stable")[: int(np.isfinite(ratio).sum())]
    # λ if the codes up to each one get rows: it is right for the first whose successor would not get any.
    level = (rows + np.cumsum(counts[order])) / np.cumsum(shares[order])
    fits = level <= np.append(ratio[order][1:], np.inf)
    return np.asarray(np.maximum(0.0, level[fits.argmax()] * shares - counts))


def _ratio(counts: np.ndarray, shares: np.ndarray, *, idle: float) -> np.ndarray:
    """n_j / p_j: rows in all at which code j has its share; `idle` where the share is 0."""
    return np.asarray(np.divide(counts, shares, out=np.full(len(shares), idle), where=shares > 0))
