"""Promises that the rows keep one by one: events, rules, marginals, missing shares and level mixes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from trimtab.core.counting.codes import Code, axis_code, listed_code, missing_code, truth_code, value_code
from trimtab.core.counting.datasets import DataSet
from trimtab.core.coverage.measures import total_variation
from trimtab.core.delivery.promises.opening import equal, lacking, lacking_for, measured_column
from trimtab.core.delivery.promises.promise import (
    Found,
    Measure,
    Promise,
    exactly,
    marginal_tolerance,
    unmeasured,
    within,
)
from trimtab.core.maths.rounding import event_rows, whole_rows
from trimtab.core.projection.controls.marginal import (
    EventControl,
    LevelControl,
    MarginalControl,
    controls_of,
    events_of,
    levels_of,
    rules_of,
)
from trimtab.core.study.study import Study


def event_measures(study: Study, data: DataSet) -> Iterator[Measure]:
    """*event*: the rows in which it is true are exactly the whole number nearest to its share of all; NULL is false."""
    for event in events_of(study):
        yield _event(event, lacking(data.types, event.predicate.columns))


def rule_measures(study: Study, data: DataSet) -> Iterator[Measure]:
    """*rule*: it is true in every row; NULL is not true."""
    for rule in rules_of(study):
        yield every_row(f"rule {rule.name}", rule.predicate.sql, lacking(data.types, rule.predicate.columns))


def marginal_measures(study: Study, data: DataSet) -> Iterator[Measure]:
    """*target*, *keep*, *hold* and *missing*, factor by factor."""
    for control in controls_of(study):
        lacks = lacking(data.types, [control.factor])
        if control.kind != "missing":
            yield _shares(study, control, lacks)
        if control.kind == "missing" or study.design.factor(control.factor).missing is not None:
            yield _missing(study, control, lacks)


def level_measures(study: Study, data: DataSet) -> Iterator[Measure]:
    """*level*: the rows of each level, by its score, are exact whole numbers; and its column holds that level."""
    for control in levels_of(study):
        yield _level(study, control, lacking_for(study, data.types, control.level))
        yield computed_measure(study, data, control.level, control.level, f"{control.name} column")


def derived_measures(study: Study, data: DataSet) -> Iterator[Measure]:
    """*derive*: in every row the column has what its expression gives."""
    for name, definition in study.definitions.items():
        if definition.role == "derive":
            yield computed_measure(study, data, name, name, f"derive {name}")


def computed_measure(study: Study, data: DataSet, column: str, name: str, promise: str) -> Measure:
    """A column has in every row what the definition `name` gives."""
    lacks = lacking(data.types, [column]) or lacking_for(study, data.types, name)
    return every_row(promise, equal(column, study.definitions[name]), lacks)


def every_row(promise: str, condition: str, lacks: str | None) -> Measure:
    """A condition is true in every row; unmeasured if a column is lacking."""

    def judge(found: Found) -> Iterable[Promise]:
        yield unmeasured(promise, found.rows, lacks) if lacks else exactly(promise, found.rows, found.true())

    return Measure(judge, () if lacks else (truth_code(condition),))


def _event(event: EventControl, lacks: str | None) -> Measure:
    promise = f"event {event.name}"

    def judge(found: Found) -> Iterable[Promise]:
        requested = event_rows(event.rate, found.rows)
        yield unmeasured(promise, requested, lacks) if lacks else exactly(promise, requested, found.true())

    return Measure(judge, () if lacks else (truth_code(event.predicate.sql),), with_source=True)


def _shares(study: Study, control: MarginalControl, lacks: str | None) -> Measure:
    column = study.columns[control.factor]
    hold, size = control.kind == "hold", len(control.requested)

    def judge(found: Found) -> Iterable[Promise]:
        if lacks:
            yield unmeasured(control.name, 1.0 if hold else 0.0, lacks)
            return
        shares = found.table(size) / max(1, found.rows)
        if hold:
            # 0 is held and 2 is missing, where the design sets a share of that.
            yield within(control.name, 1.0, float(shares[[0, 2] if size == 3 else [0]].sum()), 0.0)
            return
        asked = _padded(control.requested, len(shares))
        off = total_variation(shares, asked)
        yield within(control.name, 0.0, off, marginal_tolerance(asked, found.rows))

    code: tuple[Code, ...] = ()
    if not lacks:
        by_value = value_code(column, control.code_of_value, other=size)
        code = (axis_code(control.axis, column) if control.axis is not None else by_value,)
    return Measure(judge, code, with_source=not hold)


def _missing(study: Study, control: MarginalControl, lacks: str | None) -> Measure:
    promise = f"missing {control.factor}"
    share = float(study.design.factor(control.factor).missing or 0.0)

    def judge(found: Found) -> Iterable[Promise]:
        if lacks:
            yield unmeasured(promise, share, lacks)
            return
        tolerance = marginal_tolerance(np.array([1 - share, share]), found.rows)
        yield within(promise, share, found.true() / max(1, found.rows), tolerance)

    code = () if lacks else (missing_code(control.factor),)
    # A hold speaks of the generated rows only, and so does the share of missing values beside it.
    return Measure(judge, code, with_source=control.kind != "hold")


def _level(study: Study, control: LevelControl, lacks: str | None) -> Measure:
    levels = list(study.design.levels[control.level].shares)

    def judge(found: Found) -> Iterable[Promise]:
        if lacks:
            yield unmeasured(control.name, 0.0, lacks)
            return
        wanted = whole_rows(control.requested, found.rows)
        rows = np.array([found.counts[0].get(code, 0) for code in (*range(len(levels)), -1)])
        yield within(control.name, 0.0, 0.5 * int(np.abs(rows - wanted).sum()) / max(1, found.rows), 0.0)

    code = () if lacks else (listed_code(measured_column(study, control.level), levels),)
    return Measure(judge, code, with_source=True)


def _padded(shares: np.ndarray, size: int) -> np.ndarray:
    return np.append(shares, np.zeros(size - len(shares)))
