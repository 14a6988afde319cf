"""What a control looks at in a row: decided once for each value, or row by row where several factors are compared."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from trimtab.core.errors import InputError
from trimtab.core.projection.controls.event import events_of
from trimtab.core.projection.controls.level import levels_of
from trimtab.core.projection.features.feature import UNKNOWN, bin_feature, bins_of_values
from trimtab.core.source.axes import Axis
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]


def test_the_truth_of_one_factor_is_decided_for_its_values(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "events: {low: {when: pressure < 1001, rate: 0.1}}")
    (feature,) = events_of(study)[0].features
    assert feature.single
    assert feature.of_values(study).tolist() == [1, 0, 0, 0, UNKNOWN]
    rows = feature.of_learning_rows(study)
    assert np.bincount(rows).tolist() == [71, 24, 5]
    assert rows[:2].tolist() == [UNKNOWN, UNKNOWN]


def test_the_truth_of_two_factors_is_decided_row_by_row(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "events: {odd: {when: pressure - 1000 > visib, rate: 0.1}}")
    (feature,) = events_of(study)[0].features
    assert not feature.single
    # Only in fog, 0.5 miles, is one more than the distance to 1000: of 8 flights with a pressure 6 have 1 or more.
    assert np.bincount(feature.of_learning_rows(study)).tolist() == [89, 6, 5]
    table = pa.table({"pressure": [1003.0, 1003.0, None], "visib": [2.5, 3.0, 1.0]})
    assert feature.of_table(table).tolist() == [1, 0, UNKNOWN]


def test_levels_are_numbered_in_the_order_of_the_score(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "levels: {mix: {score: visib * 2, cuts: [10, 20], shares: {z: 0.2, y: 0.3, x: 0.5}}}")
    (control,) = levels_of(study)
    assert control.labels == ("z", "y", "x", "no score")
    # A score on a cut belongs to the level above it.
    assert control.feature.of_table(pa.table({"visib": [0.5, 5.0, 9.9, 10.0, None]})).tolist() == [0, 1, 1, 2, 3]


def test_the_bin_of_a_definition(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "factors: {double: {role: derive, expression: wind * 2, edges: [0, 10, 40]}}")
    feature = bin_feature(study, "double", study.axes["double"], "Pair `double × origin`")
    assert feature.of_table(pa.table({"wind": [0, 5, 20, 21, None]})).tolist() == [0, 1, 1, -1, 2]
    assert np.bincount(feature.of_learning_rows(study)).tolist() == [90, 10]


def test_bins_of_any_values() -> None:
    numbers = Axis("x", "continuous", edges=(0.0, 1.0, 2.0))
    assert bins_of_values(numbers, pa.array([0.0, 1.0, 2.0, 3.0, None])).tolist() == [0, 1, 1, -1, 2]
    levels = Axis("y", "categorical", levels=("a", "b"), rest=True)
    assert bins_of_values(levels, pa.array(["b", "c", None])).tolist() == [1, 2, 3]


def test_an_expression_that_fails_on_a_row_names_its_owner(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "events: {odd: {when: CAST(origin AS INTEGER) > wind, rate: 0.1}}")
    (feature,) = events_of(study)[0].features
    with pytest.raises(InputError, match=r"Event `odd`: .* can't be computed"):
        feature.of_learning_rows(study)
