"""Floors: rows reserved so that every combination of bins occurs often enough.

Real rows are taken where some show a combination; the others are constructed, each factor's value from a real row.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from trimtab.core.design.controls.floor import Floor
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.errors import InputError
from trimtab.core.maths.grouping import group_rows
from trimtab.core.projection.conflict import Conflict, ConflictsError
from trimtab.core.projection.controls.control import Control, controls_at
from trimtab.core.projection.features.side import Side, side_of
from trimtab.core.projection.pool.pool import At, table_at
from trimtab.core.projection.pool.table_rows import TableRows
from trimtab.core.projection.reserved.floor_rows import floor_rows
from trimtab.core.projection.reserved.following import with_following
from trimtab.core.projection.reserved.reserved import FloorPlan, Part, Reserved, Reserving, codes_at, possible
from trimtab.core.study.study import Study

TRIES = 8
"""Constructed rows that are tried for a combination before it counts as forbidden."""

HOPELESS = 2
"""A floor whose cells need so many times the rows of a design is refused at once; rules could forbid some of them."""


@dataclass(frozen=True, eq=False)
class FloorControl(Control):
    """A floor: its rows are reserved, and then it asks for nothing more."""

    floor: Floor
    looked_at: tuple[str, ...]

    kind = "floor"
    reserves = True

    @property
    def name(self) -> ControlName:
        return ControlName("floor", self.floor.name)

    @property
    def columns(self) -> tuple[str, ...]:
        return self.looked_at

    def reserve(self, task: Reserving) -> Reserving:
        """The reservations with the rows of the floor; rows of the pool of no weight are not taken.

        Raises ConflictsError for a floor that far more rows would have to keep.
        """
        own, plan = _reserved(self, task)
        return replace(task, reserved=task.reserved.joined(own), floors=(*task.floors, plan))


@controls_at(70)
def floors_of(study: Study) -> tuple[FloorControl, ...]:
    """The floors of a study's design."""
    return tuple(FloorControl(np.empty(0), (), floor, _looked_at(study, floor)) for floor in study.design.floors)


def _looked_at(study: Study, floor: Floor) -> tuple[str, ...]:
    """The columns of the source that its factors are, or are computed from."""
    defined = study.definitions
    names = (defined[name].scalar.columns if name in defined else (name,) for name in floor.factors)
    return tuple(dict.fromkeys(column for one in names for column in one))


def _reserved(control: FloorControl, task: Reserving) -> tuple[Reserved, FloorPlan]:
    floor, study, pool = control.floor, task.study, task.pool
    maker = _Maker(task, floor)
    usable = np.flatnonzero(maker.weights > 0)
    codes = [maker.codes[place][usable] for place in range(len(maker.sides))]
    sizes = [side.axis.size for side in maker.sides]
    group, first = group_rows(codes, [size + 1 for size in sizes], len(usable))
    observed = np.stack([code[first] for code in codes], axis=1)
    share = np.bincount(group, weights=maker.weights[usable])
    needed = maker.needed()
    grid = np.zeros((len(sizes), max(sizes)), dtype=bool)
    for place, one in enumerate(needed):
        grid[place, : len(one)] = one
    _check_room(control, needed, task.rows)
    found = floor_rows(observed, share, sizes, floor.strength, floor.at_least, allowed=maker.allowed, needed=grid)
    taken = _rows_of_groups(usable, group, maker.weights[usable], found.taken)
    real = {name: pool.origin(name, taken) for name in study.columns}
    made = maker.build(np.repeat(found.made, found.made_rows, axis=0))
    at = {name: np.concatenate([real[name], made[name]]) for name in study.columns}
    count = len(next(iter(at.values())))
    ungrounded = np.concatenate([taken >= pool.learned, np.ones(count - len(taken), dtype=bool)])
    fixed = tuple(dict.fromkeys(name for side in maker.sides for name in side.columns))
    own = Reserved(
        at,
        np.zeros(count, dtype=np.int64),
        np.full(count, -1, dtype=np.int64),
        codes_at(study, task.controls, at),
        ungrounded,
        (Part(control.name, fixed),),
        {},
    )
    names = tuple(side.name for side in maker.sides)
    impossible = tuple((tuple(names[f] for f in factors), levels) for factors, levels in found.impossible)
    made_up = int(found.made_rows.sum())
    return own, FloorPlan(control.name, names, floor.strength, floor.at_least, needed, impossible, count, made_up)


def _check_room(control: FloorControl, needed: Sequence[np.ndarray], rows: int) -> None:
    """A floor of which hopelessly many rows would be needed is not searched: that takes minutes."""
    floor = control.floor
    sizes = sorted((int(one.sum()) for one in needed), reverse=True)
    cells = math.prod(sizes[: floor.strength])
    if cells * floor.at_least > HOPELESS * rows:
        design = ControlName("rows", "design")
        message = (
            f"Floor `{floor.name}` has {cells:,} cells in {floor.strength} of its factors alone, which is "
            f"{cells * floor.at_least:,} rows with {floor.at_least:,} in each, but the design has {rows:,}."
        )
        raise ConflictsError((Conflict((control.name, design), message, design, float(cells * floor.at_least)),))


