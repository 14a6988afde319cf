"""The values of a data set, batch by batch: straight from Parquet where its types fit, else as DuckDB reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from trimtab.core.counting.datasets import ROWS, DataSet, Reading, open_data
from trimtab.core.database import quote_name
from trimtab.core.errors import InputError, nearest
from trimtab.core.expressions.zones import zone_of
from trimtab.core.formats import format_at
from trimtab.core.formats.parquet import Parquet
from trimtab.core.source.spool import Source
from trimtab.core.source.typed.parquet import open_parquet

BATCH_ROWS = 1_000_000

FITS: dict[str, Callable[[pa.DataType], bool]] = {
    "text": lambda type_: pa.types.is_string(type_) or pa.types.is_large_string(type_),
    "whole": pa.types.is_integer,
    "number": lambda type_: pa.types.is_integer(type_) or pa.types.is_floating(type_),
    "truth": pa.types.is_boolean,
    "moment": lambda type_: pa.types.is_date(type_) or pa.types.is_timestamp(type_),
}
"""Types that hold a family's values as they are."""


def value_batches(data: Path | Source, readings: Mapping[str, Reading]) -> Iterator[dict[str, pa.Array]]:
    """The columns of `readings`, in batches of at most BATCH_ROWS rows; missing is null or NaN.

    Raises InputError for a data set that can't be read or lacks a factor.
    """
    file = _direct(data, readings)
    if file is not None:
        yield from _from_parquet(file, data.name, readings)
        return
    with open_data(data, readings) as opened:
        check_factors(opened, list(readings))
        columns = ", ".join(map(quote_name, readings))
        for batch in opened.con.sql(f"SELECT {columns} FROM {ROWS}").to_arrow_reader(BATCH_ROWS):
            yield {name: batch.column(i) for i, name in enumerate(readings)}


def check_factors(opened: DataSet, factors: list[str]) -> None:
    """Raise InputError unless the data set has all the factors."""
    for factor in factors:
        if factor not in opened.types:
            raise InputError(f"{opened.name}: there is no factor `{factor}`.{nearest(factor, opened.columns)}")


def _direct(data: Path | Source, readings: Mapping[str, Reading]) -> Path | None:
    """The Parquet file that can be read as it is; whatever else there is to say, DuckDB's reader says it."""
    path = data.path if isinstance(data, Source) else data
    if not path.is_file() or not isinstance(format_at(path, data.name), Parquet):
        return None
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowException, OSError):
        return None
    for name, reading in readings.items():
        places = schema.get_all_field_indices(name)
        type_ = schema.field(places[0]).type if len(places) == 1 else pa.null()
        if not FITS.get(reading.family, lambda _: False)(type_) or zone_of(type_) != reading.zone:
            return None
    return path


def _from_parquet(path: Path, name: str, readings: Mapping[str, Reading]) -> Iterator[dict[str, pa.Array]]:
    texts = [factor for factor, reading in readings.items() if reading.family == "text"]
    try:
        with open_parquet(path, read_dictionary=texts) as file:
            for batch in file.iter_batches(BATCH_ROWS, columns=list(readings)):
                yield {factor: batch.column(factor) for factor in readings}
    except (pa.ArrowException, OSError) as error:
        raise InputError(f"{name}: it can't be read: {str(error).rstrip('.')}.") from error
