"""Promises of labels: by a rule or drawn with a probability, with and without noise; kept, and each broken alone."""

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
from trimtab.core.delivery.promises.drawn import DEVIATIONS, drawn_tolerance
from trimtab.core.delivery.receipt import verify
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

N = 1000
DESIGN = """
rows: 1000
labels:
  late: {rule: "CASE WHEN x > 499 THEN 'late' WHEN x > 9 THEN 'on time' END", noise: 0.0125}
  plain: {rule: "x > 499"}
  claimed: {probability: "x / 1000", noise: 0.02}
  drawn: {probability: "x / 1000"}
"""
KEPT = [
    "label late",
    "label late noise",
    "label plain",
    "label claimed",
    "label claimed where",
    "label claimed probability",
    "label claimed noise",
    "label drawn",
    "label drawn where",
    "label drawn probability",
    "columns",
]


@pytest.fixture
def study(table_source: Callable[..., Source], open_: Callable[..., Study]) -> Study:
    return open_(table_source({"x": list(range(N))}), DESIGN)


def rows_as_designed() -> dict[str, np.ndarray]:
    x = np.arange(N)
    late = np.where(x > 499, "late", np.where(x > 9, "on time", None))
    # Systematic draws: every tenth of the range has its share of true rows.
    claimed = np.floor(np.cumsum(x / N)) > np.floor(np.cumsum(x / N) - x / N)
    noisy, clean = late.copy(), claimed.copy()
    noisy[100:112] = "late"  # 12.5 rows: the lower one
    claimed = np.concatenate([~claimed[:20], claimed[20:]])
    return {
        "x": x,
        "late": noisy,
        "late_clean": late,
        "plain": x > 499,
        "claimed": claimed,
        "claimed_clean": clean,
        "claimed_probability": x / N,
        "drawn": clean,
        "drawn_probability": x / N,
    }


def measured(study: Study, rows: dict[str, np.ndarray], file: Path) -> dict[str, Promise]:
    table = pa.table({name: pa.array(values.tolist()) for name, values in rows.items()})
    (pyarrow.csv.write_csv if file.suffix == ".csv" else pq.write_table)(table, file)
    found = {promise.promise: promise for promise in verify(file, study)}
    assert list(found) == KEPT
    return found


def broken(found: dict[str, Promise]) -> list[str]:
    return [name for name, promise in found.items() if not promise.kept]


@pytest.mark.parametrize("file", ["a.parquet", "a.csv"])
def test_labels_as_designed_keep_everything(study: Study, tmp_path: Path, file: str) -> None:
    rows = rows_as_designed()
    found = measured(study, rows, tmp_path / file)
    assert broken(found) == []
    p = rows["x"] / N
    assert figures(found["label late"]) == ("label late", N, N, 0.0, True)
    assert figures(found["label late noise"]) == ("label late noise", 12, 12, 0.0, True)
    assert figures(found["label claimed noise"]) == ("label claimed noise", 20, 20, 0.0, True)
    assert found["label claimed"].requested == pytest.approx(p.sum(), abs=1e-9)
    assert found["label claimed"].delivered == rows["claimed_clean"].sum()
    assert found["label claimed"].tolerance == pytest.approx(DEVIATIONS * np.sqrt((p * (1 - p)).sum()), rel=1e-9)


@pytest.mark.parametrize(
    ("column", "row", "value", "names"),
    [
        ("late_clean", 0, "late", ["label late", "label late noise"]),
        ("late_clean", 600, None, ["label late", "label late noise"]),
        ("late", 5, "on time", ["label late noise"]),  # where the clean one is missing, a label is another one
        ("late", 100, "on time", ["label late noise"]),
        ("plain", 0, True, ["label plain"]),
        ("plain", 0, None, ["label plain"]),
        ("claimed", 500, None, ["label claimed noise"]),
        ("claimed_probability", 7, 0.0070001, ["label claimed probability"]),
        ("claimed_probability", 7, None, ["label claimed probability"]),
        ("drawn_probability", 0, 1e-300, ["label drawn probability"]),
    ],
)
def test_one_wrong_cell(study: Study, tmp_path: Path, column: str, row: int, value: Any, names: list[str]) -> None:
    rows = {name: values.astype(object) for name, values in rows_as_designed().items()}
    rows[column][row] = value
    assert broken(measured(study, rows, tmp_path / "a.parquet")) == names


@pytest.mark.parametrize("column", ["claimed_clean", "drawn"])
def test_draws_may_be_off_by_so_many_rows_and_no_more(study: Study, tmp_path: Path, column: str) -> None:
    rows, name = rows_as_designed(), f"label {column.removesuffix('_clean')}"
    before = measured(study, rows, tmp_path / "a.parquet")[name]
    assert isinstance(before.delivered, int)
    assert isinstance(before.requested, float)
    slack = int(before.requested + before.tolerance) - before.delivered
    false = np.flatnonzero(~rows[column])
    for more, kept in ((slack, True), (slack + 1, False)):
        changed = {**rows, column: rows[column].copy()}
        changed[column][false[:more]] = True
        found = measured(study, changed, tmp_path / "a.parquet")
        assert (found[name].delivered, found[name].kept) == (before.delivered + more, kept)


def test_what_is_no_probability_breaks_the_promise(
    table_source: Callable[..., Source], open_: Callable[..., Study], tmp_path: Path
) -> None:
    study = open_(table_source({"x": [0.1, 0.2, 0.3]}), 'rows: 3\nlabels: {hit: {probability: "x"}}')
    rows = {"x": [0.5, 1.5, None, -0.5], "hit": [True, False, None, False], "hit_probability": [0.5, 1.5, None, -0.5]}
    pq.write_table(pa.table(rows), tmp_path / "a.parquet")
    found = {promise.promise: promise for promise in verify(tmp_path / "a.parquet", study)}
    assert figures(found["label hit probability"]) == ("label hit probability", 4, 2, 0.0, False)  # and the missing one
    assert figures(found["label hit"]) == ("label hit", 0.5, 1, drawn_tolerance(0.25), True)


def test_columns_that_are_missing_are_told(study: Study, tmp_path: Path) -> None:
    rows = rows_as_designed()
    for gone, names in (
        ("late_clean", ["label late", "label late noise"]),
        ("late", ["label late noise"]),
        ("claimed_probability", ["label claimed probability"]),
        ("drawn", ["label drawn", "label drawn where"]),
    ):
        found = measured(study, {name: values for name, values in rows.items() if name != gone}, tmp_path / "a.parquet")
        assert broken(found) == [*names, "columns"]
        assert all(found[name].delivered == f"there is no column `{gone}` to measure it on" for name in names)
        assert found["columns"].delivered == f"no column `{gone}`"
    without = measured(study, {name: values for name, values in rows.items() if name != "x"}, tmp_path / "a.parquet")
    assert broken(without) == [name for name in KEPT if not name.endswith("noise")]
