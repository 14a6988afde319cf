"""Control cells: the combinations of controlled bins and event truths that the source shows, with their rows.

All rows of a cell are alike to every control, so the projection gives them one weight: it is found on the cells alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.projection.controls import EventControl, MarginalControl, leaf_truths
from core.projection.grouping import group_rows
from core.projection.ungrounded import Conditions, invented_bins, with_invented
from core.study import Study


@dataclass(frozen=True, eq=False)
class Cells:
    """The C control cells of a study.

    `codes` is (events + controls, C): 0 or 1 for each event, then each control's own code. `mass` (C,) are shares of
    the learning rows. Those of cell c are `rows[start[group[c]] : start[group[c] + 1]]`; an ungrounded cell borrows the
    rows of the cell it was made from, and `invented`, of the shape of `codes`, marks the codes it has no real value
    for. `cell_of_row` (n,) is the grounded cell of every learning row.
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

    @property
    def ungrounded(self) -> np.ndarray:
        """(C,) whether the source has no row with a cell's codes."""
        return np.asarray(self.invented.any(axis=0))


def cells_of(study: Study, controls: Sequence[MarginalControl], events: Sequence[EventControl]) -> Cells:
    """The control cells of a study. Raises InputError if an event's truth can't be decided, or not inside an ungrounded
    bin."""
    rows = study.grounding.rows
    leaves = {leaf.sql: (leaf, event.name) for event in events for leaf in event.predicate.leaves}
    truths = {
        sql: leaf_truths(study, leaf, name)[study.columns[leaf.columns[0]].codes].astype(np.float32)
        for sql, (leaf, name) in leaves.items()
    }
    codes = [event.predicate.combine([truths[leaf.sql] for leaf in event.predicate.leaves]) for event in events]
    codes += [control.code_of_value[study.columns[control.factor].codes] for control in controls]
    sizes = [2] * len(events) + [len(control.requested) for control in controls]
    # Conditions on a factor with invented bins are told apart too: they are decided anew inside those bins.
    conditions = Conditions.of(study, controls, events, first=len(codes))
    codes += [np.nan_to_num(truths[leaf.sql], nan=2.0) for leaf in conditions.leaves]
    sizes += [3] * len(conditions.leaves)
    group_of_row, first = group_rows(codes, sizes, rows)
    counts = np.bincount(group_of_row, minlength=len(first))
    table = np.stack([code[first] for code in codes]).astype(np.int64) if codes else np.zeros((0, len(first)), np.int64)
    group, mass, invented = np.arange(len(first)), counts / rows, np.zeros(table.shape, dtype=bool)
    for i, control in enumerate(controls):
        bins = invented_bins(study, control)
        if len(bins):
            table, mass, group, invented = with_invented(
                study, control, len(events) + i, bins, conditions, (table, mass, group, invented)
            )
    kept = len(events) + len(controls)
    return Cells(
        codes=table[:kept],
        mass=mass,
        group=group,
        start=np.append(0, np.cumsum(counts)),
        rows=np.argsort(group_of_row, kind="stable").astype(np.int32),
        invented=invented[:kept],
        cell_of_row=group_of_row.astype(np.int32),
    )
