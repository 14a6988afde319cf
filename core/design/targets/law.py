"""What families with a law of their own share: the law cut by low and high, and whole numbers by continuity.

A family gives its scipy distribution; everything else is here once. A whole number k takes the share of
[k - 1/2, k + 1/2), the usual continuity correction.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar, Protocol

import numpy as np

from trimtab.core.design.targets.base import Reach
from trimtab.core.design.targets.cut import Cut, around, span_of_bin, whole_spans
from trimtab.core.design.targets.moments import Moments, moments_of
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import Column
from trimtab.core.source.kinds import Kind

NEGLIGIBLE = 1e-9
"""A share outside the axis up to this is not worth a bin."""

LONGEST_TABLE = 100_000
"""Whole numbers of a bin up to which their shares are tabulated."""

NUMBERS: tuple[Kind, ...] = ("continuous", "count")


class Frozen(Protocol):
    """What is used of a frozen scipy distribution."""

    def cdf(self, x: Any) -> Any: ...
    def sf(self, x: Any) -> Any: ...
    def ppf(self, q: Any) -> Any: ...
    def isf(self, q: Any) -> Any: ...
    def support(self) -> tuple[Any, Any]: ...


def scipy_law(name: str, *args: float, **kwargs: float) -> Frozen:
    """A frozen distribution of scipy.stats, which is slow to import and so imported when first needed."""
    from scipy import stats

    law: Frozen = getattr(stats, name)(*args, **kwargs)
    return law


class Law(Cut):
    """A family with a law of its own."""

    kinds: ClassVar[tuple[Kind, ...]] = NUMBERS
    discrete: ClassVar[bool] = False

    def law(self, *, whole: bool) -> Frozen:
        """The scipy distribution, before the cut; `whole`: of a factor of whole numbers."""
        raise NotImplementedError

    @classmethod
    def by_moments(cls, moments: Moments) -> dict[str, float]:
        """Parameters of a law with about these moments and ends."""
        raise NotImplementedError

    @classmethod
    def beginning(cls, column: Column, axis: Axis) -> dict[str, Any]:
        moments = moments_of(column)
        given = cls.by_moments(moments)
        return {name: value if isinstance(value, int) else moments.short(value) for name, value in given.items()}

    def weigh(self, axis: Axis, source: np.ndarray) -> np.ndarray:
        whole = self._whole(axis)
        edges = np.asarray(axis.edges, dtype=float)
        first, last = whole_spans(edges) if whole else (edges[:-1], edges[1:])
        law, low, high, _ = self._cut_law(axis)
        half = 0.5 if whole else 0.0
        return _mass(law, np.clip(first - half, low, high), np.clip(last + half, low, high))

    def outside(self, axis: Axis) -> tuple[float, float]:
        law, low, high, total = self._cut_law(axis)
        first, last = axis.edges[0], axis.edges[-1]
        if self._whole(axis):
            first, last = np.ceil(first) - 0.5, np.floor(last) + 0.5
        below = _mass(law, np.minimum(low, first), np.clip(first, low, high)) if low < first else 0.0
        above = _mass(law, np.clip(last, low, high), np.maximum(high, last)) if high > last else 0.0
        return float(below / total), float(above / total)

    def held(self, low: float, highs: np.ndarray, *, whole: bool) -> np.ndarray:
        whole = whole or self.discrete
        law, low_cut, high_cut, total = self._law_and_cut(whole=whole)
        if not total > 0:
            return np.zeros(np.shape(highs))
        if whole:
            low, highs = np.ceil(low) - 0.5, np.floor(highs) + 0.5
        return _mass(law, np.clip(low, low_cut, high_cut), np.clip(highs, low_cut, high_cut)) / total

    def span(self, *, whole: bool) -> tuple[float, float]:
        """Smallest and largest value of the law and its cut; infinite where there is no end."""
        whole = whole or self.discrete
        low, high = self.law(whole=whole).support()
        low_cut, high_cut = self.cut()
        if whole:
            low, high = np.floor(low - 0.5) + 1, np.ceil(high + 0.5) - 1
            low_cut, high_cut = np.ceil(low_cut), np.floor(high_cut)
        return float(max(low, low_cut)), float(min(high, high_cut))

    def edges_needed(self, axis: Axis) -> tuple[float, ...]:
        return tuple(end for end in around(axis.kind, *self.span(whole=self._whole(axis))) if np.isfinite(end))

    @np.errstate(over="ignore")
    def reach(self, axis: Axis) -> Reach:
        below, above = self.outside(axis)
        law, low, high, total = self._cut_law(axis)
        (low_cut, high_cut), (bottom, top) = self.cut(), (axis.edges[0], axis.edges[-1])
        low_exact, high_exact = bool(np.isfinite(low_cut)), bool(np.isfinite(high_cut))
        half = 0.5 if self._whole(axis) else 0.0
        if below > NEGLIGIBLE:
            bottom = low_cut if low_exact else law.ppf(law.cdf(low) + NEGLIGIBLE * total)
            bottom = np.ceil(bottom - half * (not low_exact)) if half else bottom
        if above > NEGLIGIBLE:
            top = high_cut if high_exact else law.isf(law.sf(high) + NEGLIGIBLE * total)
            top = np.floor(top + half * (not high_exact)) if half else top
        return Reach(float(bottom), float(top), low_exact, high_exact)

    def quantile_within(
        self, low: float, high: float, u: np.ndarray, whole: bool, *, closed: bool = False
    ) -> np.ndarray:
        whole = whole or self.discrete
        law = self.law(whole=whole)
        first, last = span_of_bin((low, high), self.cut(), whole=whole, closed=closed)
        if first > last:
            raise ValueError(f"the {self.family} law has nothing in the bin from {low} to {high}")
        end = min(high, self.cut()[1])
        drawn = _whole_quantile(law, first, last, u) if whole else _quantile(law, first, end, u)
        return np.asarray(np.clip(drawn, first, last))

    def _whole(self, axis: Axis) -> bool:
        return self.discrete or axis.kind == "count"

    def _cut_law(self, axis: Axis) -> tuple[Frozen, float, float, float]:
        """As `_law_and_cut`; raises InputError if the family does not suit the axis, or the cut leaves nothing."""
        self.check(axis)
        law, low, high, total = self._law_and_cut(whole=self._whole(axis))
        if not total > 0:
            self.fail(axis, f"its cut {self.cut_text()} leaves nothing of the {self.family} law.")
        return law, low, high, total

    def _law_and_cut(self, *, whole: bool) -> tuple[Frozen, float, float, float]:
        """The law, its cut, and the share of the law that the cut leaves."""
        return _law_and_cut(self, whole)


@lru_cache(maxsize=256)
def _law_and_cut(family: Law, whole: bool) -> tuple[Frozen, float, float, float]:
    law = family.law(whole=whole)
    low, high = family.cut()
    if whole:
        low, high = np.ceil(low) - 0.5, np.floor(high) + 0.5
    return law, low, high, float(_mass(law, np.asarray(low), np.asarray(high))) if low < high else 0.0


def _mass(law: Frozen, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Share between two bounds; beyond the median from the upper tail, where differences of the cdf would cancel."""
    high = np.maximum(low, high)
    far = np.asarray(low >= law.ppf(0.5))
    upper = np.asarray(law.sf(low)) - np.asarray(law.sf(high)) if far.any() else 0.0
    lower = np.asarray(law.cdf(high)) - np.asarray(law.cdf(low)) if not far.all() else 0.0
    return np.asarray(np.where(far, upper, lower))


def _quantile(law: Frozen, low: float, high: float, u: np.ndarray) -> np.ndarray:
    """Inverse of the law cut to [low, high], by the tail that is the smaller one."""
    if low >= law.ppf(0.5):
        above = law.sf(low)
        return np.asarray(law.isf(above - u * (above - law.sf(high))))
    below = law.cdf(low)
    return np.asarray(law.ppf(below + u * (law.cdf(high) - below)))


def _whole_quantile(law: Frozen, first: float, last: float, u: np.ndarray) -> np.ndarray:
    """Inverse of the law on the whole numbers from first to last."""
    if last - first > LONGEST_TABLE:
        return np.asarray(np.floor(_quantile(law, first - 0.5, last + 0.5, u) + 0.5))
    # scipy searches the quantile of a discrete law for each u; looking it up is a hundred times faster.
    numbers = np.arange(first, last + 1)
    shares = np.cumsum(_mass(law, numbers - 0.5, numbers + 0.5))
    return np.asarray(first + np.searchsorted(shares, u * shares[-1], side="right"))
