"""The Gaussian copula: rank correlations as a joint table of two factors, and as one joint law of many.

Ranks are those of a bivariate normal law; only the marginals are the factors' own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from trimtab.core.errors import InputError
from trimtab.core.maths.tables import table_correlation

Correlations = Mapping[tuple[str, str], float]

TOLERANCE = 1e-10
NEARLY_ONE = 1 - 1e-6
"""A correlation of 1 has no density; this one gives the same ranks to six digits."""

STEPS = 200
"""Newton steps after which correlations are taken to be impossible; possible ones need some twenty."""


def pearson_of(rank_correlation: float) -> float:
    """The correlation of the normal law whose Spearman correlation this is: 2 sin(πρ/6) (Pearson 1907).

    >>> round(pearson_of(0.5), 6)
    0.517638
    """
    return 2 * math.sin(math.pi * rank_correlation / 6)


def normal_table(first: np.ndarray, second: np.ndarray, pearson: float) -> np.ndarray:
    """(I, J) joint shares of two ordered factors with the marginals `first` (I,) and `second` (J,), each summing to 1.

    The copula is that of a bivariate normal law with correlation `pearson`, in [-1, 1].

    >>> normal_table(np.array([0.5, 0.5]), np.array([0.5, 0.5]), 0.5).round(6)
    array([[0.333333, 0.166667],
           [0.166667, 0.333333]])
    """
    below = _below(_cumulated(first)[:, None], _cumulated(second)[None, :], pearson)
    return np.asarray(np.maximum(np.diff(np.diff(below, axis=0), axis=1), 0.0))


def solve_pearson(first: np.ndarray, second: np.ndarray, rank_correlation: float) -> float:
    """The `pearson` with which `normal_table` has this Spearman correlation, or -1 or 1 if none goes as far.

    Few values weaken a rank correlation, so this is further from 0 than `pearson_of` says.
    """
    from scipy.optimize import brentq  # slow to import

    def excess(pearson: float) -> float:
        return table_correlation(normal_table(first, second, pearson)) - rank_correlation

    if excess(1.0) <= 0:
        return 1.0
    if excess(-1.0) >= 0:
        return -1.0
    # Near -1 and 1 a rank correlation follows the angle, not the correlation itself.
    angle = brentq(lambda angle: excess(math.sin(angle)), -math.pi / 2, math.pi / 2, xtol=TOLERANCE)
    return math.sin(angle)


def pair_table(first: np.ndarray, second: np.ndarray, rank_correlation: float) -> np.ndarray:
    """(I, J) joint shares with these marginals and this Spearman correlation (mid-ranks), or the nearest there is."""
    return normal_table(first, second, solve_pearson(first, second, rank_correlation))


def joint_correlations(ranks: Correlations, shares: Mapping[str, np.ndarray]) -> tuple[tuple[str, ...], np.ndarray]:
    """The factors named in `ranks`, and the (k, k) correlations of the normal law that gives them these rank
    correlations.

    `shares` are each factor's shares of its values, in their order (see `solve_pearson`). Of the pairs that are not
    named nothing is said: among all laws it is the one of the greatest entropy (A. P. Dempster, "Covariance selection",
    Biometrics 28, 1972). Raises InputError if there is none, with the nearest value of a pair with which there is one.
    """
    names = tuple(dict.fromkeys(name for pair in ranks for name in pair))
    wanted = _wanted(ranks, shares, names)
    found = _completed(wanted)
    if found is None:
        listed = ", ".join(f"`{' × '.join(pair)}` {rank:g}" for pair, rank in ranks.items())
        advice = _advice(ranks, shares, names, wanted)
        raise InputError(f"Pairs: no Gaussian copula has all of these rank correlations: {listed}. {advice}")
    return names, found


def _wanted(ranks: Correlations, shares: Mapping[str, np.ndarray], names: tuple[str, ...]) -> np.ndarray:
    """(k, k) correlations of the normal law that each pair asks for, nan where none does."""
    wanted = np.full((len(names), len(names)), np.nan)
    np.fill_diagonal(wanted, 1.0)
    for (first, second), rank in ranks.items():
        pearson = solve_pearson(shares[first], shares[second], rank)
        _set(wanted, names.index(first), names.index(second), float(np.clip(pearson, -NEARLY_ONE, NEARLY_ONE)))
    return wanted


def _advice(ranks: Correlations, shares: Mapping[str, np.ndarray], names: tuple[str, ...], wanted: np.ndarray) -> str:
    """The smallest change of one pair with which all the correlations are possible, else of all pairs at once."""
    best: tuple[float, str] | None = None
    for pair, rank in ranks.items():
        row, column = names.index(pair[0]), names.index(pair[1])
        free = _completed(_set(wanted.copy(), row, column, np.nan))
        if free is None:
            continue
        inner, outer = free[row, column], wanted[row, column]
        for _ in range(30):
            middle = (inner + outer) / 2
            possible = _completed(_set(wanted.copy(), row, column, middle)) is not None
            inner, outer = (middle, outer) if possible else (inner, middle)
        table = normal_table(shares[pair[0]], shares[pair[1]], inner)
        # Rounded away from what was asked for: that much is possible.
        near = _rounded(table_correlation(table), up=rank < table_correlation(table))
        if best is None or abs(near - rank) < best[0]:
            best = abs(near - rank), f"With {near:g} for `{' × '.join(pair)}` they are possible."
    if best:
        return best[1]
    low, high = 0, 100  # no dependence at all is always possible
    while high - low > 1:
        middle = (low + high) // 2
        weaker = {pair: rank * middle / 100 for pair, rank in ranks.items()}
        possible = _completed(_wanted(weaker, shares, names)) is not None
        low, high = (middle, high) if possible else (low, middle)
    return f"They are possible if each is multiplied by {low / 100:g}."


def _rounded(value: float, *, up: bool) -> float:
    return (math.ceil(value * 100) if up else math.floor(value * 100)) / 100


def _set(matrix: np.ndarray, row: int, column: int, value: float) -> np.ndarray:
    matrix[row, column] = matrix[column, row] = value
    return matrix


def _completed(wanted: np.ndarray) -> np.ndarray | None:
    """`wanted` (k, k) with its nan filled such that the determinant is the largest; None if no covariance has it.

    The inverse has zeros where `wanted` has nan, so it maximises log det K - tr(K wanted), by Newton's steps, damped as
    self-concordance allows (S. Boyd and L. Vandenberghe, "Convex Optimization", 2004, 9.6). Bounded means possible.
    """
    i, j = np.nonzero(np.triu(~np.isnan(wanted)))
    half = np.where(i == j, 0.5, 1.0)
    inverse = np.eye(len(wanted))
    for _ in range(STEPS):
        try:
            found = np.linalg.inv(inverse)
            slope = 2 * half * (wanted[i, j] - found[i, j])
            curve = found[np.ix_(i, i)] * found[np.ix_(j, j)] + found[np.ix_(i, j)] * found[np.ix_(j, i)]
            step = -np.linalg.solve(2 * curve * np.outer(half, half), slope)
        except np.linalg.LinAlgError:
            return None
        decrement = math.sqrt(max(0.0, -float(slope @ step)))
        if decrement < 1e-6:  # far out, where numbers lose their digits, it may be by chance
            found = np.asarray(found)
            return found if np.nanmax(np.abs(found - wanted)) < 1e-5 else None
        step *= 1 if decrement < 0.25 else 1 / (1 + decrement)
        inverse[i, j] += step
        inverse[j, i] = inverse[i, j]
    return None


def _cumulated(shares: np.ndarray) -> np.ndarray:
    """(I + 1,) shares below each value, from exactly 0 to exactly 1."""
    total = np.append(0.0, np.cumsum(shares))
    return np.asarray(np.clip(total / total[-1], 0.0, 1.0))


def _below(u: np.ndarray, v: np.ndarray, pearson: float) -> np.ndarray:
    """P(U <= u, V <= v) of the copula; `u` and `v`, in [0, 1], broadcast.

    D. B. Owen, "Tables for computing bivariate normal probabilities", Annals of Mathematical Statistics 27, 1956.
    """
    from scipy.special import ndtri, owens_t

    if abs(pearson) >= 1:  # Fréchet's bounds
        return np.asarray(np.minimum(u, v) if pearson > 0 else np.maximum(u + v - 1, 0.0))
    inner_u, inner_v = np.clip(u, 1e-300, 1 - 1e-16), np.clip(v, 1e-300, 1 - 1e-16)
    h, k = np.broadcast_arrays(ndtri(inner_u), ndtri(inner_v))
    rest = math.sqrt((1 - pearson) * (1 + pearson))
    with np.errstate(divide="ignore", invalid="ignore"):
        slope_h, slope_k = (k - pearson * h) / (h * rest), (h - pearson * k) / (k * rest)
    apart = (h * k < 0) | ((h * k == 0) & (h + k < 0))
    found = (inner_u + inner_v - apart) / 2 - owens_t(h, slope_h) - owens_t(k, slope_k)
    found = np.where((h == 0) & (k == 0), 0.25 + math.asin(pearson) / (2 * math.pi), found)
    inside = np.where(u >= 1, v, np.where(v >= 1, u, np.where((u <= 0) | (v <= 0), 0.0, found)))
    return np.asarray(np.clip(inside, np.maximum(u + v - 1, 0.0), np.minimum(u, v)))
