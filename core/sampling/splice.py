"""Splicing: rows that start from a real row of their cell and are redrawn factor by factor from other real rows.

A chained hot deck (R. R. Andridge and R. J. A. Little 2010): each factor takes the value of a donor, a real row that agrees
with the generated one in the factor's neighbours. Donors are drawn with the projection's weights, so that all marginals
stay the projection's. A controlled factor is redrawn inside its control bin and its conditions' truths only, so no promise of
the plan can be broken here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array

from core.grounding.neighbours import Neighbour, Neighbourhood
from core.projection.cells import Cells, group_rows
from core.projection.controls import leaf_truths
from core.projection.projection import Projection
from core.sampling.plan import Plan
from core.sampling.streams import stream
from core.study import Study

DENSE = 4_000_000
"""Keys up to this size are looked up in a table; larger ones by bisection."""

POOL_ROWS = (200_000, 1_000_000)
"""Donors are drawn from a pool of real rows repeated by weight, of a size between these."""


@dataclass(frozen=True, eq=False)
class Donors:
    """The donors of one block of factors by key.

    A key is the neighbours' codes, by `strides`, and the block's own `fixed` codes as one number. Donors of group g are
    `rows[start[g] : start[g + 1]]`; `table` gives the group of a key, -1 for none, or the sorted keys if there are too many.
    """

    factors: tuple[str, ...]
    neighbours: tuple[Neighbour, ...]
    strides: tuple[int, ...]
    fixed: tuple[np.ndarray, ...]
    table: np.ndarray
    dense: bool
    start: np.ndarray
    rows: np.ndarray

    def groups(self, key: np.ndarray) -> np.ndarray:
        """The group of each key, -1 where no donor has it."""
        if self.dense:
            return self.table[key]
        found = np.searchsorted(self.table, key)
        found[found == len(self.table)] = 0
        return np.where(self.table[found] == key, found, -1)


class Splicer:
    """Makes the rows of any block, as positions of learning rows for each factor."""

    def __init__(self, study: Study, projection: Projection, plan: Plan) -> None:
        self.study, self.plan, self.cells = study, plan, projection.cells
        pool = _pool(projection, study.grounding.rows)
        self._donors = [_donors(study, projection, one, pool) for one in _needed(study)]

    def rows(self, block: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """For each factor the learning row whose value each row of the block takes; and each row's control cell."""
        strata = self.plan.strata(block)
        cell = self.plan.cells(strata)
        start = _skeletons(self.cells, self.plan, strata, cell)
        at = dict.fromkeys(self.study.columns, start)
        codes: dict[Neighbour, np.ndarray] = {}
        for donors in self._donors:
            self._redraw(donors, at, codes, block)
        return at, cell

    def _redraw(
        self, donors: Donors, at: dict[str, np.ndarray], codes: dict[Neighbour, np.ndarray], block: int
    ) -> None:
        grounding = self.study.grounding
        now = at[donors.factors[0]]
        key = np.zeros(len(now), dtype=np.int64)
        for one, stride in zip(donors.neighbours, donors.strides, strict=True):
            if one not in codes:
                codes[one] = grounding.code(one)[at[one.factor]].astype(np.int64)
            key += codes[one] * stride
        for fixed in donors.fixed:
            key += fixed[now]
        group = donors.groups(key)
        known = group >= 0
        group = group if known.all() else np.where(known, group, 0)
        word = stream(self.plan.seed, donors.factors[0], block).integers(0, 2**32, size=len(key), dtype=np.uint32)
        first = donors.start[group]
        count = (donors.start[group + 1] - first).astype(np.uint64)
        chosen = donors.rows[first + ((word * count) >> np.uint64(32)).astype(np.int64)]
        # Where splicing made a combination that no real row has, the values stay what they were.
        chosen = chosen if known.all() else np.where(known, chosen, now)
        for name in donors.factors:
            at[name] = chosen
            for fine in (False, True):
                codes.pop(Neighbour(name, fine), None)


