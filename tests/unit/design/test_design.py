"""Designs: copies with a change, checks across parts, fingerprints."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from trimtab.core.design.controls.event import Event
from trimtab.core.design.controls.floor import Floor
from trimtab.core.design.controls.label import Label
from trimtab.core.design.controls.level import LevelMix
from trimtab.core.design.controls.pair import Pair
from trimtab.core.design.controls.sweep import Sweep
from trimtab.core.design.design import Design
from trimtab.core.design.factors import Factor
from trimtab.core.design.targets import Histogram, Normal
from trimtab.core.errors import InputError

MIX = {"score": "p", "cuts": [0.1], "shares": {"hard": 0.2, "easy": 0.8}}


def pair(first: str, second: str) -> dict[str, Any]:
    return {"factors": [first, second], "target": "independent"}


def sweep(factor: str, groups: int = 1) -> dict[str, Any]:
    return {"factor": factor, "values": [1, 2], "groups": groups}


@pytest.fixture
def design() -> Design:
    return Design(
        name="fog",
        source={"path": "flights.parquet", "sha256": "0" * 64},
        factors={"visib": {"role": "target", "target": {"family": "histogram", "weights": [1, 3]}}},
        events={"fog_and_wind": {"when": "visib < 2 AND wind_speed > 15", "rate": 0.05}},
    )


def test_a_column_that_is_not_named_follows(design: Design) -> None:
    assert design.factor("temp") == Factor()
    assert design.factor("visib").role == "target"


def test_factors_are_changed_in_a_copy(design: Design) -> None:
    kept = design.with_factor("origin", role="keep")
    assert kept.factors["origin"] == Factor(role="keep")
    assert "origin" not in design.factors
    sculpted = kept.with_factor("visib", target=Histogram(weights=(3, 1)), missing=0.1)
    assert sculpted.factors["visib"] == Factor(role="target", target=Histogram(weights=(3, 1)), missing=0.1)
    free = sculpted.with_factor("visib", role="follow", target=None, missing=None)
    assert free.factors["visib"] == Factor()
    assert list(free.without_factor("visib").factors) == ["origin"]


def test_events_are_changed_in_a_copy(design: Design) -> None:
    more = design.with_event("delay", when="dep_delay > 240", rows=1000)
    assert more.events["delay"] == Event(when="dep_delay > 240", rows=1000)
    assert more.with_event("delay", rate=0.1).events["delay"] == Event(when="dep_delay > 240", rate=0.1)
    assert more.with_event("delay", when="dep_delay > 60").events["delay"] == Event(when="dep_delay > 60", rows=1000)
    assert list(more.without("fog_and_wind").events) == ["delay"]
    assert list(more.events) == ["fog_and_wind", "delay"]


def test_levels_and_labels_are_changed_in_a_copy(design: Design) -> None:
    more = design.with_level("difficulty", **MIX).with_label("late", rule="dep_delay > 15", noise=0.1)
    assert more.levels["difficulty"] == LevelMix(**MIX)
    assert more.with_level("difficulty", score="q").levels["difficulty"] == LevelMix(**{**MIX, "score": "q"})
    drawn = more.with_label("late", probability="0.5")
    assert drawn.labels["late"] == Label(probability="0.5", noise=0.1)
    assert drawn.with_label("late", noise=0).labels["late"] == Label(probability="0.5")
    assert drawn.with_label("late", rule="x").labels["late"] == Label(rule="x", noise=0.1)
    assert (more.without_level("difficulty").levels, more.without_label("late").labels) == ({}, {})
    with pytest.raises(InputError, match=r"^Design `fog`: there is no level mix `dificulty`\. Did you mean"):
        more.without_level("dificulty")
    with pytest.raises(InputError, match=r"^Design `fog`: there is no label `difficulty`\. Known: late\."):
        more.without_label("difficulty")


def test_pairs_are_changed_in_a_copy(design: Design) -> None:
    more = design.with_pair(**pair("carrier", "late")).with_pair(**pair("carrier", "temp"))
    assert [one.name for one in more.pairs] == ["carrier × late", "carrier × temp"]
    # The same two factors in any order are the same pair, and keep their place.
    other = more.with_pair(factors=("late", "carrier"), weights=[[1, 2]])
    assert other.pairs[0] == Pair(factors=("late", "carrier"), weights=[[1, 2]])
    assert other.pairs[1] == more.pairs[1]
    assert [one.name for one in more.without_pair("carrier × late").pairs] == ["carrier × temp"]
    with pytest.raises(InputError, match=r"there is no pair `carrier × lat`\. Did you mean `carrier × late`\?"):
        more.without_pair("carrier × lat")
    with pytest.raises(InputError, match=r"^Design `fog`: pairs\.0\.factors: must be given"):
        design.with_pair(target="independent")


def test_rules_sweeps_and_floors_are_changed_by_position(design: Design) -> None:
    more = design.with_rule("a > 1").with_rule("b > 1").with_rule("c > 1")
    assert more.with_rule("d > 1", 1).rules == ("a > 1", "d > 1", "c > 1")
    assert more.without_rule(0).rules == ("b > 1", "c > 1")
    swept = design.with_sweep(**sweep("visib")).with_sweep(**sweep("temp"))
    changed = swept.with_sweep(0, groups=5, others="condition")
    assert changed.sweeps == (Sweep(factor="visib", values=(1, 2), groups=5, others="condition"), swept.sweeps[1])
    assert swept.without_sweep(1).sweeps == swept.sweeps[:1]
    floored = design.with_floor(factors=("a", "b")).with_floor(factors=("a", "c"), at_least=3)
    assert floored.with_floor(1, at_least=4, strength=1).floors[1] == Floor(factors=("a", "c"), strength=1, at_least=4)
    assert floored.without_floor(0).floors == (Floor(factors=("a", "c"), at_least=3),)


@pytest.mark.parametrize("at", [-1, 1])
def test_a_position_must_exist(design: Design, at: int) -> None:
    one = design.with_rule("a > 1").with_sweep(**sweep("visib")).with_floor(factors=("a", "b"))
    for part, change in (
        ("rules", lambda: one.with_rule("b > 1", at)),
        ("rules", lambda: one.without_rule(at)),
        ("sweeps", lambda: one.with_sweep(at, groups=2)),
        ("sweeps", lambda: one.without_sweep(at)),
        ("floors", lambda: one.with_floor(at, at_least=2)),
        ("floors", lambda: one.without_floor(at)),
    ):
        with pytest.raises(InputError, match=f"^Design `fog`: `{part}` has 1 entries, so none at position {at}"):
            change()


def test_an_event_of_a_supplement_may_have_rows_of_the_source(design: Design) -> None:
    more = design.changed(mode="supplement", rows=10).with_event("delay", when="dep_delay > 240", rows=1000)
    assert more.events["delay"].rows == 1000


def test_a_cold_start_declares_every_factor() -> None:
    cold = Design(
        name="cold",
        factors={
            "visib": {"role": "target", "target": {"family": "normal", "mean": 5, "sd": 1}},
            "origin": {"role": "hold", "value": "LGA"},
            "gain": {"role": "derive", "expression": "visib * 2"},
        },
    )
    assert cold.source is None


def test_a_copy_is_checked_as_a_whole(design: Design) -> None:
    with pytest.raises(InputError, match=r"^Design `fog`: factors\.temp: role target needs a `target`"):
        design.with_factor("temp", role="target")
    with pytest.raises(InputError, match=r"^Design `fog`: events\.storm\.rate: must be at most 1, got 2\.$"):
        design.with_event("storm", when="wind_speed > 40", rate=2)
    with pytest.raises(InputError, match=r"^Design `fog`: events can't ask for more rows than the design's 10000, got"):
        design.with_event("storm", when="wind_speed > 40", rows=10_001)
    with pytest.raises(InputError, match=r"^Design `fog`: there is no event `fog`\. Known: fog_and_wind\."):
        design.without("fog")
    with pytest.raises(InputError, match=r"Design `fog`: rows: must be at least 1, got 0"):
        design.changed(rows=0)


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"name": ""}, "^Design: name: must not be empty.$"),
        ({"seed": -1}, "^Design `x`: seed: must be at least 0, got -1.$"),
        ({"seed": 2**63}, "seed: must be less than"),
        ({"rows": 0}, "rows: must be at least 1, got 0"),
        ({"trimtab": 2}, "trimtab: must be 1, got 2"),
        ({"mode": "other"}, "mode: there is no mode 'other'. Known: standalone, supplement"),
        ({"source": None}, "without a `source` to learn from, at least one factor needs role target or hold"),
        (
            {"source": None, "factors": {"a": {}, "b": {"role": "keep"}, "c": {"role": "hold", "value": 1}}},
            r"every factor has role target, hold or derive, or is left out; got `a` \(follow\), `b` \(keep\)",
        ),
        (
            {"source": None, "mode": "supplement", "factors": {"c": {"role": "hold", "value": 1}}},
            "mode supplement adds to a source: it needs a `source`",
        ),
        (
            {"rows": 9, "events": {"e": {"when": "a", "rows": 10}}},
            r"events can't ask for more rows than the design's 9, got `e` \(10\)",
        ),
        (
            {"rows": 9, "sweeps": [sweep("a", groups=2), sweep("b", groups=3)]},
            r"sweeps can't take more rows than the design's 9; groups times values are `a` \(4\), `b` \(6\)",
        ),
        (
            {"pairs": [pair("a", "b"), pair("a", "c"), pair("b", "a")]},
            "`pairs` must be of different factors, got a × b and b × a",
        ),
        ({"rules": ["a > 1", "b > 1", "a > 1"]}, "`rules` must differ, got `a > 1` more than once"),
        ({"levels": {"2fast": {}}}, "levels.2fast: must be letters, digits and _, not beginning with a digit"),
        ({"labels": {"a-b": {"rule": "x"}}}, "labels.a-b: must be letters, digits and _"),
        ({"source": {"path": "a", "sha256": "ABC"}}, "source.sha256: must be 64 digits from 0-9 and a-f"),
        ({"factors": {"": {}}}, "must not be empty"),
        ({"events": {"2fast": {"when": "a", "rate": 0.1}}}, "events.2fast: must be letters, digits and _"),
        ({"pair": []}, "pair: unknown key. Did you mean `pairs`"),
    ],
)
def test_refuses(fields: dict[str, Any], fault: str) -> None:
    with pytest.raises(InputError, match=fault):
        Design(**{"name": "x", "source": {"path": "a"}, **fields})


def test_the_fingerprint_is_of_what_decides_the_rows(design: Design) -> None:
    print_ = design.fingerprint()
    assert len(print_) == 64
    same = design.changed(name="other", description="Words.", source={"path": "elsewhere.csv", "sha256": "0" * 64})
    same = same.with_factor("temp", unit="F").with_factor("visib", unit="mi")
    assert same.fingerprint() == print_
    others = (
        design.changed(seed=1),
        design.changed(rows=9_999),
        design.changed(output={"provenance": False}),
        design.changed(source={"path": "flights.parquet", "sha256": "1" * 64}),
        design.with_factor("visib", target=Histogram(weights=(1, 2))),
        design.with_factor("visib", target=Normal(mean=0, sd=1)),
        design.with_factor("visib", edges=[0, 1, 2]),
        design.with_factor("temp", role="keep"),
        design.with_event("fog_and_wind", rate=0.06),
        design.without("fog_and_wind"),
        design.with_factor("gain", role="derive", expression="a - b"),
        design.with_factor("gain", role="derive", expression="b - a"),
        design.with_pair(**pair("carrier", "late")),
        design.with_pair(factors=("carrier", "late"), rank_correlation=0.1),
        design.with_level("difficulty", **MIX),
        design.with_level("difficulty", **{**MIX, "shares": {"easy": 0.8, "hard": 0.2}}),
        design.with_label("late", rule="dep_delay > 15"),
        design.with_label("late", rule="dep_delay > 15", noise=0.1),
        design.with_rule("a > 1"),
        design.with_sweep(**sweep("visib")),
        design.with_sweep(**sweep("visib", groups=2)),
        design.with_floor(factors=("a", "b")),
        design.with_floor(factors=("a", "b"), at_least=2),
        design.changed(mode="supplement"),
    )
    for other in others:
        assert other.fingerprint() != print_
    assert len({other.fingerprint() for other in others}) == len(others)


LABELS = {"a": {"probability": "0.1"}, "b": {"probability": "0.2"}}
NUMBER = {"role": "target", "kind": "continuous", "target": {"family": "normal", "mean": 0, "sd": 1}}
DERIVED = {name: {"role": "derive", "expression": f"visib + {at}"} for at, name in enumerate("ab")}
WEIGHED = {"role": "target", "target": {"family": "categorical", "weights": {"EWR": 1, "JFK": 2}}}
TABLE = {"EWR": {"no": 1, "yes": 2}, "JFK": {"no": 3, "yes": 4}}


def reversed_at(parts: dict[str, Any], *path: str | int) -> dict[str, Any]:
    """A deep copy of `parts` in which the mapping at `path` stands the other way round."""
    found = deepcopy(parts)
    inner: Any = found
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = dict(reversed(inner[path[-1]].items()))
    return found


@pytest.mark.parametrize(
    ("parts", "path", "decides"),
    [
        ({"events": {"a": {"when": "visib < 2", "rate": 0.1}, "b": {"when": "temp < 2", "rate": 0.1}}}, "events", True),
        ({"labels": LABELS}, "labels", True),
        ({"levels": {"a": MIX, "b": MIX}}, "levels", True),
        ({"factors": DERIVED}, "factors", True),
        ({"factors": {"a": NUMBER, "b": NUMBER}, "source": None}, "factors", True),
        ({"factors": {"origin": WEIGHED}}, "factors.origin.target.weights", True),
        ({"pairs": [{"factors": ["origin", "late"], "weights": TABLE}]}, "pairs.0.weights", True),
        ({"pairs": [{"factors": ["origin", "late"], "weights": TABLE}]}, "pairs.0.weights.JFK", True),
        ({"factors": {"dest": {"role": "keep"}, "origin": {"role": "keep"}}}, "factors", False),
        ({"quantiles": [{"factor": "temp", "at": {0.5: 50, 0.9: 80}}]}, "quantiles.0.at", False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_fingerprint_knows_the_order_where_it_decides_rows(parts: dict[str, Any], path: str, decides: bool) -> None:
    keys = [int(key) if key.isdecimal() else key for key in path.split(".")]
    whole = {"name": "x", "source": {"path": "flights.parquet", "sha256": "0" * 64}, **parts}
    as_is, turned = Design(**whole).fingerprint(), Design(**reversed_at(whole, *keys)).fingerprint()
    assert (as_is != turned) is decides


def test_the_fingerprint_does_not_change_between_versions(design: Design) -> None:
    assert design.fingerprint() == "6b041994a946749acdaf94f2364c9daade0b908ac628c608c564fd5b2548157a"
