"""Equations between numbers: sums and differences, products and ratios, another unit, a logarithm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field, model_validator
from sqlglot import exp

from trimtab.core.database import quote_name
from trimtab.core.design.fields import Text, broken
from trimtab.core.expressions import parse_scalar
from trimtab.core.expressions.rendering import sql_of
from trimtab.core.relations.formulas.of_one import curves
from trimtab.core.relations.formulas.of_several import sums
from trimtab.core.relations.formulas.writing import columns_in, filled, number, sides
from trimtab.core.relations.relation import Change, Claim, RowRelation
from trimtab.core.relations.sample import Sample

DIGITS = 1e-12
"""What is written with decimals is not what a computer adds: so much of the largest number in it is let be."""


class Equation(RowRelation):
    """`total = yes + no`: a column is what an expression over others gives, up to the `tolerance`."""

    kind: ClassVar[str] = "equation"
    title: ClassVar[str] = "computed from others"
    of_kinds: ClassVar[tuple[str, ...]] = ("continuous", "count")

    equation: Text = Field(description="`column = SQL expression over other columns`.")
    tolerance: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)] = Field(
        default=0.0, description="How far the column may be from it, such as half a unit of its last digit."
    )

    @model_validator(mode="after")
    def _of_others(self) -> Equation:
        parts = sides(self.equation)
        if parts is None:
            broken(f"`equation` must be `column = expression over other columns`, got `{self.equation}`")
        if parts[0] in columns_in(parts[1]):
            broken(f"`equation` must compute `{parts[0]}` from other columns, got `{self.equation}`")
        return self

    @property
    def left(self) -> str:
        """The column that is computed."""
        return (sides(self.equation) or ("", ""))[0]

    @property
    def right(self) -> str:
        """The expression that computes it."""
        return (sides(self.equation) or ("", ""))[1]

    @property
    def factors(self) -> tuple[str, ...]:
        """See `Relation.factors`."""
        return tuple(dict.fromkeys((self.left, *columns_in(self.right))))

    @property
    def decided(self) -> tuple[str, ...]:
        """See `Relation.decided`."""
        return (self.left,)

    @property
    def text(self) -> str:
        """See `Relation.text`."""
        return f"{self.equation}, to ±{number(self.tolerance)}" if self.tolerance else self.equation

    def bears(self, factor: str, change: Change) -> bool:
        """See `Relation.bears`; what is missing is not computed."""
        return change == "missing"

    def example(self, values: Mapping[str, str]) -> str:
        """See `Relation.example`: `12 = 5 + 7`."""
        return f"{values[self.left]} = {filled(self.right, values)}"

    def conditions(self, kinds: Mapping[str, str]) -> tuple[str, str]:
        """See `RowRelation.conditions`; rows in which both sides are known are tested."""
        columns = [f"abs(CAST({quote_name(name)} AS DOUBLE))" for name in columns_in(self.right)]
        left, right = f"CAST({quote_name(self.left)} AS DOUBLE)", self.formulas(kinds)[self.left]
        slack = f"{self.tolerance!r} + {DIGITS!r} * greatest(abs({left}), abs({right}), {', '.join(columns)})"
        return f"isfinite({left}) AND isfinite({right})", f"abs({left} - {right}) <= {slack}"

    def formulas(self, kinds: Mapping[str, str]) -> Mapping[str, str]:
        """See `Relation.formulas`; it computes with doubles."""
        root = exp.Paren(this=parse_scalar(self.right, kinds, owner=f"equation `{self.equation}`").tree.copy())
        for column in list(root.find_all(exp.Column)):
            column.replace(exp.cast(column.copy(), exp.DataType.Type.DOUBLE))
        return {self.left: f"TRY(CAST({sql_of(root)} AS DOUBLE))"}

    def check(self, kinds: Mapping[str, str]) -> None:
        """See `Relation.check`; the expression is read as every other."""
        super().check(kinds)
        self.conditions(kinds)

    @classmethod
    def find(cls, sample: Sample) -> list[Claim]:
        """See `Relation.find`."""
        found, copies = curves(sample)
        left_out = copies  # what another column gives by itself would make a sum of every sum
        return [
            Claim(cls(equation=one.text, tolerance=one.tolerance), one.nats)
            for one in (*found, *sums(sample, left_out))
        ]
