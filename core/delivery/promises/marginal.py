"""Promises of one factor's marginal: targets, keeps, holds and missing shares."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from trimtab.core.counting.codes import Code, axis_code, missing_code, value_code
from trimtab.core.coverage.measures import total_variation
from trimtab.core.delivery.measuring.opening import lacking
from trimtab.core.delivery.measuring.promise import (
    Found,
    Measure,
    Measuring,
    Promise,
    promises_at,
    unmeasured,
    within,
)
from trimtab.core.delivery.tolerance import marginal_tolerance
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.projection.controls.marginal import MarginalControl, marginals_of
from trimtab.core.study.study import Study


@promises_at(20)
def marginal_measures(asked: Measuring) -> Iterator[Measure]:
    """*target*, *keep*, *hold* and *missing*, factor by factor."""
    study = asked.study
    for control in marginals_of(study):
        lacks = lacking(asked.data.types, [control.of])
        missing = ControlName("missing", control.of)
        if control.name != missing:
            yield _held(study, control, lacks) if control.of_every_row else _shares(study, control, lacks)
        share = study.design.factor(control.of).missing
        if share is not None:
            # A control of the generated rows only speaks of them in its share of missing values too.
            yield _missing(missing, share, lacks, with_source=not control.generated_only)


def _held(study: Study, control: MarginalControl, lacks: str | None) -> Measure:
    """All rows have a held value, or none where the design sets that share."""
    column, size = study.columns[control.of], len(control.requested)

    def judge(found: Found) -> Iterable[Promise]:
        if lacks:
            yield unmeasured(control.name, 1.0, lacks, "share")
            return
        fine = np.flatnonzero(control.requested)
        share = float((found.table(size) / max(1, found.rows))[fine].sum())
        yield within(control.name, 1.0, share, 0.0, "share")

    code = () if lacks else (value_code(column, control.code_of_value, other=size),)
    return Measure(judge, code)


def _shares(study: Study, control: MarginalControl, lacks: str | None) -> Measure:
    column, size = study.columns[control.of], len(control.requested)

    def judge(found: Found) -> Iterable[Promise]:
        if lacks:
            yield unmeasured(control.name, 0.0, lacks, "elsewhere")
            return
        shares = found.table(size) / max(1, found.rows)
        asked = np.append(control.requested, np.zeros(len(shares) - size))
        off = total_variation(shares, asked)
        # What is asked for nothing is nowhere, whatever chance may do to the rest: also values that the axis lacks.
        tolerance = 0.0 if shares[asked == 0].any() else marginal_tolerance(asked, found.rows)
        yield within(control.name, 0.0, off, tolerance, "elsewhere")

    code: tuple[Code, ...] = ()
    if not lacks:
        by_value = value_code(column, control.code_of_value, other=size)
        code = (axis_code(control.axis, column) if control.axis is not None else by_value,)
    return Measure(judge, code, with_source=True)


def _missing(name: ControlName, share: float, lacks: str | None, *, with_source: bool) -> Measure:
    def judge(found: Found) -> Iterable[Promise]:
        if lacks:
            yield unmeasured(name, share, lacks, "share")
            return
        tolerance = marginal_tolerance(np.array([1 - share, share]), found.rows)
        yield within(name, share, found.true() / max(1, found.rows), tolerance, "share")

    return Measure(judge, () if lacks else (missing_code(name.of),), with_source=with_source)
