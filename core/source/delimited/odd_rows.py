"""Rows of a text file that are none: the names again, another table below, a sum or a footnote at the end. They would
turn columns of numbers into text, or stand among the rows, so a file that has them is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from trimtab.core.database import quote_name, quote_text
from trimtab.core.errors import InputError
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.source.delimited.header import SHAPED
from trimtab.core.source.delimited.words import MISSING

RARE = 0.02
"""The share of rows up to which words among numbers are odd."""
ENDS = 3
"""So many rows at either end may be titles or footnotes."""
ENOUGH = 4
"""Numbers that a column must have, at the least, for a word at its end to be odd."""
LOOKED_AT = 20
"""Rows at the end that a last row is compared with."""
MOST_ROWS = 100_000
"""Tables of more rows come from programs, which write neither sums nor footnotes, and one table a file."""
TOTALS = (
    *("total", "totals", "grand total", "sub total", "subtotal", "sum", "sums", "average", "mean", "median", "count"),
    *("summe", "gesamt", "insgesamt", "mittelwert", "somme", "totale"),
)
"""What begins a row of sums."""
SHAPED_SQL = SHAPED.pattern.replace(r"\u00a0", r"\x{00A0}").replace(r"\u202f", r"\x{202F}")


@dataclass(frozen=True)
class _Mixed:
    """A column of numbers or dates, and words: how many of each, and the first and last row that has one."""

    name: str
    odd: str
    words: int
    numbers: int
    words_at: tuple[int, int]
    numbers_at: tuple[int, int]

    @property
    def few(self) -> bool:
        """Whether its words are so few that they are no values of it."""
        return self.words <= ENDS and self.numbers >= ENOUGH

    @property
    def border(self) -> int:
        """The row with which words or numbers begin and the others end; 0 if there is none."""
        if self.numbers_at[1] < self.words_at[0]:
            return self.words_at[0]
        return self.numbers_at[0] if self.words_at[1] < self.numbers_at[0] else 0


def check_rows(
    con: duckdb.DuckDBPyConnection,
    table: str,
    places: Mapping[str, str],
    texts: Sequence[str],
    owner: str,
    said: Dialect,
) -> None:
    """Raise InputError for rows that are none. `places`: the columns of a table of texts, with their names; `texts`:
    those that hold words, maybe among numbers."""
    if len(places) > 1:
        _check_names_again(con, table, places, owner)
    mixed = [one for cell in texts if (one := _mixed(con, table, cell, places[cell])) is not None]
    if said.header is None:
        _check_no_second_header(con, table, mixed, owner)
        _check_no_other_table(mixed, owner)
        _check_no_comments(con, table, next(iter(places)), owner)
    rows = con.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0]
    if rows > MOST_ROWS:
        return
    if said.header is None:
        words = [cell for cell in texts if places[cell] not in {one.name for one in mixed}]
        _check_no_second_names(con, table, words, mixed, rows, owner)
        _check_first(mixed, owner)
    if said.footer is None:
        _check_last(mixed, owner)
        _check_no_total(con, table, places, rows, owner)


def _check_names_again(con: duckdb.DuckDBPyConnection, table: str, places: Mapping[str, str], owner: str) -> None:
    same = " AND ".join(f"{quote_name(cell)} = {quote_text(name)}" for cell, name in places.items() if name)
    again = con.execute(f"SELECT count(*) FROM {table} WHERE {same}").fetchall()[0][0] if same else 0
    if again:
        raise InputError(
            f"{owner}: the names of the columns come again in {again:,} rows. These are several tables in one file: "
            "give each a file of its own."
        )


def _mixed(con: duckdb.DuckDBPyConnection, table: str, cell: str, name: str) -> _Mixed | None:
    """What a column has of numbers and words; None if it has but one of both."""
    column, missing = f"trim({quote_name(cell)})", ", ".join(map(quote_text, MISSING))
    filled, shaped = f"lower({column}) NOT IN ({missing})", _shaped(column)
    kinds = con.execute(
        f"SELECT count_if({shaped}), count_if(NOT {shaped}) "
        f"FROM (SELECT DISTINCT {quote_name(cell)} FROM {table}) WHERE {filled}"
    ).fetchall()[0]
    if not all(kinds):
        return None
    words, *words_at, numbers, first, last = con.execute(
        f"SELECT count_if(NOT {shaped}), min(n) FILTER (NOT {shaped}), max(n) FILTER (NOT {shaped}), "
        f"count_if({shaped}), min(n) FILTER ({shaped}), max(n) FILTER ({shaped}) "
        f"FROM (SELECT row_number() OVER () AS n, {quote_name(cell)} FROM {table}) WHERE {filled}"
    ).fetchall()[0]
    odd = f"coalesce({filled} AND NOT {shaped}, false)"
    return _Mixed(name, odd, words, numbers, (words_at[0], words_at[1]), (first, last))


def _shaped(column: str) -> str:
    """SQL that is true for a number, a date or a time."""
    return f"regexp_full_match({column}, {quote_text(SHAPED_SQL)}, 'i')"


def _check_no_second_header(con: duckdb.DuckDBPyConnection, table: str, mixed: Sequence[_Mixed], owner: str) -> None:
    """Rows that have words in two or more columns which otherwise hold numbers or dates: the names of another table."""
    rare = [one for one in mixed if one.words <= max(1, (one.words + one.numbers) * RARE)]
    if len(rare) < 2:
        return
    odd = " + ".join(f"{one.odd}::INTEGER" for one in rare)
    first, many = con.execute(
        f"SELECT min(n), arg_min(odd, n) FROM (SELECT row_number() OVER () AS n, {odd} AS odd FROM {table})"
        " WHERE odd > 1"
    ).fetchall()[0]
    if first is not None:
        raise InputError(
            f"{owner}: row {first:,} has words in {many} columns that otherwise hold numbers or dates, like the "
            "names of another table. Give each table a file of its own; if it is a row, say so with --header 1"
        )


def _check_no_second_names(
    con: duckdb.DuckDBPyConnection, table: str, words: Sequence[str], mixed: Sequence[_Mixed], rows: int, owner: str
) -> None:
    """A row whose value in every column of few words stands nowhere else, and which has a word wherever a column has
    but one among numbers: the names of another table."""
    single = [one for one in mixed if one.words == 1 and one.numbers >= ENOUGH]
    rare = {one.words_at[0] for one in single}
    few = 0
    numbered = f"(SELECT row_number() OVER () AS n, * FROM {table})"
    for cell in words:
        column = quote_name(cell)
        distinct, alone = con.execute(
            f"SELECT count(*), list(n) FILTER (many = 1 AND NOT {_shaped(column)}) "
            f"FROM (SELECT {column}, min(n) AS n, count(*) AS many FROM {numbered} WHERE {column} <> '' GROUP BY ALL)"
        ).fetchall()[0]
        if 2 <= distinct <= rows / 3:
            found = set(alone or ())
            rare = rare & found if few or single else found
            few += 1
            if not rare:
                return
    if len(rare) == 1 and few + len(single) > 1 and len({one.words_at[0] for one in single}) <= 1:
        raise InputError(
            f"{owner}: row {rare.pop():,} has a value of its own in every column of words, like the names of another "
            "table. Give each table a file of its own; if it is a row, say so with --header 1"
        )


def _check_no_comments(con: duckdb.DuckDBPyConnection, table: str, cell: str, owner: str) -> None:
    """Rows that are comments, as long as the others by chance."""
    column = quote_name(cell)
    comment = f"regexp_matches({column}, '^(#|//) ')"
    total, many = con.execute(f"SELECT count(*), count_if({comment}) FROM {table}").fetchall()[0]
    if 0 < many <= max(1, total * RARE):
        raise InputError(
            f"{owner}: {many:,} rows begin with # or //, like comments. Take them out; if they are rows, say so with "
            "--header 1"
        )


def _check_no_other_table(mixed: Sequence[_Mixed], owner: str) -> None:
    """Columns that all turn from numbers to words, or from words to numbers, with the same row."""
    borders = [one.border for one in mixed if one.border]
    for border in sorted(set(borders)):
        if borders.count(border) > 1:
            raise InputError(
                f"{owner}: with row {border:,}, {borders.count(border)} columns turn from numbers to words or from "
                "words to numbers, as if another table began. Give each table a file of its own; if it is one, say so "
                "with --header 1"
            )


def _check_first(mixed: Sequence[_Mixed], owner: str) -> None:
    for one in mixed:
        if one.few and one.words_at[1] < one.numbers_at[0]:
            raise InputError(
                f"{owner}: row {one.words_at[1]:,} has a word in `{one.name}`, which below it holds numbers or dates, "
                "as if the names of the columns were there. Say in which line they are: --header, and how many lines "
                "they take: --header-rows"
            )


def _check_last(mixed: Sequence[_Mixed], owner: str) -> None:
    for one in mixed:
        if one.few and one.numbers_at[1] < one.words_at[0]:
            raise InputError(
                f"{owner}: row {one.words_at[0]:,}, at the end, has a word in `{one.name}`, which above it holds "
                f"numbers or dates, as a sum or a footnote does. Leave it out with --footer {one.words}; if it is a "
                "row, give --footer 0"
            )


def _check_no_total(
    con: duckdb.DuckDBPyConnection, table: str, places: Mapping[str, str], rows: int, owner: str
) -> None:
    """A last row that says that it is a sum, or has but its first cell where other rows have more."""
    columns = [f"nullif(trim({quote_name(cell)}), '')" for cell in places]
    counted = " + ".join(f"({column} IS NOT NULL)::INTEGER" for column in columns)
    tail = f"(SELECT * FROM {table} OFFSET {max(0, rows - LOOKED_AT)})"
    last = [row for row in con.execute(f"SELECT {counted}, {', '.join(columns)} FROM {tail}").fetchall() if row[0]]
    if len(last) < 2:
        return
    filled, *cells = last[-1]
    first = next(cell for cell in cells if cell)
    word = first.lower().strip(" :.")
    column = columns[cells.index(first)]
    again = con.execute(f"SELECT count(*) FROM {table} WHERE {column} = {quote_text(first)}").fetchall()[0][0]
    # In two columns, a value that is missing is no rarity.
    sure = len(last) > 2 * ENOUGH if len(cells) > 2 else len(last) == LOOKED_AT and not first.isalnum()
    lonely = sure and filled == 1 and first == cells[0] and all(row[0] > 1 for row in last[:-ENDS])
    if again == 1 and (word in TOTALS or lonely):
        what = "is a sum, as its first word says" if word in TOTALS else "has a value in its first column only"
        raise InputError(
            f"{owner}: the last row ({first!r}) {what}. Leave it out with --footer 1; if it is a row, give --footer 0"
        )
