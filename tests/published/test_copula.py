"""The Gaussian copula in closed form: P(both below the median) = 1/4 + arcsin(r) / 2π, 1/3 for r = .5 (W. F. Sheppard,
1899), and Spearman's correlation of the normal law, 6/π arcsin(r/2) (K. Pearson, 1907)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from trimtab.core.declared.copula import normal_table, pearson_of
from trimtab.core.maths.tables import table_correlation

HALVES = np.array([0.5, 0.5])


def test_both_below_the_median() -> None:
    assert normal_table(HALVES, HALVES, 0.5)[0, 0] == pytest.approx(1 / 3, abs=1e-12)


@pytest.mark.parametrize("pearson", [-0.99, -0.5, 0.0, 0.3, 0.9])
def test_sheppard(pearson: float) -> None:
    expected = 0.25 + math.asin(pearson) / (2 * math.pi)
    assert normal_table(HALVES, HALVES, pearson)[0, 0] == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("rank", [-0.9, -0.2, 0.5, 0.8])
def test_pearson_1907(rank: float) -> None:
    pearson = pearson_of(rank)
    assert 6 / math.pi * math.asin(pearson / 2) == pytest.approx(rank, abs=1e-12)
    fine = np.full(400, 1 / 400)
    # Mid-ranks of equal bins lose 1/400² of the variance, and as much of the correlation's order.
    assert table_correlation(normal_table(fine, fine, pearson)) == pytest.approx(rank, abs=1e-4)
