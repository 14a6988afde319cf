"""New keys: values that are made anew, so that no two rows are alike in all factors of a key.

They are made when the rows leave, in order: how often a combination came before says which of the new values a row
gets. The first rows keep their owner, such as a customer, who is real; those that would repeat a combination belong to
another one, new and the same for the next combination that comes so often. In a supplement every owner is new, for the
real rows have the combinations too, and so is every value of an identifier.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from trimtab.core.errors import InputError
from trimtab.core.relations.key import Key
from trimtab.core.source.columns import Column
from trimtab.core.source.key_forms import KeyForm, form_of
from trimtab.core.study.study import Study

Codes = Mapping[str, np.ndarray]
"""(n,) for each factor of a key the position of the value of each row, before new ones are made."""


@dataclass(eq=False)
class _Counts:
    """How often each number came so far."""

    numbers: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    counts: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def before(self, numbers: np.ndarray) -> np.ndarray:
        """(n,) how often each of the next `numbers` came before it, in this call and those before."""
        found, group, counts = np.unique(numbers, return_inverse=True, return_counts=True)
        order = np.argsort(group, kind="stable")
        starts = np.cumsum(counts) - counts
        place = np.empty(len(numbers), dtype=np.int64)
        place[order] = np.arange(len(numbers)) - starts[group[order]]
        at = np.searchsorted(self.numbers, found)
        known = at < len(self.numbers)
        known[known] = self.numbers[at[known]] == found[known]
        earlier = np.zeros(len(found), dtype=np.int64)
        earlier[known] = self.counts[at[known]]
        self.counts[at[known]] += counts[known]
        self.numbers = np.insert(self.numbers, at[~known], found[~known])
        self.counts = np.insert(self.counts, at[~known], counts[~known])
        return earlier[group] + place


@dataclass(eq=False)
class NewKeys:
    """The keys of a study's relations; `renewed` is called once for each block, in their order."""

    keys: tuple[_NewKey, ...]

    @staticmethod
    def of(study: Study) -> NewKeys:
        """Those of a study, none made yet."""
        # Real rows, beside which they stand, have the combinations too.
        first = 0 if study.design.mode == "standalone" else 1
        return NewKeys(tuple(_new_key(study, one, first) for one in study.relations if isinstance(one, Key)))

    def renewed(self, table: pa.Table, codes: Codes) -> pa.Table:
        """The rows of the next block with their new values. Raises InputError if no more of them can be made."""
        for key in self.keys:
            place = table.schema.get_field_index(key.column.name)
            values = key.renewed(table.column(place), codes)
            table = table.set_column(place, table.schema.field(place), values)
        return table


def renewed_factors(study: Study) -> set[str]:
    """The factors of which rows have new values."""
    keys = [one for one in study.relations if isinstance(one, Key)]
    return {name for one in keys if (name := one.renewed(study.columns)) is not None}


def _new_key(study: Study, relation: Key, first: int) -> _NewKey:
    name = relation.renewed(study.columns)
    column = study.columns[str(name)]
    form = form_of(column)
    assert form is not None, "the projection refuses a key without a form"
    others = tuple(study.columns[one] for one in relation.factors if one != name)
    every, at = (1, 0) if study.part is None else (len(study.part.shares), study.part.number)
    return _NewKey(relation, column, others, form, first, every, at)


@dataclass(eq=False)
class _NewKey:
    """One key: its `column` gets new values by how often the values of all came before. The new values of a part of a
    split are one of `every`, the one `at`: no two parts have the same."""

    relation: Key
    column: Column
    others: tuple[Column, ...]
    form: KeyForm
    first: int
    every: int = 1
    at: int = 0
    rows: int = 0
    seen: _Counts = field(default_factory=_Counts)

    def check(self, needed: int) -> None:
        """Raise InputError if there are fewer new values than needed, which is not known before rows are made."""
        if self.form.room < needed:
            raise InputError(
                f"Relation `{self.relation.text}`: {needed:,} new values of `{self.column.name}` are needed, and "
                f"{self.form.room:,} can be made in the form of the source's. Ask for fewer rows, or let the relation "
                "go."
            )

    def renewed(self, values: pa.ChunkedArray, codes: Codes) -> pa.ChunkedArray:
        """(n,) the values of the next rows."""
        own = codes[self.column.name].astype(np.int64)
        known = own < self.column.distinct
        for other in self.others:
            known &= codes[other.name] < other.distinct
        rows = np.flatnonzero(known)
        numbers = self._numbers(own[rows], [codes[other.name][rows] for other in self.others])
        new = numbers >= 0
        if not new.any():
            return values
        self.check(int(numbers.max()) + 1)
        made = self.form.keys(numbers[new])
        place = np.arange(len(values))
        place[rows[new]] = len(values) + np.arange(len(made))
        return pa.chunked_array([pa.concat_arrays([*values.chunks, made]).take(pa.array(place))])

    def _numbers(self, own: np.ndarray, others: list[np.ndarray]) -> np.ndarray:
        """(n,) the numbers of the new values, -1 for rows that keep theirs."""
        if not self.others:
            self.rows += len(own)
            return np.arange(self.rows - len(own), self.rows) * self.every + self.at
        combination = own
        for column, codes in zip(self.others, others, strict=True):
            combination = combination * (column.distinct + 1) + codes
        turn = self.seen.before(combination) + self.first
        return np.where(turn == 0, -1, ((turn - 1) * self.every + self.at) * self.column.distinct + own)
