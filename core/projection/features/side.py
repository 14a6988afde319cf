"""One factor of a pair or a floor, on its display axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from trimtab.core.projection.features.feature import Feature, bin_feature
from trimtab.core.source.axes import Axis
from trimtab.core.study.study import Study


@dataclass(frozen=True, eq=False)
class Side:
    """One factor of a pair or a floor: its bins, then missing. `code_of_value` (K+1,) for a factor of the source; a
    definition has a `feature`."""

    name: str
    axis: Axis
    code_of_value: np.ndarray | None
    feature: Feature | None

    @property
    def size(self) -> int:
        """Number of codes, missing included."""
        return self.axis.size + 1

    @property
    def labels(self) -> tuple[str, ...]:
        """A text for each code."""
        return (*self.axis.labels, "missing")

    @property
    def columns(self) -> Sequence[str]:
        """The factors of the source that decide it."""
        return self.feature.columns if self.feature is not None else (self.name,)


def side_of(study: Study, name: str, owner: str) -> Side:
    """A factor or a definition on its display axis, for the control `owner`."""
    axis = study.axes[name]
    if name in study.definitions:
        return Side(name, axis, None, bin_feature(study, name, axis, owner))
    return Side(name, axis, axis.bins_of(study.columns[name]), None)
