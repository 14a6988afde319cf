"""Maximal uncovered patterns: the most general combinations of levels with fewer rows than a threshold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb, prod
from pathlib import Path

import numpy as np

from trimtab.core.counting.levels import Coded, Levels, code_rows
from trimtab.core.coverage.gaps.possible import Possible
from trimtab.core.errors import InputError, Progress
from trimtab.core.source.spool import Source

OPEN = -1
"""Stands in a pattern for a factor that it leaves open."""
MAX_CELLS = 50_000_000
"""Cells that are held at a time: of the whole cube, or of one level of the search."""
MAX_VISITS = 10**10
"""Rows times combinations that a search visits in one level unless a person asks for that level."""


@dataclass(frozen=True, eq=False)
class Pattern:
    """Levels of some factors; the others are open. `rows_to_close` more of its rows and it is covered."""

    levels: dict[str, str]
    count: int
    rows_to_close: int

    @property
    def level(self) -> int:
        """How many factors the pattern names."""
        return len(self.levels)


@dataclass(frozen=True, eq=False)
class Gaps:
    """The maximal uncovered patterns of up to `searched` factors, the cheapest to close first.

    `codes` (P, F) hold a code per factor of `levels` or OPEN; `counts` (P,) rows. The data set has `rows`, of which
    `outside` have a value outside of the levels of some factor; they count only in patterns that leave it open.
    """

    levels: tuple[Levels, ...]
    threshold: int
    rows: int
    outside: int
    searched: int
    codes: np.ndarray
    counts: np.ndarray

    def __len__(self) -> int:
        return len(self.counts)

    def __iter__(self) -> Iterator[Pattern]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, i: int) -> Pattern:
        named = {
            one.factor: one.labels[code]
            for one, code in zip(self.levels, self.codes[i].tolist(), strict=True)
            if code >= 0
        }
        count = int(self.counts[i])
        return Pattern(named, count, self.threshold - count)

    @property
    def by_level(self) -> dict[int, int]:
        """How many patterns name so many factors; levels without any are left out."""
        level, patterns = np.unique((self.codes != OPEN).sum(axis=1), return_counts=True)
        return dict(zip(level.tolist(), patterns.tolist(), strict=True))

    @property
    def complete(self) -> bool:
        """Whether patterns of all factors were searched."""
        return self.searched == len(self.levels)


def find_gaps(
    data: Path | Source,
    levels: Sequence[Levels],
    threshold: int,
    *,
    max_level: int | None = None,
    possible: Possible | None = None,
    progress: Progress | None = None,
) -> Gaps:
    """The patterns of `data` with fewer than `threshold` rows whose every generalisation has that many.

    Maximal uncovered patterns of Asudeh, Jin and Jagadish (ICDE 2019). The universe is the product of `levels`; rows
    outside of a factor's levels count only where that factor is open. Patterns that are not `possible` count as
    covered. `max_level` limits the factors a pattern names; without it the search goes as far as the limits of this
    module allow. Raises InputError for a threshold above the
    number of rows, for no factors, and for a level that would need too many cells.
    """
    if progress:
        progress(0, 1, "coding")
    coded = code_rows(data, levels)
    return gaps_of(coded, levels, threshold, max_level=max_level, possible=possible, progress=progress)


def gaps_of(
    coded: Coded,
    levels: Sequence[Levels],
    threshold: int,
    *,
    max_level: int | None = None,
    possible: Possible | None = None,
    progress: Progress | None = None,
) -> Gaps:
    """As `find_gaps`, on rows that are coded already."""
    check_gaps(coded.rows, levels, threshold, max_level)
    depth = min(max_level or len(levels), len(levels))
    rows = [coded.codes[one.factor] for one in levels]
    sizes = [one.size for one in levels]
    if prod(size + 1 for size in sizes) <= MAX_CELLS:
        counts = cube(rows, sizes)
        uncovered = counts < threshold
        if possible is not None:
            uncovered &= possible.of(range(len(sizes)), with_open=True)
        cells = _cells_of(_maximal(uncovered), sizes, depth)
        found = [(cells, counts[tuple(np.where(cells == OPEN, np.asarray(sizes), cells).T)])]
    else:
        depth = _reach(sizes, coded.rows, asked=max_level)
        found = list(_search(rows, sizes, threshold, depth, possible, progress))
    codes = np.concatenate([cells for cells, _ in found])
    rows_of = np.concatenate([counts for _, counts in found]).astype(np.int64)
    # The cheapest first, then the most general, then in the order of the levels.
    order = np.lexsort((*codes.T[::-1], (codes != OPEN).sum(axis=1), -rows_of))
    outside = np.logical_or.reduce([own == size for own, size in zip(rows, sizes, strict=True)])
    return Gaps(tuple(levels), threshold, coded.rows, int(outside.sum()), depth, codes[order], rows_of[order])


def cube(rows: Sequence[np.ndarray], sizes: Sequence[int]) -> np.ndarray:
    """Rows of every pattern, shape (size + 1 per factor), the last slot of a factor for *open*; int32.

    Rows with a code `size`, outside of the levels, count in the open slot only.
    """
    widths = [size + bool((codes == size).any()) for codes, size in zip(rows, sizes, strict=True)]
    key = np.zeros(len(rows[0]), dtype=np.int64)
    for codes, width in zip(rows, widths, strict=True):
        key *= width
        key += codes
    counts = np.bincount(key, minlength=prod(widths)).astype(np.int32)
    before = 1
    for i, (size, width) in enumerate(zip(sizes, widths, strict=True)):
        part = counts.reshape(before, width, prod(widths[i + 1 :]))
        counts = np.empty((before, size + 1, part.shape[2]), dtype=np.int32)
        # Slot by slot: every operation then runs along one long dimension, however short the others are.
        counts[:, size] = part[:, width - 1]
        for slot in range(width - 1):
            counts[:, size] += part[:, slot]
        for slot in range(size):
            counts[:, slot] = part[:, slot]
        before *= size + 1
    return counts.reshape(tuple(size + 1 for size in sizes))


def _maximal(uncovered: np.ndarray) -> np.ndarray:
    """Where a pattern is uncovered and each pattern with one factor more open is not; shape as given."""
    found = uncovered.copy()
    before = 1
    for i, width in enumerate(uncovered.shape):
        shape = (before, width, prod(uncovered.shape[i + 1 :]))
        part, covered = found.reshape(shape), ~uncovered.reshape(shape)[:, -1]
        for slot in range(width - 1):
            part[:, slot] &= covered
        before *= width
    return found


def _cells_of(found: np.ndarray, sizes: Sequence[int], depth: int) -> np.ndarray:
    """(P, F) codes of the true cells of a cube, OPEN for the open slot, of at most `depth` named factors."""
    cells = np.stack(np.unravel_index(np.flatnonzero(found), found.shape), axis=1)
    cells[cells == np.asarray(sizes)] = OPEN
    return np.asarray(cells[(cells != OPEN).sum(axis=1) <= depth])


def _search(
    rows: Sequence[np.ndarray],
    sizes: Sequence[int],
    threshold: int,
    depth: int,
    possible: Possible | None,
    progress: Progress | None,
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(codes, counts) of the maximal uncovered patterns, level by level: each needs the level above it only."""
    covered: dict[tuple[int, ...], np.ndarray] = {(): np.ones((), dtype=bool)}
    for level in range(1, depth + 1):
        below = {}
        for done, chosen in enumerate(combinations(range(len(sizes)), level)):
            if progress:
                progress(done, comb(len(sizes), level), f"patterns of {level} factors")
            counts = counts_of([rows[i] for i in chosen], [sizes[i] for i in chosen])
            below[chosen] = counts >= threshold
            if possible is not None:
                below[chosen] |= ~possible.of(chosen)
            maximal = ~below[chosen]
            for place in range(level):
                maximal &= np.expand_dims(covered[chosen[:place] + chosen[place + 1 :]], place)
            cells = np.argwhere(maximal)
            codes = np.full((len(cells), len(sizes)), OPEN)
            codes[:, chosen] = cells
            yield codes, counts[maximal]
        covered = below


