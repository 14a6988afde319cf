"""Any of the registered families, told apart by `family`: in validation, and in the JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from trimtab.core.design.targets.base import FAMILIES, Target

Families = tuple[tuple[str, type[Target]], ...]


@dataclass(frozen=True)
class ByFamily:
    """An annotation: the field is one of the families that are there when it is read, not when its model was defined,
    so that a family can be defined anywhere."""

    families: Callable[[], Mapping[str, type[Target]]]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(lambda value: self._union().validate_python(value))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(self._union().core_schema)

    def _union(self) -> TypeAdapter[Target]:
        return _adapter(tuple(self.families().items()))


@dataclass(frozen=True)
class _Tagged:
    families: Families

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        choices = {name: handler.generate_schema(family) for name, family in self.families}
        return core_schema.tagged_union_schema(choices=choices, discriminator="family")


@lru_cache(maxsize=16)
def _adapter(families: Families) -> TypeAdapter[Target]:
    return TypeAdapter(Annotated[Target, _Tagged(families)])


AnyTarget = Annotated[Target, ByFamily(lambda: FAMILIES)]
"""Any family."""
