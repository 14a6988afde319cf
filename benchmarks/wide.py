"""A wide, long table made from the real flights: their rows over and over, jittered, and columns that lean on theirs.

Rows are made and written in batches, so that the table is never in memory as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.tables import SAMPLES

BATCH = 65_536
BEFORE = 8
"""So many rows before a batch are made with it, for columns that look back."""

Rows = Mapping[str, pa.Array]
Recipe = Callable[[Rows, np.random.Generator], pa.Array]


def jittered(name: str, spread: float, digits: int) -> Recipe:
    """The real column, moved a little and rounded as instruments do."""

    def make(rows: Rows, draw: np.random.Generator) -> pa.Array:
        column = rows[name]
        moved = np.round(_numbers(column) + spread * draw.standard_normal(len(column)), digits)
        return _array(moved).cast(column.type, safe=False)

    return make


def real(name: str) -> Recipe:
    """The real column as it is."""
    return lambda rows, draw: rows[name]


def noisy(name: str, share: float) -> Recipe:
    """The real column with noise of a share of its spread, to every digit: nearly every row has a value of its own."""

    def make(rows: Rows, draw: np.random.Generator) -> pa.Array:
        numbers = _numbers(rows[name])
        return _array(numbers + share * np.nanstd(numbers) * draw.standard_normal(len(numbers)))

    return make


def lagged(name: str, by: int) -> Recipe:
    """What the real column was `by` rows before."""
    return lambda rows, draw: pa.concat_arrays([rows[name][:by], rows[name][: len(rows[name]) - by]])


def joined(*names: str) -> Recipe:
    """Several real columns as one text."""
    return lambda rows, draw: pc.binary_join_element_wise(*(rows[name].cast(pa.string()) for name in names), "-")


def difference(one: str, other: str) -> Recipe:
    """One real column less another."""
    return lambda rows, draw: pc.subtract(rows[one].cast(pa.float64()), rows[other].cast(pa.float64()))


def above(name: str, limit: float) -> Recipe:
    """Whether the real column lies above a limit."""
    return lambda rows, draw: pc.greater(rows[name], limit)


def coarser(name: str, step: float) -> Recipe:
    """The real column in whole steps."""
    return lambda rows, draw: _array(np.floor(_numbers(rows[name]) / step)).cast(pa.int16())


def mistaken(name: str, share: float) -> Recipe:
    """The real column, in which a share of the rows has the value of another row."""

    def make(rows: Rows, draw: np.random.Generator) -> pa.Array:
        place = np.arange(len(rows[name]))
        wrong = draw.random(len(place)) < share
        place[wrong] = draw.integers(0, len(place), wrong.sum())
        return rows[name].take(pa.array(place))

    return make


def moment(unit: str) -> Recipe:
    """A date and time in the real month and hour, cut to a unit of the calendar."""

    def make(rows: Rows, draw: np.random.Generator) -> pa.Array:
        size = len(rows["month"])
        month = (_numbers(rows["month"]) - 1).astype("datetime64[M]") + np.datetime64("2013-01", "M").astype(np.int64)
        seconds = (draw.integers(0, 28, size) * 24 + _numbers(rows["hour"]).astype(np.int64)) * 3600
        moments = month.astype("datetime64[s]") + seconds + draw.integers(0, 3600, size)
        return pa.array(moments.astype(f"datetime64[{unit}]").astype("datetime64[us]"))

    return make


def _numbers(column: pa.Array) -> np.ndarray:
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False))


def _array(numbers: np.ndarray) -> pa.Array:
    return pa.array(numbers, mask=np.isnan(numbers))


RECIPES: dict[str, Recipe] = {
    # Each fifteen have the same mix of kinds: the real columns among them, and some of every sort that lean on them.
    "origin": real("origin"),
    "dep_delay": jittered("dep_delay", 2, 0),
    "arr_delay": jittered("arr_delay", 2, 0),
    "temp": jittered("temp", 0.5, 2),
    "visib": real("visib"),
    "delay_before": lagged("dep_delay", 1),
    "temp_exact": noisy("temp", 0.02),
    "pressure_exact": noisy("pressure", 0.05),
    "route": joined("origin", "dest"),
    "carrier_told": mistaken("carrier", 0.05),
    "gained": difference("dep_delay", "arr_delay"),
    "late": above("arr_delay", 15),
    "scheduled": moment("m"),
    "distance_step": coarser("distance", 100),
    "humid_exact": noisy("humid", 0.02),
    "carrier": real("carrier"),
    "humid": jittered("humid", 0.5, 2),
    "month": real("month"),
    "cancelled": real("cancelled"),
    "carrier_before": lagged("carrier", 1),
    "visib_before": lagged("visib", 2),
    "dep_delay_exact": noisy("dep_delay", 0.1),
    "wind_exact": noisy("wind_speed", 0.05),
    "carrier_route": joined("carrier", "origin", "dest"),
    "dest_told": mistaken("dest", 0.1),
    "distance_exact": noisy("distance", 0.01),
    "windy": above("wind_speed", 20),
    "flown": moment("s"),
    "temp_step": coarser("temp", 5),
    "pressure_step": coarser("pressure", 2),
    "hour": real("hour"),
    "wind_speed": jittered("wind_speed", 0.3, 2),
    "dest": real("dest"),
    "pressure": jittered("pressure", 0.2, 1),
    "arr_before": lagged("arr_delay", 1),
    "wind_before": lagged("wind_speed", 4),
    "arr_delay_exact": noisy("arr_delay", 0.1),
    "temp_noisy": noisy("temp", 0.3),
    "month_hour": joined("month", "hour"),
    "origin_told": mistaken("origin", 0.2),
    "damp": difference("temp", "humid"),
    "far": above("distance", 1500),
    "day": moment("D"),
    "delay_step": coarser("dep_delay", 10),
    "hour_told": mistaken("hour", 0.1),
    "distance": real("distance"),
    "wind_gust": real("wind_gust"),
    "precip": real("precip"),
    "precip_before": lagged("precip", 1),
    "origin_before": lagged("origin", 3),
    "visib_exact": noisy("visib", 0.05),
    "gust_exact": noisy("wind_gust", 0.05),
    "humid_noisy": noisy("humid", 0.4),
    "carrier_hour": joined("carrier", "hour"),
    "month_told": mistaken("month", 0.3),
    "calm": difference("wind_gust", "wind_speed"),
    "foggy": above("humid", 95),
    "landed": moment("s"),
    "humid_step": coarser("humid", 10),
    "wind_step": coarser("wind_speed", 5),
}
"""How each of the factors is made, in the order in which a narrower table takes them."""


def write_wide(file: Path, factors: int, rows: int) -> None:
    """Write `rows` rows of the first `factors` of RECIPES to a Parquet file; the same ones every time."""
    sample = pq.read_table(SAMPLES["flights"]).combine_chunks()
    writer = None
    try:
        for batch, start in enumerate(range(0, rows, BATCH)):
            made = _batch(sample, factors, batch).slice(0, rows - start)
            writer = writer or pq.ParquetWriter(file, made.schema)
            writer.write_batch(made)
    finally:
        if writer:
            writer.close()


def _batch(sample: pa.Table, factors: int, batch: int) -> pa.RecordBatch:
    """The rows of one batch; always a whole one, so that what is drawn does not depend on how many are wanted."""
    place = pa.array(np.arange(batch * BATCH - BEFORE, (batch + 1) * BATCH) % len(sample))
    rows = {name: sample.column(name).chunk(0).take(place) for name in sample.column_names}
    made = {}
    for number, name in enumerate(list(RECIPES)[:factors]):
        # A stream for each batch and factor: a narrower or shorter table is a part of a wider or longer one.
        draw = np.random.Generator(np.random.Philox(np.random.SeedSequence(0, spawn_key=(batch, number))))
        made[name] = RECIPES[name](rows, draw)[BEFORE:]
    return pa.RecordBatch.from_pydict(made)
