"""Which real rows of each cell are taken: by chance, every row alike, and together as like all of them as can be.

Balanced halving. All rows of a cell begin with the same chance π. They are paired at random, and of each pair one goes
up and one down by min(π, 1 − π), to (2π, 0) or (1, 2π − 1): either has chance ½, whatever decides which, as long as it
does not care which of the two is which. So what decides may be what brings the chosen rows nearer to all, in the bins
of the factors that nobody set and in their pairs. Such martingales on chances are those of the cube method (J.-C.
Deville and Y. Tillé, Biometrika 91, 2004), and the few rows without a partner settle by the pivotal method (J.-C.
Deville and Y. Tillé, Biometrika 85, 1998).
"""

from __future__ import annotations

from itertools import combinations

import numpy as np

from trimtab.core.maths.streams import stream
from trimtab.core.projection.projection import Projection
from trimtab.core.projection.real.rows import RealRows
from trimtab.core.sampling.plan import Plan
from trimtab.core.study.study import Study

THINNED = 8
"""Of a cell with more rows than so many times those wanted, so many are drawn by chance first: work follows the rows
wanted."""

TOGETHER = 256
"""Pairs that are decided with the same imbalance."""

OF_PAIRS = 0.3
"""What a pair of coarse levels counts beside a bin."""

MOST_PAIRS = 160
"""Pairs of factors that are balanced; of more, so many spread over all."""


def chosen_rows(study: Study, projection: Projection, real: RealRows, plan: Plan) -> np.ndarray:
    """(R,) the rows of the source that are taken, those of each slot of real rows in turn, in a random order there.

    Of a source that is too large to be learned whole, all rows of a cell have the same chance, and no more.
    """
    cells, quota = plan.slots.cell[plan.slots.real], plan.quota[plan.slots.real]
    generator = stream(plan.seed, "which real rows")
    room, first = real.room[cells], real.first[cells]
    row, cell = _thinned(real.rows, first, room, quota, generator)
    size = np.bincount(cell, minlength=len(cells))
    if study.source.rows > study.grounding.rows:
        open_ = np.zeros(len(cells), dtype=bool)
        taken = _place_in_cell(cell) < quota[cell]
    else:
        open_ = (quota > 0) & (quota < size)
        taken = quota[cell] == size[cell]
    if open_.any():
        here = np.flatnonzero(open_[cell])
        balance = Balance(study, projection, row[here])
        taken[here] = _halved(cell[here], quota, size, balance, generator)
    row, cell = row[taken], cell[taken]
    return np.asarray(row[np.lexsort((generator.random(len(row)), cell))])


