"""Reserved rows: their codes, and what stands in them instead of real values."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pytest

from tests.controls import asking, pair_of
from trimtab.core.projection.controls.event import events_of
from trimtab.core.projection.controls.marginal import marginals_of
from trimtab.core.projection.reserved.reserved import Part, Reserved, codes_at, possible, with_values
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]

TEXT = """
factors:
  visib: {role: target, target: {family: histogram, weights: [1, 0, 3]}}
  origin: {role: hold, values: [JFK, EWR]}
events: {fog: {when: visib < 1, rate: 0.1}, sure: {when: wind > 1, rate: 1.0}, never: {when: late, rate: 0.0}}
levels: {mix: {score: wind, cuts: [10], shares: {calm: 0.5, windy: 0.5}}}
pairs: [{factors: [visib, late], target: independent}]
"""


@pytest.fixture
def study(flights_100: Source, open_: Open) -> Study:
    return open_(flights_100, TEXT)


def test_codes_of_any_rows(study: Study) -> None:
    at = {name: np.array([0, 20, 60, 99]) for name in study.columns}
    pair = pair_of(study)
    found = codes_at(study, [*asking(study), pair], at)
    assert found.tolist() == [
        [1, 0, 0, 0],  # fog
        [1, 1, 1, 1],  # sure
        [1, 1, 1, 0],  # never: late in every fourth flight
        [0, 1, 2, 2],  # target visib
        [0, 0, 1, 0],  # hold origin: LGA is not held
        [1, 0, 0, 1],  # level mix
        [0 * 3 + 1, 1 * 3 + 1, 2 * 3 + 1, 2 * 3 + 0],
    ]


def test_what_may_occur(study: Study) -> None:
    controls = asking(study)
    at = {name: np.array([0, 20, 61, 99]) for name in study.columns}
    fine = possible(controls, codes_at(study, controls, at))
    assert fine.tolist() == [
        [True, True, True, True],
        [True, True, True, True],
        [False, False, True, True],
        [True, False, True, True],
        [True, True, False, True],
        [True, True, True, True],
    ]


def test_values_that_stand_instead_are_what_is_decided_on(study: Study) -> None:
    at = {name: np.array([0, 60]) for name in study.columns}
    values = {"visib": pa.array([10.0, None], pa.float64())}
    table = with_values(study.rows_of(["wind", "visib"], {n: study.columns[n].codes[at[n]] for n in at}), values)
    assert table.column("visib").to_pylist() == [10.0, 10.0]
    found = codes_at(study, [events_of(study)[0], marginals_of(study)[0]], at, values)
    assert found.tolist() == [[0, 0], [2, 2]]
    beyond = codes_at(study, marginals_of(study)[:1], at, {"visib": pa.array([99.0, None], pa.float64())})
    assert beyond.tolist() == [[-1, 2]]


def test_a_value_that_is_not_in_the_source_has_the_code_of_no_value(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "factors: {wind: {missing: 0.1}}")
    at = {name: np.array([0, 60]) for name in study.columns}
    # A share of missing values has no axis: a value is there, whichever it is.
    found = codes_at(study, marginals_of(study), at, {"wind": pa.array([77, None], pa.int64())})
    assert found.tolist() == [[0, 0]]


def test_parts_are_joined_in_order(study: Study) -> None:
    def some(rows: list[int], part: Part, values: dict[str, pa.Array], group: int) -> Reserved:
        at = {name: np.array(rows) for name in study.columns}
        zeros = np.zeros(len(rows), dtype=np.int64)
        return Reserved(at, zeros, zeros + group, np.zeros((1, len(rows)), np.int64), zeros > 0, (part,), values)

    first = some([1, 2], Part("sweep visib", (), "visib"), {"visib": pa.array([0.5, 7.0])}, 3)
    second = some([4], Part("floor origin", ("origin",)), {}, -1)
    both = Reserved.none(study, 1).joined(first).joined(second)
    assert both.rows == 3
    assert both.part.tolist() == [0, 0, 1]
    assert both.group.tolist() == [3, 3, -1]
    assert [part.name for part in both.parts] == ["sweep visib", "floor origin"]
    assert both.values["visib"].to_pylist() == [0.5, 7.0, None]
    assert both.at["wind"].tolist() == [1, 2, 4]


def test_no_reserved_rows_have_no_codes(study: Study) -> None:
    none = Reserved.none(study, 4)
    assert (none.rows, none.codes.shape) == (0, (4, 0))
    assert none.with_codes(study, events_of(study)).codes.shape == (3, 0)
