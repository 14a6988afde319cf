"""The union of all registered families, told apart by `family`."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from trimtab.core.design.targets import mixture  # noqa: F401  (importing it registers all families)
from trimtab.core.design.targets.base import FAMILIES, Target


class _ByFamily:
    """Builds the union from the registry at the moment a model that uses it is defined."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.tagged_union_schema(
            choices={name: handler.generate_schema(family) for name, family in FAMILIES.items()},
            discriminator="family",
        )


AnyTarget = Annotated[Target, _ByFamily]
"""Any family; a new one must be imported before the models of the design are."""
