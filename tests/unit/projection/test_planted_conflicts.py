"""Planted conflicts between controls of every kind: each is told by its names before a row is drawn, with the nearest
value that works, and that value works."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from trimtab.core.design.design import Design
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.projection import project
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study

Open = Callable[..., Study]
Mend = Callable[[Design, float], Design]


@dataclass(frozen=True)
class Planted:
    """A design, and for each control that could give way the nearest value and how the design takes it; a `Mend` of
    None is a value that is no single number of the design."""

    text: str
    controls: frozenset[str]
    nearest: dict[str, tuple[float | None, Mend | None]]


def rate(name: str) -> Mend:
    return lambda design, nearest: design.with_event(name, rate=nearest)


def rows(design: Design, nearest: float) -> Design:
    return design.changed(rows=int(nearest))


def groups(design: Design, nearest: float) -> Design:
    return design.with_sweep(0, groups=int(nearest))


def first_share(*others: str) -> Mend:
    """Gives the first bin of target visib this share, and the others what is left in their proportions."""

    def mend(design: Design, nearest: float) -> Design:
        target = design.factor("visib").target
        assert target is not None
        _, *rest = target.weights
        left = [(1 - nearest) * weight / sum(rest) for weight in rest]
        return design.with_factor("visib", target={"family": "histogram", "weights": [nearest, *left]})

    return mend


def shares(level: str) -> Mend:
    """Gives one of the two levels of `mix` this share."""

    def mend(design: Design, nearest: float) -> Design:
        both = {name: nearest if name == level else 1 - nearest for name in design.levels["mix"].shares}
        return design.with_level("mix", shares=both)

    return mend


def correlation(design: Design, nearest: float) -> Design:
    return design.with_pair(factors=design.pairs[0].factors, rank_correlation=nearest)


def planted(text: str, **nearest: tuple[float | None, Mend | None]) -> Planted:
    known = {name.replace("__", " ").replace("_X_", " × "): value for name, value in nearest.items()}
    return Planted(text, frozenset(known), known)


PLANTED = {
    "rate against keep": planted(
        "factors: {visib: {role: keep}}\nevents: {fog: {when: visib < 1, rate: 0.25}}",
        event__fog=(0.1, rate("fog")),
        keep__visib=(0.25, None),
    ),
    "two events": planted(
        "events: {fog: {when: visib < 1, rate: 0.55}, windless: {when: wind = 3 AND visib > 1, rate: 0.65}}",
        event__fog=(0.35, rate("fog")),
        event__windless=(0.45, rate("windless")),
    ),
    "rate against target": planted(
        "factors: {visib: {role: target, target: {family: histogram, weights: [3, 3, 4]}}}\n"
        "events: {fog: {when: visib < 1, rate: 0.4}}",
        event__fog=(0.3, rate("fog")),
        target__visib=(0.4, first_share()),
    ),
    "supplement too small": planted(
        "mode: supplement\nevents: {jfk: {when: \"origin = 'JFK'\", rate: 0.04}}",
        event__jfk=(None, None),
        rows__supplement=(1150.0, rows),
    ),
    "supplement too small for a target": planted(
        "mode: supplement\nfactors: {visib: {role: target, target: {family: histogram, weights: [49, 49, 2]}}}",
        target__visib=(None, None),
        rows__supplement=(2900.0, rows),
    ),
    "supplement that never can": planted(
        "mode: supplement\nevents: {fog: {when: visib < 1, rate: 0.0}}", event__fog=(10 / 1100, rate("fog"))
    ),
    "floor of too many rows": planted(
        "floors: [{factors: [visib, origin], at_least: 120}]",
        **{"floor__visib, origin": (None, None)},
        rows__design=(1080.0, rows),
    ),
    "floor of hopelessly many rows": planted(
        "floors: [{factors: [visib, origin], at_least: 1000}]",
        **{"floor__visib, origin": (None, None)},
        rows__design=(9000.0, rows),
    ),
    "floor against an event": planted(
        "events: {fog: {when: visib < 1, rate: 0.01}}\nfloors: [{factors: [visib], strength: 1, at_least: 30}]",
        event__fog=(0.03, rate("fog")),
        floor__visib=(None, None),
    ),
    "floor against a target": planted(
        "factors: {visib: {role: target, target: {family: histogram, weights: [0.01, 0.495, 0.495]}}}\n"
        "floors: [{factors: [visib], strength: 1, at_least: 30}]",
        target__visib=(0.03, first_share()),
        floor__visib=(None, None),
    ),
    "sweep against a target": planted(
        "factors: {visib: {role: target, target: {family: histogram, weights: [0.01, 0.495, 0.495]}}}\n"
        "sweeps: [{factor: visib, values: [0.5, 10], groups: 40}]",
        target__visib=(0.04, first_share()),
        sweep__visib=(None, None),
    ),
    "sweep against an event": planted(
        "events: {fog: {when: visib < 1, rate: 0.02}}\nsweeps: [{factor: visib, values: [0.5, 10], groups: 50}]",
        event__fog=(0.05, rate("fog")),
        sweep__visib=(None, None),
    ),
    "sweep against a rule": planted(
        "rules: [\"visib > 1 OR origin = 'LGA'\"]\nsweeps: [{factor: visib, values: [0.5, 10], groups: 60}]",
        sweep__visib=(40.0, groups),
        **{"rule__visib > 1 OR origin = 'LGA'": (None, None)},
    ),
    "event with rows of a sweep against a target": planted(
        "factors: {visib: {role: target, target: {family: histogram, weights: [0.2, 0.4, 0.4]}}}\n"
        "events: {fog: {when: visib < 1, rows: 300}}",
        event__fog=(0.2, rate("fog")),
        target__visib=(0.3, first_share()),
    ),
    "rank correlation out of reach": planted(
        "pairs: [{factors: [visib, wind], rank_correlation: 0.9}]", **{"pair__visib × wind": (0.265, correlation)}
    ),
    "zeros of a table against a keep": planted(
        "factors: {origin: {role: keep}}\n"
        "pairs: [{factors: [visib, origin], weights: [[1, 1, 0], [1, 1, 0], [1, 1, 0]]}]",
        **{"pair__visib × origin": (None, None)},
        keep__origin=(None, None),
    ),
    "levels against an event": planted(
        "levels: {mix: {score: visib, cuts: [1], shares: {fog: 0.3, other: 0.7}}}\n"
        "events: {clear: {when: visib = 10, rate: 0.8}}",
        level__mix=(0.2, shares("fog")),
        event__clear=(0.7, rate("clear")),
    ),
    "levels against a hold": planted(
        "factors: {origin: {role: hold, value: LGA}}\n"
        "levels: {mix: {score: visib, cuts: [1], shares: {fog: 0.3, other: 0.7}}}",
        level__mix=(0.0, shares("fog")),
        hold__origin=(0.7, None),
    ),
    "levels against a rule": planted(
        'rules: ["visib > 1"]\nlevels: {mix: {score: visib, cuts: [1], shares: {fog: 0.25, other: 0.75}}}',
        level__mix=(0.0, shares("fog")),
        **{"rule__visib > 1": (0.75, None)},
    ),
    "level that no row can have": planted(
        "levels: {mix: {score: pressure, cuts: [1010], shares: {low: 0.5, high: 0.5}}}",
        level__mix=(0.0, shares("high")),
    ),
    "rule against a hold": planted(
        "factors: {origin: {role: hold, value: LGA}}\nrules: [visib < 9]",
        **{"rule__visib < 9": (0.0, None)},
        hold__origin=(0.0, None),
    ),
    "rule against an event": planted(
        'rules: ["visib > 1"]\nevents: {fog: {when: visib < 1, rate: 0.2}}',
        event__fog=(0.0, rate("fog")),
        **{"rule__visib > 1": (0.8, None)},
    ),
    "rule that no row keeps": planted('rules: ["visib > 10"]', **{"rule__visib > 10": (0.0, None)}),
    "missing share against a rule": planted(
        "factors: {pressure: {missing: 0.3}}\nrules: [pressure > 0]",
        missing__pressure=(0.0, lambda design, nearest: design.with_factor("pressure", missing=nearest)),
        **{"rule__pressure > 0": (0.7, None)},
    ),
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_conflict_is_named_with_what_works(flights_100: Source, open_: Open, name: str) -> None:
    plan = PLANTED[name]
    study = open_(flights_100, f"rows: 1000\n{plan.text}")
    with pytest.raises(ConflictsError, match="`") as caught:
        project(study)
    told = {str(one.control): one for one in caught.value.conflicts}
    assert frozenset(str(control) for one in told.values() for control in one.controls) == plan.controls
    for control, (nearest, mend) in plan.nearest.items():
        if nearest is None:
            assert control not in told or told[control].nearest is None
            continue
        assert told[control].nearest == pytest.approx(nearest, abs=1e-6)
        assert f"`{control.split(' ', 1)[1]}`" in told[control].message or control.startswith("rows ")
        if mend is not None:
            mended = mend(study.design, told[control].nearest)
            assert project(open_study(mended, flights_100, previous=study)).rows == mended.rows
