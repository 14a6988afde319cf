"""Ways out of a conflict: what gives way, with which number, and that the patch of each settles it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.controls import named
from trimtab.core.design.controls.kind import KINDS
from trimtab.core.design.design import Design
from trimtab.core.design.files import dumps, loads
from trimtab.core.design.patching import with_part
from trimtab.core.projection.ways_out import giving_way, nearest_rate
from trimtab.core.source.spool import Source, spool
from trimtab.core.study.study import Study, open_study
from trimtab.core.yaml.reading import read

TEXT = """
trimtab: 1
name: trips
rows: 600
source: {path: trips.parquet, sha256: %s}
factors:
  road: {role: keep}
  speed: {missing: 0.4, unit: km/h}
  twice: {role: derive, expression: 2 * taken}
pairs: [{factors: [road, wet], target: independent}]
levels: {how_hard: {score: taken, cuts: [4], shares: {easy: 0.4, hard: 0.6}}}
labels: {late: {rule: taken > 3}}
rules: [taken > 0]
events: {wet_roads: {when: wet AND road = 'town', rate: 0.2}}
sweeps: [{factor: road, values: [town, country], groups: 5}]
quantiles: [{factor: taken, at: {0.5: 5}}]
relations: [{order: [taken, speed]}]
floors: [{factors: [road, wet]}, {factors: [wet, road], strength: 1}]
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    folder = tmp_path_factory.mktemp("trips")
    columns = {
        "road": (["town"] * 3 + ["country"]) * 250,
        "wet": [i % 5 == 0 for i in range(1000)],
        "speed": [30.0 + i % 70 for i in range(1000)],
        "taken": [1 + i % 9 for i in range(1000)],
    }
    pq.write_table(pa.table(columns), folder / "trips.parquet")
    return spool(folder / "trips.parquet", folder / "home")


def study_of(source: Source, text: str = TEXT) -> Study:
    return open_study(loads(text % source.sha256), source)


@pytest.mark.parametrize(
    ("control", "field", "title"),
    [
        ("rule taken > 0", "rules", "Remove the rule"),
        ("level how_hard", "levels", "Remove the levels how hard"),
        ("label late", "labels", "Remove the label late"),
        ("pair road × wet", "pairs", "Let road × wet be"),
        ("sweep road", "sweeps", "Remove the sweep of road"),
        ("keep road", "factors", "Let road follow"),
        ("derive twice", "factors", "Remove twice"),
        ("missing speed", "factors", "Let gaps of speed be"),
    ],
)
def test_a_control_gives_way_and_nothing_else(source: Source, control: str, field: str, title: str) -> None:
    study = study_of(source)
    way = giving_way(study, named(control))
    assert way is not None
    assert way.title == title
    after = with_part(study.design, way.patch)
    changed = [name for name in Design.model_fields if getattr(after, name) != getattr(study.design, name)]
    assert changed == [field]
    of = control.split(" ", 1)[1]
    if field != "factors":
        assert not getattr(after, field)
    elif control.startswith("missing"):
        assert (after.factor(of).missing, after.factor(of).unit) == (None, "km/h")
    else:
        assert of not in after.factors


def test_of_two_floors_with_the_same_factors_the_one_that_is_named_goes(source: Source) -> None:
    study = study_of(source)
    for control, left in (("floor road, wet", "wet, road"), ("floor wet, road", "road, wet")):
        way = giving_way(study, named(control))
        assert way is not None
        assert [floor.name for floor in with_part(study.design, way.patch).floors] == [left]


def test_a_factor_that_says_more_than_its_role_keeps_that(source: Source) -> None:
    held = TEXT.replace("road: {role: keep}", "road: {role: hold, value: town, unit: kind}")
    study = study_of(source, held.replace("sweeps:", "# sweeps:"))
    way = giving_way(study, named("hold road"))
    assert way is not None
    factor = with_part(study.design, way.patch).factor("road")
    assert (factor.role, factor.held, factor.unit) == ("follow", (), "kind")


