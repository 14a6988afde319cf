"""The fit under what real rows can fill: exact in every code, closest to the source, and with few made rows."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.projection.real.capped import Capping
from trimtab.core.projection.solver.fit import Constraint, fit_cells

PULLS = (0.0, 0.5, 2.0, 8.0)


def constraint(codes: list[int], *shares: float) -> Constraint:
    return Constraint(ControlName("target", "x"), np.array(codes), np.array(shares))


def penalised(p: np.ndarray, mass: np.ndarray, caps: np.ndarray, pull: float) -> float:
    used = p > 0
    return float((p[used] * np.log(p[used] / mass[used])).sum() + pull * np.maximum(0.0, p - caps).sum())


@pytest.mark.parametrize("pull", PULLS)
def test_of_two_cells_the_share_beyond_the_cap_is_what_the_control_asks_for(pull: float) -> None:
    mass, asked = np.array([0.9, 0.1]), [constraint([0, 1], 0.5, 0.5)]
    found = Capping(fit_cells(mass, asked).shares, asked, np.array([1.0, 0.2])).at(pull)
    assert found.shares == pytest.approx([0.5, 0.5], abs=1e-9)
    assert found.made == pytest.approx(0.3, abs=1e-9)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("pull", PULLS)
def test_it_is_the_least_of_what_it_weighs(seed: int, pull: float) -> None:
    """Against a general solver, from where the projection stands."""
    rng = np.random.default_rng(seed)
    mass = rng.dirichlet(np.ones(8))
    asked = [
        constraint([0, 0, 0, 0, 1, 1, 1, 1], *rng.dirichlet([5, 5])),
        constraint([0, 1, 2, 0, 1, 2, 0, 1], *rng.dirichlet([5, 5, 5])),
    ]
    start = fit_cells(mass, asked).shares
    caps = mass * rng.uniform(0.2, 1.5, 8)
    found = Capping(start, asked, caps).at(pull)
    assert found.error < 1e-8
    equalities = np.stack([one.codes == code for one in asked for code in range(len(one.requested))]).astype(float)
    # Beyond the caps as variables of their own, so that all is smooth.
    least = minimize(
        lambda x: penalised(x[:8], mass, np.full(8, np.inf), 0.0) + pull * x[8:].sum(),
        np.concatenate([start, np.maximum(0.0, start - caps) + 1e-3]),
        bounds=[(1e-12, 1.0)] * 8 + [(0.0, 1.0)] * 8,
        constraints=[
            {"type": "eq", "fun": lambda x: equalities @ x[:8] - equalities @ start},
            {"type": "ineq", "fun": lambda x: x[8:] - x[:8] + caps},
        ],
        method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-12},
    )
    assert penalised(found.shares, mass, caps, pull) <= penalised(least.x[:8], mass, caps, pull) + 1e-6


def test_a_weaker_pull_after_a_stronger_one_is_what_it_is_by_itself() -> None:
    rng = np.random.default_rng(3)
    mass, codes = rng.dirichlet(np.ones(12)), [i % 3 for i in range(12)]
    asked = [constraint(codes, 0.6, 0.3, 0.1)]
    start, caps = fit_cells(mass, asked).shares, mass / 2
    capping = Capping(start, asked, caps)
    capping.at(8.0)
    assert capping.at(0.5).shares == pytest.approx(Capping(start, asked, caps).at(0.5).shares, abs=1e-9)


def test_without_a_control_real_rows_fill_all_there_is() -> None:
    found = Capping(np.array([0.5, 0.5]), [], np.array([0.3, 0.9])).at(8.0)
    assert found.shares == pytest.approx([0.3, 0.7], abs=1e-9)
    assert found.made == 0.0
