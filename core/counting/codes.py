"""Cells in SQL: the code of every row's bin, and how many rows have each code or combination of codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from trimtab.core.counting.datasets import NUMBERS, ROWS, DataSet
from trimtab.core.database import OWN, quote_name, quote_text
from trimtab.core.expressions.zones import local
from trimtab.core.source.axes import NUMERIC, Axis
from trimtab.core.source.columns import Column
from trimtab.core.source.kinds import Kind

MISSING, BELOW, ABOVE, UNSEEN = range(4)
"""Codes beyond an axis of `size` bins: `size + MISSING` is its bin for missing values; the others lie outside it."""
BEYOND = 4
"""How many codes there are beyond an axis."""

BATCH_ROWS = 250_000
SUM_STEPS = 10**12
"""Sums are made of whole steps, so many to 1, so that they don't depend on the order of the rows."""


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

    `column`, the source's, tells the levels that share the bin of the rest from those never seen, and if bins hold one
    value each, those from what lies between them. Without it levels are known by their text, and the rest is every
    other level.
    """
    size = axis.size
    if axis.numeric:
        return _interval_code(axis) if column is None or not axis.points else _points_code(axis)
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


def listed_code(column: Column, values: Sequence[float] | Sequence[str]) -> Code:
    """The position of each row's value among `values`, -1 for every other one and for missing.

    `values` are numbers (dates: microseconds since 1970) as floats, or the texts of levels.
    """
    if column.kind not in NUMERIC:
        texts = pa.array([str(value) for value in values], pa.string())
        return Code(factor=column.name, values=texts, codes=np.arange(len(values)), missing=-1, other=-1)
    # A value that the column can only hold as a shorter float is that one.
    numbers = np.asarray(values, np.float32 if pa.types.is_float32(column.type) else np.float64)
    steps = [f"WHEN {{value}} = {_number(number)} THEN {i}" for i, number in enumerate(numbers)]
    return Code(sql=f"CASE {' '.join(steps)} ELSE -1 END", value=_as_number(column.name, column.kind))


def truth_code(condition: str) -> Code:
    """1 where the SQL condition is true, else 0; NULL, and a condition that can't be computed, count as false."""
    return Code(sql=f"CASE WHEN TRY({condition}) THEN 1 ELSE 0 END")


def missing_code(factor: str) -> Code:
    """1 where the factor is missing, else 0."""
    return truth_code(f"{quote_name(factor)} IS NULL")


def with_columns(data: DataSet, columns: Mapping[str, str]) -> DataSet:
    """The data set with more `columns` in its rows, name -> SQL over those it has; NULL where it can't be computed."""
    if not columns:
        return data
    before = f"{ROWS}_before_{len(data.types)}"
    made = "".join(f", TRY({sql}) AS {quote_name(name)}" for name, sql in columns.items())
    data.con.execute(f"ALTER VIEW {ROWS} RENAME TO {before}")
    data.con.execute(f"CREATE VIEW {ROWS} AS SELECT *{made} FROM {before}")
    described = data.con.execute(f"DESCRIBE {ROWS}").fetchall()
    return replace(data, types={str(row[0]): str(row[1]) for row in described if row[0] != f"{OWN}row"})


def count_codes(data: DataSet, codes: Sequence[Code]) -> tuple[int, list[dict[int, int]]]:
    """(rows, for each of `codes` the rows of every code that occurs), in one pass over the data set."""
    rows, counts, _ = count_values(data, codes, ())
    return rows, counts


def count_values(
    data: DataSet, codes: Sequence[Code], filled: Sequence[str]
) -> tuple[int, list[dict[int, int]], dict[str, int]]:
    """As `count_codes`, and beside it for each of the columns `filled` the rows that have a value."""
    register(data, codes)
    rows, *found = data.con.execute(count_query(codes, data.types, filled)).fetchall()[0]
    counts = [{int(key): int(n) for key, n in (one or {}).items()} for one in found[: len(codes)]]
    return int(rows), counts, dict(zip(filled, map(int, found[len(codes) :]), strict=True))


def count_query(codes: Sequence[Code], types: Mapping[str, str], filled: Sequence[str] = ()) -> str:
    """The SQL of `count_values`; the levels to look up are in tables levels_0, levels_1, …"""
    counts = [f"histogram({OWN}c{i})" for i in range(len(codes))] + [f"count({quote_name(name)})" for name in filled]
    coded = coded_query(codes, types, kept=filled or (f"{OWN}row",))
    return f"SELECT {', '.join(['count(*)', *counts])} FROM ({coded})"


def coded_query(codes: Sequence[Code], types: Mapping[str, str], kept: Sequence[str] = (f"{OWN}row",)) -> str:
    """SQL of all rows with the columns `kept` and their codes as __trimtab_c0, __trimtab_c1, …; see `count_query`."""
    values, picked, joins = ["*"], list(map(quote_name, kept)), []
    for i, code in enumerate(codes):
        own = f"{OWN}c{i}"
        if code.values is None:
            if code.value:
                values.append(f"{code.value} AS {OWN}v{i}")
            picked.append(f"{code.sql.format(value=f'{OWN}v{i}') if code.value else code.sql} AS {own}")
            continue
        column, looked_up = quote_name(code.factor), f"{OWN}l{i}"
        value = _as_type("value", code.values.type, types[code.factor])
        known = f"SELECT {value} AS {OWN}value, min(code) AS {OWN}code FROM levels_{i} GROUP BY 1"
        joins.append(f"LEFT JOIN ({known}) AS {looked_up} ON {column} = {looked_up}.{OWN}value")
        found = f"coalesce({looked_up}.{OWN}code, {code.other})"
        picked.append(f"CASE WHEN {column} IS NULL THEN {code.missing} ELSE {found} END AS {own}")
    rows = f"(SELECT {', '.join(values)} FROM {ROWS})"
    return f"SELECT {', '.join(picked)} FROM {rows} {' '.join(joins)}"


