"""Promises of pairs, on tables made by hand: independence, rank correlations and weights, kept and broken."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from scipy.optimize import brentq
from scipy.stats import multivariate_normal, spearmanr

from tests.controls import figures
from trimtab.core.delivery.measuring.promise import Promise
from trimtab.core.delivery.receipt import verify
from trimtab.core.delivery.tolerance import marginal_tolerance, rank_tolerance
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

Make = Callable[..., Source]
Open = Callable[..., Study]
COLORS, SIZES = ["red", "blue", None], [1, 2, 3, None]


def rows_of(table: Sequence[Sequence[int]]) -> dict[str, list[Any]]:
    """Rows with so many of each combination of COLORS and SIZES."""
    pairs = [
        (color, size)
        for color, row in zip(COLORS, table, strict=True)
        for size, count in zip(SIZES, row, strict=True)
        for _ in range(count)
    ]
    return {"color": [pair[0] for pair in pairs], "size": [pair[1] for pair in pairs]}


@pytest.fixture
def source(table_source: Make) -> Source:
    return table_source(rows_of([[30, 5, 5, 4], [5, 20, 5, 3], [3, 2, 2, 1]]))


def measured(study: Study, rows: dict[str, Any], file: Path) -> Promise:
    table = pa.table(rows)
    (pyarrow.csv.write_csv if file.suffix == ".csv" else pq.write_table)(table, file)
    return next(promise for promise in verify(file, study) if promise.promise.startswith("pair "))


@pytest.mark.parametrize("file", ["a.parquet", "a.csv"])
def test_independent_is_the_product_of_the_own_marginals(
    source: Source, open_: Open, tmp_path: Path, file: str
) -> None:
    study = open_(source, "pairs: [{factors: [color, size], target: independent}]")
    product = np.outer([60, 30, 10], [40, 30, 20, 10]) // 10
    found = measured(study, rows_of(product.tolist()), tmp_path / file)
    tolerance = marginal_tolerance(product.ravel() / 1000, 1000)
    assert figures(found) == ("pair color × size", 0.0, pytest.approx(0, abs=1e-12), pytest.approx(tolerance), True)

    def moved(rows: int) -> Promise:
        """Rows moved around a square: all marginals stay, and 4 cells are off by so many rows."""
        table = product.copy()
        table[:2, :2] += np.array([[rows, -rows], [-rows, rows]])
        return measured(study, rows_of(table.tolist()), tmp_path / file)

    limit = int(tolerance * 1000 / 2)
    assert moved(limit).delivered == pytest.approx(2 * limit / 1000)
    assert (moved(limit).kept, moved(limit + 1).kept) == (True, False)


def test_missing_values_may_not_go_together_either(source: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(source, "pairs: [{factors: [color, size], target: independent}]")
    product = np.outer([60, 30, 10], [40, 30, 20, 10]) // 10
    product[2, 3] += 80
    product[0, 3] -= 50
    product[2, 0] -= 30
    assert not measured(study, rows_of(product.tolist()), tmp_path / "a.parquet").kept


def test_values_outside_of_an_axis_were_never_requested(source: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(source, "pairs: [{factors: [color, size], target: independent}]")
    product = np.outer([60, 30, 10], [40, 30, 20, 10]) // 10
    rows = rows_of(product.tolist())
    rows["size"] = [99 if size == 3 else size for size in rows["size"]]
    found = measured(study, rows, tmp_path / "a.parquet")
    assert found.delivered == pytest.approx(0.2)
    assert not found.kept


def correlated_rows(generator: np.random.Generator, n: int, rho: float) -> dict[str, np.ndarray]:
    law = multivariate_normal([0, 0], [[1, rho], [rho, 1]])
    drawn = np.clip(np.round(law.rvs(n, random_state=generator) * 2), -6, 6)
    return {"x": drawn[:, 0], "y": drawn[:, 1]}


@pytest.mark.parametrize("n", [400, 10_000])
def test_a_rank_correlation_is_spearmans(table_source: Make, open_: Open, tmp_path: Path, n: int) -> None:
    generator = np.random.default_rng(4)
    source = table_source({name: own.tolist() for name, own in correlated_rows(generator, 20_000, 0.0).items()})
    rows = correlated_rows(generator, n, 0.5)
    rows["x"][:20], rows["y"][10:30] = np.nan, np.nan
    known = ~np.isnan(rows["x"]) & ~np.isnan(rows["y"])
    rho = float(spearmanr(rows["x"][known], rows["y"][known]).statistic)
    table = {name: pa.array(own, from_pandas=True) for name, own in rows.items()}
    cells = len({*zip(rows["x"][known].tolist(), rows["y"][known].tolist(), strict=True)})
    slack = partial(rank_tolerance, rows=int(known.sum()), cells=cells)
    highest = brentq(lambda asked: asked - rho - slack(asked), rho, 1)
    lowest = brentq(lambda asked: rho - asked - slack(asked), -1, rho)
    for asked, kept in ((rho, True), (highest - 1e-6, True), (highest + 1e-6, False), (lowest - 1e-6, False)):
        study = open_(source, f"pairs: [{{factors: [x, y], rank_correlation: {asked!r}}}]")
        found = measured(study, table, tmp_path / "a.parquet")
        assert (found.requested, found.kept) == (asked, kept)
        assert found.delivered == pytest.approx(rho, abs=1e-9)


def test_independent_draws_miss_the_tolerance_as_often_as_one_and_a_half_deviations_say() -> None:
    """Of a normal law 13.4 % lie further out."""
    generator, n, repeats = np.random.default_rng(5), 2_000, 600
    found = np.array(
        [spearmanr(*generator.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], n).T).statistic for _ in range(repeats)]
    )
    true = 6 / np.pi * np.arcsin(0.25)
    missed = float((np.abs(found - true) > rank_tolerance(true, n, 0)).mean())
    # A count of 600 with p = 0.134 lies within 4 standard errors, 0.056; Bonett and Wright's is an approximation.
    assert missed == pytest.approx(0.134, abs=0.056)


def test_the_tolerance_of_a_rank_correlation_has_its_limits() -> None:
    assert rank_tolerance(0.0, 10_000, 0) == pytest.approx(0.015)
    assert rank_tolerance(1.0, 10_000, 1_200) == pytest.approx(0.003)
    assert rank_tolerance(0.0, 100, 10**6) == pytest.approx(0.3)


def test_a_rank_correlation_needs_two_factors_that_vary(table_source: Make, open_: Open, tmp_path: Path) -> None:
    study = open_(
        table_source({"x": [1, 2, 3, 4], "y": [1, 3, 2, 4]}), "pairs: [{factors: [x, y], rank_correlation: 0.5}]"
    )
    one = measured(study, {"x": [1, 1], "y": [1, 2]}, tmp_path / "a.parquet")
    assert figures(one) == ("pair x × y", 0.5, "one of the two does not vary", 0.0, False)
    none = measured(
        study, {"x": pa.array([1, None], pa.int64()), "y": pa.array([None, 1], pa.int64())}, tmp_path / "a.parquet"
    )
    assert none.delivered == "no row has both values"


TABLE = "pairs: [{factors: [color, size], weights: {red: {'1': 4, '2': 1}, blue: {'1': 1, '2': 4}}}]"


def test_a_table_is_raked_to_the_delivered_marginals(source: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(source, f"factors: {{color: {{role: keep}}, size: {{role: keep}}}}\n{TABLE}")
    # Odds ratio 16 in the four cells that the table speaks of; all others are free.
    right = [[80, 10, 30, 10], [10, 20, 5, 0], [7, 0, 0, 1]]
    assert measured(study, rows_of(right), tmp_path / "a.parquet").delivered == pytest.approx(0, abs=1e-9)
    wrong = [[70, 20, 30, 10], [20, 10, 5, 0], [7, 0, 0, 1]]
    found = measured(study, rows_of(wrong), tmp_path / "a.parquet")
    assert not found.kept
    # The raked table has the marginals 90, 30 and 90, 30 and the odds ratio 16: a(a - 60) = 16 (90 - a)².
    a = float(next(root.real for root in np.roots([15, -2820, 129600]) if 60 < root.real < 90))
    assert found.delivered == pytest.approx(0.5 * 4 * abs(70 - a) / 173, abs=1e-6)


def test_a_factor_that_follows_takes_its_shares_from_the_table(source: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(source, f"factors: {{size: {{role: keep}}}}\n{TABLE}")
    right = [[80, 5, 0, 0], [20, 20, 0, 0], [0, 0, 0, 0]]
    assert measured(study, rows_of(right), tmp_path / "a.parquet").delivered == pytest.approx(0, abs=1e-9)
    wrong = [[90, 5, 0, 0], [10, 20, 0, 0], [0, 0, 0, 0]]
    assert measured(study, rows_of(wrong), tmp_path / "a.parquet").delivered == pytest.approx(20 / 2 / 125, abs=1e-9)


def test_a_table_that_can_not_be_there_says_why(source: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(source, f"factors: {{color: {{role: keep}}, size: {{role: keep}}}}\n{TABLE}")
    found = measured(study, rows_of([[0, 0, 5, 0], [0, 0, 5, 0], [1, 1, 0, 0]]), tmp_path / "a.parquet")
    assert not found.kept
    assert "no row would have any of the combinations" in str(found.delivered)


def test_a_pair_of_what_is_computed(table_source: Make, open_: Open, tmp_path: Path) -> None:
    x = list(range(100))
    source = table_source({"x": x, "c": ["a", "b"] * 50})
    design = """
