"""Proportional fitting: the distribution over control cells closest to the source that meets every control.

Iterative proportional fitting (W. E. Deming and F. F. Stephan 1940) minimises KL(q ‖ source) subject to marginals and
event rates (I. Csiszár 1975): each control in turn multiplies its codes by requested / current. Near the limit of what
is possible that creeps; Newton's method on the dual of the same problem does not.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from trimtab.core.design.controls.kind import ControlName

MOST_SWEEPS = 100
PATIENCE = 20
"""Sweeps in which the error must fall to half; else the controls are close to a limit, or beyond it."""

WORK = 600_000_000
"""Cells times constraints times sweeps that `sweep_on` may take: a few seconds."""

SMALLEST_SWEEP = 200_000
"""A sweep over few cells takes as long as one over so many."""

MOST_STEPS = 100
STALLED = 10
"""Newton steps in which the error must fall to half."""

LARGEST = 1e300
"""A factor stays a number."""

TOLERANCE = 1e-9
"""Largest difference between a requested and a fitted share that counts as met."""


@dataclass(frozen=True, eq=False)
class Constraint:
    """One control on the cells: `codes` (C,) of each cell and the `requested` (L,) share of each code.

    `labels` (L,) are the codes' names in messages; events and other constraints of two codes need none. Codes of
    which a `strict` one asks nothing must stay empty: not even a part of a row may be there. If the
    cells are only some of the rows a control speaks of, `drawn` of `total`, `there` (L,) are the others of each code.
    Of two codes `asked` is the one that it asks for. One that `yields` gives way before those that are asked of every
    row, though it may be one of them.
    """

    name: ControlName
    codes: np.ndarray
    requested: np.ndarray
    labels: tuple[str, ...] = ()
    strict: bool = False
    asked: int = 1
    drawn: int = 1
    total: int = 1
    there: np.ndarray | None = None
    yields: bool = False

    @property
    def asks(self) -> Hashable:
        """All that it asks of cells whose codes are known."""
        there = None if self.there is None else self.there.tobytes()
        rows = (self.drawn, self.total, there)
        return (self.name, self.requested.tobytes(), self.labels, self.strict, self.asked, rows)

    def of_all(self, code: int, share: float) -> float:
        """A share of the cells as one of all rows that the control speaks of."""
        return share if self.there is None else (share * self.drawn + float(self.there[code])) / self.total

    def reached(self, shares: np.ndarray) -> np.ndarray:
        """(L,) the share of each code, given the cells' shares (C,)."""
        if len(self.requested) == 2:
            # Conditions are most of the constraints; to add up the rarer side alone is faster than to count.
            code, rarer = self._rarer
            some = float(shares[rarer].sum())
            other = max(float(shares.sum()) - some, 0.0) if len(rarer) < len(shares) else 0.0
            return np.array([other, some] if code else [some, other])
        return np.bincount(self.codes, weights=shares, minlength=len(self.requested))

    @cached_property
    def _rarer(self) -> tuple[int, np.ndarray]:
        """Of two codes the one of fewer cells, and its cells."""
        code = int(2 * np.count_nonzero(self.codes) <= len(self.codes))
        return code, np.flatnonzero(self.codes == code)


@dataclass(frozen=True, eq=False)
class Fit:
    """The fitted shares of the cells (C,), which sum to 1, and the largest error left on any control's code.

    `factors` are, as sweeps found them, what each constraint's codes (L,) multiply the source by; none after other
    steps.
    """

    shares: np.ndarray
    error: float
    sweeps: int
    factors: tuple[np.ndarray, ...] = ()

    @property
    def met(self) -> bool:
        """True if every control is met."""
        return self.error <= TOLERANCE

    def judged(self, constraints: Sequence[Constraint]) -> Fit:
        """The same shares with the error they have on these constraints."""
        return replace(self, error=max(_error(self.shares, one) for one in constraints))


def fit_cells(
    mass: np.ndarray,
    constraints: Sequence[Constraint],
    *,
    begin: Sequence[np.ndarray] = (),
    enough: float = TOLERANCE,
) -> Fit:
    """Fit the cells' shares to the constraints, from their `mass` (C,), by proportional sweeps until the error is
    `enough`.

    Where the controls can't be met together, or only just, the sweeps are given up and the error stays large. To
    `begin` with the factors of a similar fit saves sweeps; what they lead to is the same.
    """
    shares = mass / mass.sum()
    if not constraints:
        return Fit(shares, 0.0, 0)
    factors = [factor.copy() for factor in begin] or [np.ones(len(one.requested)) for one in constraints]
    for one, factor in zip(constraints, factors, strict=True):
        factor[(factor == 0) & (one.requested > 0)] = 1.0
        shares *= factor[one.codes]
    before = np.inf
    for sweep in range(1, MOST_SWEEPS + 1):
        error = max(_scale(shares, one, factor) for one, factor in zip(constraints, factors, strict=True))
        if error <= enough or len(constraints) == 1:
            break
        if sweep % PATIENCE == 0:
            if error > 0.5 * before:
                break
            before = error
    return replace(_fit(shares, constraints, sweep), factors=tuple(factors))


