"""What the factors are redrawn from: a dependency network (D. Heckerman et al., JMLR 2000) over blocks of factors.

Factors that share fine detail, such as the delays at departure and arrival, form a block and are redrawn together. The
neighbours of a block are chosen in two greedy rounds. The first takes what predicts: neighbours that gain most
likelihood, on rows left out, for the donors they cost; chance agreements of sparse combinations gain nothing there.
The second spends what is left of the donors on coarse levels of further factors, so that weak dependence survives
too. All along a typical row keeps at least FEWEST_DONORS real rows that agree with it in every neighbour; with fewer,
generated rows would be copies.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from trimtab.core.grounding.ties import Ties

MOST_NEIGHBOURS = 8
CANDIDATES = 10
"""Only the strongest pairwise candidates are tried together: the cost of learning grows with their square."""

FEWEST_DONORS = 4.0
SMALLEST_GAIN = 1e-3
"""Nats per row; less is chance or no use."""

BACKOFF = 2.0
"""Weight, in rows, of the prediction from fewer neighbours beside the rows that agree in all."""

HEAD_START = 0.3
"""Added to the log of the donors a neighbour costs, so that one that costs nearly none is not taken for nothing."""

SHARED_DETAIL = 0.1
"""Factors of a block are correlated at least this much inside their coarse levels."""

LARGEST_BLOCK = 3
"""And no block holds more than a quarter of all factors, or rows would hardly be mixed."""

CAUTION = 1.5
"""How many times the Miller-Madow term (G. Miller 1955) is charged in the second round."""


@dataclass(frozen=True, order=True)
class Neighbour:
    """A factor another one depends on: by its model bins (`fine`) or by its coarse levels."""

    factor: str
    fine: bool


@dataclass(frozen=True)
class Neighbourhood:
    """A block of factors that are redrawn together, from donors that agree in the `neighbours`, the most telling first.

    `gain` are the nats that the neighbours predict of the block's coarse levels on rows left out.
    """

    factors: tuple[str, ...]
    neighbours: tuple[Neighbour, ...]
    gain: float


@dataclass(frozen=True, eq=False)
class Codes:
    """Integer codes of every factor over the same m rows at both scales, and how many codes there are."""

    of: Mapping[Neighbour, np.ndarray]
    sizes: Mapping[Neighbour, int]

    @property
    def factors(self) -> list[str]:
        """The factors, in order."""
        return [v.factor for v in self.of if not v.fine]


def learn_neighbours(
    codes: Codes, *, rows: int, ordered: Sequence[str], ties: Ties | None = None
) -> tuple[Neighbourhood, ...]:
    """The blocks of factors and their neighbours, the least predictable block first.

    `codes` may cover a sample of the source; `rows` is the number of rows that donors are taken from; `ordered` are the
    factors whose values have an order. What `ties` tie together is a block whatever its size, chosen neighbours for by
    what nothing in it decides.
    """
    ties = ties or Ties((), frozenset(), frozenset())
    groups = Groups(codes, rows)
    found = []
    for block in _blocks(groups, ordered, ties):
        found.append(_neighbourhood(groups, block, ties))
        groups.forget()
    return tuple(sorted(found, key=lambda one: (one.gain, one.factors)))


class Groups:
    """Rows grouped by sets of variables, each set numbered once, until it is forgotten."""

    def __init__(self, codes: Codes, rows: int) -> None:
        self.codes = codes
        self.rows = len(next(iter(codes.of.values())))
        self._scale = rows / self.rows
        self._keys: dict[frozenset[Neighbour], tuple[np.ndarray, int]] = {}
        self._marginals: dict[str, np.ndarray] = {}
        self._facts: dict[frozenset[Neighbour], tuple[float, float, np.ndarray]] = {}

    def forget(self) -> None:
        """Let go of the sets of several variables: blocks share few of them, and all together they are large."""
        self._keys.clear()
        self._facts = {given: facts for given, facts in self._facts.items() if len(given) == 1}

    def donors(self, given: Collection[Neighbour]) -> float:
        """Geometric mean, over rows, of the number of rows that agree with a row in `given`."""
        return self._of(given)[1] if given else self.rows * self._scale

    def information(self, factor: str, given: Collection[Neighbour]) -> float:
        """Corrected mutual information between a factor's coarse level and `given`, in nats."""
        if not given:
            return 0.0
        own = Neighbour(factor, False)
        joint = _entropy(self._joint(own, given)[1], self.rows)
        return self._of([own])[0] + self._of(given)[0] - joint

    def predicted(self, factor: str, given: Collection[Neighbour], base: np.ndarray) -> np.ndarray:
        """(m,) the probability of every row's coarse level, predicted from the other rows that agree in `given`.

        `base` (m,) is the prediction from fewer neighbours, which counts as BACKOFF rows.
        """
        joint, counts = self._joint(Neighbour(factor, False), given)
        same = counts[joint]
        others = self._of(given)[2][self._key(frozenset(given))[0]]
        return np.asarray((same - 1.0 + BACKOFF * base) / (others - 1.0 + BACKOFF))

    def gain(self, factor: str, predicted: np.ndarray) -> float:
        """Nats per row by which a prediction beats the factor's marginal."""
        return float(np.log(predicted / self.marginal(factor)).mean())

    def pair_gain(self, factor: str, given: Neighbour) -> float:
        """The `gain` of what one neighbour alone predicts, with the marginal as base: by cells, which are fewer than
        rows."""
        own = Neighbour(factor, False)
        same = self._joint(own, [given])[1].reshape(-1, self.codes.sizes[own])
        group, level = np.nonzero(same)
        counts, others = same[group, level], self._of([given])[2][group]
        shares = (self._of([own])[2] / self.rows)[level]
        predicted = (counts - 1.0 + BACKOFF * shares) / (others - 1.0 + BACKOFF)
        return float((counts * np.log(predicted / shares)).sum() / self.rows)

    def inner_correlation(self, one: str, other: str) -> float:
        """Absolute correlation of two factors' model bins, each measured from its mean inside their coarse levels."""
        first, second = Neighbour(one, False), Neighbour(other, False)
        size = self.codes.sizes[first] * self.codes.sizes[second]
        cell = self.codes.of[first] * self.codes.sizes[second] + self.codes.of[second]
        rows = np.maximum(np.bincount(cell, minlength=size), 1)
        left = []
        for name in (one, other):
            codes = self.codes.of[Neighbour(name, True)].astype(float)
            left.append(codes - (np.bincount(cell, weights=codes, minlength=size) / rows)[cell])
        spread = float(np.sqrt((left[0] ** 2).sum() * (left[1] ** 2).sum()))
        return abs(float((left[0] * left[1]).sum())) / spread if spread > 0 else 0.0

    def marginal(self, factor: str) -> np.ndarray:
        """(m,) the share of every row's own coarse level."""
        if factor not in self._marginals:
            own = self.codes.of[Neighbour(factor, False)]
            self._marginals[factor] = np.asarray((np.bincount(own) / self.rows)[own])
        return self._marginals[factor]

    def _joint(self, own: Neighbour, given: Collection[Neighbour]) -> tuple[np.ndarray, np.ndarray]:
        key, size = self._key(frozenset(given))
        levels = self.codes.sizes[own]
        joint = key * levels + self.codes.of[own]
        return joint, np.bincount(joint, minlength=size * levels)

    def _of(self, given: Collection[Neighbour]) -> tuple[float, float, np.ndarray]:
        given = frozenset(given)
        if given not in self._facts:
            key, size = self._key(given)
            counts = np.bincount(key, minlength=size)
            seen = counts[counts > 0]
            # A row seen alone in a sample says nothing of rows left out: only its fellows are scaled up.
            typical = float(np.exp((seen * np.log(1.0 + (seen - 1.0) * self._scale)).sum() / self.rows))
            self._facts[given] = _entropy(counts, self.rows), typical, counts
        return self._facts[given]

    def _key(self, given: frozenset[Neighbour]) -> tuple[np.ndarray, int]:
        """(m,) a small number for each observed combination, and how many numbers there are."""
        import pandas as pd  # slow to import

        if len(given) == 1:
            (one,) = given
            return self.codes.of[one], self.codes.sizes[one]
        if given not in self._keys:
            last = next((v for v in sorted(given) if given - {v} in self._keys), max(given))
            key, size = self._key(given - {last})
            key, size = key * self.codes.sizes[last] + self.codes.of[last], size * self.codes.sizes[last]
            if size > self.rows:
                key, found = pd.factorize(key)
                size = len(found)
            self._keys[given] = key, size
        return self._keys[given]


