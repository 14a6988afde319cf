"""The residual shares of a supplement, the fewest rows that serve, and the closest mix."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, minimize

from trimtab.core.maths.rounding import whole_rows
from trimtab.core.projection.solver.supplement import closest_mix, residual, smallest_supplement

SHARES = st.lists(st.integers(1, 50), min_size=2, max_size=6)


@st.composite
def cases(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    weights = np.array(draw(SHARES), dtype=float)
    counts = np.array(draw(st.lists(st.integers(0, 500), min_size=len(weights), max_size=len(weights))))
    return counts, weights / weights.sum()


def test_residual_sums_to_one_and_may_be_negative() -> None:
    shares = residual(np.array([10, 0, 0]), np.array([0.2, 0.3, 0.5]), 10)
    assert shares.tolist() == pytest.approx([-0.6, 0.6, 1.0])


@given(cases())
def test_the_fewest_rows_serve_in_whole_rows_and_one_less_does_not(case: tuple[np.ndarray, np.ndarray]) -> None:
    counts, shares = case
    rows, binding = smallest_supplement(counts, shares)
    assert rows is not None
    total = int(counts.sum()) + rows
    assert (whole_rows(shares, total) >= counts).all()
    if rows > 0:
        assert (total - 1) * shares[binding] < counts[binding]
        assert closest_mix(counts, shares, rows) == pytest.approx(residual(counts, shares, rows) * rows, abs=1e-6)


def test_quotients_of_floats_cost_no_row() -> None:
    for part in range(1, 100):
        shares = np.array([part / 100, 1 - part / 100])
        rows, binding = smallest_supplement(np.array([7 * part, 0]), shares)
        assert (rows, binding) == (700 - 7 * part, 0)


def test_a_code_asked_for_in_no_row_is_never_mended() -> None:
    assert smallest_supplement(np.array([5, 3, 9]), np.array([1.0, 0.0, 0.0])) == (None, 2)
    assert smallest_supplement(np.array([5, 0, 0]), np.array([0.5, 0.5, 0.0])) == (5, 0)


def test_a_source_that_has_the_shares_needs_no_supplement() -> None:
    assert smallest_supplement(np.array([2, 3, 5]), np.array([0.2, 0.3, 0.5]))[0] == 0


@given(cases(), st.integers(1, 800))
def test_closest_mix_is_the_closest_in_kl(case: tuple[np.ndarray, np.ndarray], rows: int) -> None:
    counts, shares = case
    mix = closest_mix(counts, shares, rows)
    assert (mix >= 0).all()
    assert mix.sum() == pytest.approx(rows)
    # KKT: among codes that get rows (n + s) / p is one number λ, and it is no larger than n / p elsewhere.
    ratio = (counts + mix) / shares
    level = ratio[mix > 1e-9]
    assert level == pytest.approx(np.full(len(level), level[0]))
    assert (ratio >= level[0] * (1 - 1e-9)).all()


@pytest.mark.parametrize("divergence", ["kl", "chi2"])
def test_closest_mix_agrees_with_a_numerical_minimum(divergence: str) -> None:
    counts, shares, rows = np.array([60.0, 5, 20, 15]), np.array([0.3, 0.4, 0.1, 0.2]), 40

    def distance(mix: np.ndarray) -> float:
        together = (counts + mix) / (counts.sum() + rows)
        if divergence == "kl":
            return float(np.sum(together * np.log(together / shares)))
        return float(np.sum((together - shares) ** 2 / shares))

    total = LinearConstraint(np.ones(4), rows, rows)
    found = minimize(distance, np.full(4, 10.0), bounds=[(0, rows)] * 4, constraints=[total], tol=1e-12)
    assert found.success
    assert distance(closest_mix(counts, shares, rows)) <= found.fun + 1e-9


def test_closest_mix_gives_nothing_where_nothing_is_asked() -> None:
    assert closest_mix(np.array([4, 0, 1]), np.array([0.0, 0.0, 1.0]), 3).tolist() == [0, 0, 3]
    assert closest_mix(np.array([4, 1]), np.array([0.5, 0.5]), 0).tolist() == [0, 0]


def test_refusals() -> None:
    with pytest.raises(ValueError, match="at least 1 row, got 0"):
        residual(np.array([1]), np.array([1.0]), 0)
    with pytest.raises(ValueError, match="must not be negative, got -1"):
        closest_mix(np.array([1]), np.array([1.0]), -1)
    with pytest.raises(ValueError, match="some share must be more than 0"):
        closest_mix(np.array([1]), np.array([0.0]), 2)