def _needed(study: Study) -> list[Neighbourhood]:
    """The blocks to redraw: those of the delivered factors and of all they depend on, directly or through others."""
    blocks = {name: one for one in study.grounding.neighbourhoods for name in one.factors}
    needed: set[str] = set()
    waiting = list(study.delivered)
    while waiting:
        block = blocks[waiting.pop()]
        if block.factors[0] not in needed:
            needed.add(block.factors[0])
            waiting += [one.factor for one in block.neighbours]
    return [one for one in study.grounding.neighbourhoods if one.factors[0] in needed]


def _skeletons(cells: Cells, plan: Plan, strata: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """The real row each row starts from: the rows of its cell, evenly."""
    quota = plan.quota[cell]
    position = strata - (plan.ends[cell] - quota)
    group = cells.group[cell]
    first = cells.start[group]
    size = cells.start[group + 1] - first
    return cells.rows[first + (2 * position + 1) * size // (2 * quota)]


def _pool(projection: Projection, rows: int) -> np.ndarray:
    """Real rows, each repeated in proportion to its weight: all rows once if the weights are equal."""
    cells = projection.cells
    per_group = np.bincount(cells.group, weights=projection.shares, minlength=len(cells.start) - 1)
    weight = per_group / np.diff(cells.start)
    if np.ptp(weight) <= 1e-12 * weight.max():
        return np.arange(rows, dtype=np.int32)
    size = int(np.clip(rows, *POOL_ROWS))
    ends = np.floor(np.cumsum(np.repeat(weight, np.diff(cells.start))) * size + 0.5).astype(np.int64)
    return np.repeat(cells.rows, np.diff(ends, prepend=0))


def _fixed_codes(study: Study, projection: Projection, name: str) -> np.ndarray | None:
    """(n,) what must not change when the factor is redrawn: its control bin and its conditions' truths."""
    parts = [control.code_of_value for control in projection.controls if control.factor == name]
    for event in projection.event_controls:
        for leaf in event.predicate.leaves:
            if leaf.columns[0] == name:
                parts.append(np.nan_to_num(leaf_truths(study, leaf), nan=2.0).astype(np.int64))
    if not parts:
        return None
    of_value, _ = group_rows(parts, [int(part.max()) + 1 for part in parts], len(parts[0]))
    return of_value[study.columns[name].codes]


def _donors(study: Study, projection: Projection, block: Neighbourhood, pool: np.ndarray) -> Donors:
    grounding = study.grounding
    size, strides, fixed = 1, [], []
    key = np.zeros(len(pool), dtype=np.int64)
    for one in block.neighbours:
        strides.append(size)
        key += grounding.code(one)[pool].astype(np.int64) * size
        size *= grounding.size(one)
    for name in block.factors:
        codes = _fixed_codes(study, projection, name)
        if codes is not None:
            fixed.append(codes * size)
            key += fixed[-1][pool]
            size *= int(codes.max()) + 1
    if size <= DENSE:
        seen = np.bincount(key, minlength=size) > 0
        table = np.where(seen, np.cumsum(seen) - 1, -1).astype(np.int32)
        group, groups = table[key], int(seen.sum())
    else:
        table, group = np.unique(key, return_inverse=True)
        groups = len(table)
    start, rows = _by_group(group, groups, pool)
    return Donors(block.factors, block.neighbours, tuple(strides), tuple(fixed), table, size <= DENSE, start, rows)


def _by_group(group: np.ndarray, groups: int, pool: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counting sort, stable: the pool's rows ordered by group, and where each group starts."""
    # One entry per column, so that the conversion to rows is the counting sort and nothing else.
    matrix = csc_array((pool, group.astype(np.int32), np.arange(len(pool) + 1)), shape=(groups, len(pool))).tocsr()
    return matrix.indptr.astype(np.int64), matrix.data
