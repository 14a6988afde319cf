"""Pairs of values that reality rules out: never seen together, though both are so frequent that chance would show them.

A cell without rows may be rare or a structural zero (Y. M. M. Bishop, S. E. Fienberg and P. W. Holland, Discrete
Multivariate Analysis, 1975, chapter 5). Where independence would put e rows into a cell, chance leaves it empty with
probability exp(-e): an empty cell with e >= CERTAIN is no chance. The share of those cells that are empty tells how
much two factors rule out, and by Bayes' rule how likely an empty cell with a smaller e is ruled out, too. This is how
a destination rules out distances, and an airbag that a car does not have that it deployed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import log

import numpy as np

from trimtab.core.grounding.grounding import STRUCTURE_ROWS, Grounding
from trimtab.core.grounding.neighbours import Neighbour

CERTAIN = 18.0
"""Rows that independence would put into a cell: exp(-18) is less than 1 in 60 million."""
DOUBT = 0.01
"""How likely a cell that is called ruled out is an empty one by chance, at most."""
FEWEST = 1.0
"""Rows that independence would put into a cell that is called ruled out, at least."""
SMALLEST_SHARE = 0.002
"""Share of the rows that independence would put into cells that are ruled out; a pair with less is not looked after."""
STRETCHES = (16, 4)
"""Into so many stretches numbers are cut to see what is ruled out where single bins have too few rows to tell."""
MOST_PAIRS = 100
"""Pairs that are looked after, those with most ruled out."""


@dataclass(frozen=True, eq=False)
class RuledOut:
    """Which pairs of model bins of two factors are ruled out: `table` (bins of one, bins of the other), bool."""

    factors: tuple[str, str]
    table: np.ndarray

    def of(self, codes: Sequence[np.ndarray]) -> np.ndarray:
        """(m,) whether rows with these model bins of the two factors, (m,) each, are ruled out."""
        first, second = codes
        flat = first * np.int32(self.table.shape[1])
        flat += second
        return self.table.ravel().take(flat, mode="clip")


def ruled_out(grounding: Grounding) -> tuple[RuledOut, ...]:
    """The pairs of factors with values that never occur together, those first that rule out most."""
    # A look at some rows is quick, and finds all that is ruled out and more.
    some = _Rows(grounding, max(1, grounding.rows // STRUCTURE_ROWS))
    candidates = []
    for pair in combinations(grounding.columns, 2):
        share = float(some.product(*pair)[some.empty(*pair)].sum())
        if share >= SMALLEST_SHARE:
            candidates.append((share, pair))
    if len(candidates) > 2 * MOST_PAIRS:
        # Fine bins of numbers are mostly empty in a few rows without anything being ruled out: those may not crowd out.
        candidates = [(_share(some, pair), pair) for _, pair in candidates]
    every = _Rows(grounding, 1)
    found = []
    for _, pair in sorted(candidates, key=lambda one: (-one[0], one[1]))[: 2 * MOST_PAIRS]:
        table = _table(every, pair)
        share = float(every.product(*pair)[table].sum())
        if share >= SMALLEST_SHARE:
            found.append((share, RuledOut(pair, table)))
    return tuple(pair for _, pair in sorted(found, key=lambda one: (-one[0], one[1].factors))[:MOST_PAIRS])


class _Rows:
    """Every `step`-th learning row, by model bins."""

    def __init__(self, grounding: Grounding, step: int) -> None:
        fine = {name: Neighbour(name, True) for name in grounding.columns}
        self._sizes = {name: grounding.size(one) for name, one in fine.items()}
        self._codes = {name: grounding.code(one)[::step] for name, one in fine.items()}
        self.count = len(next(iter(self._codes.values())))
        self._ordered = {name: len(column.numbers) > 0 for name, column in grounding.columns.items()}
        self._shares = {
            name: np.bincount(codes, minlength=self._sizes[name]) / len(codes) for name, codes in self._codes.items()
        }

    def stretches(self, factor: str) -> list[np.ndarray]:
        """Where stretches of neighbouring bins begin: each alone, and of numbers about STRETCHES of equal mass as well;
        missing, the last bin, is always alone."""
        size = self._sizes[factor]
        found = [np.arange(size)]
        shares = self._shares[factor][:-1]
        for most in STRETCHES if self._ordered[factor] and shares.any() else ():
            place = np.floor((np.cumsum(shares) - shares / 2) / shares.sum() * most)
            starts = np.append(np.flatnonzero(np.diff(place, prepend=-1)), size - 1)
            if len(starts) < len(found[-1]):
                found.append(starts)
        return found

    def product(self, one: str, other: str) -> np.ndarray:
        """(bins of one, bins of the other) the shares of rows that independence would give."""
        return np.multiply.outer(self._shares[one], self._shares[other])

    def empty(self, one: str, other: str) -> np.ndarray:
        """(bins of one, bins of the other) whether no row is there."""
        rows, columns = self._sizes[one], self._sizes[other]
        cells = np.ones(rows * columns, dtype=bool)
        cells[self._codes[one] * np.int32(columns) + self._codes[other]] = False
        return cells.reshape(rows, columns)


def _share(rows: _Rows, pair: tuple[str, str]) -> float:
    """Share of the rows that independence would put where a pair is ruled out."""
    return float(rows.product(*pair)[_table(rows, pair)].sum())


def _table(rows: _Rows, pair: tuple[str, str]) -> np.ndarray:
    """Which pairs of bins are ruled out: alone, or as part of a stretch of numbers in which no row is either."""
    empty, expected = rows.empty(*pair), rows.product(*pair) * rows.count
    table = structural(empty, expected)
    for firsts, seconds in product(rows.stretches(pair[0]), rows.stretches(pair[1])):
        if len(firsts) == len(empty) and len(seconds) == empty.shape[1]:
            continue
        wide_empty = np.logical_and.reduceat(np.logical_and.reduceat(empty, firsts, axis=0), seconds, axis=1)
        wide_expected = np.add.reduceat(np.add.reduceat(expected, firsts, axis=0), seconds, axis=1)
        wide = structural(wide_empty, wide_expected)
        sizes = [np.diff(starts, append=end) for starts, end in zip((firsts, seconds), empty.shape, strict=True)]
        table |= wide.repeat(sizes[0], axis=0).repeat(sizes[1], axis=1)
    return table


def structural(empty: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Which of the `empty` cells are ruled out, by the rows that are `expected` in them; same shape."""
    certain = expected >= CERTAIN
    share = float((empty & certain).sum()) / max(1.0, float(certain.sum()))
    if share == 0.0:
        return np.zeros_like(empty)
    # share / (share + (1 - share) exp(-expected)) >= 1 - DOUBT, solved for the rows expected.
    least = 0.0 if share == 1.0 else log((1.0 - share) / share * (1.0 - DOUBT) / DOUBT)
    return np.asarray(empty & (expected >= min(max(least, FEWEST), CERTAIN)))
