"""Columns that are missing in the same rows: what was not measured at all, or does not apply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
from pydantic import Field, model_validator

from trimtab.core.database import quote_name
from trimtab.core.design.fields import Name, broken
from trimtab.core.relations.relation import Change, Claim, RowRelation, listed
from trimtab.core.relations.sample import Sample
from trimtab.core.relations.surprise import FEWEST_ROWS, SEVERAL_FACTORS, bound


class MissingTogether(RowRelation):
    """`[a, b]`: in every row either none of them is missing or all are."""

    one_donor: ClassVar[bool] = False
    kind: ClassVar[str] = "missing_together"
    title: ClassVar[str] = "missing together"
    counts_gaps: ClassVar[bool] = True

    missing_together: Annotated[tuple[Name, ...], Field(min_length=2)] = Field(
        description="Factors that are missing in the same rows."
    )

    @model_validator(mode="after")
    def _factors_differ(self) -> MissingTogether:
        if len(set(self.factors)) < len(self.factors):
            broken(f"`missing_together` must name different factors, got {', '.join(self.factors)}")
        return self

    @property
    def factors(self) -> tuple[str, ...]:
        """See `Relation.factors`."""
        return self.missing_together

    @property
    def text(self) -> str:
        """See `Relation.text`."""
        return f"{listed(self.factors)} are missing in the same rows"

    def bears(self, factor: str, change: Change) -> bool:
        """See `Relation.bears`; any other value will do."""
        return change != "missing"

    def bears_renewal(self, factor: str) -> bool:
        """See `Relation.bears_renewal`: what is missing stays missing."""
        return True

    def conditions(self, kinds: Mapping[str, str]) -> tuple[str, str]:
        """See `RowRelation.conditions`; rows in which one of them is missing are tested."""
        gaps = [f"{quote_name(name)} IS NULL" for name in self.factors]
        return " OR ".join(gaps), " AND ".join(gaps)

    @classmethod
    def find(cls, sample: Sample) -> list[Claim]:
        """See `Relation.find`; the surprise is that of two columns with the same gaps."""
        groups: dict[bytes, list[int]] = {}
        for place in range(len(sample.names)):
            gaps = sample.missing[:, place]
            if FEWEST_ROWS <= gaps.sum() <= sample.rows - FEWEST_ROWS:
                groups.setdefault(np.packbits(gaps).tobytes(), []).append(place)
        needed = bound(len(sample.names) * (len(sample.names) - 1) // 2, SEVERAL_FACTORS)
        claims = []
        for places in groups.values():
            share = sample.missing[:, places[0]].mean()
            nats = float(-sample.rows * (share * np.log(share) + (1 - share) * np.log(1 - share)))
            if len(places) > 1 and nats >= needed:
                claims.append(Claim(cls(missing_together=tuple(sample.names[i] for i in places)), nats))
        return claims
