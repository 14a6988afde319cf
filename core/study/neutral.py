"""The neutral design of a source: every factor follows, what only identifies rows is carried, what holds is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from trimtab.core.design.design import Design
from trimtab.core.design.factors import Factor
from trimtab.core.design.parts.source_ref import reference
from trimtab.core.errors import InputError, Progress
from trimtab.core.learned.learned import learned_columns
from trimtab.core.learned.relations import learned_relations
from trimtab.core.relations.key import Key
from trimtab.core.relations.relation import Found, Relation
from trimtab.core.source.columns import Column
from trimtab.core.source.identifiers import is_identifier
from trimtab.core.source.spool import Source


@dataclass(frozen=True, eq=False)
class Begun:
    """A neutral design, and what was read and found on the way: the source's columns, and what holds in every row."""

    design: Design
    columns: Mapping[str, Column]
    found: tuple[Found, ...]


def begin_design(source: Source, *, name: str, path: str, progress: Progress | None = None) -> Begun:
    """Read a source, look for what always holds in it, and begin a design: see `neutral_design`."""
    columns = learned_columns(source, progress=progress)
    found = learned_relations(source, columns, progress=progress)
    return Begun(neutral_design(source, columns, found, name=name, path=path), columns, found)


def neutral_design(
    source: Source, columns: Mapping[str, Column], found: Sequence[Found], *, name: str, path: str
) -> Design:
    """A design in which every factor of `source` has its kind and follows, and what was found to hold holds; a column
    that only tells rows apart is no factor: it is carried along with whole real rows.

    `path` is where the design says that its data are. Raises InputError for a name that is blank, or if all columns
    only tell rows apart.
    """
    carried = {column.name for column in columns.values() if is_identifier(column)}
    if len(carried) == len(columns):
        raise InputError(
            f"{source.name}: every column only tells rows apart ({', '.join(sorted(carried))}), so there is nothing to "
            "learn and nothing to design. Bring in data with at least one column that has levels or measures."
        )
    factors = {
        one.name: Factor(kind=one.kind, role="carry" if one.name in carried else "follow") for one in columns.values()
    }
    kept = tuple(worth_keeping(found, columns, carried))
    return Design(name=name, source=reference(path, source), factors=factors, relations=kept)


def worth_keeping(found: Sequence[Found], columns: Mapping[str, Column], left_out: Collection[str]) -> list[Relation]:
    """Of what was `found` that which rows can keep, without an exception and without the factors that are left out. A
    single key is kept only if asked for, and one whose values are made anew only if nothing else speaks of those."""
    able = [
        one.relation
        for one in found
        if not one.exceptions and set(left_out).isdisjoint(one.relation.factors) and one.relation.kept_in(columns)
    ]
    others = [one for one in able if not isinstance(one, Key)]
    keys = [one for one in able if isinstance(one, Key) and len(one.factors) > 1]
    kept: list[Relation] = []
    for key in keys:
        owner = str(key.renewed(columns))
        if all(owner not in one.factors or one.bears_renewal(owner) for one in (*others, *kept)):
            kept.append(key)
    return [one for one in able if one in others or one in kept]
