"""Sweeps: groups of rows that differ in one factor, reserved among the rows of a design."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.controls.sweep import Sweep
from trimtab.core.design.values import swept_values
from trimtab.core.maths.streams import ONE_FOR_ALL, stream
from trimtab.core.projection.conflict import Conflict, ConflictsError
from trimtab.core.projection.controls.control import Control, controls_at
from trimtab.core.projection.reserved.reserved import Part, Reserved, Reserving, codes_at, possible
from trimtab.core.projection.solver.wording import listed
from trimtab.core.source.axes import level_texts
from trimtab.core.source.columns import Column, as_numbers
from trimtab.core.study.study import Study

CANDIDATES = 4
"""Real rows that are looked at for each group, and ten times as many if they are not enough."""

MOST_CANDIDATES = 200_000

NEAR = 50
"""A value of a number that fewer rows have is known by so many rows that come near it."""


@dataclass(frozen=True, eq=False)
class SweepControl(Control):
    """A sweep: its rows are reserved, and then it asks for nothing more."""

    sweep: Sweep

    kind = "sweep"
    reserves = True
    groups_rows = True

    @property
    def name(self) -> ControlName:
        return ControlName("sweep", self.sweep.factor)

    def reserve(self, task: Reserving) -> Reserving:
        """The reservations with the rows of the sweep; real rows are what its groups begin with.

        Raises ConflictsError if too few rows can take all the values beside the other controls.
        """
        sweep, study = self.sweep, task.study
        values = swept_values(sweep.factor, sweep.values, study.columns[sweep.factor])
        together = sweep.others == "condition"
        choose = _rows_there if together else _rows_that_take_all
        base = choose(_Task(self.name, task, sweep, values))
        at, shown = _varied(study, base, sweep.factor, values)
        rows = base.size
        part = Part(self.name, (sweep.factor,) if together else tuple(study.columns), sweep.factor, together)
        known = np.isin(level_texts(values).to_pylist(), level_texts(study.columns[sweep.factor].values).to_pylist())
        own = Reserved(
            at,
            np.zeros(rows, dtype=np.int64),
            task.groups + np.repeat(np.arange(len(base)), len(values)),
            codes_at(study, task.controls, at, {sweep.factor: shown}),
            np.tile(~known, len(base)),
            (part,),
            {sweep.factor: shown},
        )
        return replace(task, reserved=task.reserved.joined(own), groups=task.groups + sweep.groups)


@controls_at(60)
def sweeps_of(study: Study) -> tuple[SweepControl, ...]:
    """The sweeps of a study's design."""
    return tuple(SweepControl(np.empty(0), (), sweep) for sweep in study.design.sweeps)


@dataclass(frozen=True, eq=False)
class _Task:
    """A sweep and what its rows are chosen by; `values` (V,) are those that the factor takes."""

    name: ControlName
    task: Reserving
    sweep: Sweep
    values: pa.Array

    def works(self, base: np.ndarray, values: pa.Array) -> tuple[np.ndarray, ControlName | None]:
        """(B, V) whether real rows `base` (B, V) can take the `values` (V,); and the control that is most often in the
        way of all of them."""
        study, controls = self.task.study, (*self.task.controls, *self.task.guards)
        at, shown = _varied(study, base, self.sweep.factor, values)
        codes = codes_at(study, controls, at, {self.sweep.factor: shown})
        fine = possible(controls, codes).reshape(len(codes), *base.shape)
        worst = controls[int((~fine.all(axis=2)).sum(axis=1).argmax())].name if controls else None
        return np.asarray(fine.all(axis=0)), worst

    def some(self, rows: np.ndarray, count: int) -> np.ndarray:
        """(count,) of the real `rows`, evenly by weight, in a random order; none if they have no weight."""
        ends = np.cumsum(self.task.weights[rows])
        if not len(rows) or not ends[-1] > 0:
            return rows[:0]
        at = (np.arange(count) + 0.5) / count * ends[-1]
        found = rows[np.searchsorted(ends, at).clip(0, len(rows) - 1)]
        return np.asarray(stream(ONE_FOR_ALL, str(self.name)).permutation(found[self.task.weights[found] > 0]))