def _entropy(counts: np.ndarray, rows: int) -> float:
    seen = counts[counts > 0]
    return float(np.log(rows) - (seen * np.log(seen)).sum() / rows + CAUTION * (len(seen) - 1) / (2 * rows))


def _blocks(groups: Groups, ordered: Sequence[str], ties: Ties) -> list[tuple[str, ...]]:
    """What is tied together; of the others those joined that are most alike, while blocks stay small."""
    largest = min(LARGEST_BLOCK, len(groups.codes.factors) // 4)
    block_of: dict[str, tuple[str, ...]] = {name: (name,) for name in groups.codes.factors}
    block_of.update({name: block for block in ties.blocks for name in block})
    ordered = [name for name in ordered if len(block_of[name]) == 1]
    pairs = [(groups.inner_correlation(a, b), a, b) for a, b in combinations(ordered, 2)] if largest > 1 else []
    for strength, one, other in sorted(pairs, key=lambda pair: (-pair[0], pair[1:])):
        joined = tuple(sorted({*block_of[one], *block_of[other]}))
        if strength >= SHARED_DETAIL and len(joined) <= largest:
            block_of.update(dict.fromkeys(joined, joined))
    return list(dict.fromkeys(block_of.values()))


def _neighbourhood(groups: Groups, factors: tuple[str, ...], ties: Ties) -> Neighbourhood:
    block = tuple(name for name in factors if name not in ties.decided)
    gains = _pairwise(groups, block, ties.silent.union(factors))
    best = {name: max(gains[Neighbour(name, fine)] for fine in (False, True)) for name in {v.factor for v in gains}}
    kept = sorted(best, key=lambda name: (-best[name], name))[:CANDIDATES]
    candidates = [one for one in gains if one.factor in kept]
    chosen, gain = _predictors(groups, block, candidates)
    return Neighbourhood(factors, _filled(groups, block, candidates, chosen), gain)


def _predictors(
    groups: Groups, block: tuple[str, ...], candidates: Iterable[Neighbour]
) -> tuple[tuple[Neighbour, ...], float]:
    """The first round: neighbours that gain likelihood on rows left out. One that was chosen by its coarse levels may
    be looked at finely later on, where that gains more than another neighbour."""
    chosen: tuple[Neighbour, ...] = ()
    base = {name: groups.marginal(name) for name in block}
    gain = 0.0
    while len(chosen) < MOST_NEIGHBOURS:
        donors = groups.donors(chosen)
        offers = []
        for one in (*_open(groups, candidates, chosen), *_finer(groups, candidates, chosen)):
            wider = _joined(chosen, one)
            found = {name: groups.predicted(name, wider, base[name]) for name in block}
            offered = sum(groups.gain(name, found[name]) for name in block)
            if offered - gain >= SMALLEST_GAIN:
                worth = (offered - gain) / (HEAD_START + np.log(donors / groups.donors(wider)))
                offers.append((worth, not one.fine, one, offered, found))
        if not offers:
            break
        _, _, best, gain, base = max(offers, key=lambda offer: offer[:3])
        chosen = _joined(chosen, best)
    return chosen, gain


def _joined(chosen: tuple[Neighbour, ...], one: Neighbour) -> tuple[Neighbour, ...]:
    """`chosen` with one more, or with one of them looked at finely."""
    if Neighbour(one.factor, False) in chosen:
        return tuple(one if kept.factor == one.factor else kept for kept in chosen)
    return (*chosen, one)


def _finer(groups: Groups, candidates: Iterable[Neighbour], chosen: tuple[Neighbour, ...]) -> Iterable[Neighbour]:
    """The candidates that are a finer look at one of `chosen`: donors enough."""
    for one in candidates:
        if one.fine and Neighbour(one.factor, False) in chosen and groups.donors(_joined(chosen, one)) >= FEWEST_DONORS:
            yield one


def _filled(
    groups: Groups, block: tuple[str, ...], candidates: Iterable[Neighbour], chosen: tuple[Neighbour, ...]
) -> tuple[Neighbour, ...]:
    """The second round: coarse neighbours that bring most information for the donors they cost."""
    while len(chosen) < MOST_NEIGHBOURS:
        donors = groups.donors(chosen)
        offers = []
        for one in _open(groups, candidates, chosen):
            wider = {*chosen, one}
            more = 0.0 if one.fine else sum(groups.information(n, wider) - groups.information(n, chosen) for n in block)
            if more >= SMALLEST_GAIN:
                offers.append((more / (HEAD_START + np.log(donors / groups.donors(wider))), one))
        if not offers:
            break
        chosen = (*chosen, max(offers)[1])
    return chosen


def _open(groups: Groups, candidates: Iterable[Neighbour], chosen: Sequence[Neighbour]) -> Iterable[Neighbour]:
    """The candidates that may join `chosen`: another factor, donors enough."""
    taken = {v.factor for v in chosen}
    for one in candidates:
        if one.factor not in taken and groups.donors({*chosen, one}) >= FEWEST_DONORS:
            yield one


def _pairwise(groups: Groups, block: tuple[str, ...], beside: Collection[str]) -> dict[Neighbour, float]:
    """What every factor that is not `beside` the point predicts alone, at both scales, in nats on rows left out."""
    gains = {}
    for one in sorted(groups.codes.of):
        if one.factor not in beside:
            gains[one] = sum(groups.pair_gain(n, one) for n in block)
    return gains
