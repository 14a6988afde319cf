"""Controls of one factor's marginal: a target, a keep, a hold, a missing share."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.factors import Factor
from trimtab.core.design.validation import held_codes
from trimtab.core.maths.rounding import running_rows
from trimtab.core.projection.controls.control import Control, Rows, controls_at
from trimtab.core.projection.features.target_axis import met_on, target_of
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import Column
from trimtab.core.study.study import Study

THIN = 10.0
"""If a factor is to be missing so many times as often as it really is, other rows lose their value: the few that really
lack it would be met over and over."""


@dataclass(frozen=True, eq=False)
class MarginalControl(Control):
    """A control of one factor's marginal.

    `code_of_value` (K+1,) gives each source value (last: missing) its code. `bins` are the axis whose bins are the
    first codes, if they are bins; missing follows them. `thin`: far more rows are to be missing than are; `blanks`: so
    rows with a value lend themselves to missing ones too. `parts`: several codes are one bin that is shown.
    """

    of: str
    code_of_value: np.ndarray
    bins: Axis | None = None
    thin: bool = False
    blanks: bool = False
    parts: bool = False

    @property
    def name(self) -> ControlName:
        return ControlName(self.kind, self.of)

    @property
    def factor(self) -> str:
        return self.of

    @property
    def axis(self) -> Axis | None:
        return self.bins

    @property
    def plain(self) -> Mapping[str, np.ndarray]:
        return {self.of: self.code_of_value}

    @property
    def decided(self) -> Mapping[str, np.ndarray]:
        return self.plain

    def beside(self, others: Sequence[Control]) -> MarginalControl:
        # What a level, a pair or a condition over several factors is for a row without the value can't be told.
        if not self.thin or any(self.of in other.together for other in others):
            return self
        return replace(self, blanks=True)

    def codes(self, rows: Rows) -> np.ndarray:
        return rows.marginal(self.of, self.code_of_value, self.bins)

    @property
    def missing_code(self) -> int | None:
        return len(self.requested) - 1

    def values_of(self, code: int) -> np.ndarray:
        return np.flatnonzero(self.code_of_value[:-1] == code)

    def geometry(self, study: Study) -> Hashable:
        invented = self.invented(study)
        asked = (self.requested.tobytes(), self.bins, tuple(invented.tolist())) if len(invented) else ()
        return (self.name, self.code_of_value.tobytes(), len(self.requested), asked)

    def real_counts(self, study: Study) -> np.ndarray | None:
        counts = study.columns[self.of].counts
        return np.bincount(self.code_of_value, weights=counts, minlength=len(self.requested)).astype(np.int64)

    def invented(self, study: Study) -> np.ndarray:
        """The codes that it asks for and that no learning row has; missing too, if it `blanks`."""
        column = study.columns[self.of]
        learned = study.memo.of(
            "learning rows of values", column, lambda: np.bincount(column.codes, minlength=column.distinct + 1)
        )
        seen = np.bincount(self.code_of_value, weights=learned, minlength=len(self.requested))
        found = (seen == 0) & (self.requested > 0)
        if self.blanks and self.missing_code is not None:
            found[self.missing_code] = True
        return np.flatnonzero(found)


class TargetControl(MarginalControl):
    """Role target: the codes are the bins that the target is met on, then missing."""

    kind = "target"
    eased = True

    def whole(self, total: int) -> np.ndarray:
        return running_rows(self.requested, total) if self.parts else super().whole(total)


class KeepControl(MarginalControl):
    """Role keep: the codes are the display bins, then missing."""

    kind = "keep"
    eased = True


class HoldControl(MarginalControl):
    """Role hold: 0 is held and 1 is not, and 2 is missing if the design sets that share."""

    kind = "hold"
    generated_only = True
    asked = 0

    @property
    def strict(self) -> bool:
        return True

    @property
    def of_every_row(self) -> bool:
        return True

    @property
    def missing_code(self) -> int | None:
        # Without a share of its own, missing is one of the values that are not held.
        return None if len(self.requested) == 2 else 2


class MissingControl(MarginalControl):
    """A missing share alone: 0 is present and 1 missing."""

    kind = "missing"


@controls_at(30)
def marginals_of(study: Study) -> tuple[MarginalControl, ...]:
    """The marginal controls of a study's design, in the order of the source's columns."""
    found = []
    for name, column in study.columns.items():
        asked = study.design.factors.get(name)
        if asked is not None and (asked.role in ("target", "keep", "hold") or asked.missing is not None):
            key = (asked.model_dump_json(), study.axes[name], column, study.declared)
            control = study.memo.of("control of a marginal", key, partial(_marginal, study, name, asked))
            thin = asked.missing is not None and asked.missing > THIN * column.missing_share > 0
            found.append(replace(control, thin=True) if thin else control)
    return tuple(found)


def _marginal(study: Study, name: str, asked: Factor) -> MarginalControl:
    column = study.columns[name]
    missing = column.missing_share if asked.missing is None else asked.missing
    if asked.role == "hold":
        return _hold(column, asked)
    if asked.role == "target":
        target = target_of(study, name)
        axis = met_on(study.axes[name], column, target)
        shares = target.masses(axis, axis.histogram(column)[:-1])
        requested = np.append(shares * (1 - missing), missing)
        bins = axis.bins_of(column)
        return TargetControl(requested, _labels(axis), name, bins, axis, parts=axis.numeric and not target.drawn)
    if asked.role == "keep":
        axis = study.axes[name]
        real = axis.histogram(column)
        present = real[:-1] / max(1, real[:-1].sum())
        requested = np.append(present * (1 - missing), missing)
        return KeepControl(requested, _labels(axis), name, axis.bins_of(column), axis)
    code = np.append(np.zeros(column.distinct, dtype=np.int64), 1)
    return MissingControl(np.array([1 - missing, missing]), ("present", "missing"), name, code)


def _labels(axis: Axis) -> tuple[str, ...]:
    return (*axis.labels, "missing")


def _hold(column: Column, asked: Factor) -> HoldControl:
    code = np.ones(column.distinct + 1, dtype=np.int64)
    code[list(held_codes(column.name, asked, column))] = 0
    if asked.missing is None:
        return HoldControl(np.array([1.0, 0.0]), ("held", "other"), column.name, code)
    code[-1] = 2
    shares = np.array([1.0 - asked.missing, 0.0, asked.missing])
    return HoldControl(shares, ("held", "other", "missing"), column.name, code)
