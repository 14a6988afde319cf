"""Whole real rows among those of a block: which of the source each is, and its values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from trimtab.core.projection.projection import Projection
from trimtab.core.projection.real.rows import real_rows_of
from trimtab.core.sampling.plan import Plan
from trimtab.core.sampling.real.choosing import chosen_rows
from trimtab.core.study.study import Study, values_of


@dataclass(frozen=True, eq=False)
class WholeRows:
    """The whole real rows of a design: those of its first strata, `rows` (R,) of the source. `values` are their
    columns, where the source is too large to be held in memory; else they are looked up."""

    study: Study
    rows: np.ndarray
    values: Mapping[str, pa.Array]

    @staticmethod
    def of(study: Study, projection: Projection, plan: Plan) -> WholeRows:
        """Those of a plan, chosen with its seed."""
        if not plan.real:
            return WholeRows(study, np.empty(0, dtype=np.int64), {})
        real = real_rows_of(study, projection.pool, projection.cells, projection.controls)
        rows = chosen_rows(study, projection, real, plan)
        held = study.source.rows == study.grounding.rows
        return WholeRows(study, rows, {} if held else _values(study, rows))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of a whole real row."""
        return (*self.study.delivered, *self.study.carried)

    def numbers(self, strata: np.ndarray) -> pa.Array:
        """(n,) the numbers of real rows in the source, missing for made ones."""
        made = strata >= len(self.rows)
        return pa.array(
            self.rows[np.where(made, 0, strata)] if len(self.rows) else np.zeros(len(strata)), pa.int64(), mask=made
        )

    def between(self, made: pa.Table, strata: np.ndarray) -> pa.Table:
        """The rows of a block: the `made` ones in their order, and the real ones where these belong; made rows have no
        values of carried columns."""
        if not self.study.design.takes_real_rows:
            return made
        here = np.flatnonzero(strata < len(self.rows))
        order = np.empty(len(strata), dtype=np.int64)
        order[here] = np.arange(len(here))
        order[strata >= len(self.rows)] = len(here) + np.arange(len(made))
        found = {}
        for name in self.names:
            real = self._taken(name, strata[here])
            own = made.column(name).combine_chunks() if name in made.column_names else pa.nulls(len(made), real.type)
            found[name] = pa.concat_arrays([real, own]).take(pa.array(order))
        return pa.table(found)

    def _taken(self, name: str, strata: np.ndarray) -> pa.Array:
        column = self.study.columns[name]
        if name in self.values:
            return self.values[name].take(pa.array(strata))
        rows = self.rows[strata] if len(self.rows) else strata
        return values_of(column, column.codes[rows])


def _values(study: Study, rows: np.ndarray) -> dict[str, pa.Array]:
    """The values of `rows` (R,) of the source, column by column."""
    found, index = {}, pa.array(rows)
    for name in (*study.delivered, *study.carried):
        column = pq.read_table(study.source.path, columns=[name]).column(0)
        found[name] = column.take(index).combine_chunks().cast(study.columns[name].type)
    return found
