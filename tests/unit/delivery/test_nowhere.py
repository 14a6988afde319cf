"""What is asked for nothing is nowhere: a single row there breaks its promise, whatever chance may do to the rest."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.delivery.measuring.all_promises import receipt
from trimtab.core.sampling.run import generate
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]
ROWS = 2000
DESIGN = """
factors:
  dose: {role: keep}
  stars: {role: target, target: {family: categorical, weights: {"1": 2, "3": 0, "5": 1}}}
  weight: {role: target, target: {family: normal, mean: 50, sd: 10, low: 20, high: 80}}
  city: {role: keep}
"""


@pytest.fixture
def study(table_source: Callable[[dict[str, list[Any]]], Source], open_: Open) -> Study:
    i = np.arange(900)
    table = {
        "dose": (i % 3 * 0.5 + 0.5).tolist(),
        "stars": (i // 3 % 3 * 2 + 1).tolist(),
        "weight": np.linspace(20, 80, 900).round(2).tolist(),
        "city": ["Oslo" if k % 4 else "Rome" for k in i],
    }
    return open_(table_source(table), DESIGN)


def kept(study: Study, table: pa.Table, file: Path) -> dict[str, bool]:
    pq.write_table(table, file)
    return {one.promise: one.kept for one in receipt(file, study, rows=ROWS, plans=())}


@pytest.fixture
def rows(study: Study) -> pa.Table:
    return pa.concat_tables(generate(study, rows=ROWS))


def test_the_rows_of_the_design_keep_all(study: Study, rows: pa.Table, tmp_path: Path) -> None:
    assert all(kept(study, rows, tmp_path / "rows.parquet").values())
    narrow = rows.set_column(0, "dose", rows["dose"].cast(pa.float32()))
    assert all(kept(study, narrow, tmp_path / "narrow.parquet").values())


@pytest.mark.parametrize(
    ("name", "value", "promise"),
    [
        ("dose", 0.7, "keep dose"),
        ("dose", 1.5001, "keep dose"),
        ("dose", None, "keep dose"),
        ("stars", 3, "target stars"),
        ("stars", 4, "target stars"),
        ("stars", None, "target stars"),
        ("weight", 80.01, "target weight"),
        ("weight", 19.0, "target weight"),
        ("weight", None, "target weight"),
        ("city", "Bonn", "keep city"),
        ("city", None, "keep city"),
    ],
)
def test_one_row_elsewhere_breaks_it(
    study: Study, rows: pa.Table, tmp_path: Path, name: str, value: object, promise: str
) -> None:
    column = rows[name].to_pylist()
    column[7] = value
    broken = rows.set_column(rows.column_names.index(name), name, pa.array(column, rows.schema.field(name).type))
    found = kept(study, broken, tmp_path / "rows.parquet")
    # Nor can such a row weigh anything.
    assert [one for one, is_kept in found.items() if not is_kept] == [promise, "weight"]
