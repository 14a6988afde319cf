"""The families with a law of their own: scipy's names and parameters; each may be cut by low and high."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import numpy as np
from pydantic import Field

from trimtab.core.design.fields import Bound, Number, Positive, Share, number_of
from trimtab.core.design.targets.law import NUMBERS, Frozen, Law, scipy_law
from trimtab.core.source.kinds import Kind


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
