"""Covering arrays: few rows in which every combination of levels of every few factors occurs.

One row at a time, as AETG does (D. M. Cohen, S. R. Dalal, M. L. Fredman and G. C. Patton, IEEE Transactions on Software
Engineering 23 (7), 1997): many candidates start from a combination that is still uncovered, take the other factors in
random order, give each the level that covers most, and the best candidate is the next row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from trimtab.core.errors import InputError

MAX_CELLS = 2**26
"""Cells that can be looked after; each takes some 20 bytes."""

CHUNK = 2**20
"""Cells of rows that are looked at in one go."""

CANDIDATES = 64
STEP = 2**20
"""Look-ups that choose one row: that many candidates are grown for it, at least 4 and at most `CANDIDATES`."""

WORK = 2**26
"""Look-ups after which no more is tried to make a covering array smaller."""

BEGINNINGS = 20
ROUNDS = 100
"""Arrays that are begun, and rounds that thin each out, within `WORK`."""


@dataclass(frozen=True, eq=False)
class CellTable:
    """Numbers for the cells of every `strength` of F factors: of C combinations of factors, so many cells each.

    A code of `sizes[f]` says that factor f is open or missing; such cells have a number too, and are never needed.
    """

    sizes: np.ndarray
    """(F,) levels of each factor."""
    factors: np.ndarray
    """(C, strength) the factors of each combination."""
    strides: np.ndarray
    """(C, strength) what a level of each of them adds to the number of the cell."""
    first: np.ndarray
    """(C,) the number of each combination's first cell."""
    cells: int
    within: np.ndarray
    """(F, P) the combinations that each factor is in."""
    step: np.ndarray
    """(F, P) what a level of the factor adds there."""

    @staticmethod
    def of(sizes: Sequence[int], strength: int) -> CellTable:
        """The cells of so many levels per factor. Raises InputError if there are more than `MAX_CELLS`."""
        own = np.array(sizes, dtype=np.int64)
        factors = np.array(list(combinations(range(len(own)), strength)), dtype=np.int64)
        widths = (own + 1)[factors]
        counts = np.prod(widths.astype(float), axis=1)
        if counts.sum() > MAX_CELLS:
            raise InputError(
                f"Combinations of {strength} out of {len(own)} factors have {counts.sum():,.0f} cells, and "
                f"{MAX_CELLS:,} can be searched; name fewer factors, give them fewer bins, or lower the strength."
            )
        strides = np.cumprod(np.concatenate([np.ones((len(widths), 1), np.int64), widths[:, :0:-1]], axis=1), axis=1)
        strides = strides[:, ::-1]
        first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        places = [np.nonzero(factors == one) for one in range(len(own))]
        within = np.array([place[0] for place in places])
        step = np.array([strides[place] for place in places])
        return CellTable(own, factors, strides, first[:-1], int(first[-1]), within, step)

    @property
    def all_levels(self) -> np.ndarray:
        """(F, most levels) the levels that each factor has."""
        return np.asarray(np.arange(self.sizes.max()) < self.sizes[:, None])

    def of_rows(self, rows: np.ndarray) -> np.ndarray:
        """(R, C) the cells of `rows` (R, F)."""
        # A product of whole numbers below 2**53, so it is exact.
        weights = np.zeros((len(self.sizes), len(self.factors)))
        weights[self.factors.T, np.arange(len(self.factors))] = self.strides.T
        return np.asarray((rows.astype(float) @ weights).astype(np.int64) + self.first)

    def chunks(self, rows: np.ndarray) -> Iterator[tuple[slice, np.ndarray]]:
        """A few of `rows` (R, F) at a time: which, and their cells (r, C)."""
        size = max(1, CHUNK // len(self.factors))
        for start in range(0, len(rows), size):
            part = slice(start, start + size)
            yield part, self.of_rows(rows[part])

    def shown(self, rows: np.ndarray) -> np.ndarray:
        """(cells,) whether one of `rows` (R, F) has the cell."""
        shown = np.zeros(self.cells, dtype=bool)
        for _, cells in self.chunks(rows):
            shown[cells] = True
        return shown

    def times(self, rows: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """(cells,) float: the `weight` (R,) of the rows that have the cell."""
        times = np.zeros(self.cells)
        for part, cells in self.chunks(rows):
            np.add.at(times, cells.ravel(), np.repeat(weight[part], cells.shape[1]))
        return times

    def sums(self, rows: np.ndarray, worth: np.ndarray) -> np.ndarray:
        """(R,) the `worth` (cells,) of all cells of each of `rows`, together."""
        sums = np.zeros(len(rows), dtype=np.float64 if worth.dtype.kind == "f" else np.int64)
        for part, cells in self.chunks(rows):
            sums[part] = worth[cells].sum(axis=1)
        return sums

    def parts(self, cells: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The factors (N, strength) and levels (N, strength) of `cells` (N,)."""
        which = np.searchsorted(self.first, cells, side="right") - 1
        factors = self.factors[which]
        levels = (cells - self.first[which])[:, None] // self.strides[which] % (self.sizes[factors] + 1)
        return factors, levels

    def rows_with(self, cells: np.ndarray) -> np.ndarray:
        """(N, F) rows that have the levels of one of `cells` (N,) each, and are open otherwise."""
        factors, levels = self.parts(cells)
        rows = np.tile(self.sizes, (len(cells), 1))
        np.put_along_axis(rows, factors, levels, axis=1)
        return rows

    def mark(self, levels: np.ndarray) -> np.ndarray:
        """(cells,) whether all levels of a cell are among the `levels` (F, most levels) that are marked."""
        marked = [np.append(one[:size], False) for one, size in zip(levels, self.sizes, strict=True)]
        parts = []
        for chosen in self.factors:
            whole = np.ones((), dtype=bool)
            for factor in chosen:
                whole = whole[..., None] & marked[factor]
            parts.append(whole.ravel())
        return np.concatenate(parts)


def grow(
    table: CellTable, worth: np.ndarray, starts: np.ndarray, levels: np.ndarray, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Give the open factors of each of `starts` (K, F) levels, greedily by the `worth` (cells,) of the cells they make.

    `levels` (F, most levels) marks those that may be used. Each row takes its factors in an order of its own, and ties
    are broken at random. Returns the rows (K, F) and the worth (K,) of all their cells.
    """
    rows = starts.copy()
    at = table.of_rows(rows)
    fixed = starts < table.sizes
    free = int((~fixed).sum(axis=1).max())
    # Fixed factors sort last, so that all rows are done after `free` steps.
    order = np.argsort(generator.random(rows.shape) + fixed, axis=1)[:, :free]
    each = np.arange(len(rows))
    for factor in order.T:
        places, step = table.within[factor], table.step[factor]
        own = at[each[:, None], places]
        choices = np.minimum(np.arange(levels.shape[1]), table.sizes[factor][:, None])
        shift = choices - rows[each, factor][:, None]
        scores = worth[own[:, None, :] + shift[:, :, None] * step[:, None, :]].sum(axis=2, dtype=np.float64)
        scores[~levels[factor] | fixed[each, factor][:, None]] = -np.inf
        best = np.argmax(scores + 0.5 * generator.random(scores.shape), axis=1)
        chosen = np.where(fixed[each, factor], rows[each, factor], best)
        at[each[:, None], places] = own + (chosen - rows[each, factor])[:, None] * step
        rows[each, factor] = chosen
    return rows, worth[at].sum(axis=1, dtype=np.float64)


def candidates(table: CellTable) -> int:
    """How many candidates are grown for a row."""
    return int(np.clip(STEP // _work(table), 4, CANDIDATES))


def _work(table: CellTable) -> int:
    """Look-ups that grow one candidate."""
    return table.within.size * int(table.sizes.max())


def covering_array(sizes: Sequence[int], strength: int = 2, *, seed: int = 0) -> np.ndarray:
    """(R, F) codes in range(sizes[f]) such that all levels of every `strength` factors meet in a row; few rows.

    The smallest of several arrays, each thinned out, within a fixed number of look-ups; no more are tried once no
    smaller one can be. The same arguments give the same rows. Raises InputError for a strength that does not fit, a
    factor without levels, or too many cells.

    >>> len(covering_array([3, 3, 3, 3]))
    9
    """
    if not 1 <= strength <= len(sizes) or min(sizes) < 1:
        raise InputError(
            "A covering array needs a strength from 1 to the number of factors and a level of each factor, "
            f"got strength {strength} of {len(sizes)} factors with {', '.join(map(str, sizes))} levels."
        )
    table = CellTable.of(sizes, strength)
    fewest = int(np.prod(np.sort(table.sizes)[-strength:]))
    best, left = np.empty((0, len(sizes)), dtype=np.int64), float(WORK)
    for beginning in range(BEGINNINGS):
        key = np.random.SeedSequence(seed, spawn_key=(beginning,))
        generator = np.random.Generator(np.random.Philox(key))
        rows = _one_array(table, generator)
        left -= len(rows) * candidates(table) * _work(table)
        rounds = 0
        while rounds < ROUNDS and left > 0 and len(rows) > fewest:
            rows = _thinned(table, rows, generator)
            rounds += 1
            left -= len(rows) * _work(table)
        best = rows if not beginning or len(rows) < len(best) else best
        if left <= 0 or len(best) == fewest:
            break
    return best


def _one_array(table: CellTable, generator: np.random.Generator) -> np.ndarray:
    levels = table.all_levels
    worth = table.mark(levels).astype(np.int8)
    left = np.flatnonzero(worth)
    rows = []
    while len(left):
        starts = table.rows_with(generator.choice(left, candidates(table)))
        grown, gains = grow(table, worth, starts, levels, generator)
        rows.append(grown[int(gains.argmax())])
        worth[table.of_rows(rows[-1][None])] = 0
        left = left[worth[left] > 0]
    return np.array(rows)


def _thinned(table: CellTable, rows: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """`rows` that cover as much, one fewer if the row with fewest cells of its own has none left.

    Randomised postoptimisation (P. Nayeri, C. J. Colbourn and G. Konjevod, European Journal of Operational Research
    225 (1), 2013): a level is free where all its cells occur in rows before; free levels take over cells of the last
    row.
    """
    rows = rows[generator.permutation(len(rows))]
    cells = table.of_rows(rows)
    times = np.bincount(cells.ravel(), minlength=table.cells)
    last = int((times[cells] == 1).sum(axis=1).argmin())
    order = np.append(np.delete(np.arange(len(rows)), last), last)
    rows, cells = rows[order], cells[order]
    places = np.arange(cells.size)
    first = np.empty(table.cells, dtype=np.int64)
    first[cells.ravel()[::-1]] = places[::-1]
    own = (first[cells.ravel()] == places).reshape(cells.shape)
    used = own[:, table.within].any(axis=2)
    rows = np.where(used, rows, table.sizes)
    worth = np.zeros(table.cells, dtype=np.int8)
    worth[cells[-1][own[-1]]] = 1
    return grow(table, worth, rows if used[-1].any() else rows[:-1], table.all_levels, generator)[0]
