"""Pairs of values that reality rules out, and those that are only rare."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from trimtab.core.grounding.grounding import Grounding, learn
from trimtab.core.grounding.ruled_out import CERTAIN, ruled_out
from trimtab.core.source.columns import read_columns
from trimtab.core.source.spool import Source

Make = Callable[[dict[str, list[object]]], Source]
ROWS = 3_000


def learned(make: Make, columns: dict[str, list[object]]) -> Grounding:
    return learn(read_columns(make(columns)))


def drawn(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.Philox(seed))


def test_what_one_factor_decides_is_ruled_out_for_all_its_other_values(table_source: Make) -> None:
    town = drawn(1).integers(0, 6, ROWS)
    grounding = learned(table_source, {"town": town.tolist(), "miles": (town * 100 % 700).tolist()})
    (pair,) = ruled_out(grounding)
    assert pair.factors == ("town", "miles")
    assert np.array_equal(pair.table[:6, :6], ~np.eye(6, dtype=bool))
    first = np.array([0, 1, 5], dtype=np.uint8)
    assert pair.of([first, np.array([0, 2, 5], dtype=np.uint8)]).tolist() == [False, True, False]


@pytest.mark.parametrize("seed", range(5))
def test_factors_without_dependence_rule_nothing_out(table_source: Make, seed: int) -> None:
    draw = drawn(seed)
    # Of 30 × 30 cells many are empty: most expect 3 rows, those of rare values less than one.
    rare = np.minimum(draw.geometric(0.25, ROWS), 30)
    columns = {"a": draw.integers(0, 30, ROWS).tolist(), "b": draw.integers(0, 30, ROWS).tolist(), "c": rare.tolist()}
    assert ruled_out(learned(table_source, columns)) == ()


def test_a_rare_pair_that_chance_may_have_left_out_is_not_ruled_out(table_source: Make) -> None:
    usual, rare = ["x"] * 2_950 + ["y"] * 50, ["p"] * 2_980 + ["q"] * 20
    grounding = learned(table_source, {"a": list(usual), "b": list(rare[::-1])})
    assert 50 * 20 / ROWS < CERTAIN
    assert ruled_out(grounding) == ()


def test_a_missing_value_can_be_ruled_out_too(table_source: Make) -> None:
    gust = [None if i % 3 else i % 7 for i in range(ROWS)]
    grounding = learned(table_source, {"gust": list(gust), "calm": [value is None for value in gust]})
    (pair,) = ruled_out(grounding)
    assert pair.table[:-1, 1].all(), "no gust while it is calm"
    assert pair.table[-1, 0], "a gust, or it is calm"


def test_crashes(crashes: Source) -> None:
    grounding = learn(read_columns(crashes))
    found = {one.factors: one.table for one in ruled_out(grounding)}
    values = {name: column.values.to_pylist() for name, column in grounding.columns.items()}
    none, deployed = values["airbag"].index("none"), values["deploy"].index(1)
    assert found["airbag", "deploy"][none, deployed], "what is not there does not deploy"
    assert not found["airbag", "deploy"][none, 1 - deployed]


def test_stretches_tell_where_single_values_are_too_few(table_source: Make) -> None:
    draw = drawn(4)
    # Two rows in a hundred have the rare grade: half a row with each of 100 rates.
    grade = np.where(draw.random(ROWS) < 0.02, "rare", np.where(draw.random(ROWS) < 0.5, "low", "high"))
    rate = np.where(grade == "low", draw.integers(0, 50, ROWS), draw.integers(50, 100, ROWS))
    grounding = learned(table_source, {"grade": grade.tolist(), "rate": rate.tolist()})
    (pair,) = ruled_out(grounding)
    levels = grounding.columns["grade"].values.to_pylist()
    assert pair.table[levels.index("rare"), :25].all()
    assert not pair.table[levels.index("rare"), 50:].any()


def test_many_numbers_without_dependence_do_not_crowd_out_what_is_ruled_out(table_source: Make) -> None:
    draw = drawn(6)
    # 24 numbers have 276 pairs, all with many empty cells; of town and street only a tenth is ruled out.
    columns: dict[str, list[object]] = {f"x{i}": draw.normal(size=ROWS).round(2).tolist() for i in range(24)}
    town = draw.integers(0, 5, ROWS)
    street = np.where(town == 4, draw.integers(0, 5, ROWS), draw.integers(0, 10, ROWS))
    grounding = learned(table_source, {**columns, "town": town.tolist(), "street": street.tolist()})
    (pair,) = ruled_out(grounding)
    assert pair.factors == ("town", "street")
    assert pair.table[4, 5:10].all()
    assert pair.table.sum() == 5
