"""A data set of any kind as one table in DuckDB whose columns have the types of the source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from trimtab.core.database import OWN, connect, quote_name, quote_text
from trimtab.core.errors import InputError
from trimtab.core.expressions.zones import local_sql, zone_of
from trimtab.core.formats import Stored, Table, format_at
from trimtab.core.formats.read_only import Parts, are_parts
from trimtab.core.scratch import TEMPORARY, scratch
from trimtab.core.source.columns import Column
from trimtab.core.source.delimited.cells import DECIMAL_PATTERN, ZONED_PATTERN
from trimtab.core.source.delimited.numbers import Written, written_numbers
from trimtab.core.source.delimited.words import MISSING
from trimtab.core.source.kinds import Kind
from trimtab.core.source.spool import Source
from trimtab.core.unchanged import unchanged

ROWS = "data_set"
"""Name of the view that holds the rows."""
NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL")
ZONED_TYPE = "TIMESTAMP WITH TIME ZONE"
NOTHING = '"NULL"'
"""The type of a column that has no value in any row, as some programs write it."""
WHOLE_PATTERN = r"-?[0-9]+(\.0*)?"
WORDS = {
    "whole": "a whole number",
    "number": "a number",
    "truth": "true or false",
    "moment": "a date",
    "time": "a time",
}


@dataclass(frozen=True)
class Reading:
    """How a factor's cells are read.

    `family` is one of whole, number, truth, moment, time and text, `type` the DuckDB type of a cell that comes as text.
    `blank`: an empty text in quotes is a level and not a missing value. `words`: levels of the source that mean
    missing elsewhere, such as "NA". `zone`: times are what a clock in this zone
    shows, and must come with a zone.
    """

    family: str
    type: str
    blank: bool = False
    words: frozenset[str] = frozenset()
    zone: str = ""


@dataclass(frozen=True)
class DataSet:
    """An opened data set: `columns` are the names in its file, `types` the DuckDB types of the factors in ROWS, and
    `stored` those that they have in the file itself, none where every cell is a text."""

    con: duckdb.DuckDBPyConnection
    name: str
    columns: tuple[str, ...]
    types: Mapping[str, str]
    stored: Mapping[str, str]


def reading_of(column: Column) -> Reading:
    """How a data set's cells of a source's column are read."""
    type_ = column.type
    if pa.types.is_integer(type_):
        return Reading("whole", "UBIGINT" if pa.types.is_unsigned_integer(type_) else "BIGINT")
    if pa.types.is_decimal(type_):
        return Reading("number", f"DECIMAL(38, {type_.scale})")
    if pa.types.is_floating(type_):
        return Reading("number", "FLOAT" if type_ == pa.float32() else "DOUBLE")
    if pa.types.is_boolean(type_):
        return Reading("truth", "BOOLEAN")
    if pa.types.is_date(type_):
        return Reading("moment", "DATE")
    if pa.types.is_timestamp(type_):
        zoned, fine = type_.tz is not None, type_.unit == "ns"
        stored = "TIMESTAMPTZ" if zoned else "TIMESTAMP_NS" if fine else "TIMESTAMP"
        return Reading("moment", stored, zone=zone_of(type_))
    if pa.types.is_time(type_):
        return Reading("time", "TIME")
    levels = pc.utf8_lower(pc.utf8_trim_whitespace(column.values.cast(pa.string())))
    words = levels.filter(pc.is_in(levels, pa.array(MISSING))).to_pylist()
    return Reading("text", "VARCHAR", blank=bool(pc.any(pc.equal(column.values, "")).as_py()), words=frozenset(words))


def reading_of_kind(kind: Kind) -> Reading:
    """How cells of a factor are read when only its kind is known."""
    if kind == "categorical":
        return Reading("text", "VARCHAR")
    if kind == "boolean":
        return Reading("truth", "BOOLEAN")
    return Reading("moment", "TIMESTAMP") if kind == "datetime" else Reading("number", "DOUBLE")


@contextmanager
def open_data(data: Path | Source | Stored, readings: Mapping[str, Reading]) -> Iterator[DataSet]:
    """Open `data`: a file of any format, a folder of Parquet parts, or a spooled source.

    The view ROWS has those factors of `readings` that the file has. Raises InputError, naming file and column, for what
    can't be read, also when a query inside the block meets it.
    """
    path, name = (data, data.name or str(data)) if isinstance(data, Path) else (data.path, data.name)
    try:
        form = data.form if isinstance(data, Stored) else Parts(path) if are_parts(path) else format_at(path, name)
        files = form.files_of(path)
        form = form.opened(path, files)
    except OSError as error:
        raise InputError(f"{name}: it can't be read: {error.strerror}.") from error
    with scratch(None, TEMPORARY) as folder:
        work = folder
        links = _links(files, work, form.suffix)
        with unchanged(files, name), connect(folders=[work], files=files) as con, _errors_of(name):
            table = form.read(con, links, work, name)
            stored = _stored(con, table)
            types = _create_view(con, table, stored, readings, name)
            plain = {} if table.as_text else {factor: type_ for factor, (_, type_) in stored.items()}
            yield DataSet(con, name, table.columns, types, plain)


@contextmanager
def _errors_of(name: str) -> Iterator[None]:
    """DuckDB's complaints as InputError that names the data set."""
    try:
        yield
    except duckdb.Error as error:
        sentence = str(error).strip().splitlines()[0].rstrip(".")
        sentence = sentence.partition(" Error: ")[2] or sentence
        told = sentence if sentence.startswith("column `") else f"it can't be read: {sentence}"
        raise InputError(f"{name}: {told}.") from error


