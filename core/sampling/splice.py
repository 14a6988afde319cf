"""Splicing: rows that start from a real row of their cell and are redrawn factor by factor from other real rows.

A chained hot deck (R. R. Andridge and R. J. A. Little 2010): each factor takes the value of a donor, a real row that
agrees with the generated one in the factor's neighbours. Donors are drawn with the projection's weights, so that all
marginals stay the projection's. A controlled factor is redrawn inside its control bin and its conditions' truths
only, so no promise of the plan can be broken here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from core.grounding.grounding import Grounding
from core.grounding.neighbours import Neighbour, Neighbourhood
from core.projection.cells import Cells
from core.projection.controls import LevelControl, MarginalControl
from core.projection.features import Feature
from core.projection.fitting import row_weights
from core.projection.grouping import group_rows
from core.projection.pairs import PairControl
from core.projection.pool import table_at
from core.projection.projection import Projection
from core.projection.reserved import with_values
from core.sampling.donors import Donors, Fixed, donors_of
from core.sampling.plan import Plan
from core.sampling.shares import rows_going_back, weight_classes
from core.streams import stream
from core.study import Study

POOL_ROWS = (200_000, 1_000_000)
"""Donors are drawn from a pool of real rows repeated by weight, of a size between these."""

ATTEMPTS = 3
"""Donors tried for a row, until one keeps what several factors decide together; else the row stays as it is."""


KEEP = -1
"""Instead of a donor: the row keeps the values it has."""


@dataclass(frozen=True, eq=False)
class Spliced:
    """Rows of a block. `at` has, for each factor, the learning row whose value each of them takes; `cell` is the
    control cell, -1 for reserved rows, of which `reserved` is the number, else -1. `values` stand in some instead, see
    `Reserved`."""

    at: dict[str, np.ndarray]
    cell: np.ndarray
    reserved: np.ndarray
    values: dict[str, pa.Array]


class Splicer:
    """Makes the rows of any block, as positions of learning rows for each factor."""

    def __init__(self, study: Study, projection: Projection, plan: Plan) -> None:
        self.study, self.plan, self.projection = study, plan, projection
        pool = _pool(projection)
        self._checked = [feature for feature in _features(projection) if len(feature.columns) > 1]
        self._classes = weight_classes(projection)
        self._donors: list[Donors] = []
        for block in _needed(study):
            fixed = [one for name in block.factors if (one := _fixed_codes(study, projection, name))]
            self._donors.append(donors_of(study.grounding, block.factors, block.neighbours, fixed, pool))

    def rows(self, block: int) -> Spliced:
        """The rows of a block."""
        strata = self.plan.strata(block)
        cell = self.plan.cells(strata)
        reserved = np.where(cell < 0, strata - self.plan.drawn, -1)
        begun = self._begun(strata, cell, reserved)
        state = _State(self.study, begun, self._checked, _Held.of(self.projection, reserved), self._classes[cell])
        for donors in self._donors:
            name = donors.factors[0]
            generator = stream(self.plan.seed, name, block)
            words = generator.integers(0, 2**32, size=len(strata), dtype=np.uint32)
            state.redraw(donors, self._shared(words, reserved, name), generator)
        return begun

    def _begun(self, strata: np.ndarray, cell: np.ndarray, reserved: np.ndarray) -> Spliced:
        """The rows as they begin: each a row of the pool, or a reserved one."""
        drawn = np.flatnonzero(cell >= 0)
        kept = np.flatnonzero(cell < 0)
        start = _skeletons(self.projection.cells, self.plan, strata[drawn], cell[drawn])
        set_aside, at = self.projection.reserved, {}
        for name in self.study.columns:
            rows = np.empty(len(strata), dtype=np.int64)
            rows[drawn] = self.projection.pool.origin(name, start)
            rows[kept] = set_aside.at[name][reserved[kept]]
            at[name] = rows
        index = pa.array(np.where(cell < 0, reserved, 0), mask=cell >= 0)
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


@dataclass(frozen=True)
class _Held:
    """Which rows must keep which factors: (n,) for each factor that some reserved rows keep."""

    rows: dict[str, np.ndarray]

    @staticmethod
    def of(projection: Projection, reserved: np.ndarray) -> _Held:
        held: dict[str, np.ndarray] = {}
        here = reserved >= 0
        if here.any():
            part = np.where(here, projection.reserved.part[np.maximum(reserved, 0)], -1)
            for number, one in enumerate(projection.reserved.parts):
                for name in one.fixed:
                    held[name] = held.get(name, False) | (part == number)
        return _Held(held)


@dataclass(eq=False)
class _State:
    """Rows in the making, with what several factors decide together, which must not change."""

    study: Study
    made: Spliced
    checked: list[Feature]
    held: _Held
    classes: np.ndarray
    codes: dict[Neighbour, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        every = np.arange(len(self.made.cell))
        self.expected = [feature.of_table(self._table(feature.columns, {}, every)) for feature in self.checked]

    @property
    def grounding(self) -> Grounding:
        return self.study.grounding

    def redraw(self, donors: Donors, words: np.ndarray, generator: np.random.Generator) -> None:
        """Redraw one block of factors, given all others as they are now, each row by its random word."""
        now = self.made.at[donors.factors[0]]
        group: np.ndarray = np.zeros(len(now), dtype=np.int32)
        for step in donors.steps:
            # Keys of a table fit 32 bits, which is twice as fast; those of a bisection may not.
            width = np.dtype(np.int64 if step.sorted else np.int32)
            group = group.astype(width, copy=False)
            for code, stride in zip(step.codes, step.strides, strict=True):
                group = group + self._code(code).astype(width, copy=False) * width.type(stride)
            group = step.number(group)
        chosen = _donors_for(donors, group, now, words)
        for name in donors.factors:
            if name in self.held.rows:
                chosen[self.held.rows[name]] = KEEP
        self._keep_what_is_checked(donors, group, chosen, generator)
        self._keep_shares(donors, chosen)
        for name in donors.factors:
            self.made.at[name] = np.where(chosen == KEEP, self.made.at[name], chosen)
            for fine in (False, True):
                self.codes.pop(Neighbour(name, fine), None)

    def _keep_what_is_checked(
        self, donors: Donors, group: np.ndarray, chosen: np.ndarray, generator: np.random.Generator
    ) -> None:
        """Draw other donors, in place, for rows in which a code that several factors decide would change; rows for
        which none is found stay as they are."""
        touched = [
            (feature, codes)
            for feature, codes in zip(self.checked, self.expected, strict=True)
            if not set(donors.factors).isdisjoint(feature.columns)
        ]
        open_ = np.flatnonzero(chosen != KEEP) if touched else np.empty(0, dtype=np.int64)
        for attempt in range(ATTEMPTS):
            wrong = np.zeros(len(open_), dtype=bool)
            for feature, codes in touched:
                table = self._table(feature.columns, dict.fromkeys(donors.factors, chosen), open_)
                wrong |= feature.of_table(table) != codes[open_]
            open_ = open_[wrong]
            if not len(open_):
                return
            if attempt == ATTEMPTS - 1:
                chosen[open_] = KEEP
                return
            words = generator.integers(0, 2**32, size=len(open_), dtype=np.uint32)
            chosen[open_] = _donors_for(donors, group[open_], self.made.at[donors.factors[0]][open_], words)

    def _keep_shares(self, donors: Donors, chosen: np.ndarray) -> None:
        """Let some rows keep their value, in place, so that every factor's bins have the shares they began with."""
        for name in donors.factors:
            bins = self.grounding.code(Neighbour(name, True))
            count = int(bins.max()) + 1
            shift = self.classes * count
            before, drawn = (bins.take(rows) + shift for rows in (self.made.at[name], np.maximum(chosen, 0)))
            chosen[rows_going_back(before, drawn, chosen != KEEP, count * (int(self.classes.max()) + 1))] = KEEP

    def _table(self, names: Sequence[str], proposed: Mapping[str, np.ndarray], rows: np.ndarray) -> pa.Table:
        """Some of the rows, with factors as `proposed` or else as they are now."""
        at = {name: proposed.get(name, self.made.at[name])[rows] for name in names}
        values = {name: one.take(pa.array(rows)) for name, one in self.made.values.items() if name in names}
        return with_values(table_at(self.study, names, at), values)

    def _code(self, code: Neighbour | Fixed) -> np.ndarray:
        """The codes of the rows as they are now: of a neighbour, or what must not change."""
        if isinstance(code, Fixed):
            return np.asarray(code.codes.take(self.made.at[code.factor]), dtype=np.int32)
        if code not in self.codes:
            self.codes[code] = self.grounding.code(code).take(self.made.at[code.factor]).astype(np.int32)
        return self.codes[code]


