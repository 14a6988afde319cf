"""Conditions: what events and rules share."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.expressions import Predicate
from trimtab.core.projection.controls.control import Control, Rows
from trimtab.core.projection.features.feature import UNKNOWN, Feature, truth_feature
from trimtab.core.study.study import Study


@dataclass(frozen=True, eq=False)
class Condition(Control):
    """A condition and the share of rows in which it must be true: code 1. NULL counts as false."""

    of: str
    predicate: Predicate
    truths: tuple[Feature, ...]

    settles = False
    retold = True

    @property
    def rate(self) -> float:
        """The share of rows in which it must be true."""
        return float(self.requested[1])

    @property
    def name(self) -> ControlName:
        return ControlName(self.kind, self.of)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Its conditions' truths, one for each of the predicate's leaves."""
        return self.truths

    @property
    def columns(self) -> tuple[str, ...]:
        return self.predicate.columns

    @property
    def together(self) -> Sequence[str]:
        return [name for one in self.truths if not one.single for name in one.columns]

    def codes(self, rows: Rows) -> np.ndarray:
        return self.from_features([rows.feature(one) for one in self.truths])

    def from_features(self, codes: Sequence[np.ndarray]) -> np.ndarray:
        return self.predicate.combine([np.where(code == UNKNOWN, np.nan, code) for code in codes])

    def thresholds(self, factor: str) -> Sequence[float]:
        return self.predicate.thresholds.get(factor, ())

    @property
    def of_every_row(self) -> bool:
        return self.rate == 1.0

    def exact(self, requested: np.ndarray) -> Sequence[int]:
        return (1,) if requested[1] < 1.0 else ()

    def geometry(self, study: Study) -> Hashable:
        return (self.name, self.predicate.sql)


def truths_of(predicate: Predicate, owner: str) -> tuple[Feature, ...]:
    """The truth of each of a predicate's leaves, on behalf of `owner`."""
    return tuple(truth_feature(leaf, owner) for leaf in predicate.leaves)
