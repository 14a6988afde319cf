"""Rows in which k events of rate .001 are seen with 95 %, by the negative binomial law: 2995, 9151 and 15702.

The first has a closed form, ln .05 / ln .999; each is checked against the binomial law too: with that many rows fewer
than k events have a probability of at most 5 %, with one row less they have more.
"""

from __future__ import annotations

import pytest
from scipy.stats import binom

from trimtab.core.source.intervals import rows_needed


@pytest.mark.parametrize(("events", "rows"), [(1, 2995), (5, 9151), (10, 15702)])
def test_negative_binomial(events: int, rows: int) -> None:
    assert rows_needed(events, 0.001) == rows
    assert binom.cdf(events - 1, rows, 0.001) <= 0.05 < binom.cdf(events - 1, rows - 1, 0.001)
