"""The joint outcomes of a design's events in whole rows, so that each event is true in exactly its number of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trimtab.core.maths.grouping import group_rows
from trimtab.core.projection.conflict import Conflict, ConflictsError
from trimtab.core.projection.solver.elastic import OutOfTimeError
from trimtab.core.projection.solver.fit import Constraint
from trimtab.core.projection.solver.wording import listed, whole_rows_clash

SECONDS = 5.0
"""The integer program is given up after this long; it takes milliseconds."""

FEW = 40
"""Up to this many outcomes are rounded all at once."""

TRIED = 10
"""Up to this many outcomes every way to round them is tried, which is quicker than to import what solves programs."""

GAP = 0.01
"""Relative: the integer program is solved once no solution can be better by more."""

OFF = 1.5
"""The cost of a row by which an outcome is off beyond being rounded."""

CLASH = 1e4
"""Costs of a row by which an event misses its number, beside 1 for a row by which an outcome misses its share."""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """The combinations of event truths that the cells show: the one of each cell (C,), and the whole rows of each."""

    of_cell: np.ndarray
    rows: np.ndarray


def outcomes_of(
    events: Sequence[Constraint], shares: np.ndarray, rows: int, goals: np.ndarray, *, room: np.ndarray | None = None
) -> Outcomes:
    """Whole numbers of rows for the joint outcomes of `events`, near the slots' `shares` (S,) of `rows`.

    Each event is a constraint of two codes, of which the second gets exactly its `goals` (E,). No outcome gets more
    than its slots have `room` (S,) for. Raises ConflictsError if those whole numbers can't be met together, as 3,333 of
    10,000 rows for each of three events of which one is always true.
    """
    of_cell, first = group_rows([event.codes for event in events], [2] * len(events), len(shares))
    wanted = np.bincount(of_cell, weights=shares) * rows
    truths = np.array([event.codes[first] for event in events]).reshape(len(events), len(first))
    names = tuple(event.name for event in events)
    most = None if room is None else np.bincount(of_cell, weights=room.astype(float))
    try:
        counts, off = _nearest(wanted, truths, goals, rows, most)
        if off.any():
            raise ConflictsError(_clashes(events, wanted, truths, goals, rows))
    except OutOfTimeError as error:
        said = f"Whole rows for {len(names)} events were not found in {SECONDS:.0f} s. Take {listed(names[-1:])} away."
        raise ConflictsError((Conflict(names, said, names[-1], None),)) from error
    return Outcomes(of_cell, counts)


def _nearest(
    wanted: np.ndarray, truths: np.ndarray, goals: np.ndarray, rows: int, most: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Whole numbers (O,) that sum to `rows`, with `goals` (E,) under `truths` (E, O), near `wanted` (O,) and no larger
    than `most` (O,); and by how much each goal is missed (E,), as little as possible.

    An integer program. Of many outcomes the linear one settles nearly all, and a few are left to be rounded; if that is
    not enough, all are.
    """
    program, every = _Program(wanted, truths, goals, rows, most), np.ones(len(wanted), dtype=bool)
    tried = program.tried()
    if tried is not None:
        return program.counts(tried), program.missed(tried)
    if len(wanted) > FEW and (relaxed := program.solve(every, whole=False)) is not None:
        parts = np.abs(relaxed - np.round(relaxed))[: 3 * len(wanted)].reshape(3, -1)
        open_ = parts.max(axis=0) > 1e-6
        open_[np.argsort(np.abs(program.part - 0.5), kind="stable")[:FEW]] = True
        found = program.solve(open_, whole=True, settled=relaxed)
        if found is not None and not program.missed(found).any():
            return program.counts(found), program.missed(found)
    found = program.solve(every, whole=True)
    if found is None:
        raise OutOfTimeError("the integer program was not solved in time")
    return program.counts(found), program.missed(found)


