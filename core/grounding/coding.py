"""The two scales at which a factor takes part in dependence: model bins and coarse levels.

Coarse levels are few, so that many factors can be looked at together; model bins carry what two factors tell each other
in detail. Both only say which rows resemble each other: the values themselves are never replaced by them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trimtab.core.source.columns import Column, groups_of

COARSE_LEVELS = 8
MODEL_BINS = 64
TAIL_BINS = 6
"""The outermost model bins are split into this many, halving outwards: what happens in a tail happens to few rows."""

POINT_BINS = 256
"""Up to this many distinct values, every value is a model bin of its own."""


@dataclass(frozen=True, eq=False)
class Coding:
    """How the K distinct values of one factor are grouped: arrays (K+1,), the last entry for missing."""

    coarse_of_value: np.ndarray
    bin_of_value: np.ndarray

    @property
    def sizes(self) -> tuple[int, int]:
        """Number of coarse levels and of model bins."""
        return int(self.coarse_of_value.max()) + 1, int(self.bin_of_value.max()) + 1


def code_factor(column: Column) -> Coding:
    """Group the values of `column` by mass, in order where they have one."""
    k = column.distinct
    bins = np.arange(k + 1) if k <= POINT_BINS else groups_of(column, MODEL_BINS, tails=TAIL_BINS)
    return Coding(coarse_of_value=_small(groups_of(column, COARSE_LEVELS)), bin_of_value=_small(bins))


def _small(groups: np.ndarray) -> np.ndarray:
    """Groups in the smallest type: there will be one for every learning row."""
    return groups.astype(np.min_scalar_type(groups.max()))
