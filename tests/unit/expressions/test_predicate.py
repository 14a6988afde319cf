"""Predicates in parts: leaves, their truth put together, thresholds."""

from __future__ import annotations

import numpy as np
import pytest

from trimtab.core.expressions import Predicate, microseconds, parse_predicate

KINDS = {
    "visib": "continuous",
    "hour": "count",
    "origin": "categorical",
    "late": "boolean",
    "moment": "datetime",
    "day": "datetime",
}
NAN = float("nan")


def parse(text: str) -> Predicate:
    return parse_predicate(text, KINDS, owner="Event `fog`")


def test_leaves_are_the_conditions_below_and_or_not() -> None:
    predicate = parse("NOT (visib < 2 AND (late OR origin NOT IN ('LGA'))) AND visib + hour > 3 AND visib < 2")
    assert [leaf.sql for leaf in predicate.leaves] == [
        '"visib" < 2',
        '"late"',
        "\"origin\" IN ('LGA')",
        '"visib" + "hour" > 3',
    ]
    assert [leaf.columns for leaf in predicate.leaves] == [("visib",), ("late",), ("origin",), ("visib", "hour")]
    assert predicate.columns == ("visib", "late", "origin", "hour")
    assert not predicate.single_factor
    assert parse("NOT visib < 2 OR late").single_factor


def test_an_and_or_inside_a_case_is_no_leaf() -> None:
    predicate = parse("CASE WHEN visib < 2 AND late THEN late ELSE visib > 5 OR late END")
    assert len(predicate.leaves) == 1
    assert predicate.leaves[0].columns == ("visib", "late")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # Every pair of (1, 0, NULL) for late, row by row, and for visib < 2.
        ("late AND visib < 2", [1, 0, 0, 0, 0, 0, 0, 0, 0]),
        ("late OR visib < 2", [1, 1, 1, 1, 0, 0, 1, 0, 0]),
        ("NOT late", [0, 0, 0, 1, 1, 1, 0, 0, 0]),
        ("NOT (late AND visib < 2)", [0, 1, 0, 1, 1, 1, 0, 1, 0]),
        ("NOT (late OR visib < 2)", [0, 0, 0, 0, 1, 0, 0, 0, 0]),
    ],
)
def test_combine_is_kleenes_logic_with_null_false_at_the_end(text: str, expected: list[int]) -> None:
    values = np.array([1.0, 0.0, NAN])
    by_leaf = {'"late"': values[:, None], '"visib" < 2': values[None, :]}
    predicate = parse(text)
    result = predicate.combine([by_leaf[leaf.sql] for leaf in predicate.leaves])
    assert result.dtype == bool
    assert np.broadcast_to(result, (3, 3)).ravel().tolist() == [bool(one) for one in expected]


def test_combine_wants_an_array_for_each_leaf() -> None:
    with pytest.raises(ValueError, match="2 leaves need as many arrays, got 1"):
        parse("late AND visib < 2").combine([np.ones(3)])


def test_thresholds_are_the_numbers_a_column_is_compared_with() -> None:
    predicate = parse(
        "visib < 2 AND (-1.5 <= visib OR hour NOT BETWEEN 6 AND (22)) AND hour IN (3, 6, NULL) AND visib + 7 > 8 "
        "AND moment >= '1970-01-02' AND day < DATE '1970-01-01' AND origin = 'LGA' AND visib IS DISTINCT FROM 9 "
        "AND abs(visib) > 11 AND late = true AND visib < hour"
    )
    assert predicate.thresholds == {
        "visib": (-1.5, 2.0, 9.0),
        "hour": (3.0, 6.0, 22.0),
        "moment": (86_400e6,),
        "day": (0.0,),
    }


def test_microseconds_count_from_1970_in_utc() -> None:
    exact = np.datetime64("2013-05-31T14:30:00.250000", "us").astype(np.int64)
    assert microseconds("2013-05-31T14:30:00.25") == float(exact)
    assert microseconds("1969-12-31") == -86_400e6


@pytest.mark.parametrize(
    "text", ["2013-5-31", "20130531", "2013-05-31Z", "2013-05-31 25:00", "31.05.2013", "", "2013-05-31 10:00+02:00"]
)
def test_microseconds_takes_iso_dates_without_offset_only(text: str) -> None:
    with pytest.raises(ValueError, match="not a date such as"):
        microseconds(text)
