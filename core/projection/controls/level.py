"""Level mixes: a code for each level of a score, with an exact number of rows."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.projection.controls.control import Control, Rows, controls_at
from trimtab.core.projection.features.feature import Feature
from trimtab.core.study.study import Study


@dataclass(frozen=True, eq=False)
class LevelControl(Control):
    """A level mix: a code for each level, from the lowest score up, and one for rows without a score."""

    level: str
    feature: Feature

    kind = "level"

    @property
    def name(self) -> ControlName:
        return ControlName("level", self.level)

    @property
    def sets(self) -> str | None:
        return self.level

    @property
    def features(self) -> tuple[Feature, ...]:
        return (self.feature,)

    @property
    def together(self) -> Sequence[str]:
        return self.columns

    def codes(self, rows: Rows) -> np.ndarray:
        return rows.feature(self.feature)

    def from_features(self, codes: Sequence[np.ndarray]) -> np.ndarray:
        return codes[0]

    @property
    def strict(self) -> bool:
        return True

    def exact(self, requested: np.ndarray) -> Sequence[int]:
        return [int(code) for code in np.flatnonzero(requested)]

    def geometry(self, study: Study) -> Hashable:
        return (self.name, self.feature.sql, self.labels)


@controls_at(40)
def levels_of(study: Study) -> tuple[LevelControl, ...]:
    """The level mixes of a study's design."""
    found = []
    for name, mix in study.design.levels.items():
        definition = study.definitions[name]
        levels = pa.array(list(mix.shares), pa.string())
        feature = Feature(
            f"Level mix `{name}`",
            definition.scalar.sql,
            definition.scalar.columns,
            partial(_level_codes, levels),
            tuple(mix.shares),
        )
        shares = np.array([*mix.shares.values(), 0.0])
        found.append(LevelControl(shares / shares.sum(), (*mix.shares, "no score"), name, feature))
    return tuple(found)


def _level_codes(levels: pa.Array, values: pa.Array) -> np.ndarray:
    """(n,) the position of each level; one more for none."""
    return np.asarray(
        pc.index_in(values.cast(pa.string()), levels).fill_null(len(levels)).to_numpy(zero_copy_only=False)
    )
