"""Conflicts in the order in which they can be settled: what is told works, and nothing leads back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks import nearest
from trimtab.core.design.design import Design
from trimtab.core.design.files import loads
from trimtab.core.design.patching import with_part
from trimtab.core.errors import InputError
from trimtab.core.projection.check import Checked, check
from trimtab.core.source.spool import Source, spool
from trimtab.core.study.study import Study, open_study

Open = Callable[..., Study]

CIRCLE = """
trimtab: 1
name: circle
rows: 1000
source: {path: sizes.parquet}
factors: {size: {role: target, target: {family: categorical, weights: {lo: 85, hi: 15}}}}
events: {high: {when: size = 'hi', rate: 0.3}}
rules: [size <> 'hi']
"""


UNDONE = """
trimtab: 1
name: undone
rows: 251050
mode: supplement
source: {path: flights.parquet}
pairs: [{factors: [precip, visib], rank_correlation: -0.96}]
events:
  e: {when: origin = 'EWR', rate: 0}
  f: {when: NOT (origin = 'EWR'), rate: 0.02}
"""


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> Source:
    folder = tmp_path_factory.mktemp("sizes")
    columns: dict[str, list[object]] = {"size": [*["lo"] * 4, "hi"] * 40, "colour": ["red", "blue"] * 100}
    columns |= {"weight": [0.1 * i for i in range(200)], "height": [0.1 * (i % 41) for i in range(200)]}
    pq.write_table(pa.table(columns), folder / "sizes.parquet")
    return spool(folder / "sizes.parquet", folder / "home")


def checked(design: Design, source: Source) -> Checked:
    return check(open_study(design, source))


def sets(found: Checked) -> list[set[str]]:
    """The controls of each conflict, in the order in which they are told."""
    return [set(map(str, names)) for names in dict.fromkeys(one.controls for one in found.conflicts)]


def test_what_excludes_each_other_whatever_is_asked_beside_it_is_told_first(sizes: Source) -> None:
    found = checked(loads(CIRCLE), sizes)
    assert sets(found) == [{"rule size <> 'hi'", "target size"}, {"rule size <> 'hi'", "event high"}]


def test_a_nearest_value_never_leads_back(sizes: Source) -> None:
    # Before, the event was sent from 30 % to 0 %, from there to 15 %, and to 0 % again.
    design = loads(CIRCLE)
    (event,) = [one for one in checked(design, sizes).conflicts if str(one.control) == "event high"]
    after = design.with_event("high", rate=event.nearest)
    assert sets(checked(after, sizes)) == [{"rule size <> 'hi'", "target size"}]


@pytest.mark.parametrize("place", [0, 1])
def test_whatever_of_a_conflict_gives_way_two_conflicts_take_two_steps(sizes: Source, place: int) -> None:
    design, steps = loads(CIRCLE), 0
    while (found := checked(design, sizes)).conflicts:
        design, steps = with_part(design, found.ways[place][0].patch), steps + 1
        place = 0
    assert steps == 2


def test_a_number_knows_what_is_reserved(flights_100: Source, open_: Open) -> None:
    # The keep leaves fog 10 %, and a floor needs 12 % there: they exclude each other, whatever the event asks for.
    study = open_(
        flights_100,
        "rows: 1000\nfactors: {visib: {role: keep}}\nevents: {fog: {when: visib < 1, rate: 0.3}}\n"
        "floors: [{factors: [visib], strength: 1, at_least: 120}]",
    )
    found = check(study)
    assert sets(found)[0] == {"keep visib", "floor visib"}
    design, steps = study.design, 0
    while found.conflicts:
        design, steps = with_part(design, found.ways[0][0].patch), steps + 1
        found = check(open_study(design, flights_100, previous=study))
    assert steps <= 2


def test_a_supplement_tells_the_least_that_the_source_leaves(flights_100: Source, open_: Open) -> None:
    study = open_(flights_100, "mode: supplement\nrows: 900\nevents: {fog: {when: visib < 1, rate: 0.0}}")
    (conflict,) = check(study).conflicts
    assert conflict.nearest == pytest.approx(10 / 1000)  # 10 of the 100 real rows, in 1,000 rows together


def test_the_title_of_a_way_is_the_number_of_its_patch(sizes: Source) -> None:
    ways = [way for ways in checked(loads(CIRCLE), sizes).ways for way in ways if "events" in way.patch]
    assert [(way.title, way.patch["events"]["high"]["rate"]) for way in ways] == [("Use 0 % for high", 0.0)]


@pytest.mark.parametrize("control", ["target", "level", "missing"])
def test_shares_that_work_can_be_taken(flights_100: Source, open_: Open, control: str) -> None:
    asked = {
        "target": "factors: {visib: {role: target, target: {family: histogram, weights: [6, 3, 1]}}}\n",
        "level": "levels: {mix: {score: visib, cuts: [1], shares: {fog: 0.6, other: 0.4}}}\n",
        "missing": "factors: {pressure: {missing: 0.5}}\n",
    }[control]
    event = {"missing": "pressure > 0"}.get(control, "visib = 10")
    study = open_(flights_100, f"rows: 1000\n{asked}events: {{clear: {{when: {event}, rate: 0.7}}}}")
    found = check(study)
    (way,) = [ways[0] for one, ways in zip(found.conflicts, found.ways, strict=True) if one.control.kind == control]
    assert "Use the nearest shares" in way.title or "be missing" in way.title
    assert check(open_study(with_part(study.design, way.patch), flights_100, previous=study)).conflicts == ()


def test_a_control_that_goes_is_the_one_that_the_design_has(tmp_path: Path) -> None:
    # Before, the pair was to go as it stood after a number that had not lasted: a patch of another design.
    source = nearest.opened("flights", tmp_path).source
    study = open_study(loads(UNDONE), source)
    found = check(study)
    assert str(found.conflicts[0].control) == "pair precip × visib"
    for ways in found.ways:
        for way in ways:
            with_part(study.design, way.patch)
    after = open_study(with_part(study.design, found.ways[0][0].patch), source, previous=study)
    assert [set(map(str, one.controls)) for one in check(after).conflicts] == [{"event e"}]


def test_what_can_not_be_decided_is_told_before_conflicts_of_others(sizes: Source) -> None:
    # Before, the way out of the conflict led to it.
    design = loads("""
trimtab: 1
name: undecided
rows: 1000
source: {path: sizes.parquet}
factors: {weight: {missing: 0.1}}
pairs: [{factors: [weight, height], rank_correlation: 0.5}]
events: {e: {when: size = 'hi', rate: 0.3}, f: {when: size <> 'hi', rate: 0.3}}
""")
    with pytest.raises(InputError, match="Pair `weight × height`: it looks at `weight`, which is hardly ever missing"):
        checked(design, sizes)
    without = design.changed(pairs=())
    assert sets(checked(without, sizes)) == [{"event e", "event f"}]


def test_the_nearest_values_of_random_conflicts_settle_them(tmp_path: Path) -> None:
    # `python -m benchmarks.nearest` has 300 of them, on larger tables.
    walks = nearest.conflicts(nearest.opened("crashes", tmp_path, rows=800), "crashes", np.random.default_rng([3, 0]))
    found = [next(walks) for _ in range(3)]
    assert [walk.told for walk in found if not walk.settled] == []
    assert any(walk.steps > 1 for walk in found)
