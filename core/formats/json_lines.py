"""JSON Lines: an object in every line, plain or gzipped."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from trimtab.core.errors import InputError
from trimtab.core.formats.format import Format, Table
from trimtab.core.formats.zipping import sink_at

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

NESTED = {"ARRAY": "lists", "OBJECT": "objects"}
TYPES = {"BOOLEAN": "BOOLEAN", "VARCHAR": "VARCHAR", "DOUBLE": "DOUBLE", "BIGINT": "BIGINT", "UBIGINT": "UBIGINT"}
"""How a value of each type that JSON tells apart is kept."""
BLOCK_BYTES = 1 << 24
"""Bytes that are parsed at once; a line must not be longer."""


class JsonLines(Format):
    """An object in every line, with every column in the order of the table, UTF-8. A missing value is null. Numbers
    have all their digits, and a column of fractions has a point or an exponent in each; truth is true or false; dates
    and times are ISO 8601 texts, those with a zone in UTC. JSON has no word for an infinite number, so one is refused.
    """

    suffix: ClassVar[str] = ".jsonl"
    label: ClassVar[str] = "JSON Lines"
    media_type: ClassVar[str] = "application/jsonl"
    quick: ClassVar[bool] = True
    zipped: ClassVar[bool] = False

    def write(self, blocks: Iterator[pa.Table], place: Path, schema: pa.Schema) -> int:
        rows = 0
        with sink_at(place, zipped=self.zipped) as sink:
            for block in blocks:
                for batch in block.to_batches():
                    sink.write(_lines(batch, place.name))
                rows += len(block)
        return rows

    def read(self, con: duckdb.DuckDBPyConnection, files: Sequence[Path], work: Path, owner: str) -> Table:
        """By way of Parquet, with the types that the values have in all lines together."""
        from trimtab.core.database import quote_name, quote_text

        (file,) = files
        packed = "gzip" if self.zipped else "none"
        about = f"{quote_text(str(file))}, format = 'newline_delimited', compression = '{packed}'"
        types = _types(con, about, owner)
        if not types:
            raise InputError(f"{owner}: it has no rows, so nothing tells its columns.")
        asked = ", ".join(f"{quote_text(name)}: '{type_ or 'JSON'}'" for name, type_ in types.items())
        target = quote_text(str(work / "lines.parquet"))
        con.execute(
            f"COPY (FROM read_json({about}, records = 'true', columns = {{{asked}}})) TO {target} (FORMAT parquet)"
        )
        cells = []
        for name, type_ in types.items():
            cell = quote_name(name)
            if type_ == "UBIGINT":
                ((most,),) = con.execute(f"SELECT max({cell}) FROM read_parquet({target})").fetchall()
                cell = f"CAST({cell} AS BIGINT)" if most < 2**63 else cell  # differences may be below 0
            cells.append(f"{cell if type_ else 'NULL'} AS {quote_name(name)}")
        return Table(f"(SELECT {', '.join(cells)} FROM read_parquet({target}))", tuple(types))

    def rows(self, files: Sequence[Path], schema: pa.Schema) -> pa.Table:
        import pyarrow as pa
        import pyarrow.json as pj

        (file,) = files
        told = [field.with_type(pa.string()) if _is_text(field.type) else field for field in schema]
        parse = pj.ParseOptions(explicit_schema=pa.schema(told), unexpected_field_behavior="error")
        found = pj.read_json(file, pj.ReadOptions(block_size=BLOCK_BYTES), parse).select(schema.names)
        return pa.table([_typed(found.column(field.name), field.type) for field in schema], schema=schema)


class JsonLinesGz(JsonLines):
    """JSON Lines, gzipped."""

    suffix: ClassVar[str] = ".jsonl.gz"
    label: ClassVar[str] = "JSON Lines.gz"
    media_type: ClassVar[str] = "application/gzip"
    quick: ClassVar[bool] = False
    zipped: ClassVar[bool] = True


class Ndjson(JsonLines):
    """The same under another suffix."""

    suffix: ClassVar[str] = ".ndjson"
    written: ClassVar[bool] = False


class NdjsonGz(JsonLinesGz):
    """The same under another suffix, gzipped."""

    suffix: ClassVar[str] = ".ndjson.gz"
    written: ClassVar[bool] = False


def _lines(batch: pa.RecordBatch, owner: str) -> memoryview:
    """The rows as lines, in UTF-8."""
    import pyarrow as pa
    import pyarrow.compute as pc

    parts: list[pa.Array | pa.Scalar] = []
    for place, (name, values) in enumerate(zip(batch.schema.names, batch.columns, strict=True)):
        key = ("," if place else "{") + json.dumps(name, ensure_ascii=False) + ":"
        cells = pc.fill_null(_cells(values, name, owner), "null").cast(pa.large_string())
        parts += [pa.scalar(key, pa.large_string()), cells]
    ends = [pa.scalar(text, pa.large_string()) for text in ("}\n", "")]
    lines = pc.binary_join_element_wise(*parts, *ends)
    _, ends_of, data = lines.buffers()
    first, last = (lines.offset, lines.offset + len(lines))
    starts = memoryview(ends_of).cast("q")
    return memoryview(data)[starts[first] : starts[last]]


def _cells(values: pa.Array, name: str, owner: str) -> pa.Array:
    """The values as JSON writes them; missing ones stay missing."""
    import pyarrow as pa
    import pyarrow.compute as pc

    type_ = values.type
    if pa.types.is_floating(type_):
        strange = pc.invert(pc.is_finite(values))
        if pc.any(strange).as_py():
            raise InputError(
                f"{owner}: column `{name}` has {pc.filter(values, strange)[0]}, and JSON knows no such number. Name a "
                "file that ends in .parquet, .arrow or .csv."
            )
        text = values.cast(pa.string())
        whole = pc.invert(pc.match_substring_regex(text, "[.e]"))
        return pc.if_else(whole, pc.binary_join_element_wise(text, ".0", ""), text)
    if pa.types.is_timestamp(type_):
        moments = values if type_.tz is None else values.cast(pa.timestamp(type_.unit, "UTC"))
        text = pc.replace_substring(moments.cast(pa.string()), " ", "T", max_replacements=1)
        return pc.binary_join_element_wise('"', text, '"', "")
    if _is_text(type_):
        distinct = values.cast(pa.string()).dictionary_encode()
        texts = [json.dumps(text, ensure_ascii=False) for text in distinct.dictionary.to_pylist()]
        return pa.array(texts, pa.string()).take(distinct.indices)
    return values.cast(pa.string())


def _is_text(type_: pa.DataType) -> bool:
    """Whether values are texts in JSON and not parsed as anything else by pyarrow."""
    import pyarrow as pa

    return any(is_(type_) for is_ in (pa.types.is_string, pa.types.is_date, pa.types.is_time))


def _typed(texts: pa.ChunkedArray, type_: pa.DataType) -> pa.ChunkedArray:
    """Values as they were before they were written."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_time(type_):
        return texts.cast(type_)
    return pc.binary_join_element_wise("1970-01-01T", texts, "").cast(pa.timestamp(type_.unit)).cast(type_)


