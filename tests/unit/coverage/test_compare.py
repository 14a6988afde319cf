"""Data sets side by side: the counts are those of the files, the distances those of the textbooks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import ks_2samp, wasserstein_distance

from trimtab.core.coverage.compare import FactorComparison, compare
from trimtab.core.coverage.measures import MEASURES
from trimtab.core.errors import InputError
from trimtab.core.source.axes import Axis, default_axis
from trimtab.core.source.columns import encode


def one(folder: Path, axis: Axis, **sets: pa.Array) -> FactorComparison:
    for name, values in sets.items():
        pq.write_table(pa.table({axis.factor: values}), folder / f"{name}.parquet")
    (found,) = compare({name: folder / f"{name}.parquet" for name in sets}, {axis.factor: axis})
    return found


def test_points_give_the_figures_of_scipy(tmp_path: Path) -> None:
    generator = np.random.default_rng(5)
    a, b = generator.integers(0, 30, 2000), generator.binomial(30, 0.4, 1500)
    axis = default_axis(encode("x", pa.chunked_array([np.concatenate([a, b])]), None))
    assert axis.points
    found = one(tmp_path, axis, a=pa.array(a), b=pa.array(b))
    p, q = np.bincount(a, minlength=31) / 2000, np.bincount(b, minlength=31) / 1500
    assert found.distances["b"]["tv"] == pytest.approx(0.5 * np.abs(p - q).sum(), abs=1e-12)
    assert found.distances["b"]["js"] == pytest.approx(jensenshannon(p, q, base=2), abs=1e-12)
    assert found.distances["b"]["ks"] == pytest.approx(ks_2samp(a, b).statistic, abs=1e-12)
    assert found.distances["b"]["wasserstein"] == pytest.approx(wasserstein_distance(a, b), abs=1e-12)
    assert found.distances["a"] == dict.fromkeys(MEASURES, 0)


def test_intervals_stay_near_the_raw_figures(tmp_path: Path) -> None:
    generator = np.random.default_rng(6)
    a, b = generator.normal(0, 1, 4000), generator.normal(0.5, 1, 4000)
    axis = Axis("x", "continuous", edges=tuple(np.linspace(-6, 6, 49)))  # bins of a quarter
    found = one(tmp_path, axis, a=pa.array(a), b=pa.array(b))
    ks, moved = found.distances["b"]["ks"], found.distances["b"]["wasserstein"]
    assert ks is not None
    assert moved is not None
    assert ks_2samp(a, b).statistic - 0.05 < ks <= ks_2samp(a, b).statistic
    # Each row counts at the middle of its bin, so it is at most half a bin away, in either set.
    assert moved == pytest.approx(wasserstein_distance(a, b), abs=0.25)


def test_disjoint_sets_are_as_far_as_can_be(tmp_path: Path) -> None:
    axis = Axis("x", "count", edges=(0, 1, 1), points=True)
    found = one(tmp_path, axis, a=pa.array([0, 0]), b=pa.array([1]))
    assert found.distances["b"] == dict.fromkeys(MEASURES, 1)


def test_values_outside_the_axis_are_counted_and_never_dropped(tmp_path: Path) -> None:
    axis = Axis("x", "continuous", edges=(0.0, 5.0, 10.0))
    found = one(tmp_path, axis, a=pa.array([1.0, 6.0, None]), b=pa.array([-3.0, 1.0, 11.0, 12.0, None, None]))
    assert found.labels == ("below 0", "0–5", "5–10", "above 10", "missing")
    assert {name: counts.tolist() for name, counts in found.counts.items() if counts is not None} == {
        "a": [0, 1, 1, 0, 1],
        "b": [1, 1, 0, 2, 2],
    }
    # Of rows with a value: ½, ½ at 2.5 and 7.5 against ¼ at -3, ¼ at 2.5, ½ at 11.5, the mean of those above.
    assert found.distances["b"]["wasserstein"] == pytest.approx(0.25 * 5.5 + 0 * 5 + 0.5 * 4)
    assert found.distances["b"]["ks"] == pytest.approx(0.5)
    assert found.distances["b"]["tv"] == pytest.approx(0.5 * (1 / 6 + 1 / 6 + 1 / 3 + 2 / 6 + 0))


def test_how_far_a_value_lies_outside_counts(tmp_path: Path) -> None:
    column = encode("x", pa.chunked_array([pa.array([1, 2, 3])]), None)
    pq.write_table(pa.table({"x": [1, 2, 3]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"x": [1, 2, 1_000_000]}), tmp_path / "b.parquet")
    (found,) = compare({name: tmp_path / f"{name}.parquet" for name in "ab"}, {"x": default_axis(column)})
    assert found.distances["b"]["wasserstein"] == pytest.approx(333_332.33, abs=0.01)
    assert found.between("b", "a") == found.between("a", "b")


def test_between_single_values_others_are_unseen(tmp_path: Path) -> None:
    values = [0.5, 1.0, 2.0, 5.0]
    column = encode("x", pa.chunked_array([pa.array(values)]), None)
    pq.write_table(pa.table({"x": values}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"x": pa.array([0.7, 1.0, 2.0, 9.0], pa.float32())}), tmp_path / "b.parquet")
    sets = {name: tmp_path / f"{name}.parquet" for name in "ab"}
    (found,) = compare(sets, {"x": default_axis(column)}, {"x": column})
    assert found.labels == ("0.5", "1", "2", "5", "above 5", "unseen values", "missing")
    assert found.counts["b"] is not None
    assert found.counts["b"].tolist() == [0, 1, 1, 0, 1, 1, 0]
    assert found.distances["b"]["tv"] == pytest.approx(0.5)
    assert found.distances["b"]["wasserstein"] == pytest.approx((0.2 + 4.0) / 4)


def test_between_single_dates_a_second_is_another_one(tmp_path: Path) -> None:
    days = np.array(["2024-01-01", "2024-01-02", "2024-01-03"], dtype="datetime64[us]")
    column = encode("x", pa.chunked_array([pa.array(days)]), None)
    pq.write_table(pa.table({"x": days}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"x": days + np.array([0, 1_000_000, 0])}), tmp_path / "b.parquet")
    sets = {name: tmp_path / f"{name}.parquet" for name in "ab"}
    (found,) = compare(sets, {"x": default_axis(column)}, {"x": column})
    assert found.distances["b"]["tv"] == pytest.approx(1 / 3)
    assert found.distances["b"]["wasserstein"] == pytest.approx(1 / 3, rel=1e-2)


def test_unseen_levels_have_a_bin_of_their_own(tmp_path: Path) -> None:
    axis = Axis("x", "categorical", levels=("a", "b"))
    found = one(tmp_path, axis, a=pa.array(["a", "b"]), b=pa.array(["a", "z", "z", None]))
    assert found.labels == ("a", "b", "unseen levels", "missing")
    assert {name: counts.tolist() for name, counts in found.counts.items() if counts is not None} == {
        "a": [1, 1, 0, 0],
        "b": [1, 0, 2, 1],
    }
    assert (found.distances["b"]["ks"], found.distances["b"]["wasserstein"]) == (None, None)
    assert found.distances["b"]["tv"] == pytest.approx(0.75)


def test_levels_of_the_rest_are_told_from_unseen_ones_by_the_columns(tmp_path: Path) -> None:
    column = encode("x", pa.chunked_array([["a", "a", "b", "c"]]), None)
    axis = Axis("x", "categorical", levels=("a",), rest=True, hidden=2)
    pq.write_table(pa.table({"x": ["a", "b", "new"]}), tmp_path / "a.parquet")
    (found,) = compare({"a": tmp_path / "a.parquet"}, {"x": axis}, {"x": column})
    assert found.labels == ("a", "other levels (2)", "unseen levels", "missing")
    assert found.counts["a"] is not None
    assert found.counts["a"].tolist() == [1, 1, 1, 0]


def test_dates_move_by_seconds(tmp_path: Path) -> None:
    day = 86_400_000_000
    axis = Axis("x", "datetime", edges=(0, day, 2 * day))
    found = one(tmp_path, axis, a=pa.array([0], pa.date32()), b=pa.array([day + 5, 3 * day], pa.timestamp("us")))
    assert found.labels == ("1970-01-01", "1970-01-02", "above 1970-01-03", "missing")
    assert found.distances["b"]["wasserstein"] == pytest.approx(0.5 * 86_400 + 0.5 * 2.5 * 86_400)


def test_a_set_without_the_factor_or_without_rows_has_no_distance(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": [1.0]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"y": [1.0]}), tmp_path / "b.parquet")
    pq.write_table(pa.table({"x": pa.array([], pa.float64())}), tmp_path / "c.parquet")
    pq.write_table(pa.table({"x": pa.array([None, None], pa.float64())}), tmp_path / "d.parquet")
    axis = Axis("x", "continuous", edges=(0.0, 2.0))
    (found,) = compare({name: tmp_path / f"{name}.parquet" for name in "abcd"}, {"x": axis})
    assert found.counts["b"] is None
    assert {name: found.distances[name]["tv"] for name in "abcd"} == {"a": 0.0, "b": None, "c": None, "d": 1.0}
    assert {name: found.distances[name]["ks"] for name in "abcd"} == {"a": 0.0, "b": None, "c": None, "d": None}


def test_progress_and_faults(tmp_path: Path) -> None:
    pq.write_table(pa.table({"x": [1.0]}), tmp_path / "a.parquet")
    axis = Axis("x", "continuous", edges=(0.0, 2.0))
    said: list[tuple[int, int, str]] = []
    compare({"A": tmp_path / "a.parquet"}, {"x": axis}, progress=lambda *step: said.append(step))
    assert said == [(0, 1, "counting A"), (1, 1, "counted")]
    with pytest.raises(InputError, match=r"b\.parquet: there is no such file"):
        compare({"B": tmp_path / "b.parquet"}, {"x": axis})
