"""Designs: copies with a change, checks across parts, fingerprints."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from core.design.controls import Event
from core.design.design import Design
from core.design.factors import Factor
from core.design.targets import Histogram, Normal
from core.errors import InputError


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
        ({"name": ""}, "at least 1 character"),
        ({"seed": -1}, "greater than or equal to 0"),
        ({"seed": 2**63}, "less than"),
        ({"rows": 0}, "greater than or equal to 1"),
        ({"trimtab": 2}, "Input should be 1"),
        ({"mode": "other"}, "Input should be 'standalone'"),
        ({"source": None}, "a design without `source` is part of the design format, but this version of Trimtab does"),
        ({"source": {"path": "a", "sha256": "ABC"}}, "should match pattern"),
        ({"factors": {"": {}}}, "must not be empty"),
        ({"events": {"2fast": {"when": "a", "rate": 0.1}}}, "should match pattern"),
        ({"pairs": []}, "Extra inputs"),
    ],
)
def test_refuses(fields: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        Design(**{"name": "x", "source": {"path": "a"}, **fields})


def test_the_fingerprint_is_of_what_decides_the_rows(design: Design) -> None:
    print_ = design.fingerprint()
    assert len(print_) == 64
    same = design.changed(name="other", description="Words.", source={"path": "elsewhere.csv", "sha256": "0" * 64})
    same = same.with_factor("temp", unit="F").with_factor("visib", unit="mi")
    assert same.fingerprint() == print_
    for other in (
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
    ):
        assert other.fingerprint() != print_


def test_the_fingerprint_does_not_change_between_versions(design: Design) -> None:
    assert design.fingerprint() == "6b041994a946749acdaf94f2364c9daade0b908ac628c608c564fd5b2548157a"
