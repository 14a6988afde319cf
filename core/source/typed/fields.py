"""Which columns of a Parquet file can be factors, and the type and form in which each is kept."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from trimtab.core.expressions.zones import is_known, zone_of

INDEX = re.compile(r"__index_level_\d+__")
"""How pandas calls the index of a table whose index has no name."""
DIGITS = 38
"""A number has at most so many digits: as many as DuckDB's and Arrow's decimals of 128 bits."""
FLAT = (
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_string,
    pa.types.is_date,
    pa.types.is_timestamp,
    pa.types.is_time,
)
"""Types that are kept as they are."""
BINARY = (
    pa.types.is_binary,
    pa.types.is_large_binary,
    pa.types.is_binary_view,
    pa.types.is_fixed_size_binary,
)
MONTHS = {"M": 1, "Q-DEC": 3, "Y-DEC": 12, "A-DEC": 12}
"""Months in a pandas Period of this frequency; its number counts them from 1970."""
TICKS = {"h": 3_600_000_000, "min": 60_000_000, "s": 1_000_000, "ms": 1_000, "us": 1}
"""Microseconds in a pandas Period of this frequency."""

Clean = Callable[[pa.Array], pa.Array]


@dataclass(frozen=True)
class Kept:
    """A column that is taken: its place in the file, the type it is kept in, and how its values become that.

    `word`: what a person must be told of it, to stand behind its name.
    """

    place: int
    name: str
    type: pa.DataType
    clean: Clean
    word: str = ""


def choose(schema: pa.Schema) -> tuple[list[Kept], list[str]]:
    """The columns that can be factors, and for each other one a text that says which and why not."""
    kept, left = [], []
    times = Counter(schema.names)
    told: set[str] = set()
    for place, field in enumerate(schema):
        if INDEX.fullmatch(field.name):
            left.append(f"`{field.name}` (the index of a pandas table)")
        elif times[field.name] > 1:
            if field.name not in told:
                left.append(f"`{field.name}` (the name of {times[field.name]} columns)")
                told.add(field.name)
        elif (one := _kept(place, field)) is None:
            left.append(f"`{field.name}` ({field.type})")
        else:
            kept.append(one)
    return kept, left


def is_binary(type_: pa.DataType) -> bool:
    """Whether values are bytes, which may be text."""
    if pa.types.is_dictionary(type_):
        return is_binary(type_.value_type)
    return any(fits(type_) for fits in BINARY)


def is_fine(type_: pa.DataType) -> bool:
    """Whether values are times finer than a microsecond, which many readers don't take."""
    return bool(pa.types.is_timestamp(type_) and type_.unit == "ns")


def in_microseconds(one: Kept) -> Kept:
    """A column of times of which none is finer than a microsecond, kept in microseconds."""
    type_ = pa.timestamp("us", one.type.tz)
    return Kept(one.place, one.name, type_, lambda column: one.clean(column).cast(type_), one.word)


def _kept(place: int, field: pa.Field) -> Kept | None:
    type_ = field.type
    name = _extension(field)
    if name == "pandas.period":
        return _period(place, field)
    if type_ == pa.uuid():
        return Kept(place, field.name, pa.string(), _uuid_texts)
    if name == "arrow.bool8":
        return Kept(place, field.name, pa.bool_(), lambda column: pc.not_equal(_storage(column), 0))
    if isinstance(type_, pa.BaseExtensionType):
        if name != "arrow.json":
            return None
        type_ = type_.storage_type
    stored = _stored(type_)
    if stored is not None and zone_of(stored) and not is_known(stored):
        word = f"times of the zone {stored.tz}, which is not known here, so they are taken in UTC"
        stored = pa.timestamp(stored.unit, "UTC")
        return Kept(place, field.name, stored, lambda column: _cleaned(column, stored), word)
    return None if stored is None else Kept(place, field.name, stored, lambda column: _cleaned(column, stored))


def _stored(type_: pa.DataType) -> pa.DataType | None:
    """The type a column is kept in: as it is, but for what only says how it was encoded; None for no factor."""
    if pa.types.is_dictionary(type_):
        return _stored(type_.value_type)
    if pa.types.is_float16(type_):
        return pa.float32()
    if pa.types.is_decimal(type_):
        return pa.decimal128(type_.precision, type_.scale) if type_.precision <= DIGITS else None
    if pa.types.is_large_string(type_) or pa.types.is_string_view(type_) or pa.types.is_null(type_):
        return pa.string()
    if is_binary(type_):
        return pa.string()
    return type_ if any(fits(type_) for fits in FLAT) else None


def _cleaned(column: pa.Array, type_: pa.DataType) -> pa.Array:
    column = _storage(column)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_fixed_size_binary(column.type):
        column = column.cast(pa.binary())
    column = column.cast(type_)
    if pa.types.is_floating(type_):
        return pc.if_else(pc.is_nan(column), pa.scalar(None, type_), column)
    return column


def _storage(column: pa.Array) -> pa.Array:
    return column.storage if isinstance(column, pa.ExtensionArray) else column


def _uuid_texts(column: pa.Array) -> pa.Array:
    return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())


def _extension(field: pa.Field) -> str:
    """The name of a column's extension type, whether or not a library that knows it is loaded; empty if it has none."""
    if isinstance(field.type, pa.BaseExtensionType):
        return str(getattr(field.type, "extension_name", ""))
    return bytes((field.metadata or {}).get(b"ARROW:extension:name", b"")).decode()


def _period(place: int, field: pa.Field) -> Kept | None:
    """A pandas Period: the number of days, months … since 1970, kept as the date or time it begins with."""
    if isinstance(field.type, pa.BaseExtensionType):
        form: bytes = field.type.__arrow_ext_serialize__()
    else:
        form = (field.metadata or {}).get(b"ARROW:extension:metadata", b"{}")
    frequency = str(json.loads(form).get("freq", ""))
    word = f"periods of pandas, of frequency {frequency}, each taken as the moment it begins"
    if frequency == "D":
        return Kept(place, field.name, pa.date32(), lambda column: _storage(column).cast(pa.int32()).cast(pa.date32()))
    if frequency in MONTHS:
        return Kept(place, field.name, pa.date32(), lambda column: _first_days(column, MONTHS[frequency]), word)
    if frequency in TICKS:
        ticks = TICKS[frequency]
        return Kept(place, field.name, pa.timestamp("us"), lambda column: _moments(column, ticks), word)
    return None


def _first_days(column: pa.Array, months: int) -> pa.Array:
    number = _storage(column)
    counted = (number.fill_null(0).to_numpy() * months).astype("datetime64[M]").astype("datetime64[D]")
    return pc.if_else(number.is_valid(), pa.array(counted), pa.scalar(None, pa.date32()))


def _moments(column: pa.Array, ticks: int) -> pa.Array:
    return pc.multiply(_storage(column), ticks).cast(pa.timestamp("us"))
