"""What reading a data file gave: the rows and columns that were taken, and what a person must be told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Converted:
    """A data file as one clean Parquet file: its `rows`, its `columns` in order, and `notes`, a sentence for each thing
    that was left out or read in a way that the file alone does not settle. `found`: how a text file is written, by the
    names of what a person can say of it."""

    rows: int
    columns: tuple[str, ...]
    notes: tuple[str, ...] = ()
    found: Mapping[str, Any] = field(default_factory=dict)
