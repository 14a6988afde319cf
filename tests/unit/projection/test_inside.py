"""Values of bins that the source never shows: of the column's type, inside the bin, and refused where there is none."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from trimtab.core.errors import InputError
from trimtab.core.projection.pool.inside import evenly, probes, values_from_numbers, values_inside
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import Column, as_numbers, encode

DAY = 86_400e6


def column(values: list[Any], type_: pa.DataType) -> Column:
    return encode("x", pa.chunked_array([pa.array(values, type_)]), None)


def utc(second: int) -> dt.datetime:
    return dt.datetime(1970, 1, 1, 0, 0, second, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("values", "type_", "numbers", "expected"),
    [
        ([1, 5], pa.int8(), [2.4, 2.6], [2, 3]),
        ([1, 2**62], pa.int64(), [3.0], [3]),
        ([1.5, 2.5], pa.float32(), [2.25], [2.25]),
        ([1.0, 5.0], pa.float64(), [2.4], [2.0]),
        ([Decimal("1.50"), Decimal("9.25")], pa.decimal128(6, 2), [2.499, 7.0], [Decimal("2.50"), Decimal("7.00")]),
        ([dt.date(2013, 1, 1), dt.date(2013, 5, 1)], pa.date32(), [1.6 * DAY], [dt.date(1970, 1, 2)]),
        ([utc(0), utc(9)], pa.timestamp("s", tz="UTC"), [1.2e6], [utc(1)]),
        ([utc(0), utc(9)], pa.timestamp("us", tz="UTC"), [1e6], [utc(1)]),
    ],
)
def test_numbers_become_values_of_the_column_s_type(
    values: list[Any], type_: pa.DataType, numbers: list[float], expected: list[Any]
) -> None:
    made = values_from_numbers(np.array(numbers), column(values, type_))
    assert made.type == type_
    assert made.to_pylist() == expected


def test_every_whole_number_of_a_bin_is_looked_at_and_none_of_the_next() -> None:
    axis = Axis("x", "count", edges=(0, 10, 20, 30))
    known = column([1, 2], pa.int64())
    assert probes(axis, 1, known).to_pylist() == list(range(10, 20))
    assert probes(axis, 2, known).to_pylist() == list(range(20, 31))
    wide = Axis("x", "count", edges=(0, 1_000_000, 2_000_000))
    tried = probes(wide, 0, known, thresholds=[123_456.5, 700_000]).to_pylist()
    assert {0, 999_999, 123_456, 123_457, 699_999, 700_000, 700_001} <= set(tried)
    assert max(tried) == 999_999


@pytest.mark.parametrize(
    ("values", "type_", "edges"),
    [
        ([1.5, 2.5], pa.float64(), (0.0, 1.0, 3.0)),
        ([1.5, 2.5], pa.float32(), (0.0, 0.1, 0.3)),
        ([Decimal("1.50"), Decimal("9.25")], pa.decimal128(6, 2), (0.0, 1.0, 3.0)),
        ([dt.date(2013, 1, 1), dt.date(2013, 5, 1)], pa.date32(), (0.0, 2.5 * DAY, 4.2 * DAY)),
        ([utc(0), utc(9)], pa.timestamp("s", tz="UTC"), (0.0, 2.5e6, 7.7e6)),
    ],
)
def test_values_stay_in_their_bin_whatever_the_type_rounds_to(
    values: list[Any], type_: pa.DataType, edges: tuple[float, ...]
) -> None:
    known = column(values, type_)
    axis = Axis("x", known.kind, edges=edges)
    u = np.append(np.linspace(0, 1, 501)[:-1], np.nextafter(1.0, 0.0))
    for one in range(axis.size):
        numbers = evenly(axis, one, u, whole=False)
        made = values_inside(axis, one, known, numbers)
        assert made.type == type_
        assert (axis.bin_of_numbers(as_numbers(made)) == one).all()
        step = {"decimal128(6, 2)": 0.01, "date32[day]": DAY, "timestamp[s, tz=UTC]": 1e6}.get(str(type_), 1e-6)
        assert np.abs(as_numbers(made) - numbers).max() <= step


def test_whole_numbers_are_spread_evenly_up_to_a_closed_end() -> None:
    axis = Axis("x", "count", edges=(0, 4, 6, 6))
    u = np.arange(12) / 12
    assert np.bincount(evenly(axis, 0, u, whole=True).astype(int)).tolist() == [3, 3, 3, 3]
    assert np.unique(evenly(axis, 1, u, whole=True)).tolist() == [4, 5]
    assert np.unique(evenly(axis, 2, u, whole=True)).tolist() == [6]
    closed = Axis("x", "count", edges=(0, 4, 6))
    assert np.unique(evenly(closed, 1, u, whole=True)).tolist() == [4, 5, 6]


@pytest.mark.parametrize(
    ("values", "type_", "edges", "message"),
    [
        ([1, 5], pa.int8(), (0, 100, 200), "it reaches 100–200, and int8 can't hold 200"),
        ([1, 5], pa.uint16(), (-9, -5, 0), "it reaches -5 – 0, and uint16 can't hold -1"),
        ([1.5], pa.float32(), (0.0, 1.0, 1e39), "float can't hold 1e\\+39"),
        ([Decimal("1.50")], pa.decimal128(4, 2), (0.0, 50.0, 150.0), "decimal128\\(4, 2\\) can't hold 150"),
        ([dt.datetime(2013, 1, 1)], pa.timestamp("ns"), (0.0, DAY, 1e17), "timestamp\\[ns\\] can't hold 1e\\+17"),
        ([dt.date(2013, 1, 1)], pa.date32(), (0.0, DAY, 1e18), "date32\\[day\\] can't hold 1e\\+18"),
        ([1, 5], pa.int64(), (0, 5.2, 5.8), "no whole number lies in"),
        ([dt.date(2013, 1, 1)], pa.date32(), (0.0, 1.1 * DAY, 1.9 * DAY), "no value of type date32\\[day\\] lies in"),
    ],
)
def test_what_the_type_can_t_hold_is_refused(
    values: list[Any], type_: pa.DataType, edges: tuple[float, ...], message: str
) -> None:
    known = column(values, type_)
    axis = Axis("x", known.kind, edges=edges)
    with pytest.raises(InputError, match=f"Target of `x`: .*{message}"):
        probes(axis, 1, known)
