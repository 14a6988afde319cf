"""Checked expressions evaluated by DuckDB on rows in memory."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import sqlglot
from sqlglot import exp

from trimtab.core.database import connect
from trimtab.core.errors import InputError
from trimtab.core.expressions.zones import local_table

_LOCAL = threading.local()
"""A connection takes longer to open than most expressions take; one per thread is kept."""


def evaluate(expressions: Sequence[str], rows: pa.Table, *, owner: str) -> list[pa.Array]:
    """The values of SQL `expressions`, which name columns of `rows` (n), on each of its rows: arrays of n. Times with a
    zone are what its clock shows.

    Only expressions that were checked may come here. Raises InputError, naming `owner`, if one fails on some row.
    """
    if not hasattr(_LOCAL, "con"):
        _LOCAL.con = connect(threads=1)
    con: duckdb.DuckDBPyConnection = _LOCAL.con
    con.register("the_rows", local_table(rows))
    listed = ", ".join(f"({one}) AS e{i}" for i, one in enumerate(expressions))
    try:
        found = con.sql(f"SELECT {listed} FROM the_rows").to_arrow_table()
    except duckdb.Error as error:
        if (zero := _division_by_zero(con, expressions)) is not None:
            raise InputError(f"{owner}: {zero}") from error
        shown = expressions[0] if len(expressions) == 1 else ", ".join(expressions)
        raise InputError(f"{owner}: `{shown}` can't be computed: {str(error).splitlines()[0]}") from error
    finally:
        con.unregister("the_rows")
    for one, column in zip(expressions, found.columns, strict=True):
        _check_finite(one, column, owner)
    return [column.combine_chunks() for column in found.columns]


def _check_finite(expression: str, column: pa.ChunkedArray, owner: str) -> None:
    if pa.types.is_floating(column.type):
        wrong = pc.sum(pc.invert(pc.is_finite(column))).as_py()
        if wrong:
            raise InputError(
                f"{owner}: `{expression}` is too large a number, or none, in {wrong:,} of {len(column):,} rows. Write "
                "CASE WHEN … THEN … END around it, which is missing where no condition holds."
            )


def _division_by_zero(con: duckdb.DuckDBPyConnection, expressions: Sequence[str]) -> str | None:
    """Which part of the expressions divides whole numbers by zero, in how many of the rows, and what can be written
    instead: DuckDB's own advice is what people may not write."""
    for expression in expressions:
        for part in sqlglot.parse_one(expression, read="duckdb").find_all(exp.IntDiv, exp.Mod):
            divisor, text = part.expression.unnest().sql("duckdb"), part.sql("duckdb")
            query = f"SELECT count(*), count(*) FILTER (({divisor}) = 0) FROM the_rows"
            try:
                ((rows, zeros),) = con.sql(query).fetchall()
            except duckdb.Error:
                continue  # it holds a division of its own, which is looked at too
            if zeros:
                instead = f"CASE WHEN {divisor} <> 0 THEN {text} END"
                return (
                    f"`{text}` divides by zero: `{divisor}` is 0 in {zeros:,} of {rows:,} rows. Write {instead}, which "
                    "is missing there."
                )
    return None
