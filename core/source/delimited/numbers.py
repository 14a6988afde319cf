"""Numbers as people write them: with thousands, decimal commas, currency or per cent signs. A column is read so only if
every value of it is such a number, and only if it can't mean two different numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from trimtab.core.database import quote_name, quote_text

CODES = "USD|EUR|GBP|CHF|JPY|CNY|INR|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|HUF|BRL|MXN|ZAR|KRW|TRY|RUB|SGD|HKD"
CURRENCY = rf"(?:(?:US|A|C|NZ|HK|S|R)?\$|[€£¥₹₽₩₺₪฿₫₴]|{CODES}|kr|zł|Kč|Ft)"
BLANK = "[ \\x{00A0}\\x{202F}\\x{2009}]"
MINUS = "[-\\x{2212}]"
WHOLE = {
    ".": rf"(?:0|[1-9][0-9]*|[1-9][0-9]{{0,2}}(?:,[0-9]{{3}})+|[1-9][0-9]{{0,2}}(?:{BLANK}[0-9]{{3}})+"
    r"|[1-9][0-9]{0,2}(?:['’][0-9]{3})+)",
    ",": rf"(?:0|[1-9][0-9]*|[1-9][0-9]{{0,2}}(?:\.[0-9]{{3}})+|[1-9][0-9]{{0,2}}(?:{BLANK}[0-9]{{3}})+"
    r"|[1-9][0-9]{0,2}(?:['’][0-9]{3})+)",
}
GROUPED = r"-?[1-9][0-9]{0,2}\.[0-9]{3}"
"""A plain number that in a file with decimal commas is one of thousands."""


@dataclass(frozen=True)
class Written:
    """How the numbers of a column are written: the mark before fractions, whether some have one, the sign of the
    currency or per cent, and an example."""

    decimal: str
    fractions: bool
    sign: str
    example: str

    def sql(self, cell: str) -> str:
        """SQL of a cell as a DOUBLE or BIGINT; NULL for what is no such number."""
        return f"CAST({self.plain(cell)} AS {'DOUBLE' if self.fractions else 'BIGINT'})"

    def plain(self, cell: str) -> str:
        """SQL of a cell as the text of a plain number; NULL for what is no such number."""
        fits = f"regexp_full_match({cell}, {quote_text(pattern(self.decimal))})"
        bare = f"regexp_replace({cell}, {quote_text(CURRENCY)}, '', 'g')"
        negative = f"(starts_with({cell}, '(') OR regexp_matches({cell}, {quote_text(MINUS)}))"
        kept = "[^0-9.]" if self.decimal == "." else "[^0-9,]"
        digits = f"replace(regexp_replace({bare}, {quote_text(kept)}, '', 'g'), ',', '.')"
        return f"CASE WHEN {fits} THEN if({negative}, '-', '') || {digits} END"

    @property
    def word(self) -> str:
        """What a person must be told."""
        sign = f", {self.sign} left out" if self.sign else ""
        return f"read as numbers with a decimal `{self.decimal}`{sign}, such as {self.example!r}"


def pattern(decimal: str) -> str:
    """The regular expression (RE2) of a written number with this mark before fractions."""
    number = rf"{WHOLE[decimal]}(?:{'[.]' if decimal == '.' else ','}[0-9]+)?"
    signed = rf"(?:{MINUS}{BLANK}?)?(?:{CURRENCY}{BLANK}?)?{MINUS}?{number}(?:{BLANK}?(?:{CURRENCY}|%))?"
    return rf"{signed}|\({CURRENCY}?{number}{BLANK}?(?:{CURRENCY}|%)?\)"


def written_numbers(
    con: duckdb.DuckDBPyConnection,
    table: str,
    columns: Sequence[str],
    missing: Sequence[str],
    *,
    plain: Mapping[str, bool],
    decimal: str | None = None,
) -> tuple[dict[str, Written], list[str]]:
    """How the numbers of those `columns` of a table of texts are written that hold nothing but such, and the columns
    that can be read in two ways, which are left alone.

    `plain` are the columns of plain numbers with fractions, and whether each of these has three digits: they tell the
    mark of the file, or are numbers of thousands themselves. `decimal` is the mark if a person said it.
    """
    looked = {name: _look(con, table, name, missing) for name in columns}
    seen = {name: one for name, one in looked.items() if one is not None}
    sure = {one.decimal for one in seen.values() if one.decimal} | {"." for grouped in plain.values() if not grouped}
    mark = decimal or (sure.pop() if len(sure) == 1 else "")
    written, unsure = {}, []
    for name, one in seen.items():
        chosen = decimal or one.decimal or (mark if one.differs else ".")
        if not chosen:
            unsure.append(name)
        elif one.points if chosen == "." else one.commas:
            written[name] = Written(chosen, one.fractions[chosen], one.sign, one.example)
    for name, grouped in plain.items():
        if mark == "," and grouped:
            example = con.execute(f"SELECT min({quote_name(name)}) FROM {table}").fetchall()[0][0]
            written[name] = Written(",", False, "", str(example))
    return written, unsure


@dataclass(frozen=True)
class _Seen:
    """What a column of written numbers shows: whether all fit each mark, and whether that makes a difference."""

    points: bool
    commas: bool
    differs: bool
    fractions: Mapping[str, bool]
    sign: str
    example: str

    @property
    def decimal(self) -> str:
        """The mark, if only one fits."""
        if self.points == self.commas:
            return ""
        return "." if self.points else ","


def _look(con: duckdb.DuckDBPyConnection, table: str, name: str, missing: Sequence[str]) -> _Seen | None:
    column = quote_name(name)
    words = ", ".join(map(quote_text, missing)) or "''"
    cells = f"SELECT DISTINCT trim({column}) AS cell FROM {table} WHERE lower(trim({column})) NOT IN ({words})"
    points, commas = (f"regexp_full_match(cell, {quote_text(pattern(mark))})" for mark in ".,")
    # Few values tell of nearly every column that it is none, and regular expressions are slow.
    first = con.execute(f"SELECT count(*), count_if({points} OR {commas}) FROM ({cells} LIMIT 50)").fetchall()[0]
    if not first[0] or first[0] != first[1]:
        return None
    sign = f"regexp_extract(cell, {quote_text(CURRENCY + '|%')})"
    total, by_point, by_comma, differing, with_point, with_comma, per_cent, signs, example = con.execute(
        f"SELECT count(*), count_if({points}), count_if({commas}), "
        f"count_if({points} AND {commas} AND regexp_matches(cell, '[.,]')), "
        "count_if(contains(cell, '.')), count_if(contains(cell, ',')), "
        f"count_if(contains(cell, '%') OR cell = '0'), list(DISTINCT {sign}) FILTER ({sign} <> ''), min(cell) "
        f"FROM ({cells})"
    ).fetchall()[0]
    signs = signs or []
    mixed = len(signs) > 1 or ("%" in signs and per_cent < total)
    if mixed or total not in (by_point, by_comma):
        return None
    fractions = {".": with_point > 0, ",": with_comma > 0}
    return _Seen(by_point == total, by_comma == total, differing > 0, fractions, (signs or [""])[0], str(example))
