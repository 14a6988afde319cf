"""Rows that were made elsewhere, in the place of those that Trimtab would make."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa


@dataclass(frozen=True, eq=False)
class Received:
    """A `table` of factors; `rows` (m,), ascending, are the numbers that its rows have in the output."""

    rows: np.ndarray
    table: pa.Table

    def of(self, rows: np.ndarray, schema: pa.Schema) -> pa.Table:
        """The rows with these numbers, all of which must be there, in this schema."""
        at = np.searchsorted(self.rows, rows)
        return self.table.select(schema.names).take(pa.array(at)).cast(schema)
