"""Splicing: rows that start from a real row of their cell and are redrawn factor by factor from other real rows.

A chained hot deck (R. R. Andridge and R. J. A. Little 2010): each factor takes the value of a donor, a real row that
agrees with the generated one in the factor's neighbours. Donors are drawn with the projection's weights, so that all
marginals stay the projection's. A controlled factor is redrawn inside its control bin and its conditions' truths
only, so no promise of the plan can be broken here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csc_array

from core.grounding.grounding import Grounding
from core.grounding.neighbours import Neighbour, Neighbourhood
from core.projection.cells import Cells
from core.projection.controls import leaf_truths
from core.projection.grouping import group_rows
from core.projection.projection import Projection
from core.sampling.plan import Plan
from core.sampling.streams import stream
from core.study import Study

DENSE = 4_000_000
"""Keys up to this size are looked up in a table; larger ones by bisection."""

POOL_ROWS = (200_000, 1_000_000)
"""Donors are drawn from a pool of real rows repeated by weight, of a size between these."""


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a key: codes times `strides`, added to the number so far, then looked up in `table`, if there is one.

    The table gives a small number for each combination that a real row has and the last number for all others. `sorted`
    tables hold the combinations themselves, ascending, where one slot for each possible one would be too many.
    """

    codes: tuple[Neighbour | np.ndarray, ...]
    strides: tuple[int, ...]
    table: np.ndarray
    sorted: bool

    def number(self, key: np.ndarray) -> np.ndarray:
        """The small number of each key."""
        if not self.sorted:
            return self.table.take(key)  # int32
        found = np.searchsorted(self.table, key)
        known = found < len(self.table)
        known[known] = self.table[found[known]] == key[known]
        return np.where(known, found, len(self.table)).astype(np.int32)


@dataclass(frozen=True, eq=False)
class Donors:
    """The donors of one block of factors: those of group g are `rows[start[g] : start[g + 1]]`; the last has none."""

    factors: tuple[str, ...]
    steps: tuple[Step, ...]
    start: np.ndarray
    rows: np.ndarray


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
        state = _State(self.study.grounding, dict.fromkeys(self.study.columns, start))
        for donors in self._donors:
            state.redraw(donors, stream(self.plan.seed, donors.factors[0], block))
        return state.at, cell


@dataclass(eq=False)
class _State:
    """Rows in the making: `at` is, for each factor, the learning row whose value each of them has by now."""

    grounding: Grounding
    at: dict[str, np.ndarray]
    codes: dict[Neighbour, np.ndarray] = field(default_factory=dict)

    def redraw(self, donors: Donors, generator: np.random.Generator) -> None:
        """Redraw one block of factors, given all others as they are now."""
        now = self.at[donors.factors[0]]
        group: np.ndarray = np.zeros(len(now), dtype=np.int32)
        for step in donors.steps:
            # Keys of a table fit 32 bits, which is twice as fast; those of a bisection may not.
            width = np.dtype(np.int64 if step.sorted else np.int32)
            group = group.astype(width, copy=False)
            for code, stride in zip(step.codes, step.strides, strict=True):
                group = group + self._code(code, now).astype(width, copy=False) * width.type(stride)
            group = step.number(group)
        word = generator.integers(0, 2**32, size=len(now), dtype=np.uint32)
        first = donors.start.take(group)
        count = donors.start.take(group + 1) - first
        # A 32-bit word times the number of donors, without its lower 32 bits: a donor each, evenly.
        place = first + ((word * count.astype(np.uint64)) >> np.uint64(32)).astype(np.int64)
        known = count > 0
        if known.all():
            chosen = donors.rows.take(place).astype(np.int64)
        else:
            # Where splicing made a combination that no real row has, the values stay what they were.
            chosen = np.where(known, donors.rows.take(np.where(known, place, 0)), now)
        for name in donors.factors:
            self.at[name] = chosen
            for fine in (False, True):
                self.codes.pop(Neighbour(name, fine), None)

    def _code(self, code: Neighbour | np.ndarray, now: np.ndarray) -> np.ndarray:
        """The codes of the rows as they are now: of a neighbour, or what must not change."""
        if not isinstance(code, Neighbour):
            return np.asarray(code.take(now), dtype=np.int32)
        if code not in self.codes:
            self.codes[code] = self.grounding.code(code).take(self.at[code.factor]).astype(np.int32)
        return self.codes[code]


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
    rows: np.ndarray = cells.rows[first + (2 * position + 1) * size // (2 * quota)]
    return rows.astype(np.int64)


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
    return np.asarray(of_value[study.columns[name].codes])


def _donors(study: Study, projection: Projection, block: Neighbourhood, pool: np.ndarray) -> Donors:
    """Group the pool by the block's key, compacting the key whenever a table for it would be too large."""
    grounding = study.grounding
    parts: list[tuple[Neighbour | np.ndarray, np.ndarray, int]] = []
    for one in block.neighbours:
        parts.append((one, grounding.code(one), grounding.size(one)))
    for name in block.factors:
        codes = _fixed_codes(study, projection, name)
        if codes is not None:
            parts.append((codes, codes, int(codes.max()) + 1))
    # Most levels first: what is added to a compacted key should be small, or the key needs bisection.
    parts.sort(key=lambda part: -part[2])
    steps = []
    key, size = np.zeros(len(pool), dtype=np.int64), 1
    open_: list[tuple[Neighbour | np.ndarray, int]] = []
    for code, of_row, levels in parts:
        if open_ and size * levels > DENSE:
            step, key, size = _close(open_, key, size)
            steps.append(step)
            open_ = []
        open_.append((code, size))
        key = key + of_row.take(pool).astype(np.int64) * size
        size *= levels
    step, key, size = _close(open_, key, size)
    start, rows = _by_group(key, size - 1, pool)
    return Donors(block.factors, (*steps, step), start, rows)


def _close(codes: list[tuple[Neighbour | np.ndarray, int]], key: np.ndarray, size: int) -> tuple[Step, np.ndarray, int]:
    """A step that numbers the combinations in `key`; with the numbers and how many there are, the unknown included."""
    names, strides = tuple(code for code, _ in codes), tuple(stride for _, stride in codes)
    if size > DENSE:
        table, number = np.unique(key, return_inverse=True)
        return Step(names, strides, table, True), number, len(table) + 1
    seen = np.zeros(size, dtype=bool)
    seen[key] = True
    known = np.flatnonzero(seen)
    table = np.full(size, len(known), dtype=np.int32)
    table[known] = np.arange(len(known))
    return Step(names, strides, table, False), table.take(key).astype(np.int64), len(known) + 1


def _by_group(group: np.ndarray, groups: int, pool: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Counting sort, stable: the pool's rows ordered by group, and where each group starts."""
    # One entry per column, so that the conversion to rows is the counting sort and nothing else.
    matrix = csc_array((pool, group.astype(np.int32), np.arange(len(pool) + 1)), shape=(groups, len(pool))).tocsr()
    # One more group, empty, for keys that no real row has.
    return np.append(matrix.indptr, len(pool)).astype(np.int64), matrix.data
