"""What a row of a design may not have: rules, holds, and what is asked for nothing, asked of rows that are tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trimtab.core.counting.levels import Levels
from trimtab.core.expressions.evaluate import evaluate
from trimtab.core.projection.controls.control import Control
from trimtab.core.projection.controls.kinds import controls_of
from trimtab.core.projection.features.feature import Feature
from trimtab.core.study.study import Study, finite_sql


@dataclass(frozen=True, eq=False)
class Candidates:
    """Rows to try: (n,) the positions of their values for some columns of the source; the learning rows if `real`."""

    study: Study
    codes: Mapping[str, np.ndarray]
    real: bool

    @property
    def rows(self) -> int:
        """Number of rows."""
        return len(next(iter(self.codes.values())))

    def feature(self, feature: Feature) -> np.ndarray:
        """(n,) the codes of a feature."""
        if self.real:
            return feature.of_learning_rows(self.study)
        if feature.single:
            return np.asarray(feature.of_values(self.study)[self.codes[feature.columns[0]]])
        return feature.of_table(self.study.rows_of(feature.columns, self.codes))

    def levels_of(self, levels: Levels) -> np.ndarray:
        """(n,) the code of each row among `levels`; their size for a value outside of them."""
        name = levels.factor
        if name in self.study.definitions and self.real:
            column = self.study.known(name)
            return np.asarray(levels.codes_of(column.values)[column.codes])
        if name in self.study.definitions:
            found = self.study.definitions[name]
            rows = self.study.rows_of(found.scalar.columns, self.codes)
            (values,) = evaluate([finite_sql(found)], rows, owner=f"`{name}`")
            return levels.codes_of(values)[:-1]
        return np.asarray(levels.codes_of(self.study.columns[name].values)[self.codes[name]])


@dataclass(frozen=True, eq=False)
class Restriction:
    """Something that every row keeps: the columns of the source it looks at, the numbers it compares them with, and
    whether rows keep it."""

    columns: tuple[str, ...]
    thresholds: Mapping[str, tuple[float, ...]]
    holds: Callable[[Candidates], np.ndarray]


def restrictions_of(study: Study, factors: Sequence[str]) -> list[Restriction]:
    """What every row of a design keeps, and what ties derived ones among `factors` to the columns they come from."""
    strict = [
        one
        for one in controls_of(study)
        if one.constrains and not one.guards and not one.decided and not one.requested.all()
    ]
    found = [_of_control(control) for control in strict]
    for name in factors:
        if name in study.definitions:
            columns = study.definitions[name].scalar.columns
            found.append(Restriction(columns, {}, lambda rows: np.ones(rows.rows, dtype=bool)))
    return found


def held_back(study: Study) -> dict[str, np.ndarray]:
    """For each factor of which some values may not occur, (K+1,) whether each may, the last one for missing."""
    found = {}
    for control in controls_of(study):
        for name, codes in control.decided.items():
            left = control.requested[codes] > 0
            if not left[study.columns[name].counts > 0].all():
                found[name] = left
    return found


def _of_control(control: Control) -> Restriction:
    def holds(rows: Candidates) -> np.ndarray:
        codes = control.from_features([rows.feature(feature) for feature in control.features]).astype(np.int64)
        return np.asarray((codes >= 0) & (control.requested > 0)[codes])

    numbers = {name: tuple(control.thresholds(name)) for name in control.columns}
    return Restriction(control.columns, {name: at for name, at in numbers.items() if at}, holds)
