"""Generate rows: blocks on threads, in order, as Arrow tables of the source's own types."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from core.errors import InputError, Progress
from core.projection.controls import MarginalControl
from core.projection.inside import evenly, values_inside
from core.projection.projection import Projection, project
from core.sampling.plan import Plan, make_plan
from core.sampling.splice import Splicer
from core.sampling.streams import stream
from core.source.columns import Column
from core.study import Study

PROVENANCE = (("_origin", pa.string()), ("_weight", pa.float64()), ("_ungrounded", pa.bool_()))
"""Columns that tell where a row comes from: `_weight` is grounding ÷ projection, with which a training run undoes the
design."""


@dataclass(frozen=True, eq=False)
class Generator:
    """Everything needed to make any block of a design's rows, in any order."""

    study: Study
    projection: Projection
    plan: Plan
    splicer: Splicer
    weights: np.ndarray

    def block(self, number: int) -> pa.Table:
        """The rows of one block, at most BLOCK of them."""
        at, cell = self.splicer.rows(number)
        arrays = [self._values(name, at[name], cell, number) for name in self.study.delivered]
        table = pa.table(arrays, schema=schema_of(self.study, provenance=False))
        if not self.study.design.output.provenance:
            return table
        for field, values in zip(PROVENANCE, self._provenance(cell), strict=True):
            table = table.append_column(pa.field(*field), values)
        return table

    def _values(self, name: str, rows: np.ndarray, cell: np.ndarray, number: int) -> pa.Array:
        column = self.study.columns[name]
        codes = column.codes[rows]
        missing = codes == column.distinct
        values = column.values.take(pa.array(codes, mask=missing) if missing.any() else pa.array(codes))
        for row, control in enumerate(self.projection.controls):
            if control.factor == name:
                place = len(self.projection.event_controls) + row
                invented = self.projection.cells.invented[place, cell]
                if invented.any():
                    code = self.projection.cells.codes[place, cell[invented]]
                    values = _replace(values, invented, self._invent(control, column, code, number))
        return values

    def _invent(self, control: MarginalControl, column: Column, code: np.ndarray, number: int) -> pa.Array:
        """Values for bins that no learning row shows: those of the rest of the source, the family's own law inside
        the bin, else evenly spread."""
        u = stream(self.plan.seed, f"inside {column.name}", number).random(len(code))
        parts, place = [], np.empty(len(code), dtype=np.int64)
        done = 0
        for one in np.unique(code):
            here = np.flatnonzero(code == one)
            place[here] = done + np.arange(len(here))
            parts.append(self._inside(control, column, int(one), u[here]))
            done += len(here)
        return pa.concat_arrays(parts).take(pa.array(place))

    def _inside(self, control: MarginalControl, column: Column, one: int, u: np.ndarray) -> pa.Array:
        """Values of one such bin at the shares `u`."""
        real = control.values_of(one)
        if len(real):
            ends = np.cumsum(column.counts[real])
            return column.values.take(pa.array(real[np.searchsorted(ends, u * ends[-1], side="right")]))
        axis = control.axis
        if axis is None or one == control.missing_code:
            return pa.nulls(len(u), column.type)
        target = self.study.design.factors[column.name].target
        assert target is not None  # only targets reach where the source has nothing
        whole, last = column.kind == "count", one == axis.size - 1
        numbers = target.quantile_within(float(axis.lows[one]), float(axis.highs[one]), u, whole, closed=last)
        return values_inside(axis, one, column, evenly(axis, one, u, whole=whole) if numbers is None else numbers)

    def _provenance(self, cell: np.ndarray) -> tuple[pa.Array, pa.Array, pa.Array]:
        origin = pa.array(np.zeros(len(cell), dtype=np.int8))
        return (
            pa.DictionaryArray.from_arrays(origin, pa.array(["synthetic"])).cast(pa.string()),
            pa.array(self.weights[cell]),
            pa.array(self.projection.cells.ungrounded[cell]),
        )


def prepare(
    study: Study, *, rows: int | None = None, seed: int | None = None, projection: Projection | None = None
) -> Generator:
    """Fit and plan a study's design, without making a row; a `projection` for as many rows spares the fitting.

    Raises ConflictsError if the controls can't be met together, InputError if one of them, `rows` or `seed` is wrong.
    """
    rows = study.design.rows if rows is None else rows
    seed = study.design.seed if seed is None else seed
    if not 0 <= seed < 2**63:
        raise InputError(f"seed must be between 0 and {2**63 - 1:,}, got {seed:,}.")
    if projection is None or projection.rows != rows:
        projection = project(study, rows=rows)
    plan = make_plan(projection, seed)
    cells, shares = projection.cells, projection.shares
    real = np.diff(cells.start)[cells.group] / study.grounding.rows
    grounded = ~cells.ungrounded & (shares > 0)
    weights = np.divide(real, shares, out=np.zeros(cells.count), where=grounded)
    return Generator(study, projection, plan, Splicer(study, projection, plan), weights)


def generate(
    study: Study,
    *,
    rows: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    projection: Projection | None = None,
) -> Iterator[pa.Table]:
    """The rows of a study's design, as tables of at most 65,536 rows in order.

    The same design and seed give the same rows, whatever the number of `workers`. Memory does not grow with `rows`: at
    most `workers` + 1 finished blocks wait to be taken. Raises what `prepare` raises, before the first row.
    """
    generator = prepare(study, rows=rows, seed=seed, projection=projection)
    return _blocks(generator, workers, progress)


def schema_of(study: Study, *, provenance: bool) -> pa.Schema:
    """The Arrow schema of generated rows."""
    fields = [pa.field(name, study.columns[name].type) for name in study.delivered]
    return pa.schema(fields + ([pa.field(*one) for one in PROVENANCE] if provenance else []))


def _blocks(generator: Generator, workers: int, progress: Progress | None) -> Iterator[pa.Table]:
    total, done = generator.plan.rows, 0
    waiting: deque[Future[pa.Table]] = deque()
    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        try:
            for number in range(generator.plan.blocks + workers):
                if number < generator.plan.blocks:
                    waiting.append(pool.submit(generator.block, number))
                if number >= workers and waiting:
                    table = waiting.popleft().result()
                    done += table.num_rows
                    if progress:
                        progress(done, total, f"{done:,} of {total:,} rows")
                    yield table
        finally:
            for future in waiting:
                future.cancel()


def _replace(values: pa.Array, where: np.ndarray, by: pa.Array) -> pa.Array:
    """`values` with those at `where` replaced in order."""
    position = np.arange(len(values))
    position[where] = len(values) + np.arange(len(by))
    return pa.concat_arrays([values, by]).take(pa.array(position))
