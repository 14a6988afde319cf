"""The loop from a model's predictions to rows: weak slices, a boosted design, its rows, and the receipt on the file.

That the steps fit together, not that a model gains by it: `benchmarks/boost.py` measures that.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.counting.levels import Levels, code_rows
from trimtab.core.coverage.gaps.applying import boost_slice, condition_of
from trimtab.core.coverage.gaps.possible import design_levels
from trimtab.core.delivery.receipt import Delivery, deliver
from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.source.spool import Source, spool
from trimtab.core.study.study import Study, open_study
from trimtab.core.weaknesses.budget import spread_rows, usual_curve
from trimtab.core.weaknesses.predictions import Asked, row_errors
from trimtab.core.weaknesses.slices import Slice, slices_of

SAMPLE = Path(__file__).parents[3] / "sample_data" / "flights_predictions.parquet"
ROWS, ASKED = 8_000, 6_000
SAID = ["late", "probability"]


@pytest.fixture(scope="module")
def flights() -> pa.Table:
    """Real flights with a key, whether they were late, and what a real model said."""
    rows = pq.read_table(SAMPLE).slice(0, ROWS).drop_columns(["error"])
    return rows.append_column("flight", pa.array(np.arange(ROWS)))


@pytest.fixture(scope="module")
def source(flights: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> Source:
    """The factors alone."""
    return spooled(flights.drop_columns(SAID), tmp_path_factory.mktemp("source"), "flights")


@pytest.fixture(scope="module")
def predictions(flights: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> Source:
    """The key and the predictions, in another order."""
    order = np.random.Generator(np.random.Philox(3)).permutation(ROWS)
    return spooled(flights.select(["flight", *SAID]).take(order), tmp_path_factory.mktemp("said"), "said")


def spooled(rows: pa.Table, folder: Path, name: str) -> Source:
    pq.write_table(rows, folder / f"{name}.parquet")
    return spool(folder / f"{name}.parquet", folder / "home")


def opened(source: Source, **fields: object) -> Study:
    reference = SourceRef(path=source.name, sha256=source.sha256)
    drop = {"flight": {"role": "drop"}}
    design = {"name": "loop", "source": reference, "rows": ASKED, "seed": 4, "factors": drop, **fields}
    return open_study(Design.model_validate(design), source)


def weak_slices(study: Study, predictions: Source, top: int) -> tuple[tuple[Slice, ...], list[Levels]]:
    asked = Asked(label="late", probability="probability", loss="absolute", key="flight")
    errors = row_errors(study.source, asked, predictions)
    levels = design_levels(study, list(study.delivered))
    return slices_of(code_rows(study.source, levels), levels, errors.values, max_factors=2, top=top).slices, levels


def condition(one: Slice, levels: list[Levels]) -> str:
    return condition_of(one.levels, {level.factor: level.axis for level in levels})


def count(table: pa.Table, condition: str) -> int:
    """Rows that meet a condition, counted by a query of this test."""
    con = duckdb.connect()
    con.register("made", table)
    found: int = con.sql(f"SELECT count(*) FROM made WHERE {condition}").fetchall()[0][0]
    return found


def made(delivery: Delivery) -> pa.Table:
    assert [promise for promise in delivery.promises if not promise.kept] == []
    return pq.read_table(delivery.path)


def test_slices_are_those_of_the_rows_the_predictions_are_of(
    flights: pa.Table, source: Source, predictions: Source
) -> None:
    (worst, *_), levels = weak_slices(opened(source), predictions, 1)
    where = condition(worst, levels)
    errors = np.abs(flights["late"].to_numpy().astype(float) - flights["probability"].to_numpy())
    with_error = flights.append_column("off", pa.array(errors))
    con = duckdb.connect()
    con.register("rows", with_error)
    rows, mean = con.sql(f"SELECT count(*), avg(off) FROM rows WHERE {where}").fetchall()[0]
    assert worst.rows == rows
    assert worst.mean_error == pytest.approx(mean, rel=1e-9)
    assert worst.interval[0] < mean < worst.interval[1]
    assert mean > errors.mean()


def test_a_boosted_slice_has_the_share_that_was_asked(source: Source, predictions: Source, tmp_path: Path) -> None:
    study = opened(source)
    (worst, *_), levels = weak_slices(study, predictions, 1)
    where, real = condition(worst, levels), worst.rows / ROWS
    rate = round(real + (1 - real) / 3, 3)
    boosted = open_study(boost_slice(study, worst.levels, rate=rate), source, previous=study)
    rows = made(deliver(boosted, tmp_path / "rows.parquet"))
    assert count(rows, where) == round(rate * ASKED) > real * ASKED
    assert (next(iter(boosted.design.events.values()))).when == where


def test_a_budget_brings_each_slice_its_rows_in_a_supplement(
    flights: pa.Table, source: Source, predictions: Source, tmp_path: Path
) -> None:
    study = opened(source, mode="supplement", rows=2_000)
    found, levels = weak_slices(study, predictions, 3)
    assert len(found) == 3
    curves = [usual_curve(one.rows, one.mean_error) for one in found]
    more = [int(k) for k in spread_rows([one.rows for one in found], curves, 1_500)]
    assert sum(more) == 1_500
    wanted = {condition(one, levels): k for one, k in zip(found, more, strict=True) if k}
    for one, k in zip(found, more, strict=True):
        if k:
            study = open_study(boost_slice(study, one.levels, rows=k), source, previous=study)
    rows = made(deliver(study, tmp_path / "rows.parquet"))
    assert {where: count(rows, where) for where in wanted} == wanted
    together = pa.concat_tables(
        [flights.select(rows.select(study.delivered).column_names), rows.select(study.delivered)]
    )
    assert {event.when: event.rows for event in study.design.events.values()} == {
        where: count(together, where) for where in wanted
    }
