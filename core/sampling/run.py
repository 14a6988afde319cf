"""Generate rows: blocks on threads, in order, as Arrow tables of the source's own types."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trimtab.core.errors import InputError, Progress
from trimtab.core.projection.projection import Projection, project
from trimtab.core.projection.reserved.reserved import with_values
from trimtab.core.projection.weighing import weighing
from trimtab.core.relations.key import Key
from trimtab.core.sampling.computed import computed, computed_fields
from trimtab.core.sampling.invented_values import invented_values
from trimtab.core.sampling.new_keys import Codes, NewKeys
from trimtab.core.sampling.plan import Plan, make_plan
from trimtab.core.sampling.redrawing import Spliced
from trimtab.core.sampling.splice import Splicer
from trimtab.core.study.study import Study, values_of

PROVENANCE = (("_origin", pa.string()), ("_weight", pa.float64()), ("_ungrounded", pa.bool_()))
"""Columns that tell where a row comes from: `_weight` is grounding ÷ projection, 1 on average over the rows, with which
a training run undoes the design; it is 0 for rows that have no place in the grounding."""

SWEPT = (("_group", pa.int64()), ("_varied", pa.string()))
"""In a design with sweeps, whether provenance is asked for or not: the group of a row, and the factor that varies."""


@dataclass(frozen=True, eq=False)
class Generator:
    """Everything needed to make any block of a design's rows, in any order."""

    study: Study
    projection: Projection
    plan: Plan
    splicer: Splicer
    weights: np.ndarray

    def first(self) -> pa.Table:
        """The rows of the first block, as they are delivered."""
        new_keys = NewKeys.of(self.study)
        return new_keys.renewed(*self.with_codes(0))

    def block(self, number: int) -> pa.Table:
        """The rows of one block, at most BLOCK of them, before new keys are made."""
        return self.with_codes(number)[0]

    def with_codes(self, number: int) -> tuple[pa.Table, Codes]:
        """The rows of a block, and the codes of what keys are of."""
        made = self.splicer.rows(number)
        plain = pa.table({name: self._values(name, made, number) for name in self.study.delivered})
        table = pa.table(computed(self.study, with_values(plain, made.values), self.plan, number))
        schema = schema_of(self.study, provenance=self.study.design.output.provenance)
        if len(schema) > len(table.column_names):
            for name, values in self._provenance(made).items():
                table = table.append_column(name, values)
        keyed = {name for one in self.study.relations if isinstance(one, Key) for name in one.factors}
        codes = {name: self.study.columns[name].codes[made.at[name]] for name in keyed}
        return table.select(schema.names).cast(schema), codes

    def _values(self, name: str, made: Spliced, number: int) -> pa.Array:
        column, projection = self.study.columns[name], self.projection
        values = values_of(column, column.codes[made.at[name]])
        for row, control in enumerate(projection.controls):
            if control.factor == name:
                invented = projection.cells.invented[row, made.cell] & (made.cell >= 0)
                if invented.any():
                    codes = projection.cells.codes[row, made.cell[invented]]
                    new = invented_values(self.study, self.plan.seed, control, codes, number)
                    values = _replace(values, invented, new)
        return values

    def _provenance(self, made: Spliced) -> dict[str, pa.Array]:
        drawn, reserved = made.cell >= 0, self.projection.reserved
        ungrounded = np.where(drawn, self.projection.cells.ungrounded[made.cell], False)
        weights = np.where(drawn, self.weights[made.cell], 0.0)
        found = {"_origin": pa.array(["synthetic"] * len(drawn)), "_weight": pa.array(weights)}
        group, varied = np.full(len(drawn), -1), np.full(len(drawn), -1)
        if reserved.rows:
            row = made.reserved[~drawn]
            ungrounded[~drawn] = reserved.ungrounded[row]
            group[~drawn], varied[~drawn] = reserved.group[row], reserved.part[row]
        found["_ungrounded"] = pa.array(np.ones(len(drawn), dtype=bool) if self.study.declared else ungrounded)
        if self.study.design.sweeps:
            names = pa.array([part.varied for part in reserved.parts], pa.string())
            found["_group"] = pa.array(group, mask=group < 0)
            found["_varied"] = names.take(pa.array(varied, mask=varied < 0))
        return found


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
    weights = weighing(study, projection).of_rows(plan.quota, rows)
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
    return _blocks(generator, NewKeys.of(study), workers, progress)


def schema_of(study: Study, *, provenance: bool) -> pa.Schema:
    """The Arrow schema of generated rows."""
    computed_types = dict(computed_fields(study))
    names = [name for name in study.columns if study.role(name) != "drop"]
    fields = [pa.field(name, computed_types.pop(name, study.columns[name].type)) for name in names]
    fields += [pa.field(name, type_) for name, type_ in computed_types.items()]
    # The rows of a sweep mean nothing if one can't tell its groups.
    fields += [pa.field(*one) for one in (*(PROVENANCE if provenance else ()), *(SWEPT if study.design.sweeps else ()))]
    return pa.schema(fields)


def _blocks(generator: Generator, new_keys: NewKeys, workers: int, progress: Progress | None) -> Iterator[pa.Table]:
    total, done = generator.plan.rows, 0
    waiting: deque[Future[tuple[pa.Table, Codes]]] = deque()
    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool:
        try:
            for number in range(generator.plan.blocks + workers):
                if number < generator.plan.blocks:
                    waiting.append(pool.submit(generator.with_codes, number))
                if number >= workers and waiting:
                    table = new_keys.renewed(*waiting.popleft().result())
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