def test_an_event_and_the_rows_do_not_go(source: Source) -> None:
    study = study_of(source)
    assert giving_way(study, named("event wet_roads")) is None
    assert giving_way(study, named("rows design")) is None


def test_every_kind_of_a_list_can_go(source: Source) -> None:
    study = study_of(source)
    content = read(dumps(study.design), owner="x")
    names = [name for kind in KINDS.values() if kind.part for name, _ in kind.parts(content)]
    assert {name.kind for name in names} == {kind.word for kind in KINDS.values() if kind.part}
    stays = [name.kind for name in names if giving_way(study, name) is None]
    assert stays == ["event"]  # it is asked for: its rate gives way


@pytest.mark.parametrize("limit", [0.0064321, 0.16, 0.5, 0.1, 1e-5])
def test_the_offered_rate_lies_just_inside_what_works(limit: float) -> None:
    assert 0.985 * limit < nearest_rate(limit, asked=0.9) < limit
    assert limit < nearest_rate(limit, asked=0.0) < 1.015 * limit


# --- on the command line --------------------------------------------------------------------------------------------

CONFLICTS = {
    "an event against a keep": ["factors: {road: {role: keep}}", "events: {town: {when: road = 'town', rate: 0.9}}"],
    "an event in rows against a hold": [
        "factors: {road: {role: hold, value: town}}",
        "events: {out: {when: road = 'country', rows: 50}}",
    ],
    "a rule against a keep": ["factors: {road: {role: keep}}", "rules: [road = 'town']"],
    "a rule against a target with a unit": [
        "factors: {road: {unit: kind, role: target, target: {family: categorical, weights: {town: 1, country: 1}}}}",
        "rules: [road = 'town']",
    ],
    "levels against a keep": [
        "factors: {taken: {role: keep}}",
        "levels: {how_hard: {score: taken, cuts: [4], shares: {easy: 0.1, hard: 0.9}}}",
    ],
    "a floor against the rows": ["floors: [{factors: [road, wet], at_least: 300}]"],
    "a sweep and a floor against the rows": [
        "sweeps: [{factor: road, values: [town, country], groups: 250}]",
        "floors: [{factors: [road, wet], at_least: 60}]",
    ],
    "a sweep against a rule": [
        "sweeps: [{factor: road, values: [town, country], groups: 200}]",
        "rules: [road = 'town' OR speed > 95]",
    ],
    "two conflicts": [
        "factors: {road: {role: keep}, wet: {role: keep}}",
        "events: {town: {when: road = 'town', rate: 0.9}, rain: {when: wet, rate: 0.5}}",
    ],
}


@pytest.mark.parametrize("lines", CONFLICTS.values(), ids=CONFLICTS)
def test_every_way_that_check_tells_can_be_applied(
    source: Source, lines: list[str], folder: Path, trimtab: Callable[..., Any]
) -> None:
    (folder / "trips.parquet").write_bytes(source.path.read_bytes())
    text = "\n".join(["trimtab: 1", "name: trips", "rows: 600", "source: {path: trips.parquet}", *lines])
    Path("d.yaml").write_text(text, encoding="utf-8")
    told = trimtab("check", "d.yaml", "--json")
    assert (told.code, told.json["feasible"]) == (3, False)
    conflicts = told.json["conflicts"]
    sets = {tuple(one["controls"]) for one in conflicts}
    ways = [(one, patch) for one in conflicts for patch in one["ways"]]
    assert ways
    people = trimtab("check", "d.yaml").out
    for conflict, patch in ways:
        assert json.dumps(patch) in people
        Path("p.yaml").write_text(json.dumps(patch), encoding="utf-8")
        assert trimtab("apply", "d.yaml", "--patch", "p.yaml", "-o", "e.yaml", "--force").code == 0
        after = trimtab("check", "e.yaml", "--json").json
        assert after["feasible"] == (len(sets) == 1)
        assert conflict["controls"] not in [one["controls"] for one in after["conflicts"]]
