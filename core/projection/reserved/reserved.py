"""Reserved rows: those of a design that are set before all others are drawn, for its sweeps and its floors.

They count in every promise; the other rows bring what they leave to be brought.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.projection.pool.pool import At, Pool, table_at
from trimtab.core.projection.pool.table_rows import TableRows
from trimtab.core.source.axes import Axis
from trimtab.core.study.study import Study


class Coded(Protocol):
    """What has a code of every row: a control."""

    @property
    def name(self) -> ControlName:
        """Which control it is."""

    @property
    def requested(self) -> np.ndarray:
        """(L,) the share that each code must have."""

    @property
    def decided(self) -> Mapping[str, np.ndarray]:
        """Factors whose value alone decides its code: (K+1,) that code, last missing."""

    @property
    def columns(self) -> tuple[str, ...]:
        """All factors of the source that it looks at."""

    def codes(self, rows: Any) -> np.ndarray:
        """(n,) the code of each row; -1 where it has none."""


class Guard(Coded, Protocol):
    """A control that looks after constructed rows, and knows what follows from others in them."""

    def following(self, study: Study, at: At) -> Iterable[tuple[str, np.ndarray]]:
        """Factors that others decide in rows made of `at`, each with the position of its value (R,) there, -1 where the
        source has none that would do."""


@dataclass(frozen=True, eq=False)
class Part:
    """The reserved rows of one sweep or floor.

    `fixed` are the factors that splicing leaves as they are, `varied` is the factor of a sweep; `together`: the rows of
    one group are drawn with the same numbers.
    """

    name: ControlName
    fixed: tuple[str, ...]
    varied: str | None = None
    together: bool = False


@dataclass(frozen=True, eq=False)
class Reserved:
    """R reserved rows, made of `at` (R,) for each factor.

    `part` (R,) is the position of each row's part in `parts`, `group` (R,) its group in a sweep or -1. `codes`
    (controls, R) are its codes. `ungrounded` (R,) marks rows that no real row is like. `values` holds, for
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

    def with_codes(self, study: Study, controls: Sequence[Coded]) -> Reserved:
        """The same rows with the codes of other controls."""
        if not self.rows:
            return Reserved.none(study, len(controls))
        return replace(self, codes=codes_at(study, controls, self.at, self.values))


@dataclass(frozen=True, eq=False)
class FloorPlan:
    """What a floor comes to: `needed` has, for each of its factors, (size,) the bins that count, and `impossible` the
    cells among them that rules and other controls forbid: some factors, and a bin of each. `rows` are reserved for it,
    `constructed` of them made up."""

    name: ControlName
    factors: tuple[str, ...]
    strength: int
    at_least: int
    needed: tuple[np.ndarray, ...]
    impossible: tuple[tuple[tuple[str, ...], tuple[int, ...]], ...]
    rows: int
    constructed: int


@dataclass(frozen=True, eq=False)
class Reserving:
    """What a control needs to reserve its rows among `rows`: the `controls` that they must keep too, and the `guards`,
    and the shares `weights` (pool.rows,) of the pool's rows as the rest of the design weighs them. `reserved` and
    `floors` are what is reserved so far, `groups` how many groups of sweeps."""

    study: Study
    pool: Pool
    controls: Sequence[Coded]
    weights: np.ndarray
    rows: int
    reserved: Reserved
    groups: int = 0
    floors: tuple[FloorPlan, ...] = ()
    guards: Sequence[Guard] = ()


@dataclass(frozen=True, eq=False)
class _ReservedRows(TableRows):
    """Rows made of `at`, in which some `values` stand instead, as controls look at them."""

    study: Study
    at: At
    values: Mapping[str, pa.Array] = field(default_factory=dict)

    def marginal(self, factor: str, code_of_value: np.ndarray, axis: Axis | None) -> np.ndarray:
        if axis is not None and factor in self.values:
            return super().marginal(factor, code_of_value, axis)
        return np.asarray(code_of_value[self.study.columns[factor].codes[self.at[factor]]])


def codes_at(
    study: Study, controls: Sequence[Coded], at: At, values: Mapping[str, pa.Array] | None = None
) -> np.ndarray:
    """(controls, R) the codes of rows made of `at`; -1 where a value has no code.

    `values` stand in the rows instead, where they are not NULL.
    """
    values = values or {}
    rows = _ReservedRows(with_values(table_at(study, list(at), at), values), study, at, values)
    if not controls:
        return np.zeros((0, len(next(iter(at.values())))), np.int64)
    return np.stack([control.codes(rows) for control in controls]).astype(np.int64)


def with_values(table: pa.Table, values: Mapping[str, pa.Array]) -> pa.Table:
    """Rows in which some values are replaced: those that are not NULL."""
    for name, column in values.items():
        place = table.schema.get_field_index(name)
        if place >= 0:
            table = table.set_column(
                place, table.schema.field(place), pc.if_else(column.is_valid(), column, table.column(name))
            )
    return table


def possible(controls: Sequence[Coded], codes: np.ndarray) -> np.ndarray:
    """(controls, R) whether each row's code may occur: it has one, and it is not asked for nothing."""
    found = [(code >= 0) & (control.requested > 0)[code] for control, code in zip(controls, codes, strict=True)]
    return np.stack(found) if found else np.ones((0, codes.shape[1]), dtype=bool)


def kept(study: Study, guards: Sequence[Coded], at: At) -> np.ndarray:
    """(R,) by how many of the `guards` each row made of `at` is allowed."""
    looked = {name: at[name] for name in dict.fromkeys(name for one in guards for name in one.columns)}
    return np.asarray(possible(guards, codes_at(study, guards, looked or at)).sum(axis=0))
