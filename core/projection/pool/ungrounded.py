"""Bins that a design asks for and no learning row shows, and far more missing values than there are: where their rows
are borrowed from.

The other factors of such a row come from the nearest bin that the source has; the value itself is made when the row is
drawn (`core/sampling/invented_values.py`). A bin of a source too large to be learned whole may have values all the
same: then it is one of those.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trimtab.core.errors import InputError
from trimtab.core.projection.controls.control import Control
from trimtab.core.projection.features.feature import Feature
from trimtab.core.projection.pool.inside import probes
from trimtab.core.source.columns import Column
from trimtab.core.study.study import Study
from trimtab.core.words.plain import capital

Parts = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
"""(codes, mass, group, invented) of some cells."""

UNASKED = 1e-3
"""A code that is asked for nothing lends nearly all its rows; the few it keeps show that there are some."""


@dataclass(frozen=True)
class Touched:
    """The controls that use a factor with ungrounded bins and are decided anew there, and their features, whose codes
    are rows from `first` on."""

    controls: tuple[tuple[int, Control], ...]
    features: tuple[Feature, ...]
    first: int

    @staticmethod
    def of(study: Study, controls: Sequence[Control], *, first: int) -> Touched:
        """Those of a study that its ungrounded bins touch. Raises InputError as `check_decided` does."""
        beyond = check_decided(study, controls)
        touched = [(i, one) for i, one in enumerate(controls) if one.retold and beyond.keys() & set(one.columns)]
        features = {feature.sql: feature for _, control in touched for feature in control.features}
        return Touched(tuple(touched), tuple(features.values()), first)


def check_decided(study: Study, controls: Sequence[Control]) -> dict[str, Control]:
    """The controls that have ungrounded bins, by factor. Raises InputError for a condition that looks at several
    factors together, or a level or a pair, at such a factor: what they are there can't be told bin by bin."""
    beyond = {control.factor: control for control in controls if control.factor and len(control.invented(study))}
    for control in controls:
        _refuse(control, control.together, beyond)
    return beyond


def _refuse(owner: Control, columns: Sequence[str], beyond: Mapping[str, Control]) -> None:
    for name in columns:
        if name in beyond:
            kind = beyond[name].kind
            if kind == "missing":
                problem = (
                    f"which is hardly ever missing in the source, so it can't be decided where `{name}` is missing"
                )
                advice = f"Ask for no missing values of `{name}`, or look at another factor."
            else:
                problem = f"whose {kind} reaches where the source has no values, so it can't be decided there"
                advice = f"Cut the {kind} with low and high, or give no share to those bins."
            raise InputError(f"{capital(owner.name.called)}: it looks at `{name}`, {problem}. {advice}")


def with_invented(study: Study, control: Control, row: int, bins: np.ndarray, touched: Touched, cells: Parts) -> Parts:
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
    truths = _truths_inside(study, control, bins, touched)
    parts = [cells]
    left = mass.copy()
    for place, one in enumerate(bins):
        chosen = np.flatnonzero(lent[place, codes[row]] > 0)
        share = mass[chosen] * (lent[place] / asked)[codes[row, chosen]]
        left[chosen] -= share
        borrowed, marked = codes[:, chosen].copy(), invented[:, chosen].copy()
        borrowed[row], marked[row] = one, True
        _decide_again(borrowed, touched, {sql: truth[place] for sql, truth in truths.items()})
        parts.append((borrowed, share, group[chosen], marked))
    parts[0] = (codes, np.maximum(left, 0.0), group, invented)
    return (
        np.concatenate([part[0] for part in parts], axis=1),
        np.concatenate([part[1] for part in parts]),
        np.concatenate([part[2] for part in parts]),
        np.concatenate([part[3] for part in parts], axis=1),
    )


def _lent(control: Control, seen: np.ndarray, bins: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """(bins, L) the share of each ungrounded bin that the rows of each code are lent for: of the nearest bin, and of
    all for missing values, as they are `asked` for (L,). `seen` are the codes that have rows."""
    missing = control.missing_code
    present = np.setdiff1d(seen, [missing] if missing is not None else [])
    if not len(present):
        raise InputError(
            f"{capital(str(control.name))}: every value of this factor is missing in the source, so nothing is known "
            f"of {control.labels[bins[0]]}."
        )
    lent = np.zeros((len(bins), len(control.requested)))
    for place, one in enumerate(bins):
        lenders = present if one == missing else present[[int(np.abs(present - one).argmin())]]
        lent[place, lenders] = control.requested[one] * asked[lenders] / asked[lenders].sum()
    return lent


def _decide_again(codes: np.ndarray, touched: Touched, truths: Mapping[str, int]) -> None:
    """Set the codes of borrowed cells, given those of the features that their new bin decides."""
    rows = {feature.sql: touched.first + i for i, feature in enumerate(touched.features)}
    for sql, truth in truths.items():
        codes[rows[sql]] = truth
    for number, control in touched.controls:
        codes[number] = control.from_features([codes[rows[feature.sql]] for feature in control.features])


def _truths_inside(study: Study, control: Control, bins: np.ndarray, touched: Touched) -> dict[str, np.ndarray]:
    """For each condition on the control's factor, the truth inside each of the `bins`: 1, 0, or UNKNOWN.

    Raises InputError if a condition changes inside one.
    """
    column = study.columns[str(control.factor)]
    thresholds = [t for _, one in touched.controls for t in one.thresholds(column.name)]
    tried = [_values_of(column, control, int(one), thresholds) for one in bins]
    ends = np.cumsum([len(values) for values in tried])[:-1]
    found = {}
    for _, one in touched.controls:
        for feature in one.features:
            if feature.columns == (control.factor,) and feature.sql not in found:
                codes = feature.of_table(pa.table({column.name: pa.concat_arrays(tried)}))
                parts = np.split(codes, ends)
                mixed = next((b for b, part in zip(bins, parts, strict=True) if len(np.unique(part)) > 1), None)
                if mixed is not None:
                    raise InputError(_mixed(column, control, int(mixed), one, feature))
                found[feature.sql] = np.array([part[0] for part in parts])
    return found


def _values_of(column: Column, control: Control, one: int, thresholds: Sequence[float]) -> pa.Array:
    """Values of an ungrounded bin: those that its rows can get, or some from end to end."""
    real = control.values_of(one)
    if len(real):
        return column.values.take(pa.array(real))
    if control.axis is None or one == control.missing_code:
        return pa.nulls(1, column.type)
    return probes(control.axis, one, column, thresholds)


def _mixed(column: Column, control: Control, one: int, changing: Control, feature: Feature) -> str:
    axis = control.axis
    where = f"inside {control.labels[one]} of `{column.name}`"
    problem = f"{feature.owner}: `{feature.text}` changes {where}, where the source has no rows."
    if axis is None or not axis.numeric:
        return f"{problem} Name its levels in the target."
    inside = [t for t in changing.thresholds(column.name) if axis.lows[one] <= t <= axis.highs[one]]
    return f"{problem} Add an edge there: {inside[0]:g}." if inside else f"{problem} Add an edge where it changes."
