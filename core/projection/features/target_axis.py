"""The bins that a target is met on, and the target fitted to its column."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trimtab.core.declared.marginals import within_table
from trimtab.core.design.targets import Target
from trimtab.core.design.validation import target_axis
from trimtab.core.source.axes import Axis, level_texts
from trimtab.core.source.columns import Column, groups_of
from trimtab.core.study.study import Study

FINE_BINS = 32
FINE_TAILS = 4
"""A parametric target is met on bins of about equal mass, finer in the tails, so that its shape holds everywhere. More
bins would force what a few real rows can't give."""


def target_of(study: Study, name: str) -> Target:
    """The target of a factor, fitted to its column, and in a cold start cut to the table that was made of it."""
    target, column = study.design.factors[name].target, study.columns[name]
    assert target is not None  # the design's own validation
    return (within_table(target, column) if study.declared else target).fitted(column, study.axes[name])


def met_on(display: Axis, column: Column, target: Target) -> Axis:
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
        shown = np.array(display.edges[:-1])
        # What is shown is met. A bin shown is cut where it holds more than one of about equal mass.
        inside = np.searchsorted(shown, starts, side="right")
        below = shown[np.maximum(inside - 1, 0)]
        first = np.searchsorted(column.numbers, below) == np.searchsorted(column.numbers, starts)
        # Between the edge of a bin and the first value in it no real row lies: no part of its own.
        starts = starts[(np.bincount(inside)[inside] > 1) & ~first]
        inner = np.unique(np.concatenate([starts, ends, shown]))
        inner = inner[(inner > display.edges[0]) & (inner < display.edges[-1])]
        fine = replace(display, edges=(display.edges[0], *inner.tolist(), display.edges[-1]))
    return target_axis(target, fine, column)
