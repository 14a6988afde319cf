"""What is calculated where there is no number is missing there, or refused; halves go away from zero."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from trimtab.core.errors import InputError
from trimtab.core.expressions import parse_predicate, parse_scalar
from trimtab.core.expressions.evaluate import evaluate

KINDS = {"x": "continuous", "y": "continuous", "n": "count"}
ROWS = pa.table({"x": [2.5, -2.5, 0.0, 3.5], "y": [0.0, 2.0, 0.0, -1.0], "n": [0, 2, 3, 4]})


def values(text: str) -> list[object]:
    (found,) = evaluate([parse_scalar(text, KINDS, owner="Factor").sql], ROWS, owner="Factor")
    return list(found.to_pylist())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x / y", [None, -1.25, None, -3.5]),
        ("x / n", [None, -1.25, 0.0, 0.875]),
        ("n / (y - 2)", [0.0, None, -1.5, -4 / 3]),
        ("x % y", [None, -0.5, None, 0.5]),
        ("mod(x, y)", [None, -0.5, None, 0.5]),
        ("sqrt(y)", [0.0, 2**0.5, 0.0, None]),
        ("round(ln(y) + log(y) + log10(y), 6)", [None, 1.295207, None, None]),
        ("round(log(2, y), 6)", [None, 1.0, None, None]),
    ],
)
def test_it_is_missing_where_there_is_no_number(text: str, found: list[float | None]) -> None:
    assert values(text) == pytest.approx(found)


def test_no_row_counts_in_which_nothing_comes_out() -> None:
    for text, found in (
        ("x / y > -100", [None, True, None, True]),
        ("y <> 0 AND x / y > -2", [False, True, False, False]),
        ("sqrt(y) >= 0", [True, True, True, None]),
    ):
        (holds,) = evaluate([parse_predicate(text, KINDS, owner="Event").sql], ROWS, owner="Event")
        assert holds.to_pylist() == found


def test_a_remainder_by_zero_counts_nowhere_if_whole_numbers_are_stored_with_a_fraction() -> None:
    rows = pa.table({"n": pa.array([0, 2], pa.float64())})
    (holds,) = evaluate([parse_predicate("7 % n > 0", KINDS, owner="Event").sql], rows, owner="Event")
    assert holds.to_pylist() == [None, True]


@pytest.mark.parametrize("type_", [pa.uint64(), pa.decimal128(30, 0)])
def test_a_remainder_of_the_largest_numbers(type_: pa.DataType) -> None:
    rows = pa.table({"n": pa.array([2**64 - 1, 4], type_)})
    (holds,) = evaluate([parse_predicate("n % 2 = 0", KINDS, owner="Event").sql], rows, owner="Event")
    assert holds.to_pylist() == [False, True]


def test_what_was_typed_stays_in_thresholds_and_messages() -> None:
    assert parse_predicate("x / y > 3", KINDS, owner="Event").thresholds == {}
    with pytest.raises(InputError, match=r"`x / y // 2`: // is for whole numbers.* Write floor\(x / y / 2\)"):
        parse_scalar("x / y // 2", KINDS, owner="Factor")


@pytest.mark.parametrize("around", ["y / ({})", "ln({})", "sqrt({})", "mod(y, {})"])
def test_nested_it_grows_with_the_depth_and_no_faster(around: str) -> None:
    lengths, text = [], "x"
    for _ in range(16):
        text = around.format(text)
        lengths.append(len(parse_scalar(text, KINDS, owner="Factor").sql))
    assert len(set(np.diff(lengths))) == 1


@pytest.mark.parametrize("text", ["x / 0", "x % 0.0", "x / (0)", "ln(0)"])
def test_nothing_is_divided_by_a_written_zero(text: str) -> None:
    with pytest.raises(InputError, match="has no value: it is calculated with 0"):
        parse_scalar(text, KINDS, owner="Factor")


def test_too_large_a_number_is_refused_with_the_rows() -> None:
    with pytest.raises(InputError, match=r"Factor: .* is too large a number, or none, in 2 of 4 rows. Write CASE WHEN"):
        values("exp(x * 1000)")


@pytest.mark.parametrize("type_", ["TINYINT", "SMALLINT", "INTEGER", "BIGINT"])
def test_halves_go_away_from_zero_however_they_are_stored(type_: str) -> None:
    assert values(f"CAST(x AS {type_})") == [3, -3, 0, 4]
    assert values(f"CAST(2.5 AS {type_}) + x * 0") == [3, 3, 3, 3]
    assert values(f"TRY_CAST(x + 0.0 AS {type_})") == [3, -3, 0, 4]
