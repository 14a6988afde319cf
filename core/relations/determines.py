"""One or two factors decide another: a code and its name, a ZIP code and its county, origin and destination a distance.

Minimal functional dependencies with at most two determinants (H. Mannila and K.-J. Räihä 1992). A missing value is a
value of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import ClassVar

import numpy as np
from pydantic import Field, model_validator

from trimtab.core.database import quote_name
from trimtab.core.design.fields import Name, broken
from trimtab.core.relations.relation import Claim, Relation, listed
from trimtab.core.relations.sample import FIRST_ROWS, WIDE, Sample
from trimtab.core.relations.surprise import FEWEST_ROWS, ONE_FACTOR, SEVERAL_FACTORS, bound, combined, surprise

LARGEST_TABLE = 4_000_000
"""Keys up to this size are looked up in a table; larger ones are made smaller first."""

FEWEST_REPEATS = 20
"""A pair that repeats less often in the first rows is not looked at."""


class Determines(Relation):
    """`[a, b]`: rows that are alike in a are alike in b. `[[a, b], c]`: those that are alike in a and b are so in c."""

    kind: ClassVar[str] = "determines"
    title: ClassVar[str] = "one follows from another"
    counts_gaps: ClassVar[bool] = True

    determines: tuple[Name | tuple[Name, Name], Name] = Field(description="What decides, one factor or two, and what.")

    @model_validator(mode="after")
    def _factors_differ(self) -> Determines:
        if len(set(self.factors)) < len(self.roots) + 1:
            broken(f"`determines` must name different factors, got {', '.join((*self.roots, *self.decided))}")
        return self

    @property
    def roots(self) -> tuple[str, ...]:
        """What decides."""
        first = self.determines[0]
        return first if isinstance(first, tuple) else (first,)

    @property
    def decided(self) -> tuple[str, ...]:
        """See `Relation.decided`."""
        return self.determines[1:]

    @property
    def factors(self) -> tuple[str, ...]:
        """See `Relation.factors`."""
        return tuple(dict.fromkeys((*self.roots, *self.decided)))

    @property
    def text(self) -> str:
        """See `Relation.text`."""
        return f"{listed(self.roots)} {'decides' if len(self.roots) == 1 else 'decide'} {self.decided[0]}"

    def bears_renewal(self, factor: str) -> bool:
        """See `Relation.bears_renewal`: rows of one new value have what those of its old one have."""
        return factor in self.roots

    def query(self, table: str, kinds: Mapping[str, str]) -> str:
        """See `Relation.query`; what breaks it are rows beside the most frequent value of their determinants."""
        roots = [f"{quote_name(name)} AS r{i}" for i, name in enumerate(self.roots)]
        by = ", ".join(f"r{i}" for i in range(len(roots)))
        counted = f"SELECT {', '.join(roots)}, count(*) AS n FROM {table} GROUP BY {by}, {quote_name(self.decided[0])}"
        grouped = f"SELECT sum(n) AS n, max(n) AS most FROM ({counted}) GROUP BY {by}"
        return (
            f"SELECT coalesce(sum(n) - count(*), 0)::BIGINT, coalesce(sum(n) - sum(most), 0)::BIGINT FROM ({grouped})"
        )

    @classmethod
    def find(cls, sample: Sample) -> list[Claim]:
        """See `Relation.find`."""
        names, held = sample.names, held_by_one(sample)
        single = dict(_evident_single(sample, held))
        claims = [Claim(cls(determines=(names[x], names[a])), nats) for (x, a), nats in thinned(single).items()]
        for (x, y, a), nats in _evident_pairs(sample, held):
            claims.append(Claim(cls(determines=((names[x], names[y]), names[a])), nats))
        return claims


def held_by_one(sample: Sample) -> dict[int, tuple[int, ...]]:
    """For each factor that repeats, all it decides in every row of the sample, by chance or not."""
    return {
        x: tuple(a for a in _decided(sample, sample.by_column[x], int(sample.distinct[x])) if a != x)
        for x in range(len(sample.names))
        if _repeats(sample, x) > 0
    }


def held_by_two(sample: Sample, held: Mapping[int, Sequence[int]]) -> Iterator[tuple[int, int, int]]:
    """All that two factors decide together in every row of the sample, and none of them alone (`held`)."""
    for x, y in combinations(range(len(sample.names)), 2):
        size = int(sample.distinct[y])
        key = sample.by_column[x] * np.int64(size) + sample.by_column[y]
        known = {x, y, *held.get(x, ()), *held.get(y, ())}
        for a in _decided(sample, key, int(sample.distinct[x]) * size, fewest=FEWEST_REPEATS):
            if a not in known:
                yield x, y, a


def thinned(single: Mapping[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    """Dependencies (x, a) without those that follow from others: of a → b → c not a → c; of factors that decide each
    other all by the first one."""
    twins = {(x, a) for x, a in single if (a, x) in single}
    first = {one: min([one, *(a for x, a in twins if x == one)]) for pair in single for one in pair}

    def wanted(x: int, a: int) -> bool:
        if first[x] == first[a]:  # written twice: the first of them stands for all, both ways
            return first[x] in (x, a)
        between = ((x, b) in single and (b, a) in single for b in set(first.values()) - {first[x], first[a]})
        return x == first[x] and a == first[a] and not any(between)

    return {pair: nats for pair, nats in single.items() if wanted(*pair)}


def _evident_single(sample: Sample, held: Mapping[int, Sequence[int]]) -> Iterator[tuple[tuple[int, int], float]]:
    count = len(sample.names)
    needed = bound(count * (count - 1), ONE_FACTOR)
    for x, decided in held.items():
        if _repeats(sample, x) < FEWEST_ROWS or not decided:
            continue
        tested = _not_first(sample.codes[:, x])
        for a in decided:
            # That both are missing is no value that one decides of the other.
            known = tested & ~(sample.missing[:, x] & sample.missing[:, a])
            if known.sum() < FEWEST_ROWS:
                continue
            nats = surprise(sample.codes[:, a], sample.coarse(x), known)
            if nats >= needed:
                yield (x, a), nats


def _evident_pairs(sample: Sample, held: Mapping[int, Sequence[int]]) -> Iterator[tuple[tuple[int, int, int], float]]:
    count = len(sample.names)
    if count > WIDE:
        return
    needed = bound(count * (count - 1) * (count - 2) // 2, SEVERAL_FACTORS)
    for x, y, a in held_by_two(sample, held):
        tested = _not_first(combined([sample.codes[:, x], sample.codes[:, y]]))
        if tested.sum() < FEWEST_ROWS:
            continue
        nats = min(
            surprise(sample.codes[:, a], combined([sample.codes[:, one], sample.coarse(other)]), tested)
            for one, other in ((x, y), (y, x))
        )
        if nats >= needed:
            yield (x, y, a), nats


def _decided(sample: Sample, key: np.ndarray, size: int, fewest: int = 1) -> list[int]:
    """Columns that are alike in all rows that are alike in `key` (m,), a number below `size`; first in few rows, then
    in all. None if fewer than `fewest` of the first rows repeat."""
    rows = min(FIRST_ROWS, sample.rows)
    order = np.argsort(key[:rows])
    ordered = key[order]
    again = np.flatnonzero(ordered[1:] == ordered[:-1])
    if len(again) < fewest:
        return []
    # Whole rows: the codes of a row lie together in memory.
    differs = (sample.codes[order[again]] != sample.codes[order[again + 1]]).any(axis=0)
    kept = [int(place) for place in np.flatnonzero(~differs)]
    if len(kept) <= 1 or rows == sample.rows:
        return kept
    if size > LARGEST_TABLE:
        import pandas as pd  # takes long, and a schema is printed without it

        key, size = pd.factorize(key)[0], sample.rows
    latest = np.empty(size, dtype=sample.codes.dtype)
    return [place for place in kept if _one_each(latest, key, sample.by_column[place])]


def _one_each(latest: np.ndarray, key: np.ndarray, values: np.ndarray) -> bool:
    """Whether every key has one value: each row writes its own into a table, and finds it there afterwards."""
    latest[key] = values
    return bool((latest[key] == values).all())


def _repeats(sample: Sample, place: int) -> int:
    return int(sample.rows - sample.distinct[place])


def _not_first(codes: np.ndarray) -> np.ndarray:
    """(m,) whether a row is not the first of its code."""
    found = np.ones(len(codes), dtype=bool)
    found[np.unique(codes, return_index=True)[1]] = False
    return found
