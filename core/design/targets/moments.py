"""What a law begins with to resemble a column: the ends of its values, their mean and their spread."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from trimtab.core.source.columns import Column

FINE = 1000
"""Numbers that a law begins with are short, but not off by more than this part of the spread."""
FEWEST_DIGITS = 4


class Moments(NamedTuple):
    """The smallest and largest value of a column, the mean and the standard deviation over all rows with a value; `sd`
    is above 0 also if all values are the same."""

    first: float
    last: float
    mean: float
    sd: float

    @property
    def width(self) -> float:
        """Distance between the ends; 1 if there is none."""
        return self.last - self.first or 1.0

    @property
    def loc(self) -> float:
        """Where a positive law begins."""
        return min(self.first, 0.0)

    @property
    def above(self) -> float:
        """The mean counted from `loc`, which is above 0."""
        return max(self.mean - self.loc, self.sd / 10)

    def short(self, value: float) -> float:
        """A number of a law in few digits: as many as tell apart what lies a part FINE of the spread from the mean.

        >>> Moments(0, 9, 4, 2).short(1 / 3), Moments(1e6, 1e6 + 9, 1_000_004, 2).short(1_000_004.25)
        (0.3333, 1000004.25)
        """
        largest = max(abs(self.first), abs(self.mean), self.sd)
        digits = max(FEWEST_DIGITS, 1 + math.ceil(math.log10(FINE / 2 * largest / self.sd)))
        return float(f"{value:.{min(digits, 17)}g}")


def moments_of(column: Column) -> Moments:
    """The moments of a column of numbers that has values."""
    shares, numbers = column.counts[:-1] / column.counts[:-1].sum(), column.numbers
    mean = float(numbers @ shares)
    # Squares of large numbers would leave the range of floats.
    scale = float(np.abs(numbers - mean).max()) or 1.0
    sd = scale * float(np.sqrt(((numbers - mean) / scale) ** 2 @ shares))
    return Moments(float(numbers[0]), float(numbers[-1]), mean, sd or 1.0)
