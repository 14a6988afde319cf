"""What is left to draw, given what is there already: rows of the source, of sweeps and of floors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from tests.controls import asking, named, pair_of
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.controls.marginal import TargetControl
from trimtab.core.projection.goals import Goal, goals_of, source_counts
from trimtab.core.projection.pool.pool import Pool
from trimtab.core.projection.projection import project
from trimtab.core.projection.reserved.reserved import Part, Reserved, codes_at
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Open = Callable[..., Study]


def goals(study: Study, reserved: Reserved | None = None, rows: int | None = None) -> dict[str, Goal]:
    controls = asking(study)
    none = Reserved.none(study, len(controls))
    found = goals_of(study, Pool.real(study), controls, reserved or none, rows or study.design.rows)
    return {str(one.name): one for one in found}


def flights_reserved(study: Study, rows: list[int]) -> Reserved:
    controls = asking(study)
    at = {name: np.array(rows) for name in study.columns}
    zeros = np.zeros(len(rows), dtype=np.int64)
    codes = codes_at(study, controls, at)
    return Reserved(at, zeros, zeros - 1, codes, zeros > 0, (Part(named("floor visib"), ("visib",)),), {})


TEXT = """
rows: 200
factors: {visib: {role: target, target: {family: histogram, weights: [1, 1, 2]}}, wind: {role: hold, value: 3}}
events: {jfk: {when: "origin = 'JFK'", rate: 0.25}}
levels: {mix: {score: visib, cuts: [1], shares: {fog: 0.25, clear: 0.75}}}
rules: [wind > 0]
"""


def test_rows_to_draw_in_a_design_of_its_own(flights_100: Source, open_: Open) -> None:
    found = goals(open_(flights_100, TEXT))
    assert {name: goal.rows.tolist() for name, goal in found.items()} == {
        "event jfk": [150, 50],
        "rule wind > 0": [0, 200],
        "target visib": [50, 50, 100, 0],
        "hold wind": [200, 0],
        "level mix": [50, 150, 0],
    }
    strict = {name for name, goal in found.items() if goal.control.strict}
    assert strict == {"rule wind > 0", "hold wind", "level mix"}


def test_reserved_rows_are_there_already(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, TEXT)
    # Five flights in fog at JFK, five in the clear at EWR; these with a strong wind would break the hold.
    found = goals(study, flights_reserved(study, [5, 6, 7, 8, 9, 90, 91, 92, 93, 94]))
    assert found["event jfk"].rows.tolist() == [145, 45]
    assert found["target visib"].rows.tolist() == [45, 50, 95, 0]
    assert found["level mix"].rows.tolist() == [45, 145, 0]
    assert found["target visib"].takers[named("floor visib")].tolist() == [5, 0, 5, 0]


def test_in_a_supplement_the_source_is_there_already(flights_100: Source, open_: Open) -> None:
    found = goals(open_(flights_100, "mode: supplement\n" + TEXT))
    # 300 rows in all: 50 of 75 are at JFK, and visib has 10, 30 and 60 of 75, 75 and 150.
    assert found["event jfk"].rows.tolist() == [175, 25]
    assert found["target visib"].rows.tolist() == [65, 45, 90, 0]
    assert found["level mix"].rows.tolist() == [65, 135, 0]
    # Holds and rules speak of the new rows only.
    assert found["hold wind"].rows.tolist() == [200, 0]
    assert found["rule wind > 0"].rows.tolist() == [0, 200]


def test_shares_of_what_is_left_are_a_constraint(flights_100: Source, open_: Open) -> None:
    goal = goals(open_(flights_100, "mode: supplement\n" + TEXT))["target visib"]
    constraint = goal.constraint(np.array([0, 1, 2]), 200)
    assert constraint.requested == pytest.approx([65 / 200, 45 / 200, 90 / 200, 0])
    assert constraint.name == named("target visib")


def test_a_part_of_a_row_too_many_is_none() -> None:
    goal = Goal(TargetControl(np.array([0.5, 0.5]), ("a", "b"), "x", np.array([0, 1, 2])), 5, np.array([3, 0]), {})
    assert goal.missing.tolist() == [-0.5, 2.5]
    assert goal.constraint(np.array([0, 1]), 2).requested.tolist() == [0.0, 1.0]


def test_rows_of_the_source_with_each_code(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, TEXT + "pairs: [{factors: [visib, origin], target: independent}]")
    pool = Pool.real(study)
    jfk, _, visib, wind, mix = asking(study)
    assert source_counts(study, pool, jfk).tolist() == [50, 50]
    assert source_counts(study, pool, visib).tolist() == [10, 30, 60, 0]
    assert source_counts(study, pool, wind).tolist() == [90, 10]
    assert source_counts(study, pool, mix).tolist() == [10, 90, 0]
    pair = pair_of(study)
    assert source_counts(study, pool, pair).tolist() == [10, 0, 0, 0, 30, 0, 0, 0, 10, 40, 10, 0, 0, 0, 0, 0]


def test_a_source_that_was_not_learned_whole_is_counted_whole(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, TEXT + "pairs: [{factors: [visib, origin], target: independent}]")

    class LearnedPart(Pool):
        """A pool of fewer learning rows than the source has."""

        @property
        def learned(self) -> int:
            return 60

    whole, part = Pool.real(study), LearnedPart(study, Pool.real(study).at)
    pair = pair_of(study)
    for one in (*asking(study), pair):
        assert source_counts(study, part, one).tolist() == source_counts(study, whole, one).tolist()


# --- too many there already ------------------------------------------------------------------------------------------


def conflict_of(study: Study, reserved: Reserved | None = None) -> tuple[tuple[str, ...], str, float | None, str]:
    with pytest.raises(ConflictsError, match="`") as caught:
        goals(study, reserved)
    (conflict,) = caught.value.conflicts
    return tuple(map(str, conflict.controls)), str(conflict.control), conflict.nearest, conflict.message


def test_a_supplement_that_is_too_small(flights_100: Source, open_: Open) -> None:
    text = """
