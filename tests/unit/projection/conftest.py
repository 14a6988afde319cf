"""A table of 100 flights that can be counted by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from trimtab.core.source.spool import Source

FLIGHTS: dict[str, list[object]] = {
    # Fog in 10 flights, haze in 30, both at JFK only.
    "visib": [0.5] * 10 + [5.0] * 30 + [10.0] * 60,
    "origin": ["JFK"] * 50 + ["LGA"] * 40 + ["EWR"] * 10,
    # Strong wind in 5 flights at JFK, all in fog, and in 5 at EWR.
    "wind": [20] * 5 + [3] * 90 + [20] * 5,
    # Missing in 2 flights at JFK in fog and in 3 at LGA; else 1000 to 1003.
    "pressure": [None] * 2 + [1000.0 + i % 4 for i in range(48)] + [None] * 3 + [1000.0 + i % 4 for i in range(47)],
    "late": [i % 4 == 0 for i in range(100)],
}


@pytest.fixture
def flights_100(table_source: Callable[[dict[str, list[object]]], Source]) -> Source:
    """100 flights: visib, origin, wind, pressure, late."""
    return table_source(FLIGHTS)
