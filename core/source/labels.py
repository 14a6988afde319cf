"""What people read on a bin: short numbers, dates as precise as they need to be, one dash between two edges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from trimtab.core.source.kinds import Kind

CALENDAR = ("Y", "M")
TIMES = ("D", "m", "s", "ms", "us")


def number_texts(numbers: Sequence[float]) -> list[str]:
    """Each number as short as it can be without two becoming the same: without the noise of binary fractions.

    >>> number_texts([0.1 + 0.2, 20.0, 1e20]), number_texts([0.58, 0.58 + 1e-15])
    (['0.3', '20', '1e+20'], ['0.58', '0.580000000000001'])
    """
    for form in ("{:.12g}", "{!r}"):  # the shortest text that no other number has
        texts = [str(int(x)) if x == int(x) and abs(x) < 1e15 else form.format(float(x)) for x in numbers]
        if len(set(texts)) == len(set(numbers)):
            break
    return texts


def moment_texts(moments: Sequence[float]) -> list[str]:
    """Moments (microseconds since 1970) as ISO texts, all as precise as the most precise of them needs.

    >>> moment_texts([0.0, 86_400e6]), moment_texts([0.0, 1800e6])
    (['1970-01-01', '1970-01-02'], ['1970-01-01 00:00', '1970-01-01 00:30'])
    """
    return _written(moments, _unit(moments, TIMES))


def interval_labels(kind: Kind, edges: Sequence[float], *, points: bool) -> tuple[str, ...]:
    """A text for each of the len(edges) - 1 bins; with `points` just the value of each."""
    if points:
        return tuple((moment_texts if kind == "datetime" else number_texts)(edges)[:-1])
    if kind == "datetime":
        return _moment_labels(edges)
    if kind == "count":
        return _whole_labels(edges)
    return tuple(_between(low, high) for low, high in pairwise(number_texts(edges)))


def _moment_labels(edges: Sequence[float]) -> tuple[str, ...]:
    """Whole years and months are called by their name: 2013, 2013-04."""
    unit = _unit(edges, (*CALENDAR, *TIMES))
    steps = np.diff(_moments(edges).astype(f"datetime64[{unit}]").astype(np.int64))
    named = (steps == 1) & (unit in (*CALENDAR, "D"))
    pairs = pairwise(_written(edges, unit))
    return tuple(low if one else _between(low, high) for one, (low, high) in zip(named, pairs, strict=True))


def _whole_labels(edges: Sequence[float]) -> tuple[str, ...]:
    """Of whole numbers, [10, 20) holds 10 to 19, and is called so."""
    labels = []
    for i, (low, high) in enumerate(pairwise(edges)):
        first = math.ceil(low)
        last = math.floor(high) if i == len(edges) - 2 else math.ceil(high) - 1
        # Between two neighbouring whole numbers there may be a bin that can hold none of them.
        ends = [float(first), float(last)] if first <= last else [low, high]
        labels.append(_between(*number_texts(ends)))
    return tuple(labels)


def _between(low: str, high: str) -> str:
    # Next to minus signs and the hyphens of dates a bare dash can't be read.
    dash = " – " if "-" in low + high else "–"
    return low if low == high else f"{low}{dash}{high}"


def _moments(moments: Sequence[float]) -> np.ndarray:
    return np.asarray(moments, dtype=np.float64).astype(np.int64).astype("datetime64[us]")


def _written(moments: Sequence[float], unit: str) -> list[str]:
    texts = _moments(moments).astype(f"datetime64[{unit}]").astype(str)
    return [str(text).replace("T", " ") for text in texts]


def _unit(moments: Sequence[float], units: tuple[str, ...]) -> str:
    """The coarsest of numpy's `units` in which the moments are whole."""
    exact = _moments(moments)
    return next(unit for unit in units if (exact.astype(f"datetime64[{unit}]") == exact).all())
