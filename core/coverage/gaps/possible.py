"""What a design leaves room for: the levels of its factors, and which combinations of them no row may have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np

from trimtab.core.counting.levels import Levels, declared_levels, own_axis
from trimtab.core.coverage.gaps.related import forbidden_by_relations
from trimtab.core.coverage.gaps.restrictions import Candidates, Restriction, held_back, restrictions_of
from trimtab.core.errors import InputError
from trimtab.core.study.study import Study

MOST_CANDIDATES = 2**22
"""Candidates that are tried for the factors that rules tie together."""
BATCH = 2**19
PER_LEVEL = (10**9, 256, 64, 16, 8, 4, 2)
"""Values of a level that are tried: all, or the most with which the candidates are within their limit."""
FREE = 8
"""A factor that is in no combination is tried in so many times as many values, all levels together."""
MOST_CELLS = 2**26


@dataclass(frozen=True, eq=False)
class Possible:
    """Which combinations of levels some row can have, of factors with `sizes` levels each.

    Each group has the positions of the factors that restrictions tie together, ascending, and of what is left a cube
    (size + 1 of each) bool; the last slot of a factor leaves it open. What every group leaves is possible.
    """

    sizes: tuple[int, ...]
    groups: tuple[tuple[tuple[int, ...], np.ndarray], ...]

    def of(self, chosen: Sequence[int], *, with_open: bool = False) -> np.ndarray:
        """Which cells of the factors `chosen`, ascending, are possible; broadcasts to their sizes (+ 1 `with_open`)."""
        found = np.ones((1,) * len(chosen), dtype=bool)
        for factors, cube in self.groups:
            own = [place for place, i in enumerate(chosen) if i in factors]
            if own:
                found = found & self._part(factors, cube, chosen, with_open=with_open)
        return found

    def cells(self, chosen: Sequence[int]) -> int:
        """How many cells of the factors `chosen` are possible."""
        found = self.of(chosen)
        spread = [self.sizes[i] for place, i in enumerate(chosen) if found.shape[place] == 1]
        return int(np.count_nonzero(found)) * prod(spread)

    def keeps(self, chosen: Sequence[int], codes: np.ndarray) -> np.ndarray:
        """(C,) whether the cells `codes` (C, len(chosen)) are possible."""
        found = self.of(chosen)
        places = [np.where(width == 1, 0, codes[:, i]) for i, width in enumerate(found.shape)]
        return np.asarray(found[tuple(places)])

    def _part(
        self, factors: tuple[int, ...], cube: np.ndarray, chosen: Sequence[int], *, with_open: bool
    ) -> np.ndarray:
        slots = tuple(
            (slice(None) if with_open else slice(self.sizes[i])) if i in chosen else self.sizes[i] for i in factors
        )
        part = cube[slots]
        widths = iter(part.shape)
        return np.asarray(part.reshape([next(widths) if i in factors else 1 for i in chosen]))


def without_cells(never: np.ndarray) -> np.ndarray:
    """(size + 1 of each) bool: what is left of two factors' cells (sizes) without some; the last slots are open."""
    cube = np.ones((never.shape[0] + 1, never.shape[1] + 1), dtype=bool)
    cube[:-1, :-1] = ~never
    return cube


def design_levels(study: Study, names: Sequence[str]) -> list[Levels]:
    """All levels of factors in a design: the bins of their display axes; categories are told apart where there are not
    too many, whatever the axis shows of them."""
    found = []
    for name in names:
        column = study.known(name)
        found.append(declared_levels(study.axes[name] if study.axes[name].numeric else own_axis(column), column))
    return found


def has_levels(study: Study, patterns: Sequence[Mapping[str, str]]) -> bool:
    """Whether rows of a design have all factors of some patterns, with their levels; its axes may be others by now."""
    if not {factor for pattern in patterns for factor in pattern} <= set(study.delivered):
        return False
    return all(
        pattern[levels.factor] in levels.labels
        for pattern in patterns
        for levels in design_levels(study, list(pattern))
    )


def possible_of(study: Study, levels: Sequence[Levels]) -> Possible | None:
    """Which combinations of `levels` the design leaves room for; None if it is all of them.

    Rules, holds, levels and bins that are asked for nothing, and events that are to be true never or always, count;
    relations by which one factor decides another; and what a derived factor is computed from. A combination is possible
    if a real row, or one put together from values of the source, shows it and keeps them all. Tried are all values of
    the factors that are tied together where that is at most `MOST_CANDIDATES` rows. Where it is more, of each level the
    lowest and highest value, those next to the numbers that conditions name, and others evenly between: that is exact
    for comparisons that are monotone in each factor, and may miss what only few values in the middle of a level allow.
    A bin of the display axis in which the source has no value counts as possible unless the factor is held.

    Raises InputError if a rule can't be computed, ties too many levels together, or no row keeps all.
    """
    restrictions = restrictions_of(study, [one.factor for one in levels])
    allowed = held_back(study)
    groups = []
    for columns in _tied(restrictions, allowed):
        own = [one for one in restrictions if set(one.columns) <= columns]
        factors = tuple(i for i, one in enumerate(levels) if _columns_of(study, one.factor) & columns)
        if factors:
            cube = _cube(study, [levels[i] for i in factors], sorted(columns), own, allowed)
            if not cube.all():
                groups.append((factors, cube))
    for _, pair, never in forbidden_by_relations(study, levels):
        groups.append((pair, without_cells(never)))
    return Possible(tuple(one.size for one in levels), tuple(groups)) if groups else None


