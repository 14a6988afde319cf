"""Slots: the parts of cells that rows are drawn for, whole real rows and made ones apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

NO_LIMIT = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class Slots:
    """S slots: the `cell` of each, whether its rows are whole `real` ones, its share of the rows that are drawn, and
    how many it has `room` for at most. Slots of real rows come first. `made` is how many of the drawn rows are no real
    ones, None if nobody asks, and `spare` how many more could be."""

    cell: np.ndarray
    real: np.ndarray
    shares: np.ndarray
    room: np.ndarray
    made: int | None = None
    spare: int = 0

    @staticmethod
    def plain(shares: np.ndarray) -> Slots:
        """A slot for each cell, of which all rows are made."""
        cells = len(shares)
        return Slots(np.arange(cells), np.zeros(cells, dtype=bool), shares, np.full(cells, NO_LIMIT))

    @staticmethod
    def real_first(shares: np.ndarray, beyond: np.ndarray, room: np.ndarray, made: int, spare: int = 0) -> Slots:
        """A slot of real rows for each cell that has some, and one of made rows for each with shares (C,) `beyond`."""
        filled, short = np.flatnonzero(room), np.flatnonzero(beyond if made else np.zeros(len(beyond)))
        kept = np.maximum(shares - beyond, 0.0)[filled]
        every = np.concatenate([kept, beyond[short]])
        return Slots(
            np.concatenate([filled, short]),
            np.arange(len(every)) < len(filled),
            every / every.sum(),
            np.concatenate([room[filled], np.full(len(short), NO_LIMIT)]),
            made,
            spare,
        )

    @property
    def count(self) -> int:
        """Number of slots."""
        return len(self.cell)

    def per_cell(self, per_slot: np.ndarray, cells: int) -> np.ndarray:
        """(cells,) the sums of something of slots (S,)."""
        return np.bincount(self.cell, weights=per_slot, minlength=cells)