def sweep_on(fit: Fit, constraints: Sequence[Constraint], enough: float) -> Fit:
    """More sweeps from where a fit stands, until its error is `enough`, no longer falls, or WORK is done.

    For many cells of few rows, where sweeps creep for long but arrive, and a Newton step or a program is too large.
    """
    shares, error, before = fit.shares.copy(), fit.error, np.inf
    most = WORK // max(SMALLEST_SWEEP, len(shares) * len(constraints))
    for sweep in range(most):
        if error <= enough:
            break
        error = max(_scale(shares, one) for one in constraints)
        if sweep % PATIENCE == 0:
            if error > 0.9 * before:
                break
            before = error
    return _fit(shares, constraints, fit.sweeps + most)


def finish(fit: Fit, constraints: Sequence[Constraint]) -> Fit:
    """Take a fit that creeps to its end, if the constraints can be met together: Newton steps on the dual.

    The shares stay source · exp(sum of one number per code), so the result is the same closest distribution.
    """
    used = np.flatnonzero(fit.shares > 0)
    if not len(used):
        return fit
    narrowed = [Constraint(one.name, one.codes[used], one.requested) for one in constraints]
    shares, errors = fit.shares[used], [fit.error]
    while errors[-1] > TOLERANCE and len(errors) <= MOST_STEPS:
        if len(errors) > STALLED and errors[-1] > 0.5 * errors[-1 - STALLED]:
            break
        shares = _newton_step(shares, narrowed)
        errors.append(max(_error(shares, one) for one in narrowed))
    whole = np.zeros(len(fit.shares))
    whole[used] = shares
    best = _fit(whole, constraints, fit.sweeps + len(errors) - 1)
    return best if best.error < fit.error else fit


def _fit(shares: np.ndarray, constraints: Sequence[Constraint], sweeps: int) -> Fit:
    total = shares.sum()
    return Fit(shares / total if total > 0 else shares, np.inf, sweeps).judged(constraints)


def _scale(shares: np.ndarray, one: Constraint, factor: np.ndarray | None = None) -> float:
    """Meet one constraint in place, and multiply `factor` (L,) likewise; returns the error it had before."""
    current = one.reached(shares)
    ratio = np.divide(one.requested, current, out=np.zeros_like(current), where=current > 0)
    shares *= ratio[one.codes]
    if factor is not None:
        with np.errstate(over="ignore"):  # where controls can't be met together it grows without end
            np.minimum(factor * ratio, LARGEST, out=factor)
    return float(np.abs(current - one.requested).max())


def _error(shares: np.ndarray, one: Constraint) -> float:
    return float(np.abs(one.reached(shares) - one.requested).max())


def _newton_step(shares: np.ndarray, constraints: Sequence[Constraint]) -> np.ndarray:
    """One damped Newton step for max over λ of b·λ − log Σ shares · exp(λ of the cell's codes)."""
    reached = np.concatenate([one.reached(shares) for one in constraints])
    missing = np.concatenate([one.requested for one in constraints]) - reached
    # Each code in the unit of its own spread; a constant within one control changes nothing, hence least squares.
    scale = np.sqrt(np.maximum(reached, 1e-30))
    curvature = (_joint(shares, constraints) - np.outer(reached, reached)) / np.outer(scale, scale)
    curvature[np.diag_indices(len(scale))] += 1e-12
    towards = np.linalg.lstsq(curvature, missing / scale, rcond=1e-12)[0] / scale
    parts = np.split(towards, np.cumsum([len(one.requested) for one in constraints])[:-1])
    step = np.sum([part[one.codes] for part, one in zip(parts, constraints, strict=True)], axis=0)
    length = min(1.0, 600.0 / max(1.0, float(np.abs(step).max())))
    gain = float(missing @ towards)
    offset = float(np.concatenate([one.requested for one in constraints]) @ towards)
    while True:
        moved = shares * np.exp(length * step)
        total = float(moved.sum())
        if length * offset - np.log(total) >= 1e-4 * length * gain or length < 1e-6:
            return np.asarray(moved / total)
        length /= 2


def _joint(shares: np.ndarray, constraints: Sequence[Constraint]) -> np.ndarray:
    """(L, L) over the codes of all constraints: the share of the cells that have both."""
    rows: list[list[np.ndarray]] = []
    for i, one in enumerate(constraints):
        row: list[np.ndarray] = []
        for j, other in enumerate(constraints):
            size = len(one.requested), len(other.requested)
            if i == j:
                row.append(np.diag(one.reached(shares)))
            elif j < i:
                row.append(rows[j][i].T)
            else:
                both = np.bincount(one.codes * size[1] + other.codes, weights=shares, minlength=size[0] * size[1])
                row.append(both.reshape(size))
        rows.append(row)
    return np.block(rows)
