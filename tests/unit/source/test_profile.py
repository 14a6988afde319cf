"""The figures of a source, from real files, and in the words of the command line's contract."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trimtab.core.source.columns import read_columns
from trimtab.core.source.profile import FactorProfile, Profile, profile, to_json
from trimtab.core.source.spool import spool


@pytest.fixture
def profiled(tmp_path: Path) -> Any:
    def make(columns: dict[str, Any]) -> Profile:
        file = tmp_path / "data.parquet"
        pq.write_table(pa.table(columns), file)
        source = spool(file, tmp_path / "home")
        return profile(read_columns(source), source.rows)

    return make


def only(figures: Profile) -> FactorProfile:
    (factor,) = figures.factors
    return factor


def test_numbers(profiled: Any) -> None:
    factor = only(profiled({"speed": [1.5, 1.5, 4.0, None]}))
    assert (factor.name, factor.kind, factor.type) == ("speed", "continuous", "double")
    assert (factor.missing, factor.missing_share, factor.distinct) == (1, 0.25, 2)
    assert (factor.minimum, factor.maximum, factor.top) == (1.5, 4.0, None)
    assert factor.mean == pytest.approx(7 / 3)
    assert factor.axis.points
    assert factor.counts.tolist() == [2, 1, 1]
    assert not factor.identifier
    assert not factor.constant


def test_categories_and_booleans(profiled: Any) -> None:
    road, wet = profiled({"road": ["b", "a", "b", None], "wet": [True, False, True, True]}).factors
    assert (road.kind, road.top, road.minimum, road.maximum, road.mean) == ("categorical", "b", None, None, None)
    assert road.counts.tolist() == [2, 1, 1]
    assert (wet.kind, wet.top, wet.axis.labels, wet.counts.tolist()) == (
        "boolean",
        "true",
        ("false", "true"),
        [1, 3, 0],
    )


def test_extremes_are_exact_beyond_doubles_and_beyond_pandas(profiled: Any) -> None:
    whole = only(profiled({"id": pa.array([2**64 - 1, 2**53 + 1], pa.uint64())}))
    assert (whole.minimum, whole.maximum) == (2**53 + 1, 2**64 - 1)
    day = only(profiled({"day": [dt.date(1500, 1, 1), dt.date(9999, 12, 31), None]}))
    assert (day.kind, day.minimum, day.maximum, day.mean) == ("datetime", "1500-01-01", "9999-12-31", None)
    moment = only(profiled({"t": [dt.datetime(2013, 1, 1, 5, 30)]}))
    assert (moment.minimum, moment.maximum) == ("2013-01-01T05:30", "2013-01-01T05:30")


def test_the_mean_of_huge_numbers_is_finite(profiled: Any) -> None:
    assert only(profiled({"x": [1.5e308] * 10})).mean == pytest.approx(1.5e308)


def test_a_column_without_values(profiled: Any) -> None:
    _, gap, text = profiled({"a": [1, 2], "gap": pa.nulls(2, pa.float64()), "text": pa.nulls(2, pa.string())}).factors
    for factor in (gap, text):
        assert (factor.missing, factor.missing_share, factor.distinct) == (2, 1.0, 0)
        assert (factor.minimum, factor.maximum, factor.mean, factor.top) == (None, None, None, None)
        assert factor.counts.tolist() == [2]
        assert factor.constant
        assert not factor.identifier


@pytest.mark.parametrize(
    ("values", "identifier"),
    [
        ([f"user {i}" for i in range(51)], True),
        ([f"user {i}" for i in range(50)], False),
        ([*(f"user {i}" for i in range(95)), *["user 0"] * 5], True),
        ([*(f"user {i}" for i in range(94)), *["user 0"] * 6], False),
        ([*(f"user {i}" for i in range(60)), *[None] * 60], True),
        (list(range(60)), True),
        ([3 * i * i for i in range(60)], False),
        ([3_000_000 + 999 * i * i % 5_000_011 for i in range(60)], True),
        ([20230100 + i % 28 + 1 + 100 * (i // 28) for i in range(60)], False),
        ([*range(59), 58], False),
        ([i + 0.5 for i in range(60)], False),
    ],
)
def test_identifiers(profiled: Any, values: list[Any], identifier: bool) -> None:
    assert only(profiled({"x": values})).identifier is identifier


@pytest.mark.parametrize(("values", "constant"), [([1, 1], True), ([1, None], False), ([1, 2], False)])
def test_constants(profiled: Any, values: list[Any], constant: bool) -> None:
    assert only(profiled({"x": values})).constant is constant


def test_json_in_the_words_of_the_contract(profiled: Any) -> None:
    figures = profiled({"speed": [0.5, 4.0, None], "road": ["dry", "dry", "wet"], "day": [dt.date(2013, 1, 1)] * 3})
    written = to_json(figures)
    assert json.loads(json.dumps(written, allow_nan=False)) == written
    assert written["rows"] == 3
    speed, road, day = written["factors"]
    assert {"name", "kind", "missing", "distinct", "bins"} <= set(speed)
    assert (speed["name"], speed["kind"], speed["missing"], speed["distinct"]) == ("speed", "continuous", 1, 2)
    assert speed["bins"] == [
        {"label": "0.5", "low": 0.5, "high": 4.0, "count": 1},
        {"label": "4", "low": 4.0, "high": 4.0, "count": 1},
    ]
    assert road["bins"] == [
        {"label": "dry", "low": None, "high": None, "count": 2},
        {"label": "wet", "low": None, "high": None, "count": 1},
    ]
    assert day["bins"] == [{"label": "2013-01-01", "low": "2013-01-01", "high": "2013-01-01", "count": 3}]


def test_bins_and_missing_add_up_to_the_rows(profiled: Any) -> None:
    rng = np.random.default_rng(0)
    rows = 3000
    hours = [dt.datetime(2013, 1, 1) + dt.timedelta(hours=int(h)) for h in rng.integers(0, 8760, rows)]
    figures = profiled(
        {
            "x": [None if x > 2 else float(x) for x in rng.normal(size=rows)],
            "n": rng.poisson(300, rows),
            "t": hours,
            "c": [f"level {i}" for i in rng.integers(0, 500, rows)],
        }
    )
    for factor in to_json(figures)["factors"]:
        assert sum(one["count"] for one in factor["bins"]) + factor["missing"] == rows
        assert len(factor["bins"]) <= 41


def test_sample_data(tmp_path: Path) -> None:
    """The crash records: what a person sees who drops the CSV on the app."""
    source = spool(Path(__file__).parents[3] / "sample_data" / "crashes.csv", tmp_path)
    factors = {factor.name: factor for factor in profile(read_columns(source), source.rows).factors}
    assert source.rows == 26_217
    assert factors["seatbelt"].axis.labels == ("belted", "none")  # the word none is a level here, not a gap
    assert factors["yearVeh"].missing == 1
    assert factors["yearVeh"].kind == "count"
    assert factors["ageOFocc"].axis.labels[:2] == ("15–19", "20–24")
