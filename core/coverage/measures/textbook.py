"""The measures of the textbooks."""

from __future__ import annotations

import numpy as np

from trimtab.core.coverage.measures.measure import measure

LARGEST = float(np.finfo(np.float64).max)


@measure("tv", "TV", "share of rows to move")
def total_variation(p: np.ndarray, q: np.ndarray) -> float:
    """Total variation: half the sum of |p − q|, for shares p and q (L,) that sum to 1; 0 to 1.

    >>> total_variation(np.array([0.5, 0.5]), np.array([0.75, 0.25]))
    0.25
    """
    return float(0.5 * np.abs(p - q).sum())


@measure("ks", "KS", "largest gap of the cumulative shares", ordered=True)
def kolmogorov_smirnov(p: np.ndarray, q: np.ndarray) -> float:
    """The largest gap between the cumulative shares of p and q (L,), whose bins are in order; 0 to 1.

    It is measured at the edges of the bins, so it is never above the gap between the raw values.
    """
    return float(np.abs(np.cumsum(p) - np.cumsum(q)).max(initial=0.0))


@measure("wasserstein", "Wasserstein", "mean way of a row", ordered=True, in_unit=True)
def wasserstein(p: np.ndarray, q: np.ndarray, places: np.ndarray) -> float:
    """The area between the cumulative shares of p and q (L,) at ascending `places` (L,), in the unit of the places: the
    mean distance by which rows must move (Wasserstein-1).

    >>> wasserstein(np.array([1.0, 0.0]), np.array([0.5, 0.5]), np.array([2.0, 6.0]))
    2.0
    """
    apart, half = np.abs(np.cumsum(p) - np.cumsum(q))[:-1], LARGEST / 2
    if len(places) and places[-1] / 2 - places[0] / 2 >= half:  # the way from one end to the other is no number
        return float(2 * min(half, (apart * np.diff(places / 2)).sum()))
    return float((apart * np.diff(places)).sum())


@measure("js", "JS", "Jensen–Shannon")
def jensen_shannon(p: np.ndarray, q: np.ndarray) -> float:
    """The Jensen–Shannon distance with base 2, the root of the divergence, of shares p and q (L,); 0 to 1 (Endres and
    Schindelin 2003).

    >>> jensen_shannon(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    1.0
    """
    middle = (p + q) / 2

    def bits(shares: np.ndarray) -> float:
        some = shares > 0
        return float((shares[some] * np.log2(shares[some] / middle[some])).sum())

    return float(np.sqrt(max(0.0, (bits(p) + bits(q)) / 2)))
