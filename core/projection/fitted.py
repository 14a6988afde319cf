"""The controls of a study put together and fitted: the pool they draw from, its cells, what is reserved, the goals."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from trimtab.core.design.controls.pair import Pair
from trimtab.core.projection.controls.marginal import (
    Control,
    EventControl,
    LevelControl,
    MarginalControl,
    controls_of,
    events_of,
    levels_of,
    rules_of,
    whole_size,
)
from trimtab.core.projection.controls.pair import PairControl, Side, pair_control, pair_sides, supported
from trimtab.core.projection.goals import Goal, goals_of, source_counts
from trimtab.core.projection.pool.cells import Cells, cells_of
from trimtab.core.projection.pool.construct import event_rows_of, pair_rows_of
from trimtab.core.projection.pool.pool import Pool
from trimtab.core.projection.pool.ungrounded import invented_bins
from trimtab.core.projection.reserved.floors import FloorPlan, reserve_floor
from trimtab.core.projection.reserved.reserved import Reserved
from trimtab.core.projection.reserved.sweeps import reserve_sweep
from trimtab.core.projection.solver.feasibility import Conflict, ConflictsError, find_conflicts, nearest_possible
from trimtab.core.projection.solver.fit import TOLERANCE, Constraint, Fit, finish, fit_cells, sweep_on
from trimtab.core.study.study import Study
from trimtab.core.words.conflicts import listed, percent

HALF = 0.5
"""What is asked for less than half a row is not constructed."""

NOTHING = 0.5
"""Of that, so much is not even worth a closer look."""

MOST_CODES = 800
"""With more codes than these Newton steps take minutes: sweeps it is."""

CLOSE = 100.0
"""An error up to so many times that may still be met by more sweeps."""


@dataclass(frozen=True, eq=False)
class Fitted:
    """The fit of a design for `rows` rows, of which those `reserved` are set already.

    `constraints` and `goals` are of the `conditions`, then of the `controls`; `floors` is what each floor comes to.
    """

    rows: int
    pool: Pool
    cells: Cells
    fit: Fit
    conditions: tuple[EventControl, ...]
    controls: tuple[Control, ...]
    goals: tuple[Goal, ...]
    constraints: tuple[Constraint, ...]
    reserved: Reserved
    floors: tuple[FloorPlan, ...]

    @property
    def drawn(self) -> int:
        """Rows that are drawn beside the reserved ones."""
        return self.rows - self.reserved.rows


def fitted(study: Study, rows: int) -> Fitted:
    """Fit the study's design for `rows` rows. Raises ConflictsError if its controls can't be met together."""
    key = (study.grounding, study.design.fingerprint(), rows)
    return study.memo.of("fitted", key, lambda: _all_fitted(study, rows))


def _all_fitted(study: Study, rows: int) -> Fitted:
    conditions = (*events_of(study), *rules_of(study))
    controls: tuple[Control, ...] = (*controls_of(study), *levels_of(study))
    pool = _with_events(study, conditions, controls, rows)
    reserved, floors = _reserved(study, pool, conditions, controls, rows)
    if study.design.pairs:
        free = _fitted(study, "without pairs", pool, conditions, controls, reserved, rows)
        pool, pairs = _with_pairs(study, free)
        controls = (*controls, *pairs)
        reserved = reserved.with_codes(study, conditions, controls)
    return replace(_fitted(study, "", pool, conditions, controls, reserved, rows), floors=floors)


def _fitted(
    study: Study,
    name: str,
    pool: Pool,
    conditions: tuple[EventControl, ...],
    controls: tuple[Control, ...],
    reserved: Reserved,
    rows: int,
) -> Fitted:
    cells = _cells(study, f"cells {name}", pool, conditions, controls)
    goals = goals_of(study, pool, conditions, controls, reserved, rows)
    fit, constraints = _fit(study, cells, goals, rows - reserved.rows, name=f"fit {name}")
    return Fitted(rows, pool, cells, fit, conditions, controls, goals, constraints, reserved, ())


def row_weights(cells: Cells, shares: np.ndarray, rows: int) -> np.ndarray:
    """(rows,) the share of each row of the pool, if the cells have the `shares` (C,)."""
    per_group = np.bincount(cells.group, weights=shares, minlength=len(cells.start) - 1)
    weights = np.zeros(rows)
    weights[cells.rows] = np.repeat(per_group / np.diff(cells.start), np.diff(cells.start))
    return weights


def _with_events(study: Study, conditions: Sequence[EventControl], controls: Sequence[Control], rows: int) -> Pool:
    """The pool, with rows for every event that never happened."""
    real = study.memo.of("pool", study.grounding, lambda: Pool.real(study))
    real = replace(real, study=study)
    total = whole_size(study, rows)
    never = [one for one in conditions if one.kind == "event" and one.rate * total >= HALF and not _happens(real, one)]
    if not never:
        return real
    allowed = [one for one in conditions if one.rate == 1.0]
    holds = [one for one in controls if isinstance(one, MarginalControl) and one.kind == "hold"]
    key = (study.grounding, *(one.predicate.sql for one in (*never, *allowed)), *(_bytes(one) for one in holds))

    def make() -> Pool:
        good = np.ones(real.rows, dtype=bool)
        for condition in allowed:
            good &= real.truth(condition)
        for hold in holds:
            good &= hold.requested[real.control(hold)] > 0
        usable = np.flatnonzero(good) if good.any() else np.arange(real.rows)
        pool = real
        for event in never:
            at = event_rows_of(study, event, usable)
            pool = pool.with_rows(at) if at else pool
        return pool

    return replace(study.memo.of("pool with events", key, make), study=study)


def _happens(real: Pool, event: EventControl) -> bool:
    """Whether some learning row shows an event."""
    name = f"whether {event.name} happens"
    return real.study.memo.of(name, event.predicate.sql, lambda: bool(real.truth(event).any()))


def _with_pairs(study: Study, free: Fitted) -> tuple[Pool, tuple[PairControl, ...]]:
    """The controls of pairs, given what all other controls make of both factors; and the pool with rows for
    combinations that they need and no row has."""
    weights = row_weights(free.cells, free.fit.shares, free.pool.rows) * free.drawn
    found, made = [], free.pool
    for pair in study.design.pairs:
        sides = pair_sides(study, pair)
        size = sides[0].size * sides[1].size
        joint = free.pool.control(PairControl(np.empty(0), (), sides))
        inside = joint >= 0
        now = np.bincount(joint[inside], weights=weights[inside], minlength=size)
        total = free.rows
        blank = PairControl(now, (), sides)
        if free.reserved.rows:
            codes = free.reserved.with_codes(study, (), (blank,)).codes[0]
            now += np.bincount(codes[codes >= 0], minlength=size)
        if study.design.mode == "supplement":
            now += source_counts(study, free.pool, blank)
            total += study.source.rows
        control = _pair(study, pair, sides, now.reshape(sides[0].size, -1) / now.sum())
        unseen = np.bincount(joint[: free.pool.learned], minlength=size).reshape(control.table.shape) == 0
        few = unseen & (control.table * total < HALF)
        if (control.table[few] > 0).any():
            control = replace(control, requested=supported(control.table, ~few).ravel())
        wanted = np.flatnonzero((unseen & (control.table > 0)).ravel())
        at = pair_rows_of(study, free.pool, control, wanted) if len(wanted) else None
        made = made.with_rows(at) if at else made
        found.append(control)
    if made is free.pool:
        return made, tuple(found)
    key = (free.pool.key, *(control.requested.tobytes() for control in found))
    return replace(study.memo.of("pool with pairs", key, lambda: made), study=study), tuple(found)


def _pair(study: Study, pair: Pair, sides: tuple[Side, Side], now: np.ndarray) -> PairControl:
    key = (pair, now.tobytes(), study.role(sides[0].name), study.role(sides[1].name))
    return study.memo.of(f"pair {pair.name}", key, lambda: pair_control(study, pair, sides, now))


def _reserved(
    study: Study, pool: Pool, conditions: tuple[EventControl, ...], controls: tuple[Control, ...], rows: int
) -> tuple[Reserved, tuple[FloorPlan, ...]]:
    """The rows of sweeps and floors, chosen as the rest of the design weighs real rows."""
    reserved, floors = Reserved.none(study, len(conditions) + len(controls)), []
    if not study.design.sweeps and not study.design.floors:
        return reserved, ()
    free = _fitted(study, "without reserved rows", pool, conditions, controls, reserved, rows)
    weights = row_weights(free.cells, free.fit.shares, pool.rows)
    group = 0
    for sweep in study.design.sweeps:
        reserved = reserved.joined(reserve_sweep(study, pool, conditions, controls, weights, sweep, group))
        group += sweep.groups
    for floor in study.design.floors:
        taken, plan = reserve_floor(study, pool, conditions, controls, weights, floor, rows)
        reserved = reserved.joined(taken)
        floors.append(plan)
    if reserved.rows > rows:
        raise ConflictsError((_too_many_reserved(reserved, rows),))
    return reserved, tuple(floors)


def _too_many_reserved(reserved: Reserved, rows: int) -> Conflict:
    names = tuple(part.name for part in reserved.parts)
    said = listed(names)
    message = (
        f"{said[0].upper()}{said[1:]} {'takes' if len(names) == 1 else 'take'} {reserved.rows:,} rows, but the "
        f"design has {rows:,}: {reserved.rows:,} is the fewest that works."
    )
    return Conflict((*names, "rows design"), message, "rows design", float(reserved.rows))


def _cells(
    study: Study, name: str, pool: Pool, conditions: Sequence[EventControl], controls: Sequence[Control]
) -> Cells:
    geometry = (
        study.grounding,
        pool.key,
        tuple(one.predicate.sql for one in conditions),
        tuple(_geometry(study, one) for one in controls),
    )
    return study.memo.of(name, geometry, lambda: cells_of(pool, conditions, controls))


def _geometry(study: Study, control: Control) -> Hashable:
    """What the cells depend on besides the shares asked for: the codes, and if some bins are ungrounded the shares and
    the axis too."""
    if isinstance(control, MarginalControl):
        invented = (control.requested.tobytes(), control.axis) if len(invented_bins(study, control)) else ()
        return (control.kind, control.factor, _bytes(control), len(control.requested), invented)
    if isinstance(control, PairControl):
        features = tuple(side.feature.sql for side in control.sides if side.feature)
        return (control.name, *(side.axis for side in control.sides), features)
    assert isinstance(control, LevelControl)  # there are no others
    return (control.name, control.feature.sql, control.labels)


def _bytes(control: MarginalControl) -> bytes:
    return control.code_of_value.tobytes()


def _fit(
    study: Study, cells: Cells, goals: Sequence[Goal], drawn: int, *, name: str = "fit"
) -> tuple[Fit, tuple[Constraint, ...]]:
    """The fit of the cells to the goals of `drawn` rows. Raises ConflictsError if they can't be met together."""
    constraints = tuple(goal.constraint(cells.codes[i], drawn) for i, goal in enumerate(goals))
    key = (cells, tuple(one.requested.tobytes() for one in constraints))
    fit = study.memo.of(name, key, lambda: fit_cells(cells.mass, constraints))
    # Rows are whole: what is off by less than half of one is met.
    whole = HALF / max(1, drawn)
    enough = max(TOLERANCE, NOTHING * whole)
    if enough < fit.error <= CLOSE * whole:
        crept = fit
        fit = study.memo.of(f"more of {name}", (key, whole), lambda: sweep_on(crept, constraints, enough))
    if fit.error <= enough:
        return fit, constraints
    named = tuple((one.name, one.labels) for one in constraints)
    conflicts = study.memo.of(
        f"conflicts of {name}",
        (key, named, whole),
        lambda: find_conflicts(cells.mass, constraints, allowed=whole, rows=study.grounding.rows),
    )
    if conflicts:
        raise ConflictsError(conflicts)
    swept = fit
    fit = study.memo.of(f"finished {name}", (key, whole), lambda: _finished(cells.mass, swept, constraints, whole))
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
        f"The controls can only just be met, and fitting them left an error of {percent(fit.error)}. Ask for a little "
        f"less, beginning with {listed(names[-1:])}.",
        names[-1],
        None,
    )
