"""Values inside bins that the source never shows, as the column's own type can hold them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from trimtab.core.errors import InputError
from trimtab.core.expressions.zones import moments
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import Column, as_numbers

PROBES = 1_000
"""A bin of more values than all can be looked at is looked at in so many places."""

ALL_WHOLE = 10_000
"""Whole numbers of a bin up to which every one is looked at."""

LAST_MOMENT = 253_402_300_799_999_999
FIRST_MOMENT = -62_135_596_800_000_000
"""Microseconds since 1970 at the ends of the years 1 and 9999."""


def probes(axis: Axis, one: int, column: Column, thresholds: Sequence[float] = ()) -> pa.Array:
    """Values of bin `one`, ascending: from end to end, and on both sides of each of the `thresholds`.

    Raises InputError, naming the target, if the column's type can't reach the bin or has no value inside.
    """
    low, high = float(axis.lows[one]), float(axis.highs[one])
    numbers = np.unique(np.clip(_candidates(column, low, high, thresholds), low, high))
    owner = f"Target of `{column.name}`"
    beyond = numbers[~_can_be_held(numbers, column.type)]
    if len(beyond):
        raise InputError(f"{owner}: it reaches {axis.labels[one]}, and {column.type} can't hold {beyond[-1]:.12g}.")
    values = values_from_numbers(numbers, column)
    values = values.filter(pa.array(axis.bin_of_numbers(as_numbers(values)) == one))
    if not len(values):
        what = "whole number" if column.kind == "count" else f"value of type {column.type}"
        raise InputError(f"{owner}: no {what} lies in {axis.labels[one]}, so it can't have a share. Move its edges.")
    return values


def values_inside(axis: Axis, one: int, column: Column, numbers: np.ndarray) -> pa.Array:
    """Numbers of bin `one` as values of the column's type. One that the type can only hold outside the bin becomes the
    nearest inside."""
    values = values_from_numbers(numbers, column)
    out = np.flatnonzero(axis.bin_of_numbers(as_numbers(values)) != one)
    if not len(out):
        return values
    known = probes(axis, one, column)
    at = as_numbers(known)
    right = np.searchsorted(at, numbers[out]).clip(0, len(at) - 1)
    left = (right - 1).clip(0)
    nearest = np.where(numbers[out] - at[left] < at[right] - numbers[out], left, right)
    place = np.arange(len(values))
    place[out] = len(values) + nearest
    return pa.concat_arrays([values, known]).take(pa.array(place))


def evenly(axis: Axis, one: int, u: np.ndarray, *, whole: bool) -> np.ndarray:
    """Numbers at the shares `u` (in [0, 1)) of bin `one`, evenly spread; `whole` ones if asked."""
    low, high = float(axis.lows[one]), float(axis.highs[one])
    if not whole:
        return np.minimum(low + u * (high - low), np.nextafter(high, low) if high > low else high)
    first = np.ceil(low)
    last = max(first, np.floor(high) if one == axis.size - 1 else np.ceil(high) - 1)
    return np.asarray(np.minimum(first + np.floor(u * (last - first + 1)), last))


def values_from_numbers(numbers: np.ndarray, column: Column) -> pa.Array:
    """Numbers as values of the column's own type: whole numbers are rounded, dates come from microseconds."""
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return moments(np.round(numbers), kind)
    if pa.types.is_integer(kind):
        return pa.array(np.round(numbers).astype(np.int64)).cast(kind)
    if column.kind == "count":
        numbers = np.round(numbers)
    if pa.types.is_decimal(kind):
        return pa.array([f"{x:.{max(kind.scale, 0)}f}" for x in numbers]).cast(kind)
    return pa.array(numbers).cast(kind)


def _candidates(column: Column, low: float, high: float, thresholds: Sequence[float]) -> np.ndarray:
    near = np.array([t for t in thresholds if low <= t <= high], dtype=float)
    if column.kind == "count":
        first, last = np.ceil(low), np.floor(high)
        if last - first < ALL_WHOLE:
            return np.arange(first, last + 1) if last >= first else np.array([low])
        some = np.round(np.linspace(first, last, PROBES))
        return np.concatenate([some, [last - 1], np.floor(near), np.ceil(near), np.floor(near) - 1, np.ceil(near) + 1])
    # The steps in which some types count: whole microseconds, digits of a decimal, single precision.
    scale = 10.0**-column.type.scale if pa.types.is_decimal(column.type) else 1.0
    with np.errstate(over="ignore"):
        single = float(np.nextafter(np.float32(high), np.float32(low)))
    steps = [np.nextafter(high, low), high - scale, single]
    sides = [near, np.nextafter(near, low), np.nextafter(near, high), near - scale, near + scale]
    return np.concatenate([np.linspace(low, high, PROBES), steps, *sides])


def _can_be_held(numbers: np.ndarray, type_: pa.DataType) -> np.ndarray:
    if pa.types.is_integer(type_):
        known = np.iinfo(type_.to_pandas_dtype())
        # 2**63 is a float, but the largest integer below it is none.
        return np.asarray((numbers >= known.min) & (numbers < float(known.max) + (known.bits < 64)))
    if pa.types.is_decimal(type_):
        return np.asarray(np.abs(numbers) < 10.0 ** (type_.precision - type_.scale))
    if pa.types.is_timestamp(type_) and type_.unit == "ns":
        return np.asarray(np.abs(numbers) < 2.0**63 / 1000)
    if pa.types.is_temporal(type_):
        return np.asarray((numbers >= FIRST_MOMENT) & (numbers <= LAST_MOMENT))
    limit = np.finfo(type_.to_pandas_dtype()).max if pa.types.is_floating(type_) else np.inf
    return np.asarray(np.abs(numbers) <= float(limit))
