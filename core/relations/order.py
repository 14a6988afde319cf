"""One number or date is never beyond another: a start and an end, a minimum and a maximum."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, model_validator

from trimtab.core.database import quote_name
from trimtab.core.design.fields import Name, broken
from trimtab.core.errors import InputError
from trimtab.core.relations.relation import Change, Claim, RowRelation
from trimtab.core.relations.sample import FIRST_ROWS, LEVELS, Sample
from trimtab.core.relations.surprise import FEWEST_ROWS, SEVERAL_FACTORS, bound

FEWEST_VALUES = 3
"""An order of yes/no columns is an implication and nothing else."""

SAME = 1e-9
"""Differences of decimals that lie no further apart, as a share of the largest, are the same one."""

WIDTHS = 24
"""Widths, each twice the one before, at which the edge of the differences is looked at."""


class Order(RowRelation):
    """`[a, b]`: a ≤ b in every row in which both are known; with `strict` a < b. `[a, b, c]`: a ≤ b and b ≤ c."""

    one_donor: ClassVar[bool] = False
    kind: ClassVar[str] = "order"
    title: ClassVar[str] = "in order"
    of_kinds: ClassVar[tuple[str, ...]] = ("continuous", "count", "datetime")

    order: Annotated[tuple[Name, ...], Field(min_length=2)] = Field(description="Factors, the smallest first.")
    strict: bool = Field(default=False, strict=True, description="No two of them are equal.")

    @model_validator(mode="after")
    def _factors_differ(self) -> Order:
        if len(set(self.order)) < len(self.order):
            broken(f"`order` must name different factors, got {', '.join(self.order)}")
        return self

    @property
    def factors(self) -> tuple[str, ...]:
        """See `Relation.factors`."""
        return self.order

    @property
    def text(self) -> str:
        """See `Relation.text`."""
        return (" < " if self.strict else " ≤ ").join(self.order)

    def bears(self, factor: str, change: Change) -> bool:
        """See `Relation.bears`; the smallest may become smaller and the largest larger."""
        ends = {"lower": self.order[0], "higher": self.order[-1]}
        return change == "missing" or ends.get(change) == factor

    def example(self, values: Mapping[str, str]) -> str:
        """See `Relation.example`: `3 ≤ 5`."""
        return (" < " if self.strict else " ≤ ").join(values[name] for name in self.order)

    def conditions(self, kinds: Mapping[str, str]) -> tuple[str, str]:
        """See `RowRelation.conditions`; of a row with something missing what is known is compared."""
        sign, names = "<" if self.strict else "<=", [quote_name(name) for name in self.order]
        known = [f"({a} IS NOT NULL AND {b} IS NOT NULL)" for a, b in pairwise(names)]
        # Every two of a chain: its middle may be missing.
        holds = [f"({a} {sign} {b} OR {a} IS NULL OR {b} IS NULL)" for a, b in _pairs(names)]
        return " OR ".join(known), " AND ".join(holds)

    def check(self, kinds: Mapping[str, str]) -> None:
        """See `Relation.check`; dates and numbers have no order between them."""
        super().check(kinds)
        if len({kinds[name] == "datetime" for name in self.order}) > 1:
            raise InputError(f"Relation `{self.text}`: dates can't be compared with numbers.")

    @classmethod
    def find(cls, sample: Sample) -> list[Claim]:
        """See `Relation.find`."""
        found = dict(_evident(sample))
        names = sample.names
        claims = []
        for chain in chains(list(found), lambda a, b: not (sample.numbers[:, b] < sample.numbers[:, a]).any()):
            steps = list(pairwise(chain))
            nats = min(found[step] for step in steps)
            strict = all(_never_equal(sample, a, b) for a, b in steps)
            claims.append(Claim(cls(order=tuple(names[i] for i in chain), strict=strict), nats))
        return claims


def _pairs(names: list[str]) -> list[tuple[str, str]]:
    return [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]


def chains(pairs: list[tuple[int, int]], in_order: Callable[[int, int], bool]) -> list[tuple[int, ...]]:
    """Pairs (a, b) with a ≤ b as few chains, what follows from others left out. All of a chain are `in_order`: its
    middle may be missing.

    >>> chains([(0, 1), (1, 2), (0, 2), (0, 3)], lambda a, b: True)
    [(0, 1, 2), (0, 3)]
    """
    known = set(pairs)
    ends = {one for pair in pairs for one in pair}
    left = sorted(one for one in known if not any((one[0], m) in known and (m, one[1]) in known for m in ends))
    found: list[tuple[int, ...]] = []
    while left:
        chain: tuple[int, ...] = left.pop(0)
        while following := next((pair for pair in left if pair[0] == chain[-1] and pair[1] not in chain), None):
            if not all(in_order(one, following[1]) for one in chain):
                break
            left.remove(following)
            chain = (*chain, following[1])
        found.append(chain)
    return found


def _evident(sample: Sample) -> Iterator[tuple[tuple[int, int], float]]:
    for places in (_comparable(sample, one) for one in (sample.numeric, sample.dates)):
        needed = bound(len(places) * (len(places) - 1), SEVERAL_FACTORS)
        numbers = np.ascontiguousarray(sample.numbers[:, places].T)
        for i, a in enumerate(places):
            for j in _never_below(numbers, i):
                lower, upper = numbers[i], numbers[j]
                nats = _nats(lower, upper)
                if nats >= needed and (_edge(upper - lower) >= needed or _nats(lower, upper, LEVELS) >= needed):
                    yield (a, places[j]), nats


def _comparable(sample: Sample, places: Sequence[int]) -> list[int]:
    return [place for place in places if sample.distinct[place] >= FEWEST_VALUES]


def _never_below(numbers: np.ndarray, i: int) -> list[int]:
    """Which of `numbers` (F, m) are nowhere below the one at i, but somewhere above it; nan is neither."""
    others = np.arange(len(numbers))
    others = others[others != i]
    for rows in (FIRST_ROWS, numbers.shape[1]):
        others = others[~(numbers[others, :rows] < numbers[i, :rows]).any(axis=1)]
    return [int(j) for j in others if (numbers[j] > numbers[i]).any()]


def _nats(lower: np.ndarray, upper: np.ndarray, levels: int = 1) -> float:
    """Nats, if the upper numbers were shuffled, among rows of about the same lower one if there are several `levels` of
    it: only over rows in which the order could break at all.

    Counts with many zeros would else be in order most of the time. Two that follow each other closely have no edge: a
    stay of a night at least, say; but shuffled among rows of the same season they would be out of order.
    """
    known = ~(np.isnan(lower) | np.isnan(upper))
    lower, upper = lower[known], upper[known]
    if not len(lower):
        return 0.0
    open_ = (lower > upper.min()) & (upper < lower.max())
    lower, upper = lower[open_], upper[open_]
    if len(lower) < FEWEST_ROWS * min(levels, 2):  # what follows each other closely is in order in few rows anyway
        return 0.0
    level = np.searchsorted(np.sort(lower), lower, side="left") * levels // len(lower)
    nats = 0.0
    for one in np.unique(level):
        alike, others = lower[level == one], np.sort(upper[level == one])
        above = len(others) - np.searchsorted(others, alike, side="left")
        nats -= float(np.log(np.maximum(above, 1) / len(others)).sum())
    return nats


def _edge(difference: np.ndarray) -> float:
    """Rows that would lie on the wrong side of 0 if the differences (m,) faded out there as they do on the right one.

    With n1 differences in [0, w) and n2 in [w, 2w), n1 · min(1, n1/n2) are expected in [-w, 0). A width counts with its
    halves, so that a single heavy value is no edge, and must lie among the smallest quarter.
    """
    d = np.sort(difference[~np.isnan(difference)])
    if not len(d) or not d[-1]:
        return 0.0
    steps = np.diff(np.unique(d))
    steps = steps[steps > SAME * d[-1]]
    if not len(steps):
        return 0.0
    unit = float(np.quantile(steps, 0.1))
    if 0 < d[0] <= 1.001 * unit:  # of whole numbers that are never equal
        d = d - d[0]
    quarter = d[len(d) // 4]
    widths = unit * 2.0 ** np.arange(-2, WIDTHS)
    counts = np.searchsorted(d, widths, side="left"), np.searchsorted(d, 2 * widths, side="left")
    first, second = counts[0].astype(float), (counts[1] - counts[0]).astype(float)
    expected = first * np.minimum(1.0, first / np.maximum(second, 1.0))
    fits = 2 * widths <= max(quarter, 2 * unit)
    worth = [min(expected[i], 2 * expected[i - 1], 4 * expected[i - 2]) for i in range(2, len(widths)) if fits[i]]
    return float(max(worth, default=0.0))


def _never_equal(sample: Sample, a: int, b: int) -> bool:
    """Whether two are never equal, though the smallest difference that there is occurs so often that chance would have
    shown an equal pair."""
    difference = sample.numbers[:, b] - sample.numbers[:, a]
    difference = difference[~np.isnan(difference)]
    smallest = difference.min()
    return bool(smallest > 0 and (difference == smallest).sum() >= bound(1, SEVERAL_FACTORS))
