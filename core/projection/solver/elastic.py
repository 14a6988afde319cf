"""The elastic linear program over control cells: how far constraints are from being met together.

min Σ(u + v), A·w + u − v = b over the cells' shares w ≥ 0, Σw = 1 (J. W. Chinneck, *Feasibility and Infeasibility in
Optimization*, 2008). A design may have hundreds of thousands of cells and only hundreds of codes, so few cells matter:
they are found by their reduced costs (column generation, P. C. Gilmore and R. E. Gomory 1961).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass

import numpy as np

from trimtab.core.projection.solver.fit import Constraint

FIRST = 300
"""The program starts with this many of the heaviest cells and the heaviest one of each code."""

MORE = 400
"""So many cells at most join it in each round."""

EXACT = 1e-9
"""A distance that counts as none."""


STRICT = 1e3
"""What a share of a code costs that must stay empty, so that others give way first."""

PULL = 1e-7
"""Prices of one constraint that differ by less are the same."""


class OutOfTimeError(Exception):
    """The program was not solved before its deadline."""


@dataclass(frozen=True, eq=False)
class Distance:
    """How far some constraints are from being met.

    For each of the program's constraints, by code: `off`, requested − reached, and `prices`, the dual prices; both are
    zeros for those that took no part. `largest` is the largest share by which a code is off, infinite if a code that
    must stay empty is not.
    """

    off: tuple[np.ndarray, ...]
    prices: tuple[np.ndarray, ...]
    largest: float

    @property
    def pulling(self) -> tuple[int, ...]:
        """The constraints whose prices say that they pull. A price that is the same for all codes is no pull: their
        shares always sum to one."""
        return tuple(i for i, own in enumerate(self.prices) if np.ptp(own) > PULL)


class Elastic:
    """The program on cells of `mass` (C,); `constraints` can take part in any subset."""

    def __init__(self, mass: np.ndarray, constraints: Sequence[Constraint], seconds: float) -> None:
        usable = np.flatnonzero(mass > 0)
        self._requested = [one.requested for one in constraints]
        self._strict = [one.strict for one in constraints]
        self._codes = np.stack([one.codes[usable] for one in constraints])
        self._first = np.cumsum([0, *(len(one) for one in self._requested)])
        heaviest = usable[np.argsort(-mass[usable], kind="stable")]
        place = np.searchsorted(usable, heaviest)
        leading = [place[np.unique(codes[place], return_index=True)[1]] for codes in self._codes]
        self._cells = np.unique(np.concatenate([place[:FIRST], *leading]))
        self._deadline = time.monotonic() + seconds
        self._nearest: dict[tuple[int, ...], tuple[np.ndarray, ...]] = {}

    def narrowed(self, constraint: int, code: int) -> Elastic:
        """The program in which one constraint asks only for the share of one of its codes, as an event does."""
        other = copy(self)
        other._codes = self._codes.copy()
        other._codes[constraint] = self._codes[constraint] == code
        share = self._requested[constraint][code]
        other._requested = list(self._requested)
        other._requested[constraint] = np.array([1.0 - share, share])
        other._first = np.cumsum([0, *(len(one) for one in other._requested)])
        return other

    def distance(self, active: Sequence[int], *, enough: float = 0.0, loose: int | None = None) -> Distance:
        """The least total distance of the `active` constraints, or one within `enough` on every code.

        With `loose` only that one gives way, and all other active ones stay as near as they can be without it. A
        distance far beyond `enough` may be returned before it is the least. Raises OutOfTimeError.
        """
        rows = np.concatenate([np.arange(self._first[i], self._first[i + 1]) for i in active])
        row_of = np.full(self._first[-1], -1)
        row_of[rows] = np.arange(len(rows))
        codes = row_of[self._codes[list(active)] + self._first[list(active), None]]
        requested = np.concatenate([self._requested[i] for i in active])
        cost = np.concatenate([np.where(self._empty(i), STRICT, 1.0) for i in active])
        limits = np.full(len(rows), np.inf)
        if loose is not None:
            others = tuple(i for i in active if i != loose)
            if others and others not in self._nearest:
                self._nearest[others] = self.distance(others).off
            for i in others:
                own = (rows >= self._first[i]) & (rows < self._first[i + 1])
                limits[own] = 1.000001 * np.abs(self._nearest[others][i]).max() + EXACT
        bound = -np.inf
        while True:
            off, total, prices = self._solve(codes[:, self._cells], requested, cost, limits)
            found = self._distance(off, prices[1:], active)
            if loose is None and found.largest <= enough:
                return found
            reduced = prices[0] + np.sum([prices[1:].take(code) for code in codes], axis=0)
            worst = max(0.0, float(reduced.max()))
            # Shares sum to one, so no cell can improve the total by more than the worst reduced cost.
            bound = max(bound, total - worst)
            if worst <= EXACT or (loose is None and enough > 0 and bound > 20 * enough):
                return found
            better = np.flatnonzero(reduced > EXACT / 10)
            most = better[np.argsort(-reduced[better], kind="stable")[:MORE]]
            self._cells = np.union1d(self._cells, most)

    def _empty(self, constraint: int) -> np.ndarray:
        """(L,) the codes of a constraint that must stay empty: those that a strict one asks nothing of."""
        return np.asarray(self._strict[constraint] & (self._requested[constraint] == 0.0))

    def _distance(self, off: np.ndarray, prices: np.ndarray, active: Sequence[int]) -> Distance:
        ends = np.cumsum([len(self._requested[i]) for i in active])[:-1]
        by_code = [[np.zeros(len(one)) for one in self._requested] for _ in range(2)]
        for parts, flat in zip(by_code, (off, prices), strict=True):
            for i, part in zip(active, np.split(flat, ends), strict=True):
                parts[i] = part
        worst = [float(np.abs(one).max(initial=0.0)) for one in by_code[0]]
        broken = any(np.abs(one[self._empty(i)]).max(initial=0.0) > 10 * EXACT for i, one in enumerate(by_code[0]))
        return Distance(tuple(by_code[0]), tuple(by_code[1]), np.inf if broken else max(worst))

    def _solve(
        self, codes: np.ndarray, requested: np.ndarray, cost: np.ndarray, limits: np.ndarray
    ) -> tuple[np.ndarray, float, np.ndarray]:
        """One program over some cells: requested − reached by code, what that costs in all, and the prices, first that
        of all shares together.

        Codes that may be off by no more than a limit, of `limits` (L,), may be so for nothing.
        """
        from scipy.optimize import linprog  # slow to import
        from scipy.sparse import csc_matrix, hstack, identity

        left = self._deadline - time.monotonic()
        if left <= 0:
            raise OutOfTimeError("the linear program was not solved in time")
        size, cells = len(requested), codes.shape[1]
        # The first row is the sum of all shares, which is one and gives no way.
        places = np.vstack([np.zeros(cells, dtype=np.int64), codes + 1])
        shares = csc_matrix(
            (np.ones(places.size), places.T.ravel(), np.arange(cells + 1) * len(places)), (size + 1, cells)
        )
        spare = identity(size + 1, format="csc")[:, 1:]
        paid = np.where(np.isinf(limits), cost, 0.0)
        highest = np.concatenate([np.full(cells, np.inf), limits, limits])
        result = linprog(
            np.concatenate([np.zeros(cells), paid, paid]),
            A_eq=hstack([shares, spare, -spare], format="csc"),
            b_eq=np.append(1.0, requested),
            bounds=[(0.0, float(high)) for high in highest],
            method="highs-ds",
            options={"time_limit": left, "primal_feasibility_tolerance": EXACT, "dual_feasibility_tolerance": EXACT},
        )
        if result.x is None or result.fun is None:
            raise OutOfTimeError("the linear program was not solved in time")
        over, under = np.split(result.x[cells:], 2)
        return over - under, float(result.fun), np.asarray(result.eqlin.marginals)
