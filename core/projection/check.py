"""Whether a design can be met, what it costs and what it moves, before any row is drawn; and that as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from trimtab.core.projection.conflict import Conflict, ConflictsError
from trimtab.core.projection.controls.rule import rules_of
from trimtab.core.projection.projection import ControlCost, Projection, control_costs, project
from trimtab.core.projection.rates import real_rows, unknown_rows
from trimtab.core.projection.real.frontier import Frontier, frontier
from trimtab.core.projection.settling import settled_in_turn
from trimtab.core.projection.ways_out import WayOut, going, number, working
from trimtab.core.relations.finding import count
from trimtab.core.relations.key import Key
from trimtab.core.relations.owners import Owner, owners_of
from trimtab.core.relations.relation import Relation
from trimtab.core.study.study import Study


@dataclass(frozen=True, eq=False)
class RuleRows:
    """A rule, and in how many real rows it is true and in how many a missing value leaves it unknown."""

    name: str
    real_rows: int
    unknown_rows: int


@dataclass(frozen=True, eq=False)
class RelationRows:
    """What always holds: the real `rows` that could break it, and the `exceptions` that do."""

    relation: Relation
    rows: int
    exceptions: int
    renewed: str | None
    """The factor of which rows get new values, so that it holds."""


@dataclass(frozen=True, eq=False)
class Checked:
    """The design of a `study` as it was checked: its `projection` and what each control costs, or the `conflicts` of
    its controls, and for each of them the `ways` out that its control has, whose patches settle it."""

    study: Study
    projection: Projection | None
    costs: tuple[ControlCost, ...] = ()
    rules: tuple[RuleRows, ...] = ()
    relations: tuple[RelationRows, ...] = ()
    owners: tuple[Owner, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    ways: tuple[tuple[WayOut, ...], ...] = ()

    @cached_property
    def frontier(self) -> Frontier | None:
        """How many of its rows can be real, and how many must be made, also where it asks for too many real ones;
        worked out when it is asked for."""
        return frontier(self.study)


def check(study: Study) -> Checked:
    """Check the study's design. Controls that can't be met together are told by the result, not by an error.

    Raises InputError if one of the controls is wrong.
    """
    try:
        projection = project(study)
        costs = control_costs(study)
    except ConflictsError as error:
        return _refused(study, error.conflicts)
    rules = tuple(RuleRows(one.of, real_rows(study, one), unknown_rows(study, one)) for one in rules_of(study))
    left = {name: study.columns[name] for name in study.delivered}
    return Checked(study, projection, costs, rules, _relations(study), owners_of(left, study.relations))


def _relations(study: Study) -> tuple[RelationRows, ...]:
    relations, held = study.design.relations or (), study.relations
    kinds = {name: column.kind for name, column in study.columns.items()}
    counted = count(study.source.path, relations, kinds)
    return tuple(
        RelationRows(one, *rows, one.renewed(study.columns) if isinstance(one, Key) and one in held else None)
        for one, rows in zip(relations, counted, strict=True)
    )


def _refused(study: Study, known: tuple[Conflict, ...]) -> Checked:
    """The conflicts in the order in which they can be settled, each first with what settles it."""
    found: list[tuple[Conflict, tuple[WayOut, ...]]] = []
    for settled in settled_in_turn(study, known):
        for place, one in enumerate(settled.conflicts):
            told = number(study, one)
            first = working(study, told, settled.conflicts) if told else None
            first = settled.way if settled.way and not place else first
            others = going(study, one, settled.conflicts)
            ways = [first, *(way for way in others if way.patch != first.patch)] if first else others
            found.append((one, tuple(ways)))
    return Checked(study, None, conflicts=tuple(one for one, _ in found), ways=tuple(ways for _, ways in found))


def check_json(found: Checked) -> dict[str, Any]:
    """What was found in the names of the command line's contract, in plain Python types."""
    projection = found.projection
    reach = {
        "most_real_rows": found.frontier.most_real_rows if found.frontier else None,
        "frontier": [one.as_json() for one in found.frontier.points] if found.frontier else [],
    }
    if projection is None:
        conflicts = [
            {**one.as_json(), "ways": [way.patch for way in ways]}
            for one, ways in zip(found.conflicts, found.ways, strict=True)
        ]
        return {"feasible": False, "cost_bits": None, "controls": [], "shifts": [], **reach, "conflicts": conflicts}
    return {
        "feasible": True,
        "cost_bits": projection.cost_bits,
        "effective_share": projection.effective_share,
        "ungrounded": projection.ungrounded,
        "controls": [{"name": str(one.name), "cost_bits": one.cost_bits} for one in found.costs],
        "events": [
            {"name": one.name, "real": one.real, "real_rows": one.real_rows, "rate": one.rate, "rows": one.rows}
            for one in projection.events
        ],
        "rules": [
            {"name": one.name, "real_rows": one.real_rows, "unknown_rows": one.unknown_rows} for one in found.rules
        ],
        "relations": [
            {
                "kind": one.relation.kind,
                "factors": list(one.relation.factors),
                "text": one.relation.text,
                "rows": one.rows,
                "exceptions": one.exceptions,
                "renewed": one.renewed,
            }
            for one in found.relations
        ],
        "owners": [one.as_json() for one in found.owners],
        **reach,
        "floors": [
            {"name": one.name.of, "rows": one.rows, "constructed": one.constructed, "impossible": len(one.impossible)}
            for one in projection.floors
        ],
        "shifts": [{"factor": one.factor, "tv": one.tv, "asked": one.asked} for one in projection.shifts],
        "conflicts": [],
    }