def _thinned(
    rows: np.ndarray, first: np.ndarray, room: np.ndarray, quota: np.ndarray, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of all cells that are wanted of, and the cell of each: all of a cell, or a random part; in a random order
    within each."""
    wanted = np.flatnonzero(quota)
    size = room[wanted]
    cell = np.repeat(wanted, size)
    place = np.arange(len(cell)) - np.repeat(np.cumsum(size) - size, size)
    row = rows[first[cell] + place].astype(np.int64)
    order = np.lexsort((generator.random(len(row)), cell))
    row, cell = row[order], cell[order]
    kept = _place_in_cell(cell) < THINNED * quota[cell]
    return row[kept], cell[kept]


def _halved(
    cell: np.ndarray, quota: np.ndarray, size: np.ndarray, balance: Balance, generator: np.random.Generator
) -> np.ndarray:
    """(m,) whether each row is taken, `quota` of the `size` of each cell."""
    taken = np.zeros(len(cell), dtype=bool)
    parts = quota.copy()  # of the size of its cell: the chance of each row that is not decided
    live = np.arange(len(cell))
    aside: list[tuple[np.ndarray, np.ndarray]] = []
    while len(live):
        live = live[np.lexsort((generator.random(len(live)), cell[live]))]
        place = _place_in_cell(cell[live])
        count = np.bincount(cell[live], minlength=len(quota))
        single = (place % 2 == 0) & (place + 1 == count[cell[live]])
        aside.append((live[single], parts[cell[live[single]]]))
        one = np.flatnonzero((place % 2 == 0) & ~single)
        pairs = np.stack([live[one], live[one + 1]])
        own = cell[pairs[0]]
        chance = parts[own] / size[own]
        up_first = balance.decide(pairs[0], pairs[1], np.minimum(chance, 1 - chance), generator)
        up, down = np.where(up_first, pairs[0], pairs[1]), np.where(up_first, pairs[1], pairs[0])
        double = 2 * parts[own]
        taken[up[double >= size[own]]] = True
        live = np.concatenate([up[double < size[own]], down[double > size[own]]])
        parts = np.where(2 * parts < size, 2 * parts, 2 * parts - size)
    left, parts_left = (np.concatenate(part) for part in zip(*aside, strict=True))
    taken[_pivotal(left, cell[left], parts_left, size, generator)] = True
    return taken


def _pivotal(
    rows: np.ndarray, cell: np.ndarray, parts: np.ndarray, size: np.ndarray, generator: np.random.Generator
) -> np.ndarray:
    """Which of `rows` (m,) are taken, each with the chance `parts` (m,) of the `size` of its cell; those of a cell sum
    to a whole number. One after the other duels with the one that is left of those before."""
    order = np.lexsort((generator.random(len(rows)), cell))
    rows, cell, parts = rows[order], cell[order], parts[order]
    place = _place_in_cell(cell)
    holder, held = np.full(len(size), -1), np.zeros(len(size), dtype=np.int64)
    taken = []
    for turn in range(int(place.max(initial=-1)) + 1):
        here = np.flatnonzero(place == turn)
        own, row, a = cell[here], rows[here], parts[here]
        b, n, other = held[own], size[own], holder[own]
        both, luck = a + b, generator.random(len(here))
        small = both <= n
        chance = np.where(small, a / np.maximum(both, 1), (n - b) / np.maximum(2 * n - both, 1))
        wins = luck < chance
        winner, loser = np.where(wins, row, other), np.where(wins, other, row)
        full = both >= n
        taken.append(winner[full])
        holder[own] = np.where(small, winner, loser)
        held[own] = np.where(full, both - n, both)
    return np.concatenate(taken) if taken else np.empty(0, dtype=np.int64)


class Balance:
    """How far the rows that went up are from those that went down, in every bin and pair of coarse levels; of `rows`
    (m,) of the source, which are spoken of by their place among them."""

    def __init__(self, study: Study, projection: Projection, rows: np.ndarray) -> None:
        asked = {shift.factor for shift in projection.shifts if shift.asked}
        names = [name for name in study.delivered if name not in asked]
        sizes = [study.axes[name].size + 1 for name in names]
        levels = np.array([study.grounding.codings[name].sizes[0] for name in names], dtype=np.int64)
        pairs = list(combinations(range(len(names)), 2))
        pairs = pairs[:: -(-len(pairs) // MOST_PAIRS)] if pairs else []
        self._pairs = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        self._strides = levels[self._pairs[1]].astype(np.int32)
        ends = np.cumsum([0, *sizes, *(levels[self._pairs[0]] * levels[self._pairs[1]])]).astype(np.int32)
        self._first = ends[len(names) : -1]
        self._bins = np.empty((len(rows), len(names)), dtype=np.int32)
        self._levels = np.empty((len(rows), len(names)), dtype=np.int32)
        for place, name in enumerate(names):
            self._bins[:, place] = study.display_codes(name).take(rows)
            self._levels[:, place] = study.grounding.coarse[name].take(rows)
        self._bins += ends[: len(names)]
        self._off = np.zeros(int(ends[-1]))
        self._weight = np.concatenate([np.ones(len(names)), np.full(len(pairs), OF_PAIRS)])

    def decide(
        self, one: np.ndarray, other: np.ndarray, step: np.ndarray, generator: np.random.Generator
    ) -> np.ndarray:
        """(m,) whether of each pair of rows the first goes up, by a `step` (m,) of its chance."""
        up = generator.random(len(one)) < 0.5
        if not len(self._weight):
            return up
        order = generator.permutation(len(one))
        for start in range(0, len(order), TOGETHER):
            some = order[start : start + TOGETHER]
            places = self._places(np.concatenate([one[some], other[some]]))
            off = self._off.take(places) @ self._weight
            off = off[: len(some)] - off[len(some) :]
            up[some] = np.where(off == 0, up[some], off < 0)
            signed = np.where(up[some], step[some], -step[some])
            weights = np.repeat(np.concatenate([signed, -signed]), places.shape[1])
            self._off += np.bincount(places.ravel(), weights=weights, minlength=len(self._off))
        return up

    def _places(self, rows: np.ndarray) -> np.ndarray:
        """(m, bins and pairs) the number of each bin and pair of levels that the rows (m,) are in."""
        levels = self._levels.take(rows, axis=0)
        pairs = levels.take(self._pairs[0], axis=1)
        pairs *= self._strides
        pairs += levels.take(self._pairs[1], axis=1)
        pairs += self._first
        return np.concatenate([self._bins.take(rows, axis=0), pairs], axis=1)


def _place_in_cell(cell: np.ndarray) -> np.ndarray:
    """(m,) the place of each entry among those of its cell; those of a cell stand together."""
    if not len(cell):
        return np.empty(0, dtype=np.int64)
    starts = np.flatnonzero(np.append(True, cell[1:] != cell[:-1]))
    return np.arange(len(cell)) - np.repeat(starts, np.diff(np.append(starts, len(cell))))
