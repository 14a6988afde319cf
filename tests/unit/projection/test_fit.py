"""Proportional fitting on cells that can be worked out by hand, up to the limit of what is possible and beyond."""

from __future__ import annotations

import numpy as np
import pytest

from tests.controls import named
from trimtab.core.projection.solver.fit import TOLERANCE, Constraint, finish, fit_cells

ROW = np.array([0, 0, 1, 1])
COLUMN = np.array([0, 1, 0, 1])


def constraint(codes: np.ndarray, *requested: float) -> Constraint:
    return Constraint(named("target x"), codes, np.array(requested))


def test_without_constraints_the_shares_are_the_source_s() -> None:
    fit = fit_cells(np.array([1.0, 3.0]), [])
    assert fit.shares.tolist() == [0.25, 0.75]
    assert (fit.error, fit.sweeps, fit.met) == (0.0, 0, True)


def test_one_constraint_is_met_in_one_sweep_and_keeps_the_proportions_inside_each_code() -> None:
    fit = fit_cells(np.array([0.1, 0.3, 0.4, 0.2]), [constraint(ROW, 0.8, 0.2)])
    assert fit.shares == pytest.approx([0.2, 0.6, 0.8 / 6, 0.4 / 6], abs=1e-15)
    assert (fit.sweeps, fit.met) == (1, True)


def test_two_margins_of_a_fourfold_table_keep_its_odds_ratio() -> None:
    # With all margins 1/2 a table is (a, 1/2 - a; 1/2 - a, a), and its odds ratio a²/(1/2 - a)² is the source's: 6.
    fit = fit_cells(np.array([0.4, 0.1, 0.2, 0.3]), [constraint(ROW, 0.5, 0.5), constraint(COLUMN, 0.5, 0.5)])
    a = np.sqrt(6) / (2 * (1 + np.sqrt(6)))
    assert fit.shares == pytest.approx([a, 0.5 - a, 0.5 - a, a], abs=1e-9)
    assert fit.met


def test_cells_without_mass_stay_empty() -> None:
    fit = fit_cells(np.array([0.5, 0.0, 0.3, 0.2]), [constraint(ROW, 0.4, 0.6), constraint(COLUMN, 0.5, 0.5)])
    assert fit.shares == pytest.approx([0.4, 0.0, 0.1, 0.5], abs=1e-9)


def test_a_share_of_nothing_empties_its_cells_and_of_everything_the_others() -> None:
    fit = fit_cells(np.array([0.4, 0.1, 0.2, 0.3]), [constraint(ROW, 0.0, 1.0), constraint(COLUMN, 0.25, 0.75)])
    assert fit.shares == pytest.approx([0, 0, 0.25, 0.75], abs=1e-9)
    assert fit.shares[:2].tolist() == [0.0, 0.0]


def test_what_the_source_lacks_stays_an_error() -> None:
    fit = fit_cells(np.array([1.0, 1.0]), [Constraint(named("target x"), np.array([0, 1]), np.array([0.2, 0.3, 0.5]))])
    assert fit.error == pytest.approx(0.5)
    assert not fit.met


def test_contradicting_constraints_are_given_up_soon() -> None:
    fit = fit_cells(np.array([0.4, 0.1, 0.2, 0.3]), [constraint(ROW, 0.5, 0.5), constraint(ROW, 0.6, 0.4)])
    assert fit.error == pytest.approx(0.1)
    assert fit.sweeps <= 100


def overlapping(limit: float) -> list[Constraint]:
    """Two events of 30 and 40 %, and a third, true where both are, of `limit`, which can be at most 30 %."""
    first, second = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    both = first * second
    return [
        constraint(first, 0.7, 0.3),
        constraint(second, 0.6, 0.4),
        Constraint(named("event both"), both, np.array([1 - limit, limit])),
    ]


@pytest.mark.parametrize("limit", [0.2, 0.29, 0.2999, 0.29999999])
def test_finish_reaches_what_sweeps_only_creep_to(limit: float) -> None:
    constraints = overlapping(limit)
    fit = fit_cells(np.full(4, 0.25), constraints)
    finished = finish(fit, constraints)
    assert finished.met
    assert finished.shares == pytest.approx([0.3 + limit, 0.4 - limit, 0.3 - limit, limit], abs=2e-9)


def test_finish_reaches_the_limit_itself_where_a_cell_must_become_empty() -> None:
    constraints = overlapping(0.3)
    fit = fit_cells(np.full(4, 0.25), constraints)
    assert fit.error > TOLERANCE
    assert finish(fit, constraints).error <= TOLERANCE


def test_finish_leaves_what_is_impossible_as_it_was() -> None:
    constraints = overlapping(0.31)
    fit = fit_cells(np.full(4, 0.25), constraints)
    assert finish(fit, constraints).error >= 0.005
    empty = fit_cells(np.array([0.5, 0.5]), [constraint(np.array([0, 0]), 0.0, 1.0)])
    assert finish(empty, [constraint(np.array([0, 0]), 0.0, 1.0)]) is empty


@pytest.mark.parametrize("seed", range(3))
def test_newton_and_sweeps_agree(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mass = rng.exponential(size=300)
    codes = [rng.integers(0, size, 300) for size in (2, 5, 7)]
    constraints = [
        Constraint(named(f"target {i}"), code, rng.dirichlet(np.full(code.max() + 1, 9.0)))
        for i, code in enumerate(codes)
    ]
    swept = fit_cells(mass, constraints)
    begun = fit_cells(mass, [constraints[0]])
    finished = finish(begun.judged(constraints), constraints)
    assert swept.met
    assert finished.met
    assert finished.shares == pytest.approx(swept.shares, abs=1e-9)
