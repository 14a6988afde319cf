"""Controls as codes and shares, on values that can be counted by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from trimtab.core.errors import InputError
from trimtab.core.projection.controls.event import events_of
from trimtab.core.projection.controls.marginal import MarginalControl, marginals_of
from trimtab.core.projection.features.feature import UNKNOWN
from trimtab.core.projection.projection import project
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]


def control(study: Study) -> MarginalControl:
    (one,) = marginals_of(study)
    return one


def shares(one: MarginalControl) -> dict[str, float]:
    return dict(zip(one.labels, one.requested.round(12).tolist(), strict=True))


def test_a_factor_that_follows_or_is_dropped_is_no_control(flights_100: Source, open_: Open) -> None:
    assert (
        marginals_of(open_(flights_100, "factors: {visib: {role: follow}, wind: {role: drop}, late: {unit: s}}")) == ()
    )


def test_keep_asks_for_the_source_s_shares_missing_ones_too(flights_100: Source, open_: Open) -> None:
    one = control(open_(flights_100, "factors: {pressure: {role: keep}}"))
    assert (one.kind, one.factor, str(one.name)) == ("keep", "pressure", "keep pressure")
    # 48 and 47 values in turn, 1000 to 1003, after two and three missing ones.
    assert shares(one) == {"1000": 0.24, "1001": 0.24, "1002": 0.24, "1003": 0.23, "missing": 0.05}
    assert one.code_of_value.tolist() == [0, 1, 2, 3, 4]


def test_target_shares_are_of_the_values_that_are_there(flights_100: Source, open_: Open) -> None:
    text = "factors: {pressure: {role: target, target: {family: histogram, weights: [1, 1, 2, 0]}}}"
    assert shares(control(open_(flights_100, text))) == {
        "1000": 0.2375,
        "1001": 0.2375,
        "1002": 0.475,
        "1003": 0.0,
        "missing": 0.05,
    }
    text = "factors: {pressure: {role: target, missing: 0.2, target: {family: histogram, weights: [1, 1, 2, 0]}}}"
    assert shares(control(open_(flights_100, text)))["1002"] == pytest.approx(0.4)


def test_levels_that_nobody_names_are_one_bin(flights_100: Source, open_: Open) -> None:
    text = "factors: {origin: {role: target, target: {family: categorical, weights: {EWR: 3, LGA: 1}, rest: 0.2}}}"
    one = control(open_(flights_100, text))
    assert shares(one) == {"EWR": 0.6, "LGA": 0.2, "other levels (1)": 0.2, "missing": 0.0}
    # Values by falling count: JFK, LGA, EWR, then missing.
    assert one.code_of_value.tolist() == [2, 1, 0, 3]


def test_numbers_with_few_values_can_be_asked_for_by_value(flights_100: Source, open_: Open) -> None:
    text = "factors: {visib: {role: target, target: {family: categorical, weights: {'0.5': 1, '10': 3}}}}"
    assert shares(control(open_(flights_100, text))) == {"0.5": 0.25, "5": 0.0, "10": 0.75, "missing": 0.0}


def test_hold_asks_for_nothing_else_and_leaves_missing_values_only_if_asked(flights_100: Source, open_: Open) -> None:
    one = control(open_(flights_100, "factors: {pressure: {role: hold, values: [1001, 1003]}}"))
    assert one.code_of_value.tolist() == [1, 0, 1, 0, 1]
    assert shares(one) == {"held": 1.0, "other": 0.0}
    one = control(open_(flights_100, "factors: {pressure: {role: hold, value: 1001, missing: 0.1}}"))
    assert one.code_of_value.tolist() == [1, 0, 1, 1, 2]
    assert shares(one) == {"held": 0.9, "other": 0.0, "missing": 0.1}


def test_a_missing_share_alone_has_two_codes(flights_100: Source, open_: Open) -> None:
    one = control(open_(flights_100, "factors: {wind: {missing: 0.25}}"))
    assert (str(one.name), one.code_of_value.tolist()) == ("missing wind", [0, 0, 1])
    assert shares(one) == {"present": 0.75, "missing": 0.25}


def test_a_parametric_target_is_met_on_finer_bins_that_end_where_the_data_end(flights: Source, open_: Open) -> None:
    text = "factors: {dep_delay: {role: target, target: {family: normal, mean: 20, sd: 40, high: 2000}}}"
    study = open_(flights, text)
    one, column = control(study), study.columns["dep_delay"]
    assert one.axis is not None
    edges = np.asarray(one.axis.edges)
    assert len(edges) > len(study.axes["dep_delay"].edges)
    assert {float(column.numbers[-1]) + 1} <= set(edges.tolist())
    assert one.requested.sum() == pytest.approx(1.0)
    assert one.requested[-1] == pytest.approx(column.missing_share)


def test_the_rate_of_an_event_may_be_a_number_of_rows(flights_100: Source, open_: Open) -> None:
    text = "rows: 250\nevents: {fog: {when: visib < 1, rows: 50}, late: {when: late, rate: 0.125}}"
    assert [(one.of, one.rate) for one in events_of(open_(flights_100, text))] == [("fog", 0.2), ("late", 0.125)]


def test_conditions_are_true_false_or_unknown_on_each_value(flights_100: Source, open_: Open) -> None:
    study = open_(
        flights_100, "events: {low: {when: pressure < 1002 OR pressure IS NULL OR origin <> 'JFK', rate: 0.1}}"
    )
    (event,) = events_of(study)
    low, lacking, elsewhere = (feature.of_values(study) for feature in event.features)
    assert low.tolist() == [1, 1, 0, 0, UNKNOWN]
    assert lacking.tolist() == [0, 0, 0, 0, 1]
    assert elsewhere.tolist() == [0, 1, 1, UNKNOWN]


def test_a_condition_that_can_t_be_decided_is_refused(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "events: {odd: {when: CAST(origin AS INTEGER) > 1, rate: 0.1}}")
    with pytest.raises(InputError, match=r"Event `odd`: `CAST.* can't be computed: .*'JFK'"):
        project(study)
