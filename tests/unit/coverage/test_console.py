"""The console: what a query may be, what it can't reach, and what becomes of one that never ends."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.coverage.console import checked, combined_of, run_query
from trimtab.core.errors import InputError


@pytest.fixture
def views(tmp_path: Path) -> dict[str, Path]:
    """Real rows and generated ones, in folders whose names look like patterns."""
    tables = {
        "source": pa.table({"n": [1, 2, 3, 4], "level": ["a", "b", "b", None]}),
        "design": pa.table({"n": [5, 6], "level": ["c", "c"]}),
        "generated": pa.table(
            {"n": [7, 8, 9], "level": ["a", "a", "d"], "late": [True, False, True], "_origin": ["s"] * 3}
        ),
    }
    found = {}
    for name, table in tables.items():
        folder = tmp_path / f"{name}[1]*"
        folder.mkdir()
        found[name] = folder / "rows.parquet"
        pq.write_table(table, found[name])
    return found


def rows(views: dict[str, Path], text: str) -> list[dict[str, object]]:
    return run_query(text, views).table.to_pylist()


def test_each_view_is_its_file(views: dict[str, Path]) -> None:
    counts = {name: rows(views, f"SELECT count(*) AS n FROM {name}")[0]["n"] for name in (*views, "combined")}
    assert counts == {"source": 4, "design": 2, "generated": 3, "combined": 7}


def test_combined_rows_tell_where_they_come_from(views: dict[str, Path]) -> None:
    found = rows(views, "SELECT _origin, count(*) AS n, count(late) AS late FROM combined GROUP BY ALL ORDER BY n")
    assert found == [{"_origin": "s", "n": 3, "late": 3}, {"_origin": "real", "n": 4, "late": 0}]
    assert combined_of({"source": Path("a"), "design": Path("b")}) == ("source", "design")
    assert combined_of({"source": Path("a")}) == ()
    with pytest.raises(InputError, match="there is no table `combined`"):
        run_query("SELECT * FROM combined", {"source": views["source"]})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT n FROM source ORDER BY n DESC LIMIT 2;", [{"n": 4}, {"n": 3}]),
        ("from design -- a comment", [{"n": 5, "level": "c"}, {"n": 6, "level": "c"}]),
        ("WITH big AS (SELECT * FROM source WHERE n > 3) SELECT count(*) AS c FROM BIG", [{"c": 1}]),
        ("SELECT level FROM generated EXCEPT SELECT level FROM source", [{"level": "d"}]),
        ("(SELECT 1 AS x) UNION ALL SELECT 2", [{"x": 1}, {"x": 2}]),
        ("SELECT s.n FROM source s SEMI JOIN generated g USING (level)", [{"n": 1}]),
        ("SELECT 1 AS a, 2 AS a", [{"a": 1, "a_1": 2}]),
    ],
)
def test_a_select_is_answered(views: dict[str, Path], text: str, expected: list[dict[str, object]]) -> None:
    assert rows(views, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "INSERT INTO source VALUES (1, 'x')",
        "UPDATE source SET n = 1",
        "DELETE FROM source",
        "DROP VIEW source",
        "CREATE TABLE t AS SELECT 1",
        "COPY source TO '{file}'",
        "EXPORT DATABASE '{file}'",
        "ATTACH '{file}'",
        "PRAGMA version",
        "SET memory_limit = '100GB'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "CALL pragma_version()",
        "EXPLAIN ANALYZE SELECT 1",
        "DESCRIBE source",
        "VACUUM",
        "WITH gone AS (DELETE FROM source RETURNING n) SELECT * FROM gone",
    ],
)
def test_a_query_that_is_no_select_is_refused(views: dict[str, Path], tmp_path: Path, text: str) -> None:
    before = {path: path.read_bytes() for path in views.values()}
    file = tmp_path / "written"
    with pytest.raises(InputError, match=r"only SELECT is allowed|it can't be read"):
        run_query(text.format(file=file), views)
    assert not file.exists()
    assert {path: path.read_bytes() for path in views.values()} == before


def test_select_into_and_a_second_statement_are_refused(views: dict[str, Path]) -> None:
    with pytest.raises(InputError, match="INTO would make a table"):
        run_query("SELECT n INTO copy FROM source", views)
    with pytest.raises(InputError, match="one statement at a time, got 2"):
        run_query("SELECT 1; DROP VIEW source", views)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM read_text('{file}')",
        "SELECT * FROM read_blob('{file}')",
        "SELECT * FROM glob('{folder}/*')",
        "SELECT * FROM '{file}'",
        'SELECT * FROM "{file}"',
        "FROM '{file}'",
        "SELECT * FROM query('FROM read_text(''{file}'')')",
        "SELECT * FROM query_table('{file}')",
        "SELECT (SELECT content FROM read_text('{file}')) FROM source",
        "SELECT * FROM source, LATERAL read_text('{file}')",
        "SELECT * FROM source CROSS JOIN read_text('{file}')",
        "SELECT * FROM (FROM read_text('{file}'))",
        "SELECT n IN (FROM read_text('{file}')) FROM source",
        "SELECT * FROM source POSITIONAL JOIN read_text('{file}')",
        "WITH t AS MATERIALIZED (FROM read_text('{file}')) FROM t",
        "SELECT * FROM VALUES ((SELECT content FROM read_text('{file}')))",
        "SELECT * FROM parquet_metadata('{parquet}')",
        "SELECT * FROM '{parquet}'",
        'SELECT * FROM "{parquet}", (WITH "{parquet}" AS (SELECT 1) SELECT 1)',
        "SELECT * FROM duckdb_settings()",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM sqlite_master",
        "SELECT current_setting('allowed_directories')",
        "SELECT getenv('HOME')",
    ],
)
def test_nothing_but_the_views_is_read(views: dict[str, Path], tmp_path: Path, text: str) -> None:
    """Not even a Parquet file in a folder that the views' own files are in."""
    secret = views["source"].with_name("secret.csv")
    secret.write_text("a\nsecret\n", encoding="utf-8")
    parquet = views["source"].with_name("other.parquet")
    pq.write_table(pa.table({"a": ["secret"]}), parquet)
    with pytest.raises(InputError, match=r"not allowed|no table|no name for a part"):
        run_query(text.format(file=secret, folder=secret.parent, parquet=parquet), views)


