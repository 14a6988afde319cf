"""Quantiles: where given shares of a number's values end."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any

from pydantic import Field, PlainValidator, WithJsonSchema, model_validator

from trimtab.core.design.controls.kind import Kind, Listed, Names
from trimtab.core.design.fields import Bound, Name, broken, number_of
from trimtab.core.design.values import as_number
from trimtab.core.errors import InputError
from trimtab.core.source.axes import NUMERIC

MOST_POINTS = 40
"""Quantiles that one factor may have."""


def _share(value: Any) -> float:
    """A share as a key of the file, where it may be text."""
    try:
        share = float(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else -1.0
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        broken(f"must be a share from 0 to 1, got {value!r}")
    return share


Point = Annotated[float, PlainValidator(_share), WithJsonSchema({"type": "string"})]
"""The share of values that lie at a quantile or below; a key of the file."""


class Quantiles(Listed):
    """Where quantiles of a number lie: for each share p of `at` a value x, so that the share p of the factor's values
    is at most x. Missing values don't count, and their share stays what it is."""

    factor: Name = Field(description="The factor: numbers or dates.")
    at: Annotated[dict[Point, Bound], Field(min_length=1, max_length=MOST_POINTS)] = Field(
        description="Share of the values -> the value that they are at most."
    )

    @model_validator(mode="after")
    def _ascending(self) -> Quantiles:
        points = sorted((share, number_of(value)) for share, value in self.at.items())
        for (low, first), (high, second) in pairwise(points):
            if first >= second:
                broken(
                    f"`at` must have a larger value for a larger share, got {first:g} for {low:g} and {second:g} for "
                    f"{high:g}"
                )
        return self

    @property
    def name(self) -> str:
        """What they are of."""
        return self.factor

    @property
    def points(self) -> tuple[tuple[float, float | str], ...]:
        """(share, value), ascending."""
        return tuple(sorted(self.at.items()))

    def check(self, names: Names) -> None:
        """The factor is a number or a date of the source, and has values between the quantiles wherever some are asked
        for."""
        owner = f"Quantiles of `{self.factor}`"
        kind = names.kind_of(self.factor, owner=owner)
        if self.factor in names.names:
            raise InputError(f"{owner}: it is computed from others. Ask for an event or levels of it instead.")
        if kind not in NUMERIC:
            raise InputError(f"{owner}: a {kind} factor has no order, so no quantiles. Give it a target of levels.")
        column = names.columns[self.factor]
        ends = [(0.0, float("-inf")), *((p, as_number(owner, x, column)) for p, x in self.points), (1.0, float("inf"))]
        for (low, above), (high, to) in pairwise(ends):
            if high > low and not ((column.numbers > above) & (column.numbers <= to)).any():
                said = " and ".join(
                    [f"above {above:g}"] * (above > float("-inf")) + [f"at most {to:g}"] * (to < float("inf"))
                )
                raise InputError(
                    f"{owner}: {high - low:.4g} of the values are to be {said}, but no real one is. Choose values that "
                    "the source has on both sides, or a target, which can reach further."
                )


class QuantilesKind(Kind):
    """Quantiles: where given shares of a number's values end."""

    word, part, noun, place = "quantiles", "quantiles", "quantile target", 35
    unique = "factor"
    gives_way = "Let the quantiles of {} be"
    as_asked = "with the quantiles asked for"

    @classmethod
    def called(cls, of: str) -> str:
        return f"the quantile target of `{of}`"

    @classmethod
    def of(cls, part: Any) -> str:
        return str(part["factor"])
