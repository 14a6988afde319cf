"""Donors: the real rows that a block of factors is redrawn from, grouped by what they have to agree in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trimtab.core.grounding.grounding import Grounding
from trimtab.core.grounding.neighbours import Neighbour

DENSE = 4_000_000
"""Keys up to this size are looked up in a table; larger ones by bisection."""


@dataclass(frozen=True, eq=False)
class Fixed:
    """`codes` (n,) of one factor on the learning rows, which must not change when it is redrawn."""

    factor: str
    codes: np.ndarray


@dataclass(frozen=True, eq=False)
class Step:
    """One step of a key: codes times `strides`, added to the number so far, then looked up in `table`, if there is one.

    The table gives a small number for each combination that a real row has and the last number for all others. `sorted`
    tables hold the combinations themselves, ascending, where one slot for each possible one would be too many.
    """

    codes: tuple[Neighbour | Fixed, ...]
    strides: tuple[int, ...]
    table: np.ndarray
    sorted: bool

    def number(self, key: np.ndarray) -> np.ndarray:
        """The small number of each key."""
        if not self.sorted:
            return np.asarray(self.table.take(key, mode="clip"), dtype=np.int32)  # kept in a smaller type
        found = np.searchsorted(self.table, key)
        known = found < len(self.table)
        known[known] = self.table[found[known]] == key[known]
        return np.where(known, found, len(self.table)).astype(np.int32)


@dataclass(frozen=True, eq=False)
class Donors:
    """The donors of one block of factors: those of group g are `rows[start[g] : start[g + 1]]`; the last has none."""

    factors: tuple[str, ...]
    steps: tuple[Step, ...]
    start: np.ndarray
    rows: np.ndarray


def donors_of(
    grounding: Grounding,
    factors: tuple[str, ...],
    neighbours: Sequence[Neighbour],
    fixed: Sequence[Fixed],
    pool: np.ndarray,
) -> Donors:
    """Group the rows of `pool` by the codes of `neighbours` and by the `fixed` codes, which always have to agree.

    The key is compacted whenever a table for it would be too large.
    """
    parts: list[tuple[Neighbour | Fixed, np.ndarray, int]] = []
    parts += [(one, grounding.code(one), grounding.size(one)) for one in neighbours]
    parts += [(one, one.codes, int(one.codes.max()) + 1) for one in fixed]
    # Most levels first: what is added to a compacted key should be small, or the key needs bisection.
    parts.sort(key=lambda part: -part[2])
    steps = []
    key, size, places = np.zeros(len(pool), dtype=np.int64), 1, pool.astype(np.intp)
    open_: list[tuple[Neighbour | Fixed, int]] = []
    for code, of_row, levels in parts:
        if open_ and size * levels > DENSE:
            step, key, size = _close(open_, key, size)
            steps.append(step)
            open_ = []
        open_.append((code, size))
        # To clip a place, which never lies outside, is quicker than to look whether it does.
        key = key + np.multiply(of_row.take(places, mode="clip"), size, dtype=np.int64)
        size *= levels
    step, key, size = _close(open_, key, size)
    start, rows = _by_group(key, size - 1, pool)
    return Donors(factors, (*steps, step), start, rows)


def _close(codes: list[tuple[Neighbour | Fixed, int]], key: np.ndarray, size: int) -> tuple[Step, np.ndarray, int]:
    """A step that numbers the combinations in `key`; with the numbers and how many there are, the unknown included."""
    names, strides = tuple(code for code, _ in codes), tuple(stride for _, stride in codes)
    if size > DENSE:
        table, number = np.unique(key, return_inverse=True)
        return Step(names, strides, table, True), number, len(table) + 1
    seen = np.zeros(size, dtype=bool)
    seen[key] = True
    known = np.flatnonzero(seen)
    table = np.full(size, len(known), dtype=np.min_scalar_type(len(known)))
    table[known] = np.arange(len(known))
    return Step(names, strides, table, False), table.take(key, mode="clip").astype(np.int64), len(known) + 1


def _by_group(group: np.ndarray, groups: int, pool: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The pool's rows ordered by group, stable, and where each group starts."""
    start = np.zeros(groups + 2, dtype=np.int64)
    np.cumsum(np.bincount(group, minlength=groups), out=start[1:-1])
    start[-1] = len(pool)  # one more group, empty, for keys that no real row has
    # Numbers of 16 bits are sorted by counting them, larger ones as two such digits, the lower one first.
    order = np.argsort(group.astype(np.uint16), kind="stable")
    if groups > 2**16:
        order = order[np.argsort((group >> 16).astype(np.uint16)[order], kind="stable")]
    return start, pool[order]
