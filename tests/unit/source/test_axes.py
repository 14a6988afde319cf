"""The bins of a factor: which values fall where, what they are called, and which axes can't be."""

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trimtab.core.errors import InputError
from trimtab.core.source.axes import MAX_LEVELS, MAX_POINTS, Axis, default_axis, level_texts
from trimtab.core.source.columns import Column, encode
from trimtab.core.source.kinds import Kind

DAY = 86_400e6


def column(values: Any, kind: Kind | None = None, type_: pa.DataType | None = None) -> Column:
    return encode("x", pa.chunked_array([pa.array(values, type_)]), kind)


def numbers(*edges: float, kind: Kind = "continuous", points: bool = False) -> Axis:
    return Axis("x", kind, edges=edges, points=points)


# --- construction


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"kind": "continuous", "edges": (1.0,)}, "Axis of `x`, edges: at least two are needed, got 1"),
        ({"kind": "continuous", "edges": (1.0, 0.0)}, "greater than the one before, got 1 to 0"),
        ({"kind": "continuous", "edges": (1.0, 1.0, 2.0)}, "greater than the one before, got 1 to 1"),
        ({"kind": "count", "edges": (0.0, float("nan"))}, "must be finite, got 0.0, nan"),
        ({"kind": "count", "edges": (0.0, float("inf"))}, "must be finite, got 0.0, inf"),
        ({"kind": "datetime", "edges": (DAY, 0.0)}, "got 1970-01-02 to 1970-01-01"),
        ({"kind": "count", "levels": ("a",)}, "a count factor has edges, not levels"),
        ({"kind": "categorical", "edges": (0.0, 1.0)}, "a categorical factor has levels, not edges"),
        ({"kind": "boolean", "points": True}, "a boolean factor has levels, not edges"),
        ({"kind": "categorical", "levels": ("a", "b", "a")}, "levels must differ, got `a` 2 times"),
        ({"kind": "categorical", "levels": ("a",), "hidden": 3}, "3 hidden levels need a bin for the rest"),
    ],
)
def test_axes_that_cannot_be(arguments: dict[str, Any], match: str) -> None:
    with pytest.raises(InputError, match=match):
        Axis("x", **arguments)


def test_size_lows_and_highs() -> None:
    axis = numbers(0, 1, 5, 5)
    assert (axis.size, axis.lows.tolist(), axis.highs.tolist()) == (3, [0, 1, 5], [1, 5, 5])
    assert Axis("x", "categorical", levels=("a", "b"), rest=True).size == 3
    assert Axis("x", "continuous").size == Axis("x", "categorical").size == 0


# --- labels


@pytest.mark.parametrize(
    ("axis", "labels"),
    [
        (numbers(0, 0.5, 1), ("0–0.5", "0.5–1")),
        (numbers(0.1 + 0.2, 1 / 3, 1e20), ("0.3–0.333333333333", "0.333333333333–1e+20")),
        (numbers(1, 1 + 1e-15, 2), ("1–1.000000000000001", "1.000000000000001–2")),
        (numbers(-20, -10, 0, 10), ("-20 – -10", "-10 – 0", "0–10")),
        (numbers(0, 1, 2, 2), ("0–1", "1–2", "2")),
        (numbers(0, 0.25, 10, 10, points=True), ("0", "0.25", "10")),
        (numbers(0, 1, 2, 5, 10, kind="count"), ("0", "1", "2–4", "5–10")),
        (numbers(0, 2.5, 10, kind="count"), ("0–2", "3–10")),
        (numbers(0, 0.25, 0.5, 10, kind="count"), ("0", "0.25–0.5", "1–10")),
        (numbers(-10, 0, 10, 10, kind="count"), ("-10 – -1", "0–9", "10")),
        (numbers(3, 4, 4, kind="count", points=True), ("3", "4")),
        (Axis("x", "boolean", levels=("false", "true")), ("false", "true")),
        (Axis("x", "categorical", levels=("b", "a"), rest=True, hidden=23), ("b", "a", "other levels (23)")),
        (Axis("x", "categorical", levels=("b",), rest=True), ("b", "other levels")),
        (Axis("x", "continuous"), ()),
    ],
)
def test_labels(axis: Axis, labels: tuple[str, ...]) -> None:
    assert axis.labels == labels
    assert len(axis.labels) == axis.size


