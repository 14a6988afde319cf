"""The promises of a design, each measured on a data set by DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.coverage.cells import Code, axis_code, count_codes, missing_code, truth_code, value_code
from core.coverage.compare import total_variation
from core.coverage.datasets import DataSet, open_data, reading_of
from core.projection.controls import EventControl, MarginalControl, controls_of, events_of
from core.projection.rounding import event_rows
from core.source.spool import Source
from core.study import Study


@dataclass(frozen=True)
class Promise:
    """One promise of a design: what was requested and what a data set holds.

    With numbers, `kept` means that `delivered` is within `tolerance` of `requested`; with texts, that they are equal.
    What can't be measured is not kept, and `delivered` says why.
    """

    promise: str
    requested: float | str
    delivered: float | str
    tolerance: float
    kept: bool


def receipt(data: Path | Source, study: Study, *, rows: int | None = None) -> tuple[Promise, ...]:
    """Measure every promise of the study's design on a data set of n rows, in one pass.

    - *rows*: exactly `rows`, if that is given.
    - *event*: the rows in which it is true are exactly ⌊rate·n⌉, the whole number nearest to rate·n (the lower one on a
      tie); an event that asks for a number of rows of the design's own has the rate rows / design.rows. NULL is false.
    - *target*, *keep*: the total variation between the delivered shares and the requested ones, over the bins of the
      control with missing, is at most `marginal_tolerance`. A value outside every bin was never requested.
    - *hold*: every row has a held value, or none where the design asks for a share of missing values. *missing*: that
      share, a marginal of two bins.
    - *columns*: every factor is there; *drop*: the dropped one is not.

    Raises InputError for a data set that can't be read.
    """
    readings = {name: reading_of(column) for name, column in study.columns.items()}
    with open_data(data, readings) as opened:
        measures = list(_measures(study, opened))
        total, found = count_codes(opened, [code for _, code in measures])
    counts = {name: one for (name, _), one in zip(measures, found, strict=True)}
    promises = [_exactly("rows", rows, total)] if rows is not None else []
    promises += [_event(event, counts, total, opened) for event in events_of(study)]
    for control in controls_of(study):
        promises += _marginal(study, control, counts, total)
    return (*promises, *_columns(study, opened))


def marginal_tolerance(shares: np.ndarray, rows: int) -> float:
    """How far a delivered marginal may be from the requested `shares` (L,), in total variation; 0 to 1.

    A count of n independent draws is binomial: its share is off by √(2 p (1 − p) / (π n)) on average (the mean absolute
    deviation of the normal law with that variance). So their total variation, half the sum over the bins, is
    ½ Σ √(2 p (1 − p) / (π n)) on average, and half of that is allowed. Rows are whole: each bin with a share may always
    be off by one row, ½ Σ 1/n together, which is the larger allowance below some hundred rows only.
    """
    some = shares[shares > 0]
    if rows == 0:
        return 0.0
    drawn = 0.25 * float(np.sqrt(2 * some * (1 - some) / (np.pi * rows)).sum())
    whole = 0.5 * len(some) / rows if len(some) > 1 else 0.0
    return min(1.0, max(drawn, whole))


def _measures(study: Study, data: DataSet) -> Iterator[tuple[str, Code]]:
    """(name, what to count) for every promise on rows whose columns are all there."""
    for event in events_of(study):
        if all(column in data.types for column in event.predicate.columns):
            yield f"event {event.name}", truth_code(event.predicate.sql)
    for control in controls_of(study):
        if control.factor in data.types:
            yield control.name, _code(study, control)
            if _has_missing_share(study, control):
                yield f"missing {control.factor}", missing_code(control.factor)


def _code(study: Study, control: MarginalControl) -> Code:
    column = study.columns[control.factor]
    if control.kind == "missing":
        return missing_code(control.factor)
    if control.axis is not None:
        return axis_code(control.axis, column)
    return value_code(column, control.code_of_value, other=len(control.requested))


def _has_missing_share(study: Study, control: MarginalControl) -> bool:
    """Whether a target's or a hold's share of missing values was set, and is a promise of its own."""
    return control.kind != "missing" and study.design.factor(control.factor).missing is not None


def _event(event: EventControl, counts: Mapping[str, Mapping[int, int]], rows: int, data: DataSet) -> Promise:
    promise = f"event {event.name}"
    requested = event_rows(event.rate, rows)
    lacking = [column for column in event.predicate.columns if column not in data.types]
    if lacking:
        return _unmeasured(promise, requested, lacking[0])
    return _exactly(promise, requested, counts[promise].get(1, 0))


def _marginal(
    study: Study, control: MarginalControl, counts: Mapping[str, Mapping[int, int]], rows: int
) -> Iterator[Promise]:
    if control.kind != "missing":
        yield _shares(control, counts.get(control.name), rows)
    if control.kind == "missing" or _has_missing_share(study, control):
        yield _missing(study, control.factor, counts, rows)


def _shares(control: MarginalControl, found: Mapping[int, int] | None, rows: int) -> Promise:
    requested = 1.0 if control.kind == "hold" else 0.0
    if found is None:
        return _unmeasured(control.name, requested, control.factor)
    size = max(len(control.requested), 1 + max(found, default=0))
    asked, shares = np.zeros(size), np.zeros(size)
    asked[: len(control.requested)] = control.requested
    shares[list(found)] = np.array(list(found.values())) / max(1, rows)
    if control.kind == "hold":
        held = found.get(0, 0) + (found.get(2, 0) if len(control.requested) == 3 else 0)
        return _within(control.name, requested, held / max(1, rows), 0.0)
    return _within(control.name, requested, total_variation(shares, asked), marginal_tolerance(asked, rows))


def _missing(study: Study, factor: str, counts: Mapping[str, Mapping[int, int]], rows: int) -> Promise:
    promise = f"missing {factor}"
    share = float(study.design.factor(factor).missing or 0.0)
    if promise not in counts:
        return _unmeasured(promise, share, factor)
    tolerance = marginal_tolerance(np.array([1 - share, share]), rows)
    return _within(promise, share, counts[promise].get(1, 0) / max(1, rows), tolerance)


def _columns(study: Study, data: DataSet) -> Iterator[Promise]:
    lacking = [name for name in study.delivered if name not in data.columns]
    wanted = f"{len(study.delivered)} columns"
    delivered = f"no column {', '.join(f'`{name}`' for name in lacking)}" if lacking else wanted
    yield Promise("columns", wanted, delivered, 0.0, not lacking)
    for name in study.columns:
        if study.role(name) == "drop":
            there = name in data.columns
            yield Promise(f"drop {name}", "absent", "present" if there else "absent", 0.0, not there)


def _exactly(promise: str, requested: int, delivered: int) -> Promise:
    return _within(promise, requested, delivered, 0.0)


def _within(promise: str, requested: float, delivered: float, tolerance: float) -> Promise:
    return Promise(promise, requested, delivered, tolerance, abs(delivered - requested) <= tolerance)


def _unmeasured(promise: str, requested: float, column: str) -> Promise:
    return Promise(promise, requested, f"there is no column `{column}` to measure it on", 0.0, False)
