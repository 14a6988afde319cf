"""One or two factors decide another: which, beyond chance, and without what follows from others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from trimtab.core.relations.determines import Determines, thinned

Texts = Callable[[Mapping[str, Any] | str], list[str]]


def test_of_a_chain_only_its_steps_are_told(texts: Texts) -> None:
    generator = np.random.default_rng(1)
    place = generator.integers(0, 90, 3000)
    columns = {
        "zip": [f"z{i}" for i in place],
        "county": [f"c{i // 3}" for i in place],
        "state": [f"s{i // 15}" for i in place],
        "x": generator.normal(size=3000),
    }
    assert texts(columns) == ["zip decides county", "county decides state"]


def test_two_factors_decide_together(texts: Texts) -> None:
    generator = np.random.default_rng(2)
    origin, carrier = generator.integers(0, 12, 4000), generator.integers(0, 15, 4000)
    distance = generator.permutation(12 * 15)[origin * 15 + carrier] * 7
    found = texts({"origin": origin, "carrier": carrier, "distance": distance})
    assert "origin and carrier decide distance" in found
    assert "origin decides distance" not in found


def test_what_holds_in_few_repeats_is_chance(texts: Texts) -> None:
    generator = np.random.default_rng(5)
    x, y = generator.integers(0, 800, 400), generator.integers(0, 2, 400)
    assert texts({"x": x, "y": np.where(generator.random(400) < 0.95, 0, y)}) == []


def test_a_missing_value_is_a_value(texts: Texts) -> None:
    generator = np.random.default_rng(6)
    code = generator.integers(0, 20, 2000)
    gone = code == 7
    columns = {"code": code, "name": [None if hidden else f"n{i}" for i, hidden in zip(code, gone, strict=True)]}
    assert texts(columns) == ["code decides name", "name decides code"]


def test_what_is_written_three_times_is_told_by_the_first() -> None:
    every = {(x, a): 1.0 for x in range(3) for a in range(3) if x != a}
    assert set(thinned(every)) == {(0, 1), (1, 0), (0, 2), (2, 0)}


def test_a_factor_can_not_decide_itself() -> None:
    with pytest.raises(ValidationError, match="must name different factors, got a, a"):
        Determines(determines=("a", "a"))
    with pytest.raises(ValidationError, match="must name different factors"):
        Determines(determines=(("a", "b"), "b"))
