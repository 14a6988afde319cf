"""Promises of pairs: the joint table of two factors, against the one that their own delivered shares ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from trimtab.core.coverage.measures import total_variation
from trimtab.core.delivery.measuring.opening import lacking_for
from trimtab.core.delivery.measuring.promise import (
    Found,
    Measure,
    Measuring,
    Promise,
    Unit,
    promises_at,
    unmeasured,
    within,
)
from trimtab.core.delivery.tolerance import marginal_tolerance, rank_tolerance
from trimtab.core.errors import TrimtabError
from trimtab.core.maths.tables import table_correlation
from trimtab.core.projection.controls.pair import PairControl, asking, pairs_of
from trimtab.core.study.study import Study


@promises_at(70)
def pair_measures(asked: Measuring) -> Iterator[Measure]:
    """*pair*, see `pair_promise`; in a supplement it counts the rows of the source too."""
    for pair in pairs_of(asked.study):
        yield _pair(asked, pair)


def _pair(asked: Measuring, pair: PairControl) -> Measure:
    factors = pair.pair.factors
    lacks = next(filter(None, (lacking_for(asked.study, asked.data.types, name) for name in factors)), None)

    def judge(found: Found) -> Iterable[Promise]:
        if lacks:
            unit: Unit = "elsewhere" if pair.pair.rank_correlation is None else "correlation"
            yield unmeasured(pair.name, pair.pair.rank_correlation or 0.0, lacks, unit)
        else:
            yield pair_promise(asked.study, pair, found.joint[factors])

    return Measure(judge, groups=() if lacks else (factors,), with_source=True)


def pair_promise(study: Study, pair: PairControl, counts: np.ndarray) -> Promise:
    """*pair*, from the rows `counts` in every combination of the codes of both factors.

    - `independent`: the total variation between the joint shares, missing included, and the product of the delivered
      shares of both is at most `marginal_tolerance` of that product.
    - `weights`: the same, against the table raked to the delivered shares of the factors that have their own.
    - `rank_correlation`: Spearman's, over the bins of rows with both values, is within `rank_tolerance`.
    """
    if pair.pair.rank_correlation is not None:
        return _correlation(pair, pair.pair.rank_correlation, counts)
    return _table(study, pair, counts)


def _correlation(pair: PairControl, asked: float, counts: np.ndarray) -> Promise:
    one, other = (side.axis.size for side in pair.sides)
    both = counts[:one, :other]
    rows = int(both.sum())
    if min(np.count_nonzero(both.sum(axis=i)) for i in (0, 1)) < 2:
        said = "no row has both values" if not rows else "one of the two does not vary"
        return Promise(pair.name, asked, said, 0.0, False, "correlation")
    tolerance = rank_tolerance(asked, rows, int(np.count_nonzero(both)))
    return within(pair.name, asked, table_correlation(both.astype(float)), tolerance, "correlation")


def _table(study: Study, pair: PairControl, counts: np.ndarray) -> Promise:
    sides = pair.sides
    rows = int(counts.sum())
    # What lies outside of an axis was never requested.
    inside = counts[: sides[0].size, : sides[1].size] / max(1, rows)
    if not inside.any():
        return Promise(pair.name, 0.0, "no row has a bin of both", 0.0, False, "elsewhere")
    try:
        wanted = asking(study, pair, inside).requested
    except TrimtabError as error:
        return Promise(pair.name, 0.0, str(error), 0.0, False, "elsewhere")
    off = total_variation(inside.ravel(), wanted) + 0.5 * (1 - float(inside.sum()))
    # What is asked for nothing is nowhere, nor is anything beyond the axes.
    nowhere = inside.ravel()[wanted == 0].any() or counts.sum() > counts[: sides[0].size, : sides[1].size].sum()
    tolerance = 0.0 if nowhere else marginal_tolerance(wanted, rows)
    return within(pair.name, 0.0, off, tolerance, "elsewhere")
