"""Generate rows: blocks on threads, in order, as Arrow tables of the source's own types."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
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
from trimtab.core.sampling.plan import BLOCK, Plan, make_plan
from trimtab.core.sampling.real.whole_rows import WholeRows
from trimtab.core.sampling.received import Received
from trimtab.core.sampling.redrawing import Spliced
from trimtab.core.sampling.splice import Splicer
from trimtab.core.study.study import Study, values_of

ORIGIN = ("_origin", pa.string())
"""Where a row comes from: it is a whole *real* one; *spliced*, its values taken from several; *constructed*, as the
source never shows one; or *ordered*, made elsewhere."""

SOURCE_ROW = ("_source_row", pa.int64())
"""The number of a real row in the source, from 0; missing for a made one."""

PROVENANCE = (ORIGIN, ("_weight", pa.float64()), ("_ungrounded", pa.bool_()))
"""Columns that tell where a row comes from: `_weight` is grounding ÷ projection, 1 on average over the rows, with which
a training run undoes the design; it is 0 for rows that have no place in the grounding."""

ORIGINS = pa.array(["real", "spliced", "constructed", "ordered"])

ABOUT = {
    "_origin": "real: a whole row of the source; spliced: its values are of several; constructed: with something that "
    "the source never shows; ordered: made elsewhere",
    "_source_row": "number of a real row in the source, from 0",
    "_weight": "share of rows like this in the source over their share here, 1 on average: it undoes the design",
    "_ungrounded": "whether the row lies where the source has none",
    "_group": "group of rows that differ in one factor",
    "_varied": "the factor in which the rows of a group differ",
}
"""What Trimtab's own columns are, for whoever gets the rows."""

SWEPT = (("_group", pa.int64()), ("_varied", pa.string()))
"""In a design with sweeps, whether provenance is asked for or not: the group of a row, and the factor that varies."""


@dataclass(frozen=True, eq=False)
class Generator:
    """Everything needed to make any block of a design's rows, in any order."""

    study: Study
    projection: Projection
    plan: Plan
    splicer: Splicer
    real: WholeRows
    weights: np.ndarray
    received: Received | None = None

    def first(self) -> pa.Table:
        """The rows of the first block, as they are delivered."""
        new_keys = NewKeys.of(self.study)
        return new_keys.renewed(*self.with_codes(0))

    def block(self, number: int) -> pa.Table:
        """The rows of one block, at most BLOCK of them, before new keys are made."""
        return self.with_codes(number)[0]

    def with_codes(self, number: int) -> tuple[pa.Table, Codes]:
        """The rows of a block, and the codes of what keys are of."""
        strata = self.plan.strata(number)
        here = np.flatnonzero(strata >= self.plan.real)
        made = self.splicer.rows(number)
        spliced = with_values(
            pa.table({name: self._values(name, made, number) for name in self.study.delivered}), made.values
        )
        if self.received is not None:
            spliced = self.received.of(number * BLOCK + here, spliced.schema)
        plain = self.real.between(spliced, strata)
        table = pa.table(computed(self.study, plain, self.plan, number))
        schema = schema_of(self.study, provenance=self.study.design.output.provenance)
        if len(schema) > len(table.column_names):
            for name, values in self._provenance(made, strata, here).items():
                table = table.append_column(name, values)
        return table.select(schema.names).cast(schema), self._codes(made, here, len(strata))

    @property
    def key_factors(self) -> set[str]:
        """The factors that keys are of, whose codes come with each block."""
        return {name for one in self.study.relations if isinstance(one, Key) for name in one.factors}

    def _codes(self, made: Spliced, here: np.ndarray, rows: int) -> Codes:
        """The codes of what keys are of; none of rows that keep their keys, whole real ones and received ones."""
        found = {}
        for name in self.key_factors:
            column = self.study.columns[name]
            found[name] = np.full(rows, column.distinct, dtype=np.int64)
            if self.received is None:
                found[name][here] = column.codes[made.at[name]]
        return found

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

    def _provenance(self, made: Spliced, strata: np.ndarray, here: np.ndarray) -> dict[str, pa.Array]:
        cells, reserved, rows = self.projection.cells, self.projection.reserved, len(strata)
        slot = self.plan.slot(strata)
        drawn = slot >= 0
        cell = np.where(drawn, self.plan.slots.cell[slot], -1)
        ungrounded = np.where(drawn, cells.ungrounded[cell], False) & (strata >= self.plan.real)
        group, varied = np.full(rows, -1), np.full(rows, -1)
        if reserved.rows:
            row = made.reserved[made.reserved >= 0]
            ungrounded[~drawn] = reserved.ungrounded[row]
            group[~drawn], varied[~drawn] = reserved.group[row], reserved.part[row]
        ungrounded |= self.study.declared
        made_as = np.where(ungrounded, 2, 1) if self.received is None else 3
        origin = np.where(strata < self.plan.real, 0, made_as)
        found = {
            ORIGIN[0]: ORIGINS.take(pa.array(origin)),
            SOURCE_ROW[0]: self.real.numbers(strata),
            "_weight": pa.array(np.where(drawn, self.weights[cell], 0.0)),
            "_ungrounded": pa.array(ungrounded),
        }
        if self.study.design.sweeps:
            names = pa.array([part.varied for part in reserved.parts], pa.string())
            found["_group"] = pa.array(group, mask=group < 0)
            found["_varied"] = names.take(pa.array(varied, mask=varied < 0))
        return found


