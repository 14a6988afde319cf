"""The controls of a study put together and fitted: the pool they draw from, its cells, what is reserved, the goals."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.errors import InputError
from trimtab.core.projection.conflict import Conflict, ConflictsError
from trimtab.core.projection.controls.control import Control
from trimtab.core.projection.controls.kinds import controls_of
from trimtab.core.projection.goals import Goal, goals_of, source_counts
from trimtab.core.projection.pool.cells import Cells, cells_of
from trimtab.core.projection.pool.pool import Pool
from trimtab.core.projection.pool.ungrounded import check_decided
from trimtab.core.projection.real.first import Task, slots_of
from trimtab.core.projection.real.rows import real_rows_of
from trimtab.core.projection.real.slots import Slots
from trimtab.core.projection.reserved.reserved import FloorPlan, Reserved, Reserving
from trimtab.core.projection.solver.feasibility import find_conflicts, nearest_possible
from trimtab.core.projection.solver.fit import TOLERANCE, Constraint, Fit, finish, fit_cells, sweep_on
from trimtab.core.projection.solver.wording import listed
from trimtab.core.study.study import Study, whole_size
from trimtab.core.words.numbers import rounded_percent
from trimtab.core.words.plain import capital

HALF = 0.5
"""Rows are whole: what is off by less than so much of one is met."""

NOTHING = 0.5
"""Of that, so much is not even worth a closer look."""

MOST_CODES = 800
"""With more codes than these Newton steps take minutes: sweeps it is."""

CLOSE = 100.0
"""An error up to so many times that may still be met by more sweeps."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """The fit of a design for `rows` rows, of which those `reserved` are set already.

    `goals` and `constraints` are of the `controls`; `beside` are those of the design that ask for no shares of rows;
    `floors` is what each floor comes to, `slots` are what rows are drawn for.
    """

    rows: int
    pool: Pool
    cells: Cells
    fit: Fit
    controls: tuple[Control, ...]
    beside: tuple[Control, ...]
    goals: tuple[Goal, ...]
    constraints: tuple[Constraint, ...]
    reserved: Reserved
    floors: tuple[FloorPlan, ...]
    slots: Slots

    @property
    def drawn(self) -> int:
        """Rows that are drawn beside the reserved ones."""
        return self.rows - self.reserved.rows

    @property
    def shares(self) -> np.ndarray:
        """(C,) the share of each cell in the rows that are drawn: those of the fit, but where real rows run out."""
        return self.fit.shares if self.slots.made is None else self.slots.per_cell(self.slots.shares, self.cells.count)


def fitted(study: Study, rows: int) -> Fitted:
    """Fit the study's design for `rows` rows. Raises ConflictsError if its controls can't be met together."""
    key = (study.grounding, study.design.content, rows)
    return study.memo.of("fitted", key, lambda: _or_told(study, rows))


def _or_told(study: Study, rows: int) -> Fitted:
    """The fit. Raises ConflictsError that names the guards too which are in the way of all else, though no row could
    show it: what a guard forbids is not made."""
    every = controls_of(study)
    try:
        return _all_fitted(study, rows, every)
    except ConflictsError as error:
        conflicts, told = error.conflicts, {name for one in error.conflicts for name in one.controls}
    guards = {control.name: control.columns for control in every if control.guards}
    if guards and guards.keys().isdisjoint(told) and _is_met(study, rows, guards):
        asked = {name for control in every if control.name in told for name in study.grounding.tied(control.columns)}
        near = [name for name, columns in guards.items() if not asked.isdisjoint(columns)] or [*guards]
        alone = [name for name in near if not _is_met(study, rows, guards.keys() - {name})]
        conflicts = tuple(one.beside(alone or near) for one in conflicts)
    raise ConflictsError(conflicts)


def _is_met(study: Study, rows: int, without: Collection[ControlName]) -> bool:
    """Whether the design can be met without some of its controls."""
    try:
        _all_fitted(study, rows, controls_of(study, without=without))
    except (ConflictsError, InputError):
        return False
    return True


def _all_fitted(study: Study, rows: int, every: Sequence[Control]) -> Fitted:
    guards = tuple(control for control in every if control.guards)
    asking = tuple(control for control in every if control.constrains and not control.guards)
    beside = tuple(control for control in every if not control.constrains and not control.waits)
    others = [control for control in every if not control.guards]
    waiting = [control for control in every if control.waits]
    check_decided(study, (*asking, *waiting))  # what can't be decided at all is told before any conflict
    refused = [conflict for guard in guards for conflict in guard.refused(study, others, rows)]
    if refused:
        raise ConflictsError(refused)
    pool = _with_unshown(study, asking, guards, rows)
    controls = (*asking, *_awake(guards, pool))
    reserving = _reserved(study, pool, controls, guards, beside, rows)
    reserved = reserving.reserved
    if waiting:
        free = _fitted(study, pool, controls, reserved, rows)
        pool, settled = _settled(study, free, waiting, guards)
        controls = (*asking, *settled, *_awake(guards, pool))
        reserved = reserved.with_codes(study, controls)
    found = _fitted(study, pool, controls, reserved, rows)
    idle = tuple(guard for guard in guards if guard not in controls)
    found = replace(found, beside=(*beside, *idle), floors=reserving.floors)
    return replace(found, slots=slots_of(task_of(study, found))) if study.design.takes_real_rows else found


def task_of(study: Study, found: Fitted) -> Task:
    """What is to be fitted anew under what real rows can fill."""
    real = real_rows_of(study, found.pool, found.cells, found.controls)
    fitted_shares, reserved = found.fit.shares, found.reserved.rows
    return Task(study, found.cells, real, fitted_shares, found.constraints, found.goals, found.rows, reserved)


def _awake(guards: Sequence[Control], pool: Pool) -> tuple[Control, ...]:
    """The guards that have something to look after: some row of the pool has not what they ask."""
    return tuple(guard for guard in guards if not guard.idle(pool))


def _fitted(study: Study, pool: Pool, controls: tuple[Control, ...], reserved: Reserved, rows: int) -> Fitted:
    cells = _cells(study, pool, controls)
    goals = goals_of(study, pool, controls, reserved, rows)
    fit, constraints = _fit(study, cells, goals, rows - reserved.rows)
    slots = Slots.plain(fit.shares)
    return Fitted(rows, pool, cells, fit, controls, (), goals, constraints, reserved, (), slots)


def row_weights(cells: Cells, shares: np.ndarray, rows: int) -> np.ndarray:
    """(rows,) the share of each row of the pool, if the cells have the `shares` (C,)."""
    per_group = np.bincount(cells.group, weights=shares, minlength=len(cells.start) - 1)
    weights = np.zeros(rows)
    weights[cells.rows] = np.repeat(per_group / np.diff(cells.start), np.diff(cells.start))
    return weights


def _with_unshown(study: Study, controls: Sequence[Control], guards: Sequence[Control], rows: int) -> Pool:
    """The pool, with rows for what is asked for and no learning row shows."""
    real = study.memo.of("pool", study.grounding, lambda: Pool.real(study))
    real = replace(real, study=study)
    total = whole_size(study, rows)
    never = [control for control in controls if control.never_shown(real, total)]
    if not never:
        return real
    required = [control for control in (*controls, *guards) if control.of_every_row]
    key = (
        study.grounding,
        tuple(control.geometry(study) for control in never),
        tuple((control.geometry(study), control.requested.tobytes()) for control in required),
    )

    def make() -> Pool:
        good = np.ones(real.rows, dtype=bool)
        for control in required:
            good &= control.requested[control.codes(real).astype(np.int64)] > 0
        usable = np.flatnonzero(good) if good.any() else np.arange(real.rows)
        pool = real
        for control in never:
            at = control.rows_of_it(study, usable, guards)
            pool = pool.with_rows(at) if at else pool
        return pool

    return replace(study.memo.of("pool with events", key, make), study=study)


def _settled(
    study: Study, free: Fitted, waiting: Sequence[Control], guards: Sequence[Control]
) -> tuple[Pool, tuple[Control, ...]]:
    """Controls that wait for what all others come to; and the pool with rows for combinations that they need and no
    row has."""
    weights = row_weights(free.cells, free.fit.shares, free.pool.rows) * free.drawn
    found, made = [], free.pool
    for control in waiting:
        joint = control.codes(free.pool)
        inside = joint >= 0
        now = np.bincount(joint[inside], weights=weights[inside], minlength=control.size)
        total = free.rows
        if free.reserved.rows:
            codes = free.reserved.with_codes(study, (control,)).codes[0]
            now += np.bincount(codes[codes >= 0], minlength=control.size)
        if study.design.mode == "supplement":
            now += source_counts(study, free.pool, control)
            total += study.source.rows
        settled = control.settled(study, free.pool, now, total)
        at = settled.constructed(study, free.pool, guards)
        made = made.with_rows(at) if at else made
        found.append(settled)
    if made is free.pool:
        return made, tuple(found)
    key = (
        study.grounding,
        free.pool.key,
        tuple((control.geometry(study), control.requested.tobytes()) for control in found),
        tuple(guard.geometry(study) for guard in guards),
    )
    return replace(study.memo.of("pool with pairs", key, lambda: made), study=study), tuple(found)


def _reserved(
    study: Study,
    pool: Pool,
    controls: tuple[Control, ...],
    guards: Sequence[Control],
    beside: Sequence[Control],
    rows: int,
) -> Reserving:
    """The rows that some controls reserve, chosen as the rest of the design weighs real rows."""
    reserved = Reserved.none(study, len(controls))
    if not any(control.reserves for control in beside):
        return Reserving(study, pool, controls, np.empty(0), rows, reserved)
    free = _fitted(study, pool, controls, reserved, rows)
    weights = row_weights(free.cells, free.fit.shares, pool.rows)
    task = Reserving(study, pool, controls, weights, rows, reserved, guards=guards)
    for control in beside:
        task = control.reserve(task)
    if task.reserved.rows > rows:
        raise ConflictsError((_too_many_reserved(task.reserved, rows),))
    return task


def _too_many_reserved(reserved: Reserved, rows: int) -> Conflict:
    names, design = tuple(part.name for part in reserved.parts), ControlName("rows", "design")
    message = (
        f"{capital(listed(names))} {'takes' if len(names) == 1 else 'take'} {reserved.rows:,} rows, but the "
        f"design has {rows:,}: {reserved.rows:,} is the fewest that works."
    )
    return Conflict((*names, design), message, design, float(reserved.rows))


def _cells(study: Study, pool: Pool, controls: Sequence[Control]) -> Cells:
    geometry = (study.grounding, pool.key, tuple(control.geometry(study) for control in controls))
    return study.memo.of("cells", geometry, lambda: cells_of(pool, controls))


def _fit(study: Study, cells: Cells, goals: Sequence[Goal], drawn: int) -> tuple[Fit, tuple[Constraint, ...]]:
    """The fit of the cells to the goals of `drawn` rows. Raises ConflictsError if they can't be met together."""
    constraints = tuple(goal.constraint(cells.codes[i], drawn) for i, goal in enumerate(goals))
    # Sweeps look at the shares alone, so that a fit serves other numbers of rows too.
    key = (cells, tuple(one.requested.tobytes() for one in constraints))
    fit = study.memo.of("fit", key, lambda: fit_cells(cells.mass, constraints))
    # Rows are whole: what is off by less than half of one is met.
    whole = HALF / max(1, drawn)
    enough = max(TOLERANCE, NOTHING * whole)
    if enough < fit.error <= CLOSE * whole:
        crept = fit
        fit = study.memo.of("fit by more sweeps", (key, whole), lambda: sweep_on(crept, constraints, enough))
    if fit.error <= enough:
        return fit, constraints
    asked = tuple(one.asks for one in constraints)
    called = "rows drawn from what is declared" if study.declared else "real rows"
    conflicts = study.memo.of(
        "conflicts",
        (cells, asked, whole),
        lambda: find_conflicts(cells.mass, constraints, allowed=whole, rows=study.grounding.rows, called=called),
    )
    if conflicts:
        raise ConflictsError(conflicts)
    swept = fit
    fit = study.memo.of("finished fit", (cells, asked, whole), lambda: _finished(cells.mass, swept, constraints, whole))
    if fit.error > 1.01 * whole:
        raise ConflictsError((_unfinished(constraints, fit),))
    return fit, constraints


def _finished(mass: np.ndarray, fit: Fit, constraints: Sequence[Constraint], whole: float) -> Fit:
    """The fit taken to its end; where that is only possible to within `whole`, of the nearest that is possible."""
    if sum(len(one.requested) for one in constraints) > MOST_CODES:
        return sweep_on(fit, constraints, TOLERANCE)
    finished = finish(fit, constraints)
    if finished.met:
        return finished
    near = nearest_possible(mass, constraints, allowed=whole)
    again = finish(fit_cells(mass, near), near)
    return again.judged(constraints)


def _unfinished(constraints: Sequence[Constraint], fit: Fit) -> Conflict:
    names = tuple(one.name for one in constraints)
    return Conflict(
        names,
        f"The controls can only just be met, and fitting them left an error of {rounded_percent(fit.error)}. "
        f"Ask for a little less, beginning with {listed(names[-1:])}.",
        names[-1],
        None,
    )