def _columns_of(study: Study, factor: str) -> set[str]:
    """The columns of the source that decide a factor."""
    return set(study.definitions[factor].scalar.columns) if factor in study.definitions else {factor}


def _tied(restrictions: Sequence[Restriction], allowed: Mapping[str, np.ndarray]) -> list[set[str]]:
    """Columns in groups: what no restriction ties together, directly or through others, is in different ones."""
    groups: list[set[str]] = []
    for columns in [*(set(one.columns) for one in restrictions), *({name} for name in allowed)]:
        near = [group for group in groups if group & columns]
        groups = [group for group in groups if not group & columns]
        groups.append(columns.union(*near))
    return groups


def _cube(
    study: Study,
    levels: Sequence[Levels],
    columns: Sequence[str],
    restrictions: Sequence[Restriction],
    allowed: Mapping[str, np.ndarray],
) -> np.ndarray:
    """(size + 1 of each of `levels`) bool: the combinations found possible, the last slot open."""
    names = ", ".join(f"`{one.factor}`" for one in levels)
    if prod(one.size + 1 for one in levels) > MOST_CELLS:
        raise InputError(f"Rules tie {names} together, with too many combinations to try; name fewer factors.")
    cube = np.zeros([one.size + 1 for one in levels], dtype=bool)
    for candidates in _batches(study, levels, columns, restrictions, allowed, names):
        good = np.ones(candidates.rows, dtype=bool)
        for name in set(columns) & allowed.keys():
            good &= allowed[name][candidates.codes[name]]
        for restriction in restrictions:
            good &= restriction.holds(candidates)
        cube[tuple(candidates.levels_of(one)[good] for one in levels)] = True
    if not cube.any():
        raise InputError(f"No row that was tried keeps all that is asked of {names}; see trimtab check.")
    for axis, one in enumerate(levels):
        open_ = cube.any(axis=axis, keepdims=True)
        slots = np.append(_without_values(study, one), one.size)
        cube[(slice(None),) * axis + (slots,)] = open_
    return cube


def _without_values(study: Study, one: Levels) -> np.ndarray:
    """The levels in which the source has no value, of which nothing can be told; none of a factor that is held."""
    if study.role(one.factor) == "hold":
        return np.empty(0, dtype=np.int64)
    # The last code is that of missing values, which are a level only where there are some.
    seen = np.bincount(one.codes_of(study.known(one.factor).values), minlength=one.size)[: one.size] > 0
    return np.flatnonzero(~seen)


def _batches(
    study: Study,
    levels: Sequence[Levels],
    columns: Sequence[str],
    restrictions: Sequence[Restriction],
    allowed: Mapping[str, np.ndarray],
    names: str,
) -> Iterator[Candidates]:
    """The learning rows, then all combinations of the values that are tried."""
    yield Candidates(study, {name: study.columns[name].codes for name in columns}, real=True)
    by_name = {one.factor: one for one in levels if one.factor not in study.definitions}
    near = {name: [t for kept in restrictions for t in kept.thresholds.get(name, ())] for name in columns}
    for each in PER_LEVEL:
        values = [_values(study, name, by_name.get(name), allowed.get(name), near[name], each) for name in columns]
        total = prod(map(len, values))
        if total <= MOST_CANDIDATES:
            break
    else:
        raise InputError(f"Rules tie {names} together, with too many combinations to try; name fewer factors.")
    sizes = tuple(map(len, values))
    for start in range(0, total, BATCH):
        places = np.unravel_index(np.arange(start, min(start + BATCH, total)), sizes)
        codes = {name: own[place] for name, own, place in zip(columns, values, places, strict=True)}
        yield Candidates(study, codes, real=False)


def _values(
    study: Study,
    name: str,
    levels: Levels | None,
    allowed: np.ndarray | None,
    near: Sequence[float],
    each: int,
) -> np.ndarray:
    """Positions of the values of a factor that are tried, missing included: `each` of every level, or of a factor
    without levels `FREE` times as many."""
    column = study.columns[name]
    usable = np.flatnonzero(np.ones(column.distinct + 1, dtype=bool) if allowed is None else allowed)
    if not column.counts[-1]:
        usable = usable[usable < column.distinct]
    level = levels.codes_of(column.values)[usable] if levels else np.zeros(len(usable), dtype=np.int64)
    most = each if levels else FREE * each
    kept = [_spread(usable[level == one], most) for one in np.unique(level)]
    if len(column.numbers):
        at = np.searchsorted(column.numbers, near)
        beside = np.concatenate([at - 1, at, at + 1]).astype(np.int64)
        kept.append(np.intersect1d(beside, usable))
    return np.unique(np.concatenate(kept)) if kept else usable


def _spread(values: np.ndarray, most: int) -> np.ndarray:
    """At most so many of some values, the first and the last (if more than one) among them."""
    if len(values) <= most:
        return values
    return values[np.linspace(0, len(values) - 1, most).round().astype(np.int64)]
