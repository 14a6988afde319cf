"""Groups of rows that differ in one factor: which real rows they begin with, and what stands in them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from tests.controls import asking, named
from trimtab.core.errors import InputError
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.controls.sweep import sweeps_of
from trimtab.core.projection.pool.pool import Pool
from trimtab.core.projection.projection import project
from trimtab.core.projection.reserved.reserved import Reserved, Reserving
from trimtab.core.sampling.run import generate
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]


def reserved(study: Study, weights: np.ndarray | None = None, first: int = 0) -> Reserved:
    (sweep,), controls = sweeps_of(study), asking(study)
    even = np.full(100, 0.01) if weights is None else weights
    none = Reserved.none(study, len(controls))
    return sweep.reserve(Reserving(study, Pool.real(study), controls, even, 1000, none, first)).reserved


def test_each_group_is_one_row_with_each_value(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "sweeps: [{factor: visib, values: [0.5, 2, 10], groups: 4}]")
    found = reserved(study, first=7)
    assert found.rows == 12
    assert found.group.tolist() == [7, 7, 7, 8, 8, 8, 9, 9, 9, 10, 10, 10]
    assert found.values["visib"].to_pylist() == [0.5, 2.0, 10.0] * 4
    # Two miles never occur in the source.
    assert found.ungrounded.tolist() == [False, True, False] * 4
    base = found.at["origin"].reshape(4, 3)
    assert (base == base[:, :1]).all()
    assert len(set(base[:, 0].tolist())) == 4
    # The place of a value is a row that has it, or the nearest one.
    visib = study.columns["visib"]
    assert visib.numbers[visib.codes[found.at["visib"]]].tolist() == [0.5, 0.5, 10.0] * 4
    (part,) = found.parts
    assert (str(part.name), part.varied, part.together) == ("sweep visib", "visib", False)
    assert set(part.fixed) == set(study.columns)


def test_others_that_are_drawn_anew_are_not_fixed(flights_100: Source, open_: Open) -> None:
    (part,) = reserved(
        open_(flights_100, "sweeps: [{factor: late, values: [true, false], groups: 2, others: condition}]")
    ).parts
    assert (part.fixed, part.together) == (("late",), True)


def test_groups_begin_with_rows_that_have_weight(flights_100: Source, open_: Open) -> None:
    weights = np.zeros(100)
    weights[10:40] = 1 / 30
    study = open_(flights_100, "sweeps: [{factor: visib, values: [0.5, 10], groups: 20}]")
    base = reserved(study, weights).at["wind"]
    assert base.min() >= 10
    assert base.max() < 40


def test_only_rows_that_can_take_every_value_are_taken(flights_100: Source, open_: Open) -> None:
    text = """
rules: ["visib > 1 OR origin = 'LGA'"]
sweeps: [{factor: visib, values: [0.5, 10], groups: 30}]
"""
    base = reserved(open_(flights_100, text)).at["origin"]
    assert ((base >= 50) & (base < 90)).all()


def test_too_few_rows_are_told_with_what_is_in_the_way(flights_100: Source, open_: Open) -> None:
    text = """
rules: ["visib > 1 OR origin = 'LGA'"]
sweeps: [{factor: visib, values: [0.5, 10], groups: 41}]
"""
    with pytest.raises(
        ConflictsError, match="asks for 41 groups, but only 40 real rows could take all its 2 values: rule"
    ) as caught:
        reserved(open_(flights_100, text))
    (conflict,) = caught.value.conflicts
    assert conflict.controls == (named("sweep visib"), named("rule visib > 1 OR origin = 'LGA'"))
    assert (conflict.control, conflict.nearest) == (named("sweep visib"), 40.0)
    reserved(open_(flights_100, text.replace("41", "40")))


def test_a_value_that_a_target_leaves_out_is_a_conflict(flights_100: Source, open_: Open) -> None:
    text = """
factors: {visib: {role: target, target: {family: histogram, weights: [1, 0, 1]}}}
sweeps: [{factor: visib, values: [5, 10], groups: 1}]
"""
    with pytest.raises(ConflictsError, match="only 0 real rows could take all its 2 values: target `visib`") as caught:
        reserved(open_(flights_100, text))
    assert caught.value.conflicts[0].controls == (named("sweep visib"), named("target visib"))


def test_codes_are_those_of_the_values_that_stand_there(flights_100: Source, open_: Open) -> None:
    text = """
