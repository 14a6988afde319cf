"""The plan: how many of the n rows each control cell gets, in whole rows, and which stratum each row is.

Events are exact and so are the bins of the controls, to a row: joint counts of events come with the projection, cells
are rounded by one systematic pass, and what several controls leave over is settled by moving rows between cells
(controlled rounding, L. H. Cox 1987). Rows and strata are matched by a bijection, so any block can be made alone and
all blocks together hold every quota.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trimtab.core.maths.streams import stream
from trimtab.core.projection.projection import Projection
from trimtab.core.sampling.balance import settle

BLOCK = 65_536


@dataclass(frozen=True, eq=False)
class Plan:
    """Quotas of n rows: `quota` (C,) of the `drawn` ones per cell, `ends` (C,) their cumulative sums; the strata after
    those are the reserved rows."""

    rows: int
    drawn: int
    seed: int
    quota: np.ndarray
    ends: np.ndarray

    @property
    def blocks(self) -> int:
        """Number of blocks of BLOCK rows; the last one may be shorter."""
        return -(-self.rows // BLOCK)

    def strata(self, block: int) -> np.ndarray:
        """The strata of one block's rows, in a random order; over all blocks each of 0..n-1 occurs once.

        Consecutive rows step by the golden section of n, so that every block spreads evenly over all strata.
        """
        first = block * BLOCK
        index = np.arange(first, min(first + BLOCK, self.rows), dtype=np.int64)
        return np.asarray(stream(self.seed, "order of rows", block).permutation(index * _step(self.rows) % self.rows))

    def cells(self, strata: np.ndarray) -> np.ndarray:
        """The control cell of each stratum; -1 for a reserved row."""
        return np.where(strata < self.drawn, np.searchsorted(self.ends, strata, side="right"), -1)


def make_plan(projection: Projection, seed: int) -> Plan:
    """Round the projection's shares to whole rows, of which every event and bin gets the number asked for."""
    cells = projection.cells
    quota = np.zeros(cells.count, dtype=np.int64)
    offset = 0.01 + 0.98 * stream(seed, "rounding").random()
    for outcome, total in enumerate(projection.outcomes.rows):
        inside = np.flatnonzero(projection.outcomes.of_cell == outcome)
        inside = inside[np.lexsort(cells.codes[::-1, inside])] if len(cells.codes) else inside
        quota[inside] = _systematic(projection.shares[inside], int(total), offset)
    settled = [i for i, control in enumerate(projection.controls) if control.settles]
    goals = [projection.goals[i].rows for i in settled]
    settle(quota, cells.codes[settled], goals, projection.outcomes.of_cell, projection.shares)
    return Plan(projection.rows, projection.drawn, seed, quota, np.cumsum(quota))


def _systematic(shares: np.ndarray, total: int, offset: float) -> np.ndarray:
    """Whole numbers near `shares`, in proportion, that sum to `total`: each within one of its fraction."""
    if not total:
        return np.zeros(len(shares), dtype=np.int64)
    ends = np.floor(np.cumsum(shares) / shares.sum() * total + offset).astype(np.int64)
    ends[-1] = total
    return np.diff(np.minimum(ends, total), prepend=0)


def _step(rows: int) -> int:
    step = max(1, round(rows * (math.sqrt(5) - 1) / 2))
    while math.gcd(step, rows) != 1:
        step += 1
    return step
