"""Rows of any data set on levels of what a design computes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.counting.computing import code_in
from trimtab.core.counting.levels import Levels
from trimtab.core.coverage.gaps.possible import design_levels
from trimtab.core.delivery.writers import write
from trimtab.core.errors import InputError
from trimtab.core.projection.projection import project
from trimtab.core.sampling.run import prepare, schema_of
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Make = Callable[[dict[str, list[object]]], Source]
Open = Callable[..., Study]

X = [1, 2, 3, 4, 5, 6, 7, 8, None, 10] * 20
TEXT = """
factors: {z: {role: derive, expression: "x * 2"}}
levels: {hard: {score: "x - 5", cuts: [0], shares: {low: 0.4, high: 0.6}}}
labels:
  late: {rule: "CASE WHEN k = 'a' THEN 'yes' ELSE 'no' END", noise: 0.3}
  odd: {probability: "x / 20.0"}
rules: ["x IS NOT NULL"]
"""
NAMES = ["x", "k", "z", "hard", "late", "odd"]


@pytest.fixture
def study(table_source: Make, open_: Open) -> Study:
    return open_(table_source({"x": list(X), "k": list("abcde" * 40)}), TEXT)


def labels_of(study: Study, data: Path | Source, name: str) -> list[str]:
    (levels,) = design_levels(study, [name])
    codes = code_in(study, data, [levels]).codes[name]
    return [(*levels.labels, "outside")[code] for code in codes.tolist()]


def test_what_a_design_computes_is_computed_on_the_rows_of_its_source(study: Study) -> None:
    doubled = labels_of(study, study.source, "z")
    assert doubled == ["missing" if x is None else str(2 * x) for x in X]
    assert labels_of(study, study.source, "late") == (["yes", *["no"] * 4] * 40)
    assert labels_of(study, study.source, "hard")[:10] == [*["low"] * 4, *["high"] * 4, "missing", "high"]


def test_one_pass_gives_what_each_alone_gives(study: Study) -> None:
    levels = design_levels(study, NAMES)
    together = code_in(study, study.source, levels)
    assert list(together.codes) == NAMES
    assert together.rows == len(X)
    for one in levels:
        alone = code_in(study, study.source, [one]).codes[one.factor]
        assert np.array_equal(together.codes[one.factor], alone)


def test_generated_rows_and_a_csv_have_the_same_codes(study: Study, tmp_path: Path) -> None:
    generator = prepare(study, projection=project(study))
    write([generator.block(0)], tmp_path / "rows.parquet", schema=schema_of(study, provenance=True))
    rows = pq.read_table(tmp_path / "rows.parquet")
    rows.select(["x", "k"]).to_pandas().to_csv(tmp_path / "rows.csv", index=False)
    for name in NAMES:
        assert labels_of(study, tmp_path / "rows.csv", name) == labels_of(study, tmp_path / "rows.parquet", name)
    clean = rows.column("late_clean").to_pylist()
    assert labels_of(study, tmp_path / "rows.parquet", "late") == clean
    assert clean != rows.column("late").to_pylist()


def test_where_a_column_that_is_needed_lacks_what_was_computed_before_is_read(study: Study, tmp_path: Path) -> None:
    pq.write_table(pa.table({"z": [2, 4, None], "late_clean": ["yes", "no", "no"]}), tmp_path / "less.parquet")
    assert labels_of(study, tmp_path / "less.parquet", "z") == ["2", "4", "missing"]
    assert labels_of(study, tmp_path / "less.parquet", "late") == ["yes", "no", "no"]
    with pytest.raises(InputError, match=r"less\.parquet: there is no factor `odd_probability`"):
        labels_of(study, tmp_path / "less.parquet", "odd")


def test_values_that_the_levels_lack_are_outside(study: Study, tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": [1, 50], "k": ["a", "z"]}), tmp_path / "other.parquet")
    assert labels_of(study, tmp_path / "other.parquet", "z") == ["2", "outside"]
    (levels,) = design_levels(study, ["hard"])
    fewer: Levels = replace(levels, bins=(levels.labels.index("low"),), missing=False)
    assert code_in(study, tmp_path / "other.parquet", [fewer]).codes["hard"].tolist() == [0, 1]
