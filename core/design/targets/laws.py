"""The families with a law of their own: scipy's names and parameters; each may be cut by low and high."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from pydantic import Field

from trimtab.core.design.fields import Bound, Number, Positive, Share, number_of
from trimtab.core.design.targets.law import NUMBERS, Frozen, Law, scipy_law
from trimtab.core.design.targets.moments import Moments, moments_of
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import Column
from trimtab.core.source.kinds import Kind
from trimtab.core.source.labels import moment_texts

DAY = 86_400e6
"""Microseconds."""


class Uniform(Law):
    """Every value between low and high alike; whole numbers with both ends."""

    title: ClassVar[str] = "Uniform"
    summary: ClassVar[str] = "Every value between low and high is as likely as any other."
    kinds: ClassVar[tuple[Kind, ...]] = (*NUMBERS, "datetime")

    family: Literal["uniform"] = "uniform"
    low: Bound = Field(description="Smallest value.")
    high: Bound = Field(description="Largest value.")

    @classmethod
    def beginning(cls, column: Column, axis: Axis) -> dict[str, Any]:
        """From the smallest to the largest value, not rounded: a value left out would be one too many."""
        found = moments_of(column)
        low, high = found.first, found.last
        if column.kind == "datetime":
            low_text, high_text = moment_texts([low, high if high > low else low + DAY])
            return {"low": low_text, "high": high_text}
        return {"low": low, "high": high if high > low else low + max(1.0, abs(low) / 10)}

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

    @classmethod
    def by_moments(cls, moments: Moments) -> dict[str, float]:
        return {"mean": moments.mean, "sd": moments.sd}

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

    @classmethod
    def by_moments(cls, moments: Moments) -> dict[str, float]:
        s = float(np.sqrt(np.log1p((moments.sd / moments.above) ** 2)))
        return {"s": s, "scale": moments.above * float(np.exp(-s * s / 2)), "loc": moments.loc}

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

    @classmethod
    def by_moments(cls, moments: Moments) -> dict[str, float]:
        above, sd = moments.above, moments.sd
        return {"a": (above / sd) ** 2, "scale": sd * sd / above, "loc": moments.loc}

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

    @classmethod
    def by_moments(cls, moments: Moments) -> dict[str, float]:
        width = moments.width
        mean, variance = min(max((moments.mean - moments.first) / width, 0.01), 0.99), (moments.sd / width) ** 2
        both = max(mean * (1 - mean) / max(variance, 1e-6) - 1, 0.1)
        return {"a": mean * both, "b": (1 - mean) * both, "loc": moments.first, "scale": width}

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

    @classmethod
    def by_moments(cls, moments: Moments) -> dict[str, float]:
        peak = 3 * (moments.mean - moments.first) / moments.width - 1
        return {"c": min(max(peak, 0.0), 1.0), "loc": moments.first, "scale": moments.width}

    def law(self, *, whole: bool) -> Frozen:
        return scipy_law("triang", self.c, loc=self.loc, scale=self.scale)


class Exponential(Law):
    """scipy.stats.expon(loc, scale)."""

    title: ClassVar[str] = "Exponential"
    summary: ClassVar[str] = "Most values near the beginning, ever fewer further out."

    family: Literal["exponential"] = "exponential"
    scale: Positive = Field(description="Mean, counted from loc.")
    loc: Number = Field(default=0.0, description="Where the values begin.")

    @classmethod
    def by_moments(cls, moments: Moments) -> dict[str, float]:
        return {"scale": max(moments.mean - moments.first, moments.sd / 10), "loc": moments.first}

    def law(self, *, whole: bool) -> Frozen:
        return scipy_law("expon", loc=self.loc, scale=self.scale)


class Poisson(Law):
    """scipy.stats.poisson(mu); whole numbers, whatever the kind of the factor."""

    title: ClassVar[str] = "Poisson"
    phrase: ClassVar[str] = "Poisson distribution"
    summary: ClassVar[str] = "Whole numbers: how often something happens that happens mu times on average."
    discrete: ClassVar[bool] = True

    family: Literal["poisson"] = "poisson"
    mu: Positive = Field(description="Mean.")

    @classmethod
    def by_moments(cls, moments: Moments) -> dict[str, float]:
        return {"mu": max(moments.mean, 0.1)}

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

    @classmethod
    def by_moments(cls, moments: Moments) -> dict[str, float]:
        n = max(int(moments.last), 1)
        return {"n": n, "p": min(max(moments.mean / n, 0.0), 1.0)}

    def law(self, *, whole: bool) -> Frozen:
        return scipy_law("binom", self.n, self.p)
