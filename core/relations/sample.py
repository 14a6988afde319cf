"""The rows that relations are looked for in: codes, numbers and coarse levels of a sample, each made once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np

from trimtab.core.source.columns import Column, groups_of

ROWS = 20_000
"""Relations are looked for in so many rows; what is found is then looked up in all of them."""

FIRST_ROWS = 2_000
"""Most of what does not hold breaks in so many rows already."""

WIDE = 80
"""Of tables with more columns only what single ones decide and compute is looked for: pairs would take minutes."""

LEVELS = 8
"""Levels of the coarse look that says which rows are nearly alike."""

PATTERNS = 6
"""Patterns of missing values that are looked at, each on rows of its own."""

MOST_DECIMALS = 9
"""Decimals beyond these are those of a computed number, not of a written one."""


class Sample:
    """Rows of a table with F columns, drawn at random; the same table gives the same sample.

    `codes` (m, F) are positions among each column's values, missing one of its own. Constants are left out.
    """

    def __init__(self, columns: Mapping[str, Column]) -> None:
        rows = len(next(iter(columns.values())).codes)
        # A fixed stream, and an order by chance: the first rows of a sample are a smaller sample.
        order = np.random.Generator(np.random.Philox(10)).permutation(rows)[:ROWS]
        taken = {name: column.codes[order] for name, column in columns.items()}
        self.columns = {name: one for name, one in columns.items() if len(taken[name]) and np.ptp(taken[name])}
        self.names = tuple(self.columns)
        self.rows = len(order)
        self.codes = np.empty((self.rows, len(self.names)), dtype=np.int32)
        for place, name in enumerate(self.names):
            self.codes[:, place] = taken[name]

    @cached_property
    def by_column(self) -> np.ndarray:
        """(F, m) the values that occur in the sample, numbered from 0; the values of a column lie together."""
        return np.array([np.unique(column, return_inverse=True)[1] for column in self.codes.T], dtype=np.int32)

    @cached_property
    def distinct(self) -> np.ndarray:
        """(F,) how many values, missing one of them, occur in the sample."""
        return np.asarray(self.by_column.max(axis=1), dtype=np.int64) + 1

    @cached_property
    def missing(self) -> np.ndarray:
        """(m, F) where a value is missing."""
        sizes = np.array([column.distinct for column in self.columns.values()], dtype=np.int32)
        return np.asarray(self.codes == sizes)

    @cached_property
    def numeric(self) -> tuple[int, ...]:
        """Places of the columns of numbers (dates not), those of two values included."""
        return tuple(i for i, one in enumerate(self.columns.values()) if one.kind in ("continuous", "count"))

    @cached_property
    def dates(self) -> tuple[int, ...]:
        """Places of the columns of dates and times."""
        return tuple(i for i, one in enumerate(self.columns.values()) if one.kind == "datetime")

    @cached_property
    def numbers(self) -> np.ndarray:
        """(m, F) numbers, dates in microseconds since 1970; nan where one is missing or there is none."""
        found = np.full(self.codes.shape, np.nan)
        for place, column in enumerate(self.columns.values()):
            if len(column.numbers):
                found[:, place] = np.append(column.numbers, np.nan)[self.codes[:, place]]
        return found

    @cached_property
    def decimals(self) -> tuple[int | None, ...]:
        """(F,) how many decimals the numbers of a column are written with; None for more than MOST_DECIMALS."""
        return tuple(decimals_of(column.numbers) for column in self.columns.values())

    def coarse(self, place: int, levels: int = LEVELS) -> np.ndarray:
        """(m,) the coarse level of a column: rows that share it are nearly alike. Few values share theirs."""
        if (place, levels) not in self._coarse:
            column = list(self.columns.values())[place]
            most = int(np.clip(column.distinct // 2, 1, levels))
            groups = groups_of(column, most) if most > 1 else np.zeros(column.distinct + 1, dtype=np.int64)
            groups[-1] = 0  # missing is near to nothing, so it is shuffled with the most there is
            self._coarse[place, levels] = groups[self.codes[:, place]]
        return self._coarse[place, levels]

    @cached_property
    def _coarse(self) -> dict[tuple[int, int], np.ndarray]:
        return {}

    def complete(self, places: list[int], rows: int) -> Iterator[tuple[list[int], np.ndarray]]:
        """Columns with rows in which none of them is missing, at most `rows` of them; every one of `places` comes at
        least once, with those that are missing where it is, unless there are many patterns of gaps."""
        left, gaps = list(places), self.missing
        for _ in range(PATTERNS):
            if not left:
                return
            lead = min(left, key=lambda place: int(gaps[:, place].sum()))
            known = np.flatnonzero(~gaps[:, lead])
            fewest = np.argsort(gaps[known][:, places].sum(axis=1), kind="stable")[:rows]
            chosen = known[fewest]
            here = [place for place in places if not gaps[chosen, place].any()]
            yield here, chosen
            left = [place for place in left if place not in here]


def decimals_of(numbers: np.ndarray) -> int | None:
    """How many decimals `numbers` are written with, at most MOST_DECIMALS; None if more are needed.

    >>> decimals_of(np.array([0.5, 1.25])), decimals_of(np.array([3.0])), decimals_of(np.array([1 / 3]))
    (2, 0, None)
    """
    some = numbers[:: max(1, len(numbers) // 2000)]
    for digits in range(MOST_DECIMALS + 1):
        # What is written with so many digits is the nearest double to it; nothing else is.
        if np.array_equal(np.round(some, digits), some):
            return digits
    return None
