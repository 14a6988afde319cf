"""A formula that may hold, and whether it does in a sample: up to the unit of what it gives, beyond chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trimtab.core.relations.sample import Sample
from trimtab.core.relations.surprise import combined, spread

FEWEST_SIDES = 30
"""Different things to compute from: 0 = 0 + 0 in a thousand rows is one test."""

ROWS_OF_A_CELL = 25
"""Rows that nearly alike ones should share a cell with, on average."""

QUICK_ROWS = 200
SLACK = 1e-12
FINE = 1e-5
"""A unit so much smaller than the spread of a column is that of a computed number, whose last digit may be off."""

Right = Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]]
"""From numbers (m, F) of all columns the right side of an equation (m,), nan where it has none, and the largest number
that goes into it (m,)."""


@dataclass(frozen=True)
class Formula:
    """`text` is the equation, `nats` its surprise."""

    text: str
    tolerance: float
    nats: float


def unit_of(sample: Sample, place: int) -> float:
    """The unit in which a column's numbers are written; for computed ones the 1e-6th part of the largest."""
    digits = sample.decimals[place]
    if digits is None:
        return float(1e-6 * np.nanmax(np.abs(sample.numbers[:, place])))
    return float(10.0**-digits)


def tolerance_of(sample: Sample, left: int, right: Right) -> float | None:
    """How far the numbers of a column may be from the `right` side, so that it holds in all rows; None if it does not.

    0, half a unit of the column, or twice a unit where that is very fine.
    """
    unit = unit_of(sample, left)
    allowed: float | None = 0.0
    for rows in (slice(QUICK_ROWS), slice(None)):
        numbers = sample.numbers[rows]
        values, largest = right(numbers)
        own = numbers[:, left]
        known = np.isfinite(values) & ~np.isnan(own)
        if not known.any():
            continue
        own, values, largest = own[known], values[known], largest[known]
        furthest = float((np.abs(own - values) - SLACK * np.maximum(np.abs(own), largest)).max())
        fine = unit <= FINE * float(np.ptp(own))
        steps = (0.0, unit / 2, 2 * unit) if fine else (0.0, unit / 2)
        allowed = next((step for step in steps if furthest <= step), None)
        if allowed is None:
            return None
    return allowed


def nats_of(sample: Sample, left: int, roots: list[int], right: Right) -> float:
    """Nats over rows with different roots, were the left side shuffled among rows whose roots are nearly alike; 0 if
    fewer than FEWEST_SIDES different numbers come out."""
    values, _ = right(sample.numbers)
    known = np.flatnonzero(np.isfinite(values) & ~sample.missing[:, left])
    key = combined([sample.codes[known, place] for place in roots])
    first = known[np.unique(key, return_index=True)[1]]
    if min(len(first), len(np.unique(values[first]))) < FEWEST_SIDES:
        return 0.0
    levels = int(np.clip((len(first) / ROWS_OF_A_CELL) ** (1 / len(roots)), 1, 8))
    classes = combined([sample.coarse(place, levels)[first] for place in roots])
    return spread(sample.codes[first, left], classes)
