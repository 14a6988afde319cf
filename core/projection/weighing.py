"""What each row weighs: the share of its cell in the grounding over its share in the projection, averaging 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from trimtab.core.errors import InputError
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.controls.control import Control
from trimtab.core.projection.fitted import Fitted, fitted
from trimtab.core.projection.goals import MOST_ROWS
from trimtab.core.projection.pool.cells import Cells
from trimtab.core.projection.projection import Projection
from trimtab.core.study.study import Study


@dataclass(frozen=True, eq=False)
class Weighing:
    """The weights of the rows of a projection, but for the factor that makes their average 1.

    `of_cell` (C,) is the share of each of the `cells` in the grounding over its share in the projection, 0 for a cell
    that the source never shows; `covered` is the share of the source's rows that lie in cells which some row can have
    (0 to 1): of the rest no weight can tell anything. The `reserved` rows weigh nothing.
    """

    controls: tuple[Control, ...]
    cells: Cells
    of_cell: np.ndarray
    covered: float
    reserved: int

    @property
    def telling(self) -> tuple[Control, ...]:
        """The controls whose codes tell what a row weighs: guards leave nothing but cells that keep them."""
        return tuple(control for control in self.controls if not control.guards)

    def of_rows(self, rows: Sequence[int] | np.ndarray, total: int) -> np.ndarray:
        """(C,) the weight of a row of each cell, if the cells have so many `rows` (C,) of `total`: 1 on average over
        all, or 0 everywhere if no row has a place in the grounding."""
        weight = float(np.dot(rows, self.of_cell))
        return self.of_cell * (total / weight) if weight else self.of_cell


def weighing(study: Study, found: Fitted | Projection) -> Weighing:
    """What the rows weigh that are drawn from a fit; those of a part of a split what they would weigh in the whole."""
    if study.part is not None:
        whole = study.part.whole
        return _carried_over(weighing(whole, fitted(whole, found.rows)), found)
    cells, shares = found.cells, found.shares
    real = np.diff(cells.start)[cells.group] / study.grounding.rows
    grounded = ~cells.ungrounded & (shares > 0)
    of_cell = np.divide(real, shares, out=np.zeros(cells.count), where=grounded)
    return Weighing(found.controls, cells, of_cell, float(real[grounded].sum()), found.reserved.rows)


def _carried_over(whole: Weighing, found: Fitted | Projection) -> Weighing:
    """The weights of a fit's cells in another one of the same controls; of several cells alike the heaviest."""
    telling = [control.name for control in found.controls if not control.guards]
    if telling != [control.name for control in whole.telling]:
        raise InputError(
            "A part of the split is drawn by other controls than the whole, so its rows can't be weighed. Ask for more "
            "rows, or for parts that differ less in size."
        )
    own = found.cells.codes[[not control.guards for control in found.controls]]
    other = whole.cells.codes[[not control.guards for control in whole.controls]]
    _, group = np.unique(np.concatenate([other, own], axis=1), axis=1, return_inverse=True)
    there, here = group.ravel()[: other.shape[1]], group.ravel()[other.shape[1] :]
    of_group = np.zeros(int(group.max(initial=0)) + 1)
    np.maximum.at(of_group, there, whole.of_cell)
    return replace(
        whole, controls=found.controls, cells=found.cells, of_cell=of_group[here], reserved=found.reserved.rows
    )


def weighing_of(study: Study, rows: int) -> Weighing | None:
    """What the rows of the study's design weigh if it is met with `rows` rows; None where it can't be."""
    if not 1 <= rows <= MOST_ROWS:
        return None
    try:
        return weighing(study, fitted(study, rows))
    except ConflictsError:
        return None
