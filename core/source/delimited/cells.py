"""A type for each column of a table of texts, by rules one can state.

Nothing is guessed: DuckDB's own guesses turn yes/no into true/false, `Infinity` into a date and 0x10 into 16, and
choose between day/month and month/day without a word. Here a column gets a type only if *every* value has the shape of
that type, and is text otherwise, so nothing is changed by being read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from trimtab.core.database import connect, quote_name, quote_text
from trimtab.core.errors import InputError
from trimtab.core.source.checks import check_names, check_values
from trimtab.core.source.converted import Converted
from trimtab.core.source.delimited.dates import date_hints, date_sql, dated_columns
from trimtab.core.source.delimited.dialect import OPEN, Dialect
from trimtab.core.source.delimited.numbers import GROUPED, Written, written_numbers
from trimtab.core.source.delimited.odd_rows import check_rows
from trimtab.core.source.delimited.rows import Texts
from trimtab.core.source.delimited.words import MISSING

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


@dataclass
class Cells:
    """What the cells of the columns look like: by column the union of their bits, the words for missing that occur, and
    how numbers and dates are written. `used` are the words that mean missing in all columns of the file."""

    missing: tuple[str, ...]
    unions: dict[str, int]
    words: dict[str, tuple[str, ...]]
    written: dict[str, Written] = field(default_factory=dict)
    dated: dict[str, str] = field(default_factory=dict)
    used: tuple[str, ...] = ()


def convert(texts: Texts, target: Path, owner: str, said: Dialect = OPEN) -> Converted:
    """Write the rows of a delimited file to `target`, each column with the type that all its values have.

    Raises InputError for names we can't take, no rows, no values, or infinite values.
    """
    with connect(folders=[texts.path.parent]) as con:
        table = f"read_parquet({quote_text(str(texts.path))})"
        try:
            places, left = _columns(con, table, texts, owner)
            found, notes = look_at(con, table, places, owner, said, words=texts.words)
            filled = any(found.unions.values())
            check_values(texts.rows, filled, owner, infinite=_infinite(con, table, found, places))
            if texts.loose:
                words = [cell for cell in places if _is_text(cell, found) and found.unions[cell] & TEXT]
                check_rows(con, table, places, words, owner, said)
            picked = ", ".join(f"{_cast(cell, found)} AS {quote_name(name)}" for cell, name in places.items())
            query = f"SELECT {picked} FROM {table}"
            con.execute(f"COPY ({query}) TO {quote_text(str(target))} (FORMAT parquet, COMPRESSION zstd)").fetchall()
        except duckdb.Error as error:
            first = str(error).strip().splitlines()[0].rstrip(".").replace(str(texts.path), owner)
            raise InputError(f"{owner}: it can't be read: {first}.") from error
    return Converted(texts.rows, tuple(places.values()), (*texts.notes, *left, *notes), _recognised(texts, found))


def _recognised(texts: Texts, found: Cells) -> dict[str, Any]:
    """How the file is written, by the fields of a `Dialect`, as far as there is a sign of it in the file."""
    marks = {one.decimal for one in found.written.values()}
    seen = {"decimal": marks.pop() if len(marks) == 1 else None, "missing": list(found.used) or None}
    return {**texts.found, **{name: value for name, value in seen.items() if value is not None}}


def look_at(
    con: duckdb.DuckDBPyConnection,
    table: str,
    places: Mapping[str, str],
    owner: str,
    said: Dialect,
    *,
    words: Collection[str] = (),
) -> tuple[Cells, list[str]]:
    """What the cells of a table of texts look like, and what a person must be told of it. `places`: the columns of the
    table, with the names that people know them by; `words`: those that hold texts, whatever they look like."""
    missing = MISSING if said.missing is None else tuple({"", *(word.strip().lower() for word in said.missing)})
    found = Cells(missing, {}, {})
    listed = ", ".join(map(quote_text, missing))
    for cell in places:
        column = quote_name(cell)
        shape, word = _shape("cell", missing), "lower(trim(cell))"
        union, missed = con.execute(
            f"SELECT bit_or({shape}), list_sort(list(DISTINCT {word}) FILTER ({word} IN ({listed})))"
            f" FROM (SELECT DISTINCT {column} AS cell FROM {table})"
        ).fetchall()[0]
        found.unions[cell] = _of_words(union or 0) if cell in words else union or 0
        found.words[cell] = () if cell in words and said.missing is None else tuple(missed or ())
    if said.dates is not None:
        may = {cell: name for cell, name in places.items() if _type(found.unions[cell]) in ("VARCHAR", "BIGINT")}
        found.dated = dict.fromkeys(dated_columns(con, table, may, missing, said.dates, owner), said.dates)
    unsure = [] if said.numbers == "plain" else _find_written(con, table, found, said)
    typed = [cell for cell in places if not _is_text(cell, found)]
    used = {word for cell in typed for word in found.words[cell]} if said.missing is None else set(missing)
    found.used = tuple(sorted(used - {""})) + (("",) if said.missing is not None and "" in said.missing else ())
    return found, _told(con, table, places, found, unsure, said)


def _of_words(union: int) -> int:
    """The shapes of a column that holds texts: those of dates if it has no others, else text."""
    dates = DATE | TIME | ZONED | EMPTY
    return union if not union & ~dates else TEXT | union & EMPTY


def _find_written(con: duckdb.DuckDBPyConnection, table: str, found: Cells, said: Dialect) -> list[str]:
    no_number = DATE | TIME | ZONED | TRUTH
    texts = [c for c, union in found.unions.items() if union & TEXT and not union & no_number and c not in found.dated]
    plain = {}
    for cell, union in found.unions.items():
        if _type(union) == "DOUBLE":
            column = f"trim({quote_name(cell)})"
            match, marked = f"regexp_full_match({column}, {quote_text(GROUPED)})", f"contains({column}, '.')"
            some = [f"EXISTS (FROM {table} WHERE {marked} AND {wanted})" for wanted in (f"NOT {match}", match)]
            otherwise = con.execute(f"SELECT {some[0]}").fetchall()[0][0]  # most files say so in their first rows
            plain[cell] = not otherwise and bool(con.execute(f"SELECT {some[1]}").fetchall()[0][0])
    found.written, unsure = written_numbers(con, table, texts, found.missing, plain=plain, decimal=said.decimal)
    return unsure


def _told(
    con: duckdb.DuckDBPyConnection,
    table: str,
    places: Mapping[str, str],
    found: Cells,
    unsure: Sequence[str],
    said: Dialect,
) -> list[str]:
    """Sentences on what was read in a way that the file alone does not settle."""
    notes = []
    if said.missing is None:
        for word in found.used:
            where = [places[cell] for cell, words in found.words.items() if word in words]
            notes.append(f"{word!r} is read as missing, in {_listed(where)} (--missing)")
    for cell, one in found.written.items():
        notes.append(f"`{places[cell]}` is {one.word} (--decimal, --numbers plain)")
    for cell in unsure:
        notes.append(
            f"`{places[cell]}` is left as text: its numbers have one mark, which may stand before fractions or between "
            "thousands (--decimal)"
        )
    if said.dates is None:
        for cell, forms in date_hints(con, table, [c for c in places if _is_text(c, found)], found.missing).items():
            notes.append(
                f"`{places[cell]}` holds dates, and is text until their form is said (--dates {' or '.join(forms)})"
            )
    blank = [cell for cell in places if "" in found.words[cell] and _is_text(cell, found) and "" not in found.used]
    for cell in blank:
        column = quote_name(cell)
        rows = con.execute(f"SELECT count_if({column} = '') FROM {table}").fetchall()[0][0]
        if rows:
            notes.append(
                f"`{places[cell]}` has an empty text in quotes in {rows:,} rows, a level of its own (--missing '' "
                "reads it as missing)"
            )
    return notes


def _listed(names: Sequence[str], shown: int = 5) -> str:
    more = f" and {len(names) - shown} more columns" if len(names) > shown else ""
    return ", ".join(f"`{name}`" for name in names[:shown]) + more


def _columns(con: duckdb.DuckDBPyConnection, table: str, texts: Texts, owner: str) -> tuple[dict[str, str], list[str]]:
    """The columns that are taken, with their names, and what is told of the others: row numbers and columns of nothing
    that have no name."""
    names = texts.names
    places = {f"c{i}": name for i, name in enumerate(names)}
    left = []
    for i, name in enumerate(names):
        if name.strip() or not texts.rows:
            continue
        cell = quote_name(f"c{i}")
        if i == 0 and len(names) > 1 and _are_row_numbers(con, table, cell):
            left.append("the first column, which has no name, holds row numbers and is left out")
            del places[f"c{i}"]
        elif not con.execute(f"SELECT count(nullif(trim({cell}), '')) FROM {table}").fetchall()[0][0]:
            left.append(f"column {i + 1}, which has neither name nor value, is left out")
            del places[f"c{i}"]
    check_names(list(places.values()) or names, owner)
    return places, left


def _are_row_numbers(con: duckdb.DuckDBPyConnection, table: str, cell: str) -> bool:
    """Whether a column counts the rows, from 0 or from 1."""
    place = f"TRY_CAST({cell} AS BIGINT) - row_number() OVER ()"
    query = f"SELECT min(d), max(d), count(d) = count(*) FROM (SELECT {place} AS d FROM {table})"
    low, high, all_ = con.execute(query).fetchall()[0]
    return bool(all_ and low == high and low in (-1, 0))


def _shape(column: str, missing: Sequence[str]) -> str:
    """The bit of a cell's shape, as SQL; no bit at all for a missing cell. Cheap tests first: it runs on every cell."""
    cell = f"trim({column})"

    def like(pattern: str) -> str:
        return f"regexp_full_match({cell}, {quote_text(pattern)})"

    def fits(type_: str) -> str:
        return f"try_cast({cell} AS {type_}) IS NOT NULL"

    def one_of(words: Sequence[str]) -> str:
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
    # A number can be a word for missing only where a person says so.
    numbers = [word for word in missing if word[:1].isdigit() or word[1:2].isdigit()]
    first = f"WHEN {one_of(numbers)} THEN {EMPTY} " if numbers else ""
    return (
        f"CASE WHEN {column} IS NULL THEN 0 {first}WHEN {like(WHOLE_PATTERN)} THEN {whole} "
        f"WHEN {like(DECIMAL_PATTERN)} THEN if(isinf(CAST({cell} AS DOUBLE)), {INFINITE}, {DECIMAL}) "
        f"WHEN {cell} BETWEEN '0001' AND '9999~' THEN {moment} WHEN {one_of(missing)} THEN {EMPTY} "
        f"WHEN {one_of(INFINITIES)} THEN {INFINITE} WHEN {one_of(('true', 'false'))} THEN {TRUTH} ELSE {TEXT} END"
    )