@pytest.mark.parametrize(
    ("edges", "labels"),
    [
        (("1500-01-01", "1600-01-01", "1700-01-01"), ("1500–1600", "1600–1700")),
        (("2013-01-01", "2014-01-01", "2015-01-01"), ("2013", "2014")),
        (("2013-01-01", "2013-02-01", "2013-04-01"), ("2013-01", "2013-02 – 2013-04")),
        (("2013-01-01", "2013-01-02", "2013-01-09"), ("2013-01-01", "2013-01-02 – 2013-01-09")),
        (
            ("2013-01-01T00:00", "2013-01-01T06:00", "2013-01-02T00:00"),
            ("2013-01-01 00:00 – 2013-01-01 06:00", "2013-01-01 06:00 – 2013-01-02 00:00"),
        ),
        (("9999-01-01", "10000-01-01"), ("9999",)),
    ],
)
def test_labels_of_dates_are_as_precise_as_their_edges(edges: tuple[str, ...], labels: tuple[str, ...]) -> None:
    moments = np.array(edges, "datetime64[us]").astype(np.int64).astype(float)
    assert Axis("x", "datetime", edges=tuple(moments)).labels == labels


def test_missing_has_a_name() -> None:
    assert Axis.missing_label == "missing"


# --- which bin


def test_bins_are_closed_below_and_the_last_one_above() -> None:
    axis = numbers(0, 1, 5)
    values = np.array([0, 0.999, 1, 4.9, 5, 5.1, -0.1, np.nan])
    assert axis.bin_of_numbers(values).tolist() == [0, 0, 1, 1, 1, -1, -1, 2]


def test_a_last_edge_twice_is_a_bin_of_one_value() -> None:
    axis = numbers(0, 1, 5, 5)
    assert axis.bin_of_numbers(np.array([4.9, 5, 5.1])).tolist() == [1, 2, -1]
    assert numbers(3, 3).bin_of_numbers(np.array([3, 2, 4])).tolist() == [0, -1, -1]


def test_levels_the_rest_and_missing() -> None:
    axis = Axis("x", "categorical", levels=("b", "a"), rest=True, hidden=1)
    assert axis.bin_of_levels(["a", "b", "zebra", None, ""]).tolist() == [1, 0, 2, 3, 2]
    strict = Axis("x", "categorical", levels=("b", "a"))
    assert strict.bin_of_levels(["a", "zebra", None]).tolist() == [1, -1, 2]


def test_an_axis_without_bins() -> None:
    assert Axis("x", "continuous").bin_of_numbers(np.array([1.0, np.nan])).tolist() == [-1, 0]
    assert Axis("x", "categorical").bin_of_levels(["a", None]).tolist() == [-1, 0]


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20, unique=True), st.floats(-2e6, 2e6))
def test_a_value_lies_between_the_edges_of_its_bin(edges: list[float], value: float) -> None:
    axis = numbers(*sorted(edges))
    (place,) = axis.bin_of_numbers(np.array([value]))
    if place < 0:
        assert not axis.edges[0] <= value <= axis.edges[-1]
    else:
        assert axis.lows[place] <= value <= axis.highs[place]
        assert value < axis.highs[place] or place == axis.size - 1


def test_histogram_counts_every_row_of_the_source() -> None:
    data = column([0.5, 0.5, 1.0, 4.0, 5.0, None])
    axis = numbers(0, 1, 5)
    assert axis.bins_of(data).tolist() == [0, 1, 1, 1, 2]
    assert axis.histogram(data).tolist() == [2, 3, 1]
    texts = column(["a", "a", "b", "c", None, None])
    assert default_axis(texts).histogram(texts).tolist() == [2, 1, 1, 2]


