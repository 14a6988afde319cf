"""Values that a design names, as values of the source's column: those that are held, and those of a sweep."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np
import pyarrow as pa

from trimtab.core.design.factors import Factor
from trimtab.core.design.targets.tables import level_text
from trimtab.core.errors import InputError, nearest
from trimtab.core.expressions import microseconds
from trimtab.core.expressions.zones import moments
from trimtab.core.source.axes import level_texts
from trimtab.core.source.columns import Column, as_numbers

Plain = bool | int | float | str


def held_codes(name: str, factor: Factor, column: Column) -> tuple[int, ...]:
    """Positions in `column.values` of the values that role hold leaves. Raises InputError for one that never occurs."""
    return tuple(_held_code(f"Factor `{name}`", value, column) for value in factor.held)


def swept_values(factor: str, given: Sequence[Plain], column: Column) -> pa.Array:
    """The values `given` for a sweep of a factor, in their order, with the column's type: levels that occur, any number
    or date that the type can hold. Raises InputError for any other."""
    owner = f"Sweep `{factor}`"
    convert: Callable[[str, Plain, Column], pa.Array] = _of_number
    if column.kind == "boolean":
        convert = _of_truth
    elif column.kind == "categorical":
        convert = _of_level
    values = pa.concat_arrays([convert(owner, value, column) for value in given])
    if len(values.unique()) < len(values):
        raise InputError(f"{owner}: its `values` must differ as {column.type}, got {list(given)}.")
    return values


def _held_code(owner: str, value: Plain, column: Column) -> int:
    if column.kind in ("categorical", "boolean"):
        texts: list[str] = level_texts(column.values).to_pylist()
        if level_text(value) in texts:
            return texts.index(level_text(value))
        hint = nearest(level_text(value), texts)
    else:
        number = as_number(f"{owner}: a held value", value, column)
        at = int(np.searchsorted(column.numbers, number))
        if at < column.distinct and column.numbers[at] == number:
            return at
        around = level_texts(column.values.slice(max(at - 1, 0), 2)).to_pylist()
        hint = f" The nearest: {' and '.join(around)}." if around else ""
    raise InputError(f"{owner}: the value {value!r} never occurs in the source, so it can't be held.{hint}")


def _of_level(owner: str, value: Plain, column: Column) -> pa.Array:
    texts: list[str] = level_texts(column.values).to_pylist()
    if level_text(value) not in texts:
        raise InputError(f"{owner}: the source has no level {value!r}.{nearest(level_text(value), texts)}")
    return column.values.slice(texts.index(level_text(value)), 1)


def _of_truth(owner: str, value: Plain, column: Column) -> pa.Array:
    if level_text(value) not in ("true", "false"):
        raise InputError(f"{owner}: a value must be true or false for a boolean factor, got {value!r}.")
    return pa.array([level_text(value) == "true"])


def _of_number(owner: str, value: Plain, column: Column) -> pa.Array:
    number = as_number(f"{owner}: a value", value, column)
    if column.kind == "count" and not number.is_integer():
        raise InputError(f"{owner}: a value must be a whole number for a count factor, got {value!r}.")
    type_ = column.type
    try:
        if pa.types.is_temporal(type_):
            found = moments(np.array([int(number)]), type_)
        elif pa.types.is_integer(type_):
            found = pa.array([int(value)], type_)
        elif pa.types.is_decimal(type_):
            found = pa.array([Decimal(repr(value))], type_)
        else:
            found = pa.array([number]).cast(type_)
    except (pa.ArrowInvalid, OverflowError):
        found = pa.nulls(1, type_)
    # Single precision may round a number, no other type may.
    exact = pa.types.is_floating(type_) and np.isfinite(as_numbers(found)[0])
    if not exact and as_numbers(found)[0] != number:
        raise InputError(f"{owner}: a column of type {type_} can't hold the value {value!r}.")
    return found


def as_number(what: str, value: Plain, column: Column) -> float:
    """`value` as the axes count. Raises InputError, beginning with `what`, if it is none for this kind of factor."""
    dates = column.kind == "datetime"
    try:
        if isinstance(value, str) and dates:
            return microseconds(value)
        if not dates and not isinstance(value, bool | str) and math.isfinite(float(value)):
            return float(value)
    except ValueError as error:
        raise InputError(f"{what} must be a date for a datetime factor; {value!r} is {error}.") from error
    except OverflowError:
        pass
    wanted = "a date such as 2013-05-31" if dates else "a number"
    raise InputError(f"{what} must be {wanted} for a {column.kind} factor, got {value!r:.60}.")
