"""Promises of labels: what the rule or the probability says, and exactly as much noise as was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import sqrt

from trimtab.core.counting.codes import truth_code
from trimtab.core.database import quote_name
from trimtab.core.delivery.promises.derive import computed_measure
from trimtab.core.delivery.promises.opening import expected, lacking, lacking_for
from trimtab.core.delivery.promises.promise import (
    Found,
    Measure,
    Measuring,
    Promise,
    exactly,
    promises_at,
    unmeasured,
    within,
)
from trimtab.core.delivery.promises.rule import every_row
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.naming import CLEAN, PROBABILITY
from trimtab.core.maths.rounding import event_rows

DEVIATIONS = 4.5
"""Standard deviations by which a number of drawn labels may differ from what their probabilities add up to. A true set
differs by more in 7 of a million."""


@promises_at(60)
def label_measures(asked: Measuring) -> Iterator[Measure]:
    """*label* with a rule: in every row the column, or with noise the clean one, has what the rule gives.

    *label* with a probability p: the column, or with noise the clean one, is true in about Σ p rows, within
    DEVIATIONS · √(Σ p (1 − p)); and *label … probability*: the column beside it has p in every row, from 0 to 1, or is
    missing where p is.
    *label … noise*: the rows in which the label and the clean one differ are exactly the whole number nearest to the
    noise's share of all.
    """
    for name, label in asked.study.design.labels.items():
        control = ControlName("label", name)
        clean = CLEAN.format(name) if label.noise else name
        if label.rule is not None:
            yield computed_measure(asked, clean, control)
        else:
            yield _drawn(asked, control, clean)
            yield _probability(asked, control)
        if label.noise:
            yield _noise(control, label.noise, lacking(asked.data.types, [name, clean]))


def _drawn(asked: Measuring, control: ControlName, column: str) -> Measure:
    types = asked.data.types
    lacks = lacking(types, [column]) or lacking_for(asked.study, types, control.of)
    p = quote_name(expected(control.of))
    inside = f"CASE WHEN {p} BETWEEN 0 AND 1 THEN {p} END"

    def judge(found: Found) -> Iterable[Promise]:
        if lacks:
            yield unmeasured(control, 0.0, lacks, "rows")
            return
        total, variance = found.sums
        yield within(control, total, found.true(), DEVIATIONS * sqrt(variance), "rows")

    if lacks:
        return Measure(judge)
    return Measure(judge, (truth_code(quote_name(column)),), (inside, f"({inside}) * (1 - ({inside}))"))


def _probability(asked: Measuring, control: ControlName) -> Measure:
    """Numbers outside 0 to 1 are no probabilities, whoever computed them."""
    column = PROBABILITY.format(control.of)
    own, p = quote_name(column), quote_name(expected(control.of))
    same = f"{p} BETWEEN 0 AND 1 AND abs({own} - {p}) <= 1e-9 * {p}"
    condition = f"({own} IS NULL AND {p} IS NULL) OR coalesce({same}, false)"
    types = asked.data.types
    lacks = lacking(types, [column]) or lacking_for(asked.study, types, control.of)
    return every_row(control, condition, lacks, "probability")


def _noise(control: ControlName, noise: float, lacks: str | None) -> Measure:
    def judge(found: Found) -> Iterable[Promise]:
        wanted = event_rows(noise, found.rows)
        told = unmeasured(control, wanted, lacks, "rows") if lacks else exactly(control, wanted, found.true())
        yield told.of("noise")

    differs = truth_code(f"{quote_name(control.of)} IS DISTINCT FROM {quote_name(CLEAN.format(control.of))}")
    return Measure(judge, () if lacks else (differs,))
