"""How strongly the factors of a source depend on each other: one number for every pair, and the table of one pair."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np

from trimtab.core.maths.tables import table_correlation
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import Column
from trimtab.core.study.study import Study

SAMPLE_ROWS = 100_000
"""Rows that the strengths are computed from."""
MOST_GROUPS = 10
"""Groups that the bins of a number are joined to: a finer table measures less of a dependence and more of its noise."""

Key = tuple[Column, Axis]


@dataclass(frozen=True, eq=False)
class Dependence:
    """`strength` (F, F) of every pair of `factors`, 0 to 1: 0 for none, 1 if one tells the other. Symmetric; 1 on the
    diagonal."""

    factors: tuple[str, ...]
    strength: np.ndarray

    def between(self, one: str, other: str) -> float:
        """The strength of one pair."""
        return float(self.strength[self.factors.index(one), self.factors.index(other)])


@dataclass(frozen=True, eq=False)
class Joint:
    """Two factors of the source together: `shares` (first.size + 1, second.size + 1) of the learning rows on their
    display axes, each with missing last; they sum to 1."""

    first: Axis
    second: Axis
    shares: np.ndarray


def dependence(study: Study, factors: Sequence[str] | None = None) -> Dependence:
    """How strongly every pair of `factors` depends on each other in the source; None: all that the study has.

    Bias-corrected Cramér's V (Bergsma 2013) of a sample of the learning rows on the display axes; neighbouring bins of
    numbers are joined to at most MOST_GROUPS of about equal mass, and missing is one more level. Pairs are kept in the
    study's memo, so that only those of a factor with new bins are counted again.
    """
    names = tuple(study.axes if factors is None else factors)
    keys = tuple((study.known(name), study.axes[name]) for name in names)
    return study.memo.of("dependence", (names, keys), lambda: _dependence(study, names, keys))


def joint(study: Study, one: str, other: str) -> Joint:
    """The table of two factors over all learning rows."""
    first, second = study.axes[one], study.axes[other]
    key = tuple((study.known(name), study.axes[name]) for name in (one, other))

    def make() -> Joint:
        shape = (first.size + 1, second.size + 1)
        counts = _table(study.display_codes(one), study.display_codes(other), *shape)
        return Joint(first, second, counts / max(1, counts.sum()))

    return study.memo.of("joint of two", key, make)


def spearman(table: Joint) -> float | None:
    """Spearman's rank correlation of two ordered factors, -1 to 1, with mid-ranks for rows of one bin, over the rows
    in which both have a value. None if one of them is not ordered or does not vary there."""
    if "categorical" in (table.first.kind, table.second.kind):
        return None
    shares = table.shares[:-1, :-1]
    if min(np.count_nonzero(shares.sum(axis=i)) for i in (0, 1)) < 2:
        return None
    return float(np.clip(table_correlation(shares), -1, 1))


def cramers_v(counts: np.ndarray) -> float:
    """Bias-corrected Cramér's V of a table of counts (R, C), 0 to 1; 0 if one factor does not vary.

    Bergsma (2013), A bias-correction for Cramér's V and Tschuprow's T, J. Korean Stat. Soc. 42(3).

    >>> round(cramers_v(np.array([[50, 0], [0, 50]])), 3), cramers_v(np.array([[25, 25], [25, 25]]))
    (1.0, 0.0)
    """
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    n = float(rows.sum())
    r, c = np.count_nonzero(rows), np.count_nonzero(columns)
    if min(r, c) < 2:
        return 0.0
    expected = np.outer(rows, columns)
    seen = counts > 0
    phi2 = float((counts[seen].astype(float) ** 2 / expected[seen]).sum()) - 1.0
    unbiased = max(0.0, phi2 - (r - 1) * (c - 1) / (n - 1))
    smaller = min(k - (k - 1) ** 2 / (n - 1) for k in (r, c))
    # Few rows on many levels leave no room for a bias: then nothing can be told.
    return float(np.sqrt(min(1.0, unbiased / (smaller - 1)))) if smaller > 1 else 0.0


def _dependence(study: Study, names: tuple[str, ...], keys: tuple[Key, ...]) -> Dependence:
    strength = np.eye(len(names))
    grouped: dict[int, tuple[np.ndarray, int]] = {}

    def groups(i: int) -> tuple[np.ndarray, int]:
        if i not in grouped:
            grouped[i] = _sampled_groups(study, names[i])
        return grouped[i]

    def count(i: int, j: int) -> float:
        (one, r), (other, c) = groups(i), groups(j)
        return cramers_v(_table(one, other, r, c))

    for i, j in combinations(range(len(names)), 2):
        kept = study.memo.of("dependence of two", (keys[i], keys[j]), partial(count, i, j))
        strength[i, j] = strength[j, i] = kept
    return Dependence(names, strength)


def _table(one: np.ndarray, other: np.ndarray, r: int, c: int) -> np.ndarray:
    """(r, c) rows of each combination of two codes."""
    cells = one.astype(np.int32) * np.int32(c) + other
    return np.bincount(cells, minlength=r * c).reshape(r, c)


def _sampled_groups(study: Study, name: str) -> tuple[np.ndarray, int]:
    """The group of every sampled row, and how many groups there are; missing is the last one."""
    axis, codes = study.axes[name], study.display_codes(name)
    codes = codes[_sample(len(codes))]
    if not axis.numeric:
        return codes.astype(np.int32), axis.size + 1
    joined = _joined(np.bincount(codes, minlength=axis.size + 1)[:-1])
    place = np.append(joined, joined.max(initial=-1) + 1).astype(np.int32)
    return place[codes], int(place[-1]) + 1


def _joined(rows: np.ndarray) -> np.ndarray:
    """(B,) the group of each bin, from 0 without gaps: by where the middle of its rows lies among all rows."""
    middle = (np.cumsum(rows) - rows / 2) / max(1, rows.sum())
    wanted = np.minimum((middle * MOST_GROUPS).astype(int), MOST_GROUPS - 1)
    return np.asarray(np.unique(wanted, return_inverse=True)[1]) if len(rows) else np.empty(0, dtype=int)


def _sample(rows: int) -> np.ndarray | slice:
    """Which rows to look at: all, or one drawn from each of SAMPLE_ROWS equal stretches, the same ones every time."""
    if rows <= SAMPLE_ROWS:
        return slice(None)
    start = np.arange(SAMPLE_ROWS) * rows // SAMPLE_ROWS
    width = np.diff(np.append(start, rows))
    # A stretch always has its own draw: rows that repeat in a cycle would else be seen at one place of it only.
    drawn = np.random.Generator(np.random.Philox(0)).random(SAMPLE_ROWS)
    return np.asarray(start + np.floor(drawn * width), dtype=np.int64)
