"""One promise of a design as it was measured, and what is counted in the rows to measure it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from trimtab.core.counting.codes import Code


@dataclass(frozen=True)
class Promise:
    """One promise of a design: what was requested and what a data set holds.

    With numbers, `kept` means that `delivered` is within `tolerance` of `requested`; with texts, that they are equal.
    What can't be measured is not kept, and `delivered` says why.
    """

    promise: str
    requested: float | str
    delivered: float | str
    tolerance: float
    kept: bool


@dataclass(frozen=True)
class Found:
    """What was counted for a measure: all rows, for each of its codes the rows that have it, and its sums."""

    rows: int
    counts: tuple[Mapping[int, int], ...] = ()
    sums: tuple[float, ...] = ()

    def joined(self, other: Found) -> Found:
        """The same of two data sets together."""
        counts = tuple(
            {code: own.get(code, 0) + there.get(code, 0) for code in {**own, **there}}
            for own, there in zip(self.counts, other.counts, strict=True)
        )
        sums = tuple(own + there for own, there in zip(self.sums, other.sums, strict=True))
        return Found(self.rows + other.rows, counts, sums)

    def true(self, i: int = 0) -> int:
        """Rows in which the i-th code, a truth, is 1."""
        return self.counts[i].get(1, 0)

    def table(self, size: int, i: int = 0) -> np.ndarray:
        """(size or more,) rows of each of the i-th code's values."""
        counts = self.counts[i]
        found = np.zeros(max(size, 1 + max(counts, default=0)), dtype=np.int64)
        found[list(counts)] = list(counts.values())
        return found


@dataclass(frozen=True, eq=False)
class Measure:
    """What to count in every row, and what promises the counts make: `judge` gets what was found.

    `values` are SQL numbers to add up. `with_source`: in a supplement, the rows of the source count too.
    """

    judge: Callable[[Found], Iterable[Promise]]
    codes: tuple[Code, ...] = ()
    values: tuple[str, ...] = ()
    with_source: bool = False


def exactly(promise: str, requested: int, delivered: int) -> Promise:
    """Kept if the two numbers of rows are equal."""
    return within(promise, requested, delivered, 0.0)


def within(promise: str, requested: float, delivered: float, tolerance: float) -> Promise:
    """Kept if the two numbers are no further apart than `tolerance`."""
    return Promise(promise, requested, delivered, tolerance, abs(delivered - requested) <= tolerance)


def unmeasured(promise: str, requested: float, column: str) -> Promise:
    """Not kept, because the data set lacks a column."""
    return Promise(promise, requested, f"there is no column `{column}` to measure it on", 0.0, False)


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
