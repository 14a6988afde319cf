"""Reserved rows: those of a design that are set before all others are drawn, for its sweeps and its floors.

They count in every promise; the other rows bring what they leave to be brought.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trimtab.core.projection.controls.features import bins_of_values
from trimtab.core.projection.controls.marginal import Control, EventControl, LevelControl, MarginalControl
from trimtab.core.projection.controls.pair import PairControl
from trimtab.core.projection.pool.pool import At, side_codes, table_at
from trimtab.core.study.study import Study


@dataclass(frozen=True, eq=False)
class Part:
    """The reserved rows of one sweep or floor.

    `fixed` are the factors that splicing leaves as they are, `varied` is the factor of a sweep; `together`: the rows of
    one group are drawn with the same numbers.
    """

    name: str
    fixed: tuple[str, ...]
    varied: str | None = None
    together: bool = False


@dataclass(frozen=True, eq=False)
class Reserved:
    """R reserved rows, made of `at` (R,) for each factor.

    `part` (R,) is the position of each row's part in `parts`, `group` (R,) its group in a sweep or -1. `codes`
    (conditions + controls, R) are its codes. `ungrounded` (R,) marks rows that no real row is like. `values` holds, for
    each varied factor, (R,) the value that stands in the row, NULL for rows of other parts.
    """

    at: At
    part: np.ndarray
    group: np.ndarray
    codes: np.ndarray
    ungrounded: np.ndarray
    parts: tuple[Part, ...]
    values: dict[str, pa.Array]

    @property
    def rows(self) -> int:
        """Number of reserved rows."""
        return len(self.part)

    @staticmethod
    def none(study: Study, codes: int) -> Reserved:
        """No reserved rows."""
        empty = np.empty(0, dtype=np.int64)
        return Reserved(
            dict.fromkeys(study.columns, empty), empty, empty, np.empty((codes, 0), np.int64), empty > 0, (), {}
        )

    def joined(self, other: Reserved) -> Reserved:
        """The rows of both, these first."""
        values = {}
        for name in {**self.values, **other.values}:
            type_ = (self.values if name in self.values else other.values)[name].type
            values[name] = pa.concat_arrays([one.values.get(name, pa.nulls(one.rows, type_)) for one in (self, other)])
        return Reserved(
            {name: np.concatenate([rows, other.at[name]]) for name, rows in self.at.items()},
            np.concatenate([self.part, other.part + len(self.parts)]),
            np.concatenate([self.group, other.group]),
            np.concatenate([self.codes, other.codes], axis=1),
            np.concatenate([self.ungrounded, other.ungrounded]),
            (*self.parts, *other.parts),
            values,
        )

    def with_codes(self, study: Study, conditions: Sequence[EventControl], controls: Sequence[Control]) -> Reserved:
        """The same rows with the codes of other controls."""
        if not self.rows:
            return Reserved.none(study, len(conditions) + len(controls))
        return replace(self, codes=codes_at(study, conditions, controls, self.at, self.values))


def codes_at(
    study: Study,
    conditions: Sequence[EventControl],
    controls: Sequence[Control],
    at: At,
    values: dict[str, pa.Array] | None = None,
) -> np.ndarray:
    """(conditions + controls, R) the codes of rows made of `at`; -1 where a value has no code.

    `values` stand in the rows instead, where they are not NULL.
    """
    table = with_values(table_at(study, list(study.columns), at), values or {})
    codes = [one.combine([feature.of_table(table) for feature in one.features]) for one in conditions]
    for control in controls:
        if isinstance(control, MarginalControl):
            codes.append(_marginal_codes(study, control, at, table, values or {}))
        elif isinstance(control, LevelControl):
            codes.append(control.feature.of_table(table))
        else:
            assert isinstance(control, PairControl)  # there are no others
            one, other = (side_codes(side, table) for side in control.sides)
            codes.append(np.where((one < 0) | (other < 0), -1, one * control.sides[1].size + other))
    rows = len(next(iter(at.values())))
    return np.stack(codes).astype(np.int64) if codes else np.zeros((0, rows), np.int64)


def with_values(table: pa.Table, values: dict[str, pa.Array]) -> pa.Table:
    """Rows in which some values are replaced: those that are not NULL."""
    for name, column in values.items():
        place = table.schema.get_field_index(name)
        if place >= 0:
            table = table.set_column(
                place, table.schema.field(place), pc.if_else(column.is_valid(), column, table.column(name))
            )
    return table


def possible(controls: Sequence[Control], conditions: Sequence[EventControl], codes: np.ndarray) -> np.ndarray:
    """(conditions + controls, R) whether each row's code may occur: rules are true, and nothing asks for none of it."""
    found = []
    every: list[Control | EventControl] = [*conditions, *controls]
    for i, one in enumerate(every):
        if isinstance(one, EventControl):
            found.append(np.array([one.rate < 1.0, one.rate > 0.0])[codes[i]])
        else:
            found.append((codes[i] >= 0) & (one.requested > 0)[codes[i]])
    return np.stack(found) if found else np.ones((0, codes.shape[1]), dtype=bool)


def _marginal_codes(
    study: Study, control: MarginalControl, at: At, table: pa.Table, values: dict[str, pa.Array]
) -> np.ndarray:
    if control.axis is not None and control.factor in values:
        return bins_of_values(control.axis, table.column(control.factor).combine_chunks())
    return np.asarray(control.code_of_value[study.columns[control.factor].codes[at[control.factor]]])
