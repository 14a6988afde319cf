"""How far apart two distributions of one factor are: each measure is one registered function."""

from trimtab.core.coverage.measures.measure import MEASURES, Distances, Measure, distances, measure
from trimtab.core.coverage.measures.textbook import (
    jensen_shannon,
    kolmogorov_smirnov,
    total_variation,
    wasserstein,
)
from trimtab.core.registering import import_files

import_files(__name__, __path__)

__all__ = [
    "MEASURES",
    "Distances",
    "Measure",
    "distances",
    "jensen_shannon",
    "kolmogorov_smirnov",
    "measure",
    "total_variation",
    "wasserstein",
]
