"""The pool: the rows that a projection may take. All learning rows, then constructed ones.

A constructed row takes the values of some factors from other real rows. There are some only where a design asks for
what no real row shows: an event that never happened, a combination of a pair, a row of a sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trimtab.core.projection.features.feature import Feature
from trimtab.core.projection.features.side import Side
from trimtab.core.source.axes import Axis
from trimtab.core.source.columns import Column
from trimtab.core.study.study import Study

At = Mapping[str, np.ndarray]
"""For each factor (x,) the learning rows whose values some constructed rows take."""


@dataclass(frozen=True, eq=False)
class Pool:
    """The learning rows of a study and x constructed rows, `at`. `key` is the same for the same rows.

    Controls have a code of each of its rows: see `Rows` beside them.
    """

    study: Study
    at: At
    key: object = None

    @staticmethod
    def real(study: Study) -> Pool:
        """The learning rows alone."""
        return Pool(study, {name: np.empty(0, dtype=np.int64) for name in study.columns})

    @property
    def learned(self) -> int:
        """Number of learning rows; constructed ones follow them."""
        return self.study.grounding.rows

    @property
    def constructed(self) -> int:
        """Number of constructed rows."""
        return len(next(iter(self.at.values())))

    @property
    def rows(self) -> int:
        """Number of all rows."""
        return self.learned + self.constructed

    def with_rows(self, at: At) -> Pool:
        """The pool with more constructed rows at its end."""
        return Pool(self.study, {name: np.concatenate([rows, at[name]]) for name, rows in self.at.items()}, object())

    def origin(self, name: str, rows: np.ndarray) -> np.ndarray:
        """The learning rows whose values of a factor the pool's `rows` have."""
        if not self.constructed:
            return rows
        made = rows >= self.learned
        found = rows.astype(np.int64, copy=True)
        found[made] = self.at[name][rows[made] - self.learned]
        return found

    def extended(self, name: str, of_learning_row: np.ndarray) -> np.ndarray:
        """(rows,) a code of every row, given that of a factor on the learning rows."""
        if not self.constructed:
            return of_learning_row
        return np.concatenate([of_learning_row, of_learning_row[self.at[name]]])

    def feature(self, feature: Feature) -> np.ndarray:
        """(rows,) the codes of a feature."""
        known = feature.of_learning_rows(self.study)
        if feature.single:
            return self.extended(feature.columns[0], known)
        if not self.constructed:
            return known
        return np.concatenate([known, feature.of_table(self.made(feature.columns))])

    def made(self, names: Sequence[str]) -> pa.Table:
        """The constructed rows as a table of the named factors."""
        return table_at(self.study, names, self.at)

    def side(self, side: Side) -> np.ndarray:
        """(rows,) the bin of one factor of a pair or a floor; -1 outside its axis."""
        if side.feature is not None:
            return self.feature(side.feature)
        assert side.code_of_value is not None  # a factor of the source has them
        return self.extended(side.name, side.code_of_value[self.study.columns[side.name].codes])

    def places(self, column: Column) -> np.ndarray:
        """(rows,) the position of each row's value of a column, the number of its values for missing."""
        return self.extended(column.name, column.codes.astype(np.int64))

    def marginal(self, factor: str, code_of_value: np.ndarray, axis: Axis | None) -> np.ndarray:
        """(rows,) the code of each row's value of a factor."""
        return self.extended(factor, code_of_value[self.study.columns[factor].codes])


def table_at(study: Study, names: Sequence[str], at: At) -> pa.Table:
    """Rows that take the values of each factor from the learning rows `at`, as a table of the named factors."""
    wanted = names or list(at)[:1]
    return study.rows_of(wanted, {name: study.columns[name].codes[at[name]] for name in wanted})


def picker(code: np.ndarray, codes: int, generator: np.random.Generator) -> Callable[[np.ndarray], np.ndarray]:
    """A function that gives, for each wanted code (m,), a random row that has it; -1 where none has."""
    order = np.argsort(code, kind="stable")
    first = np.searchsorted(code, np.arange(codes + 1), sorter=order)

    def pick(wanted: np.ndarray) -> np.ndarray:
        count = first[wanted + 1] - first[wanted]
        place = first[wanted] + np.floor(generator.random(len(wanted)) * count).astype(np.int64)
        return np.where(count > 0, order[np.minimum(place, len(order) - 1)], -1)

    return pick
