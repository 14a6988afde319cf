"""Where to cut numbers and dates into bins: round edges, equal where most of the data lies, wider in long tails."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import product

import numpy as np

MAX_BINS = 40
TAILS = (0.005, 0.025, 0.05, 0.1, 0.25)
"""Share of the rows on each side that is not the body; a larger one is tried while one bin holds over CROWDED."""
CROWDED = 1 / 3
ATOM = 0.05
"""A value with at least this share of the rows says nothing about how wide the bins around it should be."""
GROWTHS = (1, 3, 0)
"""Places in the series 1, 2, 5, 10 … by which bins widen along a tail; 0: one bin for the whole tail."""
TIME_STEPS = (
    *((n, "s", n) for n in (1, 5, 15, 30)),
    *((n, "m", 60 * n) for n in (1, 5, 15, 30)),
    *((n, "h", 3600 * n) for n in (1, 3, 6, 12)),
    *((n, "D", 86_400 * n) for n in (1, 7)),
    *((n, "M", 2_629_746 * n) for n in (1, 3, 6)),
    *((n * 10**e, "Y", 31_556_952 * n * 10**e) for e in range(4) for n in (1, 2, 5)),
)
"""Steps of the calendar: (count, numpy's name of the unit, length in seconds)."""

Cut = Callable[[float, float, float], list[float]]
"""(low and high of the body, width of a bin there) -> edges that cover all the data."""


def number_edges(numbers: np.ndarray, counts: np.ndarray, *, whole: bool) -> list[float]:
    """Edges of at most MAX_BINS bins for `numbers` (K,), finite and ascending, that occur `counts` (K,) times.

    Equal bins of a round width if they reach from end to end; else equal bins for the body of the data, and in the
    tails bins that widen outwards, so that neither the body is squeezed into one bin nor an extreme left out.
    `whole`: the edges are whole numbers.
    """
    low, high = _decimal(numbers[0]), _decimal(numbers[-1])

    def cut(body_low: float, body_high: float, width: float) -> list[float]:
        resolution = 4 * math.ulp(max(abs(body_low), abs(body_high)))
        step = round_step(max(width, resolution, float(whole)), whole)
        if (equal := _grid(low, high, step)) is not None:
            return _floats(equal)
        wider = [round_step(factor * float(step), whole) for factor in (1, 2, 4)]
        for growth, step in product(GROWTHS, wider):
            body = _grid(_decimal(body_low), _decimal(body_high), step)
            if body is None:
                continue
            left = [-edge for edge in reversed(_tail(-body[0], -low, step, growth, whole))]
            edges = left + body + _tail(body[-1], high, step, growth, whole)
            if len(edges) <= MAX_BINS + 1:
                break
        return _floats(edges)

    return _least_crowded(numbers, counts, cut)


def time_edges(numbers: np.ndarray, counts: np.ndarray) -> list[float]:
    """The same for moments (microseconds since 1970): steps of the calendar, and at most one bin for each tail."""

    def cut(body_low: float, body_high: float, width: float) -> list[float]:
        if width < 0.5e6:  # finer than a second there is no calendar
            return number_edges(numbers, counts, whole=True)
        steps = [step for step in TIME_STEPS if step[2] * 1e6 >= width / math.sqrt(2)] or [TIME_STEPS[-1]]
        for count, unit, _ in steps:
            if (equal := _calendar(numbers[0], numbers[-1], count, unit)) is not None:
                return equal
            body = _calendar(body_low, body_high, count, unit)
            if body is not None and len(body) <= MAX_BINS - 1:
                first, last = (_calendar(end, end, count, unit) or [] for end in (numbers[0], numbers[-1]))
                return sorted({first[0], *body, last[-1]})
        raise AssertionError("the longest step covers the years 1 to 9999")

    return _least_crowded(numbers, counts, cut)


def round_step(width: float, whole: bool = False) -> Decimal:
    """The number 1, 2, 2.5 or 5 times a power of ten that is nearest to `width` in ratio; a whole one if asked.

    >>> [str(round_step(w)) for w in (0.9, 2.3, 0.034, 6)]
    ['1', '2.5', '0.025', '5']
    """
    exponent = math.floor(math.log10(width))
    steps = [Decimal(m).scaleb(e) for e in (exponent, exponent + 1) for m in ("1", "2", "2.5", "5")]
    if whole:
        steps = [step for step in steps if step == step.to_integral_value()] or [Decimal(1)]
    return min(steps, key=lambda step: abs(math.log(float(step) / width)))


def bin_width(numbers: np.ndarray, counts: np.ndarray) -> float:
    """The wider of the bins of Freedman and Diaconis (1981) and of Doane (1976), in the unit of `numbers`.

    Doane's rule adds bins for skewness to Sturges'; both need only the distinct values and their counts. 0 if all
    values are equal.
    """
    scale = float(np.abs(numbers).max()) or 1.0
    x, n = numbers / scale, float(counts.sum())
    x = x - np.average(x, weights=counts)
    spread = float(x[-1] - x[0])
    variance = float(np.average(x**2, weights=counts))
    if not variance or n < 3:
        return spread * scale
    skewness = float(np.average(x**3, weights=counts)) / variance**1.5
    error = math.sqrt(6 * (n - 2) / ((n + 1) * (n + 3)))
    doane = spread / (1 + math.log2(n) + math.log2(1 + abs(skewness) / error))
    low, high = quantiles(x, counts, (0.25, 0.75))
    freedman_diaconis = 2 * (high - low) / n ** (1 / 3)
    return float(max(doane, freedman_diaconis) * scale)


def quantiles(numbers: np.ndarray, counts: np.ndarray, shares: tuple[float, ...]) -> list[float]:
    """The smallest of the ascending `numbers` below or at which each share of the rows lies."""
    reached = np.cumsum(counts) / counts.sum()
    places = np.searchsorted(reached, np.asarray(shares) - 1e-12)
    return [float(numbers[min(place, len(numbers) - 1)]) for place in places]


def _least_crowded(numbers: np.ndarray, counts: np.ndarray, cut: Cut) -> list[float]:
    """Cut with a body that shrinks until no bin holds more than CROWDED of the rows; if that fails, the best try."""
    spread = np.where(counts < ATOM * counts.sum(), counts, 0)
    spread = spread if spread.any() else counts
    reached = np.append(0, np.cumsum(spread))
    best: list[float] = []
    best_share = math.inf
    for tail in TAILS:
        low, high = quantiles(numbers, spread, (tail, 1 - tail))
        inside = (numbers >= low) & (numbers <= high) & (spread > 0)
        width = bin_width(numbers[inside], spread[inside])
        if low == high or not width:
            if best:
                break
            low, high, width = numbers[0], numbers[-1], numbers[-1] / MAX_BINS - numbers[0] / MAX_BINS
        edges = cut(float(low), float(high), float(width))
        ends = np.searchsorted(numbers, edges[1:-1])
        share = np.diff(reached[[0, *ends, len(numbers)]]).max() / reached[-1]
        if share < best_share:
            best, best_share = edges, share
        if share <= CROWDED:
            break
    return best


def _decimal(value: float) -> Decimal:
    """The number as it is written: 0.1 is a tenth, not the binary fraction next to it."""
    return Decimal(repr(float(value)))


def _up(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).to_integral_value(ROUND_CEILING) * step


def _down(value: Decimal, step: Decimal) -> Decimal:
    return (value / step).to_integral_value(ROUND_FLOOR) * step


def _grid(low: Decimal, high: Decimal, step: Decimal) -> list[Decimal] | None:
    """Multiples of `step` that cover low to high; None if that makes too many bins."""
    first, last = _down(low, step), _up(high, step)
    bins = max(1, int((last - first) / step))
    return [first + step * i for i in range(bins + 1)] if bins <= MAX_BINS else None


def _tail(start: Decimal, end: Decimal, step: Decimal, growth: int, whole: bool) -> list[Decimal]:
    """Edges above `start` until `end` is covered: multiples of the widths 1, 2, 5, 10 … beyond `step`, growing."""
    place = 3 * step.adjusted() + sum(step.scaleb(-step.adjusted()) >= mantissa for mantissa in (1, 2, 5))
    edges: list[Decimal] = []
    while start < end:
        width = Decimal((1, 2, 5)[place % 3]).scaleb(place // 3) if growth else Decimal(1).scaleb(end.adjusted())
        start = _down(start, width) + width
        if start >= end or not growth:  # the last bin ends near the extreme, not where a mostly empty bin would
            start = _up(end, max(width / 10, Decimal(1)) if whole else width / 10)
        edges.append(start)
        place += growth
    return edges


def _floats(edges: list[Decimal]) -> list[float]:
    largest = Decimal(repr(float(np.finfo(np.float64).max)))
    return sorted({float(max(-largest, min(largest, edge))) for edge in edges})


def _calendar(low: float, high: float, count: int, unit: str) -> list[float] | None:
    """Moments at which a `count` of `unit` begins, from the last one up to `low` to the first one from `high`.

    None if that makes too many bins.
    """
    origin = {"7D": 4, f"{count}Y": -1970}.get(f"{count}{unit}", 0)  # weeks begin on Monday, centuries in year 0
    ends = np.array([low, high]).astype("datetime64[us]").astype(f"datetime64[{unit}]").astype(np.int64) - origin
    first, last = (int(place) for place in ends // count)
    if last - first > MAX_BINS:
        return None
    places = np.arange(first, last + 2) * count + origin
    moments = places.astype(f"datetime64[{unit}]").astype("datetime64[us]").astype(np.int64)
    edges = [float(moment) for moment in moments]
    if len(edges) > 2 and edges[-2] >= high:
        edges.pop()
    return edges if len(edges) <= MAX_BINS + 1 else None
