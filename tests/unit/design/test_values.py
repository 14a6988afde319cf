"""Values that a design names become values of the column's own type, or are refused with what would be right."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from trimtab.core.design.factors import Factor
from trimtab.core.design.values import held_codes, swept_values
from trimtab.core.errors import InputError
from trimtab.core.source.columns import Column, encode


def column(values: Any, type_: pa.DataType | None = None, kind: Any = None) -> Column:
    return encode("x", pa.chunked_array([pa.array(values, type_)]), kind)


NOON = datetime(2013, 5, 31, 12)
NOON_UTC = datetime(2013, 5, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "values", "found"),
    [
        (column([0.0, 0.5]), (3, 0.25), [3.0, 0.25]),
        (column([1, 2], pa.int8()), (-128, 127), [-128, 127]),
        (column([1, 2], pa.uint64()), (2**64 - 1, 0), [2**64 - 1, 0]),
        (column([1.0, 2.0]), (7, 3.0), [7.0, 3.0]),
        (column([0.5], pa.float32()), (0.25, 1), [0.25, 1.0]),
        (column([Decimal("1.50")]), (0.25, 2), [Decimal("0.25"), Decimal("2.00")]),
        (column([date(2013, 1, 1)]), ("2014-02-03", "2013-05-31 00:00"), [date(2014, 2, 3), date(2013, 5, 31)]),
        (column([NOON], pa.timestamp("s")), ("2013-05-31T12:00:00", "2013-06-01"), [NOON, datetime(2013, 6, 1)]),
        (column([NOON_UTC], pa.timestamp("us", "UTC")), ("2013-05-31 12:00", "2014-01-01"), None),
        (column(["LGA", "JFK", "LGA"]), ("JFK", "LGA"), ["JFK", "LGA"]),
        (column([5, 6, 7], kind="categorical"), (7, "5"), [7, 5]),
        (column([True, True]), (False, True), [False, True]),
        (column([True, False]), ("true", "false"), [True, False]),
    ],
)
def test_swept_values_have_the_column_s_type(given: Column, values: tuple[Any, ...], found: list[Any] | None) -> None:
    array = swept_values("x", values, given)
    assert array.type == given.type
    assert array.to_pylist() == (found or [NOON_UTC, datetime(2014, 1, 1, tzinfo=UTC)])


def test_single_precision_rounds_as_it_always_does() -> None:
    assert swept_values("x", (0.1, 0.2), column([0.5], pa.float32())).to_pylist() == pytest.approx([0.1, 0.2], rel=1e-7)


@pytest.mark.parametrize(
    ("given", "value", "message"),
    [
        (column([0.5]), "low", "a value must be a number for a continuous factor, got 'low'."),
        (column([0.5]), True, "a value must be a number for a continuous factor, got True."),
        (column([0.5]), 10**400, "a value must be a number for a continuous factor, got 1000000"),
        (column([1, 2]), 1.5, "a value must be a whole number for a count factor, got 1.5."),
        (column([1.0, 2.0]), 1.5, "a value must be a whole number for a count factor, got 1.5."),
        (column([1, 2], pa.int8()), 128, "a column of type int8 can't hold the value 128."),
        (column([1, 2], pa.uint8()), -1, "a column of type uint8 can't hold the value -1."),
        (column([0.5], pa.float32()), 1e39, "a column of type float can't hold the value 1e+39."),
        (column([Decimal("1.5")]), 0.25, "a column of type decimal128(2, 1) can't hold the value 0.25."),
        (column([Decimal("1.5")]), 100, "a column of type decimal128(2, 1) can't hold the value 100."),
        (column([date(2013, 1, 1)]), "2013-05-31 10:00", "a column of type date32[day] can't hold the value '2013-05"),
        (column([NOON], pa.timestamp("ns")), "2500-01-01", "a column of type timestamp[ns] can't hold the value '2500"),
        (
            column([date(2013, 1, 1)]),
            "May",
            "a value must be a date for a datetime factor; 'May' is not a date such as",
        ),
        (
            column([date(2013, 1, 1)]),
            2013,
            "a value must be a date such as 2013-05-31 for a datetime factor",
        ),
        (column(["LGA", "JFK"]), "LGB", "the source has no level 'LGB'. Did you mean `LGA`? Known: JFK, LGA."),
        (column([True]), "yes", "a value must be true or false for a boolean factor, got 'yes'."),
    ],
)
def test_a_swept_value_that_can_t_be(given: Column, value: Any, message: str) -> None:
    with pytest.raises(InputError, match=r"^Sweep `x`: ") as caught:
        swept_values("x", (value, "2013-01-01" if given.kind == "datetime" else 1), given)
    assert str(caught.value).startswith(f"Sweep `x`: {message}")


def test_swept_values_must_differ_in_the_column() -> None:
    with pytest.raises(InputError, match=r"^Sweep `x`: its `values` must differ as float, got \[0\.1, 0\.1000"):
        swept_values("x", (0.1, 0.10000000001), column([0.5], pa.float32()))
    with pytest.raises(InputError, match="must differ as string"):
        swept_values("x", (5, "5"), column(["5", "6"]))


def test_a_held_value_that_no_number_can_be_is_refused() -> None:
    with pytest.raises(InputError, match=r"^Factor `x`: a held value must be a number for a count factor, got 1000"):
        held_codes("x", Factor(role="hold", value=10**400), column([1, 2]))
