"""What reading a data file gave: the rows and columns that were taken, and what a person must be told of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Converted:
    """A data file as one clean Parquet file: its `rows`, its `columns` in order, and `notes`, a sentence for each thing
    that was left out or read in a way that the file alone does not settle."""

    rows: int
    columns: tuple[str, ...]
    notes: tuple[str, ...] = ()