def count_joint(
    data: DataSet, codes: Sequence[Code], sizes: Sequence[int], groups: Sequence[Sequence[int]]
) -> list[np.ndarray]:
    """Rows of every combination: for each of `groups`, positions among `codes`, an array with an axis for each.

    Code i lies in range(`sizes[i]`). One pass over the data set; memory holds the arrays and a batch of rows.
    """
    counts = [np.zeros(int(np.prod([sizes[i] for i in group])), dtype=np.int64) for group in groups]
    register(data, codes)
    listed = ", ".join(f"{OWN}c{i}::UINTEGER" for i in range(len(codes)))
    rows = data.con.sql(f"SELECT {listed} FROM ({coded_query(codes, data.types)})") if groups else None
    for batch in rows.to_arrow_reader(BATCH_ROWS) if rows else ():
        own = [batch.column(i).to_numpy() for i in range(len(codes))]
        for found, group in zip(counts, groups, strict=True):
            key = np.zeros(batch.num_rows, dtype=np.int64)
            for i in group:
                key = key * sizes[i] + own[i]
            found += np.bincount(key, minlength=len(found))
    return [found.reshape([sizes[i] for i in group]) for found, group in zip(counts, groups, strict=True)]


def exact_sum(value: str) -> str:
    """SQL that adds up the steps of a number below a million, each rounded; see SUM_STEPS."""
    return f"sum(CAST(round(({value}) * {SUM_STEPS}) AS BIGINT))"


def register(data: DataSet, codes: Sequence[Code]) -> None:
    """Make the tables of levels that `coded_query` looks up."""
    for i, code in enumerate(codes):
        if code.values is not None:
            data.con.register(f"levels_{i}", pa.table({"value": local(code.values), "code": code.codes}))


def _interval_code(axis: Axis) -> Code:
    size = axis.size
    steps = [f"WHEN {{value}} < {_number(edge)} THEN {i}" for i, edge in enumerate(axis.edges[1:-1])]
    if axis.size:
        steps.insert(0, f"WHEN {{value}} < {_number(axis.edges[0])} THEN {size + BELOW}")
        steps.append(f"WHEN {{value}} <= {_number(axis.edges[-1])} THEN {size - 1}")
    beyond = size + (ABOVE if axis.size else UNSEEN)
    # Missing first: a comparison with NULL is not true, and the row would end up above all edges.
    sql = f"CASE WHEN {{value}} IS NULL THEN {size + MISSING} {' '.join(steps)} ELSE {beyond} END"
    return Code(sql=sql, value=_as_number(axis.factor, axis.kind), factor=axis.factor)


def _points_code(axis: Axis) -> Code:
    """One value for each bin: of fractions the same one as a float of 32 bits too, which a file may hold them as."""
    size, values = axis.size, axis.edges[:-1]
    type_ = "DOUBLE"
    with np.errstate(over="ignore"):  # the largest numbers are none of 32 bits
        short = np.asarray(values, np.float32)
    if axis.kind == "continuous" and np.isfinite(short).all() and len(np.unique(short)) == size:
        type_ = "FLOAT"
    first, last = (f"{_number(edge)}::{type_}" for edge in (values[0], values[-1]))
    steps = [f"WHEN {{value}} = {_number(edge)}::{type_} THEN {i}" for i, edge in enumerate(values)]
    steps += [f"WHEN {{value}} < {first} THEN {size + BELOW}", f"WHEN {{value}} > {last} THEN {size + ABOVE}"]
    sql = f"CASE WHEN {{value}} IS NULL THEN {size + MISSING} {' '.join(steps)} ELSE {size + UNSEEN} END"
    return Code(sql=sql, value=f"CAST({_as_number(axis.factor, axis.kind)} AS {type_})", factor=axis.factor)


def mean_values(data: DataSet, axis: Axis, code: Code) -> dict[int, float]:
    """The mean of the numbers that have each code of an axis of numbers, or of dates in microseconds; missing left out.
    It has 12 digits, so that it does not depend on the order of the rows."""
    both = f"{code.value} AS c, {_as_number(axis.factor, axis.kind)} AS v"
    coded = f"SELECT {code.sql.format(value='c')} AS code, v FROM (SELECT {both} FROM {ROWS})"
    found = data.con.execute(f"SELECT code, avg(v) FROM ({coded}) WHERE isfinite(v) GROUP BY code").fetchall()
    return {int(one): float(f"{mean:.12g}") for one, mean in found}


def _as_number(factor: str, kind: Kind) -> str:
    """A factor's value as the number an axis knows it by."""
    column = quote_name(factor)
    return f"CAST({f'epoch_us({column})' if kind == 'datetime' else column} AS DOUBLE)"


def _number(edge: float) -> str:
    """An edge as the very same float: a bare 10.357019999999999 would be a DECIMAL and could be rounded on its way."""
    return f"{quote_text(repr(float(edge)))}::DOUBLE"


def _as_type(value: str, type_: pa.DataType, wanted: str) -> str:
    """Levels known by their text as values of the column's type; numbers as DOUBLE, for a cast to BIGINT rounds."""
    if not pa.types.is_string(type_) or wanted == "VARCHAR":
        return value
    return f"TRY_CAST({value} AS {'DOUBLE' if wanted.lstrip('U').startswith(NUMBERS) else wanted})"
