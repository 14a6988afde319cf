"""The fewest combinations of levels, and rows of each, after which no pattern of a level is uncovered: as many of them
as a person can read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from math import prod
from operator import and_
from pathlib import Path

import numpy as np

from trimtab.core.counting.levels import Coded, Levels, code_rows
from trimtab.core.coverage.gaps.patterns import MAX_CELLS, OPEN, check_gaps, counts_of
from trimtab.core.coverage.gaps.possible import Possible
from trimtab.core.errors import InputError
from trimtab.core.source.spool import Source

MAX_PATTERNS = 20_000
MAX_COMBINATIONS = 200
"""More are not looked for: nobody reads them, each closes fewer, and a floor over the factors asks for all at once."""
MAX_STEPS = 5_000
"""Steps of the search for one combination; it has a good one after as many steps as there are factors."""
MAX_STEPS_IN_ALL = 50_000
"""Steps of all searches; after these each takes the first good one it comes to, which closes hardly less."""


@dataclass(frozen=True, eq=False)
class Combined:
    """One combination to add: the `levels` that close patterns, whatever the other factors are; how many `rows` of it;
    and how many patterns it is the first to close."""

    levels: dict[str, str]
    rows: int
    closes: int


@dataclass(frozen=True, eq=False)
class Remedy:
    """Combinations to add, in the order they were found: the one that closes most patterns first.

    `patterns` is the number of uncovered patterns of exactly `level` factors. The combinations close all of them, or as
    many as MAX_COMBINATIONS can.
    """

    level: int
    threshold: int
    patterns: int
    combinations: tuple[Combined, ...]

    @property
    def rows(self) -> int:
        """Rows to add in total."""
        return sum(one.rows for one in self.combinations)

    @property
    def left(self) -> int:
        """Patterns that stay uncovered: 0 unless there are MAX_COMBINATIONS."""
        return self.patterns - sum(one.closes for one in self.combinations)


def find_remedy(
    data: Path | Source, levels: Sequence[Levels], threshold: int, level: int, *, possible: Possible | None = None
) -> Remedy:
    """What to add to `data` so that every pattern of `level` factors or fewer has at least `threshold` rows.

    Coverage enhancement of Asudeh, Jin and Jagadish (ICDE 2019): a greedy hitting set, each step the combination that
    hits most of the uncovered patterns of that level, found by branch and bound; the first MAX_COMBINATIONS of them.
    Patterns that are not `possible` are left out, and no such combination is added. Raises InputError as `find_gaps`
    does, and for more uncovered patterns than can be searched.
    """
    return remedy_of(code_rows(data, levels), levels, threshold, level, possible=possible)


def remedy_of(
    coded: Coded, levels: Sequence[Levels], threshold: int, level: int, *, possible: Possible | None = None
) -> Remedy:
    """As `find_remedy`, on rows that are coded already."""
    check_gaps(coded.rows, levels, threshold, level)
    if level > len(levels):
        raise InputError(f"Remedy: the level is {level}, more than the number of factors, {len(levels)}.")
    codes, needs = uncovered(coded, levels, threshold, level, possible)
    if len(needs) > MAX_PATTERNS:
        raise InputError(
            f"Remedy: {len(needs):,} patterns of {level} factors are uncovered, and {MAX_PATTERNS:,} can be searched; "
            "choose fewer factors, a lower threshold, or fewer factors at a time."
        )
    usual = [np.bincount(coded.codes[one.factor], minlength=one.size)[: one.size] for one in levels]
    chosen = hitting_set(codes, usual, possible)
    return Remedy(level, threshold, len(needs), tuple(_combined(levels, codes, needs, chosen)))


def hitting_set(
    patterns: np.ndarray, usual: Sequence[np.ndarray], possible: Possible | None = None
) -> list[tuple[int, ...]]:
    """Combinations, a code per factor, such that every pattern (P, F; OPEN for any level) agrees with one of them, or
    the first MAX_COMBINATIONS of these.

    Where no possible combination of the levels agrees, the pattern itself is one.
    `usual` gives the rows of each level per factor: where a choice makes no difference the most frequent level wins.
    """
    hits = [_hits(patterns[:, i], len(rows)) for i, rows in enumerate(usual)]
    # Factors that most patterns name come first: their choice decides most, so the search is cut early.
    order = sorted(range(len(usual)), key=lambda i: -int((patterns[:, i] != OPEN).sum()))
    kept = _Kept(order, possible)
    left, steps = (1 << len(patterns)) - 1, MAX_STEPS_IN_ALL
    found: list[tuple[int, ...]] = []
    while left and len(found) < MAX_COMBINATIONS:
        best, used = _best(left, [hits[i] for i in order], [usual[i] for i in order], kept, min(MAX_STEPS, steps))
        steps = max(0, steps - used)
        if not best:
            # What is left is possible only with values outside of the levels: its other factors stay open.
            first = (left & -left).bit_length() - 1
            found.append(tuple(patterns[first].tolist()))
            left &= ~(1 << first)
            continue
        code_of = dict(zip(order, best, strict=True))
        left &= ~reduce(and_, (hits[i][code] for i, code in code_of.items()))
        found.append(tuple(code_of[i] for i in range(len(usual))))
    return found


class _Kept:
    """Which beginnings of a combination are possible, its factors in this `order`."""

    def __init__(self, order: Sequence[int], possible: Possible | None) -> None:
        self._tables: list[tuple[list[int], np.ndarray]] = []
        for length in range(1, len(order) + 1 if possible is not None else 0):
            factors = sorted(order[:length])
            assert possible is not None  # the loop is empty otherwise
            self._tables.append(([list(order).index(i) for i in factors], possible.of(factors)))

    def __call__(self, chosen: tuple[int, ...]) -> bool:
        if not self._tables:
            return True
        places, table = self._tables[len(chosen) - 1]
        return bool(table[tuple(chosen[i] if width > 1 else 0 for i, width in zip(places, table.shape, strict=True))])


def _best(
    left: int, hits: Sequence[Sequence[int]], usual: Sequence[np.ndarray], kept: _Kept, most_steps: int
) -> tuple[tuple[int, ...], int]:
    """(the combination that agrees with most of the patterns `left`, sets of patterns being the bits of a number; the
    steps that took): the best there is unless that takes more than `most_steps`."""
    most, steps = 0, 0
    best: tuple[int, ...] = ()
    stack: list[tuple[int, tuple[int, ...]]] = [(left, ())]
    while stack:
        mask, chosen = stack.pop()
        count = mask.bit_count()
        if count <= most or (best and steps > most_steps):
            continue
        steps += 1
        if len(chosen) == len(hits):
            most, best = count, chosen
            continue
        place = len(chosen)
        options = [(mask & one, code) for code, one in enumerate(hits[place])]
        # The most promising last, for it is taken from the stack first.
        options.sort(key=lambda option: (option[0].bit_count(), usual[place][option[1]]))
        stack += [(rest, (*chosen, code)) for rest, code in options if kept((*chosen, code))]
    return best, steps


def _hits(codes: np.ndarray, size: int) -> list[int]:
    """For each level of a factor the patterns that agree with it, as bits."""
    return [
        int.from_bytes(np.packbits((codes == OPEN) | (codes == level), bitorder="little").tobytes(), "little")
        for level in range(size)
    ]


def uncovered(
    coded: Coded, levels: Sequence[Levels], threshold: int, level: int, possible: Possible | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """(codes (P, F), rows that are missing (P,)) of all possible patterns of exactly `level` factors below the
    threshold."""
    sizes = [one.size for one in levels]
    codes, needs = [], []
    groups = list(combinations(range(len(levels)), level))
    cells = sum(prod(sizes[i] for i in chosen) for chosen in groups)
    if cells > MAX_CELLS:
        raise InputError(
            f"Remedy: {level} of {len(levels)} factors have {cells:,} cells, and {MAX_CELLS:,} can be counted; name "
            "fewer factors or give a smaller level."
        )
    for chosen in groups:
        counts = counts_of([coded.codes[levels[i].factor] for i in chosen], [sizes[i] for i in chosen])
        missing = counts < threshold
        found = np.argwhere(missing if possible is None else missing & possible.of(chosen))
        part = np.full((len(found), len(levels)), OPEN)
        part[:, chosen] = found
        codes.append(part)
        needs.append(threshold - counts[tuple(found.T)])
    return np.concatenate(codes), np.concatenate(needs)


def _combined(
    levels: Sequence[Levels], patterns: np.ndarray, needs: np.ndarray, chosen: Sequence[tuple[int, ...]]
) -> Iterator[Combined]:
    """The combinations with the rows each needs after those before it, without the levels that close nothing."""
    left = needs.copy()
    untouched = np.ones(len(patterns), dtype=bool)
    for combination in chosen:
        agrees = ((patterns == OPEN) | (patterns == np.asarray(combination))).all(axis=1)
        first, untouched = agrees & untouched, untouched & ~agrees
        rows = int(left[first].max())
        named = (patterns[agrees & (left > 0)] != OPEN).any(axis=0)
        left[agrees] -= rows
        found = {one.factor: one.labels[combination[i]] for i, one in enumerate(levels) if named[i]}
        yield Combined(found, rows, int(first.sum()))
