"""The promises of a design, each measured on a data set by DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path

import numpy as np

from trimtab.core.counting.codes import BEYOND, count_codes, count_joint, sum_values
from trimtab.core.counting.datasets import DataSet
from trimtab.core.delivery import promises
from trimtab.core.delivery.promises.opening import bin_code, computed_columns, open_rows
from trimtab.core.delivery.promises.promise import MEASURES, Found, Measure, Measuring, Promise, exactly
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.projection.reserved.reserved import FloorPlan
from trimtab.core.registering import import_files
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

import_files(promises.__name__, promises.__path__)


def receipt(
    data: Path | Source,
    study: Study,
    *,
    plans: Callable[[int], Sequence[FloorPlan]],
    rows: int | None = None,
) -> tuple[Promise, ...]:
    """Measure every promise of the study's design on a data set of n rows.

    What each promise says stands with the functions that measure it. *rows*: exactly `rows`, if that is given.
    *columns*: all that the design delivers or computes is there; *drop*: the dropped factor is not. What is computed
    (events, rules, levels, labels) is computed again from the data set's own columns; a promise whose columns it lacks
    is not kept. `plans` tells what the projection finds of the design's floors among n rows, which cells are
    impossible; of a floor that is not among them every cell counts.

    In a supplement, n are the rows of the source and the data set together for targets, keeps, missing shares, pairs,
    events and levels; all else speaks of the data set alone. Raises InputError for a data set that can't be read.
    """
    with ExitStack() as stack:
        opened = stack.enter_context(open_rows(data, study))
        supplement = study.design.mode == "supplement"
        source = stack.enter_context(open_rows(study.source, study, made=False)) if supplement else None
        asked = Measuring(study, opened, plans)
        measures = [measure for measures_of in MEASURES for measure in measures_of(asked)]
        total, found = _found(study, opened, measures)
        if source is not None:
            counted = [i for i, measure in enumerate(measures) if measure.with_source]
            there = _found(study, source, [measures[i] for i in counted])[1]
            for i, more in zip(counted, there, strict=True):
                found[i] = found[i].joined(more)
        told = [promise for measure, one in zip(measures, found, strict=True) for promise in measure.judge(one)]
        first = [] if rows is None else [exactly(ControlName("rows", ""), rows, total)]
        return (*first, *told, *_columns(study, opened))


def _found(study: Study, data: DataSet, measures: Sequence[Measure]) -> tuple[int, list[Found]]:
    """All rows, and what was found for each measure: codes in one pass, sums in another, combinations in a third."""
    total, counts = count_codes(data, [code for measure in measures for code in measure.codes])
    sums = sum_values(data, [value for measure in measures for value in measure.values])
    joint = _joint(study, data, [group for measure in measures for group in measure.groups])
    next_counts, next_sums = iter(counts), iter(sums)
    return total, [
        Found(
            total,
            tuple(islice(next_counts, len(one.codes))),
            tuple(islice(next_sums, len(one.values))),
            {group: joint[group] for group in one.groups},
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


def _columns(study: Study, data: DataSet) -> Iterator[Promise]:
    names = list(dict.fromkeys((*study.delivered, *computed_columns(study))))
    lacking = [name for name in names if name not in data.columns]
    wanted = f"{len(names)} columns"
    delivered = f"no column {', '.join(f'`{name}`' for name in lacking)}" if lacking else wanted
    yield Promise(ControlName("columns", ""), wanted, delivered, 0.0, not lacking, "text")
    for name in study.columns:
        if study.role(name) == "drop":
            there = name in data.columns
            said = "present" if there else "absent"
            yield Promise(ControlName("drop", name), "absent", said, 0.0, not there, "text")
