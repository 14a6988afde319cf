"""Freezing a factor that moves along: it keeps its real shares, and what that costs is known before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from trimtab.core.changes.factors import with_role
from trimtab.core.design.design import Design
from trimtab.core.errors import InputError, nearest
from trimtab.core.projection.conflict import ConflictsError
from trimtab.core.projection.projection import Projection, project
from trimtab.core.study.study import Study, open_study
from trimtab.core.words.numbers import about_rows, rounded_percent
from trimtab.core.words.plain import listed

NOTICED = 0.01
"""Another factor that moves by so much more or less is named."""
MOST_NAMED = 3


@dataclass(frozen=True, eq=False)
class Frozen:
    """A factor with role keep: the `study` of that design, and what it comes to `before` and after, where `outcome` is
    the error if other controls leave no room for it."""

    factor: str
    study: Study
    before: Projection
    outcome: Projection | ConflictsError

    @property
    def text(self) -> str:
        """What it costs, in a sentence or two."""
        if not isinstance(self.outcome, Projection):
            return f"It can't be frozen as the design is. {self.outcome}"
        real = self.study.grounding.rows
        rows = [about_rows(one.effective_share * real) for one in (self.outcome, self.before)]
        lies = f"{self.outcome.cost_bits:.2f} bits from the real data"
        if rows[0] == rows[1]:
            said = f"The design leans on {rows[0]} of {real:,} rows as before, and lies {lies}"
        else:
            said = f"The design then leans on {rows[0]} of {real:,} rows instead of {rows[1]}, and lies {lies}"
        return f"{said} instead of {self.before.cost_bits:.2f}.{self._others()}"

    def _others(self) -> str:
        """The factors that then move otherwise, by how much."""
        assert isinstance(self.outcome, Projection)
        was = {one.factor: one.tv for one in self.before.shifts}
        differ = [(one, was[one.factor]) for one in self.outcome.shifts if not one.asked and one.factor != self.factor]
        differ = [(one, tv) for one, tv in differ if abs(one.tv - tv) >= NOTICED]
        differ.sort(key=lambda pair: -abs(pair[0].tv - pair[1]))
        if not differ:
            return ""
        said = [
            f"{one.factor} by {rounded_percent(one.tv, 2)} instead of {rounded_percent(tv, 2)}"
            for one, tv in differ[:MOST_NAMED]
        ]
        more = len(differ) - len(said)
        return f" Others then move otherwise: {listed([*said, f'{more} more'] if more else said)}."

    def as_json(self) -> dict[str, Any]:
        """In plain Python types; without figures where it can't be frozen."""
        found = self.outcome if isinstance(self.outcome, Projection) else None
        return {
            "feasible": found is not None,
            "cost_bits": found.cost_bits if found else None,
            "effective_share": found.effective_share if found else None,
            "text": self.text,
        }


def freeze(study: Study, factor: str) -> Design:
    """The design in which a factor keeps its real shares. Raises InputError for one that has none of its own."""
    if factor in study.definitions:
        columns = [f"`{name}`" for name in study.definitions[factor].scalar.columns]
        them = ("this", "that") if len(columns) == 1 else ("these", "those")
        raise InputError(
            f"`{factor}` is computed from {listed(columns)}: it follows {them[0]}, so freeze {them[1]} instead."
        )
    if factor not in study.delivered:
        raise InputError(f"There is no factor `{factor}` in the rows.{nearest(factor, study.delivered)}")
    return with_role(study, None, factor, "keep")


def frozen(study: Study, before: Projection, factor: str) -> Frozen:
    """What the design comes to if a factor keeps its real shares; `before` is its projection. Raises InputError for a
    factor that can't."""
    after = open_study(freeze(study, factor), study.source, previous=study)
    outcome: Projection | ConflictsError
    try:
        outcome = project(after)
    except ConflictsError as error:
        outcome = error
    return Frozen(factor, after, before, outcome)
