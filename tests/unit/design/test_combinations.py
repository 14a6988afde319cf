"""Pairs, sweeps and floors against what they name."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from trimtab.core.design.combinations import combination_faults, table_faults
from trimtab.core.design.definitions import Language
from trimtab.core.design.design import Design
from trimtab.core.source.axes import Axis, default_axis
from trimtab.core.source.columns import Column, encode


@pytest.fixture(scope="module")
def columns() -> dict[str, Column]:
    rng = np.random.default_rng(3)
    made = {
        "visib": [0.0, 0.5, 2.0, None] * 50,
        "delay": rng.normal(0, 10, 200).round(2),
        "origin": ["JFK", "LGA", "EWR", "LGA"] * 50,
        "late": [True, False, None, True] * 50,
        "day": np.arange("2013-01-01", "2013-07-20", dtype="datetime64[D]"),
        "dest": [f"D{i % 60:02}" for i in range(200)],
        "spare": ["a", "b"] * 100,
    }
    return {name: encode(name, pa.chunked_array([pa.array(values)]), None) for name, values in made.items()}


def design(**parts: Any) -> Design:
    return Design(
        name="x",
        source={"path": "x.csv"},
        factors={
            "gain": {"role": "derive", "expression": "delay - visib"},
            "spare": {"role": "drop"},
            "day": {"role": "hold", "value": "2013-01-01"},
        },
        levels={"difficulty": {"score": "delay", "cuts": [0], "shares": {"easy": 0.5, "hard": 0.5}}},
        labels={"grade": {"rule": "gain > 3"}, "claimed": {"probability": "0.1"}},
        **parts,
    )


def faults(asked: Design, columns: dict[str, Column]) -> list[str]:
    axes = {name: default_axis(column) for name, column in columns.items()}
    return [*map(str, combination_faults(Language(asked, columns))), *map(str, table_faults(asked, axes))]


def pair(first: str, second: str, **fields: Any) -> dict[str, Any]:
    return {"pairs": [{"factors": [first, second], **(fields or {"target": "independent"})}]}


def sweep(factor: str, *values: Any) -> dict[str, Any]:
    return {"sweeps": [{"factor": factor, "values": values or (1, 2), "groups": 1}]}


@pytest.mark.parametrize(
    "parts",
    [
        pair("visib", "origin"),
        pair("gain", "difficulty"),
        pair("grade", "dest"),
        pair("visib", "late", rank_correlation=0.3),
        pair("gain", "day", rank_correlation=-0.3),
        pair("grade", "delay", rank_correlation=1),
        pair("visib", "origin", weights=[[1, 2, 3]] * 3),
        pair("visib", "origin", weights=[[1, 2, 3, 0]] * 4),
        pair("visib", "origin", weights=[[1, 2, 3]] * 4),
        pair("visib", "origin", weights={"0": {"LGA": 1, "missing": 2}, "missing": {"JFK": 1}}),
        pair("visib", "dest", weights={"0": {"D00": 1, "other levels (20)": 2}}),
        pair("late", "gain", weights=[[1] * 99] * 99),  # the bins of a derived factor are not known yet
        sweep("visib", 0.5, 12),
        sweep("origin", "LGA", "JFK"),
        {"floors": [{"factors": ["visib", "origin", "gain", "difficulty", "grade"], "strength": 3}]},
    ],
)
def test_what_fits(columns: dict[str, Column], parts: dict[str, Any]) -> None:
    assert faults(design(**parts), columns) == []


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        (pair("visib", "orgin"), "Pair `visib × orgin`: there is no factor `orgin`. Did you mean `origin`?"),
        (pair("gian", "origin"), "Pair `gian × origin`: there is no factor `gian`. Did you mean `gain`?"),
        (pair("visib", "spare"), "Pair `visib × spare`: `spare` has role drop, so the rows don't have it"),
        (pair("visib", "claimed"), "Pair `visib × claimed`: the label `claimed` is drawn with a probability"),
        (
            pair("visib", "origin", rank_correlation=0.1),
            "Pair `visib × origin`: a rank correlation needs an order, and the levels of `origin` have none.",
        ),
        (pair("difficulty", "visib", rank_correlation=0.1), "Pair `difficulty × visib`: a rank correlation"),
        (
            pair("visib", "origin", weights=[[1, 2, 3]] * 5),
            "Pair `visib × origin`: `weights` must have 3 rows, one for each bin of `visib`, or 4 with missing; got 5.",
        ),
        (
            pair("visib", "origin", weights=[[1, 2, 3, 4, 5]] * 3),
            "Pair `visib × origin`: `weights` must have 3 numbers in a row, one for each bin of `origin`, or 4 with "
            "missing; got 5.",
        ),
        (
            pair("visib", "origin", weights={"0": {"LGB": 1}}),
            "Pair `visib × origin`: `origin` has no bin `LGB` of its own. Did you mean `LGA`? Known: LGA",
        ),
        (pair("visib", "dest", weights={"0": {"D59": 1}}), "Pair `visib × dest`: `dest` has no bin `D59` of its own."),
        (
            pair("visib", "dest", weights={"1": {"D00": 1}}),
            "Pair `visib × dest`: `visib` has no bin `1` of its own.",
        ),
        (sweep("visb"), "Sweep `visb`: there is no factor `visb`. Did you mean `visib`?"),
        (sweep("spare"), "Sweep `spare`: `spare` has role drop"),
        (sweep("gain"), "Sweep `gain`: `gain` is computed from others and can't vary alone; vary one of them."),
        (sweep("grade"), "Sweep `grade`: `grade` is computed from others"),
        (sweep("difficulty", "easy", "hard"), "Sweep `difficulty`: `difficulty` is computed from others"),
        (sweep("day", "2013-01-01", "2013-01-02"), "Sweep `day`: `day` has role hold, so it can't vary."),
        (sweep("origin", "LGA", "LGB"), "Sweep `origin`: the source has no level 'LGB'. Did you mean `LGA`?"),
        ({"floors": [{"factors": ["visib", "orgin"]}]}, "Floor `visib, orgin`: there is no factor `orgin`."),
        ({"floors": [{"factors": ["visib", "spare"]}]}, "Floor `visib, spare`: `spare` has role drop"),
        ({"floors": [{"factors": ["visib", "claimed"]}]}, "Floor `visib, claimed`: the label `claimed` is drawn with"),
    ],
)
def test_what_does_not_fit(columns: dict[str, Column], parts: dict[str, Any], message: str) -> None:
    found = faults(design(**parts), columns)
    assert len(found) == 1
    assert found[0].startswith(message)


def test_a_table_of_a_computed_factor_is_checked_once_it_has_an_axis() -> None:
    axes = {"gain": Axis("gain", "continuous", edges=(0, 1, 2)), "grade": Axis("grade", "boolean", levels=("true",))}
    assert list(table_faults(design(**pair("gain", "grade", weights=[[1, 1]] * 3)), axes)) == []
    (fault,) = table_faults(design(**pair("gain", "grade", weights=[[1, 1]] * 4)), axes)
    assert str(fault) == (
        "Pair `gain × grade`: `weights` must have 2 rows, one for each bin of `gain`, or 3 with missing; got 4."
    )


@pytest.mark.parametrize("strength", [1, 2, 3, 4])
def test_the_cells_of_a_floor_are_counted(strength: int) -> None:
    sizes = [60, 60, 60, 60, 30]
    names = [f"f{i}" for i in range(len(sizes))]
    axes = {
        name: Axis(name, "continuous", edges=tuple(range(size + 1))) for name, size in zip(names, sizes, strict=True)
    }
    asked = Design(name="x", source={"path": "x"}, floors=[{"factors": names, "strength": strength}])
    cells = sum(int(np.prod(chosen)) for chosen in combinations(sizes, strength))
    found = [str(fault) for fault in table_faults(asked, axes)]
    if cells <= 2_000_000:
        assert found == []
    else:
        assert found == [
            f"Floor `f0, f1, f2, f3, f4`: {strength} of its factors at a time make {cells:,} combinations of bins, and "
            "2,000,000 can be looked after. Name fewer factors, give them fewer bins, or lower `strength`."
        ]


def test_the_cells_of_very_many_factors_are_counted_at_once() -> None:
    names = [f"f{i}" for i in range(1000)]
    axes = {name: Axis(name, "continuous", edges=(0, 1, 2)) for name in names}
    asked = Design(name="x", source={"path": "x"}, floors=[{"factors": names, "strength": 4}])
    (fault,) = table_faults(asked, axes)
    assert f"{16 * 1000 * 999 * 998 * 997 // 24:,} combinations" in str(fault)