def _links(files: list[Path], work: Path, suffix: str) -> list[Path]:
    """Links with names of our own: in a path DuckDB takes `*`, `[`, `{` as patterns and `key=value` as a column."""
    links = []
    for number, file in enumerate(files):
        links.append(work / f"{number:06}{suffix}")
        links[-1].symlink_to(file.resolve())
    return links


def _stored(con: duckdb.DuckDBPyConnection, table: Table) -> dict[str, tuple[str, str]]:
    """For every name in the file its column in the table, quoted, and that column's type."""
    described = con.execute(f"DESCRIBE FROM {table.sql}").fetchall()
    return {name: (quote_name(str(row[0])), str(row[1])) for name, row in zip(table.columns, described, strict=True)}


def _create_view(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    raw: Mapping[str, tuple[str, str]],
    readings: Mapping[str, Reading],
    owner: str,
) -> dict[str, str]:
    """Make the view ROWS; returns the types of its factors."""
    names = table.columns
    repeated = [name for name, times in Counter(names).items() if times > 1 and name in readings]
    if repeated:
        raise InputError(f"{owner}: more than one column is called `{repeated[0]}`. Give each its own name.")
    present = {factor: reading for factor, reading in readings.items() if factor in raw}
    texts = _texts_of(con, table, raw, present) if table.as_text else None
    cells = [
        f"{_cell(factor, *raw[factor], reading, owner, texts)} AS {quote_name(factor)}"
        for factor, reading in present.items()
    ]
    con.execute(f"CREATE VIEW {ROWS} AS SELECT {', '.join([*cells, f'true AS {OWN}row'])} FROM {table.sql}")
    return {str(row[0]): str(row[1]) for row in con.execute(f"DESCRIBE {ROWS}").fetchall() if row[0] != f"{OWN}row"}


@dataclass(frozen=True)
class Texts:
    """What the cells of a text file need to be read: the `words` that mean missing in columns of text, for they do so
    in some other column of the file, and how the numbers of a factor are `written`."""

    words: frozenset[str]
    written: Mapping[str, Written]


def _texts_of(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    raw: Mapping[str, tuple[str, str]],
    readings: Mapping[str, Reading],
) -> Texts:
    listed = ", ".join(map(quote_text, MISSING))
    words: set[str] = set()
    odd = {}
    for factor, reading in readings.items():
        if reading.family == "text":
            continue
        cell = f"lower(trim({raw[factor][0]}))"
        found, strange = con.execute(
            f"SELECT list(DISTINCT cell) FILTER (cell IN ({listed})), "
            f"bool_or(cell NOT IN ({listed}) AND NOT regexp_full_match(cell, {quote_text(DECIMAL_PATTERN)})) "
            f"FROM (SELECT DISTINCT {cell} AS cell FROM {table.sql})"
        ).fetchall()[0]
        words.update(found or ())
        if strange and reading.family in ("whole", "number"):
            odd[raw[factor][0]] = factor
    names = {column.strip('"'): factor for column, factor in odd.items()}
    written, _ = written_numbers(con, table.sql, list(names), MISSING, plain={})
    return Texts(frozenset(words - {""}), {names[column]: one for column, one in written.items()})


