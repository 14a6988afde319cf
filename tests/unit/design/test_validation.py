"""A design against real columns: every fault at once, each naming the nearest right thing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from trimtab.core.design.design import Design
from trimtab.core.design.factors import Factor
from trimtab.core.design.validation import check_against, check_tables, event_predicate, factor_axis, held_codes
from trimtab.core.errors import InputError
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import Column, encode


def column(name: str, values: Any, kind: Any = None, type_: pa.DataType | None = None) -> Column:
    return encode(name, pa.chunked_array([pa.array(values, type_)]), kind)


@pytest.fixture(scope="module")
def columns() -> dict[str, Column]:
    rng = np.random.default_rng(7)
    made = [
        column("visib", [0.0, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, None]),
        column("delay", rng.normal(10, 30, 2000).round(1)),
        column("hour", rng.integers(0, 500, 2000)),
        column("origin", ["JFK", "LGA", "EWR", "LGA"]),
        column("dest", [f"D{i:02}" for i in range(60)]),
        column("late", [True, False, None]),
        column("day", np.arange("2013-01-01", "2014-01-01", dtype="datetime64[D]")),
        column("month", list(range(1, 13)), "categorical"),
        column("tail", [None, None], type_=pa.float64()),
    ]
    return {one.name: one for one in made}


def design(**parts: Any) -> Design:
    return Design(name="x", source={"path": "flights.parquet"}, **parts)


def target(family: str, **parameters: Any) -> Factor:
    return Factor(role="target", target={"family": family, **parameters})


def test_a_design_that_fits_passes(columns: dict[str, Column]) -> None:
    check_against(
        design(
            factors={
                "visib": {"role": "target", "target": {"family": "histogram", "weights": [1] * 7}, "missing": 0.1},
                "delay": {
                    "edges": [-200, 0, 200],
                    "role": "target",
                    "target": {"family": "histogram", "weights": [1, 2]},
                },
                "origin": {"role": "hold", "values": ["LGA", "JFK"]},
                "late": {"role": "target", "target": {"family": "categorical", "weights": {True: 1, False: 3}}},
                "day": {"role": "hold", "values": ["2013-05-31", "2013-06-01 00:00:00"]},
                "month": {"role": "hold", "value": 5},
                "dest": {"role": "target", "target": {"family": "categorical", "weights": {"D59": 1}, "rest": 0.9}},
            },
            events={
                "fog": {"when": "visib < 2 AND late", "rate": 0.1},
                "may": {"when": "day BETWEEN '2013-05-01' AND '2013-05-31' OR month = '5'", "rows": 3},
            },
        ),
        columns,
    )


def test_every_fault_is_told_at_once(columns: dict[str, Column]) -> None:
    wrong = design(
        factors={
            "visb": {"role": "keep"},
            "visib": {"role": "target", "target": {"family": "histogram", "weights": [1, 2]}},
            "delay": {"edges": [0, 10]},
            "hour": {"edges": ["2013-01-01", "2013-01-02"]},
            "origin": {"role": "hold", "value": "LGB"},
            "late": {"role": "target", "target": {"family": "normal", "mean": 0, "sd": 1}},
            "day": {"role": "hold", "value": "2013-13-01"},
            "month": {"edges": [0, 12]},
            "tail": {"role": "target", "target": {"family": "uniform", "low": 0, "high": 1}},
            "dest": {"role": "drop"},
        },
        events={
            "unknown": {"when": "vsib < 2", "rate": 0.1},
            "files": {"when": "delay > (SELECT 1)", "rate": 0.1},
            "pair": {"when": "visib < 2 OR delay < hour", "rate": 0.1},  # conditions over several columns are fine
            "dropped": {"when": "dest = 'D01'", "rate": 0.1},
        },
    )
    with pytest.raises(InputError, match="visb") as caught:
        check_against(wrong, columns)
    lines = str(caught.value).split("\n")
    expected = [
        "Factor `visb`: the source has no such column. Did you mean `visib`? Known: visib, delay, hour",
        "Target of `visib`: weights must be one per bin, got 2 for 7 bins.",
        "Factor `delay`, edges: they must cover the data, which reach from",
        "Factor `hour`: edges must be numbers for a count factor, got '2013-01-01'.",
        "Factor `origin`: the value 'LGB' never occurs in the source, so it can't be held. Did you mean `LGA`?",
        "Target of `late`: the family normal does not suit a boolean factor; these do: empirical,",
        "Factor `day`: a held value must be a date for a datetime factor; '2013-13-01' is not a date such as",
        "Factor `month`: edges are for numbers and dates, and it is categorical.",
        "Target of `tail`: the source has no value of this factor",
        "Event `unknown`: there is no column `vsib`. Did you mean `visib`?",
        "Event `files`: a sub-query is not allowed",
        "Event `dropped`: `dest` has role drop, so the rows don't have it and nothing can name it.",
    ]
    assert len(lines) == len(expected)
    for line, start in zip(lines, expected, strict=True):
        assert line.startswith(start)


def test_every_part_of_a_design_is_checked(columns: dict[str, Column]) -> None:
    wrong = design(
        factors={
            "gain": {"role": "derive", "expression": "delay - nothing"},
            "speed": {"role": "derive", "expression": "gain / 2"},
            "hour": {"edges": [0, 10]},
            "day": {"role": "hold", "value": "2013-05-31"},
        },
        pairs=[
            {"factors": ["visib", "orgin"], "target": "independent"},
            {"factors": ["visib", "origin"], "weights": [[1, 2, 3]]},
            {"factors": ["hour", "origin"], "weights": [[1]]},
            {"factors": ["speed", "origin"], "target": "independent"},
        ],
        events={"fast": {"when": "speed > 3", "rate": 0.1}},
        levels={"origin": {"score": "origin", "cuts": [0], "shares": {"a": 0.5, "b": 0.5}}},
        labels={"grade": {"rule": "'x'"}, "claimed": {"probability": "late"}},
        rules=["delay", "delay > nothing", "1 = 1"],
        sweeps=[{"factor": "day", "values": ["2013-01-01", "2013-01-02"], "groups": 1}],
        floors=[{"factors": ["delay", "hour", "dest", "day"], "strength": 4}, {"factors": ["visib", "claimd"]}],
    )
    with pytest.raises(InputError, match="gain") as caught:
        check_against(wrong, columns)
    lines = str(caught.value).split("\n")
    expected = [
        "Level mix `origin`: its column `origin` would have the name of `origin` of the source.",
        "Factor `hour`, edges: they must cover the data",
        "Factor `gain`: there is no column `nothing`.",  # once, though `speed` and `fast` need it
        "Level mix `origin`, score: no column can be computed from itself: origin → origin.",
        "Label `grade`: `'x'` names no column",
        "Label `claimed`, probability: `late` must be a number for each row.",
        "Rule `delay`: `delay` must be true or false for each row",
        "Rule `delay > nothing`: there is no column `nothing`.",
        "Rule `1 = 1`: `1 = 1` names no column: it is the same for every row.",
        "Pair `visib × orgin`: there is no factor `orgin`. Did you mean `origin`?",
        "Sweep `day`: `day` has role hold, so it can't vary.",
        "Floor `visib, claimd`: there is no factor `claimd`. Did you mean `claimed`?",
        "Pair `visib × origin`: `weights` must have 7 rows",
    ]
    assert len(lines) == len(expected)
    for line, start in zip(lines, expected, strict=True):
        assert line.startswith(start)


def test_a_target_that_is_fitted_is_checked_as_it_is_fitted(columns: dict[str, Column]) -> None:
    part = {"family": "tail", "weight": 1, "above": 30}
    parts = [{"family": "histogram", "weight": 2, "weights": [1, 2]}, part]
    asked = {"delay": {"role": "target", "edges": [-200, 0, 200], "target": {"family": "mixture", "parts": parts}}}
    check_against(design(factors=asked), columns)
    with pytest.raises(InputError, match=r"^Target of `delay`: "):
        check_against(
            design(factors={"delay": {"role": "target", "target": {"family": "tail", "above": 1e6}}}), columns
        )


def test_tables_are_checked_again_on_the_axes_of_what_is_computed() -> None:
    asked = design(
        factors={"gain": {"role": "derive", "expression": "a - b"}},
        pairs=[{"factors": ["gain", "late"], "weights": [[1, 2]]}],
    )
    axes = {
        "gain": Axis("gain", "continuous", edges=(0, 1, 2, 3)),
        "late": Axis("late", "boolean", levels=("false", "true")),
    }
    check_tables(asked, {"late": axes["late"]})
    with pytest.raises(
        InputError, match=r"^Pair `gain × late`: `weights` must have 3 rows, one for each bin of `gain`"
    ):
        check_tables(asked, axes)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("visib", 3, "the value 3 never occurs in the source, so it can't be held. The nearest: 2 and 5."),
        ("visib", "low", "a held value must be a number for a continuous factor, got 'low'."),
        ("visib", True, "a held value must be a number for a continuous factor, got True."),
        ("day", 2013, "a held value must be a date such as 2013-05-31 for a datetime factor, got 2013."),
        ("day", "2015-01-01", "the value '2015-01-01' never occurs in the source, so it can't be held. The nearest:"),
        ("late", "yes", "the value 'yes' never occurs in the source, so it can't be held. Known: false, true."),
        ("tail", 1, "the value 1 never occurs in the source, so it can't be held."),
    ],
)
def test_a_held_value_must_occur(columns: dict[str, Column], name: str, value: Any, message: str) -> None:
    with pytest.raises(InputError, match="held") as caught:
        held_codes(name, Factor(role="hold", value=value), columns[name])
    assert str(caught.value).startswith(f"Factor `{name}`: {message}")


def test_held_codes_are_positions_of_the_values(columns: dict[str, Column]) -> None:
    def held(name: str, *values: Any) -> list[Any]:
        codes = held_codes(name, Factor(role="hold", values=values), columns[name])
        return [columns[name].values[code].as_py() for code in codes]

    assert held("visib", 10, 0.25) == [10, 0.25]
    assert held("origin", "JFK", "LGA") == ["JFK", "LGA"]
    assert held("late", True, "false") == [True, False]
    assert held("month", 5, "12") == [5, 12]
    assert [str(day) for day in held("day", "2013-05-31")] == ["2013-05-31"]


def test_the_axis_gives_named_levels_a_bin_of_their_own(columns: dict[str, Column]) -> None:
    axis = factor_axis("dest", target("categorical", weights={"D59": 1, "D00": 1}), columns["dest"])
    assert axis.levels[-1] == "D59"
    assert (axis.size, axis.hidden) == (42, 19)
    assert axis.histogram(columns["dest"]).tolist() == [1] * 41 + [19, 0]


def test_the_axis_has_edges_where_a_target_needs_them(columns: dict[str, Column]) -> None:
    numbers = columns["delay"].numbers
    counts = columns["delay"].counts[:-1]
    asked = target("empirical", low=-5, high=7.5)
    axis = factor_axis("delay", asked, columns["delay"])
    assert asked.target is not None
    masses = asked.target.masses(axis, axis.histogram(columns["delay"])[:-1])
    inside = (numbers >= -5) & (numbers <= 7.5)
    bins = axis.bins_of(columns["delay"])[:-1]
    assert np.array_equal(masses[bins] > 0, inside)
    assert masses[np.unique(bins[inside])] == pytest.approx(
        np.bincount(bins[inside], counts[inside])[np.unique(bins[inside])] / counts[inside].sum()
    )


@pytest.mark.parametrize("value", [0, 0.3, 2, 7, 10])
def test_a_constant_has_a_bin_without_any_other_value(columns: dict[str, Column], value: float) -> None:
    asked = target("constant", value=value)
    axis = factor_axis("visib", asked, columns["visib"])
    assert asked.target is not None
    masses = asked.target.masses(axis, axis.histogram(columns["visib"])[:-1])
    (bin_,) = np.flatnonzero(masses)
    held = columns["visib"].numbers[axis.bins_of(columns["visib"])[:-1] == bin_]
    assert set(held) <= {value}
    inside = asked.target.quantile_within(axis.lows[bin_], axis.highs[bin_], np.zeros(1), False)
    assert inside is not None
    assert axis.bin_of_numbers(inside) == bin_


def test_the_axis_reaches_as_far_as_the_family(columns: dict[str, Column]) -> None:
    axis = factor_axis("visib", target("uniform", low=-1, high=20), columns["visib"])
    assert (axis.edges[0], axis.edges[-1]) == (-1, 20)
    assert axis.histogram(columns["visib"]).sum() == 8
    dates = factor_axis("day", target("uniform", low="2012-12-01", high="2014-02-01"), columns["day"])
    assert dates.labels[0].startswith("2012-12")


def test_an_event_s_predicate_is_read_over_the_columns_kinds(columns: dict[str, Column]) -> None:
    asked = design(events={"may": {"when": "MONTH = '5' AND visib < 2", "rate": 0.1}})
    predicate = event_predicate(asked, "may", columns)
    assert predicate.columns == ("month", "visib")
    with pytest.raises(InputError, match=r"Event `may`: `month` is a text and `5` is a number.* Write '5'"):
        event_predicate(asked.with_event("may", when="month = 5"), "may", columns)
