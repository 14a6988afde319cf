"""Splicing: rows that start from a real row of their cell and are redrawn factor by factor from other real rows.

A chained hot deck (R. R. Andridge and R. J. A. Little 2010): each factor takes the value of a donor, a real row that
agrees with the generated one in the factor's neighbours. Donors are drawn with the projection's weights, so that all
marginals stay the projection's. A controlled factor is redrawn inside its control bin and its conditions' truths
only, so no promise of the plan can be broken here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.grounding.grounding import Grounding
from core.grounding.neighbours import Neighbour, Neighbourhood
from core.projection.cells import Cells
from core.projection.controls import leaf_truths
from core.projection.grouping import group_rows
from core.projection.projection import Projection
from core.sampling.donors import Donors, donors_of
from core.sampling.plan import Plan
from core.sampling.streams import stream
from core.study import Study

POOL_ROWS = (200_000, 1_000_000)
"""Donors are drawn from a pool of real rows repeated by weight, of a size between these."""


class Splicer:
    """Makes the rows of any block, as positions of learning rows for each factor."""

    def __init__(self, study: Study, projection: Projection, plan: Plan) -> None:
        self.study, self.plan, self.cells = study, plan, projection.cells
        pool = _pool(projection, study.grounding.rows)
        self._donors: list[Donors] = []
        for block in _needed(study):
            fixed = [codes for name in block.factors if (codes := _fixed_codes(study, projection, name)) is not None]
            self._donors.append(donors_of(study.grounding, block.factors, block.neighbours, fixed, pool))

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
        offset = ((word * count.astype(np.uint64)) >> np.uint64(32)).astype(np.int64)
        # Where splicing made a combination that no real row has, there is no donor: the values stay.
        known = count > 0
        chosen = donors.rows.take(np.where(known, first + offset, 0)).astype(np.int64)
        # A row that draws its own value takes one half a round further instead (rows of much weight stand there many
        # times, side by side), else too many rows would stay what they were.
        own = np.flatnonzero((chosen == now) & (count > 1))
        chosen[own] = donors.rows[first[own] + (offset[own] + count[own] // 2) % count[own]]
        chosen = np.where(known, chosen, now)
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
                parts.append(np.nan_to_num(leaf_truths(study, leaf, event.name), nan=2.0).astype(np.int64))
    if not parts:
        return None
    of_value, _ = group_rows(parts, [int(part.max()) + 1 for part in parts], len(parts[0]))
    return np.asarray(of_value[study.columns[name].codes])
