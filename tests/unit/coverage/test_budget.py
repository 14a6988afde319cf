"""A budget over slices against closed forms and against every other way to spend it."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from trimtab.core.errors import InputError
from trimtab.core.weaknesses.budget import Curve, fitted_curve, spread_rows, usual_curve


def test_equal_curves_are_filled_to_one_level() -> None:
    curves = [Curve(2.0, 0.3)] * 4
    assert spread_rows([100, 300, 50, 1000], curves, 600).tolist() == [250, 50, 300, 0]


def test_without_rows_the_shares_follow_the_scales() -> None:
    """d ∝ b^(1/(a+1)) where all slices have the same decay and all are given rows."""
    scales, decay = np.array([1.0, 4.0, 16.0]), 0.5
    total = 1_000_000
    found = spread_rows([1, 1, 1], [Curve(float(b), decay) for b in scales], total)
    share = scales ** (1 / (decay + 1))
    np.testing.assert_allclose(found + 1, share / share.sum() * (total + 3), atol=1.0)
    assert found.sum() == total


def test_every_slice_that_is_given_rows_gains_the_same_by_one_more() -> None:
    rows, curves = np.array([40, 900, 5_000, 70]), [Curve(1.0, 0.5), Curve(3.0, 0.2), Curve(0.1, 0.1), Curve(2.0, 0.7)]
    found = spread_rows(rows, curves, 100_000)
    n = rows + found
    slope = np.array([c.scale * c.decay * size ** (-c.decay - 1) for c, size in zip(curves, n, strict=True)])
    given = found > 0
    assert given.sum() >= 2
    np.testing.assert_allclose(slope[given], slope[given][0], rtol=0.01)
    assert (slope[~given] <= slope[given].min() * 1.01).all()


def test_no_other_way_to_spend_a_small_budget_is_better() -> None:
    rows, curves, budget = [3, 10, 4], [Curve(1.0, 0.9), Curve(2.0, 0.4), Curve(0.7, 1.3)], 12

    def error(given: tuple[int, ...]) -> float:
        return sum(c.error(n + d) for c, n, d in zip(curves, rows, given, strict=True))

    best = min(error(given) for given in product(range(budget + 1), repeat=3) if sum(given) == budget)
    assert error(tuple(spread_rows(rows, curves, budget).tolist())) == pytest.approx(best, rel=1e-12)


@pytest.mark.parametrize("budget", [0, 1, 7, 10**9])
def test_the_budget_is_spent_to_the_row(budget: int) -> None:
    found = spread_rows([5, 50, 500], [Curve(1.0, 0.3), Curve(1.0, 0.0), Curve(1e-3, 2.0)], budget)
    assert found.sum() == budget
    assert (found >= 0).all()
    assert found[1] == 0  # more rows do not help where the error does not fall


def test_a_curve_is_found_again() -> None:
    sizes = [50, 100, 400, 3_000]
    found = fitted_curve(sizes, [2.9 * n**-0.2 for n in sizes])
    assert (found.scale, found.decay) == (pytest.approx(2.9), pytest.approx(0.2))
    assert fitted_curve([10, 100], [0.2, 0.3]).decay == 0.0
    usual = usual_curve(400, 0.5)
    assert usual.error(400) == pytest.approx(0.5)
    assert usual.error(6_400) == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: spread_rows([5], [Curve(1, 1)], -1), "A budget is a number of rows, at least 0, got -1"),
        (lambda: spread_rows([0], [Curve(1, 1)], 5), "slices with at least 1 row each"),
        (lambda: spread_rows([], [], 5), "slices with at least 1 row each"),
        (lambda: spread_rows([5], [Curve(1, 0)], 5), "more rows would help no slice"),
        (lambda: Curve(-1, 0.5), "a scale and a decay of at least 0, got -1, 0.5"),
        (lambda: fitted_curve([5, 5], [0.1, 0.2]), "the errors at 2 or more different numbers of rows"),
        (lambda: fitted_curve([5, 9], [0.1, 0.0]), "errors above 0, got 0.1, 0"),
        (lambda: usual_curve(0, 0.1), "at least 1 row, got 0"),
    ],
)
def test_what_is_refused(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]
