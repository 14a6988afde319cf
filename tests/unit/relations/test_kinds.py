"""Orders, sets, gaps, keys and parts of dates: what is claimed, and what by chance is not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from trimtab.core.relations.order import chains

Texts = Callable[[Mapping[str, Any] | str], list[str]]


def test_a_chain_of_orders_is_one_relation(texts: Texts) -> None:
    generator = np.random.default_rng(1)
    start = generator.normal(size=2000).round(2)
    middle = (start + generator.exponential(0.3, 2000)).round(2)
    end = (middle + generator.exponential(0.3, 2000)).round(2)
    assert texts({"start": start, "middle": middle, "end": end}) == ["start ≤ middle ≤ end"]


def test_an_order_without_equals_is_strict(texts: Texts) -> None:
    generator = np.random.default_rng(2)
    low = generator.integers(0, 60, 3000)
    assert texts({"low": low, "high": low + generator.geometric(0.3, 3000)}) == ["low < high"]


def test_numbers_that_only_lie_apart_are_in_no_order(texts: Texts) -> None:
    generator = np.random.default_rng(3)
    height = generator.normal(170, 8, 3000).round()
    assert texts({"weight": (height - 100 + generator.normal(0, 9, 3000)).round(), "height": height}) == []
    assert texts({"hits": generator.poisson(0.1, 3000) + 5, "zeros": generator.poisson(0.1, 3000)}) == []


def test_a_chain_ends_where_its_ends_are_out_of_order_without_its_middle() -> None:
    assert chains([(0, 1), (1, 2)], lambda a, b: (a, b) != (0, 2)) == [(0, 1), (1, 2)]


def test_at_most_one_of(texts: Texts) -> None:
    level = np.random.default_rng(4).integers(0, 5, 3000)
    columns = {f"is_{i}": level == i for i in range(4)}
    assert texts(columns) == ["at most one of is_0, is_1, is_2 and is_3 is true"]


def test_rare_columns_avoid_each_other_by_chance(texts: Texts) -> None:
    generator = np.random.default_rng(5)
    assert texts({f"rare_{i}": generator.random(2000) < 0.02 for i in range(6)}) == []


def test_missing_together(texts: Texts) -> None:
    generator = np.random.default_rng(6)
    gaps = generator.random(2000) < 0.3
    columns = {name: pa.array(generator.normal(size=2000), mask=gaps) for name in ("temp", "wind")}
    columns["other"] = pa.array(generator.normal(size=2000), mask=generator.random(2000) < 0.3)
    assert texts(columns) == ["temp and wind are missing in the same rows"]


def test_a_key_of_owner_and_step(texts: Texts) -> None:
    generator = np.random.default_rng(7)
    owner = np.repeat(np.arange(200), 15)
    step = np.tile(np.arange(15), 200)
    assert texts({"owner": owner, "step": step, "x": generator.normal(size=3000).round(1)}) == [
        "owner and step together differ in every row"
    ]


def test_fine_numbers_differ_by_themselves(texts: Texts) -> None:
    assert texts({"x": np.random.default_rng(8).normal(size=3000)}) == []


@pytest.mark.parametrize(
    ("part", "of"),
    [
        ('month("the date")', lambda d: d.astype("datetime64[M]").astype(int) % 12 + 1),
        ('year("the date")', lambda d: d.astype("datetime64[Y]").astype(int) + 1970),
        ('dayofweek("the date")', lambda d: (d.astype("datetime64[D]").astype(int) + 4) % 7),
    ],
)
def test_parts_of_dates(texts: Texts, part: str, of: Callable[[np.ndarray], np.ndarray]) -> None:
    days = np.datetime64("2019-01-01") + np.random.default_rng(9).integers(0, 2000, 3000)
    assert texts({"the date": days, "part": of(days)}) == [f"part = {part}"]


def test_days_between_two_dates_and_names_of_days(texts: Texts) -> None:
    generator = np.random.default_rng(10)
    start = np.datetime64("2019-01-01") + generator.integers(0, 2000, 3000)
    length = generator.integers(0, 40, 3000)
    names = np.array(["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"])
    found = texts({"start": start, "end": start + length, "stay": length, "name": names[start.astype(int) % 7]})
    assert found == ["name = dayname(start)", "stay = date_diff('day', start, \"end\")"]


def test_dates_that_follow_each_other_with_a_gap_are_in_order(texts: Texts) -> None:
    draw = np.random.default_rng(2)
    arrival = np.datetime64("2023-01-01T12:00") + draw.integers(0, 730 * 24, 3000) * np.timedelta64(60, "m")
    stay = (12 + draw.gamma(2, 30, 3000)).astype(int) * np.timedelta64(60, "m")
    table = {"arrival": arrival.astype("datetime64[us]"), "departure": (arrival + stay).astype("datetime64[us]")}
    assert texts({**table, "price": draw.gamma(2, 50, 3000).round(2)}) == ["arrival ≤ departure"]
    # Warmer in °F than in °C: so it is, but no law keeps two noisy measures of it apart.
    celsius = draw.normal(12, 6, 3000)
    assert texts({"c": celsius.round(1), "f": (1.8 * celsius + 32 + draw.normal(0, 2, 3000)).round(1)}) == []