def counts_of(rows: Sequence[np.ndarray], sizes: Sequence[int]) -> np.ndarray:
    """Rows of every cell of a few factors, shape `sizes`; rows outside of the levels of one count nowhere."""
    key = np.zeros(len(rows[0]), dtype=np.int64)
    inside = np.ones(len(key), dtype=bool)
    for codes, size in zip(rows, sizes, strict=True):
        key *= size
        key += codes
        inside &= codes < size
    return np.bincount(key[inside], minlength=prod(sizes)).reshape(sizes)


def _reach(sizes: Sequence[int], rows: int, *, asked: int | None) -> int:
    """The level the search goes to: the one asked for, or the deepest whose cells and visits are within the limits."""
    cells = [1] + [0] * len(sizes)  # cells[l]: of all combinations of l factors
    for size in sizes:
        for level in range(len(sizes), 0, -1):
            cells[level] += size * cells[level - 1]
    fits = 0
    while fits < len(sizes) and cells[fits + 1] <= MAX_CELLS:
        fits += 1
    if fits == 0 or (asked is not None and min(asked, len(sizes)) > fits):
        wanted = min(asked or 1, len(sizes))
        advice = f"ask for level {fits} at most, or name" if fits else "name"
        raise InputError(
            f"Patterns of {wanted} of {len(sizes)} factors: they have {cells[wanted]:,} cells, and {MAX_CELLS:,} can "
            f"be counted; {advice} fewer factors."
        )
    if asked is not None:
        return min(asked, len(sizes))
    return max((level for level in range(1, fits + 1) if comb(len(sizes), level) * rows <= MAX_VISITS), default=1)


def check_gaps(rows: int, levels: Sequence[Levels], threshold: int, max_level: int | None) -> None:
    if not levels:
        raise InputError("Patterns: name at least one factor.")
    if threshold < 1:
        raise InputError(f"Patterns: the threshold is a number of rows, at least 1, got {threshold}.")
    if threshold > rows:
        raise InputError(
            f"Patterns: the threshold of {threshold:,} is above the {rows:,} rows there are, so every pattern would be "
            "uncovered; give a smaller one."
        )
    if max_level is not None and max_level < 1:
        raise InputError(f"Patterns: the level is a number of factors, at least 1, got {max_level}.")
