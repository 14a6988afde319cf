"""What families with a law of their own share: the law cut by low and high, and whole numbers by continuity.

A family gives its scipy distribution; everything else is here once. A whole number k takes the share of
[k - 1/2, k + 1/2), the usual continuity correction.
"""

from __future__ import annotations

from typing import Any, ClassVar, Protocol

import numpy as np

from core.design.targets.base import Cut, whole_spans
from core.design.targets.extension import extend_down, extend_up
from core.source.axes import Axis
from core.source.kinds import Kind

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

    @np.errstate(over="ignore")
    def extended_edges(self, axis: Axis, *, touched: bool = True) -> tuple[float, ...]:
        below, above = self.outside(axis)
        law, low, high, total = self._cut_law(axis)
        low_cut, high_cut = self.cut()
        edges = axis.edges
        whole = self._whole(axis)
        if below > NEGLIGIBLE:
            exact = bool(np.isfinite(low_cut))
            bottom = self._end(axis, "low", low_cut if exact else law.ppf(law.cdf(low) + NEGLIGIBLE * total))
            bottom = float(np.ceil(bottom - 0.5 * (not exact))) if whole else bottom
            edges = extend_down(edges, axis.kind, bottom, exact=exact)
        if above > NEGLIGIBLE:
            exact = bool(np.isfinite(high_cut))
            top = self._end(axis, "high", high_cut if exact else law.isf(law.sf(high) + NEGLIGIBLE * total))
            top = float(np.floor(top + 0.5 * (not exact))) if whole else top
            edges = extend_up(edges, axis.kind, top, exact=exact, touched=touched)
        return edges

    def _end(self, axis: Axis, name: str, end: float) -> float:
        """Where the new bins end, if numbers reach that far."""
        if not np.isfinite(end):
            self.fail(axis, f"the {self.family} law reaches beyond the largest number; give it a `{name}`.")
        return float(end)

    def quantile_within(
        self, low: float, high: float, u: np.ndarray, whole: bool, *, closed: bool = False
    ) -> np.ndarray:
        whole = whole or self.discrete
        law = self.law(whole=whole)
        low_cut, high_cut = self.cut()
        closed = closed or low == high
        if whole:
            first = max(np.ceil(low), np.ceil(low_cut))
            last = min(np.floor(high) if closed else np.ceil(high) - 1, np.floor(high_cut))
        else:
            first = max(low, low_cut)
            last = min(high if closed else np.nextafter(high, -np.inf), high_cut)
        if first > last:
            raise ValueError(f"the {self.family} law has nothing in the bin from {low} to {high}")
        drawn = _whole_quantile(law, first, last, u) if whole else _quantile(law, first, min(high, high_cut), u)
        return np.asarray(np.clip(drawn, first, last))

    def _whole(self, axis: Axis) -> bool:
        return self.discrete or axis.kind == "count"

    def _cut_law(self, axis: Axis) -> tuple[Frozen, float, float, float]:
        """The law, its cut, and the share of the law that the cut leaves."""
        self.check(axis)
        whole = self._whole(axis)
        law = self.law(whole=whole)
        low, high = self.cut()
        if whole:
            low, high = np.ceil(low) - 0.5, np.floor(high) + 0.5
        total = float(_mass(law, np.asarray(low), np.asarray(high))) if low < high else 0.0
        if not total > 0:
            self.fail(axis, f"its cut {self.cut_text()} leaves nothing of the {self.family} law.")
        return law, low, high, total


def _mass(law: Frozen, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Share between two bounds; beyond the median from the upper tail, where differences of the cdf would cancel."""
    high = np.maximum(low, high)
    upper = np.asarray(law.sf(low)) - np.asarray(law.sf(high))
    lower = np.asarray(law.cdf(high)) - np.asarray(law.cdf(low))
    return np.asarray(np.where(low >= law.ppf(0.5), upper, lower))


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
