"""Columns whose values differ in every row: an identifier, or a step inside an owner."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, model_validator

from trimtab.core.database import quote_name
from trimtab.core.design.fields import Name, broken
from trimtab.core.relations.relation import Change, Claim, Relation, listed
from trimtab.core.relations.sample import WIDE, Sample
from trimtab.core.relations.surprise import ONE_FACTOR, SEVERAL_FACTORS, bound, combined
from trimtab.core.source.columns import Column
from trimtab.core.source.identifiers import collisions, is_identifier, owner_among
from trimtab.core.source.key_forms import form_of


class Key(Relation):
    """`[a]` or `[a, b]`: no two rows are alike in all of them; rows in which one is missing do not count."""

    kind: ClassVar[str] = "key"
    title: ClassVar[str] = "never repeats"
    one_donor: ClassVar[bool] = False

    key: Annotated[tuple[Name, ...], Field(min_length=1)] = Field(description="Factors that tell every row apart.")

    @model_validator(mode="after")
    def _factors_differ(self) -> Key:
        if len(set(self.factors)) < len(self.factors):
            broken(f"`key` must name different factors, got {', '.join(self.factors)}")
        return self

    @property
    def factors(self) -> tuple[str, ...]:
        """See `Relation.factors`."""
        return self.key

    @property
    def text(self) -> str:
        """See `Relation.text`."""
        together = " together" if len(self.factors) > 1 else ""
        return f"{listed(self.factors)}{together} {'differ' if together else 'differs'} in every row"

    def bears(self, factor: str, change: Change) -> bool:
        """See `Relation.bears`; rows in which a factor is missing do not count."""
        return change == "missing"

    def kept_in(self, columns: Mapping[str, Column]) -> bool:
        """See `Relation.kept_in`: rows of real values repeat them, unless one factor's are made anew."""
        return self.renewed(columns) is not None

    def renewed(self, columns: Mapping[str, Column]) -> str | None:
        """The factor of which new values are made, in their own form: the identifier, or of several factors the one
        that names an owner, such as a customer. None if there is none, or it has no form."""
        used = [columns[name] for name in self.factors]
        column = used[0] if len(used) == 1 else owner_among(used)
        if column is None or (len(used) == 1 and not is_identifier(column)):
            return None
        return column.name if form_of(column) else None

    def renewal(self, columns: Mapping[str, Column]) -> str:
        """What is done to keep it, for people; nothing if that can't be."""
        name = self.renewed(columns)
        form = form_of(columns[name]) if name else None
        if name is None or form is None or not form.room:
            return ""
        such = f"such as {form.keys(np.arange(1))[0].as_py()}"
        if len(self.factors) == 1:
            return f"every row gets a new value of {name}, {such}"
        return f"rows that would repeat {listed(self.factors)} get a new value of {name}, {such}"

    def query(self, table: str, kinds: Mapping[str, str]) -> str:
        """See `Relation.query`; what breaks it are rows beside the first of their values."""
        names = [quote_name(name) for name in self.factors]
        known = " AND ".join(f"{name} IS NOT NULL" for name in names)
        counted = f"SELECT count(*) AS n FROM {table} WHERE {known} GROUP BY {', '.join(names)}"
        return f"SELECT sum(n), sum(n) - count(*) FROM ({counted})"

    @classmethod
    def find(cls, sample: Sample) -> list[Claim]:
        """See `Relation.find`."""
        needed = bound(len(sample.names), ONE_FACTOR)
        claims, alone = [], set()
        for place, (name, column) in enumerate(sample.columns.items()):
            if not len(column.counts[:-1]) or column.counts[:-1].max() > 1:
                continue
            alone.add(place)
            nats = collisions(column)
            if nats >= needed and not column.counts[-1]:
                claims.append(Claim(cls(key=(name,)), nats))
        for (a, b), nats in _pairs(sample, alone):
            claims.append(Claim(cls(key=(sample.names[a], sample.names[b])), nats))
        return claims


def _pairs(sample: Sample, alone: set[int]) -> Iterator[tuple[tuple[int, int], float]]:
    """Pairs that tell all rows of the sample apart, of which none does so `alone`, and their surprise."""
    columns = list(sample.columns.values())
    places = [
        place
        for place in range(len(sample.names))
        if place not in alone and not columns[place].counts[-1] and columns[place].kind != "continuous"
    ]
    if len(places) > WIDE:
        return
    needed = bound(len(places) * (len(places) - 1) // 2, SEVERAL_FACTORS)
    for a, b in combinations(places, 2):
        if int(sample.distinct[a]) * int(sample.distinct[b]) < sample.rows:
            continue
        both = combined([sample.codes[:, a], sample.codes[:, b]])
        if int(both.max()) + 1 < sample.rows:
            continue
        nats = min(_expected(sample, a, b), _expected(sample, b, a))
        if nats >= needed:
            yield (a, b), nats


def _expected(sample: Sample, owner: int, step: int) -> float:
    """Pairs of rows of one owner that would have the same step, were the steps shuffled among owners nearly alike."""
    steps, classes = sample.codes[:, step], sample.coarse(owner)
    cells = np.bincount(combined([classes, steps]))
    chance = np.bincount(_class_of_cells(classes, steps), weights=cells.astype(float) ** 2)
    chance = chance / np.bincount(classes, minlength=len(chance)).clip(1) ** 2
    _, first, sizes = np.unique(sample.codes[:, owner], return_index=True, return_counts=True)
    return float((sizes * (sizes - 1) / 2 * chance[classes[first]]).sum())


def _class_of_cells(classes: np.ndarray, steps: np.ndarray) -> np.ndarray:
    both = combined([classes, steps])
    _, first = np.unique(both, return_index=True)
    return np.asarray(classes[first])