def _rows_that_take_all(task: _Task) -> np.ndarray:
    """(groups, V) different real rows that can take all the values, each of them once for every value."""
    sweep, count = task.sweep, len(task.values)
    base: np.ndarray = np.empty(0, dtype=np.int64)
    for more in (1, 10):
        wanted = min(MOST_CANDIDATES, more * CANDIDATES * sweep.groups)
        some = task.some(np.arange(task.task.pool.learned), wanted)
        # In the order in which they were drawn, each once.
        tried = some[np.sort(np.unique(some, return_index=True)[1])]
        good, blocking = task.works(np.repeat(tried[:, None], count, axis=1), task.values)
        base = tried[good.all(axis=1)]
        if len(base) >= sweep.groups or len(tried) < wanted:
            break
    if len(base) < sweep.groups:
        raise ConflictsError((_too_few(task, len(base), blocking),))
    return np.repeat(base[: sweep.groups, None], count, axis=1)


def _rows_there(task: _Task) -> np.ndarray:
    """(groups, V) real rows that have the value, or come near it where few have it. The same row may begin several
    groups: what else it has is drawn anew."""
    chosen = []
    for place in range(len(task.values)):
        value = task.values.slice(place, 1)
        near = _rows_near(task.task.study.columns[task.sweep.factor], value)
        tried = task.some(near, CANDIDATES * task.sweep.groups)
        if not len(tried):  # nothing else leaves them any weight; what is in the way is told
            tried = near
        good, blocking = task.works(tried[:, None], value)
        if not good.any() or not task.task.weights[near].any():
            raise ConflictsError((_too_few(task, 0, blocking),))
        chosen.append(np.resize(tried[good[:, 0]], task.sweep.groups))
    return np.stack(chosen, axis=1)


def _rows_near(column: Column, value: pa.Array) -> np.ndarray:
    """Learning rows with a value; of a number that fewer than NEAR have, the NEAR rows that come nearest."""
    if not len(column.numbers):
        return np.flatnonzero(column.codes == column.values.index(value[0].as_py()).as_py())
    away = np.append(np.abs(column.numbers - as_numbers(value)[0]), np.inf)[column.codes]
    known = int(np.isfinite(away).sum())
    limit = np.partition(away, min(NEAR, known) - 1)[min(NEAR, known) - 1]
    return np.flatnonzero(away <= limit)


def _varied(study: Study, base: np.ndarray, factor: str, values: pa.Array) -> tuple[dict[str, np.ndarray], pa.Array]:
    """Rows `base` (B, V) with each value: where their factors' values come from, and the values that stand there."""
    column = study.columns[factor]
    at = {name: base.ravel() for name in study.columns}
    at[factor] = np.tile([_row_with(column, value) for value in _places(column, values)], len(base))
    return at, values.take(pa.array(np.tile(np.arange(len(values)), len(base))))


def _places(column: Column, values: pa.Array) -> np.ndarray:
    """(V,) the position of each value among the column's, or of the nearest one there is."""
    if not len(column.numbers):
        return np.array([column.values.index(value).as_py() for value in values])
    numbers = as_numbers(values)
    right = np.searchsorted(column.numbers, numbers).clip(0, column.distinct - 1)
    left = (right - 1).clip(0)
    return np.where(numbers - column.numbers[left] < np.abs(column.numbers[right] - numbers), left, right)


def _row_with(column: Column, code: int) -> int:
    """A learning row whose value is, or is next to, the one at `code`."""
    away = np.abs(column.codes.astype(np.int64) - code)
    away[column.codes == column.distinct] = column.distinct + 1
    return int(away.argmin())


def _too_few(task: _Task, found: int, blocking: ControlName | None) -> Conflict:
    why = f": {listed([blocking])} is in the way of most others" if blocking else ""
    message = (
        f"Sweep `{task.sweep.factor}` asks for {task.sweep.groups:,} groups, but only {found:,} real rows could take "
        f"all its {len(task.sweep.values)} values{why}."
    )
    return Conflict((task.name, blocking) if blocking else (task.name,), message, task.name, float(found))
