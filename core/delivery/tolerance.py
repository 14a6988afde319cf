"""How far a delivered share or correlation may be from the requested one and still count as kept."""

from __future__ import annotations

from math import sqrt

import numpy as np


def marginal_tolerance(shares: np.ndarray, rows: int) -> float:
    """How far a delivered marginal may be from the requested `shares` (L,), in total variation; 0 to 1.

    A count of n independent draws is binomial: its share is off by √(2 p (1 − p) / (π n)) on average (the mean absolute
    deviation of the normal law with that variance). So their total variation, half the sum over the bins, is
    ½ Σ √(2 p (1 − p) / (π n)) on average, and half of that is allowed. Rows are whole: each bin with a share may always
    be off by one row, ½ Σ 1/n together, which is the larger allowance below some hundred rows only.
    """
    some = shares[shares > 0]
    if rows == 0:
        return 0.0
    drawn = 0.25 * float(np.sqrt(2 * some * (1 - some) / (np.pi * rows)).sum())
    whole = 0.5 * len(some) / rows if len(some) > 1 else 0.0
    return min(1.0, max(drawn, whole))


def rank_tolerance(correlation: float, rows: int, cells: int) -> float:
    """How far a delivered rank correlation may be from the requested one, over `rows` rows in `cells` combinations.

    Of n independent rows it has the standard deviation (1 − ρ²) √((1 + ρ²/2) / n) (Bonett and Wright 2000). Tables are
    met with half of what independent draws show (see `marginal_tolerance`), so three times half of that is allowed. It
    vanishes as |ρ| nears 1, but rows stay whole: rounding the cells, each by a part of a row that is uniform and so has
    the variance 1/12, under ranks scaled to variance 1, moves it by √(cells / 12) / n; three times that comes on top.
    Never more than 3 / √n.
    """
    drawn = 1.5 * (1 - correlation**2) * sqrt((1 + correlation**2 / 2) / rows)
    return min(3 / sqrt(rows), drawn + 3 * sqrt(cells / 12) / rows)
