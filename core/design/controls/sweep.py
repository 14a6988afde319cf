"""Sweeps: groups of rows that differ in one factor."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from trimtab.core.design.controls.kind import Kind, Listed, Names
from trimtab.core.design.fields import Name, Value, broken
from trimtab.core.design.values import swept_values
from trimtab.core.errors import InputError

Some = Annotated[int, Field(strict=True, ge=1)]


class Sweep(Listed):
    """Groups of rows that differ in one factor: each group has one row for each of the `values`. They are among the
    design's rows, and every promise counts them.

    `intervene`: a group is a real row in which nothing but the factor, and what is derived from it, changes.
    `condition`: the other factors are drawn anew as they are where the factor has that value.
    """

    factor: Name = Field(description="The factor that varies.")
    values: Annotated[tuple[Value, ...], Field(min_length=2)] = Field(description="The values it takes in each group.")
    groups: Some = Field(description="Number of groups.")
    others: Literal["intervene", "condition"] = Field(default="intervene", description="What the other factors do.")

    @model_validator(mode="after")
    def _values_differ(self) -> Sweep:
        if len({(isinstance(value, bool), value) for value in self.values}) < len(self.values):
            broken(f"`values` must differ, got {list(self.values)}")
        return self

    def check(self, names: Names) -> None:
        """The factor can vary by itself, and has the values."""
        owner = f"Sweep `{self.factor}`"
        names.kind_of(self.factor, owner=owner)
        if self.factor in names.names:
            raise InputError(
                f"{owner}: `{self.factor}` is computed from others and can't vary alone; vary one of them."
            )
        if names.role_of(self.factor) == "hold":
            raise InputError(f"{owner}: `{self.factor}` has role hold, so it can't vary. Give it another role.")
        swept_values(self.factor, self.values, names.columns[self.factor])


class SweepKind(Kind):
    """Sweeps: groups of rows that differ in one factor."""

    word, part, noun, place = "sweep", "sweeps", "sweep", 80
    unique = "factor"
    gives_way = "Remove the sweep of {}"

    @classmethod
    def of(cls, part: Any) -> str:
        return str(part["factor"])
