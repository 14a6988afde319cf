"""Any relation, told apart by the key that says what holds; and the relation of an entry of a design file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, TypeAdapter
from pydantic_core import CoreSchema, core_schema

from trimtab.core.relations.at_hand import KINDS
from trimtab.core.relations.relation import Relation


def _kind(entry: Any) -> str | None:
    """The key of an entry that says what holds; for an unknown one the first key, so that it can be named."""
    if isinstance(entry, Relation):
        return entry.kind
    if not isinstance(entry, Mapping) or not entry:
        return None
    return next((str(key) for key in entry if key in KINDS), str(next(iter(entry))))


class _ByKind:
    """Builds the union from the registry at the moment a model that uses it is defined."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.tagged_union_schema(
            choices={name: handler.generate_schema(kind) for name, kind in KINDS.items()}, discriminator=_kind
        )


AnyRelation = Annotated[Relation, _ByKind]
"""Any kind of relation."""

_ADAPTER: TypeAdapter[Relation] = TypeAdapter(AnyRelation)


def relation_of(entry: Mapping[str, Any]) -> Relation:
    """The relation of an entry of a design file, which was checked before."""
    return _ADAPTER.validate_python(entry)
