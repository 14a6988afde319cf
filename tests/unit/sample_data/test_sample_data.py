"""The sample files hold what their README says, to the row, and the designs speak of exactly these files."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml

FOLDER = Path(__file__).parents[3] / "sample_data"
FLIGHTS, CRASHES, PREDICTIONS = "flights.parquet", "crashes.csv", "flights_predictions.parquet"
ROWS = {FLIGHTS: 335_220, CRASHES: 26_217, PREDICTIONS: 60_000}
DESIGNS = ["crashes-without-belts.yaml", "everything-at-once.yaml", "flat-calendar.yaml", "fog-and-wind.yaml"]

# Each column's type as DuckDB reads it, in the order of the file.
WEATHER = dict.fromkeys(["temp", "humid", "wind_speed", "wind_gust", "precip", "pressure", "visib"], "DOUBLE")
PLACE = {"origin": "VARCHAR", "carrier": "VARCHAR", "dest": "VARCHAR", "distance": "SMALLINT"}
TYPES = {
    FLIGHTS: {"month": "TINYINT", "hour": "TINYINT"}
    | PLACE
    | {"dep_delay": "SMALLINT", "arr_delay": "SMALLINT", "cancelled": "BOOLEAN"}
    | WEATHER,
    CRASHES: {"dvcat": "VARCHAR", "weight": "DOUBLE"}
    | dict.fromkeys(["dead", "airbag", "seatbelt"], "VARCHAR")
    | {"frontal": "BIGINT", "sex": "VARCHAR", "ageOFocc": "BIGINT", "yearacc": "BIGINT", "yearVeh": "BIGINT"}
    | {"abcat": "VARCHAR", "occRole": "VARCHAR", "deploy": "BIGINT", "injSeverity": "BIGINT"},
    PREDICTIONS: {"month": "TINYINT", "hour": "TINYINT"}
    | PLACE
    | WEATHER
    | {"late": "BOOLEAN", "probability": "FLOAT", "error": "FLOAT"},
}
# Missing values of the columns that have any.
MISSING = {
    FLIGHTS: {
        "dep_delay": 8_227,
        "arr_delay": 9_401,
        "temp": 17,
        "humid": 17,
        "wind_speed": 78,
        "wind_gust": 254_835,
        "pressure": 37_232,
    },
    CRASHES: {"yearVeh": 1, "injSeverity": 153},
    PREDICTIONS: {"temp": 1, "humid": 1, "wind_speed": 8, "wind_gust": 45_714, "pressure": 6_365},
}


def query(file: str, select: str) -> list[tuple[Any, ...]]:
    """Rows of `SELECT {select}` with {file} standing for the sample file."""
    with duckdb.connect() as connection:
        return connection.execute(f"SELECT {select}".replace("{file}", f"'{FOLDER / file}'")).fetchall()


def count(file: str, condition: str) -> int:
    """Rows of the file for which the condition is true."""
    return int(query(file, f"count(*) FROM {{file}} WHERE {condition}")[0][0])


@pytest.mark.parametrize("file", ROWS)
def test_rows_columns_types_and_missing_values(file: str) -> None:
    with duckdb.connect() as connection:
        described = connection.execute(f"DESCRIBE FROM '{FOLDER / file}'").fetchall()
    assert {name: type_ for name, type_, *_ in described} == TYPES[file]
    assert [name for name, *_ in described] == list(TYPES[file])
    assert count(file, "true") == ROWS[file]
    missing = {column: count(file, f'"{column}" IS NULL') for column in TYPES[file]}
    assert {column: n for column, n in missing.items() if n} == MISSING[file]


def test_all_three_files_fit_in_8_megabytes() -> None:
    assert sum((FOLDER / file).stat().st_size for file in ROWS) <= 8_000_000


@pytest.mark.parametrize("file", [FLIGHTS, PREDICTIONS])
def test_missing_numbers_are_nulls_not_nan(file: str) -> None:
    table = pq.read_table(FOLDER / file)
    numbers = [field.name for field in table.schema if pa.types.is_floating(field.type)]
    assert {name: pc.sum(pc.is_nan(table[name])).as_py() for name in numbers} == dict.fromkeys(numbers, 0)


def test_missing_fields_of_the_crashes_are_empty() -> None:
    lines = (FOLDER / CRASHES).read_bytes().decode("utf-8").split("\n")
    assert lines[0].split(",") == list(TYPES[CRASHES])
    assert lines[-1] == ""
    records = [line.split(",") for line in lines[1:-1]]
    empty = np.array([[field == "" for field in record] for record in records])
    assert dict(zip(TYPES[CRASHES], empty.sum(axis=0).tolist(), strict=True)) == (
        dict.fromkeys(TYPES[CRASHES], 0) | MISSING[CRASHES]
    )
    assert {field for record in records for field in record} & {"NA", "NaN", "nan", "None", "<NA>"} == set()


def test_a_cancelled_flight_has_no_delay_and_only_it_lacks_a_departure() -> None:
    assert count(FLIGHTS, "cancelled") == 8_227
    assert count(FLIGHTS, "cancelled AND (dep_delay IS NOT NULL OR arr_delay IS NOT NULL)") == 0
    assert count(FLIGHTS, "NOT cancelled AND dep_delay IS NULL") == 0
    assert count(FLIGHTS, "NOT cancelled AND arr_delay IS NULL") == 1_174


def test_wind_is_in_whole_knots_rounded_to_two_decimals() -> None:
    for column in ("wind_speed", "wind_gust"):
        values = np.array(query(FLIGHTS, f"DISTINCT {column} FROM {{file}} WHERE {column} IS NOT NULL"))
        assert np.array_equal(values, np.round(np.round(values / 1.15078) * 1.15078, 2))


def test_flights_are_in_the_order_of_the_year() -> None:
    months = pq.read_table(FOLDER / FLIGHTS, columns=["month"])["month"].to_numpy()
    assert months[0] == 1
    assert months[-1] == 12
    assert (np.diff(months) >= 0).all()


def test_airbag_columns_of_the_crashes_agree() -> None:
    combinations = query(CRASHES, "DISTINCT airbag, abcat, deploy FROM {file} ORDER BY ALL")
    assert combinations == [("airbag", "deploy", 1), ("airbag", "nodeploy", 0), ("none", "unavail", 0)]


def test_levels_of_the_crashes_are_spelled_as_published() -> None:
    assert [level for (level,) in query(CRASHES, "DISTINCT dvcat FROM {file} ORDER BY 1")] == [
        "1-9km/h",
        "10-24",
        "25-39",
        "40-54",
        "55+",
    ]


def test_error_is_the_distance_of_the_probability_from_the_truth() -> None:
    table = pq.read_table(FOLDER / PREDICTIONS)
    late = table["late"].to_numpy()
    # Four decimals as float32: back to the nearest four decimals in float64, where the difference is exact enough.
    probability = np.round(table["probability"].to_numpy().astype(np.float64), 4)
    assert late.sum() == 14_210
    assert ((probability > 0) & (probability < 1)).all()
    assert np.array_equal(probability.astype(np.float32), table["probability"].to_numpy())
    assert np.array_equal(np.round(np.abs(late - probability), 4).astype(np.float32), table["error"].to_numpy())
    assert probability[late].mean() > probability[~late].mean() + 0.1


def test_every_prediction_is_of_a_flight_that_arrived_with_the_label_it_has() -> None:
    factors = ", ".join(column for column in TYPES[PREDICTIONS] if column in TYPES[FLIGHTS])
    # EXCEPT ALL compares missing values as equal and counts repeats, so each prediction uses up a flight of its own.
    left_over = query(
        FLIGHTS,
        f"count(*) FROM (SELECT {factors}, late FROM '{FOLDER / PREDICTIONS}' EXCEPT ALL "
        f"SELECT {factors}, arr_delay > 15 FROM {{file}} WHERE NOT cancelled AND arr_delay IS NOT NULL)",
    )
    assert left_over == [(0,)]


@pytest.mark.parametrize("file", ROWS)
def test_the_readme_states_the_columns_and_their_missing_shares(file: str) -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    section = readme.split(f"## {file}\n")[1].split("\n## ")[0]
    stated = re.findall(r"^\| `(\w+)` \|.*\| ([^|]+) \|$", section, flags=re.MULTILINE)
    missing = {column: MISSING[file].get(column, 0) for column in TYPES[file]}
    assert stated == [
        (column, f"{n:,} ({n / ROWS[file]:.2%})".replace("%", " %") if n else "none") for column, n in missing.items()
    ]
    assert (
        f"| `{file}` | {ROWS[file]:,} | {len(TYPES[file])} | {(FOLDER / file).stat().st_size / 1e6:.2f} MB |" in readme
    )


def test_three_designs_come_with_the_data() -> None:
    assert sorted(path.name for path in (FOLDER / "designs").iterdir()) == DESIGNS


@pytest.mark.parametrize("design", DESIGNS)
def test_a_design_names_its_source_by_content_and_fits_its_columns(design: str) -> None:
    path = FOLDER / "designs" / design
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    source = path.parent / document["source"]["path"]
    assert document["name"] == path.stem
    assert hashlib.sha256(source.read_bytes()).hexdigest() == document["source"]["sha256"]
    plain = {name for name, one in document["factors"].items() if one.get("role") != "derive"}
    assert plain <= TYPES[source.name].keys()
    targets = {name: factor for name, factor in document["factors"].items() if factor.get("role") == "target"}
    assert targets
    for name, factor in targets.items():
        edges = factor["edges"]
        low, high = query(source.name, f'min("{name}"), max("{name}") FROM {{file}}')[0]
        assert edges == sorted(edges)
        assert (edges[0], edges[-1]) == (low, high)
        assert len(factor["target"]["weights"]) == len(edges) - 1


@pytest.mark.parametrize("design", ["crashes-without-belts.yaml", "fog-and-wind.yaml"])
def test_the_description_of_a_design_states_how_often_its_events_really_happen(design: str) -> None:
    document = yaml.safe_load((FOLDER / "designs" / design).read_text(encoding="utf-8"))
    source = Path(document["source"]["path"]).name
    assert len(document["events"]) == 2
    for event in document["events"].values():
        real = count(source, event["when"])
        assert f"{real:,} of {ROWS[source]:,}" in document["description"]
        assert f"({real / ROWS[source]:.2%})".replace("%", " %") in document["description"]


def test_the_description_of_the_flat_calendar_states_the_real_extremes() -> None:
    document = yaml.safe_load((FOLDER / "designs" / "flat-calendar.yaml").read_text(encoding="utf-8"))
    months = query(FLIGHTS, "count(*), month FROM {file} GROUP BY month ORDER BY 1")
    hours = query(FLIGHTS, "count(*), hour FROM {file} WHERE hour BETWEEN 6 AND 21 GROUP BY hour ORDER BY 1")
    assert (months[0], months[-1]) == ((24_922, 2), (29_383, 7))
    assert "24,922 flights in February to 29,383 in July" in document["description"]
    assert f"{hours[0][0]:,} flights at {hours[0][1]} to {hours[-1][0]:,} at {hours[-1][1]}" in document["description"]


def test_the_flat_calendar_leaves_the_night_its_real_share() -> None:
    document = yaml.safe_load((FOLDER / "designs" / "flat-calendar.yaml").read_text(encoding="utf-8"))
    hour = document["factors"]["hour"]
    shares = np.array(hour["target"]["weights"]) / sum(hour["target"]["weights"])
    bins = dict(zip(hour["edges"], shares.tolist(), strict=False))  # the repeated last edge starts no bin
    day = {bins[h] for h in range(6, 22)}
    assert len(day) == 1
    night = {h: count(FLIGHTS, f"hour = {h}") / ROWS[FLIGHTS] for h in (1, 5, 22, 23)}
    # The day's mean of 20,600.9 flights is rounded to 20,601: 2 flights in 335,220 of slack over all hours.
    assert {h: bins[h] for h in night} == pytest.approx(night, abs=2 / ROWS[FLIGHTS])
