"""The sample data that come with Trimtab: for each a design with a story, opened by one click."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trimtab

FOLDER = Path(trimtab.__file__).parent / "sample_data"


@dataclass(frozen=True)
class Sample:
    """A design that comes with its data. `story` is one or two sentences for people."""

    title: str
    story: str
    about: str
    data: Path
    design: Path


SAMPLES = {
    "fog-and-wind": Sample(
        "Fog with strong wind",
        "A delay model has hardly ever seen fog together with a strong wind: 1 flight in 200. "
        "Here it is 1 row in 20, and everything else stays as real as it can.",
        "335,220 flights out of New York with the weather at the airport",
        FOLDER / "flights.parquet",
        FOLDER / "designs" / "fog-and-wind.yaml",
    ),
    "crashes-without-belts": Sample(
        "Crashes without belts",
        "The dangerous scenario nobody can collect more of: full speed, no belt, no airbag. "
        "From 1.9 % of the records to 1 row in 10.",
        "26,217 crash records",
        FOLDER / "crashes.csv",
        FOLDER / "designs" / "crashes-without-belts.yaml",
    ),
    "flat-calendar": Sample(
        "A flat calendar",
        "A model that sees mostly busy hours learns the timetable. "
        "Here every month, and every hour from 6 to 21, comes up equally often.",
        "335,220 flights out of New York",
        FOLDER / "flights.parquet",
        FOLDER / "designs" / "flat-calendar.yaml",
    ),
    "everything-at-once": Sample(
        "Everything at once",
        "Every kind of control in one design: pairs, levels, labels, rules, sweeps, floors and more. "
        "Lateness no longer tells of the airline, and each promise is exact.",
        "335,220 flights out of New York",
        FOLDER / "flights.parquet",
        FOLDER / "designs" / "everything-at-once.yaml",
    ),
}
"""By name; the first one is the one click on the home page."""