def _types(con: duckdb.DuckDBPyConnection, about: str, owner: str) -> dict[str, str]:
    """The type of every column, in the order in which they first stand in the file; "" where all are missing.

    Raises InputError for lines that are no plain rows.
    """
    from trimtab.core.database import quote_text

    lines = f"read_json_objects({about})"
    query = f"SELECT DISTINCT json_type(json) = 'OBJECT', json_keys(json) FROM {lines}"
    found = con.execute(query).fetchall()
    if not all(is_object for is_object, _ in found):
        raise InputError(f'{owner}: not every line is an object. A row is a line such as {{"a": 1, "b": "x"}}.')
    first = con.execute(f"SELECT json_keys(json) FROM {lines} LIMIT 1").fetchall()
    names = list(dict.fromkeys(name for (keys,) in first for name in keys))
    names += sorted({name for _, keys in found for name in keys} - {*names})
    if not names:
        return {}
    pointers = [f"/{name.replace('~', '~0').replace('/', '~1')}" for name in names]
    query = f"SELECT DISTINCT json_type(json, [{', '.join(map(quote_text, pointers))}]) FROM {lines}"
    met = [row for (row,) in con.execute(query).fetchall()]
    return {name: _type_of({row[at] for row in met}, name, owner) for at, name in enumerate(names)}


def _type_of(met: set[str | None], name: str, owner: str) -> str:
    """The type that holds all the types that were met in a column."""
    met = met - {None, "NULL"}
    for type_, what in NESTED.items():
        if type_ in met:
            raise InputError(f"{owner}: column `{name}` holds {what}. Rows are plain values: give each part a column.")
    if len(met) < 2:
        return TYPES[met.pop() or ""] if met else ""
    if met <= {"BIGINT", "UBIGINT"}:
        return "BIGINT"
    return "DOUBLE" if met <= {"BIGINT", "UBIGINT", "DOUBLE"} else "VARCHAR"
