"""Exactly one, or at most one, of several yes/no columns is true: a category written as one column for each level."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, model_validator

from trimtab.core.database import quote_name
from trimtab.core.design.fields import Name, broken
from trimtab.core.relations.relation import Change, Claim, RowRelation, listed
from trimtab.core.relations.sample import Sample
from trimtab.core.relations.surprise import SEVERAL_FACTORS, bound

AT_MOST_ALPHA = 1e-24
"""Chance to claim *at most one*, where rare columns that share a cause avoid each other often enough."""

FEWEST_COLUMNS = 3
"""Of two columns, one decides the other."""

TRUE = ("1", "true")
"""How a true value is written."""

Set = Annotated[tuple[Name, ...], Field(min_length=2)]


class _Set(RowRelation):
    """Columns of 0 and 1, or of false and true, of which few are true at a time."""

    holds: ClassVar[str]
    of_kinds: ClassVar[tuple[str, ...]] = ("count", "boolean")

    @model_validator(mode="after")
    def _factors_differ(self) -> _Set:
        if len(set(self.factors)) < len(self.factors):
            broken(f"`{self.kind}` must name different factors, got {', '.join(self.factors)}")
        return self

    @property
    def factors(self) -> tuple[str, ...]:
        """See `Relation.factors`."""
        found: tuple[str, ...] = getattr(self, self.kind)
        return found

    def bears(self, factor: str, change: Change) -> bool:
        """See `Relation.bears`; rows with a missing one are not looked at."""
        return change == "missing"

    def example(self, values: Mapping[str, str]) -> str:
        """See `Relation.example`: the names of those that are true."""
        return ", ".join(name for name in self.factors if values[name] in TRUE) or "none of them"

    def conditions(self, kinds: Mapping[str, str]) -> tuple[str, str]:
        """See `RowRelation.conditions`; a row with a missing one is not tested."""
        names = [quote_name(name) for name in self.factors]
        known = " AND ".join(f"{name} IS NOT NULL" for name in names)
        return known, f"{' + '.join(f'CAST({name} AS DOUBLE)' for name in names)} {self.holds} 1"


class OneOf(_Set):
    """`[a, b, c]`: in every row exactly one of them is 1 (or true), the others 0."""

    kind: ClassVar[str] = "one_of"
    title: ClassVar[str] = "exactly one is true"
    holds: ClassVar[str] = "="

    one_of: Set = Field(description="Yes/no columns of which exactly one is true.")

    @property
    def decided(self) -> tuple[str, ...]:
        """See `Relation.decided`; the last one is true where no other is."""
        return self.one_of[-1:]

    @property
    def text(self) -> str:
        """See `Relation.text`."""
        return f"exactly one of {listed(self.factors)} is true"

    @classmethod
    def find(cls, sample: Sample) -> list[Claim]:
        """See `Relation.find`."""
        needed = bound(_candidates(sample), SEVERAL_FACTORS)
        return [
            Claim(cls(one_of=names), nats) for names, nats, always in _exclusive(sample) if always and nats >= needed
        ]


class AtMostOneOf(_Set):
    """`[a, b, c]`: in every row at most one of them is 1 (or true), the others 0."""

    kind: ClassVar[str] = "at_most_one_of"
    title: ClassVar[str] = "at most one is true"
    holds: ClassVar[str] = "<="

    at_most_one_of: Set = Field(description="Yes/no columns of which at most one is true.")

    @property
    def text(self) -> str:
        """See `Relation.text`."""
        return f"at most one of {listed(self.factors)} is true"

    @classmethod
    def find(cls, sample: Sample) -> list[Claim]:
        """See `Relation.find`."""
        needed = bound(_candidates(sample), AT_MOST_ALPHA)
        return [
            Claim(cls(at_most_one_of=names), nats)
            for names, nats, always in _exclusive(sample)
            if not always and nats >= needed
        ]


def _exclusive(sample: Sample) -> list[tuple[tuple[str, ...], float, bool]]:
    """Sets of yes/no columns of which no two are ever true together: names, the surprise, whether one always is.

    Cliques grown one column at a time, the most frequent first. The surprise are the rows that independence would give
    two, Σ m·p_i·p_j.
    """
    places = _yes_no(sample)
    if len(places) < FEWEST_COLUMNS:
        return []
    true = np.column_stack([sample.numbers[:, i] == 1 if i in sample.numeric else _true(sample, i) for i in places])
    together = true.astype(np.float32).T @ true.astype(np.float32)
    shares = true.mean(axis=0)
    cliques: list[list[int]] = []
    for one in np.argsort(-shares, kind="stable"):
        fits = next((clique for clique in cliques if not together[one, clique].any()), None)
        if fits is None:
            cliques.append([int(one)])
        else:
            fits.append(int(one))
    found = []
    for clique in cliques:
        if len(clique) >= FEWEST_COLUMNS:
            part = shares[clique]
            nats = sample.rows * float(part.sum() ** 2 - (part**2).sum()) / 2
            names = tuple(sample.names[places[i]] for i in sorted(clique))
            found.append((names, nats, bool(true[:, clique].any(axis=1).all())))
    return found


def _yes_no(sample: Sample) -> list[int]:
    """Places of the columns of nothing but 0 and 1, or false and true, with nothing missing."""
    columns = list(sample.columns.values())
    return [
        place
        for place, one in enumerate(columns)
        if not one.counts[-1]
        and (one.kind == "boolean" or (place in sample.numeric and one.numbers.tolist() == [0.0, 1.0]))
    ]


def _true(sample: Sample, place: int) -> np.ndarray:
    values = list(sample.columns.values())[place].values.to_pylist()
    return np.asarray(sample.codes[:, place] == values.index(True))


def _candidates(sample: Sample) -> int:
    """Sets that could be claimed: each of the yes/no columns may be in or out; a pair is enough to refute one."""
    count = len(_yes_no(sample))
    return max(1, count * (count - 1) // 2)
