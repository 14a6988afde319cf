"""A factor of a design: how it is read and shown, its role, and what the role needs."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from trimtab.core.design.fields import Bound, Level, Model, Share, Text, Value, broken, number_of
from trimtab.core.design.targets import FAMILIES, AnyTarget, suitable_families
from trimtab.core.errors import InputError
from trimtab.core.source.delimited.dialect import Dialect
from trimtab.core.source.kinds import Kind

Role = Literal["follow", "keep", "target", "hold", "derive", "carry", "drop"]

LEFT_OUT = ("carry", "drop")
"""Roles of columns that a row which is made has no value of."""

NO_FACTOR = ("derive", *LEFT_OUT)
"""Roles of columns of the source whose values are not taken factor by factor."""


class Factor(Model):
    """What a design says of one column.

    Roles: `follow` moves with its neighbours; `keep` has its marginal as in the source; `target` has the designed one;
    `hold` is one `value`, or some `values` in their proportions of the source; `derive` is computed from other factors
    by an `expression`, under a new name or in the place of a column; `carry` is no factor, but an identifier, a path, a
    note: a whole real row brings its own value, and a row that is made has none; `drop` leaves the column out.
    """

    kind: Kind | None = Field(default=None, description="How the column is read; by its type if absent.")
    format: Text | None = Field(
        default=None,
        description="How a column of text is written: dates in strptime's signs, as %d/%m/%Y; numbers, which may have "
        "thousands, currency or per cent signs, by the mark before fractions, `.` or `,`.",
    )
    unit: Text | None = Field(default=None, description="Unit, for people.")
    description: Text | None = Field(default=None, description="What it is, for people; it goes with the rows.")
    edges: Annotated[tuple[Bound, ...], Field(min_length=2)] | None = Field(
        default=None,
        description="Edges of the bins that are shown and targeted: rising, covering the source; the last may repeat.",
    )
    order: Annotated[tuple[Level, ...], Field(min_length=2)] | None = Field(
        default=None, description="Levels in an order that means something, such as low, mid, high; all of them."
    )
    role: Role = Field(default="follow", description="What may happen to the factor.")
    target: AnyTarget | None = Field(default=None, description="Role target: the designed marginal.")
    missing: Share | None = Field(default=None, description="Share of rows without a value; as it comes if absent.")
    value: Value | None = Field(default=None, description="Role hold: the one value.")
    values: Annotated[tuple[Value, ...], Field(min_length=1)] | None = Field(
        default=None, description="Role hold: the values that are left."
    )
    expression: Text | None = Field(default=None, description="Role derive: SQL expression over other factors.")

    @property
    def held(self) -> tuple[bool | int | float | str, ...]:
        """The values of role hold; empty for every other role."""
        return (self.value,) if self.value is not None else self.values or ()

    @property
    def edge_numbers(self) -> tuple[float, ...] | None:
        """The edges as numbers; dates as microseconds since 1970 (UTC)."""
        return None if self.edges is None else tuple(number_of(edge) for edge in self.edges)

    def check_edges(self, name: str, kind: Kind) -> None:
        """Raise InputError, naming the factor, if the edges are dates on numbers or numbers on dates."""
        if self.edges is not None and isinstance(self.edges[0], str) != (kind == "datetime"):
            wanted = "dates" if kind == "datetime" else "numbers"
            raise InputError(f"Factor `{name}`: edges must be {wanted} for a {kind} factor, got {self.edges[0]!r}.")

    @model_validator(mode="after")
    def _role_has_what_it_needs(self) -> Factor:
        problems = [*self._role_problems(), *self._edge_problems(), *self._format_problems(), *self._order_problems()]
        if problems:
            broken("; ".join(problems))
        return self

    def _order_problems(self) -> list[str]:
        if self.order is None:
            return []
        twice = next((one for place, one in enumerate(self.order) if one in self.order[:place]), None)
        problems = [f"`order` must name each level once, got `{twice}` twice"] if twice is not None else []
        if self.edges is not None:
            problems.append("`order` is for levels and `edges` are for numbers and dates: give one of them")
        return problems

    def _format_problems(self) -> list[str]:
        if self.format is None:
            return []
        if self.role == "derive":
            return ["`format` is for columns of the source, and this factor is derived"]
        try:
            if self.kind == "datetime":
                Dialect(dates=self.format)
            elif self.kind in ("continuous", "count"):
                Dialect(decimal=self.format)
            else:
                return [f"`format` goes with kind datetime, continuous or count, not with {self.kind or 'no kind'}"]
        except InputError as error:
            return [str(error).replace("dates:", "format:").replace("decimal:", "format:").rstrip(".")]
        return []

    def _role_problems(self) -> list[str]:
        problems = []
        if self.role == "target" and self.target is None:
            problems.append(f"role target needs a `target` with a family. Known: {', '.join(FAMILIES)}")
        if self.role != "target" and self.target is not None:
            problems.append(f"`target` goes with role target, not with role {self.role}")
        given = [name for name in ("value", "values") if getattr(self, name) is not None]
        if self.role == "hold" and len(given) != 1:
            problems.append("role hold needs a `value` or a list of `values`" + (", not both" if given else ""))
        if self.role != "hold" and given:
            problems.append(f"`{given[0]}` goes with role hold, not with role {self.role}")
        if self.values and len(set(map(_identity, self.values))) < len(self.values):
            problems.append(f"`values` must differ, got {list(self.values)}")
        if self.role == "derive" and self.expression is None:
            problems.append("role derive needs an `expression`")
        if self.role != "derive" and self.expression is not None:
            problems.append(f"`expression` goes with role derive, not with role {self.role}")
        if self.missing is not None and self.role in ("keep", *NO_FACTOR):
            problems.append(f"`missing` can't be set with role {self.role}")
        if self.kind and self.target and self.kind not in (*self.target.kinds, *self.target.point_kinds):
            listed = ", ".join(suitable_families(self.kind))
            problems.append(f"family {self.target.family} does not suit kind {self.kind}; these do: {listed}")
        return problems

    def _edge_problems(self) -> list[str]:
        if self.edges is None:
            return []
        if self.kind in ("categorical", "boolean"):
            return [f"`edges` are for numbers and dates, not for kind {self.kind}"]
        if len({isinstance(edge, str) for edge in self.edges}) > 1:
            return ["`edges` must be all numbers or all dates"]
        last = len(self.edges) - 1
        for position, (low, high) in enumerate(pairwise(self.edges), start=1):
            # The last edge may repeat: then the last bin holds exactly that value.
            repeats = position == last and last > 1 and number_of(low) == number_of(high)
            if not (number_of(low) < number_of(high) or repeats):
                return [f"`edges` must be ascending (only the last may repeat), got {high} after {low}"]
        return []


def _identity(value: Any) -> tuple[bool, Any]:
    """True and 1 are equal in Python, but not the same value."""
    return isinstance(value, bool), value
