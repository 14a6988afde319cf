"""Relations: what always holds, of rows that no real one is like: constructed ones, and those of values never seen."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from trimtab.core.design.controls.kind import ControlName
from trimtab.core.expressions.evaluate import evaluate
from trimtab.core.projection.conflict import Conflict
from trimtab.core.projection.controls.control import Control, Rows, controls_at
from trimtab.core.projection.features.feature import Feature, truth
from trimtab.core.projection.pool.pool import At, Pool, table_at
from trimtab.core.projection.pool.table_rows import places_of
from trimtab.core.relations.determines import Determines
from trimtab.core.relations.key import Key
from trimtab.core.relations.relation import Change, Relation, RowRelation
from trimtab.core.source.columns import Column, as_numbers
from trimtab.core.source.key_forms import form_of
from trimtab.core.study.study import Study
from trimtab.core.words.plain import capital

NO_FORM = (
    "rows are made of real values, so they would repeat them, and none of these has a form in which new ones could be "
    "made, as C001 or a column customer_id has."
)
DEFINED = {"derive": "derive", "level": "level", "label": "label", "probability": "label"}
"""The kinds of what a design computes, by the role of its definition."""
LET_GO = "Let the relation go, and number the rows afterwards."
INSTEAD = "Take that away, or let the relation go."


@dataclass(frozen=True, eq=False)
class RelationControl(Control):
    """A relation: code 1 where a row keeps it, which all are asked to do, and 0 where it breaks it.

    Rows that are real keep it, and what one donor gives does; so it is asked of the others only.
    """

    relation: Relation

    kind = "relation"
    generated_only = True
    settles = False
    guards = True

    @property
    def name(self) -> ControlName:
        return ControlName("relation", self.relation.text)

    @property
    def columns(self) -> tuple[str, ...]:
        return self.relation.factors

    @property
    def of_every_row(self) -> bool:
        return True

    @property
    def together(self) -> Sequence[str]:
        return [name for name in self.relation.factors if not self.relation.bears(name, "missing")]

    def idle(self, pool: Pool) -> bool:
        key = (pool.study.grounding, pool.key, self.relation.model_dump_json())
        return pool.study.memo.of("whether a relation holds", key, lambda: bool(self.codes(pool).all()))

    def geometry(self, study: Study) -> Hashable:
        return (self.name, self.relation.model_dump_json())

    def refused(self, study: Study, others: Sequence[Control], rows: int) -> Iterator[Conflict]:
        for control in others:
            if control.factor in self.relation.factors:
                yield from self._beyond(study, control)

    def _beyond(self, study: Study, control: Control) -> Iterator[Conflict]:
        """Why it can't be kept where a control asks for values that no learning row has."""
        for code in control.invented(study):
            change = _change(study, control, int(code))
            if not self._bears(control, int(code), change):
                yield _contradicted(control, int(code), change == "missing", self.name)
                return

    def _bears(self, control: Control, code: int, change: Change) -> bool:
        """Whether rows keep it whose value of a control's factor is taken to a code that no learning row has."""
        return self.relation.bears(str(control.factor), change)


@dataclass(frozen=True, eq=False)
class _OfRow(RelationControl):
    """A relation that each row keeps or breaks by itself: a condition of several factors."""

    feature: Feature
    formulas: Mapping[str, str]

    def codes(self, rows: Rows) -> np.ndarray:
        return rows.feature(self.feature)

    def following(self, study: Study, at: At) -> Iterator[tuple[str, np.ndarray]]:
        rows = table_at(study, self.columns, at)
        for name, sql in self.formulas.items():
            (values,) = evaluate([sql], rows, owner=self.feature.owner)
            yield name, _places(study.columns[name], values)


@dataclass(frozen=True, eq=False)
class _Decided(RelationControl):
    """A relation by which one factor is decided: `keys` (D,) ascending, are the combinations of the `roots` that the
    learning rows have, and `values` (D,) the position of the value that most of them have there."""

    roots: tuple[Column, ...]
    column: Column
    keys: np.ndarray
    values: np.ndarray

    def codes(self, rows: Rows) -> np.ndarray:
        decided = self._of([rows.places(column) for column in self.roots])
        return np.asarray((decided >= 0) & (decided == rows.places(self.column)), dtype=np.int64)

    def following(self, study: Study, at: At) -> Iterator[tuple[str, np.ndarray]]:
        yield self.column.name, self._of([column.codes[at[column.name]].astype(np.int64) for column in self.roots])

    def _bears(self, control: Control, code: int, change: Change) -> bool:
        """A new value decides what all rows have that lend themselves to it, if they have the same."""
        column = next((one for one in self.roots if one.name == control.factor), None)
        if column is None or change == "missing":
            return False
        of_row = control.plain[column.name][column.codes]
        seen = np.unique(of_row[of_row != control.missing_code])
        if not len(seen):
            return False
        lent = of_row == seen[np.abs(seen - code).argmin()]
        return bool(np.ptp(self.column.codes[lent]) == 0)

    def _of(self, places: Sequence[np.ndarray]) -> np.ndarray:
        """(n,) what is decided by values of the roots at these places; -1 by what the source never shows."""
        key = _key(self.roots, places)
        at = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
        known = np.logical_and.reduce([place >= 0 for place in places]) & (self.keys[at] == key)
        return np.where(known, self.values[at], -1)


