"""Parts of dates and differences of dates that stand in columns of their own: month, weekday, age, days between."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from typing import Annotated, ClassVar

import numpy as np
import pyarrow as pa
from pydantic import Field, model_validator

from trimtab.core.database import quote_name
from trimtab.core.design.fields import Name, Text, broken
from trimtab.core.expressions import parse_scalar
from trimtab.core.expressions.evaluate import evaluate
from trimtab.core.relations.formulas.writing import columns_in
from trimtab.core.relations.relation import Change, Claim, RowRelation, written
from trimtab.core.relations.sample import FIRST_ROWS, Sample
from trimtab.core.relations.surprise import ONE_FACTOR, bound, spread

FEWEST_VALUES = 30
"""Different dates that show a part, at least."""

OF_ONE = (
    "year({0})",
    "quarter({0})",
    "month({0})",
    "week({0})",
    "day({0})",
    "dayofyear({0})",
    "dayofweek({0})",
    "date_part('isodow', {0})",
    "hour({0})",
    "minute({0})",
    "second({0})",
    "dayname({0})",
    "monthname({0})",
)
OF_TWO = (
    "date_diff('day', {0}, {1})",
    "date_sub('year', {0}, {1})",
    "date_diff('year', {0}, {1})",
    "floor(date_diff('day', {0}, {1}) / 365.25)",
    "date_sub('month', {0}, {1})",
    "date_diff('hour', {0}, {1})",
    "date_diff('minute', {0}, {1})",
    "date_diff('second', {0}, {1})",
)
"""Of two expressions that give the same, the first one is claimed."""


class Parts(RowRelation):
    """`{month: "month(date)", …}`: columns that are computed from dates."""

    kind: ClassVar[str] = "parts"
    title: ClassVar[str] = "computed from dates"

    parts: Annotated[dict[Name, Text], Field(min_length=1)] = Field(
        description="Column -> SQL expression over columns of dates."
    )

    @model_validator(mode="after")
    def _of_others(self) -> Parts:
        for name, expression in self.parts.items():
            if name in columns_in(expression):
                broken(f"`parts` of `{name}` must be computed from other factors, got `{expression}`")
        return self

    @property
    def factors(self) -> tuple[str, ...]:
        """See `Relation.factors`."""
        roots = (root for expression in self.parts.values() for root in columns_in(expression))
        return tuple(dict.fromkeys((*roots, *self.parts)))

    @property
    def decided(self) -> tuple[str, ...]:
        """See `Relation.decided`."""
        return tuple(self.parts)

    @property
    def text(self) -> str:
        """See `Relation.text`."""
        return ", ".join(f"{name} = {expression}" for name, expression in self.parts.items())

    def bears(self, factor: str, change: Change) -> bool:
        """See `Relation.bears`; what is missing is not computed."""
        return change == "missing"

    def conditions(self, kinds: Mapping[str, str]) -> tuple[str, str]:
        """See `RowRelation.conditions`; rows in which a part and what it is of are known are tested."""
        tested, holds = [], []
        for name, sql in self.formulas(kinds).items():
            column = quote_name(name)
            known = f"{column} IS NOT NULL AND ({sql}) IS NOT NULL"
            tested.append(f"({known})")
            holds.append(f"(NOT ({known}) OR {column} = ({sql}))")
        return " OR ".join(tested), " AND ".join(holds)

    def formulas(self, kinds: Mapping[str, str]) -> Mapping[str, str]:
        """See `Relation.formulas`."""
        return {
            name: parse_scalar(expression, kinds, owner=f"parts of `{name}`").sql
            for name, expression in self.parts.items()
        }

    def check(self, kinds: Mapping[str, str]) -> None:
        """See `Relation.check`; each expression is read as every other."""
        self.conditions(kinds)

    @classmethod
    def find(cls, sample: Sample) -> list[Claim]:
        """See `Relation.find`."""
        parts: dict[tuple[str, ...], dict[str, str]] = {}
        nats: dict[tuple[str, ...], float] = {}
        for name, roots, expression, found in _evident(sample):
            parts.setdefault(roots, {})[name] = expression
            nats[roots] = min(nats.get(roots, found), found)
        return [Claim(cls(parts=one), nats[roots]) for roots, one in parts.items()]


def _evident(sample: Sample) -> Iterator[tuple[str, tuple[str, ...], str, float]]:
    """(column, columns of dates, expression, surprise), at most one for each column."""
    names, rows = sample.names, min(FIRST_ROWS, sample.rows)
    asked = [(roots, form) for roots, form in _forms(sample)]
    if not asked:
        return
    expressions = [form.format(*(quote_name(name) for name in roots)) for roots, form in asked]
    dates = pa.table({name: _values(sample, names.index(name), rows) for name in {one for r, _ in asked for one in r}})
    computed = evaluate(expressions, dates, owner="parts of dates")
    places = [place for place in range(len(names)) if place not in sample.dates]
    needed = bound(len(places) * len(asked), ONE_FACTOR)
    columns, taken = _Columns(sample, places, rows), set()
    for (roots, form), values in zip(asked, computed, strict=True):
        for place in columns.same(values):
            found = 0.0 if place in taken else _nats(sample, place, roots, values)
            if found >= needed:
                taken.add(place)
                yield names[place], roots, form.format(*map(written, roots)), found


def _forms(sample: Sample) -> Iterator[tuple[tuple[str, ...], str]]:
    dates = [sample.names[place] for place in sample.dates]
    for name in dates:
        yield from (((name,), form) for form in OF_ONE)
    for pair in permutations(dates, 2):
        yield from ((pair, form) for form in OF_TWO)


def _values(sample: Sample, place: int, rows: int) -> pa.Array:
    column, codes = list(sample.columns.values())[place], sample.codes[:rows, place]
    return column.values.take(pa.array(codes, mask=codes == column.distinct))


class _Columns:
    """The first `rows` values of some columns, read once: thousands of expressions may be compared with them."""

    def __init__(self, sample: Sample, places: Sequence[int], rows: int) -> None:
        own = {place: _values(sample, place, rows) for place in places}
        self._texts = {place: one for place, one in own.items() if pa.types.is_string(one.type)}
        self._numeric = [
            place for place, one in own.items() if place not in self._texts and not pa.types.is_boolean(one.type)
        ]
        self._numbers = np.array([_floats(own[place]) for place in self._numeric]).reshape(-1, rows)
        self._known = ~np.isnan(self._numbers)

    def same(self, values: pa.Array) -> list[int]:
        """Places of the columns that have the `values` wherever both are known, in FEWEST_VALUES rows at least."""
        if pa.types.is_string(values.type):
            return [place for place, own in self._texts.items() if _always(pa.compute.equal(own, values))]
        numbers = _floats(values)
        known = self._known & ~np.isnan(numbers)
        holds = ~(known & (self._numbers != numbers)).any(axis=1) & (known.sum(axis=1) >= FEWEST_VALUES)
        return [self._numeric[i] for i in np.flatnonzero(holds)]


def _floats(values: pa.Array) -> np.ndarray:
    return np.asarray(values.cast(pa.float64()).to_numpy(zero_copy_only=False))


def _always(equal: pa.Array) -> bool:
    known = equal.drop_null()
    return len(known) >= FEWEST_VALUES and bool(pa.compute.all(known).as_py())


def _nats(sample: Sample, place: int, roots: Sequence[str], values: pa.Array) -> float:
    """Nats, over rows with different dates, were the parts shuffled."""
    codes = sample.codes[: len(values)]
    known = ~sample.missing[: len(values), place] & values.is_valid().to_numpy(zero_copy_only=False)
    _, first = np.unique(codes[known][:, [sample.names.index(name) for name in roots]], axis=0, return_index=True)
    if len(first) < FEWEST_VALUES:
        return 0.0
    return spread(codes[known][first, place], np.zeros(len(first), dtype=np.int64))
