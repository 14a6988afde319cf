"""Rows put together for what no real row shows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.controls import pair_of
from trimtab.core.projection.controls.event import event_rows_of, events_of
from trimtab.core.projection.controls.pair import ROWS_A_CELL, pair_rows_of
from trimtab.core.projection.pool.pool import Pool, table_at
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]


def rows_for(study: Study) -> dict[str, np.ndarray] | None:
    (event,) = events_of(study)
    at = event_rows_of(study, event, np.arange(100))
    if at is not None:
        table = table_at(study, event.predicate.columns, at)
        truth = event.from_features([feature.of_table(table) for feature in event.features])
        assert truth.all()
    return None if at is None else dict(at)


def test_an_event_of_two_factors_takes_one_value_from_elsewhere(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "events: {odd: {when: \"visib < 1 AND origin = 'LGA'\", rate: 0.1}}")
    at = rows_for(study)
    assert at is not None
    base = at["wind"]
    # The first rows are those in which only one factor was changed.
    changed = (at["visib"] != base).astype(int) + (at["origin"] != base)
    assert changed[0] == 1
    assert set(changed[: len(changed) // 2]) == {1}
    for name in ("pressure", "late"):
        assert (at[name] == base).all()


def test_an_event_over_columns_compared_is_found_by_chance(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, 'events: {odd: {when: "wind > 10 * visib AND late AND visib > 0.6", rate: 0.1}}')
    assert rows_for(study) is None  # strong wind is 20 at most, and 10 times 5 miles is more
    study = open_(flights_100, 'events: {odd: {when: "wind > visib + 9.4 AND visib = 10", rate: 0.1}}')
    # Strong wind and a clear sky occur together in 5 flights, so this is a real event; at LGA it is none.
    study = open_(flights_100, "events: {odd: {when: \"wind > visib + 9.4 AND origin = 'LGA'\", rate: 0.1}}")
    at = rows_for(study)
    assert at is not None
    assert (study.columns["origin"].codes[at["origin"]] == 1).all()


def test_usable_rows_are_what_constructed_ones_begin_with(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "events: {odd: {when: \"visib < 1 AND origin = 'LGA'\", rate: 0.1}}")
    (event,) = events_of(study)
    at = event_rows_of(study, event, np.arange(95, 100))
    assert at is not None
    assert set(at["late"].tolist()) <= set(range(95, 100))


def test_an_event_that_no_values_make_true_has_no_rows(flights_100: Source, open_: Open) -> None:
    assert rows_for(open_(flights_100, "events: {odd: {when: visib > 20, rate: 0.1}}")) is None


@pytest.mark.parametrize("swapped", [False, True])
def test_an_unseen_combination_takes_either_side_from_elsewhere(
    flights_100: Source, open_: Open, swapped: bool
) -> None:
    names = "[origin, visib]" if swapped else "[visib, origin]"
    study = open_(flights_100, f"pairs: [{{factors: {names}, target: independent}}]")
    pair, pool = pair_of(study), Pool.real(study)
    # Fog at LGA and haze at EWR; both factors have four codes. Nobody has a missing visib.
    fog_lga, haze_ewr, missing = (1 * 4 + 0, 2 * 4 + 1, 1 * 4 + 3) if swapped else (0 * 4 + 1, 1 * 4 + 2, 3 * 4 + 1)
    at = pair_rows_of(study, pool, pair, np.array([fog_lga, haze_ewr, missing]))
    assert at is not None
    made = pool.with_rows(at)
    assert made.constructed == 2 * ROWS_A_CELL
    assert pair.codes(made)[100:].tolist() == [fog_lga] * ROWS_A_CELL + [haze_ewr] * ROWS_A_CELL
    # Half of them are real flights in fog that were moved, half are real flights at LGA that were fogged.
    base = at["late"]
    assert (at["visib"] == base).sum() >= ROWS_A_CELL
    assert (at["origin"] == base).sum() >= ROWS_A_CELL


def test_combinations_of_codes_that_nobody_has(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "pairs: [{factors: [visib, origin], target: independent}]")
    assert pair_rows_of(study, Pool.real(study), pair_of(study), np.array([15])) is None


def test_a_side_that_is_computed_takes_all_its_columns_along(flights_100: Source, open_: Open) -> None:
    text = """
factors: {sum: {role: derive, expression: visib + wind, edges: [0, 10, 20, 40]}}
pairs: [{factors: [sum, origin], target: independent}]
"""
    study = open_(flights_100, text)
    pair, pool = pair_of(study), Pool.real(study)
    assert [side.columns for side in pair.sides] == [("visib", "wind"), ("origin",)]
    # Sums below 10 are those of haze, at JFK only.
    at = pair_rows_of(study, pool, pair, np.array([0 * 4 + 2]))
    assert at is not None
    assert (at["visib"] == at["wind"]).all()
    assert (pair.codes(pool.with_rows(at))[100:] == 2).all()
