"""What the page Generate says is going to come out: a line for every control, of whatever kind."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pytest

from trimtab.core.design.design import Design
from trimtab.core.projection.projection import project
from trimtab.core.shown.will_come_out import AS_REAL, will_come_out
from trimtab.core.source.spool import Source
from trimtab.core.study.study import open_study

Make = Callable[[dict[str, list[object]]], Source]
AGE = [float(age) for age in np.random.default_rng(3).integers(16, 90, 400)]
SPEED = [float(speed) for speed in np.random.default_rng(4).integers(0, 120, 400)]
TABLE: dict[str, list[object]] = {
    "age": [*AGE],
    "speed": [*SPEED],
    "sum": [a + b for a, b in zip(AGE, SPEED, strict=True)],
    "road": ["dry", "wet", "ice", "dry"] * 100,
    "sex": ["m", "f"] * 200,
}
PARTS = {
    "pairs": [{"factors": ["road", "sex"], "target": "independent"}],
    "quantiles": [{"factor": "speed", "at": {0.5: 60}}],
    "levels": {"grade": {"score": "age", "cuts": [40], "shares": {"young": 0.5, "old": 0.5}}},
    "labels": {"fast": {"rule": "speed > 90"}},
    "rules": ["age >= 16"],
    "sweeps": [{"factor": "road", "values": ["dry", "ice"], "groups": 5}],
    "floors": [{"factors": ["road", "sex"], "at_least": 3}],
    "relations": [{"equation": "sum = age + speed"}],
}


def lines(source: Source, **parts: object) -> list[str]:
    design = Design(name="x", source={"path": "t.parquet", "sha256": source.sha256}, rows=300, **parts)
    study = open_study(design, source)
    html = str(will_come_out(study, project(study)))
    return [re.sub("<[^>]*>", "", line) for line in re.findall("<li>(.*?)</li>", html)]


@pytest.mark.parametrize("part", PARTS)
def test_every_kind_is_told(table_source: Make, part: str) -> None:
    source = table_source(TABLE)
    told = lines(source, **{part: PARTS[part]})
    assert len([line for line in told if "carried along" not in line and line != AS_REAL]) == 2  # the rows and it
    assert not any("nothing else" in line for line in told)


def test_many_of_one_kind_are_told_in_one_line(table_source: Make) -> None:
    told = lines(table_source(TABLE), rules=[f"age >= {limit}" for limit in range(5, 15)])
    assert [line for line in told if "in every row" in line] == [
        f"age at least {limit}: in every row, in reality in all rows" for limit in range(5, 10)
    ]
    assert "(5 more rules: see the page Review)" in told


def test_that_nothing_moves_is_told(table_source: Make) -> None:
    source = table_source(TABLE)
    assert lines(source)[-1] == f"{AS_REAL}: the design asks for nothing else yet"
    assert lines(source, relations=PARTS["relations"])[-1] == AS_REAL
    assert AS_REAL not in lines(source, quantiles=PARTS["quantiles"])
