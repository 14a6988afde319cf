"""The plan: how many of the n rows each slot gets, in whole rows, and which stratum each row is.

Events are exact and so are the bins of the controls, to a row: joint counts of events come with the projection, slots
are rounded by one systematic pass, and what several controls leave over is settled by moving rows between them
(controlled rounding, L. H. Cox 1987). Rows and strata are matched by a bijection, so any block can be made alone and
all blocks together hold every quota.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from trimtab.core.maths.streams import stream
from trimtab.core.projection.projection import Projection
from trimtab.core.projection.real.slots import Slots
from trimtab.core.sampling.balance import settle
from trimtab.core.sampling.repair import repair

BLOCK = 65_536


@dataclass(frozen=True, eq=False)
class Plan:
    """Quotas of n rows: `quota` (S,) of the `drawn` ones per slot, `ends` (S,) their cumulative sums; the strata after
    those are the reserved rows. Strata below `real` are whole real rows, whose slots come first."""

    rows: int
    drawn: int
    seed: int
    slots: Slots
    quota: np.ndarray
    ends: np.ndarray

    @property
    def blocks(self) -> int:
        """Number of blocks of BLOCK rows; the last one may be shorter."""
        return -(-self.rows // BLOCK)

    @property
    def real(self) -> int:
        """How many rows are whole real ones."""
        return int(self.quota[self.slots.real].sum())

    def strata(self, block: int) -> np.ndarray:
        """The strata of one block's rows, in a random order; over all blocks each of 0..n-1 occurs once.

        Consecutive rows step by the golden section of n, so that every block spreads evenly over all strata.
        """
        first = block * BLOCK
        index = np.arange(first, min(first + BLOCK, self.rows), dtype=np.int64)
        return np.asarray(stream(self.seed, "order of rows", block).permutation(index * _step(self.rows) % self.rows))

    def slot(self, strata: np.ndarray) -> np.ndarray:
        """The slot of each stratum; -1 for a reserved row."""
        return np.where(strata < self.drawn, np.searchsorted(self.ends, strata, side="right"), -1)

    def per_cell(self, cells: int) -> np.ndarray:
        """(cells,) whole rows of each cell."""
        return self.slots.per_cell(self.quota, cells).astype(np.int64)


def make_plan(projection: Projection, seed: int) -> Plan:
    """Round the projection's shares to whole rows, of which every event and bin gets the number asked for."""
    cells, slots, outcomes = projection.cells, projection.slots, projection.outcomes
    codes = cells.codes if slots.made is None else cells.codes[:, slots.cell]
    quota = np.zeros(slots.count, dtype=np.int64)
    offset = 0.01 + 0.98 * stream(seed, "rounding").random()
    for outcome, total in enumerate(outcomes.rows):
        inside = np.flatnonzero(outcomes.of_cell == outcome)
        inside = inside[np.lexsort(codes[::-1, inside])] if len(codes) else inside
        quota[inside] = _systematic(slots.shares[inside], int(total), offset)
        if slots.made is not None:
            _keep_room(quota, inside, slots)
    settled = [i for i, control in enumerate(projection.controls) if control.settles]
    goals = [projection.goals[i].rows for i in settled]
    settle(quota, codes[settled], goals, outcomes.of_cell, slots.shares, slots.room)
    if slots.made is not None:
        repair(quota, codes, [goal.rows for goal in projection.goals], slots)
    return Plan(projection.rows, projection.drawn, seed, slots, quota, np.cumsum(quota))


def _keep_room(quota: np.ndarray, inside: np.ndarray, slots: Slots) -> None:
    """Move what is beyond the room of some slots, in place, to others of theirs that are furthest below their share."""
    over = np.maximum(quota[inside] - slots.room[inside], 0)
    quota[inside] -= over
    left, total = int(over.sum()), int(quota[inside].sum()) + int(over.sum())
    while left:
        able = inside[(slots.shares[inside] > 0) & (quota[inside] < slots.room[inside])]
        if not len(able):
            raise AssertionError("no outcome has more rows than its slots have room for")
        below = slots.shares[able] * total / slots.shares[inside].sum() - quota[able]
        takers = able[np.argsort(-below, kind="stable")[:left]]
        quota[takers] += 1
        left -= len(takers)


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