def _donors_for(donors: Donors, group: np.ndarray, now: np.ndarray, words: np.ndarray) -> np.ndarray:
    """(m,) a donor for each row by its random word; KEEP where splicing made a combination that no real row has."""
    first = donors.start.take(group)
    count = donors.start.take(group + 1) - first
    # A 32-bit word times the number of donors, without its lower 32 bits: a donor each, evenly.
    offset = ((words * count.astype(np.uint64)) >> np.uint64(32)).astype(np.int64)
    known = count > 0
    chosen = donors.rows.take(np.where(known, first + offset, 0)).astype(np.int64)
    # A row that draws its own value takes one half a round further instead (rows of much weight stand there many
    # times, side by side), else too many rows would stay what they were.
    own = np.flatnonzero((chosen == now) & (count > 1))
    chosen[own] = donors.rows[first[own] + (offset[own] + count[own] // 2) % count[own]]
    return np.where(known, chosen, KEEP)


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
    """Everything that conditions, levels and pairs look at, but for plain factors."""
    found = [feature for condition in projection.conditions for feature in condition.features]
    found += [feature for feature in projection.chances if len(feature.columns) > 1]
    for control in projection.controls:
        if isinstance(control, LevelControl):
            found.append(control.feature)
        if isinstance(control, PairControl):
            found += [side.feature for side in control.sides if side.feature is not None]
    return list({(feature.sql, feature.key): feature for feature in found}.values())


def _fixed_codes(study: Study, projection: Projection, name: str) -> Fixed | None:
    """What must not change when the factor is redrawn: its bins in controls and the truths of its conditions."""
    parts = [feature.of_values(study) for feature in _features(projection) if feature.columns == (name,)]
    for control in projection.controls:
        if isinstance(control, MarginalControl) and control.factor == name:
            parts.append(control.code_of_value)
        if isinstance(control, PairControl):
            parts += [one.code_of_value for one in control.sides if one.name == name and one.code_of_value is not None]
    if not parts:
        return None
    of_value, _ = group_rows(parts, [int(part.max()) + 1 for part in parts], len(parts[0]))
    small = of_value.astype(np.min_scalar_type(int(of_value.max())))
    return Fixed(name, np.asarray(small[study.columns[name].codes]))
