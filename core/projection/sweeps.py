"""Sweeps: groups of rows that differ in one factor, reserved among the rows of a design."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from core.design.controls import Sweep
from core.design.fields import number_of
from core.errors import InputError
from core.projection.controls import Control, EventControl
from core.projection.feasibility import Conflict, ConflictsError
from core.projection.inside import values_from_numbers
from core.projection.pool import Pool, chance
from core.projection.reserved import Part, Reserved, codes_at, possible
from core.projection.wording import listed
from core.source.axes import level_texts
from core.source.columns import Column, as_numbers
from core.study import Study

CANDIDATES = 4
"""Real rows that are looked at for each group, and ten times as many if they are not enough."""

MOST_CANDIDATES = 200_000


def reserve_sweep(
    study: Study,
    pool: Pool,
    conditions: Sequence[EventControl],
    controls: Sequence[Control],
    weights: np.ndarray,
    sweep: Sweep,
    first_group: int,
) -> Reserved:
    """The rows of a sweep. `weights` (pool.rows,) are the shares of the pool's rows; real ones are what groups begin
    with. Groups are numbered from `first_group`.

    Raises ConflictsError if too few rows can take all the values beside the other controls.
    """
    column = study.columns[sweep.factor]
    values = sweep_values(sweep, column)
    nearest = _nearest_rows(column, values)
    base: np.ndarray = np.empty(0, dtype=np.int64)
    for more in (1, 10):
        tried = _some_rows(pool, weights, sweep, min(MOST_CANDIDATES, more * CANDIDATES * sweep.groups))
        good, blocking = _works(study, conditions, controls, tried, sweep.factor, nearest, values)
        base = tried[good]
        if len(base) >= sweep.groups or len(tried) < more * CANDIDATES * sweep.groups:
            break
    if len(base) < sweep.groups:
        raise ConflictsError((_too_few(sweep, len(base), blocking),))
    base = base[: sweep.groups]
    at, shown = _varied(study, base, sweep.factor, nearest, values)
    rows = len(base) * len(values)
    together = sweep.others == "condition"
    part = Part(f"sweep {sweep.factor}", (sweep.factor,) if together else tuple(study.columns), sweep.factor, together)
    known = np.isin(level_texts(values).to_pylist(), level_texts(column.values).to_pylist())
    return Reserved(
        at,
        np.zeros(rows, dtype=np.int64),
        first_group + np.repeat(np.arange(len(base)), len(values)),
        codes_at(study, conditions, controls, at, {sweep.factor: shown}),
        np.tile(~known, len(base)),
        (part,),
        {sweep.factor: shown},
    )


def sweep_values(sweep: Sweep, column: Column) -> pa.Array:
    """The values of a sweep in the column's own type. Raises InputError for one that it can't hold."""
    owner = f"Sweep `{sweep.factor}`"
    if not len(column.numbers):
        known = level_texts(column.values).to_pylist()
        wanted = [str(value).lower() if isinstance(value, bool) else str(value) for value in sweep.values]
        for value in wanted:
            if value not in known:
                raise InputError(f"{owner}: the level `{value}` never occurs in the source.")
        return column.values.take(pa.array([known.index(value) for value in wanted]))
    numbers = np.array([number_of(value) for value in sweep.values], dtype=float)
    values = values_from_numbers(numbers, column)
    if not np.array_equal(as_numbers(values), numbers):
        wrong = sweep.values[int(np.flatnonzero(as_numbers(values) != numbers)[0])]
        raise InputError(f"{owner}: {wrong!r} can't be a value of a {column.kind} factor of type {column.type}.")
    return values


def _nearest_rows(column: Column, values: pa.Array) -> np.ndarray:
    """(V,) a learning row that has each value, or the nearest one there is."""
    if len(column.numbers):
        numbers = as_numbers(values)
        right = np.searchsorted(column.numbers, numbers).clip(0, column.distinct - 1)
        left = (right - 1).clip(0)
        code = np.where(numbers - column.numbers[left] < np.abs(column.numbers[right] - numbers), left, right)
    else:
        code = np.array([column.values.index(value).as_py() for value in values])
    return np.array([_row_with(column, int(one)) for one in code])


def _row_with(column: Column, code: int) -> int:
    """A learning row whose value is, or is next to, the one at `code`."""
    away = np.abs(column.codes.astype(np.int64) - code)
    away[column.codes == column.distinct] = column.distinct + 1
    return int(away.argmin())


def _some_rows(pool: Pool, weights: np.ndarray, sweep: Sweep, count: int) -> np.ndarray:
    """Up to `count` different real rows, by weight, in a random order."""
    real = weights[: pool.learned]
    ends = np.cumsum(real)
    at = (np.arange(count) + 0.5) / count * ends[-1]
    found = np.unique(np.searchsorted(ends, at).clip(0, pool.learned - 1))
    return np.asarray(chance(f"sweep {sweep.factor}").permutation(found[real[found] > 0]))


def _works(
    study: Study,
    conditions: Sequence[EventControl],
    controls: Sequence[Control],
    base: np.ndarray,
    factor: str,
    nearest: np.ndarray,
    values: pa.Array,
) -> tuple[np.ndarray, str]:
    """(B,) whether each row can take all the values; and the control that is most often in the way."""
    at, shown = _varied(study, base, factor, nearest, values)
    codes = codes_at(study, conditions, controls, at, {factor: shown})
    fine = possible(controls, conditions, codes).reshape(len(codes), len(base), len(values)).all(axis=2)
    names = [one.control for one in conditions] + [one.name for one in controls]
    worst = names[int((~fine).sum(axis=1).argmax())] if names else ""
    return np.asarray(fine.all(axis=0)), worst


def _varied(
    study: Study, base: np.ndarray, factor: str, nearest: np.ndarray, values: pa.Array
) -> tuple[dict[str, np.ndarray], pa.Array]:
    """Each base row once for each value: where its factors' values come from, and the values that stand there."""
    at = {name: np.repeat(base, len(values)) for name in study.columns}
    at[factor] = np.tile(nearest, len(base))
    return at, values.take(pa.array(np.tile(np.arange(len(values)), len(base))))


def _too_few(sweep: Sweep, found: int, blocking: str) -> Conflict:
    name = f"sweep {sweep.factor}"
    why = f": {listed([blocking])} is in the way of most others" if blocking else ""
    message = (
        f"Sweep `{sweep.factor}` asks for {sweep.groups:,} groups, but only {found:,} real rows could take all its "
        f"{len(sweep.values)} values{why}."
    )
    return Conflict((name, blocking) if blocking else (name,), message, name, float(found))
