"""Relations: what always holds in reality, and therefore in every row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trimtab.core.design.controls.kind import Kind
from trimtab.core.errors import InputError, nearest
from trimtab.core.relations.relation import Relation
from trimtab.core.relations.union import relation_of
from trimtab.core.source.columns import Column

GO = "Take the relation out of `relations`; in the app, let it go on the page Data."
"""What a person can do about one that no longer fits."""


class RelationKind(Kind):
    """Relations: what always holds in reality, and therefore in every row."""

    word, part, noun, place = "relation", "relations", "relation", 75
    unique = "text"
    gives_way = "Let the relation go"

    @classmethod
    def asks(cls, share: str) -> str:
        return "is to hold in every row"

    @classmethod
    def limit(cls, limit: str, *, most: bool, certain: bool) -> str:
        return f"at most {limit} of the rows could keep it"

    @classmethod
    def of(cls, part: Any) -> str:
        return relation_of(part).text

    @classmethod
    def parts(cls, data: Mapping[str, Any]) -> Iterator[Any]:
        yield from super().parts({"relations": data.get("relations") or ()})


def relation_faults(
    relations: Sequence[Relation], columns: Mapping[str, Column], derived: Sequence[str]
) -> Iterator[InputError]:
    """A fault for each relation that names what is no column of the source, or what the design computes anew."""
    kinds = {name: column.kind for name, column in columns.items()}
    for relation in relations:
        owner = f"Relation `{relation.text}`"
        unknown = [name for name in relation.factors if name not in columns]
        if unknown:
            yield InputError(f"{owner}: there is no column `{unknown[0]}`.{nearest(unknown[0], columns)}")
            continue
        anew = [name for name in relation.factors if name in derived]
        if anew:
            yield InputError(f"{owner}: `{anew[0]}` has role derive, so it is not as in reality. {GO}")
        try:
            relation.check(kinds)
        except InputError as error:
            yield InputError(f"{error} {GO}")