def _type(union: int) -> str:
    union &= ~EMPTY
    return next((type_ for shapes, type_ in TYPES if union and not union & ~shapes), "VARCHAR")


def _is_text(cell: str, found: Cells) -> bool:
    return cell not in found.written and cell not in found.dated and _type(found.unions[cell]) == "VARCHAR"


def _cast(cell: str, found: Cells) -> str:
    column, text = quote_name(cell), _is_text(cell, found)
    words = [word for word in (found.used if text else found.missing) if word in found.words[cell]]
    if words:
        missing = ", ".join(map(quote_text, words))
        value = f"CASE WHEN lower(trim({column})) NOT IN ({missing}) THEN {column} END"
    else:
        value = column
    if text:
        return value
    if cell in found.dated:
        return date_sql(f"trim({value})", found.dated[cell])
    if cell in found.written:
        return found.written[cell].sql(f"trim({value})")
    return f"CAST(trim({value}) AS {_type(found.unions[cell])})"


def _infinite(con: duckdb.DuckDBPyConnection, table: str, found: Cells, places: Mapping[str, str]) -> dict[str, int]:
    """Infinite cells of each column that holds nothing but numbers; among other text, `inf` is a word."""
    numbers = WHOLE | NEGATIVE | UNSIGNED | LONG | DECIMAL | INFINITE | EMPTY
    cells = [cell for cell, union in found.unions.items() if union & INFINITE and not union & ~numbers]
    if not cells:
        return {}
    counts = ", ".join(f"count_if({_shape(quote_name(cell), found.missing)} = {INFINITE})" for cell in cells)
    counted = con.execute(f"SELECT {counts} FROM {table}").fetchall()[0]
    return {places[cell]: int(count) for cell, count in zip(cells, counted, strict=True)}
