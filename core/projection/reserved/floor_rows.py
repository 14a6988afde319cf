"""The rows that keep a floor: how many of each observed combination, and which combinations must be made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trimtab.core.maths.covering import CellTable
from trimtab.core.projection.reserved.completions import Allowed, Maker

PORTIONS = 5
"""Rows of a combination are taken in so many portions: the rest of each cell may come from better ones later."""

NEAR = 256
"""Of the combinations that cover most cells so many, heaviest first, are compared: whose cells lack most rows?"""


@dataclass(frozen=True, eq=False)
class FloorRows:
    """How many rows of U observed combinations of F factors, and of M others, keep a floor.

    `taken` (U,) int: rows of each observed combination. `made` (M, F) and `made_rows` (M,) int: distinct combinations
    that are not observed, and rows of each. `impossible`: (factors, levels) of the I cells that can't be covered, as no
    completion found is allowed; `proved` (I,) bool says for which of them all completions were tried.
    """

    taken: np.ndarray
    made: np.ndarray
    made_rows: np.ndarray
    impossible: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    proved: np.ndarray

    @property
    def rows(self) -> int:
        """Rows in total."""
        return int(self.taken.sum() + self.made_rows.sum())


def floor_rows(
    observed: np.ndarray,
    weight: np.ndarray,
    sizes: Sequence[int],
    strength: int,
    at_least: int,
    *,
    allowed: Allowed,
    needed: np.ndarray | None = None,
) -> FloorRows:
    """Few rows in which every cell of any `strength` of F factors occurs `at_least` times.

    `observed` (U, F) int are distinct combinations, all of which may be taken: codes in range(sizes[f]), or sizes[f]
    for a missing value, which is in no cell. `weight` (U,) is the share of each: among those that serve as well,
    heavy ones are preferred. `needed` (F, most levels) bool marks the levels that count, all unless given: a cell of
    another level is not needed, and none is made. `allowed` says which combinations (R, F) without missing values may
    be made, (R,) bool.

    Combinations are made for cells that no observed one shows, and cover what else they can; see `Maker` for how they
    are searched, which cells are impossible, and how often `allowed` is called.

    Greedy set multicover (V. Chvátal, Mathematics of Operations Research 4 (3), 1979), then without rows that can be
    spared. The same arguments give the same rows. Raises InputError for too many cells.
    """
    table = CellTable.of(sizes, strength)
    levels = table.all_levels if needed is None else table.all_levels & needed
    required = np.where(table.mark(levels), at_least, 0)
    unseen = (required > 0) & ~table.shown(observed)
    made, impossible, proved = Maker(table, levels, observed, weight, allowed).combinations_for(unseen)
    required[impossible] = 0

    need, portion = required.copy(), -(-at_least // PORTIONS)
    likely = _likely(table, made, observed, weight)
    made_rows = _cover(table, made, likely, need, unseen, portion)
    taken = _cover(table, observed, weight, need, ~unseen, portion)
    both, times = np.concatenate([made, observed]), np.concatenate([made_rows, taken])
    spare = table.times(both[times > 0], times[times > 0]).astype(np.int64) - required
    _trim(table, made, likely, made_rows, spare)
    _trim(table, observed, weight, taken, spare)
    factors, own = table.parts(impossible)
    named = tuple((tuple(f), tuple(c)) for f, c in zip(factors.tolist(), own.tolist(), strict=True))
    return FloorRows(taken, made[made_rows > 0], made_rows[made_rows > 0], named, proved)


def _likely(table: CellTable, made: np.ndarray, observed: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(M,) how often the cells of `made` combinations are observed, on average."""
    share = table.times(observed, weight) if len(made) else np.zeros(table.cells)
    return table.sums(made, share) / len(table.factors)


def _cover(
    table: CellTable, rows: np.ndarray, weight: np.ndarray, need: np.ndarray, which: np.ndarray, portion: int
) -> np.ndarray:
    """(R,) how many of each of `rows` (R, F) to take, so that no cell of `which` (cells,) is needed that they show.

    `need` (cells,) is what each cell lacks, of which all cells of the rows taken are paid. Each step takes a `portion`
    of a combination with most cells that lack rows; near the heaviest of those, the one whose cells lack most.
    """
    order = np.argsort(-weight, kind="stable")
    codes, times = rows[order], np.zeros(len(rows), dtype=np.int64)
    lacking = (need > 0) & which
    gain, holders = table.sums(codes, lacking).astype(np.int32), _Holders(table, codes)
    while len(rows) and (top := gain.max()) > 0:
        hits = np.flatnonzero(gain == top)[:NEAR]
        cells = table.of_rows(codes[hits])
        lack = need[cells].sum(axis=1)
        most = int(lack.max())
        for place in np.flatnonzero(lack == most):
            own = cells[place]
            # Another one that was just taken may have shared a cell.
            if need[own].sum() == most:
                count = min(portion, int(need[own][lacking[own]].min()))
                times[order[hits[place]]] += count
                need[own] = np.maximum(need[own] - count, 0)
                done = own[lacking[own] & (need[own] == 0)]
                lacking[done] = False
                for holding in holders.of(done):
                    gain[holding] -= 1
    return times


class _Holders:
    """Which of `codes` (R, F) have a cell."""

    def __init__(self, table: CellTable, codes: np.ndarray) -> None:
        self._table = table
        self._codes = np.ascontiguousarray(codes.T, dtype=np.min_scalar_type(int(table.sizes.max())))
        self._sorted = np.argsort(self._codes, axis=1, kind="stable")
        self._ends = [
            np.searchsorted(own[order], np.arange(size + 1)).tolist()
            for own, order, size in zip(self._codes, self._sorted, table.sizes, strict=True)
        ]

    def of(self, cells: np.ndarray) -> Iterator[np.ndarray]:
        """The places of the rows that have each of `cells` (N,)."""
        for factors, levels in zip(*(part.tolist() for part in self._table.parts(cells)), strict=True):
            pairs = list(zip(factors, levels, strict=True))
            # The fewest rows that have one of the levels; of these, the rows that have the others too.
            fewest = min(pairs, key=lambda pair: self._ends[pair[0]][pair[1] + 1] - self._ends[pair[0]][pair[1]])
            factor, level = fewest
            found = self._sorted[factor, self._ends[factor][level] : self._ends[factor][level + 1]]
            for factor, level in pairs:
                if factor != fewest[0]:
                    found = found[np.flatnonzero(self._codes[factor].take(found) == level)]
            yield found


def _trim(table: CellTable, rows: np.ndarray, weight: np.ndarray, times: np.ndarray, spare: np.ndarray) -> None:
    """Take fewer `times` (R,) of rows, light ones first, as long as no cell has less to `spare` (cells,) than none."""
    some = np.flatnonzero(times)
    some = some[np.argsort(weight[some], kind="stable")]
    for part, own in table.chunks(rows[some]):
        for one, cells in zip(some[part], own, strict=True):
            count = min(int(times[one]), int(spare[cells].min()))
            times[one] -= count
            spare[cells] -= count