factors: {visib: {role: target, target: {family: histogram, weights: [1, 1, 1]}}}
events: {fog: {when: visib < 1, rate: 0.3}, blown: {when: visib < wind, rate: 0.5}}
sweeps: [{factor: visib, values: [0.5, 10], groups: 2}]
"""
    found = reserved(open_(flights_100, text))
    assert found.codes[0].tolist() == [1, 0, 1, 0]
    assert found.codes[1].reshape(2, 2)[:, 0].tolist() == [1, 1]
    assert found.codes[2].tolist() == [0, 2, 0, 2]


def test_a_level_that_never_occurs_can_t_be_swept(flights_100: Source, open_: Open) -> None:
    with pytest.raises(InputError, match=r"Sweep `origin`: .*SFO"):
        open_(flights_100, "sweeps: [{factor: origin, values: [LGA, SFO], groups: 1}]")


def test_a_number_is_swept_as_the_column_holds_it(table_source: Callable[..., Source], open_: Open) -> None:
    # 0.1 in single precision is another number than 0.1.
    source = table_source({"x": pa.array([0.5, 1.0, 2.0, 4.0] * 25, pa.float32()), "y": list("abcd") * 25})
    found = reserved(open_(source, "rows: 50\nsweeps: [{factor: x, values: [0.1, 0.7], groups: 2}]"))
    assert found.values["x"].to_pylist() == pytest.approx([0.1, 0.7] * 2, rel=1e-7)


# --- sweeps in rows that were made -----------------------------------------------------------------------------------


def groups_of(study: Study) -> list[list[dict[str, object]]]:
    rows = pa.concat_tables(list(generate(study))).to_pylist()
    found: dict[int, list[dict[str, object]]] = {}
    for row in rows:
        if row["_group"] is not None:
            found.setdefault(row["_group"], []).append(row)
    return list(found.values())


def test_groups_differ_in_the_factor_and_what_is_derived_from_it_and_in_nothing_else(
    flights: Source, open_: Open
) -> None:
    text = """
rows: 20000
factors: {haze: {role: derive, expression: 10 - visib}}
levels: {view: {score: visib, cuts: [2, 9], shares: {poor: 0.2, fair: 0.3, good: 0.5}}}
labels: {warned: {rule: visib < 3 AND wind_speed > 10}}
sweeps: [{factor: visib, values: [0.25, 4.75, 10, 12], groups: 300}]
"""
    study = open_(flights, text)
    assert 4.75 not in study.columns["visib"].numbers
    assert study.columns["visib"].numbers.max() == 10
    groups = groups_of(study)
    assert len(groups) == 300
    computed = {"visib", "haze", "view", "warned"}
    others = [name for name in study.shown if name not in computed]
    assert len(others) == len(study.columns) - 1
    for group in groups:
        assert sorted(row["visib"] for row in group) == [0.25, 4.75, 10.0, 12.0]
        for row in group:
            assert [row[name] for name in others] == [group[0][name] for name in others]
            assert row["haze"] == 10 - row["visib"]
            assert row["view"] == ("poor" if row["visib"] < 2 else "fair" if row["visib"] < 9 else "good")
            assert row["warned"] in (True, False, None)
            assert row["_varied"] == "visib"
            assert row["_ungrounded"] == (row["visib"] in (4.75, 12.0))
    # They are among the rows, and count in what is promised.
    assert sum(len(group) for group in groups) == 1200
    assert project(study).reserved.rows == 1200


def test_with_condition_the_others_are_what_they_are_at_that_value(flights: Source, open_: Open) -> None:
    text = "rows: 20000\nsweeps: [{factor: visib, values: [0.25, 10], groups: 2000, others: condition}]"
    study = open_(flights, text)
    pressure = {value: [] for value in (0.25, 10.0)}
    for group in groups_of(study):
        assert sorted(row["visib"] for row in group) == [0.25, 10.0]
        for row in group:
            if row["humid"] is not None:
                pressure[row["visib"]].append(row["humid"])
    real = study.columns["visib"].numbers[study.columns["visib"].codes.clip(max=study.columns["visib"].distinct - 1)]
    humid = study.columns["humid"]
    known = humid.codes < humid.distinct
    for value, found in pressure.items():
        there = humid.numbers[humid.codes[known & (real == value)]]
        # Fog is humid: the mean at each value is the source's, and the two are far apart.
        assert np.mean(found) == pytest.approx(
            there.mean(), abs=4 * there.std() / np.sqrt(len(found)) + 0.15 * there.std()
        )
    assert np.mean(pressure[0.25]) - np.mean(pressure[10.0]) > 25
