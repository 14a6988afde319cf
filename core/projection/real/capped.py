"""The distribution closest to the source of which no more lies beyond what real rows can fill than need be.

min KL(p ‖ q) + pull · Σ max(0, p − cap), subject to the controls: without a pull it is the projection, with a large one
as few rows as possible are made. What stands beyond a cap costs `pull` nats a row, so the dual is smooth and concave:
a cell has e^s below its cap, its cap as long as s exceeds that by no more than the pull, and e^(s − pull) beyond.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trimtab.core.projection.solver.fit import Constraint

PULLS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""A large pull is approached by smaller ones: begun at once, Newton's method stalls at the limits of what can be."""

STRONGEST = PULLS[-1]

CLOSE = 1e-9
"""Largest error of a code's share that is let be."""

TOO_SMALL = 1e-12
"""What a step gains of the dual can't be told from rounding below this: such a step is taken."""

ROUNDS, STEPS = 12, 12
"""Rounds of Newton steps, with a sweep over the controls between two of them that steps over what is flat."""

HALVINGS = 60
LONGEST = 50.0
"""Nats by which a step changes a code at most."""

FLAT = 1e-3
"""A cell at its cap counts so much of a free one in the curvature: in a direction that is flat a step is large."""

DENSE = 600
"""With more codes than these the Newton equations are solved by conjugate gradients."""


@dataclass(frozen=True, eq=False)
class Capped:
    """Fitted `shares` (C,) of cells, and how much of them lies beyond the caps: the share `made` (0 to 1). `error` is
    the largest by which a code is off."""

    shares: np.ndarray
    beyond: np.ndarray
    error: float

    @property
    def made(self) -> float:
        """The share of all rows that must be made."""
        return float(self.beyond.sum())


