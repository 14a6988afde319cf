"""The linear program of real rows: how few rows must be made for a number of rows, and how many rows can all be real.

min Σ m, A (d + m) = b, 0 ≤ d ≤ n, m ≥ 0, with n the real rows of each cell, d those that are taken and m the made ones,
and b what the controls ask of each code. Only what it says of numbers is used: of its many solutions it gives a corner,
which lies bits further from the source than the fit with as few made rows (`core/projection/real/capped.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from trimtab.core.projection.goals import Goal

ROUND_OFF = 1e-6
"""Rows by which a program is off are none."""

MOST_TRIES = 1_000
"""Whole numbers of rows that are looked at on either side of the number that the program gives."""

MOST_PROGRAMS = 30
"""Of them so many are looked at by a program of their own."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """What the controls ask of their codes (L,) among so many rows in all: about `fixed` + `each` · rows, and in whole
    rows what `whole` says. `reserved` rows are set already, and are no real ones."""

    goals: tuple[Goal, ...]
    rows: int
    reserved: int

    @property
    def fixed(self) -> np.ndarray:
        """(L,) rows that are asked for whatever their total."""
        return np.concatenate([np.zeros(0), *(self._counts(goal) - goal.there for goal in self.goals)])

    @property
    def each(self) -> np.ndarray:
        """(L,) rows that are asked for of each row."""
        shares = [np.array([1.0, 0.0]) if goal.control.counted else goal.requested for goal in self.goals]
        return np.concatenate([np.zeros(0), *shares])

    def whole(self, rows: int) -> np.ndarray:
        """(L,) whole rows that are asked for in `rows` rows."""
        found = []
        for goal in self.goals:
            if goal.control.counted:
                found.append(self._counts(goal) + np.array([rows, 0]) - goal.there)
            else:
                found.append(goal.control.whole(rows) - goal.there)
        return np.concatenate([np.zeros(0), *found])

    def _counts(self, goal: Goal) -> np.ndarray:
        """(L,) what is asked for as a number of rows: it stays what it is."""
        if not goal.control.counted:
            return np.zeros(goal.control.size)
        count = round(float(goal.requested[1]) * self.rows)
        return np.array([-count, count], dtype=float)


@dataclass(frozen=True, eq=False)
class Fewest:
    """The fewest rows that must be `made`, in which cells (C,), and how many more for each row more."""

    made: float
    of_cell: np.ndarray
    slope: float


class Program:
    """The program on cells with `codes` (controls, C) and `room` (C,) for real rows; only `usable` (C,) cells may have
    rows."""

    def __init__(self, codes: np.ndarray, room: np.ndarray, usable: np.ndarray, wanted: Wanted) -> None:
        from scipy.sparse import csc_matrix  # slow to import

        self.wanted, self._cells = wanted, np.flatnonzero(usable)
        self._size, self._room = len(room), room[self._cells].astype(float)
        sizes = [goal.control.size for goal in wanted.goals]
        first = np.cumsum([0, *sizes])
        codes = codes[:, self._cells]
        if not len(codes):  # without a control all that counts is the number of rows
            codes, first = np.zeros((1, len(self._cells)), dtype=np.int64), np.array([0, 1])
        places = codes + first[:-1, None]
        self._shares = csc_matrix(
            (np.ones(places.size), places.T.ravel(), np.arange(places.shape[1] + 1) * len(places)),
            (int(first[-1]), places.shape[1]),
        )

    def fewest(self, rows: int, *, whole: bool = True) -> Fewest | None:
        """The fewest made rows among `rows`; None if the controls can't be met with so many. `whole`: they ask for
        whole rows."""
        from scipy.optimize import linprog  # slow to import
        from scipy.sparse import hstack

        asked = self._asked(self.wanted.whole(rows) if whole else self.wanted.fixed + self.wanted.each * rows, rows)
        if (asked < 0).any():
            return None
        cells = len(self._cells)
        result = linprog(
            np.concatenate([np.zeros(cells), np.ones(cells)]),
            A_eq=hstack([self._shares, self._shares], format="csc"),
            b_eq=asked,
            bounds=[*((0.0, float(room)) for room in self._room), *([(0.0, np.inf)] * cells)],
            method="highs",
        )
        if result.x is None:
            return None
        of_cell = np.zeros(self._size)
        of_cell[self._cells] = np.where(result.x[cells:] > ROUND_OFF, result.x[cells:], 0.0)
        slope = float(np.asarray(result.eqlin.marginals) @ self._asked(self.wanted.each, 1, more=True))
        return Fewest(float(of_cell.sum()) + self.wanted.reserved, of_cell, slope)

    def most(self) -> int:
        """The most rows that can all be real, each another one; 0 if no number can be."""
        if self.wanted.reserved:
            return 0
        about = self._about()
        if about is None or about < 1:  # of a few rows whole goals may be none, which nobody means
            return 0
        # Goals are whole rows: a little more may work, and a little less may not.
        rates = self.wanted.each[self.wanted.each > 0]
        reach = min(MOST_TRIES, int(1 / rates.min()) + 1 if len(rates) else 1)
        top = int(about + ROUND_OFF)
        tried = range(min(top + reach, int(self._room.sum())), max(0, top - MOST_TRIES), -1)
        there = self._shares @ self._room + ROUND_OFF
        able = (rows for rows in tried if (self._asked(self.wanted.whole(rows), rows) <= there).all())
        for rows in islice(able, MOST_PROGRAMS):
            found = self.fewest(rows)
            if found is not None and found.made < ROUND_OFF:
                return rows
        return top

    def _about(self) -> float | None:
        """The most rows of which no part must be made, with parts of rows."""
        from scipy.optimize import linprog  # slow to import
        from scipy.sparse import csc_matrix, hstack

        fixed, each = self._asked(self.wanted.fixed, 0), self._asked(self.wanted.each, 1, more=True)
        cells = len(self._cells)
        result = linprog(
            np.append(np.zeros(cells), -1.0),
            A_eq=hstack([self._shares, csc_matrix(-each[:, None])], format="csc"),
            b_eq=fixed,
            bounds=[*((0.0, float(room)) for room in self._room), (0.0, float(self._room.sum()))],
            method="highs",
        )
        return None if result.x is None else float(result.x[-1])

    def _asked(self, codes: np.ndarray, rows: int, *, more: bool = False) -> np.ndarray:
        if len(self.wanted.goals):
            return codes
        return np.array([float(rows if more else rows - self.wanted.reserved)])


def curve(program: Program, low: int, high: int, *, most: int = 20) -> Sequence[tuple[int, Fewest]]:
    """The fewest made rows from `low` to `high` rows, at every number where their slope changes; at most about `most`.

    The least of a linear program is convex and piecewise linear in what it is asked: where two tangents cross, it has a
    knee or lies on a third one.
    """
    ends = [(rows, fewest) for rows in (low, high) if (fewest := program.fewest(rows, whole=False))]
    if len(ends) < 2:
        return ends
    found = dict(ends)
    waiting = [(low, high)]
    while waiting and len(found) < most:
        left, right = waiting.pop()
        one, other = found[left], found[right]
        if abs(one.slope - other.slope) < ROUND_OFF:
            continue
        cross = (other.made - one.made + one.slope * left - other.slope * right) / (one.slope - other.slope)
        rows = round(cross)
        if not left < rows < right or rows in found:
            continue
        between = program.fewest(rows, whole=False)
        if between is None:
            continue
        found[rows] = between
        if between.made > one.made + one.slope * (rows - left) + 1.0:
            waiting += [(left, rows), (rows, right)]
    return sorted(found.items())
