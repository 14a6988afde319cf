"""The console: one read-only SQL query over a few data sets, with limits on time, memory and what it may name."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import duckdb
import pyarrow as pa
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from trimtab.core.database import connect, quote_name, quote_text
from trimtab.core.errors import InputError, nearest
from trimtab.core.scratch import TEMPORARY, scratch

SOURCE, COMBINED = "source", "combined"
SECONDS = 10.0
"""Time a query may take."""
MEMORY = "1GB"
KEPT_ROWS = 100_000
"""Rows of a result that are kept; the others are only counted."""
KEPT_BYTES = 100_000_000
"""Size of a result that is kept."""
LONGEST_QUERY = 20_000
"""Characters of a query."""
BATCH_ROWS = 10_000
OWNER = "Query"
TELLING = {"current_setting", "currval", "getenv", "getvariable", "nextval", "write_log"}
"""Functions that tell of the server, or change something."""
SWELLING = {
    "array_resize", "bitstring", "format", "generate_series", "left_pad", "list_resize", "lpad", "pad", "printf",
    "range", "repeat", "right_pad", "rpad",
}  # fmt: skip
"""Functions that make a value of any size at once: neither the time nor the memory that takes can be limited."""
READING = ("duckdb_", "glob", "parquet_", "pg_", "pragma_", "query", "read_", "sniff_")
"""Beginnings of the names of functions that read files or tell of the server."""
CTE_NAME = re.compile(r"[a-z_][a-z0-9_]*", re.IGNORECASE)
PLAIN = ("VARCHAR", "BOOLEAN", "DATE", "TIME", "TIMESTAMP", "FLOAT", "DOUBLE", "DECIMAL", "ENUM")
WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
WIDE = ("HUGEINT", "UHUGEINT")


@dataclass(frozen=True, eq=False)
class Result:
    """What a query gives: the first of its `rows` as a `table`, and how long it took in `seconds`.

    Values of types that a spreadsheet does not know, such as lists, are texts in it.
    """

    table: pa.Table
    rows: int
    seconds: float

    @property
    def complete(self) -> bool:
        """Whether the table has all rows."""
        return bool(self.table.num_rows == self.rows)


def run_query(
    text: str, views: Mapping[str, Path], *, seconds: float = SECONDS, memory: str = MEMORY, kept: int = KEPT_ROWS
) -> Result:
    """Run one SELECT over `views`, Parquet files by name; with more than one there is `combined` too if `views` has it
    not: see `combined_of`.

    Raises InputError for a query that is not one SELECT over these views, that DuckDB refuses, or that needs more than
    `seconds` or `memory`.
    """
    names = (*views, *((COMBINED,) if combined_of(views) else ()))
    sql = checked(text, names)
    begun = time.monotonic()
    with (
        scratch(None, TEMPORARY) as folder,
        connect(memory_limit=memory, folders=[folder], files=list(views.values())) as con,
    ):
        stop = threading.Timer(seconds, con.interrupt)
        try:
            stop.start()
            _create_views(con, views, folder)
            table, rows = _read(con, sql, kept)
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            raise InputError(f"{OWNER}: {_reason(str(error), seconds, memory)}") from error
        finally:
            stop.cancel()
    return Result(table, rows, time.monotonic() - begun)


def combined_of(views: Mapping[str, Path]) -> tuple[str, ...]:
    """The views that `combined` puts together: the source, and the generated rows or else those of the design."""
    other = next((name for name in ("generated", "design") if name in views), None)
    return (SOURCE, other) if other and SOURCE in views else ()


def checked(text: str, names: tuple[str, ...]) -> str:
    """The SQL that is run for what was typed. Raises InputError unless it is one SELECT over the views `names`."""
    if len(text) > LONGEST_QUERY:
        raise InputError(f"{OWNER}: it has {len(text):,} characters, and {LONGEST_QUERY:,} can be read.")
    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of what is refused here anyway
    try:
        trees = [tree for tree in sqlglot.parse(text, dialect="duckdb") if tree is not None]
    except (SqlglotError, RecursionError) as error:
        raise InputError(f"{OWNER}: it can't be read: {_parse_fault(error)}") from error
    if not trees:
        raise InputError(f"{OWNER}: it is empty. Try `SELECT * FROM {names[0]} LIMIT 10`.")
    if len(trees) > 1:
        raise InputError(f"{OWNER}: one statement at a time, got {len(trees)}.")
    tree = trees[0]
    if not isinstance(tree, exp.Select | exp.SetOperation | exp.Subquery):
        word = text.split()[0].upper()
        raise InputError(f"{OWNER}: only SELECT is allowed, and it begins with `{word}`; the data can't be changed.")
    _check_parts(tree, names)
    sql = tree.sql(dialect="duckdb", comments=False)
    # The parser and DuckDB must agree on what this is.
    try:
        kinds = [one.type for one in duckdb.extract_statements(sql)]
    except duckdb.Error as error:
        raise InputError(f"{OWNER}: {_sentence(str(error))}") from error
    if kinds != [duckdb.StatementType.SELECT]:
        raise InputError(f"{OWNER}: only one SELECT is allowed; the data can't be changed.")
    return sql


def _check_parts(tree: exp.Expr, names: tuple[str, ...]) -> None:
    known = {name.lower() for name in names}
    known |= {one.alias.lower() for one in tree.find_all(exp.CTE)}
    for node in tree.walk():
        if isinstance(node, exp.Into):
            raise InputError(f"{OWNER}: SELECT … INTO would make a table; the data can't be changed.")
        if isinstance(node, exp.Parameter | exp.Placeholder):
            raise InputError(f"{OWNER}: parameters such as `{node.sql('duckdb')}` are not allowed; write the value.")
        if isinstance(node, exp.DML | exp.DDL | exp.Command) and not isinstance(node, exp.Query):
            raise InputError(f"{OWNER}: only SELECT is allowed; the data can't be changed.")
        if isinstance(node, exp.Table):
            _check_table(node, names, known)
        elif isinstance(node, exp.Lateral) and not isinstance(node.this, exp.Subquery | exp.Unnest):
            raise InputError(f"{OWNER}: `{node.sql('duckdb')}` is not allowed; only a sub-query may be LATERAL.")
        elif isinstance(node, exp.Func) and (
            _function(node) in TELLING | SWELLING or _function(node).startswith(READING)
        ):
            raise InputError(f"{OWNER}: the function `{_function(node)}` is not allowed.")
        if isinstance(node, exp.CTE) and not CTE_NAME.fullmatch(node.alias):  # a file's name would else hide in one
            raise InputError(f"{OWNER}: `{node.alias}` is no name for a part of a query; use letters, digits and _.")


def _check_table(node: exp.Table, names: tuple[str, ...], known: set[str]) -> None:
    if not isinstance(node.this, exp.Identifier):
        shown = node.this.sql("duckdb").partition("(")[0].lower()
        raise InputError(f"{OWNER}: the table function `{shown}` is not allowed; ask {', '.join(names)}.")
    if node.db or node.catalog or node.name.lower() not in known:
        where = ".".join(part.name for part in node.parts)
        raise InputError(f"{OWNER}: there is no table `{where}`.{nearest(node.name, names)}")


def _function(node: exp.Func) -> str:
    return (node.name if isinstance(node, exp.Anonymous) else node.sql_name()).lower()


@cache
def _plain(type_: str) -> bool:
    return type_ in WIDE or (type_.startswith((*PLAIN, *WHOLE)) and "[" not in type_)


def _create_views(con: duckdb.DuckDBPyConnection, views: Mapping[str, Path], work: Path) -> None:
    for number, (name, path) in enumerate(views.items()):
        link = work / f"{number}.parquet"  # a name of our own: in a path DuckDB takes some signs as patterns
        link.symlink_to(path.resolve())
        table = f"read_parquet({quote_text(str(link))}, hive_partitioning = false)"
        con.execute(f"CREATE VIEW {quote_name(name)} AS SELECT * FROM {table}")
    parts = combined_of(views)
    if not parts:
        return
    columns = {name: {str(row[0]) for row in con.execute(f"DESCRIBE {quote_name(name)}").fetchall()} for name in parts}
    # What is generated tells where a row comes from; then the real rows tell it too.
    origin = ", 'real' AS _origin" if "_origin" in columns[parts[1]] - columns[SOURCE] else ""
    con.execute(
        f"CREATE VIEW {COMBINED} AS SELECT *{origin} FROM {quote_name(SOURCE)} "
        f"UNION ALL BY NAME SELECT * FROM {quote_name(parts[1])}"
    )


def _read(con: duckdb.DuckDBPyConnection, sql: str, kept: int) -> tuple[pa.Table, int]:
    """(the first rows, how many there are in all)."""
    described = con.execute(f"DESCRIBE SELECT * FROM ({sql})").fetchall()
    cells = []
    for column, type_ in ((str(row[0]), str(row[1])) for row in described):
        name = quote_name(column)
        cells.append(name if _plain(type_) else f"CAST({name} AS VARCHAR) AS {name}")
    reader = con.sql(f"SELECT {', '.join(cells)} FROM ({sql})").to_arrow_reader(BATCH_ROWS)
    batches, rows, size = [], 0, 0
    for batch in reader:
        if rows < kept:
            part = batch.slice(0, kept - rows)
            size += part.nbytes
            if size > KEPT_BYTES:
                raise InputError(
                    f"{OWNER}: its result has more than {KEPT_BYTES // 1_000_000} MB. Ask for fewer rows or columns."
                )
            batches.append(part)
        rows += batch.num_rows
    table = pa.Table.from_batches(batches, reader.schema)
    return pa.table({name: _tidy(table.column(i)) for i, name in enumerate(table.column_names)}), rows


def _tidy(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers of 128 bits as such of 64 where they fit; a sum of whole numbers is one of 128 in DuckDB."""
    if pa.types.is_decimal(values.type) and values.type.scale == 0:
        try:
            return values.cast(pa.int64())
        except pa.ArrowInvalid:
            return values.cast(pa.string())
    return values


def _parse_fault(error: Exception) -> str:
    found = getattr(error, "errors", None)
    if isinstance(error, RecursionError):
        return "it is nested too deeply."
    if not found:
        return f"{str(error).splitlines()[0].rstrip('.')}."
    one = found[0]
    near = str(one.get("highlight") or "").strip()
    return f"{str(one.get('description', 'it is not SQL')).rstrip('.')}" + (f", near `{near}`." if near else ".")


def _reason(message: str, seconds: float, memory: str) -> str:
    """Why a query failed. While rows are read Arrow passes DuckDB's message on as an error of its own."""
    if message.startswith("INTERRUPT"):
        return f"it was stopped after {seconds:g} seconds. Count fewer rows or group them first."
    if message.startswith("Out of Memory"):
        return f"it needs more than {memory} of memory. Group or limit the rows."
    return _sentence(message)


def _sentence(message: str) -> str:
    """DuckDB's own words, without the kind of error and the piece of SQL below."""
    lines = message.strip().splitlines()
    first = (lines[0].partition(" Error: ")[2] or lines[0]).rstrip(".!")
    hint = next((line for line in lines if line.startswith(("Candidate bindings", "Did you mean"))), "")
    return f"{first}. {hint}".strip()