BlockMaker = Callable[[int], tuple[pa.Table, Codes]]
"""What `Generator.with_codes` gives of the number of a block; called from several threads."""

Engine = Callable[[Generator, int], AbstractContextManager[BlockMaker]]
"""Where blocks are made: for a generator, and the number of them that are made at once, what makes one."""


def local(generator: Generator, workers: int) -> AbstractContextManager[BlockMaker]:
    """The engine of this process: its threads make the blocks."""
    return nullcontext(generator.with_codes)


def prepare(
    study: Study,
    *,
    rows: int | None = None,
    seed: int | None = None,
    projection: Projection | None = None,
    received: Received | None = None,
) -> Generator:
    """Fit and plan a study's design, without making a row; a `projection` for as many rows spares the fitting. Rows
    that were `received` take the place of those that must be made.

    Raises ConflictsError if the controls can't be met together, InputError if one of them, `rows` or `seed` is wrong.
    """
    rows = study.size if rows is None else rows
    seed = study.design.seed if seed is None else seed
    if not 0 <= seed < 2**63:
        raise InputError(f"seed must be between 0 and {2**63 - 1:,}, got {seed:,}.")
    if projection is None or projection.rows != rows:
        projection = project(study, rows=rows)
    plan = make_plan(projection, seed)
    weights = weighing(study, projection).of_rows(plan.per_cell(projection.cells.count), rows)
    whole = WholeRows.of(study, projection, plan)
    return Generator(study, projection, plan, Splicer(study, projection, plan), whole, weights, received)


def generate(
    study: Study,
    *,
    rows: int | None = None,
    seed: int | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    projection: Projection | None = None,
    received: Received | None = None,
    engine: Engine = local,
    first: int = 0,
) -> Iterator[pa.Table]:
    """The rows of a study's design, as tables of at most 65,536 rows in order, from the block `first` on.

    The same design and seed give the same rows, whatever the number of `workers` and the `engine`. Memory does not
    grow with `rows`: at most `workers` + 1 finished blocks wait to be taken. Raises what `prepare` raises, before the
    first row.
    """
    generator = prepare(study, rows=rows, seed=seed, projection=projection, received=received)
    return _blocks(generator, NewKeys.of(study), engine, workers, progress, first)


def schema_of(study: Study, *, provenance: bool) -> pa.Schema:
    """The Arrow schema of generated rows."""
    computed_types = dict(computed_fields(study))
    kept = {*study.delivered, *study.carried, *computed_types}
    names = [name for name in study.columns if name in kept]
    fields = [pa.field(name, computed_types.pop(name, study.columns[name].type)) for name in names]
    fields += [pa.field(name, type_) for name, type_ in computed_types.items()]
    # Neither real rows nor those of a sweep mean anything if one can't tell which they are.
    own = [*(PROVENANCE if provenance else ()), *(SWEPT if study.design.sweeps else ())]
    if study.design.takes_real_rows:
        own = [ORIGIN, SOURCE_ROW, *(one for one in own if one != ORIGIN)]
    return described(study, pa.schema([*fields, *(pa.field(*one) for one in own)]))


def described(study: Study, schema: pa.Schema) -> pa.Schema:
    """A schema in which each field tells what it is and its unit, as far as that is known."""
    fields = []
    for field in schema:
        factor = study.design.factor(field.name)
        about = {"description": factor.description or ABOUT.get(field.name), "unit": factor.unit}
        said = {name: text for name, text in about.items() if text}
        fields.append(field.with_metadata(said) if said else field)
    return pa.schema(fields)


def _blocks(
    generator: Generator, new_keys: NewKeys, engine: Engine, workers: int, progress: Progress | None, first: int
) -> Iterator[pa.Table]:
    begin = 0 if new_keys.keys else first  # which keys are new hangs on all rows before
    total, done = generator.plan.rows, begin * BLOCK
    waiting: deque[Future[tuple[pa.Table, Codes]]] = deque()
    with ThreadPoolExecutor(max_workers=max(1, workers)) as pool, engine(generator, max(1, workers)) as block:
        try:
            for number in range(begin, generator.plan.blocks + workers):
                if number < generator.plan.blocks:
                    waiting.append(pool.submit(block, number))
                if number >= begin + workers and waiting:
                    table = new_keys.renewed(*waiting.popleft().result())
                    done += table.num_rows
                    if progress:
                        progress(done, total, f"{done:,} of {total:,} rows")
                    if done > first * BLOCK:
                        yield table
        finally:
            for future in waiting:
                future.cancel()


def _replace(values: pa.Array, where: np.ndarray, by: pa.Array) -> pa.Array:
    """`values` with those at `where` replaced in order."""
    position = np.arange(len(values))
    position[where] = len(values) + np.arange(len(by))
    return pa.concat_arrays([values, by]).take(pa.array(position))
