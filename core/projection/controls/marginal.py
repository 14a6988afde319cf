"""The controls of a design as numbers: for each, a code per value and the share every code must have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trimtab.core.declared.marginals import within_table
from trimtab.core.design.factors import Factor
from trimtab.core.design.targets import Target
from trimtab.core.design.validation import event_predicate, held_codes, rule_predicates, target_axis
from trimtab.core.errors import InputError
from trimtab.core.expressions import Predicate
from trimtab.core.projection.controls.features import UNKNOWN, Feature, truth, truth_feature
from trimtab.core.source.axes import Axis, level_texts
from trimtab.core.source.columns import Column, groups_of
from trimtab.core.study.study import Study

THIN = 10.0
"""If a factor is to be missing so many times as often as it really is, other rows lose their value: the few that really
lack it would be met over and over."""

FINE_BINS = 32
FINE_TAILS = 4
"""A parametric target is met on bins of about equal mass, finer in the tails, so that its shape holds everywhere. More
bins would force what a few real rows can't give."""


@dataclass(frozen=True, eq=False)
class Control:
    """Something every row has one code of, and the share that each code must have.

    `requested` (L,) sums to 1; `labels` (L,) name the codes in messages.
    """

    requested: np.ndarray
    labels: tuple[str, ...]

    @property
    def name(self) -> str:
        """How messages call this control."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class MarginalControl(Control):
    """A control of one factor's marginal.

    `code_of_value` (K+1,) gives each source value (last: missing) its code. For targets and keeps the codes are the
    bins of `axis`, then missing; for holds 0 is held and 1 is not, and 2 is missing if the design sets that share; for
    a missing share alone 0 is present and 1 missing. `blanks`: rows with a value lend themselves to missing ones too.
    """

    kind: Literal["target", "keep", "hold", "missing"]
    factor: str
    code_of_value: np.ndarray
    axis: Axis | None = None
    blanks: bool = False

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
class LevelControl(Control):
    """A level mix: a code for each level, from the lowest score up, and one for rows without a score."""

    level: str
    feature: Feature

    @property
    def name(self) -> str:
        """How messages call this control."""
        return f"level {self.level}"


@dataclass(frozen=True, eq=False)
class EventControl:
    """A condition and the share of rows in which it must be true: of an event, or all of them for a rule.

    `features` are its conditions' truths, one for each of the predicate's leaves.
    """

    name: str
    predicate: Predicate
    rate: float
    features: tuple[Feature, ...]
    kind: Literal["event", "rule"] = "event"

    @property
    def control(self) -> str:
        """How messages call this control."""
        return f"{self.kind} {self.name}"

    def combine(self, codes: Sequence[np.ndarray]) -> np.ndarray:
        """Where the condition is true, given the codes of its features; NULL counts as false."""
        return self.predicate.combine([np.where(code == UNKNOWN, np.nan, code) for code in codes])


def controls_of(study: Study) -> tuple[MarginalControl, ...]:
    """The marginal controls of a study's design, in the order of the source's columns."""
    found = []
    for name, column in study.columns.items():
        asked = study.design.factors.get(name)
        if asked is not None and (asked.role in ("target", "keep", "hold") or asked.missing is not None):
            key = (asked, study.axes[name], id(column))
            control = study.memo.of(f"control of {name}", key, partial(_marginal, study, name, asked))
            thin = asked.missing is not None and asked.missing > THIN * column.missing_share > 0
            found.append(replace(control, blanks=True) if thin and name not in _seen_together(study) else control)
    return tuple(found)


def _seen_together(study: Study) -> set[str]:
    """The factors that levels, pairs or conditions over several of them look at: what those are for a row without the
    value can't be told beforehand."""
    names = {name for pair in study.design.pairs for name in pair.factors} | set(study.design.levels)
    found = {name for name in names if name not in study.definitions}
    found |= {column for name in names - found for column in study.definitions[name].scalar.columns}
    for one in (*events_of(study), *rules_of(study)):
        found |= {column for feature in one.features if not feature.single for column in feature.columns}
    return found


def events_of(study: Study) -> tuple[EventControl, ...]:
    """The events of a study's design, in its order. Raises InputError for a condition that is not understood."""
    total = whole_size(study, study.design.rows)
    found = []
    for name, event in study.design.events.items():
        rate = event.rate if event.rate is not None else (event.rows or 0) / total
        found.append(_event(event_predicate(study.design, name, study.columns), "event", name, float(rate)))
    return tuple(found)


def rules_of(study: Study) -> tuple[EventControl, ...]:
    """The rules of a study's design, as conditions that are true in all rows."""
    predicates = rule_predicates(study.design, study.columns)
    return tuple(_event(one, "rule", one.text, 1.0) for one in predicates)


def levels_of(study: Study) -> tuple[LevelControl, ...]:
    """The level mixes of a study's design."""
    found = []
    for name, mix in study.design.levels.items():
        definition = study.definitions[name]
        levels = pa.array(list(mix.shares), pa.string())
        feature = Feature(
            f"Level mix `{name}`",
            f"level {name}",
            definition.scalar.sql,
            definition.scalar.columns,
            partial(_level_codes, levels),
            tuple(mix.shares),
        )
        shares = np.array([*mix.shares.values(), 0.0])
        found.append(LevelControl(shares / shares.sum(), (*mix.shares, "no score"), name, feature))
    return tuple(found)


