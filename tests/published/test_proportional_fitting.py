"""Proportional fitting against R's `loglin` on the hair and eye colours of 592 students.

The data are R's `datasets::HairEyeColor`: R. D. Snee (1974), "Graphical display of two-way contingency tables", The
American Statistician 28, 9–12; the split by sex is M. Friendly's (1992). The model of no three-way interaction, in R
`loglin(HairEyeColor, list(c(1, 2), c(1, 3), c(2, 3)), eps = 1e-9)`, has a likelihood ratio of 6.76125 and Pearson's
statistic 6.8690 on 9 degrees of freedom: p = 0.66196.
"""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from scipy.stats import chi2

from tests.controls import named
from trimtab.core.projection.solver.fit import Constraint, fit_cells

# Hair (black, brown, red, blond) by eye (brown, blue, hazel, green), for men and for women.
MEN = [[32, 11, 10, 3], [53, 50, 25, 15], [10, 10, 7, 7], [3, 30, 5, 8]]
WOMEN = [[36, 9, 5, 2], [66, 34, 29, 14], [16, 7, 7, 7], [4, 64, 5, 8]]
COUNTS = np.stack([MEN, WOMEN], axis=2)


@pytest.fixture(scope="module")
def fitted() -> np.ndarray:
    cells = np.array(list(product(*map(range, COUNTS.shape))))
    constraints = []
    for one, other in combinations(range(3), 2):
        margin = COUNTS.sum(axis=3 - one - other)
        codes = cells[:, one] * COUNTS.shape[other] + cells[:, other]
        constraints.append(Constraint(named(f"pair {one} {other}"), codes, margin.ravel() / COUNTS.sum()))
    fit = fit_cells(np.ones(COUNTS.size), constraints)
    assert fit.met
    return np.asarray(fit.shares.reshape(COUNTS.shape) * COUNTS.sum())


def test_the_table_is_the_published_one() -> None:
    assert COUNTS.sum() == 592
    assert COUNTS.sum(axis=(1, 2)).tolist() == [108, 286, 71, 127]
    assert COUNTS.sum(axis=(0, 2)).tolist() == [220, 215, 93, 64]
    assert COUNTS.sum(axis=(0, 1)).tolist() == [279, 313]


def test_no_three_way_interaction_as_loglin_fits_it(fitted: np.ndarray) -> None:
    likelihood_ratio = 2 * (COUNTS * np.log(COUNTS / fitted)).sum()
    pearson = ((COUNTS - fitted) ** 2 / fitted).sum()
    assert likelihood_ratio == pytest.approx(6.76125, abs=5e-6)
    assert pearson == pytest.approx(6.8690, abs=5e-5)
    assert chi2.sf(likelihood_ratio, 9) == pytest.approx(0.66196, abs=5e-6)


def test_all_two_way_margins_are_the_students(fitted: np.ndarray) -> None:
    for axis in range(3):
        assert fitted.sum(axis=axis) == pytest.approx(COUNTS.sum(axis=axis), abs=1e-5)


def test_odds_ratios_of_hair_and_eye_are_the_same_for_both_sexes(fitted: np.ndarray) -> None:
    for hair, eye in product(range(3), range(3)):
        square = fitted[hair : hair + 2, eye : eye + 2]
        ratio = square[0, 0] * square[1, 1] / (square[0, 1] * square[1, 0])
        assert ratio[0] == pytest.approx(ratio[1], rel=1e-6)


def test_a_fit_of_one_margin_keeps_the_odds_ratios_it_started_from() -> None:
    mass = COUNTS[:, :, 0].astype(float)
    hair = np.repeat(np.arange(4), 4)
    shares = fit_cells(mass.ravel(), [Constraint(named("target hair"), hair, np.full(4, 0.25))]).shares.reshape(4, 4)
    for one, eye in product(range(3), range(3)):
        before, after = mass[one : one + 2, eye : eye + 2], shares[one : one + 2, eye : eye + 2]
        ratio = before[0, 0] * before[1, 1] / (before[0, 1] * before[1, 0])
        assert after[0, 0] * after[1, 1] / (after[0, 1] * after[1, 0]) == pytest.approx(ratio)
