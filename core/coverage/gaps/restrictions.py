"""What a row of a design may not have: rules, holds, and what is asked for nothing, asked of rows that are tried."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trimtab.core.counting.levels import Levels
from trimtab.core.expressions.evaluate import evaluate
from trimtab.core.projection.controls.features import Feature
from trimtab.core.projection.controls.marginal import (
    EventControl,
    LevelControl,
    controls_of,
    events_of,
    levels_of,
    rules_of,
)
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
    found = [_of_condition(one) for one in (*events_of(study), *rules_of(study)) if one.rate in (0.0, 1.0)]
    found += [_of_level(one) for one in levels_of(study)]
    for name in factors:
        if name in study.definitions:
            columns = study.definitions[name].scalar.columns
            found.append(Restriction(columns, {}, lambda rows: np.ones(rows.rows, dtype=bool)))
    return found


def held_back(study: Study) -> dict[str, np.ndarray]:
    """For each factor of which some values may not occur, (K+1,) whether each may, the last one for missing."""
    found = {}
    for control in controls_of(study):
        left = control.requested[control.code_of_value] > 0
        present = study.columns[control.factor].counts > 0
        if not left[present].all():
            found[control.factor] = left
    return found


def _of_condition(one: EventControl) -> Restriction:
    def holds(rows: Candidates) -> np.ndarray:
        truth = one.combine([rows.feature(feature) for feature in one.features])
        return np.asarray(truth == (one.rate == 1.0))

    return Restriction(one.predicate.columns, one.predicate.thresholds, holds)


def _of_level(one: LevelControl) -> Restriction:
    def holds(rows: Candidates) -> np.ndarray:
        codes = rows.feature(one.feature)
        return np.asarray((codes >= 0) & (one.requested > 0)[codes])

    return Restriction(one.feature.columns, {}, holds)
