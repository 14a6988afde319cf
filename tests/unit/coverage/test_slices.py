"""Weak slices: every figure by its formula, repetitions folded, and on real predictions real on a held-out half."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from trimtab.core.counting.datasets import Reading, reading_of
from trimtab.core.counting.levels import Coded, Levels, code_rows, occurring_levels
from trimtab.core.errors import InputError
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import read_columns
from trimtab.core.source.spool import Source, spool
from trimtab.core.weaknesses.slices import Weaknesses, find_slices, rows_of, slices_of

Make = Callable[[dict[str, list[object]]], Source]
PREDICTIONS = Path(__file__).parents[3] / "sample_data" / "flights_predictions.parquet"
KNOWN = ("month", "hour", "origin", "carrier", "dest", "distance", "temp", "humid", "wind_speed", "precip", "visib")


@pytest.fixture(scope="module")
def predictions(tmp_path_factory: pytest.TempPathFactory) -> Source:
    return spool(PREDICTIONS, tmp_path_factory.mktemp("predictions"))


def table(n: int, seed: int, *, weak: float = 0.4) -> pd.DataFrame:
    """Three factors; rows with a = x and b = 1 have errors greater by `weak`."""
    draw = np.random.Generator(np.random.Philox(seed))
    frame = pd.DataFrame({"a": draw.choice(["x", "y", "z"], n), "b": draw.integers(0, 3, n), "c": draw.random(n) < 0.5})
    frame["error"] = draw.random(n) + weak * ((frame.a == "x") & (frame.b == 1))
    return frame


def found_in(frame: pd.DataFrame, make: Make, **options: object) -> Weaknesses:
    source = make({str(name): frame[name].tolist() for name in frame})
    columns = read_columns(source)
    levels = [occurring_levels(columns[str(name)]) for name in frame if name != "error"]
    return find_slices(source, levels, columns["error"], **options)  # type: ignore[arg-type]


def text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool | np.bool_) else str(value)


@pytest.mark.parametrize("alpha", [0.5, 0.95, 1.0])
def test_every_figure_is_its_formula(table_source: Make, alpha: float) -> None:
    frame = table(400, seed=1)
    found = found_in(frame, table_source, alpha=alpha, min_rows=5, top=3)
    n, mean = len(frame), frame.error.mean()
    p_values = {}
    for depth in (1, 2, 3):
        for factors in combinations(["a", "b", "c"], depth):
            for levels, rows in frame.groupby(list(factors)):
                if len(rows) >= 5:
                    others = frame.error.drop(rows.index)
                    pattern = tuple(zip(factors, map(text, levels), strict=True))
                    p_values[pattern] = stats.ttest_ind(rows.error, others, equal_var=False)
    assert found.tested == len(p_values)
    adjusted = dict(zip(p_values, stats.false_discovery_control([r.pvalue for r in p_values.values()]), strict=True))
    assert found.slices
    for one in found.slices:
        rows = frame[np.logical_and.reduce([frame[name].map(text) == level for name, level in one.levels.items()])]
        ss, se = len(rows), rows.error.sum()
        assert one.rows == ss
        assert one.mean_error == pytest.approx(se / ss, rel=1e-12)
        assert one.score == pytest.approx(alpha * ((se / ss) / mean - 1) - (1 - alpha) * (n / ss - 1), rel=1e-9)
        assert one.divergence == pytest.approx(se / ss - mean, rel=1e-9)
        interval = stats.t.interval(0.95, ss - 1, se / ss, rows.error.sem())
        assert one.interval == pytest.approx((max(0.0, interval[0]), interval[1]), rel=1e-9)
        key = tuple(one.levels.items())
        assert one.t == pytest.approx(p_values[key].statistic, rel=1e-9)
        assert one.p_unadjusted == pytest.approx(p_values[key].pvalue, rel=1e-6)
        assert one.p_value == pytest.approx(adjusted[key], rel=1e-6)


def test_the_planted_slice_is_found_and_its_parts_are_folded(table_source: Make) -> None:
    found = found_in(table(3000, seed=2, weak=1.5), table_source)
    assert [one.levels for one in found.slices] == [{"a": "x", "b": "1"}]
    assert found.folded > 0  # a = x and b = 1 alone, and both with c


def test_nothing_is_found_where_nothing_is_weak(table_source: Make) -> None:
    assert found_in(table(3000, seed=3, weak=0.0), table_source).slices == ()


def test_slices_of_the_same_rows_are_one_finding(table_source: Make) -> None:
    frame = table(2000, seed=4)
    frame["a_again"] = frame.a.str.upper()
    found = found_in(frame, table_source)
    assert [one.levels for one in found.slices if {"a", "a_again"} & one.levels.keys()] == [{"a": "x", "b": "1"}]


def test_wrong_or_right_is_an_error_too_and_rows_without_one_are_counted(table_source: Make) -> None:
    frame = table(1000, seed=5, weak=1.0)
    frame["error"] = (frame.error > 1).astype(object)
    frame.loc[:9, "error"] = None
    found = found_in(frame, table_source)
    assert (found.rows, found.without_error) == (990, 10)
    assert found.mean_error == pytest.approx(frame.error[10:].astype(float).mean())
    assert found.slices[0].levels == {"a": "x", "b": "1"}
    assert found.slices[0].mean_error == 1.0


def test_a_slice_and_its_rest_that_never_vary(table_source: Make) -> None:
    found = found_in(pd.DataFrame({"a": ["x"] * 40 + ["y"] * 60, "error": [1.0] * 40 + [0.0] * 60}), table_source)
    (one,) = found.slices
    assert (one.levels, one.t, one.p_value) == ({"a": "x"}, None, 0.0)


def test_top_slices_of_real_predictions_stay_weak_on_a_held_out_half(
    predictions: Source, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = read_columns(predictions)
    levels = [occurring_levels(columns[name]) for name in KNOWN]
    coded = code_rows(predictions, levels, {"error": reading_of(columns["error"])})
    errors = coded.numbers["error"]
    half = np.random.Generator(np.random.Philox(11)).permutation(coded.rows) < coded.rows // 2
    found = slices_of(part(coded, half), levels, errors[half], top=10)
    held_out = errors[~half]
    stay = [float(held_out[rows_of(one, part(coded, ~half))].mean()) > held_out.mean() for one in found.slices]
    with capsys.disabled():
        print(f"\nweak slices whose error stays above the mean on the held-out half: {sum(stay)} of {len(stay)}")
    assert len(stay) == 10
    assert sum(stay) >= 6


def part(coded: Coded, rows: np.ndarray) -> Coded:
    return Coded(int(rows.sum()), {name: codes[rows] for name, codes in coded.codes.items()}, {})


def test_least_rows_by_default(predictions: Source) -> None:
    columns = read_columns(predictions)
    found = find_slices(predictions, [occurring_levels(columns["carrier"])], columns["error"])
    assert found.min_rows == 600
    assert all(one.rows >= 600 and one.divergence > 0 and one.p_value <= 0.05 for one in found.slices)
    scores = [one.score for one in found.slices]
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("errors", "message"),
    [
        ([0.25] * 4, "Error `error`: it is 0.25 in every row, so no slice is worse than another"),
        ([1.0, -0.5, 0.0, 2.0], "errors must not be negative, got -0.5"),
        (["low", "high", "low", "low"], "Error `error`: it is categorical; give a column of numbers"),
        ([None] * 4, "Error `error`: no row has a value|Error `error`: it is categorical"),
    ],
)
def test_errors_that_say_nothing(table_source: Make, errors: list[object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        found_in(pd.DataFrame({"a": list("xxyy"), "error": errors}), table_source)


def test_an_infinite_error() -> None:
    levels = [Levels(Axis("a", "categorical", levels=("x",)), Reading("text", "VARCHAR"), (0,), missing=False)]
    coded = Coded(3, {"a": np.zeros(3, dtype=np.uint8)}, {})
    with pytest.raises(InputError, match="Error `wrong`: errors must be finite, and 1 are not"):
        slices_of(coded, levels, np.array([1.0, np.inf, 0.0]), error="wrong")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"alpha": 0.0}, "alpha must be above 0 and at most 1, got 0"),
        ({"alpha": 1.5}, "alpha must be above 0 and at most 1, got 1.5"),
        ({"min_rows": 1}, "at least 2 rows to vary, got a minimum of 1"),
        ({"top": 0}, "at least 1 slice, got 0"),
        ({"max_factors": 0}, "they name 1 to 3 factors, got 0"),
        ({"max_factors": 4}, "they name 1 to 3 factors, got 4"),
    ],
)
def test_options_out_of_range(table_source: Make, options: dict[str, float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        found_in(table(50, seed=6), table_source, **options)


def test_no_factor(predictions: Source) -> None:
    levels: list[Levels] = []
    with pytest.raises(InputError, match="Slices: name at least one factor"):
        find_slices(predictions, levels, read_columns(predictions)["error"])


def test_slices_name_as_many_factors_as_asked(table_source: Make) -> None:
    frame = table(3000, seed=2, weak=1.5)
    alone = found_in(frame, table_source, max_factors=1)
    assert {frozenset(one.levels.items()) for one in alone.slices} == {frozenset({("a", "x")}), frozenset({("b", "1")})}
    assert alone.tested < found_in(frame, table_source, max_factors=2).tested


def test_many_cells_are_sorted_not_mapped(table_source: Make) -> None:
    n = 500
    frame = pd.DataFrame({"a": [f"a{i // 2}" for i in range(n)], "b": [f"b{i // 2}" for i in range(n)]})
    frame["error"] = np.where(frame.a == "a7", 1.0, 0.1) + np.arange(n) * 1e-6
    found = found_in(frame, table_source, min_rows=2, alpha=1.0)
    assert found.tested == 3 * n // 2
    assert found.slices[0].levels == {"a": "a7"}
