"""Promises of labels drawn with a probability: as many true rows as it says, in all, and wherever it is high or low."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt

import numpy as np

from trimtab.core.counting.codes import SUM_STEPS, exact_sum
from trimtab.core.counting.datasets import ROWS, DataSet
from trimtab.core.database import quote_name
from trimtab.core.delivery.measuring.opening import expected, lacking, lacking_for
from trimtab.core.delivery.measuring.promise import Measure, Measuring, Promise, unmeasured, within
from trimtab.core.delivery.promises.rule import every_row
from trimtab.core.design.controls.kind import ControlName
from trimtab.core.design.naming import PROBABILITY
from trimtab.core.source.columns import Column, groups_of
from trimtab.core.source.labels import number_texts

DEVIATIONS, DOUBT = 4.5, 7e-6
"""So many standard deviations many draws may be off: a normal number is further off in DOUBT of all cases."""
MANY = 5.0
"""Draws count as many if the deviation of their sum is so many times the largest one of a single draw."""
BANDS = 10
"""The probabilities of the source are cut into so many bands with about equally many rows."""
NOTHING = 1e-6
"""Rows that are only rounding."""
FOLLOWS = "true where it is probable"


def drawn_measures(asked: Measuring, control: ControlName, column: str) -> Iterator[Measure]:
    """The promises of the label `control`, of which `column` holds the draws with the probability p.

    - the label itself: it is true in about Σ p rows, within `drawn_tolerance`;
    - *where*: it is missing only where p is; it is true in no row where p is 0, in every one where it is 1, and in each
      band of p between them in about Σ p rows; and Σ (true − p)(p − c), c being the mean of p in the source, is about
      0, which tells draws that follow p too little or too much;
    - *probability*: the column beside it has p in every row, from 0 to 1, or is missing where p is.

    The draws are counted by a query of their own.
    """
    types = asked.data.types
    lacks = lacking(types, [column]) or lacking_for(asked.study, types, control.of)
    if lacks:
        yield Measure(lambda _: [unmeasured(control, 0.0, lacks, "rows").of(aspect) for aspect in ("", "where")])
    else:
        known = asked.study.known(control.of)
        yield Measure(lambda _: _judge(control, known, count_draws(asked.data, control.of, column, known)))
    yield _probability(asked, control)


def drawn_tolerance(variance: float, largest: float = 1.0) -> float:
    """How far a sum of independent draws may be from its mean, none being further than `largest` from its own mean.

    Of many draws it is DEVIATIONS standard deviations, of few what Bernstein's inequality gives for DOUBT.
    """
    deviation = sqrt(max(0.0, variance))
    if deviation >= MANY * largest:
        return DEVIATIONS * deviation
    one = largest * log(2 / DOUBT) / 3
    return one + sqrt(one**2 + 2 * variance * log(2 / DOUBT)) if deviation else 0.0


@dataclass(frozen=True, eq=False)
class Draws:
    """What was drawn in each of B bands of the probability p: the first one holds p = 0, the last one p = 1.

    In `undrawn` rows there is a probability and no draw. `true` (B,) rows are true, `expected` (B,) are Σ p and
    `variance` (B,) Σ p (1 − p). `slope` is Σ (true − p)(p − c) over all rows, `spread` its variance, `far` the largest
    |p − c| of the source.
    """

    undrawn: int
    names: Sequence[str]
    true: np.ndarray
    expected: np.ndarray
    variance: np.ndarray
    slope: float
    spread: float
    far: float


def count_draws(data: DataSet, label: str, column: str, known: Column) -> Draws:
    """Count the draws in `column` in bands of what the label's probability is in each row; `known` is what it is in the
    source."""
    cuts = _cuts(known)
    mean = float(np.average(known.numbers, weights=known.counts[:-1])) if known.distinct else 0.5
    steps = "".join(f" WHEN p < {cut!r} THEN {i}" for i, cut in enumerate(cuts, start=1))
    last = len(cuts) + 2
    band = f"CASE WHEN p = 0 THEN 0 WHEN p = 1 THEN {last}{steps} ELSE {last - 1} END"
    sums = ["undrawn", "hit", "p", "p * (1 - p)", f"(hit - p) * (p - {mean!r})", f"p * (1 - p) * (p - {mean!r}) ** 2"]
    p, hit = quote_name(expected(label)), f"CASE WHEN {quote_name(column)} THEN 1 ELSE 0 END"
    # What has no probability, or none between 0 and 1, has no chance.
    undrawn = f"CASE WHEN {quote_name(column)} IS NULL AND {p} IS NOT NULL THEN 1 ELSE 0 END"
    rows = (
        f"SELECT CASE WHEN {p} BETWEEN 0 AND 1 THEN {p} ELSE 0 END AS p, {hit} AS hit, {undrawn} AS undrawn FROM {ROWS}"
    )
    query = f"SELECT {band}, {', '.join(map(exact_sum, sums))} FROM ({rows}) GROUP BY 1"
    found = np.zeros((last + 1, len(sums)))
    for code, *steps_found in data.con.execute(query).fetchall():
        found[code] = np.array([int(one) for one in steps_found]) / SUM_STEPS
    far = float(np.abs(known.numbers - mean).max(initial=0.0)) or 1.0
    undrawn, *_, slope, spread = found.sum(axis=0).tolist()
    names = ["0", *_names(cuts), "1"]
    return Draws(int(undrawn), names, found[:, 1], found[:, 2], found[:, 3], slope, spread, far)


def _judge(control: ControlName, known: Column, draws: Draws) -> Iterator[Promise]:
    total, variance = float(draws.expected.sum()), float(draws.variance.sum())
    yield within(control, total, int(draws.true.sum()), drawn_tolerance(variance), "rows")
    tolerances = np.array([drawn_tolerance(one) for one in draws.variance])
    off = np.abs(draws.true - draws.expected) - tolerances
    said = FOLLOWS
    if draws.undrawn:
        said = f"missing in {draws.undrawn:,} rows that have a probability"
    elif off.max() > NOTHING:
        i = int(off.argmax())
        probable = f"{draws.expected[i]:,.1f} ± {tolerances[i]:,.1f}"
        said = f"probability {draws.names[i]}: {draws.true[i]:,.0f} rows, and {probable} are probable"
    elif abs(draws.slope) > drawn_tolerance(draws.spread, draws.far):
        said = f"true too often where it is {'more' if draws.slope > 0 else 'less'} probable"
    yield Promise(control, FOLLOWS, said, 0.0, said == FOLLOWS, "text", "where")


def _cuts(known: Column) -> list[float]:
    """Where one band ends and the next begins, between 0 and 1."""
    groups = groups_of(known, BANDS)[:-1]
    starts = known.numbers[np.flatnonzero(np.diff(groups, prepend=-1))]
    return [float(start) for start in starts[1:] if 0 < start < 1]


def _names(cuts: list[float]) -> list[str]:
    texts = number_texts([0.0, *cuts, 1.0])
    return [f"{low} to {high}" for low, high in pairwise(texts)]


def _probability(asked: Measuring, control: ControlName) -> Measure:
    """Numbers outside 0 to 1 are no probabilities, whoever computed them."""
    column = PROBABILITY.format(control.of)
    own, p = quote_name(column), quote_name(expected(control.of))
    same = f"{p} BETWEEN 0 AND 1 AND abs({own} - {p}) <= 1e-9 * {p}"
    condition = f"({own} IS NULL AND {p} IS NULL) OR coalesce({same}, false)"
    types = asked.data.types
    lacks = lacking(types, [column]) or lacking_for(asked.study, types, control.of)
    return every_row(control, condition, lacks, "probability")
