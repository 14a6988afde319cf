"""The projection of the grounding onto a design: what will come out, what it costs, and what moves along."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.projection.cells import Cells, cells_of
from core.projection.controls import EventControl, MarginalControl, controls_of, events_of
from core.projection.feasibility import Conflict, ConflictsError, find_conflicts
from core.projection.fit import TOLERANCE, Constraint, Fit, fit_cells
from core.projection.ungrounded import invented_bins
from core.study import Study


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
    """The fitted distribution and its price.

    `shares` (C,) are the fitted shares of `cells`. `cost_bits` is KL(projection ‖ grounding) in bits, `effective_share`
    Kish's effective sample size 1 / Σw² over the number of learning rows (0 to 1), `ungrounded` the share of rows whose
    controlled bin the source never shows.
    """

    cells: Cells
    shares: np.ndarray
    controls: tuple[MarginalControl, ...]
    event_controls: tuple[EventControl, ...]
    cost_bits: float
    effective_share: float
    shifts: tuple[Shift, ...]
    events: tuple[EventRate, ...]
    ungrounded: float


def project(study: Study) -> Projection:
    """Fit the study's design. Raises ConflictsError if its controls can't be met together, InputError if one is
    wrong."""
    cells, fit, controls, events = _fitted(study)
    weights = row_weights(cells, fit.shares)
    return Projection(
        cells=cells,
        shares=fit.shares,
        controls=controls,
        event_controls=events,
        cost_bits=cost_bits(cells.mass, fit.shares),
        effective_share=float(1.0 / (weights**2).sum() / len(weights)),
        shifts=_shifts(study, weights, controls, cells, fit),
        events=_event_rates(study, events),
        ungrounded=float(fit.shares[cells.ungrounded].sum()),
    )


def control_costs(study: Study) -> tuple[ControlCost, ...]:
    """The cost of each control: how many bits the design would cost less without it."""
    cells, fit, controls, events = _fitted(study)
    constraints = constraints_of(cells, controls, events)
    whole = cost_bits(cells.mass, fit.shares)
    found = []
    for left_out in range(len(constraints)):
        others = [one for i, one in enumerate(constraints) if i != left_out]
        without = fit_cells(cells.mass, others)
        found.append(ControlCost(constraints[left_out].name, max(0.0, whole - cost_bits(cells.mass, without.shares))))
    return tuple(found)


def constraints_of(
    cells: Cells, controls: tuple[MarginalControl, ...], events: tuple[EventControl, ...]
) -> list[Constraint]:
    """The rows of `cells.codes` with what is asked of them, events first."""
    asked = [(f"event {event.name}", np.array([1.0 - event.rate, event.rate])) for event in events]
    asked += [(control.name, control.requested) for control in controls]
    return [Constraint(name, cells.codes[i], requested) for i, (name, requested) in enumerate(asked)]


def cost_bits(mass: np.ndarray, shares: np.ndarray) -> float:
    """KL(shares ‖ mass) in bits; both (C,)."""
    used = shares > 0
    return float((shares[used] * np.log2(shares[used] / (mass[used] / mass.sum()))).sum())


def row_weights(cells: Cells, shares: np.ndarray) -> np.ndarray:
    """(n,) the projection's weight of every learning row; they sum to 1."""
    per_group = np.bincount(cells.group, weights=shares, minlength=len(cells.start) - 1)
    return np.asarray((per_group / np.diff(cells.start))[cells.cell_of_row])


def _fitted(study: Study) -> tuple[Cells, Fit, tuple[MarginalControl, ...], tuple[EventControl, ...]]:
    controls, events = controls_of(study), events_of(study)
    geometry = (
        id(study.grounding),
        tuple(event.predicate.sql for event in events),
        tuple((c.kind, c.factor, c.code_of_value.tobytes(), len(c.requested), _borrowed(study, c)) for c in controls),
    )
    cells = study.memo.of("cells", geometry, lambda: cells_of(study, controls, events))
    constraints = constraints_of(cells, controls, events)
    key = (id(cells), tuple(one.requested.tobytes() for one in constraints))
    fit = study.memo.of("fit", key, lambda: fit_cells(cells.mass, constraints))
    # Rows are whole: what is off by less than half of one is met.
    whole = 0.5 / study.design.rows
    if fit.error > max(TOLERANCE, whole):
        conflicts = study.memo.of(
            "conflicts", (key, whole), lambda: find_conflicts(cells.mass, constraints, allowed=whole)
        )
        if conflicts or fit.error > 4 * whole:
            raise ConflictsError(conflicts or (_unfinished(constraints, fit),))
    return cells, fit, controls, events


def _borrowed(study: Study, control: MarginalControl) -> bytes:
    """What the cells depend on besides the codes: the shares asked for, if some bins are ungrounded."""
    return control.requested.tobytes() if len(invented_bins(study, control)) else b""


def _unfinished(constraints: list[Constraint], fit: Fit) -> Conflict:
    names = tuple(one.name for one in constraints)
    return Conflict(
        names,
        f"The controls can only just be met, and fitting left an error of {fit.error:.2%}. Ask for a little less.",
        names[-1],
        None,
    )


def _shifts(
    study: Study, weights: np.ndarray, controls: tuple[MarginalControl, ...], cells: Cells, fit: Fit
) -> tuple[Shift, ...]:
    asked = {control.factor for control in controls}
    found = []
    for name in study.delivered:
        size = study.axes[name].size
        before = study.real_shares(name)
        after = np.bincount(study.display_codes(name), weights=weights, minlength=size + 1)
        for i, control in enumerate(controls):
            if control.factor == name:
                after = _with_invented(study, name, after, i, control, cells, fit)
        found.append(Shift(name, float(0.5 * np.abs(after - before).sum()), name in asked, before, after))
    return tuple(found)


def _with_invented(
    study: Study, name: str, after: np.ndarray, i: int, control: MarginalControl, cells: Cells, fit: Fit
) -> np.ndarray:
    """Move the share of invented bins from the rows they were borrowed from to where they will be."""
    row = len(cells.codes) - len(controls_of(study)) + i
    invented = np.flatnonzero(cells.invented[row])
    if not len(invented):
        return after
    axis, after = study.axes[name], after.copy()
    first_row = cells.rows[cells.start[cells.group[invented]]]
    np.subtract.at(after, study.display_codes(name)[first_row], fit.shares[invented])
    for cell, share in zip(invented, fit.shares[invented], strict=True):
        code = int(cells.codes[row, cell])
        if code == len(control.requested) - 1 or control.axis is None:
            after[-1] += share
            continue
        middle = (control.axis.lows[code] + control.axis.highs[code]) / 2
        # Beyond the display axis: the outermost bin stands for it; the receipt states the exact ungrounded share.
        bin_ = int(axis.bin_of_numbers(np.clip([middle], axis.edges[0], axis.edges[-1]))[0])
        after[bin_] += share
    return after


def _event_rates(study: Study, events: tuple[EventControl, ...]) -> tuple[EventRate, ...]:
    from core.projection.rates import real_rows

    total = study.source.rows
    found = []
    for event in events:
        rows = real_rows(study, event)
        found.append(EventRate(event.name, rows / total, rows, event.rate, round(event.rate * study.design.rows)))
    return tuple(found)
