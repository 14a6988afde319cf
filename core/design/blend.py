"""How whole real rows and made ones are mixed, in the modes that take real rows first."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from trimtab.core.design.fields import Model, Share

Mode = Literal["standalone", "supplement", "select", "blend"]

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