@dataclass(frozen=True, eq=False)
class _Keyed(RelationControl):
    """A key: rows get it when they are written, by new values of one of its factors, so no row breaks it before."""

    relation: Key
    column: Column

    def codes(self, rows: Rows) -> np.ndarray:
        return np.ones(len(rows.places(self.column)), dtype=np.int64)

    def idle(self, pool: Pool) -> bool:
        return True

    def refused(self, study: Study, others: Sequence[Control], rows: int) -> Iterator[Conflict]:
        renewed = self.relation.renewed(study.columns)
        form = form_of(study.columns[renewed]) if renewed else None
        if renewed is None or form is None:
            yield self._conflict(NO_FORM)
            return
        if len(self.relation.factors) == 1 and form.room < rows:
            yield self._conflict(f"{form.room:,} new values of `{renewed}` can be made in the form of the source's.")
        yield from super().refused(study, others, rows)
        for name in dict.fromkeys(self._users(study, renewed, others)):
            yield self._conflict(f"new values of `{renewed}` are made for that, which {name.called} looks at.", name)
        for other in study.relations:
            if other != self.relation and renewed in other.factors and not other.bears_renewal(renewed):
                name = ControlName("relation", other.text)
                yield self._conflict(f"new values of `{renewed}` are made for that, which break {name.called}.", name)
        for control in others:
            if control.groups_rows:
                yield self._conflict(
                    f"rows of one group of {control.name.called} would get different ones.", control.name
                )

    def _users(self, study: Study, renewed: str, others: Sequence[Control]) -> Iterator[ControlName]:
        """What looks at values that are made anew only when the rows are written."""
        yield from (control.name for control in others if renewed in control.columns)
        for name, definition in study.definitions.items():
            if renewed in definition.scalar.columns:
                yield ControlName(DEFINED[definition.role], name)

    def _conflict(self, why: str, *others: ControlName) -> Conflict:
        message = f"{capital(self.name.called)}: {why} {INSTEAD if others else LET_GO}"
        return Conflict((self.name, *others), message, self.name, None)


@controls_at(90)
def relations_of(study: Study) -> tuple[RelationControl, ...]:
    """The relations that are to hold in a study's rows."""
    return tuple(_control(study, one) for one in study.relations)


def _control(study: Study, relation: Relation) -> RelationControl:
    asked = np.array([0.0, 1.0])
    if isinstance(relation, Determines):
        roots = tuple(study.columns[name] for name in relation.roots)
        column = study.columns[relation.decided[0]]
        keys, values = study.memo.of("what is decided", (*roots, column), lambda: _decided(roots, column))
        return _Decided(asked, (), relation, roots, column, keys, values)
    if isinstance(relation, Key):
        return _Keyed(asked, (), relation, study.columns[relation.factors[0]])
    if isinstance(relation, RowRelation):
        kinds = {name: column.kind for name, column in study.columns.items()}
        tested, holds = relation.conditions(kinds)
        sql = f"CAST((({tested}) AND ({holds}) IS NOT TRUE) IS NOT TRUE AS DOUBLE)"
        feature = Feature(f"Relation `{relation.text}`", sql, relation.factors, truth, "truth")
        return _OfRow(asked, (), relation, feature, relation.formulas(kinds))
    return RelationControl(asked, (), relation)


def _key(columns: Sequence[Column], places: Sequence[np.ndarray]) -> np.ndarray:
    """(n,) one number for the positions of the values of one or two columns."""
    key = places[0].astype(np.int64)
    for column, place in zip(columns[1:], places[1:], strict=True):
        key = key * (column.distinct + 1) + place
    return key


def _decided(roots: Sequence[Column], column: Column) -> tuple[np.ndarray, np.ndarray]:
    size = column.distinct + 1
    both, counts = np.unique(_key(roots, [one.codes for one in roots]) * size + column.codes, return_counts=True)
    keys, values = np.divmod(both, size)
    # The most frequent value of a key stands last.
    order = np.lexsort((counts, keys))
    last = np.flatnonzero(np.diff(keys[order], append=-1))
    return keys[order[last]], values[order[last]]


def _places(column: Column, values: pa.Array) -> np.ndarray:
    """(n,) where computed `values` stand among those of a column, of numbers the nearest one; -1 for none."""
    if not len(column.numbers):
        return places_of(values.cast(column.type), column)
    numbers = as_numbers(values)
    right = np.searchsorted(column.numbers, numbers).clip(0, column.distinct - 1)
    left = (right - 1).clip(0)
    nearer = np.abs(numbers - column.numbers[left]) < np.abs(column.numbers[right] - numbers)
    return np.where(np.isfinite(numbers), np.where(nearer, left, right), -1)


def _change(study: Study, control: Control, code: int) -> Change:
    """What happens to a value that is taken to a code which no learning row has."""
    if code == control.missing_code:
        return "missing"
    column = study.columns[str(control.factor)]
    axis = control.axis
    if axis is None or not axis.numeric or not column.distinct:
        return "other"
    if axis.highs[code] <= column.numbers[0]:
        return "lower"
    return "higher" if axis.lows[code] > column.numbers[-1] else "other"


def _contradicted(control: Control, code: int, missing: bool, relation: ControlName) -> Conflict:
    where = "be missing" if missing else f"have values in {control.labels[code]}"
    other = "Ask for no missing ones" if missing else "Ask for nothing there"
    message = (
        f"{capital(control.name.called)}: `{control.factor}` would {where}, where no real row shows what keeps "
        f"{relation.called}. {other}, or let the relation go."
    )
    return Conflict((control.name, relation), message, control.name, None)
