"""A supplement: which promises speak of the source and the rows together, and which of the rows alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from tests.controls import figures
from trimtab.core.delivery.measuring.promise import Promise
from trimtab.core.delivery.receipt import verify
from trimtab.core.delivery.tolerance import marginal_tolerance
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

DESIGN = """
mode: supplement
rows: 30
factors:
  c: {role: target, target: {family: categorical, weights: {a: 1, b: 1}}}
  d: {role: keep}
  m: {missing: 0.2}
  h: {role: hold, value: 1}
events: {small: {when: "x < 10", rate: 0.3}, first: {when: "x = 0", rows: 5}}
pairs: [{factors: [c, d], target: independent}]
levels: {part: {score: "x", cuts: [50], shares: {low: 0.6, high: 0.4}}}
rules: ["x <> 90"]
labels: {big: {rule: "x >= 50", noise: 0.1}}
sweeps: [{factor: d, values: [u, v], groups: 1}]
floors: [{factors: [c, d], at_least: 3}]
"""
TOGETHER = ["event small", "event first", "target c", "keep d", "missing m", "pair c × d", "level part"]
ALONE = ["hold h", "rule x <> 90", "label big", "label big noise", "level part column", "sweep d", "floor c, d"]

Columns = dict[str, list[Any]]


@pytest.fixture
def study(table_source: Callable[..., Source], open_: Callable[..., Study]) -> Study:
    """70 rows: 50 of a and 20 of b, half of each u; no missing m; 5 small x, of which 1 is 0; 20 of them high."""
    source: Columns = {
        "c": ["a"] * 50 + ["b"] * 20,
        "d": ["u", "v"] * 35,
        "m": [1, 2] * 35,
        "h": [1, 2] * 35,
        "x": [0, 1, 2, 3, 4, *[20] * 45, *[90] * 20],
    }
    return open_(table_source(source), DESIGN)


def supplement() -> Columns:
    """30 rows, all of b, half of them u; 20 missing m; 25 small, of which 4 are 0; 20 high in all are 40 of 100."""
    x = [0, 0, 0, 0, *[2] * 6, *[60] * 20]
    return {
        "c": ["b"] * 30,
        "d": ["u", "v"] * 15,
        "m": [None] * 20 + [1] * 10,
        "h": [1] * 30,
        "x": x,
        "part": ["low"] * 10 + ["high"] * 20,
        "big": [value < 50 if i in (0, 1, 29) else value >= 50 for i, value in enumerate(x)],
        "big_clean": [value >= 50 for value in x],
        "_group": [*[None] * 28, 0, 0],
        "_varied": [*[None] * 28, "d", "d"],
    }


def measured(study: Study, rows: Columns, file: Path) -> dict[str, Promise]:
    write = pyarrow.csv.write_csv if file.suffix == ".csv" else pq.write_table
    write(pa.table(rows), file)
    return {promise.promise: promise for promise in verify(file, study, rows=30)}


@pytest.mark.parametrize("file", ["a.parquet", "a.csv"])
def test_who_counts_the_source(study: Study, tmp_path: Path, file: str) -> None:
    rows = supplement()
    rows["x"][4:30] = [*[2] * 21, *[60] * 5]  # 25 small in the rows; see the events
    found = measured(study, rows, tmp_path / file)
    assert set(found) == {*TOGETHER, *ALONE, "rows", "columns"}
    assert figures(found["rows"]) == ("rows", 30, 30, 0.0, True)
    assert figures(found["event small"]) == ("event small", 30, 30, 0.0, True)
    assert figures(found["event first"]) == ("event first", 5, 5, 0.0, True)
    assert found["level part"].delivered == pytest.approx(0.15)  # 75 low rows of 100, and 60 were asked for


def test_the_rows_and_the_source_together(study: Study, tmp_path: Path) -> None:
    found = measured(study, supplement(), tmp_path / "a.parquet")
    halves = pa.array([0.5, 0.5, 0.0]).to_numpy()
    assert figures(found["target c"]) == ("target c", 0.0, 0.0, marginal_tolerance(halves, 100), True)
    assert found["keep d"].delivered == 0.0
    assert figures(found["missing m"]) == ("missing m", 0.2, 0.2, found["missing m"].tolerance, True)
    assert found["pair c × d"].delivered == pytest.approx(0.0, abs=1e-12)
    assert figures(found["level part"]) == ("level part", 0.0, 0.0, 0.0, True)


def test_the_rows_alone(study: Study, tmp_path: Path) -> None:
    """In the source half of h is 2, 20 rows break the rule, and there are all cells of the floor."""
    found = measured(study, supplement(), tmp_path / "a.parquet")
    assert figures(found["hold h"]) == ("hold h", 1.0, 1.0, 0.0, True)
    assert figures(found["rule x <> 90"]) == ("rule x <> 90", 30, 30, 0.0, True)
    assert figures(found["label big"]) == ("label big", 30, 30, 0.0, True)
    assert figures(found["label big noise"]) == ("label big noise", 3, 3, 0.0, True)
    assert figures(found["level part column"]) == ("level part column", 30, 30, 0.0, True)
    assert figures(found["sweep d"]) == ("sweep d", 1, 1, 0.0, True)
    assert figures(found["floor c, d"]) == ("floor c, d", 0, 2, 0.0, False)


def test_one_row_changes_what_is_counted(study: Study, tmp_path: Path) -> None:
    rows = supplement()
    rows["x"][10] = 90
    found = measured(study, rows, tmp_path / "a.parquet")
    assert found["rule x <> 90"].delivered == 29
    rows["c"][0] = "a"
    assert measured(study, rows, tmp_path / "a.parquet")["target c"].delivered == pytest.approx(0.01)


def test_rows_without_a_column_are_told_though_the_source_has_it(study: Study, tmp_path: Path) -> None:
    rows = {name: values for name, values in supplement().items() if name not in ("x", "c")}
    found = measured(study, rows, tmp_path / "a.parquet")
    for name, column in (("event small", "x"), ("level part", "x"), ("target c", "c"), ("pair c × d", "c")):
        assert found[name].delivered == f"there is no column `{column}` to measure it on"


def test_a_derived_factor_with_the_name_of_a_column(
    table_source: Callable[..., Source], open_: Callable[..., Study], tmp_path: Path
) -> None:
    source = table_source({"x": [1, 2, 3, 4], "c": ["a", "b", "c", "d"]})
    study = open_(
        source,
        "mode: supplement\nrows: 4\nfactors: {c: {role: derive, expression: 'x * 2'}}\n"
        "events: {big: {when: 'c > 4', rate: 0.5}}",
    )
    pq.write_table(pa.table({"x": [1, 2, 3, 4], "c": [2, 4, 6, 8]}), tmp_path / "a.parquet")
    found = {promise.promise: promise for promise in verify(tmp_path / "a.parquet", study)}
    assert figures(found["event big"]) == ("event big", 4, 4, 0.0, True)
    assert figures(found["derive c"]) == ("derive c", 4, 4, 0.0, True)
