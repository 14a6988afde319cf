"""Floors: every combination of the bins of some factors occurs at least so often."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, model_validator

from trimtab.core.design.controls.kind import Kind, Listed, Names
from trimtab.core.design.fields import Name, broken
from trimtab.core.errors import InputError
from trimtab.core.source.axes import Axis

Some = Annotated[int, Field(strict=True, ge=1)]

MOST_CELLS = 2_000_000
"""Cells that one floor may look after."""


class Floor(Listed):
    """Every combination of the bins of any `strength` of the factors occurs at least so often, unless a rule or a hold
    forbids it."""

    factors: Annotated[tuple[Name, ...], Field(min_length=1)] = Field(description="The factors.")
    strength: Annotated[int, Field(strict=True, ge=1, le=4)] = Field(default=2, description="How many at a time.")
    at_least: Some = Field(default=1, description="Rows of each combination.")

    @model_validator(mode="after")
    def _enough_factors(self) -> Floor:
        if len(set(self.factors)) < len(self.factors):
            broken(f"`factors` must differ, got {', '.join(self.factors)}")
        if self.strength > len(self.factors):
            broken(f"`strength` must be at most the number of factors, {len(self.factors)}, got {self.strength}")
        return self

    @property
    def name(self) -> str:
        """How the floor is named: `origin, carrier`."""
        return ", ".join(self.factors)

    def check(self, names: Names) -> None:
        """All factors can be named."""
        for name in self.factors:
            names.kind_of(name, owner=f"Floor `{self.name}`")

    @property
    def on_axes(self) -> Sequence[str]:
        """All factors."""
        return self.factors

    def check_bins(self, axes: Sequence[Axis]) -> None:
        """There are no more cells than can be looked after."""
        # The sum over all choices of factors of the product of their bins, one factor after the other.
        cells = [1, *[0] * self.strength]
        for axis in axes:
            for some in range(self.strength, 0, -1):
                cells[some] += cells[some - 1] * axis.size
        if cells[-1] > MOST_CELLS:
            raise InputError(
                f"Floor `{self.name}`: {self.strength} of its factors at a time make {cells[-1]:,} combinations of "
                f"bins, and {MOST_CELLS:,} can be looked after. Name fewer factors, give them fewer bins, or lower "
                "`strength`."
            )


class FloorKind(Kind):
    """Floors: every combination of the bins of some factors occurs at least so often."""

    word, part, noun, place = "floor", "floors", "floor", 90
    gives_way = "Remove the floor of {}"

    @classmethod
    def of(cls, part: Any) -> str:
        return ", ".join(map(str, part["factors"]))
