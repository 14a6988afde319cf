"""Reading a stranger's CSV or TSV: encoding, header, ragged rows, and a type for each column by rules one can state.

DuckDB parses; it does not guess. Its own guesses turn yes/no into true/false, `Infinity` into a date and 0x10 into 16,
and choose between day/month and month/day without a word. Here a column gets a type only if *every* value has the
shape of that type, and is text otherwise, so nothing is changed by being read.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import zlib
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb

from trimtab.core.database import connect, quote_name, quote_text
from trimtab.core.errors import InputError
from trimtab.core.source.checks import check_names, check_values
from trimtab.core.source.converted import Converted

CHUNK = 1 << 20
DELIMITERS = ",\t;|"
MISSING = ("", "na", "n/a", "nan", "null", "none")
"""Cells that count as missing in a column whose other cells are numbers, dates or true/false; in text they are text."""

UTF8_ADVICE = "Save it as UTF-8 (in Excel: CSV UTF-8)."

# What a cell can look like; a column is the union of its cells' bits. Plus signs, leading zeros, hexadecimal and
# underscores are left to text: they mark identifiers and codes.
WHOLE, NEGATIVE, UNSIGNED, LONG, DECIMAL, INFINITE, TRUTH, DATE, TIME, ZONED, TEXT, EMPTY = (1 << i for i in range(12))
WHOLE_PATTERN = "-?(0|[1-9][0-9]*)"
DECIMAL_PATTERN = r"-?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?"
INFINITIES = ("inf", "+inf", "-inf", "infinity", "+infinity", "-infinity")
DATE_PATTERN = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
TIME_PATTERN = DATE_PATTERN + r"[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?"
ZONED_PATTERN = TIME_PATTERN + "(Z|[+-][0-9]{2}(:?[0-9]{2})?)"

TYPES = (
    (WHOLE | NEGATIVE, "BIGINT"),
    (WHOLE | UNSIGNED, "UBIGINT"),
    (WHOLE | NEGATIVE | UNSIGNED | LONG, "VARCHAR"),  # no integer type holds them: an identifier, kept to the digit
    (WHOLE | NEGATIVE | UNSIGNED | LONG | DECIMAL, "DOUBLE"),
    (TRUTH, "BOOLEAN"),
    (DATE, "DATE"),
    (DATE | TIME, "TIMESTAMP"),
    (ZONED, "TIMESTAMPTZ"),
)
"""The first type whose shapes cover all shapes of a column is taken; none: text."""


@dataclass(frozen=True)
class Header:
    """The first line of a delimited file."""

    delimiter: str
    names: tuple[str, ...]


def copy_text(file: Path, copy: Path, owner: str, *, gzipped: bool) -> None:
    """Copy `file`, unpacked, to `copy`. Raises InputError if it is not UTF-8 (naming the line) or damaged."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    try:
        with gzip.open(file) if gzipped else file.open("rb") as source, copy.open("wb") as target:
            for chunk in iter(partial(source.read, CHUNK), b""):
                if b"\0" in chunk or (line == 1 and chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))):
                    raise InputError(f"{owner}: it is not text in UTF-8 but UTF-16, or not text at all. {UTF8_ADVICE}")
                decoder.decode(chunk)
                line += chunk.count(b"\n")
                target.write(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        line += error.object[: error.start].count(b"\n")
        raise InputError(
            f"{owner}, line {line:,}: it is not text in UTF-8 but in another encoding, such as Latin-1. {UTF8_ADVICE}"
        ) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(
            f"{owner}: it can't be read to its end ({error}). It is damaged or cut off; copy it again."
        ) from error


def read_header(file: Path, owner: str) -> Header:
    """The delimiter and the column names: of comma, tab, semicolon and bar, the one that splits the header most.

    Taken from the header alone: a ragged row below must be an error, not a reason to read the file another way.
    """
    headers = []
    for delimiter in DELIMITERS:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            try:
                names = next(csv.reader(handle, delimiter=delimiter), [])
            except csv.Error as error:
                raise InputError(f"{owner}, line 1: the header can't be read: {error}.") from error
        headers.append(Header(delimiter, tuple(names)))
    best = max(headers, key=lambda header: len(header.names))
    if not best.names:
        raise InputError(f"{owner}: the first line is blank. It must hold the names of the columns.")
    return best


def convert(file: Path, target: Path, owner: str) -> Converted:
    """Write the rows of `file`, a copy made by `copy_text`, to `target`.

    Each column gets the type that all its values have. Raises InputError for names we can't take, ragged rows (naming
    the line), no rows, no values, or infinite values.
    """
    header = read_header(file, owner)
    check_names(header.names, owner)
    with connect(folders=[file.parent]) as con:
        try:
            rows, query = _typed_query(con, file, header, owner)
            con.execute(f"COPY ({query}) TO {quote_text(str(target))} (FORMAT parquet, COMPRESSION zstd)").fetchall()
        except duckdb.Error as error:
            first = str(error).strip().splitlines()[0].rstrip(".").replace(str(file), owner)
            fault = _fault(file, header)
            raise InputError(f"{owner}, {fault}" if fault else f"{owner}: it can't be read: {first}.") from error
    return Converted(rows, header.names)


def _typed_query(con: duckdb.DuckDBPyConnection, file: Path, header: Header, owner: str) -> tuple[int, str]:
    table = _table(file, header)
    shapes = "".join(f", bit_or({_shape(quote_name(name))})" for name in header.names)
    rows, *found = con.execute(f"SELECT count(*){shapes} FROM {table}").fetchall()[0]
    unions = dict(zip(header.names, (shape or 0 for shape in found), strict=True))
    check_values(rows, any(unions.values()), owner, infinite=_infinite(con, table, unions))
    picked = ", ".join(f"{_cast(quote_name(name), union)} AS {quote_name(name)}" for name, union in unions.items())
    return rows, f"SELECT {picked} FROM {table}"


def _table(file: Path, header: Header) -> str:
    columns = ", ".join(f"{quote_text(name)}: 'VARCHAR'" for name in header.names)
    # new_line stays out: a wrong one makes DuckDB drop rows without an error.
    return (
        f"read_csv({quote_text(str(file))}, auto_detect = false, header = true, strict_mode = true, "
        f"delim = {quote_text(header.delimiter)}, quote = '\"', escape = '\"', "
        f"hive_partitioning = false, columns = {{{columns}}})"
    )


def _shape(column: str) -> str:
    """The bit of a cell's shape, as SQL; no bit at all for an empty cell. Cheap tests first: it runs on every cell."""
    cell = f"trim({column})"

    def like(pattern: str) -> str:
        return f"regexp_full_match({cell}, {quote_text(pattern)})"

    def fits(type_: str) -> str:
        return f"try_cast({cell} AS {type_}) IS NOT NULL"

    def one_of(words: tuple[str, ...]) -> str:
        return f"lower({cell}) IN ({', '.join(map(quote_text, words))})"

    whole = (
        f"CASE WHEN {fits('BIGINT')} THEN if({cell}[1] = '-', {NEGATIVE}, {WHOLE}) "
        f"WHEN {fits('UBIGINT')} THEN {UNSIGNED} ELSE {LONG} END"
    )
    moment = (
        f"CASE WHEN {like(DATE_PATTERN)} AND {fits('DATE')} THEN {DATE} "
        f"WHEN {like(TIME_PATTERN)} AND {fits('TIMESTAMP')} THEN {TIME} "
        f"WHEN {like(ZONED_PATTERN)} AND {fits('TIMESTAMPTZ')} THEN {ZONED} ELSE {TEXT} END"
    )
    return (
        f"CASE WHEN {column} IS NULL THEN 0 WHEN {like(WHOLE_PATTERN)} THEN {whole} "
        f"WHEN {like(DECIMAL_PATTERN)} THEN if(isinf(CAST({cell} AS DOUBLE)), {INFINITE}, {DECIMAL}) "
        f"WHEN {cell} BETWEEN '0001' AND '9999~' THEN {moment} WHEN {one_of(MISSING)} THEN {EMPTY} "
        f"WHEN {one_of(INFINITIES)} THEN {INFINITE} WHEN {one_of(('true', 'false'))} THEN {TRUTH} ELSE {TEXT} END"
    )


def _type(union: int) -> str:
    union &= ~EMPTY
    return next((type_ for shapes, type_ in TYPES if union and not union & ~shapes), "VARCHAR")


def _cast(column: str, union: int) -> str:
    type_ = _type(union)
    if type_ == "VARCHAR":
        return column
    if not union & EMPTY:
        return f"CAST(trim({column}) AS {type_})"
    missing = ", ".join(map(quote_text, MISSING))
    return f"CAST(CASE WHEN lower(trim({column})) NOT IN ({missing}) THEN trim({column}) END AS {type_})"


def _infinite(con: duckdb.DuckDBPyConnection, table: str, unions: dict[str, int]) -> dict[str, int]:
    """Infinite cells of each column that holds nothing but numbers; among other text, `inf` is a word."""
    numbers = WHOLE | NEGATIVE | UNSIGNED | LONG | DECIMAL | INFINITE | EMPTY
    names = [name for name, union in unions.items() if union & INFINITE and not union & ~numbers]
    if not names:
        return {}
    counts = ", ".join(f"count_if({_shape(quote_name(name))} = {INFINITE})" for name in names)
    return dict(zip(names, con.execute(f"SELECT {counts} FROM {table}").fetchall()[0], strict=True))


def _fault(file: Path, header: Header) -> str | None:
    """What is wrong with the rows of a file that DuckDB refused, and where; None if a second reader is content."""
    line = 1
    with file.open(encoding="utf-8-sig", newline="") as handle:
        reader = csv.reader(handle, delimiter=header.delimiter, strict=True)
        try:
            for record in reader:
                if record and len(record) != len(header.names):
                    return (
                        f"line {line:,}: {len(record)} values, but the header names {len(header.names)} columns. "
                        "Add or remove values, or put quotes around a value that holds the delimiter."
                    )
                line = reader.line_num + 1
        except csv.Error as error:
            if "field larger" in str(error):
                return (
                    f"line {line:,}: a value of more than {csv.field_size_limit():,} characters. Is a quote not closed?"
                )
            return f"line {line:,}: quotes are not paired. Write a quote inside a quoted value twice."
    with file.open("rb") as raw:
        if len({row.endswith(b"\r\n") for row in raw if row.endswith(b"\n")}) > 1:
            return "line ends: some lines end in CR LF and some in LF. Save the file with one kind of line end."
    return None
