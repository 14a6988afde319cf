"""Why a factor moved, in the words that people read."""

from __future__ import annotations

import numpy as np
import pytest

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.design import Design
from trimtab.core.design.parts.source_ref import SourceRef
from trimtab.core.projection.causes import Cause, Neighbour, Why
from trimtab.core.projection.shifts import Shift
from trimtab.core.shown.causes import explained, lines_of
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study


@pytest.fixture
def study(table_source: object) -> Study:
    source: Source = table_source({"x": ["a", "b"] * 50, "wet": ["yes", "no"] * 50})  # type: ignore[operator]
    design = Design(name="d", source=SourceRef(path=source.name, sha256=source.sha256), rows=100)
    return open_study(design.with_label("hurt", rule="wet = 'yes'"), source)


def cause(
    name: str, part: float, *, direct: bool = False, beside: tuple[str, ...] = (), through: tuple[str, ...] = ()
) -> Cause:
    ways = tuple(Neighbour(one, 0.1) for one in through)
    return Cause(ControlName("event", name), part, part, 0.0, direct, beside, ways)


def why(*causes: Cause, tv: float, factor: str = "wet") -> Why:
    return Why(Shift(factor, tv, False, np.zeros(3), np.zeros(3)), causes, tv - sum(one.part for one in causes), ())


def test_each_way_has_its_words(study: Study) -> None:
    found = why(
        cause("a_b", 0.2, direct=True),
        cause("c", 0.1, beside=("x",), through=("y", "z")),
        cause("d", 0.05, through=("y",)),
        cause("e", 0.04),
        cause("f", -0.03),
        cause("tiny", 0.0001),
        tv=0.36,
    )
    lines, rest = lines_of(study, found)
    assert [(one.control, one.how) for one in lines] == [
        ("event a b", "speaks of wet itself"),
        ("event c", "goes with x, also by way of y and z"),
        ("event d", "by way of y"),
        ("event e", "by many small ways"),
        ("event f", "holds it back"),
    ]
    assert rest == ""


def test_what_they_do_together_is_told_either_way(study: Study) -> None:
    assert lines_of(study, why(cause("a", 0.2), tv=0.3))[1] == "10.0 % more by what all of them do together."
    assert lines_of(study, why(cause("a", 0.4), tv=0.3))[1] == "10.0 % less by what all of them do together."


def test_what_is_computed_is_told_and_can_not_be_frozen(study: Study) -> None:
    found = explained(study, "hurt")
    assert lines_of(study, found.why)[1] == "hurt is computed from wet."
    assert found.cost == "`hurt` is computed from `wet`: it follows this, so freeze that instead."
    assert found.as_json()["freeze"] is None
    assert "<p>hurt is computed from wet.</p>" in found._repr_html_()
