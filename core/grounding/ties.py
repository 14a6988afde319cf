"""What relations tie together: blocks of factors that one donor gives, and factors that tell nothing of others.

A factor that others decide says nothing that they do not say, and one that only tells rows apart says nothing at all:
as neighbours they would take the place of those that do, and leave few donors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trimtab.core.relations.relation import Relation
from trimtab.core.source.columns import Column
from trimtab.core.source.identifiers import is_identifier


@dataclass(frozen=True)
class Ties:
    """`blocks` are redrawn together, each in the order of the source. `decided` factors follow from others of their
    block; `silent` ones are no neighbours: those, and identifiers."""

    blocks: tuple[tuple[str, ...], ...]
    decided: frozenset[str]
    silent: frozenset[str]


def ties_of(relations: Sequence[Relation] | None, columns: Mapping[str, Column]) -> Ties | None:
    """The ties of a design's relations; None if it speaks of none, so that all is learned as if there were none."""
    if relations is None:
        return None
    block_of = {name: frozenset((name,)) for name in columns}
    roots_of: dict[str, frozenset[str]] = {}
    for relation in relations:
        if relation.one_donor:
            joined = frozenset().union(*(block_of[name] for name in relation.factors))
            block_of.update(dict.fromkeys(joined, joined))
        for name in relation.decided:
            roots = frozenset(relation.factors) - frozenset(relation.decided)
            # Of two that decide each other the first one speaks for both.
            if name not in roots_of and name not in _ancestors(roots, roots_of):
                roots_of[name] = roots
    blocks = dict.fromkeys(block for name in columns if len(block := block_of[name]) > 1)
    decided = frozenset(roots_of)
    identifiers = frozenset(name for name, column in columns.items() if is_identifier(column))
    return Ties(
        blocks=tuple(tuple(name for name in columns if name in block) for block in blocks),
        decided=decided,
        silent=decided | identifiers,
    )


def _ancestors(names: frozenset[str], roots_of: Mapping[str, frozenset[str]]) -> set[str]:
    """The names, and all that they follow from."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += roots_of.get(name, ())
    return found
