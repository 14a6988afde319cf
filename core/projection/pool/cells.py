"""Control cells: the combinations of controlled bins and event truths that the source shows, with their rows.

All rows of a cell are alike to every control, so the projection gives them one weight: it is found on the cells alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trimtab.core.maths.grouping import group_rows
from trimtab.core.projection.controls.control import Control
from trimtab.core.projection.pool.pool import Pool
from trimtab.core.projection.pool.ungrounded import Touched, with_invented

UNSEEN_MASS = 0.01
"""A constructed row counts as so much of a real one: next to nothing, but it can be weighted."""


@dataclass(frozen=True, eq=False)
class Cells:
    """The C control cells of a study.

    `codes` is (controls, C). `mass` (C,) are
    shares of the learning rows. The rows of the pool in cell c are `rows[start[group[c]] : start[group[c] + 1]]`; an
    ungrounded cell borrows the rows of the cell it was made from, and `invented`, of the shape of `codes`, marks the
    codes it has no real value for. `constructed` (C,) marks cells of constructed rows. `cell_of_row` is the group of
    every row of the pool, -1 for constructed rows of cells that real rows have too: those are not used.
    """

    codes: np.ndarray
    mass: np.ndarray
    group: np.ndarray
    start: np.ndarray
    rows: np.ndarray
    invented: np.ndarray
    constructed: np.ndarray
    cell_of_row: np.ndarray

    @property
    def count(self) -> int:
        """Number of cells."""
        return len(self.mass)

    @property
    def ungrounded(self) -> np.ndarray:
        """(C,) whether the source has no row with a cell's codes."""
        return np.asarray(self.invented.any(axis=0) | self.constructed)


def cells_of(pool: Pool, controls: Sequence[Control]) -> Cells:
    """The control cells of a pool. Raises InputError if a condition can't be decided on some row, or not inside an
    ungrounded bin."""
    study = pool.study
    codes = [control.codes(pool) for control in controls]
    sizes = [control.size for control in controls]
    # Conditions on a factor with invented bins are told apart too: they are decided anew inside those bins.
    touched = Touched.of(study, controls, first=len(codes))
    codes += [pool.feature(feature) for feature in touched.features]
    sizes += [3] * len(touched.features)
    usable = _usable(codes, pool)
    codes = [code[usable] for code in codes] if len(usable) < pool.rows else codes
    group_of_row, first = group_rows(codes, sizes, len(usable))
    counts = np.bincount(group_of_row, minlength=len(first))
    table = np.stack([code[first] for code in codes]).astype(np.int64) if codes else np.zeros((0, len(first)), np.int64)
    constructed = usable[first] >= pool.learned
    mass = np.where(constructed, UNSEEN_MASS * counts, counts) / pool.learned
    group, invented = np.arange(len(first)), np.zeros(table.shape, dtype=bool)
    for row, control in enumerate(controls):
        if len(bins := control.invented(study)):
            table, mass, group, invented = with_invented(
                study, control, row, bins, touched, (table, mass, group, invented)
            )
    kept = len(controls)
    cell_of_row = np.full(pool.rows, -1, dtype=np.int32)
    cell_of_row[usable] = group_of_row
    return Cells(
        codes=table[:kept],
        mass=mass,
        group=group,
        start=np.append(0, np.cumsum(counts)),
        rows=usable[np.argsort(group_of_row, kind="stable")].astype(np.int32),
        invented=invented[:kept],
        constructed=constructed[group],
        cell_of_row=cell_of_row,
    )


def _usable(codes: Sequence[np.ndarray], pool: Pool) -> np.ndarray:
    """The rows that have a code of everything, and of the constructed ones those of cells that no real row has."""
    if not pool.constructed:
        return np.arange(pool.rows)
    known = np.logical_and.reduce([code[pool.learned :] >= 0 for code in codes])
    made = np.flatnonzero(known) + pool.learned
    both = np.concatenate([np.arange(pool.learned), made])
    codes = [code[both] for code in codes]
    group, first = group_rows(codes, [int(code.max()) + 1 for code in codes], len(both))
    # Real rows come first, so a group that begins with a constructed row has no real one.
    new = first[group[pool.learned :]] >= pool.learned
    return np.concatenate([np.arange(pool.learned), made[new]])
