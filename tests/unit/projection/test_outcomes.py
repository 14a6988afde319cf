"""Joint outcomes of events in whole rows: every event exact, each outcome near its share, or a conflict."""

from __future__ import annotations

import numpy as np
import pytest

from tests.controls import named
from trimtab.core.maths.rounding import event_rows, whole_rows
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.solver import outcomes
from trimtab.core.projection.solver.fit import Constraint
from trimtab.core.projection.solver.outcomes import Outcomes


def event(name: str, codes: list[int], rate: float) -> Constraint:
    return Constraint(named(f"event {name}"), np.array(codes), np.array([1 - rate, rate]))


def outcomes_of(events: list[Constraint], shares: np.ndarray, rows: int) -> Outcomes:
    goals = np.array([event_rows(float(one.requested[1]), rows) for one in events], dtype=np.int64)
    return outcomes.outcomes_of(events, shares, rows, goals)


def test_without_events_there_is_one_outcome() -> None:
    found = outcomes_of([], np.array([0.25, 0.75]), 7)
    assert (found.of_cell.tolist(), found.rows.tolist()) == ([0, 0], [7])


def test_one_event_has_its_rows() -> None:
    found = outcomes_of([event("fog", [0, 1, 1], 0.25)], np.array([0.75, 0.2, 0.05]), 1001)
    assert found.of_cell.tolist() == [0, 1, 1]
    assert found.rows.tolist() == [751, 250]


def test_joint_outcomes_are_rounded_so_that_every_event_is_exact() -> None:
    # Four outcomes of 12.6, 12.4, 12.4 and 12.6 rows; both events are true in 25 of 50.
    events = [event("a", [0, 0, 1, 1], 0.5), event("b", [0, 1, 0, 1], 0.5)]
    found = outcomes_of(events, np.array([0.252, 0.248, 0.248, 0.252]), 50)
    assert found.rows.tolist() in ([13, 12, 12, 13], [12, 13, 13, 12])
    assert found.rows[2:].sum() == found.rows[1::2].sum() == 25


def test_an_outcome_without_a_share_gets_no_row() -> None:
    events = [event("a", [0, 0, 1, 1], 0.3), event("b", [0, 1, 0, 1], 0.3)]
    found = outcomes_of(events, np.array([0.7, 0.0, 0.0, 0.3]), 11)
    assert found.rows.tolist() == [8, 0, 0, 3]


def test_whole_numbers_that_clash_are_a_conflict() -> None:
    # One of the three is always true, and each rounds to 3,333 of 10,000 rows.
    events = [event(name, np.eye(3, dtype=int)[i].tolist(), 1 / 3) for i, name in enumerate("abc")]
    with pytest.raises(ConflictsError, match="comes to 3,333 of 10,000 rows") as caught:
        outcomes_of(events, np.full(3, 1 / 3), 10_000)
    assert [one.nearest for one in caught.value.conflicts] == [0.3334] * 3
    assert caught.value.conflicts[0].message == (
        "Event `a` comes to 3,333 of 10,000 rows, but event `b` and event `c` leave no room: 3,334 would work, "
        "or more rows."
    )
    assert outcomes_of(events, np.full(3, 1 / 3), 9999).rows.tolist() == [3333] * 3


def test_only_the_events_that_clash_are_named() -> None:
    # The first event is the rest of the second, and both round down from 1.5 of 3 rows; the third has no part in it.
    events = [event("a", [0, 0, 1, 1], 0.5), event("other", [0, 1, 0, 1], 0.5), event("rest", [1, 1, 0, 0], 0.5)]
    with pytest.raises(
        ConflictsError, match="Event `a` comes to 1 of 3 rows, but event `rest` leaves no room"
    ) as caught:
        outcomes_of(events, np.full(4, 0.25), 3)
    assert [one.controls for one in caught.value.conflicts] == [(named("event a"), named("event rest"))] * 2


def test_many_events_and_very_many_rows() -> None:
    rng = np.random.default_rng(5)
    truths = np.unique(rng.integers(0, 2, (12, 600)), axis=1)
    shares = rng.dirichlet(np.ones(truths.shape[1]))
    events = [event(f"e{i}", truth.tolist(), float(shares[truth == 1].sum())) for i, truth in enumerate(truths)]
    for rows in (37, 1_999_999_999):
        found = outcomes_of(events, shares, rows)
        assert found.rows.sum() == rows
        assert found.rows.min() >= 0
        for one in events:
            made = found.rows[np.bincount(found.of_cell, weights=one.codes) > 0].sum()
            assert made == event_rows(float(one.requested[1]), rows)
        wanted = np.bincount(found.of_cell, weights=shares) * rows
        assert np.abs(found.rows - wanted).max() < 3


@pytest.mark.parametrize(
    ("rate", "rows", "expected"),
    [(0.5, 1, 0), (0.5, 3, 1), (0.001, 50_000, 50), (0.1, 5, 0), (0.3, 5, 1), (1.0, 7, 7), (0.0, 7, 0), (0.26, 10, 3)],
)
def test_an_event_s_rows_are_the_nearest_whole_number_the_lower_one_on_a_tie(
    rate: float, rows: int, expected: int
) -> None:
    assert event_rows(rate, rows) == expected


def test_whole_rows_are_largest_remainders() -> None:
    assert whole_rows(np.array([0.4, 0.35, 0.25]), 10).tolist() == [4, 4, 2]
    assert whole_rows(np.array([1 / 3] * 3), 10).tolist() == [4, 3, 3]
    assert whole_rows(np.array([0.0, 1.0]), 3).tolist() == [0, 3]


def test_all_ways_tried_find_what_the_integer_program_finds() -> None:
    draw, found = np.random.default_rng(1), 0
    for _ in range(150):
        events = int(draw.integers(1, 4))
        shown = draw.permutation(2**events)[: draw.integers(2, 2**events + 1)]
        truths = np.array([(shown >> event) & 1 for event in range(events)], dtype=float)
        rows = int(draw.integers(5, 5000))
        wanted = draw.dirichlet(np.full(len(shown), draw.choice([0.3, 1, 5]))) * rows
        goals = np.maximum(0, np.round(truths @ wanted) + draw.choice([0, 0, 0, 1], events)).astype(int)
        limit = None if draw.random() < 0.7 else np.floor(wanted) + draw.integers(0, 4, len(wanted))
        program = outcomes._Program(wanted, truths, goals, rows, limit)
        tried = program.tried()
        if tried is not None:
            solved = program.solve(np.ones(len(wanted), dtype=bool), whole=True)
            assert solved is not None
            assert (program.counts(tried) == program.counts(solved)).all()
            assert not program.missed(tried).any()
            assert not program.missed(solved).any()
            found += 1
    assert 50 < found < 150


def test_two_ways_that_are_as_good_are_left_to_the_integer_program() -> None:
    program = outcomes._Program(np.array([2.5, 2.5]), np.empty((0, 2)), np.empty(0, dtype=int), 5, None)
    assert program.tried() is None
    assert (
        outcomes._Program(np.array([2.6, 2.4]), np.empty((0, 2)), np.empty(0, dtype=int), 5, None).tried() is not None
    )
