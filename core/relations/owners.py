"""Columns that name to whom several rows belong, such as a customer: what these rows have to do with each other is not
learned, and that is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trimtab.core.relations.key import Key
from trimtab.core.relations.relation import Found, Relation, relation_json
from trimtab.core.source.columns import Column
from trimtab.core.source.identifiers import called_owner, owner_among

FEWEST = 20
"""Of fewer, a column that is called so tells kinds apart and not owners."""
ROWS_EACH = 1.2
"""Rows that each has on average, at least."""


@dataclass(frozen=True)
class Owner:
    """A `factor` with `owners` values, to which `rows` rows belong."""

    factor: str
    owners: int
    rows: int

    @property
    def text(self) -> str:
        """What is to be known of it, for people."""
        return (
            f"Each {self.factor} has several rows: {self.rows:,} rows of {self.owners:,}. Rows are made one by one, so "
            "how many one has, their order and what they add up to are not kept."
        )

    def as_json(self) -> dict[str, Any]:
        """In the names of the command line."""
        return {"factor": self.factor, "owners": self.owners, "rows": self.rows}


def owners_of(columns: Mapping[str, Column], relations: Sequence[Relation]) -> tuple[Owner, ...]:
    """The owners among `columns`: those that are called so, and those of every key of several factors."""
    names = [name for name, column in columns.items() if called_owner(column) and column.distinct >= FEWEST]
    for relation in relations:
        if isinstance(relation, Key) and len(relation.factors) > 1:
            owner = owner_among([columns[name] for name in relation.factors])
            names += [owner.name] if owner else []
    found = [Owner(name, columns[name].distinct, int(columns[name].counts[:-1].sum())) for name in dict.fromkeys(names)]
    return tuple(one for one in found if one.rows >= ROWS_EACH * one.owners)


def holding_json(columns: Mapping[str, Column], found: Sequence[Found]) -> dict[str, Any]:
    """What always holds in `columns`, and their owners, in the names of the command line's contract."""
    owners = owners_of(columns, [one.relation for one in found])
    return {"relations": [relation_json(one) for one in found], "owners": [one.as_json() for one in owners]}
