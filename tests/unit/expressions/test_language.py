"""Expressions typed by people: what is read, what is refused and how, and that DuckDB means the same."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from trimtab.core.database import connect, quote_name
from trimtab.core.errors import InputError
from trimtab.core.expressions import FUNCTIONS, Predicate, parse_predicate, parse_scalar

KINDS = {
    "visib": "continuous",
    "hour": "count",
    "origin": "categorical",
    "late": "boolean",
    "when": "datetime",
    "day": "datetime",
    "wind gust": "continuous",
}


def parse(text: str) -> Predicate:
    return parse_predicate(text, KINDS, owner="Event `fog`")


@pytest.fixture
def table() -> Iterator[duckdb.DuckDBPyConnection]:
    con = connect()
    con.execute(
        "CREATE TABLE t (visib DOUBLE, hour BIGINT, origin VARCHAR, late BOOLEAN, "
        f'"when" TIMESTAMP, day DATE, {quote_name("wind gust")} DOUBLE)'
    )
    con.execute("INSERT INTO t VALUES (2.5, 7, 'LGA', true, '2013-05-31 14:30:00', '2013-05-31', 1000)")
    yield con
    con.close()


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("visib < 2 AND hour>6", '"visib" < 2 AND "hour" > 6'),
        ("VISIB<2", '"visib" < 2'),
        ('"wind gust" >= .5', '"wind gust" >= 0.5'),
        ("origin in ('LGA', 'O''Hare')", "\"origin\" IN ('LGA', 'O''Hare')"),
        ("origin NOT IN ('LGA')", "NOT \"origin\" IN ('LGA')"),
        ("visib not between -1 and 1e3", 'NOT "visib" BETWEEN -1 AND 1e3'),
        ("late is not null", 'NOT "late" IS NULL'),
        ("not late or late is true", 'NOT "late" OR "late" IS TRUE'),
        ("origin ilike 'l%' and origin not like '_G'", "\"origin\" ILIKE 'l%' AND \"origin\" NOT LIKE '_G'"),
        ("visib::int = 2", 'CAST(ROUND("visib") AS INT) = 2'),
        ("try_cast(origin as double) > 1", 'TRY_CAST("origin" AS DOUBLE) > 1'),
        ("\"when\" > '2013-05-31'", "\"when\" > CAST('2013-05-31' AS TIMESTAMP)"),
        (
            "log10(visib) % 2 = 1 or -visib ** 2 < 1",
            'LOG10(NULLIF(GREATEST("visib", 0), 0)) % 2 = 1 OR POWER(-"visib", 2) < 1',
        ),
        (
            "case when visib < 1 then 'fog' else origin end = 'fog'",
            "CASE WHEN \"visib\" < 1 THEN 'fog' ELSE \"origin\" END = 'fog'",
        ),
        ("visib is distinct from 2", '"visib" IS DISTINCT FROM 2'),
    ],
)
def test_the_sql_is_the_text_with_quoted_names(text: str, sql: str) -> None:
    assert parse(text).sql == sql


CALLS = {
    "abs": "abs(visib) = 2.5",
    "ceil": "ceil(visib) = 3",
    "ceiling": "ceiling(visib) = 3",
    "coalesce": "coalesce(visib, hour, 0) = 2.5",
    "contains": "contains(origin, 'G')",
    "date_diff": "date_diff('year', \"when\", TIMESTAMP '2020-05-31') = 7",
    "date_sub": "date_sub('year', \"when\", TIMESTAMP '2013-05-31') = 0",
    "dayname": "dayname(\"when\") = 'Friday'",
    "monthname": "monthname(\"when\") = 'May'",
    "date_part": "date_part('isodow', \"when\") = 5",
    "day": "day(day) = 31",
    "dayofweek": "dayofweek(day) = 5",
    "dayofyear": "dayofyear(day) = 151",
    "exp": "exp(visib) < 12.2",
    "floor": "floor(visib) = 2",
    "greatest": "greatest(visib, 3) = 3",
    "hour": 'hour("when") = 14',
    "least": "least(\"when\", '2013-05-31') = '2013-05-31'",
    "length": "length(origin) = 3",
    "ln": "ln(visib) < 0.92",
    "log": 'log("wind gust") = 3 and log(10, "wind gust") < 3.01',
    "log10": 'log10("wind gust") = 3',
    "lower": "lower(origin) = 'lga'",
    "minute": 'minute("when") = 30',
    "mod": "mod(hour, 2) = 1",
    "month": "month(day) = 5",
    "pow": "pow(hour, 2) = 49",
    "power": "power(hour, 2) = 49",
    "quarter": "quarter(day) = 2",
    "round": "round(visib * 1.01, 1) = 2.5 and round(visib) = 3",
    "second": 'second("when") = 0',
    "sign": "sign(visib) = 1",
    "sqrt": "sqrt(visib) < 1.6",
    "starts_with": "starts_with(origin, 'LG')",
    "trim": "trim(origin, 'A') = 'LG' and trim(origin) = 'LGA'",
    "upper": "upper(origin) = 'LGA'",
    "week": "week(day) = 22",
    "weekday": "weekday(day) = 5",
    "year": "year(day) = 2013",
}


def test_every_function_of_the_whitelist_is_tried() -> None:
    assert sorted(CALLS) == list(FUNCTIONS)


@pytest.mark.parametrize("text", CALLS.values(), ids=CALLS)
def test_duckdb_evaluates_each_function_as_typed(text: str, table: duckdb.DuckDBPyConnection) -> None:
    typed = table.execute(f"SELECT {text} FROM t").fetchall()
    read = table.execute(f"SELECT {parse(text).sql} FROM t").fetchall()
    assert typed == read == [(True,)]


def test_a_time_is_not_cut_off_beside_a_date_column(table: duckdb.DuckDBPyConnection) -> None:
    predicate = parse("day < '2013-05-31 10:00'")
    assert table.execute(f"SELECT {predicate.sql} FROM t").fetchall() == [(True,)]
    # As typed, DuckDB would compare with the day alone.
    assert table.execute("SELECT day < '2013-05-31 10:00' FROM t").fetchall() == [(False,)]


def test_a_scalar_has_the_type_of_its_result() -> None:
    scalar = parse_scalar("abs(visib - 0.5) + hour", KINDS, owner="Level")
    assert (scalar.sql, scalar.type, scalar.columns) == ('ABS("visib" - 0.5) + "hour"', "number", ("visib", "hour"))
    assert parse_scalar("CASE WHEN late THEN 'late' END", KINDS, owner="Label").type == "text"
    with pytest.raises(InputError, match=r"^Level: there is no column `vis`\. Did you mean `visib`\?"):
        parse_scalar("vis + 1", KINDS, owner="Level")
