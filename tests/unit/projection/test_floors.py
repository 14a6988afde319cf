"""Floors: the cells that count, the rows taken for them, and the cells that rules forbid."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np
import pyarrow as pa
import pytest

from tests.controls import asking, named
from trimtab.core.errors import InputError
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.controls.floor import floors_of
from trimtab.core.projection.pool.pool import Pool
from trimtab.core.projection.projection import project
from trimtab.core.projection.reserved.reserved import FloorPlan, Reserved, Reserving
from trimtab.core.sampling.run import generate
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]


def reserved(study: Study, rows: int = 1000, weights: np.ndarray | None = None) -> tuple[Reserved, FloorPlan]:
    (floor,) = floors_of(study)
    even = np.full(100, 0.01) if weights is None else weights
    controls = asking(study)
    none = Reserved.none(study, len(controls))
    task = floor.reserve(Reserving(study, Pool.real(study), controls, even, rows, none))
    return task.reserved, task.floors[0]


def cells(study: Study, found: Reserved, names: tuple[str, ...]) -> dict[tuple[object, ...], int]:
    counts: dict[tuple[object, ...], int] = {}
    values = study.rows_of(names, {name: study.columns[name].codes[found.at[name]] for name in names}).to_pylist()
    for row in values:
        counts[tuple(row.values())] = counts.get(tuple(row.values()), 0) + 1
    return counts


def test_every_combination_is_there_and_those_never_seen_are_marked(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "floors: [{factors: [visib, origin], at_least: 3}]")
    found, plan = reserved(study)
    assert cells(study, found, ("visib", "origin")) == dict.fromkeys(
        product([0.5, 5.0, 10.0], ["JFK", "LGA", "EWR"]), 3
    )
    assert (plan.rows, plan.constructed, plan.impossible) == (27, 12, ())
    assert found.ungrounded.sum() == 12
    assert found.rows == 27
    assert found.parts[0].fixed == ("visib", "origin")
    assert [one.tolist() for one in plan.needed] == [[True] * 3, [True] * 3]


def test_missing_values_are_in_no_cell(flights_100: Source, open_: Open) -> None:
    found, plan = reserved(open_(flights_100, "floors: [{factors: [pressure], strength: 1, at_least: 2}]"))
    assert plan.needed[0].tolist() == [True] * 4
    assert found.rows == 8


def test_cells_that_a_rule_forbids_are_impossible(flights_100: Source, open_: Open) -> None:
    text = "rules: [\"visib > 1 OR origin = 'JFK'\"]\nfloors: [{factors: [visib, origin], at_least: 1}]"
    study = open_(flights_100, text)
    found, plan = reserved(study)
    # Levels by falling count: JFK, LGA, EWR. There is fog at JFK only.
    assert plan.impossible == ((("visib", "origin"), (0, 1)), (("visib", "origin"), (0, 2)))
    assert found.rows == 7


def test_bins_that_a_hold_or_a_target_leaves_empty_do_not_count(flights_100: Source, open_: Open) -> None:
    text = """
factors:
  origin: {role: hold, values: [LGA, EWR]}
  visib: {role: target, target: {family: histogram, weights: [1, 0, 1]}}
floors: [{factors: [visib, origin], at_least: 1}]
"""
    study = open_(flights_100, text)
    weights = np.where(np.arange(100) >= 50, 0.02, 0.0)
    found, plan = reserved(study, weights=weights)
    assert [one.tolist() for one in plan.needed] == [[True, False, True], [False, True, True]]
    assert plan.impossible == ()
    assert cells(study, found, ("visib", "origin")) == dict.fromkeys(product([0.5, 10.0], ["LGA", "EWR"]), 1)


def test_levels_of_share_zero_do_not_occur(flights_100: Source, open_: Open) -> None:
    text = """
levels: {mix: {score: wind, cuts: [10], shares: {calm: 1.0, windy: 0.0}}}
floors: [{factors: [mix, origin], at_least: 1}]
"""
    study = open_(flights_100, text)
    weights = np.where((np.arange(100) >= 5) & (np.arange(100) < 95), 1 / 90, 0.0)
    found, plan = reserved(study, weights=weights)
    assert {cell for _, cell in plan.impossible} == {(1, 0), (1, 1), (1, 2)} or not plan.needed[0][1]
    assert found.rows == 3


def test_rows_come_from_those_with_most_weight(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "floors: [{factors: [origin], strength: 1, at_least: 2}]")
    weights = np.full(100, 1e-6)
    weights[[3, 70, 95]] = 1 / 3
    found, _ = reserved(study, weights=weights)
    assert sorted(found.at["origin"].tolist()) == [3, 3, 70, 70, 95, 95]


def test_a_computed_factor_has_cells_too(flights_100: Source, open_: Open) -> None:
    text = """
factors: {sum: {role: derive, expression: visib + wind, edges: [0, 10, 14, 40]}}
floors: [{factors: [sum, origin], at_least: 2}]
"""
    study = open_(flights_100, text)
    found, plan = reserved(study)
    assert plan.impossible == ()
    values = study.rows_of(("visib", "wind", "origin"), {n: study.columns[n].codes[found.at[n]] for n in study.columns})
    sums = [int(np.searchsorted([10, 14], row["visib"] + row["wind"], side="right")) for row in values.to_pylist()]
    counts = dict.fromkeys(product(range(3), ("JFK", "LGA", "EWR")), 0)
    for one, origin in zip(sums, values.column("origin").to_pylist(), strict=True):
        counts[one, origin] += 1
    assert set(counts.values()) == {2}
    assert found.parts[0].fixed == ("visib", "wind", "origin")


def test_a_floor_that_needs_far_more_rows_is_refused_at_once(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "floors: [{factors: [visib, origin], at_least: 60}]")
    with pytest.raises(
        ConflictsError, match=r"9 cells .* 540 rows with 60 in each, but the design has 100\."
    ) as caught:
        reserved(study, rows=100)
    (conflict,) = caught.value.conflicts
    assert (conflict.controls, conflict.nearest) == ((named("floor visib, origin"), named("rows design")), 540.0)


def test_a_factor_without_a_bin_is_refused(table_source: Callable[..., Source], open_: Open) -> None:
    source = table_source({"speed": [1.0] * 100, "lost": pa.array([None] * 100, pa.float64())})
    study = open_(source, "floors: [{factors: [speed, lost], at_least: 1}]")
    with pytest.raises(InputError, match="`lost` has no bin that any row could be in"):
        reserved(study)


def test_the_rows_of_a_floor_keep_it_whatever_else_is_drawn(flights_100: Source, open_: Open) -> None:
    text = """
rows: 60
factors: {visib: {role: target, target: {family: histogram, weights: [1, 1, 4]}}}
floors: [{factors: [visib, origin, late], strength: 2, at_least: 2}]
"""
    study = open_(flights_100, text)
    rows = pa.concat_tables(list(generate(study))).to_pylist()
    for names in (("visib", "origin"), ("visib", "late"), ("origin", "late")):
        counts: dict[tuple[object, ...], int] = {}
        for row in rows:
            cell = tuple(row[name] for name in names)
            counts[cell] = counts.get(cell, 0) + 1
        assert min(counts.values()) >= 2
        assert len(counts) == np.prod([study.axes[name].size for name in names])
    assert [sum(row["visib"] == value for row in rows) for value in (0.5, 5.0, 10.0)] == [10, 10, 40]
    assert sum(bool(row["_ungrounded"]) for row in rows) == project(study).floors[0].constructed
