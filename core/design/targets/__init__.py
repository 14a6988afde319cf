"""Target families: the marginal a factor is asked to have. Defining a class in this package makes a family."""

from trimtab.core.design.targets.base import FAMILIES, Target, suitable_families
from trimtab.core.design.targets.law import Law
from trimtab.core.design.targets.laws import (
    Beta,
    Binomial,
    Exponential,
    Gamma,
    Lognormal,
    Normal,
    Poisson,
    Triangular,
    Uniform,
)
from trimtab.core.design.targets.mixture import Mixture
from trimtab.core.design.targets.tables import Categorical, Constant, Empirical, Histogram
from trimtab.core.design.targets.tail import Tail
from trimtab.core.design.targets.union import AnyTarget

__all__ = [
    "FAMILIES",
    "AnyTarget",
    "Beta",
    "Binomial",
    "Categorical",
    "Constant",
    "Empirical",
    "Exponential",
    "Gamma",
    "Histogram",
    "Law",
    "Lognormal",
    "Mixture",
    "Normal",
    "Poisson",
    "Tail",
    "Target",
    "Triangular",
    "Uniform",
    "suitable_families",
]
