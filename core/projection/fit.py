"""Proportional fitting: the distribution over control cells closest to the source that meets every control.

Iterative proportional fitting (W. E. Deming and F. F. Stephan 1940) minimises KL(q ‖ source) subject to marginals and
event rates (I. Csiszár 1975): each control in turn multiplies its codes by requested / current.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MOST_SWEEPS = 2_000
PATIENCE = 50
"""Sweeps after which the error must have fallen to nine tenths, or the controls are taken to pull against each
other."""

TOLERANCE = 1e-9
"""Largest difference between a requested and a fitted share that counts as met."""


@dataclass(frozen=True, eq=False)
class Constraint:
    """One control on the cells: `codes` (C,) of each cell and the `requested` (L,) share of each code."""

    name: str
    codes: np.ndarray
    requested: np.ndarray


@dataclass(frozen=True, eq=False)
class Fit:
    """The fitted shares of the cells (C,), which sum to 1, and the largest error left on any control's code."""

    shares: np.ndarray
    error: float
    sweeps: int

    @property
    def met(self) -> bool:
        """True if every control is met."""
        return self.error <= TOLERANCE


def fit_cells(mass: np.ndarray, constraints: Sequence[Constraint]) -> Fit:
    """Fit the cells' shares to the constraints, from their `mass` (C,).

    At most MOST_SWEEPS sweeps; where the controls can't be met together, the error stays large.
    """
    shares = mass / mass.sum()
    if not constraints:
        return Fit(shares, 0.0, 0)
    before = np.inf
    for sweep in range(1, MOST_SWEEPS + 1):
        error = max(_scale(shares, one) for one in constraints)
        if error <= TOLERANCE or len(constraints) == 1:
            break
        if sweep % PATIENCE == 0:
            if error > 0.9 * before:
                break
            before = error
    if shares.sum() > 0:
        shares /= shares.sum()
    return Fit(shares, max(_error(shares, one) for one in constraints), sweep)


def _scale(shares: np.ndarray, one: Constraint) -> float:
    """Meet one constraint in place; returns the error it had before."""
    current = np.bincount(one.codes, weights=shares, minlength=len(one.requested))
    ratio = np.divide(one.requested, current, out=np.zeros_like(current), where=current > 0)
    shares *= ratio[one.codes]
    return float(np.abs(current - one.requested).max())


def _error(shares: np.ndarray, one: Constraint) -> float:
    current = np.bincount(one.codes, weights=shares, minlength=len(one.requested))
    return float(np.abs(current - one.requested).max())
