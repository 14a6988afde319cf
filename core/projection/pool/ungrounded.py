"""Bins that a design asks for and no learning row shows: where their rows are borrowed from, and their values.

The other factors of such a row come from the nearest bin that the source has; the value itself from the target's own
law. A bin of a source too large to be learned whole may have values all the same: then it is one of those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trimtab.core.errors import InputError
from trimtab.core.projection.controls.features import Feature
from trimtab.core.projection.controls.marginal import Control, EventControl, LevelControl, MarginalControl
from trimtab.core.projection.controls.pair import PairControl
from trimtab.core.projection.pool.inside import probes
from trimtab.core.source.columns import Column
from trimtab.core.study.study import Study

Parts = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""(codes, mass, group, invented) of some cells."""

UNASKED = 1e-3
"""A code that is asked for nothing lends nearly all its rows; the few it keeps show that there are some."""


@dataclass(frozen=True)
class Conditions:
    """The events and rules that use a factor with ungrounded bins, and their features, whose codes are rows from
    `first` on."""

    events: tuple[tuple[int, EventControl], ...]
    features: tuple[Feature, ...]
    first: int

    @staticmethod
    def of(study: Study, controls: Sequence[Control], events: Sequence[EventControl], *, first: int) -> Conditions:
        """The conditions of a study that its ungrounded bins touch. Raises InputError if one looks at several factors
        together, or a level or a pair at such a factor: what they are there can't be told bin by bin."""
        targets = [one for one in controls if isinstance(one, MarginalControl) and len(invented_bins(study, one))]
        factors = {control.factor: control for control in targets}
        touched = tuple((i, e) for i, e in enumerate(events) if factors.keys() & set(e.predicate.columns))
        features = {feature.sql: feature for _, event in touched for feature in event.features}
        for _, event in touched:
            for feature in event.features:
                if not feature.single:
                    _refuse(event.control, feature.columns, factors)
        for control in controls:
            if isinstance(control, LevelControl):
                _refuse(control.name, control.feature.columns, factors)
            if isinstance(control, PairControl):
                for side in control.sides:
                    _refuse(control.name, side.feature.columns if side.feature else (side.name,), factors)
        return Conditions(touched, tuple(features.values()), first)


def _refuse(owner: str, columns: Sequence[str], factors: Mapping[str, MarginalControl]) -> None:
    for name in columns:
        if name in factors:
            kind, what = owner.split(" ", 1)
            beyond = factors[name].kind
            if beyond == "missing":
                problem = (
                    f"which is hardly ever missing in the source, so it can't be decided where `{name}` is missing"
                )
                advice = f"Ask for no missing values of `{name}`, or look at another factor."
            else:
                problem = f"whose {beyond} reaches where the source has no values, so it can't be decided there"
                advice = f"Cut the {beyond} with low and high, or give no share to those bins."
            raise InputError(f"{kind.capitalize()} `{what}`: it looks at `{name}`, {problem}. {advice}")


def invented_bins(study: Study, control: MarginalControl) -> np.ndarray:
    """The codes that a control asks for and no learning row of the source has; missing too, if the control `blanks`."""
    column = study.columns[control.factor]
    learned = study.memo.of(
        f"learning rows of {column.name}", column, lambda: np.bincount(column.codes, minlength=column.distinct + 1)
    )
    seen = np.bincount(control.code_of_value, weights=learned, minlength=len(control.requested))
    invented = (seen == 0) & (control.requested > 0)
    if control.blanks and control.missing_code is not None:
        invented[control.missing_code] = True
    return np.flatnonzero(invented)


def with_invented(
    study: Study, control: MarginalControl, row: int, bins: np.ndarray, conditions: Conditions, cells: Parts
) -> Parts:
    """Cells with those of a control's ungrounded bins added; `row` is the control's row of the codes.

    A cell is split between its own bin and the bins that borrow its rows, so that the total mass stays one. Raises
    InputError if there is nothing to borrow from, no value of the column's type is in an ungrounded bin, or a condition
    changes inside one.
    """
    codes, mass, group, invented = cells
    # A code keeps of its rows what is asked of it beside what is asked of all that borrow from it.
    asked = np.where(control.requested > 0, control.requested, UNASKED)
    lent = _lent(control, np.unique(codes[row]), bins, asked)
    asked = asked + lent.sum(axis=0)
    truths = _truths_inside(study, control, bins, conditions)
    parts = [cells]
    left = mass.copy()
    for place, one in enumerate(bins):
        chosen = np.flatnonzero(lent[place, codes[row]] > 0)
        share = mass[chosen] * (lent[place] / asked)[codes[row, chosen]]
        left[chosen] -= share
        borrowed, marked = codes[:, chosen].copy(), invented[:, chosen].copy()
        borrowed[row], marked[row] = one, True
        _decide_again(borrowed, conditions, {sql: truth[place] for sql, truth in truths.items()})
        parts.append((borrowed, share, group[chosen], marked))
    parts[0] = (codes, np.maximum(left, 0.0), group, invented)
    return (
        np.concatenate([part[0] for part in parts], axis=1),
        np.concatenate([part[1] for part in parts]),
        np.concatenate([part[2] for part in parts]),
        np.concatenate([part[3] for part in parts], axis=1),
    )


