"""Promises of quantiles: the share of the values that are at most so large."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from trimtab.core.counting.codes import axis_code
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
from trimtab.core.projection.controls.quantiles import QuantilesControl, quantiles_of
from trimtab.core.words.plain import value_text


@promises_at(25)
def quantile_measures(asked: Measuring) -> Iterator[Measure]:
    """*quantiles*, point by point: the share of the values that are at most so large, missing ones not counted."""
    wishes = asked.study.design.quantiles
    for control, wish in zip(quantiles_of(asked.study), wishes, strict=True):
        points = [(share, f"at most {value_text(value)}") for share, value in wish.points]
        yield _measure(asked, control, points)


def _measure(asked: Measuring, control: QuantilesControl, points: list[tuple[float, str]]) -> Measure:
    lacks = lacking(asked.data.types, [control.of])

    def judge(found: Found) -> Iterable[Promise]:
        parts = np.zeros(len(points)) if lacks else found.table(len(control.requested))
        values = 0 if lacks else int(parts[: len(points) + 1].sum())
        for place, (share, aspect) in enumerate(points):
            if lacks:
                yield unmeasured(control.name, share, lacks, "share").of(aspect)
                continue
            reached = float(parts[: place + 1].sum()) / max(1, values)
            tolerance = marginal_tolerance(np.array([share, 1 - share]), values)
            yield within(control.name, share, reached, tolerance, "share").of(aspect)

    if lacks or control.axis is None:
        return Measure(judge)
    return Measure(judge, (axis_code(control.axis, asked.study.columns[control.of]),), with_source=True)
