"""Promises that rows keep one by one, on hand-made rows: derived columns, rules, levels, events over two columns."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from tests.controls import figures
from trimtab.core.delivery.measuring.promise import Promise
from trimtab.core.delivery.receipt import verify
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Columns = dict[str, list[Any]]
Make = Callable[[Columns], Source]
Open = Callable[..., Study]

SOURCE: Columns = {"x": [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "y": [0.5, 1.5] * 5, "c": ["a", "b", "b", "b", None] * 2}
DESIGN = """
rows: 10
factors:
  gain: {role: derive, expression: "x - y"}
  word: {role: derive, expression: "CASE WHEN x > 5 THEN '' WHEN x > 1 THEN upper(c) END"}
  odd: {role: derive, expression: "x > y"}
events:
  ahead: {when: "x > 4 * y", rate: 0.35}
levels:
  effort: {score: "x / 2", cuts: [1, 3], shares: {low: 0.3, mid: 0.4, high: 0.3}}
rules: ["x + y >= 0", "gain < 100 OR c IS NOT NULL"]
"""
ROWS: Columns = {
    "x": [0, 1, 1, 2, 3, 4, 5, 7, 8, 9],
    "y": [0.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 0.5],
    "c": ["a", "b", None, "b", "b", "b", "b", "a", "b", None],
    "gain": [-0.5, -0.5, -0.5, 0.5, 1.5, 2.5, 3.5, 5.5, 6.5, 8.5],
    "word": [None, None, None, "B", "B", "B", "B", "", "", ""],
    "odd": [False, False, False, True, True, True, True, True, True, True],
    "effort": ["low", "low", "low", "mid", "mid", "mid", "mid", "high", "high", "high"],
}
KEPT = [
    "event ahead",
    "level effort",
    "level effort column",
    "rule x + y >= 0",
    "rule gain < 100 OR c IS NOT NULL",
    "derive gain",
    "derive word",
    "derive odd",
    "columns",
]


@pytest.fixture
def study(table_source: Make, open_: Open) -> Study:
    return open_(table_source(SOURCE), DESIGN)


def measured(study: Study, columns: Columns, file: Path) -> dict[str, Promise]:
    table = pa.table(columns)
    (pyarrow.csv.write_csv if file.suffix == ".csv" else pq.write_table)(table, file)
    return {promise.promise: promise for promise in verify(file, study)}


def broken(study: Study, columns: Columns, folder: Path) -> list[str]:
    found = measured(study, columns, folder / "rows.parquet")
    assert list(found) == KEPT
    return [name for name, promise in found.items() if not promise.kept]


def changed(row: int, **values: Any) -> Columns:
    """The rows with other values in one of them."""
    return {name: [*own[:row], values.get(name, own[row]), *own[row + 1 :]] for name, own in ROWS.items()}


@pytest.mark.parametrize("file", ["rows.parquet", "rows.csv"])
def test_rows_as_designed_keep_everything(study: Study, tmp_path: Path, file: str) -> None:
    found = measured(study, ROWS, tmp_path / file)
    assert list(found) == KEPT
    assert [promise for promise in found.values() if not promise.kept] == []
    assert figures(found["event ahead"]) == ("event ahead", 3, 3, 0.0, True)  # 3.5: the lower one
    assert figures(found["level effort"]) == ("level effort", 0.0, 0.0, 0.0, True)
    assert figures(found["derive gain"]) == ("derive gain", 10, 10, 0.0, True)
    assert found["columns"].delivered == "7 columns"


def test_an_event_over_two_columns_is_counted_on_both(study: Study, tmp_path: Path) -> None:
    rows = changed(6, y=1.0, gain=4.0)  # 5 > 4
    assert measured(study, rows, tmp_path / "a.parquet")["event ahead"].delivered == 4
    assert broken(study, rows, tmp_path) == ["event ahead"]


@pytest.mark.parametrize(
    ("row", "values", "name"),
    [
        (3, {"gain": 0.5 * (1 + 2e-9)}, "derive gain"),
        (3, {"gain": None}, "derive gain"),
        (3, {"gain": float("inf")}, "derive gain"),
        (3, {"word": "b"}, "derive word"),
        (0, {"word": "A"}, "derive word"),
        (9, {"word": None}, "derive word"),
        (0, {"odd": True}, "derive odd"),
        (0, {"effort": "mid"}, "level effort column"),
        (0, {"effort": None}, "level effort column"),
    ],
)
def test_one_wrong_cell_breaks_its_column(
    study: Study, tmp_path: Path, row: int, values: dict[str, Any], name: str
) -> None:
    found = measured(study, changed(row, **values), tmp_path / "a.parquet")
    assert figures(found[name]) == (name, 10, 9, 0.0, False)
    assert broken(study, changed(row, **values), tmp_path) == [name]


def test_a_number_within_a_billionth_is_the_same(study: Study, tmp_path: Path) -> None:
    assert broken(study, changed(3, gain=0.5 * (1 + 5e-10)), tmp_path) == []


def test_what_can_not_be_computed_is_missing_on_both_sides(study: Study, tmp_path: Path) -> None:
    rows = changed(0, x=None, gain=None, odd=None, word=None, effort=None)
    found = measured(study, rows, tmp_path / "a.parquet")
    assert all(found[name].kept for name in ("derive gain", "derive word", "derive odd", "level effort column"))
    # A row without a score has no level, though every row should have one; nor is x + y at least 0 in it.
    assert figures(found["level effort"]) == ("level effort", 0.0, 0.1, 0.0, False)
    assert figures(found["rule x + y >= 0"]) == ("rule x + y >= 0", 10, 9, 0.0, False)


def test_a_level_more_or_less_breaks_the_mix(study: Study, tmp_path: Path) -> None:
    rows = changed(2, x=2, gain=0.5, word=None, odd=True, effort="mid")
    assert broken(study, rows, tmp_path) == ["level effort"]
    assert measured(study, rows, tmp_path / "a.parquet")["level effort"].delivered == 0.1


def test_a_score_on_a_cut_belongs_to_the_level_above(study: Study, tmp_path: Path) -> None:
    rows = changed(3, effort="low")  # its score is 1
    assert broken(study, rows, tmp_path) == ["level effort column"]


def test_a_rule_must_be_true_and_not_unknown(study: Study, tmp_path: Path) -> None:
    assert broken(study, changed(0, x=-9, gain=-9.5), tmp_path) == ["rule x + y >= 0"]
    rows = changed(9, x=200, gain=199.5)  # too large a gain, and no c
    assert broken(study, rows, tmp_path) == ["rule gain < 100 OR c IS NOT NULL"]


def test_columns_that_are_missing_are_told_and_nothing_fails(study: Study, tmp_path: Path) -> None:
    rows = {name: values for name, values in ROWS.items() if name not in ("y", "word", "effort")}
    found = measured(study, rows, tmp_path / "a.parquet")
    assert list(found) == KEPT
    lacks = {name: promise.delivered for name, promise in found.items() if not promise.kept}
    assert lacks == {
        **dict.fromkeys(
            ["event ahead", "rule x + y >= 0", "rule gain < 100 OR c IS NOT NULL", "derive gain", "derive odd"],
            "there is no column `y` to measure it on",
        ),
        "derive word": "there is no column `word` to measure it on",
        "level effort column": "there is no column `effort` to measure it on",
        "columns": "no column `y`, no column `word`, no column `effort`",
    }
    assert found["level effort"].kept


def test_an_expression_that_fails_on_foreign_values_counts_as_missing(
    table_source: Make, open_: Open, tmp_path: Path
) -> None:
    design = """
