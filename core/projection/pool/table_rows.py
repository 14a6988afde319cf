"""Rows of a table, as controls look at them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trimtab.core.projection.features.feature import Feature, bins_of_values
from trimtab.core.projection.features.side import Side
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import Column


@dataclass(frozen=True, eq=False)
class TableRows:
    """The rows of a table with the columns that controls look at."""

    table: pa.Table

    def feature(self, feature: Feature) -> np.ndarray:
        """(n,) the code of each row."""
        return np.asarray(feature.of_table(self.table))

    def side(self, side: Side) -> np.ndarray:
        """(n,) the bin of each row; -1 outside the axis."""
        return self.feature(side.feature) if side.feature is not None else self._bins(side.name, side.axis)

    def places(self, column: Column) -> np.ndarray:
        """(n,) the position of each row's value among those of a column, -1 for one that is not there."""
        return places_of(self.table.column(column.name).combine_chunks(), column)

    def marginal(self, factor: str, code_of_value: np.ndarray, axis: Axis | None) -> np.ndarray:
        """(n,) the bin of each row's value of a factor."""
        if axis is None:
            raise ValueError(f"`{factor}` is controlled by value, and a table has values of its own")
        return self._bins(factor, axis)

    def _bins(self, name: str, axis: Axis) -> np.ndarray:
        return bins_of_values(axis, self.table.column(name).combine_chunks())


def places_of(values: pa.Array, column: Column) -> np.ndarray:
    """(n,) the positions of `values` among those of a column, their number for missing and -1 for what is not there."""
    found = pc.index_in(values, column.values).fill_null(-1).to_numpy(zero_copy_only=False)
    missing = values.is_null().to_numpy(zero_copy_only=False)
    return np.where(missing, column.distinct, found).astype(np.int64)
