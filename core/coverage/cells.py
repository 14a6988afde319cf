"""Cells in SQL: the code of every row's bin, and how many rows have each code, counted in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from core.coverage.datasets import NUMBERS, ROWS, DataSet
from core.database import quote_name, quote_text
from core.source.axes import Axis
from core.source.columns import Column

MISSING, BELOW, ABOVE, UNSEEN = range(4)
"""Codes beyond an axis of `size` bins: `size + MISSING` is its bin for missing values; the others lie outside it."""


@dataclass(frozen=True, eq=False)
class Code:
    """A whole number for every row, never NULL.

    Either `sql` computes it, from `value` if that is given (`{value}` stands for it). Or the row's value of `factor` is
    looked up in `values` (K,), which gives one of `codes` (K,), `missing` for NULL and `other` for any other value.
    """

    sql: str = ""
    value: str = ""
    factor: str = ""
    values: pa.Array | None = None
    codes: np.ndarray | None = None
    missing: int = 0
    other: int = 0


def axis_code(axis: Axis, column: Column | None = None) -> Code:
    """The bin of each row on `axis`; see MISSING for the codes outside of it.

    `column`, the source's, tells the levels that share the bin of the rest from those never seen. Without it levels are
    known by their text, and the rest is every other level.
    """
    size = axis.size
    if axis.numeric:
        return _interval_code(axis)
    if column is not None:
        codes = axis.bins_of(column)[:-1]
        codes = np.where(codes < 0, size + UNSEEN, codes)
        return value_code(column, np.append(codes, size + MISSING), other=size + UNSEEN)
    return Code(
        factor=axis.factor,
        values=pa.array(axis.levels, pa.string()),
        codes=np.arange(len(axis.levels)),
        missing=size + MISSING,
        other=len(axis.levels) if axis.rest else size + UNSEEN,
    )


def value_code(column: Column, codes: np.ndarray, *, other: int) -> Code:
    """A code for each distinct value of the source: `codes` (K+1,), the last one for missing."""
    return Code(factor=column.name, values=column.values, codes=codes[:-1], missing=int(codes[-1]), other=other)


def truth_code(condition: str) -> Code:
    """1 where the SQL condition is true, else 0; NULL counts as false."""
    return Code(sql=f"CASE WHEN {condition} THEN 1 ELSE 0 END")


def missing_code(factor: str) -> Code:
    """1 where the factor is missing, else 0."""
    return truth_code(f"{quote_name(factor)} IS NULL")


def count_codes(data: DataSet, codes: Sequence[Code]) -> tuple[int, list[dict[int, int]]]:
    """(rows, for each of `codes` the rows of every code that occurs), in one pass over the data set."""
    for i, code in enumerate(codes):
        if code.values is not None:
            data.con.register(f"levels_{i}", pa.table({"value": code.values, "code": code.codes}))
    found = data.con.execute(count_query(codes, data.types)).fetchall()[0]
    return int(found[0]), [{int(key): int(n) for key, n in (counts or {}).items()} for counts in found[1:]]


def count_query(codes: Sequence[Code], types: Mapping[str, str]) -> str:
    """The SQL of `count_codes`; the levels to look up are in tables levels_0, levels_1, …"""
    values, picked, joins = ["*"], [], []
    for i, code in enumerate(codes):
        if code.values is None:
            if code.value:
                values.append(f"{code.value} AS __v{i}")
            picked.append(f"{code.sql.format(value=f'__v{i}') if code.value else code.sql} AS __c{i}")
            continue
        column = quote_name(code.factor)
        known = f"SELECT {_as_type('value', code.values.type, types[code.factor])} AS value, min(code) AS code"
        joins.append(f"LEFT JOIN ({known} FROM levels_{i} GROUP BY 1) AS __l{i} ON {column} = __l{i}.value")
        picked.append(
            f"CASE WHEN {column} IS NULL THEN {code.missing} ELSE coalesce(__l{i}.code, {code.other}) END AS __c{i}"
        )
    counts = "".join(f", histogram(__c{i})" for i in range(len(codes)))
    rows = f"(SELECT {', '.join(values)} FROM {ROWS})"
    return f"SELECT count(*){counts} FROM (SELECT {', '.join(['__row', *picked])} FROM {rows} {' '.join(joins)})"


def _interval_code(axis: Axis) -> Code:
    size, column = axis.size, quote_name(axis.factor)
    value = f"CAST({f'epoch_us({column})' if axis.kind == 'datetime' else column} AS DOUBLE)"
    steps = [f"WHEN {{value}} < {_number(edge)} THEN {i}" for i, edge in enumerate(axis.edges[1:-1])]
    if axis.size:
        steps.insert(0, f"WHEN {{value}} < {_number(axis.edges[0])} THEN {size + BELOW}")
        steps.append(f"WHEN {{value}} <= {_number(axis.edges[-1])} THEN {size - 1}")
    beyond = size + (ABOVE if axis.size else UNSEEN)
    # Missing first: a comparison with NULL is not true, and the row would end up above all edges.
    sql = f"CASE WHEN {{value}} IS NULL THEN {size + MISSING} {' '.join(steps)} ELSE {beyond} END"
    return Code(sql=sql, value=value, factor=axis.factor)


def _number(edge: float) -> str:
    """An edge as the very same float: a bare 10.357019999999999 would be a DECIMAL and could be rounded on its way."""
    return f"{quote_text(repr(float(edge)))}::DOUBLE"


def _as_type(value: str, type_: pa.DataType, wanted: str) -> str:
    """Levels known by their text as values of the column's type; numbers as DOUBLE, for a cast to BIGINT rounds."""
    if not pa.types.is_string(type_) or wanted == "VARCHAR":
        return value
    return f"TRY_CAST({value} AS {'DOUBLE' if wanted.lstrip('U').startswith(NUMBERS) else wanted})"
