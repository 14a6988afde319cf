"""The controls that stand beside the factors: conditions over rows, and how often they are true."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from core.design.fields import Model, Share, Text, broken

Rows = Annotated[int, Field(strict=True, ge=0)]


class Event(Model):
    """A condition, and in how many rows it is true: a share of the rows, or a number of them. 0 means never."""

    when: Text = Field(description="SQL condition over the factors.")
    rate: Share | None = Field(default=None, description="Share of the rows.")
    rows: Rows | None = Field(default=None, description="Number of rows.")

    @model_validator(mode="after")
    def _one_size(self) -> Event:
        if (self.rate is None) == (self.rows is None):
            both = self.rate is not None
            broken("needs a `rate` or a number of `rows`" + (", not both" if both else ""))
        return self
