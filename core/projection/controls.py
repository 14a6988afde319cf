"""The controls of a design as numbers: for each, a code per value and the share every code must have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pyarrow as pa

from core.database import connect
from core.design.factors import Factor
from core.errors import InputError
from core.expressions import Leaf, Predicate, parse_predicate
from core.grounding.coding import groups_of
from core.source.axes import Axis, default_axis
from core.source.columns import Column, as_numbers
from core.study import Study

FINE_BINS = 128
"""A parametric target is met on about this many bins, so that its shape holds inside the display bins too."""


@dataclass(frozen=True, eq=False)
class MarginalControl:
    """A control of one factor's marginal.

    `code_of_value` (K+1,) gives each source value (last: missing) its code; `requested` (L,) are the shares of the L codes,
    which sum to 1. For targets and keeps the codes are the bins of `axis`, then missing; for holds 0 is held and 1 is
    not; for a missing share alone 0 is present and 1 missing.
    """

    kind: Literal["target", "keep", "hold", "missing"]
    factor: str
    code_of_value: np.ndarray
    requested: np.ndarray
    labels: tuple[str, ...]
    axis: Axis | None = None

    @property
    def name(self) -> str:
        """How messages call this control."""
        return f"{self.kind} {self.factor}"


@dataclass(frozen=True, eq=False)
class EventControl:
    """An event and the share of rows in which it must be true."""

    name: str
    predicate: Predicate
    rate: float


def controls_of(study: Study) -> tuple[MarginalControl, ...]:
    """The marginal controls of a study's design, in the order of the source's columns."""
    found = []
    for name, column in study.columns.items():
        asked = study.design.factors.get(name)
        if asked is not None and (asked.role in ("target", "keep", "hold") or asked.missing is not None):
            key = (asked, study.axes[name], id(column))
            found.append(study.memo.of(f"control of {name}", key, lambda a=asked, n=name: _marginal(study, n, a)))
    return tuple(found)


def events_of(study: Study) -> tuple[EventControl, ...]:
    """The events of a study's design, in its order. Raises InputError for a predicate that is not understood."""
    kinds = {name: column.kind for name, column in study.columns.items()}
    found = []
    for name, event in study.design.events.items():
        predicate = parse_predicate(event.when, kinds, owner=f"Event `{name}`")
        if not predicate.single_factor:
            leaf = next(leaf for leaf in predicate.leaves if len(leaf.columns) > 1)
            raise InputError(
                f"Event `{name}`: `{leaf.sql}` uses several factors in one condition ({', '.join(leaf.columns)}). "
                "This version of Trimtab builds events from conditions on single factors, joined by AND, OR and NOT."
            )
        rate = event.rate if event.rate is not None else (event.rows or 0) / study.design.rows
        found.append(EventControl(name, predicate, float(rate)))
    return tuple(found)


def leaf_truths(study: Study, leaf: Leaf) -> np.ndarray:
    """(K+1,) where a single-factor condition holds on the factor's values: 1, 0, or nan for NULL. Decided by DuckDB."""
    column = study.columns[leaf.columns[0]]
    with_missing = pa.concat_arrays([column.values, pa.nulls(1, column.type)])
    return study.memo.of(f"truth of {leaf.sql}", id(column), lambda: evaluate_leaf(leaf, with_missing))


def evaluate_leaf(leaf: Leaf, values: pa.Array) -> np.ndarray:
    """Where the condition holds on `values`: 1, 0, or nan for NULL."""
    con = connect()
    con.register("the_values", pa.table({leaf.columns[0]: values}))
    table = con.sql(f"SELECT CAST(({leaf.sql}) AS DOUBLE) AS truth FROM the_values").to_arrow_table()
    return np.asarray(table.column("truth").combine_chunks().to_numpy(zero_copy_only=False), dtype=float)


def _marginal(study: Study, name: str, asked: Factor) -> MarginalControl:
    column = study.columns[name]
    missing = column.missing_share if asked.missing is None else asked.missing
    if asked.role == "hold":
        return _hold(column, asked)
    if asked.role == "target":
        assert asked.target is not None  # the design's own validation
        axis = _target_axis(study.axes[name], column, asked)
        shares = asked.target.masses(axis, axis.histogram(column)[:-1])
        return MarginalControl(
            "target", name, axis.bins_of(column), np.append(shares * (1 - missing), missing), _labels(axis), axis
        )
    if asked.role == "keep":
        axis = study.axes[name]
        real = axis.histogram(column)
        present = real[:-1] / max(1, real[:-1].sum())
        return MarginalControl(
            "keep", name, axis.bins_of(column), np.append(present * (1 - missing), missing), _labels(axis), axis
        )
    code = np.append(np.zeros(column.distinct, dtype=np.int64), 1)
    return MarginalControl("missing", name, code, np.array([1 - missing, missing]), ("present", "missing"))


def _labels(axis: Axis) -> tuple[str, ...]:
    return (*axis.labels, "missing")


def _hold(column: Column, asked: Factor) -> MarginalControl:
    code = np.ones(column.distinct + 1, dtype=np.int64)
    code[positions_of(column, asked.held)] = 0
    return MarginalControl("hold", column.name, code, np.array([1.0, 0.0]), ("held", "other"))


def positions_of(column: Column, wanted: Sequence[object]) -> list[int]:
    """Where values written in a design stand in `column.values`; the design's check has seen that they exist."""
    known = value_index(column)
    return [known[value_key(column, value)] for value in wanted]


def value_index(column: Column) -> dict[object, int]:
    """The position of every distinct value of a column, by a key that a design's YAML value can be turned into."""
    if len(column.numbers):
        return {float(v): i for i, v in enumerate(column.numbers)}
    return {str(v).lower() if column.kind == "boolean" else str(v): i for i, v in enumerate(column.values.to_pylist())}


def value_key(column: Column, value: object) -> object:
    """The key of a design's value in `value_index`."""
    if column.kind == "datetime":
        return float(as_numbers(pa.array([str(value)]).cast(pa.timestamp("us")))[0])
    if len(column.numbers):
        return float(str(value))
    return str(value).lower() if column.kind == "boolean" else str(value)


def _target_axis(display: Axis, column: Column, asked: Factor) -> Axis:
    """The axis a target is met on: the display axis, or a finer one for a family, reaching as far as the family does."""
    target = asked.target
    assert target is not None
    if target.family == "categorical":
        named = tuple(level for level in target.weights if level not in display.levels)
        if named and display.rest:
            return _with_levels(display, column, named)
        return display
    if not len(column.numbers) or target.family == "histogram":
        return display
    fine = display
    if not display.points:
        group = groups_of(column, FINE_BINS)[:-1]
        starts = column.numbers[np.flatnonzero(np.diff(group, prepend=-1))]
        edges = np.unique(np.concatenate([np.asarray(display.edges), starts]))
        if display.edges[-1] == display.edges[-2]:
            edges = np.append(edges, edges[-1])
        fine = default_axis(column, tuple(float(e) for e in edges))
    reach = target.extended_edges(fine)
    return fine if tuple(reach) == tuple(fine.edges) else default_axis(column, reach)


def _with_levels(display: Axis, column: Column, named: tuple[str, ...]) -> Axis:
    levels = (*display.levels, *named)
    hidden = column.distinct - len(levels)
    return replace(display, levels=levels, rest=hidden > 0)

