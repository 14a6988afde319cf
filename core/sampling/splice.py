"""Splicing: rows that start from a real row of their cell and are redrawn factor by factor from other real rows.

A chained hot deck (R. R. Andridge and R. J. A. Little 2010): each factor takes the value of a donor, a real row that
agrees with the generated one in the factor's neighbours. Donors are drawn with the projection's weights, so that all
marginals stay the projection's. A controlled factor is redrawn inside its control bin and its conditions' truths
only, so no promise of the plan can be broken here; and a value that reality rules out beside another one is not taken.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from trimtab.core.grounding.neighbours import Neighbourhood
from trimtab.core.grounding.ruled_out import RuledOut
from trimtab.core.learned.learned import learned_ruled_out
from trimtab.core.maths.grouping import group_rows
from trimtab.core.maths.streams import stream
from trimtab.core.projection.features.feature import Feature
from trimtab.core.projection.fitted import row_weights
from trimtab.core.projection.pool.cells import Cells
from trimtab.core.projection.projection import Projection
from trimtab.core.sampling.donors import Donors, Fixed, donors_of
from trimtab.core.sampling.kept_orders import orders_of
from trimtab.core.sampling.plan import Plan
from trimtab.core.sampling.redrawing import Held, Redrawing, Spliced
from trimtab.core.sampling.shares import weight_classes
from trimtab.core.study.study import Study

POOL_ROWS = (200_000, 1_000_000)
"""Donors are drawn from a pool of real rows repeated by weight, of a size between these."""


class Splicer:
    """Makes the rows of any block, as positions of learning rows for each factor."""

    def __init__(self, study: Study, projection: Projection, plan: Plan) -> None:
        self.study, self.plan, self.projection = study, plan, projection
        pool = _pool(projection)
        self._checked = [feature for feature in _features(projection) if len(feature.columns) > 1]
        self._ruled = _ruled_out(study) if plan.real < plan.rows else ()
        self._orders = orders_of(study)
        self._classes = weight_classes(projection)
        self._donors: list[Donors] = []
        for block in _needed(study, self._ruled) if plan.real < plan.rows else ():
            fixed = [one for name in block.factors if (one := _fixed_codes(study, projection, name))]
            self._donors.append(donors_of(study.grounding, block.factors, block.neighbours, fixed, pool))

    def rows(self, block: int) -> Spliced:
        """The rows of a block that are made, in their order."""
        strata = self.plan.strata(block)
        here = np.flatnonzero(strata >= self.plan.real)
        begun = self._begun(strata[here])
        state = Redrawing(
            self.study,
            begun,
            self._checked,
            self._ruled,
            self._orders,
            Held.of(self.projection, begun.reserved),
            self._classes[begun.cell],
        )
        for donors in self._donors if len(here) else ():
            name = donors.factors[0]
            words = stream(self.plan.seed, name, block).integers(0, 2**32, size=len(strata), dtype=np.uint32)
            words = words if len(here) == len(strata) else words[here]
            state.redraw(donors, self._shared(words, begun.reserved, name))
        return begun

    def beginnings(self, block: int) -> Spliced:
        """The rows of a block that are made as they begin, before anything is redrawn."""
        strata = self.plan.strata(block)
        return self._begun(strata[strata >= self.plan.real])

    def _begun(self, strata: np.ndarray) -> Spliced:
        """The rows as they begin: each a row of the pool, or a reserved one."""
        slot = self.plan.slot(strata)
        drawn, kept = np.flatnonzero(slot >= 0), np.flatnonzero(slot < 0)
        cell = np.where(slot < 0, -1, self.plan.slots.cell[slot])
        reserved = np.where(slot < 0, strata - self.plan.drawn, -1)
        start = _skeletons(self.projection.cells, self.plan, strata[drawn], slot[drawn])
        set_aside, at = self.projection.reserved, {}
        for name in self.study.columns:
            rows = np.empty(len(strata), dtype=np.int64)
            rows[drawn] = self.projection.pool.origin(name, start)
            rows[kept] = set_aside.at[name][reserved[kept]]
            at[name] = rows
        index = pa.array(np.where(slot < 0, reserved, 0), mask=slot >= 0)
        return Spliced(at, cell, reserved, {name: one.take(index) for name, one in set_aside.values.items()})

    def _shared(self, words: np.ndarray, reserved: np.ndarray, factor: str) -> np.ndarray:
        """The random words, the same ones in all rows of a group that is drawn together."""
        set_aside = self.projection.reserved
        for number, part in enumerate(set_aside.parts):
            if part.together:
                here = np.flatnonzero(reserved >= 0)
                here = here[set_aside.part[reserved[here]] == number]
                group = set_aside.group[reserved[here]]
                if len(here):
                    shared = stream(self.plan.seed, f"{part.name}: {factor}")
                    most = int(set_aside.group.max()) + 1
                    words[here] = shared.integers(0, 2**32, size=most, dtype=np.uint32)[group]
        return words


def _needed(study: Study, ruled: Sequence[RuledOut]) -> list[Neighbourhood]:
    """The blocks to redraw: those of the delivered factors and of all they depend on, directly or through others. So
    they come out the same whatever else is dropped."""
    beside = [one.factors for one in ruled]
    blocks = {name: one for one in study.grounding.neighbourhoods for name in one.factors}
    needed: set[str] = set()
    waiting = list(study.delivered)
    while waiting:
        block = blocks[waiting.pop()]
        if block.factors[0] not in needed:
            needed.add(block.factors[0])
            waiting += [one.factor for one in block.neighbours]
            waiting += [name for pair in beside if not set(pair).isdisjoint(block.factors) for name in pair]
    return [one for one in study.grounding.neighbourhoods if one.factors[0] in needed]


def _ruled_out(study: Study) -> tuple[RuledOut, ...]:
    """The pairs of values that no row should get which does not begin with them."""
    return study.memo.of("ruled out", study.grounding, lambda: learned_ruled_out(study.source, study.grounding))


def _skeletons(cells: Cells, plan: Plan, strata: np.ndarray, slot: np.ndarray) -> np.ndarray:
    """The real row each row starts from: the rows of its cell, evenly."""
    quota = plan.quota[slot]
    position = strata - (plan.ends[slot] - quota)
    group = cells.group[plan.slots.cell[slot]]
    first = cells.start[group]
    size = cells.start[group + 1] - first
    rows: np.ndarray = cells.rows[first + (2 * position + 1) * size // (2 * quota)]
    return rows.astype(np.int64)


def _pool(projection: Projection) -> np.ndarray:
    """Learning rows, each repeated in proportion to its weight: all rows once if the weights are equal."""
    rows = projection.pool.learned
    weight = row_weights(projection.cells, projection.shares, projection.pool.rows)[:rows]
    if not weight.any() or np.ptp(weight) <= 1e-12 * weight.max():
        return np.arange(rows, dtype=np.int32)
    size = int(np.clip(rows, *POOL_ROWS))
    ends = np.floor(np.cumsum(weight) / weight.sum() * size + 0.5).astype(np.int64)
    return np.repeat(np.arange(rows, dtype=np.int32), np.diff(ends, prepend=0))


def _features(projection: Projection) -> list[Feature]:
    """Everything that controls look at, but for plain factors."""
    return list({(feature.sql, feature.key): feature for feature in projection.looked_at}.values())


def _fixed_codes(study: Study, projection: Projection, name: str) -> Fixed | None:
    """What must not change when the factor is redrawn: its codes in controls and the truths of its conditions."""
    asking = [feature for control in projection.controls for feature in control.features]
    truths = list({(feature.sql, feature.key): feature for feature in asking}.values())
    parts = [feature.of_values(study) for feature in truths if feature.columns == (name,)]
    parts += [control.plain[name] for control in projection.controls if name in control.plain]
    column = study.columns[name]
    if study.design.relations is not None and column.counts[-1]:
        # Donors are missing where the row is: no share of missing values drifts, and what is missing together stays so.
        parts.append((np.arange(column.distinct + 1) == column.distinct).astype(np.uint8))
    if not parts:
        return None
    of_value, _ = group_rows(parts, [int(part.max()) + 1 for part in parts], len(parts[0]))
    small = of_value.astype(np.min_scalar_type(int(of_value.max())))
    return Fixed(name, np.asarray(small[column.codes]))
