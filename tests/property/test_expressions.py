"""Predicates taken apart and put together again mean what DuckDB means, NULLs included."""

from __future__ import annotations

import string
from collections.abc import Iterator
from itertools import pairwise

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trimtab.core.database import connect, quote_text
from trimtab.core.expressions import Condition, build_predicate, parse_predicate, parse_scalar

KINDS = {"x": "continuous", "n": "count", "s": "categorical", "b": "boolean", "d": "datetime"}
ROWS = """
    (1.5, 3, 'a', true, '2013-01-01'), (NULL, 3, 'b', false, NULL), (-2, NULL, 'a', NULL, '2013-06-01 12:00:00'),
    (0, 0, NULL, true, '2013-01-01'), (1e9, 7, 'O''Hare', false, '1969-12-31'), (NULL, NULL, NULL, NULL, NULL),
    (2, 2, '', NULL, '2020-02-29'), (-0.5, -1, 'B', true, NULL), (3, 5, 'ab', NULL, '2013-06-01')
"""
SETTINGS = settings(max_examples=150, deadline=None, derandomize=True)

numbers = st.one_of(st.integers(-3, 8).map(str), st.sampled_from(["1.5", "-0.5", "1e9", "NULL", "(2)", "- 1"]))
texts = st.one_of(
    st.sampled_from(["'a'", "'b'", "''", "'O''Hare'", "NULL"]), st.text("ab%_", max_size=3).map(quote_text)
)
dates = st.sampled_from(["'2013-01-01'", "'2013-06-01 12:00'", "DATE '2013-06-01'", "TIMESTAMP '1969-12-31'", "NULL"])
compared = st.sampled_from(["=", "<>", "!=", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"])


def conditions(column: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds(lambda op, v: f"{column} {op} {v}", compared, values),
        st.builds(lambda op, v: f"{v} {op} {column}", compared, values),
        st.builds(lambda no, a, b: f"{column} {no} BETWEEN {a} AND {b}", st.sampled_from(["", "NOT"]), values, values),
        st.builds(
            lambda no, vs: f"{column} {no} IN ({', '.join(vs)})",
            st.sampled_from(["", "NOT"]),
            st.lists(values, min_size=1, max_size=4),
        ),
        st.sampled_from([f"{column} IS NULL", f"{column} IS NOT NULL"]),
    )


leaves = st.one_of(
    conditions("x", numbers),
    conditions("n", numbers),
    conditions("s", texts),
    conditions("d", dates),
    st.sampled_from(["b", "b = true", "b IS NOT TRUE", "x + n > 2", "abs(x) > n", "b = (x > 1)", "x < n"]),
    st.sampled_from(["coalesce(b, x < 1)", "CASE WHEN b THEN x ELSE n END > 1", "x * 2 - n % 3 < -n // 2"]),
    st.builds(lambda no, v: f"s {no} LIKE {v}", st.sampled_from(["", "NOT"]), texts),
)
predicates = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(lambda a, word, b: f"{a} {word} {b}", inner, st.sampled_from(["AND", "OR", "and"]), inner),
        st.builds(lambda a: f"NOT {a}", inner),
        st.builds(lambda a: f"({a})", inner),
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def table() -> Iterator[duckdb.DuckDBPyConnection]:
    con = connect()
    con.execute("CREATE TABLE t (x DOUBLE, n BIGINT, s VARCHAR, b BOOLEAN, d TIMESTAMP)")
    con.execute(f"INSERT INTO t VALUES {ROWS}")
    yield con
    con.close()


def column(con: duckdb.DuckDBPyConnection, sql: str) -> np.ndarray:
    rows = con.execute(f"SELECT CAST(({sql}) AS DOUBLE) FROM t").fetchall()
    return np.array([np.nan if value is None else value for (value,) in rows])


@SETTINGS
@given(text=predicates)
def test_the_leaves_combined_are_the_predicate(text: str, table: duckdb.DuckDBPyConnection) -> None:
    predicate = parse_predicate(text, KINDS, owner="Event")
    expected = column(table, f"coalesce({text}, false)") == 1
    combined = predicate.combine([column(table, leaf.sql) for leaf in predicate.leaves])
    assert np.array_equal(np.broadcast_to(combined, expected.shape), expected)
    assert np.array_equal(column(table, f"coalesce({predicate.sql}, false)") == 1, expected)


@SETTINGS
@given(text=predicates)
def test_reading_the_normalised_sql_changes_nothing(text: str) -> None:
    once = parse_predicate(text, KINDS, owner="Event")
    twice = parse_predicate(once.sql, KINDS, owner="Event")
    assert (twice.sql, twice.leaves, twice.thresholds) == (once.sql, once.leaves, once.thresholds)
    assert twice.builder_rows() == once.builder_rows()


@SETTINGS
@given(text=predicates)
def test_no_threshold_means_no_change_of_truth_between(text: str, table: duckdb.DuckDBPyConnection) -> None:
    """Of a leaf that compares `n` alone, the truth changes only at its thresholds: what lets bins decide it."""
    predicate = parse_predicate(text, KINDS, owner="Event")
    for leaf in predicate.leaves:
        if leaf.columns != ("n",):
            continue
        cuts = np.array(parse_predicate(leaf.sql, KINDS, owner="Leaf").thresholds.get("n", ()))
        probes = np.arange(-10, 11)
        values = ", ".join(f"({probe})" for probe in probes)
        rows = table.execute(f"SELECT n, {leaf.sql} FROM (VALUES {values}) AS p(n) ORDER BY n").fetchall()
        truth = {int(n): value for n, value in rows}
        for low, high in pairwise(probes):
            if not np.any((cuts >= low) & (cuts <= high)):
                assert truth[int(low)] == truth[int(high)]


definitions = st.fixed_dictionaries(
    {
        "x": st.sampled_from(["n + 1", "x2 * 2", "CASE WHEN b THEN n END"]),  # in the place of a column
        "y": st.sampled_from(["n - x2", "-n", "coalesce(n, 0) / 2", "x2"]),
        "c": st.sampled_from(["n > 2 OR b", "NOT b", "s = 'a'", "b", "x2 < 1 AND n > 0"]),
    }
)
named = st.recursive(
    st.one_of(
        conditions("x", numbers),
        conditions("y", numbers),
        st.sampled_from(["c", "c = true", "c IS NOT TRUE", "y < x", "x - y * 2 > n", "abs(y) > 1"]),
    ),
    lambda inner: st.one_of(
        st.builds(lambda a, word, b: f"{a} {word} {b}", inner, st.sampled_from(["AND", "OR"]), inner),
        st.builds(lambda a: f"NOT ({a})", inner),
    ),
    max_leaves=5,
)


@settings(SETTINGS, max_examples=200)
@given(text=named, meanings=definitions)
def test_names_written_out_mean_what_computed_columns_mean(
    text: str, meanings: dict[str, str], table: duckdb.DuckDBPyConnection
) -> None:
    kinds = {**KINDS, "x2": "continuous"}
    scalars = {name: parse_scalar(meaning, kinds, owner="Factor") for name, meaning in meanings.items()}
    predicate = parse_predicate(text, kinds, owner="Event", definitions=scalars)
    base = "SELECT x AS x2, n, s, b, d FROM t"
    listed = ", ".join(f"({meaning}) AS {name}" for name, meaning in meanings.items())
    computed = table.execute(f"SELECT coalesce({text}, false) FROM (SELECT n, s, b, {listed} FROM ({base}))").fetchall()
    expected = [value for (value,) in computed]
    found = table.execute(f"SELECT coalesce({predicate.sql}, false) FROM ({base})").fetchall()
    assert [value for (value,) in found] == expected
    truths = []
    for leaf in predicate.leaves:
        rows = table.execute(f"SELECT ({leaf.sql})::DOUBLE FROM ({base})").fetchall()
        truths.append(np.array([np.nan if value is None else value for (value,) in rows]))
    assert np.broadcast_to(predicate.combine(truths), len(expected)).tolist() == expected
    assert all(set(leaf.columns) <= {"x2", "n", "s", "b", "d"} for leaf in predicate.leaves)


OPERATORS = ["=", "!=", "<", "<=", ">", ">=", "between", "in", "not in", "is null", "is not null"]


@st.composite
def rows_of_one_kind(draw: st.DrawFn) -> tuple[dict[str, str], list[Condition]]:
    kinds, rows = {}, []
    names = draw(st.lists(st.text(string.ascii_letters + ' "_1é', min_size=1, max_size=6), min_size=1, max_size=3))
    by_kind = {
        "continuous": st.one_of(st.integers(-(10**12), 10**12), st.floats(allow_nan=False, allow_infinity=False)),
        "categorical": st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8),
        "boolean": st.booleans(),
    }
    for name in dict.fromkeys(name.lower() for name in names):
        kinds[name] = draw(st.sampled_from(sorted(by_kind)))
        value = by_kind[kinds[name]]
        op = draw(st.sampled_from(OPERATORS))
        if op == "between":
            rows.append(Condition(name, op, draw(st.tuples(value, value))))
        elif op.endswith("in"):
            rows.append(Condition(name, op, draw(st.lists(value, min_size=1, max_size=3).map(tuple))))
        else:
            rows.append(Condition(name, op, None if op.startswith("is") else draw(value)))
    return kinds, rows


@SETTINGS
@given(case=rows_of_one_kind())
def test_rows_of_the_form_come_back(case: tuple[dict[str, str], list[Condition]]) -> None:
    kinds, rows = case
    assert parse_predicate(build_predicate(rows), kinds, owner="Form").builder_rows() == rows
