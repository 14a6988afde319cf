"""Tables of the Gaussian copula, rank correlations of few values, and many correlations at once."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm, spearmanr

from trimtab.core.declared.copula import (
    joint_correlations,
    normal_table,
    pair_table,
    pearson_of,
    solve_pearson,
)
from trimtab.core.errors import InputError
from trimtab.core.maths.tables import table_correlation

EVEN = np.full(50, 0.02)


def marginal(size: int) -> st.SearchStrategy[np.ndarray]:
    weights = st.lists(st.floats(0.01, 1), min_size=size, max_size=size)
    return weights.map(lambda found: np.array(found) / sum(found))


@pytest.mark.parametrize("pearson", [-0.9999, -0.6, 0.0, 0.25, 0.95, 0.999])
def test_tables_agree_with_scipys_bivariate_normal(pearson: float) -> None:
    first, second = np.array([0.1, 0.4, 0.2, 0.3]), np.array([0.5, 0.3, 0.2])
    table = normal_table(first, second, pearson)
    law = multivariate_normal([0, 0], [[1, pearson], [pearson, 1]])
    for i, u in enumerate(np.cumsum(first)[:-1]):
        for j, v in enumerate(np.cumsum(second)[:-1]):
            below = law.cdf([norm.ppf(u), norm.ppf(v)])
            assert table[: i + 1, : j + 1].sum() == pytest.approx(below, abs=1e-9)


@given(st.integers(1, 6).flatmap(marginal), st.integers(1, 6).flatmap(marginal), st.floats(-1, 1))
@settings(max_examples=50, deadline=None)
def test_tables_keep_both_marginals(first: np.ndarray, second: np.ndarray, pearson: float) -> None:
    table = normal_table(first, second, pearson)
    assert (table >= 0).all()
    assert table.sum(axis=1) == pytest.approx(first, abs=1e-12)
    assert table.sum(axis=0) == pytest.approx(second, abs=1e-12)


@given(st.integers(2, 6).flatmap(marginal), st.integers(2, 6).flatmap(marginal), st.floats(-1, 1))
@settings(max_examples=50, deadline=None)
def test_pair_tables_have_the_asked_spearman_or_the_nearest(first: np.ndarray, second: np.ndarray, rank: float) -> None:
    low, high = (table_correlation(normal_table(first, second, end)) for end in (-1.0, 1.0))
    found = table_correlation(pair_table(first, second, rank))
    assert found == pytest.approx(np.clip(rank, low, high), abs=1e-7)


def test_table_correlation_is_spearmans_with_ties() -> None:
    counts = np.array([[3, 1, 0], [2, 5, 4]])
    i, j = np.nonzero(counts)
    rows = np.repeat(np.stack([i, j]), counts[i, j], axis=1)
    assert table_correlation(counts / counts.sum()) == pytest.approx(spearmanr(*rows).statistic, abs=1e-12)


def test_few_values_need_a_stronger_law() -> None:
    few = np.array([0.8, 0.2])
    assert solve_pearson(few, few, 0.4) > pearson_of(0.4) + 0.1
    assert solve_pearson(EVEN, EVEN, 0.4) == pytest.approx(pearson_of(0.4), abs=2e-3)


def test_one_value_has_no_correlation() -> None:
    one = np.array([1.0])
    assert table_correlation(normal_table(one, EVEN, 1.0)) == 0.0
    assert pair_table(one, EVEN, 0.7)[0] == pytest.approx(EVEN)


def test_what_is_not_said_follows_from_what_is() -> None:
    names, found = joint_correlations({("a", "b"): 0.8, ("b", "c"): 0.8, ("d", "e"): 0.5}, dict.fromkeys("abcde", EVEN))
    assert names == ("a", "b", "c", "d", "e")
    pearson = solve_pearson(EVEN, EVEN, 0.8)
    assert found[0, 1] == pytest.approx(pearson, abs=1e-5)
    assert found[0, 2] == pytest.approx(pearson**2, abs=1e-5)  # a and c are independent given b
    assert found[:3, 3:] == pytest.approx(np.zeros((3, 2)), abs=1e-6)


def test_full_correlation_is_possible() -> None:
    _, found = joint_correlations({("a", "b"): 1.0, ("b", "c"): -1.0}, dict.fromkeys("abc", EVEN))
    assert found == pytest.approx(np.array([[1, 1, -1], [1, 1, -1], [-1, -1, 1]]), abs=1e-4)


@pytest.mark.parametrize(
    "ranks",
    [
        {("a", "b"): 0.8, ("b", "c"): 0.8, ("a", "c"): 0.0},
        {("a", "b"): 0.9, ("b", "c"): 0.9, ("a", "c"): -0.9, ("c", "d"): 0.3},
        {("a", "b"): 1.0, ("b", "c"): 1.0, ("a", "c"): 0.5},
        {("a", "b"): 0.9, ("b", "c"): 0.9, ("c", "d"): 0.9, ("d", "a"): -0.9},
    ],
)
def test_impossible_correlations_are_refused_with_a_value_that_works(ranks: dict[tuple[str, str], float]) -> None:
    shares = dict.fromkeys("abcd", EVEN)
    with pytest.raises(InputError, match=r"no Gaussian copula has all of these rank correlations: `a × b`") as caught:
        joint_correlations(ranks, shares)
    found = re.search(r"With (-?[\d.]+) for `(.) × (.)` they are possible\.$", str(caught.value))
    assert found, caught.value
    pair = (found[2], found[3])
    joint_correlations({**ranks, pair: float(found[1])}, shares)
    nearer = float(found[1]) + 0.03 * np.sign(ranks[pair] - float(found[1]))
    with pytest.raises(InputError, match="no Gaussian copula"):
        joint_correlations({**ranks, pair: float(nearer)}, shares)


def test_two_conflicts_at_once_are_mended_by_a_factor() -> None:
    ranks = {("a", "b"): 0.9, ("b", "c"): 0.9, ("a", "c"): -0.9}
    ranks |= {("d", "e"): 0.9, ("e", "f"): 0.9, ("d", "f"): -0.9}
    shares = dict.fromkeys("abcdef", EVEN)
    with pytest.raises(InputError, match=r"possible if each is multiplied by 0\.\d+\.$") as caught:
        joint_correlations(ranks, shares)
    factor = float(str(caught.value).rstrip(".").rsplit(" ", 1)[1])
    joint_correlations({pair: rank * factor for pair, rank in ranks.items()}, shares)