def chances_of(study: Study) -> tuple[Feature, ...]:
    """For each label with a probability, whether that lies between 0 and 1.

    Raises InputError if it does not in some real row, or if a label with noise has no second value.
    """
    found = []
    for name, definition in study.definitions.items():
        label = study.design.labels.get(name)
        if definition.role == "probability":
            numbers = study.known(name).numbers
            wrong = numbers[(numbers < 0) | (numbers > 1)]
            if len(wrong):
                raise InputError(
                    f"Label `{name}`: its probability must be between 0 and 1, but is {wrong[0]:g} in some real rows. "
                    f"Cut it: least(1, greatest(0, {definition.scalar.text}))."
                )
            sql = f"CAST(({definition.scalar.sql}) BETWEEN 0 AND 1 AS DOUBLE)"
            found.append(Feature(f"Label `{name}`", f"chance {name}", sql, definition.scalar.columns, truth, "truth"))
        elif label is not None and label.noise and study.known(name).distinct < 2:
            raise InputError(f"Label `{name}`: noise needs a second label, and its rule gives only one.")
    return tuple(found)


def whole_size(study: Study, rows: int) -> int:
    """How many rows the shares of a design are of: `rows`, or in a supplement those of the source too."""
    return rows + (study.source.rows if study.design.mode == "supplement" else 0)


def _event(predicate: Predicate, kind: Literal["event", "rule"], name: str, rate: float) -> EventControl:
    owner = f"{kind.capitalize()} `{name}`"
    features = tuple(truth_feature(leaf, owner, place) for place, leaf in enumerate(predicate.leaves))
    return EventControl(name, predicate, rate, features, kind)


def _level_codes(levels: pa.Array, values: pa.Array) -> np.ndarray:
    """(n,) the position of each level; one more for none."""
    return np.asarray(
        pc.index_in(values.cast(pa.string()), levels).fill_null(len(levels)).to_numpy(zero_copy_only=False)
    )


def target_of(study: Study, name: str) -> Target:
    """The target of a factor, fitted to its column, and in a cold start cut to the table that was made of it."""
    target, column = study.design.factors[name].target, study.columns[name]
    assert target is not None  # the design's own validation
    return (within_table(target, column) if study.declared else target).fitted(column, study.axes[name])


def _marginal(study: Study, name: str, asked: Factor) -> MarginalControl:
    column = study.columns[name]
    missing = column.missing_share if asked.missing is None else asked.missing
    if asked.role == "hold":
        return _hold(column, asked)
    if asked.role == "target":
        target = target_of(study, name)
        axis = _target_axis(study.axes[name], column, target)
        shares = target.masses(axis, axis.histogram(column)[:-1])
        requested = np.append(shares * (1 - missing), missing)
        return MarginalControl(requested, _labels(axis), "target", name, axis.bins_of(column), axis)
    if asked.role == "keep":
        axis = study.axes[name]
        real = axis.histogram(column)
        present = real[:-1] / max(1, real[:-1].sum())
        requested = np.append(present * (1 - missing), missing)
        return MarginalControl(requested, _labels(axis), "keep", name, axis.bins_of(column), axis)
    code = np.append(np.zeros(column.distinct, dtype=np.int64), 1)
    return MarginalControl(np.array([1 - missing, missing]), ("present", "missing"), "missing", name, code)


def _labels(axis: Axis) -> tuple[str, ...]:
    return (*axis.labels, "missing")


def _hold(column: Column, asked: Factor) -> MarginalControl:
    code = np.ones(column.distinct + 1, dtype=np.int64)
    code[list(held_codes(column.name, asked, column))] = 0
    if asked.missing is None:
        return MarginalControl(np.array([1.0, 0.0]), ("held", "other"), "hold", column.name, code)
    code[-1] = 2
    shares = np.array([1.0 - asked.missing, 0.0, asked.missing])
    return MarginalControl(shares, ("held", "other", "missing"), "hold", column.name, code)


def _target_axis(display: Axis, column: Column, target: Target) -> Axis:
    """The axis a target is met on: the display axis, finer for a parametric family, reaching as far as the target
    does."""
    fine = display
    if target.drawn and not display.numeric:
        # Levels that nobody named are one bin, however many are shown: their mix moves along instead of being forced.
        named = tuple(level for level in target.levels_needed() if level in set(level_texts(column.values).to_pylist()))
        fine = replace(display, levels=named, rest=column.distinct > len(named), hidden=column.distinct - len(named))
    elif display.numeric and not display.points and not target.drawn:
        groups = groups_of(column, FINE_BINS, tails=FINE_TAILS)[:-1]
        starts = column.numbers[np.flatnonzero(np.diff(groups, prepend=-1))]
        # Where the source ends, its values end: what the family puts beyond must not be heaped on the last of them.
        highest = column.numbers[-1]
        ends = [column.numbers[0], highest + 1 if column.kind == "count" else np.nextafter(highest, np.inf)]
        inner = np.unique(np.concatenate([starts, ends]))
        inner = inner[(inner > display.edges[0]) & (inner < display.edges[-1])]
        fine = replace(display, edges=(display.edges[0], *inner.tolist(), display.edges[-1]))
    return target_axis(target, fine, column)
