"""A table in which something of every kind always holds, made by a fixed seed."""

from __future__ import annotations

import numpy as np
import pandas as pd

STATES = ("Maine", "Louisiana", "Delaware", "Texas", "California", "New York", "Utah", "Nevada")
KEPT = (
    "st decides state",
    "state decides st",
    "total = yes + no",
    "wind and gust are missing in the same rows",
    "exactly one of car, bus and tram is true",
    "at most one of rain, snow and fog is true",
    "begun ≤ ended",
    "month = month(begun)",
)
"""What is found of kinds that generated rows keep."""
TOLD = "row differs in every row"
"""What is found beside; `row` only tells rows apart."""


def holding_table(rows: int = 600) -> pd.DataFrame:
    """The table; `height` has nothing to do with the others."""
    random = np.random.default_rng(11)
    state, vehicle, weather = (random.integers(0, most, rows) for most in (len(STATES), 3, 5))
    yes, no = random.integers(0, 40, rows), random.integers(0, 40, rows)
    begun = pd.Timestamp("2021-01-01") + pd.to_timedelta(random.integers(0, 700, rows), unit="D")
    gaps = random.random(rows) < 0.4
    return pd.DataFrame(
        {
            "row": np.arange(rows),
            "st": np.array([f"S{place}" for place in range(len(STATES))])[state],
            "state": np.array(STATES)[state],
            "yes": yes,
            "no": no,
            "total": yes + no,
            "begun": begun,
            "ended": begun + pd.to_timedelta(random.integers(0, 9, rows), unit="D"),
            "month": begun.month,
            **{name: (vehicle == place).astype(int) for place, name in enumerate(("car", "bus", "tram"))},
            **{name: weather == place for place, name in enumerate(("rain", "snow", "fog"))},
            "wind": pd.Series(random.gamma(4, 2, rows).round(2)).mask(gaps),
            "gust": pd.Series(random.gamma(4, 3, rows).round(2)).mask(gaps),
            "height": random.normal(170, 8, rows).round(1),
        }
    )
