"""The rows of a query on a database, through its ADBC or DB-API driver."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol, runtime_checkable
from uuid import UUID

import pyarrow as pa

from trimtab.core.errors import InputError
from trimtab.core.scratch import TEMPORARY, scratch

FETCHED = 20_000
"""Rows that are fetched from a cursor at once."""
DIGITS = 38
"""A number has at most so many digits."""


@runtime_checkable
class Connection(Protocol):
    """A connection of ADBC, DuckDB or any driver that follows the DB-API (PEP 249)."""

    def cursor(self) -> Any: ...


@contextmanager
def query_rows(connection: Connection, query: str, owner: str) -> Iterator[pa.RecordBatchReader]:
    """The rows of a query, in batches, as long as the block lasts.

    Types are those that the driver tells. A DB-API driver tells values only, so a column gets the type that all of
    them have. The transaction is left as it is. Raises InputError, which begins with `owner`, for a query that fails or
    gives no rows of columns, and for a column whose values are of several kinds.
    """
    with closing(connection.cursor()) as cursor, scratch(None, TEMPORARY) as work:
        with _errors_of(owner):
            cursor.execute(query)
        if hasattr(cursor, "fetch_record_batch"):
            with _errors_of(owner):
                reader = cursor.fetch_record_batch()
            _check_opaque(reader.schema, owner)
            yield reader
            return
        if not cursor.description:
            raise InputError(f"{owner}: the query gives no rows. Ask for some: SELECT …")
        names = [str(column[0]) for column in cursor.description]
        pieces = list(_fetched(cursor, names, work, owner))
        schema = pa.schema(
            [(name, _common(name, {piece[i] for _, piece in pieces}, owner)) for i, name in enumerate(names)]
        )
        yield pa.RecordBatchReader.from_batches(schema, _cast([file for file, _ in pieces], schema, owner))


@contextmanager
def _errors_of(owner: str) -> Iterator[None]:
    """What a driver complains of, as InputError. Each has errors of its own, of no common class."""
    try:
        yield
    except InputError:
        raise
    except Exception as error:
        said = str(error).strip().splitlines() or [type(error).__name__]
        raise InputError(f"{owner}: the query can't be read: {said[0].rstrip('.')}.") from error


def _check_opaque(schema: pa.Schema, owner: str) -> None:
    """Raise InputError for numbers that a driver gives as texts, as that of PostgreSQL does with numeric."""
    for field in schema:
        if isinstance(field.type, pa.OpaqueType) and field.type.type_name == "numeric":
            raise InputError(
                f"{owner}: column `{field.name}` is numeric, which this driver gives as text. Cast it in the query: "
                f'CAST("{field.name}" AS double precision)'
            )


def _fetched(cursor: Any, names: Sequence[str], work: Path, owner: str) -> Iterator[tuple[Path, list[pa.DataType]]]:
    """The rows in files of their own, for their types are known at the end only, and the types in each."""
    while True:
        with _errors_of(owner):
            rows = cursor.fetchmany(FETCHED)
        if not rows:
            return
        columns = [_array(name, column, owner) for name, column in zip(names, zip(*rows, strict=True), strict=True)]
        file = work / f"{len(list(work.iterdir())):06}.arrow"
        batch = pa.record_batch(columns, names=[f"c{i}" for i in range(len(names))])
        with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_file(sink, batch.schema) as writer:
            writer.write_batch(batch)
        yield file, [column.type for column in columns]


def _array(name: str, values: Sequence[Any], owner: str) -> pa.Array:
    plain = [
        str(one) if isinstance(one, UUID) else bytes(one) if isinstance(one, memoryview) else one for one in values
    ]
    try:
        if any(isinstance(one, Decimal) for one in plain):
            return _decimals(plain)
        return pa.array(plain)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        kinds = sorted({type(one).__name__ for one in plain if one is not None})
        raise InputError(
            f"{owner}: column `{name}` holds values of several kinds or too large ones ({', '.join(kinds)}). Cast it "
            "in the query."
        ) from error


def _decimals(values: Sequence[Any]) -> pa.Array:
    """Numbers with a fixed point; those that are none (NaN, as some databases have it) are missing."""
    return pa.array([None if isinstance(one, Decimal) and one.is_nan() else one for one in values])


def _common(name: str, types: set[pa.DataType], owner: str) -> pa.DataType:
    """The type of all values of a column."""
    found = {one for one in types if not pa.types.is_null(one)}
    if len(found) <= 1:
        return found.pop() if found else pa.null()
    if all(pa.types.is_decimal(one) or pa.types.is_integer(one) for one in found):
        decimals = [one for one in found if pa.types.is_decimal(one)]
        scale = max(one.scale for one in decimals)
        whole = max(19 if pa.types.is_integer(one) else one.precision - one.scale for one in found)
        if whole + scale <= DIGITS:
            return pa.decimal128(whole + scale, scale)
    elif all(pa.types.is_integer(one) or pa.types.is_floating(one) for one in found):
        return pa.float64()
    elif all(pa.types.is_date(one) or one == pa.timestamp("us") for one in found):
        return pa.timestamp("us")
    raise InputError(
        f"{owner}: column `{name}` holds values of several kinds ({', '.join(sorted(map(str, found)))}). Cast it in "
        "the query."
    )


def _cast(files: Sequence[Path], schema: pa.Schema, owner: str) -> Iterator[pa.RecordBatch]:
    for file in files:
        with pa.OSFile(str(file)) as source:
            batch = pa.ipc.open_file(source).get_batch(0)
            columns = []
            for column, field in zip(batch.columns, schema, strict=True):
                try:
                    columns.append(column.cast(field.type))
                except pa.ArrowInvalid as error:
                    raise InputError(
                        f"{owner}: column `{field.name}` holds whole numbers that are lost beside fractions. Cast it "
                        "in the query."
                    ) from error
            yield pa.record_batch(columns, schema=schema)
