"""The fields `low` and `high` of a family: their checks, and which bins they leave."""

from __future__ import annotations

import numpy as np
from pydantic import Field, model_validator

from trimtab.core.design.fields import Bound, broken, number_of
from trimtab.core.design.targets.base import ORDERED, Target
from trimtab.core.source.axes import Axis
from trimtab.core.source.kinds import Kind

WHOLE: tuple[Kind, ...] = ("count", "datetime")
"""Kinds whose numbers are whole: counts, and microseconds."""


class Cut(Target):
    """A family that may be cut: only values with low <= value <= high are left."""

    low: Bound | None = Field(default=None, description="Smallest value left; none below it.")
    high: Bound | None = Field(default=None, description="Largest value left; none above it.")

    @model_validator(mode="after")
    def _low_below_high(self) -> Cut:
        if self.low is not None and self.high is not None:
            if isinstance(self.low, str) != isinstance(self.high, str):
                broken(f"low and high must both be numbers or both be dates, got {self.low!r} and {self.high!r}")
            if not number_of(self.low) < number_of(self.high):
                broken(f"low must be less than high, got low {_text(self.low)} and high {_text(self.high)}")
        return self

    def cut(self) -> tuple[float, float]:
        """The cut as numbers; infinite where there is none."""
        low = -np.inf if self.low is None else number_of(self.low)
        return low, np.inf if self.high is None else number_of(self.high)

    def cut_text(self) -> str:
        """The cut in words, for messages."""
        ends = (("from", self.low), ("to", self.high))
        return " ".join(f"{word} {_text(end)}" for word, end in ends if end is not None) or "(none)"

    def check(self, axis: Axis) -> None:
        """As for every family; a cut needs an order, one of dates must be by dates, one of numbers by numbers."""
        super().check(axis)
        if axis.kind not in ORDERED and (self.low, self.high) != (None, None):
            self.fail(axis, f"low and high need an order, and a {axis.kind} factor has none.")
        for name, bound in (("low", self.low), ("high", self.high)):
            if bound is not None and isinstance(bound, str) != (axis.kind == "datetime"):
                wanted = "a date such as 2013-05-31" if axis.kind == "datetime" else "a number"
                self.fail(axis, f"{name} must be {wanted} for a {axis.kind} factor, got {bound!r}.")

    def cut_edges(self, axis: Axis) -> tuple[float, ...]:
        """Edges between which lie the values that the cut leaves, and no other; none where there is no cut."""
        if axis.points or axis.kind not in ORDERED:
            return ()
        return tuple(end for end in around(axis.kind, *self.cut()) if np.isfinite(end))

    def left_by_cut(self, axis: Axis, shares: np.ndarray) -> np.ndarray:
        """(axis.size,) which bins the cut leaves. Raises InputError if it goes through one that has a share."""
        if axis.kind not in ORDERED:
            return np.ones(axis.size, dtype=bool)
        low, high = self.cut()
        first, last = held_by_bins(axis)
        inside = (first >= low) & (last <= high)
        split = np.flatnonzero(~inside & (last >= low) & (first <= high) & (shares > 0))
        if len(split):
            label = axis.labels[int(split[0])]
            self.fail(axis, f"its cut {self.cut_text()} goes through the bin {label}; it needs an edge there.")
        return np.asarray(inside)


def _text(bound: float | str) -> str:
    return bound if isinstance(bound, str) else f"{bound:g}"


def whole_spans(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and last whole number of each bin; the last bin is closed. Empty bins have last < first."""
    first = np.ceil(edges[:-1])
    last = np.append(np.ceil(edges[1:-1]) - 1, np.floor(edges[-1]))
    return first, last


def around(kind: Kind, low: float, high: float) -> tuple[float, float]:
    """Edges between which lie the values from low to high, both included, and no other."""
    if kind in WHOLE:
        return float(np.ceil(low)), float(np.floor(high) + 1)
    return low, float(np.nextafter(high, np.inf))


def held_by_bins(axis: Axis) -> tuple[np.ndarray, np.ndarray]:
    """Smallest and largest value each bin can hold."""
    edges = np.asarray(axis.edges, dtype=float)
    if axis.points:
        return edges[:-1], edges[:-1]
    if axis.kind in WHOLE:
        return whole_spans(edges)
    return edges[:-1], np.append(np.nextafter(edges[1:-1], -np.inf), edges[-1])


def span_of_bin(
    bin_: tuple[float, float], cut: tuple[float, float], *, whole: bool, closed: bool
) -> tuple[float, float]:
    """Smallest and largest value in a bin after a cut; the largest is less than the smallest if nothing is left.

    `closed`: the upper edge belongs to the bin, as it does where the bin is a single value.
    """
    (low, high), (low_cut, high_cut) = bin_, cut
    closed = closed or low == high
    if whole:
        last = np.floor(high) if closed else np.ceil(high) - 1
        return float(max(np.ceil(low), np.ceil(low_cut))), float(min(last, np.floor(high_cut)))
    return float(max(low, low_cut)), float(min(high if closed else np.nextafter(high, -np.inf), high_cut))
