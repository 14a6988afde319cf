"""Times with a zone, the whole way: a design, its rows and its verdict speak of the hours that a clock there shows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

from trimtab.core.counting.datasets import ROWS, open_data, reading_of
from trimtab.core.delivery.receipt import deliver, verify
from trimtab.core.design.files import loads
from trimtab.core.errors import InputError
from trimtab.core.expressions.zones import local, moments
from trimtab.core.source.columns import as_numbers, encode
from trimtab.core.source.spool import spool
from trimtab.core.study.study import Study, open_study

YORK = ZoneInfo("America/New_York")
TYPE = pa.timestamp("us", "America/New_York")
DESIGN = """
trimtab: 1
name: nights
rows: 1000
source: {path: trips.parquet}
factors: {h: {role: derive, expression: "hour(start)"}}
events: {night: {when: "hour(start) >= 22", rate: 0.3}}
"""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """2,000 trips over a year, each hour of the day in New York as often."""
    first = dt.datetime(2023, 1, 1)
    clock = [first + dt.timedelta(days=i % 365, hours=i % 24, minutes=i % 60) for i in range(2_000)]
    starts = pa.array([moment.replace(tzinfo=YORK) for moment in clock], TYPE)
    pq.write_table(pa.table({"start": starts, "kind": ["a", "b"] * 1_000}), tmp_path / "trips.parquet")
    return open_study(loads(DESIGN), spool(tmp_path / "trips.parquet", tmp_path / "home"))


def test_hours_are_those_of_the_zone_and_the_zone_is_kept(study: Study, tmp_path: Path) -> None:
    made = deliver(study, tmp_path / "rows.parquet")
    assert made.kept
    rows = pq.read_table(tmp_path / "rows.parquet")
    assert rows.schema.field("start").type == TYPE
    hours = [moment.hour for moment in rows["start"].to_pylist()]
    assert rows["h"].to_pylist() == hours
    assert sum(hour >= 22 for hour in hours) == 300


@pytest.mark.parametrize("name", ["pandas.csv", "arrow.csv", "utc.parquet"])
def test_other_writers_keep_the_moments(study: Study, tmp_path: Path, name: str) -> None:
    deliver(study, tmp_path / "rows.parquet")
    rows = pq.read_table(tmp_path / "rows.parquet")
    if name == "pandas.csv":
        rows.to_pandas().to_csv(tmp_path / name, index=False)
    elif name == "arrow.csv":
        pyarrow.csv.write_csv(rows, tmp_path / name)
    else:
        pq.write_table(rows.set_column(0, "start", rows["start"].cast(pa.timestamp("us", "UTC"))), tmp_path / name)
    assert [one.promise for one in verify(tmp_path / name, study) if not one.kept] == []


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_times_without_a_zone_are_no_moments(study: Study, tmp_path: Path, ending: str) -> None:
    rows = pa.table({"start": pa.array([dt.datetime(2023, 1, 1, 5)]), "kind": ["a"], "h": [5]})
    if ending == "csv":
        pyarrow.csv.write_csv(rows, tmp_path / "naive.csv")
    else:
        pq.write_table(rows, tmp_path / "naive.parquet")
    with pytest.raises(InputError, match=rf"naive\.{ending}: column `start`.*(without a zone|with its zone)"):
        verify(tmp_path / f"naive.{ending}", study)


def test_an_hour_that_comes_twice_and_one_that_never_comes() -> None:
    def utc(*at: int) -> dt.datetime:
        return dt.datetime(*at, tzinfo=dt.UTC)  # type: ignore[arg-type,misc]

    twice = pa.array([utc(2013, 11, 3, 6, 30), utc(2013, 11, 3, 5, 30), utc(2013, 11, 3, 7)], TYPE)
    column = encode("t", pa.chunked_array([twice]), None)
    assert column.distinct == 3
    assert np.all(np.diff(column.numbers) >= 0)
    assert local(column.values).to_pylist() == [dt.datetime(2013, 11, 3, 1, 30)] * 2 + [dt.datetime(2013, 11, 3, 2)]
    shown = [dt.datetime(2013, 11, 3, 1, 30), dt.datetime(2013, 3, 10, 2, 30)]
    numbers = pa.array(shown, pa.timestamp("us")).cast(pa.int64()).to_numpy()
    found = moments(numbers, TYPE)
    assert found.cast(pa.timestamp("us", "UTC")).to_pylist() == [utc(2013, 11, 3, 5, 30), utc(2013, 3, 10, 7)]
    assert as_numbers(found)[0] == numbers[0]


@pytest.mark.parametrize("zone", ["America/New_York", "+05:30", "-03:00", "UTC"])
def test_duckdb_and_arrow_read_one_clock(tmp_path: Path, zone: str) -> None:
    values = pa.array([0, 1_372_636_800_000_001, -1], pa.int64()).cast(pa.timestamp("us", zone))
    pq.write_table(pa.table({"t": values}), tmp_path / "a.parquet")
    column = encode("t", pa.chunked_array([values]), None)
    with open_data(tmp_path / "a.parquet", {"t": reading_of(column)}) as data:
        found = [float(row[0]) for row in data.con.execute(f"SELECT epoch_us(t) FROM {ROWS}").fetchall()]
    assert found == as_numbers(values).tolist()