@pytest.mark.parametrize(
    "text",
    [
        "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r",
        "WITH RECURSIVE r AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r) SELECT i FROM r",
    ],
)
def test_a_query_that_never_ends_is_stopped(views: dict[str, Path], text: str) -> None:
    with pytest.raises(InputError, match=r"stopped after 0\.5 seconds"):
        run_query(text, views, seconds=0.5)


def test_a_query_that_needs_too_much_memory_is_stopped(views: dict[str, Path]) -> None:
    text = "WITH RECURSIVE r AS (SELECT 'x' AS t UNION ALL SELECT t || t FROM r WHERE length(t) < 1e9) SELECT t FROM r"
    with pytest.raises(InputError, match=r"more than 100MB of memory|result has more than"):
        run_query(text, views, memory="100MB")


@pytest.mark.parametrize("call", ["repeat('x', 2000000000)", "lpad('x', 2000000000, 'y')", "range(2000000000)"])
def test_a_value_of_any_size_can_not_be_made(views: dict[str, Path], call: str) -> None:
    with pytest.raises(InputError, match="is not allowed"):
        run_query(f"SELECT {call}", views)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is empty. Try `SELECT"),
        ("-- nothing", "it is empty"),
        ("SELECT * FROM sorce", "there is no table `sorce`. Did you mean `source`"),
        ("SELECT nn FROM source", 'Referenced column "nn" not found.*Candidate bindings: "n"'),
        ("SELECT n FROM main.source", "there is no table `main.source`"),
        ("SELEC 1", "it can't be read: .*near `1`"),
        ("SELECT ((1", "it can't be read"),
        ("SELECT " + "(" * 3000 + "1" + ")" * 3000, "nested too deeply"),
        ("SELECT 1 --" + "x" * 20_000, "20,000 can be read"),
        ("SELECT $1", r"parameters such as `\$1` are not allowed"),
        ("SELECT level::INTEGER FROM source", "Could not convert string 'a' to INT32"),
        ("SELECT level + 1 FROM source", "No function matches"),
    ],
)
def test_what_is_wrong_is_said(views: dict[str, Path], text: str, message: str) -> None:
    with pytest.raises(InputError, match=f"(?s)^Query: .*{message}"):
        run_query(text, views)


def test_all_rows_are_counted_and_the_first_kept(views: dict[str, Path]) -> None:
    text = "SELECT a.n FROM source a, source b, source c ORDER BY a.n"
    found = run_query(text, views, kept=10)
    assert (found.rows, found.table.num_rows, found.complete) == (64, 10, False)
    assert found.table.column(0).to_pylist() == [1] * 10
    assert run_query(text, views, kept=64).complete


def test_values_come_as_a_spreadsheet_knows_them(views: dict[str, Path]) -> None:
    found = rows(
        views,
        "SELECT sum(n) AS total, 170141183460469231731687303715884105727::HUGEINT AS huge, [1, 2] AS list, "
        "{'a': 1} AS struct, 1.50::DECIMAL(4, 2) AS exact, DATE '2024-02-29' AS day FROM source",
    )[0]
    assert found["total"] == 10
    assert found["huge"] == "170141183460469231731687303715884105727"
    assert (found["list"], found["struct"]) == ("[1, 2]", "{'a': 1}")
    assert found["exact"] == Decimal("1.50")
    assert str(found["day"]) == "2024-02-29"


def test_what_is_run_is_what_was_checked() -> None:
    assert checked("SELECT 1 /* comment */ -- more", ("source",)) == "SELECT 1"
