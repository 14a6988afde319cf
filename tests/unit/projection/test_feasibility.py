"""Planted conflicts: each is found, told in the words of the design, and goes away with the value that is named."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest

from core.projection.elastic import Elastic
from core.projection.feasibility import Conflict, ConflictsError, find_conflicts, nearest_possible
from core.projection.fit import Constraint
from core.projection.projection import project
from core.source.spool import Source
from core.study import Study, open_study

Open = Callable[..., Study]

FOG = 'fog: {{when: "visib < 1", rate: {}}}'

PLANTED = {
    "rate above a keep": (
        "factors: {visib: {role: keep}}\nevents: {" + FOG.format(0.3) + "}",
        {
            "event fog": (0.1, "Event `fog` asks for 30 %, but keep `visib` leaves no room: the most that works is 10 %."),
            "keep visib": (0.3, "Keep `visib` asks for 10 % at `0.5`, but event `fog` leaves no room: the nearest that works there is 30 %."),
        },
    ),
    "rate below a target": (
        "factors: {visib: {role: target, target: {family: histogram, weights: [2, 4, 4]}}}\nevents: {" + FOG.format(0.05) + "}",
        {
            "event fog": (0.2, "Event `fog` asks for 5 %, but target `visib` leaves no room: the least that works is 20 %."),
            "target visib": (0.05, "Target `visib` asks for 20 % at `0.5`, but event `fog` leaves no room: the nearest that works there is 5 %."),
        },
    ),
    "two events that exclude each other": (
        "events: {" + FOG.format(0.6) + ', haze: {when: "visib = 5", rate: 0.7}}',
        {
            "event fog": (0.3, "Event `fog` asks for 60 %, but event `haze` leaves no room: the most that works is 30 %."),
            "event haze": (0.4, "Event `haze` asks for 70 %, but event `fog` leaves no room: the most that works is 40 %."),
        },
    ),
    "an event inside another one": (
        "events: {" + FOG.format(0.4) + ", jfk: {when: \"origin = 'JFK'\", rate: 0.3}}",
        {
            "event fog": (0.3, "Event `fog` asks for 40 %, but event `jfk` leaves no room: the most that works is 30 %."),
            "event jfk": (0.4, "Event `jfk` asks for 30 %, but event `fog` leaves no room: the least that works is 40 %."),
        },
    ),
    "an event outside what is held": (
        "factors: {origin: {role: hold, value: LGA}}\nevents: {jfk: {when: \"origin = 'JFK'\", rate: 0.1}}",
        {
            "event jfk": (0.0, "Event `jfk` asks for 10 %, but hold `origin` leaves no room: the most that works is 0 %."),
            "hold origin": (0.9, "Hold `origin` asks for 100 %, but event `jfk` leaves no room: at most 90 % of the rows can have a held value."),
        },
    ),
    "an event that what is held makes certain": (
        "factors: {origin: {role: hold, values: [LGA, EWR]}}\nevents: {clear: {when: \"visib = 10\", rate: 0.999}}",
        {
            "event clear": (1.0, "Event `clear` asks for 99.9 %, but hold `origin` leaves no room: the least that works is 100 %."),
            "hold origin": (0.999, "Hold `origin` asks for 100 %, but event `clear` leaves no room: at most 99.9 % of the rows can have a held value."),
        },
    ),
    "an event that never happens": (
        "events: {fog: {when: \"visib < 1 AND origin = 'LGA'\", rate: 0.05}}",
        {"event fog": (0.0, "Event `fog` asks for 5 %, but it is true in 0 of the 100 real rows: 0 % is all that works.")},
    ),
    "an event that always happens": (
        'events: {any: {when: "visib > 0", rate: 0.5}}',
        {"event any": (1.0, "Event `any` asks for 50 %, but it is true in 100 of the 100 real rows: 100 % is all that works.")},
    ),
    "a bin that is empty where something is held": (
        "factors: {origin: {role: hold, value: LGA}, visib: {role: target, target: {family: histogram, weights: [2, 0, 8]}}}",
        {
            "target visib": (0.0, "Target `visib` asks for 20 % at `0.5`, but hold `origin` leaves no room: the nearest that works there is 0 %."),
            "hold origin": (0.8, "Hold `origin` asks for 100 %, but target `visib` leaves no room: at most 80 % of the rows can have a held value."),
        },
    ),
    "no missing values and an event about them": (
        'factors: {pressure: {missing: 0}}\nevents: {lost: {when: "pressure IS NULL", rate: 0.1}}',
        {
            "event lost": (0.0, "Event `lost` asks for 10 %, but the missing share of `pressure` leaves no room: the most that works is 0 %."),
            "missing pressure": (0.1, "The missing share of `pressure` asks for 0 %, but event `lost` leaves no room: the least that works is 10 %."),
        },
    ),
    "three events of which any two go together": (
        "events: {jfk: {when: \"origin = 'JFK'\", rate: 0.6}, calm: {when: \"wind = 3\", rate: 0.6},"
        " both: {when: \"origin = 'JFK' AND wind = 3\", rate: 0.1}}",
        {
            "event jfk": (0.5, "Event `jfk` asks for 60 %, but event `calm` and event `both` leave no room: the most that works is 50 %."),
            "event calm": (0.5, "Event `calm` asks for 60 %, but event `jfk` and event `both` leave no room: the most that works is 50 %."),
            "event both": (0.2, "Event `both` asks for 10 %, but event `jfk` and event `calm` leave no room: the least that works is 20 %."),
        },
    ),
    "two keeps and a rate that only together leave no room": (
        "factors: {visib: {role: keep}, wind: {role: keep}}\n"
        "events: {lga: {when: \"origin = 'LGA' AND wind = 3\", rate: 0.61}}",
        {
            "event lga": (0.6, "Event `lga` asks for 61 %, but keep `visib` leaves no room: the most that works is 60 %."),
            "keep visib": (0.61, "Keep `visib` asks for 60 % at `10`, but event `lga` leaves no room: the nearest that works there is 61 %."),
        },
    ),
    "a keep of what is held": (
        "factors: {visib: {role: hold, value: 10}, origin: {role: keep}, late: {role: keep}}",
        {
            "keep origin": (None, ""),
            "hold visib": (None, ""),
        },
    ),
}


def conflicts_of(study: Study) -> tuple[Conflict, ...]:
    with pytest.raises(ConflictsError, match="`") as caught:
        project(study)
    assert str(caught.value) == "\n".join(one.message for one in caught.value.conflicts)
    assert caught.value.exit_code == 3
    return caught.value.conflicts


def test_show(flights_100: Source, open_: Open) -> None:
    for name, (text, _) in PLANTED.items():
        print(name)
        for one in conflicts_of(open_(flights_100, f"rows: 1000\n{text}")):
            print("   ", one.control, one.nearest, one.message)
