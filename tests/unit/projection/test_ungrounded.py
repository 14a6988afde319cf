"""Bins that the source never shows: where their rows come from, what is true there, and the values they get."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from core.errors import InputError
from core.projection.cells import Cells, cells_of
from core.projection.controls import controls_of, events_of
from core.projection.inside import values_from_numbers
from core.projection.ungrounded import invented_bins
from core.source.columns import encode
from core.source.spool import Source
from core.study import Study

Open = Callable[..., Study]

# Bins 1000–1001 and 1002–1003 with rows, 1010–1019 and 1020–1030 without.
BEYOND = """
factors:
  pressure:
    edges: [1000, 1002, 1004, 1010, 1020, 1030]
    role: target
    missing: 0
    target: {family: histogram, weights: [2, 1, 0, 1, 4]}
"""


def cells(study: Study) -> Cells:
    return cells_of(study, controls_of(study), events_of(study))


def test_bins_that_are_asked_for_and_have_no_row(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, BEYOND)
    assert invented_bins(study, controls_of(study)[0]).tolist() == [3, 4]
    study = open_(flights_100, "factors: {wind: {missing: 0.2}, pressure: {missing: 0.2}}")
    assert [invented_bins(study, one).tolist() for one in controls_of(study)] == [[1], []]


def test_the_rows_of_the_nearest_bin_are_lent_and_mass_is_kept(flights_100: Source, open_: Open) -> None:
    found = cells(open_(flights_100, BEYOND))
    assert found.codes.tolist() == [[0, 1, 5, 3, 4]]
    assert found.invented.tolist() == [[False, False, False, True, True]]
    assert found.group.tolist() == [0, 1, 2, 1, 1]
    # The second bin, asked for 1/8, lends to 1/8 and then, of what is left, to 4/8.
    real = 0.47
    assert found.mass == pytest.approx([0.48, real / 2 / 5, 0.05, real / 2, real / 2 * 4 / 5])
    assert found.mass.sum() == pytest.approx(1.0)


def test_conditions_are_decided_anew_inside_bins_without_rows(flights_100: Source, open_: Open) -> None:
    text = BEYOND + "events:\n  high: {when: pressure >= 1020 AND wind = 3, rate: 0.1}\n"
    found = cells(open_(flights_100, text))
    event, pressure = found.codes
    assert set(pressure[event == 1].tolist()) == {4}
    assert found.ungrounded[event == 1].all()
    # Rows with another wind are lent too, and there the event is false.
    assert 0 in event[pressure == 4]


def test_a_condition_that_changes_inside_such_a_bin_is_refused_with_the_edge_to_add(
    flights_100: Source, open_: Open
) -> None:
    text = BEYOND + "events:\n  high: {when: late OR pressure > 1025, rate: 0.1}\n"
    with pytest.raises(
        InputError, match=r"Event `high`: `.pressure. > 1025` changes inside 1020–1030 of `pressure`"
    ) as caught:
        cells(open_(flights_100, text))
    assert str(caught.value).endswith("where the source has no rows. Add an edge there: 1025.")


def test_missing_values_are_null_to_conditions(flights_100: Source, open_: Open) -> None:
    text = """
factors: {wind: {missing: 0.5}}
events: {calm: {when: wind < 10, rate: 0.2}, lost: {when: wind IS NULL, rate: 0.5}}
"""
    found = cells(open_(flights_100, text))
    calm, lost, wind = found.codes
    assert calm[wind == 1].tolist() == [0, 0]
    assert lost[wind == 1].tolist() == [1, 1]
    assert found.mass.sum() == pytest.approx(1.0)


def test_two_factors_may_both_reach_beyond_the_source(flights_100: Source, open_: Open) -> None:
    text = BEYOND + "  wind: {missing: 0.25}\nevents:\n  odd: {when: pressure >= 1020 AND wind IS NULL, rate: 0.1}\n"
    found = cells(open_(flights_100, text))
    odd, pressure, wind = found.codes
    assert ((odd == 1) == ((pressure == 4) & (wind == 1))).all()
    assert found.mass.sum() == pytest.approx(1.0)
    assert found.invented[1:].all(axis=0)[odd == 1].all()


def test_nothing_is_known_of_a_factor_without_values(table_source: Callable[..., Source], open_: Open) -> None:
    source = table_source({"speed": [1.0, 2.0], "lost": pa.array([None, None], pa.float64())})
    with pytest.raises(InputError, match="Missing lost: every value of this factor is missing in the source"):
        cells(open_(source, "factors: {lost: {missing: 0.5}}"))


@pytest.mark.parametrize(
    ("values", "type_", "numbers", "expected"),
    [
        ([1, 5], pa.int8(), [2.4, 2.6], [2, 3]),
        ([1, 2**62], pa.int64(), [3.0], [3]),
        ([1.5, 2.5], pa.float32(), [2.25], [2.25]),
        ([1.0, 5.0], pa.float64(), [2.4], [2.0]),
        ([Decimal("1.50"), Decimal("9.25")], pa.decimal128(6, 2), [2.499, 7.0], [Decimal("2.50"), Decimal("7.00")]),
        ([dt.date(2013, 1, 1), dt.date(2013, 5, 1)], pa.date32(), [86_400e6 * 1.6], [dt.date(1970, 1, 2)]),
        (
            [dt.datetime(2013, 1, 1), dt.datetime(2014, 1, 1)],
            pa.timestamp("s"),
            [1.2e6],
            [dt.datetime(1970, 1, 1, 0, 0, 1)],
        ),
        (
            [dt.datetime(2013, 1, 1, tzinfo=dt.UTC), dt.datetime(2014, 1, 1, tzinfo=dt.UTC)],
            pa.timestamp("us", tz="UTC"),
            [1e6],
            [dt.datetime(1970, 1, 1, 0, 0, 1, tzinfo=dt.UTC)],
        ),
    ],
)
def test_numbers_become_values_of_the_column_s_type(
    values: list[Any], type_: pa.DataType, numbers: list[float], expected: list[Any]
) -> None:
    column = encode("x", pa.chunked_array([pa.array(values, type_)]), None)
    made = values_from_numbers(np.array(numbers), column)
    assert made.type == column.type
    assert made.to_pylist() == expected