def test_histogram_drops_no_value_silently() -> None:
    with pytest.raises(InputError, match=r"`x`: values outside its axis: -3 and 1 more\. It reaches from 0 to 5"):
        numbers(0, 5).histogram(column([-3.0, 1.0, 7.5]))
    with pytest.raises(InputError, match=r"`x`: values outside its axis: c\. Its levels: a, b"):
        Axis("x", "categorical", levels=("a", "b")).histogram(column(["a", "c"]))


def test_an_axis_of_another_kind() -> None:
    with pytest.raises(InputError, match="`x` is continuous on its axis, but categorical in these data"):
        numbers(0, 5).bins_of(column(["a", "c"]))


def test_two_million_distinct_values() -> None:
    values = np.random.default_rng(0).normal(size=2_000_000)
    data = column(values)
    assert default_axis(data).histogram(data).sum() == len(values)


# --- the default axis


def test_few_distinct_numbers_are_points() -> None:
    data = column([3.0, 0.25, 0.25, 10.0, None])
    axis = default_axis(data)
    assert axis == Axis("x", "continuous", edges=(0.25, 3.0, 10.0, 10.0), points=True)
    assert axis.bins_of(data).tolist() == [0, 1, 2, 3]
    assert default_axis(column(range(MAX_POINTS))).size == MAX_POINTS
    assert not default_axis(column(range(MAX_POINTS + 1))).points


def test_one_value_and_none() -> None:
    one = column([7, 7])
    assert default_axis(one).edges == (7, 7)
    assert default_axis(one).histogram(one).tolist() == [2, 0]
    none: list[Column] = [column([None, None], type_=type_) for type_ in (pa.float64(), pa.string(), pa.bool_())]
    for data in none:
        assert default_axis(data).size == 0
        assert default_axis(data).labels == ()
        assert default_axis(data).histogram(data).tolist() == [2]


def test_neighbouring_integers_that_share_a_float_share_a_bin() -> None:
    data = column([2**53, 2**53 + 1, 2**53 + 2], type_=pa.int64())
    axis = default_axis(data)
    assert not axis.points
    assert axis.histogram(data).sum() == 3
    wide = column([2**63 + i for i in range(200)], type_=pa.uint64())
    assert default_axis(wide).histogram(wide).sum() == 200


def test_counts_have_whole_edges() -> None:
    data = column(np.random.default_rng(0).poisson(200, 5000))
    axis = default_axis(data)
    assert all(edge == int(edge) for edge in axis.edges)
    assert axis.histogram(data).sum() == 5000
    assert axis.labels[0].count("–") == 1


def test_decimals_and_dates() -> None:
    prices = column([decimal.Decimal(i) / 100 for i in range(500)])
    assert default_axis(prices).histogram(prices).sum() == 500
    days = column([dt.date(1500, 1, 1), dt.date(9999, 12, 31), None])
    assert default_axis(days).labels == ("1500-01-01", "9999-12-31")
    assert default_axis(days).histogram(days).tolist() == [1, 1, 1]
    hours = column([dt.datetime(2013, 1, 1) + dt.timedelta(hours=i) for i in range(2000)])
    axis = default_axis(hours)
    assert axis.histogram(hours).sum() == 2000
    assert axis.labels[0] == "2012-12-31 – 2013-01-07"


def test_categories_by_falling_mass_then_the_rest() -> None:
    texts = [f"level {i:02}" for i in range(60) for _ in range(60 - i)]
    data = column(texts)
    axis = default_axis(data)
    assert axis.levels == tuple(f"level {i:02}" for i in range(MAX_LEVELS))
    assert (axis.rest, axis.hidden, axis.size) == (True, 20, MAX_LEVELS + 1)
    assert axis.labels[-1] == "other levels (20)"
    counts = axis.histogram(data)
    assert counts[0] == 60
    assert counts[MAX_LEVELS] == sum(range(1, 21))


