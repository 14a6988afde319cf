"""Why a factor moved that nobody set: which controls move it, how much each, and through which neighbours.

A shift is the sum of what each control adds to it. What one adds depends on which others are there before: its part is
the mean of what it moves alone and what is lost without it (of two controls these are their Shapley values, L. S.
Shapley 1953). What is left over is where more of them act together, and what reserved rows bring.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.errors import InputError, nearest
from trimtab.core.projection.fitted import Fitted, fitted
from trimtab.core.projection.projection import Projection, fit_without, project
from trimtab.core.projection.shifts import STILL, Shift, display_shares, group_shares
from trimtab.core.projection.solver.fit import fit_cells
from trimtab.core.study.study import Study

TELLING = 0.2
"""A neighbour that explains less of what a control moves is not named beside it."""
MOST_NAMED = 3


@dataclass(frozen=True)
class Neighbour:
    """A factor that the moved one depends on. `part` is how far it alone, moved as it is, takes that factor along, in
    the direction of its shift (-1 to 1)."""

    factor: str
    part: float


@dataclass(frozen=True)
class Cause:
    """A control and its `part` of a shift (total variation, -1 to 1; below 0 it holds the factor back).

    `alone` is what the control by itself would move, `without` how much of the shift would be left if it were not
    there. It is `direct` if it looks at the factor itself; else `beside` are those of the factor's neighbours that it
    looks at, and `through` the others by which it gets there, the most telling first.
    """

    control: ControlName
    part: float
    alone: float
    without: float
    direct: bool
    beside: tuple[str, ...]
    through: tuple[Neighbour, ...]


@dataclass(frozen=True, eq=False)
class Why:
    """The `causes` of a factor's shift, the largest first; `rest` is what they move together beyond their parts, so
    that all parts and the rest sum to the shift's total variation. `neighbours` are what the factor depends on."""

    shift: Shift
    causes: tuple[Cause, ...]
    rest: float
    neighbours: tuple[Neighbour, ...]

    def as_json(self) -> dict[str, Any]:
        """In plain Python types."""
        return {
            "factor": self.shift.factor,
            "tv": self.shift.tv,
            "asked": self.shift.asked,
            "causes": [
                {
                    "control": str(one.control),
                    "part": one.part,
                    "alone": one.alone,
                    "without": one.without,
                    "direct": one.direct,
                    "beside": list(one.beside),
                    "through": [{"factor": other.factor, "part": other.part} for other in one.through],
                }
                for one in self.causes
            ],
            "rest": self.rest,
            "neighbours": [{"factor": one.factor, "part": one.part} for one in self.neighbours],
        }


def why(study: Study, factor: str, projection: Projection | None = None) -> Why:
    """Why a factor moves as it does; `projection` is that of the study, if it is known.

    It costs two fits for each control, one of them of that control alone. Raises InputError for a factor that no row
    has, ConflictsError if the design can't be met.
    """
    if factor not in study.shown:
        raise InputError(f"There is no factor `{factor}` in the rows.{nearest(factor, study.shown)}")
    projection = projection or project(study)
    shift = next(one for one in projection.shifts if one.factor == factor)
    seen = _Seen(study, fitted(study, projection.rows), projection, shift)
    causes = sorted(seen.causes(), key=lambda one: (-abs(one.part), str(one.control)))
    neighbours = seen.neighbours({one.factor: one.after for one in projection.shifts}, list(_neighbours(study, factor)))
    return Why(shift, tuple(causes), shift.tv - sum(one.part for one in causes), neighbours)


@dataclass(frozen=True, eq=False)
class _Seen:
    """One factor's shift, as it is taken apart."""

    study: Study
    found: Fitted
    projection: Projection
    shift: Shift

    def causes(self) -> Iterator[Cause]:
        """What each control does."""
        near = list(_neighbours(self.study, self.shift.factor))
        whole = self._along(self._per_group(self.found.fit.shares))
        for place, (control, constraint) in enumerate(zip(self.found.controls, self.found.constraints, strict=True)):
            by_itself = self._per_group(fit_cells(self.found.cells.mass, [constraint]).shares)
            alone = self._along(by_itself)
            without = self._along(self._per_group(fit_without(self.study, self.found, place).shares))
            direct = self.shift.factor in control.columns
            others = [] if direct else [name for name in near if name not in control.columns]
            beside = () if direct else tuple(name for name in near if name in control.columns)
            through = self._through(by_itself, alone, others)
            yield Cause(control.name, 0.5 * (alone + whole - without), alone, without, direct, beside, through)

    def neighbours(self, shares: dict[str, np.ndarray], names: Sequence[str]) -> tuple[Neighbour, ...]:
        """What each neighbour takes along if it has these shares (size + 1,), the most telling first."""
        found = [Neighbour(name, self._toward(self._expected(name, shares[name]))) for name in names if name in shares]
        return tuple(sorted(found, key=lambda one: (-one.part, one.factor)))

    def _through(self, per_group: np.ndarray, alone: float, near: Sequence[str]) -> tuple[Neighbour, ...]:
        """The neighbours that explain what a control alone moves."""
        if abs(alone) < STILL:
            return ()
        shares = {name: self._scaled(name, per_group) for name in near}
        telling = [one for one in self.neighbours(shares, near) if one.part * np.sign(alone) > TELLING * abs(alone)]
        return tuple(sorted(telling, key=lambda one: -abs(one.part))[:MOST_NAMED])

    def _per_group(self, shares: np.ndarray) -> np.ndarray:
        return group_shares(self.found.cells, shares)

    def _along(self, per_group: np.ndarray) -> float:
        """How far groups of rows with these shares take the factor, in the direction of its shift."""
        return self._toward(self._scaled(self.shift.factor, per_group))

    def _scaled(self, name: str, per_group: np.ndarray) -> np.ndarray:
        """(size + 1,) shares of a factor in all rows that the shift is of, if those that are drawn have these and the
        others are as real ones."""
        drawn = self.found.drawn / self.projection.total
        real = self.study.real_shares(name)
        return np.asarray((1.0 - drawn) * real + drawn * display_shares(self.study, self.found, name, per_group))

    def _toward(self, shares: np.ndarray) -> float:
        """How much of a way, from the source's shares to these (size + 1,), goes in the direction of the shift."""
        direction = np.sign(self.shift.after - self.shift.before)
        return float(0.5 * (direction * (shares - self.shift.before)).sum())

    def _expected(self, name: str, shares: np.ndarray) -> np.ndarray:
        """(size + 1,) the factor's shares if a neighbour has these and all else goes with it as in the source."""
        given, own = (self.study.display_codes(one).astype(np.int64) for one in (name, self.shift.factor))
        size = len(self.shift.before)
        counts = np.bincount(given * size + own, minlength=len(shares) * size).reshape(len(shares), size)
        rows = counts.sum(axis=1, keepdims=True)
        of_each = np.where(rows > 0, counts / np.maximum(rows, 1), self.shift.before)
        return np.asarray(shares @ of_each + self.shift.before - self.study.real_shares(name) @ of_each)


def _neighbours(study: Study, factor: str) -> Iterator[str]:
    """What a factor depends on by what was learned, or, if it is computed, by its definition."""
    named = study.definitions.get(factor)
    if named is not None:
        near = list(named.scalar.columns)
    else:
        block = next((one for one in study.grounding.neighbourhoods if factor in one.factors), None)
        near = [*block.factors, *(one.factor for one in block.neighbours)] if block else []
    yield from dict.fromkeys(name for name in near if name != factor and name in study.shown)
