"""The pool: learning rows, then constructed ones whose values come from several of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.controls import pair_of
from trimtab.core.maths.streams import stream
from trimtab.core.projection.controls.event import events_of
from trimtab.core.projection.controls.level import levels_of
from trimtab.core.projection.controls.marginal import marginals_of
from trimtab.core.projection.controls.pair import pair_sides
from trimtab.core.projection.pool.pool import Pool, picker
from trimtab.core.projection.pool.table_rows import TableRows
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]

TEXT = """
factors: {origin: {role: keep}, double: {role: derive, expression: visib * 2, edges: [0, 5, 20]}}
events: {odd: {when: "visib < 1 AND origin = 'LGA'", rate: 0.1}, both: {when: "visib > wind", rate: 0.1}}
levels: {mix: {score: visib + wind, cuts: [10], shares: {low: 0.5, high: 0.5}}}
pairs: [{factors: [double, origin], target: independent}]
"""


@pytest.fixture
def study(flights_100: Source, open_: Open) -> Study:
    return open_(flights_100, TEXT)


def constructed(study: Study) -> Pool:
    """Two more rows: fog of flight 0 at LGA of flight 60, and the strong wind of flight 95 in the haze of flight 20."""
    base = {name: np.array([60, 20]) for name in study.columns}
    return Pool.real(study).with_rows({**base, "visib": np.array([0, 20]), "wind": np.array([60, 95])})


def test_a_pool_without_constructed_rows_is_the_learning_rows(study: Study) -> None:
    pool = Pool.real(study)
    assert (pool.learned, pool.constructed, pool.rows) == (100, 0, 100)
    rows = np.array([3, 99])
    assert pool.origin("visib", rows) is rows


def test_values_of_constructed_rows_come_from_several_rows(study: Study) -> None:
    pool = constructed(study)
    assert (pool.learned, pool.constructed, pool.rows) == (100, 2, 102)
    assert pool.origin("visib", np.array([5, 100, 101])).tolist() == [5, 0, 20]
    assert pool.origin("origin", np.array([5, 100, 101])).tolist() == [5, 60, 20]
    assert pool.made(["visib", "origin", "wind"]).to_pylist() == [
        {"visib": 0.5, "origin": "LGA", "wind": 3},
        {"visib": 5.0, "origin": "JFK", "wind": 20},
    ]
    assert pool.with_rows({name: np.array([7]) for name in study.columns}).origin(
        "visib", np.array([102])
    ).tolist() == [7]


def test_conditions_levels_and_bins_are_those_of_the_rows_put_together(study: Study) -> None:
    pool = constructed(study)
    odd, both = events_of(study)
    assert np.flatnonzero(odd.codes(pool)).tolist() == [100]
    assert both.codes(pool)[100:].tolist() == [False, False]
    assert both.codes(pool)[:100].sum() == 85
    (origin,) = marginals_of(study)
    assert origin.codes(pool)[100:].tolist() == [1, 0]
    (mix,) = levels_of(study)
    assert mix.codes(pool)[100:].tolist() == [0, 1]
    sides = pair_sides(study, study.design.pairs[0])
    joint = pair_of(study).codes(pool)
    # The second side has JFK, LGA, EWR and missing.
    assert joint[100:].tolist() == [0 * 4 + 1, 1 * 4 + 0]
    assert TableRows(pool.made(["visib"])).side(sides[0]).tolist() == [0, 1]


def test_what_lies_outside_of_an_axis_has_no_code(study: Study) -> None:
    pool = constructed(study)
    sides = pair_sides(study, study.design.pairs[0])
    beyond = pool.made(["visib"]).set_column(0, "visib", [[30.0, 5.0]])
    assert TableRows(beyond).side(sides[0]).tolist() == [-1, 1]


def test_a_picker_takes_rows_with_the_wanted_code() -> None:
    code = np.array([2, 0, 2, 2, 0])
    pick = picker(code, 4, stream(0, "any"))
    found = pick(np.array([0, 2, 1, 2, 3] * 40))
    wanted = np.array([0, 2, 1, 2, 3] * 40)
    assert (found[(wanted == 1) | (wanted == 3)] == -1).all()
    known = found >= 0
    assert (code[found[known]] == wanted[known]).all()
    # Each of three rows is missed by 80 picks once in (3/2)^80 times.
    assert set(found[wanted == 2]) == {0, 2, 3}
