"""Bins added outwards to an axis, for families that reach further than the source."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from trimtab.core.source.kinds import Kind

MOST_BINS = 20
"""At most this many new bins on each side."""


def extend_down(edges: Sequence[float], kind: Kind, bottom: float, *, exact: bool) -> tuple[float, ...]:
    """`edges` with bins below the first one, down to `bottom` or, unless `exact`, to the next round step below it.

    The new bins are as wide as the first one; if MOST_BINS of them are too few, ever wider ones, by a constant factor.

    >>> extend_down([0, 10, 20], "continuous", -25, exact=False)
    (-30.0, -20.0, -10.0, 0.0, 10.0, 20.0)
    """
    mirrored = _outwards(-edges[0], _width(edges, 0, edges[0] - bottom, kind), -bottom, exact=exact or kind == "count")
    return (*(-edge for edge in reversed(mirrored)), *map(float, edges))


def extend_up(
    edges: Sequence[float], kind: Kind, top: float, *, exact: bool, touched: bool = True
) -> tuple[float, ...]:
    """`edges` with bins above the last one, up to `top` or, unless `exact`, to the next round step above it.

    The last edge belonged to the last bin and would now begin a new one. If the source has values there (`touched`),
    the old bin is given the least more, so that they stay in it; a bin of one value becomes as wide as its neighbour.

    >>> extend_up([0, 10, 20], "continuous", 45, exact=True, touched=False)
    (0.0, 10.0, 20.0, 30.0, 40.0, 45.0)
    >>> extend_up([1, 2, 3, 3], "count", 5, exact=True)
    (1.0, 2.0, 3.0, 4.0, 5.0, 5.0)
    """
    last = float(edges[-1])
    width = _width(edges, -1, top - last, kind)
    single = len(edges) > 1 and edges[-2] == last
    if kind == "count":
        # The last bin is closed: [5, 5] holds 5, where [4, 5] would hold two whole numbers.
        start = math.floor(last) + 1.0 if touched or single else last
        starts = [start, *(edge for edge in _outwards(last, width, top, exact=False) if start < edge <= top)]
        return (*map(float, edges[:-1]), *starts, max(float(top), starts[-1]))
    outer = _outwards(last, width, top, exact=exact)
    if single:
        outer = outer if len(outer) > 1 else [*outer, *outer]
        return (*map(float, edges[:-1]), *outer)
    least = last + 1 if kind == "datetime" else math.nextafter(last, math.inf)
    return (*map(float, edges[:-1]), least if touched else last, *(edge for edge in outer if edge > least))


def _outwards(last: float, width: float, end: float, *, exact: bool) -> list[float]:
    """Edges beyond `last` until `end` is reached, whole widths away from it; `exact`: the last of them is `end`."""
    count = max(math.ceil((end - last) / width), 1)
    steps = np.arange(1, count + 1) if count <= MOST_BINS else np.unique(np.geomspace(1, count, MOST_BINS).round())
    edges: list[float] = (last + width * steps).tolist()
    return [*(edge for edge in edges if edge < end), float(end)] if exact else edges


def _width(edges: Sequence[float], side: int, span: float, kind: Kind) -> float:
    """Width of the outermost bin of `side` (0 or -1) that has one; a part of `span` if none has."""
    widths = [high - low for low, high in pairwise(edges) if high > low] or [span / MOST_BINS]
    return max(float(widths[side]), 1.0) if kind == "count" else float(widths[side])
