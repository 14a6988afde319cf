"""A table in memory as a plain Parquet file, known by a digest of what it holds."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trimtab.core.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


@runtime_checkable
class ArrowStream(Protocol):
    """A table that gives its rows by the Arrow PyCapsule interface, as those of polars, pyarrow and DuckDB do."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


def is_table(what: object) -> bool:
    """Whether `what` is a table in memory."""
    return isinstance(what, ArrowStream) or _is_frame(what)


def write_table(what: object, file: Path, *, owner: str) -> str:
    """Write a table to the Parquet `file`, NaN as missing, and return the digest of what it holds.

    The digest is a SHA-256 over the names, types and values of the columns: it is the same for the same content,
    whatever holds it, however it is cut in pieces, and whatever the version of a library. Texts are texts whether they
    were categories or not. The index of a DataFrame is a column if it has a name. Rows pass through in batches, so
    memory does not grow with a stream. Raises InputError, which begins with `owner`, for what is no table.
    """
    try:
        with _reader(what, owner) as reader:
            _check_names(reader.schema.names, owner)
            schema = pa.schema([pa.field(field.name, _plain_type(field.type)) for field in reader.schema])
            digests = [_Digest() for _ in schema]
            with pq.ParquetWriter(file, schema, compression="lz4") as writer:
                for batch in reader:
                    columns = [_plain(column, field.type) for column, field in zip(batch.columns, schema, strict=True)]
                    for digest, column in zip(digests, columns, strict=True):
                        digest.add(column)
                    writer.write_batch(pa.record_batch(columns, schema=schema))
    except pa.ArrowException as error:
        raise InputError(f"{owner}: the table can't be read: {_sentence(error)}.") from error
    except OSError as error:
        raise InputError(f"{owner}: the table can't be stored: {error.strerror or error}.") from error
    described = [(field.name, str(field.type), *digest.ends()) for field, digest in zip(schema, digests, strict=True)]
    return hashlib.sha256(json.dumps(described, ensure_ascii=True).encode()).hexdigest()


def _is_frame(what: object) -> bool:
    """Whether `what` is a DataFrame of pandas, without importing pandas."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(what, pandas.DataFrame)


def _reader(what: object, owner: str) -> pa.RecordBatchReader:
    if _is_frame(what):
        return _frame_table(what, owner).to_reader()  # type: ignore[arg-type]
    try:
        return pa.RecordBatchReader.from_stream(what)
    except (pa.ArrowException, TypeError) as error:
        raise InputError(f"{owner}: a {type(what).__name__} is no table, which has columns with names.") from error


def _frame_table(frame: pd.DataFrame, owner: str) -> pa.Table:
    """A DataFrame of pandas as a table, column by column, so that a column that is none is told by its name."""
    named = [level for level, name in enumerate(frame.index.names) if name is not None]
    try:
        whole = frame.reset_index(level=named) if named else frame
    except ValueError as error:
        raise InputError(f"{owner}: the index can't become a column: {_sentence(error)}.") from error
    columns, names = [], [str(name) for name in whole.columns]
    for at, name in enumerate(names):
        try:
            columns.append(pa.array(whole.iloc[:, at], from_pandas=True))
        except (pa.ArrowException, TypeError, ValueError) as error:
            raise InputError(
                f"{owner}: column `{name}` holds values that are not of one kind ({_sentence(error)}). Make it one of "
                "numbers, texts, dates or true/false, or leave it out."
            ) from error
    return pa.table([pa.chunked_array([one]) if isinstance(one, pa.Array) else one for one in columns], names=names)


def _check_names(names: list[str], owner: str) -> None:
    if not names:
        raise InputError(f"{owner}: it has no columns.")


def _plain_type(type_: pa.DataType) -> pa.DataType:
    """The type without what only says how values are kept."""
    if isinstance(type_, pa.BaseExtensionType):
        return type_ if type_ == pa.uuid() else _plain_type(type_.storage_type)
    if pa.types.is_dictionary(type_) or pa.types.is_run_end_encoded(type_):
        return _plain_type(type_.value_type)
    if pa.types.is_float16(type_):
        return pa.float32()
    return pa.string() if pa.types.is_large_string(type_) or pa.types.is_string_view(type_) else type_


def _plain(column: pa.Array, type_: pa.DataType) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        return _plain(column.dictionary, type_).take(column.indices)
    if pa.types.is_run_end_encoded(column.type):
        return _plain(pc.run_end_decode(column), type_)
    column = column.cast(type_)
    if pa.types.is_floating(type_):
        return pc.if_else(pc.is_nan(column), pa.scalar(None, type_), column)
    return column


class _Digest:
    """Digests of one column, fed in pieces of any size: which rows are there, and the values of those."""

    def __init__(self) -> None:
        self._there, self._lengths, self._values = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()

    def add(self, column: pa.Array) -> None:
        self._there.update(column.is_valid().cast(pa.uint8()).to_numpy())
        if column.null_count == len(column):
            return
        values = column.drop_null()
        if pa.types.is_string(values.type) or pa.types.is_binary(values.type):
            self._lengths.update(pc.binary_length(values).to_numpy())
        for part in _bytes_of(values):
            self._values.update(part)

    def ends(self) -> tuple[str, str, str]:
        return self._there.hexdigest(), self._lengths.hexdigest(), self._values.hexdigest()


def _bytes_of(values: pa.Array) -> Iterator[memoryview]:
    """The bytes of values none of which is missing."""
    type_ = values.type
    if isinstance(type_, pa.BaseExtensionType):
        yield from _bytes_of(values.storage)
    elif pa.types.is_boolean(type_):
        yield memoryview(values.cast(pa.uint8()).to_numpy())
    elif pa.types.is_string(type_) or pa.types.is_binary(type_):
        _, offsets, held = values.buffers()
        ends = np.frombuffer(offsets, np.int32)[values.offset : values.offset + len(values) + 1]
        yield memoryview(held or b"")[ends[0] : ends[-1]]
    elif pa.types.is_primitive(type_) or pa.types.is_decimal(type_) or pa.types.is_fixed_size_binary(type_):
        width = type_.bit_width // 8
        yield memoryview(values.buffers()[1])[values.offset * width : (values.offset + len(values)) * width]
    else:  # lists and the like, which no design can use: told apart by what they print
        yield from (memoryview(f"{json.dumps(value, default=str)}\n".encode()) for value in values.to_pylist())


def _sentence(error: Exception) -> str:
    return str(error.args[0] if error.args else error).strip().splitlines()[0].rstrip(".")