class _Program:
    """Each outcome is rounded down or up, or, where that is not enough, is off by a few rows more.

    Variables: rounded up or not, then rows more and fewer, then what each goal is missed by, over and under.
    """

    def __init__(
        self, wanted: np.ndarray, truths: np.ndarray, goals: np.ndarray, rows: int, limit: np.ndarray | None
    ) -> None:
        size, limits = len(wanted), 1 + len(goals)
        self.floor = np.floor(np.round(wanted, 6))
        self.part = wanted - self.floor
        more = np.where(wanted > 1e-9, float(limits), 0.0)
        if limit is not None:
            more = np.minimum(more, np.maximum(0.0, limit - self.floor))
        self._totals = np.vstack([np.ones(size), truths])
        self._goals = np.array([rows, *goals]) - self._totals @ self.floor
        self._cost = np.concatenate([1 - 2 * self.part, np.full(2 * size, OFF), np.full(2 * len(goals), CLASH)])
        self._highest = np.concatenate(
            [np.minimum(more, 1), more, np.minimum(self.floor, limits), np.full(2 * len(goals), np.inf)]
        )

    def tried(self) -> np.ndarray | None:
        """All variables, as the integer program would have them, if every outcome is rounded down or up and one way is
        better than all others by more than its gap; None if that can't be told."""
        size = len(self.floor)
        able = np.flatnonzero(self._highest[:size])
        if len(able) > TRIED or not np.isin(self._highest[:size], (0, 1)).all():
            return None
        up = (np.arange(2 ** len(able))[:, None] >> np.arange(len(able))) & 1
        up = up[(up @ self._totals[:, able].T == self._goals).all(axis=1)]
        if not len(up):
            return None
        cost = up @ self._cost[able]
        best = int(cost.argmin())
        others = np.append(np.delete(cost, best), OFF + np.minimum(self._cost[:size], 0).sum()).min()
        if others - cost[best] <= 2 * GAP * max(abs(others), abs(cost[best]), 0.1):
            return None
        found = np.zeros(len(self._cost))
        found[able] = up[best]
        return found

    def solve(self, open_: np.ndarray, *, whole: bool, settled: np.ndarray | None = None) -> np.ndarray | None:
        """All variables; those of outcomes that are not `open_` (O,) stay `settled`. None if there was no time."""
        from scipy.optimize import Bounds, LinearConstraint, milp  # slow to import
        from scipy.sparse import csc_matrix, hstack, identity

        totals, slack = csc_matrix(self._totals), identity(len(self._totals), format="csc")[:, 1:]
        matrix = hstack([totals, totals, -totals, slack, -slack], format="csc")
        lowest, highest = np.zeros(len(self._highest)), self._highest
        if settled is not None:
            fixed = np.concatenate([~np.tile(open_, 3), np.zeros(len(settled) - 3 * len(open_), dtype=bool)])
            lowest = np.where(fixed, np.round(settled), lowest)
            highest = np.where(fixed, np.round(settled), highest)
        result = milp(
            self._cost,
            integrality=np.full(len(self._cost), int(whole)),
            bounds=Bounds(lowest, highest),
            constraints=LinearConstraint(matrix, lb=self._goals, ub=self._goals),
            options={"time_limit": SECONDS, "mip_rel_gap": GAP},
        )
        return None if result.x is None else np.asarray(result.x)

    def counts(self, found: np.ndarray) -> np.ndarray:
        """(O,) whole rows of each outcome."""
        up, more, fewer = np.round(found[: 3 * len(self.floor)]).astype(np.int64).reshape(3, -1)
        return np.asarray(self.floor.astype(np.int64) + up + more - fewer)

    def missed(self, found: np.ndarray) -> np.ndarray:
        """(E,) by how many rows each goal is missed."""
        under, over = np.round(found[3 * len(self.floor) :]).astype(np.int64).reshape(2, -1)
        return np.asarray(over - under)


def _clashes(
    events: Sequence[Constraint], wanted: np.ndarray, truths: np.ndarray, goals: np.ndarray, rows: int
) -> tuple[Conflict, ...]:
    """A conflict for each event of a smallest set whose whole numbers can't be met together."""
    involved = list(range(len(goals)))
    for i in range(len(goals)):
        fewer = [j for j in involved if j != i]
        if _nearest(wanted, truths[fewer], goals[fewer], rows)[1].any():
            involved = fewer
    names = [event.name for event in events]
    controls = tuple(names[i] for i in involved)
    found = []
    for i in involved:
        others = [j for j in involved if j != i]
        counts, _ = _nearest(wanted, truths[others], goals[others], rows)
        nearest = int(truths[i] @ counts)
        message = whole_rows_clash(names[i], int(goals[i]), nearest, rows, [names[j] for j in others])
        found.append(Conflict(controls, message, names[i], events[i].of_all(1, nearest / max(1, rows))))
    return tuple(found)
