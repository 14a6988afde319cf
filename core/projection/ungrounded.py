"""Bins that a design asks for and the source never shows: where their rows are borrowed from, and their values.

The other factors of such a row come from the nearest bin that the source has; the value itself from the target's own
law.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from core.errors import InputError
from core.expressions import Leaf
from core.projection.controls import EventControl, MarginalControl, evaluate_leaf
from core.source.axes import Axis
from core.source.columns import Column
from core.study import Study

Parts = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""(codes, mass, group, invented) of some cells."""

PROBES = 9
"""A condition is tried at this many places of an ungrounded bin."""


@dataclass(frozen=True)
class Conditions:
    """The events that use a factor with ungrounded bins, and their conditions, whose truths are codes from `first`
    on."""

    events: tuple[tuple[int, EventControl], ...]
    leaves: tuple[Leaf, ...]
    first: int

    @staticmethod
    def of(
        study: Study, controls: Sequence[MarginalControl], events: Sequence[EventControl], *, first: int
    ) -> Conditions:
        """The conditions of a study that its ungrounded bins touch."""
        factors = {control.factor for control in controls if len(invented_bins(study, control))}
        touched = tuple((i, e) for i, e in enumerate(events) if factors & set(e.predicate.columns))
        leaves = {leaf.sql: leaf for _, event in touched for leaf in event.predicate.leaves}
        return Conditions(touched, tuple(leaves.values()), first)


def invented_bins(study: Study, control: MarginalControl) -> np.ndarray:
    """The codes that a control asks for and the source has no row in."""
    counts = study.columns[control.factor].counts
    seen = np.bincount(control.code_of_value, weights=counts, minlength=len(control.requested))
    return np.flatnonzero((seen == 0) & (control.requested > 0))


def with_invented(
    study: Study, control: MarginalControl, row: int, bins: np.ndarray, conditions: Conditions, cells: Parts
) -> Parts:
    """Cells with those of a control's ungrounded bins added; `row` is the control's row of the codes.

    A cell is split between its own bin and the bins that borrow its rows, so that the total mass stays one. Raises
    InputError if there is nothing to borrow from, or a condition changes inside an ungrounded bin.
    """
    codes, mass, group, invented = cells
    missing = len(control.requested) - 1
    present = np.setdiff1d(codes[row], [missing])
    parts = [cells]
    left = np.ones(len(mass))
    for one in bins:
        if not len(present):
            raise InputError(
                f"{control.name.capitalize()}: every value of this factor is missing in the source, so nothing is "
                f"known of {control.labels[one]}."
            )
        lenders = present if one == missing else present[[int(np.abs(present - one).argmin())]]
        chosen = np.flatnonzero(np.isin(codes[row], lenders))
        share = left[chosen] * control.requested[one] / (control.requested[one] + control.requested[lenders].sum())
        left[chosen] -= share
        borrowed, marked = codes[:, chosen].copy(), invented[:, chosen].copy()
        borrowed[row], marked[row] = one, True
        _decide_again(study, borrowed, control, int(one), conditions)
        parts.append((borrowed, mass[chosen] * share, group[chosen], marked))
    parts[0] = (codes, mass * left, group, invented)
    return (
        np.concatenate([part[0] for part in parts], axis=1),
        np.concatenate([part[1] for part in parts]),
        np.concatenate([part[2] for part in parts]),
        np.concatenate([part[3] for part in parts], axis=1),
    )


def _decide_again(study: Study, codes: np.ndarray, control: MarginalControl, one: int, conditions: Conditions) -> None:
    """Set the truths of borrowed cells: conditions on the control's factor are decided inside its bin `one`."""
    rows = {leaf.sql: conditions.first + i for i, leaf in enumerate(conditions.leaves)}
    for number, event in conditions.events:
        for leaf in event.predicate.leaves:
            if leaf.columns[0] == control.factor:
                truth = _truth_inside(study.columns[control.factor], control, one, event, leaf)
                codes[rows[leaf.sql]] = 2 if np.isnan(truth) else int(truth)
        truths = [codes[rows[leaf.sql]].astype(float) for leaf in event.predicate.leaves]
        codes[number] = event.predicate.combine([np.where(truth == 2, np.nan, truth) for truth in truths])


def _truth_inside(column: Column, control: MarginalControl, one: int, event: EventControl, leaf: Leaf) -> float:
    axis = control.axis
    if axis is None or one == len(control.requested) - 1:
        return float(evaluate_leaf(leaf, pa.nulls(1, column.type))[0])
    low, high = float(axis.lows[one]), float(axis.highs[one])
    probes = values_from_numbers(np.linspace(low, np.nextafter(high, low), PROBES), column)
    truths = np.unique(evaluate_leaf(leaf, probes))
    if len(truths) != 1:
        raise InputError(
            f"Event `{event.name}`: `{leaf.sql}` changes inside {axis.labels[one]} of `{column.name}`, where the "
            f"source has no rows. Add an edge there: {_edge_hint(event, column.name, axis, one)}."
        )
    return float(truths[0])


def _edge_hint(event: EventControl, factor: str, axis: Axis, one: int) -> str:
    inside = [t for t in event.predicate.thresholds.get(factor, ()) if axis.lows[one] <= t <= axis.highs[one]]
    return f"{inside[0]:g}" if inside else "where the condition changes"


def values_from_numbers(numbers: np.ndarray, column: Column) -> pa.Array:
    """Numbers as values of the column's own type: whole numbers are rounded, dates come from microseconds."""
    kind = column.type
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        moments = pa.array(np.round(numbers).astype(np.int64)).cast(pa.timestamp("us", tz=getattr(kind, "tz", None)))
        return moments.cast(kind, safe=False)
    if pa.types.is_integer(kind):
        return pa.array(np.round(numbers).astype(np.int64)).cast(kind)
    if column.kind == "count":
        numbers = np.round(numbers)
    if pa.types.is_decimal(kind):
        return pa.array([f"{x:.{max(kind.scale, 0)}f}" for x in numbers]).cast(kind)
    return pa.array(numbers).cast(kind)