def _cell(factor: str, column: str, type_: str, reading: Reading, owner: str, texts: Texts | None) -> str:
    """SQL of a cell as a value of the factor; NULL is missing."""
    family = reading.family
    if type_ == NOTHING:
        return f"CAST(NULL AS {reading.type})"
    if family == "text":
        if type_ != "VARCHAR":
            return f"CAST({column} AS VARCHAR)"
        if texts is None:
            return column
        words = ", ".join(map(quote_text, sorted(texts.words - reading.words)))
        known = f"CASE WHEN lower(trim({column})) NOT IN ({words}) THEN {column} END" if words else column
        return known if reading.blank else f"nullif({known}, '')"
    if type_ == "VARCHAR":
        return _parsed(factor, column, reading, texts.written.get(factor) if texts else None)
    if family in ("whole", "number") and type_.lstrip("U").startswith(NUMBERS):
        if type_ not in ("FLOAT", "DOUBLE"):
            return column
        # Not isnan: DuckDB 2.0 takes it for false where a Parquet file has statistics, which leave NaN out.
        return f"CASE WHEN isfinite({column}) OR isinf({column}) THEN {column} END"
    if reading.zone and type_ != ZONED_TYPE and type_.startswith(("DATE", "TIMESTAMP")):
        raise InputError(
            f"{owner}: column `{factor}` holds times without a zone, and in the source they have one ({reading.zone})."
        )
    if reading.zone and type_ == ZONED_TYPE:
        return local_sql(column, reading.zone)
    fits = {"truth": ("BOOLEAN",), "moment": ("DATE", "TIMESTAMP"), "time": ("TIME",)}.get(family, ())
    if type_.startswith(fits) and (family == "moment" or not type_.startswith("TIMESTAMP")):
        return column
    raise InputError(f"{owner}: column `{factor}` holds {type_}, and in the source it is {WORDS[family]}.")


def _parsed(factor: str, column: str, reading: Reading, written: Written | None) -> str:
    """SQL of a text as a value: NULL for the words that mean missing, an error for anything else that does not fit."""
    cell = f"trim({column})"
    if reading.family == "whole":
        # A bare cast would round 3.5 to 4.
        whole = f"TRY_CAST(split_part({cell}, '.', 1) AS {reading.type})"
        value = f"CASE WHEN regexp_full_match({cell}, {quote_text(WHOLE_PATTERN)}) THEN {whole} END"
    elif reading.family == "number":
        fits = f"regexp_full_match(lower({cell}), {quote_text(DECIMAL_PATTERN)})"
        value = f"CASE WHEN {fits} THEN TRY_CAST({cell} AS {reading.type}) END"
    elif reading.family == "truth":
        value = f"CASE lower({cell}) WHEN 'true' THEN true WHEN 'false' THEN false END"
    elif reading.zone:
        fits = f"regexp_full_match({cell}, {quote_text(ZONED_PATTERN)})"
        value = f"CASE WHEN {fits} THEN {local_sql(f'TRY_CAST({cell} AS TIMESTAMPTZ)', reading.zone)} END"
    else:
        value = f"TRY_CAST({cell} AS {reading.type})"
    if written is not None:
        value = f"coalesce({value}, TRY_CAST({written.plain(cell)} AS {reading.type}))"
    missing = ", ".join(map(quote_text, MISSING))
    word = WORDS[reading.family] + (" with its zone" if reading.zone else "")
    before, after = quote_text(f"column `{factor}`: '"), quote_text(f"' is not {word}")
    wrong = f"error({before} || {column} || {after})"
    return f"CASE WHEN {column} IS NOT NULL AND lower({cell}) NOT IN ({missing}) THEN coalesce({value}, {wrong}) END"
