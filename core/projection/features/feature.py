"""Features: what a control looks at in a row, as a small whole number. A condition's truth, a bin, a level.

A feature of one factor is decided once for each of the factor's values; one of several factors row by row, by DuckDB.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trimtab.core.expressions import Leaf
from trimtab.core.expressions.evaluate import evaluate
from trimtab.core.source.axes import Axis, level_texts
from trimtab.core.source.columns import as_numbers
from trimtab.core.study.study import Study, finite_sql

UNKNOWN = 2
"""The code of a condition that is NULL, beside 0 for false and 1 for true."""


@dataclass(frozen=True, eq=False)
class Feature:
    """The codes that `coder` gives the values of an SQL expression over source columns.

    `owner` is named in messages, and `text` is what it looks at there; `key` tells coders apart.
    """

    owner: str
    sql: str
    columns: tuple[str, ...]
    coder: Callable[[pa.Array], np.ndarray]
    key: Hashable
    text: str = ""

    @property
    def single(self) -> bool:
        """Whether the values of one factor decide it."""
        return len(self.columns) == 1

    def of_table(self, rows: pa.Table) -> np.ndarray:
        """(n,) the codes of rows. Raises InputError, naming the owner, if the expression fails on one."""
        return self.coder(evaluate([self.sql], rows, owner=self.owner)[0])

    def of_values(self, study: Study) -> np.ndarray:
        """(K+1,) the codes of the values of its one factor, the last one for missing."""
        column = study.columns[self.columns[0]]

        def make() -> np.ndarray:
            with_missing = pa.concat_arrays([column.values, pa.nulls(1, column.type)])
            return self.of_table(pa.table({column.name: with_missing}))

        return study.memo.of("codes of values", (self.sql, self.key, column), make)

    def of_learning_rows(self, study: Study) -> np.ndarray:
        """(n,) the codes of the learning rows."""
        if self.single:
            return np.asarray(self.of_values(study)[study.columns[self.columns[0]].codes])
        key = (self.sql, self.key, tuple(study.columns[name] for name in self.columns))
        make = lambda: _small(self.of_table(study.rows_of(self.columns)))  # noqa: E731
        return study.memo.of("codes of rows", key, make)


def truth_feature(leaf: Leaf, owner: str) -> Feature:
    """Whether a condition is true (1), false (0) or UNKNOWN."""
    return Feature(owner, f"CAST(({leaf.sql}) AS DOUBLE)", leaf.columns, truth, "truth", leaf.sql)


def bin_feature(study: Study, name: str, axis: Axis, owner: str) -> Feature:
    """The bin of a definition on an axis; `size` for missing, -1 outside of it."""
    found = study.definitions[name]
    return Feature(owner, finite_sql(found), found.scalar.columns, lambda a: bins_of_values(axis, a), axis)


def bins_of_values(axis: Axis, values: pa.Array) -> np.ndarray:
    """(n,) the bin of each value on an axis; `size` for missing, -1 outside of it."""
    return np.asarray(
        axis.bin_of_numbers(as_numbers(values)) if axis.numeric else axis.bin_of_levels(level_texts(values))
    )


def truth(values: pa.Array) -> np.ndarray:
    """(n,) codes of what is true (1), false (0) or NULL (UNKNOWN)."""
    found = values.to_numpy(zero_copy_only=False).astype(float)
    return np.asarray(np.nan_to_num(found, nan=float(UNKNOWN)), dtype=np.int64)


def _small(codes: np.ndarray) -> np.ndarray:
    """The same codes in a small type: there is one for each learning row."""
    return codes.astype(
        np.result_type(np.min_scalar_type(codes.min(initial=0)), np.min_scalar_type(codes.max(initial=0)))
    )
