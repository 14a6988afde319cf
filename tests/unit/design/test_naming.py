"""Columns that a design adds: their names, and that none is taken."""

from __future__ import annotations

from typing import Any

import pytest

from trimtab.core.design.design import Design
from trimtab.core.design.naming import label_columns, naming_faults


def design(**parts: Any) -> Design:
    return Design(name="x", source={"path": "x.csv"}, **parts)


def derive(*names: str) -> dict[str, Any]:
    return {name: {"role": "derive", "expression": "visib + 1"} for name in names}


MIX = {"score": "visib", "cuts": [1], "shares": {"a": 0.5, "b": 0.5}}
RULE = {"rule": "visib > 1"}


def test_the_columns_of_a_label() -> None:
    asked = design(
        labels={
            "late": RULE,
            "noisy": {**RULE, "noise": 0.1},
            "claimed": {"probability": "0.1"},
            "both": {"probability": "0.1", "noise": 0.1},
        }
    )
    assert [label_columns(asked, name) for name in asked.labels] == [
        ("late",),
        ("noisy", "noisy_clean"),
        ("claimed", "claimed_probability"),
        ("both", "both_probability", "both_clean"),
    ]


def test_names_of_their_own_are_no_fault() -> None:
    asked = design(
        factors={**derive("gain", "visib"), "temp": {"role": "drop"}},
        levels={"difficulty": MIX},
        labels={"late": {**RULE, "noise": 0.1}, "late_probability": RULE},
    )
    assert list(naming_faults(asked, ["visib", "temp"])) == []


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"factors": derive("VISIB")}, ("Factor `VISIB`", "VISIB", "`visib` of the source")),
        ({"factors": derive("gain", "Gain")}, ("Factor `Gain`", "Gain", "`gain` of factor `gain`")),
        ({"factors": derive("_weight")}, ("Factor `_weight`", "_weight", "`_weight` of the provenance")),
        ({"levels": {"visib": MIX}}, ("Level mix `visib`", "visib", "`visib` of the source")),
        (
            {"factors": derive("visib"), "levels": {"visib": MIX}},
            ("Level mix `visib`", "visib", "`visib` of factor `visib`"),
        ),
        ({"labels": {"_Origin": RULE}}, ("Label `_Origin`", "_Origin", "`_origin` of the provenance")),
        ({"levels": {"a": MIX}, "labels": {"A": RULE}}, ("Label `A`", "A", "`a` of level mix `a`")),
        (
            {"labels": {"a": {**RULE, "noise": 0.1}, "a_clean": RULE}},
            ("Label `a_clean`", "a_clean", "`a_clean` of label `a`"),
        ),
        (
            {"labels": {"temp": {"probability": "0.1"}}},
            ("Label `temp`", "temp_probability", "`temp_probability` of the source"),
        ),
        (
            {"factors": {"temp": {"role": "drop"}}, "levels": {"temp": MIX}},
            ("Level mix `temp`", "temp", "`temp` of the source"),
        ),
    ],
)
def test_a_name_that_is_taken(parts: dict[str, Any], said: tuple[str, str, str]) -> None:
    owner, column, other = said
    faults = [str(fault) for fault in naming_faults(design(**parts), ["visib", "temp", "temp_probability"])]
    assert faults[-1] == f"{owner}: its column `{column}` would have the name of {other}. Rename one of them."