factors: {half: {role: derive, expression: "x / 2"}}
levels: {part: {score: "x", cuts: [50], shares: {low: 0.5, high: 0.5}}}
labels: {big: {rule: "x >= 50", noise: 0.1}}
pairs: [{factors: [part, c], target: independent}]
"""
    rows: dict[str, Any] = {"x": x, "c": ["a", "b"] * 50}
    # The level is computed from x: no column of it is needed.
    study = open_(source, design)
    assert measured(study, rows, tmp_path / "a.csv").delivered == pytest.approx(0, abs=1e-12)
    together = {**rows, "c": ["a"] * 50 + ["b"] * 50}
    assert measured(study, together, tmp_path / "a.csv").delivered == pytest.approx(0.5)
    # A label with noise is the clean one, whatever the column says.
    study = open_(source, design.replace("[part, c]", "[big, c]"))
    assert measured(study, {**together, "big": [True, False] * 50}, tmp_path / "a.csv").delivered == pytest.approx(0.5)
    study = open_(source, design.replace("[part, c], target: independent", "[half, x], rank_correlation: 1.0"))
    assert measured(study, rows, tmp_path / "a.csv").kept


def test_a_column_that_is_missing_is_the_reason(source: Source, open_: Open, tmp_path: Path) -> None:
    study = open_(source, "pairs: [{factors: [color, size], target: independent}]")
    found = measured(study, {"color": ["red"]}, tmp_path / "a.parquet")
    assert figures(found) == ("pair color × size", 0.0, "there is no column `size` to measure it on", 0.0, False)
