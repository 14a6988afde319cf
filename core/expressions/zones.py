"""Times with a zone: for people, in expressions and on an axis they are what a clock in that zone shows.

A value itself stays the instant that it is. Times in UTC need nothing of this.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trimtab.core.database import quote_text

UTC = ("UTC", "Etc/UTC", "Z", "+00:00", "Zulu")
OFFSET = re.compile(r"([+-])(\d{2}):(\d{2})")


def zone_of(type_: pa.DataType) -> str:
    """The zone of a type of times, empty for UTC and for what has none."""
    zone = type_.tz if pa.types.is_timestamp(type_) else None
    return "" if zone is None or zone in UTC else str(zone)


def local(values: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    """Times as the clock of their zone shows them, without the zone; any other values as they are."""
    return pc.local_timestamp(values) if zone_of(values.type) else values


def local_table(rows: pa.Table) -> pa.Table:
    """A table with `local` columns."""
    for place, field in enumerate(rows.schema):
        if zone_of(field.type):
            rows = rows.set_column(place, field.name, local(rows.column(place)))
    return rows


def local_sql(column: str, zone: str) -> str:
    """SQL of a TIMESTAMPTZ as the clock of `zone` shows it, without the zone."""
    offset = OFFSET.fullmatch(zone)
    if offset is None:
        return f"timezone({quote_text(zone)}, {column})"
    sign, hours, minutes = offset.groups()
    return f"(timezone('UTC', {column}) {sign} INTERVAL ({int(hours) * 60 + int(minutes)}) MINUTE)"


def moments(numbers: np.ndarray, type_: pa.DataType) -> pa.Array:
    """Times or dates of `type_` from whole microseconds (n,) since 1970 as the clock of its zone shows them.

    Of an hour that comes twice it is the first; a time that the clock leaps over is the first one after it.
    """
    times = pa.array(np.asarray(numbers, dtype=np.int64)).cast(pa.timestamp("us"))
    zone = zone_of(type_)
    if zone:
        times = pc.assume_timezone(times, zone, ambiguous="earliest", nonexistent="latest")
    elif getattr(type_, "tz", None):
        times = times.cast(pa.timestamp("us", type_.tz))
    return times.cast(type_, safe=False)


def is_known(type_: pa.DataType) -> bool:
    """Whether this machine knows the zone of a type of times."""
    try:
        local(pa.array([0], pa.int64()).cast(type_))
    except pa.ArrowInvalid:
        return False
    return True
