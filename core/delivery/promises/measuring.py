"""The promises of a design, each measured on a data set by DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import islice, zip_longest
from pathlib import Path

import numpy as np

from trimtab.core.counting.codes import BEYOND, count_codes, count_joint, sum_values
from trimtab.core.counting.datasets import DataSet
from trimtab.core.delivery.promises.groups import floor_groups, floor_promise, sweep_promise
from trimtab.core.delivery.promises.label import label_measures
from trimtab.core.delivery.promises.opening import bin_code, computed_columns, lacking_for, open_rows
from trimtab.core.delivery.promises.pair import pair_promise
from trimtab.core.delivery.promises.promise import Found, Measure, Promise, exactly, marginal_tolerance, unmeasured
from trimtab.core.delivery.promises.relation import relation_promises
from trimtab.core.delivery.promises.rows import (
    derived_measures,
    event_measures,
    level_measures,
    marginal_measures,
    rule_measures,
)
from trimtab.core.errors import ConflictError
from trimtab.core.projection.projection import project
from trimtab.core.projection.reserved.floors import FloorPlan
from trimtab.core.source.spool import Source
from trimtab.core.study.study import Study

__all__ = ["Promise", "marginal_tolerance", "receipt"]


def receipt(
    data: Path | Source,
    study: Study,
    *,
    rows: int | None = None,
    floors: Sequence[FloorPlan] | None = None,
) -> tuple[Promise, ...]:
    """Measure every promise of the study's design on a data set of n rows.

    What each promise says stands with the functions that measure it. *rows*: exactly `rows`, if that is given.
    *columns*: all that the design delivers or computes is there; *drop*: the dropped factor is not. What is computed
    (events, rules, levels, labels) is computed again from the data set's own columns; a promise whose columns it lacks
    is not kept. `floors` is what the projection found of the design's floors, which cells are impossible; it is asked
    if that is not given, and if the design is in conflict every cell counts.

    In a supplement, n are the rows of the source and the data set together for targets, keeps, missing shares, pairs,
    events and levels; all else speaks of the data set alone. Raises InputError for a data set that can't be read.
    """
    with ExitStack() as stack:
        opened = stack.enter_context(open_rows(data, study))
        supplement = study.design.mode == "supplement"
        source = stack.enter_context(open_rows(study.source, study, made=False)) if supplement else None
        total, promises = _measured(study, opened, source)
        if rows is not None:
            promises.insert(0, exactly("rows", rows, total))
        promises += _combinations(study, opened, source, _plans(study) if floors is None else floors)
        promises += [sweep_promise(study, sweep, opened) for sweep in study.design.sweeps]
        promises += relation_promises(study, opened)
        return (*promises, *_columns(study, opened))


def _measured(study: Study, data: DataSet, source: DataSet | None) -> tuple[int, list[Promise]]:
    """The data set's rows, and the promises that are kept row by row."""
    kinds = (event_measures, marginal_measures, level_measures, rule_measures, derived_measures, label_measures)
    measures = [measure for measures_of in kinds for measure in measures_of(study, data)]
    total, found = _found(data, measures)
    if source is not None:
        counted = [i for i, measure in enumerate(measures) if measure.with_source]
        for i, there in zip(counted, _found(source, [measures[i] for i in counted])[1], strict=True):
            found[i] = found[i].joined(there)
    return total, [promise for measure, one in zip(measures, found, strict=True) for promise in measure.judge(one)]


def _found(data: DataSet, measures: Sequence[Measure]) -> tuple[int, list[Found]]:
    """All rows, and what was found for each measure: in one pass, and one more if there is something to add up."""
    total, counts = count_codes(data, [code for measure in measures for code in measure.codes])
    sums = sum_values(data, [value for measure in measures for value in measure.values])
    next_counts, next_sums = iter(counts), iter(sums)
    return total, [
        Found(total, tuple(islice(next_counts, len(one.codes))), tuple(islice(next_sums, len(one.values))))
        for one in measures
    ]


def _combinations(study: Study, data: DataSet, source: DataSet | None, plans: Sequence[FloorPlan]) -> Iterator[Promise]:
    """Pairs and floors, whose combinations are counted together in one pass."""
    pairs, floors = study.design.pairs, study.design.floors
    named = [*(pair.factors for pair in pairs), *(floor.factors for floor in floors)]
    lacks = {name: lacking_for(study, data.types, name) for names in named for name in names}
    of_pairs = [pair.factors for pair in pairs]
    of_floors = [names for floor in floors for names in floor_groups(floor)]
    own = _joint(study, data, [group for group in (*of_pairs, *of_floors) if not any(map(lacks.get, group))])
    more = _joint(study, source, [group for group in of_pairs if group in own]) if source is not None else {}
    for pair in pairs:
        lacking = next(filter(None, map(lacks.get, pair.factors)), None)
        if lacking:
            yield unmeasured(f"pair {pair.name}", pair.rank_correlation or 0.0, lacking)
        else:
            yield pair_promise(study, pair, own[pair.factors] + more.get(pair.factors, 0))
    for floor, plan in zip_longest(floors, plans):
        lacking = next(filter(None, map(lacks.get, floor.factors)), None)
        if lacking:
            yield unmeasured(f"floor {floor.name}", 0.0, lacking)
        else:
            yield floor_promise(study, floor, own, plan)


def _plans(study: Study) -> Sequence[FloorPlan]:
    """What the projection finds of the design's floors; nothing if it can't be made."""
    if not study.design.floors:
        return ()
    try:
        return project(study).floors
    except ConflictError:
        return ()


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
    yield Promise("columns", wanted, delivered, 0.0, not lacking)
    for name in study.columns:
        if study.role(name) == "drop":
            there = name in data.columns
            yield Promise(f"drop {name}", "absent", "present" if there else "absent", 0.0, not there)
