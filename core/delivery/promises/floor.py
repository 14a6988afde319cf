"""Promises of floors: no cell of several factors has fewer rows than asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from itertools import combinations

import numpy as np

from trimtab.core.delivery.measuring.opening import lacking_for
from trimtab.core.delivery.measuring.promise import (
    Found,
    Measure,
    Measuring,
    Promise,
    promises_at,
    unmeasured,
    within,
)
from trimtab.core.design.controls.floor import Floor
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.projection.controls.kinds import controls_of
from trimtab.core.projection.reserved.reserved import FloorPlan
from trimtab.core.source.axes import level_texts
from trimtab.core.study.study import Study


@promises_at(80)
def floor_measures(asked: Measuring) -> Iterator[Measure]:
    """*floor*, see `floor_promise`."""
    for floor in asked.study.design.floors:
        yield _floor(asked, floor)


def _floor(asked: Measuring, floor: Floor) -> Measure:
    name = ControlName("floor", floor.name)
    lacks = next(filter(None, (lacking_for(asked.study, asked.data.types, one) for one in floor.factors)), None)

    def judge(found: Found) -> Iterable[Promise]:
        if lacks:
            yield unmeasured(name, 0.0, lacks, "cells")
        else:
            plan = next((plan for plan in asked.plans(found.rows) if plan.name == name), None)
            yield floor_promise(asked.study, floor, found.joint, plan)

    return Measure(judge, groups=() if lacks else tuple(floor_groups(floor)))


def floor_groups(floor: Floor) -> list[tuple[str, ...]]:
    """The combinations of a floor's factors."""
    return list(combinations(floor.factors, floor.strength))


def floor_promise(
    study: Study, floor: Floor, counts: Mapping[tuple[str, ...], np.ndarray], plan: FloorPlan | None
) -> Promise:
    """*floor*: no cell has fewer rows than asked, of the product of the factors' bins without missing.

    `counts` has the rows of every combination of codes for each of `floor_groups`. Bins in which the source has no
    value that the factor's own control leaves don't count, nor do the cells that `plan` knows to be impossible.
    """
    needed = plan.needed if plan else [_open_bins(study, name) for name in floor.factors]
    bins = dict(zip(floor.factors, needed, strict=True))
    below = 0
    for group in floor_groups(floor):
        inside = tuple(slice(0, len(bins[name])) for name in group)
        lacks = (counts[group][inside] < floor.at_least) & reduce(np.logical_and.outer, [bins[name] for name in group])
        for names, levels in plan.impossible if plan else ():
            if names == group:
                lacks[levels] = False
        below += int(np.count_nonzero(lacks))
    return within(ControlName("floor", floor.name), 0, below, 0.0, "cells")


def _open_bins(study: Study, name: str) -> np.ndarray:
    """(size,) the display bins with some value of the source that the factor's own control leaves."""
    axis, column = study.axes[name], study.known(name)
    left = np.ones(column.distinct, dtype=bool)
    if name in study.design.levels:
        shares = study.design.levels[name].shares
        left = np.array([shares[level] > 0 for level in level_texts(column.values).to_pylist()], dtype=bool)
    for control in controls_of(study):
        if name in control.decided:
            left &= control.requested[control.decided[name][:-1]] > 0
    return np.isin(np.arange(axis.size), axis.bins_of(column)[:-1][left])
