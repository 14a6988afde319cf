"""What is said of a measure once: its name, its words and what it is measured on; the command line, its JSON and the
app's tables follow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

Function = TypeVar("Function", bound=Callable[..., float])
Distances = Mapping[str, float | None]
"""Measure by name -> how far two sets are apart; None where it can't be told."""


@dataclass(frozen=True)
class Measure:
    """A way to say how far two sets of shares are apart: 0 if they are alike, and the larger the further.

    `name` is its key in JSON, `title` its name in tables, `about` what it means in a few words. `function` takes
    shares p and q (L,) of all bins, missing among them. `ordered`: of rows with a value only, in the order of their
    places on the line; numbers and dates only. `in_unit`: it is no share (0 to 1) but in the factor's unit, dates in
    seconds, and the function takes those ascending places (L,) too.
    """

    name: str
    title: str
    about: str
    function: Callable[..., float]
    ordered: bool = False
    in_unit: bool = False


MEASURES: dict[str, Measure] = {}
"""Name -> measure; filled by `measure`."""


def measure(
    name: str, title: str, about: str, *, ordered: bool = False, in_unit: bool = False
) -> Callable[[Function], Function]:
    """Register a function as a measure; see `Measure`."""

    def registered(function: Function) -> Function:
        MEASURES[name] = Measure(name, title, about, function, ordered, in_unit)
        return function

    return registered


def distances(
    first: np.ndarray | None,
    other: np.ndarray | None,
    first_places: np.ndarray | None = None,
    other_places: np.ndarray | None = None,
) -> Distances:
    """Every measure of two sets' counts (L,), missing last; None for a set that lacks the factor. The places (L - 1,)
    are where the rows of each bin of numbers or dates lie in each set, None for categories: rows beyond an axis may lie
    elsewhere in every set."""
    return {one.name: _distance(one, first, other, first_places, other_places) for one in MEASURES.values()}


def _distance(
    one: Measure,
    first: np.ndarray | None,
    other: np.ndarray | None,
    first_places: np.ndarray | None,
    other_places: np.ndarray | None,
) -> float | None:
    if first is None or other is None:
        return None
    if not one.ordered:
        return one.function(first / first.sum(), other / other.sum()) if first.sum() and other.sum() else None
    if first_places is None or other_places is None or not first[:-1].sum() or not other[:-1].sum():
        return None
    places, place = np.unique(np.concatenate([first_places, other_places]), return_inverse=True)
    p, q = (
        np.bincount(place[here], weights=counts[:-1], minlength=len(places)) / counts[:-1].sum()
        for here, counts in ((slice(len(first_places)), first), (slice(len(first_places), None), other))
    )
    return one.function(p, q, *((places,) if one.in_unit else ()))
