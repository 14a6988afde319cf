"""DuckDB, locked down: it counts and evaluates, reads only the files and folders it is given, and can't be
reconfigured."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

OWN = "__trimtab_"
"""What the names of Trimtab's own columns in a query begin with; no column of a source may."""


def quote_name(name: str) -> str:
    """A column or table name as a SQL identifier.

    >>> quote_name('a"b')
    '"a""b"'
    """
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """A text as a SQL literal.

    >>> quote_text("O'Hare")
    "'O''Hare'"
    """
    return "'" + text.replace("'", "''") + "'"


def connect(
    *,
    memory_limit: str = "1GB",
    threads: int | None = None,
    folders: Sequence[Path] = (),
    files: Sequence[Path] = (),
) -> duckdb.DuckDBPyConnection:
    """An in-memory database that may read and write below `folders` and in `files` only and nowhere else.

    A link counts as what it leads to. The order matters: once external access is off nothing can be added, and once the
    configuration is locked nothing can be changed back.
    """
    con = duckdb.connect(":memory:")
    con.execute(f"SET memory_limit = {quote_text(memory_limit)}")
    if threads is not None:
        con.execute(f"SET threads = {int(threads)}")
    con.execute("SET TimeZone = 'UTC'")
    if folders:
        listed = ", ".join(quote_text(str(Path(f).resolve()) + "/") for f in folders)
        con.execute(f"SET allowed_directories = [{listed}]")
        con.execute(f"SET temp_directory = {quote_text(str(Path(folders[0]).resolve() / '.duckdb'))}")
    else:
        con.execute("SET temp_directory = ''")
    if files:
        con.execute(f"SET allowed_paths = [{', '.join(quote_text(str(Path(f).resolve())) for f in files)}]")
    # A part that occurs twice is computed once, outside of a TRY that was to guard it.
    con.execute("SET disabled_optimizers = 'common_subexpressions'")
    con.execute("SET enable_external_access = false")
    con.execute("SET lock_configuration = true")
    return con
