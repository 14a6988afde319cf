"""Families with a law of their own: scipy's names and parameters, cut by low and high, whole numbers by continuity.

A family gives its scipy distribution; everything else is here once. A whole number k takes the share of
[k - 1/2, k + 1/2), the usual continuity correction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal, Protocol

import numpy as np
from pydantic import Field

from core.design.fields import Bound, Number, Positive, Share, number_of
from core.design.targets.base import Cut, whole_spans
from core.design.targets.extension import extend_down, extend_up
from core.source.axes import Axis
from core.source.kinds import Kind

NEGLIGIBLE = 1e-9
"""A share outside the axis up to this is not worth a bin."""

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
        if below > NEGLIGIBLE:
            end = low_cut if np.isfinite(low_cut) else law.ppf(law.cdf(low) + NEGLIGIBLE * total)
            edges = extend_down(edges, axis.kind, self._end(axis, "low", np.ceil, end), exact=np.isfinite(low_cut))
        if above > NEGLIGIBLE:
            end = high_cut if np.isfinite(high_cut) else law.isf(law.sf(high) + NEGLIGIBLE * total)
            top = self._end(axis, "high", np.floor, end)
            edges = extend_up(edges, axis.kind, top, exact=np.isfinite(high_cut), touched=touched)
        return edges

    def _end(self, axis: Axis, name: str, to_whole: Callable[[float], float], end: float) -> float:
        """Where the new bins end; a whole number for a law of whole numbers."""
        if not np.isfinite(end):
            self.fail(axis, f"the {self.family} law reaches beyond the largest number; give it a `{name}`.")
        return float(to_whole(end) if self._whole(axis) else end)

    def quantile_within(
        self, low: float | np.ndarray, high: float | np.ndarray, u: np.ndarray, whole: bool, *, closed: bool = False
    ) -> np.ndarray:
        whole = whole or self.discrete
        law = self.law(whole=whole)
        low_cut, high_cut = self.cut()
        start, end = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
        single = closed | (start == end)
        if whole:
            first = np.maximum(np.ceil(start), np.ceil(low_cut))
            last = np.minimum(np.where(single, np.floor(end), np.ceil(end) - 1), np.floor(high_cut))
            drawn = np.floor(_quantile(law, first - 0.5, last + 0.5, u) + 0.5)
        else:
            first = np.maximum(start, low_cut)
            drawn = _quantile(law, first, np.minimum(end, high_cut), u)
            last = np.minimum(np.where(single, end, np.nextafter(end, -np.inf)), high_cut)
        if np.size(u) and np.any(first > last):
            raise ValueError(f"the {self.family} law has nothing in the bin from {low} to {high}")
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


def _quantile(law: Frozen, low: np.ndarray, high: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Inverse of the law cut to [low, high], by the tail that is the smaller one."""
    below, above = law.cdf(low), law.sf(low)
    lower = law.ppf(below + u * (law.cdf(high) - below))
    upper = law.isf(above - u * (above - law.sf(high)))
    return np.asarray(np.where(low >= law.ppf(0.5), upper, lower))


class Uniform(Law):
    """Every value between low and high alike; whole numbers with both ends."""

    title: ClassVar[str] = "Uniform"
    summary: ClassVar[str] = "Every value between low and high is as likely as any other."
    kinds: ClassVar[tuple[Kind, ...]] = (*NUMBERS, "datetime")

    family: Literal["uniform"] = "uniform"
    low: Bound = Field(description="Smallest value.")
    high: Bound = Field(description="Largest value.")

    def law(self, *, whole: bool) -> Frozen:
        low, high = number_of(self.low), number_of(self.high)
        if whole:
            return scipy_law("randint", np.ceil(low), np.floor(high) + 1)
        return scipy_law("uniform", loc=low, scale=high - low)


class Normal(Law):
    """scipy.stats.norm(loc=mean, scale=sd)."""

    title: ClassVar[str] = "Normal"
    summary: ClassVar[str] = "A bell around the mean; two thirds of the values within one sd of it."

    family: Literal["normal"] = "normal"
    mean: Number = Field(description="Centre of the bell.")
    sd: Positive = Field(description="Standard deviation.")

    def law(self, *, whole: bool) -> Frozen:
        return scipy_law("norm", loc=self.mean, scale=self.sd)


