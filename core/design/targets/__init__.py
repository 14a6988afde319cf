"""Target families: the marginal a factor is asked to have. Defining a class makes a family; a file in this package is
found by itself, and one elsewhere takes part as soon as it is imported."""

from trimtab.core.design.targets.base import FAMILIES, Target, starting, suitable_families
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
from trimtab.core.design.targets.mixture import Mixture, one_more_part
from trimtab.core.design.targets.tables import Categorical, Constant, Empirical, Histogram
from trimtab.core.design.targets.tail import Tail
from trimtab.core.design.targets.union import AnyTarget
from trimtab.core.registering import import_files

import_files(__name__, __path__)

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
    "one_more_part",
    "starting",
    "suitable_families",
]
