"""Events: a condition, and in how many rows it is true."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from trimtab.core.design.controls.kind import Kind, Listed
from trimtab.core.design.fields import Share, Text, broken

Rows = Annotated[int, Field(strict=True, ge=0)]


class Event(Listed):
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


class EventKind(Kind):
    """Events: a condition, and in how many rows it is true."""

    word, part, noun, place = "event", "events", "event", 40
    identifiers = True

    @classmethod
    def alone(cls, nearest: float, rows: int, called: str) -> str | None:
        if nearest not in (0.0, 1.0):
            return None
        real = f"it is true in {0 if nearest == 0 else rows:,} of the {rows:,} {called}"
        return real if nearest else f"{real}, and no values of different rows put together make it true"
