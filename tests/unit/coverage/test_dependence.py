"""Dependence of pairs: known tables, independence within sampling noise, Spearman against scipy, the speed it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.stats import norm, spearmanr
from scipy.stats.contingency import association

from trimtab.core.coverage import dependence as module
from trimtab.core.coverage.dependence import cramers_v, dependence, joint, spearman
from trimtab.core.design.design import Design
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study, open_study

Make = Callable[[dict[str, list[object]]], Source]
Open = Callable[..., Study]
ROWS = 4000


def study_of(source: Source, **parts: Any) -> Study:
    return open_study(Design(name="x", source={"path": "x.parquet", "sha256": source.sha256}, **parts), source)


@pytest.fixture
def study(table_source: Make) -> Study:
    """`z` moves with `x`, `copy` is `x` in other words, `coin` and `name` are by themselves."""
    random = np.random.default_rng(5)
    x = random.normal(size=ROWS).round(2)
    return study_of(
        table_source(
            {
                "x": x.tolist(),
                "z": (0.8 * x + 0.6 * random.normal(size=ROWS)).round(2).tolist(),
                "copy": [f"tenth {i}" for i in (norm.cdf(x) * 10).astype(int)],
                "coin": (random.random(ROWS) < 0.5).tolist(),
                "name": [f"n{i}" for i in random.integers(0, 30, ROWS)],
                "same": ["one"] * ROWS,
                "gap": [None if low else 1.0 + i % 7 for i, low in enumerate(x < -1)],
            }
        )
    )


def test_every_pair_has_a_strength_from_0_to_1(study: Study) -> None:
    found = dependence(study)
    assert found.factors == tuple(study.columns)
    assert np.array_equal(found.strength, found.strength.T)
    assert np.array_equal(np.diag(found.strength), np.ones(7))
    assert found.strength.min() >= 0
    assert found.strength.max() <= 1
    assert found.between("x", "copy") > 0.75  # the bins of x are not cut at its tenths
    assert 0.3 < found.between("x", "z") < found.between("x", "copy")
    assert found.between("coin", "same") == 0


def test_independent_factors_stay_within_sampling_noise(study: Study) -> None:
    # Under independence phi² has mean (r-1)(c-1)/(n-1), which is subtracted, and sd sqrt(2 (r-1)(c-1))/n about.
    dof = 9 * 29
    bound = np.sqrt(5 * np.sqrt(2 * dof) / ROWS / 9)
    assert dependence(study).between("x", "name") < bound
    assert dependence(study).between("coin", "name") < np.sqrt(5 * np.sqrt(2 * 29) / ROWS)


def test_missing_is_a_level(study: Study) -> None:
    # Which rows of `gap` are missing is all that it tells of x; on ten groups of x that is one and a half of them.
    table = joint(study, "gap", "x")
    assert table.shares.shape == (study.axes["gap"].size + 1, study.axes["x"].size + 1)
    assert table.shares.sum() == pytest.approx(1)
    assert table.shares[-1].sum() == pytest.approx(study.real_shares("gap")[-1])
    assert dependence(study).between("gap", "x") > 0.3


def test_without_its_correction_v_is_that_of_scipy() -> None:
    # With many rows the correction vanishes: what is left is Cramér's V itself.
    counts = np.random.default_rng(1).integers(1, 50, (4, 6))
    assert cramers_v(counts * 10_000) == pytest.approx(association(counts, method="cramer"), abs=1e-4)


def test_the_correction_is_bergsmas() -> None:
    # By hand: n = 20, phi² = 0.16, minus 1/19; r~ = c~ = 2 - 1/19.
    counts = np.array([[7, 3], [3, 7]])
    assert cramers_v(counts) == pytest.approx(np.sqrt((0.16 - 1 / 19) / (1 - 1 / 19)))
    assert cramers_v(np.array([[1, 0], [0, 1]])) == 0  # two rows tell nothing
    assert cramers_v(np.zeros((3, 3))) == 0


def test_spearman_is_scipys_on_the_bins(study: Study) -> None:
    codes = study.display_codes("x"), study.display_codes("z")
    assert spearman(joint(study, "x", "z")) == pytest.approx(spearmanr(*codes).statistic)
    both = study.columns["gap"].codes < study.columns["gap"].distinct
    expected = spearmanr(study.display_codes("gap")[both], study.display_codes("x")[both]).statistic
    assert spearman(joint(study, "gap", "x")) == pytest.approx(expected)


@pytest.mark.parametrize("pair", [("x", "name"), ("name", "x"), ("same", "coin")])
def test_factors_without_an_order_have_no_rank_correlation(study: Study, pair: tuple[str, str]) -> None:
    assert spearman(joint(study, *pair)) is None


def test_a_factor_that_does_not_vary_or_never_meets_the_other_has_none(table_source: Make) -> None:
    one = study_of(
        table_source({"a": [1, 2, 3, 4], "b": [5, 5, 5, 5], "c": [None, None, 1, 2], "d": [1, 2, None, None]})
    )
    assert spearman(joint(one, "a", "b")) is None
    assert spearman(joint(one, "c", "d")) is None
    assert spearman(joint(one, "a", "c")) == 1


def test_new_bins_of_a_factor_count_only_its_pairs_again(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dependence(study)
    counted: list[tuple[int, ...]] = []
    whole = module.cramers_v
    monkeypatch.setattr(module, "cramers_v", lambda counts: counted.append(counts.shape) or whole(counts))
    assert dependence(study) is before
    edges = {"edges": [-6.0, 0.0, 6.0]}
    other = open_study(study.design.with_factor("x", **edges), study.source, previous=study)
    assert dependence(other).between("coin", "name") == before.between("coin", "name")
    assert dependence(other).between("x", "z") != before.between("x", "z")
    assert len(counted) == 6


def test_a_sample_of_the_rows_is_enough(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = dependence(study)
    monkeypatch.setattr(module, "SAMPLE_ROWS", 2000)
    study.memo.clear()
    part = dependence(study)
    assert part.between("x", "z") == pytest.approx(whole.between("x", "z"), abs=0.05)
    assert part.strength.tolist() != whole.strength.tolist()


def test_flights_are_measured(flights: Source, open_: Open) -> None:
    study = open_(flights)
    found = dependence(study)
    assert found.between("dest", "distance") > 0.8
    assert found.between("month", "origin") < 0.05
    assert dependence(study, ["month", "hour"]).factors == ("month", "hour")
