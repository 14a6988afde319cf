"""Control cells: the combinations of controlled bins and event truths that the source shows, with their rows.

All rows of a cell are alike to every control, so the projection gives them one weight: it is found on the cells alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from core.errors import InputError
from core.projection.controls import EventControl, MarginalControl, evaluate_leaf, leaf_truths
from core.source.axes import Axis
from core.source.columns import Column
from core.study import Study


@dataclass(frozen=True, eq=False)
class Cells:
    """The C control cells of a study, events first in the order of the codes.

    `codes` is (events + controls, C): 0/1 for an event, a control's own code below. `mass` (C,) are shares of the source
    rows. Learning rows of cell c are `rows[start[group[c]] : start[group[c] + 1]]`; an ungrounded cell borrows the rows of
    the cell it was made from, and `invented` (C,) says which control's bin (row of `codes`) it has no real value for, -1
    for none.
    """

    codes: np.ndarray
    mass: np.ndarray
    group: np.ndarray
    start: np.ndarray
    rows: np.ndarray
    invented: np.ndarray
    cell_of_row: np.ndarray

    @property
    def count(self) -> int:
        """Number of cells."""
        return len(self.mass)


def cells_of(study: Study, controls: Sequence[MarginalControl], events: Sequence[EventControl]) -> Cells:
    """The control cells of a study. Raises InputError if an event's truth is not settled inside an ungrounded bin."""
    rows = study.grounding.rows
    leaves = {leaf.sql: leaf for event in events for leaf in event.predicate.leaves}
    truths = {sql: leaf_truths(study, leaf) for sql, leaf in leaves.items()}
    row_truths = {
        sql: truths[sql][study.columns[leaf.columns[0]].codes] for sql, leaf in leaves.items()
    }
    codes = [event.predicate.combine([row_truths[leaf.sql] for leaf in event.predicate.leaves]) for event in events]
    codes += [control.code_of_value[study.columns[control.factor].codes] for control in controls]
    sizes = [2] * len(events) + [len(control.requested) for control in controls]
    # Conditions on a factor with invented bins are told apart too: its invented cells get truths of their own.
    inventing = {c.factor for i, c in enumerate(controls) if len(_invented_bins(study, c))}
    touched = [e for e in events if any(leaf.columns[0] in inventing for leaf in e.predicate.leaves)]
    told = list({leaf.sql: leaf for event in touched for leaf in event.predicate.leaves}.values())
    codes += [np.nan_to_num(row_truths[leaf.sql], nan=2.0) for leaf in told]
    sizes += [3] * len(told)
    group_of_row, first = group_rows(codes, sizes, rows)
    counts = np.bincount(group_of_row, minlength=len(first))
    order = np.argsort(group_of_row, kind="stable")
    table = np.stack([code[first] for code in codes]).astype(np.int64) if codes else np.zeros((0, len(first)), np.int64)
    cells = Cells(
        codes=table,
        mass=counts / rows,
        group=np.arange(len(first)),
        start=np.append(0, np.cumsum(counts)),
        rows=order.astype(np.int32),
        invented=np.full(len(first), -1),
        cell_of_row=group_of_row.astype(np.int32),
    )
    for i, control in enumerate(controls):
        cells = _invent(study, cells, len(events) + i, control, events, [leaf.sql for leaf in told], len(controls))
    kept = len(events) + len(controls)
    return Cells(cells.codes[:kept], cells.mass, cells.group, cells.start, cells.rows, cells.invented, cells.cell_of_row)


