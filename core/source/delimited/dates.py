"""Dates as people write them, read only in a form that a person says: 03/04/2024 is in March or in April."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import duckdb

from trimtab.core.database import quote_name, quote_text
from trimtab.core.errors import InputError

FORMS = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%d %b %Y")
"""Forms that are offered; any other of strptime's can be said."""
HINTED = FORMS[:7]
"""Those that a column of text can be seen to have."""
LIKE = r"[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4}"


def dated_columns(
    con: duckdb.DuckDBPyConnection,
    table: str,
    columns: Mapping[str, str],
    missing: Sequence[str],
    form: str,
    owner: str,
) -> list[str]:
    """Those of the columns (with their names) in which every value is a date of this form. Raises InputError if none
    is."""
    found = [cell for cell in columns if _fits(con, table, cell, missing, form)]
    if columns and not found:
        raise InputError(f"{owner}: dates: no column holds dates of the form {form} only.")
    return found


def date_sql(cell: str, form: str) -> str:
    """SQL of a cell as a DATE, or as a TIMESTAMP if the form names a time."""
    timed = any(sign in form for sign in ("%H", "%M", "%S", "%f"))
    return f"CAST(strptime({cell}, {quote_text(form)}) AS {'TIMESTAMP' if timed else 'DATE'})"


def date_hints(
    con: duckdb.DuckDBPyConnection, table: str, columns: Iterable[str], missing: Sequence[str]
) -> dict[str, list[str]]:
    """The forms of which all values of a column of text are dates, for each column that has one."""
    found = {}
    for cell in columns:
        column, words = f"trim({quote_name(cell)})", ", ".join(map(quote_text, missing)) or "''"
        some = con.execute(
            f"SELECT count(*), count_if(regexp_full_match(c, {quote_text(LIKE)})) FROM (SELECT DISTINCT {column} AS c "
            f"FROM {table} WHERE lower({column}) NOT IN ({words}) LIMIT 50)"
        ).fetchall()[0]
        if some[0] and some[0] == some[1]:
            forms = [form for form in HINTED if _fits(con, table, cell, missing, form)]
            if forms:
                found[cell] = forms
    return found


def _fits(con: duckdb.DuckDBPyConnection, table: str, cell: str, missing: Sequence[str], form: str) -> bool:
    column, words = f"trim({quote_name(cell)})", ", ".join(map(quote_text, missing)) or "''"
    moment = f"try_strptime({column}, {quote_text(form)})"
    filled, right = con.execute(
        f"SELECT count(*), count_if({moment} BETWEEN TIMESTAMP '0001-01-01' AND TIMESTAMP '9999-12-31 23:59:59') "
        f"FROM (SELECT DISTINCT {quote_name(cell)} FROM {table}) WHERE lower({column}) NOT IN ({words})"
    ).fetchall()[0]
    return bool(filled and filled == right)
