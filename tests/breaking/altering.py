"""Ways to alter rows, each of which leaves everything else as it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Change = Callable[[pa.Table, np.random.Generator], pa.Table]


def rows_where(table: pa.Table, true: pc.Expression | None) -> np.ndarray:
    """The rows (m,) in which a condition is true; all without one."""
    numbered = table.append_column("#", pa.array(np.arange(len(table))))
    return (numbered if true is None else numbered.filter(true))["#"].to_numpy()


def put(table: pa.Table, column: str, rows: np.ndarray, values: Any, type_: pa.DataType | None = None) -> pa.Table:
    """The table with `values`, one for all or one for each, in some rows of a column."""
    own = table[column].to_pylist()
    listed = values if isinstance(values, list) else [values] * len(rows)
    for row, value in zip(rows.tolist(), listed, strict=True):
        own[row] = value
    place = table.column_names.index(column)
    return table.set_column(place, column, pa.array(own, type_ or table.schema.field(column).type))


def setting(
    column: str, value: Any, k: int, among: pc.Expression | None = None, type_: pa.DataType | None = None
) -> Change:
    """`k` rows, of those where a condition is true, get a value."""

    def change(table: pa.Table, generator: np.random.Generator) -> pa.Table:
        rows = rows_where(table, among)
        return put(table, column, generator.choice(rows, k, replace=False), value, type_)

    return change


def all_of(*changes: Change) -> Change:
    """Several changes one after the other; of the same generator, so that `setting` picks other rows."""

    def change(table: pa.Table, generator: np.random.Generator) -> pa.Table:
        for one in changes:
            table = one(table, generator)
        return table

    return change


def shuffling(*columns: str) -> Change:
    """The values of columns, each by itself, in another order: every marginal stays."""

    def change(table: pa.Table, generator: np.random.Generator) -> pa.Table:
        for column in columns:
            mixed = table[column].take(pa.array(generator.permutation(len(table))))
            table = table.set_column(table.column_names.index(column), column, mixed)
        return table

    return change


def swapping(column: str, one: pc.Expression, other: pc.Expression) -> Change:
    """A row in which one condition is true and a row of another exchange their values."""

    def change(table: pa.Table, generator: np.random.Generator) -> pa.Table:
        rows = np.array([generator.choice(rows_where(table, true)) for true in (one, other)])
        values = table[column].take(pa.array(rows[::-1])).to_pylist()
        return put(table, column, rows, values)

    return change


def computing(column: str, compute: Callable[[np.ndarray], Any], type_: pa.DataType | None = None) -> Change:
    """A whole column computed from its numbers."""

    def change(table: pa.Table, generator: np.random.Generator) -> pa.Table:
        values = pa.array(compute(table[column].to_numpy()), type_)
        return table.set_column(table.column_names.index(column), column, values)

    return change


def casting(column: str, type_: pa.DataType) -> Change:
    """A column stored as another type."""

    def change(table: pa.Table, generator: np.random.Generator) -> pa.Table:
        return table.set_column(table.column_names.index(column), column, table[column].cast(type_))

    return change


def dropping(*columns: str) -> Change:
    """Without some columns."""
    return lambda table, _: table.drop_columns(list(columns))


def renaming(column: str, name: str) -> Change:
    """A column under another name."""
    return lambda table, _: table.rename_columns([name if own == column else own for own in table.column_names])


def adding(column: str, values: Callable[[int], Sequence[Any]]) -> Change:
    """With one more column."""
    return lambda table, _: table.append_column(column, pa.array(values(len(table))))


def removing(k: int, among: pc.Expression | None = None) -> Change:
    """Without `k` rows."""

    def change(table: pa.Table, generator: np.random.Generator) -> pa.Table:
        rows = rows_where(table, among)
        left = np.setdiff1d(np.arange(len(table)), generator.choice(rows, k, replace=False))
        return table.take(pa.array(left))

    return change


def repeating(k: int, among: pc.Expression | None = None) -> Change:
    """`k` rows twice."""

    def change(table: pa.Table, generator: np.random.Generator) -> pa.Table:
        rows = rows_where(table, among)
        again = table.take(pa.array(generator.choice(rows, k, replace=False)))
        return pa.concat_tables([table, again])

    return change