def test_a_rest_of_one_level_is_that_level() -> None:
    axis = default_axis(column([f"level {i:02}" for i in range(MAX_LEVELS + 1)]))
    assert (axis.size, axis.rest) == (MAX_LEVELS + 1, False)


def test_booleans_in_their_natural_order() -> None:
    data = column([True, True, False, None])
    assert default_axis(data).labels == ("false", "true")
    assert default_axis(data).histogram(data).tolist() == [1, 2, 1]


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([3, 3, 1], ("3", "1")),
        ([1.5, 1.5, 2.0], ("1.5", "2")),
        ([dt.date(2013, 1, 2)], ("2013-01-02",)),
        ([dt.datetime(2013, 1, 2, 5)], ("2013-01-02 05:00:00",)),
        ([dt.datetime(2013, 1, 2, 5, 0, 0, 500_000)], ("2013-01-02 05:00:00.500000",)),
        ([True, False, True], ("true", "false")),
        ([decimal.Decimal("1.10")], ("1.10",)),
    ],
)
def test_anything_can_be_a_category(values: list[Any], texts: tuple[str, ...]) -> None:
    data = column(values, kind="categorical")
    axis = default_axis(data)
    assert axis.levels == texts
    assert axis.histogram(data).sum() == len(values)


def test_texts_of_moments_in_utc() -> None:
    moments = pa.array([0, 1_500_000], pa.timestamp("us", "UTC"))
    assert level_texts(moments).to_pylist() == ["1970-01-01 00:00:00Z", "1970-01-01 00:00:01.500000Z"]


# --- the edges of the person


def test_edges_of_the_person() -> None:
    data = column([0.0, 3.5, 10.0])
    axis = default_axis(data, [0, 1, 2, 5, 10])
    assert axis == numbers(0, 1, 2, 5, 10)
    assert axis.histogram(data).tolist() == [1, 0, 1, 1, 0]


@pytest.mark.parametrize(
    ("edges", "match"),
    [
        ([0], "Factor `x`, edges: at least two are needed, got 1"),
        ([0, 5, 5, 10], "each must be greater than the one before, got 5 to 5"),
        ([10, 0], "each must be greater than the one before, got 10 to 0"),
        ([0, 5], "must cover the data, which reach from 0 to 10; got 0 to 5"),
        ([1, 20], "must cover the data, which reach from 0 to 10; got 1 to 20"),
        ([0, float("inf")], "must be finite"),
    ],
)
def test_edges_of_the_person_that_cannot_be(edges: list[float], match: str) -> None:
    with pytest.raises(InputError, match=match):
        default_axis(column([0.0, 3.0, 10.0]), edges)


def test_edges_for_other_kinds() -> None:
    with pytest.raises(InputError, match="Factor `x`: edges are for numbers and dates, and it is categorical"):
        default_axis(column(["a"]), [0, 1])
    days = column([dt.date(2013, 1, 1), dt.date(2013, 6, 1)])
    with pytest.raises(InputError, match="reach from 2013-01-01 to 2013-06-01; got 2013-01-01 to 2013-02-01"):
        default_axis(days, np.array(["2013-01-01", "2013-02-01"], "datetime64[us]").astype(float).tolist())


@pytest.mark.parametrize("edges", [(1.0, 2.5, 7.0), (2.0, 2.0), (-9.0, 1.0, 4.0, 4.0), (10.0, 11.0), (-2.0, -1.0)])
def test_the_bins_of_a_column_are_those_of_its_numbers(edges: tuple[float, ...]) -> None:
    found = column([0.5, 1.0, 2.0, 2.5, 4.0, 6.9, 7.0, 8.0, None])
    axis = numbers(*edges)
    assert axis.bins_of(found).tolist() == [*axis.bin_of_numbers(found.numbers), axis.size]
