"""The plan: how many of the n rows each control cell gets, in whole rows, and which stratum each row is.

Events are exact and so are the bins of the controls, to a row: joint counts of events come with the projection, cells
are rounded by one systematic pass, and what several controls leave over is moved between cells that differ in nothing
else (controlled rounding, L. H. Cox 1987). Rows and strata are matched by a bijection, so any block can be
made alone and all blocks together hold every quota.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.projection.grouping import group_rows
from core.projection.projection import Projection
from core.projection.rounding import whole_rows
from core.sampling.streams import stream

BLOCK = 65_536
REPAIRS = 10
"""Rounds over the controls in which surplus rows are moved."""


@dataclass(frozen=True, eq=False)
class Plan:
    """Quotas of n rows: `quota` (C,) rows per cell, `ends` (C,) their cumulative sums."""

    rows: int
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
        """The control cell of each stratum."""
        return np.searchsorted(self.ends, strata, side="right")


def make_plan(projection: Projection, seed: int) -> Plan:
    """Round the projection's shares to whole rows, of which every event and bin gets the number asked for."""
    rows, cells = projection.rows, projection.cells
    events = len(projection.event_controls)
    quota = np.zeros(cells.count, dtype=np.int64)
    offset = 0.01 + 0.98 * stream(seed, "rounding").random()
    for outcome, total in enumerate(projection.outcomes.rows):
        inside = np.flatnonzero(projection.outcomes.of_cell == outcome)
        inside = inside[np.lexsort(cells.codes[::-1, inside])] if len(cells.codes) else inside
        quota[inside] = _systematic(projection.shares[inside], int(total), offset)
    goals = [whole_rows(control.requested, rows) for control in projection.controls]
    for _ in range(REPAIRS):
        if not sum(_repair(quota, projection, row, goal) for row, goal in enumerate(goals, start=events)):
            break
    return Plan(rows=rows, seed=seed, quota=quota, ends=np.cumsum(quota))


def _systematic(shares: np.ndarray, total: int, offset: float) -> np.ndarray:
    """Whole numbers near `shares`, in proportion, that sum to `total`: each within one of its fraction."""
    if not total:
        return np.zeros(len(shares), dtype=np.int64)
    ends = np.floor(np.cumsum(shares) / shares.sum() * total + offset).astype(np.int64)
    ends[-1] = total
    return np.diff(np.minimum(ends, total), prepend=0)


def _repair(quota: np.ndarray, projection: Projection, row: int, goal: np.ndarray) -> int:
    """Move rows from codes with too many to codes with too few, between cells alike in every event and other
    control."""
    codes = projection.cells.codes
    have = np.bincount(codes[row], weights=quota, minlength=len(goal)).astype(np.int64)
    over = have - goal
    if not over.any():
        return 0
    others = np.delete(codes, row, axis=0)
    group, first = group_rows(list(others), [int(o.max()) + 1 for o in others], codes.shape[1])
    moved = 0
    for few in np.flatnonzero(over < 0):
        takers = np.flatnonzero((codes[row] == few) & (projection.shares > 0))
        taker_of = np.full(len(first), -1)
        taker_of[group[takers]] = takers
        givers = np.flatnonzero((over[codes[row]] > 0) & (quota > 0) & (taker_of[group] >= 0))
        # Cells that got most above their share give first, and never more than a few rows each.
        givers = givers[np.argsort(projection.shares[givers] * quota.sum() - quota[givers], kind="stable")]
        for giver in givers[: 4 * int(-over[few]) + 64]:
            many = codes[row, giver]
            step = int(min(-over[few], over[many], max(1, quota[giver] // 8)))
            if step > 0:
                quota[giver] -= step
                quota[taker_of[group[giver]]] += step
                over[few] += step
                over[many] -= step
                moved += step
    return moved


def _step(rows: int) -> int:
    step = max(1, round(rows * (math.sqrt(5) - 1) / 2))
    while math.gcd(step, rows) != 1:
        step += 1
    return step
