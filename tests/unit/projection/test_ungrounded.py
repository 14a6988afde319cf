"""Bins that the source never shows: where their rows come from, what is true there, and the values they get."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pytest

from tests.controls import asking
from trimtab.core.errors import InputError
from trimtab.core.projection.controls.marginal import marginals_of
from trimtab.core.projection.pool.cells import Cells, cells_of
from trimtab.core.projection.pool.pool import Pool
from trimtab.core.projection.projection import project
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

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
    return cells_of(Pool.real(study), asking(study))


def test_bins_that_are_asked_for_and_have_no_row(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, BEYOND)
    assert marginals_of(study)[0].invented(study).tolist() == [3, 4]
    study = open_(flights_100, "factors: {wind: {missing: 0.2}, pressure: {missing: 0.2}}")
    assert [one.invented(study).tolist() for one in asking(study) if one.factor] == [[1], []]


def test_the_rows_of_the_nearest_bin_are_lent_and_mass_is_kept(flights_100: Source, open_: Open) -> None:
    found = cells(open_(flights_100, BEYOND))
    assert found.codes.tolist() == [[0, 1, 5, 3, 4]]
    assert found.invented.tolist() == [[False, False, False, True, True]]
    assert found.group.tolist() == [0, 1, 2, 1, 1]
    # The second bin, asked for 1/8 of the rows, lends to two that are asked for 1/8 and 4/8.
    assert found.mass == pytest.approx([0.48, 0.47 / 6, 0.05, 0.47 / 6, 0.47 * 4 / 6])
    assert found.mass.sum() == pytest.approx(1.0)


def test_a_bin_that_nobody_asks_for_lends_to_all_around_it(flights_100: Source, open_: Open) -> None:
    found = cells(open_(flights_100, BEYOND.replace("[2, 1, 0, 1, 4]", "[2, 0, 0, 1, 4]")))
    assert found.mass == pytest.approx([0.48, 0.0, 0.05, 0.47 / 5, 0.47 * 4 / 5], abs=0.001)
    assert found.mass[1] > 0


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
    odd, wind, pressure = found.codes
    assert ((odd == 1) == ((pressure == 4) & (wind == 1))).all()
    assert found.mass.sum() == pytest.approx(1.0)
    assert found.invented[1:].all(axis=0)[odd == 1].all()


def test_nothing_is_known_of_a_factor_without_values(table_source: Callable[..., Source], open_: Open) -> None:
    source = table_source({"speed": [1.0, 2.0], "lost": pa.array([None, None], pa.float64())})
    with pytest.raises(InputError, match="Missing lost: every value of this factor is missing in the source"):
        cells(open_(source, "factors: {lost: {missing: 0.5}}"))


@pytest.mark.parametrize("when", ["pressure = 1013", "pressure % 10 = 7", "pressure IN (1, 1019)", "pressure > 1018"])
def test_a_condition_on_one_value_of_such_a_bin_is_seen(flights_100: Source, open_: Open, when: str) -> None:
    text = BEYOND + f"events:\n  odd: {{when: '{when}', rate: 0.1}}\n"
    with pytest.raises(InputError, match=r"Event `odd`: .* changes inside 1010–1019 of `pressure`"):
        cells(open_(flights_100, text))


def test_a_bin_that_can_hold_no_value_can_have_no_share(flights_100: Source, open_: Open) -> None:
    text = BEYOND.replace("1020, 1030]", "1010.5, 1030]")
    with pytest.raises(
        InputError, match=r"Target of `pressure`: no whole number lies in .*, so it can't have a share\."
    ):
        cells(open_(flights_100, text.replace("1010,", "1010.2,")))


def test_few_missing_values_are_not_met_over_and_over(table_source: Callable[..., Source], open_: Open) -> None:
    # One row in 1,000 really lacks x; one in ten is asked for. That one row would have to stand for 100 of 1,000.
    source = table_source({"x": [None, *[1.0, 2.0, 3.0] * 333], "y": [f"level {i % 7}" for i in range(1000)]})
    study = open_(source, "factors: {x: {missing: 0.1}}")
    (control,) = asking(study)
    assert control.blanks
    found = cells(study)
    # The real row keeps about its weight: 0.001 beside 0.1 times 0.999.
    assert found.mass.sum() == pytest.approx(1.0)
    real = (found.codes[0] == control.missing_code) & ~found.ungrounded
    assert found.mass[real] == pytest.approx([0.001])
    assert found.mass[found.ungrounded].sum() == pytest.approx(0.1, rel=0.01)
    assert project(study).effective_share > 0.99


def test_what_is_looked_at_together_with_others_is_not_blanked(flights_100: Source, open_: Open) -> None:
    text = "factors: {pressure: {missing: 0.6}}\n"
    (control,) = asking(open_(flights_100, text))
    assert control.blanks
    text += "events: {odd: {when: pressure > wind + 990, rate: 0.1}}"
    _, control = asking(open_(flights_100, text))
    assert not control.blanks
