"""How whole real rows and made ones are mixed, in the modes that take real rows first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, PlainSerializer, ValidatorFunctionWrapHandler, WithJsonSchema, WrapValidator

from trimtab.core.design.fields import Model, Share

Mode = Literal["standalone", "supplement", "select", "blend"]


def _rows(value: Any, whole: ValidatorFunctionWrapHandler) -> Any:
    return value if value == "most" else whole(value)


def _as_it_is(value: Any) -> Any:
    return value


if TYPE_CHECKING:
    Rows = int | Literal["most"]
else:  # one type with a word that it lets pass: of a union every part would tell its own fault
    Rows = Annotated[
        int,
        Field(strict=True, ge=1),
        WrapValidator(_rows),
        PlainSerializer(_as_it_is),
        WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"const": "most"}]}),
    ]
"""A number of rows, or as many as whole real rows can fill."""

REAL_FIRST = ("select", "blend")
"""Modes in which rows are whole real ones as far as these reach."""


class Blend(Model):
    """What mode blend may do where real rows run out.

    `closest` keeps the shares of the projection, which are as near to the source as the controls let them be; `real`
    takes, of all sets that meet the design, one with the most distinct real rows.
    """

    made_at_most: Share = Field(default=1.0, description="Largest share of rows that are made and not real.")
    prefer: Literal["closest", "real"] = Field(
        default="closest", description="The shares closest to the source, or the most real rows."
    )
