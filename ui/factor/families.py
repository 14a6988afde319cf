"""Target families as forms: which fields a family has, their ranges, and what the real data give to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trimtab.core.design.targets import FAMILIES, Target
from trimtab.core.errors import InputError
from trimtab.core.source.columns import Column

CUTS = ("low", "high")


@dataclass(frozen=True)
class Parameter:
    """A field of a family's form. Kind `bound`: a number, or a date for factors of dates; `value`: one value."""

    name: str
    about: str
    kind: str  # number, whole, bound, value
    optional: bool
    low: float | None = None
    above: float | None = None
    high: float | None = None

    @property
    def range_text(self) -> str:
        """The range in words; empty if there is none."""
        if self.low is not None and self.high is not None:
            return f"{self.low:g} to {self.high:g}"
        if self.above is not None:
            return f"more than {self.above:g}"
        return f"at least {self.low:g}" if self.low is not None else ""


def parameters(family: str) -> tuple[Parameter, ...]:
    """The fields of a family's form, from its class; cuts last, bars and levels not among them."""
    schema, drawn = FAMILIES[family].model_json_schema(), FAMILIES[family].drawn
    required = schema.get("required", [])
    found = [
        _parameter(name, field, optional=name not in required and field.get("default") is None)
        for name, field in schema["properties"].items()
        if name in CUTS or not (drawn or name == "family" or field.get("type") == "array")
    ]
    return tuple(sorted(found, key=lambda one: one.name in CUTS))


def _parameter(name: str, field: dict[str, Any], *, optional: bool) -> Parameter:
    # What may be left out is a union with null.
    ways = [way for way in field.get("anyOf", []) if way.get("type") != "null"]
    if len(ways) == 1:
        field = {**ways[0], **field}
    type_ = field.get("type")
    kind = "whole" if type_ == "integer" else "number" if type_ == "number" else "bound"
    if isinstance(type_, list):
        kind = "value"
    return Parameter(
        name,
        field.get("description", ""),
        kind,
        optional,
        low=field.get("minimum"),
        above=field.get("exclusiveMinimum"),
        high=field.get("maximum"),
    )


def fitted_values(target: Target, column: Column) -> dict[str, float]:
    """What the source gives to the parameters that a family leaves open; nothing if it can't."""
    try:
        found = target.fitted(column)
    except InputError:
        return {}
    left_open = (name for name in type(target).model_fields if getattr(target, name) is None)
    return {name: value for name in left_open if isinstance(value := getattr(found, name), float)}
