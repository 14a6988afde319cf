"""The projection of the grounding onto a design: what will come out, what it costs, and what moves along."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.errors import InputError
from core.projection.cells import Cells, cells_of
from core.projection.controls import EventControl, MarginalControl, controls_of, events_of
from core.projection.feasibility import Conflict, ConflictsError, find_conflicts, nearest_possible
from core.projection.fit import TOLERANCE, Constraint, Fit, finish, fit_cells
from core.projection.outcomes import Outcomes, outcomes_of
from core.projection.rates import real_rows
from core.projection.rounding import event_rows
from core.projection.ungrounded import invented_bins
from core.projection.wording import listed, percent
from core.study import Study

MOST_ROWS = 2_000_000_000


@dataclass(frozen=True, eq=False)
class Shift:
    """How one factor's marginal moves.

    `tv` is the total variation (0 to 1) between `before` and `after`, the shares (size + 1,) on the factor's display
    axis, the last one missing. `asked` tells whether a control sets this factor.
    """

    factor: str
    tv: float
    asked: bool
    before: np.ndarray
    after: np.ndarray


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

    name: str
    cost_bits: float


@dataclass(frozen=True, eq=False)
class Projection:
    """The fitted distribution and its price, for `rows` rows.

    `shares` (C,) are the fitted shares of `cells`, `outcomes` the whole rows of the events' joint outcomes. `cost_bits`
    is KL(projection ‖ grounding) in bits, `effective_share` Kish's effective sample size 1 / Σw² over the number of
    learning rows (0 to 1), `ungrounded` the share of rows whose controlled bin the source never shows.
    """

    rows: int
    cells: Cells
    shares: np.ndarray
    outcomes: Outcomes
    controls: tuple[MarginalControl, ...]
    event_controls: tuple[EventControl, ...]
    cost_bits: float
    effective_share: float
    shifts: tuple[Shift, ...]
    events: tuple[EventRate, ...]
    ungrounded: float


def project(study: Study, *, rows: int | None = None) -> Projection:
    """Fit the study's design for `rows` rows (the design's if None).

    Raises ConflictsError if its controls can't be met together, InputError if one of them or `rows` is wrong.
    """
    rows = study.design.rows if rows is None else rows
    if not 1 <= rows <= MOST_ROWS:
        raise InputError(f"rows must be between 1 and {MOST_ROWS:,}, got {rows:,}.")
    cells, fit, controls, events = _fitted(study, rows)
    constraints = constraints_of(cells, controls, events)[: len(events)]
    outcomes = study.memo.of("outcomes", (fit, rows), lambda: outcomes_of(constraints, fit.shares, rows))
    per_group = group_shares(cells, fit.shares)
    return Projection(
        rows=rows,
        cells=cells,
        shares=fit.shares,
        outcomes=outcomes,
        controls=controls,
        event_controls=events,
        cost_bits=cost_bits(cells.mass, fit.shares),
        effective_share=float(1.0 / (per_group**2 / np.diff(cells.start)).sum() / len(cells.cell_of_row)),
        shifts=_shifts(study, per_group, controls, cells, fit),
        events=_event_rates(study, events, rows),
        ungrounded=float(fit.shares[cells.ungrounded].sum()),
    )


def control_costs(study: Study) -> tuple[ControlCost, ...]:
    """The cost of each control: how many bits the design would cost less without it."""
    cells, fit, controls, events = _fitted(study, study.design.rows)
    constraints = constraints_of(cells, controls, events)
    whole = cost_bits(cells.mass, fit.shares)
    found = []
    for left_out in range(len(constraints)):
        others = [one for i, one in enumerate(constraints) if i != left_out]
        without = fit_cells(cells.mass, others)
        without = without if without.met else finish(without, others)
        found.append(ControlCost(constraints[left_out].name, max(0.0, whole - cost_bits(cells.mass, without.shares))))
    return tuple(found)


def constraints_of(
    cells: Cells, controls: tuple[MarginalControl, ...], events: tuple[EventControl, ...]
) -> list[Constraint]:
    """The rows of `cells.codes` with what is asked of them, events first."""
    found: list[tuple[str, np.ndarray, tuple[str, ...]]] = [
        (f"event {event.name}", np.array([1.0 - event.rate, event.rate]), ()) for event in events
    ]
    found += [(control.name, control.requested, control.labels) for control in controls]
    # What is held, and what is asked of all rows, leaves no part of a row to anything else.
    return [
        Constraint(
            name, cells.codes[i], requested, labels, strict=name.startswith("hold ") or bool(requested.max() == 1.0)
        )
        for i, (name, requested, labels) in enumerate(found)
    ]


def cost_bits(mass: np.ndarray, shares: np.ndarray) -> float:
    """KL(shares ‖ mass) in bits; both (C,)."""
    used = shares > 0
    return float((shares[used] * np.log2(shares[used] / (mass[used] / mass.sum()))).sum())


def group_shares(cells: Cells, shares: np.ndarray) -> np.ndarray:
    """(G,) the share of the rows that are taken from each group of alike learning rows."""
    return np.bincount(cells.group, weights=shares, minlength=len(cells.start) - 1)


def display_shares(study: Study, cells: Cells, name: str, per_group: np.ndarray) -> np.ndarray:
    """(size + 1,) shares per display bin of a factor, if groups of learning rows have the shares `per_group` (G,).

    Kept is how the rows of each group spread over the bins: then a change of the shares costs one small product.
    """
    size, groups = study.axes[name].size + 1, len(per_group)
    codes = study.display_codes(name)
    if groups * size > len(codes):
        weights = (per_group / np.diff(cells.start))[cells.cell_of_row]
        return np.bincount(codes, weights=weights, minlength=size)

    def spread() -> np.ndarray:
        counts = np.bincount(cells.cell_of_row.astype(np.int64) * size + codes, minlength=groups * size)
        return counts.reshape(groups, size) / np.diff(cells.start)[:, None]

    return np.asarray(per_group @ study.memo.of(f"spread of {name}", (cells, study.axes[name]), spread))


def _fitted(study: Study, rows: int) -> tuple[Cells, Fit, tuple[MarginalControl, ...], tuple[EventControl, ...]]:
    controls, events = controls_of(study), events_of(study)
    geometry = (
        study.grounding,
        tuple(event.predicate.sql for event in events),
        tuple((c.kind, c.factor, c.code_of_value.tobytes(), len(c.requested), _borrowed(study, c)) for c in controls),
    )
    cells = study.memo.of("cells", geometry, lambda: cells_of(study, controls, events))
    constraints = constraints_of(cells, controls, events)
    key = (cells, tuple(one.requested.tobytes() for one in constraints))
    fit = study.memo.of("fit", key, lambda: fit_cells(cells.mass, constraints))
    if fit.error > TOLERANCE:
        # Rows are whole: what is off by less than half of one is met.
        whole = 0.5 / max(1, rows)
        named = tuple((one.name, one.labels) for one in constraints)
        conflicts = study.memo.of(
            "conflicts",
            (key, named, whole),
            lambda: find_conflicts(cells.mass, constraints, allowed=whole, rows=study.grounding.rows),
        )
        if conflicts:
            raise ConflictsError(conflicts)
        swept = fit
        fit = study.memo.of("finished fit", (key, whole), lambda: _finished(cells.mass, swept, constraints, whole))
        if fit.error > 1.01 * whole:
            raise ConflictsError((_unfinished(constraints, fit),))
    return cells, fit, controls, events


def _finished(mass: np.ndarray, fit: Fit, constraints: list[Constraint], whole: float) -> Fit:
    """The fit taken to its end; where that is only possible to within `whole`, of the nearest that is possible."""
    finished = finish(fit, constraints)
    if finished.met:
        return finished
    near = nearest_possible(mass, constraints, allowed=whole)
    again = finish(fit_cells(mass, near), near)
    return again.judged(constraints)


def _borrowed(study: Study, control: MarginalControl) -> tuple[object, ...]:
    """What the cells depend on besides the codes if some bins are ungrounded: the shares asked for and the bins."""
    return (control.requested.tobytes(), control.axis) if len(invented_bins(study, control)) else ()


def _unfinished(constraints: list[Constraint], fit: Fit) -> Conflict:
    names = tuple(one.name for one in constraints)
    return Conflict(
        names,
        f"The controls can only just be met, and fitting them left an error of {percent(fit.error)}. Ask for a little "
        f"less, beginning with {listed(names[-1:])}.",
        names[-1],
        None,
    )


def _shifts(
    study: Study, per_group: np.ndarray, controls: tuple[MarginalControl, ...], cells: Cells, fit: Fit
) -> tuple[Shift, ...]:
    asked = {control.factor for control in controls}
    found = []
    for name in study.delivered:
        before = study.real_shares(name)
        after = display_shares(study, cells, name, per_group)
        for row, control in enumerate(controls, start=len(cells.codes) - len(controls)):
            if control.factor == name and cells.invented[row].any():
                after = _with_invented(study, after, row, control, cells, fit)
        found.append(Shift(name, float(0.5 * np.abs(after - before).sum()), name in asked, before, after))
    return tuple(found)


def _with_invented(
    study: Study, after: np.ndarray, row: int, control: MarginalControl, cells: Cells, fit: Fit
) -> np.ndarray:
    """Move the share of a factor's invented bins from the rows they were borrowed from to where they will be."""
    invented = cells.invented[row]
    lent = group_shares(cells, np.where(invented, fit.shares, 0.0))
    after = after - display_shares(study, cells, control.factor, lent)
    given = np.bincount(cells.codes[row, invented], weights=fit.shares[invented], minlength=len(control.requested))
    for code in np.flatnonzero(given):
        after += given[code] * _display_spread(study, control, int(code))
    return np.asarray(np.maximum(after, 0.0))


def _display_spread(study: Study, control: MarginalControl, code: int) -> np.ndarray:
    """(size + 1,) where on the display axis the rows of an ungrounded code will be; sums to 1."""
    axis, column = study.axes[control.factor], study.columns[control.factor]
    spread, real = np.zeros(axis.size + 1), control.values_of(code)
    if len(real):
        np.add.at(spread, axis.bins_of(column)[real], column.counts[real] / column.counts[real].sum())
    elif control.axis is None or code == control.missing_code:
        spread[-1] = 1.0
    else:
        # Beyond the display axis its outermost bin stands for it; the receipt states the exact ungrounded share.
        middle = (control.axis.lows[code] + control.axis.highs[code]) / 2
        spread[axis.bin_of_numbers(np.clip([middle], axis.edges[0], axis.edges[-1]))] = 1.0
    return spread


def _event_rates(study: Study, events: tuple[EventControl, ...], rows: int) -> tuple[EventRate, ...]:
    total = study.source.rows
    found = []
    for event in events:
        real = real_rows(study, event)
        found.append(EventRate(event.name, real / total, real, event.rate, event_rows(event.rate, rows)))
    return tuple(found)
