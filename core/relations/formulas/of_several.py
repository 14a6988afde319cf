"""One column computed from several others: sums and differences of up to three, products and ratios of two.

Every column becomes one number, its sum over rows with random weights; a sum of columns is then a sum of numbers, so
that all combinations can be looked at. What agrees there is tried on the rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from trimtab.core.relations.formulas.testing import FEWEST_SIDES, Formula, Right, nats_of, tolerance_of, unit_of
from trimtab.core.relations.relation import written
from trimtab.core.relations.sample import WIDE, Sample
from trimtab.core.relations.surprise import ONE_FACTOR, bound

ROWS = 300
SIGMAS = 6.0
"""So many standard deviations of what rounding does to a weighted sum are let be."""

EXACT = 1e-9
MOST_TRIED = 2_000
"""Combinations that agree in their weighted sums and are tried on the rows, at most, of each kind."""

Terms = tuple[tuple[int, int], ...]
"""(sign, place) of what is added up."""


def sums(sample: Sample, left_out: set[int]) -> list[Formula]:
    """Sums, products and ratios that hold; of several that follow from each other the first ones."""
    places = [place for place in sample.numeric if place not in left_out and sample.distinct[place] > 1]
    found: list[Formula] = []
    known: list[np.ndarray] = []
    taken: set[frozenset[int]] = set()
    f = len(places)
    if f > WIDE:
        return []
    needed = bound(f * (f - 1) * (f - 2) * max(1, f - 3), ONE_FACTOR)
    for left, terms in _added(sample, places):
        vector = _vector(len(sample.names), left, terms)
        if np.linalg.matrix_rank(np.array([*known, vector])) <= len(known):
            continue
        one = _sum(sample, left, terms)
        if one is not None and one.nats >= needed:
            known.append(vector)
            found.append(one)
    for left, (a, b), sign in _multiplied(sample, places):
        if frozenset((left, a, b)) in taken:
            continue
        one = _product(sample, left, a, b, sign)
        if one is not None and one.nats >= needed:
            taken.add(frozenset((left, a, b)))
            found.append(one)
    return found


def _added(sample: Sample, places: list[int]) -> Iterator[tuple[int, Terms]]:
    """x = y + z, then x = y + z + w, then x + y = z + w, wherever weighted sums agree."""
    asked = [place for place in places if sample.distinct[place] >= 3]
    for here, rows in sample.complete(asked, ROWS):
        one = _Weighted(sample, here, rows)
        pairs = np.array(list(combinations(range(len(here)), 2)), dtype=np.int64).reshape(-1, 2)
        if not len(pairs):
            continue
        two = one.sums[pairs].sum(axis=1)
        apart = np.abs(one.sums[:, None] - two[None, :]).max(axis=-1)
        for x, p in _agreeing(apart <= one.slack[:, None], pairs, alone=True):
            yield here[x], ((1, here[pairs[p, 0]]), (1, here[pairs[p, 1]]))
        yield from _of_four(one, here, pairs, two)


def _of_four(one: _Weighted, here: list[int], pairs: np.ndarray, two: np.ndarray) -> Iterator[tuple[int, Terms]]:
    exact = EXACT * one.size
    for x in range(len(here)):
        rest = one.sums[x] - one.sums
        close = np.abs(rest[:, None] - two[None, :]).max(axis=-1) <= exact
        for y, p in np.argwhere(close)[:MOST_TRIED]:
            if y < pairs[p, 0] and len({x, int(y), *pairs[p].tolist()}) == 4:
                yield here[x], tuple((1, here[i]) for i in sorted((int(y), *pairs[p].tolist())))
    order = np.argsort(two[:, 0])
    ends = np.searchsorted(two[order, 0], two[:, 0] + exact, side="right")
    for position, p in enumerate(order):
        for q in order[position + 1 : min(ends[p], position + 1 + MOST_TRIED)]:
            if np.abs(two[p] - two[q]).max() <= exact and len({*pairs[p].tolist(), *pairs[q].tolist()}) == 4:
                first, second = sorted((pairs[p].tolist(), pairs[q].tolist()), key=max)
                left = max(second)
                yield here[left], ((1, here[first[0]]), (1, here[first[1]]), (-1, here[min(second)]))


def _multiplied(sample: Sample, places: list[int]) -> Iterator[tuple[int, tuple[int, int], int]]:
    """(left, (a, b), 1) for a product and -1 for a ratio a / b, wherever weighted sums agree."""
    for here, rows in sample.complete(places, ROWS):
        one = _Weighted(sample, here, rows)
        many = [i for i, place in enumerate(here) if sample.distinct[place] >= 3]
        for sign in (1, -1):
            pairs = [(a, b) for a in many for b in range(len(here)) if a != b and (sign < 0 or b not in many or a < b)]
            if not pairs:
                continue
            a, b = (one.numbers[:, [pair[side] for pair in pairs]] for side in (0, 1))
            with np.errstate(all="ignore"):
                values = a * b if sign > 0 else a / b
            usable = np.isfinite(values).all(axis=0)
            total = np.where(usable, values, 0.0).T @ one.weights
            apart = np.abs(one.sums[:, None] - total[None, :]).max(axis=-1)
            close = (apart <= one.slack[:, None]) & usable
            for x, p in np.argwhere(close)[:MOST_TRIED]:
                if x not in pairs[p]:
                    yield here[x], (here[pairs[p][0]], here[pairs[p][1]]), sign


LARGEST = 1e300
"""Sums of larger numbers could be more than a number can be."""


class _Weighted:
    """Columns (rows, F) as weighted sums (F, 2), and how far rounding may take each from what it is the sum of."""

    def __init__(self, sample: Sample, here: list[int], rows: np.ndarray) -> None:
        generator = np.random.Generator(np.random.Philox(11))
        self.numbers = sample.numbers[rows][:, here]
        self.weights = generator.normal(size=(len(rows), 2))
        with np.errstate(over="ignore", invalid="ignore"):
            self.sums = self.numbers.T @ self.weights
        self.sums[~(np.abs(self.sums) < LARGEST)] = np.nan  # of which nothing is the sum
        length = float(np.sqrt((self.weights**2).sum(axis=0)).max())
        # Values of few digits can be added exactly; the sums of large ones differ in their last.
        self.size = float(np.abs(self.numbers).max(initial=0.0)) * length
        units = np.array([unit_of(sample, place) for place in here])
        self.slack = SIGMAS * units / np.sqrt(12) * length + EXACT * self.size


def _agreeing(close: np.ndarray, pairs: np.ndarray, *, alone: bool) -> list[tuple[int, int]]:
    return [(int(x), int(p)) for x, p in np.argwhere(close)[:MOST_TRIED] if not alone or x not in pairs[p]]


def _vector(size: int, left: int, terms: Terms) -> np.ndarray:
    vector = np.zeros(size)
    vector[left] = -1.0
    for sign, place in terms:
        vector[place] += sign
    return vector


def _sum(sample: Sample, left: int, terms: Terms) -> Formula | None:
    places = [place for _, place in terms]
    signs = np.array([sign for sign, _ in terms], dtype=float)

    def right(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return numbers[:, places] @ signs, np.abs(numbers[:, places]).max(axis=1)

    names = [written(sample.names[place]) for place in places]
    text = names[0] + "".join(
        f" {'+' if sign > 0 else '-'} {name}" for sign, name in zip(signs[1:], names[1:], strict=True)
    )
    return _formula(sample, left, places, text, right)


def _product(sample: Sample, left: int, a: int, b: int, sign: int) -> Formula | None:
    def right(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        one, other = numbers[:, a], numbers[:, b]
        with np.errstate(all="ignore"):
            values = one * other if sign > 0 else one / other
        return values, np.abs(values)

    text = f"{written(sample.names[a])} {'*' if sign > 0 else '/'} {written(sample.names[b])}"
    return _formula(sample, left, [a, b], text, right)


def _formula(sample: Sample, left: int, places: list[int], text: str, right: Right) -> Formula | None:
    """The formula, if it holds in all rows of the sample; one that is only true of rounded numbers needs many."""
    tolerance = tolerance_of(sample, left, right)
    if tolerance is None or (tolerance and sample.distinct[left] < FEWEST_SIDES):
        return None
    return Formula(f"{written(sample.names[left])} = {text}", tolerance, nats_of(sample, left, places, right))
