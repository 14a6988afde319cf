"""Promises of labels: what the rule or the probability says, and exactly as much noise as was asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import sqrt

from trimtab.core.counting.codes import truth_code
from trimtab.core.counting.datasets import DataSet
from trimtab.core.database import quote_name
from trimtab.core.delivery.promises.opening import expected, lacking, lacking_for
from trimtab.core.delivery.promises.promise import Found, Measure, Promise, exactly, unmeasured, within
from trimtab.core.delivery.promises.rows import computed_measure, every_row
from trimtab.core.design.naming import CLEAN, PROBABILITY
from trimtab.core.maths.rounding import event_rows
from trimtab.core.study.study import Study

DEVIATIONS = 4.5
"""Standard deviations by which a number of drawn labels may differ from what their probabilities add up to. A true set
differs by more in 7 of a million."""


def label_measures(study: Study, data: DataSet) -> Iterator[Measure]:
    """*label* with a rule: in every row the column, or with noise the clean one, has what the rule gives.

    *label* with a probability p: the column, or with noise the clean one, is true in about Σ p rows, within
    DEVIATIONS · √(Σ p (1 − p)); and *label … probability*: the column beside it has p in every row, from 0 to 1, or is
    missing where p is.
    *label … noise*: the rows in which the label and the clean one differ are exactly the whole number nearest to the
    noise's share of all.
    """
    for name, label in study.design.labels.items():
        clean = CLEAN.format(name) if label.noise else name
        if label.rule is not None:
            yield computed_measure(study, data, clean, name, f"label {name}")
        else:
            yield _drawn(study, data, name, clean)
            yield _probability(study, data, name)
        if label.noise:
            yield _noise(name, label.noise, lacking(data.types, [name, clean]))


def _drawn(study: Study, data: DataSet, name: str, column: str) -> Measure:
    lacks = lacking(data.types, [column]) or lacking_for(study, data.types, name)
    p = quote_name(expected(name))
    inside = f"CASE WHEN {p} BETWEEN 0 AND 1 THEN {p} END"

    def judge(found: Found) -> Iterable[Promise]:
        if lacks:
            yield unmeasured(f"label {name}", 0.0, lacks)
            return
        total, variance = found.sums
        yield within(f"label {name}", total, found.true(), DEVIATIONS * sqrt(variance))

    if lacks:
        return Measure(judge)
    return Measure(judge, (truth_code(quote_name(column)),), (inside, f"({inside}) * (1 - ({inside}))"))


def _probability(study: Study, data: DataSet, name: str) -> Measure:
    """Numbers outside 0 to 1 are no probabilities, whoever computed them."""
    column = PROBABILITY.format(name)
    own, p = quote_name(column), quote_name(expected(name))
    same = f"{p} BETWEEN 0 AND 1 AND abs({own} - {p}) <= 1e-9 * {p}"
    condition = f"({own} IS NULL AND {p} IS NULL) OR coalesce({same}, false)"
    lacks = lacking(data.types, [column]) or lacking_for(study, data.types, name)
    return every_row(f"label {name} probability", condition, lacks)


def _noise(name: str, noise: float, lacks: str | None) -> Measure:
    promise = f"label {name} noise"

    def judge(found: Found) -> Iterable[Promise]:
        wanted = event_rows(noise, found.rows)
        yield unmeasured(promise, wanted, lacks) if lacks else exactly(promise, wanted, found.true())

    differs = truth_code(f"{quote_name(name)} IS DISTINCT FROM {quote_name(CLEAN.format(name))}")
    return Measure(judge, () if lacks else (differs,))