rows: 3
factors:
  root: {role: derive, expression: "ln(x)"}
  size: {role: derive, expression: "CAST(c AS INT)"}
rules: ["CAST(c AS INT) > 1"]
"""
    study = open_(table_source({"x": [1.0, 2.0, 3.0], "c": ["2", "3", "4"]}), design)
    rows = {"x": [1.0, 0.0, -1.0], "c": ["2", "many", "3"], "root": [0.0, None, None], "size": [2, None, 3]}
    found = measured(study, rows, tmp_path / "a.parquet")
    assert figures(found["derive root"]) == ("derive root", 3, 3, 0.0, True)
    assert figures(found["derive size"]) == ("derive size", 3, 3, 0.0, True)
    assert figures(found["rule CAST(c AS INT) > 1"]) == ("rule CAST(c AS INT) > 1", 3, 2, 0.0, False)


def test_dates_are_compared_as_moments(table_source: Make, open_: Open, tmp_path: Path) -> None:
    days = [np.datetime64(f"2020-02-0{day}T12:00:00", "us") for day in (1, 2, 3)]
    source = table_source({"t": days, "n": [1, 2, 3]})
    study = open_(source, 'rows: 3\nfactors: {day: {role: derive, expression: "CAST(t AS DATE)"}}')
    for file in ("a.csv", "a.parquet"):
        right = [day.astype("datetime64[D]").item() for day in days]
        rows: Columns = {"t": days, "n": [1, 2, 3], "day": right}
        assert measured(study, rows, tmp_path / file)["derive day"].kept
        rows["day"] = [right[0], right[1], right[1]]
        assert measured(study, rows, tmp_path / file)["derive day"].delivered == 2


def test_a_derived_factor_replaces_the_column_of_its_name(table_source: Make, open_: Open, tmp_path: Path) -> None:
    source = table_source({"x": [1, 2, 3, 4], "c": ["a", "b", "c", "d"]})
    design = 'rows: 4\nfactors: {c: {role: derive, expression: "x * 2"}}\nevents: {big: {when: "c > 4", rate: 0.5}}'
    study = open_(source, design)
    found = measured(study, {"x": [1, 2, 3, 4], "c": [2, 4, 6, 8]}, tmp_path / "a.csv")
    assert {name: promise.kept for name, promise in found.items()} == {
        "event big": True,
        "derive c": True,
        "columns": True,
    }
    assert measured(study, {"x": [1, 2, 3, 4], "c": [2, 4, 6, 6]}, tmp_path / "a.csv")["derive c"].delivered == 3
