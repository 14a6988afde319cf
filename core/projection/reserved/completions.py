"""Combinations that may be made for the cells of a floor that no observed combination shows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trimtab.core.maths.covering import CellTable, candidates, grow

Allowed = Callable[[np.ndarray], np.ndarray]
"""(R, F) combinations without missing values -> (R,) bool, whether they may be made."""

EVERY = 2**22
"""Cells of all combinations there are, up to which every combination is asked about."""

BATCH = 2**17
"""Combinations that are asked about at a time."""

TRIES = (16, 256, 4096)
"""Completions of a cell that are tried: first few, then more if none was allowed."""

ASKED = 2**20
"""Completions that are tried of all open cells together, each time; of more cells, fewer of each."""

KEPT = 4
"""Allowed completions of a cell, and good candidates for a row, that are kept to choose from."""

ROUNDS = 5
"""Times that combinations are grown again for cells in which they were refused."""


@dataclass(frozen=True, eq=False)
class Maker:
    """Makes combinations of F factors with the `levels` (F, most levels) bool that are marked, if they are `allowed`.

    If all combinations are few (`EVERY`), each is asked about, and a cell is impossible exactly if all its completions
    are refused. Else combinations are grown as in a covering array; for cells where these were refused completions are
    tried, more and more (`TRIES`); and once it is known which cells to avoid, combinations are grown again. Then a cell
    is impossible if none of its last tries was allowed: all its completions if there are no more, otherwise half of
    them as in the `observed` (U, F) by `weight` (U,) and half drawn evenly. Of more than 256 cells without one, the
    last tries are fewer (`ASKED`). `allowed` is called some 40 times at most, unless a million cells are unseen.
    """

    table: CellTable
    levels: np.ndarray
    observed: np.ndarray
    weight: np.ndarray
    allowed: Allowed

    def combinations_for(self, unseen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Combinations (M, F) to choose from for the cells that are `unseen` (cells,) bool; the impossible ones among
        these (I,), ascending; and of which of them all completions were tried (I,) bool."""
        if not unseen.any():
            return self.observed[:0], np.empty(0, dtype=np.int64), np.empty(0, dtype=bool)
        if self._all * len(self.table.factors) > EVERY:
            return self._searched(unseen)
        pool = self._asked(_product(self._choices))
        pool = pool[self.table.sums(pool, unseen) > 0]
        impossible = np.flatnonzero(unseen & ~self.table.shown(pool))
        return pool, impossible, np.ones(len(impossible), dtype=bool)

    @property
    def _choices(self) -> list[np.ndarray]:
        return [np.flatnonzero(one) for one in self.levels]

    @property
    def _all(self) -> float:
        """The number of all combinations."""
        return float(np.prod(self.levels.sum(axis=1), dtype=float))

    def _asked(self, rows: np.ndarray) -> np.ndarray:
        """Those of `rows` that are allowed."""
        parts = [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]
        return np.concatenate([rows[:0], *(part[self.allowed(part)] for part in parts)])

    def _searched(self, unseen: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        generator = np.random.Generator(np.random.Philox(0))
        nothing = np.zeros(self.table.cells, dtype=bool)
        pool = self._grown(unseen, nothing, generator)
        left = unseen & ~self.table.shown(pool)
        completed, proved = self._completed(np.flatnonzero(left), generator)
        impossible = left & ~self.table.shown(completed)
        # What is left was completed one by one; grown together, with what can't be avoided, it takes fewer rows.
        left &= ~impossible
        for _ in range(ROUNDS):
            grown = self._grown(left, impossible, generator)
            pool = np.concatenate([pool, grown])
            left &= ~self.table.shown(grown)
            if not len(grown):
                break
        cells = np.flatnonzero(impossible)
        return np.unique(np.concatenate([pool, completed]), axis=0), cells, np.isin(cells, proved)

    def _grown(self, left: np.ndarray, impossible: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """Allowed combinations among those that would cover all cells that are `left` with few rows."""
        table = self.table
        much = len(table.factors) + 1.0
        worth = table.mark(self.levels).astype(float)
        worth[left] = much
        worth[impossible] = -(much**2)
        cells, parts = np.flatnonzero(left), [self.observed[:0]]
        while len(cells):
            starts = table.rows_with(generator.choice(cells, candidates(table)))
            rows, gains = grow(table, worth, starts, self.levels, generator)
            parts.append(rows[np.argsort(-gains, kind="stable")[:KEPT]])
            own = table.of_rows(parts[-1][:1])
            worth[own] = np.minimum(worth[own], 0.0)
            cells = cells[worth[cells] > 0]
        return self._asked(np.unique(np.concatenate(parts), axis=0))

    def _completed(self, cells: np.ndarray, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Allowed completions (R, F) of `cells` (N,), a few of each; and those of the cells of which all were tried."""
        kept, proved = [self.observed[:0]], [cells[:0]]
        for tries in TRIES:
            if not len(cells):
                break
            each = min(tries, max(1, ASKED // len(cells)))
            few = self._completions(cells) <= each
            for some in _slices(cells[few], max(1, BATCH // each)):
                parts = [_product(self._choices_in(one)) for one in self.table.rows_with(some)]
                kept.append(self._first_allowed(np.concatenate(parts), np.repeat(some, [len(one) for one in parts])))
            for some in _slices(cells[~few], max(1, BATCH // each)):
                starts = np.repeat(self.table.rows_with(some), each, axis=0)
                kept.append(self._first_allowed(self._filled(starts, generator), np.repeat(some, each)))
            proved.append(cells[few])
            cells = cells[~few]
            cells = cells[~self.table.shown(np.concatenate(kept))[cells]]
        return np.concatenate(kept), np.concatenate(proved)

    def _completions(self, cells: np.ndarray) -> np.ndarray:
        """(N,) how many combinations have each of `cells`."""
        factors, _ = self.table.parts(cells)
        return np.asarray(self._all / np.prod(self.levels.sum(axis=1)[factors], axis=1))

    def _choices_in(self, row: np.ndarray) -> list[np.ndarray]:
        """The levels of each factor that a row may have where it is open."""
        given = zip(row, self.table.sizes, self._choices, strict=True)
        return [choices if code == size else np.array([code]) for code, size, choices in given]

    def _filled(self, rows: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """`rows` (R, F) with levels where they are open: of an observed combination in every second row, or drawn."""
        filled = rows.copy()
        drawn = np.zeros((len(rows), 0))
        if len(self.observed):
            ends = np.cumsum(self.weight)
            chosen = np.searchsorted(ends, generator.random(len(rows)) * ends[-1], side="right")
            drawn = self.observed[np.minimum(chosen, len(ends) - 1)]
        real = np.arange(len(rows)) % 2 == 0
        for i, choices in enumerate(self._choices):
            filled[:, i] = choices[generator.integers(len(choices), size=len(rows))]
            if len(self.observed):
                filled[:, i] = np.where(real & np.isin(drawn[:, i], choices), drawn[:, i], filled[:, i])
        return np.where(rows < self.table.sizes, rows, filled)

    def _first_allowed(self, rows: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """The first of `rows` that are allowed for each of `cells` (R,), which are in groups; `KEPT` of each."""
        allowed = np.concatenate([self.allowed(part) for part in _slices(rows, BATCH)])
        groups = np.flatnonzero(np.append(True, cells[1:] != cells[:-1]))
        before = np.cumsum(allowed) - allowed
        rank = before - np.repeat(before[groups], np.diff(np.append(groups, len(cells))))
        return np.asarray(rows[allowed & (rank < KEPT)])


def _slices(values: np.ndarray, size: int) -> Iterator[np.ndarray]:
    return (values[start : start + size] for start in range(0, len(values), size))


def _product(choices: Sequence[np.ndarray]) -> np.ndarray:
    """(R, F) all combinations of levels, one of each factor."""
    return np.stack([one.ravel() for one in np.meshgrid(*choices, indexing="ij")], axis=1)