class Capping:
    """Fits of one design under one set of caps; each pull begins where the one before ended.

    `shares` (C,) are those of the projection, which meet the `constraints` and are kept in all they say of these;
    `caps` (C,) are the shares that real rows can fill, all of the rows that are drawn.
    """

    def __init__(self, shares: np.ndarray, constraints: Sequence[Constraint], caps: np.ndarray) -> None:
        self._used = np.flatnonzero(shares > 0)
        self._size = len(shares)
        self._base, self._caps = np.log(shares[self._used]), caps[self._used]
        codes = [one.codes[self._used] for one in constraints] or [np.zeros(len(self._used), dtype=np.int64)]
        sizes = [len(one.requested) for one in constraints] or [1]
        self._first = np.cumsum([0, *sizes])
        self._codes = np.stack(codes) + self._first[:-1, None]
        self._wanted = self._sums(shares[self._used])
        self._there = self._wanted > 0
        with np.errstate(divide="ignore"):
            self._log_caps = np.log(self._caps)
        self._multipliers = np.zeros(self._first[-1])
        self._pull = 0.0

    def at(self, pull: float) -> Capped:
        """The fit of a pull in nats, 0 or more."""
        if pull < self._pull:
            self._multipliers[:] = 0.0
            self._pull = 0.0
        for one in (*(one for one in PULLS if self._pull < one < pull), pull):
            self._solve(one)
        self._pull = pull
        p = self._shares(self._exponents(self._multipliers), pull)
        return self._found(p)

    def _found(self, p: np.ndarray) -> Capped:
        shares, beyond = np.zeros(self._size), np.zeros(self._size)
        shares[self._used] = p / p.sum()
        beyond[self._used] = np.maximum(0.0, p / p.sum() - self._caps)
        beyond[beyond < CLOSE] = 0.0
        return Capped(shares, beyond, float(np.abs(self._sums(p) - self._wanted).max()))

    def _solve(self, pull: float) -> None:
        for _ in range(ROUNDS):
            for _ in range(STEPS):
                s = self._exponents(self._multipliers)
                off = self._wanted - self._sums(self._shares(s, pull))
                if np.abs(off).max() <= CLOSE:
                    return
                if not self._newton_step(s, off, pull):
                    break
            self._sweep(pull)

    def _newton_step(self, s: np.ndarray, off: np.ndarray, pull: float) -> bool:
        """One damped Newton step from the exponents `s` (C,), with the codes `off` (L,); False if none leads on."""
        free = np.where((s > self._log_caps) & (s < self._log_caps + pull), FLAT, 1.0)
        step = self._direction(off, self._shares(s, pull) * free)
        gain, before = float(off @ step), self._dual(self._multipliers, s, pull)
        length = min(1.0, LONGEST / max(1e-300, float(np.abs(step).max())))
        for _ in range(HALVINGS if gain > 0 else 0):
            tried = self._multipliers + length * step
            gained = self._dual(tried, self._exponents(tried), pull) - before
            if gained >= 1e-4 * length * gain or gain < TOO_SMALL:
                self._multipliers = tried
                return True
            length /= 2
        return False

    def _direction(self, off: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Solve A · diag(weight) · Aᵀ · step = off, each code in the unit of its own spread."""
        from scipy.sparse.linalg import LinearOperator, cg  # slow to import

        scale = np.sqrt(np.maximum(self._sums(weight), 1e-30))
        if len(scale) > DENSE:

            def product(x: np.ndarray) -> np.ndarray:
                return np.asarray(self._sums(weight * self._exponents_of(x / scale)) / scale)

            operator = LinearOperator((len(scale), len(scale)), matvec=product, dtype=float)
            return np.asarray(cg(operator, off / scale, rtol=1e-8, maxiter=300)[0] / scale)
        joint = np.zeros((len(scale), len(scale)))
        for i, one in enumerate(self._codes):
            for j, other in enumerate(self._codes[: i + 1]):
                both = np.bincount(one * len(scale) + other, weights=weight, minlength=joint.size).reshape(joint.shape)
                joint += both if i == j else both + both.T
        joint /= np.outer(scale, scale)
        joint[np.diag_indices(len(scale))] += 1e-12
        return np.asarray(np.linalg.lstsq(joint, off / scale, rcond=1e-12)[0] / scale)

    def _sweep(self, pull: float) -> None:
        """Meet one control after the other, each of its codes by bisection."""
        for i, codes in enumerate(self._codes):
            own = slice(self._first[i], self._first[i + 1])
            s, wanted, there = self._exponents(self._multipliers), self._wanted[own], self._there[own]
            local = codes - self._first[i]
            low, high = np.full(len(wanted), -40.0), np.full(len(wanted), 40.0)
            for _ in range(HALVINGS):
                middle = (low + high) / 2
                p = self._shares(s + middle[local], pull)
                less = np.bincount(local, weights=p, minlength=len(wanted)) < wanted
                low, high = np.where(less, middle, low), np.where(less, high, middle)
            self._multipliers[own] += np.where(there, (low + high) / 2, 0.0)

    def _shares(self, s: np.ndarray, pull: float) -> np.ndarray:
        with np.errstate(over="ignore"):
            return np.asarray(np.minimum(np.exp(s), np.maximum(self._caps, np.exp(s - pull))))

    def _dual(self, multipliers: np.ndarray, s: np.ndarray, pull: float) -> float:
        """What the steps raise: wanted · multipliers − Σ ∫ p ds."""
        with np.errstate(over="ignore", invalid="ignore"):
            inside = np.where(self._caps > 0, self._caps * (1 + s - self._log_caps), 0.0)
            beyond = np.where(self._caps > 0, self._caps * pull, 0.0) + np.exp(s - pull)
            area = np.where(s <= self._log_caps, np.exp(s), np.where(s <= self._log_caps + pull, inside, beyond))
        return float(self._wanted @ multipliers - area.sum())

    def _exponents(self, multipliers: np.ndarray) -> np.ndarray:
        return np.asarray(self._base + self._exponents_of(multipliers))

    def _exponents_of(self, multipliers: np.ndarray) -> np.ndarray:
        return np.asarray(multipliers[self._codes].sum(axis=0))

    def _sums(self, shares: np.ndarray) -> np.ndarray:
        """(L,) the share of each code of all controls."""
        every = [np.bincount(codes, weights=shares, minlength=self._first[-1]) for codes in self._codes]
        return np.asarray(np.sum(every, axis=0))