class _Maker:
    """Makes rows of given combinations, and tells which combinations the other controls allow."""

    def __init__(self, task: Reserving, floor: Floor) -> None:
        self.study, self.floor = task.study, floor
        pool = task.pool
        self.sides = [side_of(task.study, name, f"Floor `{floor.name}`") for name in floor.factors]
        self.codes = [np.asarray(pool.side(side)) for side in self.sides]
        self.weights = np.where(np.logical_and.reduce([code >= 0 for code in self.codes]), task.weights, 0.0)
        self.guards = task.guards
        self.controls = [control for control in (*task.controls, *task.guards) if not control.requested.all()]
        learned = [code[: pool.learned] for code in self.codes]
        self.orders = [np.argsort(code, kind="stable") for code in learned]
        self.starts = [
            np.searchsorted(code, np.arange(side.size + 1), sorter=order)
            for code, side, order in zip(learned, self.sides, self.orders, strict=True)
        ]
        self.plain = all(side.feature is None for side in self.sides)

    def needed(self) -> tuple[np.ndarray, ...]:
        """For each factor (size,) the bins that count: some value of the source is there, and may occur."""
        found = []
        for side, start in zip(self.sides, self.starts, strict=True):
            there = np.diff(start)[:-1] > 0
            for control in self.controls:
                if side.name in control.decided:
                    there &= _open_bins(side, control.requested[control.decided[side.name]] > 0)
            if not there.any():
                raise InputError(f"Floor `{self.floor.name}`: `{side.name}` has no bin that any row could be in.")
            found.append(there)
        return tuple(found)

    def allowed(self, combinations: np.ndarray) -> np.ndarray:
        """(R,) whether some row with these bins keeps all that is asked of every row."""
        if self.plain and not self.controls:
            return np.ones(len(combinations), dtype=bool)
        return self._tried(combinations)[1]

    def build(self, combinations: np.ndarray) -> At:
        """Rows (R,) with these bins, which are allowed."""
        return self._tried(combinations)[0]

    def _tried(self, combinations: np.ndarray) -> tuple[At, np.ndarray]:
        at = self._at(combinations, 0, list(self.study.columns))
        good = self._good(combinations, at)
        for attempt in range(1, TRIES):
            bad = np.flatnonzero(~good)
            if not len(bad):
                break
            again = self._at(combinations[bad], attempt, list(self.study.columns))
            better = self._good(combinations[bad], again)
            for name, rows in again.items():
                at[name][bad[better]] = rows[better]
            good[bad[better]] = True
        return at, good

    def _at(self, combinations: np.ndarray, attempt: int, names: Sequence[str]) -> dict[str, np.ndarray]:
        """The same rows for the same combination, whatever stands beside it."""
        rows = [self._row(place, combinations, attempt) for place in range(len(self.sides))]
        base = attempt % len(rows)
        at = {name: rows[base].copy() for name in names}
        # What is tied to a factor comes along, but not over a factor of the floor; the base's own last.
        for place in (*range(base), *range(base + 1, len(rows)), base):
            for name in self.study.grounding.tied(self.sides[place].columns):
                at[name] = rows[place].copy()
        for side, own in zip(self.sides, rows, strict=True):
            for name in side.columns:
                at[name] = own.copy()
        return with_following(self.study, self.guards, at, [name for side in self.sides for name in side.columns])

    def _row(self, place: int, combinations: np.ndarray, attempt: int) -> np.ndarray:
        # Numbers that look random, yet are the same wherever a combination stands (S. Vigna's splitmix64).
        words = np.arange(1, combinations.shape[1] + 2, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        key = (combinations.astype(np.uint64) + np.uint64(1)) @ words[:-1]
        key += np.array([attempt * 31 + place], dtype=np.uint64) * words[-1:]
        key ^= key >> np.uint64(29)
        key *= np.uint64(0xBF58476D1CE4E5B9)
        u = (key >> np.uint64(11)).astype(float) / 2.0**53
        first, last = self.starts[place][combinations[:, place]], self.starts[place][combinations[:, place] + 1]
        at = first + np.floor(u * (last - first)).astype(np.int64)
        return np.asarray(self.orders[place][np.minimum(at, len(self.orders[place]) - 1)])

    def _good(self, combinations: np.ndarray, at: At) -> np.ndarray:
        good = possible(self.controls, codes_at(self.study, self.controls, at)).all(axis=0)
        if not self.plain:
            for place, side in enumerate(self.sides):
                if side.feature is not None:
                    table = table_at(self.study, side.columns, at)
                    good &= TableRows(table).side(side) == combinations[:, place]
        return np.asarray(good)


def _open_bins(side: Side, left: np.ndarray) -> np.ndarray:
    """(size,) the bins in which some value of a factor is `left` (K+1,)."""
    assert side.code_of_value is not None  # a factor of the source has them
    return np.asarray(np.bincount(side.code_of_value, weights=left, minlength=side.size)[: side.axis.size] > 0)


def _rows_of_groups(rows: np.ndarray, group: np.ndarray, weight: np.ndarray, taken: np.ndarray) -> np.ndarray:
    """`taken` (U,) rows of each group, evenly over their weight."""
    order = np.argsort(group, kind="stable")
    ends = np.cumsum(weight[order])
    last = np.cumsum(np.bincount(group, minlength=len(taken)))
    first = np.append(0, last[:-1])
    low = np.where(first > 0, ends[first - 1], 0.0)
    owner = np.repeat(np.arange(len(taken)), taken)
    place = np.arange(len(owner)) - np.repeat(np.cumsum(taken) - taken, taken)
    at = low[owner] + (place + 0.5) / taken[owner] * (ends[last - 1] - low)[owner]
    found = np.clip(np.searchsorted(ends, at), first[owner], last[owner] - 1)
    return np.asarray(rows[order[found]])
