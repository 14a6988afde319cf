"""Redrawing: the rows of a block in the making, one group of factors after the other taken from donors, of which a few
are tried."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from trimtab.core.grounding.grounding import Grounding
from trimtab.core.grounding.neighbours import Neighbour
from trimtab.core.grounding.ruled_out import RuledOut
from trimtab.core.maths.streams import other_words
from trimtab.core.projection.features.feature import Feature
from trimtab.core.projection.pool.pool import table_at
from trimtab.core.projection.projection import Projection
from trimtab.core.projection.reserved.reserved import with_values
from trimtab.core.sampling.donors import Donors, Fixed
from trimtab.core.sampling.kept_orders import Ordered
from trimtab.core.sampling.shares import rows_going_back
from trimtab.core.source.columns import as_numbers
from trimtab.core.study.study import Study

ATTEMPTS = 3
"""Donors tried for a row, until one keeps what has to hold; else the row stays as it is."""

KEEP = -1
"""Instead of a donor: the row keeps the values it has."""


@dataclass(frozen=True, eq=False)
class Spliced:
    """Rows of a block that are made. `at` has, for each factor, the learning row whose value each of them takes; `cell`
    is the control cell, -1 for reserved rows, of which `reserved` is the number, else -1. `values` stand in some
    instead, see `Reserved`."""

    at: dict[str, np.ndarray]
    cell: np.ndarray
    reserved: np.ndarray
    values: dict[str, pa.Array]


@dataclass(frozen=True)
class Held:
    """Which rows must keep which factors: (n,) for each factor that some reserved rows keep."""

    rows: dict[str, np.ndarray]

    @staticmethod
    def of(projection: Projection, reserved: np.ndarray) -> Held:
        held: dict[str, np.ndarray] = {}
        here = reserved >= 0
        if here.any():
            part = np.where(here, projection.reserved.part[np.maximum(reserved, 0)], -1)
            for number, one in enumerate(projection.reserved.parts):
                for name in one.fixed:
                    held[name] = held.get(name, False) | (part == number)
        return Held(held)


@dataclass(eq=False)
class Redrawing:
    """Rows in the making, with what several factors decide together, which must not change."""

    study: Study
    made: Spliced
    checked: Sequence[Feature]
    ruled: Sequence[RuledOut]
    orders: Sequence[Ordered]
    held: Held
    classes: np.ndarray
    codes: dict[Neighbour, np.ndarray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        every = np.arange(len(self.made.cell))
        self.expected = [feature.of_table(self._table(feature.columns, {}, every)) for feature in self.checked]

    @property
    def grounding(self) -> Grounding:
        return self.study.grounding

    def redraw(self, donors: Donors, words: np.ndarray) -> None:
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
        self._keep_what_holds(donors, group, chosen, words)
        self._keep_shares(donors, chosen)
        for name in donors.factors:
            self.made.at[name] = np.where(chosen == KEEP, self.made.at[name], chosen)
            for fine in (False, True):
                self.codes.pop(Neighbour(name, fine), None)

    def _keep_what_holds(self, donors: Donors, group: np.ndarray, chosen: np.ndarray, words: np.ndarray) -> None:
        """Draw other donors, in place, for rows in which a code that several factors decide would change, or which
        would get two values that are ruled out together or out of order; rows for which none is found stay as they
        are."""
        checked = [
            (feature, codes)
            for feature, codes in zip(self.checked, self.expected, strict=True)
            if not set(donors.factors).isdisjoint(feature.columns)
        ]
        ruled = [one for one in self.ruled if len(set(donors.factors) & set(one.factors)) == 1]
        orders = [one for one in self.orders if len(set(donors.factors) & set(one.factors)) == 1]
        looked_at = checked or ruled or orders
        open_ = np.flatnonzero(chosen != KEEP) if looked_at else np.empty(0, dtype=np.int64)
        for attempt in range(ATTEMPTS):
            wrong = np.zeros(len(open_), dtype=bool)
            for feature, codes in checked:
                table = self._table(feature.columns, dict.fromkeys(donors.factors, chosen), open_)
                wrong |= feature.of_table(table) != codes[open_]
            wrong |= self._ruled_out(ruled, donors.factors, chosen, open_)
            wrong |= self._out_of_order(orders, donors.factors, chosen, open_)
            open_ = open_[wrong]
            if not len(open_):
                return
            if attempt == ATTEMPTS - 1:
                chosen[open_] = KEEP
                return
            now = self.made.at[donors.factors[0]][open_]
            chosen[open_] = _donors_for(donors, group[open_], now, other_words(words[open_], attempt))

    def _ruled_out(
        self, ruled: Sequence[RuledOut], redrawn: Sequence[str], chosen: np.ndarray, rows: np.ndarray
    ) -> np.ndarray:
        """(len(rows),) whether a row would get two values that are ruled out together, and has not such two now: a
        design may ask for what reality rules out."""
        wrong = np.zeros(len(rows), dtype=bool)
        every = len(rows) == len(chosen)
        donors = chosen if every else chosen[rows]
        drawn = (
            {name: self.grounding.code(Neighbour(name, True)).take(donors, mode="clip") for name in redrawn}
            if ruled
            else {}
        )
        for one in ruled:
            now = [self._code(Neighbour(name, True)) for name in one.factors]
            then = [
                drawn[name] if name in drawn else codes if every else codes[rows]
                for name, codes in zip(one.factors, now, strict=True)
            ]
            bad = np.flatnonzero(one.of(then))
            wrong[bad[~one.of([codes[rows[bad]] for codes in now])]] = True
        return wrong

    def _out_of_order(
        self, orders: Sequence[Ordered], redrawn: Sequence[str], chosen: np.ndarray, rows: np.ndarray
    ) -> np.ndarray:
        """(len(rows),) whether a row would get two values of which the one that always is smaller is larger."""
        wrong = np.zeros(len(rows), dtype=bool)
        for one in orders:
            low, high = (
                self._numbers(name, numbers, (chosen if name in redrawn else self.made.at[name])[rows], rows)
                for name, numbers in zip(one.factors, one.numbers, strict=True)
            )
            wrong |= one.broken(low, high)
        return wrong

    def _numbers(self, name: str, numbers: np.ndarray, at: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """(len(rows),) the numbers of a factor where it takes the values of the rows `at`, `numbers` those of its
        values, nan for missing; of a sweep the numbers that stand there."""
        found = numbers.take(self.study.columns[name].codes.take(at))
        if name in self.made.values:
            swept = self.made.values[name].take(pa.array(rows))
            found = np.where(swept.is_valid().to_numpy(zero_copy_only=False), as_numbers(swept), found)
        return found

    def _keep_shares(self, donors: Donors, chosen: np.ndarray) -> None:
        """Let some rows keep their value, in place, so that every factor's bins have the shares they began with."""
        for name in donors.factors:
            bins = self.grounding.code(Neighbour(name, True))
            count = int(bins.max()) + 1
            shift = self.classes * count
            places = (self.made.at[name], np.maximum(chosen, 0))
            before, drawn = (bins.take(rows, mode="clip") + shift for rows in places)
            chosen[rows_going_back(before, drawn, chosen != KEEP, count * (int(self.classes.max()) + 1))] = KEEP

    def _table(self, names: Sequence[str], proposed: Mapping[str, np.ndarray], rows: np.ndarray) -> pa.Table:
        """Some of the rows, with factors as `proposed` or else as they are now."""
        at = {name: proposed.get(name, self.made.at[name])[rows] for name in names}
        values = {name: one.take(pa.array(rows)) for name, one in self.made.values.items() if name in names}
        return with_values(table_at(self.study, names, at), values)

    def _code(self, code: Neighbour | Fixed) -> np.ndarray:
        """The codes of the rows as they are now: of a neighbour, or what must not change."""
        if isinstance(code, Fixed):
            return np.asarray(code.codes.take(self.made.at[code.factor], mode="clip"), dtype=np.int32)
        if code not in self.codes:
            now = self.made.at[code.factor]
            self.codes[code] = self.grounding.code(code).take(now, mode="clip").astype(np.int32)
        return self.codes[code]


def _donors_for(donors: Donors, group: np.ndarray, now: np.ndarray, words: np.ndarray) -> np.ndarray:
    """(m,) a donor for each row by its random word; KEEP where splicing made a combination that no real row has."""
    first = donors.start.take(group, mode="clip")  # quicker than to look whether a number lies outside: none does
    count = donors.start.take(group + 1, mode="clip") - first
    # A 32-bit word times the number of donors, without its lower 32 bits: a donor each, evenly.
    offset = ((words * count.astype(np.uint64)) >> np.uint64(32)).astype(np.int64)
    known = count > 0
    chosen = donors.rows.take(np.where(known, first + offset, 0), mode="clip").astype(np.int64)
    # A row that draws its own value takes one half a round further instead (rows of much weight stand there many
    # times, side by side), else too many rows would stay what they were.
    own = np.flatnonzero((chosen == now) & (count > 1))
    chosen[own] = donors.rows[first[own] + (offset[own] + count[own] // 2) % count[own]]
    return np.where(known, chosen, KEEP)