mode: supplement
rows: 60
factors: {origin: {role: target, target: {family: categorical, weights: {JFK: 1, LGA: 1, EWR: 2}}}}
"""
    controls, control, nearest, said = conflict_of(open_(flights_100, text))
    # 50 of 100 are at JFK, 40 at LGA, and both may have a quarter of 200 at least.
    assert (controls, control, nearest) == (("target origin", "rows supplement"), "rows supplement", 100.0)
    assert said == (
        "Target `origin` can't be met with 60 rows: the source has 50 rows at `JFK`, and 25 % of 160 in all are 40. "
        "The fewest rows that can are 100: that is where `JFK` binds."
    )
    goals(open_(flights_100, text.replace("rows: 60", "rows: 100")))


def test_reserved_rows_are_among_those_of_a_supplement(flights_100: Source, open_: Open) -> None:
    text = "mode: supplement\nrows: 60\nevents: {jfk: {when: \"origin = 'JFK'\", rate: 0.2}}"
    study = open_(flights_100, text)
    # With five reserved rows at JFK 55 of 275 are a fifth: 100 of the source and 175.
    _, control, nearest, _ = conflict_of(study, flights_reserved(study, [0, 1, 2, 3, 4]))
    assert (control, nearest) == ("rows supplement", 175.0)


@pytest.mark.parametrize(("asked", "rows", "expected"), [
    (7, 60, ("event fog", 10 / 160, "there are 10 already, and that is the least that works.")),
    (90, 60, ("rows supplement", 80.0, "and 60 more can't bring the rest. The fewest rows that can are 80.")),
])  # fmt: skip
def test_a_number_of_rows_is_one_whatever_the_total(
    flights_100: Source, open_: Open, asked: int, rows: int, expected: tuple[str, float, str]
) -> None:
    text = f"mode: supplement\nrows: {rows}\nevents: {{fog: {{when: visib < 1, rows: {asked}}}}}"
    _, control, nearest, said = conflict_of(open_(flights_100, text))
    assert (control, nearest) == expected[:2]
    assert said.startswith(f"Event `fog` can't be true in {asked} rows in all: ")
    assert said.endswith(expected[2])


def test_a_rank_correlation_of_what_does_not_vary(flights_100: Source, open_: Open) -> None:
    # Of 9 rows none is left for a part of one: all are in the clear.
    text = "rows: 9\nfactors: {{visib: {{role: target, target: {{family: histogram, weights: [{}, 0, 1]}}}}}}\n"
    text += "pairs: [{{factors: [visib, wind], rank_correlation: 0}}]"
    with pytest.raises(
        ConflictsError, match="in 9 rows all that have both values have the same bin of `visib`"
    ) as caught:
        project(open_(flights_100, text.format(0.01)))
    assert caught.value.conflicts[0].controls == (named("pair visib × wind"),)
    project(open_(flights_100, text.format(1)))


def test_a_pair_s_supplement_is_told_without_a_promise(flights_100: Source, open_: Open) -> None:
    text = "mode: supplement\nrows: 60\npairs: [{factors: [visib, origin], target: independent}]"
    study = open_(flights_100, text)
    pair = replace(pair_of(study), requested=np.full(16, 1 / 16), labels=("cell",) * 16)
    with pytest.raises(ConflictsError, match="It takes 540 rows, or more") as caught:
        goals_of(study, Pool.real(study), (pair,), Reserved.none(study, 1), 60)
    # 40 flights at LGA in the clear are a sixteenth of 640.
    (conflict,) = caught.value.conflicts
    assert (conflict.controls, conflict.nearest) == ((named("pair visib × origin"), named("rows supplement")), None)


def test_a_supplement_that_never_can(flights_100: Source, open_: Open) -> None:
    text = "mode: supplement\nrows: 60\nevents: {fog: {when: visib < 1, rate: 0.0}}"
    controls, control, nearest, said = conflict_of(open_(flights_100, text))
    assert (controls, control, nearest) == (("event fog",), "event fog", 10 / 160)
    assert "As long as the source has one, no number of rows mends that." in said
    assert said.endswith("With 60 rows the least that works is 6.25 %.")


def test_a_supplement_that_could_only_with_more_rows_than_can_be_made(flights_100: Source, open_: Open) -> None:
    text = "mode: supplement\nrows: 60\nevents: {fog: {when: visib < 1, rate: 0.000000001}}"
    controls, control, nearest, said = conflict_of(open_(flights_100, text))
    assert (controls, control, nearest) == (("event fog",), "event fog", 10 / 160)
    assert "It would take more than 2,000,000,000 rows, which is the most that can be made." in said


def test_reserved_rows_beyond_a_rate(flights_100: Source, open_: Open) -> None:
    study = open_(
        flights_100, "rows: 20\nevents: {fog: {when: visib < 1, rate: 0.1}, clear: {when: visib = 10, rate: 0.8}}"
    )
    found = conflict_of(study, flights_reserved(study, [0, 1, 2, 60]))
    assert found == (
        ("event fog", "floor visib"),
        "event fog",
        0.15,
        "Event `fog` asks for 10 %, 2 rows, but floor `visib` takes 3: the least that works is 15 %.",
    )
    found = conflict_of(study, flights_reserved(study, [20, 21, 22, 23, 24, 60]))
    assert found == (
        ("event clear", "floor visib"),
        "event clear",
        0.75,
        "Event `clear` asks for 20 % in which it is not true, 4 rows, but floor `visib` takes 5: the most that works "
        "is 75 %.",
    )