def group_rows(codes: Sequence[np.ndarray], sizes: Sequence[int], rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Number the combinations of `codes` that occur, in lexicographic order.

    Returns (rows,) the group of every row, and (groups,) the first row of every group.
    """
    key, size = np.zeros(rows, dtype=np.int64), 1
    for code, levels in zip(codes, sizes, strict=True):
        if size * levels > 2**62:
            found, key = np.unique(key, return_inverse=True)
            size = len(found)
        key, size = key * levels + code.astype(np.int64), size * levels
    if size <= 8 * rows + 1024:
        seen = np.bincount(key, minlength=size) > 0
        group = (np.cumsum(seen) - 1)[key]
        first = np.empty(int(seen.sum()), dtype=np.int64)
        first[group[::-1]] = np.arange(rows)[::-1]
        return group, first
    _, first, group = np.unique(key, return_index=True, return_inverse=True)
    return group, first


def _invented_bins(study: Study, control: MarginalControl) -> np.ndarray:
    """Codes that the design asks for and the source has no row in."""
    seen = np.bincount(
        control.code_of_value, weights=study.columns[control.factor].counts, minlength=len(control.requested)
    )
    return np.flatnonzero((seen == 0) & (control.requested > 0))


def _invent(
    study: Study,
    cells: Cells,
    row: int,
    control: MarginalControl,
    events: Sequence[EventControl],
    told: Sequence[str],
    controls: int,
) -> Cells:
    """Add cells for the bins that the source never shows: their other factors come from the nearest bin that it does."""
    bins = _invented_bins(study, control)
    if control.kind == "hold" or not len(bins):
        return cells
    present = np.unique(cells.codes[row])
    missing = len(control.requested) - 1
    parts = [cells]
    remaining = np.ones(cells.count)
    for one in bins:
        parents = present[present != missing] if one == missing else _nearest(present[present != missing], int(one))
        if not len(parents):
            raise InputError(
                f"{control.name.capitalize()}: bin {control.labels[one]} has no neighbour in the source to learn from; "
                "every value of this factor is missing."
            )
        asked = control.requested[one] / (control.requested[one] + control.requested[parents].sum() + 1e-300)
        chosen = np.flatnonzero(np.isin(cells.codes[row], parents))
        share = min(asked, 1.0) * remaining[chosen]
        remaining[chosen] -= share
        codes = cells.codes[:, chosen].copy()
        codes[row] = one
        if told:
            _decide_again(study, codes, control, int(one), events, told, len(events) + controls)
        parts.append(
            Cells(
                codes, cells.mass[chosen] * share, cells.group[chosen], cells.start, cells.rows,
                np.full(len(chosen), row), cells.cell_of_row,
            )
        )
    return Cells(
        codes=np.concatenate([part.codes for part in parts], axis=1),
        mass=np.concatenate([cells.mass * remaining, *(part.mass for part in parts[1:])]),
        group=np.concatenate([part.group for part in parts]),
        start=cells.start,
        rows=cells.rows,
        invented=np.concatenate([part.invented for part in parts]),
        cell_of_row=cells.cell_of_row,
    )


def _nearest(present: np.ndarray, one: int) -> np.ndarray:
    return present[[int(np.abs(present - one).argmin())]] if len(present) else present


def _decide_again(
    study: Study,
    codes: np.ndarray,
    control: MarginalControl,
    one: int,
    events: Sequence[EventControl],
    told: Sequence[str],
    first: int,
) -> None:
    """Set the truths of invented cells: conditions on this factor are decided inside the invented bin."""
    truths = {sql: np.where(codes[first + i] == 2, np.nan, codes[first + i]) for i, sql in enumerate(told)}
    for number, event in enumerate(events):
        leaves = event.predicate.leaves
        if not any(leaf.columns[0] == control.factor for leaf in leaves):
            continue
        for leaf in leaves:
            if leaf.columns[0] == control.factor:
                truth = _truth_inside(study.columns[control.factor], control, one, event, leaf)
                truths[leaf.sql] = np.full(codes.shape[1], truth)
                codes[first + told.index(leaf.sql)] = 2 if np.isnan(truth) else int(truth)
        codes[number] = event.predicate.combine([truths[leaf.sql] for leaf in leaves])


def _truth_inside(column: Column, control: MarginalControl, one: int, event: EventControl, leaf: object) -> float:
    from core.expressions import Leaf

    assert isinstance(leaf, Leaf)
    if one == len(control.requested) - 1:
        return float(evaluate_leaf(leaf, pa.nulls(1, column.type))[0])
    axis = control.axis
    assert axis is not None
    low, high = float(axis.lows[one]), float(axis.highs[one])
    probes = values_from_numbers(np.linspace(low, np.nextafter(high, low), 9), column)
    truths = np.unique(evaluate_leaf(leaf, probes))
    if len(truths) != 1:
        raise InputError(
            f"Event `{event.name}`: `{leaf.sql}` changes inside {axis.labels[one]} of `{column.name}`, where the source "
            f"has no rows. Add an edge there, for example {_edge_hint(event, column.name, axis, one)}."
        )
    return float(truths[0])


def _edge_hint(event: EventControl, factor: str, axis: Axis, one: int) -> str:
    inside = [t for t in event.predicate.thresholds.get(factor, ()) if axis.lows[one] <= t <= axis.highs[one]]
    return f"{inside[0]:g}" if inside else "at the condition's value"


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
