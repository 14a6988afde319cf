"""The real rows of the control cells: how many the whole source has of each, and which."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from trimtab.core.projection.controls.control import Control
from trimtab.core.projection.pool.cells import Cells
from trimtab.core.projection.pool.pool import Pool
from trimtab.core.projection.pool.table_rows import TableRows, places_of
from trimtab.core.source.axes import Axis
from trimtab.core.study.study import Study

BATCH = 65_536


@dataclass(frozen=True, eq=False)
class RealRows:
    """The rows of the source in each of C cells: those of cell c are `rows[first[c] : first[c] + room[c]]`, counted
    from 0. A cell that the source never shows has none; one whose rows others borrow has them all."""

    rows: np.ndarray
    first: np.ndarray
    room: np.ndarray


@dataclass(frozen=True, eq=False)
class SourceRows(TableRows):
    """Rows of the source, of whose values it is known which they are."""

    study: Study

    def marginal(self, factor: str, code_of_value: np.ndarray, axis: Axis | None) -> np.ndarray:
        values = self.table.column(factor).combine_chunks()
        return np.asarray(code_of_value[places_of(values, self.study.columns[factor])])


def real_rows_of(study: Study, pool: Pool, cells: Cells, controls: Sequence[Control]) -> RealRows:
    """The real rows of the cells. Of a source that is too large to be learned whole all rows count, and are looked
    through once."""
    part = study.part
    if pool.learned == (study.source.rows if part is None or part.own is None else len(part.numbers)):
        room = np.where(cells.ungrounded, 0, np.diff(cells.start)[cells.group])
        rows = cells.rows if part is None else part.numbers[cells.rows.clip(max=pool.learned - 1)]
        return RealRows(rows, cells.start[cells.group], room)
    return study.memo.of("real rows of cells", cells, lambda: _looked_through(study, cells, controls))


def _looked_through(study: Study, cells: Cells, controls: Sequence[Control]) -> RealRows:
    cell_of_row = np.concatenate(list(_cells_of_batches(study, cells, controls)))
    if study.part is not None and study.part.own is not None:
        cell_of_row[~study.part.own] = -1
    order = np.argsort(cell_of_row, kind="stable")
    room = np.bincount(cell_of_row + 1, minlength=cells.count + 1)
    first = np.cumsum(room)[:-1]  # rows of no cell come first
    return RealRows(order.astype(np.int64), first, room[1:])


def _cells_of_batches(study: Study, cells: Cells, controls: Sequence[Control]) -> Iterator[np.ndarray]:
    """(n,) int32 the cell of each row, -1 for one like which no learning row is; batch by batch."""
    find = _Finder(cells, [control.size for control in controls])
    columns = sorted({name for control in controls for name in control.columns}) or list(study.columns)[:1]
    with pq.ParquetFile(study.source.path) as file:
        for batch in file.iter_batches(BATCH, columns=columns):
            rows = SourceRows(pa.Table.from_batches([batch]), study)
            yield find([control.codes(rows) for control in controls], len(batch))


class _Finder:
    """The cell of rows by their codes: one control after the other narrows down which it may be."""

    def __init__(self, cells: Cells, sizes: Sequence[int]) -> None:
        grounded = np.flatnonzero(~cells.ungrounded)
        self._sizes, self._steps = sizes, []
        group = np.zeros(len(grounded), dtype=np.int64)
        for size, codes in zip(sizes, cells.codes[:, grounded], strict=True):
            known, group = np.unique(group * size + codes, return_inverse=True)
            self._steps.append(known)
        self._cell = np.full(int(group.max(initial=0)) + 1, -1, dtype=np.int32)
        self._cell[group[::-1]] = grounded[::-1]  # of several that controls can't tell apart, the first

    def __call__(self, codes: Sequence[np.ndarray], rows: int) -> np.ndarray:
        group, out = np.zeros(rows, dtype=np.int64), np.zeros(rows, dtype=bool)
        for size, known, code in zip(self._sizes, self._steps, codes, strict=True):
            wanted = group * size + code
            group = np.searchsorted(known, wanted).clip(0, len(known) - 1)
            out |= (code < 0) | (known[group] != wanted)
        return np.where(out, -1, self._cell[group]).astype(np.int32)
