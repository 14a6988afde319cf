"""Rows of a query on a database, by ADBC and DB-API drivers: SQLite, DuckDB, and a PostgreSQL where there is one."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from adbc_driver_sqlite import dbapi

import trimtab
from trimtab.core.errors import InputError

ROWS = [(2**53 + 1, "007", 1.5, 1), (None, None, 2.0, 2.5), (3, "x", None, None)]
POSTGRES = Path("/usr/lib/postgresql")
TABLE = """
CREATE TABLE t (n bigint, code text, x double precision, ok boolean, day date, moment timestamp, zoned timestamptz,
  clock time, price numeric(10, 2), id uuid, tags text[]);
INSERT INTO t VALUES
  (9007199254740993, '007', 0.1, true, '2013-01-30', '2013-01-30 05:59:58.25', '2013-01-30 05:59:58+02', '05:59:58',
   1.50, '6f2c6e0a-3b5d-4c84-9a52-0d5b0d3c1a11', '{a}'),
  (NULL, '', NULL, NULL, NULL, NULL, NULL, NULL, 1000, NULL, NULL);
"""


def values(found: trimtab.Data) -> dict[str, list[Any]]:
    return dict(pq.read_table(found.source.path).to_pydict())


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(tmp_path / "data.db")
    connection.execute("CREATE TABLE t (n, code, x, mixed)")
    connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", ROWS)
    connection.commit()
    yield connection
    connection.close()


def test_the_db_api(sqlite: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = {"n": [2**53 + 1, None, 3], "code": ["007", None, "x"], "x": [1.5, 2.0, None], "mixed": [1.0, 2.5, None]}
    whole = trimtab.data(sqlite, query="SELECT * FROM t ORDER BY rowid", name="flights")
    assert values(whole) == wanted
    assert whole.source.name == "flights.parquet"
    monkeypatch.setattr("trimtab.core.tables.querying.FETCHED", 1)  # types are those of all batches
    assert trimtab.data(sqlite, query="SELECT * FROM t ORDER BY rowid").source.sha256 == whole.source.sha256


def test_adbc_and_duckdb(sqlite: sqlite3.Connection, tmp_path: Path) -> None:
    with dbapi.connect(str(tmp_path / "data.db")) as connection:
        found = trimtab.data(connection, query="SELECT n, code, x FROM t ORDER BY rowid")
        assert values(found) == {"n": [2**53 + 1, None, 3], "code": ["007", None, "x"], "x": [1.5, 2.0, None]}
    with duckdb.connect() as con:
        found = trimtab.data(con, query="SELECT 1 AS a, DATE '2013-01-30' AS day, [1] AS list")
        assert values(found) == {"a": [1], "day": [dt.date(2013, 1, 30)]}
        assert "`list`" in found.source.notes[0]


def test_the_design_of_a_query_is_checked_and_sampled(sqlite: sqlite3.Connection) -> None:
    numbers = "WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 60)"
    query = f"{numbers} SELECT i % 3 AS a, i % 5 AS b FROM s"
    found = trimtab.data(sqlite, query=query)
    rows = trimtab.sample(found.neutral(), found, rows=20)
    trimtab.verify(rows, found.neutral(), found).require()


@pytest.mark.parametrize(
    ("query", "match"),
    [
        ("SELECT * FROM nope", "table: the query can't be read: no such table: nope"),
        ("CREATE TABLE z (a)", "the query gives no rows"),
        ("SELECT * FROM t WHERE 0", "it has column names but no rows"),
        ("SELECT 1 AS a UNION ALL SELECT 'x'", r"column `a` holds values of several kinds .*\(int, str\)"),
        ("SELECT 9007199254740993 AS a UNION ALL SELECT 0.5", "column `a` holds values of several kinds or too large"),
    ],
)
def test_what_is_refused(sqlite: sqlite3.Connection, query: str, match: str) -> None:
    with pytest.raises(InputError, match=match):
        trimtab.data(sqlite, query=query)


def test_kinds_that_differ_between_batches(sqlite: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trimtab.core.tables.querying.FETCHED", 1)
    with pytest.raises(InputError, match=r"column `a` holds values of several kinds \(int64, string\). Cast it"):
        trimtab.data(sqlite, query="SELECT 1 AS a UNION ALL SELECT 'x'")
    with pytest.raises(InputError, match="column `a` holds whole numbers that are lost beside fractions"):
        trimtab.data(sqlite, query="SELECT 9007199254740993 AS a UNION ALL SELECT 0.5")


def test_what_is_no_connection(sqlite: sqlite3.Connection) -> None:
    with pytest.raises(InputError, match="give it as query="):
        trimtab.data(sqlite)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="a query goes to a connection of ADBC or the DB-API, got int"):
        trimtab.data(5, query="SELECT 1")  # type: ignore[arg-type]


def test_numbers_that_a_driver_gives_as_texts() -> None:
    schema = pa.schema([("price", pa.opaque(pa.string(), "numeric", "PostgreSQL"))])

    class Cursor:
        def execute(self, _: str) -> None: ...

        def close(self) -> None: ...

        def fetch_record_batch(self) -> pa.RecordBatchReader:
            return pa.RecordBatchReader.from_batches(schema, [])

    class Connection:
        def cursor(self) -> Cursor:
            return Cursor()

    with pytest.raises(InputError, match=r"column `price` is numeric, which this driver gives as text\. Cast it"):
        trimtab.data(Connection(), query="SELECT price FROM t")


@pytest.fixture
def postgres() -> Iterator[str]:
    """Where a PostgreSQL of our own listens, below a folder, for as long as the test lasts."""
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    places = sorted(POSTGRES.glob("*/bin/initdb"))
    if not places:
        pytest.skip("there is no PostgreSQL on this machine")
    folder, tools = Path(tempfile.mkdtemp(prefix="trimtab-postgres-")), places[-1].parent
    owner: dict[str, Any] = {}
    if os.geteuid() == 0:  # a server of root is refused
        shutil.chown(folder, "nobody")
        owner = {"user": "nobody"}

    def run(*command: str) -> None:
        subprocess.run(command, check=True, cwd=folder, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, **owner)

    data = str(folder / "data")
    try:
        run(str(tools / "initdb"), "-D", data, "-U", "trimtab", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=5"
        run(str(tools / "pg_ctl"), "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield f"host={folder} user=trimtab dbname=postgres"
        finally:
            run(str(tools / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def test_postgresql(postgres: str) -> None:
    import psycopg

    with psycopg.connect(postgres) as connection:
        connection.execute(TABLE)
        found = trimtab.data(connection, query="SELECT * FROM t ORDER BY n")
    assert values(found) == {
        "n": [2**53 + 1, None],
        "code": ["007", ""],
        "x": [0.1, None],
        "ok": [True, None],
        "day": [dt.date(2013, 1, 30), None],
        "moment": [dt.datetime(2013, 1, 30, 5, 59, 58, 250_000), None],
        "zoned": [dt.datetime(2013, 1, 30, 3, 59, 58, tzinfo=dt.UTC), None],
        "clock": [dt.time(5, 59, 58), None],
        "price": [Decimal("1.50"), Decimal(1000)],
        "id": ["6f2c6e0a-3b5d-4c84-9a52-0d5b0d3c1a11", None],
    }
    assert "`tags`" in found.source.notes[-1]