class Lognormal(Law):
    """scipy.stats.lognorm(s, loc, scale): the logarithm of (value - loc) is normal, with mean ln(scale) and sd s."""

    title: ClassVar[str] = "Log-normal"
    summary: ClassVar[str] = "Positive, with a long upper tail: durations, prices, sizes."

    family: Literal["lognormal"] = "lognormal"
    s: Positive = Field(description="Spread: standard deviation of the logarithm.")
    scale: Positive = Field(description="Median, counted from loc.")
    loc: Number = Field(default=0.0, description="Where the values begin.")

    def law(self, *, whole: bool) -> Frozen:
        return scipy_law("lognorm", self.s, loc=self.loc, scale=self.scale)


class Gamma(Law):
    """scipy.stats.gamma(a, loc, scale)."""

    title: ClassVar[str] = "Gamma"
    summary: ClassVar[str] = "Positive and skewed: waiting times, rain, amounts."

    family: Literal["gamma"] = "gamma"
    a: Positive = Field(description="Shape; the mean is a times scale.")
    scale: Positive = Field(description="Scale.")
    loc: Number = Field(default=0.0, description="Where the values begin.")

    def law(self, *, whole: bool) -> Frozen:
        return scipy_law("gamma", self.a, loc=self.loc, scale=self.scale)


class Beta(Law):
    """scipy.stats.beta(a, b, loc, scale), on [loc, loc + scale]."""

    title: ClassVar[str] = "Beta"
    summary: ClassVar[str] = "Between two ends, leaning to either: shares, scores."

    family: Literal["beta"] = "beta"
    a: Positive = Field(description="Pull towards the upper end.")
    b: Positive = Field(description="Pull towards the lower end.")
    loc: Number = Field(default=0.0, description="Lower end.")
    scale: Positive = Field(default=1.0, description="Distance between the ends.")

    def law(self, *, whole: bool) -> Frozen:
        return scipy_law("beta", self.a, self.b, loc=self.loc, scale=self.scale)


class Triangular(Law):
    """scipy.stats.triang(c, loc, scale), on [loc, loc + scale] with its mode at loc + c * scale."""

    title: ClassVar[str] = "Triangular"
    summary: ClassVar[str] = "Between two ends, rising to one most likely value."

    family: Literal["triangular"] = "triangular"
    c: Share = Field(description="Where the peak is: 0 at the lower end, 1 at the upper.")
    loc: Number = Field(description="Lower end.")
    scale: Positive = Field(description="Distance between the ends.")

    def law(self, *, whole: bool) -> Frozen:
        return scipy_law("triang", self.c, loc=self.loc, scale=self.scale)


class Exponential(Law):
    """scipy.stats.expon(loc, scale)."""

    title: ClassVar[str] = "Exponential"
    summary: ClassVar[str] = "Most values near the beginning, ever fewer further out."

    family: Literal["exponential"] = "exponential"
    scale: Positive = Field(description="Mean, counted from loc.")
    loc: Number = Field(default=0.0, description="Where the values begin.")

    def law(self, *, whole: bool) -> Frozen:
        return scipy_law("expon", loc=self.loc, scale=self.scale)


class Poisson(Law):
    """scipy.stats.poisson(mu); whole numbers, whatever the kind of the factor."""

    title: ClassVar[str] = "Poisson"
    summary: ClassVar[str] = "Whole numbers: how often something happens that happens mu times on average."
    discrete: ClassVar[bool] = True

    family: Literal["poisson"] = "poisson"
    mu: Positive = Field(description="Mean.")

    def law(self, *, whole: bool) -> Frozen:
        return scipy_law("poisson", self.mu)


class Binomial(Law):
    """scipy.stats.binom(n, p); whole numbers, whatever the kind of the factor."""

    title: ClassVar[str] = "Binomial"
    summary: ClassVar[str] = "Whole numbers from 0 to n: successes in n trials."
    discrete: ClassVar[bool] = True

    family: Literal["binomial"] = "binomial"
    n: Annotated[int, Field(strict=True, ge=1)] = Field(description="Trials.")
    p: Share = Field(description="Probability of a success.")

    def law(self, *, whole: bool) -> Frozen:
        return scipy_law("binom", self.n, self.p)
