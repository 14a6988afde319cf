"""The Weibull family: lifetimes, and wind."""

from __future__ import annotations

import math
from typing import ClassVar, Literal

from pydantic import Field

from trimtab.core.design.fields import Number, Positive
from trimtab.core.design.targets.law import Frozen, Law, scipy_law
from trimtab.core.design.targets.moments import Moments


class Weibull(Law):
    """scipy.stats.weibull_min(c, loc, scale).

    Its beginning is by the first two moments: Justus, Hargraves, Mikhail and Graber, "Methods for estimating wind speed
    frequency distributions", Journal of Applied Meteorology 17, 1978; for a narrow law, where that is off, by the limit
    of the coefficient of variation, pi / (c sqrt 6).
    """

    title: ClassVar[str] = "Weibull"
    summary: ClassVar[str] = "Positive: lifetimes, wind speeds; c below 1 for early failures, above 1 for wear."
    phrase: ClassVar[str] = "Weibull distribution"

    family: Literal["weibull"] = "weibull"
    c: Positive = Field(description="Shape: 1 is exponential, about 3.6 nearly a bell.")
    scale: Positive = Field(description="Scale, counted from loc: 63 % of the values lie below it.")
    loc: Number = Field(default=0.0, description="Where the values begin.")

    @classmethod
    def by_moments(cls, moments: Moments) -> dict[str, float]:
        variation = moments.sd / moments.above
        c = max(min(variation**-1.086, math.pi / math.sqrt(6) / variation), 0.2)
        return {"c": c, "scale": moments.above / math.gamma(1 + 1 / c), "loc": moments.loc}

    def law(self, *, whole: bool) -> Frozen:
        return scipy_law("weibull_min", self.c, loc=self.loc, scale=self.scale)
