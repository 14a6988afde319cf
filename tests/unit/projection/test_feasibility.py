"""Planted conflicts: each is found, told in the words of the design, and goes away with the value that is named."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.controls import named
from trimtab.core.projection.conflict import Conflict, ConflictsError
from trimtab.core.projection.projection import project
from trimtab.core.projection.solver.feasibility import find_conflicts, nearest_possible
from trimtab.core.projection.solver.fit import Constraint
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study

Open = Callable[..., Study]

FOG = 'fog: {{when: "visib < 1", rate: {}}}'


def no_room(who: str, asked: str, rest: str, nearest: str) -> str:
    leave = "leave" if " and " in rest else "leaves"
    return f"{who} asks for {asked}, but {rest} {leave} no room: {nearest}."


# A design's text, and for each control that could give way the nearest share and what is said.
PLANTED: dict[str, tuple[str, dict[str, tuple[float, str]]]] = {
    "rate above a keep": (
        "factors: {visib: {role: keep}}\nevents: {" + FOG.format(0.3) + "}",
        {
            "event fog": (0.1, no_room("Event `fog`", "30 %", "keep `visib`", "the most that works is 10 %")),
            "keep visib": (
                0.3,
                no_room("Keep `visib`", "10 % at `0.5`", "event `fog`", "the least that works is 30 %"),
            ),
        },
    ),
    "rate below a target": (
        "factors: {visib: {role: target, target: {family: histogram, weights: [2, 4, 4]}}}\n"
        "events: {" + FOG.format(0.05) + "}",
        {
            "event fog": (0.2, no_room("Event `fog`", "5 %", "target `visib`", "the least that works is 20 %")),
            "target visib": (
                0.05,
                no_room("Target `visib`", "20 % at `0.5`", "event `fog`", "the most that works is 5 %"),
            ),
        },
    ),
    "two events that exclude each other": (
        "events: {" + FOG.format(0.6) + ', haze: {when: "visib = 5", rate: 0.7}}',
        {
            "event fog": (0.3, no_room("Event `fog`", "60 %", "event `haze`", "the most that works is 30 %")),
            "event haze": (0.4, no_room("Event `haze`", "70 %", "event `fog`", "the most that works is 40 %")),
        },
    ),
    "an event inside another one": (
        "events: {" + FOG.format(0.4) + ", jfk: {when: \"origin = 'JFK'\", rate: 0.3}}",
        {
            "event fog": (0.3, no_room("Event `fog`", "40 %", "event `jfk`", "the most that works is 30 %")),
            "event jfk": (0.4, no_room("Event `jfk`", "30 %", "event `fog`", "the least that works is 40 %")),
        },
    ),
    "an event outside what is held": (
        "factors: {origin: {role: hold, value: LGA}}\nevents: {jfk: {when: \"origin = 'JFK'\", rate: 0.1}}",
        {
            "event jfk": (0.0, no_room("Event `jfk`", "10 %", "hold `origin`", "the most that works is 0 %")),
            "hold origin": (
                0.9,
                no_room("Hold `origin`", "100 %", "event `jfk`", "at most 90 % of the rows can have a held value"),
            ),
        },
    ),
    "an event that what is held makes certain": (
        "factors: {origin: {role: hold, values: [LGA, EWR]}}\nevents: {clear: {when: visib = 10, rate: 0.999}}",
        {
            "event clear": (1.0, no_room("Event `clear`", "99.9 %", "hold `origin`", "the least that works is 100 %")),
            "hold origin": (
                0.999,
                no_room("Hold `origin`", "100 %", "event `clear`", "at most 99.9 % of the rows can have a held value"),
            ),
        },
    ),
    "an event that never happens": (
        "events: {fog: {when: visib > 20 OR origin = 'SFO', rate: 0.05}}",
        {
            "event fog": (
                0.0,
                "Event `fog` asks for 5 %, but it is true in 0 of the 100 real rows, and no values of different rows "
                "put together make it true: 0 % is all that works.",
            )
        },
    ),
    "an event that always happens": (
        "events: {any: {when: visib > 0, rate: 0.5}}",
        {
            "event any": (
                1.0,
                "Event `any` asks for 50 %, but it is true in 100 of the 100 real rows: 100 % is all that works.",
            )
        },
    ),
    "a bin that is empty where something is held": (
        "factors:\n  origin: {role: hold, value: LGA}\n"
        "  visib: {role: target, target: {family: histogram, weights: [2, 0, 8]}}",
        {
            "target visib": (
                0.0,
                no_room("Target `visib`", "20 % at `0.5`", "hold `origin`", "the most that works is 0 %"),
            ),
            "hold origin": (
                0.8,
                no_room("Hold `origin`", "100 %", "target `visib`", "at most 80 % of the rows can have a held value"),
            ),
        },
    ),
    "no missing values and an event about them": (
        "factors: {pressure: {missing: 0}}\nevents: {lost: {when: pressure IS NULL, rate: 0.1}}",
        {
            "event lost": (
                0.0,
                no_room("Event `lost`", "10 %", "the missing share of `pressure`", "the most that works is 0 %"),
            ),
            "missing pressure": (
                0.1,
                no_room("The missing share of `pressure`", "0 %", "event `lost`", "the least that works is 10 %"),
            ),
        },
    ),
    "three events of which any two go together": (
        "events:\n  jfk: {when: \"origin = 'JFK'\", rate: 0.6}\n  calm: {when: wind = 3, rate: 0.6}\n"
        "  both: {when: \"origin = 'JFK' AND wind = 3\", rate: 0.1}",
        {
            "event jfk": (
                0.5,
                no_room("Event `jfk`", "60 %", "event `calm` and event `both`", "the most that works is 50 %"),
            ),
            "event calm": (
                0.5,
                no_room("Event `calm`", "60 %", "event `jfk` and event `both`", "the most that works is 50 %"),
            ),
            "event both": (
                0.2,
                no_room("Event `both`", "10 %", "event `jfk` and event `calm`", "the least that works is 20 %"),
            ),
        },
    ),
    "a conflict beside controls that are not part of it": (
        "factors: {visib: {role: keep}, late: {role: keep}, wind: {missing: 0.1}}\n"
        "events: {lga: {when: \"origin = 'LGA'\", rate: 0.61}, late: {when: late, rate: 0.25}}",
        {
            "event lga": (0.6, no_room("Event `lga`", "61 %", "keep `visib`", "the most that works is 60 %")),
            "keep visib": (
                0.61,
                no_room("Keep `visib`", "60 % at `10`", "event `lga`", "the least that works is 61 %"),
            ),
        },
    ),
    "two targets": (
        "factors:\n  origin: {role: target, target: {family: categorical, weights: {LGA: 1}, rest: 0.1}}\n"
        "  visib: {role: target, target: {family: histogram, weights: [1, 1, 1]}}",
        {
            "target origin": (
                1 / 3,
                no_room("Target `origin`", "90 % at `LGA`", "target `visib`", "the most that works is 33.3 %"),
            ),
            "target visib": (
                0.9,
                no_room("Target `visib`", "33.3 % at `10`", "target `origin`", "the least that works is 90 %"),
            ),
        },
    ),
    "two conflicts at once": (
        "factors: {visib: {role: keep}}\nevents: {" + FOG.format(0.3) + ", never: {when: visib > 20, rate: 0.05}}",
        {
            "event fog": (0.1, no_room("Event `fog`", "30 %", "keep `visib`", "the most that works is 10 %")),
            "keep visib": (
                0.3,
                no_room("Keep `visib`", "10 % at `0.5`", "event `fog`", "the least that works is 30 %"),
            ),
            "event never": (
                0.0,
                "Event `never` asks for 5 %, but it is true in 0 of the 100 real rows, and no values of different rows "
                "put together make it true: 0 % is all that works.",
            ),
        },
    ),
}


def conflicts_of(study: Study) -> tuple[Conflict, ...]:
    with pytest.raises(ConflictsError, match="`") as caught:
        project(study)
    assert str(caught.value) == "\n".join(one.message for one in caught.value.conflicts)
    assert caught.value.exit_code == 3
    return caught.value.conflicts


@pytest.mark.parametrize("name", PLANTED)
def test_each_control_that_could_give_way_is_named_with_what_works(flights_100: Source, open_: Open, name: str) -> None:
    text, expected = PLANTED[name]
    found = conflicts_of(open_(flights_100, f"rows: 1000\n{text}"))
    assert {str(one.control): one.message for one in found} == {
        control: said for control, (_, said) in expected.items()
    }
    assert {str(one.control): one.nearest for one in found} == pytest.approx(
        {c: share for c, (share, _) in expected.items()}
    )


@pytest.mark.parametrize("name", sorted(PLANTED.keys() - {"two conflicts at once"}))
def test_what_is_said_to_work_works(flights_100: Source, open_: Open, name: str) -> None:
    study = open_(flights_100, f"rows: 1000\n{PLANTED[name][0]}")
    for conflict in conflicts_of(study):
        kind, owner = conflict.control.kind, conflict.control.of
        if kind == "event":
            mended = study.design.with_event(owner, rate=conflict.nearest)
        elif kind == "missing":
            mended = study.design.with_factor(owner, missing=conflict.nearest)
        else:
            continue
        assert project(open_study(mended, flights_100, previous=study)).cost_bits >= 0


def test_two_conflicts_at_once_go_away_together(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, f"rows: 1000\n{PLANTED['two conflicts at once'][0]}")
    mended = study.design.with_event("fog", rate=0.1).with_event("never", rate=0.0)
    assert project(open_study(mended, flights_100, previous=study)).cost_bits == pytest.approx(0.0, abs=1e-9)


def test_less_than_half_a_row_is_no_conflict(flights_100: Source, open_: Open) -> None:
    text = "factors: {visib: {role: keep}}\nevents: {" + FOG.format(0.1004) + "}"
    assert project(open_(flights_100, f"rows: 1000\n{text}")).events[0].rows == 100
    assert conflicts_of(open_(flights_100, f"rows: 10000\n{text}"))


def test_a_hold_is_broken_by_no_part_of_a_row(flights_100: Source, open_: Open) -> None:
    text = "rows: 1\nfactors: {origin: {role: hold, value: LGA}}\nevents: {jfk: {when: \"origin = 'JFK'\", rate: 1.0}}"
    assert {str(one.control) for one in conflicts_of(open_(flights_100, text))} == {"event jfk", "hold origin"}
    half = text.replace("value: LGA", "value: LGA, missing: 0.5").replace("rows: 1\n", "rows: 2\n")
    assert {str(one.control) for one in conflicts_of(open_(flights_100, half))} == {"event jfk", "hold origin"}


def test_bins_that_only_together_leave_no_room_are_told_as_such() -> None:
    # The event is true in two of four bins: each of them alone could keep its quarter, both can't.
    bins = np.arange(4)
    event = Constraint(named("event e"), np.array([1, 1, 0, 0]), np.array([0.3, 0.7]))
    keep = Constraint(named("keep x"), bins, np.full(4, 0.25), ("a", "b", "c", "d"))
    _, found = find_conflicts(np.full(4, 0.25), [event, keep], allowed=1e-6, rows=4)
    assert str(found.control) == "keep x"
    assert found.message.startswith("Keep `x` asks for 25 % at ")
    assert ", but event `e` leaves no room: with other bins moved too, " in found.message


def test_the_nearest_that_is_possible_is_possible() -> None:
    first, second = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    asked = [
        Constraint(named("event a"), first, np.array([0.7, 0.3])),
        Constraint(named("event b"), second, np.array([0.6, 0.4])),
        Constraint(named("event both"), first * second, np.array([0.69, 0.31])),
    ]
    near = nearest_possible(np.full(4, 0.25), asked, allowed=0.02)
    assert find_conflicts(np.full(4, 0.25), near, allowed=1e-8, rows=4) == ()
    for one, other in zip(asked, near, strict=True):
        assert np.abs(one.requested - other.requested).max() <= 0.02 + 1e-9


def test_the_search_ends_in_time_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = [
        Constraint(named("event a"), np.array([0, 1]), np.array([0.7, 0.3])),
        Constraint(named("keep b"), np.array([0, 1]), np.array([0.2, 0.8]), ("x", "y")),
    ]
    monkeypatch.setattr("trimtab.core.projection.solver.feasibility.SECONDS", 0.0)
    (found,) = find_conflicts(np.full(2, 0.5), asked, allowed=1e-6, rows=2)
    assert found.message == (
        "Whether the 2 controls can be met together was not found in 0 s. Take keep `b` away and try again."
    )
    assert (found.control, found.nearest) == (named("keep b"), None)


def test_a_conflict_on_flights_is_found(flights: Source, open_: Open) -> None:
    study = open_(
        flights,
        """
factors:
  temp: {role: target, target: {family: normal, mean: 30, sd: 12, low: 11, high: 100}}
  dep_delay: {role: keep}
  carrier: {role: keep}
  hour: {role: keep}
events:
  cold: {when: "temp < 20 AND dep_delay > 100", rate: 0.3}
""",
    )
    found = conflicts_of(study)
    assert "event cold" in {str(one.control) for one in found}
    assert "`cold` asks for 30 %, but keep `dep_delay` leaves no room" in found[0].message
