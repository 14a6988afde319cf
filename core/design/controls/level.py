"""Level mixes: a score cut into levels, and the share of each."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field, model_validator

from trimtab.core.database import quote_text
from trimtab.core.design.controls.kind import Defining, Kind
from trimtab.core.design.definition import Definition, Expressions
from trimtab.core.design.fields import Level, Number, Share, Text, broken
from trimtab.core.errors import InputError
from trimtab.core.expressions import parse_scalar

MOST_LEVELS = 20
"""Levels that one score may be cut into."""


class LevelMix(Defining):
    """A score cut into levels, lowest first, and the share of each. The level becomes a column of its own.

    Level i holds the scores from cut i − 1 (included) to cut i (not included); a row without a score has no level.
    """

    score: Text = Field(description="SQL expression that gives a number, or the name of a column.")
    cuts: Annotated[tuple[Number, ...], Field(min_length=1, max_length=MOST_LEVELS - 1)] = Field(
        description="Where the levels are cut, ascending."
    )
    shares: Annotated[dict[Level, Share], Field(min_length=2)] = Field(
        description="Level -> share, from the lowest score to the highest; together 1."
    )

    @model_validator(mode="after")
    def _parts_fit(self) -> LevelMix:
        if any(low >= high for low, high in zip(self.cuts, self.cuts[1:], strict=False)):
            broken(f"`cuts` must be ascending, got {list(self.cuts)}")
        if len(self.shares) != len(self.cuts) + 1:
            broken(f"{len(self.cuts)} cuts make {len(self.cuts) + 1} levels, but `shares` names {len(self.shares)}")
        total = sum(self.shares.values())
        if abs(total - 1.0) > 1e-6:
            broken(f"`shares` must add up to 1, got {total:g}")
        return self

    def define(self, name: str, read: Expressions) -> Definition:
        """The level of each row as text; NULL without a score."""
        owner = f"Level mix `{name}`"
        score = read.number(self.score, f"{owner}, score")
        if not score.columns:
            raise InputError(f"{owner}: the score `{self.score}` names no column: it is the same for every row.")
        *lower, highest = map(quote_text, self.shares)
        cases = [f"WHEN score < {cut!r} THEN {level}" for cut, level in zip(self.cuts, lower, strict=True)]
        # Not ELSE: a row without a score has no level, and NaN, which DuckDB holds for the largest number, is no score.
        text = f"CASE {' '.join(cases)} WHEN score <= CAST('Infinity' AS DOUBLE) THEN {highest} END"
        level = parse_scalar(text, {}, owner=owner, definitions={"score": score})
        return Definition(name, "level", "categorical", replace(level, text=self.score))

    def __eq__(self, other: object) -> bool:
        # Mappings are equal in any order, but the order of the levels is that of the score.
        return super().__eq__(other) and isinstance(other, LevelMix) and list(self.shares) == list(other.shares)


class LevelKind(Kind):
    """Level mixes: a score cut into levels, and the share of each."""

    word, part, noun, place = "level", "levels", "level mix", 50
    gives_way = "Remove the levels {}"
    identifiers = True
