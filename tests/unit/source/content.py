"""One small real table with every kind of value, and what a source holds, whatever it was read from."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from trimtab.core.source.columns import read_columns
from trimtab.core.source.spool import Source

ROWS, START, STEP = 12, 828, 37  # with a cancelled flight, which has no delay, and with gusts and without
FLIGHTS = Path(__file__).parents[3] / "sample_data" / "flights.parquet"


def table() -> pa.Table:
    """Real flights, and beside them what they have not: codes with zeros in front, quotes, dates and times, gaps."""
    real = pq.read_table(FLIGHTS, columns=["carrier", "distance", "dep_delay", "temp", "wind_gust", "cancelled"])
    day = dt.date(2013, 1, 30)
    days = [day + dt.timedelta(days=i) for i in range(ROWS)]
    times = [dt.datetime(2013, 1, 30, 5, 59, 58) + dt.timedelta(hours=7 * i) for i in range(ROWS)]
    clock = [None if i == 7 else one.time() for i, one in enumerate(times)]
    return (
        real.take(list(range(START, START + ROWS * STEP, STEP)))
        .append_column("code", [[f"{i % 5:03}" for i in range(ROWS)]])
        .append_column("note", [['say "hi", ok', None, "two\nlines", "ünïcödé 🚀", " padded ", "it's 5 %"] * 2])
        .append_column("day", [[None if i == 3 else one for i, one in enumerate(days)]])
        .append_column("moment", [[None if i == 5 else one for i, one in enumerate(times)]])
        .append_column("clock", pa.array(clock, pa.time32("s")))
    )


def content(source: Source) -> list[tuple[str, str, list[Any]]]:
    """What a source holds: for each column in its order the name, the kind and the value of every row.

    Numbers are those of Python, whatever type they were stored as, and moments their text in ISO form.
    """
    kinds = {name: column.kind for name, column in read_columns(source).items()}
    rows = pq.read_table(source.path)
    return [(name, kinds[name], [_plain(value) for value in rows[name].to_pylist()]) for name in source.columns]


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date | dt.time):  # a datetime is a date, too
        return value.isoformat()
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
