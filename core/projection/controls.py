"""The controls of a design as numbers: for each, a code per value and the share every code must have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import duckdb
import numpy as np
import pyarrow as pa

from core.database import connect
from core.design.factors import Factor
from core.design.targets import Target
from core.design.validation import event_predicate, held_codes, target_axis
from core.errors import InputError
from core.expressions import Leaf, Predicate
from core.grounding.coding import groups_of
from core.source.axes import Axis, level_texts
from core.source.columns import Column
from core.study import Study

FINE_BINS = 32
FINE_TAILS = 4
"""A parametric target is met on bins of about equal mass, finer in the tails, so that its shape holds everywhere. More
bins would force what a few real rows can't give."""


@dataclass(frozen=True, eq=False)
class MarginalControl:
    """A control of one factor's marginal.

    `code_of_value` (K+1,) gives each source value (last: missing) its code; `requested` (L,) are the shares of the L
    codes, which sum to 1. For targets and keeps the codes are the bins of `axis`, then missing; for holds 0 is held
    and 1 is not, and 2 is missing if the design sets that share; for a missing share alone 0 is present and 1 missing.
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

    @property
    def missing_code(self) -> int | None:
        """The code of missing values alone: the last one, if a hold does not count them among all others."""
        return None if self.kind == "hold" and len(self.requested) == 2 else len(self.requested) - 1

    def values_of(self, code: int) -> np.ndarray:
        """Positions of the source's values that have a code."""
        return np.flatnonzero(self.code_of_value[:-1] == code)


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
            found.append(study.memo.of(f"control of {name}", key, partial(_marginal, study, name, asked)))
    return tuple(found)


def events_of(study: Study) -> tuple[EventControl, ...]:
    """The events of a study's design, in its order. Raises InputError for a condition that is not understood."""
    found = []
    for name, event in study.design.events.items():
        rate = event.rate if event.rate is not None else (event.rows or 0) / study.design.rows
        found.append(EventControl(name, event_predicate(study.design, name, study.columns), float(rate)))
    return tuple(found)


def leaf_truths(study: Study, leaf: Leaf, event: str) -> np.ndarray:
    """(K+1,) where a single-factor condition of an event holds on the factor's values: 1, 0, or nan for NULL. Decided
    by DuckDB. Raises InputError for one that can't be."""
    column = study.columns[leaf.columns[0]]
    with_missing = pa.concat_arrays([column.values, pa.nulls(1, column.type)])
    return study.memo.of(f"truth of {leaf.sql}", id(column), lambda: evaluate_leaf(leaf, with_missing, event))


def evaluate_leaf(leaf: Leaf, values: pa.Array, event: str) -> np.ndarray:
    """Where the condition holds on `values`: 1, 0, or nan for NULL. Raises InputError, naming the event."""
    con = connect()
    con.register("the_values", pa.table({leaf.columns[0]: values}))
    try:
        table = con.sql(f"SELECT CAST(({leaf.sql}) AS DOUBLE) AS truth FROM the_values").to_arrow_table()
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise InputError(
            f"Event `{event}`: `{leaf.sql}` can't be decided on the values of the source: {reason}"
        ) from error
    return np.asarray(table.column("truth").combine_chunks().to_numpy(zero_copy_only=False), dtype=float)


def _marginal(study: Study, name: str, asked: Factor) -> MarginalControl:
    column = study.columns[name]
    missing = column.missing_share if asked.missing is None else asked.missing
    if asked.role == "hold":
        return _hold(column, asked)
    if asked.role == "target":
        assert asked.target is not None  # the design's own validation
        axis = _target_axis(study.axes[name], column, asked.target)
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
    code[list(held_codes(column.name, asked, column))] = 0
    if asked.missing is None:
        return MarginalControl("hold", column.name, code, np.array([1.0, 0.0]), ("held", "other"))
    code[-1] = 2
    shares = np.array([1.0 - asked.missing, 0.0, asked.missing])
    return MarginalControl("hold", column.name, code, shares, ("held", "other", "missing"))


def _target_axis(display: Axis, column: Column, target: Target) -> Axis:
    """The axis a target is met on: the display axis, finer for a parametric family, reaching as far as the target
    does."""
    fine = display
    if target.family == "categorical" and not display.numeric:
        # Levels that nobody named are one bin, however many are shown: their mix moves along instead of being forced.
        named = tuple(level for level in target.levels_needed() if level in set(level_texts(column.values).to_pylist()))
        fine = replace(display, levels=named, rest=column.distinct > len(named), hidden=column.distinct - len(named))
    elif display.numeric and not display.points and target.family != "histogram":
        groups = groups_of(column, FINE_BINS, tails=FINE_TAILS)[:-1]
        starts = column.numbers[np.flatnonzero(np.diff(groups, prepend=-1))]
        # Where the source ends, its values end: what the family puts beyond must not be heaped on the last of them.
        highest = column.numbers[-1]
        ends = [column.numbers[0], highest + 1 if column.kind == "count" else np.nextafter(highest, np.inf)]
        inner = np.unique(np.concatenate([starts, ends]))
        inner = inner[(inner > display.edges[0]) & (inner < display.edges[-1])]
        fine = replace(display, edges=(display.edges[0], *inner.tolist(), display.edges[-1]))
    return target_axis(target, fine, column)
