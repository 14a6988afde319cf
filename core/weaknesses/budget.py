"""A budget of rows over weak slices: where the next rows lower the error most, by each slice's learning curve.

Slice Tuner (Tae and Whang, SIGMOD 2021): the error of a slice with n rows falls as b · n^(−a).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trimtab.core.errors import InputError

USUAL_DECAY = 0.25
"""The exponent of a learning curve where no errors at several sizes are known. Measured ones are mostly between 0.07
and 0.35 (Hestness et al., "Deep Learning Scaling is Predictable, Empirically", 2017)."""


@dataclass(frozen=True)
class Curve:
    """A learning curve: with n rows the mean error of a slice is `scale` · n^(−`decay`), both 0 or more."""

    scale: float
    decay: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.scale) and math.isfinite(self.decay) and self.scale >= 0 and self.decay >= 0):
            raise InputError(
                f"A learning curve needs a scale and a decay of at least 0, got {self.scale:g}, {self.decay:g}."
            )

    def error(self, rows: float) -> float:
        """The mean error with so many rows, more than 0."""
        return float(self.scale * rows**-self.decay)


def usual_curve(rows: int, mean_error: float, decay: float = USUAL_DECAY) -> Curve:
    """The curve through what is known of a slice, its rows and mean error, with a declared decay."""
    if rows < 1:
        raise InputError(f"A slice needs at least 1 row, got {rows}.")
    return Curve(mean_error * rows**decay, decay)


def fitted_curve(rows: Sequence[int], errors: Sequence[float]) -> Curve:
    """The curve nearest to the mean `errors` of models that learned from so many `rows` of a slice each.

    Least squares of the logarithms, weighed by the rows, since a mean of more rows is surer. Errors that do not fall
    give a decay of 0: more rows are not expected to help. Raises InputError for fewer than 2 different sizes, and for
    errors that are not above 0.
    """
    n, e = np.asarray(rows, dtype=float), np.asarray(errors, dtype=float)
    if n.shape != e.shape or len(np.unique(n)) < 2 or n.min() < 1:
        raise InputError("A learning curve needs the errors at 2 or more different numbers of rows.")
    if not (np.isfinite(e).all() and (e > 0).all()):
        raise InputError(f"A learning curve needs errors above 0, got {', '.join(f'{one:g}' for one in e)}.")
    x, y, weight = np.log(n), np.log(e), n / n.sum()
    middle = weight @ x, weight @ y
    slope = float(weight @ ((x - middle[0]) * (y - middle[1])) / (weight @ (x - middle[0]) ** 2))
    decay = max(0.0, -slope)
    return Curve(float(np.exp(middle[1] + decay * middle[0])), decay)


def spread_rows(rows: Sequence[int], curves: Sequence[Curve], budget: int) -> np.ndarray:
    """(S,) whole rows to add to slices that have `rows` (S,), `budget` in total: least is the sum of the errors then.

    Minimises Σ b (s + d)^(−a) over d of 0 or more that sum to the budget. Where rows are given, each would lower its
    slice's error by the same λ: a b (s + d)^(−a − 1) = λ, which is bisected. Whole rows are the floors, then one row
    each where the next lowers the error most. Slices that overlap are treated as if they did not. Raises InputError
    for a budget below 0, slices without rows, and if more rows would help no slice.
    """
    s = np.asarray(rows, dtype=float)
    b, a = np.array([one.scale for one in curves]), np.array([one.decay for one in curves])
    if len(s) != len(curves) or not len(s) or s.min() < 1:
        raise InputError("A budget needs slices with at least 1 row each, and a learning curve for each.")
    if budget < 0:
        raise InputError(f"A budget is a number of rows, at least 0, got {budget}.")
    if budget and not (a * b).any():
        raise InputError("A budget: the learning curves say that more rows would help no slice.")
    if budget == 0:
        return np.zeros(len(s), dtype=np.int64)
    wanted = _continuous(s, a, b, float(budget))
    given = np.floor(wanted * (1 + 1e-12)).astype(np.int64)
    given[np.argmax(given)] -= max(0, int(given.sum()) - budget)
    for _ in range(budget - int(given.sum())):
        gains = b * ((s + given) ** -a - (s + given + 1) ** -a)
        given[int(gains.argmax())] += 1
    return given


def _continuous(s: np.ndarray, a: np.ndarray, b: np.ndarray, budget: float) -> np.ndarray:
    """(S,) rows to add, of which parts may be given, that sum to the budget."""
    helped = a * b > 0
    steep = np.full(len(s), -np.inf)
    steep[helped] = np.log(a[helped] * b[helped])

    def added(level: float) -> np.ndarray:
        total = np.where(helped, np.exp(np.minimum((steep - level) / (a + 1), 700.0)), 0.0)
        return np.asarray(np.maximum(total - s, 0.0))

    # Between all gains so small that each slice alone takes the budget, and none that takes a row.
    high = float((steep - (a + 1) * np.log(s)).max())
    low = float((steep[helped] - (a[helped] + 1) * np.log(s[helped] + budget)).min())
    for _ in range(200):
        middle = (low + high) / 2
        if added(middle).sum() > budget:
            low = middle
        else:
            high = middle
    return added(high)
