"""The projection of the grounding onto a design: what will come out, what it costs, and what moves along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.errors import InputError
from trimtab.core.maths.rounding import event_rows
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.controls.control import Control
from trimtab.core.projection.controls.event import events_of
from trimtab.core.projection.features.feature import Feature
from trimtab.core.projection.fitted import Fitted, fitted
from trimtab.core.projection.goals import MOST_ROWS, Goal
from trimtab.core.projection.pool.cells import Cells
from trimtab.core.projection.pool.pool import Pool
from trimtab.core.projection.rates import real_rows
from trimtab.core.projection.real.slots import Slots
from trimtab.core.projection.reserved.reserved import FloorPlan, Reserved
from trimtab.core.projection.shifts import Shift, group_shares, shifts_of
from trimtab.core.projection.solver.fit import Constraint, Fit, finish, fit_cells
from trimtab.core.projection.solver.outcomes import Outcomes, outcomes_of
from trimtab.core.study.study import Study, whole_size

ENOUGH_FOR_COSTS = 2e-5
"""Costs are shown with three digits: a design without one of its controls need not be met more exactly."""

MOST_CODES = 400
"""With more codes than these Newton steps take longer than anyone waits for a cost."""


@dataclass(frozen=True)
class EventRate:
    """An event: its real rate and rows in the source, the rate the design asks for and the rows that gives."""

    name: str
    real: float
    real_rows: int
    rate: float
    rows: int


@dataclass(frozen=True)
class ControlCost:
    """What one control costs: the KL divergence in bits that would be saved without it."""

    name: ControlName
    cost_bits: float


@dataclass(frozen=True, eq=False)
class Projection:
    """The fitted distribution and its price, for `rows` rows.

    `shares` (C,) are the fitted shares of `cells`, whose rows are those of `pool`, in the rows that are drawn beside
    the `reserved` ones, and the `slots` are what these are drawn for; `outcomes` are the whole rows of the joint
    outcomes of events and levels among them, `goals` what each of the `controls` asks, and `beside` are the controls
    that ask for no shares of rows. `cost_bits` is KL(projection ‖ grounding) in bits, `effective_share` Kish's
    effective sample size 1 / Σw² over the number of learning rows (0 to 1), both of the drawn rows. `ungrounded` is the
    share of rows that the source never shows. `total` counts the source in a supplement.
    """

    rows: int
    total: int
    pool: Pool
    cells: Cells
    shares: np.ndarray
    slots: Slots
    outcomes: Outcomes
    controls: tuple[Control, ...]
    beside: tuple[Control, ...]
    goals: tuple[Goal, ...]
    reserved: Reserved
    floors: tuple[FloorPlan, ...]
    cost_bits: float
    effective_share: float
    ungrounded: float
    _shifts: Callable[[], tuple[Shift, ...]]
    _events: Callable[[], tuple[EventRate, ...]]

    @cached_property
    def shifts(self) -> tuple[Shift, ...]:
        """The shift of everything that a row has a value of; worked out when it is asked for: rows need none."""
        return self._shifts()

    @cached_property
    def events(self) -> tuple[EventRate, ...]:
        """How often each event happens in the source, and is asked for."""
        return self._events()

    @property
    def looked_at(self) -> tuple[Feature, ...]:
        """Everything that controls look at beside plain values, those that ask for shares first."""
        return tuple(feature for control in (*self.controls, *self.beside) for feature in control.features)

    @property
    def drawn(self) -> int:
        """Rows that are drawn beside the reserved ones."""
        return self.rows - self.reserved.rows

    @property
    def made(self) -> int:
        """Rows that are no whole real ones: all, unless the design takes real rows first."""
        return self.rows if self.slots.made is None else self.reserved.rows + self.slots.made


def project(study: Study, *, rows: int | None = None) -> Projection:
    """Fit the study's design for `rows` rows (the design's if None).

    Raises ConflictsError if its controls can't be met together, InputError if one of them or `rows` is wrong.
    """
    rows = study.size if rows is None else rows
    if not 1 <= rows <= MOST_ROWS:
        raise InputError(f"rows must be between 1 and {MOST_ROWS:,}, got {rows:,}.")
    found = fitted(study, rows)
    cells, shares = found.cells, found.shares
    exact, goals = _exact(found)
    key = (found.slots if found.slots.made is not None else found.fit, found.drawn, goals.tobytes())
    outcomes = study.memo.of("outcomes", key, lambda: _outcomes(exact, goals, found))
    per_group = group_shares(cells, shares)
    drawn, made_up = found.drawn, float(shares[cells.ungrounded].sum())
    return Projection(
        rows=rows,
        total=whole_size(study, rows),
        pool=found.pool,
        cells=cells,
        shares=shares,
        slots=found.slots,
        outcomes=outcomes,
        controls=found.controls,
        beside=found.beside,
        goals=found.goals,
        reserved=found.reserved,
        floors=found.floors,
        cost_bits=cost_bits(cells.mass, shares),
        effective_share=float(1.0 / (per_group**2 / np.diff(cells.start)).sum() / found.pool.learned),
        ungrounded=1.0 if study.declared else (made_up * drawn + int(found.reserved.ungrounded.sum())) / rows,
        _shifts=partial(shifts_of, study, found),
        _events=partial(_event_rates, study, whole_size(study, rows)),
    )


def floor_plans(study: Study, rows: int) -> tuple[FloorPlan, ...]:
    """What each floor of the study's design comes to among `rows` rows; nothing where the design can't be met."""
    if not study.design.floors or not 1 <= rows <= MOST_ROWS:
        return ()
    try:
        return fitted(study, rows).floors
    except ConflictsError:
        return ()


def control_costs(study: Study) -> tuple[ControlCost, ...]:
    """The cost of each control: how many bits the design would cost less without it."""
    found = fitted(study, study.size)
    mass = found.cells.mass
    whole = cost_bits(mass, found.fit.shares)
    return tuple(
        ControlCost(one.name, max(0.0, whole - cost_bits(mass, fit_without(study, found, place).shares)))
        for place, one in enumerate(found.constraints)
    )


def fit_without(study: Study, found: Fitted, left_out: int) -> Fit:
    """The fit of a design without one of its controls, the one in this place; kept, as it is asked for more than once.

    It serves what is shown, with three digits, and is met no more exactly than that.
    """
    others = [one for i, one in enumerate(found.constraints) if i != left_out]
    begin = [factor for i, factor in enumerate(found.fit.factors) if i != left_out]

    def make() -> Fit:
        without = fit_cells(found.cells.mass, others, begin=begin, enough=ENOUGH_FOR_COSTS)
        if without.error > ENOUGH_FOR_COSTS and sum(len(one.requested) for one in others) <= MOST_CODES:
            without = finish(without, others)
        return without

    return study.memo.of("fit without a control", (found.fit, left_out), make)


def cost_bits(mass: np.ndarray, shares: np.ndarray) -> float:
    """KL(shares ‖ mass) in bits, 0 or more; both (C,)."""
    used = shares > 0
    bits = float((shares[used] * np.log2(shares[used] / (mass[used] / mass.sum()))).sum())
    return max(0.0, bits)  # of shares that are those of the source rounding may leave less


def _exact(found: Fitted) -> tuple[list[Constraint], np.ndarray]:
    """What must come out in whole rows, as constraints of two codes, and the rows of the second code."""
    exact, goals = [], []
    slots = found.slots
    for goal, constraint in zip(found.goals, found.constraints, strict=True):
        for code in goal.control.exact(constraint.requested):
            share = float(constraint.requested[code])
            codes = (constraint.codes[slots.cell] == code).astype(np.int64)
            there = np.array([goal.there.sum() - goal.there[code], goal.there[code]])
            shares = np.array([1.0 - share, share])
            exact.append(Constraint(goal.name, codes, shares, total=goal.total, drawn=found.drawn, there=there))
            goals.append(int(goal.rows[code]))
    if slots.made:
        share = slots.made / found.drawn
        made = np.array([1.0 - share, share])
        exact.append(
            Constraint(ControlName("mode", "blend"), 1 - slots.real, made, drawn=found.drawn, total=found.rows)
        )
        goals.append(slots.made)
    return exact, np.array(goals, dtype=np.int64)


def _outcomes(exact: list[Constraint], goals: np.ndarray, found: Fitted) -> Outcomes:
    slots = found.slots
    return outcomes_of(exact, slots.shares, found.drawn, goals, room=None if slots.made is None else slots.room)


def _event_rates(study: Study, total: int) -> tuple[EventRate, ...]:
    rates = []
    for event in events_of(study):
        real = real_rows(study, event)
        rates.append(EventRate(event.of, real / study.source.rows, real, event.rate, event_rows(event.rate, total)))
    return tuple(rates)
