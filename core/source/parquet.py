"""Reading a stranger's Parquet file: which columns can be factors, and a clean copy of them.

With pyarrow, not DuckDB: DuckDB believes the file's statistics, which leave out NaN, and then finds none.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trimtab.core.errors import InputError
from trimtab.core.source.checks import check_names, check_values

BATCH_CELLS = 4_000_000
BATCH_ROWS = 131_072

USABLE = (
    pa.types.is_null,
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal128,
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_string_view,
    pa.types.is_date,
    pa.types.is_timestamp,
    pa.types.is_time,
)


def convert(file: Path, target: Path, owner: str) -> tuple[int, tuple[str, ...]]:
    """Write the rows of `file` to `target` with NaN as missing: (number of rows, names of the columns).

    Raises InputError for a damaged file, names or types we can't take, no rows, no values, infinite or far ones.
    """
    try:
        with pq.ParquetFile(file) as source:
            names = tuple(source.schema_arrow.names)
            check_names(names, owner)
            _check_types(source.schema_arrow, owner)
            rows, filled, infinite, far = _copy(source, target)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno:  # a full disk, say: no fault of the file
            raise
        raise InputError(
            f"{owner}: the Parquet file is damaged and can't be read to its end. "
            "It was probably cut off or changed while it was copied. Copy or export it again."
        ) from error
    check_values(rows, filled, owner, infinite=infinite, far=far)
    return rows, names


def _check_types(schema: pa.Schema, owner: str) -> None:
    refused = [f"`{field.name}` ({field.type})" for field in schema if not _usable(field.type)]
    if refused:
        raise InputError(
            f"{owner}: a cell of a factor holds one number (at most 38 digits), text, date or true/false. Columns that "
            f"hold something else: {', '.join(refused)}. Split them into columns of their own, or leave them out."
        )


def _usable(type_: pa.DataType) -> bool:
    if pa.types.is_dictionary(type_):
        return _usable(type_.value_type)
    return type_ == pa.uuid() or any(fits(type_) for fits in USABLE)


def _copy(source: pq.ParquetFile, target: Path) -> tuple[int, bool, Counter[str], Counter[str]]:
    """(rows, whether any cell is filled, infinite values by column, dates beyond year 9999 by column)."""
    schema = pa.schema([(field.name, _stored(field.type)) for field in source.schema_arrow])
    infinite, far = Counter[str](), Counter[str]()
    rows, filled = 0, False
    batch_rows = max(1024, min(BATCH_ROWS, BATCH_CELLS // len(schema)))
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in source.iter_batches(batch_rows):
            columns = [_cleaned(column, field.type) for column, field in zip(batch.columns, schema, strict=True)]
            for field, column in zip(schema, columns, strict=True):
                if pa.types.is_floating(field.type):
                    infinite[field.name] += pc.sum(pc.is_inf(column)).as_py() or 0
                elif pa.types.is_temporal(field.type) and not pa.types.is_time(field.type):
                    year = pc.year(column)
                    far[field.name] += pc.sum(pc.or_(pc.less(year, 1), pc.greater(year, 9999))).as_py() or 0
            rows += batch.num_rows
            filled = filled or any(column.null_count < len(column) for column in columns)
            writer.write_batch(pa.record_batch(columns, schema=schema))
    return rows, filled, infinite, far


def _stored(type_: pa.DataType) -> pa.DataType:
    """The type a column is kept in: as it is, but for what only says how it was encoded."""
    if pa.types.is_dictionary(type_):
        return _stored(type_.value_type)
    if pa.types.is_float16(type_):
        return pa.float32()
    if pa.types.is_timestamp(type_) and type_.tz:
        return pa.timestamp(type_.unit, "UTC")
    other_text = pa.types.is_large_string(type_) or pa.types.is_string_view(type_) or type_ == pa.uuid()
    return pa.string() if other_text or pa.types.is_null(type_) else type_


def _cleaned(column: pa.Array, type_: pa.DataType) -> pa.Array:
    if column.type == pa.uuid():
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], type_)
    column = column.cast(type_)
    if pa.types.is_floating(type_):
        return pc.if_else(pc.is_nan(column), pa.scalar(None, type_), column)
    return column