def _lent(control: MarginalControl, seen: np.ndarray, bins: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """(bins, L) the share of each ungrounded bin that the rows of each code are lent for: of the nearest bin, and of
    all for missing values, as they are `asked` for (L,). `seen` are the codes that have rows."""
    missing = control.missing_code
    present = np.setdiff1d(seen, [missing] if missing is not None else [])
    if not len(present):
        raise InputError(
            f"{control.name.capitalize()}: every value of this factor is missing in the source, so nothing is known of "
            f"{control.labels[bins[0]]}."
        )
    lent = np.zeros((len(bins), len(control.requested)))
    for place, one in enumerate(bins):
        lenders = present if one == missing else present[[int(np.abs(present - one).argmin())]]
        lent[place, lenders] = control.requested[one] * asked[lenders] / asked[lenders].sum()
    return lent


def _decide_again(codes: np.ndarray, conditions: Conditions, truths: Mapping[str, int]) -> None:
    """Set the truths of borrowed cells, given those of the conditions that their new bin decides."""
    rows = {feature.sql: conditions.first + i for i, feature in enumerate(conditions.features)}
    for sql, truth in truths.items():
        codes[rows[sql]] = truth
    for number, event in conditions.events:
        codes[number] = event.combine([codes[rows[feature.sql]] for feature in event.features])


def _truths_inside(
    study: Study, control: MarginalControl, bins: np.ndarray, conditions: Conditions
) -> dict[str, np.ndarray]:
    """For each condition on the control's factor, the truth inside each of the `bins`: 1, 0, or UNKNOWN.

    Raises InputError if a condition changes inside one.
    """
    column = study.columns[control.factor]
    thresholds = [t for _, event in conditions.events for t in event.predicate.thresholds.get(column.name, ())]
    tried = [_values_of(column, control, int(one), thresholds) for one in bins]
    ends = np.cumsum([len(values) for values in tried])[:-1]
    found = {}
    for _, event in conditions.events:
        for feature in event.features:
            if feature.columns == (control.factor,) and feature.sql not in found:
                codes = feature.of_table(pa.table({column.name: pa.concat_arrays(tried)}))
                parts = np.split(codes, ends)
                mixed = next((one for one, part in zip(bins, parts, strict=True) if len(np.unique(part)) > 1), None)
                if mixed is not None:
                    raise InputError(_mixed(column, control, int(mixed), event, feature))
                found[feature.sql] = np.array([part[0] for part in parts])
    return found


def _values_of(column: Column, control: MarginalControl, one: int, thresholds: Sequence[float]) -> pa.Array:
    """Values of an ungrounded bin: those that its rows can get, or some from end to end."""
    real = control.values_of(one)
    if len(real):
        return column.values.take(pa.array(real))
    if control.axis is None or one == control.missing_code:
        return pa.nulls(1, column.type)
    return probes(control.axis, one, column, thresholds)


def _mixed(column: Column, control: MarginalControl, one: int, event: EventControl, feature: Feature) -> str:
    axis = control.axis
    where = f"inside {control.labels[one]} of `{column.name}`"
    leaf = event.predicate.leaves[event.features.index(feature)]
    problem = f"{feature.owner}: `{leaf.sql}` changes {where}, where the source has no rows."
    if axis is None or not axis.numeric:
        return f"{problem} Name its levels in the target."
    inside = [t for t in event.predicate.thresholds.get(column.name, ()) if axis.lows[one] <= t <= axis.highs[one]]
    return f"{problem} Add an edge there: {inside[0]:g}." if inside else f"{problem} Add an edge where it changes."
