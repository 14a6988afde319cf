"""The promises of a design, each measured on a data set by DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np

from trimtab.core.counting.codes import BEYOND, count_joint, count_values
from trimtab.core.counting.datasets import DataSet
from trimtab.core.delivery import promises, row_promises
from trimtab.core.delivery.measuring.opening import bin_code, open_rows
from trimtab.core.delivery.measuring.promise import MEASURES, Found, Measure, Measuring, Promise, exactly
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.formats import Stored
from trimtab.core.projection.reserved.reserved import FloorPlan
from trimtab.core.projection.weighing import Weighing, weighing_of
from trimtab.core.registering import import_files
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

for room in (promises, row_promises):
    import_files(room.__name__, room.__path__)


def receipt(
    data: Path | Source | Stored,
    study: Study,
    *,
    plans: Callable[[int], Sequence[FloorPlan]],
    weighing: Callable[[int], Weighing | None] | None = None,
    rows: int | None = None,
) -> tuple[Promise, ...]:
    """Measure every promise of the study's design on a data set of n rows.

    What each promise says stands with the functions that measure it. *rows*: exactly `rows`, if that is given. What is
    computed (events, rules, levels, labels) is computed again from the data set's own columns; a promise whose columns
    it lacks is not kept. `plans` tells what the projection finds of the design's floors among n rows, which cells are
    impossible; of a floor that is not among them every cell counts. `weighing` tells what n rows weigh; without it the
    projection is asked.

    In a supplement, n are the rows of the source and the data set together for targets, keeps, missing shares, pairs,
    events and levels; all else speaks of the data set alone. Raises InputError for a data set that can't be read.
    """
    with ExitStack() as stack:
        opened = stack.enter_context(open_rows(data, study))
        supplement = study.design.mode == "supplement"
        source = stack.enter_context(open_rows(study.source, study, made=False)) if supplement else None
        asked = Measuring(study, opened, plans, weighing or partial(weighing_of, study), rows)
        measures = [measure for measures_of in MEASURES for measure in measures_of(asked)]
        total, found = _found(study, opened, measures)
        if source is not None:
            counted = [i for i, measure in enumerate(measures) if measure.with_source]
            there = _found(study, source, [measures[i] for i in counted])[1]
            for i, more in zip(counted, there, strict=True):
                found[i] = found[i].joined(more)
        told = [promise for measure, one in zip(measures, found, strict=True) for promise in measure.judge(one)]
        first = [] if rows is None else [exactly(ControlName("rows", ""), rows, total)]
        return (*first, *told)


def _found(study: Study, data: DataSet, measures: Sequence[Measure]) -> tuple[int, list[Found]]:
    """All rows, and what was found for each measure: codes in one pass, combinations in another."""
    columns = list(dict.fromkeys(name for measure in measures for name in measure.filled))
    total, counts, filled = count_values(data, [code for measure in measures for code in measure.codes], columns)
    joint = _joint(study, data, [group for measure in measures for group in measure.groups])
    next_counts = iter(counts)
    return total, [
        Found(
            total,
            tuple(islice(next_counts, len(one.codes))),
            {group: joint[group] for group in one.groups},
            {name: filled[name] for name in one.filled},
        )
        for one in measures
    ]


def _joint(study: Study, data: DataSet, groups: Sequence[tuple[str, ...]]) -> dict[tuple[str, ...], np.ndarray]:
    """Rows of every combination of the codes of each group of factors."""
    names = list(dict.fromkeys(name for group in groups for name in group))
    places = [[names.index(name) for name in group] for group in groups]
    sizes = [study.axes[name].size + BEYOND for name in names]
    found = count_joint(data, [bin_code(study, name) for name in names], sizes, places)
    return dict(zip(groups, found, strict=True))
