"""What a target asks of each bin that is shown."""

from __future__ import annotations

import numpy as np

from trimtab.core.declared.marginals import within_table
from trimtab.core.design.validation import target_axis
from trimtab.core.source.axes import Axis
from trimtab.core.study.study import Study


def asked_shares(study: Study, name: str) -> list[float] | None:
    """(size,) what a target asks of each display bin; None if the factor is no target."""
    target = study.design.factor(name).target
    if target is None or name not in study.columns:
        return None
    display, column = study.axes[name], study.columns[name]
    fitting = within_table(target, column) if study.declared else target

    def make() -> list[float]:
        # Not on the bins that it is met on: those have edges of their own, and would leave a comb on the display axis.
        axis = target_axis(fitting, display, column)
        wanted = fitting.fitted(column, display).masses(axis, axis.histogram(column)[:-1])
        return [float(x) for x in np.bincount(_display_bins(axis, display), weights=wanted, minlength=display.size)]

    return study.memo.of("asked shares", (fitting.model_dump_json(), display, column), make)


def _display_bins(fine: Axis, display: Axis) -> np.ndarray:
    """The display bin of each bin of the axis that a target is met on; beyond the display, the outermost one."""
    if fine.numeric:
        middle = (fine.lows + fine.highs) / 2
        return display.bin_of_numbers(np.clip(middle, display.edges[0], display.edges[-1]))
    bins = display.bin_of_levels(list(fine.levels))
    return np.append(bins, display.size - 1) if fine.rest else bins
