"""The promise of `_weight`: in every row what its cell weighs, so that the weighted rows have the source's shares."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from trimtab.core.counting.codes import Code, axis_code, coded_query, register, value_code
from trimtab.core.counting.datasets import DataSet
from trimtab.core.database import OWN, quote_name
from trimtab.core.delivery.measuring.opening import WEIGHT, lacking, measured_column
from trimtab.core.delivery.measuring.promise import Found, Measure, Measuring, Promise, promises_at, unmeasured
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.projection.features.feature import Feature
from trimtab.core.projection.features.side import Side
from trimtab.core.projection.weighing import Weighing
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import Column
from trimtab.core.study.study import Study

NAME = ControlName("weight", "")
SAME = 1e-9
"""Weights are the same within so much of themselves."""


@promises_at(97)
def weight_measures(asked: Measuring) -> Iterator[Measure]:
    """*weight*, where the data set has the column `_weight`: in every row it is what the row's cell weighs, and 1 on
    average; it is 0 in rows of cells that the source never shows, and in as many others as sweeps and floors reserve.

    The weights are counted by a query of its own.
    """
    if WEIGHT in asked.data.types:
        yield Measure(lambda found: [_promise(asked, found)])


def _promise(asked: Measuring, found: Found) -> Promise:
    known = asked.weighing(found.rows)
    if known is None:
        return Promise(NAME, found.rows, "the design can't be met with so many rows", 0.0, False, "rows")
    columns = [name for control in known.telling for name in control.columns]
    if lacks := lacking(asked.data.types, columns):
        return unmeasured(NAME, found.rows, lacks, "rows")
    wrong = found.rows - _right(asked.study, asked.data, known, found.rows)
    return Promise(NAME, found.rows, found.rows - wrong, 0.0, not wrong, "rows")


def _right(study: Study, data: DataSet, known: Weighing, rows: int) -> int:
    """Rows that have the weight they should."""
    looks = Looks(study)
    for control in known.telling:
        control.codes(looks)
    weight, zero = quote_name(WEIGHT), f"{OWN}zero"
    register(data, looks.codes)
    coded = coded_query(looks.codes, data.types, kept=[WEIGHT])
    codes = "".join(f"{OWN}c{i}, " for i in range(len(looks.codes)))
    sums = f"count(*), count(*) FILTER ({weight} = 0), min({weight}), max({weight})"
    query = f"SELECT {codes}{weight} > 0 AS {zero}, {sums} FROM ({coded}) GROUP BY {codes}{zero}"
    table = data.con.sql(query).to_arrow_table()
    looks.table = table
    cells, light = _cells_of(known, [control.codes(looks) for control in known.telling], table.num_rows)
    count, zeros, low, high = (table.column(i).to_numpy(zero_copy_only=False) for i in range(-4, 0))
    heavy = np.nan_to_num(low) > 0
    inside = np.where(cells >= 0, known.of_cell[cells], 0.0) if len(known.of_cell) else np.zeros(table.num_rows)
    drawn = np.bincount(cells[heavy & (cells >= 0)], weights=count[heavy & (cells >= 0)], minlength=known.cells.count)
    wanted = np.where(cells >= 0, known.of_rows(drawn, rows)[cells], 0.0)
    right = heavy & (inside > 0) & (low >= wanted * (1 - SAME)) & (high <= wanted * (1 + SAME))
    nothing = int(zeros[light].sum())
    # Rows that are set before all others have any cell and weigh nothing.
    reserved = min(int(zeros[~light].sum()), known.reserved)
    return int(count[right].sum()) + nothing + reserved


def _cells_of(known: Weighing, codes: Sequence[np.ndarray], size: int) -> tuple[np.ndarray, np.ndarray]:
    """(size,) the cell of rows with the `codes` (controls, size) that tell cells apart, of several alike one that
    weighs something, and -1 for what is none; and (size,) whether such rows may weigh nothing."""
    if not codes:
        return np.full(size, int(np.argmax(known.of_cell))), np.full(size, bool(known.cells.ungrounded.any()))
    told = known.cells.codes[[not control.guards for control in known.controls]]
    both = np.concatenate([told, np.stack(codes).astype(np.int64)], axis=1)
    _, group = np.unique(both, axis=1, return_inverse=True)
    own, other = group.ravel()[: known.cells.count], group.ravel()[known.cells.count :]
    place, light = np.full(int(group.max()) + 1, -1, dtype=np.int64), np.ones(int(group.max()) + 1, dtype=bool)
    order = np.argsort(known.of_cell, kind="stable")
    place[own[order]] = order
    # A row that lost its value looks like a real one without it.
    light[own] = False
    light[own[known.cells.ungrounded | (known.of_cell[place[own]] == 0)]] = True
    return place[other], light[other]


class Looks:
    """What controls look at in the rows of a data set: first it is written down, as `codes` to group the rows by; once
    the groups are counted in a `table`, its first columns being those codes, it has what each group shows."""

    def __init__(self, study: Study) -> None:
        self.study = study
        self.codes: list[Code] = []
        self.table: pa.Table | None = None
        self._places: dict[object, int] = {}

    def feature(self, feature: Feature) -> np.ndarray:
        """The code of what an expression gives, which has few values."""
        found = self._look((feature.sql,), Code(sql=f"TRY({feature.sql})"))
        return np.zeros(1) if found is None else feature.coder(found.combine_chunks())

    def side(self, side: Side) -> np.ndarray:
        """The bin of a factor or a definition; -1 outside the axis."""
        column = measured_column(self.study, side.name)
        return self._bins((side.name, side.axis), axis_code(replace(side.axis, factor=column.name), column), side.axis)

    def marginal(self, factor: str, code_of_value: np.ndarray, axis: Axis | None) -> np.ndarray:
        """The code of a factor's value."""
        column = self.study.columns[factor]
        if axis is not None:
            return self._bins((factor, axis), axis_code(axis, column), axis)
        found = self._look((factor, code_of_value.tobytes()), value_code(column, code_of_value, other=-1))
        return np.zeros(1) if found is None else found.to_numpy()

    def places(self, column: Column) -> np.ndarray:
        """No control that asks for shares looks at single values."""
        raise NotImplementedError(column.name)

    def _bins(self, key: object, code: Code, axis: Axis) -> np.ndarray:
        found = self._look(key, code)
        codes = np.zeros(1) if found is None else found.to_numpy()
        return np.where(codes > axis.size, -1, codes)

    def _look(self, key: object, code: Code) -> pa.ChunkedArray | None:
        if self.table is not None:
            return self.table.column(self._places[key])
        if key not in self._places:
            self._places[key] = len(self.codes)
            self.codes.append(code)
        return None
